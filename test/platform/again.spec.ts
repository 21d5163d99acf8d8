import { FixedClock, ProblemError } from '#lib/kernel';
import { again } from '#lib/platform';
import { openTestProduct, type TestProduct } from '../kit/database.ts';

const lock = 'SELECT pg_advisory_xact_lock(7104099, $1)';

describe('work that gives way', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-07-01T00:00:00Z'));
  });
  afterAll(() => product.close());

  it('is done again when two transactions wait for one another', async () => {
    const { db } = product;
    let [both, holding, tries] = [(): void => undefined, 0, 0];
    const bothHold = new Promise<void>((resolve) => (both = resolve));
    // Each holds one lock and then asks for the other's.
    const take = (first: number, second: number): Promise<string> =>
      again(() =>
        db.transaction(async (tx) => {
          tries += 1;
          await tx.query(lock, [first]);
          holding += 1;
          if (holding === 2) both();
          await bothHold;
          await tx.query(lock, [second]);
          return `${first} and ${second}`;
        }),
      );
    expect(await Promise.all([take(1, 2), take(2, 1)])).toEqual(['1 and 2', '2 and 1']);
    expect(tries).toBe(3);
  });

  it('is not done again for anything else, nor more than three times', async () => {
    const fails = async (error: Error): Promise<number> => {
      let tries = 0;
      const work = (): Promise<never> => {
        tries += 1;
        return Promise.reject(error);
      };
      await expect(again(work)).rejects.toBe(error);
      return tries;
    };
    const refused = new ProblemError({ code: 'version-stale', status: 409, zh: '旧', en: 'old' });
    const unique = Object.assign(new Error('duplicate key'), { code: '23505' });
    const serial = Object.assign(new Error('could not serialize'), { code: '40001' });
    expect([await fails(refused), await fails(unique), await fails(serial)]).toEqual([1, 1, 3]);
  });
});
