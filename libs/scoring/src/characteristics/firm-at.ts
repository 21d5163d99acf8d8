import { addMonths, daysBetween, daysInMonth, type LocalDate } from '#lib/kernel';
import { FEEDS, registrationOf } from '#lib/data-sources';
import type {
  Dossier,
  DossierRecord,
  Feed,
  FeedCoverage,
  FeedOrigin,
  KnownRegistration,
  SourceDefinition,
} from '#lib/data-sources';
import { reduced } from '../scorecard/exact.ts';
import type { Fraction, MissingCause } from '../value.ts';

/** Months since year 0 of `YYYY-MM…`, read digit by digit: it runs for every record of every firm. */
export const monthNumber = (text: string): number =>
  ((text.charCodeAt(0) - 48) * 1000 +
    (text.charCodeAt(1) - 48) * 100 +
    (text.charCodeAt(2) - 48) * 10 +
    (text.charCodeAt(3) - 48)) *
    12 +
  (text.charCodeAt(5) - 48) * 10 +
  (text.charCodeAt(6) - 48) -
  1;

/** The newest month that has ended by the end of this day. */
export function closedMonth(date: LocalDate): number {
  const month = monthNumber(date);
  const days = daysInMonth(Math.floor(month / 12), (month % 12) + 1);
  return Number(date.slice(8, 10)) === days ? month : month - 1;
}

/** The day of assessment (评分日) with the window edges that every firm needs; one object serves a whole run. */
export interface AssessmentDay {
  readonly date: LocalDate;
  /** Newest month that ended on or before the day. */
  readonly closedMonth: number;
  /** The day 6·k months ago, k = 0 … 6: windows are (edge, date]. */
  readonly halfYearsAgo: readonly LocalDate[];
  /** What a coverage alone makes of its feed on the day, `later` where it begins after it: few serve all firms. */
  readonly covered: WeakMap<FeedCoverage, FeedView | 'later'>;
}

export function assessmentDay(date: LocalDate): AssessmentDay {
  const halfYearsAgo = [0, 1, 2, 3, 4, 5, 6].map((k) => addMonths(date, -6 * k));
  return { date, closedMonth: closedMonth(date), halfYearsAgo, covered: new WeakMap() };
}

/** Where a feed stands for the firm: available with what it covers, or the cause why it is missing. */
export interface FeedView {
  readonly feed: Feed;
  readonly cause?: MissingCause;
  /** f; absent: 1. The same object for every characteristic of the feed. */
  readonly freshness?: Fraction;
  /** Present where an `all` delivery covers the firm: absence then means zero from `from` on. */
  readonly coverage?: FeedCoverage;
  /** First day of the newest covered period. */
  readonly from?: LocalDate;
  /** data_through, never later than the day. */
  readonly through?: LocalDate;
}

/**
 * One firm on one day: what all characteristics of the firm share. Records whose event date lies after the day are not
 * seen.
 */
export class FirmAt {
  readonly known: KnownRegistration | undefined;
  /** 成立日期; undefined while no registration record is known. */
  readonly establishedOn: LocalDate | undefined;
  private readonly views = new Map<Feed, FeedView>();
  private readonly seen = new Map<string, readonly DossierRecord[]>();
  /** Readings that several characteristics share, by family. */
  readonly readings: Record<string, unknown> = {};

  constructor(
    readonly dossier: Dossier,
    readonly day: AssessmentDay,
  ) {
    this.known = registrationOf(dossier);
    this.establishedOn = this.known?.registration.establishedOn;
  }

  /** The source's records that had happened by the day. */
  records<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    const seen = this.seen.get(source.name);
    if (seen !== undefined) return seen as readonly DossierRecord<P>[];
    const all = this.dossier.of(source);
    const { date } = this.day;
    const future = all.some((record) => record.eventDate !== undefined && record.eventDate > date);
    const records = future ? all.filter((r) => r.eventDate === undefined || r.eventDate <= date) : all;
    this.seen.set(source.name, records);
    return records;
  }

  /** The state of one feed, by where it comes from. */
  feed(feed: Feed): FeedView {
    let view = this.views.get(feed);
    if (view === undefined) {
      view = this.look(feed);
      this.views.set(feed, view);
    }
    return view;
  }

  private look(feed: Feed): FeedView {
    const origin = FEEDS.get(feed);
    if (origin === undefined || !this.dossier.connected(feed)) return { feed, cause: 'NOT_CONNECTED' };
    const closed = this.dossier.closed(origin.source);
    if (closed !== undefined) return { feed, cause: closed };
    const coverage = this.dossier.coverage(feed);
    if (coverage !== undefined) {
      let view = this.day.covered.get(coverage);
      if (view === undefined) {
        view = this.coveredView(coverage, origin) ?? 'later';
        this.day.covered.set(coverage, view);
      }
      if (view !== 'later') return origin.perFirm ? this.vouchedView(view, origin) : view;
    }
    const through = this.newestEvent(origin);
    if (through === undefined) return { feed, cause: 'NOT_COVERED' };
    return { feed, through, ...this.freshness(origin.source.freshnessDays, through) };
  }

  /** undefined: the coverage begins after the day. */
  private coveredView(coverage: FeedCoverage, { source }: FeedOrigin): FeedView | undefined {
    const { date } = this.day;
    const period = coverage.periods.findLast(({ from }) => from <= date);
    if (period === undefined) return undefined;
    const through = period.to < date ? period.to : date;
    const { feed } = coverage;
    return { feed, coverage, from: period.from, through, ...this.freshness(source.freshnessDays, through) };
  }

  /** As fresh as the firm's own newest record, where it has one. */
  private vouchedView(view: FeedView, origin: FeedOrigin): FeedView {
    const through = this.newestEvent(origin);
    if (through === undefined) return view;
    const { feed, coverage, from } = view;
    return {
      feed,
      ...(coverage === undefined ? {} : { coverage }),
      ...(from === undefined ? {} : { from }),
      through,
      ...this.freshness(origin.source.freshnessDays, through),
    };
  }

  /** A report on a firm vouches for every day of its period, so one that was stated after the day is of the day. */
  private newestEvent({ source, owns, perFirm }: FeedOrigin): LocalDate | undefined {
    let newest: LocalDate | undefined;
    const { date } = this.day;
    for (const { payload, eventDate, eventTo } of this.records(source)) {
      if (eventDate === undefined || (owns !== undefined && !owns(payload))) continue;
      const ongoing = perFirm ? date : eventDate;
      const end = eventTo === undefined ? eventDate : eventTo <= date ? eventTo : ongoing;
      if (newest === undefined || end > newest) newest = end;
    }
    return newest;
  }

  /** f = 1 up to the horizon T, falling to 0 at 3T: (3T − age) ÷ 2T. 0 is MISSING(STALE). */
  private freshness(horizon: number, through: LocalDate): { freshness?: Fraction; cause?: MissingCause } {
    const age = through >= this.day.date ? 0 : daysBetween(through, this.day.date);
    if (age <= horizon) return {};
    if (age >= 3 * horizon) return { cause: 'STALE' };
    return { freshness: reduced(3 * horizon - age, 2 * horizon) as Fraction };
  }
}
