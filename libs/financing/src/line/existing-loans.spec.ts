import fc from 'fast-check';
import { fen, lastDay, localDate, type Fen } from '#lib/kernel';
import { creditHistory, loanOutcomes } from '#lib/data-sources';
import type { CreditHistory, LoanMonth, OutcomeEvent } from '#lib/data-sources';
import { wan } from '../../fixtures/line-cases.ts';
import { AS_OF, FirmFile } from '../../fixtures/line-dossier.ts';
import { existingLoans, type LoanMovement, type OwnLoan } from './existing-loans.ts';

const day = localDate;
const nothing = FirmFile.new;

const queried = (file: FirmFile, queriedOn: string, more: Partial<CreditHistory> = {}): FirmFile =>
  file.add(creditHistory, queriedOn, { queriedOn: day(queriedOn), hasLoan: true, ...more }, queriedOn);
const asked = queried(nothing, '2026-06-15', { balance: wan(30) });

const month = (file: FirmFile, of: string, more: Partial<LoanMonth> = {}): FirmFile => {
  const payload: LoanMonth = { kind: 'month', loanId: 'L1', month: of as never, ...more };
  return file.add(loanOutcomes, `loan|${payload.loanId}|${of}`, payload, lastDay(payload.month));
};
const event = (
  file: FirmFile,
  kind: OutcomeEvent['event'],
  on: string,
  amount?: Fen,
  more: Partial<OutcomeEvent> = {},
) => {
  const payload: OutcomeEvent = {
    kind: 'event',
    event: kind,
    eventId: `${kind}-${on}`,
    partner: 'BANK1',
    loanId: 'L1',
    occurredOn: day(on),
    ...(amount === undefined ? {} : { amount }),
    ...more,
  };
  return file.add(loanOutcomes, `event|BANK1|${payload.eventId}`, payload, on);
};

/** Only the words before the cause tell the sources apart. */
const of = (file: FirmFile): readonly unknown[] => {
  const { amount, unknown, on } = existingLoans(file.dossier(), AS_OF);
  return [amount, unknown?.en ?? null, on];
};

it.each<[string, FirmFile, readonly unknown[]]>([
  ['the balance of the query', asked, [wan(30), null, '2026-06-15']],
  ['no loan', queried(nothing, '2026-06-15', { hasLoan: false }), [0, null, '2026-06-15']],
  ['the newest query', queried(asked, '2026-05-01', { balance: wan(90) }), [wan(30), null, '2026-06-15']],
  [
    'a query after the day is not seen',
    queried(asked, '2026-07-01', { balance: wan(9) }),
    [wan(30), null, '2026-06-15'],
  ],
  ['a balance that is left out', queried(nothing, '2026-06-15'), [0, 'CRD not stated by the source', '2026-06-15']],
  ['nobody asked', nothing, [0, 'CRD not connected', null]],
  ['others were asked about', nothing.covers(['CRD']), [0, 'CRD not authorised', null]],
  ['a query too old', queried(nothing, '2026-01-01', { balance: wan(30) }), [0, 'CRD out of date', '2026-01-01']],
  ['the firm took its authorisation back', asked.closed(creditHistory), [0, 'CRD not authorised', null]],
  [
    'a loan that the query holds',
    month(asked, '2026-06', { drawnOn: day('2026-06-15'), balance: wan(30) }),
    [wan(30), null, '2026-06-15'],
  ],
  [
    'a loan drawn since',
    month(asked, '2026-06', { drawnOn: day('2026-06-16'), balance: wan(50) }),
    [wan(80), null, '2026-06-15'],
  ],
  ['a drawing without a month yet', event(asked, 'drawn', '2026-06-20', wan(50)), [wan(80), null, '2026-06-15']],
  [
    'part of it repaid',
    event(event(asked, 'drawn', '2026-06-20', wan(50)), 'repaid', '2026-06-25', wan(20)),
    [wan(60), null, '2026-06-15'],
  ],
  [
    'closed',
    event(event(asked, 'drawn', '2026-06-20', wan(50)), 'closed', '2026-06-25'),
    [wan(30), null, '2026-06-15'],
  ],
  [
    'a drawing that its bank corrected',
    event(event(asked, 'drawn', '2026-06-20', wan(50)), 'drawn', '2026-06-21', wan(40), {
      corrects: 'drawn-2026-06-20',
    }),
    [wan(70), null, '2026-06-15'],
  ],
  [
    'a drawing of unknown amount',
    event(asked, 'drawn', '2026-06-20'),
    [wan(30), 'OUT leaves the balance of a loan out', '2026-06-15'],
  ],
  ['approved, not drawn', event(asked, 'approved', '2026-06-20', wan(50)), [wan(30), null, '2026-06-15']],
  [
    'without a query, what the platform knows, and that it is not all',
    month(month(nothing, '2026-05', { balance: wan(20) }), '2026-04', { balance: wan(25), drawnOn: day('2026-04-02') }),
    [wan(20), 'CRD not connected', null],
  ],
  [
    'what happened after the newest month',
    event(
      event(month(nothing, '2026-05', { balance: wan(20) }), 'repaid', '2026-05-20', wan(5)),
      'repaid',
      '2026-06-02',
      wan(4),
    ),
    [wan(16), 'CRD not connected', null],
  ],
  ['settled', month(nothing, '2026-05', { status: 'settled', principal: wan(20) }), [0, 'CRD not connected', null]],
  [
    'the principal, where no balance is told',
    month(nothing, '2026-05', { principal: wan(20) }),
    [wan(20), 'CRD not connected', null],
  ],
  [
    'two loans',
    month(month(nothing, '2026-05', { balance: wan(20) }), '2026-05', { loanId: 'L2', balance: fen(1) }),
    [fen(wan(20) + 1), 'CRD not connected', null],
  ],
])('existing loans: %s', (_, file, expected) => expect(of(file)).toEqual(expected));

