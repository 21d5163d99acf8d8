import { FixedClock } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { applicationNo, demoUscc, patentFile, register } from '../kit/firms.ts';
import { everyText } from '../kit/traces.ts';

/** Invented; the identity number is the example of GB 11643. */
const NAMES = ['欧阳样例', '司徒样例', '诸葛样例', '11010519491231002X', '13900001111'];
const [inventor, applicant, coApplicant, idNumber, mobile] = NAMES as [string, string, string, string, string];

describe('names of persons in patent files', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-03-01T00:00:00Z'));
    await deliver(product, register([1]));
  });
  afterAll(() => product.close());

  it('are nowhere in the database: not in records, kept rows, findings or quarantine', async () => {
    const firm = { name: '样例1科技有限公司', usc: demoUscc(1), original: true };
    const person = { name: applicant, usc: idNumber, phone: mobile };
    const rows = [
      { appNo: applicationNo(1), applicants: [firm, person, { name: coApplicant }], inventors: [inventor] },
      { appNo: applicationNo(2), applicants: [person] }, // ignored
      { appNo: '2023', applicants: [person, firm] }, // quarantined
      { appNo: applicationNo(3), applicants: coApplicant }, // quarantined
      { appNo: applicationNo(4), applicants: [{ usc: coApplicant }, { usc: '9144' }] }, // quarantined
      { appNo: applicationNo(5), applicants: [firm, { name: `${coApplicant}\0` }], inventors: `${inventor}\0` },
    ];
    const broken = `{"appNo":"x","applicants":[{"name":"${applicant}"}],\n["${inventor}"]\n`;
    const delivered = await deliver(product, { source: 'patents', body: patentFile(rows).body + broken });
    expect(delivered).toMatchObject({
      state: 'RECONCILED',
      rows: 8,
      applied: 2,
      quarantined: 5,
      ignored: 1,
      counts: { ROW_SHAPE: 2 },
    });
    const text = await everyText(product);
    expect(NAMES.filter((name) => text.includes(name))).toEqual([]);
    // The search reads the kept rows, too: what may be kept is there.
    expect(text).toContain(applicationNo(2));
    const [record] = await product.db.query('SELECT payload FROM record WHERE delivery_id = $1 AND record_key = $2', [
      delivered.deliveryId,
      applicationNo(1),
    ]);
    expect(record).toMatchObject({ payload: { applicants: 3, original: true } });
  });

  it('in a column that nobody declared hold the delivery', async () => {
    const rows = [{ appNo: applicationNo(9), applicants: [{ usc: demoUscc(1) }], contact: inventor }];
    expect(await deliver(product, patentFile(rows))).toMatchObject({ state: 'HOLD', held: 'DQ20' });
    expect(await everyText(product)).not.toContain(inventor);
  });
});
