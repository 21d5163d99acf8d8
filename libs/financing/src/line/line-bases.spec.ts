import { fen, localDate, type Fen } from '#lib/kernel';
import {
  creditHistory,
  researchDevelopment,
  shareholders,
  socialSecurity,
  subsidies,
  taxCredit,
} from '#lib/data-sources';
import type { Shareholding, Subsidy, TaxCredit } from '#lib/data-sources';
import { shipped, wan } from '../../fixtures/line-cases.ts';
import { AS_OF, FirmFile } from '../../fixtures/line-dossier.ts';
import type { BaseCode, LineBase } from './line-base.ts';
import { lineBases, type LineEvidence, type StatedFigures, type StatedGapCause } from './line-bases.ts';

const { parameters } = shipped;
const day = localDate;

function basesFor(file: FirmFile, more: Partial<LineEvidence> = {}): readonly LineBase[] {
  return lineBases({ dossier: file.dossier(), scored: file.scored(), asOf: AS_OF, ...more }, parameters);
}
const baseIn = (code: BaseCode, file: FirmFile, more: Partial<LineEvidence> = {}): LineBase =>
  basesFor(file, more).find((base) => base.code === code)!;

const nothing = FirmFile.new;
const insured = nothing.covers(['SOC']);

const invests = (file: FirmFile, amount: Fen, paidOn: string, more: Partial<Shareholding> = {}): FirmFile => {
  const payload: Shareholding = {
    holder: 'org:样例创投',
    holderType: 'fund',
    acquisition: 'increase',
    joinedOn: day('2021-01-01'),
    paid: amount,
    paidOn: day(paidOn),
    ...more,
  };
  return file.add(shareholders, `${payload.holder}|${paidOn}`, payload, paidOn, '2026-06-30');
};
const equity = nothing.covers(['SHR', 'CHG']);

const awarded = (file: FirmFile, more: Partial<Subsidy> = {}): FirmFile => {
  const payload: Subsidy = {
    projectNo: 'P1',
    competitive: true,
    status: 'approved',
    approvedAmount: wan(100),
    approvedOn: day('2026-01-10'),
    ...more,
  };
  const { projectNo, paidOn, approvedOn } = payload;
  return file.add(
    subsidies,
    paidOn === undefined ? projectNo : `${projectNo}|${paidOn}`,
    payload,
    paidOn ?? approvedOn,
  );
};
const granted = nothing.covers(['SUB']);

const taxed = (file: FirmFile, year: number, taxPaid: Fen | undefined, more: Partial<TaxCredit> = {}): FirmFile => {
  const payload: TaxCredit = { year, grade: 'A', ...(taxPaid === undefined ? {} : { taxPaid }), ...more };
  return file.add(taxCredit, String(year), payload, `${year + 1}-04-01`, '2026-06-30');
};
const twoYears = taxed(taxed(nothing, 2025, wan(30)), 2024, wan(10));

const researched = (expenditure: Fen | undefined): FirmFile =>
  nothing.add(
    researchDevelopment,
    'year|2025',
    { kind: 'year', year: 2025, ...(expenditure === undefined ? {} : { expenditure }) },
    '2025-12-31',
    '2026-05-31',
  );

const said = {
  by: { zh: '企业', en: 'the firm' },
  on: day('2026-06-01'),
  asOf: day('2026-05-31'),
  verified: { by: { zh: '银行', en: 'a bank' }, on: day('2026-06-03') },
};
const stated: StatedFigures = {
  tax: {
    ...said,
    years: [
      { vat: wan(4), cit: wan(2) },
      { vat: wan(2), cit: wan(0) },
    ],
  },
  receivables: { ...said, amount: wan(50) },
  workingCapital: {
    ...said,
    annualSales: wan(1000),
    marginBp: 2000,
    growthBp: 1000,
    inventoryDays: 60,
    receivableDays: 90,
    payableDays: 45,
    prepaidDays: 10,
    advanceDays: 25,
    ownFunds: wan(20),
  },
};

const gap = (cause: StatedGapCause): Partial<LineEvidence> => ({
  stated: { gaps: { tax: cause, receivables: cause, 'working-capital': cause } },
});

