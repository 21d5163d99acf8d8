import type { LocalDate } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import { newestEntry } from '../lists.reader.ts';
import type { ListEntry } from '../lists.store.ts';
import type { MemberState } from '../membership.ts';
import type { Marks } from './expert-form.ts';
import type { Decision, ProposalKind, ReasonCode, Reviewer, RulesResult, Vote } from './review-case.ts';

/** A first person's proposal, with what came of it. */
export interface ProposalView {
  readonly proposalId: string;
  readonly kind: ProposalKind;
  readonly reason: ReasonCode;
  readonly explanation: string;
  readonly form: Marks | null;
  readonly formVersion: string | null;
  readonly expertHundredths: number | null;
  readonly listVersion: number;
  readonly failing: RulesResult['failing'];
  readonly holdUntil: LocalDate | null;
  readonly open: boolean;
  readonly by: Reviewer;
  readonly at: Date;
  readonly decision: {
    readonly decision: Decision;
    readonly explanation: string;
    readonly by: Reviewer;
    readonly at: Date;
  } | null;
  readonly votes: readonly {
    readonly vote: Vote;
    readonly explanation: string;
    readonly by: Reviewer;
    readonly at: Date;
  }[];
  readonly outcome: {
    readonly outcome: Outcome;
    readonly override: 'up' | 'down' | null;
    readonly exceptionUntil: LocalDate | null;
  } | null;
}
export type Outcome = 'in' | 'out' | 'removed';

interface ProposalRow {
  proposal_id: string;
  kind: ProposalKind;
  reason: ReasonCode;
  explanation: string;
  form: Marks | null;
  form_version: string | null;
  expert_hundredths: number | null;
  list_version: number;
  failing: RulesResult['failing'];
  hold_until: LocalDate | null;
  open: boolean;
  proposed_by: string;
  institution_id: string;
  proposed_at: Date;
  decision: Decision | null;
  decision_text: string | null;
  decided_by: string | null;
  decided_institution: string | null;
  decided_at: Date | null;
  outcome: Outcome | null;
  override: 'up' | 'down' | null;
  exception_until: LocalDate | null;
}

/** The proposals of a case, oldest first, with their decisions, votes and ends. */
export async function proposalsOf(db: Db, listCode: string, uscc: string): Promise<ProposalView[]> {
  const rows = await db.query<ProposalRow>(
    `SELECT p.*, d.decision, d.explanation AS decision_text, d.decided_by, d.institution_id AS decided_institution, d.decided_at,
            o.outcome, o.override, o.exception_until
     FROM review_proposal p LEFT JOIN review_decision d USING (proposal_id) LEFT JOIN review_outcome o USING (proposal_id)
     WHERE p.list_code = $1 AND p.uscc = $2 ORDER BY p.proposed_at, p.proposal_id`,
    [listCode, uscc],
  );
  const votes = await db.query<{
    proposal_id: string;
    vote: Vote;
    explanation: string;
    voter: string;
    institution_id: string;
    voted_at: Date;
  }>('SELECT * FROM review_vote WHERE proposal_id = ANY ($1) ORDER BY voted_at, voter', [
    rows.map((row) => row.proposal_id),
  ]);
  return rows.map((row) => ({
    proposalId: row.proposal_id,
    kind: row.kind,
    reason: row.reason,
    explanation: row.explanation,
    form: row.form,
    formVersion: row.form_version,
    expertHundredths: row.expert_hundredths,
    listVersion: row.list_version,
    failing: row.failing,
    holdUntil: row.hold_until,
    open: row.open,
    by: { personId: row.proposed_by, institutionId: row.institution_id },
    at: row.proposed_at,
    decision: row.decision && {
      decision: row.decision,
      explanation: row.decision_text!,
      by: { personId: row.decided_by!, institutionId: row.decided_institution! },
      at: row.decided_at!,
    },
    votes: votes
      .filter((vote) => vote.proposal_id === row.proposal_id)
      .map(({ vote, explanation, voter, institution_id: institutionId, voted_at: at }) => ({
        vote,
        explanation,
        by: { personId: voter, institutionId },
        at,
      })),
    outcome: row.outcome && { outcome: row.outcome, override: row.override, exceptionUntil: row.exception_until },
  }));
}

