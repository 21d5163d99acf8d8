import { actorOf, type Principal } from '#lib/access';
import type { Database, Db } from '#lib/platform';
import type { Party } from '../deals/deal.ts';
import { LETTER_BINDS } from '../guarantees/guarantee.ts';
import { jointExposures, type JointExposure } from '../joint/joint-exposures.reader.ts';

/** Loans that were referred to a bank and are not paid back (贷款余额), fen. */
export interface LoanExposure {
  readonly loans: number;
  readonly drawn: number;
  readonly outstanding: number;
}

/** Letters that bind (在保), as the guarantor, the reinsurer or the bank that lends. Fen. */
export interface GuaranteeExposure {
  readonly desk: Party['desk'];
  readonly letters: number;
  readonly approved: number;
  readonly drawn: number;
  readonly outstanding: number;
  /** 担保责任: the guaranteed part of what is outstanding, every letter rounded up. */
  readonly guaranteed: number;
}

/** 敞口 of one institution over everything that goes through the platform. */
export interface Exposures {
  readonly joint: readonly JointExposure[];
  readonly loans: LoanExposure;
  readonly guarantees: readonly GuaranteeExposure[];
}

/** Everything is read through row-level security: an institution is told of its own. */
export async function exposuresOf(db: Database, principal: Principal): Promise<Exposures> {
  const { institutionId } = principal;
  return db.as(actorOf(principal), async (tx) => ({
    joint: await jointExposures(tx, institutionId),
    loans: await loanExposure(tx, institutionId),
    guarantees: await guaranteeExposures(tx, institutionId),
  }));
}

async function loanExposure(db: Db, institutionId: string): Promise<LoanExposure> {
  const [row] = await db.query<LoanExposure>(
    `SELECT count(*) AS loans, coalesce(sum(drawn), 0)::bigint AS drawn, coalesce(sum(outstanding), 0)::bigint AS outstanding
     FROM deal d JOIN deal_party p ON p.deal_id = d.deal_id AND p.institution_id = $1 AND p.desk = 'BANK'
     CROSS JOIN LATERAL (
       SELECT sum(e.amount) FILTER (WHERE e.kind = 'draw') AS drawn,
         sum(CASE e.kind WHEN 'draw' THEN e.amount ELSE -e.amount END) AS outstanding
       FROM jsonb_to_recordset(d.body->'entries') AS e (kind text, amount bigint)) AS account
     WHERE d.kind = 'referral' AND account.outstanding > 0`,
    [institutionId],
    'loan-exposure',
  );
  return row!;
}

async function guaranteeExposures(db: Db, institutionId: string): Promise<GuaranteeExposure[]> {
  return db.query<GuaranteeExposure>(
    `SELECT p.desk, count(*) AS letters, sum((d.body->>'approved')::bigint)::bigint AS approved,
       sum((d.body->>'drawn')::bigint)::bigint AS drawn, sum((d.body->>'outstanding')::bigint)::bigint AS outstanding,
       sum(ceil((d.body->>'outstanding')::numeric * (d.terms->>'guaranteedBp')::int / 10000))::bigint AS guaranteed
     FROM deal d JOIN deal_party p ON p.deal_id = d.deal_id AND p.institution_id = $1
     WHERE d.kind = 'guarantee' AND d.state = ANY ($2)
     GROUP BY p.desk ORDER BY p.desk`,
    [institutionId, LETTER_BINDS],
    'guarantee-exposures',
  );
}
