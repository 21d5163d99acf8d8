import { addDays, type LocalDate } from '#lib/kernel';
import { qualifications, type DossierRecord, type Qualification, type QualificationTier } from '#lib/data-sources';
import type { FeedView, FirmAt } from './firm-at.ts';

/** Ascending, as PR01 ranks them. */
export const TIERS: readonly QualificationTier[] = ['techSme', 'innovSme', 'hnte', 'srdi', 'littleGiant'];

/** One entry of a list with the days on which it holds. */
export interface Term {
  readonly record: DossierRecord<Qualification>;
  readonly entry: Qualification;
  /** Index in TIERS; −1: a nurture list. */
  readonly tier: number;
  /** First day, where it is stated. */
  readonly from: LocalDate | undefined;
  /** Last day as certified; of a 科技型中小企业 31 December of its year. Undefined: no end (nurture lists), or not stated. */
  readonly to: LocalDate | undefined;
  /** Last day on which it still counts: `to`, of a 科技型中小企业 31 October of the next year while renewal is open. */
  readonly countsTo: LocalDate | undefined;
  /** The revocation beats validity: from this day on it does not hold; `always`: its day is not known. */
  readonly revokedOn: LocalDate | 'always' | undefined;
  /** Holds on the day; `unstated`: a tier with neither first nor last day. */
  readonly valid: boolean | 'unstated';
}

export interface QualificationReading {
  readonly view: FeedView;
  readonly terms: readonly Term[];
}

const NO_TERMS: readonly Term[] = [];

/** 资质与培育名单 that had begun by the day. */
export function qualificationsOf(firm: FirmAt): QualificationReading {
  const known = firm.readings['qualifications'] as QualificationReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('QUA');
  // A stale feed gives no value, but what it said of a revocation stays said.
  const records = view.cause === undefined || view.cause === 'STALE' ? firm.records(qualifications) : [];
  const { date } = firm.day;
  const anyRevoked = records.some(({ payload }) => payload.revoked === true);
  const terms = records.length === 0 ? NO_TERMS : records.map((record) => termOf(record, records, anyRevoked, date));
  const reading = { view, terms };
  firm.readings['qualifications'] = reading;
  return reading;
}

function termOf(
  record: DossierRecord<Qualification>,
  all: readonly DossierRecord<Qualification>[],
  anyRevoked: boolean,
  date: LocalDate,
): Term {
  const entry = record.payload;
  const { list, year, validFrom, validTo } = entry;
  const tier = (TIERS as readonly string[]).indexOf(list);
  const ofYear = list === 'techSme' && year !== undefined ? daysOfListYear(year) : undefined;
  const from = validFrom ?? ofYear?.from;
  const to = ofYear?.to ?? validTo ?? (tier >= 0 && validFrom !== undefined ? threeYearsFrom(validFrom) : undefined);
  const countsTo = ofYear?.countsTo ?? to;
  const revokedOn = anyRevoked ? revocationOf(record, from, all, date) : undefined;
  let valid: Term['valid'] =
    revokedOn === undefined && (from === undefined || from <= date) && (countsTo === undefined || countsTo >= date);
  if (valid && tier >= 0 && to === undefined) valid = 'unstated';
  return { record, entry, tier, from, to, countsTo, revokedOn, valid };
}

interface ListYear {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly countsTo: LocalDate;
}

const LIST_YEARS: Record<number, ListYear> = {};

/** A 科技型中小企业 number runs for its calendar year and counts to 31 October of the next. */
function daysOfListYear(year: number): ListYear {
  return (LIST_YEARS[year] ??= {
    from: `${year}-01-01` as LocalDate,
    to: `${year}-12-31` as LocalDate,
    countsTo: `${year + 1}-10-31` as LocalDate,
  });
}

/** 高企 and the tiers of 工信 run three years where no end is stated: to the day before, three years on. */
function threeYearsFrom(first: LocalDate): LocalDate {
  const year = Number(first.slice(0, 4)) + 3;
  const day = Number(first.slice(8));
  if (day === 1) return addDays(`${year}${first.slice(4)}` as LocalDate, -1);
  return `${year}${first.slice(4, 8)}${day <= 10 ? '0' : ''}${day - 1}` as LocalDate;
}

/**
 * The revocation of an entry by the day: its own, or one of the same list that names no certificate, or meets an entry
 * without one, and is no older than the entry. One that is dated later has not happened yet.
 */
function revocationOf(
  record: DossierRecord<Qualification>,
  from: LocalDate | undefined,
  all: readonly DossierRecord<Qualification>[],
  date: LocalDate,
): LocalDate | 'always' | undefined {
  let first: LocalDate | 'always' | undefined;
  for (const other of all) {
    const { revoked, revokedOn, list, certNo } = other.payload;
    if (revoked !== true || list !== record.payload.list || (revokedOn !== undefined && revokedOn > date)) continue;
    const certain = certNo !== undefined && record.payload.certNo !== undefined;
    if (other !== record && (certain || (from !== undefined && revokedOn !== undefined && revokedOn < from))) continue;
    if (revokedOn === undefined) return 'always';
    if (first === undefined || revokedOn < first) first = revokedOn;
  }
  return first;
}
