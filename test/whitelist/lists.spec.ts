import { FixedClock, step } from '#lib/kernel';
import { Background } from '#lib/product';
import { LISTED, Lists, MEMBERSHIP, shippedList, type ListVersion } from '#lib/whitelist';
import { MONTHS, openCity, type City } from './city.ts';
import { Told } from './told.ts';

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

  describe('and who is told', () => {
    let told: Told;
    beforeAll(async () => {
      told = await Told.among(city);
    });

    it('each partner once of every member and then that the version is out, figures where the firm authorised it', async () => {
      const members = await lists.entries(city.product.db, 'CKT', 4, { kind: 'member', limit: 200 });
      const listed = members.items.filter(({ state }) => LISTED.includes(state as never));
      await told.authorises(listed[0]!.uscc);
      await told.tell();
      const [bank, guarantor] = [await told.notices('bank'), await told.notices('guarantor')];
      expect(bank.map(({ type, body }) => [type, body['usc'] ?? body['listVersion']])).toEqual([
        ...listed.map(({ uscc }) => ['whitelist.member.v1', uscc]),
        ['whitelist.version.v1', 4],
      ]);
      expect(guarantor.length).toBe(bank.length);
      const { score, low, high, grade, name } = listed[0]!;
      expect(bank[0]).toMatchObject({
        aggregate: `whitelist/CKT/${listed[0]!.uscc}`,
        body: {
          listCode: 'CKT',
          listVersion: 4,
          kind: 'entered',
          name,
          grade,
          score,
          range: [low, high],
          consent: { state: 'authorised', id: expect.any(String), scope: ['score'], validTo: '2026-07-20' },
          dims: { IN: expect.any(Number), CC: expect.any(Number) },
          suggestedLine: { disclaimer: expect.anything(), validTo: '2026-07-20' },
          noLoanRecord: 'unknown',
        },
      });
      // The guarantor was not authorised: the firm's name and that it is listed, nothing that was measured.
      expect(guarantor[0]!.body).toMatchObject({
        name,
        grade: null,
        score: null,
        range: null,
        coverageBp: null,
        percentiles: null,
        dims: null,
        flags: null,
        suggestedLine: null,
        offList: null,
        noLoanRecord: null,
        consent: { state: 'none', id: null },
      });
      expect(await told.logged(listed[0]!.uscc)).toEqual([
        'bank list pre-loan-review',
        'guarantor list guarantee-review',
      ]);
      expect(await told.tell()).toBe(0);
    });

    it('a knock-out ends a membership on the day the ledger learns of it, and who was told of the firm is told that', async () => {
      const before = await told.counts();
      const [out, other] = (await lists.entries(city.product.db, 'CKT', 4, { kind: 'member', limit: 200 })).items
        .filter(({ state }) => state === 'ACTIVE')
        .slice(-2);
      const watch = told.watch(new Map());
      expect(await watch.follow()).toBe(0);
      await told.dishonest(out!.uscc);
      expect(await watch.follow()).toBe(1);
      expect((await lists.member('CKT', out!.uscc))!.events.at(-1)).toMatchObject({
        event: 'knock-out',
        reason: 'K03',
        fromState: 'ACTIVE',
        toState: 'REVOKED',
      });
      expect(told.knockedOut).toEqual([[out!.uscc, ['K03']]]);
      expect(await watch.follow()).toBe(0);
      await told.tell();
      for (const [of, reasonCode] of [
        ['bank', null],
        ['guarantor', null],
      ] as const) {
        const news = (await told.notices(of)).slice(before[of]);
        expect(news).toMatchObject([
          {
            type: 'whitelist.revoked.v1',
            body: { listCode: 'CKT', usc: out!.uscc, state: 'REVOKED', reasonCode, effectiveAt: expect.any(String) },
          },
        ]);
        expect(news[0]!.ackDueOn).not.toBeNull();
      }
      // Under dispute it only suspends, and nobody else is called.
      await told.dishonest(other!.uscc);
      const disputed = new Map([[other!.uscc, { characteristics: [], knockOuts: ['K03'] }]]);
      expect(await told.watch(disputed).follow()).toBe(1);
      expect((await lists.member('CKT', other!.uscc))!.row.state).toBe('SUSPENDED');
      expect(told.knockedOut.length).toBe(1);
      await told.tell();
      expect((await told.notices('bank')).at(-1)).toMatchObject({
        type: 'whitelist.member.v1',
        body: { usc: other!.uscc, kind: 'changed', state: 'SUSPENDED' },
      });
    });

    it('the whole list to a partner that joins, and nothing to one that may not read lists', async () => {
      const late = await told.joins('late', 'bank');
      await told.joins('lender', 'investor');
      await told.tell();
      const now = [...(await lists.standings('CKT')).values()].filter(({ state }) => LISTED.includes(state));
      expect((await told.notices('late')).length).toBe(now.length + 1);
      expect(await told.notices('lender')).toEqual([]);
      expect(late.kind).toBe('bank');
    });

    it('by the worker, once a minute', async () => {
      await told.joins('latest', 'bank');
      const faults: unknown[] = [];
      const worker = new Background(city.product, (event, error) => void faults.push(event, error));
      await worker.followCalendar();
      expect([(await told.notices('latest')).length > 1, faults]).toEqual([true, []]);
    });
  });
});
