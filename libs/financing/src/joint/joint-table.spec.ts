import { localDate, ProblemError } from '#lib/kernel';
import { DESKS } from '../deals/deal.ts';
import {
  after,
  by,
  commit,
  consentTo,
  firm,
  HASH,
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
  share,
  sign,
  time,
  toCommitting,
  toSigned,
  type Told,
} from './fixtures/joint-story.ts';
import type { JointDeal } from './joint-body.ts';
import { JOINT_EVENTS, JOINT_STATES, JOINT_TABLE, type JointEvent, type JointState } from './joint-table.ts';

const ALL = [...PRECEDENT, lineFor('lessor', MILLION), lineFor('insurer', MILLION)];
const money = 1_000 as never;

const balanced = after(
  toCommitting(ALL),
  commit('investor', 10 * MILLION),
  commit('bank', 5 * MILLION, { conditions: ['质押登记'] }),
  commit('guarantor', 5 * MILLION),
);
const meet: Told = [{ event: 'meet', part: 'loan', condition: 0 }, partner('bank')];
const active = after(
  toSigned(balanced),
  meet,
  [{ event: 'activate' }, partner('bank')],
  pay(4 * MILLION),
  onPart('draw', 'loan', 'bank', MILLION),
  onPart('draw', 'guaranteed', 'guarantor', MILLION),
);
const runOff = after(
  active,
  [{ event: 'end-availability' }, time()],
  [{ event: 'claim', amount: money }, partner('guarantor')],
);
const paidBack = after(
  active,
  [{ event: 'end-availability' }, time()],
  onPart('repay', 'loan', 'bank', MILLION),
  onPart('repay', 'guaranteed', 'guarantor', MILLION),
);

/** One case in each state, with all that its events need. */
const IN_STATE: Readonly<Record<JointState, JointDeal>> = {
  NEED: newCase(),
  CONSULT: after(newCase(), share('investor', 'bank', 'guarantor')),
  PROPOSED: after(newCase(), share('investor', 'bank', 'guarantor'), propose(PRECEDENT)),
  COMMITTING: toCommitting(ALL),
  BALANCED: balanced,
  SIGNED: toSigned(balanced),
  ACTIVE: active,
  REVIEW_DUE: after(active, [{ event: 'review' }, time()]),
  FROZEN: after(toSigned(balanced), [{ event: 'freeze', reason: 'knock-out', text: '' }, house()]),
  RUN_OFF: runOff,
  FULFILLED: after(paidBack, [{ event: 'close' }, house()]),
  TERMINATED: { ...runOff, state: 'TERMINATED' },
  FAILED: after(toCommitting(), [{ event: 'lapse' }, time()]),
  WITHDRAWN: after(newCase(), [{ event: 'lapse' }, time()]),
};
/** Where one that stands for its state lacks what an event needs. */
const BESIDE: Partial<Record<`${JointState} ${JointEvent}`, JointDeal>> = {
  'SIGNED activate': after(toSigned(balanced), meet),
  'SIGNED sign': after(toSigned(balanced), commit('insurer', MILLION)),
  'ACTIVE sign': after(active, commit('insurer', MILLION)),
  'FROZEN pay': after(active, [{ event: 'freeze', reason: 'knock-out', text: '' }, house()]),
  'FROZEN back': after(active, [{ event: 'freeze', reason: 'knock-out', text: '' }, house()]),
  'FROZEN repay': after(active, [{ event: 'freeze', reason: 'knock-out', text: '' }, house()]),
  'FROZEN correct': after(active, [{ event: 'freeze', reason: 'knock-out', text: '' }, house()]),
  'FROZEN unfreeze': after(active, [{ event: 'freeze', reason: 'knock-out', text: '' }, house()]),
  'RUN_OFF close': paidBack,
};

