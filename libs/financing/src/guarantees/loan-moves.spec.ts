import fc from 'fast-check';
import { addMonths, dateAt, fen, localDate, type LocalDate, type ProblemError } from '#lib/kernel';
import { changed, opened, type Raiser } from '../deals/deal.ts';
import { loanMoveOf, owedOf } from '../referrals/loan-move.ts';
import type { Referral, ReferralChange } from '../referrals/referral-terms.ts';
import { REFERRAL } from '../referrals/referral.ts';
import { AT, BANK_ID, by, FIRM, PATHS, play, sampleOf } from './guarantee-example.ts';
import { guaranteedOf } from './guarantee-entries.ts';
import { GUARANTEE_TABLE, type GuaranteeEvent } from './guarantee-table.ts';
import { GUARANTEE } from './guarantee-type.ts';
import { exposureOf, LETTER_BINDS, type Guarantee, type GuaranteeChange } from './guarantee.ts';
import { changesOfLoan } from './loan-moves.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 3000 : 150;
const today = dateAt(AT);
const M = 100_000_000;
type Loans = readonly Referral[];

/** A loan of 4 m that was contracted with the bank of the guarantee; `names` it or is named by it. */
function contracted(nth: number, names = true, amount = 4 * M): Referral {
  const terms = {
    bank: BANK_ID,
    nextBanks: [],
    amount: fen(amount),
    suggestedLine: null,
    programmeCap: null,
    form: 'guaranteed' as const,
    validUntil: addMonths(today, 6),
    guaranteeId: names ? play(PATHS.DRAFT).dealId : null,
    follows: null,
  };
  const dealId = `019a8c2e-7f00-7000-8000-0000000000c${nth}`;
  const order = { dealId, uscc: FIRM, programme: 'KYD', openedAt: AT, parties: [], terms };
  const contract = {
    contractNo: 'JK',
    signedOn: today,
    drawUntil: addMonths(today, 6),
    maturity: addMonths(today, 12),
  };
  const approval = {
    amount: fen(amount),
    rateBp: 350,
    termMonths: 12,
    form: 'guaranteed',
    overLineReason: '担保',
  } as const;
  const steps: (readonly [Raiser['role'], ReferralChange])[] = [
    ['FIRM', { event: 'consent', outcomes: true, until: addMonths(today, 12) }],
    ['FIRM', { event: 'send' }],
    ['BANK', { event: 'accept', externalId: 'X' }],
    ['BANK', { event: 'approve', ...approval }],
    ['BANK', { event: 'contract', ...contract }],
  ];
  return steps.reduce((deal, [role, change]) => changed(REFERRAL, deal, change, by(role)), opened(REFERRAL, order));
}

interface Scene {
  readonly guarantee: Guarantee;
  readonly loans: Loans;
}

/** One event of one loan, and what it is to the guarantee: as the services do it. */
function lend({ guarantee, loans }: Scene, nth: number, change: ReferralChange, at = AT): Scene {
  const before = loans[nth]!;
  const who = by('BANK', 'a', at);
  const after = changed(REFERRAL, before, change, who);
  const others = loans.filter((loan) => loan !== before);
  const othersLive = others.some(({ state }) => !['REPAID', 'CLOSED'].includes(state));
  const around = {
    named: after.terms.guaranteeId !== null,
    othersOwe: fen(others.reduce((sum, loan) => sum + owedOf(loan), 0)),
    othersLive,
  };
  const moved = loanMoveOf({ before, after, change, by: who });
  const changes = moved === undefined ? [] : changesOfLoan(guarantee, moved, around);
  return {
    guarantee: changes.reduce((deal, one) => changed(GUARANTEE, deal, one, who), guarantee),
    loans: loans.map((loan) => (loan === before ? after : loan)),
  };
}

const on: LocalDate = today;
const draw = (amount: number): ReferralChange => ({ event: 'draw', amount: fen(amount), on, firstLoan: true });
const pay = (amount: number): ReferralChange => ({ event: 'pay', amount: fen(amount), on });
const right = (corrects: number, amount: number): ReferralChange => ({
  event: 'correct',
  corrects,
  amount: fen(amount),
});
const issued = (...loans: Loans): Scene => ({ guarantee: play(PATHS.ISSUED), loans });
const lived = (scene: Scene, ...steps: readonly (readonly [number, ReferralChange])[]): Scene =>
  steps.reduce((now, [nth, change]) => lend(now, nth, change), scene);
