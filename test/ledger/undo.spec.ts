import fc from 'fast-check';
import { FixedClock, localDate } from '#lib/kernel';
import { readCoverage, readDossier, readQuality, rebuildDocuments, readDossiers, undoDelivery } from '#lib/ledger';
import { sourceByName } from '#lib/data-sources';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { awardRow, awards, demoUscc, monthly, monthRow, register } from '../kit/firms.ts';

const RUNS = 8 * (process.env['FIRSTMILE_LONG'] ? 20 : 1);
const socialSecurity = sourceByName('social-security')!;

describe('undoing a delivery', () => {
  let product: TestProduct;
  const clock = new FixedClock('2026-03-01T02:00:00.000Z');
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2, 3, 4, 5, 6, 7]));
  });
  afterAll(() => product.close());

  const later = (): Date => {
    const at = new Date(clock.now().getTime() + 60_000);
    clock.set(at.toISOString());
    return at;
  };
  let files = 0;
  const month = async (n: number, heads: number | undefined, manifest = {}): ReturnType<typeof deliver> => {
    later();
    const row = monthRow(n, '202601', heads ?? 0, {
      操作标志: heads === undefined ? 'D' : 'U',
      单位编号: `${(files += 1)}`,
    });
    const delivery = await deliver(product, { ...monthly([row]), manifest });
    expect(delivery.state).toBe('RECONCILED');
    return delivery;
  };
  const undo = (deliveryId: string): ReturnType<typeof undoDelivery> => {
    later();
    return undoDelivery(product.db, deliveryId, { person: product.person, reason: '来源撤回', clock });
  };
  const headsAt = async (n: number, knownAt: Date): Promise<number | undefined> => {
    const firm = await readDossier(product.db, demoUscc(n), knownAt, await readCoverage(product.db, knownAt));
    const payload: { insuredTotal?: number } | undefined = firm!.dossier.of(socialSecurity)[0]?.payload;
    return payload?.insuredTotal;
  };
  const open = (n: number): Promise<{ op: string; delivery_id: string; row_no: number }[]> =>
    product.db.query(
      `SELECT r.op, r.delivery_id, r.row_no FROM record r JOIN company c USING (company_id)
       WHERE c.uscc = $1 AND r.source = 'social-security' AND known_to IS NULL`,
      [demoUscc(n)],
    );

  it('opens the replaced version again, naming its own delivery, and forgets nothing', async () => {
    const first = await month(1, 10);
    const second = await month(1, 12);
    expect(await undo(second.deliveryId)).toEqual({ withdrawn: 0, restored: 1, restated: 0, firms: 1, coverage: true });
    const { undone } = await product.deliveries.get(second.deliveryId);
    expect(undone).toEqual({ at: clock.now(), by: product.person, reason: '来源撤回' });
    expect(await open(1)).toEqual([{ op: 'U', delivery_id: first.deliveryId, row_no: 1 }]);
    expect(await headsAt(1, second.appliedAt!)).toBe(12);
    expect(await headsAt(1, new Date(undone!.at.getTime() - 1))).toBe(12);
    expect(await headsAt(1, undone!.at)).toBe(10);
  });

  it('withdraws what nobody else stated', async () => {
    const only = await month(2, 10);
    expect(await undo(only.deliveryId)).toMatchObject({ withdrawn: 1, restored: 0, firms: 1 });
    expect(await headsAt(2, clock.now())).toBeUndefined();
    expect(await open(2)).toEqual([{ op: 'D', delivery_id: only.deliveryId, row_no: 1 }]);
  });

  it('keeps a fact that a later delivery states likewise: that one is its evidence now', async () => {
    const first = await month(3, 10);
    const again = await month(3, 10);
    expect(await undo(first.deliveryId)).toMatchObject({ withdrawn: 0, restored: 0, restated: 1 });
    expect(await headsAt(3, clock.now())).toBe(10);
    expect(await open(3)).toEqual([{ op: 'U', delivery_id: again.deliveryId, row_no: 1 }]);
    expect(await undo(again.deliveryId)).toMatchObject({ withdrawn: 1 });
    expect(await headsAt(3, clock.now())).toBeUndefined();
  });

  it('leaves alone what has been replaced since, and brings nothing undone back', async () => {
    const [one, two, three] = [await month(4, 1), await month(4, 2), await month(4, 3)];
    expect(await undo(two.deliveryId)).toMatchObject({ withdrawn: 0, restored: 0, restated: 0, firms: 0 });
    expect(await headsAt(4, clock.now())).toBe(3);
    await undo(three.deliveryId);
    expect(await headsAt(4, clock.now())).toBe(1);
    await undo(one.deliveryId);
    expect(await headsAt(4, clock.now())).toBeUndefined();
  });

  it('takes back a withdrawal', async () => {
    await month(5, 8);
    const withdrawal = await month(5, undefined);
    expect(await headsAt(5, clock.now())).toBeUndefined();
    await undo(withdrawal.deliveryId);
    expect(await headsAt(5, clock.now())).toBe(8);
  });

  it('lets the same file come again, and an older statement that comes only now', async () => {
    const file = monthly([monthRow(6, '202601', 30)]);
    later();
    const first = await deliver(product, { ...file, manifest: { sequence: 5000 } });
    await undo(first.deliveryId);
    later();
    const older = await deliver(product, { ...monthly([monthRow(6, '202601', 29)]), manifest: { sequence: 4000 } });
    expect([older.applied, await headsAt(6, clock.now())]).toEqual([1, 29]);
    later();
    const again = await deliver(product, { ...file, manifest: { sequence: 5000 } });
    expect(again).toMatchObject({ noop: false, state: 'RECONCILED', applied: 1, undone: null });
    expect(again.deliveryId).not.toBe(first.deliveryId);
    expect(await headsAt(6, clock.now())).toBe(30);
    expect(await deliver(product, { ...file, manifest: { sequence: 5000 } })).toMatchObject({ noop: true });
  });

  it('ends its coverage at that tick, and what it mended waits again', async () => {
    const faulty = await deliver(product, monthly([monthRow(7, '202511', 3), monthRow(7, '202511', 4)]));
    later();
    const manifest = {
      coverage: { territory: ['44'], population: 'all', from: '2025-01-01', through: '2026-02-28' },
    } as const;
    const mending = await deliver(product, { ...monthly([monthRow(7, '202511', 4)]), manifest });
    const stateOf = async (): Promise<string[]> =>
      (await product.deliveries.quarantine(faulty.deliveryId, { limit: 5 })).items.map((row) => row.state);
    expect(await stateOf()).toEqual(['CORRECTED', 'CORRECTED']);
    const through = async (at: Date): Promise<string | undefined> =>
      (await readCoverage(product.db, at)).of('440305', 'SOC')?.through;
    await undo(mending.deliveryId);
    expect(await stateOf()).toEqual(['WAITING', 'WAITING']);
    expect(await through(new Date(clock.now().getTime() - 1))).toBe('2026-02-28');
    expect(await through(clock.now())).toBeUndefined();
    const quality = (await readQuality(product.db, localDate('2026-03-01'))).find((q) => q.layout === 'monthly')!;
    expect(quality.deliveries.map((d) => d.deliveryId)).not.toContain(mending.deliveryId);
  });

  it('makes documents say what the ledger says', async () => {
    const given = await month(7, 44);
    await rebuildDocuments(product.db);
    await undo(given.deliveryId);
    const read = async (): Promise<unknown[]> => {
      const firms = await readDossiers(product.db, 1, 1000, clock.now(), await readCoverage(product.db, clock.now()));
      return firms
        .find((firm) => firm.uscc === demoUscc(7))!
        .dossier.of(socialSecurity)
        .map((r) => r.recordKey);
    };
    expect(await read()).toEqual([]);
    await rebuildDocuments(product.db);
    expect(await read()).toEqual([]);
  });

  it('takes rows back that waited for their firm, and those that still wait', async () => {
    later();
    const waiting = await deliver(product, awards([awardRow(50, 'W1'), awardRow(51, 'W2')]));
    expect(waiting.quarantined).toBe(2);
    later();
    await deliver(product, register([50]));
    expect(await undo(waiting.deliveryId)).toMatchObject({ withdrawn: 1, firms: 1 });
    later();
    await deliver(product, register([51]));
    const known = await product.db.query(
      `SELECT FROM record WHERE delivery_id = $1 AND op = 'U' AND known_to IS NULL`,
      [waiting.deliveryId],
    );
    expect(known).toEqual([]);
  });

  it('is refused twice, and for what is not applied', async () => {
    const given = await month(7, 45);
    await undo(given.deliveryId);
    const [before] = await product.db.query('SELECT newest FROM ledger_tick');
    await expect(undo(given.deliveryId)).rejects.toMatchObject({ problem: { code: 'delivery-undone', status: 409 } });
    const refused = await deliver(product, { source: 'social-security', body: 'a,b\n1,2\n' });
    expect(refused.state).toBe('REJECTED');
    await expect(undo(refused.deliveryId)).rejects.toMatchObject({
      problem: { code: 'delivery-not-applied', status: 409 },
    });
    await expect(undo('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      problem: { code: 'delivery-unknown' },
    });
    expect((await product.db.query('SELECT newest FROM ledger_tick'))[0]).toEqual(before);
  });

  it('may happen once only, though two persons ask at the same time', async () => {
    const given = await month(7, 46);
    const outcomes = await Promise.allSettled([undo(given.deliveryId), undo(given.deliveryId)]);
    expect(outcomes.map((o) => o.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('leaves what would be known had the delivery never come, whatever the order of arrival', async () => {
    const statement = fc.option(fc.integer({ min: 1, max: 2 }), { freq: 4, nil: undefined });
    const cases = fc
      .array(statement, { minLength: 2, maxLength: 5 })
      .chain((set) =>
        fc.tuple(
          fc.constant(set),
          fc.shuffledSubarray([...set.keys()], { minLength: set.length }),
          fc.uniqueArray(fc.nat({ max: set.length - 1 }), { minLength: 1, maxLength: 2 }),
        ),
      );
    let firm = 1000;
    let base = 10_000;
    await fc.assert(
      fc.asyncProperty(cases, async ([set, order, taken]) => {
        const [undone, never] = [(firm += 1), (firm += 1)];
        later();
        await deliver(product, register([undone, never]));
        base += set.length;
        const ids = new Map<number, string>();
        for (const i of order) ids.set(i, (await month(undone, set[i], { sequence: base + i })).deliveryId);
        for (const i of taken) await undo(ids.get(i)!);
        for (const i of order.filter((k) => !taken.includes(k))) await month(never, set[i], { sequence: base + i });
        expect(await headsAt(undone, clock.now())).toBe(await headsAt(never, clock.now()));
        // And what comes next meets the same ledger.
        const next = base + 1;
        await month(undone, 7, { sequence: next });
        await month(never, 7, { sequence: next });
        expect(await headsAt(undone, clock.now())).toBe(await headsAt(never, clock.now()));
      }),
      { numRuns: RUNS },
    );
  });
});
