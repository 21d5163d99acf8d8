import type { Tx } from '#lib/platform';

/** What a partner is told (通知, domain §6.9): lists, flips, revocations, disputes. */
export interface Notice {
  /** Whom it is for. */
  readonly institutionId: string;
  /** `whitelist.member.v1`, `whitelist.revoked.v1`, `dispute.marked.v1` … */
  readonly type: string;
  /** What it is about, e.g. `whitelist/CKT/USCC`: notices of one aggregate stay in order. */
  readonly aggregate: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** Notices to partners. Numbered without gaps for each partner, in the transaction of what they tell. */
export class Notices {
  /** Adds one at the end of the partner's sequence. Resolves to its number. Waits for other notices to the same partner. */
  async publish(tx: Tx, { institutionId, type, aggregate, body, at }: Notice): Promise<number> {
    await tx.query(`SELECT pg_advisory_xact_lock(7104010, hashtext($1))`, [institutionId], 'notice-lock');
    const [row] = await tx.query<{ seq: number }>(
      `INSERT INTO notice (institution_id, seq, type, aggregate, body, at)
       SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 FROM notice WHERE institution_id = $1 RETURNING seq`,
      [institutionId, type, aggregate, JSON.stringify(body), at],
      'notice-publish',
    );
    return row!.seq;
  }
}