const stale = queried(nothing, '2026-01-01', { balance: wan(30) });
const held = event(queried(nothing, '2026-06-01', { balance: wan(100) }), 'drawn', '2026-03-01', wan(100));
const second = event(
  event(queried(nothing, '2026-06-15', { balance: wan(50) }), 'drawn', '2026-06-01', wan(50)),
  'drawn',
  '2026-06-20',
  wan(150),
);

it.each<[string, FirmFile, readonly unknown[]]>([
  [
    'a loan of the platform beside a query too old',
    event(stale, 'drawn', '2025-12-10', wan(200)),
    [wan(200), 'CRD out of date', '2026-01-01'],
  ],
  [
    'a loan of the platform beside a query that leaves its balance out',
    event(queried(nothing, '2026-06-15'), 'drawn', '2025-12-10', wan(200)),
    [wan(200), 'CRD not stated by the source', '2026-06-15'],
  ],
  ['a second drawing under the contract that the query holds', second, [wan(200), null, '2026-06-15']],
  [
    'the same, where the first drawing was never reported',
    event(queried(nothing, '2026-06-15', { balance: wan(50) }), 'drawn', '2026-06-20', wan(150)),
    [wan(200), null, '2026-06-15'],
  ],
  ['repaid after the query', event(held, 'repaid', '2026-06-20', wan(100)), [0, null, '2026-06-01']],
  [
    'repaid after the query, its drawing never reported',
    event(queried(nothing, '2026-06-01', { balance: wan(100) }), 'repaid', '2026-06-20', wan(100)),
    [0, null, '2026-06-01'],
  ],
  [
    'renewed without repayment after the query',
    event(event(held, 'closed', '2026-06-20'), 'drawn', '2026-06-20', wan(100), { loanId: 'L2', eventId: 'L2' }),
    [wan(100), null, '2026-06-01'],
  ],
  [
    'of a month that ends after the query, what moved in between taken back',
    event(month(asked, '2026-06', { drawnOn: day('2026-06-10'), balance: wan(50) }), 'drawn', '2026-06-20', wan(30)),
    [wan(60), null, '2026-06-15'],
  ],
  [
    'a loan that a guarantee covers, as its bank reports it',
    event(nothing, 'drawn', '2026-06-20', wan(50), { guaranteeId: 'G1' }),
    [0, 'CRD not connected', null],
  ],
])('existing loans by what moved: %s', (_, file, expected) => expect(of(file)).toEqual(expected));

