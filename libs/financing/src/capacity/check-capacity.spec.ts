import fc from 'fast-check';
import { addDays, fen, localDate, type Fen } from '#lib/kernel';
import { netAssetsAt, type CapacityBook, type Liability, type LiabilityTerms } from './capacity-book.ts';
import { shippedCapacityRules } from './capacity-rules.ts';
import type { CapName } from './caps.ts';
import { checkCapacity, passiveBreaches, type CapacityAnswer } from './check-capacity.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 3000 : 150;
const DAY = localDate('2026-06-30');
const { rules } = shippedCapacityRules();
/** Millions of yuan in fen. */
const m = (millions: number): Fen => fen(millions * 100_000_000);

const terms = (principal: Fen, more: Partial<LiabilityTerms> = {}): LiabilityTerms => ({
  client: 'DM-A',
  group: 'DM-A',
  programme: null,
  principal,
  ownShareBp: 10_000,
  weightClass: 'OTHER',
  ...more,
});
let count = 0;
const held = (principal: Fen, more: Partial<Liability> = {}): Liability => ({
  id: `L${count++}`,
  state: 'DRAWN',
  reservedUntil: null,
  undrawn: fen(0),
  ...terms(principal),
  ...more,
});
const bookOf = (liabilities: readonly Liability[], more: Partial<CapacityBook> = {}): CapacityBook => ({
  rules,
  netAssets: [{ value: m(500), statedOn: localDate('2025-12-31'), validTo: localDate('2026-12-31') }],
  mainlySmall: false,
  controllers: ['DM-OWNER'],
  relatedParties: ['DM-SISTER'],
  programmes: [],
  liabilities,
  ...more,
});
const reserve = (book: CapacityBook, asked: LiabilityTerms): CapacityAnswer =>
  checkCapacity(book, { kind: 'RESERVE', on: DAY, terms: asked });
const refused = ({ refused: caps }: CapacityAnswer): CapName[] => caps.map(({ cap }) => cap);
const check = (answer: CapacityAnswer, cap: CapName) => answer.checks.find((one) => one.cap === cap);

