import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { localDate } from '#lib/kernel';
import type { Issue } from '../issue.ts';
import { parseDate, readDate, readDayOrMonth, readMonth } from './date.ts';

const receivedOn = localDate('2024-06-30');
const read = (raw: string, mayBeAhead = false): [string | undefined, string[]] => {
  const issues: Issue[] = [];
  return [readDate(raw, 'd', { receivedOn, mayBeAhead }, issues), issues.map((i) => i.code)];
};
const month = (raw: string): [string | undefined, string[]] => {
  const issues: Issue[] = [];
  return [readMonth(raw, 'm', { receivedOn }, issues), issues.map((i) => i.code)];
};

describe('dates', () => {
  it.each([
    '2024-01-05',
    '2024-1-5',
    '2024/1/5',
    '2024/01/05',
    '2024.01.05',
    '20240105',
    '２０２４０１０５',
    '2024年1月5日',
    '2024年01月05日',
    '2024-01-05 13:45:10',
    '2024/1/5 0:00',
    '2024-01-05T00:00:00.000',
    '2024-01-04T16:00:00Z',
    '1704384000000',
    ' 2024-01-05\t',
  ])('%j is 2024-01-05', (raw) => expect(read(raw)).toEqual(['2024-01-05', []]));

  it('converts a spreadsheet serial and says so', () => {
    expect(read('45292')).toEqual(['2024-01-01', ['DQ07']]);
    expect(read('45292.75')).toEqual(['2024-01-01', ['DQ07']]);
    expect(read('19999.5')).toEqual([undefined, ['DQ05']]);
    expect(read('19999')).toEqual([undefined, ['DQ05']]);
    expect(read('60001', true)).toEqual([undefined, ['DQ05']]);
  });

  it.each([
    '24-01-05',
    '240105',
    '5/1/2024',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '昨天',
    '14小时前',
    '2024/01-05',
    '1799-01-01',
  ])('%j is no date', (raw) => expect(read(raw)).toEqual([undefined, ['DQ05']]));
  it('knows the ends of months', () => {
    expect(read('2024-02-29')).toEqual(['2024-02-29', []]);
    expect(read('2023-12-31')).toEqual(['2023-12-31', []]);
    expect(read('2024-04-31')).toEqual([undefined, ['DQ05']]);
  });
  it.each(['', '-', 'N/A', '0000-00-00', 'null'])('%j says nothing', (raw) =>
    expect(read(raw)).toEqual([undefined, []]),
  );

  it('keeps month precision as such and never makes a day of it', () => {
    for (const raw of ['2024-01', '2024年1月', '2024/1', '202401', '2024.01'])
      expect(parseDate(raw)).toEqual({ kind: 'month', month: '2024-01' });
    expect(read('2024-01')).toEqual([undefined, ['DQ05']]);
    const issues: Issue[] = [];
    expect(readDayOrMonth('2024年1月', 'd', { receivedOn }, issues)).toEqual({ kind: 'month', month: '2024-01' });
    expect(readDayOrMonth('45292', 'd', { receivedOn }, issues)).toEqual({ kind: 'day', date: '2024-01-01' });
    expect(readDayOrMonth('2024年9月', 'd', { receivedOn }, issues)).toBeUndefined();
    expect(issues.map((i) => i.code)).toEqual(['DQ07', 'DQ06']);
  });

  it('allows one day ahead, more only for expiry dates', () => {
    expect(read('2024-07-01')).toEqual(['2024-07-01', []]);
    expect(read('2024-07-02')).toEqual([undefined, ['DQ06']]);
    expect(read('2034-07-02', true)).toEqual(['2034-07-02', []]);
  });

  it.each(['202401', '2024-01', '2024年1月', '2024/1', '2024.01', '20240131', '2024-01-01'])(
    '%j is the month 2024-01',
    (raw) => expect(month(raw)).toEqual(['2024-01', []]),
  );
  it('reads a month that a spreadsheet made a day of, and refuses the next month', () => {
    expect(month('45292')).toEqual(['2024-01', ['DQ07']]);
    expect(month('2024-06')).toEqual(['2024-06', []]);
    expect(month('202407')).toEqual([undefined, ['DQ06']]);
    expect(month('2024-13')).toEqual([undefined, ['DQ05']]);
  });
});

const file = '../shared/data/cn-enterprise-risk/news_info.csv.gz';
const there = existsSync(file);
(there ? describe : describe.skip)(`dates of real news${there ? '' : ' (skipped: no shared data)'}`, () => {
  it('are days; «14小时前» is none, and no day is made of it', () => {
    const texts = gunzipSync(readFileSync(file)).toString().trimEnd().split(/\r?\n/).slice(1);
    const dates = texts.map((line) => line.split(',')[2]!);
    const seen = new Map<string, string[]>();
    for (const text of dates) {
      const [day, codes] = read(text);
      const what = codes.join() || (day === text ? 'the same day' : String(day));
      seen.set(what, [...(seen.get(what) ?? []), text]);
    }
    const counts = Object.fromEntries([...seen].map(([what, of]) => [what, of.length]));
    expect(counts).toEqual({ 'the same day': 10_502, DQ05: 16 });
    expect(seen.get('DQ05')!.every((text) => /^\d+(?:小时|分钟)前$/.test(text))).toBe(true);
  });
});
