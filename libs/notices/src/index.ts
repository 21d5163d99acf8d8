export * from './deliver-notices.ts';
export * from './notice.ts';
export * from './notices.reader.ts';
export * from './notices.service.ts';
export * from './schema.ts';
export * from './secret-box.ts';
export * from './send-notice.ts';
export { subscriptionOf, WEBHOOK, type Subscription, type Wanted, type WebhookEvent } from './webhook.ts';
export { resolveBySystem, type AddressRules, type Resolve } from './webhook-address.ts';
export {
  OVERLAP_MS,
  Webhooks,
  type WebhookParts,
  type WebhookView,
  type WebhookWithSecret,
} from './webhooks.service.ts';
export { webhookEvents } from './webhooks.store.ts';
