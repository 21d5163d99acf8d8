import { addDays, addFen, fen, parseLocalDate, type Fen, type LocalDate, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { MOST_FEN } from '../deals/checks.ts';

/** 申报数据 by what it is of: tax paid (B5), receivables under signed contracts (B6), working capital (B7). */
export const STATED_KINDS = {
  tax: { zh: '纳税', en: 'tax paid' },
  receivables: { zh: '应收合同款', en: 'contract receivables' },
  'working-capital': { zh: '流动资金', en: 'working capital' },
} as const satisfies Readonly<Record<string, Text>>;
export type StatedKind = keyof typeof STATED_KINDS;

/** 一个纳税年度. Fen; the two kinds of tax together, or apart. */
export type StatedTaxYear = { readonly year: number } & (
  | { readonly total: Fen }
  | { readonly vat: Fen; readonly cit: Fen }
);

export interface StatedTax {
  /** In a row, the oldest first. */
  readonly years: readonly StatedTaxYear[];
  /** 纳税信用级别; counts only where no bureau delivers it. */
  readonly grade?: string;
}

/** 一份已签约合同的应收款. */
export interface StatedContract {
  readonly contractNo: string;
  /** 付款方: a public body, or a large firm. */
  readonly buyer: string;
  readonly buyerKind: 'public' | 'large';
  readonly signedOn: LocalDate;
  readonly dueOn: LocalDate;
  /** Not paid yet on the day of the statement, fen. */
  readonly amount: Fen;
  /** SHA-256, hex, of the contract. */
  readonly sha256: string;
}

export interface StatedReceivables {
  readonly contracts: readonly StatedContract[];
}

/** 流动资金测算: fen, basis points, days of turnover. */
export interface StatedWorkingCapital {
  readonly annualSales: Fen;
  readonly marginBp: number;
  readonly growthBp: number;
  readonly inventoryDays: number;
  readonly receivableDays: number;
  readonly payableDays: number;
  readonly prepaidDays: number;
  readonly advanceDays: number;
  readonly ownFunds: Fen;
  /** 存量贷款: never part of the base; the line deducts no less. */
  readonly existingLoans: Fen;
}

export interface ValuesOf {
  readonly tax: StatedTax;
  readonly receivables: StatedReceivables;
  readonly 'working-capital': StatedWorkingCapital;
}
export type StatedValues = ValuesOf[StatedKind];

/** Receives a fault of the member at `pointer`. */
export type Fault = (pointer: string, zh: string, en: string) => void;
type Reader = (value: unknown, pointer: string, fault: Fault) => unknown;

const money =
  (least: number): Reader =>
  (value, pointer, fault) => {
    const { fen: amount, currency, ...rest } = objectAt(value);
    if (currency !== 'CNY' || Object.keys(rest).length > 0)
      fault(pointer, '应为 {fen, currency: CNY}', '{fen, currency: CNY} is expected');
    else return whole(least, MOST_FEN, '分', 'fen')(amount, `${pointer}/fen`, fault);
    return undefined;
  };

const whole =
  (from: number, to: number, unit: string, unitEn: string): Reader =>
  (value, pointer, fault) => {
    if (Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to) return value;
    fault(
      pointer,
      `应为${from}至${to}的整数（${unit}）`,
      `a whole number of ${unitEn} from ${from} to ${to} is expected`,
    );
    return undefined;
  };
const bp = (from: number, to: number): Reader => whole(from, to, '基点', 'basis points');
const days: Reader = whole(0, 1_800, '天', 'days');

const like =
  (pattern: RegExp, zh: string, en: string): Reader =>
  (value, pointer, fault) => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    fault(pointer, zh, en);
    return undefined;
  };
const words = (most: number): Reader =>
  like(
    new RegExp(`^(?=.*\\S)[^\\p{Cc}]{1,${most}}$`, 'u'),
    `应为1至${most}个字符`,
    `1 to ${most} characters are expected`,
  );
export const sha256: Reader = like(/^[0-9a-f]{64}$/, '应为SHA-256十六进制', 'a SHA-256 in hex is expected');
export const dayOf: Reader = (value, pointer, fault) => {
  const day = typeof value === 'string' ? parseLocalDate(value) : undefined;
  if (day === undefined) fault(pointer, '应为存在的日期 YYYY-MM-DD', 'a day that exists, as YYYY-MM-DD, is expected');
  return day;
};

const object =
  (required: Readonly<Record<string, Reader>>, optional: Readonly<Record<string, Reader>> = {}): Reader =>
  (value, pointer, fault) => {
    const given = objectAt(value);
    const members = { ...required, ...optional };
    for (const name of Object.keys(given))
      if (!Object.hasOwn(members, name)) fault(`${pointer}/${name}`, '未知字段', 'there is no such field');
    return Object.fromEntries(
      Object.entries(members).flatMap(([name, read]) =>
        given[name] === undefined && !Object.hasOwn(required, name)
          ? []
          : [[name, read(given[name], `${pointer}/${name}`, fault)]],
      ),
    );
  };

const list =
  (item: Reader, [from, to]: readonly [number, number]): Reader =>
  (value, pointer, fault) => {
    if (Array.isArray(value) && value.length >= from && value.length <= to)
      return value.map((one, i) => item(one, `${pointer}/${i}`, fault));
    fault(pointer, `应为${from}至${to}项`, `a list of ${from} to ${to} is expected`);
    return undefined;
  };

