import { v7 as uuidv7 } from 'uuid';
import { actorOf, type Principal } from '#lib/access';
import {
  addDays,
  addWorkingDays,
  dateAt,
  dueOn,
  ProblemError,
  type Clock,
  type LocalDate,
  type ProblemDetail,
  type WorkingCalendar,
} from '#lib/kernel';
import type { Database, Db, Tx } from '#lib/platform';
import { found, type MembershipRow } from '../apply-events.ts';
import { applyMembershipEvent } from '../decide-membership.ts';
import type { RaisedEvent } from '../judge.ts';
import type { ListRules } from '../list-rules.ts';
import { MEMBERSHIP, type MemberRole, type MemberState } from '../membership.ts';
import { lockMembership, nextListVersion, saveMemberships } from '../memberships.store.ts';
import { checkedMarks, expertHundredths, shippedForm } from './expert-form.ts';
import {
  checkProposal,
  committeeEvent,
  decisionEvent,
  overrideOf,
  proposalEvent,
  refuseKnockedOut,
  refuseSameEyes,
  type Decision,
  type ProposalKind,
  type ReasonCode,
  type Reviewer,
  type Vote,
} from './review-case.ts';
import { requireReviewer, Reviewers } from './reviewers.ts';
import {
  closeProposal,
  firmInNewestVersion,
  flagsOf,
  insertDecision,
  insertProposal,
  insertVote,
  proposalsOf,
  queueOf,
  type FirmInVersion,
  type Outcome,
  type ProposalView,
  type QueuedCase,
  type QueueQuery,
} from './reviews.store.ts';

const HOLD_WORKING_DAYS = 10;

/** A first person's word on a firm. `version`: of the membership, as it was seen. */
export interface ProposalInput {
  readonly uscc: string;
  readonly version: number;
  readonly kind: ProposalKind;
  readonly reason: ReasonCode;
  /** At least 20 characters. */
  readonly explanation: string;
  readonly form?: Readonly<Record<string, unknown>>;
}

export interface DecisionInput {
  readonly uscc: string;
  readonly version: number;
  readonly decision: Decision;
  readonly explanation: string;
}

export interface VoteInput {
  readonly uscc: string;
  readonly version: number;
  readonly vote: Vote;
  readonly explanation: string;
}

export type QueuedView = QueuedCase & { readonly dueOn: LocalDate | null; readonly overdue: boolean };

export interface ReviewCase {
  readonly row: MembershipRow;
  readonly proposals: readonly ProposalView[];
  readonly inVersion: FirmInVersion | undefined;
  /** Why it came into review; empty: it never was. */
  readonly flags: readonly string[];
}

type Who = Pick<Principal, 'kind' | 'institutionId' | 'personId' | 'uscc'>;

/** 名单复核 (domain §4.4): cases, proposals, decisions and votes of the institutions that review a list. */
export class ListReviews {
  readonly reviewers: Reviewers;

  constructor(
    private readonly db: Database,
    private readonly calendar: WorkingCalendar,
    private readonly clock: Clock,
  ) {
    this.reviewers = new Reviewers(db);
  }

  /** What waits longest first. Throws ProblemError not-a-reviewer 403. */
  async queue(tx: Tx, who: Who, listCode: string, query: QueueQuery): Promise<{ items: QueuedView[]; more: boolean }> {
    await requireReviewer(tx, listCode, who.institutionId);
    const { items, more } = await queueOf(tx, listCode, query);
    return { items: items.map((item) => ({ ...item, ...this.due(item) })), more };
  }

  /** The day by which somebody should act; a hold puts it off. It warns and moves nothing. */
  due({
    state,
    since,
    holdUntil,
  }: Pick<QueuedCase, 'state' | 'since' | 'holdUntil'>): Pick<QueuedView, 'dueOn' | 'overdue'> {
    const timer = MEMBERSHIP.states[state].timers?.find(({ event }) => event === 'alarm');
    const day = timer ? dueOn(timer, since, this.calendar) : null;
    const due = day !== null && holdUntil !== null && holdUntil > day ? holdUntil : day;
    return { dueOn: due, overdue: due !== null && dateAt(this.clock.now()) > due };
  }

