import { addFen, fen, mulDiv, type Fen, type LocalDate } from '#lib/kernel';
import type { Dossier, DossierRecord, RecordRef } from '#lib/data-sources';
import { assessmentDay, CAUSE_WORDS, FirmAt } from '#lib/scoring';
import type { Measured, MissingCause, ScoredFirmRich, Text } from '#lib/scoring';
import { payrollBase, shareOf, taxBase, workingCapitalBase } from './base-formulas.ts';
import type { TaxYear, WorkingCapital } from './base-formulas.ts';
import { contributions, recentEquity, subsidiesDue, taxPaidYears } from './base-records.ts';
import type { Found } from './base-records.ts';
import { baseOf, unavailableBase } from './line-base.ts';
import type { BaseCode, BaseGap, BaseGapCause, BaseInput, BaseStatement, InputUnit, LineBase } from './line-base.ts';
import type { LineParameters } from './line-parameters.ts';
import type { RecognisedEquity } from './recognised-equity.ts';

/** Why what somebody stated, or may have stated, does not count. */
export type StatedGapCause = Extract<BaseGapCause, 'UNVERIFIED' | 'REJECTED' | 'STALE' | 'NOT_AUTHORISED'>;

/**
 * Inputs that somebody states where no source delivers them (申报数据): each names who states it, of which day, and which
 * second party verified it. What is not verified is no value: it is a gap.
 */
export interface StatedFigures {
  /** B5, for as many years as the mean takes; the grade counts where the records have none. */
  readonly tax?: BaseStatement & { readonly years: readonly TaxYear[]; readonly grade?: string };
  /** B6: due under signed contracts with public buyers or large firms. */
  readonly receivables?: BaseStatement & { readonly amount: Fen };
  /** B7, with the loans that the firm has: none of the base, and the line deducts no less. */
  readonly workingCapital?: BaseStatement & WorkingCapital & { readonly existingLoans?: Fen };
  readonly gaps?: Partial<Readonly<Record<'tax' | 'receivables' | 'working-capital', StatedGapCause>>>;
}

/** A scored firm and its dossier, both at the pins of one run. */
export interface LineEvidence {
  readonly dossier: Dossier;
  readonly asOf: LocalDate;
  /** The firm as scored on the day. */
  readonly scored: Pick<ScoredFirmRich, 'rich' | 'evidence'>;
  /** Equity that a 2:1:1 case recognises: no base for a line besides. */
  readonly recognisedEquity?: readonly RecognisedEquity[];
  readonly stated?: StatedFigures;
}

type Reading = LineEvidence & { readonly firm: FirmAt; readonly parameters: LineParameters };

/**
 * The bases B1 to B7 of a firm (domain §5.1), each available only if all its inputs are values and it is above 0. Records
 * come before statements. Pure.
 */
export function lineBases(evidence: LineEvidence, parameters: LineParameters): readonly LineBase[] {
  const firm = new FirmAt(evidence.dossier, assessmentDay(evidence.asOf));
  const reading: Reading = { ...evidence, firm, parameters };
  return [
    payroll(reading),
    equity(reading),
    research(reading),
    subsidy(reading),
    tax(reading),
    receivables(reading),
    workingCapital(reading),
  ];
}

/** A value with the words of its input, or the gap that it leaves. */
type Read<T> = { readonly input: BaseInput; readonly value?: T; readonly gap?: BaseGap };

function inputOf<T extends Measured>(
  code: string,
  unit: InputUnit,
  words: readonly [zh: string, en: string],
  source: string,
  found: Value<T>,
): Read<T> {
  const [zh, en] = words;
  if ('value' in found) return { input: { code, unit, zh, en, value: found.value }, value: found.value };
  const why =
    found.cause === 'TOO_YOUNG' ? { zh: '成立时间过短', en: 'the firm is too young' } : CAUSE_WORDS[found.cause];
  const gap = { cause: found.cause, input: code, zh: `${zh}：${source} ${why.zh}`, en: `${en}: ${source} ${why.en}` };
  return { input: { code, unit, zh, en, value: null }, gap };
}

type Value<T> = { readonly value: T } | { readonly cause: MissingCause | 'TOO_YOUNG' };

/** The value of a characteristic, or its cause; not applicable is too young. */
function valueOf({ scored }: LineEvidence, code: string): Value<Measured> {
  const part = scored.rich.parts.find(({ characteristic }) => characteristic === code);
  if (part?.state === 'VALUE' && part.value !== undefined) return { value: part.value };
  return { cause: part?.state === 'NA' ? 'TOO_YOUNG' : (part?.cause ?? 'NOT_CONNECTED') };
}

/** The rows behind a characteristic. */
const rowsOf = ({ scored }: LineEvidence, code: string): readonly RecordRef[] =>
  scored.evidence.find(({ characteristic }) => characteristic === code)?.records ?? [];

const refsOf = (records: readonly DossierRecord[]): readonly RecordRef[] =>
  records.flatMap(({ ref }) => (ref === undefined ? [] : [ref]));