export interface NewProposal {
  readonly proposalId: string;
  readonly listCode: string;
  readonly uscc: string;
  readonly kind: ProposalKind;
  readonly reason: ReasonCode;
  readonly explanation: string;
  readonly form: { readonly marks: Marks; readonly version: string; readonly hundredths: number } | null;
  readonly listVersion: number;
  readonly failing: RulesResult['failing'];
  readonly holdUntil: LocalDate | null;
  readonly by: Reviewer;
  readonly at: Date;
}

export async function insertProposal(tx: Tx, given: NewProposal): Promise<void> {
  const { form, by } = given;
  await tx.execute(
    `INSERT INTO review_proposal (proposal_id, list_code, uscc, kind, reason, explanation, form, form_version, expert_hundredths,
       list_version, failing, hold_until, open, proposed_by, institution_id, proposed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      given.proposalId,
      given.listCode,
      given.uscc,
      given.kind,
      given.reason,
      given.explanation,
      form && JSON.stringify(form.marks),
      form && form.version,
      form && form.hundredths,
      given.listVersion,
      JSON.stringify(given.failing),
      given.holdUntil,
      given.kind !== 'hold',
      by.personId,
      by.institutionId,
      given.at,
    ],
  );
}

/** The database refuses the first person here (review_two_persons). */
export async function insertDecision(
  tx: Tx,
  proposal: Pick<ProposalView, 'proposalId' | 'by'>,
  given: { readonly decision: Decision; readonly explanation: string; readonly by: Reviewer; readonly at: Date },
): Promise<void> {
  await tx.execute(
    `INSERT INTO review_decision (proposal_id, proposed_by, decision, explanation, decided_by, institution_id, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      proposal.proposalId,
      proposal.by.personId,
      given.decision,
      given.explanation,
      given.by.personId,
      given.by.institutionId,
      given.at,
    ],
  );
}

