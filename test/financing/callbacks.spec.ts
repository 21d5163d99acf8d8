import { actorOf, HOUSE, type Principal } from '#lib/access';
import {
  CallbackKeys,
  callbackSignature,
  Callbacks,
  commandOn,
  dealEvents,
  findDeal,
  takeDeal,
  type Callback,
  type CallbackReceipt,
} from '#lib/financing';
import { actAs } from '#lib/platform';
import { readCalendar } from '#lib/product';
import { TestClock } from '../api/api-kit.ts';
import { openPartners, type Partners } from '../notices/partners.ts';
import { openToy, TOY, TOY_FLOW } from './toy-deal.ts';

const HOUR = 3_600_000;

describe('callbacks of partners', () => {
  const clock = new TestClock(new Date('2026-07-06T01:00:00Z'));
  let partners: Partners;
  let keys: CallbackKeys;
  let callbacks: Callbacks;
  let nonces = 0;
  /** When each that was applied had come. */
  const heard: string[] = [];
  beforeAll(async () => {
    partners = await openPartners(clock);
    const { db, notices, secretBox } = partners.product;
    keys = new CallbackKeys(db, secretBox, clock);
    const parts = { db, notices, calendar: readCalendar(), clock };
    callbacks = new Callbacks(db, {
      keys,
      notices,
      clock,
      apply: async (tx, principal, { dealId, event, detail }, heardAt) => {
        heard.push(heardAt?.toISOString() ?? 'now');
        const change = { event, ...detail } as { event: 'add'; amount: number };
        await actAs(tx, actorOf(principal));
        const taken = await takeDeal(tx, dealId);
        const deal = await commandOn(tx, parts, TOY_FLOW, principal, { taken, change });
        return { dealId, version: deal.version };
      },
    });
  });
  afterAll(() => partners.close());

  const add = (dealId: string, seq: number, amount: number, externalId = dealId): Callback => ({
    externalId,
    seq,
    type: 'referral.status.v1',
    dealId,
    event: 'add',
    detail: { amount },
  });
  const receive = (callback: Callback, by: Principal = partners.a): Promise<CallbackReceipt> =>
    callbacks.receive(by, callback, Buffer.from(JSON.stringify(callback)));
  const deal = (dealId: string) =>
    partners.product.db.as(HOUSE, async (tx) => ({
      ...(await findDeal(tx, TOY, dealId))!,
      events: await dealEvents(tx, dealId),
    }));
  const codeOf = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

  it('are signed: by a live key, now, over these bytes, and once', async () => {
    const { keyId, secret } = await keys.make(partners.a);
    const body = Buffer.from('{"a":1}');
    const now = String(clock.now().getTime() / 1000);
    const sign = (more: Partial<Record<'key' | 'timestamp' | 'nonce' | 'signature', string>> = {}) => {
      const nonce = more.nonce ?? `nonce-${String(++nonces).padStart(4, '0')}`;
      const timestamp = more.timestamp ?? now;
      return { key: keyId, timestamp, nonce, signature: callbackSignature(secret, timestamp, nonce, body), ...more };
    };
    const verify = (signed: ReturnType<typeof sign>, bytes = body, by = partners.a) =>
      callbacks.verify(by, signed, bytes);

    await verify(sign());
    const copied = sign();
    await verify(copied);
    await expect(verify(copied)).rejects.toEqual(codeOf('nonce-replayed'));
    await expect(verify(sign(), Buffer.from('{"a":2}'))).rejects.toEqual(codeOf('signature-invalid'));
    await expect(verify(sign({ signature: '0'.repeat(64) }))).rejects.toEqual(codeOf('signature-invalid'));
    await expect(verify(sign({ key: 'fmcb_0000000000000000' }))).rejects.toEqual(codeOf('signature-invalid'));
    await expect(verify(sign(), body, partners.b)).rejects.toEqual(codeOf('signature-invalid'));
    for (const off of [-301, 301])
      await expect(verify(sign({ timestamp: String(Number(now) + off) }))).rejects.toEqual(codeOf('timestamp-outside'));
    await verify(sign({ timestamp: String(Number(now) - 300) }));

    // Two live keys during a rotation; the older one ends after a day; a third is refused meanwhile.
    const newer = await keys.make(partners.a);
    await expect(keys.make(partners.a)).rejects.toEqual(codeOf('callback-keys-full'));
    await verify(sign());
    const nonce = 'nonce-of-the-newer';
    await verify({
      key: newer.keyId,
      timestamp: now,
      nonce,
      signature: callbackSignature(newer.secret, now, nonce, body),
    });
    clock.pass(24 * HOUR);
    const later = String(clock.now().getTime() / 1000);
    await expect(verify(sign({ timestamp: later }))).rejects.toEqual(codeOf('signature-invalid'));
    expect((await keys.list(partners.a)).map((key) => key.keyId)).toEqual([newer.keyId]);
    expect(await callbacks.sweepNonces()).toBeGreaterThan(3);
    const stored = await partners.product.database.admin.query('SELECT secret::text AS row FROM callback_key');
    expect(stored.rows.some(({ row }) => row.includes(Buffer.from(secret).toString('hex')))).toBe(false);
  });

  it('have one effect, however often and at once they come', async () => {
    const id = await openToy(partners.product, partners.a);
    const all = await Promise.all(Array.from({ length: 50 }, () => receive(add(id, 1, 7))));
    expect(all.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(all.map(({ dealVersion }) => dealVersion))).toEqual(new Set([2]));
    expect((await deal(id)).body).toEqual({ amounts: [7] });
    await expect(receive(add(id, 1, 8))).rejects.toEqual(codeOf('callback-conflict'));
    expect((await deal(id)).version).toBe(2);
  });

  it('wait for their predecessors, and are then applied in order', async () => {
    const id = await openToy(partners.product, partners.a);
    expect(await receive(add(id, 3, 30))).toMatchObject({ state: 'held', dealId: null, released: 0 });
    expect(await receive(add(id, 2, 20))).toMatchObject({ state: 'held' });
    expect(await receive(add(id, 3, 30))).toMatchObject({ state: 'held', repeated: true });
    expect(await callbacks.overdue(10)).toEqual([]);
    clock.pass(25 * HOUR);
    expect((await callbacks.overdue(10)).map(({ seq, toldAt }) => [seq, toldAt])).toEqual([
      [2, null],
      [3, null],
    ]);
    // Its sender is told of each which number is missing, once, however many workers look.
    const told = await Promise.all(Array.from({ length: 6 }, () => callbacks.tellHeld()));
    expect([told.reduce((sum, one) => sum + one, 0), await callbacks.tellHeld()]).toEqual([2, 0]);
    const { rows } = await partners.product.database.admin.query(
      `SELECT institution_id AS who, body FROM notice WHERE type = 'callback.held.v1' AND aggregate = $1 ORDER BY seq`,
      [`callback/${id}`],
    );
    const waits = { externalId: id, missing: 1, dealId: id, type: 'referral.status.v1' };
    expect(rows).toMatchObject([2, 3].map((seq) => ({ who: partners.a.institutionId, body: { ...waits, seq } })));
    expect((await callbacks.overdue(10)).map(({ toldAt }) => toldAt)).toEqual([clock.now(), clock.now()]);
    expect(await receive(add(id, 1, 10))).toMatchObject({ state: 'applied', released: 2 });
    expect((await deal(id)).body).toEqual({ amounts: [10, 20, 30] });
    expect(await receive(add(id, 3, 30))).toMatchObject({ state: 'applied', repeated: true, dealVersion: 4 });
  });

  it('that wait are judged by when they came, and may be replaced by their sender until they take effect', async () => {
    const id = await openToy(partners.product, partners.a);
    await receive(add(id, 2, 1000));
    clock.pass(HOUR);
    const cameAt = clock.now().toISOString();
    expect(await receive(add(id, 2, 20))).toMatchObject({ state: 'held', repeated: false });
    expect(await receive(add(id, 2, 20))).toMatchObject({ state: 'held', repeated: true });
    clock.pass(7 * 24 * HOUR);
    heard.length = 0;
    expect(await receive(add(id, 1, 10))).toMatchObject({ state: 'applied', released: 1 });
    expect([heard, (await deal(id)).body]).toEqual([['now', cameAt], { amounts: [10, 20] }]);
    await expect(receive(add(id, 2, 21))).rejects.toEqual(codeOf('callback-conflict'));
    // What was replaced is kept beside it.
    const { rows } = await partners.product.database.admin.query<{ earlier: unknown }>(
      'SELECT earlier FROM partner_callback WHERE external_id = $1 ORDER BY seq',
      [id],
    );
    const first = expect.objectContaining({ body: expect.objectContaining({ detail: { amount: 1000 } }) });
    expect(rows.map(({ earlier }) => earlier)).toEqual([[], [first]]);
  });

  it('that are refused change nothing: at once, or when they had waited, and may then be sent corrected', async () => {
    const id = await openToy(partners.product, partners.a);
    await expect(receive(add(id, 1, 1000))).rejects.toEqual(codeOf('amount-invalid'));
    expect((await deal(id)).version).toBe(1);
    await receive(add(id, 2, 1000));
    await receive(add(id, 3, 3));
    expect(await receive(add(id, 1, 1))).toMatchObject({ state: 'applied', released: 0 });
    const told = await partners.product.database.admin.query(
      `SELECT body FROM notice WHERE type = 'callback.refused.v1' AND aggregate = $1`,
      [`callback/${id}`],
    );
    expect(told.rows).toEqual([{ body: expect.objectContaining({ seq: 2, code: 'amount-invalid' }) }]);
    expect(await receive(add(id, 2, 2))).toMatchObject({ state: 'applied', released: 1 });
    expect((await deal(id)).body).toEqual({ amounts: [1, 2, 3] });
  });

  it('of another partner reach nothing that is not its own', async () => {
    const id = await openToy(partners.product, partners.a);
    await expect(receive(add(id, 1, 5), partners.b)).rejects.toEqual(codeOf('deal-unknown'));
    await receive(add(id, 1, 5));
    const seen = (as: Principal) =>
      partners.product.db.as(actorOf(as), (tx) =>
        tx.query('SELECT FROM partner_callback WHERE external_id = $1', [id]),
      );
    expect([(await seen(partners.a)).length, (await seen(partners.b)).length]).toEqual([1, 0]);
    await expect(
      partners.product.database.admin.query(`UPDATE partner_callback SET seq = 9 WHERE external_id = $1`, [id]),
    ).rejects.toThrow('never changed');
  });
});
