import { Background } from '#lib/product';
import type { Reply } from '../api/api-kit.ts';
import { HASH, m, type JointDesks } from './joint-desks.ts';

export const NEEDS = [
  { part: 'equity', amount: m(10) },
  { part: 'loan', amount: m(5) },
  { part: 'guaranteed', amount: m(5) },
];
const LAST_DAY = '2026-10-31';

export const coded = ({ status, body }: Reply): [number, string] => [status, body['code'] ?? body['state']['code']];
export const reasons = ({ body }: Reply): string[] => body['errors'].map(({ code }: { code: string }) => code);

/** What the firm and its partners say in these cases. */
export function wordsOf(desks: () => JointDesks) {
  const consent = (name: string, desk: string, purpose: string, ...fields: string[]) => ({
    institutionId: desks().id(name),
    desk,
    purpose,
    fields,
    until: LAST_DAY,
    outcomes: desk === 'BANK',
  });
  const share = () => ({
    textSha256: HASH,
    consents: [
      consent('investor', 'INVEST', 'equity-review', 'identity', 'equity'),
      consent('bank', 'BANK', 'pre-loan-review', 'identity', 'score', 'financials'),
      consent('guarantor', 'GUAR', 'guarantee-review', 'identity', 'public-record'),
    ],
  });
  const commitment = (proposalVersion: number, part: string, amount: object, conditions: string[] = []) => ({
    proposalVersion,
    part,
    amount,
    expiresOn: '2026-08-31',
    conditions,
  });
  const signature = (proposalVersion: number) => ({ proposalVersion, textSha256: HASH });
  return { share, commitment, signature };
}

/** A need of firm 1 up to the first proposal's commitments; resolves to the case. */
async function committing(desks: JointDesks, more: object = {}): Promise<string> {
  const { body } = await desks.post('firm 1', 'joint-cases', { programme: 'TDD', needs: NEEDS, ...more });
  const dealId = body['dealId'] as string;
  await desks.told(
    dealId,
    ['firm 1', 'share', wordsOf(() => desks).share()],
    ['ops', 'propose', desks.proposal(m(10), m(5), m(5))],
    ['ops', 'open'],
  );
  return dealId;
}

/** 严格按比例: a case that is cut to its ratio. */
export function strictCase(desks: () => JointDesks): void {
  const { commitment, signature } = wordsOf(desks);

  it('cuts every part to 2:1:1 by the least commitment where that reading was asked for', async () => {
    const none = { programme: 'GDZ', needs: NEEDS, reading: 'strict' };
    const refused = await desks().post('firm 1', 'joint-cases', none);
    expect([coded(refused), refused.body['errors'][0].pointer]).toEqual([[422, 'joint-terms-invalid'], '/reading']);
    const dealId = await committing(desks(), { reading: 'strict' });
    const waiting = await desks().told(
      dealId,
      ['investor', 'commit', commitment(1, 'equity', m(10))],
      ['guarantor', 'commit', commitment(1, 'guaranteed', m(5))],
    );
    expect([waiting['terms'].reading, waiting['body']['package']]).toEqual(['strict', m(0)]);
    const { state, body } = await desks().told(dealId, ['bank', 'commit', commitment(1, 'loan', m(4))]);
    expect([state.code, body.package]).toEqual(['BALANCED', m(16)]);
    expect(body.positions.map((one: Record<string, unknown>) => one['effective'])).toEqual([m(8), m(4), m(4)]);
    expect(body.strict).toMatchObject({ k: m(4), binding: ['loan'], equity: m(8), debt: m(8), package: m(16) });
    expect(body.strict.parts[0]).toMatchObject({ part: 'equity', committed: m(10), unused: m(2) });

    const active = await desks().told(
      dealId,
      ...['firm 1', 'investor', 'bank', 'guarantor'].map((who) => [who, 'sign', signature(1)] as const),
      ['ops', 'activate'],
      ['investor', 'pay', { amount: m(6) }],
    );
    expect(active['body'].positions.map((one: Record<string, unknown>) => one['drawable'])).toEqual([m(0), m(3), m(3)]);
    expect(coded(await desks().tell('investor', dealId, 'pay', { amount: m(2.5) }))).toEqual([
      409,
      'joint-amount-exceeded',
    ]);
  });
}

