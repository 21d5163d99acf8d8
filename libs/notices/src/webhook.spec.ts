import { step } from '#lib/kernel';
import { subscriptionOf, WEBHOOK, type WebhookEvent, type WebhookEventName, type WebhookState } from './webhook.ts';

const EVENTS: readonly WebhookEventName[] = ['set', 'rotate', 'pause', 'resume', 'replay', 'fail'];

/** What each event leads to, `-` where the state does not know it. */
const TABLE: Readonly<Record<WebhookState, readonly string[]>> = {
  //         set       rotate     pause     resume    replay    fail
  NONE: ['ACTIVE', '-', '-', '-', '-', '-'],
  ACTIVE: ['ACTIVE', 'ACTIVE', 'PAUSED', '-', 'ACTIVE', 'FAILING'],
  PAUSED: ['PAUSED', 'PAUSED', '-', 'ACTIVE', 'PAUSED', '-'],
  FAILING: ['ACTIVE', 'FAILING', 'PAUSED', 'ACTIVE', 'ACTIVE', '-'],
};

describe('the subscription', () => {
  const pairs = Object.entries(TABLE).flatMap(([state, targets]) =>
    EVENTS.map((event, i): [WebhookState, WebhookEventName, string] => [state as WebhookState, event, targets[i]!]),
  );

  it.each(pairs)('%s —%s→ %s', (state, event, to) => {
    const role = event === 'fail' ? 'SYSTEM' : 'PARTNER';
    const next = step(WEBHOOK, { state, event, role });
    expect(next.ok ? next.value : next.problem.code).toBe(to === '-' ? 'transition-refused' : to);
  });

  it('is found failing by the system alone', () => {
    expect(step(WEBHOOK, { state: 'ACTIVE', event: 'fail', role: 'PARTNER' })).toMatchObject({
      problem: { code: 'role-refused' },
    });
  });

  it('is what its events say, the newest address and state', () => {
    const said = { at: new Date(0), personId: 'p' };
    const a = { address: 'https://a.example', types: null };
    const b = { address: 'https://b.example', types: ['x.y.v1'] };
    const events: WebhookEvent[] = [
      { ...said, event: 'set', detail: a, version: 1, state: 'ACTIVE' },
      { ...said, event: 'pause', detail: {}, version: 2, state: 'PAUSED' },
      { ...said, event: 'set', detail: b, version: 3, state: 'PAUSED' },
      { ...said, event: 'rotate', detail: { previousUntil: null }, version: 4, state: 'PAUSED' },
    ];
    expect(subscriptionOf([])).toBeUndefined();
    expect(subscriptionOf(events.slice(0, 2))).toEqual({ ...a, state: 'PAUSED', version: 2 });
    expect(subscriptionOf(events)).toEqual({ ...b, state: 'PAUSED', version: 4 });
    expect(() => subscriptionOf(events.slice(1))).toThrow(RangeError);
  });
});
