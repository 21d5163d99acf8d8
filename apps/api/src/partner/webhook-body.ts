import { instantText } from '#lib/kernel';
import type { WebhookView, WebhookWithSecret } from '#lib/notices';

export const webhookBody = (webhook: WebhookView): object => ({
  address: webhook.address,
  types: webhook.types,
  state: webhook.state,
  version: webhook.version,
  deliveredSeq: webhook.deliveredSeq,
  lastSeq: webhook.lastSeq,
  failedAttempts: webhook.failedAttempts,
  nextAttemptAt: webhook.dueAt && instantText(webhook.dueAt),
  previousSecretUntil: webhook.previousUntil && instantText(webhook.previousUntil),
  lastAttempt: webhook.lastAttempt && { ...webhook.lastAttempt, at: instantText(webhook.lastAttempt.at) },
});

/** Of the secret only the first answer tells: what is kept for repeats of the request has none. */
export const secretBodies = ({ webhook, secret }: WebhookWithSecret): { body: object; kept: object } => ({
  body: { ...webhookBody(webhook), secret },
  kept: { ...webhookBody(webhook), secret: null },
});