/** 回传 joint.event.v1: what partners' machines report of a joint case. */
export function jointCallbacks(desks: () => JointDesks): void {
  const { commitment, signature } = wordsOf(desks);

  it('takes signed callbacks once and in order, and refuses what is stale or of somebody else', async () => {
    const dealId = await committing(desks());
    const [bank, investor, guarantor, stranger] = [
      await desks().machine('bank'),
      await desks().machine('investor'),
      await desks().machine('guarantor'),
      await desks().machine('stranger'),
    ];
    const receipt = ({ status, body }: Reply): unknown[] => [status, body['state'], body['repeated'], body['released']];
    const drawn = async (): Promise<unknown> => (await desks().read('bank', dealId))['body'].positions[1].drawn;

    // An answer to a proposal that is not the newest is refused by its place, and its number is free again.
    const stale = await bank.report('C-1', dealId, 'commit', commitment(2, 'loan', m(5)));
    expect([coded(stale), stale.body['errors'][0].pointer]).toEqual([
      [409, 'joint-version-stale'],
      '/detail/proposalVersion',
    ]);
    expect(receipt(await bank.report('C-1', dealId, 'commit', commitment(1, 'loan', m(5))))).toEqual([
      200,
      'applied',
      false,
      0,
    ]);
    await investor.report('C-1', dealId, 'commit', commitment(1, 'equity', m(10)));
    await guarantor.report('C-1', dealId, 'commit', commitment(1, 'guaranteed', m(5)));
    for (const machine of [bank, investor, guarantor]) await machine.report('C-1', dealId, 'sign', signature(1));
    await desks().told(dealId, ['firm 1', 'sign', signature(1)], ['ops', 'activate']);
    expect(receipt(await investor.report('C-1', dealId, 'pay', { amount: m(10) }))).toEqual([200, 'applied', false, 0]);

    // First, again, and another body under the same number.
    const draw = (amount: object) => ({
      type: 'joint.event.v1',
      externalId: 'L-1',
      seq: 1,
      dealId,
      event: 'draw',
      detail: desks().loan('loan', amount as ReturnType<typeof m>),
    });
    const first = await bank.send(draw(m(1)));
    expect(receipt(first)).toEqual([200, 'applied', false, 0]);
    expect(receipt(await bank.send(draw(m(1))))).toEqual([200, 'applied', true, 0]);
    expect(coded(await bank.send(draw(m(2))))).toEqual([422, 'callback-conflict']);
    expect(await drawn()).toEqual(m(1));

    // Out of order: the repayment waits for its draw.
    const early = await bank.report('L-1', dealId, 'repay', desks().loan('loan', m(3)), { seq: 3 });
    expect(receipt(early)).toEqual([200, 'held', false, 0]);
    const late = await bank.report('L-1', dealId, 'draw', desks().loan('loan', m(2)), { seq: 2 });
    expect(receipt(late)).toEqual([200, 'applied', false, 1]);
    const settled = (await desks().read('bank', dealId))['body'].positions[1];
    expect([settled.drawn, settled.repaid, settled.outstanding]).toEqual([m(3), m(3), m(0)]);

    // A correction is an event of its own: one million was never drawn, so one was repaid too much.
    const right = { corrects: first.body['dealVersion'], amount: m(1.5), reason: '录入有误' };
    expect(receipt(await bank.report('L-1', dealId, 'correct', right, { seq: 4 }))).toEqual([200, 'applied', false, 0]);
    expect(await drawn()).toEqual(m(3.5));

    // Nobody else's: no desk, another desk, another's part, another kind of deal.
    const one = desks().loan('loan', m(0.5));
    expect(coded(await stranger.report('L-1', dealId, 'draw', one))).toEqual([404, 'deal-unknown']);
    expect(coded(await guarantor.report('L-1', dealId, 'draw', one))).toEqual([403, 'role-refused']);
    const others = { ...one, partner: desks().id('guarantor') };
    expect(coded(await bank.report('L-2', dealId, 'draw', others))).toEqual([422, 'joint-partner-unknown']);
    const type = 'guarantee.event.v1';
    expect(coded(await bank.report('L-2', dealId, 'draw', one, { type }))).toEqual([404, 'deal-unknown']);
    const past = await bank.report('L-2', dealId, 'draw', desks().loan('guaranteed', m(5.01)));
    expect([coded(past), reasons(past)]).toEqual([
      [409, 'joint-draw-refused'],
      ['own-commitment', 'equity-recognised', 'equity-paid'],
    ]);
    expect(coded(await bank.report('L-2', dealId, 'draw', { part: 'loan' }))).toEqual([422, 'event-invalid']);
    expect(await drawn()).toEqual(m(3.5));
  });
}

