import { HOUSE } from '#lib/access';
import type { Database } from '#lib/platform';

/** 转化漏斗 (domain §9) of one list, as far as it reaches before a loan is asked for. */
export interface Funnel {
  /** Firms of the newest published run. */
  readonly scored: number;
  /** Firms that ever passed all conditions of entry. */
  readonly eligible: number;
  readonly listed: number;
  /** By the month in which a firm was first listed, oldest first. */
  readonly cohorts: readonly Cohort[];
}

export interface Cohort {
  /** YYYY-MM of Asia/Shanghai. */
  readonly month: string;
  readonly listed: number;
  /** Of them, firms that authorised a bank, guarantor or investor since. */
  readonly consented: number;
  /** Of them, firms of which a report or score was read since. */
  readonly read: number;
  /** Of them, firms on the list now. */
  readonly listedNow: number;
  /** From the first listing to the first authorisation, days; null without any. */
  readonly medianDaysToConsent: number | null;
}

const PARTNERS = `('bank', 'guarantor', 'investor', 'insurer', 'lessor')`;

/** Steps of offers, loans and guarantees follow with financing: nothing is counted that nobody recorded. */
export async function listFunnel(db: Database, listCode: string): Promise<Funnel> {
  return db.as(HOUSE, async (tx) => {
    const [all] = await tx.query<{ scored: number; eligible: number; listed: number }>(
      `SELECT coalesce((SELECT firms FROM run WHERE state = 'PUBLISHED'), 0)::int AS scored,
              (SELECT count(*) FROM membership WHERE list_code = $1)::int AS eligible,
              (SELECT count(DISTINCT uscc) FROM membership_event WHERE list_code = $1 AND to_state = 'ACTIVE')::int AS listed`,
      [listCode],
    );
    const cohorts = await tx.query<Cohort>(
      `WITH first AS (
         SELECT uscc, min(at) AS at FROM membership_event WHERE list_code = $1 AND to_state = 'ACTIVE' GROUP BY uscc),
       consent AS (
         SELECT f.uscc, min(a.granted_at) AS at FROM first f JOIN authorisation a ON a.uscc = f.uscc AND a.granted_at >= f.at
         JOIN institution i USING (institution_id) WHERE i.kind IN ${PARTNERS} GROUP BY f.uscc),
       reads AS (
         SELECT DISTINCT s.uscc FROM query_log q JOIN institution i USING (institution_id), unnest(q.subjects) AS s(uscc)
         JOIN first f ON f.uscc = s.uscc
         WHERE q.at >= f.at AND q.product IN ('score', 'evidence', 'report') AND i.kind IN ${PARTNERS})
       SELECT to_char(f.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, count(*)::int AS listed, count(c.uscc)::int AS consented,
              count(r.uscc)::int AS read, count(*) FILTER (WHERE m.state IN ('ACTIVE', 'WATCH', 'SUSPENDED'))::int AS "listedNow",
              floor(percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.at - f.at)) / 86400)::int AS "medianDaysToConsent"
       FROM first f JOIN membership m ON m.list_code = $1 AND m.uscc = f.uscc
       LEFT JOIN consent c ON c.uscc = f.uscc LEFT JOIN reads r ON r.uscc = f.uscc GROUP BY 1 ORDER BY 1`,
      [listCode],
    );
    return { ...all!, cohorts };
  });
}