/** An event of the guarantee itself, by who may. */
const said = ({ guarantee, loans }: Scene, ...steps: Parameters<typeof play>[0]): Scene => ({
  guarantee: play(steps, guarantee),
  loans,
});
const versionOf = ({ loans }: Scene, nth = 0): number => loans[nth]!.version;
const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as ProblemError).problem.code;
  }
};

describe('a guarantee follows its loans', () => {
  it('a guarantee that still covers another loan is not released by the repayment of one', () => {
    const both = lived(issued(contracted(1), contracted(2)), [0, draw(3 * M)], [1, draw(M)]);
    const one = lived(both, [0, pay(3 * M)], [0, { event: 'repaid', on }]);
    expect([one.guarantee.state, one.guarantee.body.outstanding]).toEqual(['IN_FORCE', M]);
    const all = lived(one, [1, pay(M)], [1, { event: 'repaid', on }]);
    expect([all.guarantee.state, all.guarantee.body.outstanding]).toEqual(['RELEASED', 0]);
  });

  it('a corrected draw is corrected in the letter: it may be drawn again, and costs no fee', () => {
    const once = lived(issued(contracted(1)), [0, draw(4 * M)]);
    const drawnAt = versionOf(once);
    const less = lived(once, [0, right(drawnAt, 3 * M)]);
    expect(less.guarantee.body).toMatchObject({ drawn: 3 * M, repaid: 0, outstanding: 3 * M });
    expect(less.guarantee.body.fee).toBe(lived(issued(contracted(1)), [0, draw(3 * M)]).guarantee.body.fee);
    const again = lived(less, [0, draw(M)]);
    expect(again.guarantee.body).toMatchObject({ drawn: 4 * M, outstanding: 4 * M });
    // A correction of a correction is of the same entry.
    const twice = lived(less, [0, right(drawnAt, 2 * M)], [0, right(drawnAt, 4 * M)]);
    expect(twice.guarantee.body).toMatchObject({ drawn: 4 * M, repaid: 0, outstanding: 4 * M });
  });

  it('a draw that is raised after a payment leaves the payment as it was', () => {
    const paid = lived(issued(contracted(1)), [0, draw(2 * M)], [0, pay(M)]);
    const more = lived(paid, [0, right(versionOf(paid) - 1, 3 * M)]);
    expect(more.guarantee.body).toMatchObject({ drawn: 3 * M, repaid: M, outstanding: 2 * M });
  });

  it('a draw that never was under later payments lowers the guarantee all the same, and comes back with it', () => {
    const scene = lived(issued(contracted(1)), [0, draw(2 * M)], [0, pay(M)], [0, draw(M)]);
    const drawnAt = versionOf(scene) - 2;
    const none = lived(scene, [0, right(drawnAt, M / 2)]);
    expect([owedOf(none.loans[0]!), none.guarantee.body.outstanding]).toEqual([M / 2, M / 2]);
    const back = lived(none, [0, right(drawnAt, 2 * M)]);
    expect(back.guarantee.body).toMatchObject({ drawn: 3 * M, repaid: M, outstanding: 2 * M });
  });

  it('what the bank recovers or is paid while a claim is looked at, also after it was rejected, is not paid again', () => {
    const claimed = said(lived(issued(contracted(1)), [0, draw(4 * M)]), ['overdue'], ['claim', { afterDays: 30 }]);
    const late = lived(
      claimed,
      [0, { event: 'overdue', daysPastDue: 1, on }],
      [0, { event: 'default', cause: 'claim', on }],
      [0, { event: 'recover', amount: fen(M), on }],
    );
    expect(late.guarantee.body.outstanding).toBe(3 * M);
    const rejected = lived(said(late, ['review'], ['reject-claim']), [0, pay(M)]);
    expect([rejected.guarantee.state, rejected.guarantee.body.outstanding]).toEqual(['CLAIM_REJECTED', 2 * M]);
    const settled = said(rejected, ['contest'], ['settle']);
    const { interest } = settled.guarantee.body.claim!;
    expect(code(() => said(settled, ['pay', { amount: fen(2 * M + interest + 1) }]))).toBe('pay-over-claim');
    expect(said(settled, ['pay', { amount: fen(2 * M + interest) }]).guarantee.state).toBe('PAID');
  });

  it('a written-off debt is a debt: what is recovered of it lowers a claim that is still disputed', () => {
    const claimed = said(lived(issued(contracted(1)), [0, draw(4 * M)]), ['overdue'], ['claim', { afterDays: 30 }]);
    const late = lived(
      said(claimed, ['review'], ['dispute']),
      [0, { event: 'overdue', daysPastDue: 1, on }],
      [0, { event: 'default', cause: 'claim', on }],
    );
    const off = { event: 'write-off', on } as const;
    const loan = changed(REFERRAL, changed(REFERRAL, late.loans[0]!, off, by('BANK', 'a')), off, by('BANK', 'b'));
    const after = lived({ ...late, loans: [loan] }, [0, { event: 'recover', amount: fen(M), on }]);
    expect([owedOf(after.loans[0]!), after.guarantee.body.outstanding]).toEqual([3 * M, 3 * M]);
  });

  it('a correction of the loan after the claim was paid is the bank’s own, and refused by nobody', () => {
    const scene = said(
      lived(issued(contracted(1)), [0, draw(4 * M)]),
      ['overdue'],
      ['claim', { afterDays: 30 }],
      ['review'],
      ['pay'],
      ['recover'],
    );
    const drawnAt = versionOf(scene);
    expect(scene.guarantee.state).toBe('RECOVERING');
    expect(lived(scene, [0, right(drawnAt, 3 * M)]).guarantee).toEqual(scene.guarantee);
  });

  it('all that is paid after a default releases the letter as the loan is closed', () => {
    const scene = said(lived(issued(contracted(1)), [0, draw(M)]), ['overdue']);
    const late: ReferralChange[] = [
      { event: 'overdue', daysPastDue: 90, on },
      { event: 'default', cause: 'overdue', on },
      pay(M),
      { event: 'close' },
    ];
    const closed = late.reduce((now, change) => lend(now, 0, change), scene);
    expect([closed.loans[0]!.state, closed.guarantee.state]).toEqual(['CLOSED', 'RELEASED']);
  });

  it('a loan that it names may be drawn before the letter; what it names itself may not', () => {
    const before: Scene = { guarantee: play(PATHS.APPROVED), loans: [contracted(1, false)] };
    const drawn = lived(before, [0, draw(M)]);
    expect([drawn.guarantee, drawn.loans[0]!.state]).toEqual([before.guarantee, 'PERFORMING']);
    const letter = lived({ ...drawn, guarantee: play(PATHS.ISSUED) }, [0, draw(2 * M)]);
    expect(letter.guarantee.body.outstanding).toBe(2 * M);
    // Paid off the guaranteed part first.
    expect(lived(letter, [0, pay(2 * M + 5)]).guarantee.body.outstanding).toBe(0);
    expect(code(() => lived({ ...before, loans: [contracted(1)] }, [0, draw(M)]))).toBe('transition-refused');
  });

  it('the row of a batch is the draw of its loan: it is not drawn twice, and follows what is paid', () => {
    const taken = play([['accept-batch'], ['draw', { amount: fen(2 * M) }]]);
    const drawn = lived({ guarantee: taken, loans: [contracted(1)] }, [0, draw(2 * M)]);
    expect(drawn.guarantee).toEqual(taken);
    expect(lived(drawn, [0, pay(M)]).guarantee.body.outstanding).toBe(M);
    // More was taken over than was lent: as the loan is paid, no more is guaranteed than it owes.
    const less = lived({ guarantee: taken, loans: [contracted(1)] }, [0, draw(M)], [0, pay(M / 2)]);
    expect(less.guarantee.body.outstanding).toBe(M / 2);
  });

  it('a loan that is renewed past its letter is refused until the letter is extended', () => {
    const scene = lived(issued(contracted(1)), [0, draw(M)]);
    const renew = (maturity: LocalDate): ReferralChange => ({
      event: 'renew',
      on,
      renewedBy: 'x',
      rateBp: 300,
      contractNo: 'JK-2',
      signedOn: on,
      drawUntil: on,
      maturity,
    });
    const { guaranteeUntil } = scene.guarantee.body.letter!;
    const later = localDate('2027-06-06');
    expect(addMonths(later, 6) > guaranteeUntil).toBe(true);
    expect(code(() => lived(scene, [0, renew(later)]))).toBe('guarantee-too-short');
    expect(lived(scene, [0, renew(addMonths(today, 12))]).guarantee).toEqual(scene.guarantee);
    const extended = said(scene, ['extend']);
    expect(lived(extended, [0, renew(later)]).loans[0]!.state).toBe('RENEWED');
  });
});

