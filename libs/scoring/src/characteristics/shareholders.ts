import { addDays, wholeMonthsBetween } from '#lib/kernel';
import { shareholders, type HolderType } from '#lib/data-sources';
import { reduced } from '../scorecard/exact.ts';
import type { KnockOutState } from '../score.ts';
import {
  citeCoverage,
  missing,
  NO_CITE,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
} from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';
import { verifiedEquity, wasFounder, type HoldingRecord, type VerifiedEquity, type VerifiedRound } from './holdings.ts';

export { verifiedEquity, type VerifiedEquity, type VerifiedPayment, type VerifiedRound } from './holdings.ts';

/** Closed rounds of verified external equity, oldest first; empty also where `verifiedEquity(firm).cause` says why. */
export const verifiedRounds = (firm: FirmAt): readonly VerifiedRound[] => verifiedEquity(firm).rounds;

/** 万元 in 分. */
const TEN_THOUSAND_YUAN = 1_000_000;
const SHR = { dimension: 'CR', feeds: ['SHR'] } as const;

/** Rounding of percentages to two places (domain §1.4 row 1c): 100.01 %. */
const FULL_BP = 10_001n;

/** The holders together subscribe more than the registered capital: a holder is in the file twice, or one who left still is. */
function sharesExceedCapital(firm: FirmAt): boolean {
  const capital = firm.known?.registration.registeredCapital;
  if (capital === undefined || capital.currency !== 'CNY' || capital.minor === 0) return false;
  let sum = 0n;
  for (const { records } of holdersOf(firm).values())
    sum += BigInt(Math.max(0, ...records.map(({ payload }) => payload.subscribed ?? 0)));
  return 10_000n * sum > FULL_BP * BigInt(capital.minor);
}

/** A flag for people; the run, which cites nothing, does not add shares up. */
function citeShares(firm: FirmAt, cite: Cite): void {
  if (cite !== NO_CITE && sharesExceedCapital(firm)) cite.flag('SHARES_OVER_100');
}

function citePayments({ payments, shares, changes, unverified }: VerifiedEquity, firm: FirmAt, cite: Cite): void {
  if (payments.length === 0) for (const record of firm.records(shareholders)) cite.record(record);
  for (const { record, increase } of payments) {
    cite.record(record);
    if (increase !== undefined) cite.record(increase);
  }
  citeCoverage(shares, cite);
  citeCoverage(changes, cite);
  if (unverified) cite.flag('EQUITY_UNVERIFIED');
  citeShares(firm, cite);
}

export const CR01: CharacteristicDefinition = {
  ...SHR,
  code: 'CR01',
  zh: '累计外部股权实缴',
  en: 'External equity paid in',
  definition: {
    zh: '成立以来外部股东经登记核实的增资实缴合计（含有凭证的资本公积）；股权转让、创始人、持股平台及未经核实的不计',
    en: 'paid in by external holders since establishment as the registers show it (premium where proved); transfers, founders, vehicles and unverified payments do not count',
  },
  unit: { zh: '万元', en: '10k yuan' },
  window: { zh: '成立以来', en: 'since establishment' },
  compute(firm, cite) {
    const equity = verifiedEquity(firm);
    if (equity.cause !== undefined) return missing(equity.cause);
    citePayments(equity, firm, cite);
    let sum = 0;
    for (const { amount } of equity.payments) sum += amount;
    return valueOf(reduced(sum, TEN_THOUSAND_YUAN)!, equity.freshness);
  },
};

export const CR02: CharacteristicDefinition = {
  ...SHR,
  code: 'CR02',
  zh: '最近一轮融资',
  en: 'Months since the last round',
  definition: {
    zh: '最近一笔经核实的外部股权实缴距评分日的整月数；无则为none',
    en: 'whole months since the last verified external payment, none without one',
  },
  unit: { zh: '个月', en: 'months' },
  window: { zh: '成立以来', en: 'since establishment' },
  compute(firm, cite) {
    const equity = verifiedEquity(firm);
    if (equity.cause !== undefined) return missing(equity.cause);
    citePayments(equity, firm, cite);
    const last = equity.rounds.at(-1);
    return valueOf(last === undefined ? 'none' : wholeMonthsBetween(last.closedOn, firm.day.date), equity.freshness);
  },
};

/** All records of one holder. */
interface Holder {
  readonly records: HoldingRecord[];
  /** A payment with its day was delivered: an older row without a day repeats it. */
  dated: boolean;
}

