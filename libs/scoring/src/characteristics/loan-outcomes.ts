import { addMonths, type LocalDate } from '#lib/kernel';
import {
  loanOutcomes,
  type DossierRecord,
  type LoanMonth,
  type LoanOutcome,
  type OutcomeEvent,
} from '#lib/data-sources';
import type { FirmAt } from './firm-at.ts';

type MonthRecord = DossierRecord<LoanMonth>;
type EventRecord = DossierRecord<OutcomeEvent>;

const DEFAULT_DAYS = 90;
const CURE_MONTHS = 12;

/** What banks and guarantors report of default (违约), as it stands on the day. */
export interface LoanDefault {
  /** The records of defaults that stand; empty: none is known. */
  readonly records: readonly DossierRecord<LoanOutcome>[];
  /** The newest month of some loan leaves its days past due out. */
  readonly unclear: boolean;
}

const NONE: LoanDefault = { records: [], unclear: false };

/**
 * A loan 90 days past due or written off, and a guarantor's claim (代偿) not fully recovered; each stands until 12 months
 * after it was recovered in full. An event that its partner corrected never counts.
 */
export function loanDefault(firm: FirmAt): LoanDefault {
  const known = firm.readings.loanDefault as LoanDefault | undefined;
  if (known !== undefined) return known;
  const all = firm.records(loanOutcomes);
  // Most firms repay: nothing to group, sort and add up.
  if (!all.some(({ payload }) => mayMatter(payload))) return NONE;
  const months = new Map<string, MonthRecord[]>();
  const events: EventRecord[] = [];
  const corrected = new Set<string>();
  for (const record of all) {
    if (record.payload.kind === 'month') {
      const loan = months.get(record.payload.loanId);
      if (loan === undefined) months.set(record.payload.loanId, [record as MonthRecord]);
      else loan.push(record as MonthRecord);
    } else {
      events.push(record as EventRecord);
      const { partner, corrects } = record.payload;
      if (corrects !== undefined) corrected.add(`${partner}|${corrects}`);
    }
  }
  const records: DossierRecord<LoanOutcome>[] = [];
  let unclear = false;
  for (const loan of months.values()) {
    loan.sort((a, b) => (a.payload.month < b.payload.month ? -1 : 1));
    if (isUnclear(loan.at(-1)!.payload)) unclear = true;
    const worst = standingDefault(loan, firm.day.date);
    if (worst !== undefined) records.push(worst);
  }
  const counted = events.filter(({ payload }) => !corrected.has(`${payload.partner}|${payload.eventId}`));
  records.push(...unpaidClaims(counted, firm.day.date));
  const reading = { records, unclear };
  firm.readings.loanDefault = reading;
  return reading;
}

const isInDefault = ({ daysPastDue, status }: LoanMonth): boolean =>
  (daysPastDue ?? 0) >= DEFAULT_DAYS || status === 'writtenOff';
const isUnclear = ({ daysPastDue, status }: LoanMonth): boolean =>
  daysPastDue === undefined && status !== 'settled' && status !== 'writtenOff';
const mayMatter = (payload: LoanOutcome): boolean =>
  payload.kind === 'month' ? isInDefault(payload) || isUnclear(payload) : payload.event === 'claimPaid';
const isRecovered = ({ payload }: MonthRecord): boolean => payload.status === 'settled' || payload.daysPastDue === 0;

/** The last month in default, unless the loan was brought back to order 12 months ago and stayed there. */
function standingDefault(loan: readonly MonthRecord[], date: LocalDate): MonthRecord | undefined {
  const last = loan.findLastIndex(({ payload }) => isInDefault(payload));
  if (last < 0) return undefined;
  const recovered = loan.slice(last + 1).find(isRecovered)?.eventDate;
  const cured = recovered !== undefined && addMonths(recovered, CURE_MONTHS) <= date;
  return cured ? undefined : loan[last];
}

function unpaidClaims(events: readonly EventRecord[], date: LocalDate): EventRecord[] {
  const guarantees = new Map<string, EventRecord[]>();
  for (const record of events) {
    const { event, partner, guaranteeId } = record.payload;
    if (event !== 'claimPaid' && event !== 'recovered') continue;
    const key = `${partner}|${guaranteeId}`;
    const known = guarantees.get(key);
    if (known === undefined) guarantees.set(key, [record]);
    else known.push(record);
  }
  const standing: EventRecord[] = [];
  for (const records of guarantees.values()) {
    records.sort((a, b) => (a.payload.occurredOn < b.payload.occurredOn ? -1 : 1));
    let paid = 0;
    let recovered = 0;
    let unstated = false;
    let newest: LocalDate | undefined;
    for (const { payload } of records) {
      if (payload.event === 'claimPaid') {
        paid += payload.amount ?? 0;
        unstated ||= payload.amount === undefined;
      } else {
        recovered += payload.amount ?? 0;
        newest = payload.occurredOn;
      }
    }
    const claims = records.filter(({ payload }) => payload.event === 'claimPaid');
    const whole = !unstated && newest !== undefined && recovered >= paid;
    if (claims.length > 0 && !(whole && addMonths(newest!, CURE_MONTHS) <= date)) standing.push(...claims);
  }
  return standing;
}
