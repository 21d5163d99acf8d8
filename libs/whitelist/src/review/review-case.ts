import { ProblemError, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { RaisedEvent } from '../judge.ts';
import type { MemberEvent, MemberState } from '../membership.ts';

/** 复核意见: in 入库, out 不入库, hold 暂缓, remove 移出 a member. */
export const PROPOSALS = ['include', 'exclude', 'hold', 'remove'] as const;
export type ProposalKind = (typeof PROPOSALS)[number];

/** 复核决定 of the second person. */
export const DECISIONS = ['confirm', 'return', 'disagree'] as const;
export type Decision = (typeof DECISIONS)[number];

export const VOTES = ['include', 'exclude'] as const;
export type Vote = (typeof VOTES)[number];

/** Votes for one side that decide before the committee (评审会). */
export const DECIDING_VOTES = 2;

/** 理由代码, by what they may stand for. */
export const REASONS = {
  ELIGIBLE: { zh: '符合条件', en: 'meets the conditions', of: ['include'] },
  TECHNOLOGY: { zh: '技术突出', en: 'outstanding technology', of: ['include'] },
  MARKET: { zh: '市场前景好', en: 'good market prospects', of: ['include'] },
  EXPLAINED: { zh: '预警已说明', en: 'the warning is explained', of: ['include'] },
  TECHNOLOGY_WEAK: { zh: '技术门槛不足', en: 'weak technology', of: ['exclude', 'remove'] },
  MARKET_WEAK: { zh: '市场前景不足', en: 'weak market prospects', of: ['exclude', 'remove'] },
  WARNING_STANDS: { zh: '预警未消除', en: 'the warning stands', of: ['exclude', 'remove'] },
  CONTROLLER: { zh: '实际控制人风险', en: 'risk of the controller', of: ['exclude', 'remove'] },
  DATA_DOUBT: { zh: '数据存疑', en: 'doubtful data', of: ['exclude', 'hold', 'remove'] },
  AWAITING_DOCUMENTS: { zh: '待补充材料', en: 'waiting for documents', of: ['hold'] },
  AWAITING_VISIT: { zh: '待现场核实', en: 'waiting for a visit', of: ['hold'] },
} as const satisfies Readonly<Record<string, Text & { readonly of: readonly ProposalKind[] }>>;
export type ReasonCode = keyof typeof REASONS;

/** Somebody of an institution that reviews the list. */
export interface Reviewer {
  readonly personId: string;
  readonly institutionId: string;
}

/** What the second person sees of the proposal. */
export interface OpenProposal {
  readonly kind: ProposalKind;
  readonly by: Reviewer;
}

/** What the newest version of the list says of the firm. */
export interface RulesResult {
  /** Entry conditions that do not pass. */
  readonly failing: readonly { readonly rule: number; readonly state: string }[];
}

const PROPOSES: Readonly<Partial<Record<ProposalKind, MemberEvent>>> = {
  include: 'propose-in',
  exclude: 'propose-out',
};

/** The event of a proposal; undefined: it moves nothing (a hold, or a removal that waits for the second person). */
export function proposalEvent(kind: ProposalKind, reason: ReasonCode): RaisedEvent | undefined {
  const event = PROPOSES[kind];
  if (event === undefined) return undefined;
  const { zh, en } = REASONS[reason];
  return {
    event,
    reason,
    zh: `复核员建议${kind === 'include' ? '入库' : '不入库'}：${zh}`,
    en: `a reviewer proposes that it is ${kind === 'include' ? 'listed' : 'not listed'}: ${en}`,
  };
}

/** The event that the second person's decision raises; undefined: a removal that is not confirmed moves nothing. */
export function decisionEvent(decision: Decision, kind: ProposalKind): RaisedEvent | undefined {
  if (kind === 'remove')
    return decision === 'confirm'
      ? { event: 'remove', reason: 'REMOVED', zh: '两名复核员决定移出', en: 'two reviewers remove it' }
      : undefined;
  const words: Readonly<Record<Decision, Text>> = {
    confirm: { zh: '第二名复核员确认', en: 'the second reviewer confirms' },
    return: { zh: '第二名复核员退回', en: 'the second reviewer returns it' },
    disagree: { zh: '第二名复核员不同意，提交评审会', en: 'the second reviewer disagrees; the committee decides' },
  };
  return { event: decision, reason: decision.toUpperCase(), ...words[decision] };
}

/** The event once votes decide; undefined: not yet. */
export function committeeEvent(votes: readonly Vote[]): RaisedEvent | undefined {
  const won = VOTES.find((side) => votes.filter((vote) => vote === side).length >= DECIDING_VOTES);
  if (won === undefined) return undefined;
  const zh = won === 'include' ? '评审会决定入库' : '评审会决定不入库';
  const en = won === 'include' ? 'the committee includes it' : 'the committee excludes it';
  return { event: won, reason: 'COMMITTEE', zh, en };
}

const refused = (code: string, status: number, zh: string, en: string, errors: readonly ProblemDetail[] = []) =>
  new ProblemError({ code, status, zh, en, errors });

/**
 * Whether this may be proposed of the firm. Throws ProblemError reason-not-of-proposal 422, form-missing 422,
 * knock-out-stands 409 or proposal-not-of-state 409.
 */
export function checkProposal(
  proposal: { readonly kind: ProposalKind; readonly reason: ReasonCode; readonly hasForm: boolean },
  state: MemberState,
  rules: RulesResult,
): void {
  const { kind, reason, hasForm } = proposal;
  if (!(REASONS[reason].of as readonly string[]).includes(kind))
    throw refused('reason-not-of-proposal', 422, '理由代码与意见不符', 'the reason is none for this proposal', [
      {
        pointer: '/reason',
        code: 'reason-not-of-proposal',
        zh: `${reason} 不用于 ${kind}`,
        en: `${reason} is no reason to ${kind}`,
      },
    ]);
  if (kind === 'include' && !hasForm)
    throw refused('form-missing', 422, '建议入库须填写专家评价表', 'a proposal to include comes with the expert form', [
      { pointer: '/form', code: 'form-missing', zh: '缺少评价表', en: 'the form is missing' },
    ]);
  const listed = state === 'ACTIVE' || state === 'WATCH';
  if ((kind === 'remove' && !listed) || (kind === 'hold' && state !== 'IN_REVIEW'))
    throw refused(
      'proposal-not-of-state',
      409,
      `状态 ${state} 下不能提出该意见`,
      `a firm in the state ${state} cannot be given this proposal`,
    );
  if (kind === 'include') refuseKnockedOut(rules);
}

/** 否决事项优先 (domain §6.8): no person includes a firm that is knocked out. */
export function refuseKnockedOut({ failing }: RulesResult): void {
  if (failing.some(({ rule, state }) => rule === 1 && state === 'fail'))
    throw refused(
      'knock-out-stands',
      409,
      '否决事项未解除，不得入库',
      'a knock-out stands: nobody may include the firm until it is gone',
    );
}

/** Two pairs of eyes, and two organisations where the list says so. Throws ProblemError review-two-persons or review-two-organisations 409. */
export function refuseSameEyes(by: Reviewer, others: readonly Reviewer[], twoOrganisations: boolean): void {
  if (others.some(({ personId }) => personId === by.personId))
    throw refused(
      'review-two-persons',
      409,
      '须由另一名复核员作出',
      'another person decides: nobody decides on what they proposed or decided before',
    );
  if (twoOrganisations && others.some(({ institutionId }) => institutionId === by.institutionId))
    throw refused(
      'review-two-organisations',
      409,
      '该名单要求由另一机构的复核员作出',
      'the list asks for a person of another institution',
    );
}

/** Whether the outcome goes against the rules (人工干预): up, a firm in that they keep out; down, a firm out that they let in. */
export function overrideOf(outcome: 'in' | 'out' | 'removed', { failing }: RulesResult): 'up' | 'down' | null {
  if (outcome === 'in') return failing.length > 0 ? 'up' : null;
  if (outcome === 'removed') return 'down';
  return failing.length === 0 ? 'down' : null;
}
