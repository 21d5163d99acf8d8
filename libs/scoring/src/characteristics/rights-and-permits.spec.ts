import { localDate } from '#lib/kernel';
import { licences, otherRights, softwareCopyrights, trademarks } from '#lib/data-sources';
import type { Licence, OtherRight, SoftwareCopyright, Trademark } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const day = (text: string) => localDate(text);

const cpr = old.covers('CPR', AS_OF);
function software(b: DossierBuilder, regNo: string, product: string, more: Partial<SoftwareCopyright> = {}) {
  const payload: SoftwareCopyright = {
    regNo,
    title: product,
    product,
    acquisition: 'original',
    registeredOn: day('2025-01-01'),
    ...more,
  };
  return b.add(softwareCopyrights, regNo, payload, more.registeredOn ?? '2025-01-01');
}
const products = (count: number): DossierBuilder =>
  Array.from({ length: count }, (_, i) => i).reduce((b, i) => software(b, `2025SR${i}`, `样例${i}`), cpr);
/** Without one member of its payload. */
function lacking(member: keyof SoftwareCopyright): DossierBuilder {
  const full = {
    regNo: '1',
    title: 'a',
    product: 'a',
    acquisition: 'original',
    registeredOn: day('2025-01-01'),
  } as const;
  const { [member]: _, ...payload } = full as SoftwareCopyright;
  return cpr.add(softwareCopyrights, '1', payload as SoftwareCopyright, '2025-01-01');
}

const tm = old.covers('TM', AS_OF);
const IN_FORCE = { status: 'registered', registeredOn: day('2022-01-01'), expiresOn: day('2032-01-01') } as const;
const mark = (more: Partial<Trademark>, regNo = '1', b = tm, number = 9): DossierBuilder =>
  b.add(trademarks, `${regNo}|${number}`, { regNo, class: number, ...more });
const marks = (count: number): DossierBuilder =>
  Array.from({ length: count }, (_, i) => i).reduce((b, i) => mark(IN_FORCE, String(i), b), tm);

const icl = old.covers('ICL', AS_OF);
const right = (more: Partial<OtherRight>, b = icl): DossierBuilder =>
  b.add(otherRights, 'BS.1', { regNo: 'BS.1', kind: 'layoutDesign', ...more });

const lic = old.covers('LIC', AS_OF);
const permit = (more: Partial<Licence>, no = '1', b = lic): DossierBuilder =>
  b.add(licences, no, { licenceNo: no, validFrom: day('2024-01-01'), ...more });
const TERM = { validTo: day('2029-01-01') };