const objectAt = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const taxYear: Reader = (value, pointer, fault) => {
  const isWhole = objectAt(value)['total'] !== undefined;
  const amounts: Record<string, Reader> = isWhole ? { total: money(0) } : { vat: money(0), cit: money(0) };
  return object({ year: whole(1990, 2100, '年', 'a year'), ...amounts })(value, pointer, fault);
};

/** The members of each kind. A loss is a margin of 0: it never raises the need. */
const READERS: Readonly<Record<StatedKind, Reader>> = {
  tax: object(
    { years: list(taxYear, [2, 5]) },
    { grade: like(/^[ABMCD]$/, '应为 A、B、M、C、D', 'A, B, M, C or D is expected') },
  ),
  receivables: object({
    contracts: list(
      object({
        contractNo: words(64),
        buyer: words(100),
        buyerKind: like(/^(public|large)$/, '应为 public 或 large', 'public or large is expected'),
        signedOn: dayOf,
        dueOn: dayOf,
        amount: money(1),
        sha256,
      }),
      [1, 200],
    ),
  }),
  'working-capital': object({
    annualSales: money(1),
    marginBp: bp(0, 10_000),
    growthBp: bp(-10_000, 20_000),
    inventoryDays: days,
    receivableDays: days,
    payableDays: days,
    prepaidDays: days,
    advanceDays: days,
    ownFunds: money(0),
    existingLoans: money(0),
  }),
};

/** No receivable of these programmes is due later. */
const LONGEST_DUE_DAYS = 1_830;

/** What each member alone cannot show. */
const TOGETHER: { readonly [K in StatedKind]: (values: ValuesOf[K], asOf: LocalDate, fault: Fault) => void } = {
  tax({ years }, asOf, fault) {
    years.forEach(({ year }, i) => {
      const pointer = `/values/years/${i}/year`;
      if (year >= Number(asOf.slice(0, 4))) fault(pointer, '该年度尚未结束', 'the year is not over');
      if (i > 0 && year !== years[i - 1]!.year + 1)
        fault(pointer, '须为连续年度，由远及近，不得重复', 'years follow one another, the oldest first, none twice');
    });
  },
  receivables({ contracts }, asOf, fault) {
    const seen = new Set<string>();
    contracts.forEach(({ buyer, contractNo, signedOn, dueOn }, i) => {
      const at = `/values/contracts/${i}`;
      const name = `${buyer}|${contractNo}`;
      if (seen.has(name))
        fault(`${at}/contractNo`, '同一付款方的合同重复', 'the contract of this buyer is given twice');
      seen.add(name);
      if (signedOn > asOf) fault(`${at}/signedOn`, '签约日晚于数据日期', 'lies after the day of the statement');
      if (dueOn < signedOn) fault(`${at}/dueOn`, '到期日早于签约日', 'lies before the contract was signed');
      else if (dueOn < asOf) fault(`${at}/dueOn`, '已逾期的应收款不得计入', 'what is overdue is no base');
      if (dueOn > addDays(asOf, LONGEST_DUE_DAYS)) fault(`${at}/dueOn`, '到期日过远', 'lies too far ahead');
    });
    const sum = contracts.reduce((total, { amount }) => total + amount, 0);
    if (sum > MOST_FEN) fault('/values/contracts', '合计金额过大', 'the amounts add up to too much');
  },
  'working-capital'(values, _asOf, fault) {
    if (turnoverDays(values) <= 0)
      fault(
        '/values',
        '存货＋应收－应付＋预付－预收周转天数须大于0',
        'inventory + receivable − payable + prepaid − advance days must lie above 0',
      );
  },
};

/** The denominator of the turns (营运资金周转天数). */
export const turnoverDays = (of: StatedWorkingCapital): number =>
  of.inventoryDays + of.receivableDays - of.payableDays + of.prepaidDays - of.advanceDays;

/** Values as they came, amounts as `{fen, currency}`; every fault is named by its pointer below /values. Pure. */
export function readValues<K extends StatedKind>(
  kind: K,
  given: unknown,
  asOf: LocalDate,
  errors: ProblemDetail[],
): ValuesOf[K] {
  const before = errors.length;
  const fault: Fault = (pointer, zh, en) => void errors.push({ pointer, code: 'stated-input-invalid', zh, en });
  const values = READERS[kind](given, '/values', fault) as ValuesOf[K];
  if (errors.length === before) TOGETHER[kind](values, asOf, fault);
  return values;
}

const AMOUNTS = new Set(['annualSales', 'ownFunds', 'existingLoans', 'vat', 'cit', 'total', 'amount']);

/** The same values as JSON of the API. */
export const valuesDocument = (values: StatedValues): object => withMoney(values) as object;

function withMoney(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMoney);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      AMOUNTS.has(name) ? { fen: one as Fen, currency: 'CNY' } : withMoney(one),
    ]),
  );
}

/** What is not yet due on a day (未到期应收款). */
export const notYetDue = ({ contracts }: StatedReceivables, on: LocalDate): Fen =>
  addFen(fen(0), ...contracts.filter(({ dueOn }) => dueOn >= on).map(({ amount }) => amount));
