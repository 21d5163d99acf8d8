import { epochDay, type LocalDate } from '#lib/kernel';
import {
  financingEvents,
  type DossierRecord,
  type FinancingEvent,
  type HolderType,
  type InvestorClass,
} from '#lib/data-sources';
import type { Fraction, MissingCause } from '../value.ts';
import {
  citeCoverage,
  missing,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
} from './characteristic.ts';
import type { FeedView, FirmAt } from './firm-at.ts';
import { verifiedEquity, type VerifiedEquity, type VerifiedRound } from './holdings.ts';
import { staler } from './staler.ts';

type EventRecord = DossierRecord<FinancingEvent>;

/** One closed round (已交割轮次) that the registers show, with the announcement of it, if there was one. */
interface Round {
  /** Its last payment. */
  closedOn: LocalDate;
  readonly parts: VerifiedRound[];
  readonly announced: EventRecord | undefined;
}

interface RoundReading {
  readonly cause?: MissingCause;
  readonly freshness?: Fraction;
  readonly view: FeedView;
  readonly equity: VerifiedEquity;
  /** Oldest first. */
  readonly rounds: readonly Round[];
}

/** Announced and paid lie at most this far apart: the press is often months late, and so are the registers. */
const MATCH_YEARS = 1;
/** The same round within this time is the same news again. */
const REPEAT_DAYS = 180;
/** No new money for the firm, or none from equity investors. */
const NO_EQUITY_ROUND: ReadonlySet<string> = new Set(['acquisition', 'debt', 'neeq']);

/**
 * Announced is not paid: a round counts only where capital changes or proof of payment show the money (SHR and CHG).
 * Payments that belong to one announced round are one round, however far apart its tranches were registered.
 */
function read(firm: FirmAt): RoundReading {
  const known = firm.readings.financingEvents as RoundReading | undefined;
  if (known !== undefined) return known;
  const equity = verifiedEquity(firm);
  const view = firm.feed('FIN');
  const cause = view.cause ?? equity.cause;
  const freshness = staler(view.freshness, equity.freshness);
  const reading: RoundReading =
    cause === undefined
      ? { view, equity, rounds: roundsOf(firm, equity.rounds), ...(freshness === undefined ? {} : { freshness }) }
      : { cause, view, equity, rounds: [] };
  firm.readings.financingEvents = reading;
  return reading;
}

/** An announcement on its day: the close that it states, else its own. */
interface Announcement {
  readonly record: EventRecord;
  readonly on: LocalDate;
  readonly epochDay: number;
}

