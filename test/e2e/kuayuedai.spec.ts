import { HOUSE } from '#lib/access';
import { annualReports } from '#lib/data-sources';
import { leavesOf, splitByTree, type ShareTree } from '#lib/financing';
import { addMonths, daysBetween, fen, mulDiv, type Fen, type LocalDate } from '#lib/kernel';
import { done, FirstLoanScene, HASH, TREE, yuan, type Body, type Seat } from './first-loan.ts';

const M = 1_000_000;
const LOAN = yuan(4 * M);
const sum = (amounts: readonly Body[]): number => amounts.reduce((total, { fen: amount }) => total + amount, 0);
const shares = (tree: ShareTree, amount: number): Record<string, number> =>
  Object.fromEntries(leavesOf(splitByTree(tree, fen(amount))).map((leaf) => [leaf.party, leaf.amount]));
const statesOf = ({ events }: Body): string[] => (events as Body[]).map(({ to }) => to as string);

/** 担保费 = 本金 × 1 % × 天数 ÷ 365, half up, of each draw. */
const feeOf = (draws: readonly (readonly [amount: number, on: LocalDate])[], maturity: LocalDate): number =>
  draws.reduce(
    (fee, [amount, on]) => fee + mulDiv(amount as Fen, 100n * BigInt(daysBetween(on, maturity)), 3_650_000n, 'half-up'),
    0,
  );

/**
 * 跨越贷: the first loan of a firm without revenue and at a loss, 4 m yuan under the guarantee of 5:3:2 with a bank that bears
 * 20 %. Firm, bank, guarantor and house do everything over HTTP, the bank by signed callbacks.
 */
