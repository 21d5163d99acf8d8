import fc from 'fast-check';
import { FixedClock, isOldRegistrationNumber } from '#lib/kernel';
import { decideAlias, undoDelivery, type DeliveryView } from '#lib/ledger';
import { untilBlocked } from '../kit/blocked.ts';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { applicationNo, csv, demoUscc, monthly, monthRow, patentFile, register } from '../kit/firms.ts';

const RUNS = 8 * (process.env['FIRSTMILE_LONG'] ? 20 : 1);

/** A registration number with its check digit. */
const registrationNo = (serial: number): string => {
  const body = `440301${String(serial).padStart(8, '0')}`;
  return [...'0123456789'].map((digit) => body + digit).find(isOldRegistrationNumber)!;
};

describe('records of firms that nobody has registered', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T00:00:00.000Z');
  let firm = 0;
  let serial = 0;
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([0]));
  });
  afterAll(() => product.close());

  const person = (): { person: string; reason: string; clock: FixedClock } => ({
    person: product.person,
    reason: '来源说明',
    clock,
  });
  /** One application of these firms, in this state. */
  const apply = (
    appNo: string,
    firms: readonly number[],
    legal: string,
    more = {},
    manifest = {},
  ): Promise<DeliveryView> =>
    deliver(product, {
      ...patentFile([{ appNo, applicants: firms.map((n) => ({ usc: demoUscc(n) })), legal, ...more }]),
      manifest,
    });
  const versions = (n: number): Promise<{ state: string; op: string; open: boolean; known_from: Date; by: string }[]> =>
    product.db.query(
      `SELECT coalesce(r.payload ->> 'status', r.payload ->> 'insuredTotal') AS state, r.op, r.known_to IS NULL AS open,
         r.known_from, r.delivery_id AS by
       FROM record r JOIN company c USING (company_id) WHERE c.uscc = $1 AND r.source <> 'business-registration' ORDER BY r.known_from`,
      [demoUscc(n)],
    );
  const open = async (n: number): Promise<string[]> =>
    (await versions(n)).filter((v) => v.open && v.op === 'U').map((v) => v.state);
  const waiting = (): Promise<object[]> => product.db.query('SELECT subject, row_no FROM waiting_record');

  it('are the firm’s from its registration on, though the national feed only counted their rows', async () => {
    const n = (firm += 1);
    const early = await apply(applicationNo((serial += 1)), [n], '授权');
    expect(early).toMatchObject({ rows: 1, applied: 0, ignored: 1, counts: { 'ignored:unknown-firm': 1 } });
    const registration = await deliver(product, register([n]));
    expect(registration).toMatchObject({ applied: 1, counts: { 'released:unknown-firm': 1 } });
    expect(await versions(n)).toEqual([
      { state: 'granted', op: 'U', open: true, known_from: registration.appliedAt, by: early.deliveryId },
    ]);
    expect(await waiting()).toEqual([]);
  });

  it('do not wait for each other: each applicant has its record when it is registered', async () => {
    const [a, b] = [(firm += 1), (firm += 1)];
    const early = await apply(applicationNo((serial += 1)), [0, a, b], '授权');
    expect(early).toMatchObject({ rows: 1, applied: 1, ignored: 0 });
    for (const n of [a, b]) {
      await deliver(product, register([n]));
      expect(await open(n)).toEqual(['granted']);
    }
    expect(await open(0)).toEqual(['granted']);
  });

  it('are the newest of the order of deliveries; older ones stay as evidence, also of those that come later', async () => {
    const n = (firm += 1);
    const appNo = applicationNo((serial += 1));
    await apply(appNo, [n], '实审', {}, { sequence: 105 });
    await apply(appNo, [n], '公开', {}, { sequence: 103 });
    const { appliedAt } = await deliver(product, register([n]));
    await apply(appNo, [n], '驳回', {}, { sequence: 104 });
    expect((await versions(n)).map((v) => [v.state, v.open])).toEqual([
      ['examination', true],
      ['published', false],
      ['rejected', false],
    ]);
    expect((await versions(n))[0]!.known_from).toEqual(appliedAt);
    await apply(appNo, [n], '授权', {}, { sequence: 106 });
    expect(await open(n)).toEqual(['granted']);
  });

  it('that are withdrawn meanwhile never count', async () => {
    const n = (firm += 1);
    const appNo = applicationNo((serial += 1));
    await apply(appNo, [n], '授权');
    await apply(appNo, [n], '授权', { op: 'D' });
    await deliver(product, register([n]));
    expect(await open(n)).toEqual([]);
  });

  it('of an undone delivery never count; undone after the registration, the older statement counts again', async () => {
    const [before, after] = [(firm += 1), (firm += 1)];
    const [one, two] = [applicationNo((serial += 1)), applicationNo((serial += 1))];
    await apply(one, [before], '公开');
    const undoneBefore = await apply(one, [before], '授权');
    await undoDelivery(product.db, undoneBefore.deliveryId, person());
    await apply(two, [after], '公开');
    const undoneAfter = await apply(two, [after], '授权');
    await deliver(product, register([before, after]));
    expect([await open(before), await open(after)]).toEqual([['published'], ['granted']]);
    expect(await undoDelivery(product.db, undoneAfter.deliveryId, person())).toMatchObject({ restored: 1, firms: 1 });
    expect(await open(after)).toEqual(['published']);
  });

  it('come to the same as statements of a registered firm, undone or not, whenever it is registered', async () => {
    const statement = fc.record({
      legal: fc.constantFrom('公开', '实审', '授权'),
      op: fc.constantFrom('U', 'U', 'D'),
      undone: fc.constantFrom(false, false, true),
    });
    const cases = fc
      .array(statement, { minLength: 1, maxLength: 5 })
      .chain((said) =>
        fc.tuple(
          fc.constant(said),
          fc.shuffledSubarray([...said.keys()], { minLength: said.length }),
          fc.nat({ max: said.length }),
          fc.boolean(),
        ),
      );
    let sequence = 1_000;
    await fc.assert(
      fc.asyncProperty(cases, async ([said, order, registeredAfter, undoneAtOnce]) => {
        const [known, late] = [(firm += 1), (firm += 1)];
        const appNo = applicationNo((serial += 1));
        await deliver(product, register([known]));
        const base = (sequence += 10);
        const undone: string[] = [];
        for (const [step, i] of [...order, -1].entries()) {
          if (step === registeredAfter) await deliver(product, register([late]));
          if (i < 0) break;
          const { legal, op } = said[i]!;
          const { deliveryId } = await apply(appNo, [known, late], legal, { op }, { sequence: base + i });
          if (!said[i]!.undone) continue;
          if (undoneAtOnce) await undoDelivery(product.db, deliveryId, person());
          else undone.push(deliveryId);
        }
        for (const deliveryId of undone) await undoDelivery(product.db, deliveryId, person());
        expect(await open(late)).toEqual(await open(known));
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  const named = (name: string, month: string, heads: number, manifest = {}): Promise<DeliveryView> =>
    deliver(product, { ...monthly([{ ...monthRow(0, month, heads), 统一社会信用代码: name }]), manifest });
  const bureau = (n: number, no: string): Promise<DeliveryView> =>
    deliver(product, {
      source: 'business-registration',
      layout: 'bureau',
      body: csv([
        { 统一社会信用代码: demoUscc(n), 企业名称: `样例${n}科技有限公司`, 成立日期: '2020-01-02', 注册号: no },
      ]),
    });

  it('are found under the registration number and the organisation code that the firm turns out to have', async () => {
    const n = (firm += 1);
    const byNumber = await named(registrationNo(n), '202601', 5);
    const byCode = await named(demoUscc(n).slice(8, 17), '202602', 6);
    expect([byNumber, byCode]).toMatchObject([
      { quarantined: 1, counts: { DQ04: 1 } },
      { quarantined: 1, counts: { DQ01: 1 } },
    ]);
    // A file speaks of its days whoever is known by then.
    expect(byNumber.coverage.through).toBe('2026-01-31');
    const registration = await bureau(n, registrationNo(n));
    expect(registration.counts).toMatchObject({ 'released:DQ01': 1, 'released:DQ04': 1 });
    expect((await open(n)).sort()).toEqual(['5', '6']);
    const { items } = await product.deliveries.quarantine(byNumber.deliveryId, { limit: 1 });
    expect(items).toMatchObject([{ code: 'DQ04', state: 'RELEASED', releasedAt: registration.appliedAt }]);
  });

  it('are nobody’s while two firms have that number', async () => {
    const [a, b] = [(firm += 1), (firm += 1)];
    const { deliveryId } = await named(registrationNo(a), '202601', 5);
    await deliver(product, {
      source: 'business-registration',
      layout: 'bureau',
      body: csv(
        [a, b].map((n) => ({
          统一社会信用代码: demoUscc(n),
          企业名称: `样例${n}科技有限公司`,
          成立日期: '2020-01-02',
          注册号: registrationNo(a),
        })),
      ),
    });
    expect([await open(a), await open(b)]).toEqual([[], []]);
    const { items } = await product.deliveries.quarantine(deliveryId, { limit: 1 });
    expect(items).toMatchObject([{ code: 'DQ04', state: 'WAITING' }]);
  });

  it('come under a former code when a person says whose it was, and yield to what is newer', async () => {
    const n = (firm += 1);
    const former = demoUscc(n, '440306');
    await deliver(product, register([n]));
    await named(former, '202601', 5, { sequence: 2_001 });
    await named(former, '202602', 6, { sequence: 2_003 });
    await named(demoUscc(n), '202602', 7, { sequence: 2_002 });
    await named(demoUscc(n), '202601', 8, { sequence: 2_004 });
    expect((await open(n)).sort()).toEqual(['7', '8']);
    await decideAlias(product.db, { alias: former, uscc: demoUscc(n), ...person() });
    expect((await open(n)).sort()).toEqual(['6', '8']);
    expect((await versions(n)).map((v) => v.state).sort()).toEqual(['5', '6', '7', '8']);
  });

  it('are one where a row names the firm by its former code and by its own', async () => {
    const n = (firm += 1);
    const former = demoUscc(n, '440306');
    const applicants = [{ usc: former, original: true }, { usc: demoUscc(n) }];
    const file = (no: number): Promise<DeliveryView> =>
      deliver(product, patentFile([{ appNo: applicationNo(no), applicants, legal: '授权' }]));
    const early = await file((serial += 1));
    await deliver(product, register([n]));
    await decideAlias(product.db, { alias: former, uscc: demoUscc(n), ...person() });
    expect(await open(n)).toEqual(['granted']);
    expect(await file((serial += 1))).toMatchObject({ state: 'RECONCILED', applied: 1 });
    expect(await open(n)).toEqual(['granted', 'granted']);
    expect(await undoDelivery(product.db, early.deliveryId, person())).toMatchObject({ withdrawn: 1 });
  });

  it('stay with a person where the record would depend on the code', async () => {
    const n = (firm += 1);
    const pledge = {
      登记编号: 'A440300001',
      统一社会信用代码: registrationNo(n),
      出质人: '出质人甲',
      '出质股权数额(万元)': 10,
      登记日期: '2025-05-01',
      状态: '有效',
    };
    const { counts, state } = await deliver(product, { source: 'equity-pledges', body: csv([pledge]) });
    expect([state, counts]).toMatchObject(['RECONCILED', { DQ04: 1 }]);
    expect(await waiting()).not.toContainEqual({ subject: registrationNo(n), row_no: 1 });
  });

  it('are given at once to a firm that was named while their file was read', async () => {
    const n = (firm += 1);
    await deliver(product, register([n]));
    const { admin } = product.database;
    await admin.query('BEGIN');
    await admin.query('SELECT FROM ledger_tick FOR UPDATE');
    const reading = named(registrationNo(n), '202603', 9);
    await untilBlocked(admin); // it has been read and waits for its tick
    await admin.query(
      `INSERT INTO company_alias (alias, uscc, kind, known_from, decided_by, reason) VALUES ($1, $2, 'registration-no', now(), $3, '登记机关函')`,
      [registrationNo(n), demoUscc(n), product.person],
    );
    await admin.query('COMMIT');
    expect(await reading).toMatchObject({ quarantined: 1, counts: { DQ04: 1, 'released:DQ04': 1 } });
    expect(await open(n)).toEqual(['9']);
  });
});