const firstPay = active.body.entries[0]!.version;
const optional = (state: JointState): boolean => state !== 'COMMITTING';
/** What is said, by somebody who may. */
const SAID: Readonly<Record<JointEvent, (state: JointState) => Told>> = {
  share: () => [{ event: 'share', consents: [consentTo('bank')], textSha256: HASH }, firm()],
  unshare: () => [{ event: 'unshare', institutionId: 'bank', purpose: null }, firm()],
  withdraw: () => [{ event: 'withdraw', reason: '' }, firm()],
  say: () => [{ event: 'say', round: 'external', opinion: 'support', need: null, text: '' }, partner('bank')],
  propose: () => propose(PRECEDENT),
  open: () => open,
  commit: (state) => (optional(state) ? commit('insurer', MILLION) : commit('bank', MILLION)),
  counter: () => [
    { event: 'counter', lines: PRECEDENT, substitution: null, availableUntil: LATER, note: '' },
    partner('bank'),
  ],
  decline: () => [{ event: 'decline', proposalVersion: 1, part: 'loan', code: 'price', text: '' }, partner('bank')],
  sign: (state) => sign(state === 'BALANCED' ? firm() : partner('insurer')),
  meet: () => meet,
  activate: () => [{ event: 'activate' }, partner('bank')],
  pay: () => pay(1_000),
  back: () => [{ event: 'back', amount: money, reason: '' }, partner('investor')],
  draw: () => onPart('draw', 'loan', 'bank', 1_000),
  repay: () => onPart('repay', 'loan', 'bank', 1_000),
  claim: () => [{ event: 'claim', amount: money }, partner('guarantor')],
  loss: () => onPart('loss', 'loan', 'bank', 1_000),
  recover: () => onPart('recover', 'guaranteed', 'guarantor', 1_000, 'guarantor'),
  'write-off': () => [
    { event: 'write-off', part: 'guaranteed', partner: 'guarantor', amount: money, reason: '' },
    partner('guarantor'),
  ],
  correct: () => [
    { event: 'correct', corrects: firstPay, amount: (3 * MILLION) as never, reason: '' },
    partner('investor'),
  ],
  freeze: () => [{ event: 'freeze', reason: 'partner-default', text: '' }, partner('bank')],
  unfreeze: () => [{ event: 'unfreeze', cure: '' }, partner('bank')],
  confirm: () => [{ event: 'confirm', text: '' }, partner('bank')],
  issue: () => [{ event: 'issue', text: '' }, partner('bank')],
  close: () => [{ event: 'close' }, house()],
  lapse: () => [{ event: 'lapse' }, time()],
  expire: () => [{ event: 'expire' }, time()],
  review: () => [{ event: 'review' }, time()],
  'end-availability': () => [{ event: 'end-availability' }, time()],
};

/** Domain §6.5: everything that moves a case, with who may. */
const MOVES = [
  'NEED —share→ CONSULT (FIRM)',
  'NEED —withdraw→ WITHDRAWN (FIRM OPS)',
  'NEED —lapse→ WITHDRAWN ()',
  'CONSULT —propose→ PROPOSED (INVEST BANK GUAR INSUR LEASE OPS)',
  'PROPOSED —open→ COMMITTING (INVEST BANK GUAR INSUR LEASE OPS)',
  'COMMITTING —counter→ PROPOSED (INVEST BANK GUAR INSUR LEASE OPS)',
  'COMMITTING —commit→ BALANCED (INVEST BANK GUAR INSUR LEASE)',
  'COMMITTING —decline→ BALANCED (INVEST BANK GUAR INSUR LEASE)',
  'COMMITTING —decline→ FAILED (INVEST BANK GUAR INSUR LEASE)',
  'COMMITTING —lapse→ FAILED ()',
  'BALANCED —sign→ SIGNED (INVEST BANK GUAR INSUR LEASE FIRM)',
  'BALANCED —expire→ COMMITTING ()',
  'BALANCED —lapse→ FAILED ()',
  'SIGNED —freeze→ FROZEN (INVEST BANK GUAR INSUR LEASE OPS)',
  'SIGNED —activate→ ACTIVE (INVEST BANK GUAR INSUR LEASE OPS)',
  'ACTIVE —back→ FROZEN (INVEST)',
  'ACTIVE —freeze→ FROZEN (INVEST BANK GUAR INSUR LEASE OPS)',
  'ACTIVE —review→ REVIEW_DUE ()',
  'ACTIVE —end-availability→ RUN_OFF ()',
  'REVIEW_DUE —back→ FROZEN (INVEST)',
  'REVIEW_DUE —freeze→ FROZEN (INVEST BANK GUAR INSUR LEASE OPS)',
  'REVIEW_DUE —confirm→ ACTIVE (INVEST BANK GUAR INSUR LEASE)',
  'REVIEW_DUE —issue→ FROZEN (INVEST BANK GUAR INSUR LEASE OPS)',
  'FROZEN —unfreeze→ ACTIVE (INVEST BANK GUAR LEASE)',
  'FROZEN —lapse→ RUN_OFF ()',
  'RUN_OFF —close→ FULFILLED (BANK GUAR LEASE OPS)',
  'RUN_OFF —close→ TERMINATED (BANK GUAR LEASE OPS)',
];

