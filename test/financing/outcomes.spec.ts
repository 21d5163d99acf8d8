import { actorOf, HOUSE, type Principal } from '#lib/access';
import { SOURCES, type LoanOutcome } from '#lib/data-sources';
import { Outcomes, takeDeal, type ReferralChange } from '#lib/financing';
import { fen } from '#lib/kernel';
import { readCoverage, readDossier } from '#lib/ledger';
import { Background } from '#lib/product';
import { runTo } from '../runs/book.ts';
import { day, Desks } from './desks.ts';

const AT = '2026-03-02T02:00:00Z';
const GRANTED = [
  { event: 'accept', externalId: 'X' },
  { event: 'approve', amount: fen(1_000_000_00), rateBp: 395, termMonths: 12, form: 'credit' },
  {
    event: 'contract',
    contractNo: 'L-1',
    signedOn: day('2026-03-02'),
    drawUntil: day('2026-06-30'),
    maturity: day('2027-03-02'),
  },
  { event: 'draw', amount: fen(600_000_00), on: day('2026-03-02'), firstLoan: true },
] as const satisfies readonly ReferralChange[];

describe('outcomes', () => {
  let desks: Desks;
  let bank: Principal;
  beforeAll(async () => {
    desks = await Desks.open(AT, 1, 8);
    bank = desks.banks[0]!;
  });
  afterAll(() => desks.close());
  beforeEach(async () => {
    await desks.deliverOutcomes(); // of the test before
    desks.clock.set(new Date(AT));
  });

  const lent = async (firm: number, outcomes = true, contractNo = `L-${firm}`): Promise<string> => {
    const dealId = await desks.sent(firm, bank, {}, outcomes);
    const granted = GRANTED.map((change) => (change.event === 'contract' ? { ...change, contractNo } : change));
    for (const change of granted) await desks.say(bank, dealId, change);
    return dealId;
  };
  const pay = (dealId: string, amount: number): Promise<unknown> =>
    desks.say(bank, dealId, { event: 'pay', amount: fen(amount), on: day('2026-03-02') });
  const lateMonth = (dealId: string): Promise<unknown> => {
    desks.clock.set(new Date('2026-07-06T02:00:00Z'));
    const month = { month: '2026-06', balance: fen(600_000_00), daysPastDue: 95, loanClass: 'substandard' };
    return desks.say(bank, dealId, { event: 'report-month', ...month } as ReferralChange);
  };

  it('of a firm that agreed become records of the ledger, what was put right among them', async () => {
    const dealId = await lent(1);
    await pay(dealId, 100_000_00);
    await desks.say(bank, dealId, { event: 'correct', corrects: 8, amount: fen(120_000_00) });
    await desks.say(bank, dealId, { event: 'correct', corrects: 8, amount: fen(110_000_55) });
    await lateMonth(dealId);
    const views = await Promise.all((await desks.deliverOutcomes()).map((id) => desks.product.deliveries.get(id)));
    const { person, database } = desks.product;
    expect(views).toEqual([
      expect.objectContaining({ layout: 'events', rows: 7, applied: 7, receivedBy: person }),
      expect.objectContaining({ layout: 'performance', rows: 1, applied: 1, receivedBy: person }),
    ]);
    const source = SOURCES.find(({ name }) => name === 'loan-outcomes')!;
    const knownAt = (await database.admin.query<{ newest: Date }>('SELECT newest FROM ledger_tick')).rows[0]!.newest;
    const coverage = await readCoverage(desks.product.db, knownAt);
    const { dossier } = (await readDossier(desks.product.db, desks.firm(1).uscc!, knownAt, coverage))!;
    const records = dossier.of(source).map(({ payload }) => payload as LoanOutcome);
    const events = records.flatMap((record) => (record.kind === 'event' ? [record] : []));
    const versionOf = (eventId: string): number => Number(eventId.split(':')[1]);
    events.sort((x, y) => versionOf(x.eventId) - versionOf(y.eventId));
    const id = (version: number): string => `${dealId}:${version}`;
    expect(events.map(({ eventId, event, amount, corrects }) => [eventId, event, amount, corrects])).toEqual([
      [id(3), 'referred', undefined, undefined],
      [id(4), 'accepted', undefined, undefined],
      [id(5), 'approved', 1_000_000_00, undefined],
      [id(7), 'drawn', 600_000_00, undefined],
      [id(8), 'repaid', 100_000_00, undefined],
      // Each replaces the one before, so that one of them counts.
      [id(9), 'repaid', 120_000_00, id(8)],
      [id(10), 'repaid', 110_000_55, id(9)],
    ]);
    expect(records.find(({ kind }) => kind === 'month')).toEqual({
      kind: 'month',
      loanId: 'L-1',
      month: '2026-06',
      lender: '样例bank-1',
      drawnOn: '2026-03-02',
      principal: 600_000_00,
      balance: 600_000_00,
      daysPastDue: 95,
      loanClass: 'substandard',
      status: 'overdue',
    });
  });

  it('knock a firm out at the next score when it defaulted, and say nothing of one that did not agree', async () => {
    const [agreed, silent] = [await lent(2), await lent(3, false)];
    await desks.deliverOutcomes();
    const run = (asOf: string) => runTo(desks.product, asOf);
    desks.clock.set(new Date('2026-06-10T02:00:00Z'));
    const k09 = async (firm: number) => {
      const { knockOuts } = await desks.product.scores.evidence(desks.firm(firm).uscc!);
      return knockOuts.find(({ code }) => code === 'K09')!.state;
    };
    expect((await run('2026-05-31')).state).toBe('PUBLISHED');
    expect(await k09(2)).toBe('unknown');
    for (const dealId of [agreed, silent]) {
      await lateMonth(dealId);
      await desks.say(bank, dealId, { event: 'overdue', daysPastDue: 95, on: day('2026-07-01') });
      await desks.say(bank, dealId, { event: 'default', cause: 'overdue', on: day('2026-07-01') });
    }
    await desks.deliverOutcomes();
    expect((await run('2026-06-30')).state).toBe('PUBLISHED');
    expect([await k09(2), await k09(3)]).toEqual(['yes', 'unknown']);
    const { score } = await desks.product.scores.of(desks.firm(2).uscc!);
    expect([score.score.decision, score.score.knockOuts]).toEqual(['EXCLUDED', ['K09']]);
    expect(await desks.records(3)).toEqual({});
    // With the deal it stays.
    expect((await desks.deal(silent)).body).toMatchObject({ everDefaulted: true, months: [{ daysPastDue: 95 }] });
  });

  it('have the month that was put right, and the last month of a loan that ended', async () => {
    const dealId = await lent(8);
    const month = (event: 'report-month' | 'correct-month', of: string, balance: number, daysPastDue: number) =>
      desks.say(bank, dealId, {
        event,
        month: of,
        balance: fen(balance),
        daysPastDue,
        loanClass: 'pass',
      } as ReferralChange);
    const monthIn = async (of: string): Promise<unknown> => {
      await desks.deliverOutcomes();
      const { daysPastDue, status } = (await desks.records(8))[`loan|L-8|${of}`]!;
      return [daysPastDue, status];
    };
    desks.clock.set(new Date('2026-06-06T02:00:00Z'));
    await month('report-month', '2026-05', 600_000_00, 95);
    expect(await monthIn('2026-05')).toEqual([95, 'overdue']);
    await month('correct-month', '2026-05', 600_000_00, 5);
    expect(await monthIn('2026-05')).toEqual([5, 'overdue']);
    // Twice before it is handed over: the file has the last of them.
    await month('correct-month', '2026-05', 600_000_00, 6);
    await month('correct-month', '2026-05', 600_000_00, 0);
    expect([await monthIn('2026-05'), (await desks.deal(dealId)).state]).toEqual([[0, 'normal'], 'PERFORMING']);
    await desks.say(bank, dealId, { event: 'pay', amount: fen(600_000_00), on: day('2026-06-06') });
    await desks.say(bank, dealId, { event: 'repaid', on: day('2026-06-06') });
    desks.clock.set(new Date('2026-07-08T02:00:00Z'));
    await desks.deals.referrals.sweep();
    await month('report-month', '2026-06', 0, 0);
    expect([await monthIn('2026-06'), (await desks.deal(dealId)).state]).toEqual([[0, 'settled'], 'CLOSED']);
    expect(await desks.replay(dealId)).toEqual(await desks.deal(dealId));
  });

  it('are written down with the event or not at all', async () => {
    const dealId = await lent(4);
    await desks.deliverOutcomes();
    const before = await desks.records(4);
    const change = { event: 'pay', amount: fen(1), on: day('2026-03-02') } as const;
    const undone = desks.product.db.as(HOUSE, async (tx) => {
      const taken = await takeDeal(tx, dealId);
      await desks.deals.referrals.commandOn(tx, bank, { taken, change });
      throw new Error('after all not');
    });
    await expect(undone).rejects.toThrow('after all not');
    expect([await desks.deals.outcomes.deliver(desks.clock), await desks.records(4)]).toEqual([[], before]);
  });

  it('are in the ledger once, whenever who hands them over is killed', async () => {
    const dealId = await lent(5);
    const { product, clock } = desks;
    const { db, deliveries, person } = product;
    // Killed before it handed over, then between handing over and marking.
    const dead = (handsOver: boolean) =>
      new Outcomes(
        db,
        {
          receive: async (input) => {
            if (handsOver) await deliveries.receive(input);
            throw new Error('killed');
          },
        },
        person,
      ).deliver(clock);
    await expect(dead(false)).rejects.toThrow('killed');
    await pay(dealId, 1_00);
    await expect(dead(true)).rejects.toThrow('killed');
    await pay(dealId, 2_00);
    const both = await Promise.all([desks.deals.outcomes.deliver(clock), desks.deals.outcomes.deliver(clock)]);
    const ids = [...new Set(both.flat())];
    await product.intake.sweep();
    const views = await Promise.all(ids.map((id) => deliveries.get(id)));
    // What was fixed before the first death, before the second, and now: each line in one of them.
    expect(views.map(({ rows, applied }) => [rows, applied])).toEqual([
      [4, 4],
      [1, 1],
      [1, 1],
    ]);
    const amounts = Object.values(await desks.records(5)).flatMap(({ event, amount }) =>
      event === 'repaid' ? [amount] : [],
    );
    expect(new Set(amounts)).toEqual(new Set([1_00, 2_00]));
    expect(await desks.deals.outcomes.deliver(clock)).toEqual([]);
  });

  it('are the business of the house alone until they are handed over, and are never changed', async () => {
    const dealId = await lent(6);
    await desks.deals.outcomes.deliver(desks.clock);
    const count = (actor: string, table: string) =>
      desks.product.db.as(actor, async (tx) => (await tx.query(`SELECT FROM ${table}`)).length > 0);
    for (const table of ['outcome', 'outcome_batch']) {
      const actors = [HOUSE, actorOf(bank), actorOf(desks.firm(6)), 'regulator:x'];
      expect(await Promise.all(actors.map((actor) => count(actor, table)))).toEqual([true, false, false, false]);
    }
    const { admin } = desks.product.database;
    const tampered = [`UPDATE outcome SET line = '{}' WHERE deal_id = '${dealId}'`, 'DELETE FROM outcome'];
    for (const sql of [
      ...tampered,
      'UPDATE outcome_batch SET delivery_id = NULL',
      'UPDATE outcome SET batch_id = NULL',
    ])
      await expect(admin.query(sql)).rejects.toThrow('only ever added to');
  });

  it('go by themselves where a worker looks at deals, as does what time brings', async () => {
    const dealId = await lent(7, true, '粤银借字2026第001号');
    const { dealId: lapsing } = await desks.offer(7, bank, { validUntil: day('2026-03-02') });
    desks.clock.set(new Date('2026-03-03T02:00:00Z'));
    const faults: unknown[] = [];
    const rung: string[] = [];
    const ring = (bell: string, id: string): Promise<void> => Promise.resolve(void rung.push(bell, id));
    const product = { ...desks.product, ...desks.deals, doorbells: { ring, listen: () => undefined } };
    const background = new Background(product as unknown as Desks['product'], (event, error) => {
      faults.push(event, error);
    });
    background.start(['deals']);
    await background.stop(); // after the piece in hand
    expect(faults).toEqual([]);
    expect((await desks.deal(lapsing)).state).toBe('LAPSED');
    expect(rung).toEqual(['intake', expect.any(String)]);
    await desks.product.intake.process(rung[1]!);
    const drawn = Object.values(await desks.records(7)).find(({ event }) => event === 'drawn');
    expect(drawn).toMatchObject({ loanId: dealId, amount: 600_000_00 });
  });
});
