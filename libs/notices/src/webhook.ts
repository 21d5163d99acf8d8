import { workflow } from '#lib/kernel';

/** Of a partner's subscription (推送订阅): NONE before the first address, PAUSED by the partner, FAILING after 72 hours of refused deliveries. */
export type WebhookState = 'NONE' | 'ACTIVE' | 'PAUSED' | 'FAILING';
export type WebhookEventName = 'set' | 'rotate' | 'pause' | 'resume' | 'replay' | 'fail';

/** A partner sets and steers its subscription; only the system finds that it fails. In no state is a notice lost. */
export const WEBHOOK = workflow<WebhookState, WebhookEventName, 'PARTNER'>(
  {
    name: 'webhook',
    initial: 'NONE',
    states: {
      NONE: { zh: '未设置', en: 'not set', on: { set: { to: 'ACTIVE', by: ['PARTNER'] } } },
      ACTIVE: {
        zh: '推送中',
        en: 'active',
        on: {
          set: { to: 'ACTIVE', by: ['PARTNER'] },
          rotate: { to: 'ACTIVE', by: ['PARTNER'] },
          pause: { to: 'PAUSED', by: ['PARTNER'] },
          replay: { to: 'ACTIVE', by: ['PARTNER'] },
          fail: { to: 'FAILING' },
        },
      },
      PAUSED: {
        zh: '已暂停',
        en: 'paused',
        on: {
          set: { to: 'PAUSED', by: ['PARTNER'] },
          rotate: { to: 'PAUSED', by: ['PARTNER'] },
          resume: { to: 'ACTIVE', by: ['PARTNER'] },
          replay: { to: 'PAUSED', by: ['PARTNER'] },
        },
      },
      FAILING: {
        zh: '推送失败',
        en: 'failing',
        on: {
          set: { to: 'ACTIVE', by: ['PARTNER'] },
          rotate: { to: 'FAILING', by: ['PARTNER'] },
          pause: { to: 'PAUSED', by: ['PARTNER'] },
          resume: { to: 'ACTIVE', by: ['PARTNER'] },
          replay: { to: 'ACTIVE', by: ['PARTNER'] },
        },
      },
    },
  },
  { endless: true },
);

/** What a partner asked for. `types`: null for all of them. */
export interface Wanted {
  readonly address: string;
  readonly types: readonly string[] | null;
}

/** One change of a subscription: its log never says a secret. */
export type WebhookEvent = {
  readonly version: number;
  /** The state that it leads to. */
  readonly state: WebhookState;
  readonly at: Date;
  /** null: the system. */
  readonly personId: string | null;
} & (
  | { readonly event: 'set'; readonly detail: Wanted }
  | { readonly event: 'rotate'; readonly detail: { readonly previousUntil: string | null } }
  | { readonly event: 'replay'; readonly detail: { readonly after: number } }
  | { readonly event: 'fail'; readonly detail: { readonly seq: number; readonly attempts: number } }
  | { readonly event: 'pause' | 'resume'; readonly detail: Readonly<Record<string, never>> }
);

export interface Subscription extends Wanted {
  readonly state: WebhookState;
  readonly version: number;
}

/** The subscription that its events make; undefined for none. */
export function subscriptionOf(events: readonly WebhookEvent[]): Subscription | undefined {
  return events.reduce<Subscription | undefined>((before, event) => {
    const { version, state } = event;
    if (event.event === 'set') return { ...event.detail, state, version };
    if (before === undefined) throw new RangeError(`a subscription begins with set, not with ${event.event}`);
    return { ...before, state, version };
  }, undefined);
}