/** The database refuses the first and the second person here (review_third_person). */
export async function insertVote(
  tx: Tx,
  { proposalId, by, decision }: ProposalView,
  given: { readonly vote: Vote; readonly explanation: string; readonly by: Reviewer; readonly at: Date },
): Promise<void> {
  await tx.execute(
    `INSERT INTO review_vote (proposal_id, proposed_by, decided_by, vote, explanation, voter, institution_id, voted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      proposalId,
      by.personId,
      decision!.by.personId,
      given.vote,
      given.explanation,
      given.by.personId,
      given.by.institutionId,
      given.at,
    ],
  );
}

/** The case is over; `outcome` null: nothing came of the proposal. */
export async function closeProposal(
  tx: Tx,
  { proposalId, listCode, uscc }: { readonly proposalId: string; readonly listCode: string; readonly uscc: string },
  end: {
    readonly outcome: Outcome;
    readonly override: 'up' | 'down' | null;
    readonly exceptionUntil: LocalDate | null;
    readonly at: Date;
  } | null,
): Promise<void> {
  await tx.execute('UPDATE review_proposal SET open = false WHERE proposal_id = $1', [proposalId]);
  if (end === null) return;
  await tx.execute(
    `INSERT INTO review_outcome (proposal_id, list_code, uscc, outcome, override, exception_until, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [proposalId, listCode, uscc, end.outcome, end.override, end.exceptionUntil, end.at],
  );
}

/** What the newest version of the list says of a firm. */
export interface FirmInVersion extends RulesResult {
  readonly version: number;
  readonly entry: ListEntry;
}

export async function firmInNewestVersion(db: Db, listCode: string, uscc: string): Promise<FirmInVersion | undefined> {
  const found = await newestEntry(db, listCode, uscc);
  return found && { ...found, failing: found.entry.missing ?? [] };
}

/** Why a firm last came into review: codes. */
export async function flagsOf(db: Db, listCode: string, uscc: string): Promise<string[]> {
  const [row] = await db.query<{ reason: string }>(
    `SELECT reason FROM membership_event WHERE list_code = $1 AND uscc = $2 AND event = 'flag' ORDER BY version DESC LIMIT 1`,
    [listCode, uscc],
  );
  return row?.reason.split(' ') ?? [];
}

/** A case that waits for somebody. */
export interface QueuedCase {
  readonly uscc: string;
  readonly name: string | null;
  readonly region: string | null;
  readonly industry: string | null;
  readonly state: MemberState;
  readonly version: number;
  readonly since: Date;
  /** Why it is in review: codes. */
  readonly flags: string;
  readonly holdUntil: LocalDate | null;
  readonly proposal: {
    readonly proposalId: string;
    readonly kind: ProposalKind;
    readonly by: Reviewer;
    readonly at: Date;
  } | null;
}

export interface QueueQuery {
  readonly limit: number;
  readonly after?: { readonly since: Date; readonly uscc: string };
}

/** In review, proposed, or before the committee, and members that somebody would remove: what waits longest comes first. */
export async function queueOf(
  db: Db,
  listCode: string,
  { limit, after }: QueueQuery,
): Promise<{ items: QueuedCase[]; more: boolean }> {
  const rows = await db.query<{
    uscc: string;
    state: MemberState;
    version: number;
    since: Date;
    name: string | null;
    region: string | null;
    industry: string | null;
    flags: string | null;
    hold_until: LocalDate | null;
    proposal_id: string | null;
    kind: ProposalKind | null;
    proposed_by: string | null;
    institution_id: string | null;
    proposed_at: Date | null;
  }>(
    `SELECT q.*, e.name, e.region, e.industry, f.reason AS flags, h.hold_until, p.proposal_id, p.kind, p.proposed_by, p.institution_id, p.proposed_at
     FROM (SELECT * FROM (
         SELECT uscc, state, version, state_since AS since FROM membership
         WHERE list_code = $1 AND state IN ('IN_REVIEW', 'PROPOSED_IN', 'PROPOSED_OUT', 'COMMITTEE')
         UNION ALL
         SELECT m.uscc, m.state, m.version, r.proposed_at FROM review_proposal r JOIN membership m USING (list_code, uscc)
         WHERE r.list_code = $1 AND r.open AND r.kind = 'remove') all_cases
       WHERE $2::timestamptz IS NULL OR (since, uscc) > ($2, $3) ORDER BY since, uscc LIMIT $4) q
     LEFT JOIN review_proposal p ON p.list_code = $1 AND p.uscc = q.uscc AND p.open
     LEFT JOIN LATERAL (SELECT reason FROM membership_event WHERE list_code = $1 AND uscc = q.uscc AND event = 'flag' ORDER BY version DESC LIMIT 1) f ON true
     LEFT JOIN LATERAL (SELECT hold_until FROM review_proposal WHERE list_code = $1 AND uscc = q.uscc AND kind = 'hold' AND proposed_at >= q.since
       ORDER BY proposed_at DESC LIMIT 1) h ON true
     LEFT JOIN LATERAL (SELECT name, region, industry FROM list_entry WHERE list_code = $1 AND uscc = q.uscc ORDER BY version DESC LIMIT 1) e ON true
     ORDER BY q.since, q.uscc`,
    [listCode, after?.since ?? null, after?.uscc ?? null, limit + 1],
    'review-queue',
  );
  const items = rows.slice(0, limit).map((row) => ({
    uscc: row.uscc,
    name: row.name,
    region: row.region,
    industry: row.industry,
    state: row.state,
    version: row.version,
    since: row.since,
    flags: row.flags ?? '',
    holdUntil: row.hold_until,
    proposal:
      row.proposal_id === null
        ? null
        : {
            proposalId: row.proposal_id,
            kind: row.kind!,
            by: { personId: row.proposed_by!, institutionId: row.institution_id! },
            at: row.proposed_at!,
          },
  }));
  return { items, more: rows.length > limit };
}
