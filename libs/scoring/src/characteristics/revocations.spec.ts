import { localDate } from '#lib/kernel';
import { qualifications, type Qualification, type Subsidy } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirm, scoreFirmRich } from '../score-firm.ts';

const day = (text: string) => localDate(text);
const both = old.covers('SUB', AS_OF).covers('QUA', AS_OF);

const revoked = (on: string | undefined, why: Qualification['revokedFor'], b = both): DossierBuilder =>
  b.add(
    qualifications,
    'hnte|GR1',
    {
      list: 'hnte',
      certNo: 'GR1',
      validFrom: day('2022-01-01'),
      revoked: true,
      ...(on === undefined ? {} : { revokedOn: day(on) }),
      ...(why === undefined ? {} : { revokedFor: why }),
    },
    '2022-01-01',
  );
const clawed = (approvedOn: string, paidOn?: string, b = both): DossierBuilder =>
  b
    .subsidy('P1', { status: 'approved', approvedOn: day(approvedOn) })
    .subsidy('P1', { status: 'clawedBack', approvedOn: day(approvedOn), ...(paidOn ? { paidOn: day(paidOn) } : {}) });

/** Approved and paid in 2022, clawed back on this day for this reason. */
const dated = (
  clawedBackOn: string | undefined,
  clawbackReason?: Subsidy['clawbackReason'],
  b = both,
): DossierBuilder =>
  b.subsidy('P2', {
    status: 'clawedBack',
    approvedOn: day('2022-03-01'),
    ...(clawedBackOn === undefined ? {} : { clawedBackOn: day(clawedBackOn) }),
    ...(clawbackReason === undefined ? {} : { clawbackReason }),
  });

const cases: readonly Case[] = [
  ['CC10 none', both, 'CC10', is('none')],
  ['CC10 clawed back', clawed('2024-01-01'), 'CC10', is('any')],
  ['CC10 paid in the window', clawed('2023-01-01', '2023-07-01'), 'CC10', is('any')],
  ['CC10 all of it before the window', clawed('2023-01-01', '2023-06-30'), 'CC10', gone('NOT_STATED')],
  ['CC10 clawed back in the window, long after the award', dated('2023-07-01'), 'CC10', is('any')],
  ['CC10 clawed back 36 months ago to the day', dated('2023-06-30', 'fraud'), 'CC10', is('none')],
  ['CC10 clawed back after the day', dated('2026-07-01', 'fraud'), 'CC10', is('none')],
  [
    'CC10 an award withdrawn is no clawback',
    both.subsidy('P1', { status: 'withdrawn', approvedOn: day('2024-01-01') }),
    'CC10',
    is('none'),
  ],
  ['CC10 revoked for a breach', revoked('2025-01-01', 'breach'), 'CC10', is('any')],
  ['CC10 revoked for forgery', revoked('2025-01-01', 'forgery'), 'CC10', is('any')],
  ['CC10 expiry is none', revoked('2025-01-01', 'lapse'), 'CC10', is('none')],
  ['CC10 36 months ago to the day', revoked('2023-06-30', 'breach'), 'CC10', is('none')],
  ['CC10 a day later', revoked('2023-07-01', 'breach'), 'CC10', is('any')],
  ['CC10 revoked after the day', revoked('2026-07-01', 'breach'), 'CC10', is('none')],
  ['CC10 reason not stated', revoked('2025-01-01', undefined), 'CC10', gone('NOT_STATED')],
  ['CC10 day not stated', revoked(undefined, 'breach'), 'CC10', gone('NOT_STATED')],
  ['CC10 a doubt beside a fact', clawed('2024-01-01', undefined, revoked(undefined, 'breach')), 'CC10', is('any')],
  ['CC10 SUB not connected', old.covers('QUA', AS_OF), 'CC10', gone('NOT_CONNECTED')],
  ['CC10 QUA not connected', old.covers('SUB', AS_OF), 'CC10', gone('NOT_CONNECTED')],
  ['CC10 QUA stale', old.covers('SUB', AS_OF).covers('QUA', '2023-01-01'), 'CC10', gone('STALE')],
  ['CC10 SUB listed with nothing', old.listed('SUB').covers('QUA', AS_OF), 'CC10', gone('NOT_COVERED')],
  [
    'CC10 QUA listed with a valid one',
    old
      .covers('SUB', AS_OF)
      .listed('QUA')
      .add(qualifications, 'hnte|1', { list: 'hnte', validFrom: day('2026-01-01') }, '2026-01-01'),
    'CC10',
    gone('NOT_COVERED'),
  ],
  ['CC10 covered for 36 months', old.covers('SUB', AS_OF, '2023-06-30').covers('QUA', AS_OF), 'CC10', is('none')],
  [
    'CC10 covered for a day less',
    old.covers('SUB', AS_OF, '2023-07-01').covers('QUA', AS_OF),
    'CC10',
    gone('NOT_COVERED'),
  ],
  [
    'CC10 the staler of both',
    old.covers('SUB', '2026-01-01').covers('QUA', AS_OF),
    'CC10',
    { ...is('none'), freshness: { num: 3, den: 4 } },
  ],
];

