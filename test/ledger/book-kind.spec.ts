import { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { csv, monthly, monthRow, register, registerRow, unmarkedUscc } from '../kit/firms.ts';
import { traces } from '../kit/traces.ts';

const unmarked = (n: number): ReturnType<typeof registerRow> => registerRow(n, { 统一社会信用代码: unmarkedUscc(n) });
const file = (rows: readonly ReturnType<typeof registerRow>[]): ReturnType<typeof register> => ({
  ...register([]),
  body: csv(rows),
});

describe('a book is demo or real', () => {
  let product: TestProduct;
  beforeEach(async () => {
    product = await openTestProduct(new FixedClock('2026-03-01T00:00:00Z'));
  });
  afterEach(() => product.close());

  const expectRefused = async (given: ReturnType<typeof register>, row: number): Promise<void> => {
    const refused = await deliver(product, given);
    expect(refused).toMatchObject({
      state: 'REJECTED',
      rows: null,
      problem: { code: 'book-kind', status: 409, errors: [{ row, code: 'book-kind' }] },
    });
    expect(await traces(product, refused.deliveryId)).toEqual({});
  };

  it('demo by its first delivery: a real firm is refused, in registrations and in other sources', async () => {
    await deliver(product, register([1]));
    await expectRefused(file([unmarked(2)]), 1);
    await expectRefused(file([registerRow(3), unmarked(2)]), 2);
    await expectRefused(
      monthly([monthRow(1, '202601', 3), monthRow(1, '202602', 3, { 统一社会信用代码: unmarkedUscc(1) })]),
      2,
    );
    expect(await deliver(product, register([4]))).toMatchObject({ state: 'RECONCILED', applied: 1 });
  });

  it('real by its first delivery: a made-up firm is refused', async () => {
    await deliver(product, file([unmarked(1)]));
    await expectRefused(register([2]), 1);
    expect(await product.db.query('SELECT kind FROM book')).toEqual([{ kind: 'real' }]);
  });

  it('never both: a mixed first file is refused and decides nothing', async () => {
    await expectRefused(file([registerRow(1), unmarked(2)]), 2);
    expect(await product.db.query('SELECT FROM book')).toEqual([]);
    expect(await deliver(product, file([unmarked(2)]))).toMatchObject({ applied: 1 });
  });
});
