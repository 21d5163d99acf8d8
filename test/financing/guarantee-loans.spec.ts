import { actorOf, HOUSE } from '#lib/access';
import { guaranteeUse, type Guarantee, type GuaranteeChange, type ReferralChange } from '#lib/financing';
import { addMonths, fen } from '#lib/kernel';
import { deliver } from '../kit/deliver.ts';
import { register } from '../kit/firms.ts';
import { codes, GuaranteeKit, MILLION, uscc } from './guarantee-kit.ts';

const HASH = 'cd'.repeat(32);

describe('a guarantee and its loans', () => {
  let kit: GuaranteeKit;
  beforeAll(async () => {
    kit = await GuaranteeKit.open();
    await kit.capital(500 * MILLION);
    await kit.unrelated([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
  afterAll(() => kit.close());

  const stored = (dealId: string) => kit.stored(dealId);
  const replays = async (dealId: string): Promise<Guarantee> => {
    const { deal } = await kit.stored(dealId);
    expect(await kit.replay(dealId)).toEqual(deal);
    return deal;
  };
  const heldFor = async (dealId: string) =>
    (
      await kit.product.db.as(actorOf(kit.bank), (tx) =>
        kit.capacity.held(tx, { dealId, guarantor: kit.guarantor.institutionId }),
      )
    )?.principal;

  it('follows a loan that it names in the loan’s own transaction', async () => {
    const { bank } = kit;
    const loanDealId = await kit.lent(6);
    expect(await codes(kit.open(7, { loanDealId }))).toBe('loan-unknown');
    const deal = await kit.issue(await kit.contracted(6, { loanDealId }));
    const on = kit.today();
    const over = fen(4 * MILLION + 1);
    expect(await codes(kit.lend(bank, loanDealId, { event: 'draw', amount: over, on, firstLoan: true }))).toBe(
      'amount-over',
    );
    await kit.lend(bank, loanDealId, { event: 'draw', amount: fen(4 * MILLION), on, firstLoan: true });
    const paid = await kit.lend(bank, loanDealId, { event: 'pay', amount: fen(MILLION), on });
    const { body } = await replays(deal.dealId);
    expect([body.drawn, body.outstanding, await heldFor(deal.dealId)]).toEqual([4 * MILLION, 3 * MILLION, 3 * MILLION]);
    // A wrong repayment is put right: the exposure comes back; and again.
    const right = (amount: number) =>
      kit.lend(bank, loanDealId, { event: 'correct', corrects: paid.version, amount: fen(amount) });
    await right(0);
    expect([(await replays(deal.dealId)).body.repaid, await heldFor(deal.dealId)]).toEqual([0, 4 * MILLION]);
    await right(2 * MILLION - 500);
    expect((await replays(deal.dealId)).body).toMatchObject({ repaid: 2 * MILLION - 500, drawn: 4 * MILLION });
    await kit.lend(bank, loanDealId, { event: 'pay', amount: fen(2 * MILLION + 500), on });
    await kit.lend(bank, loanDealId, { event: 'repaid', on });
    expect([(await replays(deal.dealId)).state, await heldFor(deal.dealId)]).toEqual(['RELEASED', undefined]);
  });

  it('stays with a loan that is renewed: it follows the new one, and counts once with it', async () => {
    const { bank } = kit;
    const loanDealId = await kit.lent(3);
    const deal = await kit.issue(await kit.contracted(3, { loanDealId }));
    const on = kit.today();
    await kit.lend(bank, loanDealId, { event: 'draw', amount: fen(2 * MILLION), on, firstLoan: true });
    const next = { rateBp: 300, contractNo: 'JK-3B', signedOn: on, drawUntil: on };
    const renew = (months: number) =>
      kit.lend(bank, loanDealId, { event: 'renew', on, ...next, maturity: addMonths(on, months) });
    expect(await codes(renew(13))).toBe('guarantee-too-short');
    const renewed = (await renew(12)).body.renewedBy!;
    const uses = await kit.product.db.as(HOUSE, (tx) => guaranteeUse(tx, uscc(3), on));
    expect(uses.find(({ dealId }) => dealId === deal.dealId)).toMatchObject({ outstanding: 0, undrawn: 2 * MILLION });
    expect((await replays(deal.dealId)).body.outstanding).toBe(2 * MILLION);
    await kit.lend(bank, renewed, { event: 'pay', amount: fen(MILLION), on });
    expect((await replays(deal.dealId)).body.outstanding).toBe(MILLION);
    await kit.lend(bank, renewed, { event: 'pay', amount: fen(MILLION), on });
    await kit.lend(bank, renewed, { event: 'repaid', on });
    expect((await replays(deal.dealId)).state).toBe('RELEASED');
  });

  it('over two loans that are paid at the same moment it loses neither, and is released with the later', async () => {
    const { bank } = kit;
    const { dealId: guaranteeId } = await kit.issue(await kit.contracted(2));
    const on = kit.today();
    const loans = [await kit.lent(2, { guaranteeId }), await kit.lent(2, { guaranteeId })];
    const each = (change: ReferralChange) => Promise.all(loans.map((loan) => kit.lend(bank, loan, change)));
    await each({ event: 'draw', amount: fen(2 * MILLION), on, firstLoan: true });
    await each({ event: 'pay', amount: fen(MILLION), on });
    expect((await replays(guaranteeId)).body).toMatchObject({ drawn: 4 * MILLION, outstanding: 2 * MILLION });
    expect(await heldFor(guaranteeId)).toBe(2 * MILLION);
    await each({ event: 'pay', amount: fen(MILLION), on });
    await each({ event: 'repaid', on });
    expect([(await replays(guaranteeId)).state, await heldFor(guaranteeId)]).toEqual(['RELEASED', undefined]);
  });

  it('is not drawn nor repaid beside its loan: the bank tells of it once, there', async () => {
    const { bank } = kit;
    let deal = await kit.issue(await kit.contracted(5));
    const loanDealId = await kit.lent(5, { guaranteeId: deal.dealId });
    const on = kit.today();
    const draw = { event: 'draw', amount: fen(MILLION), on } as const;
    expect(await codes(kit.act(bank, deal, draw))).toBe('guarantee-follows-loan');
    await expect(kit.act(bank, deal, draw)).rejects.toThrow(loanDealId);
    await kit.lend(bank, loanDealId, { ...draw, firstLoan: true });
    ({ deal } = await stored(deal.dealId));
    const drawnAt = deal.body.entries[0]!.version;
    const others: GuaranteeChange[] = [
      draw,
      { event: 'reduce', amount: fen(1), on },
      { event: 'repaid', on },
      { event: 'correct', version: drawnAt, amount: fen(1), reason: '错账' },
    ];
    for (const change of others)
      expect([change.event, await codes(kit.act(bank, deal, change))]).toEqual([
        change.event,
        'guarantee-follows-loan',
      ]);
    expect((await stored(deal.dealId)).deal).toEqual(deal);
    // One of which no loan came binds nobody.
    const dropped = await kit.loan(8);
    const free = await kit.issue(await kit.contracted(8, { loanDealId: dropped }));
    expect(await codes(kit.act(bank, free, draw))).toBe('guarantee-follows-loan');
    await kit.lend(await kit.firm(8), dropped, { event: 'decline-offer' });
    expect((await kit.act(bank, free, draw)).state).toBe('IN_FORCE');
  });

  it('has to do with the loans of its own bank alone', async () => {
    const { otherBank } = kit;
    const on = kit.today();
    const draw = { event: 'draw', amount: fen(MILLION), on, firstLoan: true } as const;
    const foreign = await kit.lent(9, {}, otherBank);
    expect(await codes(kit.open(9, { loanDealId: foreign }))).toBe('loan-unknown');
    // The bank was not settled when it was applied for.
    const { a, b } = kit.people;
    let deal = await kit.open(9, { loanDealId: foreign, bankId: null }, kit.operator);
    deal = await kit.act(kit.operator, deal, { event: 'submit' });
    for (const event of ['accept', 'start'] as const) deal = await kit.act(a, deal, { event });
    const report = { event: 'report', recommended: fen(1), document: HASH, summary: '尽调' } as const;
    deal = await kit.approve(await kit.act(b, await kit.act(a, deal, report), report));
    const contract = { event: 'contract', contractNo: 'HT-9', signedOn: on, bankId: kit.bank.institutionId } as const;
    deal = await kit.issue(await kit.act(kit.guarantor, deal, contract));
    await kit.lend(otherBank, foreign, draw);
    expect((await stored(deal.dealId)).deal.state).toBe('ISSUED');
    const naming = await kit.lent(9, { guaranteeId: deal.dealId }, otherBank);
    expect(await codes(kit.lend(otherBank, naming, draw))).toBe('guarantee-unknown');
    await deliver(kit.product, register([9]));
    const { institutionId: bank } = otherBank;
    const offer = {
      uscc: uscc(9),
      programme: 'KYD',
      bank,
      nextBanks: [],
      amount: fen(MILLION),
      form: 'guaranteed',
    } as const;
    const named = { ...offer, validUntil: addMonths(on, 1), guaranteeId: deal.dealId };
    await expect(kit.referrals.offer(otherBank, named)).rejects.toMatchObject({
      problem: { status: 422, errors: [{ pointer: '/guaranteeId', code: 'guarantee-unknown' }] },
    });
    const { institutionId: own } = kit.bank;
    expect(await codes(kit.referrals.offer(kit.operator, { ...named, bank: own, nextBanks: [bank] }))).toBe(
      'guarantee-unknown',
    );
    deal = await kit.act(kit.bank, deal, { event: 'draw', amount: fen(MILLION), on });
    deal = await kit.act(kit.bank, deal, { event: 'overdue', dueOn: on });
    kit.pass(30);
    await kit.act(kit.bank, deal, { event: 'claim', interest: fen(0), document: HASH });
    const loan = (await kit.referrals.get(otherBank, foreign)).deal;
    expect([loan.state, loan.body.everDefaulted]).toEqual(['PERFORMING', false]);
    const good = { ...named, bank: own, validUntil: addMonths(on, 2) };
    expect((await kit.referrals.offer(kit.bank, good)).terms.guaranteeId).toBe(deal.dealId);
  });
});
