import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { actorOf, firmActor, HOUSE } from '#lib/access';
import { QueryLog, type LogVerification } from '#lib/compliance';
import { FixedClock, type Uscc } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';

const FIRM = '91440300DMAB12340K' as Uscc;
const OTHER = '91440300DMAB12350F' as Uscc;

describe('the query log', () => {
  let product: TestProduct;
  let log: QueryLog;
  let folder: string;
  let bank: { institutionId: string; personId: string };
  const clock = new FixedClock('2026-07-01T02:00:00Z');
  beforeEach(async () => {
    product = await openTestProduct(clock);
    folder = mkdtempSync(path.join(os.tmpdir(), 'firstmile-log-'));
    log = new QueryLog(product.db, folder);
    const { institutionId } = await product.access.createInstitution({ kind: 'bank', code: 'b', zh: '甲', en: 'A' });
    const { personId } = await product.access.createPerson({ institutionId, handle: 'b1', name: '乙' });
    bank = { institutionId, personId };
  });
  afterEach(async () => {
    await product.close();
    rmSync(folder, { recursive: true });
  });

  const asBank = (): string => actorOf({ kind: 'bank', institutionId: bank.institutionId });
  const look = (subject: string, at: string, actor = asBank()): Promise<{ seq: number }> =>
    product.db.as(actor, (tx) =>
      log.append(tx, {
        at: new Date(at),
        ...bank,
        keyId: null,
        subjects: [subject],
        product: 'score',
        purpose: 'pre-loan-review',
        authorisationId: null,
        detail: { run: 'x', 数: 1.5 },
      }),
    );
  const behind = (sql: string): Promise<unknown> =>
    product.database.admin.query(
      `ALTER TABLE query_log DISABLE TRIGGER ALL; ${sql}; ALTER TABLE query_log ENABLE TRIGGER ALL`,
    );
  const verdict = async (): Promise<Pick<LogVerification, 'agrees' | 'entries'> & { at: number[] }> => {
    const { agrees, entries, faults } = await log.verify();
    return { agrees, entries, at: faults.map(({ seq }) => seq) };
  };

  it('chains entries, however many come at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => look(FIRM, `2026-07-01T02:00:${10 + i}Z`)));
    expect(await verdict()).toEqual({ agrees: true, entries: 20, at: [] });
  });

  it('shows a firm who looked at it, an institution its own, nobody nothing', async () => {
    await look(FIRM, '2026-07-01T02:00:00Z');
    await look(OTHER, '2026-07-01T02:00:01Z');
    const seen = (actor: string, uscc: string): Promise<number> =>
      product.db.as(actor, async (tx) => (await log.about(tx, uscc, { since: new Date(0), limit: 10 })).length);
    expect(await seen(firmActor(FIRM), FIRM)).toBe(1);
    expect(await seen(firmActor(FIRM), OTHER)).toBe(0);
    expect(await seen(asBank(), FIRM)).toBe(1);
    expect(await seen(actorOf({ kind: 'bank', institutionId: '019a8c2e-7f00-7000-8000-00000000000b' }), FIRM)).toBe(0);
    expect(await seen('', FIRM)).toBe(0);
    expect(await seen(HOUSE, OTHER)).toBe(1);
  });

  it('is refused in the name of another institution, and never changed by the application', async () => {
    const foreign = actorOf({ kind: 'bank', institutionId: '019a8c2e-7f00-7000-8000-00000000000b' });
    await expect(look(FIRM, '2026-07-01T02:00:00Z', foreign)).rejects.toThrow(/row-level security/);
    await look(FIRM, '2026-07-01T02:00:00Z');
    await expect(product.db.as(HOUSE, (tx) => tx.execute('DELETE FROM query_log'))).rejects.toThrow(/permission/);
    await expect(product.database.admin.query('DELETE FROM query_log')).rejects.toThrow(/only ever added/);
    await expect(product.database.admin.query('TRUNCATE query_log CASCADE')).rejects.toThrow(/only ever added/);
  });

  it('shows any change behind the application’s back, at its place', async () => {
    const n = 6;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: n }),
        fc.constantFrom(
          "at = at + interval '1 ms'",
          "subjects = ARRAY['x']",
          "purpose = 'y'",
          "product = product || 's'",
          "detail = '{}'",
          "hash = sha256('z')",
          "key_id = NULL, person_id = (SELECT person_id FROM person WHERE handle = 'operator')",
        ),
        async (seq, change) => {
          const before = (await verdict()).entries;
          for (let i = before; i < n; i++) await look(FIRM, `2026-07-01T02:00:0${i}Z`);
          expect((await verdict()).agrees).toBe(true);
          const { rows } = await product.database.admin.query('SELECT * FROM query_log WHERE seq = $1', [seq]);
          await behind(`UPDATE query_log SET ${change} WHERE seq = ${seq}`);
          const found = await verdict();
          expect([found.agrees, found.at[0]]).toEqual([false, seq]);
          await behind('DELETE FROM query_log');
          expect(rows).toHaveLength(1);
        },
      ),
      { numRuns: 10 },
    );
    await look(FIRM, '2026-07-01T02:00:00Z');
    await look(FIRM, '2026-07-01T02:00:01Z');
    await look(FIRM, '2026-07-01T02:00:02Z');
    await behind('DELETE FROM query_log WHERE seq = 2');
    expect((await verdict()).at[0]).toBe(2);
  });

  it('is anchored at the end of each day, so that a chain written anew or cut short is found', async () => {
    await look(FIRM, '2026-06-29T02:00:00Z');
    await look(FIRM, '2026-06-30T15:59:59Z');
    await look(OTHER, '2026-06-30T16:00:00Z'); // 1 July in Shanghai: that day is not over
    expect([await log.anchor(clock), await log.anchor(clock)]).toEqual([2, 0]);
    expect(readFileSync(path.join(folder, 'anchors', 'query-log.txt'), 'utf8')).toMatch(
      /^2026-06-29 1 [0-9a-f]{64}\n2026-06-30 2 [0-9a-f]{64}\n$/,
    );
    expect(await log.verify()).toMatchObject({ agrees: true, entries: 3, anchors: 2 });
    // All of it anew, with a chain that holds and the anchors of the table to match: the file outside does not.
    await behind('DELETE FROM query_log');
    await product.database.admin.query(
      'ALTER TABLE query_log_anchor DISABLE TRIGGER ALL; DELETE FROM query_log_anchor; ALTER TABLE query_log_anchor ENABLE TRIGGER ALL',
    );
    await look(OTHER, '2026-06-29T02:00:00Z');
    await look(FIRM, '2026-06-30T15:59:59Z');
    expect(await verdict()).toMatchObject({ agrees: false, at: [1, 2] });
    await behind('DELETE FROM query_log WHERE seq = 2');
    expect(await verdict()).toMatchObject({ agrees: false, at: [1, 2] });
    writeFileSync(path.join(folder, 'anchors', 'query-log.txt'), 'nonsense\n');
    await expect(log.verify()).rejects.toThrow(/not an anchor/);
  });
});