describe('bases with an amount', () => {
  it.each<[string, BaseCode, FirmFile, Fen, Partial<LineEvidence>?]>([
    // 10 heads × 8,000 yuan × 6 × ½.
    ['B1 steady', 'B1', insured.months([10, 10, 10, 10, 10, 10], 800_000), wan(24)],
    // Median 5½; mean base 7,000 yuan: 5.5 × 7,000 × 3 = 115,500.
    ['B1 a median between', 'B1', insured.months([4, 5, 5, 6, 7, 8], 700_000), fen(11_550_000)],
    // A third of a fen is lost once: 1 head × ⅓-fen means do not round in between.
    ['B1 odd sums', 'B1', oddSums(), fen(3 * 100)],
    ['B2 the newest round', 'B2', invests(equity, wan(500), '2026-03-01'), wan(150)],
    ['B2 with the premium', 'B2', invests(equity, wan(5), '2026-03-01', { invested: wan(400) }), wan(120)],
    ['B2 a day short of 18 months', 'B2', invests(equity, wan(100), '2024-12-31'), wan(30)],
    [
      'B2 two payments, one long ago',
      'B2',
      invests(invests(equity, wan(100), '2025-06-01'), wan(900), '2022-01-01'),
      wan(30),
    ],
    [
      'B2 less what a case recognises',
      'B2',
      invests(equity, wan(500), '2026-03-01'),
      wan(60),
      { recognisedEquity: [{ recordKey: 'org:样例创投|2026-03-01', amount: wan(300) }] },
    ],
    [
      'B2 a case on another payment',
      'B2',
      invests(equity, wan(500), '2026-03-01'),
      wan(150),
      { recognisedEquity: [{ recordKey: 'org:样例创投|2022-01-01', amount: wan(300) }] },
    ],
    ['B3 the last due year', 'B3', researched(fen(123_456_789)), fen(61_728_394)],
    ['B4 not paid yet', 'B4', awarded(granted), wan(70)],
    [
      'B4 paid in part',
      'B4',
      awarded(awarded(granted), { status: 'paid', paidOn: day('2026-03-01'), paidAmount: wan(40) }),
      wan(42),
    ],
    [
      'B4 two projects, the approval told twice with two amounts',
      'B4',
      awarded(awarded(awarded(granted), { projectNo: 'P2' }), {
        status: 'paid',
        paidOn: day('2026-03-01'),
        paidAmount: wan(0),
        approvedAmount: wan(60),
      }),
      wan(112),
    ],
    // The mean of 30 and 10, five times.
    ['B5 from records', 'B5', twoYears, wan(100)],
    ['B5 grade M has a cap', 'B5', taxed(taxed(nothing, 2025, wan(30), { grade: 'M' }), 2024, wan(10)), wan(50)],
    // (4×5 + 2×7 + 2×5) ÷ 2.
    ['B5 stated by kind', 'B5', taxed(nothing, 2025, undefined), wan(22), { stated }],
    ['B5 of a grade that nobody delivers', 'B5', nothing, wan(22), { stated: { tax: { ...stated.tax!, grade: 'B' } } }],
    [
      'B5 the office before the firm',
      'B5',
      taxed(nothing, 2025, undefined),
      wan(22),
      { stated: { tax: { ...stated.tax!, grade: 'D' } } },
    ],
    ['B5 records before statements', 'B5', twoYears, wan(100), { stated }],
    ['B6 stated', 'B6', nothing, wan(30), { stated }],
    // 1000 × 0.8 × 1.1 × 90 ÷ 360 − 20.
    ['B7 stated', 'B7', nothing, wan(200), { stated }],
  ])('%s', (_, code, file, amount, more = {}) => {
    const base = baseIn(code, file, more);
    expect([base.amount, base.gaps]).toEqual([amount, []]);
    expect(base.inputs.every(({ value }) => value !== null)).toBe(true);
  });

  it('name their rows', () => {
    const keys = (code: BaseCode, file: FirmFile): string[] =>
      baseIn(code, file).records.map(({ recordKey }) => recordKey);
    expect(keys('B1', insured.months([3, 3, 3], 800_000))).toEqual(['2026-04', '2026-05', '2026-06']);
    expect(keys('B2', invests(equity, wan(5), '2026-03-01'))).toEqual(['org:样例创投|2026-03-01']);
    expect(keys('B3', researched(wan(5)))).toEqual(['year|2025']);
    expect(keys('B4', awarded(granted))).toEqual(['P1']);
    expect(keys('B5', twoYears)).toEqual(['2025', '2024', '2025']);
  });

  it('say who stated them', () => {
    const bases = basesFor(taxed(nothing, 2025, undefined), { stated });
    expect(bases.map(({ statement }) => statement)).toEqual([...Array(4).fill(undefined), said, said, said]);
    expect(baseIn('B5', twoYears, { stated }).statement).toBeUndefined();
  });
});