const cases: readonly Case[] = [
  ['IN06 zero under coverage', cpr, 'IN06', is(0)],
  ...[1, 2, 3, 5, 6].map((n): Case => [`IN06 ${n} products`, products(n), 'IN06', is(n)]),
  ['IN06 versions of one product', software(software(cpr, '1', '样例'), '2', '样例'), 'IN06', is(1)],
  ['IN06 bought', software(cpr, '1', '样例', { acquisition: 'acquired' }), 'IN06', is(0)],
  ['IN06 60 months ago to the day', software(cpr, '1', '样例', { registeredOn: day('2021-06-30') }), 'IN06', is(0)],
  ['IN06 a day later', software(cpr, '1', '样例', { registeredOn: day('2021-07-01') }), 'IN06', is(1)],
  ['IN06 on the day', software(cpr, '1', '样例', { registeredOn: day(AS_OF) }), 'IN06', is(1)],
  ['IN06 after the day', software(cpr, '1', '样例', { registeredOn: day('2026-07-01') }), 'IN06', is(0)],
  ['IN06 acquisition not stated', lacking('acquisition'), 'IN06', gone('NOT_STATED')],
  ['IN06 registration not dated', lacking('registeredOn'), 'IN06', gone('NOT_STATED')],
  ['IN06 one stated, one not', software(lacking('acquisition'), '2', '样例'), 'IN06', is(1)],
  ['IN06 listed with nothing', old.listed('CPR'), 'IN06', gone('NOT_COVERED')],
  [
    'IN06 listed with one',
    software(old.listed('CPR'), '1', '样例', { registeredOn: day('2026-06-01') }),
    'IN06',
    is(1),
  ],
  ['IN06 covered since 60 months', old.covers('CPR', AS_OF, '2021-06-30'), 'IN06', is(0)],
  ['IN06 covered a day less', old.covers('CPR', AS_OF, '2021-07-01'), 'IN06', gone('NOT_COVERED')],
  ['IN06 not connected', old, 'IN06', gone('NOT_CONNECTED')],
  ['IN06 stale', old.covers('CPR', '2026-01-01'), 'IN06', gone('STALE')],
  ['IN06 half stale', old.covers('CPR', '2026-03-02'), 'IN06', { ...is(0), freshness: { num: 1, den: 2 } }],

  ['IN13 zero under coverage', tm, 'IN13', is(0)],
  ...[1, 2, 3].map((n): Case => [`IN13 ${n} marks`, marks(n), 'IN13', is(n)]),
  ['IN13 classes are not multiplied', mark(IN_FORCE, '1', mark(IN_FORCE), 35), 'IN13', is(1)],
  ['IN13 opposed', mark({ status: 'opposed' }), 'IN13', is(0)],
  ['IN13 announced', mark({ status: 'announced' }), 'IN13', is(0)],
  ['IN13 expires on the day', mark({ ...IN_FORCE, expiresOn: day(AS_OF) }), 'IN13', is(1)],
  ['IN13 expired, still called registered', mark({ ...IN_FORCE, expiresOn: day('2026-06-29') }), 'IN13', is(0)],
  ['IN13 registered after the day', mark({ ...IN_FORCE, registeredOn: day('2026-07-01') }), 'IN13', is(0)],
  ['IN13 cancelled', mark({ ...IN_FORCE, status: 'cancelled', statusOn: day('2026-06-30') }), 'IN13', is(0)],
  [
    'IN13 cancelled after the day',
    mark({ ...IN_FORCE, status: 'cancelled', statusOn: day('2026-07-01') }),
    'IN13',
    is(1),
  ],
  ['IN13 cancelled, day unknown', mark({ ...IN_FORCE, status: 'cancelled' }), 'IN13', is(0)],
  [
    'IN13 cancelled later, registration undated',
    mark({ status: 'cancelled', statusOn: day('2026-07-01') }),
    'IN13',
    gone('NOT_STATED'),
  ],
  ['IN13 status not stated', mark({}), 'IN13', gone('NOT_STATED')],
  ['IN13 listed with nothing', old.listed('TM'), 'IN13', gone('NOT_COVERED')],
  ['IN13 covered after the establishment only', old.covers('TM', AS_OF, '2020-01-16'), 'IN13', gone('NOT_COVERED')],
  ['IN13 covered since the establishment', old.covers('TM', AS_OF, '2020-01-15'), 'IN13', is(0)],
  ['IN13 not connected', old, 'IN13', gone('NOT_CONNECTED')],
  ['IN13 stale', old.covers('TM', '2026-01-01'), 'IN13', gone('STALE')],

  ['IN07 zero under coverage', icl, 'IN07', is(0)],
  ['IN07 one', right({ status: 'inForce' }), 'IN07', is(1)],
  ['IN07 pending', right({ status: 'pending' }), 'IN07', is(0)],
  ['IN07 past its term', right({ status: 'inForce', expiresOn: day('2026-06-29') }), 'IN07', is(0)],
  ['IN07 last day', right({ status: 'inForce', expiresOn: day(AS_OF) }), 'IN07', is(1)],
  ['IN07 granted after the day', right({ status: 'inForce', grantedOn: day('2026-07-01') }), 'IN07', is(0)],
  ['IN07 in force after the day', right({ status: 'inForce', statusOn: day('2026-07-01') }), 'IN07', is(0)],
  ['IN07 revoked', right({ status: 'revoked', grantedOn: day('2024-01-01') }), 'IN07', is(0)],
  [
    'IN07 revoked after the day',
    right({ status: 'revoked', grantedOn: day('2024-01-01'), statusOn: day('2026-07-01') }),
    'IN07',
    is(1),
  ],
  [
    'IN07 revoked after the day, grant undated',
    right({ status: 'revoked', statusOn: day('2026-07-01') }),
    'IN07',
    gone('NOT_STATED'),
  ],
  ['IN07 status not stated', right({}), 'IN07', gone('NOT_STATED')],
  ['IN07 kind not known', icl.add(otherRights, 'x', { regNo: 'x', status: 'inForce' }), 'IN07', gone('NOT_STATED')],
  ['IN07 listed with nothing', old.listed('ICL'), 'IN07', gone('NOT_COVERED')],
  ['IN07 not connected', old, 'IN07', gone('NOT_CONNECTED')],
  ['IN07 stale', old.covers('ICL', '2023-01-01'), 'IN07', gone('STALE')],

  ['OV10 zero under coverage', lic, 'OV10', is(0)],
  ['OV10 one', permit(TERM), 'OV10', is(1)],
  ['OV10 two', permit(TERM, '2', permit(TERM)), 'OV10', is(2)],
  ['OV10 last day', permit({ validTo: day(AS_OF) }), 'OV10', is(1)],
  ['OV10 past its term, still called valid', permit({ validTo: day('2026-06-29'), status: 'inForce' }), 'OV10', is(0)],
  ['OV10 from tomorrow', permit({ ...TERM, validFrom: day('2026-07-01') }), 'OV10', is(0)],
  ['OV10 without end', permit({ openEnded: true }), 'OV10', is(1)],
  ['OV10 called valid, no end stated', permit({ status: 'inForce' }), 'OV10', is(1)],
  ['OV10 no end and no status', permit({}), 'OV10', gone('NOT_STATED')],
  ['OV10 revoked', permit({ ...TERM, status: 'revoked', statusOn: day(AS_OF) }), 'OV10', is(0)],
  ['OV10 revoked after the day', permit({ ...TERM, status: 'revoked', statusOn: day('2026-07-01') }), 'OV10', is(1)],
  ['OV10 suspended, day unknown', permit({ ...TERM, status: 'suspended' }), 'OV10', is(0)],
  ['OV10 listed with nothing', old.listed('LIC'), 'OV10', gone('NOT_COVERED')],
  ['OV10 not connected', old, 'OV10', gone('NOT_CONNECTED')],
  ['OV10 stale', old.covers('LIC', '2023-01-01'), 'OV10', gone('STALE')],
];

describe('software, marks, other rights and permits', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it('name their records and the coverage behind a zero', () => {
    const firm = mark({ status: 'opposed' }, '2', mark(IN_FORCE)).covers('CPR', AS_OF);
    const rich = scoreFirmRich(firm.build(), model, localDate(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const of = (code: string) => rich.evidence[model.position.get(code)!]!;
    expect(of('IN13').records.map((ref) => ref.recordKey)).toEqual(['1|9']);
    expect(of('IN13').flags).toEqual(['RELATED_UNCHECKED']);
    expect(of('IN06').records).toEqual([]);
    expect(of('IN06').coverage.map((entry) => entry.feed)).toEqual(['CPR']);
    expect(of('IN06').flags).toEqual([]);
  });
});
