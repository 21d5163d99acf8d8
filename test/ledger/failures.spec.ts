import { Readable } from 'node:stream';
import { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { register } from '../kit/firms.ts';

describe('a delivery that fails on something nobody foresaw', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-07-01T00:00:00Z'));
  });
  afterAll(() => product.close());

  it('is tried three times, then waits for a person, whose release tries it again', async () => {
    const { admin } = product.database;
    await admin.query(`CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk on fire'; END $$;
      CREATE TRIGGER break_it BEFORE INSERT ON delivery_block FOR EACH ROW EXECUTE FUNCTION break_it();`);
    const given = register([1]);
    const { deliveryId } = await product.deliveries.receive({
      ...given,
      fileName: 'firms.csv',
      body: Readable.from([Buffer.from(given.body)]),
      receivedBy: product.person,
      clock: product.clock,
    });
    for (let i = 0; i < 3; i++) {
      expect((await product.deliveries.get(deliveryId)).state).not.toBe('HOLD');
      await expect(product.intake.process(deliveryId)).rejects.toThrow('disk on fire');
    }
    expect(await product.deliveries.get(deliveryId)).toMatchObject({
      state: 'HOLD',
      held: 'FAILED',
      rows: 0,
      problem: { code: 'intake-failed', en: expect.stringContaining('disk on fire') },
    });
    await admin.query('DROP TRIGGER break_it ON delivery_block');
    await product.deliveries.release(deliveryId, { person: product.person, reason: 'the disk is out' });
    expect(await product.intake.process(deliveryId)).toMatchObject({ state: 'RECONCILED', rows: 1, applied: 1 });
  });
});
