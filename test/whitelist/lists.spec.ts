import { FixedClock, step } from '#lib/kernel';
import { Lists, MEMBERSHIP, shippedList, type ListVersion } from '#lib/whitelist';
import { MONTHS, openCity, type City } from './city.ts';

const { rules } = shippedList('CKT');

describe('a list over months', () => {
  let city: City;
  let lists: Lists;
  const versions: ListVersion[] = [];
  beforeAll(async () => {
    city = await openCity(MONTHS);
    const { product } = city;
    lists = new Lists(product.db, product.runs, { disputes: () => Promise.resolve(new Map()) });
    for (const run of city.runs)
      versions.push(await lists.build('CKT', { runId: run.runId, clock: new FixedClock(run.finishedAt!) }));
  }, 300_000);
  afterAll(() => city.product.close());

  it('is a version a month, in force, the same again for the same run', async () => {
    expect(versions.map(({ version, state }) => [version, state])).toEqual(
      city.runs.map((_, i) => [i + 1, 'IN_FORCE']),
    );
    const again = await lists.build('CKT', {
      runId: city.runs[2]!.runId,
      clock: new FixedClock('2026-08-01T00:00:00Z'),
    });
    expect(again).toEqual(versions[2]);
  });

  it('has members whose every state follows from their events', async () => {
    const standings = await lists.standings('CKT');
    expect(standings.size).toBeGreaterThan(10);
    for (const [uscc, row] of standings) {
      const { events } = (await lists.member('CKT', uscc))!;
      expect(events.map(({ version }) => version)).toEqual(events.map((_, i) => i + 1));
      expect(events[0]).toMatchObject({ event: 'found', fromState: null, toState: 'CANDIDATE' });
      let state = events[0]!.toState;
      for (const event of events.slice(1)) {
        expect(event.fromState).toBe(state);
        const next = step(MEMBERSHIP, { state, event: event.event as never, role: 'SYSTEM', to: event.toState });
        expect(next).toEqual({ ok: true, value: event.toState });
        state = event.toState;
      }
      expect([state, events.length]).toEqual([row.state, row.version]);
    }
  });

  it('explains each flip between two versions, and pages hold all of them', async () => {
    const { product } = city;
    const all = await lists.difference(product.db, 'CKT', { from: 1, to: 4 }, { limit: 200 });
    expect(all.counts.before + all.counts.entered - all.counts.left).toBe(all.counts.after);
    expect(all.items.length).toBe(all.counts.entered + all.counts.left + all.counts.changed);
    expect(all.items.every(({ because }) => because !== null)).toBe(true);
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await lists.difference(
        product.db,
        'CKT',
        { from: 1, to: 4 },
        { limit: 3, ...(after ? { after } : {}) },
      );
      paged.push(...page.items.map(({ uscc }) => uscc));
      if (page.next === null) break;
      after = page.next;
    }
    expect(paged).toEqual(all.items.map(({ uscc }) => uscc));
    // Backwards, what came has gone.
    const back = await lists.difference(product.db, 'CKT', { from: 4, to: 1 }, { limit: 200 });
    expect([back.counts.entered, back.counts.left]).toEqual([all.counts.left, all.counts.entered]);
  });

  it('names near misses with what they lack', async () => {
    const page = await lists.entries(city.product.db, 'CKT', 4, { kind: 'near-miss', limit: 200 });
    expect(page.items.length).toBeGreaterThan(0);
    for (const { missing, score } of page.items) {
      expect(score).toBeGreaterThanOrEqual(rules.cut - rules.nearCut);
      expect([1, 2]).toContain(missing!.length);
      expect(missing!.every(({ state, why }) => state !== 'pass' && why.zh.length > 0)).toBe(true);
    }
  });

  it('refuses what is no run or no list, and is never written over', async () => {
    const { product, runs } = city;
    const clock = new FixedClock('2026-08-01T00:00:00Z');
    const other = new Lists(product.db, product.runs, { disputes: undefined });
    await expect(other.build('CKT', { runId: '019a8c2e-7f00-7000-8000-00000000000a', clock })).rejects.toThrow(/run/);
    await expect(other.build('NONE', { runId: runs[0]!.runId, clock })).rejects.toThrow('there is no list NONE');
    await expect(product.db.query('UPDATE list_version SET version = 9')).rejects.toThrow(/permission denied/);
    await expect(product.database.admin.query('DELETE FROM list_entry')).rejects.toThrow(/only ever added/);
    await expect(product.database.admin.query('UPDATE membership_event SET zh = zh')).rejects.toThrow(
      /only ever added/,
    );
  });
});