describe('the caps of a guarantor', () => {
  it('with net assets of 500 m are 50 m a client, 75 m a group, 5 bn in all, 7.5 bn if mainly small', () => {
    const limits = (mainlySmall: boolean | null): (number | null)[] =>
      (['CLIENT', 'GROUP', 'TOTAL'] as const).map(
        (cap) => check(reserve(bookOf([], { mainlySmall }), terms(m(1))), cap)!.limit,
      );
    expect(limits(false)).toEqual([m(50), m(75), m(5_000)]);
    expect(limits(true)).toEqual([m(50), m(75), m(7_500)]);
    expect(limits(null)).toEqual(limits(false));
  });

  it('hold to the fen, and name every one that is passed', () => {
    expect(reserve(bookOf([]), terms(m(50))).ok).toBe(true);
    expect(refused(reserve(bookOf([]), terms(fen(m(50) + 1))))).toEqual(['CLIENT']);
    expect(refused(reserve(bookOf([]), terms(fen(m(75) + 1))))).toEqual(['CLIENT', 'GROUP']);
    const full = Array.from({ length: 100 }, (_, i) => held(m(50), { client: `DM-${i}`, group: null }));
    expect(refused(reserve(bookOf(full), terms(m(80))))).toEqual(['TOTAL', 'CLIENT', 'GROUP']);
    expect(refused(reserve(bookOf(full), terms(fen(1))))).toEqual(['TOTAL']);
  });

  it('show limit, use before and after, room and which one binds', () => {
    const answer = reserve(bookOf([held(m(30))]), terms(m(15)));
    expect(answer).toMatchObject({ ok: true, refused: [], reservedUntil: addDays(DAY, 60), duties: [] });
    expect(check(answer, 'CLIENT')).toEqual({
      cap: 'CLIENT',
      subject: 'DM-A',
      state: 'pass',
      limit: m(50),
      before: m(30),
      after: m(45),
      room: m(20),
      binding: true,
      zh: '同一被担保人不超过净资产的10%：限额50,000,000.00元，原有30,000,000.00元，本次后45,000,000.00元',
      en: 'one client at most 10 % of net assets: limit 50,000,000.00, before 30,000,000.00, after 45,000,000.00 yuan',
    });
    expect(answer.checks.filter(({ binding }) => binding)).toHaveLength(1);
  });

  it('count the own share only, and loans of a small firm up to 5 m at 75 %, above it all of them fully', () => {
    const small = { weightClass: 'SMALL_LOAN' as const, ownShareBp: 2_000 };
    expect(check(reserve(bookOf([]), terms(m(5), small)), 'CLIENT')!.after).toBe(m(0.75));
    expect(check(reserve(bookOf([held(m(2), small)]), terms(m(3), small)), 'CLIENT')!.after).toBe(m(0.75));
    expect(check(reserve(bookOf([held(m(2), small)]), terms(fen(m(3) + 1), small)), 'CLIENT')!.after).toBe(m(1) + 1);
    expect(check(reserve(bookOf([]), terms(m(3), { ownShareBp: 2_000 })), 'CLIENT')!.after).toBe(m(0.6));
  });

  it('round use up', () => {
    expect(check(reserve(bookOf([]), terms(fen(1), { ownShareBp: 1 })), 'TOTAL')!.after).toBe(1);
  });

  it('count a client with its related parties, whichever entry names the group', () => {
    const others = [
      held(m(40), { client: 'DM-B', group: 'DM-A' }),
      held(m(5), { client: 'DM-B', group: null }),
      held(m(20), { client: 'DM-C', group: 'DM-C' }),
    ];
    const answer = reserve(bookOf(others), terms(m(40)));
    expect(refused(answer)).toEqual(['GROUP']);
    expect(check(answer, 'GROUP')).toMatchObject({ before: m(45), after: m(85), room: m(30) });
  });

  it('count a client in every group that its entries name', () => {
    const moved = [held(m(70), { client: 'DM-B', group: 'DM-OLD' }), held(m(5), { group: 'DM-OLD' })];
    const answer = reserve(bookOf(moved), terms(fen(1), { group: 'DM-NEW' }));
    expect(answer.refused).toMatchObject([{ cap: 'GROUP', subject: 'DM-OLD', before: m(75), after: m(75) + 1 }]);
  });

  it('of a programme count whole principal: a firm at most 30 m, and the programme in all', () => {
    const programmes = [{ programme: 'KJDB', perClient: m(30), total: m(100), zh: '专项担保计划', en: 'special plan' }];
    const shared = { programme: 'KJDB', ownShareBp: 2_000 };
    const book = bookOf([held(m(20), shared), held(m(75), { ...shared, client: 'DM-B', group: 'DM-B' })], {
      programmes,
    });
    expect(refused(reserve(book, terms(m(5), shared)))).toEqual([]);
    expect(refused(reserve(book, terms(fen(m(5) + 1), shared)))).toEqual(['PROGRAMME_TOTAL']);
    expect(refused(reserve(book, terms(m(11), shared)))).toEqual(['PROGRAMME_CLIENT', 'PROGRAMME_TOTAL']);
    expect(refused(reserve(book, terms(m(11))))).toEqual([]);
    expect(check(reserve(book, terms(m(1), { programme: 'ELSE' })), 'PROGRAMME_TOTAL')!.state).toBe('unknown');
  });
});

