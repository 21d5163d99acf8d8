import { actorOf, HOUSE, type Principal } from '#lib/access';
import { instantText, ProblemError, step, type Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { TEST_TYPE } from './notice.ts';
import type { Notices } from './notices.service.ts';
import type { SecretBox } from './secret-box.ts';
import { makeSecret } from './signature.ts';
import { checkAddress, type AddressRules } from './webhook-address.ts';
import { WEBHOOK, type Wanted, type WebhookEvent, type WebhookEventName } from './webhook.ts';
import {
  findCursor,
  findWebhook,
  lastAttempt,
  lastSeq,
  lockWebhook,
  writeChange,
  writeCursor,
  type DeliveryCursor,
  type LastAttempt,
  type StoredWebhook,
} from './webhooks.store.ts';

/** How long the older of two secrets lives. */
export const OVERLAP_MS = 24 * 3_600_000;

/** What a partner sees of its subscription: never a secret. */
export interface WebhookView
  extends Omit<StoredWebhook, 'institutionId' | 'secret' | 'previousSecret'>, DeliveryCursor {
  readonly lastSeq: number;
  readonly lastAttempt: LastAttempt | null;
}

export interface WebhookWithSecret {
  readonly webhook: WebhookView;
  /** Shown once, here; null where no new one was made. */
  readonly secret: string | null;
}

export interface WebhookParts {
  readonly notices: Notices;
  readonly box: SecretBox;
  readonly addresses: AddressRules;
  readonly clock: Clock;
}

type Change = WebhookEvent extends infer E ? (E extends WebhookEvent ? Pick<E, 'event' | 'detail'> : never) : never;

/** Where a partner wants its notices (推送订阅). One for each institution, steered by its own people. */
export class Webhooks {
  constructor(
    private readonly db: Database,
    private readonly parts: WebhookParts,
  ) {}

  /** Throws ProblemError webhook-unknown. */
  async get(principal: Principal): Promise<WebhookView> {
    const { institutionId } = principal;
    return this.db.as(actorOf(principal), async (tx) =>
      viewOf(tx, known(await findWebhook(tx, institutionId)), this.now),
    );
  }

  /**
   * The address and what is wanted there. The first one gets a secret and what is published from now on; a failing one is
   * tried again at once. Throws ProblemError webhook-address-refused.
   */
  async set(principal: Principal, wanted: Wanted): Promise<WebhookWithSecret> {
    await this.check(wanted.address);
    const { institutionId } = principal;
    return this.db.as(actorOf(principal), async (tx) => {
      const before = await lockWebhook(tx, institutionId);
      const secret = before ? null : makeSecret();
      const base = before ?? {
        institutionId,
        ...wanted,
        secret: this.parts.box.seal(institutionId, secret!),
        previousSecret: null,
        previousUntil: null,
        state: 'NONE',
        version: 0,
      };
      const changed = await this.change(tx, principal, { ...base, ...wanted }, { event: 'set', detail: wanted });
      if (!before) await this.restart(tx, institutionId, await lastSeq(tx, institutionId));
      else if (before.state === 'FAILING' || before.address !== wanted.address) await this.restart(tx, institutionId);
      return { webhook: await viewOf(tx, changed, this.now), secret };
    });
  }

  /**
   * A new secret (轮换). The older one signs too for 24 hours more; with `atOnce` it is dead now, as is any still older.
   * Throws ProblemError webhook-unknown, or webhook-rotation-open 409 while two are live and not `atOnce`.
   */
  async rotate(principal: Principal, { atOnce }: { readonly atOnce: boolean }): Promise<WebhookWithSecret> {
    const { institutionId } = principal;
    return this.db.as(actorOf(principal), async (tx) => {
      const before = known(await lockWebhook(tx, institutionId));
      const open = before.previousUntil !== null && before.previousUntil > this.now;
      if (open && !atOnce) throw rotationOpen(before.previousUntil);
      const secret = makeSecret();
      const previousUntil = atOnce ? null : new Date(this.now.getTime() + OVERLAP_MS);
      const rotated = {
        ...before,
        secret: this.parts.box.seal(institutionId, secret),
        previousSecret: atOnce ? null : before.secret,
        previousUntil,
      };
      const detail = { previousUntil: previousUntil && instantText(previousUntil) };
      const changed = await this.change(tx, principal, rotated, { event: 'rotate', detail });
      return { webhook: await viewOf(tx, changed, this.now), secret };
    });
  }

  /** Notices wait. When this returns, none is under way. Throws ProblemError webhook-unknown, transition-refused. */
  async pause(principal: Principal): Promise<WebhookView> {
    return this.steer(principal, { event: 'pause', detail: {} });
  }

  /** Goes on where it stopped. Throws ProblemError webhook-unknown, transition-refused. */
  async resume(principal: Principal): Promise<WebhookView> {
    return this.steer(principal, { event: 'resume', detail: {} }, (tx) => this.restart(tx, principal.institutionId));
  }

  /**
   * 重放: everything after this number is sent (again), with the same ids. Throws ProblemError webhook-unknown, or
   * replay-ahead 422 for a number that has not been given yet.
   */
  async replay(principal: Principal, after: number): Promise<WebhookView> {
    const { institutionId } = principal;
    return this.steer(principal, { event: 'replay', detail: { after } }, async (tx) => {
      const last = await lastSeq(tx, institutionId);
      if (after > last) throw replayAhead(last);
      await this.restart(tx, institutionId, after);
    });
  }

  /** Publishes a notice that means nothing, whatever types are wanted. Resolves to its number. Throws webhook-unknown. */
  async test(principal: Principal): Promise<number> {
    const { institutionId } = principal;
    const at = this.now;
    // By the house: an institution publishes nothing, not even to itself.
    return this.db.as(HOUSE, async (tx) => {
      known(await findWebhook(tx, institutionId));
      const body = { zh: '测试通知', en: 'a test' };
      return this.parts.notices.publish(tx, { institutionId, type: TEST_TYPE, aggregate: 'webhook', body, at });
    });
  }

  private get now(): Date {
    return this.parts.clock.now();
  }

  private async check(address: string): Promise<void> {
    const checked = await checkAddress(address, this.parts.addresses);
    if (checked.ok) return;
    const { code: reason, zh, en } = checked.problem;
    const code = 'webhook-address-refused';
    const errors = [{ pointer: '/address', code, zh, en }];
    throw new ProblemError({
      code,
      status: 422,
      zh: `推送地址被拒绝：${zh}`,
      en: `the address is refused: ${en}`,
      errors,
      extra: { reason },
    });
  }

  private async steer(
    principal: Principal,
    change: Change,
    then: (tx: Tx) => Promise<void> = () => Promise.resolve(),
  ): Promise<WebhookView> {
    return this.db.as(actorOf(principal), async (tx) => {
      const before = known(await lockWebhook(tx, principal.institutionId));
      const changed = await this.change(tx, principal, before, change);
      await then(tx);
      return viewOf(tx, changed, this.now);
    });
  }

  private async change(
    tx: Tx,
    { personId }: Principal,
    webhook: StoredWebhook,
    change: Change,
  ): Promise<StoredWebhook> {
    const changed = stepped(webhook, change.event, 'PARTNER');
    const { state, version } = changed;
    await writeChange(tx, changed, { ...change, state, version, at: this.now, personId });
    return changed;
  }

  /** The next attempt is due now, and counts as the first. */
  private async restart(tx: Tx, institutionId: string, after?: number): Promise<void> {
    const deliveredSeq = after ?? (await findCursor(tx, institutionId)).deliveredSeq;
    await writeCursor(tx, institutionId, { deliveredSeq, failedAttempts: 0, firstTriedAt: null, dueAt: this.now });
  }
}

/** The subscription after an event. Throws ProblemError transition-refused. */
export function stepped(webhook: StoredWebhook, event: WebhookEventName, role: 'PARTNER' | 'SYSTEM'): StoredWebhook {
  const next = step(WEBHOOK, { state: webhook.state, event, role });
  if (!next.ok) throw new ProblemError(next.problem);
  return { ...webhook, state: next.value, version: webhook.version + 1 };
}

async function viewOf(tx: Tx, webhook: StoredWebhook, now: Date): Promise<WebhookView> {
  const { institutionId, secret: _secret, previousSecret: _previous, ...shown } = webhook;
  const { previousUntil } = shown;
  const cursor = await findCursor(tx, institutionId);
  return {
    ...shown,
    previousUntil: previousUntil !== null && previousUntil > now ? previousUntil : null,
    ...cursor,
    dueAt: shown.state === 'ACTIVE' ? cursor.dueAt : null,
    lastSeq: await lastSeq(tx, institutionId),
    lastAttempt: await lastAttempt(tx, institutionId),
  };
}

function known(webhook: StoredWebhook | undefined): StoredWebhook {
  if (webhook) return webhook;
  throw new ProblemError({
    code: 'webhook-unknown',
    status: 404,
    zh: '尚未设置推送地址',
    en: 'no address has been set',
  });
}

function rotationOpen(until: Date | null): ProblemError {
  const at = until && instantText(until);
  return new ProblemError({
    code: 'webhook-rotation-open',
    status: 409,
    zh: `上一次轮换尚未结束，旧密钥有效至 ${at}`,
    en: `two secrets are live until ${at}: wait, or end the older one at once`,
    extra: { previousUntil: at },
  });
}

function replayAhead(last: number): ProblemError {
  const code = 'replay-ahead';
  const words = { zh: `尚未发布到该序号，最新为${last}`, en: `nothing has that number yet, the last is ${last}` };
  return new ProblemError({
    code,
    status: 422,
    ...words,
    errors: [{ pointer: '/after', code, ...words }],
    extra: { lastSeq: last },
  });
}
