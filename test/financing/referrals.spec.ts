import { fen } from '#lib/kernel';
import type { Principal } from '#lib/access';
import { loanOf, type Referral, type ReferralChange } from '#lib/financing';
import { problemCode } from '../runs/book.ts';
import { day, Desks } from './desks.ts';

const DAY = 86_400_000;
const AT = '2026-03-02T02:00:00Z';

const approve = { event: 'approve', amount: fen(1_000_000_00), rateBp: 395, termMonths: 12, form: 'credit' } as const;
const contract = {
  event: 'contract',
  contractNo: 'L-1',
  signedOn: day('2026-03-02'),
  drawUntil: day('2026-06-30'),
  maturity: day('2027-03-02'),
} as const;
const draw = { event: 'draw', amount: fen(600_000_00), on: day('2026-03-02'), firstLoan: true } as const;
const GRANTED: readonly ReferralChange[] = [{ event: 'accept', externalId: 'X' }, approve, contract, draw];

describe('referrals', () => {
  let desks: Desks;
  let a: Principal;
  let b: Principal;
  beforeAll(async () => {
    desks = await Desks.open(AT, 10, 11);
    [a, b] = desks.banks as [Principal, Principal];
  });
  afterAll(() => desks.close());
  beforeEach(() => desks.clock.set(new Date(AT)));

  const say = (by: Principal, dealId: string, ...changes: readonly ReferralChange[]): Promise<unknown> =>
    changes.reduce<Promise<unknown>>(
      (done, change) => done.then(() => desks.say(by, dealId, change)),
      Promise.resolve(),
    );
  const states = (...dealIds: readonly string[]): Promise<string[]> =>
    Promise.all(dealIds.map(async (dealId) => (await desks.deal(dealId)).state));
  const notices = async (aggregate: string): Promise<string[]> => {
    const { rows } = await desks.product.database.admin.query<{ said: string }>(
      `SELECT code || ' ' || (body ->> 'status') AS said FROM notice JOIN institution USING (institution_id)
       WHERE aggregate = $1 ORDER BY at, seq`,
      [aggregate],
    );
    return rows.map(({ said }) => said);
  };

  it('go from the offer to the last repayment by what the bank calls back', async () => {
    const { dealId } = await desks.offer(1, a);
    // Before the firm agrees and it is sent, the bank does not even know of it.
    expect([await desks.seenBy(a, 1), await desks.seenBy(desks.firm(1), 1)]).toEqual([[], [dealId]]);
    await desks.say(desks.firm(1), dealId, { event: 'consent', outcomes: true, until: day('2027-12-31') });
    expect(await desks.seenBy(a, 1)).toEqual([]);
    await desks.say(desks.ops, dealId, { event: 'send' });
    expect([await desks.seenBy(a, 1), await desks.seenBy(b, 1), await desks.seenBy(desks.firm(2), 1)]).toEqual([
      [dealId],
      [],
      [],
    ]);
    expect(await problemCode(desks.callBack(b, dealId, [{ event: 'accept' }]))).toBe('deal-unknown');

    const receipts = await desks.callBack(a, dealId, [{ event: 'accept' }, approve, contract, draw]);
    expect(receipts.map(({ state, dealVersion }) => [state, dealVersion])).toEqual(
      [4, 5, 6, 7].map((version) => ['applied', version]),
    );
    desks.clock.set(new Date('2026-05-06T02:00:00Z'));
    const pay = { event: 'pay', amount: fen(200_000_00), on: day('2026-05-06') };
    const april = { event: 'report-month', month: '2026-04', balance: 600_000_00, daysPastDue: 0, loanClass: 'pass' };
    await desks.callBack(a, dealId, [april, pay, { event: 'correct', corrects: 9, amount: fen(150_000_00) }], 5);
    const running = await desks.deal(dealId);
    expect([running.state, running.body.externalId, loanOf(running).outstanding]).toEqual([
      'PERFORMING',
      `X-${dealId}`,
      450_000_00,
    ]);
    // A second correction of the same payment, and the rest.
    await desks.callBack(
      a,
      dealId,
      [
        { event: 'correct', corrects: 9, amount: fen(250_000_00) },
        { event: 'pay', amount: fen(350_000_00), on: day('2026-05-06') },
        { event: 'repaid', on: day('2026-05-06') },
      ],
      8,
    );
    expect((await desks.deal(dealId)).body).toMatchObject({ repaidEarly: true, firstLoan: true, everDefaulted: false });
    desks.clock.pass(31 * DAY);
    await desks.deals.referrals.sweep();
    const closed = await desks.deal(dealId);
    expect([closed.state, closed.version]).toEqual(['CLOSED', 14]);
    expect(await desks.replay(dealId)).toEqual(closed);
    // Partners are told what others did, not what they said themselves.
    expect(await notices(`referral/${dealId}`)).toEqual(['bank-1 REFERRED', 'bank-1 CLOSED']);
  });

  it('take only what partners may say, and say what there is', async () => {
    const dealId = await desks.sent(2, a);
    const { version } = await desks.deal(dealId);
    const { referrals, callbacks } = desks.deals;
    const change = { event: 'accept', externalId: 'X' } as const;
    expect(await problemCode(referrals.command(a, { dealId, change, version: version - 1 }))).toBe('version-stale');
    expect(await problemCode(referrals.command(b, { dealId, change, version }))).toBe('deal-unknown');
    expect(await problemCode(desks.callBack(a, dealId, [{ event: 'no-response' }]))).toBe('role-refused');
    expect(await problemCode(desks.callBack(a, dealId, [{ event: 'constructor' }]))).toBe('event-unknown');
    const other = { externalId: 'X', seq: 1, type: 'loan.other.v1', dealId, event: 'accept', detail: {} };
    expect(await problemCode(callbacks.receive(a, other, Buffer.from('{}')))).toBe('callback-type-unknown');
    expect((await desks.deal(dealId)).version).toBe(version);
    expect(await problemCode(desks.product.referrals.offer(desks.ops, { ...offerOf(), programme: 'NONE' }))).toBe(
      'programme-unknown',
    );
    const own = { ...offerOf(), nextBanks: [b.institutionId] };
    expect(await problemCode(referrals.offer(a, own))).toBe('bank-unknown');
    const { admin } = desks.product.database;
    for (const tampered of ['UPDATE deal_event SET version = 9', 'DELETE FROM deal_event', 'DELETE FROM deal_party'])
      await expect(admin.query(`${tampered} WHERE deal_id = $1`, [dealId])).rejects.toThrow('only ever added to');
  });

  const offerOf = () => ({
    uscc: desks.firm(2).uscc!,
    programme: 'CKT',
    bank: a.institutionId,
    nextBanks: [],
    amount: fen(1),
    form: 'credit' as const,
    validUntil: day('2026-05-31'),
  });

  it('are with three banks at once at most, however many are sent at the same moment', async () => {
    const firm = desks.firm(3);
    const offered = await Promise.all(desks.banks.slice(0, 8).map((bank) => desks.offer(3, bank)));
    for (const { dealId } of offered)
      await desks.say(firm, dealId, { event: 'consent', outcomes: false, until: day('2027-12-31') });
    const send = (dealId: string) => problemCode(desks.say(firm, dealId, { event: 'send' }));
    const said = await Promise.all(offered.map(({ dealId }) => send(dealId)));
    expect(said.sort()).toEqual([...Array<string>(3).fill('no problem'), ...Array<string>(5).fill('referrals-full')]);
    const all = await Promise.all(offered.map(({ dealId }) => desks.deal(dealId)));
    const [open] = all.filter(({ state }) => state === 'REFERRED');
    const waiting = all.find(({ state }) => state === 'FIRM_INTERESTED')!;
    expect(await send(waiting.dealId)).toBe('referrals-full');
    // An answer makes room.
    const bank = desks.banks.find(({ institutionId }) => institutionId === open!.terms.bank)!;
    await desks.say(bank, open!.dealId, { event: 'decline', code: 'need' });
    expect(await send(waiting.dealId)).toBe('no problem');
  });

  it('are approved up to the cap of their programme, net of what the firm has under it, also at the same moment', async () => {
    const zzd = { programme: 'ZZD', form: 'guaranteed' } as const;
    const most = { ...approve, amount: fen(3_000_000_00), form: 'guaranteed', overLineReason: '担保' } as const;
    const both = [await desks.sent(9, a, zzd), await desks.sent(9, b, zzd)] as const;
    for (const [i, bank] of [a, b].entries()) await say(bank, both[i]!, { event: 'accept', externalId: `Z-${i}` });
    const said = await Promise.all([a, b].map((bank, i) => problemCode(desks.say(bank, both[i]!, most))));
    expect(said.sort()).toEqual(['no problem', 'programme-cap']);
    const stands = (await states(...both)).indexOf('DUE_DILIGENCE');
    const again = (amount: number) =>
      problemCode(desks.say([a, b][stands]!, both[stands]!, { ...most, amount: fen(amount) }));
    expect(await again(1)).toBe('programme-cap');
    const approved = both[1 - stands]!;
    expect(await desks.replay(approved)).toEqual(await desks.deal(approved));
    // What it uses of the programme with others is for the firm to see.
    const roomFor = async (who: Principal): Promise<unknown> =>
      (await desks.deals.deals.get(who, approved)).deal.events.find(({ event }) => event === 'approve')!.detail['room'];
    expect([await roomFor(desks.firm(9)), await roomFor([a, b][1 - stands]!)]).toEqual([
      { cap: 3_000_000_00, used: 0, guaranteed: true, term: null },
      undefined,
    ]);
    // What lapses makes room again.
    desks.clock.pass(61 * DAY);
    await desks.deals.referrals.sweep();
    expect([await states(approved), await again(3_000_000_00)]).toEqual([['LAPSED'], 'no problem']);
  });

  it('under a programme that is guaranteed are guaranteed, and drawn when a letter is there', async () => {
    const kyd = { programme: 'KYD', form: 'guaranteed' } as const;
    expect(await problemCode(desks.offer(11, a, { ...kyd, form: 'credit' }))).toBe('guarantee-needed');
    const dealId = await desks.sent(11, a, kyd);
    await say(a, dealId, { event: 'accept', externalId: 'K' });
    const granted = { ...approve, form: 'guaranteed' } as const;
    const said = (change: ReferralChange) => problemCode(desks.say(a, dealId, change));
    expect(await said({ ...granted, form: 'credit' })).toBe('guarantee-needed');
    expect([await said({ ...granted, termMonths: 11 }), await said({ ...granted, termMonths: 37 })]).toEqual([
      'number-invalid',
      'number-invalid',
    ]);
    await say(a, dealId, granted, contract);
    expect([await said(draw), await states(dealId)]).toEqual(['guarantee-needed', ['CONTRACTED']]);
    expect(await desks.replay(dealId)).toEqual(await desks.deal(dealId));
  });

  it('are offered for no more than the programme lends one firm, and for ninety days at most', async () => {
    const offered = (more: object) => problemCode(desks.offer(10, a, more));
    expect(await offered({ programme: 'ZZD', form: 'guaranteed', amount: fen(3_000_000_01) })).toBe('offer-over');
    expect(await offered({ amount: fen(10_000_000_01) })).toBe('offer-over');
    expect(await offered({ amount: fen(10_000_000_00) })).toBe('no problem');
    expect(await offered({ validUntil: day('2026-06-01') })).toBe('date-invalid');
    expect(await offered({ validUntil: day('2026-05-31') })).toBe('no problem');
  });

  it('pass a silent bank by after three working days, and ask the next with the consent of the firm', async () => {
    desks.clock.set(new Date('2026-09-30T02:00:00Z'));
    const [c, d] = [desks.banks[8]!, desks.banks[3]!];
    const nextBanks = [c.institutionId, d.institutionId];
    const dealId = await desks.sent(4, b, { nextBanks });
    const unasked = await desks.sent(5, b);
    // All places of the firm are taken: the silent one's own becomes free for the next.
    await desks.sent(4, a);
    await desks.sent(4, desks.banks[4]!);
    // To whom its consent carries is for the firm to see, and no business of the bank that is asked first.
    const nextFor = async (who: Principal): Promise<unknown> =>
      ((await desks.deals.deals.get(who, dealId)).deal.terms as Referral['terms']).nextBanks;
    expect([await nextFor(desks.firm(4)), await nextFor(b)]).toEqual([nextBanks, []]);
    // 1 to 7 October are off; 8, 9 and Saturday the 10th are worked.
    desks.clock.set(new Date('2026-10-10T15:59:59Z'));
    await desks.deals.referrals.sweep();
    expect(await states(dealId)).toEqual(['REFERRED']);
    await desks.product.access.moveInstitution(c.institutionId, 'suspend', { reason: '停业' });
    desks.clock.set(new Date('2026-10-10T16:00:00Z'));
    await Promise.all([desks.deals.referrals.sweep(), desks.deals.referrals.sweep()]);
    expect(await states(dealId, unasked)).toEqual(['NO_RESPONSE', 'NO_RESPONSE']);

    expect(await desks.seenBy(c, 4)).toEqual([]);
    const [next, ...more] = await desks.seenBy(d, 4);
    expect(more).toEqual([]);
    const asked = await desks.deal(next!);
    expect([asked.state, asked.terms.follows, asked.terms.nextBanks]).toEqual(['REFERRED', dealId, []]);
    expect(asked.body.consent).toEqual({ outcomes: true, until: '2027-12-31' });
    expect(await desks.replay(next!)).toEqual(asked);
    expect(await desks.replay(dealId)).toEqual(await desks.deal(dealId));
    expect(await desks.seenBy(b, 4)).toEqual([dealId]);
    expect(await notices(`referral/${next!}`)).toEqual(['bank-4 REFERRED']);
    expect(await desks.seenBy(desks.firm(5), 5)).toEqual([unasked]);
    // Asked as any bank is: that it was is an outcome too.
    const { rows } = await desks.product.database.admin.query('SELECT line FROM outcome WHERE deal_id = $1', [next]);
    expect(rows).toEqual([{ line: expect.objectContaining({ event: 'REFERRED', partner: 'bank-4' }) }]);
  });

  it('pass it by also when the consent of the firm has ended: then nobody else is asked', async () => {
    const { dealId } = await desks.offer(6, a, { nextBanks: [b.institutionId] });
    await desks.say(desks.firm(6), dealId, { event: 'consent', outcomes: true, until: day('2026-03-03') });
    await desks.say(desks.firm(6), dealId, { event: 'send' });
    desks.clock.pass(5 * DAY);
    await desks.deals.referrals.sweep();
    expect([await states(dealId), await desks.seenBy(desks.firm(6), 6)]).toEqual([['NO_RESPONSE'], [dealId]]);
  });

  it('renew a loan without repayment: the linked loan begins with the same fen', async () => {
    const dealId = await desks.sent(7, a);
    await say(a, dealId, ...GRANTED, { event: 'pay', amount: fen(123_456_78), on: day('2026-03-02') });
    const old = await desks.deal(dealId);
    const next = { signedOn: day('2026-03-02'), drawUntil: day('2026-03-02'), maturity: day('2027-09-02') };
    await say(a, dealId, { event: 'renew', on: day('2026-03-02'), rateBp: 360, contractNo: 'L-2', ...next });
    const renewed = await desks.deal(dealId);
    const linked = await desks.deal(renewed.body.renewedBy!);
    expect([renewed.state, loanOf(renewed).outstanding, linked.state]).toEqual(['RENEWED', 0, 'PERFORMING']);
    expect([linked.terms.follows, linked.body.contract]).toEqual([dealId, { contractNo: 'L-2', ...next }]);
    const carried = loanOf(linked);
    expect([carried.drawn, carried.outstanding]).toEqual([476_543_22, loanOf(old).outstanding]);
    expect([await desks.replay(dealId), await desks.replay(linked.dealId)]).toEqual([renewed, linked]);
    await say(a, linked.dealId, { event: 'pay', amount: fen(476_543_22), on: day('2026-03-02') });
    desks.clock.pass(2 * DAY);
    await desks.deals.referrals.sweep();
    expect(await states(dealId)).toEqual(['CLOSED']);
    expect((await desks.seenBy(a, 7)).sort()).toEqual([dealId, linked.dealId].sort());
    expect(await desks.seenBy(b, 7)).toEqual([]);
  });

  it('wait a day after the last one on which they may be drawn: it is told on the next (T+1)', async () => {
    const dealIds = [await desks.sent(10, a), await desks.sent(10, b)] as const;
    for (const [i, bank] of [a, b].entries()) await say(bank, dealIds[i]!, ...GRANTED.slice(0, 3));
    desks.clock.set(new Date('2026-07-01T02:00:00Z'));
    await desks.deals.referrals.sweep();
    await say(a, dealIds[0], { ...draw, on: day('2026-06-30') });
    expect(await states(...dealIds)).toEqual(['PERFORMING', 'CONTRACTED']);
    desks.clock.pass(DAY);
    await desks.deals.referrals.sweep();
    expect(await states(...dealIds)).toEqual(['PERFORMING', 'LAPSED']);
  });

  it('default when a claim is filed under their guarantee, whatever the days past due', async () => {
    const dealId = await desks.sent(8, a);
    await say(a, dealId, ...GRANTED);
    const { db } = desks.product;
    const claim = { dueOn: day('2026-02-01'), on: day('2026-03-02'), at: desks.clock.now() };
    const claimed = (): Promise<void> => db.as('house', (tx) => desks.deals.referrals.claimed(tx, dealId, claim));
    await claimed();
    // A second claim finds it as it is.
    await claimed();
    const defaulted = await desks.deal(dealId);
    expect([defaulted.state, defaulted.body.everDefaulted, defaulted.body.defaultedOn]).toEqual([
      'DEFAULTED',
      true,
      '2026-03-02',
    ]);
    expect([defaulted.body.overdueSince, defaulted.body.daysPastDue]).toEqual(['2026-02-01', 29]);
    expect(await desks.replay(dealId)).toEqual(defaulted);
    expect(await notices(`referral/${dealId}`)).toEqual(['bank-1 REFERRED', 'bank-1 OVERDUE', 'bank-1 DEFAULTED']);
  });

  it('are read by pages that hold what an institution opened and where it sits, each once, the newest first', async () => {
    const bank = desks.banks[9]!;
    const own = { bank: bank.institutionId, nextBanks: [] };
    const opened = async (by: Principal, firm: number): Promise<string> => {
      const offer = { uscc: desks.firm(firm).uscc!, programme: 'CKT', amount: fen(1_000_000_00), ...own };
      return (await desks.deals.referrals.offer(by, { ...offer, form: 'credit', validUntil: day('2026-05-31') }))
        .dealId;
    };
    const mine = [await opened(bank, 5), await opened(bank, 6), await opened(bank, 5)];
    // Not yet sent: it is not the bank's.
    await opened(desks.ops, 6);
    for (const firm of [5, 6]) mine.push(await desks.sent(firm, bank));
    // A second seat at one of them.
    await desks.product.database.admin.query(
      `INSERT INTO deal_party (deal_id, institution_id, desk, joined_at) VALUES ($1, $2, 'GUAR', now())`,
      [mine[4], bank.institutionId],
    );
    const newest = mine.toSorted().toReversed();
    const walked = async (query: { readonly state?: string; readonly uscc?: string } = {}): Promise<string[]> => {
      const ids: string[] = [];
      for (let before: string | undefined; ; before = ids.at(-1)!) {
        const rows = await desks.deals.deals.page(bank, { limit: 1, ...query, ...(before ? { before } : {}) });
        ids.push(...rows.slice(0, 1).map(({ dealId }) => dealId));
        if (rows.length <= 1) return ids;
      }
    };
    expect(await walked()).toEqual(newest);
    expect(await walked({ state: 'REFERRED' })).toEqual(newest.filter((id) => mine.indexOf(id) > 2));
    expect(await walked({ uscc: desks.firm(6).uscc! })).toEqual(
      newest.filter((id) => [1, 4].includes(mine.indexOf(id))),
    );
  });
});