/** Six months of 3 heads whose sums are 100 fen: the mean base is 33⅓ fen. */
function oddSums(): FirmFile {
  return [1, 2, 3, 4, 5, 6].reduce<FirmFile>((file, n) => {
    const month = `2026-0${n}`;
    const payload = { kind: 'month' as const, month: month as never, insuredTotal: 3, baseSum: fen(100) };
    return file.add(socialSecurity, month, payload, `${month}-01`, `${month}-28`);
  }, insured);
}

describe('bases that do not count', () => {
  it.each<[string, BaseCode, FirmFile, readonly string[], Partial<LineEvidence>?]>([
    ['B1 not connected', 'B1', nothing, ['NOT_CONNECTED', 'NOT_CONNECTED']],
    ['B1 sums not stated', 'B1', insured.months([5, 5, 5, 5, 5, 5], undefined), ['NOT_STATED']],
    ['B1 nobody insured', 'B1', insured.months([0, 0, 0, 0, 0, 0], 800_000), ['NOT_POSITIVE']],
    [
      'B1 closed by the firm',
      'B1',
      insured.months([5, 5, 5, 5, 5, 5], 1).closed(socialSecurity),
      ['NOT_AUTHORISED', 'NOT_AUTHORISED'],
    ],
    ['B2 not connected', 'B2', nothing, ['NOT_CONNECTED']],
    ['B2 no round', 'B2', equity, ['NOT_POSITIVE']],
    ['B2 18 months ago', 'B2', invests(equity, wan(100), '2024-12-30'), ['NOT_POSITIVE']],
    ['B2 not verified', 'B2', invests(equity, wan(100), '2026-03-01', { acquisition: 'transfer' }), ['NOT_POSITIVE']],
    [
      'B2 changes stale',
      'B2',
      invests(nothing.covers(['SHR']).covers(['CHG'], '2025-01-01'), wan(1), '2026-03-01'),
      ['STALE'],
    ],
    ['B3 not connected', 'B3', nothing, ['NOT_CONNECTED']],
    ['B3 not stated', 'B3', researched(undefined), ['NOT_STATED']],
    ['B3 nothing spent', 'B3', researched(wan(0)), ['NOT_POSITIVE']],
    ['B4 not connected', 'B4', nothing, ['NOT_CONNECTED']],
    ['B4 no award', 'B4', granted, ['NOT_POSITIVE']],
    ['B4 not competitive', 'B4', awarded(granted, { competitive: false }), ['NOT_POSITIVE']],
    ['B4 only announced', 'B4', awarded(granted, { status: 'announced' }), ['NOT_POSITIVE']],
    ['B4 a year ago', 'B4', awarded(granted, { approvedOn: day('2025-06-30') }), ['NOT_POSITIVE']],
    ['B4 withdrawn', 'B4', awarded(granted, { status: 'withdrawn' }), ['NOT_POSITIVE']],
    [
      'B4 paid in full',
      'B4',
      awarded(awarded(granted), { status: 'paid', paidOn: day('2026-03-01'), paidAmount: wan(100) }),
      ['NOT_POSITIVE'],
    ],
    [
      'B4 a payment of unknown amount',
      'B4',
      awarded(awarded(granted), { status: 'paid', paidOn: day('2026-03-01') }),
      ['NOT_STATED'],
    ],
    ['B4 the approved amount left out', 'B4', unpriced(), ['NOT_STATED']],
    ['B4 competitive or not, nobody says', 'B4', silent(), ['NOT_STATED']],
    ['B5 not connected', 'B5', nothing, ['NOT_CONNECTED', 'NOT_CONNECTED']],
    ['B5 one year only', 'B5', taxed(nothing, 2025, wan(30)), ['NOT_STATED']],
    ['B5 a year between left out', 'B5', taxed(taxed(nothing, 2025, wan(30)), 2023, wan(30)), ['NOT_STATED']],
    ['B5 no tax paid', 'B5', taxed(taxed(nothing, 2025, wan(0)), 2024, wan(0)), ['NOT_POSITIVE']],
    ['B5 grade C', 'B5', taxed(taxed(nothing, 2025, wan(30), { grade: 'C' }), 2024, wan(1)), ['TAX_GRADE']],
    [
      'B5 grade D and no tax stated: both reasons',
      'B5',
      taxed(nothing, 2025, undefined, { grade: 'D' }),
      ['NOT_STATED', 'TAX_GRADE'],
    ],
    ['B5 years long ago', 'B5', taxed(taxed(taxed(nothing, 2025, undefined), 2022, wan(9)), 2021, wan(9)), ['STALE']],
    [
      'B5 stated for a grade that is not used',
      'B5',
      nothing,
      ['TAX_GRADE'],
      { stated: { tax: { ...stated.tax!, grade: 'C' } } },
    ],
    ['B5 stated, to be verified', 'B5', taxed(nothing, 2025, undefined), ['UNVERIFIED'], gap('UNVERIFIED')],
    ['B6 stated, to be verified', 'B6', nothing, ['UNVERIFIED'], gap('UNVERIFIED')],
    ['B6 not authorised', 'B6', nothing, ['NOT_AUTHORISED'], gap('NOT_AUTHORISED')],
    ['B7 stated, not confirmed', 'B7', nothing, ['REJECTED'], gap('REJECTED')],
    ['B7 stated long ago', 'B7', nothing, ['STALE'], gap('STALE')],
    ['B6 no source', 'B6', nothing, ['NO_SOURCE']],
    ['B7 no source', 'B7', nothing, ['NO_SOURCE']],
    [
      'B7 nothing needed',
      'B7',
      nothing,
      ['NOT_POSITIVE'],
      { stated: { workingCapital: { ...stated.workingCapital!, payableDays: 200 } } },
    ],
    [
      'B7 own funds are enough',
      'B7',
      nothing,
      ['NOT_POSITIVE'],
      { stated: { workingCapital: { ...stated.workingCapital!, ownFunds: wan(220) } } },
    ],
  ])('%s', (_, code, file, causes, more = {}) => {
    const base = baseIn(code, file, more);
    expect([base.amount, base.gaps.map(({ cause }) => cause)]).toEqual([null, causes]);
    for (const { zh, en } of base.gaps) expect([zh.length > 0, en.length > 0]).toEqual([true, true]);
  });

  it('too young for six months of heads', () => {
    const file = insured.months([5], 800_000);
    const young = lineBases(
      { dossier: file.dossier(), scored: file.scored(day('2020-03-31')), asOf: day('2020-03-31') },
      parameters,
    );
    expect(young[0]!.gaps.map(({ cause }) => cause)).toContain('TOO_YOUNG');
  });

  it('B1 leaves out the months of a jump that nobody confirmed', () => {
    // 3, 3, 3 heads, then 40: the jump and what follows are SUSPECT.
    const base = baseIn('B1', insured.months([3, 3, 3, 40, 40, 40], 800_000));
    expect(base.amount).toBe(fen(3 * 800_000 * 3));
  });

  it('why records say nothing of tax stands where nobody stated it, and a gap of a statement lets records be', () => {
    expect(baseIn('B5', twoYears, gap('UNVERIFIED')).amount).toBe(wan(100));
    expect(baseIn('B5', taxed(nothing, 2025, undefined), gap('REJECTED')).gaps[0]!.zh).toContain('核验未通过');
  });

  it('throws for tax stated for another number of years', () =>
    expect(() => basesFor(nothing, { stated: { tax: { ...stated.tax!, years: [] } } })).toThrow(RangeError));

  it('a firm that nobody delivers anything of has none, and none is invented', () =>
    expect(
      basesFor(nothing.add(creditHistory, '2026-06-01', { queriedOn: day('2026-06-01') })).map((base) => base.amount),
    ).toEqual(Array(7).fill(null)));
});

function unpriced(): FirmFile {
  const payload: Subsidy = { projectNo: 'P1', competitive: true, status: 'approved', approvedOn: day('2026-01-10') };
  return granted.add(subsidies, 'P1', payload, '2026-01-10');
}

function silent(): FirmFile {
  const payload: Subsidy = {
    projectNo: 'P1',
    status: 'approved',
    approvedOn: day('2026-01-10'),
    approvedAmount: wan(9),
  };
  return granted.add(subsidies, 'P1', payload, '2026-01-10');
}
