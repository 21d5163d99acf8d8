import { step } from '#lib/kernel';
import { MEMBER_STATES, MEMBERSHIP, type MemberState } from '../membership.ts';
import { checkedMarks, CRITERIA, expertForm, expertHundredths, shippedForm, type Marks } from './expert-form.ts';
import {
  checkProposal,
  committeeEvent,
  DECISIONS,
  decisionEvent,
  overrideOf,
  PROPOSALS,
  proposalEvent,
  REASONS,
  refuseSameEyes,
  type ProposalKind,
  type ReasonCode,
  type Vote,
} from './review-case.ts';

const CLEAN = { failing: [] };
const THIN = { failing: [{ rule: 3, state: 'fail' }] };
const KNOCKED_OUT = { failing: [{ rule: 1, state: 'fail' }] };
const reasonOf = (kind: ProposalKind): ReasonCode =>
  (Object.keys(REASONS) as ReasonCode[]).find((code) => (REASONS[code].of as readonly string[]).includes(kind))!;
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { problem: { code: string } }).problem.code;
  }
};

describe('a review', () => {
  it('takes each proposal in the states that know it, and no other', () => {
    const taken = (kind: ProposalKind): MemberState[] =>
      MEMBER_STATES.filter((state) => {
        const proposal = { kind, reason: reasonOf(kind), hasForm: true };
        if (codeOf(() => checkProposal(proposal, state, CLEAN)) !== undefined) return false;
        const raised = proposalEvent(kind, proposal.reason);
        return raised === undefined || step(MEMBERSHIP, { state, event: raised.event, role: 'REVIEW' }).ok;
      });
    expect(Object.fromEntries(PROPOSALS.map((kind) => [kind, taken(kind)]))).toEqual({
      include: ['IN_REVIEW'],
      exclude: ['IN_REVIEW'],
      hold: ['IN_REVIEW'],
      remove: ['ACTIVE', 'WATCH'],
    });
  });

  it('takes each reason for its own proposals only', () => {
    for (const reason of Object.keys(REASONS) as ReasonCode[])
      for (const kind of PROPOSALS) {
        const state = kind === 'remove' ? 'ACTIVE' : 'IN_REVIEW';
        const fits = (REASONS[reason].of as readonly string[]).includes(kind);
        expect([reason, kind, codeOf(() => checkProposal({ kind, reason, hasForm: true }, state, CLEAN))]).toEqual([
          reason,
          kind,
          fits ? undefined : 'reason-not-of-proposal',
        ]);
      }
  });

  it('includes nobody without the form, and nobody who is knocked out', () => {
    const include = { kind: 'include', reason: 'TECHNOLOGY', hasForm: true } as const;
    expect(codeOf(() => checkProposal({ ...include, hasForm: false }, 'IN_REVIEW', CLEAN))).toBe('form-missing');
    expect(codeOf(() => checkProposal(include, 'IN_REVIEW', KNOCKED_OUT))).toBe('knock-out-stands');
    expect(codeOf(() => checkProposal(include, 'IN_REVIEW', THIN))).toBeUndefined();
    const exclude = { kind: 'exclude', reason: 'CONTROLLER', hasForm: false } as const;
    expect(codeOf(() => checkProposal(exclude, 'IN_REVIEW', KNOCKED_OUT))).toBeUndefined();
  });

  it('raises of each decision an event that the state after the proposal knows', () => {
    for (const kind of ['include', 'exclude'] as const)
      for (const decision of DECISIONS) {
        const state = kind === 'include' ? 'PROPOSED_IN' : 'PROPOSED_OUT';
        const raised = decisionEvent(decision, kind)!;
        expect(step(MEMBERSHIP, { state, event: raised.event, role: 'REVIEW' }).ok).toBe(true);
      }
    expect(DECISIONS.map((decision) => decisionEvent(decision, 'remove')?.event)).toEqual([
      'remove',
      undefined,
      undefined,
    ]);
  });

  it('is decided by two votes for one side, whatever the order', () => {
    const won = (...votes: Vote[]): string | undefined => committeeEvent(votes)?.event;
    expect([won(), won('include'), won('include', 'exclude')]).toEqual([undefined, undefined, undefined]);
    expect([won('include', 'include'), won('exclude', 'include', 'exclude')]).toEqual(['include', 'exclude']);
  });

  it('needs another person, and another institution where the list says so', () => {
    const first = { personId: 'p1', institutionId: 'i1' };
    expect(codeOf(() => refuseSameEyes(first, [first], false))).toBe('review-two-persons');
    const colleague = { personId: 'p2', institutionId: 'i1' };
    expect(codeOf(() => refuseSameEyes(colleague, [first], false))).toBeUndefined();
    expect(codeOf(() => refuseSameEyes(colleague, [first], true))).toBe('review-two-organisations');
    expect(codeOf(() => refuseSameEyes({ personId: 'p3', institutionId: 'i2' }, [first], true))).toBeUndefined();
  });

  it('goes against the rules in two directions', () => {
    expect([overrideOf('in', CLEAN), overrideOf('in', THIN)]).toEqual([null, 'up']);
    expect([overrideOf('out', CLEAN), overrideOf('out', THIN)]).toEqual(['down', null]);
    expect(overrideOf('removed', CLEAN)).toBe('down');
  });
});

describe('the expert form', () => {
  const marks = (...given: number[]): Marks =>
    Object.fromEntries(CRITERIA.map((code, i) => [code, { mark: given[i], text: '样例理由说明' }])) as unknown as Marks;

  it('weighs 40, 30 and 30, exactly', () => {
    expect(expertHundredths(marks(1, 1, 1))).toBe(100);
    expect(expertHundredths(marks(5, 5, 5))).toBe(500);
    expect(expertHundredths(marks(4, 3, 3))).toBe(340);
    expect(expertHundredths(marks(2, 5, 4))).toBe(350);
    // A better mark never lowers it.
    for (let mark = 1; mark < 5; mark += 1)
      for (const at of [0, 1, 2]) {
        const base = [3, 3, 3];
        const better = base.with(at, mark + 1);
        expect(expertHundredths(marks(...better))).toBeGreaterThan(expertHundredths(marks(...base.with(at, mark))));
      }
  });

  it('says of each mark what it means, and of a wrong one where it stands', () => {
    for (const { anchors } of shippedForm().criteria)
      for (const { zh, en } of anchors) expect([zh.length > 3, en.length > 5]).toEqual([true, true]);
    expect(checkedMarks({ ...marks(4, 3, 3) })).toEqual(marks(4, 3, 3));
    const wrong = { ...marks(6, 3, 3), marketProspects: { mark: 3, text: '' }, extra: {} };
    expect(() => checkedMarks(wrong)).toThrow(/form-invalid|expert form/);
    try {
      checkedMarks(wrong);
    } catch (error) {
      const { errors } = (error as { problem: { errors: { pointer: string }[] } }).problem;
      expect(errors.map(({ pointer }) => pointer)).toEqual([
        '/form/technologyThreshold/mark',
        '/form/marketProspects/text',
        '/form/extra',
      ]);
    }
    expect(() => expertForm({ version: '2', criteria: shippedForm().criteria.slice(1) })).toThrow('not whole');
  });
});
