import type { Db } from '#lib/platform';
import type { JointPart } from './joint-terms.ts';

/** 敞口: what an institution has in joint cases that are not over, by part, fen. */
export interface JointExposure {
  readonly part: JointPart;
  /** `partner`: its own part; `lender`: a loan that a guarantor stands for. */
  readonly as: 'partner' | 'lender';
  readonly cases: number;
  readonly requested: number;
  readonly committed: number;
  readonly effective: number;
  readonly paid: number;
  readonly drawn: number;
  readonly outstanding: number;
  readonly toRecover: number;
}

/** Pages of cases are read through row-level security: an institution is told of its own. */
export async function jointExposures(db: Db, institutionId: string): Promise<JointExposure[]> {
  return db.query<JointExposure>(
    `SELECT p.part, CASE WHEN p."institutionId" = $1 THEN 'partner' ELSE 'lender' END AS "as", count(*) AS cases,
       sum(p.requested)::bigint AS requested, sum(p.committed)::bigint AS committed, sum(p.effective)::bigint AS effective,
       sum(p.paid)::bigint AS paid, sum(p.drawn)::bigint AS drawn, sum(p.outstanding)::bigint AS outstanding,
       sum(p."toRecover")::bigint AS "toRecover"
     FROM deal d CROSS JOIN LATERAL jsonb_to_recordset(d.body->'positions') AS p (part text, "institutionId" text, lender text,
       requested bigint, committed bigint, effective bigint, paid bigint, drawn bigint, outstanding bigint, "toRecover" bigint)
     WHERE d.kind = 'joint-case' AND d.state NOT IN ('FULFILLED', 'TERMINATED', 'FAILED', 'WITHDRAWN')
       AND d.deal_id IN (SELECT deal_id FROM deal_party WHERE institution_id = $1::uuid)
       AND $1 IN (p."institutionId", p.lender)
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [institutionId],
    'joint-exposures',
  );
}
