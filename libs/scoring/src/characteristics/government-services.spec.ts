import { localDate } from '#lib/kernel';
import { governmentServices, type GovernmentMatter } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const gov = old.covers('GOV', AS_OF);
const day = (text: string) => localDate(text);

function matter(builder: DossierBuilder, serialNo: string, more: Partial<GovernmentMatter> = {}): DossierBuilder {
  const payload: GovernmentMatter = {
    serialNo,
    matterCode: `M${serialNo}`,
    category: 'permit',
    appliedOn: day('2025-01-02'),
    finishedOn: day('2026-05-20'),
    result: 'granted',
    ...more,
  };
  return builder.add(governmentServices, serialNo, payload, payload.appliedOn, payload.finishedOn);
}

const matters = (n: number) =>
  Array.from({ length: n }, (_, i) => String(i)).reduce<DossierBuilder>((b, no) => matter(b, no), gov);
const without = (...fields: (keyof GovernmentMatter)[]): Partial<GovernmentMatter> =>
  Object.fromEntries(fields.map((field) => [field, undefined]));
const category = (word: NonNullable<GovernmentMatter['category']>) => matter(gov, '1', { category: word });

const cases: readonly Case[] = [
  ['OV04 none', gov, 'OV04', is(0)],
  ['OV04 one', matters(1), 'OV04', is(1)],
  ['OV04 three', matters(3), 'OV04', is(3)],
  ['OV04 six', matters(6), 'OV04', is(6)],
  ['OV04 a subsidy', category('subsidy'), 'OV04', is(1)],
  ['OV04 talent', category('talent'), 'OV04', is(1)],
  ['OV04 a project', category('project'), 'OV04', is(1)],
  ['OV04 a look-up', category('query'), 'OV04', is(0)],
  ['OV04 a change of registration', category('change'), 'OV04', is(0)],
  ['OV04 taxes', category('tax'), 'OV04', is(0)],
  [
    'OV04 the same matter twice on a day',
    matter(matter(gov, '1', { matterCode: 'X' }), '2', { matterCode: 'X' }),
    'OV04',
    is(1),
  ],
  [
    'OV04 the same matter on two days',
    matter(matter(gov, '1', { matterCode: 'X' }), '2', { matterCode: 'X', finishedOn: day('2026-05-21') }),
    'OV04',
    is(2),
  ],
  [
    'OV04 by name where there is no code',
    matter(matter(gov, '1', { ...without('matterCode'), matterName: '样例' }), '2', {
      ...without('matterCode'),
      matterName: '样例',
    }),
    'OV04',
    is(1),
  ],
  ['OV04 refused is finished', matter(gov, '1', { result: 'refused' }), 'OV04', is(1)],
  ['OV04 handed in and withdrawn', matter(gov, '1', { result: 'withdrawn' }), 'OV04', is(0)],
  ['OV04 12 months ago to the day', matter(gov, '1', { finishedOn: day('2025-06-30') }), 'OV04', is(0)],
  ['OV04 a day later', matter(gov, '1', { finishedOn: day('2025-07-01') }), 'OV04', is(1)],
  ['OV04 on the day', matter(gov, '1', { finishedOn: day(AS_OF) }), 'OV04', is(1)],
  ['OV04 finished after the day', matter(gov, '1', { finishedOn: day('2026-07-01') }), 'OV04', is(0)],
  ['OV04 still open', matter(gov, '1', { ...without('finishedOn'), result: 'pending' }), 'OV04', is(0)],
  ['OV04 finished, day not stated', matter(gov, '1', without('finishedOn')), 'OV04', gone('NOT_STATED')],
  ['OV04 category not stated', matter(gov, '1', without('category')), 'OV04', gone('NOT_STATED')],
  ['OV04 one of two has its category', matter(matters(1), 'x', without('category')), 'OV04', is(1)],
  ['OV04 listed: its records speak', matter(old.listed('GOV'), '1', { appliedOn: day('2026-06-01') }), 'OV04', is(1)],
  ['OV04 listed, look-ups only', matter(old.listed('GOV'), '1', { category: 'query' }), 'OV04', gone('NOT_COVERED')],
  ['OV04 covered too late', old.covers('GOV', AS_OF, '2025-07-01'), 'OV04', gone('NOT_COVERED')],
  ['OV04 not connected', old, 'OV04', gone('NOT_CONNECTED')],
  ['OV04 stale', old.covers('GOV', '2026-02-15'), 'OV04', gone('STALE')],
];

describe('government matters', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('name the cases and the filter that is off', () => {
    const scored = scoreFirmRich(matter(matters(1), 'q', { category: 'query' }).build(), model, day(AS_OF));
    if (scored.kind !== 'scored') throw new Error(scored.reason);
    const { records, flags } = scored.evidence[model.position.get('OV04')!]!;
    expect([records.map((ref) => ref.recordKey), flags]).toEqual([['0'], ['RELATED_UNCHECKED']]);
  });
});
