import { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { csv, register, registerRow } from '../kit/firms.ts';
import { traces } from '../kit/traces.ts';

const MIB = 1024 * 1024;

describe('a line of 200 MB, with the limits of the product', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-03-01T00:00:00Z'));
  });
  afterAll(() => product.close());

  /** The header, two rows, then one line without end. */
  async function* endless(filler: string): AsyncGenerator<Buffer> {
    yield Buffer.from(csv([registerRow(1), registerRow(2)]));
    yield Buffer.from(`${filler}样例`);
    const piece = Buffer.alloc(MIB, 'a');
    for (let i = 0; i < 200; i++) yield piece;
  }

  it.each([
    ['plain', ''],
    ['quoted', '"'],
  ])(
    '%s: refused by its row, in bounded memory',
    async (_, filler) => {
      const { deliveryId } = await product.deliveries.receive({
        ...register([]),
        fileName: 'long.csv',
        body: endless(filler),
        receivedBy: product.person,
        clock: product.clock,
      });
      const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapTotal;
      const refused = await product.intake.process(deliveryId);
      const after = process.memoryUsage().arrayBuffers + process.memoryUsage().heapTotal;
      expect(refused).toMatchObject({
        state: 'REJECTED',
        problem: { code: 'line-too-long', errors: [{ row: 3, code: 'line-too-long' }] },
      });
      expect(await traces(product, deliveryId)).toEqual({});
      expect((after - before) / MIB).toBeLessThan(100);
    },
    60_000,
  );
});
