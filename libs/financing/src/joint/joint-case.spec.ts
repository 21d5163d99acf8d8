import { addDays, localDate, ProblemError, workingCalendar } from '#lib/kernel';
import { deadlinesOf } from '../deals/deal.ts';
import { balanceOf } from './commitments.ts';
import {
  after,
  commit,
  firm,
  house,
  LATER,
  lineFor,
  MILLION,
  newCase,
  onPart,
  open,
  partner,
  pay,
  PRECEDENT,
  propose,
  SERVICE,
  share,
  sign,
  TDD,
  time,
  toActive,
  toCommitting,
  toSigned,
  type Told,
} from './fixtures/joint-story.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointDeal } from './joint-body.ts';
import { jointView } from './joint-view.ts';
import { REPORT_DAYS } from './reporting.ts';

const CALENDAR = workingCalendar({ daysOff: [], workdays: [], through: '2028-12-31' });
const at = (day: string): Date => new Date(`${day}T02:00:00Z`);
const today = localDate('2026-07-06');

function problemOf(work: () => unknown): { code: string; at: readonly (string | undefined)[] } {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, errors = [] } = error.problem;
    return { code, at: errors.map((one) => one.pointer ?? one.code) };
  }
  return { code: 'done', at: [] };
}
const codeOf = (deal: JointDeal, told: Told): string => problemOf(() => after(deal, told)).code;
const amounts = (deal: JointDeal) =>
  deal.body.positions.map(({ part, requested, committed, effective }) => [part, requested, committed, effective]);

