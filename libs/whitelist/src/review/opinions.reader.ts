import type { Db } from '#lib/platform';
import type { Marks } from './expert-form.ts';

/** A filled expert form (专家评价表) with who filled it in. */
export interface ReviewOpinion {
  readonly personId: string;
  readonly marks: Marks;
  readonly at: Date;
}

/** The newest form of each reviewer about one firm, of whatever list: as the house, for reviewers see their own lists only. */
export async function reviewOpinions(db: Db, uscc: string): Promise<ReviewOpinion[]> {
  return db.query<ReviewOpinion>(
    `SELECT DISTINCT ON (proposed_by) proposed_by AS "personId", form AS marks, proposed_at AS at FROM review_proposal
     WHERE list_code IN (SELECT list_code FROM list_rules) AND uscc = $1 AND form IS NOT NULL
     ORDER BY proposed_by, proposed_at DESC, proposal_id DESC`,
    [uscc],
    'opinions-of-firm',
  );
}
