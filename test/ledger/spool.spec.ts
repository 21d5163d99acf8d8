import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { register } from '../kit/firms.ts';

describe('the spool', () => {
  const now = new Date('2026-07-10T00:00:00Z');
  const old = new Date('2026-07-01T00:00:00Z');
  let product: TestProduct;
  const file = (name: string): string => path.join(product.config.dataDir, 'spool', name);
  const lay = (name: string, at: Date): void => {
    writeFileSync(file(name), 'x');
    utimesSync(file(name), at, at);
  };

  beforeAll(async () => {
    product = await openTestProduct(new FixedClock(now));
  });
  afterAll(() => product.close());

  it('keeps what a delivery waits for and what is young, and loses what a killed process left', async () => {
    const done = await deliver(product, register([1]));
    const given = register([2]);
    const body = Readable.from([Buffer.from(given.body)]);
    const waiting = await product.deliveries.receive({
      ...given,
      fileName: 'b.csv',
      body,
      receivedBy: product.person,
      clock: product.clock,
    });
    utimesSync(file(waiting.deliveryId), old, old);
    lay(done.deliveryId, old);
    lay('part-1', old);
    lay('part-2', now);
    lay('01980000-0000-7000-8000-000000000001', old);
    expect(await product.deliveries.tidySpool(now)).toBe(3);
    expect([waiting.deliveryId, 'part-2', done.deliveryId, 'part-1'].map((name) => existsSync(file(name)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
