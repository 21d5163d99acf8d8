import { actorOf, HOUSE } from '#lib/access';
import { capacityOfCases } from '#lib/financing';
import { addDays, fen, FixedClock, ProblemError } from '#lib/kernel';
import { Database } from '#lib/platform';
import { untilBlocked } from '../kit/blocked.ts';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { ALONE, codes, GuaranteeKit, MILLION, SEED_LOAN, uscc } from './guarantee-kit.ts';

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

describe('what a guarantor may take on', () => {
  const clock = new FixedClock('2026-06-05T02:00:00Z');
  let product: TestProduct;
  let kit: GuaranteeKit;
  beforeAll(async () => {
    product = await openTestProduct(clock);
  });
  afterAll(() => product.close());
  // Guarantors and banks of its own for each; nobody is related to anybody but where a test says so.
  beforeEach(async () => {
    kit = await GuaranteeKit.on(product, clock);
  });

  const weighted = async (): Promise<string> => {
    const sql = 'SELECT weighted_total::text AS total FROM guarantor_book WHERE guarantor = $1';
    const { rows } = await kit.product.database.admin.query<{ total: string }>(sql, [kit.guarantor.institutionId]);
    return rows[0]!.total;
  };
  /** Every sum that the database keeps is the sum of its rows. */
  const adds = async (): Promise<void> => {
    const { rows } = await kit.product.database.admin.query(
      `SELECT b.weighted_total - coalesce(sum(l.principal::numeric * l.own_share_bp * l.weight_bp / 100000000), 0) AS off
       FROM guarantor_book b LEFT JOIN guarantee_liability l USING (guarantor) GROUP BY b.guarantor, b.weighted_total`,
    );
    for (const row of rows) expect(Number((row as { off: string }).off)).toBe(0);
  };
  const capsOf = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      await work;
      return undefined;
    } catch (error) {
      const { problem } = error as ProblemError;
      const caps = (problem.extra?.['caps'] ?? []) as { cap: string; limit: number; before: number; after: number }[];
      return caps.map(({ cap, limit, before, after }) => [cap, limit, before, after]);
    }
  };

  it('64 approvals at once against room for 10 leave exactly 10 reserved', async () => {
    // Net assets of 10 m: 100 m in all, 1 m a client.
    await kit.capital(10 * MILLION);
    await kit.unrelated(range(1, 154));
    const alone = { tree: ALONE, smallFirm: false, principal: fen(MILLION) };
    const agreement = await kit.batches.recordAgreement(kit.guarantor, kit.agreement({ tree: ALONE }));
    const rows = range(1, 90).map((n) => kit.row(n, { smallFirm: false, principal: MILLION }));
    const { totals } = await kit.batches.accept(kit.bank, { agreementId: agreement.agreementId, batchNo: 'B1', rows });
    expect(totals).toMatchObject({ rows: 90, accepted: 90, acceptedPrincipal: 90 * MILLION });
    const asked = await Promise.all(range(91, 64).map((n) => kit.reviewed(n, alone)));
    const wide = new Database(product.database.urls.app, { applicationName: 'test', max: 64 });
    const guarantees = kit.through(wide);
    const change = {
      event: 'decide',
      decision: 'approve',
      amount: fen(MILLION),
      reason: '通过',
      reasonCode: 'R',
    } as const;
    const answers = await Promise.all(
      asked.map(({ dealId, version }) => codes(guarantees.act(kit.guarantor, { dealId, version, change }))),
    );
    await wide.close();
    expect(answers.filter((code) => code === undefined)).toHaveLength(10);
    expect(new Set(answers.filter((code) => code !== undefined))).toEqual(new Set(['capacity-passed cap-total']));
    expect(await kit.position()).toMatchObject({ reserved: 10 * MILLION, issued: 90 * MILLION, breaches: [] });
    const states = await kit.product.db.as(HOUSE, (tx) =>
      tx.query(
        `SELECT state, count(*)::int AS n FROM deal WHERE state IN ('APPROVED', 'REVIEWED') GROUP BY 1 ORDER BY 1`,
      ),
    );
    expect(states).toEqual([
      { state: 'APPROVED', n: 10 },
      { state: 'REVIEWED', n: 54 },
    ]);
    await adds();
  });

  it('names every cap that is passed, with its amounts, and what nobody knows', async () => {
    const terms = { tree: ALONE, smallFirm: false, principal: fen(2 * MILLION) };
    expect(await codes(kit.approve(await kit.reviewed(201, terms)))).toBe(
      'capacity-passed cap-net-assets cap-controller cap-group',
    );
    await kit.capital(10 * MILLION);
    await kit.capacity.recordProgramme(kit.guarantor, {
      guarantor: kit.guarantor.institutionId,
      programme: 'KYD',
      perClient: fen(MILLION),
      total: fen(1),
    });
    await kit.unrelated([201]);
    expect(await capsOf(kit.approve(await kit.reviewed(201, terms)))).toEqual([
      ['CLIENT', MILLION, 0, 2 * MILLION],
      ['GROUP', 1.5 * MILLION, 0, 2 * MILLION],
      ['PROGRAMME_CLIENT', MILLION, 0, 2 * MILLION],
      ['PROGRAMME_TOTAL', 1, 0, 2 * MILLION],
    ]);
    expect((await kit.position()).reserved).toBe(0);
  });

  it('counts a client with its related parties, also when they are found out later', async () => {
    await kit.capital(10 * MILLION);
    await kit.unrelated([301, 302]);
    const terms = { tree: ALONE, smallFirm: false, principal: fen(MILLION) };
    await kit.approve(await kit.reviewed(301, terms));
    const second = await kit.reviewed(302, terms);
    const statedOn = kit.today();
    const holders = [{ holder: uscc(301), bp: 2500 }];
    const related = { uscc: uscc(302), statedOn, holders, controllers: [], basis: '股东信息 shareholders' };
    await kit.capacity.recordRelations(kit.operator, [related]);
    expect(await capsOf(kit.approve(second))).toEqual([['GROUP', 1.5 * MILLION, MILLION, 2 * MILLION]]);
    await kit.capacity.recordRelations(kit.operator, [{ ...related, holders: [{ holder: uscc(301), bp: 2499 }] }]);
    await kit.approve(second);
    expect((await kit.position()).breaches).toEqual([]);
    // Their holder turns out to be the same.
    const common = [301, 302].map((n) => ({ ...related, uscc: uscc(n), holders: [], controllers: ['P-1'] }));
    await kit.capacity.recordRelations(kit.operator, common);
    expect((await kit.position()).breaches.map(({ cap, after }) => [cap, after])).toEqual([['GROUP', 2 * MILLION]]);
    expect(await codes(kit.capacity.recordRelations(kit.guarantor, common))).toBe('capital-refused');
  });

  it('a liability that is taken on while relations are read is in the new group', async () => {
    await kit.capital(10 * MILLION);
    await kit.unrelated([311, 312]);
    const deal = await kit.reviewed(312, { tree: ALONE, smallFirm: false, principal: fen(MILLION) });
    const { dealId, terms, programme } = deal;
    const { institutionId: guarantor } = kit.guarantor;
    const statedOn = kit.today();
    const holders = [{ holder: uscc(311), bp: 5000 }];
    const related = { uscc: uscc(312), statedOn, holders, controllers: [], basis: '股东信息 shareholders' };
    let stated: Promise<void> | undefined;
    await product.db.as(HOUSE, async (tx) => {
      const reservation = { dealId, guarantor, client: uscc(312), programme, principal: terms.principal };
      await kit.capacity.reserve(tx, { ...reservation, ownShareBp: 10_000, small: false });
      stated = kit.capacity.recordRelations(kit.operator, [related]);
      await Promise.race([stated, untilBlocked(product.database.admin)]);
    });
    await stated;
    const { rows } = await product.database.admin.query(
      `SELECT l.group_key = g.group_key AS same, g.group_key FROM guarantee_liability l JOIN client_group g ON g.party = l.uscc WHERE deal_id = $1`,
      [dealId],
    );
    expect(rows).toEqual([{ same: true, group_key: uscc(311) }]);
  });

  it('a slip in the net assets of a day is put right by the next statement of that day', async () => {
    await kit.capital(MILLION);
    await kit.capital(10 * MILLION);
    await kit.unrelated([321]);
    const deal = await kit.reviewed(321, { tree: ALONE, smallFirm: false, principal: fen(MILLION) });
    expect((await kit.position()).netAssets?.value).toBe(10 * MILLION);
    expect((await kit.approve(deal)).state).toBe('APPROVED');
    await kit.capital(MILLION);
    expect((await kit.position()).netAssets?.value).toBe(MILLION);
  });

  it('a cap stands against the amount of an event, and against the event where it has none', async () => {
    await kit.capital(10 * MILLION);
    await kit.unrelated([322]);
    const small = { tree: ALONE, smallFirm: false, principal: fen(MILLION) };
    const pointers = async (work: Promise<unknown>): Promise<unknown> =>
      work.catch((error: unknown) => (error as ProblemError).problem.errors?.map(({ pointer }) => pointer));
    const deal = await kit.contracted(322, small);
    await kit.capital(MILLION);
    expect(await pointers(kit.issue(deal))).toEqual(['', '']);
    const amount = fen(MILLION);
    const decide = { event: 'decide', decision: 'approve', amount, reason: '通过', reasonCode: 'R' } as const;
    const second = await kit.reviewed(322, small);
    expect(await pointers(kit.act(kit.guarantor, second, decide))).toEqual(['/amount', '/amount']);
  });

  it('weighs a small firm at 75 % up to 5 m, and all its loans fully above', async () => {
    await kit.capital(500 * MILLION);
    await kit.unrelated([1]);
    const first = await kit.approve(await kit.reviewed(1, { tree: ALONE, principal: fen(4 * MILLION) }));
    expect(Number(await weighted())).toBe(3 * MILLION);
    const second = await kit.approve(await kit.reviewed(1, { tree: ALONE, principal: fen(2 * MILLION) }));
    expect(Number(await weighted())).toBe(6 * MILLION);
    await kit.act(kit.bank, second, { event: 'withdraw', reason: '撤回' });
    expect(Number(await weighted())).toBe(3 * MILLION);
    await kit.act(kit.bank, first, { event: 'withdraw', reason: '撤回' });
    expect(Number(await weighted())).toBe(0);
    await adds();
  });

  it('below its liability it is told so, and whatever raises it is refused until it is above again', async () => {
    await kit.capital(100 * MILLION);
    await kit.unrelated([1, 2]);
    const terms = { tree: ALONE, smallFirm: false, principal: fen(9 * MILLION) };
    const reserved = await kit.contracted(1, terms);
    const issued = await kit.issue(await kit.contracted(2, { ...terms, principal: fen(8 * MILLION) }));
    const drawn = await kit.act(kit.bank, issued, { event: 'draw', amount: fen(8 * MILLION), on: kit.today() });
    kit.pass(1);
    const position = await kit.capital(50 * MILLION);
    expect(position.breaches.map(({ cap, subject, limit, after }) => [cap, subject, limit, after])).toEqual([
      ['CLIENT', uscc(1), 5 * MILLION, 9 * MILLION],
      ['CLIENT', uscc(2), 5 * MILLION, 8 * MILLION],
      ['GROUP', uscc(1), 7.5 * MILLION, 9 * MILLION],
      ['GROUP', uscc(2), 7.5 * MILLION, 8 * MILLION],
    ]);
    const told = await kit.product.db.as(actorOf(kit.guarantor), (tx) =>
      tx.query(`SELECT body ->> 'asOf' AS on FROM notice WHERE type = 'guarantor.capacity.v1'`),
    );
    expect(told).toEqual([{ on: kit.today() }]);
    // The letter is the hard stop, an extension is none while a cap is passed, drawing and repaying are free.
    expect(await codes(kit.issue(reserved))).toBe('capacity-passed cap-client cap-group');
    const extend = {
      event: 'extend',
      maturity: addDays(drawn.body.letter!.maturity, 90),
      guaranteeUntil: addDays(drawn.body.letter!.guaranteeUntil, 92),
    } as const;
    expect(await codes(kit.act(kit.guarantor, drawn, extend))).toBe('capacity-passed cap-client cap-group');
    const lower = await kit.act(kit.bank, drawn, { event: 'reduce', amount: fen(4 * MILLION), on: kit.today() });
    const put = { event: 'correct', version: lower.version, amount: fen(0), reason: '错账' } as const;
    expect(await codes(kit.act(kit.bank, lower, put))).toBe('capacity-passed cap-client cap-group');
    const longer = await kit.act(kit.guarantor, lower, extend);
    expect((await kit.guarantees.get(kit.guarantor, longer.dealId)).deal.body.caps.at(-1)).toMatchObject({
      event: 'extend',
    });
    await kit.capital(200 * MILLION);
    expect((await kit.issue(reserved)).state).toBe('ISSUED');
    await adds();
  });

  it('net assets that are out of date let nothing new in', async () => {
    await kit.capital(500 * MILLION);
    await kit.unrelated([1]);
    const deal = await kit.reviewed(1);
    kit.pass(600);
    expect(await codes(kit.approve(deal))).toBe('capacity-passed cap-net-assets');
    expect((await kit.position()).netAssets).toBeNull();
    const stated = {
      guarantor: kit.guarantor.institutionId,
      statedOn: addDays(kit.today(), 1),
      validTo: kit.today(),
      netAssets: fen(1),
      mainlySmall: null,
      controllers: null,
      related: [],
    };
    expect(await codes(kit.capacity.recordCapital(kit.guarantor, stated))).toBe('capital-invalid');
    for (const other of [kit.bank, kit.otherGuarantor, kit.regulator])
      expect(await codes(kit.capacity.recordCapital(other, stated))).toBe('capital-refused');
  });

  it('a reservation lasts 60 days, whatever is signed meanwhile, and another takes its room', async () => {
    await kit.capital(10 * MILLION);
    await kit.unrelated([1, 2]);
    const terms = { tree: ALONE, smallFirm: false, principal: fen(MILLION) };
    const first = await kit.approve(await kit.reviewed(1, terms));
    const second = await kit.reviewed(1, terms);
    expect(await codes(kit.approve(second))).toBe('capacity-passed cap-client cap-group');
    kit.pass(45);
    const signed = await kit.act(kit.guarantor, first, { event: 'contract', contractNo: 'HT', signedOn: kit.today() });
    kit.pass(15);
    expect(await codes(kit.approve(second))).toBe('capacity-passed cap-client cap-group');
    kit.pass(1);
    expect(await codes(kit.issue(signed))).toBe('reservation-expired');
    // Not swept yet: the next approval frees it by itself.
    await kit.approve(second);
    expect(await kit.guarantees.sweep()).toBeGreaterThan(0);
    expect((await kit.guarantees.get(kit.bank, first.dealId)).deal.state).toBe('LAPSED');
    expect((await kit.position()).reserved).toBe(MILLION);
  });

  it('the database itself refuses what would pass the total or a client, and weighs by itself', async () => {
    await kit.capital(10 * MILLION);
    await kit.unrelated([1, 2]);
    const terms = { tree: ALONE, smallFirm: false, principal: fen(MILLION) };
    const held = await kit.contracted(1, terms);
    const deal = await kit.open(2, terms);
    const insert = (principal: number, state: string) =>
      kit.product.db.as(actorOf(kit.guarantor), (tx) =>
        tx.execute(
          `INSERT INTO guarantee_liability (deal_id, guarantor, uscc, group_key, principal, own_share_bp, small_loan, state, expires_on)
           VALUES ($1, $2, $3, $3, $4, 10000, false, $5, CASE WHEN $5 = 'RESERVED' THEN date '2026-12-31' END)`,
          [deal.dealId, kit.guarantor.institutionId, uscc(2), principal, state],
        ),
      );
    await expect(insert(MILLION + 1, 'RESERVED')).rejects.toMatchObject({ constraint: 'guarantor_client' });
    await kit.product.database.admin.query('UPDATE guarantor_book SET total_limit = $1', [2 * MILLION - 1]);
    await expect(insert(MILLION, 'RESERVED')).rejects.toMatchObject({ constraint: 'guarantor_total' });
    await insert(MILLION - 1, 'RESERVED');
    // What was reserved is no letter yet where the limit fell meanwhile.
    await kit.product.database.admin.query('UPDATE guarantor_book SET total_limit = $1', [MILLION]);
    const issue = `UPDATE guarantee_liability SET state = 'ISSUED', expires_on = NULL WHERE deal_id = $1`;
    const as = (sql: string) => kit.product.db.as(actorOf(kit.guarantor), (tx) => tx.execute(sql, [held.dealId]));
    await expect(as(issue)).rejects.toMatchObject({ constraint: 'guarantor_total' });
    await kit.product.database.admin.query('UPDATE guarantor_book SET total_limit = NULL, client_limit = NULL');
    await expect(as(issue)).rejects.toMatchObject({ constraint: 'guarantor_total' });
    expect(await as(`UPDATE guarantee_liability SET principal = 5 WHERE deal_id = $1`)).toBe(1);
    await expect(as(`UPDATE guarantee_liability SET weighted_fen = 0 WHERE deal_id = $1`)).rejects.toThrow(
      'permission denied',
    );
    await adds();
  });

  it('who is no party of a deal takes and sees nothing of its guarantor', async () => {
    await kit.capital(10 * MILLION);
    await kit.unrelated([1]);
    const deal = await kit.open(1);
    const ask = (actor: string) =>
      kit.product.db.as(actor, (tx) =>
        tx.query('SELECT capacity_open($1, $2, $3, $4, $5)', [
          kit.guarantor.institutionId,
          deal.dealId,
          uscc(1),
          'KYD',
          kit.today(),
        ]),
      );
    await expect(ask(actorOf(kit.otherBank))).rejects.toThrow('not a deal of theirs');
    await expect(ask(actorOf(kit.regulator))).rejects.toThrow('not a deal of theirs');
    expect(await ask(actorOf(kit.bank))).toHaveLength(1);
  });

  it('cases reserve in the place of what they reserved, issue, raise, lower and release', async () => {
    await kit.capital(10 * MILLION);
    await kit.unrelated([1]);
    const { dealId } = await kit.open(1);
    const guarantorId = kit.guarantor.institutionId;
    const cases = capacityOfCases(kit.capacity);
    const asked = (principal: number) => ({
      dealId,
      guarantorId,
      uscc: uscc(1),
      programme: 'TDD',
      principal,
      shareBp: 10_000,
      until: addDays(kit.today(), 10),
    });
    const call = (name: 'reserve' | 'issue' | 'lower' | 'release', principal: number) =>
      kit.product.db.as(HOUSE, (tx): Promise<unknown> => cases[name](tx, asked(principal)));
    const held = () => kit.product.db.as(HOUSE, (tx) => kit.capacity.held(tx, { dealId, guarantor: guarantorId }));
    await call('reserve', MILLION);
    // In the place of the first: both together would pass.
    await call('reserve', MILLION - 5);
    expect(await held()).toMatchObject({
      principal: MILLION - 5,
      state: 'RESERVED',
      reservedUntil: addDays(kit.today(), 10),
    });
    expect(await codes(call('issue', MILLION))).toBe('reservation-expired cap-reservation');
    await call('issue', 5);
    await call('issue', 7);
    expect(await codes(call('issue', MILLION + 1))).toBe('capacity-passed cap-client');
    await call('lower', 3);
    expect(await held()).toMatchObject({ principal: 3, state: 'ISSUED' });
    await call('release', 0);
    await call('release', 0);
    expect(await held()).toBeUndefined();
    await call('reserve', MILLION);
    kit.pass(11);
    expect(await kit.product.db.as(HOUSE, (tx) => kit.capacity.expire(tx))).toBeGreaterThan(0);
    expect(await codes(call('issue', 1))).toBe('reservation-expired');
    await adds();
  });

  it('under 5:3:2 only its own 16 % count', async () => {
    await kit.capital(500 * MILLION);
    await kit.unrelated([1]);
    await kit.approve(await kit.reviewed(1, { tree: SEED_LOAN, smallFirm: null, guaranteedBp: 8000 }));
    // ⌈4 m × 80 %⌉ × 16 %.
    expect(Number(await weighted())).toBe(51_200_000);
  });
});