/** What was announced, oldest first; news of one round told again is one. */
function announcements(firm: FirmAt): Announcement[] {
  const events: Announcement[] = [];
  for (const record of firm.records(financingEvents)) {
    if (NO_EQUITY_ROUND.has(record.payload.round)) continue;
    const on = record.payload.closedOn ?? record.eventDate!;
    events.push({ record, on, epochDay: epochDay(on) });
  }
  events.sort((a, b) => a.epochDay - b.epochDay || order(a.record.recordKey, b.record.recordKey));
  const distinct: Announcement[] = [];
  for (const event of events) {
    const same = distinct.findLastIndex(
      (other) =>
        other.record.payload.round === event.record.payload.round && event.epochDay - other.epochDay <= REPEAT_DAYS,
    );
    if (same < 0) distinct.push(event);
    // The fuller story: the one that names who led.
    else if (leadsOf(distinct[same]!.record).length === 0 && leadsOf(event.record).length > 0) distinct[same] = event;
  }
  return distinct;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function roundsOf(firm: FirmAt, verified: readonly VerifiedRound[]): Round[] {
  if (verified.length === 0) return [];
  const events = announcements(firm);
  const rounds: Round[] = [];
  for (const part of verified) {
    const announced = events.length === 0 ? undefined : nearest(events, part.closedOn);
    const known = announced === undefined ? undefined : rounds.find((round) => round.announced === announced);
    if (known === undefined) rounds.push({ closedOn: part.closedOn, parts: [part], announced });
    else {
      known.parts.push(part);
      known.closedOn = part.closedOn;
    }
  }
  return rounds;
}

/** The same day `years` later, as text that dates compare with; it need not exist (29 February). */
const yearsFrom = (date: LocalDate, years: number): string => `${Number(date.slice(0, 4)) + years}${date.slice(4)}`;

/** The announcement nearest to a close, at most a year from it; of two as near, the earlier. */
function nearest(events: readonly Announcement[], closedOn: LocalDate): EventRecord | undefined {
  const [earliest, latest] = [yearsFrom(closedOn, -MATCH_YEARS), yearsFrom(closedOn, MATCH_YEARS)];
  const day = epochDay(closedOn);
  let best: EventRecord | undefined;
  let least = Infinity;
  for (const { record, on, epochDay: announcedDay } of events) {
    const days = Math.abs(announcedDay - day);
    if (on >= earliest && on <= latest && days < least) [best, least] = [record, days];
  }
  return best;
}

/** Who led as announced: those marked 领投, else a sole investor. */
function leadsOf({ payload }: EventRecord): NonNullable<FinancingEvent['investors']> {
  const investors = payload.investors ?? [];
  const marked = investors.filter((investor) => investor.lead === true);
  return marked.length > 0 || investors.length !== 1 ? marked : investors;
}

type LeadClass = 'person' | 'fund' | 'top';
const RANK: readonly LeadClass[] = ['person', 'fund', 'top'];
/** A guidance fund is a registered fund; a company that invests has no class of its own on the scorecard. */
const OF_INVESTOR: Readonly<Partial<Record<InvestorClass, LeadClass>>> = {
  person: 'person',
  fund: 'fund',
  government: 'fund',
  top: 'top',
};
const OF_HOLDER: Readonly<Partial<Record<HolderType, LeadClass>>> = { person: 'person', fund: 'fund' };

/** The classes of a round's leads; undefined for one that nobody states. */
function leadClasses({ announced, parts }: Round): (LeadClass | undefined)[] {
  const leads = announced === undefined ? [] : leadsOf(announced);
  if (leads.length > 0) return leads.map((lead) => (lead.class === undefined ? undefined : OF_INVESTOR[lead.class]));
  // Nobody was named: who paid most led.
  let most: VerifiedRound['payments'][number] | undefined;
  for (const part of parts)
    for (const payment of part.payments) if (most === undefined || payment.amount > most.amount) most = payment;
  return [most?.holderType === undefined ? undefined : OF_HOLDER[most.holderType]];
}

function citeRounds({ view, equity }: RoundReading, rounds: readonly Round[], cite: Cite): void {
  for (const { announced, parts } of rounds) {
    if (announced !== undefined) cite.record(announced);
    for (const part of parts) for (const { record } of part.payments) cite.record(record);
  }
  for (const feed of [view, equity.shares, equity.changes]) citeCoverage(feed, cite);
  if (equity.unverified) cite.flag('EQUITY_UNVERIFIED');
}

const COMMON = { dimension: 'CR', feeds: ['FIN', 'SHR'] } as const;

export const CR03: CharacteristicDefinition = {
  ...COMMON,
  code: 'CR03',
  zh: '领投机构层级',
  en: 'Class of lead investor',
  definition: {
    zh: '近36个月经登记核实的各轮中领投方的最高层级：个人、登记基金、头部机构；公布中未注明领投的，取唯一或实缴最多的投资方',
    en: 'highest class of lead among rounds of 36 months that the registers show: person, registered fund, top institution; no lead named: the sole investor, or who paid most',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近36个月', en: '36 months' },
  compute(firm, cite) {
    const reading = read(firm);
    if (reading.cause !== undefined) return missing(reading.cause);
    const recent = reading.rounds.filter((round) => round.closedOn > firm.day.halfYearsAgo[6]!);
    let best = -1;
    let unknown = false;
    for (const found of recent.flatMap(leadClasses)) {
      if (found === undefined) unknown = true;
      else best = Math.max(best, RANK.indexOf(found));
    }
    if (best < 0 && unknown) return missing('NOT_STATED');
    citeRounds(reading, recent, cite);
    if (unknown) cite.flag('LEAD_CLASS_UNKNOWN');
    return valueOf(best < 0 ? 'none' : RANK[best]!, reading.freshness);
  },
};

export const CR04: CharacteristicDefinition = {
  ...COMMON,
  code: 'CR04',
  zh: '老股东跟投',
  en: 'Follow-on by existing holders',
  definition: {
    zh: '较早一轮的外部股东在其后一轮再次实缴，均经登记核实',
    en: 'an external holder of an earlier round paid into a later one, both shown by the registers',
  },
  unit: { zh: '', en: '' },
  window: { zh: '成立以来', en: 'since establishment' },
  compute(firm, cite) {
    const reading = read(firm);
    if (reading.cause !== undefined) return missing(reading.cause);
    const earlier = new Set<string>();
    let followed = false;
    for (const { parts } of reading.rounds) {
      const payers = parts.flatMap((part) => part.payments.map((payment) => payment.holder));
      if (payers.some((holder) => earlier.has(holder))) followed = true;
      for (const holder of payers) earlier.add(holder);
    }
    citeRounds(reading, reading.rounds, cite);
    return valueOf(followed ? 'yes' : 'no', reading.freshness);
  },
};

export const CR05: CharacteristicDefinition = {
  ...COMMON,
  code: 'CR05',
  zh: '融资轮次',
  en: 'Closed rounds',
  definition: {
    zh: '成立以来经登记核实已交割的外部股权融资轮数；同一公布轮次的多次实缴计一轮，只公布未实缴的不计',
    en: 'rounds of external equity since establishment that the registers show as paid; tranches of one announced round are one, announced only is none',
  },
  unit: { zh: '轮', en: 'rounds' },
  window: { zh: '成立以来', en: 'since establishment' },
  compute(firm, cite) {
    const reading = read(firm);
    if (reading.cause !== undefined) return missing(reading.cause);
    citeRounds(reading, reading.rounds, cite);
    return valueOf(reading.rounds.length, reading.freshness);
  },
};

export const FAMILY: Family = { characteristics: [CR03, CR04, CR05] };
