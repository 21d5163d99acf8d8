import { v7 as uuidv7 } from 'uuid';
import { ProblemError, type Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { HOUSE, personActor } from './actor.ts';

const KEPT_MS = 24 * 3_600_000;
/** A request under way touches its row more often than this; an older row belongs to a process that died. */
const LEASE_MS = 60_000;
/** How often a long request has to call `touch`. */
export const TOUCH_MS = 15_000;

export interface StoredAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly body: object;
}

/** `fresh`: do the work, then `complete` or `release`. `answered`: compare the hash, then answer as before. */
export type Reservation =
  | { readonly kind: 'fresh'; readonly attempt: string }
  | { readonly kind: 'answered'; readonly requestHash: Buffer; readonly answer: StoredAnswer };

interface Row {
  attempt: string;
  request_hash: Buffer | null;
  status: number | null;
  location: string | null;
  body: object | null;
}

/** Answers of POSTs by (person, Idempotency-Key). A POST that was refused keeps no answer: it changed nothing. */
export class IdempotencyStore {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Throws `idempotency-in-progress` 409 while another request with this key is under way. */
  async reserve(personId: string, key: string): Promise<Reservation> {
    const reserved = await this.db.as(personActor(personId), (tx) => this.reserveIn(tx, personId, key));
    if (reserved !== undefined) return reserved;
    const text = { zh: '相同 Idempotency-Key 的请求正在处理', en: 'a request with this Idempotency-Key is under way' };
    const code = 'idempotency-in-progress';
    throw new ProblemError({ code, status: 409, ...text, errors: [{ header: 'Idempotency-Key', code, ...text }] });
  }

  /** Undefined: another request has it. */
  private async reserveIn(tx: Tx, personId: string, key: string): Promise<Reservation | undefined> {
    const now = this.clock.now();
    const attempt = uuidv7();
    const [row] = await tx.query<Row>(
      `INSERT INTO idempotency AS i (person_id, key, attempt, created_at, touched_at) VALUES ($1, $2, $3, $4, $4)
       ON CONFLICT (person_id, key) DO UPDATE SET
         attempt = $3, request_hash = NULL, status = NULL, location = NULL, body = NULL, created_at = $4, touched_at = $4
         WHERE i.created_at <= $5 OR (i.status IS NULL AND i.touched_at <= $6)
       RETURNING attempt`,
      [personId, key, attempt, now, new Date(now.getTime() - KEPT_MS), new Date(now.getTime() - LEASE_MS)],
    );
    if (row !== undefined) return { kind: 'fresh', attempt };
    const [kept] = await tx.query<Row>(
      'SELECT attempt, request_hash, status, location, body FROM idempotency WHERE person_id = $1 AND key = $2',
      [personId, key],
    );
    if (kept?.request_hash && kept.status !== null && kept.body) {
      const answer = { status: kept.status, location: kept.location, body: kept.body };
      return { kind: 'answered', requestHash: kept.request_hash, answer };
    }
    return undefined;
  }

  /** Says that the work goes on. */
  async touch(personId: string, key: string, attempt: string): Promise<void> {
    await this.own(
      personId,
      'UPDATE idempotency SET touched_at = $4 WHERE person_id = $1 AND key = $2 AND attempt = $3',
      [personId, key, attempt, this.clock.now()],
    );
  }

  async complete(
    personId: string,
    key: string,
    attempt: string,
    requestHash: Buffer,
    answer: StoredAnswer,
  ): Promise<void> {
    await this.own(
      personId,
      `UPDATE idempotency SET request_hash = $4, status = $5, location = $6, body = $7
       WHERE person_id = $1 AND key = $2 AND attempt = $3`,
      [personId, key, attempt, requestHash, answer.status, answer.location, JSON.stringify(answer.body)],
    );
  }

  /** After a refusal or a fault: the key may be used again. */
  async release(personId: string, key: string, attempt: string): Promise<void> {
    await this.own(
      personId,
      'DELETE FROM idempotency WHERE person_id = $1 AND key = $2 AND attempt = $3 AND status IS NULL',
      [personId, key, attempt],
    );
  }

  /** Drops what is older than 24 hours; rows dropped. Reading never depends on it. */
  async sweep(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    return this.db.as(HOUSE, (tx) => tx.execute('DELETE FROM idempotency WHERE created_at <= $1', [before]));
  }

  /** Also the database shows and changes this person's rows only. */
  private async own(personId: string, text: string, values: readonly unknown[]): Promise<void> {
    await this.db.as(personActor(personId), (tx) => tx.execute(text, values));
  }
}
