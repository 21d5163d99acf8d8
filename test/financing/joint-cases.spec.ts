import { HOUSE, type Principal } from '#lib/access';
import {
  dealEvents,
  findDeal,
  JOINT_CASE,
  JointCases,
  ledgerOf,
  recordsOf,
  replayed,
  takeDeal,
  type Admission,
  type Admit,
  type Command,
  type JointCaseView,
  type JointChange,
  type Outcome,
  type OutcomeBook,
} from '#lib/financing';
import { fen, FixedClock, ProblemError, type Fen } from '#lib/kernel';
import { noticesAfter } from '#lib/notices';
import { readCalendar } from '#lib/product';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, register } from '../kit/firms.ts';
import { codeOf, HASH, usedBy, jointPartners, jointWords, RoomOf, YEAR_END } from './joint-partners.ts';
import { pageOf } from './pages.ts';

const FIRM = demoUscc(1);
const MILLION = 100_000_000;

const NEEDS = [
  { part: 'equity', amount: fen(10 * MILLION) },
  { part: 'loan', amount: fen(5 * MILLION) },
  { part: 'guaranteed', amount: fen(5 * MILLION) },
] as const;

describe('joint cases', () => {
  const START = '2026-07-06T02:00:00Z';
  let clock: FixedClock;
  let product: TestProduct;
  let capacity: RoomOf;
  let cases: JointCases;
  let noted: Outcome[];
  const outcomes: OutcomeBook = {
    note: (_tx, outcome) => Promise.resolve(void noted.push(outcome)),
    noteMonth: () => Promise.reject(new Error('no month of a joint case')),
  };
  /** What the programme says of the firm; NOT takes none. */
  let admission: Admission;
  const admit: Admit = (tx, { programme, uscc, besides = [] }) =>
    programme === 'NOT'
      ? Promise.reject(new ProblemError({ code: 'programme-refused', status: 409, zh: '不符合', en: 'refused' }))
      : uscc === FIRM
        ? Promise.resolve(admission)
        : usedBy(tx, uscc, { admission, besides });
  let who: Record<string, Principal>;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock(START));
    await deliver(product, register([1, 2]));
    who = await jointPartners(product, FIRM);
  });
  beforeEach(() => {
    clock = new FixedClock(START);
    capacity = new RoomOf();
    noted = [];
    admission = { suggestedLine: null, programmeCap: null, programmeUsed: fen(0) };
    const { db, notices } = product;
    cases = new JointCases({ db, notices, calendar: readCalendar(), clock }, { capacity, admit, outcomes });
  });
  afterAll(() => product.close());

  const id = (name: string): string => who[name]!.institutionId;
  const open = (by = 'firm', more: object = {}): Promise<JointCaseView> =>
    cases.open(who[by]!, {
      uscc: FIRM,
      programme: 'TDD',
      variant: 'tdd',
      unit: fen(1_000_000),
      needs: NEEDS,
      minEquity: fen(MILLION),
      cap: null,
      guaranteeTailMonths: 6,
      ...more,
    });
  /** Each in turn, at the version that the one before left. */
  async function tell(
    dealId: string,
    ...told: readonly (readonly [by: string, change: JointChange])[]
  ): Promise<JointCaseView> {
    let view = await cases.get(who['house']!, dealId);
    for (const [by, change] of told) view = await cases.raise(who[by]!, { dealId, version: view.version, change });
    return view;
  }
  const { consent, share, line, commit, sign } = jointWords(id);
  const toCommitting = (): readonly (readonly [string, JointChange])[] => [
    share(),
    ['bank', { event: 'say', round: 'internal', opinion: 'support', need: '审计报告', text: '可做' }],
    [
      'house',
      {
        event: 'propose',
        lines: [
          line('equity', 'investor', 10 * MILLION),
          line('loan', 'bank', 5 * MILLION),
          line('guaranteed', 'guarantor', 5 * MILLION),
        ],
        availableUntil: YEAR_END,
        note: '',
      },
    ],
    ['house', { event: 'open' }],
  ];
  const toSigned = (): readonly (readonly [string, JointChange])[] => [
    ...toCommitting(),
    commit('investor', 'equity', 10 * MILLION),
    commit('bank', 'loan', 5 * MILLION),
    commit('guarantor', 'guaranteed', 5 * MILLION),
    ...['firm', 'bank', 'investor', 'guarantor'].map(sign),
  ];
  const activate: readonly [string, JointChange] = ['bank', { event: 'activate' }];
  const pay = (amount: number): readonly [string, JointChange] => ['investor', { event: 'pay', amount: amount as Fen }];
  const bank = (
    event: 'draw' | 'repay',
    part: 'loan' | 'guaranteed',
    amount: number,
  ): readonly [string, JointChange] => [
    'bank',
    { event, part, partner: id(part === 'loan' ? 'bank' : 'guarantor'), amount: amount as Fen },
  ];

  it('go from a need to fulfilled, every fen accounted for; what is stored is what its events tell', async () => {
    const { dealId, state } = await open();
    expect(state).toBe('NEED');
    const active = await tell(dealId, ...toSigned(), activate, pay(6 * MILLION));
    expect([active.state, active.package]).toEqual(['ACTIVE', 20 * MILLION]);
    expect(active.positions.map(({ drawable }) => drawable)).toEqual([0, 3 * MILLION, 3 * MILLION]);
    const lent = await tell(
      dealId,
      pay(4 * MILLION),
      bank('draw', 'loan', 5 * MILLION),
      bank('draw', 'guaranteed', 4 * MILLION),
      bank('repay', 'guaranteed', 4 * MILLION),
      bank('repay', 'loan', 5 * MILLION),
    );
    expect(lent.ledger.totals).toEqual({
      cash: { [id('investor')]: -10 * MILLION, [id('bank')]: 0, FIRM: 10 * MILLION },
      books: { equity: 10 * MILLION, outstanding: 0, toRecover: 0, borne: 0, interest: 0 },
    });
    // What the firm let its bank report, the equity not among it.
    expect(noted.map(({ kind, amount, institutionId }) => [kind, amount, institutionId === id('bank')])).toEqual([
      ['drawn', 5 * MILLION, true],
      ['drawn', 4 * MILLION, true],
      ['repaid', 4 * MILLION, true],
      ['repaid', 5 * MILLION, true],
    ]);
    // Its availability ends by time, and it is over when no correction came: nothing is owed.
    const swept: string[] = [];
    for (const day of ['10', '11', '21', '22']) {
      clock.set(`2027-01-${day}T02:00:00Z`);
      await cases.sweep();
      swept.push((await cases.get(who['firm']!, dealId)).state);
    }
    expect(swept).toEqual(['ACTIVE', 'RUN_OFF', 'RUN_OFF', 'FULFILLED']);
    expect(capacity.calls).toEqual(['reserve 5', 'issue 5', 'lower 1', 'lower 0', 'release']);

    await product.db.as(HOUSE, async (tx) => {
      const deal = (await findDeal(tx, JOINT_CASE, dealId))!;
      const order = { ...deal, parties: [] };
      expect(replayed(JOINT_CASE, order, recordsOf<JointChange>(await dealEvents(tx, dealId)))).toEqual(deal);
      expect(ledgerOf(deal).rows).toHaveLength(6);
    });
    await expect(
      product.database.admin.query(`UPDATE deal_event SET detail = '{}' WHERE deal_id = $1`, [dealId]),
    ).rejects.toThrow(/only ever added to/);
  });

  it('show nobody a case to whom the firm gave no desk, and each its own consent only', async () => {
    const { dealId } = await open();
    for (const name of ['bank', 'investor', 'stranger'])
      expect([name, await codeOf(cases.get(who[name]!, dealId))]).toEqual([name, 'deal-unknown']);
    await tell(dealId, share());
    expect((await cases.get(who['bank']!, dealId)).visible).toEqual([
      {
        desk: 'BANK',
        purpose: 'pre-loan-review',
        fields: ['identity', 'score'],
        until: YEAR_END,
        consentVersion: 2,
      },
    ]);
    expect((await cases.get(who['bank']!, dealId)).consents).toHaveLength(1);
    expect(await codeOf(cases.get(who['stranger']!, dealId))).toBe('deal-unknown');
    expect(await codeOf(cases.history(who['stranger']!, dealId))).toBe('deal-unknown');
    expect(await pageOf(product, clock, who['stranger']!)).toEqual([]);
    const say = { event: 'say', round: 'external', opinion: 'noted', need: null, text: '' } as const;
    expect(await codeOf(cases.raise(who['stranger']!, { dealId, version: 2, change: say }))).toBe('deal-unknown');
    const ended = await tell(dealId, ['firm', { event: 'unshare', institutionId: id('bank'), purpose: null }]);
    expect(ended.consents.map(({ withdrawnOn }) => withdrawnOn)).toEqual([null, '2026-07-06', null]);
    expect((await cases.get(who['bank']!, dealId)).visible).toEqual([]);
    expect((await cases.get(who['investor']!, dealId)).visible).toHaveLength(1);
    expect((await cases.history(who['investor']!, dealId)).at(-1)!.detail).toEqual({});
    const told = await product.db.as(HOUSE, (tx) => noticesAfter(tx, id('bank'), { after: 0, limit: 200 }));
    const own = told.items.filter(({ aggregate }) => aggregate === `joint-case/${dealId}`);
    expect(own.map(({ type }) => type)).toEqual(['joint.event.v1', 'joint.consent.v1']);
  });

  it('keep internal consultation from the firm, in the case and in its history', async () => {
    const { dealId } = await open();
    await tell(dealId, ...toCommitting());
    expect((await cases.get(who['firm']!, dealId)).words).toEqual([]);
    const events = async (name: string) => (await cases.history(who[name]!, dealId)).map(({ event }) => event);
    expect(await events('firm')).toEqual([null, 'share', 'propose', 'open']);
    expect(await events('investor')).toEqual([null, 'share', 'say', 'propose', 'open']);
  });

  it('are opened for firms that there are, and desks go to institutions of their kind', async () => {
    expect(await codeOf(open('house', { uscc: demoUscc(77) }))).toBe('company-unknown');
    expect(await codeOf(open('firm', { uscc: demoUscc(2) }))).toBe('joint-open-refused');
    expect(await codeOf(open('firm', { needs: [] }))).toBe('joint-terms-invalid');
    expect(await codeOf(open('firm', { programme: 'NOT' }))).toBe('programme-refused');
    // A partner that opens a case sees that it is there, and no more.
    const { dealId } = await open('bank');
    await tell(dealId, [
      'firm',
      { event: 'share', textSha256: HASH, consents: [consent('investor', 'INVEST', 'equity-review')] },
    ]);
    expect((await cases.get(who['bank']!, dealId)).parties).toEqual([]);
    const wrong: Command<JointChange> = {
      dealId,
      version: 2,
      change: { event: 'share', textSha256: HASH, consents: [consent('investor', 'BANK', 'pre-loan-review')] },
    };
    expect(await codeOf(cases.raise(who['firm']!, wrong))).toBe('joint-consent-invalid');
  });

  it('are held to the lesser of two caps of the programme, net of what the firm has in use under it', async () => {
    const capOf = async (cap: Fen | null, programmeCap: Fen | null, used = 0): Promise<number | null> => {
      admission = { suggestedLine: null, programmeCap, programmeUsed: fen(used) };
      return (await open('house', { cap })).terms.cap;
    };
    const [fifteen, thirty] = [fen(15 * MILLION), fen(30 * MILLION)];
    expect(await capOf(null, null, MILLION)).toBeNull();
    expect(await capOf(thirty, null, MILLION)).toBe(29 * MILLION);
    expect(await capOf(thirty, fifteen)).toBe(15 * MILLION);
    expect(await capOf(fifteen, thirty, 3 * MILLION)).toBe(12 * MILLION);
    expect(await codeOf(capOf(thirty, fifteen, 15 * MILLION))).toBe('programme-cap-exceeded');
    // Ten of equity and ten of debt: one more than is left.
    admission = { suggestedLine: null, programmeCap: thirty, programmeUsed: fen(11 * MILLION) };
    const { dealId, version } = await open('house');
    const [told, [by, change]] = [share(), toCommitting()[2]!];
    const shared = await tell(dealId, told);
    expect([version, shared.terms.cap]).toEqual([1, 19 * MILLION]);
    const refused = cases.raise(who[by]!, { dealId, version: shared.version, change });
    await expect(refused).rejects.toMatchObject({ problem: { errors: [{ code: 'programme-cap-exceeded' }] } });
    expect((await cases.get(who['house']!, dealId)).version).toBe(shared.version);
  });

  it('are held to what others took of the cap since they were opened, one proposal of a firm after the other', async () => {
    admission = { suggestedLine: null, programmeCap: fen(25 * MILLION), programmeUsed: fen(0) };
    const uscc = demoUscc(2);
    who['firm 2'] = { ...who['firm']!, uscc };
    const both = [await open('house', { uscc }), await open('house', { uscc })].map(({ dealId }) => dealId);
    for (const dealId of both) await tell(dealId, ['firm 2', share()[1]]);
    const propose = toCommitting()[2]![1];
    const asked = (dealId: string) => codeOf(cases.raise(who['house']!, { dealId, version: 2, change: propose }));
    expect(await Promise.all(both.map(asked))).toEqual(expect.arrayContaining(['done', 'programme-cap-exceeded']));
  });

  it('change nothing where the guarantor has no room, at its commitment and at the last signature', async () => {
    const { dealId } = await open();
    const all = toSigned();
    capacity.room = 5 * MILLION - 1;
    const before = await tell(dealId, ...all.slice(0, -5));
    const [by, change] = commit('guarantor', 'guaranteed', 5 * MILLION);
    const raise = (name: string, said: JointChange, version: number) =>
      codeOf(cases.raise(who[name]!, { dealId, version, change: said }));
    expect(await raise(by, change, before.version)).toBe('capacity-exceeded');
    expect(await cases.get(who['bank']!, dealId)).toEqual(before);
    capacity.room = 5 * MILLION;
    const nearly = await tell(dealId, ...all.slice(-5, -1));
    expect(nearly.state).toBe('BALANCED');
    capacity.room = 0;
    expect(await raise(...all.at(-1)!, nearly.version)).toBe('capacity-exceeded');
    expect((await cases.get(who['house']!, dealId)).version).toBe(nearly.version);
  });

  it('are drawn on by many at once, and never past what may be drawn', async () => {
    const { dealId } = await open();
    const { version } = await tell(dealId, ...toSigned(), activate, pay(4 * MILLION));
    const [, change] = bank('draw', 'loan', MILLION / 2);
    const seen = await Promise.all(
      Array.from({ length: 12 }, () => codeOf(cases.raise(who['bank']!, { dealId, version, change }))),
    );
    expect(seen.toSorted()).toEqual(['done', ...Array.from({ length: 11 }, () => 'version-stale')]);
    // Callbacks take the case as they find it: three more halves of the two million fit, and no more.
    const called = await Promise.all(
      Array.from({ length: 12 }, () =>
        codeOf(
          product.db.as(HOUSE, async (tx) =>
            cases.raiseOn(tx, who['bank']!, { taken: await takeDeal(tx, dealId), change }),
          ),
        ),
      ),
    );
    expect(called.filter((code) => code === 'done')).toHaveLength(3);
    expect(new Set(called)).toEqual(new Set(['done', 'joint-draw-refused']));
    const after = await cases.get(who['bank']!, dealId);
    expect([after.version, after.positions[1]!.drawn]).toEqual([version + 4, 2 * MILLION]);
  });

  it('freeze with the firm, thaw by two persons, and tell the exposure of each partner', async () => {
    const before = new Map((await cases.exposures(who['bank']!)).map((row) => [`${row.part} ${row.as}`, row]));
    const { dealId } = await open();
    await tell(dealId, ...toSigned(), activate, pay(10 * MILLION), bank('draw', 'guaranteed', MILLION));
    const now = new Map((await cases.exposures(who['bank']!)).map((row) => [`${row.part} ${row.as}`, row]));
    const more = (key: string, field: 'requested' | 'committed' | 'effective' | 'drawn' | 'outstanding') =>
      (now.get(key)?.[field] ?? 0) - (before.get(key)?.[field] ?? 0);
    expect(
      (['requested', 'committed', 'effective', 'drawn'] as const).map((field) => more('loan partner', field)),
    ).toEqual([5 * MILLION, 5 * MILLION, 5 * MILLION, 0]);
    expect(more('guaranteed lender', 'outstanding')).toBe(MILLION);
    expect([...now.keys()]).toEqual(['guaranteed lender', 'loan partner']);
    expect(await cases.exposures(who['stranger']!)).toEqual([]);
    // What the firm does not let its bank report any more stays with the case.
    expect(noted).toHaveLength(1);
    await tell(
      dealId,
      ['firm', { event: 'unshare', institutionId: id('bank'), purpose: null }],
      bank('draw', 'loan', MILLION),
    );
    expect(noted).toHaveLength(1);

    const frozen = await product.db.as(HOUSE, (tx) => cases.freezeFirm(tx, FIRM, { reason: 'knock-out', text: 'K03' }));
    expect(frozen).toBeGreaterThanOrEqual(1);
    const cold = await cases.get(who['guarantor']!, dealId);
    expect([cold.state, cold.freezes.map(({ reason }) => reason)]).toEqual(['FROZEN', ['knock-out']]);
    const thaw: JointChange = { event: 'unfreeze', cure: '已解除' };
    const first = await tell(dealId, ['guarantor', thaw]);
    expect([first.state, first.waitsForSecond]).toEqual(['FROZEN', 'unfreeze']);
    const again = { dealId, version: first.version, change: thaw };
    expect(await codeOf(cases.raise(who['guarantor']!, again))).toBe('two-persons-needed');
    expect((await cases.raise(who['guarantor 2']!, again)).state).toBe('ACTIVE');
  });

  it('tell a partner nothing further once the firm takes its consent back; its money stays its own to report', async () => {
    const { dealId } = await open();
    const unshare: JointChange = { event: 'unshare', institutionId: id('bank'), purpose: null };
    const toldTo = async (name: string) =>
      (await product.db.as(HOUSE, (tx) => noticesAfter(tx, id(name), { after: 0, limit: 200 }))).items
        .filter(({ aggregate }) => aggregate === `joint-case/${dealId}`)
        .map(({ type, body }) => [type, (body as { event?: string }).event]);
    await tell(dealId, ...toSigned(), activate, pay(4 * MILLION), ['firm', unshare]);
    const before = await toldTo('bank');
    expect(before.slice(-2)).toEqual([
      ['joint.event.v1', 'pay'],
      ['joint.consent.v1', undefined],
    ]);
    const freeze = { event: 'freeze', reason: 'partner-default', text: '' } as const;
    const drawn = await tell(dealId, bank('draw', 'loan', MILLION));
    const raise = (name: string, change: JointChange) =>
      cases.raise(who[name]!, { dealId, version: drawn.version, change });
    expect(await codeOf(raise('bank', freeze))).toBe('joint-part-missing');
    await raise('guarantor', freeze);
    expect(await toldTo('bank')).toEqual(before);
    expect((await toldTo('investor')).at(-1)).toEqual(['joint.event.v1', 'freeze']);
    const own = await cases.read(who['bank']!, dealId);
    expect(own.view.positions.map(({ part, drawn: amount }) => [part, amount])).toEqual([
      ['loan', MILLION],
      ['guaranteed', 0],
    ]);
    expect(own.events.map(({ event }) => event)).toEqual([
      'share',
      'say',
      'commit',
      'sign',
      'activate',
      'unshare',
      'draw',
    ]);
    expect(await codeOf(tell(dealId, bank('repay', 'loan', MILLION)))).toBe('done');
  });

  it('lapse by their timers: a need after 30 days, commitments after 10 working days', async () => {
    const need = await open();
    const asked = await open();
    await tell(asked.dealId, ...toCommitting(), commit('guarantor', 'guaranteed', 5 * MILLION));
    expect(need.deadlines).toEqual([{ event: 'lapse', lastDay: '2026-08-05' }]);
    const state = async (dealId: string) => (await cases.get(who['firm']!, dealId)).state;
    clock.set('2026-07-20T15:59:00Z');
    await cases.sweep();
    expect(await state(asked.dealId)).toBe('COMMITTING');
    clock.set('2026-07-20T16:00:00Z');
    await cases.sweep();
    expect([await state(asked.dealId), capacity.calls]).toEqual(['FAILED', ['reserve 5', 'release']]);
    expect(await state(need.dealId)).toBe('NEED');
    clock.set('2026-08-05T16:00:00Z');
    await cases.sweep();
    expect(await state(need.dealId)).toBe('WITHDRAWN');
  });
});
