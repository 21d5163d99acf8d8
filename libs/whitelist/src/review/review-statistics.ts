import { HOUSE } from '#lib/access';
import type { LocalDate } from '#lib/kernel';
import type { Database } from '#lib/platform';
import type { MemberState } from '../membership.ts';
import type { ListReviews } from './list-reviews.service.ts';
import { queueOf } from './reviews.store.ts';

/** 人工干预率 aim: overrides among all outcomes, basis points. */
export const OVERRIDE_AIM_BP = 500;

/** What reviewers decided of a list between two days (复核统计). */
export interface ReviewStatistics {
  readonly outcomes: { readonly in: number; readonly out: number; readonly removed: number };
  readonly returned: number;
  /** Second persons who disagreed: cases of the committee. */
  readonly disagreed: number;
  readonly overrides: {
    readonly up: number;
    readonly down: number;
    /** Of all outcomes; null without any. */
    readonly shareBp: number | null;
    readonly aimBp: number;
  };
  /** How the firms of overrides stand today, by direction. */
  readonly overriddenNow: Readonly<Record<'up' | 'down', Readonly<Partial<Record<MemberState, number>>>>>;
  /** Proposal to end, hours; null without any. */
  readonly medianHours: number | null;
  readonly waiting: { readonly cases: number; readonly overdue: number };
  readonly institutions: readonly {
    readonly institutionId: string;
    readonly code: string;
    readonly proposals: number;
    readonly decisions: number;
    readonly votes: number;
    /** Mean of the expert forms in hundredths; null without any. */
    readonly expertHundredths: number | null;
  }[];
}

/** Most cases that are looked at for what waits. */
const MOST_WAITING = 100_000;

/** `from` and `to` are days of Asia/Shanghai, both counted. */
export async function reviewStatistics(
  db: Database,
  reviews: Pick<ListReviews, 'due'>,
  listCode: string,
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<ReviewStatistics> {
  return db.as(HOUSE, async (tx) => {
    const between = (column: string): string =>
      `${column} >= ($2::date)::timestamp AT TIME ZONE 'Asia/Shanghai' AND ${column} < ($3::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'`;
    const [counts] = await tx.query<{
      in: number;
      out: number;
      removed: number;
      up: number;
      down: number;
      hours: number | null;
    }>(
      `SELECT count(*) FILTER (WHERE outcome = 'in')::int AS "in", count(*) FILTER (WHERE outcome = 'out')::int AS out,
              count(*) FILTER (WHERE outcome = 'removed')::int AS removed,
              count(*) FILTER (WHERE override = 'up')::int AS up, count(*) FILTER (WHERE override = 'down')::int AS down,
              round(extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY o.decided_at - p.proposed_at)) / 3600)::int AS hours
       FROM review_outcome o JOIN review_proposal p USING (proposal_id) WHERE o.list_code = $1 AND ${between('o.decided_at')}`,
      [listCode, from, to],
    );
    const [second] = await tx.query<{ returned: number; disagreed: number }>(
      `SELECT count(*) FILTER (WHERE decision = 'return')::int AS returned, count(*) FILTER (WHERE decision = 'disagree')::int AS disagreed
       FROM review_decision d JOIN review_proposal p USING (proposal_id) WHERE p.list_code = $1 AND ${between('d.decided_at')}`,
      [listCode, from, to],
    );
    const now = await tx.query<{ override: 'up' | 'down'; state: MemberState; firms: number }>(
      `SELECT o.override, m.state, count(DISTINCT m.uscc)::int AS firms FROM review_outcome o JOIN membership m USING (list_code, uscc)
       WHERE o.list_code = $1 AND o.override IS NOT NULL AND ${between('o.decided_at')} GROUP BY 1, 2 ORDER BY 1, 2`,
      [listCode, from, to],
    );
    const institutions = await tx.query<{
      institution_id: string;
      code: string;
      proposals: number;
      decisions: number;
      votes: number;
      mean: number | null;
    }>(
      `SELECT i.institution_id, i.code, count(*) FILTER (WHERE act = 'proposal')::int AS proposals,
              count(*) FILTER (WHERE act = 'decision')::int AS decisions, count(*) FILTER (WHERE act = 'vote')::int AS votes,
              round(avg(mark))::int AS mean
       FROM (SELECT institution_id, 'proposal' AS act, expert_hundredths AS mark FROM review_proposal
             WHERE list_code = $1 AND ${between('proposed_at')}
             UNION ALL SELECT d.institution_id, 'decision', NULL FROM review_decision d JOIN review_proposal p USING (proposal_id)
             WHERE p.list_code = $1 AND ${between('d.decided_at')}
             UNION ALL SELECT v.institution_id, 'vote', NULL FROM review_vote v JOIN review_proposal p USING (proposal_id)
             WHERE p.list_code = $1 AND ${between('v.voted_at')}) acts
       JOIN institution i USING (institution_id) GROUP BY 1, 2 ORDER BY 2`,
      [listCode, from, to],
    );
    const { items: waiting } = await queueOf(tx, listCode, { limit: MOST_WAITING });
    const { in: included, out, removed, up, down, hours } = counts!;
    const all = included + out + removed;
    const standing = (direction: 'up' | 'down'): Partial<Record<MemberState, number>> =>
      Object.fromEntries(
        now.filter(({ override }) => override === direction).map(({ state, firms }) => [state, firms]),
      );
    return {
      outcomes: { in: included, out, removed },
      ...second!,
      overrides: {
        up,
        down,
        shareBp: all === 0 ? null : Math.round(((up + down) * 10_000) / all),
        aimBp: OVERRIDE_AIM_BP,
      },
      overriddenNow: { up: standing('up'), down: standing('down') },
      medianHours: hours,
      waiting: { cases: waiting.length, overdue: waiting.filter((one) => reviews.due(one).overdue).length },
      institutions: institutions.map(({ institution_id: institutionId, mean: expertHundredths, ...rest }) => ({
        institutionId,
        ...rest,
        expertHundredths,
      })),
    };
  });
}
