import { createHash } from 'node:crypto';
import { actorOf, HOUSE, type Principal } from '#lib/access';
import { instantText, ProblemError, type Clock, type Problem } from '#lib/kernel';
import type { Notices } from '#lib/notices';
import { actAs, again, type Database, type Db, type Tx } from '#lib/platform';
import type { CallbackKeys } from './callback-keys.ts';
import { NONCE_MINUTES, verifySignature, type SignedHeaders } from './callback-signature.ts';

/** What a partner reports of one of its own affairs, in its own sequence. */
export interface Callback {
  /** The partner's own number of the loan, guarantee or case. */
  readonly externalId: string;
  /** From 1, without gaps, for each external id. */
  readonly seq: number;
  /** `referral.status.v1`, `guarantee.event.v1` … */
  readonly type: string;
  /** The deal with us that it is about. */
  readonly dealId: string;
  /** An event of the deal, and what belongs to it. */
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Moves the deal in the caller's transaction. `heardAt`: when it came, where it had to wait; its days are judged by that. Throws
 * ProblemError to refuse.
 */
export type ApplyCallback = (
  tx: Tx,
  principal: Principal,
  callback: Callback,
  heardAt?: Date,
) => Promise<{ readonly dealId: string; readonly version: number }>;

export interface CallbackReceipt {
  readonly externalId: string;
  readonly seq: number;
  /** `held`: its predecessor is missing; it is applied when that comes. */
  readonly state: 'applied' | 'held';
  readonly dealId: string | null;
  readonly dealVersion: number | null;
  /** The very same callback was received before. */
  readonly repeated: boolean;
  /** How many that waited for this one were applied after it. */
  readonly released: number;
}

interface CallbackRow {
  seq: number;
  type: string;
  body: Callback;
  body_sha256: Buffer;
  state: 'held' | 'applied' | 'refused';
  received_at: Date;
  replaced: number;
  person_id: string;
  deal_id: string | null;
  deal_version: number | null;
}

/** A callback that waits longer than this is an alarm. */
const HELD_HOURS = 24;
/** What waits may be replaced by its sender so often: each earlier one is kept. */
const MOST_REPLACED = 20;

/** 合作机构回传: signed, once each, in order. */
export class Callbacks {
  constructor(
    private readonly db: Database,
    private readonly parts: {
      readonly keys: CallbackKeys;
      readonly notices: Notices;
      readonly clock: Clock;
      readonly apply: ApplyCallback;
    },
  ) {}

  /**
   * Who signed it, and that it was not copied. Throws ProblemError timestamp-outside, signature-invalid 403 or
   * nonce-replayed 409.
   */
  async verify(principal: Principal, signed: SignedHeaders, body: Buffer): Promise<void> {
    const { institutionId } = principal;
    const now = this.parts.clock.now();
    await this.db.as(actorOf(principal), async (tx) => {
      const secret = await this.parts.keys.secretOf(tx, institutionId, signed.key, now);
      verifySignature(signed, body, secret, now);
      const fresh = await tx.execute(
        `INSERT INTO callback_nonce (institution_id, nonce, at) VALUES ($1, $2, $3) ON CONFLICT (institution_id, nonce) DO NOTHING`,
        [institutionId, signed.nonce, now],
      );
      if (fresh === 0) throw nonceReplayed();
    });
  }

  /**
   * Applies it, or keeps it until its predecessor has come; then everything that waited for it. Throws ProblemError
   * callback-conflict 422 for another body under a number that took effect, or what the deal refuses: then nothing is kept and
   * the same number may be sent again. What still waits is replaced by another body.
   */
  async receive(principal: Principal, callback: Callback, raw: Buffer): Promise<CallbackReceipt> {
    const sha256 = createHash('sha256').update(raw).digest();
    return again(() => this.db.as(actorOf(principal), (tx) => this.receiveIn(tx, principal, callback, sha256)));
  }

  private async receiveIn(tx: Tx, principal: Principal, callback: Callback, sha256: Buffer): Promise<CallbackReceipt> {
    const { institutionId } = principal;
    const { externalId, seq } = callback;
    await tx.query('SELECT pg_advisory_xact_lock(7104022, hashtext($1))', [`${institutionId}|${externalId}`]);
    const known = await rowOf(tx, institutionId, externalId, seq);
    if (known && known.state !== 'refused') {
      const isSame = known.body_sha256.equals(sha256);
      if (isSame) return receiptOf(callback, known, { repeated: true, released: 0 });
      if (known.state === 'applied' || known.replaced >= MOST_REPLACED) throw conflict(externalId, seq);
    }
    if (seq > (await lastApplied(tx, institutionId, externalId)) + 1) {
      await this.keep(tx, principal, callback, sha256, { state: 'held' });
      return receiptOf(callback, undefined, { repeated: false, released: 0 });
    }
    const moved = await this.parts.apply(tx, principal, callback);
    await actAs(tx, HOUSE);
    await this.keep(tx, principal, callback, sha256, { state: 'applied', ...moved });
    const released = await this.release(tx, principal, externalId, seq + 1);
    return receiptOf(callback, { deal_id: moved.dealId, deal_version: moved.version }, { repeated: false, released });
  }

