import { HOUSE } from '#lib/access';
import { deliverNotices, noticeSender } from '#lib/notices';
import { Database } from '#lib/platform';
import { Background } from '#lib/product';
import { Receiver } from '../kit/receiver.ts';
import { openPartners, PRIVATE, type Partners } from './partners.ts';
import { TestClock } from './test-clock.ts';

describe('the worker', () => {
  let partners: Partners;
  let receiver: Receiver;
  const clock = new TestClock('2026-07-06T01:00:00Z');
  beforeAll(async () => {
    [partners, receiver] = await Promise.all([openPartners(clock), Receiver.open()]);
    await partners.product.webhooks.set(partners.a, { address: receiver.url(), types: null });
  });
  afterAll(() => Promise.all([partners.close(), receiver.close()]));

  it('delivers by itself what is published, and drops what is too old', async () => {
    const { product, a } = partners;
    const { institutionId } = a;
    const at = new Date('2019-03-29T01:00:00Z');
    await product.db.as(HOUSE, (tx) =>
      product.notices.publish(tx, { institutionId, type: 'a.b.v1', aggregate: 'x', body: {}, at }),
    );
    await partners.publish(a);
    const faults: unknown[] = [];
    const background = new Background(product, (event, error) => void faults.push(event, error));
    const came = new Promise<void>((resolve) => {
      receiver.answer = () => {
        resolve();
        return 204;
      };
    });
    background.start(['notices']);
    await came;
    await background.stop();
    expect([receiver.seqs, faults]).toEqual([[2], []]);
    expect(await partners.deliver()).toBe(0);
  });

  it('looks only at partners with something due, by an index', async () => {
    const { product } = partners;
    await product.database.admin.query(`
      INSERT INTO institution SELECT uuidv7(), 'bank', 'many-' || n, 'x', 'x' FROM generate_series(1, 3000) n;
      BEGIN;
      INSERT INTO webhook_event (institution_id, version, event, state, at, person_id, detail)
        SELECT institution_id, 1, 'set', 'ACTIVE', now(), (SELECT person_id FROM person LIMIT 1), '{}' FROM institution WHERE code LIKE 'many-%';
      INSERT INTO webhook (institution_id, address, secret, state, version)
        SELECT institution_id, 'https://x.example', '', 'ACTIVE', 1 FROM institution WHERE code LIKE 'many-%';
      INSERT INTO webhook_cursor (institution_id, delivered_seq) SELECT institution_id, 0 FROM webhook ON CONFLICT DO NOTHING;
      COMMIT;
      ANALYZE webhook, webhook_cursor`);
    // One connection: the statement is prepared there, and can be explained as it is.
    const db = new Database(product.database.urls.app, { applicationName: 'explain', max: 1 });
    try {
      await deliverNotices(db, { clock, box: product.secretBox, send: noticeSender({ ...PRIVATE }), lanes: 1 });
      const plan = await db.as(HOUSE, (tx) =>
        tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE "webhook-claim" ('2026-07-06T01:00:00Z', '{}')`),
      );
      const text = plan.map((line) => line['QUERY PLAN']).join('\n');
      expect(text).toContain('webhook_cursor_due');
      expect(text).not.toContain('Seq Scan');
    } finally {
      await db.close();
    }
  });
});
