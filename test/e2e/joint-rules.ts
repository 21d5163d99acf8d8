import type { Reply } from '../api/api-kit.ts';
import { deliver } from '../kit/deliver.ts';
import { columnsOf, m, type JointDesks } from './joint-desks.ts';
import { coded, committing, reasons, wordsOf } from './joint-stories.ts';

/** A case of firm 1 on which may be drawn. */
async function activeCase(desks: JointDesks): Promise<string> {
  const { commitment, signature } = wordsOf(() => desks);
  const dealId = await committing(desks);
  await desks.told(
    dealId,
    ['investor', 'commit', commitment(1, 'equity', m(10))],
    ['bank', 'commit', commitment(1, 'loan', m(5))],
    ['guarantor', 'commit', commitment(1, 'guaranteed', m(5))],
    ...['firm 1', 'investor', 'bank', 'guarantor'].map((who) => [who, 'sign', signature(1)] as const),
    ['ops', 'activate'],
    ['investor', 'pay', { amount: m(10) }],
  );
  return dealId;
}

/** 席位与授权: who moves a case, and who is told of it. */
export function jointParts(desks: () => JointDesks): void {
  it('is moved, thawed and read by those who take part in it with the consent of the firm', async () => {
    const dealId = await activeCase(desks());
    const cure = { cure: '已按约放款' };
    const frozen = { reason: 'partner-default', text: '银行未按约放款', partner: desks().id('bank') };
    await desks().told(dealId, ['investor', 'freeze', frozen], ['bank', 'unfreeze', cure]);
    const alone = await desks().tell('bank 2', dealId, 'unfreeze', cure);
    expect([coded(alone), alone.body['errors'][0].header]).toEqual([[409, 'joint-unfreeze-refused'], 'Authorization']);
    expect((await desks().told(dealId, ['guarantor', 'unfreeze', cure]))['state'].code).toBe('ACTIVE');

    await desks().told(dealId, ['firm 1', 'unshare', { institutionId: desks().id('bank') }]);
    const { version } = await desks().read('ops', dealId);
    for (const [event, detail] of [
      ['freeze', { reason: 'partner-default', text: '' }],
      ['freeze', frozen],
    ] as const)
      expect(coded(await desks().tell('bank', dealId, event, detail))).toEqual([403, 'joint-part-missing']);
    const own = await desks().read('bank', dealId);
    const allowed = (deal: Reply['body']): string[] => deal['allowed'].map(({ event }: { event: string }) => event);
    expect([allowed(own).includes('draw'), allowed(own).includes('freeze')]).toEqual([true, false]);
    expect(allowed(await desks().read('guarantor', dealId))).toContain('freeze');
    expect(own['body'].positions.map(({ part }: { part: string }) => part)).toEqual(['loan', 'guaranteed']);
    expect([own['parties'], own['body'].ledger.rows]).toEqual([
      [{ institutionId: desks().id('bank'), desk: 'BANK' }],
      [],
    ]);
    expect(JSON.stringify(own['body'])).not.toContain(m(10).fen.toString());
    // Its loan is its own to draw and to report.
    const drawn = await desks().told(dealId, ['bank', 'draw', desks().loan('loan', m(1))]);
    expect(drawn['version']).toBe(version + 1);
    type Told = { readonly body: { readonly caseId?: string; readonly event?: string } };
    const told = async (who: string): Promise<(string | undefined)[]> =>
      ((await desks().get(who, 'notices?limit=200')).body['items'] as Told[])
        .filter(({ body }) => body.caseId === dealId)
        .map(({ body }) => body.event);
    await desks().told(dealId, ['guarantor', 'freeze', frozen]);
    expect([(await told('bank')).at(-1), (await told('investor')).at(-1)]).toEqual([undefined, 'freeze']);
  });
}

