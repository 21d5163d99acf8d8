import { FixedClock } from '#lib/kernel';
import { undoDelivery, type Review } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { csv, demoUscc } from '../kit/firms.ts';
import { problemCode } from '../runs/book.ts';

const row = (
  name: string,
  region: string,
  date: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  统一社会信用代码: '',
  企业名称: name,
  成立日期: date,
  区划: region,
  住所: '样例路一号',
  ...more,
});

describe('the review of rows without a code', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T02:00:00Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await give([
      row('样例（甲）科技有限公司', '440305', '2020-03-15', { 统一社会信用代码: demoUscc(1) }),
      row('样例乙科技有限公司', '440305', '2020-03-15', { 统一社会信用代码: demoUscc(2) }),
      row('样例乙科技有限公司', '310115', '2019-01-01', { 统一社会信用代码: demoUscc(3, '310115') }),
      row('样例丙科技有限公司', '440306', '2021-05-05', { 统一社会信用代码: demoUscc(4, '440306') }),
    ]);
  });
  afterAll(() => product.close());

  const give = async (rows: readonly Record<string, string>[]): Promise<string> => {
    clock.set(new Date(clock.now().getTime() + 60_000).toISOString());
    const { deliveryId, state } = await deliver(product, {
      source: 'business-registration',
      layout: 'bureau',
      body: csv(rows),
    });
    expect(state).toBe('RECONCILED');
    return deliveryId;
  };
  const reviews = async (): Promise<readonly Review[]> => (await product.reviews.list({ limit: 50 })).items;
  const decide = (id: string, uscc: string | null): Promise<void> =>
    product.reviews.decide(id, { uscc, person: product.person, reason: '已电话核实', clock });
  const addressOf = async (uscc: string): Promise<unknown> => {
    const [record] = await product.db.query<{ payload: { address?: string } }>(
      `SELECT payload FROM record r JOIN company c USING (company_id) WHERE c.uscc = $1 AND r.known_to IS NULL AND r.op = 'U'`,
      [uscc],
    );
    return record?.payload.address;
  };
  let delivery: string;

  it('is of rows that state name, region and first day, with the firms that agree in more than the name', async () => {
    delivery = await give([
      row('样例(甲)科技有限公司', '440304', '2020年3月15日', { 住所: '样例路二号' }),
      row('样例乙科技有限公司', '440305', '20200315', { 住所: '样例路三号' }),
      row('样例丙科技有限公司', '110101', '2001-01-01'), // a namesake only
      row('样例丙科技有限公司', '', '2021-05-05'), // no region
      row('样例丁科技有限公司', '440305', '2020-03-15'), // nobody's name
    ]);
    const found = await reviews();
    expect(
      found.map(({ rowNo, candidates }) => [rowNo, candidates.map((c) => [c.uscc, c.grades, c.confidenceBp])]),
    ).toEqual([
      [1, [[demoUscc(1), { name: 'same', region: 'city', establishedOn: 'same' }, 9_000]]],
      [2, [[demoUscc(2), { name: 'same', region: 'same', establishedOn: 'same' }, 10_000]]],
    ]);
    expect(found[0]).toMatchObject({
      id: `${delivery}_1`,
      source: 'business-registration',
      row: { name: '样例(甲)科技有限公司', region: '440304', establishedOn: '2020-03-15' },
    });
    expect(await addressOf(demoUscc(2))).toBe('样例路一号'); // nothing attaches by itself
  });

  it('goes page by page', async () => {
    const first = await product.reviews.list({ limit: 1 });
    expect(first.nextCursor).toBe(`${delivery}_1`);
    const second = await product.reviews.list({ limit: 1, cursor: first.nextCursor! });
    expect([second.items.map((item) => item.rowNo), second.nextCursor]).toEqual([[2], null]);
    expect(await problemCode(product.reviews.list({ limit: 1, cursor: 'x' }))).toBe('cursor-invalid');
  });

  it('is decided by a person, for a candidate only: the row is applied at a tick of its own', async () => {
    expect(await problemCode(decide(`${delivery}_2`, demoUscc(3, '310115')))).toBe('review-not-candidate');
    await decide(`${delivery}_2`, demoUscc(2));
    expect(await addressOf(demoUscc(2))).toBe('样例路三号');
    const [quarantined] = (await product.deliveries.quarantine(delivery, { limit: 5, cursor: '1' })).items;
    const [{ newest }] = (await product.db.query('SELECT newest FROM ledger_tick')) as [{ newest: Date }];
    expect(quarantined).toMatchObject({ rowNo: 2, state: 'RELEASED', releasedAt: newest });
    expect((await reviews()).map((item) => item.rowNo)).toEqual([1]);
    expect(await problemCode(decide(`${delivery}_2`, null))).toBe('review-decided');
    await undoDelivery(product.db, delivery, { person: product.person, reason: '来源撤回', clock });
    expect(await addressOf(demoUscc(2))).toBe('样例路一号');
    expect(await reviews()).toEqual([]);
    expect(await problemCode(decide(`${delivery}_1`, demoUscc(1)))).toBe('review-decided');
  });

  it('may end with none of the candidates, and then stays in quarantine', async () => {
    const id = `${await give([row('样例乙科技有限公司', '440305', '2020-03-15', { 住所: '样例路四号' })])}_1`;
    const outcomes = await Promise.allSettled([decide(id, null), decide(id, null)]);
    expect(outcomes.map((o) => o.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await reviews()).toEqual([]);
    const { items } = await product.deliveries.quarantine(id.split('_')[0]!, { limit: 5 });
    expect(items.map((item) => item.state)).toEqual(['WAITING']);
  });

  it('knows no row whose first fault is another, and nothing that is no review', async () => {
    const faulty = row('样例乙科技有限公司', '440305', '2020-03-15', { 操作标志: '看情况' });
    const id = `${await give([faulty])}_1`;
    expect(await reviews()).toEqual([]);
    expect(await problemCode(decide(id, demoUscc(2)))).toBe('review-unknown');
    expect(await problemCode(decide('nonsense', null))).toBe('review-unknown');
    expect(await problemCode(decide('00000000-0000-7000-8000-000000000000_1', null))).toBe('review-unknown');
  });
});
