import fc from 'fast-check';
import { addDays, localDate } from '#lib/kernel';
import { qualifications, type Qualification } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirm, scoreFirmRich } from '../score-firm.ts';
import { TIERS } from './qualification-terms.ts';

const day = (text: string) => localDate(text);
const qua = old.covers('QUA', AS_OF);

type More = Omit<Partial<Qualification>, 'validFrom' | 'validTo' | 'revokedOn'> & {
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly revokedOn?: string;
};
function on(list: Qualification['list'], more: More = {}, b: DossierBuilder = qua): DossierBuilder {
  const year = more.year === undefined ? undefined : `${more.year}-01-01`;
  const from = more.validFrom ?? year;
  const revoked = more.revokedOn === undefined ? {} : { revoked: true };
  const payload = { list, ...revoked, ...more } as Qualification;
  return b.add(qualifications, `${list}|${more.certNo ?? from ?? ''}`, payload, from);
}
const sme = (year: number, b = qua, more: More = {}): DossierBuilder =>
  on('techSme', { year, certNo: `${year}1`, ...more }, b);
const TERM = { validFrom: '2024-01-01', validTo: '2026-12-31' };

const cases: readonly Case[] = [
  ['PR01 none under coverage', qua, 'PR01', is('none')],
  ...TIERS.map((tier): Case => [`PR01 ${tier}`, tier === 'techSme' ? sme(2026) : on(tier, TERM), 'PR01', is(tier)]),
  ['PR01 the highest', on('hnte', TERM, on('srdi', TERM, sme(2026))), 'PR01', is('srdi')],
  ['PR01 a nurture list is no tier', on('gazelle', TERM), 'PR01', is('none')],
  ['PR01 last day', on('hnte', { validFrom: '2023-07-01', validTo: AS_OF }), 'PR01', is('hnte')],
  ['PR01 expired, still listed', on('hnte', { validFrom: '2023-07-01', validTo: '2026-06-29' }), 'PR01', is('none')],
  ['PR01 from tomorrow', on('hnte', { validFrom: '2026-07-01' }), 'PR01', is('none')],
  ['PR01 three years where no end is stated', on('hnte', { validFrom: '2023-07-01' }), 'PR01', is('hnte')],
  ['PR01 and not a day more', on('hnte', { validFrom: '2023-06-30' }), 'PR01', is('none')],
  [
    'PR01 three years to the end of February',
    on('hnte', { validFrom: '2021-03-01' }, old.covers('QUA', '2024-02-29')),
    'PR01',
    is('hnte'),
    '2024-02-29',
  ],
  [
    'PR01 and not on 1 March',
    on('hnte', { validFrom: '2021-03-01' }, old.covers('QUA', '2024-03-01')),
    'PR01',
    is('none'),
    '2024-03-01',
  ],
  [
    'PR01 three years from a tenth',
    on('hnte', { validFrom: '2023-06-10' }, old.covers('QUA', '2026-06-09')),
    'PR01',
    is('hnte'),
    '2026-06-09',
  ],
  [
    'PR01 and not three years on',
    on('hnte', { validFrom: '2023-06-10' }, old.covers('QUA', '2026-06-10')),
    'PR01',
    is('none'),
    '2026-06-10',
  ],
  ['PR01 no first day', on('hnte', { validTo: '2027-01-01' }), 'PR01', is('hnte')],
  ['PR01 neither day', on('hnte', { certNo: 'GR1' }), 'PR01', gone('NOT_STATED')],
  ['PR01 neither day, beside a valid one', on('littleGiant', {}, on('hnte', TERM)), 'PR01', is('hnte')],
  ['PR01 revoked on the day', on('hnte', { ...TERM, revokedOn: AS_OF }), 'PR01', is('none')],
  ['PR01 revoked after the day', on('hnte', { ...TERM, revokedOn: '2026-07-01' }), 'PR01', is('hnte')],
  ['PR01 revoked, day unknown', on('hnte', { ...TERM, revoked: true }), 'PR01', is('none')],
  [
    'PR01 revoked, a lower one stays',
    sme(2026, on('hnte', { ...TERM, revokedOn: '2025-01-01' })),
    'PR01',
    is('techSme'),
  ],
  [
    'PR01 revoked by a row without number',
    on('hnte', { revokedOn: '2025-01-01' }, on('hnte', { ...TERM, certNo: 'GR1' })),
    'PR01',
    is('none'),
  ],
  [
    'PR01 another number was revoked',
    on('hnte', { certNo: 'GR0', revokedOn: '2025-01-01' }, on('hnte', { ...TERM, certNo: 'GR1' })),
    'PR01',
    is('hnte'),
  ],
  [
    'PR01 an older one was revoked',
    on('hnte', { revokedOn: '2023-01-01' }, on('hnte', { ...TERM, certNo: 'GR1' })),
    'PR01',
    is('hnte'),
  ],
  ['PR01 number of last year', sme(2025), 'PR01', is('techSme')],
  ['PR01 counts to 31 October', sme(2025, old.covers('QUA', '2026-10-31')), 'PR01', is('techSme'), '2026-10-31'],
  ['PR01 and not on 1 November', sme(2025, old.covers('QUA', '2026-11-01')), 'PR01', is('none'), '2026-11-01'],
  ['PR01 listed with nothing', old.listed('QUA'), 'PR01', gone('NOT_COVERED')],
  [
    'PR01 listed with one',
    on('hnte', TERM, old.listed('QUA')),
    'PR01',
    { ...is('hnte'), freshness: { num: 289, den: 800 } },
  ],
  ['PR01 covered after the establishment only', old.covers('QUA', AS_OF, '2020-01-16'), 'PR01', gone('NOT_COVERED')],
  ['PR01 not connected', old, 'PR01', gone('NOT_CONNECTED')],
  ['PR01 stale', old.covers('QUA', '2023-01-01'), 'PR01', gone('STALE')],

  ['PR02 none', qua, 'PR02', is(0)],
  ['PR02 a day short of a year', on('hnte', { validFrom: '2025-07-01' }), 'PR02', is(0)],
  ['PR02 a year', on('hnte', { validFrom: '2025-06-30' }), 'PR02', is(1)],
  ['PR02 two years', on('hnte', { validFrom: '2024-06-30' }), 'PR02', is(2)],
  [
    'PR02 three years, renewed',
    on('hnte', { validFrom: '2024-06-30' }, on('hnte', { validFrom: '2021-06-30' })),
    'PR02',
    is(5),
  ],
  [
    'PR02 a gap of a day',
    on('hnte', { validFrom: '2024-07-01' }, on('hnte', { validFrom: '2021-06-30' })),
    'PR02',
    is(1),
  ],
  [
    'PR02 another tier bridges',
    on('srdi', { validFrom: '2025-01-01' }, on('hnte', { validFrom: '2022-06-30' })),
    'PR02',
    is(4),
  ],
  [
    'PR02 a revoked term ends there',
    on('srdi', { validFrom: '2025-01-01' }, on('hnte', { validFrom: '2022-06-30', revokedOn: '2024-12-31' })),
    'PR02',
    is(1),
  ],
  [
    'PR02 valid up to its revocation',
    on('srdi', { validFrom: '2025-01-01' }, on('hnte', { validFrom: '2022-06-30', revokedOn: '2025-01-01' })),
    'PR02',
    is(4),
  ],
  ['PR02 expired', on('hnte', { validFrom: '2020-06-30' }), 'PR02', is(0)],
  ['PR02 one list year', sme(2026, qua, { validFrom: '2026-06-01' }), 'PR02', is(1)],
  ['PR02 list years in a row', sme(2026, sme(2025, sme(2024))), 'PR02', is(3)],
  ['PR02 a list year missing', sme(2026, sme(2024)), 'PR02', is(1)],
  ['PR02 renewal pending', sme(2025, sme(2024)), 'PR02', is(2)],
  ['PR02 a revoked number gives no year', sme(2026, sme(2025, qua, { revokedOn: '2025-06-01' })), 'PR02', is(1)],
  ['PR02 first day not stated', on('hnte', { validTo: '2027-01-01' }), 'PR02', gone('NOT_STATED')],
  ['PR02 neither day', on('hnte', { certNo: 'GR1' }), 'PR02', gone('NOT_STATED')],
  ['PR02 listed with nothing', old.listed('QUA'), 'PR02', gone('NOT_COVERED')],
  ['PR02 not connected', old, 'PR02', gone('NOT_CONNECTED')],
  ['PR02 stale', old.covers('QUA', '2023-01-01'), 'PR02', gone('STALE')],

  ['PR06 none', qua, 'PR06', is(0)],
  ['PR06 one', on('gazelle', { validFrom: '2020-06-01' }), 'PR06', is(1)],
  [
    'PR06 one list in two batches',
    on('gazelle', { validFrom: '2024-06-01' }, on('gazelle', { validFrom: '2025-06-01' })),
    'PR06',
    is(1),
  ],
  ['PR06 two', on('gazelle', TERM, on('unicorn', TERM)), 'PR06', is(2)],
  ['PR06 tiers are none', on('hnte', TERM), 'PR06', is(0)],
  ['PR06 expired', on('gazelle', { validFrom: '2023-01-01', validTo: '2026-06-29' }), 'PR06', is(0)],
  ['PR06 removed', on('gazelle', { validFrom: '2025-01-01', revokedOn: '2026-01-01' }), 'PR06', is(0)],
  ['PR06 listed with a tier only', on('hnte', TERM, old.listed('QUA')), 'PR06', gone('NOT_COVERED')],
  ['PR06 listed with nothing', old.listed('QUA'), 'PR06', gone('NOT_COVERED')],
  ['PR06 not connected', old, 'PR06', gone('NOT_CONNECTED')],
  ['PR06 stale', old.covers('QUA', '2023-01-01'), 'PR06', gone('STALE')],
];

