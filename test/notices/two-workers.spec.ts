import { HOUSE } from '#lib/access';
import { deliverNotices, noticeSender, type SendNotice } from '#lib/notices';
import { Database } from '#lib/platform';
import { Receiver } from '../kit/receiver.ts';
import { openPartners, PRIVATE, type Partners } from './partners.ts';
import { TestClock } from './test-clock.ts';

const send = noticeSender({ ...PRIVATE });

describe('delivery by several workers', () => {
  let partners: Partners;
  let receiver: Receiver;
  const clock = new TestClock('2026-07-06T01:00:00Z');
  beforeEach(async () => {
    [partners, receiver] = await Promise.all([openPartners(clock), Receiver.open()]);
    await partners.product.webhooks.set(partners.a, { address: receiver.url('/a'), types: null });
  });
  afterEach(() => Promise.all([partners.close(), receiver.close()]));

  const counted = async (): Promise<number> => {
    const { rows } = await partners.product.database.admin.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM notice_attempt',
    );
    return rows[0]!.n;
  };

  it('keeps the order of each partner, and sends nothing twice', async () => {
    await partners.product.webhooks.set(partners.b, { address: receiver.url('/b'), types: null });
    const under = { '/a': 0, '/b': 0 };
    let most = 0;
    const watched: SendNotice = async (outgoing) => {
      const path = new URL(outgoing.address).pathname as '/a' | '/b';
      under[path] += 1;
      most = Math.max(most, under[path]);
      const sent = await send(outgoing);
      under[path] -= 1;
      return sent;
    };
    for (let i = 0; i < 15; i += 1) await Promise.all([partners.publish(partners.a), partners.publish(partners.b)]);
    const second = new Database(partners.product.database.urls.app, { applicationName: 'second', max: 5 });
    try {
      const parts = { clock, box: partners.product.secretBox, send: watched };
      // Published while others deliver: whoever comes last still finds it.
      const publishing = async (): Promise<void> => {
        for (let i = 0; i < 15; i += 1) await partners.publish(partners.a);
      };
      await Promise.all([partners.deliver({ send: watched }), deliverNotices(second, parts), publishing()]);
      await Promise.all([partners.deliver({ send: watched }), deliverNotices(second, parts)]);
    } finally {
      await second.close();
    }
    const seqs = (path: string): unknown[] =>
      receiver.received.filter((one) => one.path === path).map(({ body }) => body['seq']);
    expect(seqs('/a')).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(seqs('/b')).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect([most, await counted()]).toEqual([1, 45]);
  });

  it('sends again with the same id when a worker dies between sending and recording', async () => {
    await partners.publish(partners.a);
    await partners.publish(partners.a);
    const { admin } = partners.product.database;
    receiver.answer = async () => {
      receiver.answer = () => 204;
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`);
      return 204;
    };
    // One lane: a second could take the partner over as soon as the first's lock is gone, and send it again at once.
    await expect(partners.deliver({ lanes: 1 })).rejects.toThrow(/delivery of notices/);
    expect([receiver.seqs, await counted()]).toEqual([[1], 0]);
    expect(await partners.deliver()).toBe(2);
    expect(receiver.seqs).toEqual([1, 1, 2]);
    const [first, again] = receiver.received;
    expect(again!.text).toBe(first!.text);
    expect(again!.headers['x-firstmile-nonce']).not.toBe(first!.headers['x-firstmile-nonce']);
  });

  it('finds a notice whose publisher was not done when the partner seemed to have nothing', async () => {
    const { product, a } = partners;
    const deliver = (): Promise<number> => partners.deliver();
    const { institutionId } = a;
    const notice = { institutionId, type: 'dispute.marked.v1', aggregate: 'test', body: {}, at: clock.now() };
    await deliver();
    await product.db.as(HOUSE, async (tx) => {
      await product.notices.publish(tx, notice);
      expect(await deliver()).toBe(0);
    });
    expect(await deliver()).toBe(1);
    await partners.publish(a);
    await product.db.as(HOUSE, async (tx) => {
      // Due already, so that publishing changes nothing there: delivery may not call the partner idle meanwhile.
      await product.notices.publish(tx, notice);
      expect(await deliver()).toBe(1);
    });
    expect(await deliver()).toBe(1);
    expect(receiver.seqs).toEqual([1, 2, 3]);
  });

  it('holds what was paused while a delivery was under way: the pause waits for it', async () => {
    await partners.publish(partners.a);
    await partners.publish(partners.a);
    let pausing: Promise<unknown> | undefined;
    receiver.answer = () => {
      pausing ??= partners.product.webhooks.pause(partners.a);
      return 204;
    };
    await partners.deliver();
    await pausing;
    const { deliveredSeq, state } = await partners.product.webhooks.get(partners.a);
    expect([state, receiver.seqs.at(-1)]).toEqual(['PAUSED', deliveredSeq]);
    const before = receiver.received.length;
    expect([await partners.deliver(), receiver.received.length]).toEqual([0, before]);
  });

  it('serves the others while one partner hangs', async () => {
    await partners.product.webhooks.set(partners.b, { address: receiver.url('/b'), types: null });
    await partners.publish(partners.a);
    await partners.publish(partners.b);
    let release = (): void => undefined;
    const served = new Promise<void>((resolve) => (release = resolve));
    receiver.answer = async ({ path }) => {
      if (path === '/b') release();
      else await served; // answers only once the other was served
      return 204;
    };
    expect(await partners.deliver({ lanes: 2 })).toBe(2);
  });
});