const ruleOf = (state: JointState, event: JointEvent) => JOINT_TABLE.states[state].on?.[event];
const targets = (state: JointState, event: JointEvent): readonly JointState[] => {
  const to = ruleOf(state, event)?.to ?? [];
  return typeof to === 'string' ? [to] : to;
};
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
};

describe('the table of joint cases', () => {
  it('moves as the document says, and by nobody else', () => {
    const moves = JOINT_STATES.flatMap((state) =>
      JOINT_EVENTS.flatMap((event) =>
        targets(state, event)
          .filter((to) => to !== state)
          .map((to) => `${state} —${event}→ ${to} (${(ruleOf(state, event)!.by ?? []).join(' ')})`),
      ),
    );
    expect(moves.toSorted()).toEqual(MOVES.toSorted());
  });

  it.each(JOINT_STATES)('%s takes each event as the table says', (state) => {
    for (const event of JOINT_EVENTS) {
      const deal = BESIDE[`${state} ${event}`] ?? IN_STATE[state];
      expect(deal.state).toBe(state);
      const kept = structuredClone(deal);
      const [change, raiser] = SAID[event](state);
      const act = (): JointDeal => after(deal, [change, raiser]);
      if (ruleOf(state, event) === undefined) expect([event, codeOf(act)]).toEqual([event, 'transition-refused']);
      else {
        const next = act();
        // The first of two persons moves nothing.
        const to = next.proposal === null ? targets(state, event) : [state];
        expect([event, to]).toEqual([event, expect.arrayContaining([next.state])]);
        expect(next.version).toBe(deal.version + 1);
      }
      expect(deal).toEqual(kept);
    }
  });

  it('refuses each role that an event does not name', () => {
    for (const state of JOINT_STATES)
      for (const event of JOINT_EVENTS) {
        const rule = ruleOf(state, event);
        if (rule === undefined) continue;
        for (const desk of DESKS.filter((one) => !(rule.by ?? []).includes(one))) {
          const [change] = SAID[event](state);
          const act = (): JointDeal => after(IN_STATE[state], [change, by(desk, 'x')]);
          expect([state, event, desk, codeOf(act)]).toEqual([state, event, desk, 'role-refused']);
        }
      }
  });

  it('ends as terminated where somebody bore a loss, also when all of it came back', () => {
    const claimed = after(
      runOff,
      onPart('repay', 'loan', 'bank', MILLION),
      onPart('repay', 'guaranteed', 'guarantor', MILLION - 1_000),
    );
    const close: Told = [{ event: 'close' }, house()];
    expect(codeOf(() => after(claimed, close))).toBe('joint-debt-open');
    const whole = after(claimed, onPart('recover', 'guaranteed', 'guarantor', 1_000, 'guarantor'), close);
    expect(whole.state).toBe('TERMINATED');
    expect(localDate('2026-07-06')).toBe(whole.body.entries[0]!.on);
  });
});