  /** The case of one firm, oldest proposal first. Throws ProblemError not-a-reviewer 403 or membership-unknown 404. */
  async case(tx: Tx, who: Who, listCode: string, uscc: string): Promise<ReviewCase> {
    await requireReviewer(tx, listCode, who.institutionId);
    const row = await lockMembership(tx, listCode, uscc);
    if (row === undefined) throw unknownCase(listCode, uscc);
    return {
      row,
      proposals: await proposalsOf(tx, listCode, uscc),
      inVersion: await firmInNewestVersion(tx, listCode, uscc),
      flags: await flagsOf(tx, listCode, uscc),
    };
  }

  /**
   * Proposes, decides or votes on one firm, in one transaction. Throws ProblemError not-a-reviewer 403, membership-unknown
   * 404, version-stale, transition-refused, review-two-persons, review-two-organisations, proposal-open, proposal-missing,
   * knock-out-stands, firm-opted-out, proposal-not-of-state, firm-not-in-version or vote-given 409, form-missing,
   * form-invalid or reason-not-of-proposal 422.
   */
  propose(who: Who, rules: ListRules, input: ProposalInput): Promise<void> {
    return this.as(who, rules, (tx) => this.proposeIn(tx, who, rules, input));
  }
  decide(who: Who, rules: ListRules, input: DecisionInput): Promise<void> {
    return this.as(who, rules, (tx) => this.decideIn(tx, who, rules, input));
  }
  vote(who: Who, rules: ListRules, input: VoteInput): Promise<void> {
    return this.as(who, rules, (tx) => this.voteIn(tx, who, rules, input));
  }

  /** 批量复核: all or none. Throws ProblemError batch-refused 409 naming every row that cannot be, and why. */
  batch(
    who: Who,
    rules: ListRules,
    {
      proposals,
      decisions,
    }: { readonly proposals: readonly ProposalInput[]; readonly decisions: readonly DecisionInput[] },
  ): Promise<void> {
    return this.as(who, rules, async (tx) => {
      const errors: ProblemDetail[] = [];
      const attempt = async (pointer: string, act: () => Promise<void>): Promise<void> => {
        try {
          await act();
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
          const { code, zh, en } = error.problem;
          errors.push({ pointer, code, zh, en });
        }
      };
      for (const [i, input] of proposals.entries())
        await attempt(`/proposals/${i}`, () => this.proposeIn(tx, who, rules, input));
      for (const [i, input] of decisions.entries())
        await attempt(`/decisions/${i}`, () => this.decideIn(tx, who, rules, input));
      if (errors.length === 0) return;
      throw new ProblemError({
        code: 'batch-refused',
        status: 409,
        zh: `${errors.length}行不能执行，整批未生效`,
        en: `${errors.length} rows cannot be; nothing of the batch was done`,
        errors,
      });
    });
  }

  /**
   * Brings a near miss before the reviewers (人工提名). Throws ProblemError not-a-near-miss 409, knock-out-stands 409 or
   * cooling-down 409, beside what the others throw.
   */
  nominate(who: Who, rules: ListRules, uscc: string): Promise<void> {
    return this.as(who, rules, async (tx) => {
      const { code } = rules;
      const firm = await firmInNewestVersion(tx, code, uscc);
      if (firm?.entry.kind !== 'near-miss')
        throw refused(
          'not-a-near-miss',
          '该企业不在最新一版的临界名单中',
          'the firm is no near miss of the newest version',
        );
      refuseKnockedOut(firm);
      const at = this.clock.now();
      const row = await lockMembership(tx, code, uscc);
      const listVersion = await nextListVersion(tx, code);
      if (row === undefined) {
        const begun = found(uscc, { at });
        const origin = { person: who.personId, runId: null, listVersion };
        await saveMemberships(tx, code, [begun.row], [{ ...begun.event, uscc }], origin);
      }
      const again = row && AGAIN[row.state];
      if (row?.state === 'NOT_LISTED' && addDays(dateAt(row.stateSince), rules.coolingDays) > dateAt(at))
        throw refused('cooling-down', '仍在冷静期内', 'the cooling time is not over');
      const words = { reason: 'NOMINATED', zh: '复核机构提名', en: 'a reviewer nominates it' };
      if (again) await this.raise(tx, who, rules, { uscc, raised: { event: again, ...words }, role: 'SYSTEM' });
      await this.raise(tx, who, rules, { uscc, raised: { event: 'flag', ...words }, role: 'SYSTEM' });
    });
  }