describe('what is not known or not allowed', () => {
  it('refuses the controlling shareholder, and anybody while nobody knows who controls the guarantor', () => {
    expect(refused(reserve(bookOf([]), terms(fen(1), { client: 'DM-OWNER' })))).toEqual(['CONTROLLER']);
    const unknown = reserve(bookOf([], { controllers: null }), terms(fen(1)));
    expect([unknown.ok, check(unknown, 'CONTROLLER')!.state]).toEqual([false, 'unknown']);
  });

  it('refuses a client whose related parties are not known', () => {
    const answer = reserve(bookOf([]), terms(fen(1), { group: null }));
    expect(answer.refused).toMatchObject([{ cap: 'GROUP', state: 'unknown', limit: null }]);
  });

  it('lets a related party pass with the duty to report in 30 days', () => {
    const { ok, duties } = reserve(bookOf([]), terms(fen(1), { client: 'DM-SISTER' }));
    expect([ok, duties]).toMatchObject([true, [{ code: 'REPORT_RELATED', dueOn: '2026-07-30' }]]);
  });

  it('refuses all without net assets that count on the day', () => {
    const none = reserve(bookOf([], { netAssets: [] }), terms(fen(1)));
    expect(none.refused).toMatchObject([{ cap: 'NET_ASSETS', state: 'unknown', zh: '没有净资产数据' }]);
    const old = { value: m(500), statedOn: localDate('2024-12-31'), validTo: localDate('2026-06-29') };
    expect(refused(reserve(bookOf([], { netAssets: [old] }), terms(fen(1))))).toEqual(['NET_ASSETS']);
    expect(reserve(bookOf([], { netAssets: [{ ...old, validTo: DAY }] }), terms(fen(1))).ok).toBe(true);
    const lost = { ...old, value: m(-3), validTo: DAY };
    expect(refused(reserve(bookOf([], { netAssets: [lost] }), terms(fen(1))))).toEqual(['TOTAL', 'CLIENT', 'GROUP']);
  });

  it('takes the newest statement, not a later one, an older valid one; of two for one day the last one made, so that a slip is put right', () => {
    const stated = (value: number, statedOn: string, validTo = '2027-12-31') => ({
      value: fen(value),
      statedOn: localDate(statedOn),
      validTo: localDate(validTo),
    });
    const statements = [stated(3, '2026-07-01'), stated(2, '2026-03-31'), stated(1, '2025-12-31')];
    expect(netAssetsAt(statements, DAY)!.value).toBe(2);
    expect(netAssetsAt([stated(2, '2026-03-31', '2026-06-29'), stated(1, '2025-12-31')], DAY)).toBeUndefined();
    expect(netAssetsAt([stated(2, '2026-03-31'), stated(1, '2026-03-31')], DAY)!.value).toBe(2);
    expect(netAssetsAt([stated(1, '2026-03-31'), stated(2, '2026-03-31')], DAY)!.value).toBe(1);
  });
});

