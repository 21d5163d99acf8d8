import { localDate } from '#lib/kernel';
import { penalties, type Penalty } from '#lib/data-sources';
import { AS_OF, gone, is, old, valueIn, type Case } from '../../fixtures/cases.ts';

const day = (text: string) => localDate(text);
const pen = old.covers('PEN', AS_OF);

const fined = (decidedOn: string | undefined, more: Partial<Penalty> = {}) => {
  const dated = decidedOn === undefined ? {} : { decidedOn: day(decidedOn) };
  return pen.add(penalties, 'P1', { docNo: 'P1', kinds: ['fine'], ...dated, ...more }, decidedOn);
};

const cases: readonly Case[] = [
  ['none', pen, 'CC05', is('none')],
  ['a penalty waits for the severity table', fined('2025-06-10'), 'CC05', gone('NO_TABLE')],
  ['36 months ago to the day', fined('2023-06-30'), 'CC05', is('none')],
  ['a day later', fined('2023-07-01'), 'CC05', gone('NO_TABLE')],
  ['decided after the day', fined('2026-07-01'), 'CC05', is('none')],
  ['published until the day', fined('2025-06-10', { publicUntil: day(AS_OF) }), 'CC05', gone('NO_TABLE')],
  ['published until the day before', fined('2025-06-10', { publicUntil: day('2026-06-29') }), 'CC05', is('none')],
  ['repaired on the day', fined('2025-06-10', { repairedOn: day(AS_OF) }), 'CC05', is('none')],
  ['repaired after the day', fined('2025-06-10', { repairedOn: day('2026-07-01') }), 'CC05', gone('NO_TABLE')],
  ['repair unreadable', fined('2025-06-10', { endUnreadable: true }), 'CC05', gone('NOT_STATED')],
  ['not dated', fined(undefined), 'CC05', gone('NOT_STATED')],
  ['not dated, no longer published', fined(undefined, { publicUntil: day('2026-01-01') }), 'CC05', is('none')],
  ['not connected', old, 'CC05', gone('NOT_CONNECTED')],
  ['listed without the firm', old.listed('PEN'), 'CC05', gone('NOT_COVERED')],
  ['covered only since 2025', old.covers('PEN', AS_OF, '2025-01-01'), 'CC05', gone('NOT_COVERED')],
  ['stale', old.covers('PEN', '2026-06-09'), 'CC05', gone('STALE')],
  ['half stale', old.covers('PEN', '2026-06-16'), 'CC05', { ...is('none'), freshness: { num: 1, den: 2 } }],
];

describe('CC05 administrative penalties', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});