  /** What waited for this number, in order, up to the first that is missing or refused. */
  private async release(tx: Tx, principal: Principal, externalId: string, from: number): Promise<number> {
    for (let seq = from; ; seq++) {
      const row = await rowOf(tx, principal.institutionId, externalId, seq);
      if (row?.state !== 'held') return seq - from;
      // In the name of who sent it.
      const sender = { ...principal, personId: row.person_id };
      await tx.execute('SAVEPOINT release');
      try {
        const moved = await this.parts.apply(tx, sender, row.body, row.received_at);
        await this.keep(tx, sender, row.body, row.body_sha256, { state: 'applied', ...moved });
        await tx.execute('RELEASE SAVEPOINT release');
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        await tx.execute('ROLLBACK TO SAVEPOINT release');
        await this.keep(tx, sender, row.body, row.body_sha256, { state: 'refused', problem: error.problem });
        await this.tellRefused(tx, sender, row.body, error.problem);
        return seq - from;
      }
    }
  }

  private async keep(
    tx: Tx,
    { institutionId, personId }: Principal,
    callback: Callback,
    sha256: Buffer,
    outcome:
      | { readonly state: 'held' }
      | { readonly state: 'applied'; readonly dealId: string; readonly version: number }
      | { readonly state: 'refused'; readonly problem: Problem },
  ): Promise<void> {
    const now = this.parts.clock.now();
    const applied = outcome.state === 'applied' ? outcome : undefined;
    await tx.execute(
      `INSERT INTO partner_callback (institution_id, external_id, seq, person_id, type, body_sha256, body, received_at, state,
         deal_id, deal_version, problem, settled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT (institution_id, external_id, seq) DO UPDATE SET person_id = $4, type = $5, body_sha256 = $6, body = $7,
         received_at = CASE WHEN partner_callback.body_sha256 = $6 THEN partner_callback.received_at ELSE $8 END,
         earlier = CASE WHEN partner_callback.body_sha256 = $6 THEN partner_callback.earlier
           ELSE partner_callback.earlier || jsonb_build_object('receivedAt', partner_callback.received_at,
             'personId', partner_callback.person_id, 'body', partner_callback.body) END,
         state = $9, deal_id = $10, deal_version = $11, problem = $12, settled_at = $13`,
      [
        institutionId,
        callback.externalId,
        callback.seq,
        personId,
        callback.type,
        sha256,
        JSON.stringify(callback),
        now,
        outcome.state,
        applied?.dealId ?? null,
        applied?.version ?? null,
        outcome.state === 'refused' ? JSON.stringify(outcome.problem) : null,
        outcome.state === 'held' ? null : now,
      ],
    );
  }

  /** The sender has its answer already: it is told another way. */
  private async tellRefused(tx: Tx, { institutionId }: Principal, callback: Callback, problem: Problem): Promise<void> {
    const { externalId, seq, dealId } = callback;
    const { code, zh, en, errors = [] } = problem;
    await this.parts.notices.publish(tx, {
      institutionId,
      type: 'callback.refused.v1',
      aggregate: `callback/${externalId}`,
      body: { externalId, seq, dealId, code, zh, en, errors },
      at: this.parts.clock.now(),
    });
  }

  /** Forgets nonces that no timestamp can use any more. */
  async sweepNonces(): Promise<number> {
    const before = new Date(this.parts.clock.now().getTime() - NONCE_MINUTES * 60_000);
    return this.db.as(HOUSE, (tx) => tx.execute('DELETE FROM callback_nonce WHERE at < $1', [before]));
  }

  /**
   * Tells the sender of each callback that waits too long which number is missing, once. Each in a transaction of its own.
   * Resolves to the number of callbacks.
   */
  async tellHeld(): Promise<number> {
    let told = 0;
    for (let found = await this.tellNextHeld(); found !== 'none'; found = await this.tellNextHeld())
      if (found === 'told') told += 1;
    return told;
  }