  private as(who: Who, rules: ListRules, act: (tx: Tx) => Promise<void>): Promise<void> {
    return this.db.as(actorOf(who), async (tx) => {
      await requireReviewer(tx, rules.code, who.institutionId);
      await act(tx);
    });
  }

  private async proposeIn(tx: Tx, who: Who, rules: ListRules, input: ProposalInput): Promise<void> {
    const { uscc, kind, reason, explanation } = input;
    const { code } = rules;
    const row = await seen(tx, code, input);
    const firm = await inVersion(tx, code, uscc);
    checkProposal({ kind, reason, hasForm: input.form !== undefined }, row.state, firm);
    const marks = input.form === undefined ? null : checkedMarks(input.form);
    if ((await openProposal(tx, code, uscc)) !== undefined)
      throw refused('proposal-open', '已有未决意见', 'a proposal waits for its second person already');
    const raised = proposalEvent(kind, reason);
    if (raised) await this.raise(tx, who, rules, { uscc, raised, role: 'REVIEW' });
    const at = this.clock.now();
    await insertProposal(tx, {
      proposalId: uuidv7({ msecs: at.getTime() }),
      listCode: code,
      uscc,
      kind,
      reason,
      explanation,
      form: marks && { marks, version: shippedForm().version, hundredths: expertHundredths(marks) },
      listVersion: firm.version,
      failing: firm.failing.map(({ rule, state }) => ({ rule, state })),
      holdUntil: kind === 'hold' ? addWorkingDays(dateAt(at), HOLD_WORKING_DAYS, this.calendar) : null,
      by: reviewerOf(who),
      at,
    });
  }

  private async decideIn(tx: Tx, who: Who, rules: ListRules, input: DecisionInput): Promise<void> {
    const { uscc, decision, explanation } = input;
    const { code } = rules;
    await seen(tx, code, input);
    const proposal = await openProposal(tx, code, uscc);
    if (proposal === undefined || proposal.decision !== null)
      throw refused('proposal-missing', '没有待第二人决定的意见', 'no proposal waits for a second person');
    const by = reviewerOf(who);
    refuseSameEyes(by, [proposal.by], rules.reviewByTwoOrganisations === true);
    const at = this.clock.now();
    await insertDecision(tx, proposal, { decision, explanation, by, at });
    if (decision === 'confirm') {
      const outcome = OUTCOMES[proposal.kind]!;
      const raised = decisionEvent(decision, proposal.kind)!;
      await this.end(tx, who, rules, {
        uscc,
        proposal,
        outcome,
        raised,
        role: outcome === 'removed' ? 'COMMITTEE' : 'REVIEW',
      });
      return;
    }
    const raised = decisionEvent(decision, proposal.kind);
    if (raised) await this.raise(tx, who, rules, { uscc, raised, role: 'REVIEW' });
    if (decision === 'return') await closeProposal(tx, { ...proposal, listCode: code, uscc }, null);
  }

  private async voteIn(tx: Tx, who: Who, rules: ListRules, input: VoteInput): Promise<void> {
    const { uscc, vote, explanation } = input;
    const { code } = rules;
    await seen(tx, code, input);
    const proposal = await openProposal(tx, code, uscc);
    if (proposal?.decision?.decision !== 'disagree')
      throw refused('proposal-missing', '该企业未提交评审会', 'the firm is not before the committee');
    const by = reviewerOf(who);
    refuseSameEyes(by, [proposal.by, proposal.decision.by], false);
    if (proposal.votes.some((given) => given.by.personId === by.personId))
      throw refused('vote-given', '已投票', 'this person has voted');
    await insertVote(tx, proposal, { vote, explanation, by, at: this.clock.now() });
    const raised = committeeEvent([...proposal.votes.map((given) => given.vote), vote]);
    if (raised === undefined) return;
    if (proposal.kind !== 'remove') {
      const outcome = raised.event === 'include' ? 'in' : 'out';
      await this.end(tx, who, rules, { uscc, proposal, outcome, raised, role: 'COMMITTEE' });
    } else if (raised.event === 'exclude') {
      const remove = { ...raised, event: 'remove' } as const;
      await this.end(tx, who, rules, { uscc, proposal, outcome: 'removed', raised: remove, role: 'COMMITTEE' });
    } else await closeProposal(tx, { ...proposal, listCode: code, uscc }, null);
  }

