import fc from 'fast-check';
import { ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import { localDate } from '#lib/kernel';
import {
  checkedInput,
  newestVersions,
  statedInputsOn,
  stateOf,
  type InputCheck,
  type StatedInput,
  type StatedRequest,
} from './stated-input.ts';
import { valuesDocument, type StatedKind } from './stated-values.ts';

const TODAY = localDate('2026-07-06');
const YEARS = { taxYears: 2 };
const hash = (digit: string): string => digit.repeat(64);
const yuan = (amount: number) => ({ fen: amount * 100, currency: 'CNY' });
const contract = (more: object = {}) => ({
  contractNo: 'HT-1',
  buyer: '样例市水务局',
  buyerKind: 'public',
  signedOn: '2026-05-08',
  dueOn: '2026-08-31',
  amount: yuan(800_000),
  sha256: hash('1'),
  ...more,
});
const FIGURES = {
  annualSales: yuan(10_000_000),
  marginBp: 2000,
  growthBp: 1000,
  inventoryDays: 60,
  receivableDays: 90,
  payableDays: 45,
  prepaidDays: 10,
  advanceDays: 25,
  ownFunds: yuan(200_000),
  existingLoans: yuan(0),
};
const GOOD: Readonly<Record<StatedKind, object>> = {
  tax: {
    years: [
      { year: 2024, total: yuan(100_000) },
      { year: 2025, vat: yuan(60_000), cit: yuan(0) },
    ],
    grade: 'B',
  },
  receivables: { contracts: [contract(), contract({ contractNo: 'HT-2', buyerKind: 'large' })] },
  'working-capital': FIGURES,
};
const request = (kind: StatedKind, values: object = GOOD[kind], more: Partial<StatedRequest> = {}): StatedRequest => ({
  kind,
  asOf: localDate('2026-06-30'),
  values,
  evidence: [{ sha256: hash('a'), reference: '审计报告' }],
  ...more,
});
const faults = (asked: StatedRequest): readonly (string | undefined)[] => {
  try {
    checkedInput(asked, TODAY);
  } catch (error) {
    expect((error as ProblemError).problem).toMatchObject({ code: 'stated-input-invalid', status: 422 });
    return (error as ProblemError).problem.errors!.map(({ pointer }) => pointer);
  }
  return [];
};

describe('what may be stated', () => {
  it.each(Object.keys(GOOD) as StatedKind[])('%s, in whole fen, and back as it came', (kind) => {
    expect(valuesDocument(checkedInput(request(kind), TODAY).values)).toEqual(GOOD[kind]);
  });

  const figures = (more: object): StatedRequest => request('working-capital', { ...FIGURES, ...more });
  const contracts = (...all: object[]): StatedRequest => request('receivables', { contracts: all });
  const years = (...all: object[]): StatedRequest => request('tax', { years: all });
  const year = (of: number) => ({ year: of, total: yuan(1) });
  it.each<[string, StatedRequest, readonly string[]]>([
    ['a negative amount', figures({ annualSales: yuan(-1) }), ['/values/annualSales/fen']],
    ['half a fen', figures({ ownFunds: { fen: 0.5, currency: 'CNY' } }), ['/values/ownFunds/fen']],
    ['no sales', figures({ annualSales: yuan(0) }), ['/values/annualSales/fen']],
    ['another currency', figures({ existingLoans: { fen: 1, currency: 'USD' } }), ['/values/existingLoans']],
    ['a bare number for money', figures({ ownFunds: 100 }), ['/values/ownFunds']],
    ['ratios out of range', figures({ marginBp: 10_001, growthBp: -10_001 }), ['/values/marginBp', '/values/growthBp']],
    ['a loss as a margin', figures({ marginBp: -1 }), ['/values/marginBp']],
    [
      'days out of range',
      figures({ inventoryDays: -1, prepaidDays: 1801 }),
      ['/values/inventoryDays', '/values/prepaidDays'],
    ],
    ['days that come to nothing', figures({ payableDays: 135 }), ['/values']],
    [
      'a member left out and one too many',
      figures({ advanceDays: undefined, more: 1 }),
      ['/values/more', '/values/advanceDays'],
    ],
    ['no object', request('working-capital', [] as object), Object.keys(FIGURES).map((name) => `/values/${name}`)],
    ['one contract twice', contracts(contract(), contract()), ['/values/contracts/1/contractNo']],
    ['due before it was signed', contracts(contract({ dueOn: '2026-05-07' })), ['/values/contracts/0/dueOn']],
    ['overdue', contracts(contract({ dueOn: '2026-06-29' })), ['/values/contracts/0/dueOn']],
    ['due too far ahead', contracts(contract({ dueOn: '2032-01-01' })), ['/values/contracts/0/dueOn']],
    ['signed later', contracts(contract({ signedOn: '2026-07-01' })), ['/values/contracts/0/signedOn']],
    ['a day that does not exist', contracts(contract({ dueOn: '2026-02-30' })), ['/values/contracts/0/dueOn']],
    ['a buyer of another kind', contracts(contract({ buyerKind: 'small' })), ['/values/contracts/0/buyerKind']],
    ['nothing due', contracts(contract({ amount: yuan(0) })), ['/values/contracts/0/amount/fen']],
    ['no contract', contracts(), ['/values/contracts']],
    ['one year', years(year(2025)), ['/values/years']],
    ['a year twice', years(year(2025), year(2025)), ['/values/years/1/year']],
    ['a year between left out', years(year(2023), year(2025)), ['/values/years/1/year']],
    ['a year that runs', years(year(2025), year(2026)), ['/values/years/1/year']],
    ['tax told whole and apart', years(year(2024), { ...year(2025), vat: yuan(1) }), ['/values/years/1/vat']],
    ['a grade that is none', request('tax', { ...GOOD.tax, grade: 'E' }), ['/values/grade']],
    ['a day to come', request('tax', GOOD.tax, { asOf: localDate('2026-07-07') }), ['/asOf']],
    ['no evidence', request('tax', GOOD.tax, { evidence: [] }), ['/evidence']],
    [
      'the same document twice',
      request('tax', GOOD.tax, { evidence: [1, 2].map(() => ({ sha256: hash('a'), reference: '报告' })) }),
      ['/evidence/1/sha256'],
    ],
    ['another kind', request('rent' as StatedKind, {}), ['/kind']],
  ])('not %s', (_, asked, pointers) => expect(faults(asked)).toEqual(pointers));
});

let serial = 0;
const version = (kind: StatedKind, more: Partial<StatedInput> = {}): StatedInput => {
  const { values, evidence } = checkedInput(request(kind), TODAY);
  serial += 1;
  return {
    statementId: `s${serial}`,
    uscc: '91440300DMA000001X' as Uscc,
    kind,
    asOf: localDate('2026-06-30'),
    values,
    evidence,
    reason: null,
    at: new Date('2026-07-01T02:00:00Z'),
    on: localDate('2026-07-01'),
    by: 'firm',
    institutionId: 'firm',
    personId: 'p',
    checks: [],
    ...more,
  };
};
const check = (verdict: InputCheck['verdict'] = 'verified', institutionId = 'bank'): InputCheck => ({
  verdict,
  note: '已核对',
  evidenceSha256: hash('a'),
  at: new Date('2026-07-03T02:00:00Z'),
  on: localDate('2026-07-03'),
  by: 'bank',
  institutionId,
  personId: 'q',
});
const verified = (kind: StatedKind, more: Partial<StatedInput> = {}) => version(kind, { checks: [check()], ...more });
const on = (versions: readonly StatedInput[], day: LocalDate = TODAY) => statedInputsOn(versions, day, YEARS);

describe('where a statement stands', () => {
  const stateIn = (one: StatedInput, ...later: StatedInput[]) => stateOf(one, newestVersions([one, ...later]));

  it('is for a second party to say, the newest word of each; one that finds otherwise is enough', () => {
    expect(stateIn(version('tax'))).toBe('unverified');
    expect(stateIn(verified('tax'))).toBe('verified');
    expect(stateIn(version('tax', { checks: [check(), check('rejected', 'other')] }))).toBe('rejected');
    expect(stateIn(version('tax', { checks: [check('rejected'), check()] }))).toBe('verified');
    expect(stateIn(version('tax', { checks: [check(), check('rejected')] }))).toBe('rejected');
  });

  it('is over where the same institution said something else of the same day', () => {
    expect(stateIn(verified('tax'), version('tax'))).toBe('superseded');
    expect(stateIn(verified('tax'), version('tax', { asOf: localDate('2026-03-31') }))).toBe('verified');
    expect(stateIn(verified('tax'), version('tax', { institutionId: 'bank' }))).toBe('verified');
    expect(stateIn(verified('tax'), version('receivables'))).toBe('verified');
    expect(stateIn(version('tax', { values: null, reason: '有误' }))).toBe('withdrawn');
  });
});

describe('inputs of the bases', () => {
  it('are what a second party verified, with who said so by kind alone', () => {
    const all = (Object.keys(GOOD) as StatedKind[]).map((kind) => verified(kind));
    const { tax, receivables, workingCapital, gaps } = on(all);
    const said = {
      by: { zh: '企业', en: 'the firm' },
      on: '2026-07-01',
      asOf: '2026-06-30',
      verified: { by: { zh: '银行', en: 'a bank' }, on: '2026-07-03' },
    };
    expect(tax).toEqual({
      ...said,
      years: [
        { year: 2024, total: 10_000_000 },
        { year: 2025, vat: 6_000_000, cit: 0 },
      ],
      grade: 'B',
    });
    expect(receivables).toEqual({ ...said, amount: 160_000_000 });
    expect(workingCapital).toMatchObject({ ...said, annualSales: 1_000_000_000, existingLoans: 0 });
    expect(gaps).toEqual({});
  });

  it('are none, with the reason, until then', () => {
    expect(on([])).toEqual({ gaps: {} });
    const none = on([version('tax'), version('receivables', { checks: [check('rejected')] })]);
    expect(none).toEqual({ gaps: { tax: 'UNVERIFIED', receivables: 'REJECTED' } });
    const withdrawn = version('tax', { values: null, reason: '有误' });
    expect(on([verified('tax'), withdrawn])).toEqual({ gaps: {} });
  });

  it('stay the older ones while newer ones wait; a correction of the same day does not', () => {
    const newer = version('working-capital', { asOf: localDate('2026-07-05') });
    expect(on([verified('working-capital'), newer]).workingCapital?.asOf).toBe('2026-06-30');
    expect(on([verified('working-capital'), { ...newer, checks: [check()] }]).workingCapital?.asOf).toBe('2026-07-05');
    const corrected = on([verified('working-capital'), version('working-capital')]);
    expect(corrected).toEqual({ gaps: { 'working-capital': 'UNVERIFIED' } });
  });

  it('age: sales of a year, tax of the last years, receivables until they are due', () => {
    const figures = [verified('working-capital')];
    expect(on(figures, localDate('2027-06-29')).workingCapital).toBeDefined();
    expect(on(figures, localDate('2027-06-30'))).toEqual({ gaps: { 'working-capital': 'STALE' } });
    expect(on([verified('tax')], localDate('2027-12-31')).tax).toBeDefined();
    expect(on([verified('tax')], localDate('2028-01-01'))).toEqual({ gaps: { tax: 'STALE' } });
    const due = checkedInput(
      request('receivables', { contracts: [contract(), contract({ contractNo: '2', dueOn: '2026-07-31' })] }),
      TODAY,
    ).values;
    const receivables = [verified('receivables', { values: due })];
    expect(on(receivables, localDate('2026-07-31')).receivables?.amount).toBe(160_000_000);
    expect(on(receivables, localDate('2026-08-01')).receivables?.amount).toBe(80_000_000);
    expect(on(receivables, localDate('2026-09-01'))).toEqual({ gaps: { receivables: 'STALE' } });
  });

  it('never rest on what nobody else verified, whatever was stated in whatever order', () => {
    const one = fc.record({
      kind: fc.constantFrom<StatedKind>('tax', 'receivables', 'working-capital'),
      day: fc.constantFrom('2026-05-31', '2026-06-30'),
      who: fc.constantFrom('firm', 'bank'),
      gone: fc.boolean(),
      verdicts: fc.array(fc.constantFrom<InputCheck['verdict']>('verified', 'rejected'), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (said) => {
        const versions = said.map(({ kind, day, who, gone, verdicts }) =>
          version(kind, {
            asOf: localDate(day),
            institutionId: who,
            checks: verdicts.map((verdict) => check(verdict)),
            ...(gone ? { values: null } : {}),
          }),
        );
        const { tax, receivables, workingCapital, gaps } = on(versions);
        const newest = newestVersions(versions);
        const counts = (kind: StatedKind) =>
          newest.some((of) => of.kind === kind && of.values !== null && of.checks.at(-1)?.verdict === 'verified');
        expect([tax, receivables, workingCapital].map((found) => found !== undefined)).toEqual(
          (['tax', 'receivables', 'working-capital'] as const).map(counts),
        );
        for (const kind of Object.keys(gaps!) as StatedKind[]) expect(counts(kind)).toBe(false);
      }),
    );
  });
});