describe('loans of deals of the platform', () => {
  const own = (moved: readonly (readonly [string, number])[], more: Partial<OwnLoan> = {}): OwnLoan => ({
    loanIds: ['L1'],
    unsecured: true,
    outstanding: fen(moved.reduce((sum, [, amount]) => sum + wan(1) * amount, 0)),
    moved: moved.map(([on, amount]) => ({ on: day(on), amount: wan(1) * amount })),
    ...more,
  });
  const amount = (file: FirmFile, ...loans: readonly OwnLoan[]): Fen =>
    existingLoans(file.dossier(), AS_OF, { own: loans }).amount;
  const none = queried(nothing, '2026-06-01', { hasLoan: false });
  const drawn = own([['2026-06-20', 100]]);

  it('count whatever the records say: without consent to report them, and after the run', () => {
    expect(amount(none, drawn)).toBe(wan(100));
    expect(amount(none, own([['2026-07-03', 100]]))).toBe(wan(100));
    expect(amount(nothing, drawn)).toBe(wan(100));
  });

  it('count once where the records hold them, or the query does', () => {
    expect(amount(event(none, 'drawn', '2026-06-20', wan(100)), drawn)).toBe(wan(100));
    expect(amount(month(none, '2026-06', { balance: wan(100) }), drawn)).toBe(wan(100));
    expect(amount(queried(nothing, '2026-06-25', { balance: wan(130) }), drawn)).toBe(wan(130));
    const other = { loanId: 'L9', eventId: 'L9' };
    expect(amount(event(none, 'drawn', '2026-06-20', wan(100), other), drawn)).toBe(wan(200));
  });

  it('are gone when they are repaid, also after the run, each for itself', () => {
    const asked100 = queried(nothing, '2026-06-01', { balance: wan(100) });
    const repaid = own([
      ['2026-03-01', 100],
      ['2026-07-02', -100],
    ]);
    expect(amount(asked100, repaid)).toBe(0);
    expect(amount(none, repaid, own([['2026-07-03', 80]], { loanIds: ['L2'] }))).toBe(wan(80));
  });

  it('do not lower the line where they are guaranteed or pledged, before and after a query shows them', () => {
    const guaranteed = own([['2026-06-20', 400]], { unsecured: false });
    expect(amount(none, guaranteed)).toBe(0);
    expect(amount(queried(nothing, '2026-06-25', { balance: wan(430) }), guaranteed)).toBe(wan(30));
    expect(amount(event(none, 'drawn', '2026-06-20', wan(400)), guaranteed)).toBe(0);
  });

  it('count beside what a second party found in the books, as of its day', () => {
    const stated = (on: string) =>
      existingLoans(none.dossier(), AS_OF, { own: [drawn], stated: { amount: wan(60), on: day(on) } }).amount;
    expect([stated('2026-06-10'), stated('2026-06-25')]).toEqual([wan(160), wan(100)]);
  });

  it('are what is owed on them beside what others lent, whenever a true query was made and whatever was reported', () => {
    const days = fc.integer({ min: 1, max: 30 }).map((n) => `2026-06-${String(n).padStart(2, '0')}`);
    const loans = fc.array(
      fc.record({
        moves: fc.array(fc.tuple(days, fc.integer({ min: 1, max: 90 }), fc.boolean()), { maxLength: 5 }),
        unsecured: fc.boolean(),
        reported: fc.boolean(),
      }),
      { maxLength: 4 },
    );
    const balance = (moved: readonly LoanMovement[], on = '2026-12-31') =>
      moved.reduce((sum, move) => (move.on <= on ? sum + move.amount : sum), 0);
    fc.assert(
      fc.property(loans, fc.integer({ min: 0, max: 500 }), days, (given, others, queriedOn) => {
        let file = FirmFile.new;
        const all = given.map(({ moves, unsecured, reported }, i): OwnLoan => {
          const loanId = `L${i}`;
          let owed = 0;
          const moved = moves
            .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
            .map(([on, most, repays], j) => {
              const sum = repays ? Math.min(owed, most) : most;
              owed += repays ? 0 - sum : sum;
              if (reported)
                file = event(file, repays ? 'repaid' : 'drawn', on, wan(sum), { loanId, eventId: `${loanId}-${j}` });
              return { on: day(on), amount: repays ? 0 - wan(sum) : wan(sum) };
            });
          return { loanIds: [loanId], unsecured, outstanding: wan(owed), moved };
        });
        const debt = all.reduce((sum, { moved }) => sum + balance(moved, queriedOn), wan(others) as number);
        const expected = all.reduce(
          (sum, { unsecured, moved }) => (unsecured ? sum + balance(moved) : sum),
          wan(others) as number,
        );
        expect(amount(queried(file, queriedOn, { balance: fen(debt) }), ...all)).toBe(expected);
        // Where no deal of ours knows a loan, the records do: all of it counts, for nobody tells its form.
        if (given.every(({ reported }) => reported))
          expect(amount(queried(file, queriedOn, { balance: fen(debt) }))).toBe(
            all.reduce((sum, { moved }) => sum + balance(moved), wan(others) as number),
          );
      }),
      { numRuns: process.env['FIRSTMILE_LONG'] ? 2_000 : 100 },
    );
  });
});
