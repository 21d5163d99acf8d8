import fc from 'fast-check';
import { SOURCES, type Dossier, type DossierRecord } from '#lib/data-sources';
import { FixedClock } from '#lib/kernel';
import { newestTick, readCoverage, readDossiers, readDossiersFromLedger, rebuildDocuments } from '#lib/ledger';
import { untilBlocked } from '../kit/blocked.ts';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver, type Given } from '../kit/deliver.ts';
import { applicationNo, awardRow, awards, demoUscc, monthly, monthRow, patentFile, register } from '../kit/firms.ts';

const RUNS = 6 * (process.env['FIRSTMILE_LONG'] ? 20 : 1);
const FEEDS = SOURCES.flatMap((source) => source.layouts.map((layout) => layout.feed));

/** All that a dossier says. */
const tell = (dossier: Dossier): object => ({
  region: dossier.region,
  records: Object.fromEntries(
    SOURCES.map((source): [string, readonly DossierRecord[]] => [source.name, dossier.of(source)]),
  ),
  coverage: Object.fromEntries(FEEDS.map((feed) => [feed, [dossier.connected(feed), dossier.coverage(feed)]])),
});

describe('the compact documents', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-06-01T00:00:00.000Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2, 3, 4]));
  });
  afterAll(() => product.close());

  const stale = (): Promise<{ uscc: string; since: Date }[]> =>
    product.db.query('SELECT uscc, since FROM dossier_stale JOIN company USING (company_id) ORDER BY uscc');
  const documents = (): Promise<{ uscc: string; tick: Date }[]> =>
    product.db.query('SELECT uscc, tick FROM dossier_document JOIN company USING (company_id) ORDER BY uscc');
  const bothAt = async (knownAt: Date): Promise<[object[], object[]]> => {
    const coverage = await readCoverage(product.db, knownAt);
    const read = await Promise.all([
      readDossiers(product.db, 0, 1_000_000, knownAt, coverage),
      readDossiersFromLedger(product.db, 0, 1_000_000, knownAt, coverage),
    ]);
    const [compact, ledger] = read.map((firms) => firms.map((firm) => ({ uscc: firm.uscc, ...tell(firm.dossier) })));
    return [compact!, ledger!];
  };

  it('are due for each firm that a delivery changed, since its tick, and for no other', async () => {
    await rebuildDocuments(product.db);
    expect(await stale()).toEqual([]);
    const before = await deliver(product, monthly([monthRow(2, '202601', 5), monthRow(3, '202601', 5)]));
    expect(await stale()).toEqual([2, 3].map((n) => ({ uscc: demoUscc(n), since: before.appliedAt })));
    const again = monthly([
      { ...monthRow(2, '202601', 6), 单位编号: 'x' },
      { ...monthRow(4, '202601', 5), 单位编号: 'x' },
    ]);
    const later = await deliver(product, again);
    expect((await stale()).map((mark) => mark.since)).toEqual([before.appliedAt, before.appliedAt, later.appliedAt]);
    expect(await rebuildDocuments(product.db)).toBe(3);
    expect(await stale()).toEqual([]);
    expect((await documents()).map((d) => d.tick)).toEqual([
      expect.any(Date),
      later.appliedAt,
      later.appliedAt,
      later.appliedAt,
    ]);
    const unchanged = await deliver(product, monthly([{ ...monthRow(3, '202601', 5), 单位编号: 'y' }]));
    expect(unchanged.unchanged).toBe(1);
    expect(await stale()).toEqual([]);
  });

  it('say the same as the ledger, whatever was delivered and however much is rebuilt', async () => {
    const n = fc.integer({ min: 1, max: 4 });
    const op = fc.constantFrom('U', 'U', 'U', 'D');
    const month = fc.record({
      n,
      month: fc.constantFrom('202601', '202602', '202603'),
      heads: fc.integer({ min: 0, max: 9 }),
      op,
    });
    const award = fc.record({
      n,
      project: fc.constantFrom('P1', 'P2'),
      amount: fc.option(fc.integer({ min: 1, max: 90 })),
      op,
    });
    const patent = fc.record({
      firms: fc.uniqueArray(n, { minLength: 1, maxLength: 3 }),
      serial: fc.integer({ min: 1, max: 3 }),
      title: fc.option(fc.string({ maxLength: 5 })),
    });
    const file = fc.oneof(
      fc
        .array(month, { minLength: 1, maxLength: 6 })
        .map((rows): Given => monthly(rows.map((r) => monthRow(r.n, r.month, r.heads, { 操作标志: r.op })))),
      fc.array(award, { minLength: 1, maxLength: 4 }).map((rows): Given => {
        const given = awards(
          rows.map((r) => awardRow(r.n, r.project, { '批复金额(万元)': r.amount ?? '', 操作标志: r.op })),
        );
        return { ...given, manifest: { coverage: { territory: ['4403'], population: 'all', through: '2026-05-31' } } };
      }),
      fc.array(patent, { minLength: 1, maxLength: 4 }).map((rows): Given =>
        patentFile(
          rows.map((r) => ({
            appNo: applicationNo(r.serial),
            applicants: r.firms.map((firm) => ({ usc: demoUscc(firm) })),
            ...(r.title === null ? {} : { title: r.title }),
          })),
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(file, fc.boolean()), { minLength: 1, maxLength: 4 }), async (files) => {
        const ticks = [(await newestTick(product.db))!];
        for (const [given, rebuild] of files) {
          const delivered = await deliver(product, given);
          expect(delivered.state).toBe('RECONCILED');
          ticks.push(delivered.appliedAt!);
          if (rebuild) await rebuildDocuments(product.db);
        }
        for (const tick of ticks) {
          const [compact, ledger] = await bothAt(tick);
          expect(compact).toHaveLength(4);
          expect(compact).toEqual(ledger);
        }
        await rebuildDocuments(product.db);
        const [compact, ledger] = await bothAt((await newestTick(product.db))!);
        expect(compact).toEqual(ledger);
      }),
      { numRuns: RUNS },
    );
    // A reader that never used the documents would pass, too: they are there, and they are fresh.
    expect(await documents()).toHaveLength(4);
    expect(await stale()).toEqual([]);
    const knownAt = (await newestTick(product.db))!;
    await product.database.admin.query(`UPDATE dossier_document SET document = '{}'`);
    const [compact, ledger] = await bothAt(knownAt);
    expect(compact).not.toEqual(ledger);
    await product.database.admin.query('INSERT INTO dossier_stale SELECT company_id, now() FROM company');
    await rebuildDocuments(product.db);
  });

  it('lose no mark when an apply comes while they are rebuilt', async () => {
    await deliver(product, awards([awardRow(1, 'first')]));
    const { admin } = product.database;
    // The rebuild stands between its locks and its end: it waits to write the document of firm 1.
    await admin.query('BEGIN');
    await admin.query(
      'SELECT FROM dossier_document WHERE company_id = (SELECT min(company_id) FROM company) FOR UPDATE',
    );
    const rebuilding = rebuildDocuments(product.db);
    await untilBlocked(admin);
    // The apply marks the same firm: it waits for the rebuild.
    const applying = deliver(product, awards([awardRow(1, 'second')]));
    await untilBlocked(admin, 2);
    await admin.query('COMMIT');
    const [, applied] = await Promise.all([rebuilding, applying]);
    expect(applied.applied).toBe(1);
    // Either the rebuild went round once more and has it, or the mark stands.
    const fresh =
      (await documents()).find((d) => d.uscc === demoUscc(1))!.tick.getTime() >= applied.appliedAt!.getTime();
    expect(fresh || (await stale()).some((mark) => mark.uscc === demoUscc(1))).toBe(true);
    const [compact, ledger] = await bothAt(applied.appliedAt!);
    expect(compact).toEqual(ledger);
    await rebuildDocuments(product.db);
    expect(await bothAt(applied.appliedAt!).then(([a, b]) => [a, b])).toEqual([ledger, ledger]);
  });

  it('lose no mark that an apply has made but not committed while they are rebuilt', async () => {
    await rebuildDocuments(product.db);
    const { admin } = product.database;
    await admin.query('BEGIN');
    const [{ company_id: company } = { company_id: 0 }] = await product.db.query<{ company_id: number }>(
      'SELECT company_id FROM company WHERE uscc = $1',
      [demoUscc(2)],
    );
    await admin.query(`INSERT INTO dossier_stale VALUES ($1, now())`, [company]);
    expect(await rebuildDocuments(product.db)).toBe(0);
    await admin.query('COMMIT');
    expect(await rebuildDocuments(product.db)).toBe(1);
  });
});