describe('from approval to drawdown', () => {
  const reservation = (until: string, principal = m(40)): Liability =>
    held(principal, { id: 'R', state: 'RESERVED', reservedUntil: localDate(until) });

  it('a reservation counts to its last day, a letter undrawn as well, what ended does not', () => {
    const before = (liability: Liability): number | null =>
      check(reserve(bookOf([liability]), terms(fen(1))), 'CLIENT')!.before;
    expect(before(reservation('2026-06-30'))).toBe(m(40));
    expect(before(reservation('2026-06-29'))).toBe(0);
    expect(before(held(m(40), { state: 'ISSUED', undrawn: m(40) }))).toBe(m(40));
    expect(before(held(m(40), { state: 'ENDED' }))).toBe(0);
  });

  it('the letter takes the place of its reservation', () => {
    const book = bookOf([reservation('2026-08-29')]);
    const answer = checkCapacity(book, { kind: 'ISSUE', on: DAY, liability: 'R', principal: m(40) });
    expect(answer).toMatchObject({ ok: true, reservedUntil: null });
    expect(check(answer, 'CLIENT')).toMatchObject({ before: m(40), after: m(40) });
    const more = checkCapacity(book, { kind: 'ISSUE', on: DAY, liability: 'R', principal: fen(m(40) + 1) });
    expect(refused(more)).toEqual(['RESERVATION']);
  });

  it('a lapsed reservation issues no letter', () => {
    const book = bookOf([reservation('2026-06-29')]);
    const answer = checkCapacity(book, { kind: 'ISSUE', on: DAY, liability: 'R', principal: m(40) });
    expect(answer.refused).toMatchObject([{ cap: 'RESERVATION', zh: '额度预留已于2026-06-29到期，须重新审批' }]);
  });

  it('fallen net assets stop the letter and every raise, not the drawdown within a letter', () => {
    const letter = held(m(20), { id: 'G', state: 'ISSUED', undrawn: m(10) });
    const good = bookOf([reservation('2026-08-29', m(20)), letter]);
    const poor = { ...good, netAssets: [{ ...good.netAssets[0]!, value: m(390) }] };
    expect(passiveBreaches(good, DAY)).toEqual([]);
    expect(passiveBreaches(poor, DAY)).toMatchObject([
      { cap: 'CLIENT', subject: 'DM-A', limit: m(39), before: m(40), room: m(-1) },
    ]);
    expect(refused(checkCapacity(poor, { kind: 'ISSUE', on: DAY, liability: 'R', principal: m(20) }))).toEqual([
      'CLIENT',
    ]);
    expect(refused(checkCapacity(poor, { kind: 'RAISE', on: DAY, liability: 'G', by: fen(1) }))).toEqual(['CLIENT']);
    expect(refused(reserve(poor, terms(fen(1))))).toEqual(['CLIENT']);
    expect(checkCapacity(poor, { kind: 'DRAW', on: DAY, liability: 'G', amount: m(10) }).ok).toBe(true);
    expect(refused(checkCapacity(poor, { kind: 'DRAW', on: DAY, liability: 'G', amount: fen(m(10) + 1) }))).toEqual([
      'LETTER',
    ]);
    // A smaller letter than was reserved may bring the client back under its cap.
    expect(checkCapacity(poor, { kind: 'ISSUE', on: DAY, liability: 'R', principal: m(19) }).ok).toBe(true);
  });

  it('net assets that expire are an alarm as soon as anything is in force', () => {
    const later = addDays(localDate('2026-12-31'), 1);
    expect(passiveBreaches(bookOf([held(m(1))]), later)).toMatchObject([{ cap: 'NET_ASSETS' }]);
    expect(passiveBreaches(bookOf([]), later)).toEqual([]);
  });

  it('alarms name every client, group and programme that is over', () => {
    const programmes = [{ programme: 'P', perClient: m(45), total: m(90), zh: '项目', en: 'programme' }];
    const book = bookOf(
      [
        held(m(51), { client: 'DM-A', group: 'DM-G', programme: 'P' }),
        held(m(40), { client: 'DM-B', group: 'DM-G', programme: 'P' }),
      ],
      { programmes },
    );
    expect(passiveBreaches(book, DAY).map(({ cap, subject }) => `${cap} ${subject}`)).toEqual([
      'CLIENT DM-A',
      'GROUP DM-G',
      'PROGRAMME_CLIENT DM-A',
      'PROGRAMME_TOTAL P',
    ]);
  });

  it('what is not in the book in the right state is an error of the caller', () => {
    const book = bookOf([held(m(1), { id: 'D' })]);
    for (const liability of ['D', 'none'])
      expect(() => checkCapacity(book, { kind: 'ISSUE', on: DAY, liability, principal: m(1) })).toThrow(RangeError);
    expect(() => checkCapacity(book, { kind: 'RAISE', on: DAY, liability: 'D', by: fen(0) })).toThrow(RangeError);
    expect(() => checkCapacity(book, { kind: 'RAISE', on: DAY, liability: 'D', by: m(-1) })).toThrow(RangeError);
    expect(() => reserve(book, terms(fen(0)))).toThrow(RangeError);
    expect(() => reserve(book, terms(fen(1), { ownShareBp: 10_001 }))).toThrow(RangeError);
  });
});

