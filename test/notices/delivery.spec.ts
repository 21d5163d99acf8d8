import { instantText } from '#lib/kernel';
import { noticeSender, OVERLAP_MS } from '#lib/notices';
import { Receiver, verifies } from '../kit/receiver.ts';
import { openPartners, PRIVATE, type Partners } from './partners.ts';
import { TestClock } from './test-clock.ts';

const HOUR_MS = 3_600_000;

describe('delivery of notices', () => {
  let partners: Partners;
  let receiver: Receiver;
  let clock: TestClock;
  let secret: string;
  beforeEach(async () => {
    clock = new TestClock('2026-07-06T01:00:00Z');
    [partners, receiver] = await Promise.all([openPartners(clock), Receiver.open()]);
    const set = await partners.product.webhooks.set(partners.a, { address: receiver.url(), types: null });
    secret = set.secret!;
  });
  afterEach(() => Promise.all([partners.close(), receiver.close()]));

  const attempts = async (): Promise<[string, number | null, string | null][]> => {
    const { rows } = await partners.product.database.admin.query<{ at: Date; status: number | null; fault: string }>(
      'SELECT at, status, fault FROM notice_attempt ORDER BY attempt_id',
    );
    return rows.map(({ at, status, fault }) => [at.toISOString(), status, fault]);
  };

  it('keeps back what a suspended institution would receive, until it is restored', async () => {
    const { access } = partners.product;
    await access.moveInstitution(partners.a.institutionId, 'suspend', { reason: '测试' });
    await partners.publish(partners.a);
    expect([await partners.deliver(), receiver.seqs]).toEqual([0, []]);
    await access.moveInstitution(partners.a.institutionId, 'restore', { reason: '测试' });
    expect([await partners.deliver(), receiver.seqs]).toEqual([1, [1]]);
  });

  it('sends canonical JSON in order, signed so that a partner can verify it, and once', async () => {
    const body = { z: 1, a: { 名称: '示例', k: [1, { y: 1, x: 2 }] } };
    await partners.publish(partners.a, 'whitelist.member.v1', body);
    await partners.publish(partners.a);
    expect(await partners.deliver()).toBe(2);
    expect(receiver.seqs).toEqual([1, 2]);
    const [first, second] = receiver.received;
    const { id } = first!.body;
    expect(first!.text).toBe(
      `{"aggregate":"test","at":"${instantText(clock.now())}","body":{"a":{"k":[1,{"x":2,"y":1}],"名称":"示例"},"z":1},` +
        `"id":"${String(id)}","seq":1,"type":"whitelist.member.v1"}`,
    );
    expect(first!.headers).toMatchObject({
      'content-type': 'application/json',
      'x-firstmile-seq': '1',
      'x-firstmile-timestamp': String(clock.now().getTime() / 1000),
    });
    expect([verifies(first!, secret), verifies(second!, secret)]).toEqual([true, true]);
    expect(verifies({ ...first!, text: first!.text.replace('示例', '示倒') }, secret)).toBe(false);
    expect(verifies({ ...first!, headers: { ...first!.headers, 'x-firstmile-nonce': 'x' } }, secret)).toBe(false);
    expect(first!.headers['x-firstmile-nonce']).not.toBe(second!.headers['x-firstmile-nonce']);
    expect(await partners.deliver()).toBe(0);
    expect(await partners.product.webhooks.get(partners.a)).toMatchObject({ deliveredSeq: 2, lastSeq: 2, dueAt: null });
  });

  it('begins with what is published after the address was set, and sends a partner only its own', async () => {
    await partners.publish(partners.b);
    await partners.product.webhooks.set(partners.b, { address: receiver.url('/b'), types: null });
    await partners.publish(partners.b);
    await partners.publish(partners.a);
    await partners.deliver();
    expect(receiver.received.map(({ path, body }) => `${path} ${String(body['seq'])}`).sort()).toEqual([
      '/b 2',
      '/notices 1',
    ]);
  });

  it('sends the types that are wanted, what has to be acknowledged, and tests', async () => {
    const { webhooks } = partners.product;
    await webhooks.set(partners.a, { address: receiver.url(), types: ['dispute.closed.v1'] });
    await partners.publish(partners.a, 'dispute.marked.v1');
    await partners.publish(partners.a, 'dispute.closed.v1');
    await partners.publish(partners.a, 'whitelist.revoked.v1');
    expect(await webhooks.test(partners.a)).toBe(4);
    await partners.publish(partners.a, 'dispute.marked.v1');
    await partners.deliver();
    expect(receiver.seqs).toEqual([2, 3, 4]);
    expect(await webhooks.get(partners.a)).toMatchObject({ deliveredSeq: 5, dueAt: null });
  });

  it('tries again for 72 hours, ever less often, then gives the address up and keeps the notices', async () => {
    const start = clock.now().getTime();
    receiver.answer = () => 500;
    await partners.publish(partners.a);
    await partners.publish(partners.a);
    const { webhooks } = partners.product;
    for (let view = await webhooks.get(partners.a); view.state === 'ACTIVE'; view = await webhooks.get(partners.a)) {
      expect(await partners.deliver()).toBe(1);
      const { dueAt } = await webhooks.get(partners.a);
      if (dueAt === null) break;
      clock.set(new Date(dueAt.getTime() - 1));
      expect(await partners.deliver()).toBe(0);
      clock.set(dueAt);
    }
    const waits = (await attempts()).map(([at], i, all) =>
      i === 0 ? 0 : (Date.parse(at) - Date.parse(all[i - 1]![0])) / 1000,
    );
    const within = (low: number, high: number) => (seconds: number) => seconds >= low && seconds <= high;
    expect(waits.slice(1, 5).map((wait, i) => within([10, 60, 300, 1800][i]!, [11, 66, 330, 1980][i]!)(wait))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(waits.slice(5, -1).every(within(3600, 3960))).toBe(true);
    expect(clock.now().getTime() - start).toBe(72 * HOUR_MS);
    expect(receiver.seqs).toEqual(waits.map(() => 1));
    expect(new Set(receiver.received.map(({ body }) => body['id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-firstmile-nonce'])).size).toBe(waits.length);
    const failing = await webhooks.get(partners.a);
    expect(failing).toMatchObject({ state: 'FAILING', deliveredSeq: 0, lastSeq: 2, failedAttempts: waits.length });

    receiver.answer = () => 200;
    await partners.publish(partners.a);
    clock.pass(HOUR_MS);
    expect(await partners.deliver()).toBe(0);
    await webhooks.resume(partners.a);
    expect(await partners.deliver()).toBe(3);
    expect(receiver.seqs.slice(-3)).toEqual([1, 2, 3]);
  });

  it.each([302, 304, 400, 404, 410, 500, 503])('takes %i for no delivery, and follows no redirect', async (status) => {
    receiver.answer = () => status;
    await partners.publish(partners.a);
    expect(await partners.deliver()).toBe(1);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/notices']);
    expect((await attempts())[0]!.slice(1)).toEqual([status, null]);
    expect((await partners.product.webhooks.get(partners.a)).deliveredSeq).toBe(0);
  });

  it('signs with both secrets while one takes over from the other', async () => {
    const { webhooks } = partners.product;
    const { secret: next } = await webhooks.rotate(partners.a, { atOnce: false });
    const check = async (): Promise<boolean[]> => {
      await partners.publish(partners.a);
      await partners.deliver();
      return [secret, next!].map((one) => verifies(receiver.received.at(-1)!, one));
    };
    expect(await check()).toEqual([true, true]);
    await expect(webhooks.rotate(partners.a, { atOnce: false })).rejects.toMatchObject({
      problem: { code: 'webhook-rotation-open' },
    });
    clock.pass(OVERLAP_MS - 1);
    expect(await check()).toEqual([true, true]);
    clock.pass(1);
    expect(await check()).toEqual([false, true]);
    const { secret: last } = await webhooks.rotate(partners.a, { atOnce: true });
    expect(await check()).toEqual([false, false]);
    expect(verifies(receiver.received.at(-1)!, last!)).toBe(true);
  });

  it('replays with the same ids and signatures of their own', async () => {
    for (let i = 0; i < 3; i += 1) await partners.publish(partners.a);
    await partners.deliver();
    await partners.product.webhooks.replay(partners.a, 1);
    expect(await partners.deliver()).toBe(2);
    expect(receiver.seqs).toEqual([1, 2, 3, 2, 3]);
    const ids = receiver.received.map(({ body }) => body['id']);
    expect(ids.slice(3)).toEqual(ids.slice(1, 3));
    expect(receiver.received.every((one) => verifies(one, secret))).toBe(true);
    await expect(partners.product.webhooks.replay(partners.a, 4)).rejects.toMatchObject({
      problem: { code: 'replay-ahead' },
    });
  });

  it('waits while paused, and goes on where it stopped', async () => {
    const { webhooks } = partners.product;
    await webhooks.pause(partners.a);
    await partners.publish(partners.a);
    expect(await partners.deliver()).toBe(0);
    await webhooks.resume(partners.a);
    expect(await partners.deliver()).toBe(1);
    await expect(webhooks.resume(partners.a)).rejects.toMatchObject({ problem: { code: 'transition-refused' } });
  });

  it('records what is not readable as such, and leaves other partners alone', async () => {
    const { database, webhooks } = partners.product;
    const b = await webhooks.set(partners.b, { address: receiver.url('/b'), types: null });
    expect(b.secret).not.toBe(secret);
    // b's secret in a's row: sealed for another owner.
    await database.admin.query('ALTER TABLE webhook DISABLE TRIGGER webhook_changes_by_events');
    await database.admin.query(
      'UPDATE webhook SET secret = (SELECT secret FROM webhook WHERE institution_id = $2) WHERE institution_id = $1',
      [partners.a.institutionId, partners.b.institutionId],
    );
    await partners.publish(partners.a);
    await partners.publish(partners.b);
    expect(await partners.deliver()).toBe(2);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/b']);
    expect((await attempts()).map(([, status, fault]) => fault ?? String(status)).sort()).toEqual([
      '204',
      'secret-unreadable',
    ]);
  });

  it('takes a silence for a refusal', async () => {
    receiver.answer = () => 'silence';
    await partners.publish(partners.a);
    expect(await partners.deliver({ send: noticeSender({ ...PRIVATE, answerWithinMs: 50 }) })).toBe(1);
    expect((await attempts())[0]!.slice(1)).toEqual([null, 'timeout']);
  });
});
