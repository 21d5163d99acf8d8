import { actorOf, firmActor, HOUSE, type Principal } from '#lib/access';
import { DealAlarms, dealEvents, deadlinesOf, GUARANTEE, type Guarantee } from '#lib/financing';
import { addMonths, daysBetween, fen } from '#lib/kernel';
import { readCalendar } from '#lib/product';
import { codes, GuaranteeKit, MILLION, uscc } from './guarantee-kit.ts';
import { pageOf } from './pages.ts';

const HASH = 'cd'.repeat(32);

describe('a guarantee from the application to what is recovered', () => {
  let kit: GuaranteeKit;
  beforeAll(async () => {
    kit = await GuaranteeKit.open();
    await kit.capital(500 * MILLION);
    await kit.unrelated([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
  afterAll(() => kit.close());

  const stored = (dealId: string) =>
    kit.product.db.as(HOUSE, async (tx) => {
      const events = await dealEvents(tx, dealId);
      return { events, deal: (await kit.guarantees.get(kit.operator, dealId)).deal };
    });
  const deadlines = async (dealId: string) => deadlinesOf(GUARANTEE, (await stored(dealId)).deal, readCalendar());
  const replays = async (dealId: string): Promise<Guarantee> => {
    const { deal } = await kit.stored(dealId);
    expect(await kit.replay(dealId)).toEqual(deal);
    return deal;
  };

  it('is drawn, overdue, claimed, paid and recovered, and every part adds up', async () => {
    const { bank, guarantor } = kit;
    const loanDealId = await kit.lent(1);
    let deal = await kit.contracted(1, { outcomesUntil: addMonths(kit.today(), 12), loanDealId });
    expect(await kit.position()).toMatchObject({ reserved: 4 * MILLION, issued: 0 });
    deal = await kit.issue(deal);
    // 4 m × 16 % × 75 %.
    expect((await kit.position()).total).toMatchObject({ limit: 5000 * MILLION, after: 48_000_000 });
    const today = kit.today();
    await kit.lend(bank, loanDealId, { event: 'draw', amount: fen(3 * MILLION), on: today, firstLoan: true });
    expect((await kit.position()).issued).toBe(4 * MILLION);
    await kit.lend(bank, loanDealId, { event: 'pay', amount: fen(MILLION), on: today });
    ({ deal } = await stored(deal.dealId));
    expect((await kit.position()).issued).toBe(3 * MILLION);
    deal = await kit.act(bank, deal, { event: 'overdue', dueOn: today });
    kit.pass(30);
    deal = await kit.act(bank, deal, { event: 'claim', interest: fen(123_457), document: HASH });
    expect((await kit.position()).issued).toBe(2 * MILLION);
    deal = await kit.act(guarantor, deal, { event: 'review' });
    deal = await kit.act(guarantor, deal, { event: 'pay', amount: fen(200_123_457), on: kit.today() });
    expect(await kit.position()).toMatchObject({ reserved: 0, issued: 0, breaches: [] });
    deal = await kit.act(guarantor, deal, {
      event: 'recover',
      amount: fen(50_000_001),
      costs: fen(3),
      on: kit.today(),
    });
    const off = { event: 'write-off', reason: '破产终结' } as const;
    deal = await kit.act(kit.people.a, deal, off);
    expect(await codes(kit.act(kit.people.a, deal, off))).toBe('two-persons-needed');
    deal = await kit.act(kit.people.b, deal, off);
    expect(deal.state).toBe('WRITTEN_OFF');
    expect(kit.inDefault).toEqual([loanDealId]);
    // It was overdue to the guarantor alone, and is in default all the same.
    const { state, body } = (await kit.referrals.get(bank, loanDealId)).deal;
    expect([state, body.everDefaulted, body.daysPastDue]).toEqual(['DEFAULTED', true, 30]);
    expect(kit.noted.map(({ kind, amount, on }) => [kind, amount, on])).toEqual([
      ['accepted', undefined, '2026-06-05'],
      ['approved', 4 * MILLION, '2026-06-05'],
      ['guaranteed', 4 * MILLION, '2026-06-05'],
      ['claimPaid', 200_123_457, '2026-07-05'],
      ['recovered', 50_000_001, '2026-07-05'],
      ['writtenOff', undefined, '2026-07-05'],
    ]);
    const { account } = (await replays(deal.dealId)).body;
    const sum = (amounts: readonly number[]): number => amounts.reduce((s, amount) => s + amount, 0);
    expect(sum(account!.leaves.map(({ borne }) => borne))).toBe(200_123_457);
    expect(sum(account!.leaves.map(({ recovered }) => recovered))).toBe(49_999_998);
    const { events } = await stored(deal.dealId);
    expect(events.find(({ event }) => event === 'issue')!.detail['caps']).toMatchObject({ on: '2026-06-05' });
    expect(
      events
        .filter(({ event, proposed }) => event === 'write-off' && !proposed)
        .map((e) => [e.firstPersonId, e.personId]),
    ).toEqual([[kit.people.a.personId, kit.people.b.personId]]);
  });

  it('is approved within what its programme leaves the firm, itself and its loans left out', async () => {
    const loanDealId = await kit.loan(7);
    const deal = await kit.reviewed(7, { loanDealId });
    const asked: unknown[] = [];
    const before = kit.room;
    kit.room = (_, { besides }) => {
      asked.push([...besides].sort());
      return Promise.resolve({
        cap: fen(5 * MILLION),
        used: fen(MILLION + 1),
        platformCap: fen(0),
        guaranteed: false,
        term: null,
      });
    };
    expect(await codes(kit.approve(deal))).toBe('programme-cap');
    const approved = await kit.approve(deal, fen(4 * MILLION - 1));
    kit.room = before;
    expect(new Set(asked.flat() as string[])).toEqual(new Set([deal.dealId, loanDealId]));
    // How much else the firm has is the guarantor's to see.
    const told = async (by: Principal) =>
      (await kit.guarantees.get(by, deal.dealId)).events.find(({ event }) => event === 'decide')!.detail['room'];
    expect([await told(kit.guarantor), await told(kit.bank)]).toEqual([
      { cap: 5 * MILLION, used: MILLION + 1 },
      undefined,
    ]);
    await kit.act(kit.bank, approved, { event: 'withdraw', reason: '不需要了' });
  });

  it('a corrected recovery reaches the ledger on the day of the recovery', async () => {
    const { bank, guarantor } = kit;
    let deal = await kit.issue(await kit.contracted(6, { outcomesUntil: addMonths(kit.today(), 12) }));
    const on = kit.today();
    deal = await kit.act(bank, deal, { event: 'draw', amount: fen(MILLION), on });
    deal = await kit.act(bank, deal, { event: 'overdue', dueOn: on });
    kit.pass(30);
    deal = await kit.act(bank, deal, { event: 'claim', interest: fen(0), document: HASH });
    deal = await kit.act(guarantor, deal, { event: 'review' });
    deal = await kit.act(guarantor, deal, { event: 'pay', amount: fen(MILLION), on: kit.today() });
    const recoveredOn = kit.today();
    deal = await kit.act(guarantor, deal, { event: 'recover', amount: fen(900), costs: fen(10), on: recoveredOn });
    const { version } = deal.body.entries.at(-1)!;
    kit.pass(5);
    await kit.act(guarantor, deal, { event: 'correct', version, amount: fen(800), reason: '错账' });
    expect(kit.noted.at(-1)).toMatchObject({ kind: 'recovered', amount: 800, on: recoveredOn, corrects: version });
  });

  it('tells its partners what happened, and nothing of the guarantor’s own book', async () => {
    const deal = await kit.issue(await kit.contracted(2));
    const { db } = kit.product;
    const told = await db.as(actorOf(kit.bank), (tx) =>
      tx.query<{ body: Record<string, unknown> }>(`SELECT body FROM notice WHERE aggregate = $1 ORDER BY seq`, [
        `guarantee/${deal.dealId}`,
      ]),
    );
    expect(told.map(({ body }) => body['event'])).toEqual(['accept', 'start', 'report', 'decide', 'contract', 'issue']);
    expect(told.at(-1)!.body).toEqual({
      guaranteeId: deal.dealId,
      letterNo: 'BH-1',
      event: 'issue',
      status: 'ISSUED',
      principal: 4 * MILLION,
      shares: [
        { party: 'bank', bp: 2000 },
        { party: 'national', bp: 4000 },
        { party: 'city', bp: 2400 },
        { party: 'guarantor', bp: 1600 },
      ],
      fee: 0,
      occurredAt: expect.stringMatching(/\+08:00$/),
    });
    const seen = await kit.guarantees.get(kit.bank, deal.dealId);
    expect([seen.deal.body.caps, seen.deal.body.report]).toEqual([[], null]);
    expect(JSON.stringify(seen)).not.toMatch(/"caps":\{|尽调/);
    expect((await kit.guarantees.get(kit.guarantor, deal.dealId)).deal.body.caps).toHaveLength(2);
  });

  it('is nobody else’s: other banks, guarantors and firms find nothing', async () => {
    const deal = await kit.approve(await kit.reviewed(3));
    const stranger = await kit.firm(30);
    const own = await kit.firm(3);
    const seen = (principal: Principal) => pageOf(kit.product, kit.clock, principal);
    for (const principal of [kit.otherBank, kit.otherGuarantor, stranger]) {
      expect(await codes(kit.guarantees.get(principal, deal.dealId))).toBe('deal-unknown');
      expect(await codes(kit.act(principal, deal, { event: 'withdraw', reason: 'x' }))).toBe('deal-unknown');
      expect(await seen(principal)).toEqual([]);
    }
    expect(await codes(kit.act(kit.regulator, deal, { event: 'withdraw', reason: 'x' }))).toBe('deal-unknown');
    expect((await seen(own)).map(({ dealId }) => dealId)).toEqual([deal.dealId]);
    expect((await seen(kit.regulator)).length).toBeGreaterThan(0);
    const rows = (actor: string, table: string) =>
      kit.product.db.as(actor, async (tx) => (await tx.query(`SELECT FROM ${table}`)).length);
    for (const table of ['guarantee_liability', 'guarantor_book', 'guarantor_capital']) {
      expect([table, await rows(actorOf(kit.otherGuarantor), table)]).toEqual([table, 0]);
      expect([table, await rows(firmActor(uscc(30)), table)]).toEqual([table, 0]);
    }
    expect(await rows(actorOf(kit.bank), 'guarantor_book')).toBe(0);
    expect(await codes(kit.capacity.position(kit.otherBank, kit.guarantor.institutionId))).toBe('guarantor-unknown');
    const withdrawn = await kit.act(own, deal, { event: 'withdraw', reason: '不需要了' });
    expect([withdrawn.state, (await kit.position()).reserved]).toEqual(['WITHDRAWN', 0]);
  });

  it('refuses stale versions, wrong applicants, unknown parties and amounts that are none, and changes nothing', async () => {
    const deal = await kit.open(4);
    expect(await codes(kit.act(kit.bank, { ...deal, version: 9 }, { event: 'submit' }))).toBe('version-stale');
    expect(await codes(kit.act(kit.bank, deal, { event: 'accept' }))).toBe('transition-refused');
    expect(await codes(kit.act(kit.guarantor, deal, { event: 'submit' }))).toBe('role-refused');
    expect(await codes(kit.open(4, {}, kit.otherBank))).toBe('application-refused');
    expect(await codes(kit.open(4, { guarantorId: kit.bank.institutionId }))).toBe('party-unknown');
    expect(await codes(kit.open(4, { principal: fen(-1) }))).toBe('guarantee-terms-invalid');
    const admission = kit.admission;
    kit.admission = { ...admission, programmeCap: fen(1) };
    expect(await codes(kit.open(4))).toBe('guarantee-over-programme');
    kit.admission = admission;
    expect((await kit.guarantees.get(kit.bank, deal.dealId)).deal).toEqual(deal);
  });

  it('its bank may join with the contract', async () => {
    let deal = await kit.guarantees.open(kit.operator, {
      uscc: uscc(5),
      programme: 'KYD',
      terms: kit.terms({ bankId: null }),
    });
    const { a, b } = kit.people;
    deal = await kit.act(kit.operator, deal, { event: 'submit' });
    for (const event of ['accept', 'start'] as const) deal = await kit.act(a, deal, { event });
    const report = { event: 'report', recommended: fen(1), document: HASH, summary: '尽调' } as const;
    deal = await kit.act(b, await kit.act(a, deal, report), report);
    deal = await kit.approve(deal);
    kit.pass(1);
    const contract = { event: 'contract', contractNo: 'HT-5', signedOn: kit.today() } as const;
    expect(await codes(kit.act(kit.guarantor, deal, { ...contract, bankId: kit.otherGuarantor.institutionId }))).toBe(
      'party-unknown',
    );
    expect(await codes(kit.guarantees.get(kit.otherBank, deal.dealId))).toBe('deal-unknown');
    deal = await kit.act(kit.guarantor, deal, { ...contract, bankId: kit.otherBank.institutionId });
    expect((await kit.guarantees.get(kit.otherBank, deal.dealId)).deal.state).toBe('CONTRACTED');
    await replays(deal.dealId);
  });

  it('ends by its deadlines, and what it reserved is free again', async () => {
    const before = (await kit.position()).reserved;
    const deal = await kit.contracted(7);
    const draft = await kit.open(8);
    expect((await kit.position()).reserved - before).toBe(4 * MILLION);
    kit.pass(31);
    await kit.guarantees.sweep();
    expect((await kit.guarantees.get(kit.bank, deal.dealId)).deal.state).toBe('LAPSED');
    kit.pass(60);
    expect(await kit.guarantees.sweep()).toBeGreaterThan(0);
    expect((await kit.guarantees.get(kit.bank, draft.dealId)).deal.state).toBe('WITHDRAWN');
    await replays(deal.dealId);
    expect(await kit.guarantees.sweep()).toBe(0);
    expect((await kit.position()).reserved).toBe(0);
  });

  it('is only ever added to', async () => {
    const change = (sql: string) => kit.product.database.admin.query(sql);
    await expect(change('UPDATE deal_event SET at = now()')).rejects.toThrow('only ever added to');
    await expect(change('DELETE FROM deal')).rejects.toThrow('one event at a time');
    await expect(change('DELETE FROM guarantee_liability')).rejects.toThrow('reserved, issued');
    await expect(change(`UPDATE guarantee_liability SET state = 'ISSUED'`)).rejects.toThrow('reserved, issued');
    await expect(change('UPDATE guarantor_capital SET net_assets = 1')).rejects.toThrow('only ever added to');
  });

  it('warns the guarantor once for each time that it is waited for, and does not move', async () => {
    const { db, notices, database } = kit.product;
    const alarms = new DealAlarms({ db, notices, calendar: readCalendar(), clock: kit.clock });
    await alarms.sweep();
    const submitted = await kit.act(kit.bank, await kit.open(7), { event: 'submit' });
    const { dealId } = submitted;
    const told = async (): Promise<unknown[]> => {
      const { rows } = await database.admin.query(
        `SELECT institution_id AS who, body FROM notice WHERE type = 'deal.alarm.v1' AND body->>'dealId' = $1 ORDER BY at`,
        [dealId],
      );
      return rows;
    };
    // Friday: two working days last until Tuesday.
    const first = kit.today();
    const sweep = async (): Promise<number> => {
      const all = await Promise.all(Array.from({ length: 6 }, () => alarms.sweep()));
      return all.reduce((sum, raised) => sum + raised, 0);
    };
    const { lastDay } = (await deadlines(dealId)).find(({ event }) => event === 'alarm')!;
    kit.pass(daysBetween(first, lastDay));
    expect([await sweep(), await told()]).toEqual([0, []]);
    kit.pass(1);
    // Six workers at once are one.
    expect([await sweep(), await sweep()]).toEqual([1, 0]);
    const body = {
      dealId,
      kind: 'guarantee',
      state: 'SUBMITTED',
      version: submitted.version,
      lastDay,
      desks: ['GUAR'],
    };
    expect(await told()).toMatchObject([{ who: kit.guarantor.institutionId, body }]);
    expect((await stored(dealId)).deal).toEqual(submitted);
    const [alarm] = await alarms.page(kit.operator, { limit: 1 });
    expect(alarm).toMatchObject({
      dealId,
      lastDay,
      desks: ['GUAR'],
      told: [kit.guarantor.institutionId],
      standing: true,
    });

    // Asked for what is missing and supplied, it is waited for anew.
    const asked = { event: 'ask-missing', missing: [{ zh: '审计报告', en: 'audit' }] } as const;
    const waiting = await kit.act(kit.guarantor, submitted, asked);
    expect((await alarms.page(kit.operator, { limit: 1 }))[0]).toMatchObject({ dealId, standing: false });
    expect(await alarms.page(kit.operator, { limit: 9, standing: true })).toEqual([]);
    const again = await kit.act(kit.bank, waiting, { event: 'supply', documents: [HASH] });
    expect([again.state, await sweep()]).toEqual(['SUBMITTED', 0]);
    kit.pass(20);
    expect([await sweep(), (await told()).length]).toEqual([1, 2]);
    expect(await sweep()).toBe(0);

    // The database is the guarantee, and nobody takes an alarm back.
    const copy = `INSERT INTO alarm_of_deal SELECT gen_random_uuid(), deal_id, state, state_since, last_day, raised_at, desks, told
      FROM alarm_of_deal WHERE deal_id = $1`;
    await expect(database.admin.query(copy, [dealId])).rejects.toThrow(/alarm_of_deal_deal_id_state_since_key/);
    await expect(database.admin.query('DELETE FROM alarm_of_deal WHERE deal_id = $1', [dealId])).rejects.toThrow(
      /only ever added to/,
    );
    // What others were told is not a partner's to see.
    expect(await alarms.page(kit.guarantor, { limit: 9 })).toEqual([]);
  });
});
