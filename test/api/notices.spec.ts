import { HOUSE } from '#lib/access';
import { deliverNotices, noticeSender, resolveBySystem } from '#lib/notices';
import { Receiver, verifies } from '../kit/receiver.ts';
import { TestApi, type Ask, type Reply } from './api-kit.ts';

const DAY_MS = 86_400_000;
const REVOKED = 'whitelist.revoked.v1';

describe('notices over HTTP', () => {
  let api: TestApi;
  let receiver: Receiver;
  const keys: string[] = [];
  const institutions: string[] = [];
  beforeAll(async () => {
    [api, receiver] = await Promise.all([TestApi.open({ config: { webhookAllowPrivate: true } }), Receiver.open()]);
    const { access } = api.product;
    for (const code of ['bank-n', 'guarantor-n']) {
      const kind = code.startsWith('bank') ? 'bank' : 'guarantor';
      const { institutionId } = await access.createInstitution({ kind, code, zh: code, en: code });
      const { personId } = await access.createPerson({ institutionId, handle: code, name: '乙' });
      institutions.push(institutionId);
      keys.push(await api.issue(personId, ['partner:notices']));
    }
  });
  afterAll(() => Promise.all([api.close(), receiver.close()]));

  const get = (url: string, n = 0): Promise<Reply> => api.get(`/partner/v1/${url}`, { key: keys[n]! });
  const post = (url: string, ask: Ask = {}, n = 0): Promise<Reply> =>
    api.post(`/partner/v1/${url}`, { key: keys[n]!, ...ask });
  const publish = (type: string, n = 0): Promise<number> =>
    api.product.db.as(HOUSE, (tx) =>
      api.product.notices.publish(tx, {
        institutionId: institutions[n]!,
        type,
        aggregate: 'whitelist/CKT/x',
        body: { reasonCode: 'K01' },
        at: api.clock.now(),
      }),
    );
  const deliver = (): Promise<number> => {
    const { db, secretBox: box } = api.product;
    const send = noticeSender({ allowPrivate: true, resolve: resolveBySystem });
    return deliverNotices(db, { clock: api.clock, box, send });
  };

  it('need their scope', async () => {
    const scores = { key: api.keyFor('/partner')! };
    expect((await api.get('/partner/v1/notices', scores)).body['code']).toBe('scope-missing');
    expect((await api.post('/partner/v1/webhook/test', scores)).body['code']).toBe('scope-missing');
    expect((await api.get('/ops/v1/notices/overdue')).body['code']).toBe('scope-missing');
  });

  it('are pulled page by page without any webhook, by their institution alone', async () => {
    for (let i = 0; i < 3; i += 1) await publish('dispute.marked.v1');
    const first = await get('notices?limit=2');
    expect(first.body).toMatchObject({ items: [{ seq: 1 }, { seq: 2, ackDueOn: null }], nextAfter: 2, more: true });
    expect((await get('notices?after=2&limit=2')).body).toMatchObject({ items: [{ seq: 3 }], more: false });
    expect((await get('notices?after=3')).body).toEqual({ items: [], nextAfter: 3, more: false });
    expect((await get('notices', 1)).body['items']).toEqual([]);
    expect((await get('notices?after=-1')).body['errors'][0]).toMatchObject({ field: 'after' });
    for (const [url, body] of [
      ['webhook/test'],
      ['webhook/pause'],
      ['webhook/resume'],
      ['webhook/rotate', { overlap: 'day' }],
      ['notices/replay', { after: 0 }],
    ] as const)
      expect((await post(url, body ? { body } : {})).body['code']).toBe('webhook-unknown');
    expect((await get('webhook')).status).toBe(404);
  });

  it('go to an address that is set, tested, paused, resumed and replayed', async () => {
    const body = { address: receiver.url() };
    const set = await post('webhook', { body });
    expect(set.body).toMatchObject({ state: 'ACTIVE', types: null, deliveredSeq: 3, lastSeq: 3, version: 1 });
    const { secret } = set.body as { secret: string };
    expect(secret).toMatch(/^fmwh_[\w-]{43}$/);
    expect((await post('webhook', { body })).body).toMatchObject({ version: 2, secret: null });

    expect((await post('webhook/test')).body).toEqual({ seq: 4 });
    expect(await deliver()).toBe(1);
    expect(receiver.received[0]!.body).toMatchObject({ seq: 4, type: 'webhook.test.v1' });
    expect(verifies(receiver.received[0]!, secret)).toBe(true);
    expect((await get('webhook')).body).toMatchObject({
      deliveredSeq: 4,
      nextAttemptAt: null,
      lastAttempt: { seq: 4, status: 204, fault: null },
    });

    expect((await post('webhook/pause')).body).toMatchObject({ state: 'PAUSED' });
    expect((await post('webhook/pause')).body['code']).toBe('transition-refused');
    expect((await post('notices/replay', { body: { after: 2 } })).body).toMatchObject({ deliveredSeq: 2 });
    expect((await post('notices/replay', { body: { after: 5 } })).body).toMatchObject({
      code: 'replay-ahead',
      lastSeq: 4,
    });
    expect(await deliver()).toBe(0);
    expect((await post('webhook/resume')).body).toMatchObject({ state: 'ACTIVE' });
    await deliver();
    expect(receiver.seqs).toEqual([4, 3, 4]);
  });

  it('keep a secret to its first answer: the store of answers never has it', async () => {
    const ask = { body: { overlap: 'none' }, headers: { 'idempotency-key': 'rotate-1' } };
    const first = await post('webhook/rotate', ask);
    const again = await post('webhook/rotate', ask);
    expect(first.body['secret']).toMatch(/^fmwh_/);
    expect(again.body).toEqual({ ...first.body, secret: null });
    const { rows } = await api.product.database.admin.query<{ text: string }>(
      `SELECT to_jsonb(i)::text AS text FROM idempotency i UNION ALL SELECT to_jsonb(w)::text FROM webhook w
       UNION ALL SELECT to_jsonb(e)::text FROM webhook_event e`,
    );
    expect(rows.length).toBeGreaterThan(3);
    const secret = first.body['secret'] as string;
    const hex = Buffer.from(secret).toString('hex');
    expect(rows.filter(({ text }) => text.includes(secret.slice(5)) || text.includes(hex))).toEqual([]);
    await publish('dispute.marked.v1');
    await deliver();
    expect(verifies(receiver.received.at(-1)!, secret)).toBe(true);
  });

  it('rotate with a day in which both secrets sign', async () => {
    const rotate = (overlap: string): Promise<Reply> => post('webhook/rotate', { body: { overlap } });
    expect((await rotate('day')).body['previousSecretUntil']).toBe('2026-07-07T09:00:00.000+08:00');
    expect((await rotate('day')).body).toMatchObject({ code: 'webhook-rotation-open', status: 409 });
    expect((await rotate('none')).body['previousSecretUntil']).toBeNull();
    expect((await rotate('week')).body['errors'][0]).toMatchObject({ pointer: '/overlap' });
  });

  it('refuse an address that is none for partners, and types that are none', async () => {
    const refused = await post('webhook', { body: { address: 'https://u:p@partner.example/' } });
    expect([refused.status, refused.body['code'], refused.body['reason']]).toEqual([
      422,
      'webhook-address-refused',
      'credentials',
    ]);
    expect(refused.body['errors'][0]).toMatchObject({ pointer: '/address' });
    for (const types of [[], ['x'], ['a.b.v1', 'a.b.v1'], 'a.b.v1', [1]]) {
      const reply = await post('webhook', { body: { address: receiver.url(), types } });
      expect([types, reply.status, reply.body['errors'][0].pointer]).toEqual([types, 400, '/types']);
    }
  });

  it('that need it are acknowledged once, or are overdue after the next working day', async () => {
    const ops = await api.issue(api.product.person, ['ops:lists']);
    const overdue = (query = ''): Promise<Reply> => api.get(`/ops/v1/notices/overdue${query}`, { key: ops });
    const seq = await publish(REVOKED); // a Monday
    await publish(REVOKED, 1);
    expect((await get(`notices?after=${seq - 1}`)).body['items'][0]).toMatchObject({
      ackDueOn: '2026-07-07',
      acknowledgedAt: null,
    });
    api.clock.pass(DAY_MS);
    expect((await overdue()).body['items']).toEqual([]);
    const acknowledged = await post(`notices/${seq}/ack`);
    expect(acknowledged.body).toEqual({ seq, acknowledgedAt: '2026-07-07T09:00:00.000+08:00' });
    api.clock.pass(DAY_MS);
    expect((await post(`notices/${seq}/ack`)).body).toEqual(acknowledged.body);
    const late = await publish(REVOKED);
    await deliver();
    api.clock.pass(3 * DAY_MS);
    expect((await overdue()).body).toMatchObject({
      items: [
        { institution: { code: 'guarantor-n' }, seq: 1, ackDueOn: '2026-07-07', deliveredAt: null },
        { institution: { code: 'bank-n' }, seq: late, ackDueOn: '2026-07-09' },
      ],
      nextCursor: null,
    });
    const first = await overdue('?limit=1');
    expect(first.body['items']).toHaveLength(1);
    const second = await overdue(`?limit=1&cursor=${String(first.body['nextCursor'])}`);
    expect(second.body['items'][0]).toMatchObject({ seq: late, deliveredAt: '2026-07-08T09:00:00.000+08:00' });
    expect((await overdue('?cursor=AAAA')).body['code']).toBe('cursor-invalid');
    for (const cursor of [`2026-99-99 ${institutions[0]!} 1`, '2026-07-07 x 1', `2026-07-07 ${'-'.repeat(36)} 1`])
      expect((await overdue(`?cursor=${Buffer.from(cursor).toString('base64url')}`)).status).toBe(400);
    expect((await post(`notices/${seq}/ack`, {}, 1)).body['code']).toBe('notice-unknown');
    expect((await post('notices/0/ack')).body['errors'][0]).toMatchObject({ field: 'seq' });
  });
});
