import { assessmentDay, FirmAt, type Text } from '#lib/scoring';
import {
  creditHistory,
  FEEDS,
  loanOutcomes,
  SOURCES,
  type DossierRecord,
  type Money,
  type SourceDefinition,
} from '#lib/data-sources';
import { fromMonthIndex, type LocalDate, type LocalMonth } from '#lib/kernel';
import type { ReportProfile } from '../report-request.ts';
import type { ReportInput } from './input.ts';

/** Sources of loan data: a report holds them only where the authorisation says so by name (征信业管理条例 art. 29). */
const LOAN_SOURCES: readonly SourceDefinition[] = [creditHistory, loanOutcomes];

/** One report while it is written: its input, whom it is for, and what is dark. */
export class Writing {
  readonly profile: ReportProfile;
  /** The firm on the day of the run: the same readings that score. */
  readonly firm: FirmAt;
  readonly asOf: LocalDate;
  private readonly dark: ReadonlySet<string>;

  constructor(readonly input: ReportInput) {
    this.profile = input.order.profile;
    this.asOf = input.run.asOf;
    this.firm = new FirmAt(input.dossier, assessmentDay(input.run.asOf));
    const open = input.authorisation === null || input.authorisation.scopes.includes('credit-history');
    this.dark = new Set(open ? [] : LOAN_SOURCES.map(({ name }) => name));
  }

  isDark(source: Pick<SourceDefinition, 'name'>): boolean {
    return this.dark.has(source.name);
  }

  /** Something that rests on this feed is not shown. */
  isDarkFeed(feed: string): boolean {
    const origin = FEEDS.get(feed);
    return origin !== undefined && this.isDark(origin.source);
  }

  /** Records that had happened by the day; none of a dark source. */
  records<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    return this.dark.has(source.name) ? [] : this.firm.records(source);
  }

  /** Every source that is not dark, in the order of their names. */
  sources(): readonly SourceDefinition[] {
    return SOURCES.filter((source) => !this.isDark(source));
  }

  /** A count of records: 0 only where the feed covers the firm and has none, null where nobody knows. */
  counted(feed: string, count: number): number | null {
    if (count > 0) return count;
    const { cause, coverage } = this.firm.feed(feed);
    return cause === undefined && coverage !== undefined ? 0 : null;
  }

  /** Where a feed stands: a section without records says by it whether that is a zero. */
  feed(feed: string): object {
    const view = this.firm.feed(feed);
    return { feed, cause: view.cause ?? null, through: view.through ?? null, complete: view.coverage !== undefined };
  }
}

/** Fen of 人民币, minor units of other currencies. */
export const moneyOf = (money: Money | undefined): object | null =>
  money === undefined ? null : money.currency === 'CNY' ? { fen: money.minor, currency: 'CNY' } : { ...money };

export const yuan = (fen: number | undefined): object | null => (fen === undefined ? null : { fen, currency: 'CNY' });

/** Newest first; records without the day last, then by key: the order of the records never matters. */
export function newestFirst<P extends object>(
  records: readonly DossierRecord<P>[],
  day: (payload: P) => string | undefined,
): DossierRecord<P>[] {
  return [...records].sort((a, b) => {
    const [x, y] = [day(a.payload) ?? '', day(b.payload) ?? ''];
    return x > y ? -1 : x < y ? 1 : a.recordKey < b.recordKey ? -1 : a.recordKey > b.recordKey ? 1 : 0;
  });
}

/** `count` months up to `newest` (months since year 0), the oldest first. */
export const monthsTo = (
  newest: number,
  count: number,
): readonly { readonly index: number; readonly month: LocalMonth }[] =>
  Array.from({ length: count }, (_, i) => newest - count + 1 + i).map((index) => ({
    index,
    month: fromMonthIndex(index),
  }));

export const words = ({ zh, en }: Text): Text => ({ zh, en });