describe('clawbacks and revocations', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));

  it.each<[string, DossierBuilder, string, string[]]>([
    ['forged material', revoked('2025-01-01', 'forgery'), 'yes', ['hnte|GR1']],
    [
      'forged material in a list, nothing else known',
      revoked('2026-01-01', 'forgery', old.listed('QUA')),
      'yes',
      ['hnte|GR1'],
    ],
    [
      'a stale feed that said so',
      revoked('2025-01-01', 'forgery', old.covers('QUA', '2023-01-01')),
      'yes',
      ['hnte|GR1'],
    ],
    ['36 months over', revoked('2023-06-30', 'forgery'), 'no', []],
    ['revoked after the day', revoked('2026-07-01', 'forgery'), 'no', []],
    ['another breach', revoked('2025-01-01', 'breach'), 'no', []],
    ['expiry', revoked('2025-01-01', 'lapse'), 'no', []],
    ['a clawback for fraud', dated('2023-07-01', 'fraud'), 'yes', ['P2']],
    ['a clawback for fraud of which no list speaks', dated('2025-01-01', 'fraud', old.listed('SUB')), 'yes', ['P2']],
    ['a clawback for fraud before the window', dated('2023-06-30', 'fraud'), 'no', []],
    ['a clawback for fraud of unknown day', dated(undefined, 'fraud'), 'unknown', []],
    ['a clawback for another reason', dated('2025-01-01', 'other'), 'no', []],
    ['a clawback for another reason of unknown day', dated(undefined, 'other'), 'no', []],
    ['a clawback without a reason', dated('2025-01-01'), 'unknown', []],
    ['a clawback does not say why', clawed('2024-01-01'), 'unknown', []],
    ['a clawback of unknown day', clawed('2020-03-01'), 'unknown', []],
    ['a revocation of unknown reason', revoked('2025-01-01', undefined), 'unknown', []],
    ['a forgery of unknown day', revoked(undefined, 'forgery'), 'unknown', []],
    ['nothing', both, 'no', []],
    ['one feed only', old.covers('SUB', AS_OF), 'unknown', []],
    ['lists only', old.listed('SUB').listed('QUA'), 'unknown', []],
  ])('K10: %s', (_, firm, state, keys) => {
    const rich = scoreFirmRich(firm.build(), model, day(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const found = rich.knockOuts.find(({ code }) => code === 'K10')!;
    expect(found.state).toBe(state);
    expect(found.evidence.map((ref) => ref.recordKey)).toEqual(keys);
    expect(found.coverage.map(({ feed }) => feed)).toEqual(state === 'no' ? ['SUB', 'QUA'] : []);
    const slim = scoreFirm(firm.build(), model, day(AS_OF));
    expect(slim.kind === 'scored' && slim.score.knockOuts.includes('K10')).toBe(state === 'yes');
  });
});