describe('a guaranteed first loan over HTTP', () => {
  let scene: FirstLoanScene;
  beforeAll(async () => {
    scene = await FirstLoanScene.open();
    const { committee } = scene.guarantor;
    const stated = {
      netAssets: yuan(500 * M),
      statedOn: scene.today,
      validTo: scene.inDays(700),
      mainlySmall: false,
      controllers: [],
      related: [],
    };
    done(await committee.post('capacity/net-assets', stated));
    const limits = { programme: 'KYD', perClient: yuan(5 * M), total: yuan(200 * M) };
    done(await scene.house.post(`guarantors/${committee.institutionId}/programme-limits`, limits));
  }, 300_000);
  afterAll(() => scene.close());

  const application = (more: object = {}) => ({
    programme: 'KYD',
    guarantorId: scene.guarantor.a.institutionId,
    bankId: scene.bank.institutionId,
    principal: LOAN,
    termMonths: 12,
    guaranteedBp: 10_000,
    tree: TREE,
    feeBp: 100,
    smallFirm: true,
    outcomesUntil: scene.inDays(1000),
    purpose: '首贷，研发投入',
    ...more,
  });

  /** From the application to the letter, each at its desk. Resolves to the guarantee and the maturity of its letter. */
  async function guaranteed(n: number): Promise<{ guarantee: string; maturity: LocalDate }> {
    const { a, b, committee } = scene.guarantor;
    const firm = scene.firm(n);
    const early = await firm.post('guarantees', application());
    expect([early.status, early.body['code']]).toEqual([409, 'programme-refused']);
    await scene.lookedAt(n);
    const opened = done(await firm.post('guarantees', application()));
    const guarantee = opened['dealId'] as string;
    expect([opened['state'], opened['terms'].programmeMost]).toMatchObject([{ code: 'DRAFT' }, yuan(5 * M)]);
    await firm.say(guarantee, 'submit');
    const missing = [{ zh: '研发费用台账', en: 'ledger of research costs' }];
    await a.say(guarantee, 'ask-missing', { missing });
    expect((await a.tries(guarantee, 'accept')).body['code']).toBe('transition-refused');
    await firm.say(guarantee, 'supply', { documents: [HASH] });
    expect((await a.tries(guarantee, 'ask-missing', { missing })).body['code']).toBe('missing-asked-once');
    await a.say(guarantee, 'accept');
    await a.say(guarantee, 'start');
    const report = { recommended: LOAN, document: HASH, summary: '无收入、亏损，团队与技术可信' };
    expect((await a.say(guarantee, 'report', report))['proposal']).toMatchObject({ event: 'report', by: 'GUAR' });
    expect((await a.tries(guarantee, 'report', report)).body['code']).toBe('two-persons-needed');
    await b.say(guarantee, 'report', report);
    const decision = { decision: 'approve', amount: LOAN, reason: '同意担保首贷', reasonCode: 'FIRST-LOAN' };
    expect((await b.tries(guarantee, 'decide', decision)).body['code']).toBe('duties-separate');
    const approved = await committee.say(guarantee, 'decide', decision);
    expect(approved['body'].caps[0].checks.map(({ state }: Body) => state)).not.toContain('fail');
    // What the guarantor's book looks like is nobody else's business.
    expect((await firm.deal(guarantee))['body'].caps).toEqual([]);
    await committee.say(guarantee, 'contract', { contractNo: `WT-${n}`, signedOn: scene.today });
    const maturity = addMonths(scene.today, 12);
    const letter = {
      letterNo: `BH-${n}`,
      drawUntil: scene.inDays(60),
      maturity,
      guaranteeUntil: addMonths(maturity, 6),
    };
    await committee.say(guarantee, 'issue', letter);
    return { guarantee, maturity };
  }

  /** The loan under it: offered by the bank, agreed to and sent by the firm, then the bank's own reports. */
  async function lent(n: number, guarantee: string, maturity: LocalDate): Promise<string> {
    const offer = {
      uscc: scene.uscc(n),
      programme: 'KYD',
      amount: LOAN,
      form: 'guaranteed',
      validUntil: scene.inDays(30),
      guaranteeId: guarantee,
    };
    const loan = done(await scene.bank.post('referrals', offer))['dealId'] as string;
    const firm = scene.firm(n);
    await firm.say(loan, 'consent', { outcomes: true, until: scene.inDays(1000) });
    await firm.say(loan, 'send');
    const { bank } = scene;
    const status = 'referral.status.v1';
    const approval = { amount: LOAN, rateBp: 350, termMonths: 12, form: 'guaranteed', overLineReason: '全额担保' };
    const contract = { contractNo: `JK-${n}`, signedOn: scene.today, drawUntil: scene.inDays(60), maturity };
    await bank.reports(status, loan, 'accept');
    // The third comes before the second: it waits.
    expect(done(await bank.callBack(status, loan, 'contract', contract, 3))).toMatchObject({ state: 'held' });
    const second = done(await bank.callBack(status, loan, 'approve', approval, 2));
    expect(second).toMatchObject({ state: 'applied', released: 1 });
    bank.goOn(status, loan, 3);
    return loan;
  }

  const draw = (loan: string, amount: object, more: object = {}) =>
    scene.bank.reports('referral.status.v1', loan, 'draw', { amount, on: scene.today, ...more });
  const exposures = async (seat: Seat): Promise<Body> => done(await seat.get('exposures'));
  const capacity = async (): Promise<Body> => done(await scene.guarantor.committee.get('capacity'));

  it('is for a firm without revenue, that makes a loss and never had a loan', async () => {
    const { db, standings } = scene.api.product;
    const { profile, dossier } = await db.as(HOUSE, (tx) =>
      standings.of(tx, scene.uscc(1), { readers: [], loans: true }),
    );
    expect([profile['revenue'], profile['noLoanRecord']]).toMatchObject([
      { known: true, value: 0 },
      { known: true, value: true },
    ]);
    const figures = dossier.of(annualReports).filter(({ payload }) => payload.year === 2025 && 'profit' in payload);
    expect(figures.map(({ payload }) => (payload as { profit?: number }).profit)).toContain(-120_000_000);
  });

  it('goes from admission to the last repayment, and all parts add up', async () => {
    const { bank, firm, maturity, guarantee } = { ...scene, firm: scene.firm(1), ...(await guaranteed(1)) };
    expect(await capacity()).toMatchObject({ reserved: yuan(0), issued: LOAN, breaches: [] });
    const loan = await lent(1, guarantee, maturity);
    const firstDraw = scene.today;
    await draw(loan, yuan(2_500_000.01), { firstLoan: true });
    expect((await bank.deal(guarantee))['state'].code).toBe('IN_FORCE');
    await scene.pass(20);
    await draw(loan, yuan(1_499_999.99));
    const over = await bank.callBack('referral.status.v1', loan, 'draw', { amount: yuan(0.01), on: scene.today });
    expect([over.status, over.body['code']]).toEqual([409, 'amount-over']);
    const drawn = await bank.deal(guarantee);
    const fee = feeOf(
      [
        [250_000_001, firstDraw],
        [149_999_999, scene.today],
      ],
      maturity,
    );
    expect(drawn['body']).toMatchObject({
      drawn: LOAN,
      outstanding: LOAN,
      fee: { fen: fee, currency: 'CNY' },
      account: null,
    });
    // 敞口: the letter stands for the whole loan, whatever share of a claim the bank bears; of another bank it is nothing.
    const letter = { letters: 1, approved: LOAN, drawn: LOAN, outstanding: LOAN, guaranteed: LOAN };
    expect(await exposures(bank)).toEqual({
      joint: [],
      loans: { loans: 1, drawn: LOAN, outstanding: LOAN },
      guarantees: [{ desk: 'BANK', ...letter }],
    });
    const none = { loans: 0, drawn: yuan(0), outstanding: yuan(0) };
    const own = [{ desk: 'GUAR', ...letter }];
    expect(await exposures(scene.guarantor.committee)).toEqual({ joint: [], loans: none, guarantees: own });
    expect(await exposures(scene.otherBank)).toEqual({ joint: [], loans: none, guarantees: [] });
    // 4 m: the bank 800,000; the system 3,200,000 as 5:3:2.
    expect(shares(drawn['terms'].tree, 400_000_000)).toEqual({
      bank: 80_000_000,
      national: 160_000_000,
      city: 96_000_000,
      guarantor: 64_000_000,
    });
    const notices = done(await scene.guarantor.committee.get('notices?limit=200'))['items'] as Body[];
    const told = notices.filter(({ type, body }) => type === 'guarantee.event.v1' && body.guaranteeId === guarantee);
    expect(told.at(-1)!['body']).toMatchObject({
      status: 'IN_FORCE',
      event: 'draw',
      shares: [
        { party: 'bank', bp: 2000 },
        { party: 'national', bp: 4000 },
        { party: 'city', bp: 2400 },
        { party: 'guarantor', bp: 1600 },
      ],
    });

    await scene.pass(70);
    await bank.reports('referral.status.v1', loan, 'pay', { amount: yuan(1_000_000.5), on: scene.today });
    const month = { month: '2026-09', balance: yuan(2_999_999.5), daysPastDue: 0, loanClass: 'pass' };
    await bank.reports('loan.performance.v1', loan, 'report-month', month);
    expect(await capacity()).toMatchObject({ issued: yuan(2_999_999.5) });
    expect((await exposures(bank))['guarantees']).toMatchObject([
      { letters: 1, drawn: LOAN, outstanding: yuan(2_999_999.5), guaranteed: yuan(2_999_999.5) },
    ]);
    await scene.pass(150);
    const early = await bank.callBack('referral.status.v1', loan, 'repaid', { on: scene.today });
    expect(early.body['code']).toBe('still-outstanding');
    await bank.reports('referral.status.v1', loan, 'pay', { amount: yuan(2_999_999.5), on: scene.today });
    await bank.reports('referral.status.v1', loan, 'repaid', { on: scene.today });
    const [repaid, released] = [await firm.deal(loan), await firm.deal(guarantee)];
    expect([repaid['state'].code, released['state'].code]).toEqual(['REPAID', 'RELEASED']);
    expect(await capacity()).toMatchObject({ issued: yuan(0), reserved: yuan(0) });
    const { entries } = released['body'] as Body;
    const of = (kind: string) =>
      sum((entries as Body[]).filter((one) => one['kind'] === kind).map((one) => one['amount']));
    expect([of('draw'), of('repayment')]).toEqual([400_000_000, 400_000_000]);
    expect(released['body']).toMatchObject({ drawn: LOAN, repaid: LOAN, outstanding: yuan(0), fee: { fen: fee } });
    await scene.pass(30);
    expect((await bank.deal(loan))['state'].code).toBe('REPAID');
    await scene.pass(1);
    expect((await bank.deal(loan))['state'].code).toBe('CLOSED');
    expect(statesOf(await scene.house.deal(guarantee))).toEqual(
      `DRAFT SUBMITTED SUPPLEMENT SUBMITTED ACCEPTED DUE_DILIGENCE DUE_DILIGENCE REVIEWED APPROVED CONTRACTED ISSUED
       IN_FORCE IN_FORCE IN_FORCE IN_FORCE RELEASED`.split(/\s+/),
    );
  });

  it('goes from admission to the claim, what is recovered and the end, and all parts add up', async () => {
    const { bank, guarantor, maturity, guarantee } = { ...scene, ...(await guaranteed(2)) };
    const loan = await lent(2, guarantee, maturity);
    await draw(loan, LOAN, { firstLoan: true });
    await scene.pass(100);
    const dueOn = scene.today;
    await scene.pass(11);
    const status = 'referral.status.v1';
    const event = 'guarantee.event.v1';
    await bank.reports(status, loan, 'overdue', { daysPastDue: 11, on: scene.today });
    // The bank tells within ten days; after that the guarantor takes it in.
    const late = await bank.callBack(event, guarantee, 'overdue', { dueOn });
    expect([late.status, late.body['code']]).toEqual([409, 'overdue-notice-late']);
    await guarantor.a.say(guarantee, 'overdue', { dueOn });
    await scene.pass(18);
    const claim = { interest: yuan(34_567.89), document: HASH };
    expect((await bank.callBack(event, guarantee, 'claim', claim)).body['code']).toBe('claim-too-early');
    await scene.pass(1);
    await bank.reports(event, guarantee, 'claim', claim);
    expect((await bank.deal(loan))['state'].code).toBe('DEFAULTED');
    expect((await bank.deal(guarantee))['body'].claim.amount).toEqual(yuan(4_034_567.89));
    await guarantor.committee.say(guarantee, 'review');
    const over = await guarantor.committee.tries(guarantee, 'pay', { amount: yuan(4_034_567.9), on: scene.today });
    expect(over.body['code']).toBe('pay-over-claim');
    const paid = await guarantor.committee.say(guarantee, 'pay', { amount: yuan(4_034_567.89), on: scene.today });
    const leaves = (deal: Body, member: string): Record<string, number> =>
      Object.fromEntries(deal['body'].account.leaves.map((leaf: Body) => [leaf['party'], leaf[member].fen]));
    expect(leaves(paid, 'borne')).toEqual({
      bank: 80_691_358,
      national: 161_382_716,
      city: 96_829_629,
      guarantor: 64_553_086,
    });
    // The bank bears its part and pays nothing.
    expect(leaves(paid, 'paid')).toEqual({ ...leaves(paid, 'borne'), bank: 0 });
    expect(await capacity()).toMatchObject({ issued: yuan(0) });

    await scene.pass(60);
    const first = { amount: yuan(1_000_000.01), costs: yuan(12_345.67), on: scene.today };
    const recovering = await guarantor.committee.say(guarantee, 'recover', first);
    expect(leaves(recovering, 'recovered')).toEqual({
      bank: 19_753_087,
      national: 39_506_174,
      city: 23_703_704,
      guarantor: 15_802_469,
    });
    await guarantor.committee.say(guarantee, 'cost', { amount: yuan(5_000), on: scene.today });
    await scene.pass(30);
    const rest = { amount: yuan(3_100_000), costs: yuan(1_000.99), on: scene.today };
    const recovered = await guarantor.committee.say(guarantee, 'recover', rest);
    expect(recovered['state'].code).toBe('RECOVERED');
    const { account, fee } = recovered['body'] as Body;
    // The ledger: what came in is costs, what parties got back, and what was the debtor's.
    expect([sum(account.leaves.map((leaf: Body) => leaf['borne'])), account.claimed]).toEqual([
      403_456_789,
      yuan(4_034_567.89),
    ]);
    expect(leaves(recovered, 'recovered')).toEqual(leaves(recovered, 'borne'));
    expect(Object.values(leaves(recovered, 'stillToRecover'))).toEqual([0, 0, 0, 0]);
    expect(account).toMatchObject({
      grossRecovered: yuan(4_100_000.01),
      costs: yuan(18_346.66),
      carriedCosts: yuan(0),
      netRecovered: yuan(4_034_567.89),
      surplusToDebtor: yuan(47_085.46),
    });
    expect(sum([account.costs, account.netRecovered, account.surplusToDebtor])).toBe(account.grossRecovered.fen);
    const drawnOn = (recovered['body'].entries as Body[])[0]!['on'] as LocalDate;
    expect(fee.fen).toBe(feeOf([[400_000_000, drawnOn]], maturity));

    const open = await bank.callBack(status, loan, 'close');
    expect([open.status, open.body['code']]).toEqual([409, 'still-outstanding']);
    await bank.reports(status, loan, 'recover', { amount: LOAN, on: scene.today });
    await bank.reports(status, loan, 'close');
    expect((await scene.firm(2).deal(loan))['state'].code).toBe('CLOSED');
    expect(statesOf(await scene.house.deal(guarantee)).slice(-7)).toEqual(
      'OVERDUE CLAIM_FILED CLAIM_REVIEW PAID RECOVERING RECOVERING RECOVERED'.split(' '),
    );
  });

  it('ends with the draw period where nothing was drawn, and gives the capacity back', async () => {
    const { guarantee } = await guaranteed(3);
    expect(await capacity()).toMatchObject({ issued: LOAN });
    // A bank tells of a draw on the next day at the latest.
    await scene.pass(61);
    expect((await scene.bank.deal(guarantee))['state'].code).toBe('ISSUED');
    await scene.pass(1);
    expect((await scene.bank.deal(guarantee))['state'].code).toBe('EXPIRED_UNDRAWN');
    expect(await capacity()).toMatchObject({ issued: yuan(0) });
  });

  it('is not applied for by whom the programme does not take, nor in the name of another, nor seen by another bank', async () => {
    const firm = scene.firm(4);
    await scene.lookedAt(4);
    const refused = await firm.post('guarantees', application());
    expect([refused.status, refused.body['code'], refused.body['errors'].length]).toEqual([
      409,
      'programme-refused',
      1,
    ]);
    const given = { ...application({ outcomesUntil: undefined }), uscc: scene.uscc(3) };
    const stranger = await scene.otherBank.post('guarantees', given);
    expect([stranger.status, stranger.body['code']]).toEqual([403, 'application-refused']);
    const broken = { ...TREE, children: TREE.children.slice(0, 1) };
    const wrong = await scene.bank.post('guarantees', {
      ...given,
      guarantorId: undefined,
      bankId: undefined,
      tree: broken,
    });
    expect([wrong.status, wrong.body['errors'].map(({ pointer }: Body) => pointer)]).toEqual([
      422,
      ['/guarantorId', '/tree/children'],
    ]);
    const over = await scene.bank.post('guarantees', { ...given, principal: yuan(5 * M + 0.01) });
    expect([over.status, over.body['code']]).toEqual([422, 'guarantee-over-programme']);
    const mine = done(await scene.bank.post('guarantees', given));
    expect((await scene.otherBank.get(`deals/${mine['dealId']}`)).status).toBe(404);
    expect((await scene.otherBank.get('capacity')).body['code']).toBe('guarantor-unknown');
  });
});
