import { businessRegistration } from '#lib/data-sources';
import type { LocalDate } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';

/** Fewer graded firms than this say nothing, and would give single firms away. */
const MIN_FIRMS = 30;

/** 同组范围. `industry`: GB/T 4754 division (I65), `sector`: its letter, `age`: months, 12-24 is [12, 24). */
export type CohortKind = 'run' | 'city' | 'district' | 'industry' | 'sector' | 'age';

/** Each percentile and where it looks, the narrowest cohort first. */
const COHORT_CHAINS = {
  run: ['run'],
  city: ['city', 'run'],
  district: ['district', 'city', 'run'],
  industry: ['industry', 'sector', 'run'],
  age: ['age', 'run'],
} as const satisfies Record<string, readonly CohortKind[]>;
export type PercentileKind = keyof typeof COHORT_CHAINS;

/** ⌊100·(below + ½ equal) ÷ n⌋ among the graded firms of a cohort, the firm itself among the equal ones (百分位). */
export interface Percentile {
  readonly percentile: number;
  /** The cohort that had enough firms, which may be wider than the one asked for. */
  readonly cohort: { readonly kind: CohortKind; readonly code: string };
  readonly firms: number;
}
/** Null: not even the whole run has 30 graded firms. */
export type Percentiles = Readonly<Record<PercentileKind, Percentile | null>>;

interface Pins {
  readonly runId: string;
  readonly asOf: LocalDate;
  readonly knownAt: Date;
}

/**
 * `firm`: the cohorts of the scored firms that `scored` selects (company_id, uscc, score), by their registration at the
 * pins: the bureau's fields first, then the open register's. $2 as_of, $3 known_at. One text for publication and for
 * reading, so that a firm is looked up where it was counted. Materialised: inlined, every use would unpack the payload.
 */
const firmsInCohorts = (scored: string): string => `
  stated AS MATERIALIZED (
    SELECT s.score, coalesce(b.payload ->> 'region', o.payload ->> 'region', substr(s.uscc, 3, 6)) AS region,
      coalesce(b.payload ->> 'industry', o.payload ->> 'industry') AS industry,
      coalesce(b.payload ->> 'establishedOn', o.payload ->> 'establishedOn')::date AS established
    FROM (${scored}) s ${joined('b', 'bureau')} ${joined('o', 'open-register')}
  ),
  aged AS MATERIALIZED (
    SELECT score, region, industry, (extract(year FROM $2::date) - extract(year FROM established)) * 12
      + extract(month FROM $2::date) - extract(month FROM established)
      - (extract(day FROM $2::date) < extract(day FROM established))::int AS months
    FROM stated
  ),
  firm AS (
    SELECT score, 'run' AS kind, 'all' AS cohort FROM aged
    UNION ALL SELECT score, 'city', left(region, 4) FROM aged
    UNION ALL SELECT score, 'district', region FROM aged
    UNION ALL SELECT score, 'industry', substring(industry FROM '^[A-T][0-9]{2}') FROM aged
    UNION ALL SELECT score, 'sector', substring(industry FROM '^[A-T]') FROM aged
    UNION ALL SELECT score, 'age', CASE WHEN months < 12 THEN '0-12' WHEN months < 24 THEN '12-24' WHEN months < 36 THEN '24-36'
      WHEN months < 60 THEN '36-60' WHEN months >= 60 THEN '60+' END FROM aged
  )`;

/** A firm has at most one open registration record a register. */
const joined = (alias: string, recordKey: string): string => `
    LEFT JOIN record ${alias} ON ${alias}.company_id = s.company_id AND ${alias}.source = '${businessRegistration.name}'
      AND ${alias}.record_key = '${recordKey}' AND ${alias}.op = 'U'
      AND ${alias}.known_from <= $3 AND (${alias}.known_to IS NULL OR ${alias}.known_to > $3)`;

/** `counted`: the cohorts of run $1 with enough firms, one row a cohort and score. */
const countedCohorts = `
  ${firmsInCohorts('SELECT company_id, uscc, score FROM run_score WHERE run_id = $1 AND grade IS NOT NULL')},
  counted AS (
    SELECT kind, cohort, score, equal, upto - equal AS below, firms FROM (
      SELECT kind, cohort, score, count(*) AS equal,
        sum(count(*)) OVER (PARTITION BY kind, cohort ORDER BY score) AS upto,
        sum(count(*)) OVER (PARTITION BY kind, cohort) AS firms
      FROM firm WHERE cohort IS NOT NULL GROUP BY kind, cohort, score) scores
    WHERE firms >= ${MIN_FIRMS}
  )`;

/** Counts the cohorts of a run that is being published. */
export async function countCohorts(tx: Tx, { runId, asOf, knownAt }: Pins): Promise<void> {
  await tx.execute(
    `WITH ${countedCohorts}
     INSERT INTO run_cohort (run_id, kind, cohort, score, equal, below, firms)
     SELECT $1::uuid, kind, cohort, score, equal, below, firms FROM counted`,
    [runId, asOf, knownAt],
  );
}

/** Rows of a published run's cohorts that are not what its scores give, missing ones among them. */
export async function differingCohorts(db: Db, { runId, asOf, knownAt }: Pins): Promise<number> {
  const [found] = await db.query<{ n: number }>(
    `WITH ${countedCohorts},
     stored AS (SELECT kind COLLATE "default", cohort COLLATE "default", score, equal, below, firms FROM run_cohort WHERE run_id = $1)
     SELECT count(*)::int AS n FROM (
       (SELECT * FROM stored EXCEPT SELECT * FROM counted) UNION ALL (SELECT * FROM counted EXCEPT SELECT * FROM stored)) d`,
    [runId, asOf, knownAt],
  );
  return found!.n;
}

/** Where a graded firm stands among the others of its published run. */
export async function percentilesOf(db: Db, { runId, asOf, knownAt }: Pins, companyId: number): Promise<Percentiles> {
  const scored = 'SELECT company_id, uscc, score FROM run_score WHERE run_id = $1 AND company_id = $4';
  const rows = await db.query<{ kind: CohortKind; cohort: string; equal: number; below: number; firms: number }>(
    `WITH ${firmsInCohorts(scored)}
     SELECT kind, cohort, h.equal, h.below, h.firms
     FROM firm JOIN run_cohort h USING (kind, cohort, score) WHERE h.run_id = $1::uuid`,
    [runId, asOf, knownAt, companyId],
    'percentiles-of-company',
  );
  const found = new Map(rows.map((row) => [row.kind, row]));
  const standing = (chain: readonly CohortKind[]): Percentile | null => {
    const row = chain.map((kind) => found.get(kind)).find((at) => at !== undefined);
    if (row === undefined) return null;
    const { kind, cohort: code, below, equal, firms } = row;
    return { percentile: Math.floor((100 * (2 * below + equal)) / (2 * firms)), cohort: { kind, code }, firms };
  };
  const kinds = Object.entries(COHORT_CHAINS).map(([kind, chain]) => [kind, standing(chain)]);
  return Object.fromEntries(kinds) as Percentiles;
}
