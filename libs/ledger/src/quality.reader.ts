import { addDays, daysBetween, type LocalDate } from '#lib/kernel';
import { SOURCES, type Layout, type SourceDefinition } from '#lib/data-sources';
import type { Db } from '#lib/platform';

/** Deliveries of a layout that the quality table looks back on. */
const NEWEST = 12;

/** 数据新鲜度: never: nothing was applied; stale: older than three times the horizon, so it counts nothing (domain §1.4). */
export type Freshness = 'fresh' | 'ageing' | 'stale' | 'never';

/** One applied delivery. Shares are basis points of its rows; null where there are no rows to take a share of. */
export interface DeliveryQuality {
  readonly deliveryId: string;
  readonly fileName: string;
  readonly appliedAt: Date;
  readonly dataThrough: LocalDate | null;
  readonly rows: number;
  /** 主体匹配率: rows that name a firm of the book, of those that name one at all. */
  readonly matchBp: number | null;
  /** 隔离率. */
  readonly quarantineBp: number | null;
  /** Findings in fields, by column and code: rows of this delivery. */
  readonly issues: readonly { readonly column: string; readonly code: string; readonly bp: number }[];
  /** 空值率 by column; empty for deliveries that were applied before it was measured. */
  readonly nullsBp: Readonly<Record<string, number>>;
}

/** How good one layout of one source has been, as known at the end of a day (数据质量). */
export interface LayoutQuality {
  readonly source: string;
  readonly layout: string;
  readonly feed: string;
  readonly zh: string;
  /** Newest data_through among applied deliveries. */
  readonly dataThrough: LocalDate | null;
  /** Days from data_through to the day; never negative. */
  readonly ageDays: number | null;
  readonly horizonDays: number;
  readonly freshness: Freshness;
  /** Freshness factor f: 1 up to the horizon T, falling linearly to 0 at 3T. Null: nothing was applied. */
  readonly freshnessBp: number | null;
  /** Newest first. */
  readonly deliveries: readonly DeliveryQuality[];
}

interface QualityRow {
  delivery_id: string;
  source: string;
  layout: string;
  file_name: string;
  applied_at: Date;
  data_through: LocalDate | null;
  newest_through: LocalDate | null;
  rows: number;
  quarantined: number;
  ignored: number;
  counts: Record<string, number>;
  nulls: Record<string, number> | null;
}

/** Every layout of every source, as known at the end of the day (Asia/Shanghai). Undone deliveries do not count. */
export async function readQuality(db: Db, asOf: LocalDate): Promise<LayoutQuality[]> {
  const end = new Date(`${addDays(asOf, 1)}T00:00:00+08:00`);
  const rows = await db.query<QualityRow>(
    `SELECT delivery_id, source, layout, file_name, applied_at, data_through, newest_through, rows, quarantined, ignored, counts, nulls
     FROM (SELECT d.*, row_number() OVER w AS age, max(data_through) OVER (PARTITION BY source, layout) AS newest_through
       FROM delivery d WHERE state = 'RECONCILED' AND applied_at < $1 AND (undone_at IS NULL OR undone_at >= $1)
       WINDOW w AS (PARTITION BY source, layout ORDER BY applied_at DESC)) aged
     WHERE age <= $2 ORDER BY applied_at DESC`,
    [end, NEWEST],
  );
  const issues = await issuesOf(
    db,
    rows.map((row) => row.delivery_id),
  );
  return SOURCES.flatMap((source) =>
    source.layouts.map((layout) => {
      const own = rows.filter((row) => row.source === source.name && row.layout === layout.name);
      return qualityOf(source, layout, own, issues, asOf);
    }),
  );
}

interface IssueRow {
  readonly delivery_id: string;
  readonly column_name: string;
  readonly code: string;
  readonly rows: number;
}

/** Findings that left a field out or repaired it, and those that kept a row out, by column. */
async function issuesOf(db: Db, deliveries: readonly string[]): Promise<readonly IssueRow[]> {
  return db.query<IssueRow>(
    `SELECT delivery_id, column_name, code, count(DISTINCT row_no)::int AS rows FROM (
       SELECT delivery_id, row_no, code, column_name FROM row_issue WHERE delivery_id = ANY($1::uuid[])
       UNION ALL
       SELECT delivery_id, row_no, i ->> 'code', i ->> 'column' FROM quarantine, jsonb_array_elements(issues) i
       WHERE delivery_id = ANY($1::uuid[])
     ) found WHERE column_name IS NOT NULL GROUP BY delivery_id, column_name, code ORDER BY column_name, code`,
    [deliveries],
  );
}

function qualityOf(
  source: SourceDefinition,
  layout: Layout,
  rows: readonly QualityRow[],
  issues: readonly IssueRow[],
  asOf: LocalDate,
): LayoutQuality {
  const dataThrough = rows[0]?.newest_through ?? null;
  const ageDays = dataThrough === null ? null : Math.max(0, daysBetween(dataThrough, asOf));
  const horizonDays = source.freshnessDays;
  return {
    source: source.name,
    layout: layout.name,
    feed: layout.feed,
    zh: layout.zh,
    dataThrough,
    ageDays,
    horizonDays,
    ...freshnessOf(ageDays, horizonDays),
    deliveries: rows.map((row) => deliveryQuality(layout, row, issues)),
  };
}

/** f = (3T − age) ÷ 2T between T and 3T (domain §1.4), rounded half up to basis points. */
function freshnessOf(age: number | null, horizon: number): Pick<LayoutQuality, 'freshness' | 'freshnessBp'> {
  if (age === null) return { freshness: 'never', freshnessBp: null };
  if (age <= horizon) return { freshness: 'fresh', freshnessBp: 10_000 };
  if (age >= 3 * horizon) return { freshness: 'stale', freshnessBp: 0 };
  return { freshness: 'ageing', freshnessBp: shareBp(3 * horizon - age, 2 * horizon)! };
}

function deliveryQuality(layout: Layout, row: QualityRow, issues: readonly IssueRow[]): DeliveryQuality {
  const { rows, counts } = row;
  const keepsUnknown = layout.unknownSubject === 'quarantine';
  const unknown = counts[keepsUnknown ? 'DQ03' : 'ignored:unknown-firm'] ?? 0;
  const nameless =
    row.ignored - (keepsUnknown ? 0 : unknown) + row.quarantined - (counts['DQ11'] ?? 0) - (keepsUnknown ? unknown : 0);
  const naming = rows - nameless;
  return {
    deliveryId: row.delivery_id,
    fileName: row.file_name,
    appliedAt: row.applied_at,
    dataThrough: row.data_through,
    rows,
    matchBp: shareBp(naming - unknown, naming),
    quarantineBp: shareBp(row.quarantined, rows),
    issues: issues
      .filter((issue) => issue.delivery_id === row.delivery_id)
      .map((issue) => ({ column: issue.column_name, code: issue.code, bp: shareBp(issue.rows, rows)! })),
    nullsBp: Object.fromEntries(
      Object.entries(row.nulls ?? {})
        .map(([column, n]) => [column, shareBp(n, rows) ?? 0] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

/** Basis points, rounded half up; null of nothing. */
const shareBp = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.floor((part * 10_000 * 2 + whole) / (2 * whole));
