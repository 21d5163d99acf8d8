import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { FixedClock } from '#lib/kernel';
import type { Received } from '#lib/ledger';
import { untilBlocked } from '../kit/blocked.ts';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, monthly, register } from '../kit/firms.ts';
import { traces } from '../kit/traces.ts';

describe('the same file again', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-03-01T00:00:00Z'));
  });
  afterAll(() => product.close());

  const receive = (numbers: readonly number[]): Promise<Received> => {
    const file = register(numbers);
    return product.deliveries.receive({
      ...file,
      fileName: 'again.csv',
      body: Readable.from([Buffer.from(file.body)]),
      receivedBy: product.person,
      clock: product.clock,
    });
  };
  const spool = (): string => path.join(product.config.dataDir, 'spool');

  it('is a no-op that names the first delivery', async () => {
    const first = await deliver(product, register([1, 2]));
    const before = await traces(product, first.deliveryId);
    const again = await deliver(product, { ...register([1, 2]), fileName: 'another-name.csv' });
    expect(again).toMatchObject({ noop: true, deliveryId: first.deliveryId, appliedAt: first.appliedAt });
    expect(await traces(product, first.deliveryId)).toEqual(before);
    expect(await product.db.query('SELECT FROM delivery')).toHaveLength(1);
    expect(readdirSync(spool())).toEqual([]);
  });

  it('is another delivery in another layout of the source', async () => {
    expect(await deliver(product, { ...register([1, 2]), layout: 'bureau' })).toMatchObject({
      noop: false,
      problem: { code: 'columns-missing' },
    });
  });

  it('goes on where the first was received but not worked off', async () => {
    const first = await receive([3]);
    expect(await receive([3])).toEqual({ deliveryId: first.deliveryId, noop: false });
    expect(readdirSync(spool())).toEqual([first.deliveryId]);
    expect(await product.intake.process(first.deliveryId)).toMatchObject({ state: 'RECONCILED', applied: 1 });
    expect(await receive([3])).toEqual({ deliveryId: first.deliveryId, noop: true });
  });

  it('goes on where the process was killed in the middle of the apply, from the beginning', async () => {
    const { deliveryId } = await receive([4, 5]);
    const { admin } = product.database;
    await admin.query('BEGIN');
    await admin.query('LOCK TABLE coverage, record IN EXCLUSIVE MODE');
    const killed = product.intake.process(deliveryId).catch((error: Error) => error.message);
    await untilBlocked(admin);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND usename = 'firstmile_app' AND wait_event_type = 'Lock'`,
    );
    expect(await killed).toMatch(/terminat|Connection/);
    await admin.query('COMMIT');
    expect(await traces(product, deliveryId)).toEqual({});
    expect(existsSync(path.join(spool(), deliveryId))).toBe(true);

    expect(await deliver(product, register([4, 5]))).toMatchObject({
      noop: false,
      deliveryId,
      state: 'RECONCILED',
      applied: 2,
    });
  });

  it('at the same time gives one delivery, worked off once', async () => {
    const received = await Promise.all([receive([6, 7]), receive([6, 7]), receive([6, 7]), receive([6, 7])]);
    const ids = [...new Set(received.map((r) => r.deliveryId))];
    expect(ids).toHaveLength(1);
    expect(received.map((r) => r.noop)).toEqual([false, false, false, false]); // none has been worked off yet
    expect(readdirSync(spool())).toEqual(ids);
    await Promise.all([product.intake.process(ids[0]!), product.intake.process(ids[0]!), product.intake.sweep()]);
    expect(await product.intake.process(ids[0]!)).toMatchObject({ state: 'RECONCILED', applied: 2 });
    expect(
      await product.db.query('SELECT FROM record JOIN company USING (company_id) WHERE uscc = ANY($1)', [
        [demoUscc(6), demoUscc(7)],
      ]),
    ).toHaveLength(2);
  });

  it('may come again once it was refused', async () => {
    const file = { ...register([]), body: '企业名称\n样例\n' };
    const first = await deliver(product, file);
    const second = await deliver(product, file);
    expect([first.state, second.state, second.noop]).toEqual(['REJECTED', 'REJECTED', false]);
    expect(second.deliveryId).not.toBe(first.deliveryId);
  });

  it('is asked for when the waiting copy is lost', async () => {
    const { deliveryId } = await receive([8]);
    rmSync(path.join(spool(), deliveryId));
    expect(await receive([8])).toEqual({ deliveryId, noop: false }); // this copy takes its place
    rmSync(path.join(spool(), deliveryId));
    expect(await product.intake.process(deliveryId)).toMatchObject({
      state: 'REJECTED',
      problem: { code: 'file-lost' },
    });
    expect(await deliver(product, register([8]))).toMatchObject({ applied: 1 });
  });
});

describe('the same bytes for another month', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-07-10T00:00:00Z'));
  });
  afterAll(() => product.close());

  it('are another delivery, which moves the coverage on; without a word of order or coverage they are a no-op', async () => {
    const header = '统一社会信用代码,费款所属期,参保总人数\n';
    const given = { ...monthly([]), body: header };
    const month = (sequence: number, from: string, through: string) =>
      deliver(product, {
        ...given,
        manifest: { sequence, coverage: { territory: ['4403'], population: 'all', from, through } },
      });
    const may = await month(1, '2026-05-01', '2026-05-31');
    const june = await month(2, '2026-06-01', '2026-06-30');
    expect([may.noop, june.noop, june.state, june.deliveryId === may.deliveryId]).toEqual([
      false,
      false,
      'RECONCILED',
      false,
    ]);
    expect((await month(2, '2026-06-01', '2026-06-30')).deliveryId).toBe(june.deliveryId);
    expect(await deliver(product, given)).toMatchObject({ noop: true, deliveryId: may.deliveryId });
    const rows = await product.db.query('SELECT through FROM coverage ORDER BY through');
    expect(rows).toEqual([{ through: '2026-05-31' }, { through: '2026-06-30' }]);
  });
});