/** 报送日: what moved is told on the next working day. */
export function jointDays(desks: () => JointDesks): void {
  it('takes a draw on the last day when it is told afterwards, and a correction when all seems repaid', async () => {
    const dealId = await activeCase(desks());
    await desks().wakeOn('2027-01-04');
    const draw = (day?: string) => ({ ...desks().loan('loan', m(2)), ...(day === undefined ? {} : { on: day }) });
    expect(reasons(await desks().tell('bank', dealId, 'draw', draw()))).toEqual(['availability-over']);
    const ahead = await desks().tell('bank', dealId, 'draw', draw('2027-01-05'));
    expect([coded(ahead), ahead.body['errors'][0].pointer]).toEqual([[422, 'date-invalid'], '/detail/on']);
    const drawn = await desks().told(dealId, ['bank', 'draw', draw('2026-12-31')]);
    expect(drawn['body'].ledger.rows.at(-1)).toMatchObject({ event: 'draw', on: '2026-12-31', amount: m(2) });
    await desks().wakeOn('2027-01-11');
    await desks().wakeOn('2027-12-01');
    // Typed in full where half was meant: the next sweep does not end the case.
    const typo = await desks().told(dealId, ['bank', 'repay', { ...draw('2027-11-30') }]);
    await desks().wakeOn('2027-12-02');
    const right = { corrects: typo['version'], amount: m(1), reason: '录入有误' };
    await desks().told(dealId, ['bank', 'correct', right]);
    await desks().wakeOn('2027-12-20');
    const owes = await desks().read('ops', dealId);
    expect([owes['state'].code, columnsOf(owes)]).toEqual(['RUN_OFF', { off: 0, firm: m(11).fen, books: m(11).fen }]);
  });
}

/** 担保额度预留: as long as the commitment, and free where nothing of it is effective. */
export function jointRoom(desks: () => JointDesks): void {
  const { commitment, signature } = wordsOf(desks);

  it('binds a guarantor as long as its room is kept, and signs where nothing of it is effective', async () => {
    const dealId = await committing(desks());
    const long = { ...commitment(1, 'guaranteed', m(5)), expiresOn: '2026-11-03' };
    const refused: Reply = await desks().tell('guarantor', dealId, 'commit', long);
    expect([coded(refused), refused.body['errors'][0].pointer]).toEqual([
      [422, 'joint-commitment-invalid'],
      '/detail/expiresOn',
    ]);
    const signed = await desks().told(
      dealId,
      ['investor', 'commit', commitment(1, 'equity', m(10))],
      ['bank', 'commit', commitment(1, 'loan', m(5))],
      // Less than a unit of ten thousand yuan.
      ['guarantor', 'commit', commitment(1, 'guaranteed', m(0.005))],
      ...['firm 1', 'investor', 'guarantor', 'bank'].map((who) => [who, 'sign', signature(1)] as const),
    );
    expect([signed['state'].code, signed['body'].package]).toEqual(['SIGNED', m(15)]);
  });
}

/** 一票否决: the last story of its suite, for it ends every case of the firm. */
export function jointKnockOut(desks: () => JointDesks): void {
  it('is frozen by the house on the day on which the ledger learns of a knock-out', async () => {
    const dealId = await activeCase(desks());
    const { product, clock } = desks().api;
    const header = '统一社会信用代码,企业名称,列入原因,列入日期,列入机关,移出日期,移出原因,操作标志';
    const row = `${desks().firms.taken[0]!},,提交虚假材料取得登记,2026-07-03,样例局,,,U`;
    clock.pass(60_000);
    const body = `${header}\n${row}\n`;
    const { deliveryId, held } = await deliver(product, { source: 'serious-violations', layout: 'listings', body });
    if (held !== null) {
      await product.deliveries.release(deliveryId, { person: product.person, reason: '逐行核对' });
      await product.intake.process(deliveryId);
    }
    await product.knockOutWatch.follow();
    const frozen = await desks().read('ops', dealId);
    expect([frozen['state'].code, frozen['body'].freezes.at(-1)]).toEqual([
      'FROZEN',
      expect.objectContaining({ reason: 'knock-out', text: 'K03' }),
    ]);
    expect(frozen['events'].at(-1)).toMatchObject({ event: 'freeze', role: 'SYSTEM' });
    const drawn = await desks().tell('bank', dealId, 'draw', desks().loan('loan', m(1)));
    expect(coded(drawn)).toEqual([409, 'transition-refused']);
  });
}