describe('qualifications and nurture lists', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it.each([
    ['pending', sme(2025), ['RENEWAL_PENDING']],
    ['renewed', sme(2026, sme(2025)), []],
    ['covered by a higher tier', sme(2025, on('hnte', TERM)), []],
  ])('flags a renewal: %s', (_, firm, flags) => {
    const rich = scoreFirmRich(firm.build(), model, day(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    expect(rich.evidence[model.position.get('PR01')!]!.flags).toEqual(flags);
  });

  it.each<[string, DossierBuilder, string[]]>([
    ['90 days', on('hnte', { ...TERM, validTo: '2026-09-28' }), ['hnte|2024-01-01']],
    ['91 days', on('hnte', { ...TERM, validTo: '2026-09-29' }), []],
    ['today', on('hnte', { ...TERM, validTo: AS_OF }), ['hnte|2024-01-01']],
    ['expired', on('hnte', { ...TERM, validTo: '2026-06-29' }), []],
    ['renewed', on('hnte', { validFrom: '2026-06-01' }, on('hnte', { ...TERM, validTo: '2026-08-01' })), []],
    ['revoked', on('hnte', { ...TERM, validTo: '2026-08-01', revokedOn: '2026-01-01' }), []],
    ['a nurture list', on('gazelle', { ...TERM, validTo: '2026-08-01' }), []],
    ['a number of last year, four months before', sme(2025), []],
    ['no feed', old, []],
  ])('W10: %s', (_, firm, keys) => {
    const rich = scoreFirmRich(firm.build(), model, day(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const found = rich.warnings.filter(({ code }) => code === 'W10');
    expect(found.flatMap(({ evidence }) => evidence.map((ref) => ref.recordKey))).toEqual(keys);
    expect(rich.score.warnings.includes('W10')).toBe(keys.length > 0);
  });

  it('W10 for a number of last year from 2 August on', () => {
    const warned = (asOf: string): boolean => {
      const scored = scoreFirm(sme(2025, old.covers('QUA', asOf)).build(), model, day(asOf));
      return scored.kind === 'scored' && scored.score.warnings.includes('W10');
    };
    expect([warned('2026-08-01'), warned('2026-08-02'), warned('2026-10-31'), warned('2026-11-01')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('one more valid tier never lowers PR01, PR02 or PR06, in whatever order', () => {
    const entry = fc.record({
      list: fc.constantFrom<Qualification['list']>(...TIERS.slice(1), 'gazelle', 'unicorn'),
      from: fc.nat(2000).map((back) => addDays(day(AS_OF), -back)),
    });
    const values = (entries: readonly { list: Qualification['list']; from: string }[]) => {
      const firm = entries.reduce((b, { list, from }) => on(list, { validFrom: from }, b), qua);
      return ['PR01', 'PR02', 'PR06'].map((code) => {
        const found = valueIn(['', firm, code, {}]);
        if (found.state !== 'VALUE') throw new Error(found.state);
        return code === 'PR01' ? TIERS.findIndex((tier) => tier === found.value) : Number(found.value);
      });
    };
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), entry, (entries, more) => {
        const before = values(entries);
        const after = values([...entries, more]);
        expect(values([more, ...entries.toReversed()])).toEqual(after);
        for (const [i, value] of after.entries()) expect(value).toBeGreaterThanOrEqual(before[i]!);
      }),
      { numRuns: process.env['FIRSTMILE_LONG'] ? 1000 : 50 },
    );
  });
});