/** Whose business what is: a guarantor's book is told to nobody else. */
export function jointPrivacy(desks: () => JointDesks): void {
  const { commitment, signature } = wordsOf(desks);

  it('tells by how much a cap of the guarantor is passed to the guarantor alone, and nothing of it in the case', async () => {
    const dealId = await committing(desks());
    const own = ['investor', 'bank'] as const;
    desks().setDay('2026-07-07');
    await desks().stateNetAssets('2026-07-07', m(7));
    const short = await desks().tell('guarantor', dealId, 'commit', commitment(1, 'guaranteed', m(5)));
    expect([coded(short), reasons(short)]).toEqual([
      [409, 'capacity-passed'],
      ['cap-client', 'cap-group'],
    ]);
    expect(JSON.stringify(short.body)).toContain('"limit":{"fen":70000000');

    desks().setDay('2026-07-08');
    await desks().stateNetAssets('2026-07-08', m(500));
    await desks().told(
      dealId,
      ['investor', 'commit', commitment(1, 'equity', m(10))],
      ['bank', 'commit', commitment(1, 'loan', m(5))],
      ['guarantor', 'commit', commitment(1, 'guaranteed', m(5))],
      ...['firm 1', 'investor', 'guarantor'].map((who) => [who, 'sign', signature(1)] as const),
    );
    desks().setDay('2026-07-09');
    await desks().stateNetAssets('2026-07-09', m(7));
    const told = await desks().tell('bank', dealId, 'sign', signature(1));
    expect([coded(told), reasons(told)]).toEqual([
      [409, 'capacity-passed'],
      ['cap-client', 'cap-group'],
    ]);
    expect(JSON.stringify(told.body)).not.toMatch(/limit"|before"|70000000|700,000/);
    const machine = await desks().machine('bank 2');
    const called = await machine.report('C-9', dealId, 'sign', signature(1), { nonce: 'nonce-of-another' });
    expect([coded(called), reasons(called)]).toEqual([
      [409, 'capacity-passed'],
      ['cap-client', 'cap-group'],
    ]);
    expect(JSON.stringify(called.body)).not.toMatch(/limit"|before"|70000000|700,000/);

    desks().setDay('2026-07-10');
    await desks().stateNetAssets('2026-07-10', m(500));
    await desks().told(
      dealId,
      ['bank', 'sign', signature(1)],
      ['ops', 'activate'],
      ['investor', 'pay', { amount: m(4) }],
    );
    for (const who of [...own, 'guarantor', 'firm 1', 'ops']) {
      const deal = await desks().read(who, dealId);
      expect([who, deal['events'].length]).toEqual([who, 13]);
      const shown = JSON.stringify(deal);
      expect([who, /netAssets|"caps"|"limit"|"before"|50000000000\b|700000000\b/.exec(shown)?.[0]]).toEqual([
        who,
        undefined,
      ]);
      const fields = {
        investor: /"financials"|"public-record"/,
        bank: /"public-record"|\["identity","equity"\]/,
      } as const;
      if (who in fields) expect([who, fields[who as keyof typeof fields].exec(shown)?.[0]]).toEqual([who, undefined]);
    }
  });
}

/** 期限提醒: what partners and the house are told of when nobody acts. */
export function jointAlarms(desks: () => JointDesks): void {
  it('tells the desks that are waited for, and the house, when five working days of consultation are over', async () => {
    const { body } = await desks().post('firm 1', 'joint-cases', { programme: 'TDD', needs: NEEDS });
    const dealId = body['dealId'] as string;
    const shared = await desks().told(dealId, ['firm 1', 'share', wordsOf(desks).share()]);
    const { dealAlarms } = desks().api.product;
    type Item = Readonly<Record<string, unknown>>;
    const alarms = async (query: string): Promise<readonly Item[]> =>
      ((await desks().get('ops', `deal-alarms?limit=200${query}`)).body['items'] as Item[]).filter(
        (one) => one['dealId'] === dealId,
      );
    const notices = async (who: string): Promise<readonly Item[]> =>
      ((await desks().get(who, 'notices?limit=200')).body['items'] as { type: string; body: Item }[])
        .filter(({ type, body: told }) => type === 'deal.alarm.v1' && told['dealId'] === dealId)
        .map(({ body: told }) => told);
    desks().setDay('2026-07-13');
    await dealAlarms.sweep();
    expect(await alarms('')).toEqual([]);
    desks().setDay('2026-07-14');
    // The worker does it by itself, and ends after the piece in hand.
    const faults: unknown[] = [];
    const background = new Background(desks().api.product, (event, error) => void faults.push(event, error));
    background.start(['deals']);
    await background.stop();
    expect([faults, (await notices('bank')).length]).toEqual([[], 1]);
    await dealAlarms.sweep();
    const said = { state: 'CONSULT', lastDay: '2026-07-13', version: shared['version'], usc: desks().firms.taken[0] };
    for (const who of ['investor', 'bank', 'guarantor']) expect(await notices(who)).toMatchObject([said]);
    expect(await notices('stranger')).toEqual([]);
    expect((await desks().read('ops', dealId))['version']).toBe(shared['version']);
    expect(await alarms('&standing=yes')).toMatchObject([
      {
        state: { code: 'CONSULT', zh: '会商' },
        told: ['bank', 'guarantor', 'investor'].map((who) => desks().id(who)).sort(),
      },
    ]);
    await desks().told(dealId, ['ops', 'propose', desks().proposal(m(10), m(5), m(5))]);
    expect([(await alarms('')).length, await alarms('&standing=yes')]).toEqual([1, []]);
    expect((await desks().get('ops', 'deal-alarms?limit=1')).body['items']).toHaveLength(1);
    expect(coded(await desks().get('ops', 'deal-alarms?standing=perhaps'))).toEqual([400, 'request-invalid']);
  });
}