  /** A case ends: the membership moves, and the record says whether that went against the rules. */
  private async end(
    tx: Tx,
    who: Who,
    rules: ListRules,
    {
      uscc,
      proposal,
      outcome,
      raised,
      role,
    }: { uscc: string; proposal: ProposalView; outcome: Outcome; raised: RaisedEvent; role: MemberRole },
  ): Promise<void> {
    const firm = await inVersion(tx, rules.code, uscc);
    if (outcome === 'in') {
      refuseKnockedOut(firm);
      await refuseOptedOut(tx, uscc);
    }
    const override = overrideOf(outcome, firm);
    const after = await this.raise(tx, who, rules, { uscc, raised, role, exception: override === 'up' });
    const exceptionUntil = override === 'up' ? after.exceptionUntil : null;
    const about = { ...proposal, listCode: rules.code, uscc };
    await closeProposal(tx, about, { outcome, override, exceptionUntil, at: this.clock.now() });
  }

  private raise(
    tx: Tx,
    { personId }: Who,
    rules: ListRules,
    {
      uscc,
      raised,
      role,
      exception = false,
    }: { uscc: string; raised: RaisedEvent; role: MemberRole | 'SYSTEM'; exception?: boolean },
  ): Promise<MembershipRow> {
    return applyMembershipEvent(tx, { rules, uscc, raised, role, person: personId, clock: this.clock, exception });
  }
}

const AGAIN: Readonly<Partial<Record<MemberState, 'reconsider' | 'requalify' | 'cure'>>> = {
  NOT_LISTED: 'reconsider',
  EXITED: 'requalify',
  REVOKED: 'cure',
};
const OUTCOMES: Readonly<Partial<Record<ProposalKind, Outcome>>> = { include: 'in', exclude: 'out', remove: 'removed' };

const reviewerOf = ({ personId, institutionId }: Who): Reviewer => ({ personId, institutionId });

const refused = (code: string, zh: string, en: string): ProblemError => new ProblemError({ code, status: 409, zh, en });

const unknownCase = (listCode: string, uscc: string): ProblemError =>
  new ProblemError({
    code: 'membership-unknown',
    status: 404,
    zh: `企业 ${uscc} 与名单 ${listCode} 没有关系`,
    en: `the firm ${uscc} never had to do with the list ${listCode}`,
  });

/** The membership, locked, as the caller saw it. */
async function seen(
  tx: Tx,
  listCode: string,
  { uscc, version }: { uscc: string; version: number },
): Promise<MembershipRow> {
  const row = await lockMembership(tx, listCode, uscc);
  if (row === undefined) throw unknownCase(listCode, uscc);
  if (row.version === version) return row;
  throw new ProblemError({
    code: 'version-stale',
    status: 409,
    zh: `已变更为第${row.version}版，请重新查看`,
    en: `it has changed: the version is ${row.version} now`,
    extra: { version: row.version },
  });
}

async function inVersion(db: Db, listCode: string, uscc: string): Promise<FirmInVersion> {
  const firm = await firmInNewestVersion(db, listCode, uscc);
  if (firm) return firm;
  throw refused(
    'firm-not-in-version',
    '最新一版名单没有该企业的判定',
    'the newest version of the list says nothing of the firm',
  );
}

const openProposal = async (db: Db, listCode: string, uscc: string): Promise<ProposalView | undefined> =>
  (await proposalsOf(db, listCode, uscc)).find(({ open }) => open);

async function refuseOptedOut(db: Db, uscc: string): Promise<void> {
  if ((await db.query('SELECT FROM list_opt_out WHERE uscc = $1 AND ended_at IS NULL', [uscc])).length > 0)
    throw refused('firm-opted-out', '企业已申请退出名单', 'the firm asked not to be listed');
}