describe('in whatever order loans and their guarantee move', () => {
  const OWN: readonly GuaranteeEvent[] = [
    'overdue',
    'cure',
    'claim',
    'review',
    'dispute',
    'reject-claim',
    'contest',
    'settle',
    'end-draws',
    'pay',
    'recover',
  ];
  const wishes = fc.array(
    fc.record({
      nth: fc.nat({ max: 1 }),
      own: fc.constantFrom(true, false, false, false),
      pick: fc.nat({ max: 99 }),
      entry: fc.nat({ max: 20 }),
      amount: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 4 * M })),
      later: fc.constantFrom(0, 0, 0, 1, 10, 31),
    }),
    { minLength: 10, maxLength: 60 },
  );

  function wanted(
    { loans }: Scene,
    { nth, pick, entry, amount }: { nth: number; pick: number; entry: number; amount: number },
    day: LocalDate,
  ): ReferralChange {
    const { entries } = loans[nth]!.body;
    const of = entries[entry % (entries.length || 1)]?.version ?? 1;
    const sum = fen(amount);
    const choices: ReferralChange[] = [
      { event: 'draw', amount: sum, on: day, firstLoan: false },
      { event: 'draw', amount: sum, on: day, firstLoan: false },
      { event: 'pay', amount: sum, on: day },
      { event: 'pay', amount: fen(owedOf(loans[nth]!)), on: day },
      { event: 'correct', corrects: of, amount: sum },
      { event: 'correct', corrects: of, amount: sum },
      { event: 'recover', amount: sum, on: day },
      { event: 'repaid', on: day },
      { event: 'overdue', daysPastDue: 90, on: day },
      { event: 'default', cause: 'claim', on: day },
      { event: 'cure', on: day },
      { event: 'close' },
    ];
    return choices[pick % choices.length]!;
  }

  it('the guarantee is never for more than they owe, and no payment is refused for its sake', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), wishes, (first, second, life) => {
        let scene = lived(issued(contracted(1, first), contracted(2, second)), [0, draw(2 * M)], [1, draw(M)]);
        let at = AT;
        for (const wish of life) {
          at = new Date(at.getTime() + wish.later * 86_400_000);
          const { guarantee } = scene;
          const known = OWN.filter((event) => GUARANTEE_TABLE.states[guarantee.state].on?.[event]);
          const own = known[wish.pick % (known.length || 1)];
          try {
            if (wish.own && own !== undefined) {
              const role = GUARANTEE_TABLE.states[guarantee.state].on![own]!.by?.[0] ?? 'SYSTEM';
              const change: GuaranteeChange = sampleOf(own, guarantee, at);
              scene = { ...scene, guarantee: changed(GUARANTEE, guarantee, change, by(role, 'a', at)) };
            } else {
              const change = wanted(scene, wish, dateAt(at));
              changed(REFERRAL, scene.loans[wish.nth]!, change, by('BANK', 'a', at));
              try {
                scene = lend(scene, wish.nth, change, at);
              } catch (error) {
                // The loan alone allowed it: only what draws more may be refused by the letter.
                expect([change.event, (error as ProblemError).problem?.code]).toEqual([
                  expect.stringMatching(/^(draw|correct)$/),
                  expect.stringMatching(/^(draw-over-letter|draws-over|date-invalid|transition-refused)$/),
                ]);
              }
            }
          } catch (error) {
            if ((error as ProblemError).problem?.code === undefined) throw error;
          }
          const { guarantee: now, loans } = scene;
          seen.add(now.state);
          if (!LETTER_BINDS.includes(now.state)) continue;
          const owed = fen(loans.reduce((sum, loan) => sum + owedOf(loan), 0));
          expect(now.body.outstanding).toBeLessThanOrEqual(owed);
          if (now.body.drawsEnded) expect(exposureOf(now)!).toBeLessThanOrEqual(guaranteedOf(owed, now.terms));
        }
      }),
      { numRuns },
    );
    expect([...seen]).toEqual(
      expect.arrayContaining(['IN_FORCE', 'OVERDUE', 'CLAIM_FILED', 'CLAIM_REVIEW', 'RELEASED']),
    );
  });
});