describe('a joint case', () => {
  it('is opened with terms that hold together', () => {
    const bad = problemOf(() =>
      newCase({ ...TDD, unit: 0 as never, needs: [TDD.needs[0]!, TDD.needs[0]!], required: ['INVEST', 'LEASE'] }),
    );
    expect(bad).toEqual({
      code: 'joint-terms-invalid',
      at: ['/unit', '/needs/1/part', '/required/1', '/required/1', '/required', '/required'],
    });
    expect(newCase(SERVICE).state).toBe('NEED');
  });

  it('goes from need to active as the precedent did: 10 + 5 + 5 m are a package of 20 m', () => {
    const deal = toActive();
    expect([deal.state, deal.version]).toEqual(['ACTIVE', 12]);
    expect(amounts(deal)).toEqual([
      ['equity', 10 * MILLION, 10 * MILLION, 10 * MILLION],
      ['loan', 5 * MILLION, 5 * MILLION, 5 * MILLION],
      ['guaranteed', 5 * MILLION, 5 * MILLION, 5 * MILLION],
    ]);
    expect(jointView(deal, { kind: 'whole' }, today).package).toBe(20 * MILLION);
  });

  it('needs each required desk, and never waits for insurance or lease', () => {
    const lines = [...PRECEDENT, lineFor('lessor', MILLION), lineFor('insurer', MILLION)];
    const waiting = after(toCommitting(lines), commit('lessor', MILLION), commit('investor', 10 * MILLION));
    expect(balanceOf(TDD, waiting.body, today).lacking.map(({ code, part }) => [code, part])).toEqual([
      ['answer-missing', 'loan'],
      ['answer-missing', 'guaranteed'],
    ]);
    const balanced = after(waiting, commit('bank', 5 * MILLION), commit('guarantor', 5 * MILLION));
    expect(balanced.state).toBe('BALANCED');
    // Optional desks join a case that is balanced, signed or active; the lessor need not sign before the others are done.
    const active = toActive(balanced);
    const joined = after(active, commit('insurer', MILLION), sign(partner('insurer')));
    expect(joined.body.positions.map(({ part, effective }) => [part, effective]).slice(3)).toEqual([
      ['lease', 0],
      ['insurance', MILLION],
    ]);
    expect(codeOf(active, commit('bank', MILLION))).toBe('role-refused');
    // What it committed before runs out for it alone.
    expect(codeOf(active, sign(partner('lessor', at('2026-08-31'))))).toBe('done');
    expect(codeOf(active, sign(partner('lessor', at('2026-09-01'))))).toBe('joint-sign-refused');
    // A history that a property found: drawn on, then committed to with less.
    expect(codeOf(joined, commit('insurer', 1))).toBe('joint-commitment-signed');
  });

  it('takes less than asked as it is: nobody else is cut, nothing moves', () => {
    const deal = after(
      toCommitting(),
      commit('bank', 3.5 * MILLION),
      commit('guarantor', 5 * MILLION),
      commit('investor', 10 * MILLION),
    );
    expect(amounts(deal).map((row) => row[3])).toEqual([10 * MILLION, 3.5 * MILLION, 5 * MILLION]);
    // More is another proposal.
    expect(problemOf(() => after(toCommitting(), commit('bank', 5 * MILLION + 1)))).toEqual({
      code: 'joint-amount-exceeded',
      at: ['/amount'],
    });
    for (const amount of [0, -1, 0.5, Number.NaN, 1e15])
      expect(problemOf(() => after(toCommitting(), commit('bank', amount)))).toEqual({
        code: 'amount-invalid',
        at: ['/amount'],
      });
  });

  it('moves a shortfall by a new version alone, to which giver and taker commit anew', () => {
    const short = after(toCommitting(), commit('bank', 3.5 * MILLION), commit('investor', 10 * MILLION));
    const place = {
      from: { part: 'loan', partner: 'bank' },
      to: { part: 'guaranteed', partner: 'guarantor' },
    } as const;
    const counter = (amount: number): Told => [
      {
        event: 'counter',
        lines: null,
        availableUntil: LATER,
        note: '',
        substitution: { ...place, amount: amount as never },
      },
      partner('guarantor'),
    ];
    expect(codeOf(short, counter(1.6 * MILLION))).toBe('substitution-above-shortfall');
    expect(codeOf(toCommitting(), counter(MILLION))).toBe('joint-commitment-missing');
    const next = after(short, counter(1.5 * MILLION));
    expect([next.state, next.body.versions.length]).toEqual(['PROPOSED', 2]);
    // Nothing that was said to version 1 stands.
    expect(amounts(next)).toEqual([
      ['equity', 10 * MILLION, 0, 0],
      ['loan', 3.5 * MILLION, 0, 0],
      ['guaranteed', 6.5 * MILLION, 0, 0],
    ]);
    const v2 = { proposalVersion: 2 };
    const half = after(next, open, commit('investor', 10 * MILLION, v2), commit('guarantor', 6.5 * MILLION, v2));
    expect(half.state).toBe('COMMITTING');
    const both = after(half, commit('bank', 3.5 * MILLION, v2));
    expect([both.state, ...amounts(both).map((row) => row[3])]).toEqual([
      'BALANCED',
      10 * MILLION,
      3.5 * MILLION,
      6.5 * MILLION,
    ]);
    expect(codeOf(half, commit('bank', 3.5 * MILLION))).toBe('joint-version-stale');
  });

  it('has at most five versions', () => {
    const counter: Told = [
      { event: 'counter', lines: PRECEDENT, substitution: null, availableUntil: LATER, note: '' },
      partner('bank'),
    ];
    let deal = toCommitting();
    for (let no = 2; no <= 5; no++) deal = after(deal, counter, open);
    expect(deal.body.versions.map(({ no }) => no)).toEqual([1, 2, 3, 4, 5]);
    expect(codeOf(deal, counter)).toBe('joint-versions-exhausted');
  });

  it('refuses a proposal with everything that is wrong with it', () => {
    const consulting = after(newCase(), share('investor', 'bank', 'guarantor'));
    const lines = [
      lineFor('investor', 1),
      lineFor('bank', MILLION, { lender: 'bank' }),
      lineFor('guarantor', MILLION, {
        lender: 'investor',
        guarantorShareBp: 0,
        guaranteeUntil: localDate('2029-06-30'),
      }),
      lineFor('lessor', MILLION),
      lineFor('bank', 0),
    ];
    expect(problemOf(() => after(consulting, propose(lines)))).toEqual({
      code: 'joint-version-invalid',
      at: [
        '/lines/1/lender',
        '/lines/2/lender',
        '/lines/2/guarantorShareBp',
        '/lines/2/guaranteeUntil',
        '/lines/3/institutionId',
        '/lines/4',
        '/lines/4/amount',
      ],
    });
    expect(problemOf(() => after(consulting, propose([lineFor('investor', 10)]))).at).toEqual(['/lines', '/lines']);
    const small = PRECEDENT.map((line) => ({ ...line, amount: 10 as never }));
    expect(problemOf(() => after(consulting, propose(small)))).toEqual({
      code: 'joint-version-invalid',
      at: ['/lines'],
    });
    expect(problemOf(() => after(consulting, propose(PRECEDENT, today))).at).toEqual(['/availableUntil']);
    const capped = after(newCase({ ...TDD, cap: (20 * MILLION - 1) as never }), share('investor', 'bank', 'guarantor'));
    expect(codeOf(capped, propose(PRECEDENT))).toBe('joint-version-invalid');
  });

  it('fails when a required desk has nobody left, and goes on with the other of two lenders', () => {
    const decline = (who: 'bank' | 'bank2' | 'lessor'): Told => [
      { event: 'decline', proposalVersion: 1, part: who === 'lessor' ? 'lease' : 'loan', code: 'price', text: '' },
      partner(who),
    ];
    expect(after(toCommitting(), decline('bank')).state).toBe('FAILED');
    const two = toCommitting([...PRECEDENT, lineFor('bank2', 2 * MILLION), lineFor('lessor', MILLION)]);
    expect(after(two, decline('lessor')).state).toBe('COMMITTING');
    const rest = after(
      two,
      commit('investor', 10 * MILLION),
      commit('guarantor', 5 * MILLION),
      commit('bank2', 2 * MILLION),
    );
    expect(after(rest, decline('bank')).state).toBe('BALANCED');
    expect(after(two, decline('bank'), decline('bank2')).state).toBe('FAILED');
  });

  it('splits the loan among several lenders by their commitments where the equity carries less', () => {
    const deal = after(
      toCommitting([...PRECEDENT, lineFor('bank2', 3 * MILLION)]),
      commit('bank2', 3 * MILLION),
      commit('investor', 6 * MILLION),
      commit('bank', 5 * MILLION),
      commit('guarantor', 5 * MILLION),
    );
    // L°(6 m) = 3 m by 3 : 5: 112.5 and 187.5 units, the odd one to the lender that committed first.
    expect(amounts(deal).map((row) => row[3])).toEqual([6 * MILLION, 187_000_000, 3 * MILLION, 113_000_000]);
  });

  it('is signed by the firm and all who carry it, before the first commitment runs out', () => {
    const soon = after(
      toCommitting(),
      commit('investor', 10 * MILLION),
      commit('guarantor', 5 * MILLION, { expiresOn: localDate('2026-07-10') }),
      commit('bank', 5 * MILLION),
    );
    expect(deadlinesOf(JOINT_CASE, soon, CALENDAR)).toEqual([
      { event: 'expire', lastDay: '2026-07-10' },
      { event: 'lapse', lastDay: '2026-09-04' },
    ]);
    const three = after(soon, sign(firm(at('2026-07-10'))), sign(partner('bank', at('2026-07-10'))));
    expect(three.state).toBe('BALANCED');
    expect(codeOf(three, sign(partner('bank')))).toBe('joint-sign-refused');
    expect(codeOf(three, sign(partner('bank2')))).toBe('joint-desk-missing');
    expect(codeOf(three, sign(partner('investor', at('2026-07-11'))))).toBe('joint-sign-refused');
    // Its last day over, what ran out is asked for again; the others' commitments stand, signatures do not.
    const again = after(three, [{ event: 'expire' }, time(at('2026-07-11'))]);
    expect([again.state, again.body.signatures, ...amounts(again).map((row) => row[2])]).toEqual([
      'COMMITTING',
      [],
      10 * MILLION,
      5 * MILLION,
      0,
    ]);
    const back = after(again, commit('guarantor', 5 * MILLION));
    expect([back.state, toSigned(back).state]).toEqual(['BALANCED', 'SIGNED']);
  });

  it('counts no commitment that ran out while others were waited for', () => {
    const early = after(
      toCommitting(),
      commit('bank', MILLION, { expiresOn: today }),
      commit('investor', 10 * MILLION),
    );
    const [change] = commit('guarantor', 5 * MILLION);
    const late = after(early, [change, partner('guarantor', at('2026-07-07'))]);
    expect(late.state).toBe('COMMITTING');
    expect(balanceOf(TDD, late.body, localDate('2026-07-07')).lacking.map(({ code }) => code)).toEqual([
      'commitment-expired',
    ]);
  });

  it('is active when every condition of those who carry it is met', () => {
    const conditions = ['股权首期到账', '质押登记'];
    const deal = toSigned(
      after(
        toCommitting(),
        commit('investor', 10 * MILLION),
        commit('bank', 5 * MILLION, { conditions }),
        commit('guarantor', 5 * MILLION),
      ),
    );
    const activate: Told = [{ event: 'activate' }, partner('investor')];
    const meet = (condition: number, who: 'bank' | 'investor' = 'bank'): Told => [
      { event: 'meet', part: 'loan', condition },
      partner(who),
    ];
    expect(problemOf(() => after(deal, activate))).toEqual({
      code: 'joint-conditions-open',
      at: ['joint-conditions-open', 'joint-conditions-open'],
    });
    expect(codeOf(deal, meet(0, 'investor'))).toBe('joint-condition-unknown');
    const one = after(deal, meet(1));
    expect([codeOf(one, meet(1)), codeOf(one, activate)]).toEqual(['joint-condition-unknown', 'joint-conditions-open']);
    // Frozen before it was active, it is not thawed around them.
    const freeze: Told = [{ event: 'freeze', reason: 'knock-out', text: '' }, house()];
    const unfreeze: Told = [{ event: 'unfreeze', cure: '' }, partner('bank')];
    expect(codeOf(after(one, freeze), unfreeze)).toBe('joint-conditions-open');
    expect(codeOf(after(one, freeze), pay(1))).toBe('joint-not-active');
    const active = after(one, meet(0), activate);
    expect([active.state, active.body.activatedOn, active.body.reviewOn]).toEqual(['ACTIVE', today, '2027-01-06']);
  });

  it('is reviewed every half-year, by every required desk', () => {
    const active = toActive();
    expect(deadlinesOf(JOINT_CASE, active, CALENDAR)).toEqual([
      { event: 'review', lastDay: '2027-01-06' },
      { event: 'end-availability', lastDay: addDays(LATER, REPORT_DAYS) },
    ]);
    const day = at('2027-01-07');
    const due = after(active, [{ event: 'review' }, time(day)]);
    expect(deadlinesOf(JOINT_CASE, due, CALENDAR)).toEqual([{ event: 'alarm', lastDay: '2027-02-04' }]);
    const confirm = (who: 'bank' | 'bank2' | 'investor' | 'guarantor'): Told => [
      { event: 'confirm', text: '' },
      partner(who, day),
    ];
    expect(codeOf(due, confirm('bank2'))).toBe('joint-part-missing');
    const two = after(due, confirm('bank'), confirm('guarantor'));
    expect(two.state).toBe('REVIEW_DUE');
    const done = after(two, confirm('investor'));
    expect([done.state, done.body.reviewOn]).toEqual(['ACTIVE', '2027-07-07']);
    expect(after(two, [{ event: 'issue', text: '' }, partner('bank')]).state).toBe('FROZEN');
  });

  it('is frozen at any time, thawed by two persons, and runs off where it is not cured', () => {
    const frozen = after(toActive(), pay(4 * MILLION), [
      { event: 'back', amount: MILLION as never, reason: '退股' },
      partner('investor'),
    ]);
    expect([frozen.state, frozen.body.freezes.map(({ reason }) => reason)]).toEqual(['FROZEN', ['equity-back']]);
    expect(codeOf(frozen, onPart('draw', 'loan', 'bank', 1))).toBe('transition-refused');
    const thaw = (person: string): Told => [{ event: 'unfreeze', cure: '已补缴' }, partner('bank', undefined, person)];
    const first = after(frozen, thaw('1'));
    expect([first.state, codeOf(first, thaw('1')), after(first, thaw('2')).state]).toEqual([
      'FROZEN',
      'two-persons-needed',
      'ACTIVE',
    ]);
    expect(codeOf(frozen, [{ event: 'unfreeze', cure: '' }, house()])).toBe('role-refused');
    expect(deadlinesOf(JOINT_CASE, frozen, CALENDAR)).toEqual([{ event: 'lapse', lastDay: '2026-10-04' }]);
    expect(after(frozen, [{ event: 'lapse' }, time()]).state).toBe('RUN_OFF');
  });

  it('has the timers of the table', () => {
    const days = (deal: JointDeal) =>
      deadlinesOf(JOINT_CASE, deal, CALENDAR).map(({ event, lastDay }) => [event, lastDay]);
    expect(days(newCase())).toEqual([['lapse', '2026-08-05']]);
    expect(days(after(newCase(), share('bank')))).toEqual([['alarm', '2026-07-13']]);
    expect(days(toCommitting())).toEqual([['lapse', '2026-07-20']]);
    expect(days(toSigned())).toEqual([]);
    const ended = after(toActive(), [{ event: 'end-availability' }, time(at('2027-07-01'))]);
    // Nothing was drawn: it is over by itself.
    expect(days(ended)).toEqual([['close', '2027-07-11']]);
    expect(after(ended, [{ event: 'close' }, time()]).state).toBe('FULFILLED');
  });

  it('of service takes any two desks, each as it commits', () => {
    const needs = TDD.needs.filter(({ part }) => part === 'lease' || part === 'insurance');
    const terms = { ...SERVICE, needs, required: [] };
    const both = after(
      newCase(terms),
      share('insurer', 'lessor'),
      propose([lineFor('lessor', MILLION), lineFor('insurer', MILLION)]),
      open,
    );
    const balanced = after(both, commit('lessor', MILLION));
    expect(balanced.state).toBe('BALANCED');
    const active = after(balanced, sign(firm()), sign(partner('lessor')), [{ event: 'activate' }, house()]);
    const drawn = after(active, onPart('draw', 'lease', 'lessor', MILLION));
    expect(codeOf(drawn, onPart('draw', 'lease', 'lessor', 1))).toBe('joint-draw-refused');
    expect(jointView(drawn, { kind: 'whole' }, today).package).toBe(MILLION);
    // What a service case draws is held by its own commitments: no equity carries it.
    const loan = after(toCommitting([lineFor('bank', MILLION)], SERVICE), commit('bank', MILLION));
    const open2 = after(loan, sign(firm()), sign(partner('bank')), [{ event: 'activate' }, house()]);
    expect(after(open2, onPart('draw', 'loan', 'bank', MILLION)).body.positions[0]!.outstanding).toBe(MILLION);
  });
});
