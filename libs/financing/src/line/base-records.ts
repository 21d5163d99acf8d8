import { addFen, addMonths, fen, firstDay, type Fen, type LocalDate } from '#lib/kernel';
import { subsidies, taxCredit, type DossierRecord, type Subsidy, type TaxCredit } from '#lib/data-sources';
import { insuredMonths, verifiedEquity, type FirmAt, type MissingCause } from '#lib/scoring';
import type { ContributionBase } from './base-formulas.ts';
import { recognisedOf, type RecognisedEquity } from './recognised-equity.ts';

/** What records say, or why they say nothing; with the records that were read. */
export type Found<T> = ({ readonly value: T } | { readonly cause: MissingCause }) & {
  readonly records: readonly DossierRecord[];
};

const unknown = (cause: MissingCause, records: readonly DossierRecord[] = []) => ({ cause, records });

/** The newest months that B1 averages: those of TG01. */
const MONTHS = 6;

/**
 * 缴费基数 of the months whose heads count for TG01: months left out as SUSPECT stay out. Months without their
 * sum are left out with their heads; missing where that leaves less than half of the months.
 */
export function contributions(firm: FirmAt): Found<ContributionBase> {
  const months = insuredMonths(firm);
  if (months.view.cause !== undefined) return unknown(months.view.cause);
  const records: DossierRecord[] = [];
  let counted = 0;
  let stated = 0;
  let [sum, heads] = [fen(0), 0];
  for (let month = Math.max(months.newest - MONTHS + 1, months.first); month <= months.newest; month++) {
    const insured = months.medianHeads(month);
    if (insured < 0) continue;
    counted += 1;
    const record = months.record(month);
    if (insured > 0 && record?.payload.baseSum === undefined) continue;
    stated += 1;
    if (record?.payload.baseSum === undefined) continue;
    sum = addFen(sum, record.payload.baseSum);
    heads += insured;
    records.push(record);
  }
  if (counted === 0) return unknown('NOT_COVERED');
  return 2 * stated < counted ? unknown('NOT_STATED', records) : { value: { sum, heads }, records };
}

/** Verified external equity (经核实的外部股权实缴) paid within so many months, less what a case recognises of each payment. */
export function recentEquity(firm: FirmAt, months: number, recognised: readonly RecognisedEquity[]): Found<Fen> {
  const equity = verifiedEquity(firm);
  if (equity.cause !== undefined) return unknown(equity.cause);
  const { date } = firm.day;
  const edge = addMonths(date, -months);
  const taken = recognisedOf(equity.payments, recognised);
  let sum = fen(0);
  const records: DossierRecord[] = [];
  for (const { record, paidOn, amount } of equity.payments) {
    if (paidOn <= edge || paidOn > date) continue;
    records.push(record);
    sum = addFen(sum, fen(Math.max(0, amount - (taken.get(record.recordKey) ?? 0))));
  }
  return { value: sum, records };
}

/** One award (项目): all its rows together. */
interface Award {
  competitive: boolean | undefined;
  approvedOn: LocalDate | undefined;
  /** Repeated in every row. */
  approved: Fen | undefined;
  /** undefined: some payment leaves its amount out. */
  paid: Fen | undefined;
  returned: boolean;
  readonly records: DossierRecord<Subsidy>[];
}

/**
 * Approved less paid (已批复未拨付) of the competitive awards approved within so many months that were neither withdrawn
 * nor clawed back. Not stated where such an award, or a payment of it, leaves its amount out.
 */
export function subsidiesDue(firm: FirmAt, months: number): Found<Fen> {
  const view = firm.feed('SUB');
  if (view.cause !== undefined) return unknown(view.cause);
  const { date } = firm.day;
  const edge = addMonths(date, -months);
  const recent = [...awardsOf(firm).values()].filter(
    ({ approvedOn, returned }) => !returned && approvedOn !== undefined && approvedOn > edge && approvedOn <= date,
  );
  const counted = recent.filter(({ competitive }) => competitive === true);
  const records = counted.flatMap((award) => award.records);
  // Whether any of them was competitive, nobody says.
  if (counted.length === 0 && recent.some(({ competitive }) => competitive === undefined)) return unknown('NOT_STATED');
  let sum = fen(0);
  for (const { approved, paid } of counted) {
    if (approved === undefined || paid === undefined) return unknown('NOT_STATED', records);
    sum = addFen(sum, fen(Math.max(0, approved - paid)));
  }
  return { value: sum, records };
}

function awardsOf(firm: FirmAt): ReadonlyMap<string, Award> {
  const awards = new Map<string, Award>();
  for (const record of firm.records(subsidies)) {
    const { projectNo, competitive, status, approvedOn, approvedMonth, approvedAmount } = record.payload;
    const award = awards.get(projectNo) ?? {
      competitive: undefined,
      approvedOn: undefined,
      approved: undefined,
      paid: fen(0),
      returned: false,
      records: [],
    };
    awards.set(projectNo, award);
    award.records.push(record);
    if (competitive !== undefined) award.competitive = competitive || award.competitive === true;
    if (status === 'withdrawn' || status === 'clawedBack') award.returned = true;
    // 公示 is no approval yet.
    const on = status === 'announced' ? undefined : (approvedOn ?? (approvedMonth && firstDay(approvedMonth)));
    if (on !== undefined && (award.approvedOn === undefined || on < award.approvedOn)) award.approvedOn = on;
    // Of two amounts the smaller: what is due never rests on the one that was cut.
    if (approvedAmount !== undefined && (award.approved === undefined || approvedAmount < award.approved))
      award.approved = approvedAmount;
    award.paid = plusPaid(award.paid, record.payload);
  }
  return awards;
}

function plusPaid(paid: Fen | undefined, { status, paidOn, paidAmount }: Subsidy): Fen | undefined {
  if (paid === undefined) return undefined;
  if (paidAmount !== undefined) return addFen(paid, paidAmount);
  return status === 'paid' || paidOn !== undefined ? undefined : paid;
}

/** 已缴税额 of the newest years in a row, the newest first; each must state it, which takes the firm's authorisation. */
export function taxPaidYears(firm: FirmAt, count: number): Found<readonly Fen[]> {
  const view = firm.feed('TAX');
  if (view.cause !== undefined) return unknown(view.cause);
  const stating = new Map<number, DossierRecord<TaxCredit>>();
  for (const record of firm.records(taxCredit))
    if (record.payload.taxPaid !== undefined) stating.set(record.payload.year, record);
  if (stating.size === 0) return unknown('NOT_STATED');
  const newest = Math.max(...stating.keys());
  const records: DossierRecord<TaxCredit>[] = [];
  for (let year = newest; year > newest - count; year--) {
    const record = stating.get(year);
    if (record === undefined) return unknown('NOT_STATED', records);
    records.push(record);
  }
  // An old pair of years says nothing of the firm's tax today.
  if (newest < Number(firm.day.date.slice(0, 4)) - 2) return unknown('STALE', records);
  return { value: records.map(({ payload }) => payload.taxPaid!), records };
}
