import { HOUSE } from '#lib/access';
import type { Database } from '#lib/platform';
import type { Text } from '#lib/scoring';

/** A warning that no run decides: it follows from registers as they stand when somebody asks (实时预警). */
export interface LiveWarning extends Text {
  readonly code: 'W13' | 'W15';
  /** W13: queries; W15: open disputes. */
  readonly count: number;
  /** Of the first query or dispute that counts. */
  readonly since: Date;
}

/** W13: so many queries by lenders … */
export const MANY_QUERIES = 5;
/** … within so many days (domain §3.5). */
export const QUERY_DAYS = 30;

const WORDS = {
  W13: { zh: '30天内金融机构查询5次以上', en: '5 or more queries by lenders within 30 days' },
  W15: { zh: '数据存在异议', en: 'data are disputed' },
} as const;

/**
 * Warnings on the firm at this instant. An institution that looks several times on one day has asked once: pages and
 * reloads are no interest in a loan. Lists name many firms at once and do not count.
 */
export async function liveWarnings(
  db: Database,
  uscc: string,
  at: Date,
  disputes: readonly { readonly since: Date }[],
): Promise<LiveWarning[]> {
  const [queries] = await db.as(HOUSE, (tx) =>
    tx.query<{ count: number; since: Date | null }>(
      `SELECT count(*)::int AS count, min(first) AS since FROM (
         SELECT min(q.at) AS first FROM query_log q JOIN institution i USING (institution_id)
         WHERE q.subjects @> ARRAY[$1::text] AND q.at > $2::timestamptz - make_interval(days => ${QUERY_DAYS}) AND q.at <= $2
           AND i.kind IN ('bank', 'guarantor', 'investor', 'insurer', 'lessor') AND q.product IN ('score', 'evidence', 'report', 'programmes', 'line')
         GROUP BY q.institution_id, (q.at AT TIME ZONE 'Asia/Shanghai')::date) days`,
      [uscc, at],
      'live-queries',
    ),
  );
  const { count, since } = queries!;
  return [
    ...(count >= MANY_QUERIES && since ? [{ code: 'W13', count, since, ...WORDS.W13 } as const] : []),
    ...(disputes.length > 0
      ? [{ code: 'W15', count: disputes.length, since: disputes[0]!.since, ...WORDS.W15 } as const]
      : []),
  ];
}
