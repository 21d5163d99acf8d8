import { actorOf, firmActor, HOUSE, type Principal } from '#lib/access';
import type { Uscc } from '#lib/kernel';
import { subscriptionOf, webhookEvents } from '#lib/notices';
import { Receiver } from '../kit/receiver.ts';
import { openPartners, type Partners } from './partners.ts';
import { TestClock } from './test-clock.ts';

const TABLES = ['notice', 'notice_ack', 'notice_attempt', 'webhook', 'webhook_cursor', 'webhook_event'];

describe('what is kept of notices', () => {
  let partners: Partners;
  let receiver: Receiver;
  const clock = new TestClock('2026-07-06T01:00:00Z');
  beforeAll(async () => {
    [partners, receiver] = await Promise.all([openPartners(clock), Receiver.open()]);
    for (const partner of [partners.a, partners.b])
      await partners.product.webhooks.set(partner, { address: receiver.url(), types: null });
    await partners.publish(partners.a, 'whitelist.revoked.v1');
    await partners.deliver();
    await partners.product.notices.acknowledge(partners.product.db, partners.a, 1, clock);
  });
  afterAll(() => Promise.all([partners.close(), receiver.close()]));

  const countsFor = (actor: string): Promise<number[]> =>
    partners.product.db.as(actor, async (tx) => {
      const counts: number[] = [];
      for (const table of TABLES) {
        const of = table.startsWith('webhook') ? 'WHERE institution_id = $1' : 'WHERE institution_id = $1 AND seq > 0';
        const rows = await tx.query(`SELECT FROM ${table} ${of}`, [partners.a.institutionId]);
        counts.push(rows.length);
      }
      return counts;
    });

  it("is shown to its institution and to the house: another's claim to it shows nothing", async () => {
    const { a, b } = partners;
    expect(await countsFor(actorOf(a))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await countsFor(HOUSE)).toEqual([1, 1, 1, 1, 1, 1]);
    for (const actor of [actorOf(b), firmActor('91440300DMAB12340K' as Uscc), ''])
      expect([actor, await countsFor(actor)]).toEqual([actor, [0, 0, 0, 0, 0, 0]]);
  });

  it("is not written in another's name, nor a notice or an attempt by an institution at all", async () => {
    const { a, b, product } = partners;
    const write = (by: Principal, sql: string): Promise<number> =>
      product.db.as(actorOf(by), (tx) => tx.execute(sql, [a.institutionId]));
    const ack = `INSERT INTO notice_ack VALUES ($1, 1, now(), '${b.personId}')`;
    await expect(write(b, ack)).rejects.toThrow(/row-level security/);
    await expect(write(a, ack)).rejects.toThrow(/notice_ack_pkey/);
    const attempt = `INSERT INTO notice_attempt VALUES (uuidv7(), $1, 1, now(), 'x', 200, NULL)`;
    await expect(write(a, attempt)).rejects.toThrow(/row-level security/);
    const notice = `INSERT INTO notice VALUES ($1, 9, 'a.b.v1', 'x', '{}', now(), uuidv7(), NULL)`;
    await expect(write(a, notice)).rejects.toThrow(/row-level security/);
    expect(await write(b, `UPDATE webhook_cursor SET delivered_seq = 9 WHERE institution_id = $1`)).toBe(0);
  });

  it('is only ever added to, whoever asks', async () => {
    const { admin } = partners.product.database;
    for (const [table, column] of [
      ['notice', 'body'],
      ['notice_ack', 'at'],
      ['notice_attempt', 'status'],
      ['webhook_event', 'detail'],
    ] as const) {
      await expect(admin.query(`UPDATE ${table} SET ${column} = ${column}`)).rejects.toThrow(/never changed/);
      await expect(admin.query(`DELETE FROM ${table}`)).rejects.toThrow(/never changed/);
    }
    await expect(admin.query('DELETE FROM webhook')).rejects.toThrow(/changes by events/);
  });

  it('of a subscription is one event for each version: the row cannot say anything else', async () => {
    const { product, a } = partners;
    const change = (set: string): Promise<unknown> =>
      product.db.as(HOUSE, (tx) =>
        tx.execute(`UPDATE webhook SET ${set} WHERE institution_id = $1`, [a.institutionId]),
      );
    await expect(change(`address = 'https://elsewhere.example/'`)).rejects.toThrow(/changes by events/);
    await expect(change(`state = 'PAUSED', version = version + 1`)).rejects.toThrow(/webhook_is_its_events/);
    const event = (values: string): Promise<unknown> =>
      product.db.as(HOUSE, (tx) =>
        tx.execute(`INSERT INTO webhook_event VALUES ($1, 2, ${values}, '{}')`, [a.institutionId]),
      );
    await expect(event(`'fail', 'FAILING', now(), '${a.personId}'`)).rejects.toThrow(/check/);
    await expect(event(`'pause', 'PAUSED', now(), NULL`)).rejects.toThrow(/check/);
    await expect(event(`'resume', 'PAUSED', now(), '${a.personId}'`)).rejects.toThrow(/check/);
    await expect(
      product.db.as(HOUSE, (tx) => tx.execute(`UPDATE webhook SET previous_secret = secret, version = 2`)),
    ).rejects.toThrow(/check/);
  });

  it('of a subscription rebuilds it, after whatever came to pass', async () => {
    const { product, b } = partners;
    const { webhooks } = product;
    const agree = async (): Promise<string> => {
      const { address, types, state, version } = await webhooks.get(b);
      const events = await product.db.as(actorOf(b), (tx) => webhookEvents(tx, b.institutionId));
      expect(subscriptionOf(events)).toEqual({ address, types, state, version });
      expect(events.map((event) => event.version)).toEqual(events.map((_, i) => i + 1));
      return state;
    };
    await webhooks.pause(b);
    await webhooks.set(b, { address: receiver.url('/new'), types: ['dispute.closed.v1'] });
    expect(await agree()).toBe('PAUSED');
    await webhooks.rotate(b, { atOnce: false });
    await webhooks.resume(b);
    await webhooks.replay(b, 0);
    expect(await agree()).toBe('ACTIVE');
    receiver.answer = () => 500;
    await webhooks.test(b);
    await partners.deliver();
    clock.pass(80 * 3_600_000);
    await partners.deliver();
    expect(await agree()).toBe('FAILING');
    const { admin } = product.database;
    const { rows } = await admin.query(`SELECT person_id, detail FROM webhook_event WHERE event = 'fail'`);
    expect(rows).toEqual([{ person_id: null, detail: { seq: 1, attempts: 2 } }]);
  });

  it('demands a day for the acknowledgement of a revocation', async () => {
    const { product, a } = partners;
    await expect(
      product.db.as(HOUSE, (tx) =>
        tx.execute(`INSERT INTO notice VALUES ($1, 9, 'whitelist.revoked.v1', 'x', '{}', now(), uuidv7(), NULL)`, [
          a.institutionId,
        ]),
      ),
    ).rejects.toThrow(/notice_revocation_is_acknowledged/);
  });

  it('is 24 months: then it goes with all that hangs on it, and the numbers go on', async () => {
    const { product, a } = partners;
    const { admin } = product.database;
    const { institutionId } = a;
    const old = new TestClock('2019-03-29T01:00:00Z');
    const publishAt = (at: Date): Promise<number> =>
      product.db.as(HOUSE, (tx) =>
        product.notices.publish(tx, { institutionId, type: 'a.b.v1', aggregate: 'x', body: {}, at }),
      );
    const before = await publishAt(old.now());
    await product.notices.acknowledge(product.db, a, before, old);
    receiver.answer = () => 204;
    await partners.deliver();
    expect(await product.notices.dropOld(product.db, new TestClock('2021-03-28T01:00:00Z'))).toBe(0);
    // It is the newest of its partner: the next number follows from it.
    expect(await product.notices.dropOld(product.db, clock)).toBe(0);
    const next = await publishAt(old.now());
    expect(await product.notices.dropOld(product.db, clock)).toBe(1);
    const { rows } = await admin.query('SELECT seq FROM notice WHERE institution_id = $1 ORDER BY seq', [
      institutionId,
    ]);
    expect(rows.map(({ seq }: { seq: string }) => Number(seq))).toEqual([1, next]);
    for (const table of ['notice_ack', 'notice_attempt'])
      expect((await admin.query(`SELECT FROM ${table} WHERE seq = $1`, [before])).rowCount).toBe(0);
    // The database's own clock decides: one of ours that runs ahead drops nothing before its time.
    const [today] = await product.db.query<{ at: Date }>('SELECT now() AS at');
    const fresh = [await publishAt(today!.at), await publishAt(today!.at)];
    expect(fresh).toEqual([next + 1, next + 2]);
    await product.notices.dropOld(product.db, new TestClock('2099-01-01T00:00:00Z'));
    const left = await admin.query<{ seq: string }>('SELECT seq FROM notice WHERE institution_id = $1', [
      institutionId,
    ]);
    expect(left.rows.map(({ seq }) => Number(seq))).toEqual(expect.arrayContaining(fresh));
    await expect(product.db.as(HOUSE, (tx) => tx.execute('DELETE FROM notice'))).rejects.toThrow(/permission denied/);
  });
});