/** The base of these inputs, or all the gaps that they leave. */
function fromReads(
  code: BaseCode,
  reads: readonly Read<unknown>[],
  records: readonly RecordRef[],
  amount: () => Fen,
): LineBase {
  const found = { inputs: reads.map(({ input }) => input), records };
  const [first, ...others] = reads.flatMap(({ gap }) => (gap === undefined ? [] : [gap]));
  return first === undefined ? baseOf(code, amount(), found) : unavailableBase(code, [first, ...others], found);
}

const ratio = (code: string, shareBp: number): Read<number> =>
  inputOf(code, 'bp', ['比例', 'share'], '', { value: shareBp });

function payroll(reading: Reading): LineBase {
  const { payroll: rule } = reading.parameters;
  const paid = contributions(reading.firm);
  const known = 'cause' in paid ? undefined : paid.value;
  const heads = inputOf(
    'medianHeads',
    'heads',
    ['参保人数中位数', 'median insured heads'],
    'SOC',
    valueOf(reading, 'TG01'),
  );
  const sum = inputOf(
    'baseSum',
    'fen',
    ['缴费基数合计', 'sum of contribution bases'],
    'SOC',
    'cause' in paid ? paid : { value: paid.value.sum },
  );
  const reads = [heads, sum, monthsOf(rule.months), ratio('share', rule.shareBp)];
  // The sum and its heads are known together: one gap is enough.
  if (known !== undefined)
    reads.push(inputOf('baseHeads', 'heads', ['同期参保人次', 'heads of the same months'], '', { value: known.heads }));
  return fromReads('B1', reads, refsOf(paid.records), () => payrollBase(heads.value!, known!, rule));
}

const monthsOf = (months: number): Read<Measured> =>
  inputOf('months', 'months', ['月数', 'months'], '', { value: months });

/** A base that is a part of one amount read from records. */
function partOfAmount(
  code: BaseCode,
  found: Found<Fen>,
  [name, source, ...words]: readonly [name: string, source: string, zh: string, en: string],
  shareBp: number,
): LineBase {
  const amount = inputOf(name, 'fen', words, source, found);
  return fromReads(code, [amount, ratio('share', shareBp)], refsOf(found.records), () =>
    shareOf(amount.value!, shareBp),
  );
}

function equity({ firm, recognisedEquity, parameters: { equity: rule } }: Reading): LineBase {
  const paid = recentEquity(firm, rule.months, recognisedEquity ?? []);
  const words = ['equityPaid', 'SHR', '近期外部股权实缴', 'external equity paid in recently'] as const;
  return partOfAmount('B2', paid, words, rule.shareBp);
}

function research(reading: Reading): LineBase {
  const { shareBp } = reading.parameters.research;
  const words = ['最近应报财年研发费用', 'R&D expenditure of the last due fiscal year'] as const;
  const spent = inputOf('expenditure', 'fen', words, 'RND', inFen(valueOf(reading, 'IN11')));
  return fromReads('B3', [spent, ratio('share', shareBp)], rowsOf(reading, 'IN11'), () =>
    shareOf(fen(spent.value!), shareBp),
  );
}

/** Of 万元, whose fractions are exact. */
function inFen(found: Value<Measured>): Value<number> {
  if ('cause' in found) return found;
  const { value } = found;
  if (typeof value === 'string') throw new RangeError(`not an amount: ${value}`);
  const { num, den } = typeof value === 'number' ? { num: value, den: 1 } : value;
  return { value: mulDiv(fen(1_000_000), num, den, 'down') };
}

function subsidy({ firm, parameters: { subsidy: rule } }: Reading): LineBase {
  const words = ['receivable', 'SUB', '已批复未拨付', 'approved and not yet paid'] as const;
  return partOfAmount('B4', subsidiesDue(firm, rule.months), words, rule.shareBp);
}

function tax(reading: Reading): LineBase {
  const { tax: rule } = reading.parameters;
  const paid = taxPaidYears(reading.firm, rule.years);
  const statement = 'cause' in paid ? reading.stated?.tax : undefined;
  if (statement !== undefined && statement.years.length !== rule.years)
    throw new RangeError(`tax is stated for ${statement.years.length} years, not ${rule.years}`);
  const graded = taxGrade(reading, statement?.grade);
  const years = statement?.years ?? ('cause' in paid ? undefined : paid.value.map((total) => ({ total })));
  const sum = addFen(...(years ?? []).map((year) => ('total' in year ? year.total : addFen(year.vat, year.cit))));
  const words = ['各年已缴税额合计', 'tax paid in the years'] as const;
  const found = years === undefined && 'cause' in paid ? paid : { value: sum };
  const amount = orStatedGap(inputOf<number>('taxPaid', 'fen', words, 'TAX', found), reading.stated?.gaps?.tax);
  const rows = [...refsOf(statement === undefined ? paid.records : []), ...rowsOf(reading, 'CC01')];
  const base = fromReads('B5', [amount, graded], rows, () => taxBase(years!, graded.value!, rule));
  return statement === undefined ? base : { ...base, statement: madeBy(statement) };
}

