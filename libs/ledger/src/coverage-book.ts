import { addDays, type LocalDate } from '#lib/kernel';
import type { ClosureKind, CoverageEntry, Feed, FeedCoverage } from '#lib/data-sources';

const BEGINNING = '1900-01-01' as LocalDate;

const holds = (territory: readonly string[], region: string): boolean =>
  territory.some((prefix) => prefix === 'CN' || region.startsWith(prefix));

/** By USCC, then by source: what firms had closed. */
export type Closures = ReadonlyMap<string, ReadonlyMap<string, ClosureKind>>;

const NO_CLOSURES: Closures = new Map();

/**
 * What all applied deliveries known at one instant speak for. Few entries serve many firms, so the answer for a region
 * is worked out once. Beside it stands what single firms had closed: few, so that documents need not know of them.
 */
export class CoverageBook {
  private readonly feeds: ReadonlySet<Feed>;
  private readonly byRegion = new Map<string, ReadonlyMap<Feed, FeedCoverage>>();

  constructor(
    private readonly entries: readonly CoverageEntry[],
    private readonly closures: Closures = NO_CLOSURES,
  ) {
    this.feeds = new Set(entries.map((entry) => entry.feed));
  }

  /** What the others speak for. */
  without(deliveryId: string): CoverageBook {
    return new CoverageBook(
      this.entries.filter((entry) => entry.deliveryId !== deliveryId),
      this.closures,
    );
  }

  /** Why the source does not count for this firm, if so. */
  closed(uscc: string, source: string): ClosureKind | undefined {
    return this.closures.size === 0 ? undefined : this.closures.get(uscc)?.get(source);
  }

  connected(feed: Feed): boolean {
    return this.feeds.has(feed);
  }

  /** Coverage by `all` deliveries whose territory holds the region. */
  of(region: string, feed: Feed): FeedCoverage | undefined {
    let feeds = this.byRegion.get(region);
    if (!feeds) {
      feeds = this.workOut(region);
      this.byRegion.set(region, feeds);
    }
    return feeds.get(feed);
  }

  private workOut(region: string): ReadonlyMap<Feed, FeedCoverage> {
    const byFeed = new Map<Feed, CoverageEntry[]>();
    for (const entry of this.entries) {
      if (entry.population !== 'all' || !holds(entry.territory, region)) continue;
      const list = byFeed.get(entry.feed);
      if (list) list.push(entry);
      else byFeed.set(entry.feed, [entry]);
    }
    return new Map([...byFeed].map(([feed, entries]) => [feed, coverageOf(feed, entries)]));
  }
}

function coverageOf(feed: Feed, entries: readonly CoverageEntry[]): FeedCoverage {
  const spans = entries
    .map((entry) => ({ from: entry.from ?? BEGINNING, to: entry.through }))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.to < b.to ? -1 : 1));
  const periods: { from: LocalDate; to: LocalDate }[] = [];
  for (const span of spans) {
    const last = periods.at(-1);
    if (last && span.from <= addDays(last.to, 1)) {
      if (span.to > last.to) last.to = span.to;
    } else periods.push({ ...span });
  }
  const through = entries.reduce(
    (newest, entry) => (entry.through > newest ? entry.through : newest),
    entries[0]!.through,
  );
  return { feed, through, periods, entries };
}
