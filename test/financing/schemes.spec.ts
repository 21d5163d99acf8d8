import { HOUSE } from '#lib/access';
import {
  classOf,
  dealEvents,
  GUARANTEE,
  NOT_STATED,
  openDeal,
  recordsOf,
  replayed,
  shippedScheme,
  type Guarantee,
  type GuaranteeChange,
  type GuaranteeTerms,
  type SharingTerms,
} from '#lib/financing';
import { addMonths, fen, localDate, type Fen, type ProblemError } from '#lib/kernel';
import { readCalendar } from '#lib/product';
import { v7 as uuidv7 } from 'uuid';
import { codes, GuaranteeKit, MILLION, uscc } from './guarantee-kit.ts';

const HASH = 'ef'.repeat(32);
const treeOfClass = (code: string) => classOf(shippedScheme('KJDB', localDate('2026-06-05')), code).tree;

describe('guarantees ask their sharing scheme', () => {
  let kit: GuaranteeKit;
  beforeAll(async () => {
    kit = await GuaranteeKit.open();
    for (const guarantor of [kit.guarantor, kit.otherGuarantor])
      await kit.capital(5000 * MILLION, undefined, guarantor);
    await kit.unrelated(Array.from({ length: 30 }, (_, i) => i + 1));
  });
  afterAll(() => kit.close());

  const under = (scheme: string, more: Partial<SharingTerms> = {}): { sharing: SharingTerms } => ({
    sharing: { ...NOT_STATED, scheme, ...more },
  });
  const KJDB = (shareClass = 'B', more: Partial<SharingTerms> = {}) => ({
    ...under('KJDB', { shareClass, ...more }),
    tree: treeOfClass(shareClass),
  });
  const problemOf = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      return (error as ProblemError).problem;
    }
    throw new RangeError('it was taken');
  };
  const places = async (work: Promise<unknown>): Promise<string[]> => {
    const { code, errors = [] } = await problemOf(work);
    return [code, ...errors.map((one) => `${one.pointer} ${one.code}`)];
  };
  const drawn = async (n: number, more: Parameters<GuaranteeKit['contracted']>[1]): Promise<Guarantee> => {
    const issued = await kit.issue(await kit.contracted(n, more));
    return kit.act(kit.bank, issued, { event: 'draw', amount: issued.terms.principal, on: kit.today() });
  };
  /** Overdue, and so much of it paid on the 30th day. */
  const claimed = async (drawnDeal: Guarantee, amount: Fen): Promise<Guarantee> => {
    let deal = await kit.act(kit.bank, drawnDeal, { event: 'overdue', dueOn: kit.today() });
    kit.pass(30);
    deal = await kit.act(kit.bank, deal, { event: 'claim', interest: fen(0), document: HASH });
    deal = await kit.act(kit.guarantor, deal, { event: 'review' });
    return kit.act(kit.guarantor, deal, { event: 'pay', amount, on: kit.today() });
  };
  const fuse = async (scheme: string, guarantor = kit.guarantor) =>
    (await kit.guarantees.fuses(kit.guarantor, guarantor.institutionId)).find((one) => one.scheme === scheme);
  const replays = async (dealId: string): Promise<Guarantee> => {
    const events = await kit.product.db.as(HOUSE, (tx) => dealEvents(tx, dealId));
    const { deal } = await kit.guarantees.get(kit.operator, dealId);
    const { uscc: firm, programme, openedAt, parties, terms } = deal;
    const order = { dealId, uscc: firm, programme, openedAt, parties, terms };
    expect(replayed(GUARANTEE, order, recordsOf<GuaranteeChange>(events))).toEqual(deal);
    return deal;
  };

  it('at the application by what fails already, each rule by its place', async () => {
    expect(await places(kit.open(1, KJDB('B', { otherFees: ['保证金'] })))).toEqual([
      'sharing-case-refused',
      '/sharing/otherFees sharing-rule-failed',
    ]);
    const large = { ...KJDB('C', { reGuaranteeFeeBp: 51 }), tree: treeOfClass('A'), principal: fen(31 * MILLION) };
    expect(await places(kit.open(1, large))).toEqual([
      'sharing-case-refused',
      '/tree sharing-rule-failed',
      '/principal sharing-rule-failed',
      '/sharing/reGuaranteeFeeBp sharing-rule-failed',
    ]);
    const costly = { ...under('ZDZ', { lenderPassesOn: true }), feeBp: 101 };
    expect(await places(kit.open(1, costly))).toEqual([
      'sharing-case-refused',
      '/feeBp sharing-rule-failed',
      '/sharing/lenderPassesOn sharing-rule-failed',
    ]);
    expect(await codes(kit.open(1, under('NONE')))).toBe('sharing-scheme-unknown');
    // Who says nothing is under the scheme of the programme.
    expect((await kit.open(1)).terms.sharing).toEqual({ ...NOT_STATED, scheme: 'LFF' });
  });

  it('at approval by what the firm has in force with anybody under the scheme, and by what nobody knows', async () => {
    const first = await kit.approve(await kit.reviewed(2, { ...KJDB(), principal: fen(26 * MILLION) }));
    expect(first.body.schemes).toMatchObject([
      { event: 'decide', scheme: 'KJDB', shareClass: 'B', fuseReason: null, fuse: { state: 'NONE', year: 2026 } },
    ]);
    const second = await kit.reviewed(2, { ...KJDB(), principal: fen(5 * MILLION) });
    const refused = await problemOf(kit.approve(second, fen(4 * MILLION + 1)));
    expect(refused).toMatchObject({
      code: 'sharing-case-refused',
      status: 409,
      errors: [{ pointer: '/amount', code: 'sharing-rule-failed' }],
    });
    // Nothing was taken, and up to the limit it is approved.
    expect((await kit.position()).reserved).toBe(26 * MILLION);
    expect((await kit.approve(second, fen(4 * MILLION))).state).toBe('APPROVED');
    // Of another scheme it is no part.
    expect((await kit.approve(await kit.reviewed(2))).state).toBe('APPROVED');

    const open = await kit.reviewed(3, { ...KJDB(), sharing: { ...NOT_STATED, scheme: 'KJDB' } });
    expect(await places(kit.approve(open))).toEqual(['sharing-case-refused', '/terms/tree sharing-rule-unknown']);
    const reGuarantorId = kit.otherGuarantor.institutionId;
    const again = await kit.reviewed(3, { ...KJDB(), reGuarantorId });
    expect(await places(kit.approve(again))).toEqual([
      'sharing-case-refused',
      '/terms/sharing/reGuaranteeFeeBp sharing-rule-unknown',
    ]);
    // Under conditions nothing is taken on yet: it is asked when they are met.
    const conditional = await kit.act(kit.guarantor, again, {
      event: 'decide',
      decision: 'conditional',
      amount: again.terms.principal,
      reason: '须落实再担保',
      reasonCode: 'NO-LINE',
      conditions: [{ zh: '再担保', en: 're-guarantee' }],
    });
    const met = { event: 'meet-conditions', documents: [HASH] } as const;
    expect(await codes(kit.act(kit.guarantor, conditional, met))).toBe('sharing-case-refused sharing-rule-unknown');
  });

  it('once claims come to the ceiling nothing new is taken on, and what exists stands', async () => {
    const ZDZ = under('ZDZ');
    const repaid = await drawn(5, ZDZ);
    const running = await drawn(6, ZDZ);
    const lost = await drawn(7, ZDZ);
    kit.pass(43);
    const contracted = await kit.contracted(8, ZDZ);
    expect(await fuse('ZDZ')).toMatchObject({ state: 'NONE', newBusiness: 'OPEN', rateBp: null });
    const before = await kit.reviewed(9, ZDZ);
    kit.pass(30);
    await kit.act(kit.bank, repaid, { event: 'repaid', on: kit.today() });
    // 4 m over 73 of 365 days are 0.8 m; 3 % of its 80 % are 19,200 yuan.
    expect(await fuse('ZDZ')).toMatchObject({ annualisedReleased: 80_000_000, claimsPaid: 0, state: 'BELOW' });
    await claimed(lost, fen(1_920_000));
    const tripped = { scheme: 'ZDZ', state: 'STOPPED', rateBp: 300, ceilingBp: 300, claimsPaid: 1_920_000 };
    expect(await fuse('ZDZ')).toMatchObject(tripped);

    const refused = await problemOf(kit.approve(before));
    expect(refused).toMatchObject({ code: 'claim-fuse-tripped', status: 409, extra: { fuse: tripped } });
    expect(refused.zh).toBe('分险方案ZDZ，2026年代偿率3.00%，达到上限3.00%，停止新增业务，存量不变');
    const held = (await kit.position()).reserved;
    expect(await codes(kit.issue(contracted))).toBe('claim-fuse-tripped');
    expect((await kit.position()).reserved).toBe(held);
    // A reason is none against a ceiling.
    const insisted = kit.act(kit.guarantor, before, {
      event: 'decide',
      decision: 'approve',
      amount: before.terms.principal,
      reason: '通过',
      reasonCode: 'NO-LINE',
      fuseReason: '继续办理',
    });
    expect(await codes(insisted)).toBe('claim-fuse-tripped');
    const batch = await kit.batches.recordAgreement(kit.guarantor, kit.agreement(ZDZ));
    const file = { agreementId: batch.agreementId, batchNo: 'Z', rows: [kit.row(10), kit.row(11)] };
    const answer = await kit.batches.accept(kit.bank, file);
    for (const row of answer.rows)
      expect(row).toMatchObject({ outcome: 'EXCEPTION', reasons: [{ code: 'claim-fuse-tripped', field: 'row' }] });
    // How the guarantor's book stands is not the bank's to know.
    expect(JSON.stringify(answer.rows)).not.toMatch(/3\.00|1920000/);

    // What exists: repayments, an extension, a claim and its recovery.
    let deal = await kit.act(kit.bank, running, { event: 'reduce', amount: fen(MILLION), on: kit.today() });
    const maturity = addMonths(deal.body.letter!.maturity, 3);
    deal = await kit.act(kit.guarantor, deal, { event: 'extend', maturity, guaranteeUntil: addMonths(maturity, 6) });
    expect(deal.state).toBe('IN_FORCE');
    // Another scheme, and another guarantor.
    expect((await kit.approve(await kit.reviewed(12))).state).toBe('APPROVED');
    expect(await kit.guarantees.fuses(kit.otherGuarantor, kit.otherGuarantor.institutionId)).toEqual([]);
    expect(await kit.guarantees.fuses(kit.otherGuarantor, kit.guarantor.institutionId)).toEqual([]);
    // What was released since lowers the rate.
    deal = await kit.act(kit.bank, deal, { event: 'repaid', on: kit.today() });
    expect(await fuse('ZDZ')).toMatchObject({ state: 'BELOW', newBusiness: 'OPEN' });
    const approved = await kit.approve(before);
    expect(approved.body.schemes?.[0]?.fuse).toEqual(await fuse('ZDZ'));
    await replays(approved.dealId);
    await replays(deal.dealId);
    // To a bank nothing of it.
    const shown = await kit.guarantees.get(kit.bank, approved.dealId);
    expect(JSON.stringify(shown)).not.toContain('claimsPaid');
  });

  it('a claim before anything was released is for a person, who says why business goes on', async () => {
    await claimed(await drawn(14, KJDB()), fen(100));
    expect(await fuse('KJDB')).toMatchObject({ state: 'PERSON', newBusiness: 'PERSON_DECIDES', claimsPaid: 100 });
    const deal = await kit.reviewed(15, KJDB());
    expect(await places(kit.approve(deal))).toEqual(['claim-fuse-undecided', '/fuseReason claim-fuse-undecided']);
    const decided = { decision: 'approve', amount: deal.terms.principal, reason: '通过', reasonCode: 'R' } as const;
    const decide = { event: 'decide', ...decided } as const;
    expect(await codes(kit.act(kit.guarantor, deal, { ...decide, fuseReason: ' ' }))).toBe('text-missing');
    let approved = await kit.act(kit.guarantor, deal, { ...decide, fuseReason: '首笔代偿，组合仍新' });
    expect(approved.body.schemes).toMatchObject([{ event: 'decide', fuseReason: '首笔代偿，组合仍新' }]);
    // The reason stands for the letter.
    const signedOn = kit.today();
    approved = await kit.act(kit.guarantor, approved, { event: 'contract', contractNo: 'HT-15', signedOn });
    const issued = await kit.issue(approved);
    expect(issued.body.schemes?.map(({ event, checks }) => [event, checks.length > 0])).toEqual([
      ['decide', true],
      ['issue', false],
    ]);
    await replays(issued.dealId);
    // Nobody is there to decide on a row of a batch.
    const agreement = await kit.batches.recordAgreement(kit.guarantor, kit.agreement(KJDB()));
    const file = { agreementId: agreement.agreementId, batchNo: 'K', rows: [kit.row(16)] };
    const [row] = (await kit.batches.accept(kit.bank, file)).rows;
    expect(row).toMatchObject({ outcome: 'EXCEPTION', reasons: [{ code: 'claim-fuse-undecided' }] });
  });

  it('one that was opened before schemes were asked is under that of its programme', async () => {
    const at = kit.clock.now();
    const { sharing: _none, ...terms } = { ...kit.terms(), programmeMost: null, suggestedLine: null } as GuaranteeTerms;
    const parties = [
      { institutionId: kit.bank.institutionId, desk: 'BANK' as const },
      { institutionId: kit.guarantor.institutionId, desk: 'GUAR' as const },
    ];
    const dealId = uuidv7({ msecs: at.getTime() });
    const order = { dealId, uscc: uscc(17), programme: 'KYD', openedAt: at, parties, terms };
    const { institutionId, personId } = kit.operator;
    const by = { role: 'OPS', institutionId, personId, at } as const;
    let deal = await kit.product.db.as(HOUSE, (tx) => openDeal(tx, GUARANTEE, order, { by, calendar: readCalendar() }));
    const { a, b } = kit.people;
    const report = { event: 'report', recommended: fen(1), document: HASH, summary: '尽调' } as const;
    deal = await kit.act(kit.bank, deal, { event: 'submit' });
    for (const change of [{ event: 'accept' }, { event: 'start' }, report] as const)
      deal = await kit.act(a, deal, change);
    deal = await kit.approve(await kit.act(b, deal, report));
    expect(deal.body.schemes).toMatchObject([{ scheme: 'LFF', fuse: { state: 'NONE' } }]);
    const signedOn = kit.today();
    deal = await kit.issue(await kit.act(kit.guarantor, deal, { event: 'contract', contractNo: 'HT', signedOn }));
    deal = await kit.act(kit.bank, deal, { event: 'draw', amount: fen(4 * MILLION), on: kit.today() });
    kit.pass(10);
    deal = await kit.act(kit.bank, deal, { event: 'reduce', amount: fen(3_650_000), on: kit.today() });
    expect(await fuse('LFF')).toMatchObject({ annualisedReleased: 100_000, state: 'NO_CEILING', ceilingBp: null });
    // What was put right counts as it is now.
    const correction = { event: 'correct', version: deal.version, amount: fen(7_300_000), reason: '更正' } as const;
    await kit.act(kit.bank, deal, correction);
    expect(await fuse('LFF')).toMatchObject({ annualisedReleased: 200_000 });
  });

  it('counts the calendar year: in the next one the fuse is whole again', async () => {
    expect(await fuse('KJDB')).toMatchObject({ year: 2026, state: 'PERSON' });
    kit.clock.set(new Date('2027-01-01T00:00:00+08:00'));
    expect(await fuse('KJDB')).toMatchObject({ year: 2027, state: 'NONE', claimsPaid: 0 });
  });
});
