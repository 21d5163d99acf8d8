import type { Tx } from '#lib/platform';
import type { Subscription, WebhookEvent, WebhookState } from './webhook.ts';

/** A subscription with its sealed secrets. Of two the older lives until `previousUntil`. */
export interface StoredWebhook extends Subscription {
  readonly institutionId: string;
  readonly secret: Buffer;
  readonly previousSecret: Buffer | null;
  readonly previousUntil: Date | null;
}

interface WebhookRow {
  institution_id: string;
  address: string;
  types: string[] | null;
  secret: Buffer;
  previous_secret: Buffer | null;
  previous_until: Date | null;
  state: WebhookState;
  version: number;
}

const webhookOf = (row: WebhookRow): StoredWebhook => ({
  institutionId: row.institution_id,
  address: row.address,
  types: row.types,
  secret: row.secret,
  previousSecret: row.previous_secret,
  previousUntil: row.previous_until,
  state: row.state,
  version: row.version,
});

export async function findWebhook(tx: Tx, institutionId: string): Promise<StoredWebhook | undefined> {
  const [row] = await tx.query<WebhookRow>('SELECT * FROM webhook WHERE institution_id = $1', [institutionId]);
  return row && webhookOf(row);
}

/**
 * For a change: waits for the delivery that holds it, ten seconds at most, so that what was changed holds for every
 * delivery after. Also two first settings wait for each other.
 */
export async function lockWebhook(tx: Tx, institutionId: string): Promise<StoredWebhook | undefined> {
  await tx.query('SELECT pg_advisory_xact_lock(7104011, hashtext($1))', [institutionId], 'webhook-lock');
  const [row] = await tx.query<WebhookRow>('SELECT * FROM webhook WHERE institution_id = $1 FOR UPDATE', [
    institutionId,
  ]);
  return row && webhookOf(row);
}

/**
 * For a delivery: a subscription with something due that no other delivery holds, the one that has waited longest;
 * undefined when there is none. Held until the transaction ends: two workers never send to one partner at once.
 */
export async function claimDue(tx: Tx, now: Date, passedOver: readonly string[]): Promise<StoredWebhook | undefined> {
  const [row] = await tx.query<WebhookRow>(
    `SELECT w.* FROM webhook_cursor c JOIN webhook w USING (institution_id) JOIN institution i USING (institution_id)
     WHERE c.due_at <= $1 AND w.state = 'ACTIVE' AND i.state = 'ACTIVE' AND c.institution_id <> ALL ($2::uuid[])
     ORDER BY c.due_at, c.institution_id LIMIT 1 FOR UPDATE OF w SKIP LOCKED`,
    [now, passedOver],
    'webhook-claim',
  );
  return row && webhookOf(row);
}

/** The row as it stands after a change, and the one event that says so. */
export async function writeChange(tx: Tx, webhook: StoredWebhook, event: WebhookEvent): Promise<void> {
  const { institutionId, address, types, secret, previousSecret, previousUntil, state, version } = webhook;
  await tx.execute(
    `INSERT INTO webhook_event (institution_id, version, event, state, at, person_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [institutionId, event.version, event.event, event.state, event.at, event.personId, JSON.stringify(event.detail)],
  );
  const values = [institutionId, address, types, secret, previousSecret, previousUntil, state, version];
  if (version === 1)
    await tx.execute(
      `INSERT INTO webhook (institution_id, address, types, secret, previous_secret, previous_until, state, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values,
    );
  else
    await tx.execute(
      `UPDATE webhook SET address = $2, types = $3, secret = $4, previous_secret = $5, previous_until = $6, state = $7, version = $8
       WHERE institution_id = $1`,
      values,
    );
}

/** In order. */
export async function webhookEvents(tx: Tx, institutionId: string): Promise<WebhookEvent[]> {
  const rows = await tx.query<{
    version: number;
    event: string;
    state: string;
    at: Date;
    person_id: string | null;
    detail: object;
  }>('SELECT * FROM webhook_event WHERE institution_id = $1 ORDER BY version', [institutionId]);
  return rows.map(
    ({ version, event, state, at, person_id: personId, detail }) =>
      ({ version, event, state, at, personId, detail }) as WebhookEvent,
  );
}

/** How far delivery has come (推送进度). */
export interface DeliveryCursor {
  /** Everything up to here was delivered, or is of a type that is not wanted. */
  readonly deliveredSeq: number;
  /** Of the notice after it, since `firstTriedAt`. */
  readonly failedAttempts: number;
  readonly firstTriedAt: Date | null;
  /** When the next attempt is due; null: nothing waits. */
  readonly dueAt: Date | null;
}

export async function findCursor(tx: Tx, institutionId: string): Promise<DeliveryCursor> {
  const [row] = await tx.query<{
    delivered_seq: number;
    failed_attempts: number;
    first_tried_at: Date | null;
    due_at: Date | null;
  }>('SELECT * FROM webhook_cursor WHERE institution_id = $1', [institutionId], 'webhook-cursor');
  if (!row) throw new Error(`a subscription without a cursor: ${institutionId}`);
  return {
    deliveredSeq: row.delivered_seq,
    failedAttempts: row.failed_attempts,
    firstTriedAt: row.first_tried_at,
    dueAt: row.due_at,
  };
}

export async function writeCursor(tx: Tx, institutionId: string, cursor: DeliveryCursor): Promise<void> {
  await tx.query(
    `INSERT INTO webhook_cursor AS c (institution_id, delivered_seq, failed_attempts, first_tried_at, due_at)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (institution_id) DO UPDATE SET delivered_seq = $2, failed_attempts = $3, first_tried_at = $4, due_at = $5`,
    [institutionId, cursor.deliveredSeq, cursor.failedAttempts, cursor.firstTriedAt, cursor.dueAt],
    'webhook-cursor-write',
  );
}

/** 0 where nothing was ever published. */
export async function lastSeq(tx: Tx, institutionId: string): Promise<number> {
  const [row] = await tx.query<{ seq: number }>(
    'SELECT coalesce(max(seq), 0) AS seq FROM notice WHERE institution_id = $1',
    [institutionId],
  );
  return row!.seq;
}

export interface LastAttempt {
  readonly seq: number;
  readonly at: Date;
  readonly status: number | null;
  readonly fault: string | null;
}

/** Of the notice that is next, or was last. */
export async function lastAttempt(tx: Tx, institutionId: string): Promise<LastAttempt | null> {
  const [row] = await tx.query<{ seq: number; at: Date; status: number | null; fault: string | null }>(
    `SELECT seq, at, status, fault FROM notice_attempt WHERE institution_id = $1 ORDER BY attempt_id DESC LIMIT 1`,
    [institutionId],
  );
  return row ?? null;
}
