import { FixedClock } from '#lib/kernel';
import type { DeliveryView, Polled } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, register } from '../kit/firms.ts';
import { Provider } from '../kit/provider.ts';
import { everyText } from '../kit/traces.ts';
import { problemCode } from '../runs/book.ts';

describe('the poll of a front-end table', () => {
  let product: TestProduct;
  let provider: Provider;
  let clock: FixedClock;
  beforeEach(async () => {
    clock = new FixedClock('2026-03-01T02:00:00Z');
    product = await openTestProduct(clock);
    provider = await Provider.open();
    await deliver(product, register([1, 2, 3, 4, 5]));
  });
  afterEach(async () => {
    await provider.close();
    await product.close();
  });

  const poll = (more: Partial<Parameters<typeof product.frontEnds.poll>[0]> = {}): Promise<Polled> => {
    clock.set(new Date(clock.now().getTime() + 60_000).toISOString());
    return product.frontEnds.poll({
      source: 'water',
      url: provider.url,
      person: product.person,
      clock,
      workOff: (deliveryId) => product.intake.process(deliveryId),
      ...more,
    });
  };
  const rowsOf = ({ deliveries }: Polled): (readonly (number | null)[])[] =>
    deliveries.map((d: DeliveryView) => [d.rows, d.applied, d.unchanged, d.quarantined]);
  /** Firm, month, amount in yuan and operation of what stands, and how many versions there are. */
  const bills = async (): Promise<string[]> =>
    (
      await product.db.query<{ bill: string }>(
        `SELECT concat_ws(' ', right(rtrim(substr(c.uscc, 11, 6), ' '), 1), payload ->> 'month', (payload ->> 'amount')::int / 100, op,
           count(*) OVER (PARTITION BY company_id, record_key)) AS bill, r.known_to
         FROM record r JOIN company c USING (company_id) WHERE source = 'water' ORDER BY c.uscc, record_key, r.known_from`,
      )
    )
      .filter((row) => (row as { known_to?: unknown }).known_to === null)
      .map((row) => row.bill);

  it('takes inserts, updates in place and deletions, and reads only what is new', async () => {
    for (const firm of [1, 2, 3]) await provider.write(firm, '202601', 100, '2026-02-01 08:00:00');
    const first = await poll();
    expect([rowsOf(first), first.rows, first.watermark]).toEqual([[[3, 3, 0, 0]], 3, '2026-02-01 08:00:00']);

    await provider.admin.query(
      `UPDATE "T_WATER_BILL" SET "AMT" = 150, "OP_FLAG" = 'U', "UPD_TIME" = '2026-02-02 08:00:00' WHERE "ACCT_NO" = '001'`,
    );
    await provider.admin.query(
      `UPDATE "T_WATER_BILL" SET "OP_FLAG" = 'D', "UPD_TIME" = '2026-02-02 09:00:00' WHERE "ACCT_NO" = '002'`,
    );
    await provider.write(4, '202601', 70, '2026-02-02 09:30:00.123456');
    const second = await poll();
    // The row of firm 3 lies within the overlap.
    expect([rowsOf(second), second.watermark]).toEqual([[[4, 3, 1, 0]], '2026-02-02 09:30:00.123456']);
    expect(await bills()).toEqual(['1 2026-01 150 U 2', '2 2026-01 100 D 2', '3 2026-01 100 U 1', '4 2026-01 70 U 1']);
    const [paid] = await product.db.query(
      `SELECT DISTINCT payload ->> 'paidOn' AS on FROM record WHERE source = 'water'`,
    );
    expect(paid).toEqual({ on: '2026-01-20' });

    // Nothing new: the overlap says again what is known, and then is the same file.
    expect(rowsOf(await poll())).toEqual([[1, 0, 1, 0]]);
    expect(rowsOf(await poll())).toEqual([]);
    expect((await poll()).watermark).toBe('2026-02-02 09:30:00.123456');
  });

  it('of several rows of one key takes the newest, and misses none that came late within the overlap', async () => {
    await provider.write(1, '202601', 100, '2026-02-01 08:00:00');
    await provider.write(1, '202601', 110, '2026-02-01 08:05:00', 'U');
    await provider.write(2, '202601', 200, '2026-02-01 08:10:00');
    expect(rowsOf(await poll())).toEqual([[2, 2, 0, 0]]);
    await provider.write(3, '202601', 300, '2026-02-01 08:00:00'); // late, at the very edge
    await provider.write(2, '202601', 190, '2026-02-01 08:09:00'); // late, and older than what is known
    await provider.write(4, '202601', 400, '2026-02-01 07:59:59'); // too late
    expect(rowsOf(await poll())).toEqual([[3, 1, 2, 0]]);
    expect(await bills()).toEqual(['1 2026-01 110 U 1', '2 2026-01 200 U 1', '3 2026-01 300 U 1']);
    // A person may have it read again.
    expect(rowsOf(await poll({ since: '2026-02-01' }))).toEqual([[4, 1, 3, 0]]);
  });

  it('cuts many rows into deliveries; those of one instant may lie on both sides of a cut', async () => {
    for (const firm of [1, 2, 3, 4, 5]) await provider.write(firm, '202601', firm, '2026-02-01 08:00:00');
    expect(rowsOf(await poll({ rowsADelivery: 2 }))).toEqual([
      [2, 2, 0, 0],
      [2, 2, 0, 0],
      [1, 1, 0, 0],
    ]);
    expect(await bills()).toHaveLength(5);
    for (const firm of [1, 2, 3, 4, 5]) await provider.write(firm, '202602', firm, '2026-02-01 08:00:00');
    const again = await poll({ rowsADelivery: 5 });
    expect(rowsOf(again).reduce((n, [, applied]) => n + applied!, 0)).toBe(5);
    expect(await bills()).toHaveLength(10);
  });

  it('killed between two pages, or before a delivery was applied, loses nothing and doubles nothing', async () => {
    for (const firm of [1, 2, 3, 4, 5]) await provider.write(firm, '202601', firm, `2026-02-01 08:0${firm}:00`);
    const killed = { workOff: () => Promise.reject(new Error('killed')) };
    await expect(poll({ rowsADelivery: 2, ...killed })).rejects.toThrow('killed');
    expect(await bills()).toEqual([]);
    // The file of the first page was received: it is finished first.
    let calls = 0;
    const dies = (deliveryId: string): Promise<DeliveryView> =>
      ++calls === 2 ? Promise.reject(new Error('killed')) : product.intake.process(deliveryId);
    await expect(poll({ rowsADelivery: 3, workOff: dies })).rejects.toThrow('killed');
    expect(await bills()).toHaveLength(2);
    await poll();
    expect(await bills()).toEqual([1, 2, 3, 4, 5].map((firm) => `${firm} 2026-01 ${firm} U 1`));
    await poll();
    expect(rowsOf(await poll())).toEqual([]);
  });

  it('waits for a person while a delivery of its is held', async () => {
    for (let i = 0; i < 60; i++) await provider.write(1, '202601', i, '2026-02-01 08:00:00', 'I', `A${i}`);
    await provider.admin.query(`UPDATE "T_WATER_BILL" SET "USC_CODE" = $1 WHERE "ACCT_NO" < 'A3'`, [demoUscc(9)]);
    const held = await poll();
    expect(held.deliveries.map((d) => d.held)).toEqual(['MATCH_RATE']);
    await provider.admin.query(`UPDATE "T_WATER_BILL" SET "USC_CODE" = $1, "UPD_TIME" = '2026-02-05 08:00:00'`, [
      demoUscc(1),
    ]);
    expect(await poll()).toMatchObject({ rows: 0, deliveries: [{ deliveryId: held.deliveries[0]!.deliveryId }] });
    await product.deliveries.release(held.deliveries[0]!.deliveryId, { person: product.person, reason: '核实' });
    expect((await poll()).deliveries.map((d) => d.state)).toEqual(['RECONCILED', 'RECONCILED']);
  });

  it('of a delivery that was refused reads the rows again', async () => {
    for (let i = 0; i < 60; i++) await provider.write(9, '202601', i, '2026-02-01 08:00:00', 'I', `A${i}`);
    const held = await poll();
    await product.deliveries.reject(held.deliveries[0]!.deliveryId, { person: product.person, reason: '退回' });
    await provider.admin.query(
      `UPDATE "T_WATER_BILL" SET "USC_CODE" = $1, "UPD_TIME" = '2026-02-03 08:00:00' WHERE "ACCT_NO" <> 'A1'`,
      [demoUscc(1)],
    );
    expect(rowsOf(await poll())).toEqual([[60, 59, 0, 1]]);
  });

  it('keeps faulty rows apart, counts undated ones, and is not led into the future', async () => {
    await provider.write(1, '202601', 1, '2026-02-01 08:00:00', 'I', '');
    await provider.write(1, '202601', 2, '2026-02-01 08:00:00', 'I', '');
    await provider.write(2, '202601', 3, '2999-01-01 00:00:00', 'I', 'quoted ","\n');
    await provider.admin.query(`INSERT INTO "T_WATER_BILL" ("ACCT_NO") VALUES ('x'), ('y')`);
    const first = await poll();
    expect([rowsOf(first), first.undated]).toEqual([[[3, 1, 0, 2]], 2]);
    expect(first.watermark! < '2999').toBe(true);
  });

  it('never writes, whatever the role may do, and never tells the password', async () => {
    const admin = new URL(process.env['TEST_PG_ADMIN_URL']!);
    admin.pathname = `/${provider.name}`;
    // A table whose reading would write.
    await provider.admin.query(`
      CREATE TABLE seen (n int); CREATE FUNCTION note() RETURNS varchar LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (1); RETURN '1'; END $$;
      CREATE TABLE writes ("ACCT_NO" varchar, "USC_CODE" varchar, "BILL_MON" varchar, "UPD_TIME" timestamp);
      INSERT INTO writes VALUES ('1', '2', '202601', now()); ALTER TABLE writes ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON writes USING (note() = '1'); GRANT ALL ON writes, seen TO ${provider.role}`);
    const refused = await poll({ table: 'writes' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ problem: { code: 'front-end-failed', en: expect.stringContaining('read-only') } });
    expect((await provider.admin.query('SELECT FROM seen')).rowCount).toBe(0);

    await provider.write(1, '202601', 1, '2026-02-01 08:00:00');
    await poll();
    expect(await everyText(product)).not.toContain(provider.password);
    const wrong = new URL(provider.url);
    wrong.pathname = '/nowhere';
    const unreachable = await poll({ url: wrong.toString() }).catch((error: unknown) => error);
    expect(unreachable).toMatchObject({ problem: { code: 'front-end-unreachable' } });
    expect(JSON.stringify((unreachable as { problem: unknown }).problem)).not.toContain(provider.password);
    expect(await problemCode(poll({ url: `nonsense ${provider.password}` }))).toBe('front-end-unreachable');
  });

  it('finds names whatever their case, and says what is missing', async () => {
    await provider.admin.query(`
      CREATE SCHEMA exchange; GRANT USAGE ON SCHEMA exchange TO ${provider.role};
      CREATE TABLE exchange.bills AS SELECT "ACCT_NO" AS acct_no, "USC_CODE" AS usc_code, "BILL_MON" AS bill_mon, "AMT" AS amt,
        "UPD_TIME" AT TIME ZONE 'Asia/Shanghai' AS upd_time, "OP_FLAG" AS op_flag FROM "T_WATER_BILL";
      INSERT INTO exchange.bills VALUES ('1', '${demoUscc(1)}', '202601', 5, '2026-02-01 08:00:00+08', 'I');
      CREATE TABLE undated ("ACCT_NO" text, "USC_CODE" text, "BILL_MON" text, "UPD_TIME" text);
      GRANT SELECT ON exchange.bills, undated TO ${provider.role}`);
    const polled = await poll({ table: 'Exchange.BILLS' });
    expect([rowsOf(polled), polled.watermark]).toEqual([[[1, 1, 0, 0]], '2026-02-01 08:00:00+08']);
    expect(await problemCode(poll({ table: 'bills' }))).toBe('front-end-table');
    expect(await problemCode(poll({ table: 'undated' }))).toBe('front-end-column');
    await provider.admin.query('ALTER TABLE exchange.bills DROP COLUMN bill_mon');
    expect(await problemCode(poll({ table: 'exchange.bills' }))).toBe('front-end-column');
    expect(await problemCode(poll({ source: 'patents' }))).toBe('front-end-undeclared');
    expect(await problemCode(poll({ source: 'weather' }))).toBe('unknown-source');
  });

  it('is alone: a second one is refused', async () => {
    await provider.write(1, '202601', 1, '2026-02-01 08:00:00');
    let second: Promise<string | undefined> | undefined;
    await poll({
      workOff: async (deliveryId) => {
        second = problemCode(poll());
        await second;
        return product.intake.process(deliveryId);
      },
    });
    expect(await second).toBe('poll-busy');
  });
});