function holdersOf(firm: FirmAt): ReadonlyMap<string, Holder> {
  const known = firm.readings.holders as ReadonlyMap<string, Holder> | undefined;
  if (known !== undefined) return known;
  const holders = new Map<string, Holder>();
  for (const record of firm.records(shareholders)) {
    const { holder, paidOn } = record.payload;
    let entry = holders.get(holder);
    if (entry === undefined) holders.set(holder, (entry = { records: [], dated: false }));
    entry.records.push(record);
    if (paidOn !== undefined) entry.dated = true;
  }
  firm.readings.holders = holders;
  return holders;
}

/** Natural persons and their vehicles; a holder of no known kind may be one. */
const MAY_BE_FOUNDER: ReadonlySet<HolderType | undefined> = new Set<HolderType | undefined>([
  'person',
  'platform',
  undefined,
]);

/** Cash of one founder in 分; undefined: who, when or how is not stated. */
function cashOf({ records, dated }: Holder, firm: FirmAt): number | undefined {
  let cash = 0;
  let stated = false;
  let founder: boolean | undefined;
  for (const { payload } of records) founder ??= wasFounder(payload, firm.establishedOn!);
  for (const { payload } of records) {
    const { paid, paidOn, payMethod, holderType } = payload;
    if (!MAY_BE_FOUNDER.has(holderType) || founder === false) return 0;
    if (paid === undefined || (dated && paidOn === undefined)) continue;
    stated = true;
    if (paid === 0) continue;
    if (founder === undefined || holderType === undefined || paidOn === undefined || payMethod === undefined)
      return undefined;
    if (payMethod === 'cash') cash += paid;
  }
  return stated ? cash : undefined;
}

export const CR06: CharacteristicDefinition = {
  ...SHR,
  code: 'CR06',
  zh: '创始人实缴',
  en: 'Cash paid in by founders',
  definition: {
    zh: '成立时在册的自然人股东及其持股平台的货币实缴合计；出资方式或日期未载明为缺失',
    en: 'cash paid by natural persons and their vehicles who were holders at establishment; manner or dates not stated: missing',
  },
  unit: { zh: '万元', en: '10k yuan' },
  window: { zh: '成立以来', en: 'since establishment' },
  compute(firm, cite) {
    const equity = verifiedEquity(firm);
    if (equity.cause !== undefined) return missing(equity.cause);
    let sum = 0;
    for (const holder of holdersOf(firm).values()) {
      const cash = cashOf(holder, firm);
      if (cash === undefined) return missing('NOT_STATED');
      sum += cash;
    }
    for (const record of firm.records(shareholders)) cite.record(record);
    citeCoverage(equity.shares, cite);
    citeShares(firm, cite);
    return valueOf(reduced(sum, TEN_THOUSAND_YUAN)!, equity.freshness);
  },
};

/** Near: 90 days (domain §3.5). */
const NEAR_DAYS = 90;

/** W11: a subscription that is not paid in full falls due within 90 days, or fell due. */
function payInDue(firm: FirmAt, cite: Cite): KnockOutState {
  const view = firm.feed('SHR');
  if (view.cause !== undefined) return 'unknown';
  const limit = addDays(firm.day.date, NEAR_DAYS);
  let state: KnockOutState = 'no';
  for (const { records, dated } of holdersOf(firm).values()) {
    let subscribed: number | undefined;
    let paid: number | undefined;
    let due: string | undefined;
    for (const { payload } of records) {
      if (payload.subscribed !== undefined && payload.subscribed > (subscribed ?? -1)) subscribed = payload.subscribed;
      if (payload.paid !== undefined && (payload.paidOn !== undefined || !dated)) paid = (paid ?? 0) + payload.paid;
      if (payload.dueOn !== undefined && (due === undefined || payload.dueOn > due)) due = payload.dueOn;
    }
    if (subscribed !== undefined && paid !== undefined && paid >= subscribed) continue;
    if (subscribed === undefined || paid === undefined || due === undefined) {
      if (state === 'no') state = 'unknown';
    } else if (due <= limit) {
      for (const record of records) cite.record(record);
      state = 'yes';
    }
  }
  return state;
}

export const FAMILY: Family = {
  characteristics: [CR01, CR02, CR06],
  warnings: [
    {
      code: 'W11',
      feeds: ['SHR'],
      zh: '认缴出资期限90天内届满或已逾期未缴足',
      en: 'pay-in deadline within 90 days, or passed, and not paid in full',
      find: payInDue,
    },
  ],
};