  private tellNextHeld(): Promise<'told' | 'passed' | 'none'> {
    const at = this.parts.clock.now();
    return this.db.as(HOUSE, async (tx) => {
      const [held] = await tx.query<HeldCallback & { readonly dealId: string }>(
        `SELECT c.institution_id AS "institutionId", c.external_id AS "externalId", c.seq, c.type,
           c.received_at AS "receivedAt", c.body->>'dealId' AS "dealId"
         FROM partner_callback c WHERE c.state = 'held' AND c.received_at < $1
           AND NOT EXISTS (SELECT FROM alarm_of_callback a WHERE (a.institution_id, a.external_id, a.seq) = (c.institution_id, c.external_id, c.seq))
         ORDER BY c.received_at, c.institution_id, c.external_id, c.seq LIMIT 1`,
        [heldBefore(at)],
      );
      if (held === undefined) return 'none';
      const { institutionId, externalId, seq, receivedAt, ...rest } = held;
      const fresh = await tx.execute(
        `INSERT INTO alarm_of_callback (institution_id, external_id, seq, raised_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
        [institutionId, externalId, seq, at],
      );
      if (fresh === 0) return 'passed';
      const missing = (await lastApplied(tx, institutionId, externalId)) + 1;
      await this.parts.notices.publish(tx, {
        institutionId,
        type: 'callback.held.v1',
        aggregate: `callback/${externalId}`,
        body: { externalId, seq, missing, ...rest, receivedAt: instantText(receivedAt), occurredAt: instantText(at) },
        at,
      });
      return 'told';
    });
  }

  /** Those that have waited over 24 hours for their predecessor (乱序告警), the oldest first. */
  async overdue(limit: number): Promise<(HeldCallback & { readonly toldAt: Date | null })[]> {
    return this.db.as(HOUSE, (tx) =>
      tx.query<HeldCallback & { readonly toldAt: Date | null }>(
        `SELECT c.institution_id AS "institutionId", c.external_id AS "externalId", c.seq, c.type, c.received_at AS "receivedAt",
           a.raised_at AS "toldAt"
         FROM partner_callback c LEFT JOIN alarm_of_callback a USING (institution_id, external_id, seq)
         WHERE c.state = 'held' AND c.received_at < $1
         ORDER BY c.received_at, c.institution_id, c.external_id, c.seq LIMIT $2`,
        [heldBefore(this.parts.clock.now()), limit],
      ),
    );
  }
}

const heldBefore = (now: Date): Date => new Date(now.getTime() - HELD_HOURS * 3_600_000);

export interface HeldCallback {
  readonly institutionId: string;
  readonly externalId: string;
  readonly seq: number;
  readonly type: string;
  readonly receivedAt: Date;
}

async function rowOf(db: Db, institutionId: string, externalId: string, seq: number): Promise<CallbackRow | undefined> {
  const [row] = await db.query<CallbackRow>(
    `SELECT seq, type, body, body_sha256, state, received_at, jsonb_array_length(earlier) AS replaced, person_id, deal_id, deal_version
     FROM partner_callback
     WHERE institution_id = $1 AND external_id = $2 AND seq = $3`,
    [institutionId, externalId, seq],
    'callback-row',
  );
  return row;
}

async function lastApplied(db: Db, institutionId: string, externalId: string): Promise<number> {
  const [row] = await db.query<{ last: number }>(
    `SELECT coalesce(max(seq), 0)::int AS last FROM partner_callback WHERE institution_id = $1 AND external_id = $2 AND state = 'applied'`,
    [institutionId, externalId],
    'callback-last',
  );
  return row!.last;
}

const receiptOf = (
  { externalId, seq }: Callback,
  row: Pick<CallbackRow, 'deal_id' | 'deal_version'> | undefined,
  rest: Pick<CallbackReceipt, 'repeated' | 'released'>,
): CallbackReceipt => ({
  externalId,
  seq,
  state: row?.deal_id ? 'applied' : 'held',
  dealId: row?.deal_id ?? null,
  dealVersion: row?.deal_version ?? null,
  ...rest,
});

const nonceReplayed = (): ProblemError =>
  new ProblemError({
    code: 'nonce-replayed',
    status: 409,
    zh: '该 Nonce 已用过',
    en: 'this nonce was used before',
    errors: [{ header: 'X-Firstmile-Nonce', code: 'nonce-replayed', zh: '已用过', en: 'it was used before' }],
  });

const conflict = (externalId: string, seq: number): ProblemError =>
  new ProblemError({
    code: 'callback-conflict',
    status: 422,
    zh: `${externalId} 第${seq}号回传内容不同；更正须另发新号`,
    en: `callback ${seq} of ${externalId} was another one: a correction has a number of its own`,
    extra: { externalId, seq },
    errors: [{ pointer: '/seq', code: 'callback-conflict', zh: '该号已用', en: 'the number is taken' }],
  });

/** For logs and answers. */
export const heldBody = ({ receivedAt, toldAt, ...held }: HeldCallback & { readonly toldAt: Date | null }): object => ({
  ...held,
  receivedAt: instantText(receivedAt),
  toldAt: toldAt && instantText(toldAt),
});
