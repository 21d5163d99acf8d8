import { addFen, fen, FixedClock, type Fen } from '#lib/kernel';
import {
  advanceRules,
  ListRuleChanges,
  Lists,
  shippedList,
  type RulesLife,
  type RulesSimulation,
  type RulesView,
} from '#lib/whitelist';
import { problemCode } from '../runs/book.ts';
import { MONTHS, openCity, type City } from './city.ts';

const shipped = shippedList('CKT');
const changed = (version: string, more: object): object => ({ ...shipped.rules, version, ...more });
/** Some members are below what it takes to stay, and watched from the first version on. */
const STRICTER = { cut: 660, stayBelowCut: 0 };
const registers = { disputes: () => Promise.resolve(new Map()) };
const clock = new FixedClock('2026-08-01T00:00:00Z');

describe('a change of the rules of a list', () => {
  let city: City;
  let lists: Lists;
  let changes: ListRuleChanges;
  const people = new Map<string, string>();
  const owes = new Map<string, Fen>();
  beforeAll(async () => {
    const whole = await openCity(MONTHS);
    city = { ...whole, runs: whole.runs.slice(-3) };
    const { product, runs } = city;
    lists = new Lists(product.db, product.runs, registers);
    for (const run of runs.slice(0, 2)) await build(run.runId);
    changes = new ListRuleChanges(product.db, withNewest(1), registers);
    people.set('author', product.person);
    const { institutionId } = (await product.access.institutionByCode('operator'))!;
    for (const handle of ['first', 'second'])
      people.set(handle, (await product.access.createPerson({ institutionId, handle, name: handle })).personId);
  }, 300_000);
  afterAll(() => city.product.close());

  /** The runs of the city as they were when the one of this index was the newest. */
  const withNewest = (index: number): City['product']['runs'] =>
    Object.assign(Object.create(city.product.runs) as City['product']['runs'], {
      latestPublished: () => Promise.resolve(city.runs[index]),
    });
  const build = (runId: string) => lists.build('CKT', { runId, clock });
  const submit = (document: unknown): Promise<RulesView> =>
    changes.submit('CKT', document, { person: people.get('author')!, reason: '样例', clock });
  const simulate = (hash: string): Promise<RulesView> =>
    changes.simulate('CKT', hash, { person: people.get('author')!, clock });
  const decide = async (hash: string, event: 'approve' | 'return' | 'reject' | 'withdraw', who: string) => {
    const { version } = await changes.get('CKT', hash);
    return changes.decide('CKT', hash, {
      event,
      person: people.get(who)!,
      reason: '已核对',
      expectedVersion: version,
      clock,
    });
  };
  const tables = [
    'membership',
    'membership_event',
    'list_entry',
    'list_version',
    'run_score',
    'record',
    'list_rules_event',
  ];
  const content = async (): Promise<string[]> => {
    const sums: string[] = [];
    for (const table of tables) {
      const { rows } = await city.product.database.admin.query<{ sum: string }>(
        `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM ${table} t`,
      );
      sums.push(rows[0]!.sum);
    }
    return sums;
  };

  /** Rules that ask what those in force ask move nobody, and count as many as the newest version does. */
  const isTheListItself = async (rulesHash: string, view: RulesView): Promise<RulesSimulation> => {
    const newest = await lists.version('CKT');
    expect([view.state, view.simulatedOn?.runId, view.simulatedOn?.asOf]).toEqual([
      'SIMULATED',
      newest.runId,
      newest.asOf,
    ]);
    const simulation = (await changes.simulation('CKT', rulesHash))!;
    expect(simulation).toMatchObject({ parameters: [], movers: { total: 0, named: [] } });
    for (const { state, before: was, after: is } of simulation.states) {
      expect([state, is]).toEqual([state, was]);
      const shown = state === 'NEAR_MISS' ? 'near-miss' : state;
      if (['ACTIVE', 'WATCH', 'SUSPENDED', 'IN_REVIEW', 'NEAR_MISS'].includes(state))
        expect([state, was]).toEqual([state, newest.totals[shown] ?? 0]);
    }
    return simulation;
  };

  it('takes a draft that fits, naming each fault, once a version', async () => {
    const draft = await submit(changed('2', STRICTER));
    expect(draft).toMatchObject({ state: 'DRAFT', version: 1, shipped: false, approvedBy: [], simulatedOn: null });
    expect(await submit(changed('2', STRICTER))).toEqual(draft);
    expect(await problemCode(submit(changed('2', { cut: 630 })))).toBe('list-rules-version-taken');
    await expect(submit(changed('9', { cut: 1001, sampleBp: '5', zh: 'a\u0000b' }))).rejects.toMatchObject({
      problem: { code: 'list-rules-invalid', errors: ['/cut', '/sampleBp', '/zh'].map((pointer) => ({ pointer })) },
    });
    await expect(submit(changed('9', { code: 'OTHER' }))).rejects.toMatchObject({
      problem: { errors: [{ pointer: '/code' }] },
    });
    const by = { person: people.get('author')!, reason: '样例', clock };
    expect(await problemCode(changes.submit('NONE', changed('9', {}), by))).toBe('list-unknown');
    expect(await problemCode(changes.get('CKT', 'x'))).toBe('list-rules-unknown');
    expect((await changes.list('CKT')).map(({ state }) => state)).toEqual(['IN_FORCE', 'DRAFT']);
  });

  it('under the very same rules is the list itself, and nothing is written but the simulation', async () => {
    const { rulesHash } = await submit(changed('same', { en: 'The same under another name' }));
    const before = await content();
    const view = await simulate(rulesHash);
    const after = await content();
    expect(tables.filter((_, i) => before[i] !== after[i])).toEqual(['list_rules_event']);
    const simulation = await isTheListItself(rulesHash, view);
    expect(simulation.baseHash).toBe(shipped.hash);
    expect(simulation.exposure).toBeNull();
    expect(simulation.exposureUnknown?.zh).toMatch(/敞口/);
    expect((await decide(rulesHash, 'withdraw', 'author')).state).toBe('RETIRED');
  });

  it('says who moves by which rule, how many by grade and district, and what they owe', async () => {
    const { rulesHash } = await submit(changed('strict', { cut: 720, medianHeads: 30, stayBelowCut: 0, sampleBp: 0 }));
    const members = [...(await lists.standings('CKT')).keys()];
    members.forEach((uscc, i) => owes.set(uscc, fen((i + 1) * 1_000_000)));
    const asked: string[] = [];
    const exposureOf = (usccs: readonly string[]) => {
      asked.push(...usccs);
      return Promise.resolve(owes);
    };
    const withExposure = { ...registers, exposureOf };
    await new ListRuleChanges(city.product.db, withNewest(1), withExposure).simulate('CKT', rulesHash, {
      person: people.get('author')!,
      clock,
    });
    const simulation = (await changes.simulation('CKT', rulesHash))!;
    const { counts, movers, parameters, exposure } = simulation;
    expect(movers.total).toBeGreaterThan(5);
    expect(movers.named.length).toBe(movers.total);
    expect(counts.before + counts.entered - counts.left).toBe(counts.after);
    const sum = (parts: readonly { before: number; after: number }[]) =>
      parts.reduce(([b, a], part) => [b! + part.before, a! + part.after], [0, 0]);
    expect(sum(simulation.byGrade)).toEqual([counts.before, counts.after]);
    expect(sum(simulation.byDistrict)).toEqual([counts.before, counts.after]);
    expect(parameters.map(({ pointer }) => pointer).sort()).toEqual([
      '/cut',
      '/medianHeads',
      '/sampleBp',
      '/stayBelowCut',
    ]);
    expect(parameters.find(({ pointer }) => pointer === '/cut')).toMatchObject({ before: 600, after: 720 });
    for (const { before, after, because, parameters: by, kind } of movers.named) {
      expect(before).not.toBe(after);
      expect(because.zh.length).toBeGreaterThan(3);
      for (const pointer of by) expect(parameters.find((p) => p.pointer === pointer)!.moves).toBeGreaterThan(0);
      expect(['left', 'changed', 'entered']).toContain(kind);
    }
    // A member under the new cut for the first time is watched; the first bad run ends nothing.
    const watched = movers.named.filter(({ after }) => after === 'WATCH');
    expect(watched.some(({ because }) => because.reason === 'SCORE')).toBe(true);
    expect(watched.some(({ parameters: by }) => by.includes('/cut'))).toBe(true);
    expect(asked).toEqual(expect.arrayContaining(members));
    const listed = await lists.entries(city.product.db, 'CKT', 2, { kind: 'member', limit: 200 });
    expect(exposure!.before).toBe(addFen(...listed.items.map(({ uscc }) => owes.get(uscc)!)));
    expect(addFen(exposure!.before, exposure!.entered)).toBe(addFen(exposure!.after, exposure!.left));
    expect((await decide(rulesHash, 'reject', 'first')).state).toBe('RETIRED');
  });

  it('is approved by two others of what is newest, and comes into force with the next month end', async () => {
    const { rulesHash } = await submit(changed('2', STRICTER));
    expect(await problemCode(decide(rulesHash, 'approve', 'first'))).toBe('transition-refused');
    await simulate(rulesHash);
    expect(await problemCode(decide(rulesHash, 'approve', 'author'))).toBe('list-rules-four-eyes');
    expect((await decide(rulesHash, 'approve', 'first')).state).toBe('ENDORSED');
    expect(await problemCode(decide(rulesHash, 'approve', 'first'))).toBe('list-rules-four-eyes');
    const stale = {
      event: 'approve',
      person: people.get('second')!,
      reason: '已核对',
      expectedVersion: 1,
      clock,
    } as const;
    expect(await problemCode(changes.decide('CKT', rulesHash, stale))).toBe('version-stale');
    expect((await decide(rulesHash, 'approve', 'second')).state).toBe('APPROVED');

    // Another cannot wait as well, and nothing moves before a month end that was not simulated.
    const other = (await submit(changed('3', { ...STRICTER, cut: 680 }))).rulesHash;
    await simulate(other);
    await decide(other, 'approve', 'first');
    expect(await problemCode(decide(other, 'approve', 'second'))).toBe('list-rules-waiting');
    await build(city.runs[1]!.runId);
    expect((await lists.inForce('CKT')).hash).toBe(shipped.hash);

    const made = await build(city.runs[2]!.runId);
    expect([made.rulesHash, (await lists.inForce('CKT')).hash]).toEqual([rulesHash, rulesHash]);
    const all = await changes.list('CKT');
    const [inForce] = all;
    expect([inForce!.rulesHash, inForce!.events.map(({ event }) => event)]).toEqual([
      rulesHash,
      ['submit', 'simulate', 'approve', 'approve', 'enforce'],
    ]);
    expect(all.find(({ shipped: came }) => came)).toMatchObject({ state: 'RETIRED', approvedBy: [] });
    await lists.ensureShipped(people.get('author')!, clock);
    expect((await lists.inForce('CKT')).hash).toBe(rulesHash);

    // What the other was compared with is no longer in force, and its month end no longer the newest.
    expect(await problemCode(decide(other, 'approve', 'second'))).toBe('list-rules-simulation-stale');
    changes = new ListRuleChanges(city.product.db, city.product.runs, registers);
    expect(await problemCode(decide(other, 'approve', 'second'))).toBe('list-rules-simulation-stale');
    expect(await simulate(other)).toMatchObject({ state: 'SIMULATED', approvedBy: [] });
    expect((await decide(other, 'return', 'first')).state).toBe('DRAFT');
    // A run that broke a rule for staying counts once, however often it is judged.
    expect(made.totals['event:bad-run']).toBeGreaterThan(0);
    const same = (await submit(changed('4', { ...STRICTER, validFrom: '2026-08-01' }))).rulesHash;
    await isTheListItself(same, await simulate(same));
  });

  it('every row follows from its events', async () => {
    const all = await changes.list('CKT');
    expect(all.length).toBe(6);
    for (const { events, submittedBy, state, approvedBy, version } of all) {
      const [begun, ...rest] = events;
      let life: RulesLife = { state: begun!.to, submittedBy, firstApprover: null, secondApprover: null };
      const alike = { runId: 'x', baseHash: 'x' };
      for (const { event, from, to, person } of rest) {
        expect(from).toBe(life.state);
        life = advanceRules(life, {
          event: event as 'approve',
          person,
          role: ['enforce', 'replace'].includes(event) ? 'SYSTEM' : 'PERSON',
          approval: { simulatedOn: alike, newest: alike },
        });
        expect(life.state).toBe(to);
      }
      expect([life.state, [life.firstApprover, life.secondApprover].filter(Boolean), events.length]).toEqual([
        state,
        approvedBy,
        version,
      ]);
    }
  });

  it('the database itself refuses one person in two roles, a leap, a change and an erasure', async () => {
    const { rulesHash } = await submit(changed('raw', { cut: 610 }));
    await simulate(rulesHash);
    const { db } = city.product;
    const [author, first, second] = ['author', 'first', 'second'].map((name) => people.get(name)!);
    /** As the application itself, each in a transaction of its own that tells its event. */
    const raw = (set: string, ...values: readonly unknown[]): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.query(
          `INSERT INTO list_rules_event SELECT rules_hash, version + 1, 'raw', state, 'ENDORSED', $2, now(), 'raw' FROM list_rules WHERE rules_hash = $1`,
          [Buffer.from(rulesHash, 'hex'), author],
        );
        await tx.query(`UPDATE list_rules SET version = version + 1, ${set} WHERE rules_hash = $1`, [
          Buffer.from(rulesHash, 'hex'),
          ...values,
        ]);
      });
    await expect(raw(`state = 'ENDORSED', first_approver = $2`, author)).rejects.toThrow(/check constraint/);
    await expect(raw(`state = 'ENDORSED'`)).rejects.toThrow(/list_rules_endorsed/);
    await expect(raw(`state = 'APPROVED', first_approver = $2, second_approver = $3`, first, second)).rejects.toThrow(
      /move by approvals/,
    );
    await raw(`state = 'ENDORSED', first_approver = $2`, first);
    for (const person of [first, author])
      await expect(raw(`state = 'APPROVED', second_approver = $2`, person)).rejects.toThrow(/check constraint/);
    await expect(raw(`state = 'APPROVED', first_approver = $2, second_approver = $3`, second, first)).rejects.toThrow(
      /move by approvals/,
    );
    await expect(raw(`state = 'IN_FORCE', second_approver = $2`, second)).rejects.toThrow(/move by approvals/);
    await expect(raw('submitted_by = $2', second)).rejects.toThrow(/move by approvals/);
    await expect(raw(`rules = rules || '{"cut": 1}'`)).rejects.toThrow(/move by approvals/);
    await expect(raw(`simulation = '{}'`)).rejects.toThrow(/move by approvals/);
    await expect(db.query('UPDATE list_rules SET state = state')).rejects.toThrow(/move by approvals/);
    const untold = `UPDATE list_rules SET version = version + 1 WHERE rules_hash = $1`;
    await expect(db.query(untold, [Buffer.from(rulesHash, 'hex')])).rejects.toThrow(/list_rules_told/);
    await expect(city.product.database.admin.query('DELETE FROM list_rules')).rejects.toThrow(/move by approvals/);
    await expect(city.product.database.admin.query('UPDATE list_rules_event SET reason = reason')).rejects.toThrow(
      /only ever added/,
    );
  });
});