describe('capacity', () => {
  const client = fc.constantFrom('DM-A', 'DM-B', 'DM-C', 'DM-D');
  const group = fc.constantFrom('DM-A', 'DM-C', null);
  const anyTerms: fc.Arbitrary<LiabilityTerms> = fc.record({
    client,
    group,
    programme: fc.constantFrom('P', null),
    principal: fc.oneof(fc.integer({ min: 1, max: m(6) }), fc.integer({ min: 1, max: m(60) })).map(fen),
    ownShareBp: fc.nat({ max: 10_000 }),
    weightClass: fc.constantFrom('SMALL_LOAN' as const, 'OTHER' as const),
  });
  /** Such that the caps of groups are met often. */
  const largeTerms = anyTerms.map((asked) => ({ ...asked, ownShareBp: 10_000, programme: null }));
  const anyLiability = fc
    .record({
      terms: anyTerms,
      id: fc.uuid(),
      state: fc.constantFrom('RESERVED' as const, 'ISSUED' as const, 'DRAWN' as const, 'ENDED' as const),
      days: fc.integer({ min: -5, max: 60 }),
    })
    .map(({ terms: all, id, state, days }): Liability => ({
      ...all,
      id,
      state,
      reservedUntil: state === 'RESERVED' ? addDays(DAY, days) : null,
      undrawn: fen(0),
    }));
  const programmes = [{ programme: 'P', perClient: m(40), total: m(100), zh: '项目', en: 'programme' }];
  const book = (liabilities: readonly Liability[], value = m(500)) =>
    bookOf(liabilities, { programmes, netAssets: [{ value, statedOn: DAY, validTo: DAY }] });
  const rooms = (answer: CapacityAnswer): Map<string, number> =>
    new Map(
      answer.checks.filter(({ room }) => room !== null).map(({ cap, subject, room }) => [`${cap} ${subject}`, room!]),
    );

  it('never grows by more exposure, nor shrinks by more net assets', () => {
    fc.assert(
      fc.property(
        fc.array(anyLiability, { maxLength: 12 }),
        anyLiability,
        anyTerms,
        fc.nat({ max: 500 }),
        (some, one, asked, more) => {
          const without = reserve(book(some), asked);
          const withOne = reserve(book([...some, one]), asked);
          if (!without.ok) expect(withOne.ok).toBe(false);
          // One more entry may put the client into one more group, never take a cap away.
          for (const [cap, room] of rooms(without)) expect(rooms(withOne).get(cap)!).toBeLessThanOrEqual(room);
          const richer = reserve(book(some, m(500 + more)), asked);
          if (without.ok) expect(richer.ok).toBe(true);
          for (const [cap, room] of rooms(richer)) expect(room).toBeGreaterThanOrEqual(rooms(without).get(cap)!);
        },
      ),
      { numRuns },
    );
  });

  it('refuses a larger request wherever it refuses a smaller one', () => {
    fc.assert(
      fc.property(fc.array(anyLiability, { maxLength: 8 }), anyTerms, fc.nat({ max: m(20) }), (some, asked, more) => {
        const larger = reserve(book(some), { ...asked, principal: fen(asked.principal + more) });
        if (!reserve(book(some), asked).ok) expect(larger.ok).toBe(false);
      }),
      { numRuns },
    );
  });

  it('of a group is used at least as much as that of its client, and of the whole at least as that of the group', () => {
    fc.assert(
      fc.property(fc.array(anyLiability, { maxLength: 12 }), anyTerms, (some, asked) => {
        const answer = reserve(book(some), { ...asked, group: 'DM-A' });
        const used = (cap: CapName): number => check(answer, cap)!.after!;
        for (const { cap, after } of answer.checks)
          if (cap === 'GROUP') {
            expect(after).toBeGreaterThanOrEqual(used('CLIENT'));
            expect(used('TOTAL')).toBeGreaterThanOrEqual(after!);
          }
      }),
      { numRuns },
    );
  });

  it('does not mind the order of the book', () => {
    const shuffled = fc
      .array(anyLiability, { maxLength: 10 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffled, anyTerms, ([some, other], asked) => {
        expect(reserve(book(some), asked)).toEqual(reserve(book(other), asked));
      }),
      { numRuns },
    );
  });

  it('taken request by request never passes a cap', () => {
    fc.assert(
      fc.property(fc.array(largeTerms, { maxLength: 30 }), (requests) => {
        const taken: Liability[] = [];
        for (const asked of requests)
          if (reserve(book(taken), asked).ok) taken.push(held(asked.principal, { ...asked, state: 'ISSUED' }));
        expect(passiveBreaches(book(taken), DAY)).toEqual([]);
      }),
      { numRuns },
    );
  });
});