/** The tax office's grade, or the one that was stated where it has none. */
function taxGrade(reading: Reading, stated: string | undefined): Read<string> {
  const known = asCategory(valueOf(reading, 'CC01'));
  const found = 'cause' in known && stated !== undefined ? { value: stated } : known;
  const grade = inputOf('taxGrade', 'code', ['纳税信用级别', 'tax grade'], 'TAX', found);
  const isUnused = grade.value !== undefined && !reading.parameters.tax.grades.includes(grade.value);
  return isUnused ? { ...grade, gap: UNUSED_GRADE } : grade;
}

/** Why what was stated does not count, in the place of why no source says it. */
const orStatedGap = <T>(read: Read<T>, cause: StatedGapCause | undefined): Read<T> =>
  read.gap === undefined || cause === undefined ? read : { ...read, gap: statedGap(read.input, cause) };

const STATED_GAPS: Readonly<Record<StatedGapCause, Text>> = {
  UNVERIFIED: { zh: '待核验：已申报，尚无第二方核验', en: 'stated, and not verified by a second party yet' },
  REJECTED: { zh: '已申报，核验未通过', en: 'stated, and not confirmed by a second party' },
  STALE: { zh: '申报数据已过期', en: 'what was stated is out of date' },
  NOT_AUTHORISED: { zh: '未获得财务数据授权', en: 'the firm did not authorise its financial figures' },
};

function statedGap({ code, zh, en }: Pick<BaseInput, 'code' | 'zh' | 'en'>, cause: StatedGapCause): BaseGap {
  const why = STATED_GAPS[cause];
  return { cause, input: code, zh: `${zh}：${why.zh}`, en: `${en}: ${why.en}` };
}

function asCategory(found: Value<Measured>): Value<string> {
  if ('cause' in found) return found;
  if (typeof found.value !== 'string') throw new RangeError('not a category');
  return { value: found.value };
}

const UNUSED_GRADE: BaseGap = {
  cause: 'TAX_GRADE',
  input: 'taxGrade',
  zh: '该纳税信用级别不适用',
  en: 'the base is not used for this tax grade',
};

const madeBy = ({ by, on, asOf, verified }: BaseStatement): BaseStatement => ({ by, on, asOf, verified });

const noSource = (input: string, zh: string, en: string): readonly [BaseGap] => [{ cause: 'NO_SOURCE', input, zh, en }];

function receivables({ stated, parameters: { receivables: rule } }: Reading): LineBase {
  const words = ['应收款', 'receivables'] as const;
  const statement = stated?.receivables;
  const cause = stated?.gaps?.receivables;
  if (statement === undefined)
    return unavailableBase(
      'B6',
      cause === undefined
        ? noSource('receivables', '数据源只载明中标，未载明应收款', 'sources state awards won, none states receivables')
        : [statedGap({ code: 'receivables', zh: words[0], en: words[1] }, cause)],
    );
  const amount = inputOf('receivables', 'fen', words, '', { value: statement.amount });
  const base = fromReads('B6', [amount, ratio('share', rule.shareBp)], [], () =>
    shareOf(statement.amount, rule.shareBp),
  );
  return { ...base, statement: madeBy(statement) };
}

const WORKING_CAPITAL: readonly (readonly [field: keyof WorkingCapital, unit: InputUnit, zh: string, en: string])[] = [
  ['annualSales', 'fen', '年销售收入', 'annual sales'],
  ['marginBp', 'bp', '销售利润率', 'margin'],
  ['growthBp', 'bp', '预计销售增长率', 'expected growth'],
  ['inventoryDays', 'days', '存货周转天数', 'inventory days'],
  ['receivableDays', 'days', '应收账款周转天数', 'receivable days'],
  ['payableDays', 'days', '应付账款周转天数', 'payable days'],
  ['prepaidDays', 'days', '预付账款周转天数', 'prepaid days'],
  ['advanceDays', 'days', '预收账款周转天数', 'advance days'],
  ['ownFunds', 'fen', '自有资金', 'own funds'],
];

function workingCapital({ stated, parameters: { workingCapital: rule } }: Reading): LineBase {
  const statement = stated?.workingCapital;
  const cause = stated?.gaps?.['working-capital'];
  if (statement === undefined)
    return unavailableBase(
      'B7',
      cause === undefined
        ? noSource('turns', '数据源未载明周转天数与自有资金', 'no source states turnover days and own funds')
        : [statedGap({ code: 'turns', zh: '流动资金', en: 'working capital' }, cause)],
    );
  const reads = WORKING_CAPITAL.map(([field, unit, ...words]) =>
    inputOf(field, unit, words, '', { value: statement[field] }),
  );
  const base = fromReads('B7', reads, [], () => workingCapitalBase(statement, rule));
  return { ...base, statement: madeBy(statement) };
}
