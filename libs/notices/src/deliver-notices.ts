import { v7 as uuidv7 } from 'uuid';
import { HOUSE } from '#lib/access';
import type { Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { TEST_TYPE, type StoredNotice } from './notice.ts';
import { noticeOf, type NoticeRow } from './notices.reader.ts';
import { nextAttempt } from './retry.ts';
import type { SecretBox } from './secret-box.ts';
import { isDelivered, type SendNotice, type Sent } from './send-notice.ts';
import { noticeText, signedHeaders } from './signature.ts';
import { stepped } from './webhooks.service.ts';
import { claimDue, findCursor, writeChange, writeCursor, type StoredWebhook } from './webhooks.store.ts';

export interface DeliveryParts {
  readonly clock: Clock;
  readonly send: SendNotice;
  readonly box: SecretBox;
  /** Partners served at once; a partner that hangs holds up one of them, and a connection, for ten seconds. */
  readonly lanes?: number;
  readonly stopping?: () => boolean;
}

/**
 * Sends what is due, each partner's notices in their order, and returns when nothing more is (推送). Several processes
 * share the work. A notice and its record cannot be one act: after a crash between them it is sent again, with the same
 * id. Resolves to the number of attempts.
 */
export async function deliverNotices(db: Database, parts: DeliveryParts): Promise<number> {
  const passedOver = new Set<string>();
  const errors: unknown[] = [];
  let attempts = 0;
  const lane = async (): Promise<void> => {
    while (!parts.stopping?.()) {
      const did = await deliverNext(db, parts, passedOver, errors);
      if (did === 'nothing-due') return;
      if (did === 'tried') attempts += 1;
    }
  };
  await Promise.all(Array.from({ length: parts.lanes ?? 4 }, lane));
  if (errors.length > 0) throw new AggregateError(errors, `delivery of notices: ${errors.map(String).join('; ')}`);
  return attempts;
}

/** One attempt, or one partner found to have nothing for now. What fails for one partner passes it over in this call. */
async function deliverNext(
  db: Database,
  parts: DeliveryParts,
  passedOver: Set<string>,
  errors: unknown[],
): Promise<'tried' | 'looked' | 'nothing-due'> {
  let claimed: string | undefined;
  try {
    return await db.as(HOUSE, async (tx) => {
      const now = parts.clock.now();
      const webhook = await claimDue(tx, now, [...passedOver]);
      if (!webhook) return 'nothing-due';
      claimed = webhook.institutionId;
      // Another worker may have moved it between the look and the lock.
      const cursor = await findCursor(tx, claimed);
      if (cursor.dueAt === null || cursor.dueAt > now) return 'looked';
      const notice = await nextNotice(tx, webhook, cursor.deliveredSeq);
      if (notice === undefined) {
        if (!(await settle(tx, webhook))) passedOver.add(claimed);
        return 'looked';
      }
      await attempt(tx, { webhook, notice, now }, parts);
      return 'tried';
    });
  } catch (error) {
    errors.push(error);
    if (claimed === undefined) return 'nothing-due';
    passedOver.add(claimed);
    return 'looked';
  }
}

/** Tests, and what has to be acknowledged, come whatever types are wanted. */
const WANTED = `($2::text[] IS NULL OR n.type = ANY ($2) OR n.type = '${TEST_TYPE}' OR n.ack_due_on IS NOT NULL)`;

async function nextNotice(tx: Tx, webhook: StoredWebhook, after: number): Promise<StoredNotice | undefined> {
  const [row] = await tx.query<NoticeRow>(
    `SELECT n.* FROM notice n WHERE n.institution_id = $1 AND ${WANTED} AND n.seq > $3 ORDER BY n.seq LIMIT 1`,
    [webhook.institutionId, webhook.types, after],
    'notice-next',
  );
  return row && noticeOf(row);
}

/**
 * Nothing waits any more, unless somebody is publishing right now: whoever publishes holds the lock, and marks the
 * partner due once it is free. Resolves to whether it could be said.
 */
async function settle(tx: Tx, { institutionId, types }: StoredWebhook): Promise<boolean> {
  const [lock] = await tx.query<{ free: boolean }>(
    'SELECT pg_try_advisory_xact_lock(7104010, hashtext($1)) AS free',
    [institutionId],
    'notice-try-lock',
  );
  if (!lock!.free) return false;
  await tx.query(
    `UPDATE webhook_cursor c SET due_at = NULL,
       delivered_seq = greatest(c.delivered_seq, (SELECT max(n.seq) FROM notice n WHERE n.institution_id = $1))
     WHERE c.institution_id = $1
       AND NOT EXISTS (SELECT FROM notice n WHERE n.institution_id = $1 AND ${WANTED} AND n.seq > c.delivered_seq)`,
    [institutionId, types],
    'webhook-settle',
  );
  return true;
}

interface Attempt {
  readonly webhook: StoredWebhook;
  readonly notice: StoredNotice;
  readonly now: Date;
}

/** Sends, then records what came of it, while the partner's row is held. */
async function attempt(tx: Tx, { webhook, notice, now }: Attempt, parts: DeliveryParts): Promise<void> {
  const nonce = uuidv7({ msecs: now.getTime() });
  const sent = await send(webhook, notice, { at: now, nonce }, parts);
  await tx.query(
    'INSERT INTO notice_attempt (attempt_id, institution_id, seq, at, address, status, fault) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [nonce, webhook.institutionId, notice.seq, now, webhook.address, sent.status, sent.fault],
    'notice-attempt',
  );
  if (isDelivered(sent)) {
    await writeCursor(tx, webhook.institutionId, {
      deliveredSeq: notice.seq,
      failedAttempts: 0,
      firstTriedAt: null,
      dueAt: parts.clock.now(),
    });
  } else await retryOrFail(tx, { webhook, notice, now }, parts.clock.now());
}

async function send(
  webhook: StoredWebhook,
  notice: StoredNotice,
  stamp: { readonly at: Date; readonly nonce: string },
  { send: post, box }: DeliveryParts,
): Promise<Sent> {
  let secrets: string[];
  try {
    secrets = liveSecrets(webhook, stamp.at).map((sealed) => box.open(webhook.institutionId, sealed));
  } catch {
    return { status: null, fault: 'secret-unreadable' }; // the key in the data folder is another one
  }
  const text = noticeText(notice);
  return post({ address: webhook.address, headers: signedHeaders(text, notice.seq, secrets, stamp), text });
}

/** The newest first. */
function liveSecrets({ secret, previousSecret, previousUntil }: StoredWebhook, now: Date): Buffer[] {
  const live = previousSecret !== null && previousUntil !== null && previousUntil > now;
  return live ? [secret, previousSecret] : [secret];
}

async function retryOrFail(tx: Tx, { webhook, notice, now }: Attempt, failedAt: Date): Promise<void> {
  const { institutionId } = webhook;
  const { deliveredSeq, failedAttempts, firstTriedAt: earlier } = await findCursor(tx, institutionId);
  const attempts = failedAttempts + 1;
  const firstTriedAt = earlier ?? now;
  const dueAt = nextAttempt({ noticeId: notice.id, attempts, firstTriedAt, failedAt }) ?? null;
  await writeCursor(tx, institutionId, { deliveredSeq, failedAttempts: attempts, firstTriedAt, dueAt });
  if (dueAt !== null) return;
  const failing = stepped(webhook, 'fail', 'SYSTEM');
  const { state, version } = failing;
  const detail = { seq: notice.seq, attempts };
  await writeChange(tx, failing, { event: 'fail', detail, state, version, at: failedAt, personId: null });
}
