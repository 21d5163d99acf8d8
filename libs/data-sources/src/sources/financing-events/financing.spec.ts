import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { localDate } from '#lib/kernel';
import { RawRow } from '../../raw-row.ts';
import type { MapContext } from '../../source.ts';
import { financingEvents } from './source.ts';
import { withoutPersons } from './redact.ts';

const context: MapContext = { receivedOn: localDate('2026-07-10'), hash: () => 'hash' };
const [api, press] = financingEvents.layouts;

describe('withoutPersons', () => {
  it('drops the names of persons and of who might be one, and keeps the rest', () => {
    const investors = [
      { name: '样例甲某', type: '个人', lead: true, phone: '13800000000' },
      { name: '样例乙某', type: 'VC' },
      { name: '样例远望资本', type: 'VC', amac: 'P1000001' },
      { name: '样例集团有限公司', amac: '11010119900307889X', lead: '样例甲某' },
      '样例丙某',
    ];
    expect(withoutPersons({ usc: '1', investors })).toEqual({
      usc: '1',
      investors: [
        { type: '个人', lead: true },
        { type: 'VC' },
        { name: '样例远望资本', type: 'VC', amac: 'P1000001' },
        { name: '样例集团有限公司' },
        {},
      ],
    });
    expect(withoutPersons({ investors: '样例甲某' })).toEqual({ investors: null });
    expect(withoutPersons({ usc: '1' })).toEqual({ usc: '1' });
  });

  it('leaves mapping what it maps anyway', () => {
    for (const line of readFileSync(
      'libs/data-sources/src/sources/financing-events/fixtures/api.faults.utf-8.jsonl',
      'utf8',
    )
      .trimEnd()
      .split('\n')) {
      const object = JSON.parse(line) as Record<string, unknown>;
      expect(api.map(RawRow.of(withoutPersons(object)), context)).toEqual(api.map(RawRow.of(object), context));
    }
  });
});

const folder = '../shared/data/cn-startup-finance';
const there = existsSync(folder);
const read = (file: string): Record<string, string>[] =>
  parse(gunzipSync(readFileSync(`${folder}/${file}.csv.gz`)), { columns: true });

(there ? describe : describe.skip)(`real financing events${there ? '' : ' (skipped: no shared data)'}`, () => {
  it('go through layout press with the codes that their companies have; every row is accounted for', () => {
    const codes = new Map(read('ai-companies-2018').map((row) => [row['company_id']!, row['matched_uscc']!]));
    const events = read('ai-financing-events-2018');
    const seen: Record<string, number> = {};
    let known = 0;
    for (const [i, event] of events.entries()) {
      const { 融资时间, 轮次, 融资金额, 投资方 } = event;
      const usc = codes.get(event['company_id']!)!;
      if (usc !== '') known += 1;
      const row = RawRow.of({ 统一社会信用代码: usc, 融资时间, 轮次, 融资金额, 投资方 }, i + 1);
      const mapped = press!.map(row, context);
      expect(row.leftover()).toEqual([]);
      const codesOf = 'issues' in mapped ? mapped.issues.map((issue) => issue.code).join() : '';
      const what = `${mapped.kind} ${codesOf}`.trim();
      seen[what] = (seen[what] ?? 0) + 1;
    }
    expect(events).toHaveLength(1153);
    // Rows of companies whose code is not known wait in quarantine; all others are records without a fault.
    expect(seen).toEqual({ records: known, 'quarantined DQ14': 1153 - known });
  });
});
