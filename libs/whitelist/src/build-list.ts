import { createHash } from 'node:crypto';
import {
  addDays,
  addMonthsToMonth,
  dateAt,
  lastDay,
  monthOfDate,
  ProblemError,
  type Clock,
  type Uscc,
} from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { replayFirms, type ReplayedFirm, type Runs, type RunView } from '#lib/runs';
import type { FeedState, Score } from '#lib/scoring';
import { applyEvent, found, type MembershipEvent, type MembershipRow } from './apply-events.ts';
import { isMonthly, type RunScore } from './candidate.ts';
import {
  candidateFacts,
  isProvisional,
  unknownForAll,
  type RegisterFacts,
  type UnknownRule,
} from './candidate-facts.ts';
import { isSampled, judge, type JudgeInput, type Judgement, type Membership, type RaisedEvent } from './judge.ts';
import type { HashedRules, ListRules } from './list-rules.ts';
import { LISTED, type MemberState } from './membership.ts';
import { lockList, membershipsOf, nextListVersion, saveMemberships } from './memberships.store.ts';
import { saveListVersion, versionOfRun, type ListEntry, type ListVersion } from './lists.store.ts';

/** What other registers say of firms: open disputes, and the wish not to be listed. */
export interface Registers {
  /** By code; a firm that is not there has none. Undefined: no such register is kept. */
  readonly disputes: ((usccs: readonly string[]) => Promise<ReadonlyMap<string, OpenDisputes>>) | undefined;
}

/** 未结异议 of one firm. */
export interface OpenDisputes {
  /** Characteristics whose records are disputed. */
  readonly characteristics: readonly string[];
  /** Knock-outs that rest on disputed records. */
  readonly knockOuts: readonly string[];
}

export interface BuildInput {
  readonly runId: string;
  readonly list: HashedRules;
  readonly clock: Clock;
  readonly registers: Registers;
  readonly progress?: (firms: number) => void;
}

/** A firm with what the list made of it. */
interface JudgedFirm {
  readonly firm: ReplayedFirm;
  readonly judgement: Judgement;
  readonly before: MembershipRow | undefined;
  readonly after: MembershipRow | undefined;
  readonly events: readonly MembershipEvent[];
}

/** In review or on the list: in the version, whatever the run says. */
const IN_VERSION: readonly MemberState[] = [...LISTED, 'IN_REVIEW', 'PROPOSED_IN', 'PROPOSED_OUT', 'COMMITTEE'];

/** Conditions that a near miss may lack. */
const NEAR_MISS_LACKS = 2;

/**
 * Makes the next version of a list from the published run of a month end, whole or not at all (名单出版): judges every
 * firm near or above the cut and every member, raises their events, and writes the version. The same run again is the
 * version that it made. Throws ProblemError list-run-not-monthly 409, list-version-order 409 or run-not-published 409.
 */
export async function buildListVersion(db: Database, runs: Runs, input: BuildInput): Promise<ListVersion> {
  const { list, clock } = input;
  const { rules } = list;
  const run = await runs.get(input.runId);
  refuseOther(run);
  return db.transaction(async (tx) => {
    await lockList(tx, rules.code);
    const made = await versionOfRun(tx, rules.code, run.runId);
    if (made) return made;
    const version = await nextListVersion(tx, rules.code);
    await refuseOlder(tx, rules.code, run);
    const previousRun = await runs.publishedAsOf(lastDay(addMonthsToMonth(monthOfDate(run.asOf), -1)));
    const members = await membershipsOf(tx, rules.code);
    const optedOut = await optOuts(tx);
    const at = clock.now();
    const judged: JudgedFirm[] = [];
    let feeds: readonly FeedState[] = [];
    let seen = 0;
    const wanted = (uscc: Uscc, score: Score): boolean =>
      members.has(uscc) || (score.grade !== null && score.score >= rules.cut - rules.nearCut);
    for await (const part of replayFirms(tx, run, wanted, previousRun?.runId)) {
      const disputes = await input.registers.disputes?.(part.firms.map(({ uscc }) => uscc));
      for (const firm of part.firms) {
        feeds = firm.scored.feeds;
        const of = disputes?.get(firm.uscc) ?? { characteristics: [], knockOuts: [] };
        const given = judgeInput(firm, rules, run, previousRun, {
          registers: {
            blockingDisputes: disputes
              ? { known: true, value: blocking(firm, of, rules), date: run.asOf }
              : { known: false, why: { zh: '尚无异议登记', en: 'no register of disputes is kept yet' } },
            consent: { known: true, value: optedOut.has(firm.uscc) ? 'opted-out' : 'valid', date: run.asOf },
          },
          disputedKnockOuts: of.knockOuts,
          sampled: isSampled(firm.uscc, `${rules.code} ${version}`, rules.sampleBp),
        });
        judged.push(advance(firm, given, members.get(firm.uscc), { at, run, rules }));
      }
      seen += part.seen;
      input.progress?.(seen);
    }
    const provisional = feeds.length === 0 || isProvisional(feeds);
    const unknownRules: readonly UnknownRule[] = provisional ? unknownForAll(feeds) : [];
    const changed = judged.filter(({ events, before, after }) => events.length > 0 || before !== after);
    await saveMemberships(
      tx,
      rules.code,
      changed.flatMap(({ after }) => after ?? []),
      changed.flatMap(({ firm, events }) => events.map((event) => ({ ...event, uscc: firm.uscc }))),
      { person: null, runId: run.runId, listVersion: version },
    );
    const entries = judged.flatMap((firm) => entryOf(firm, rules));
    return saveListVersion(tx, {
      listCode: rules.code,
      version,
      runId: run.runId,
      asOf: run.asOf,
      rulesHash: list.hash,
      state: provisional ? 'PROVISIONAL' : 'IN_FORCE',
      unknownRules,
      totals: totalsOf(entries, judged),
      outputHash: hashOf(entries),
      madeAt: at,
      entries,
    });
  });
}

function refuseOther(run: RunView): void {
  if (run.state !== 'PUBLISHED' && run.state !== 'ARCHIVED')
    throw new ProblemError({
      code: 'run-not-published',
      status: 409,
      zh: `评分批次 ${run.runId} 未发布`,
      en: `run ${run.runId} is not published`,
    });
  if (!isMonthly(run.asOf))
    throw new ProblemError({
      code: 'list-run-not-monthly',
      status: 409,
      zh: `名单只由月末批次生成，该批次评分日为 ${run.asOf}`,
      en: `a list is made from the run of a month end, this one is as of ${run.asOf}`,
    });
}

async function refuseOlder(tx: Tx, listCode: string, run: RunView): Promise<void> {
  const [newer] = await tx.query<{ version: number; as_of: string }>(
    'SELECT version, as_of FROM list_version WHERE list_code = $1 AND as_of >= $2 ORDER BY version DESC LIMIT 1',
    [listCode, run.asOf],
  );
  if (!newer) return;
  throw new ProblemError({
    code: 'list-version-order',
    status: 409,
    zh: `名单已有截至 ${newer.as_of} 的第${newer.version}版`,
    en: `the list has version ${newer.version} as of ${newer.as_of} already`,
  });
}

async function optOuts(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ uscc: string }>('SELECT uscc FROM list_opt_out WHERE ended_at IS NULL');
  return new Set(rows.map(({ uscc }) => uscc));
}

const runScore = (score: Score, run: Pick<RunView, 'asOf'>): RunScore => ({ ...score, asOf: run.asOf });

function judgeInput(
  firm: ReplayedFirm,
  rules: ListRules,
  run: RunView,
  previousRun: RunView | undefined,
  other: Pick<JudgeInput, 'disputedKnockOuts' | 'sampled'> & { readonly registers: RegisterFacts },
): JudgeInput {
  const { scored, registration } = firm;
  const industry = registration?.industry === undefined ? {} : { industry: registration.industry };
  return {
    uscc: firm.uscc,
    rules,
    newest: runScore(firm.score, run),
    ...(firm.previous && previousRun ? { previous: runScore(firm.previous, previousRun) } : {}),
    legalPerson: registration?.legalPerson === true,
    warnings: scored.warnings.map(({ code }) => code),
    disputedKnockOuts: other.disputedKnockOuts,
    sampled: other.sampled,
    ...candidateFacts({ ...scored, ...industry }, other.registers),
  };
}

/** Disputed characteristics at their worst: would the firm fall under the cut? Then the dispute blocks an entry (rule 6). */
function blocking({ scored, score }: ReplayedFirm, { characteristics }: OpenDisputes, { cut }: ListRules): number {
  const atStake = scored.rich.parts
    .filter((part) => characteristics.includes(part.characteristic))
    .reduce((sum, part) => sum + part.partialTenths, 0);
  // Points are a thousand over all maxima: so many tenths lost lower the score by their share.
  const maxima = scored.rich.parts.reduce((sum, part) => sum + part.maxTenths, 0);
  const worst = score.score - Math.ceil((1000 * atStake) / Math.max(1, maxima));
  return characteristics.length > 0 && worst < cut ? characteristics.length : 0;
}

interface Moment {
  readonly at: Date;
  readonly run: RunView;
  readonly rules: ListRules;
}

function advance(
  firm: ReplayedFirm,
  input: JudgeInput,
  before: MembershipRow | undefined,
  { at, run, rules }: Moment,
): JudgedFirm {
  const member: Membership | undefined = before && {
    ...before,
    validityOver: before.validUntil !== null && before.validUntil <= run.asOf,
    cooledDown: addDays(dateAt(before.stateSince), rules.coolingDays) <= run.asOf,
    excepted: before.exceptionUntil !== null && before.exceptionUntil >= run.asOf,
    exceptionOver: before.exceptionUntil !== null && before.exceptionUntil < run.asOf,
  };
  const judgement = judge(input, member);
  const events: MembershipEvent[] = [];
  let row = before;
  for (const raised of judgement.events) {
    if (row === undefined) {
      const begun = found(firm.uscc, { at });
      row = begun.row;
      events.push(begun.event);
    }
    const next = applyEvent(row, raised, { at, asOf: run.asOf, rules, role: 'SYSTEM' });
    row = next.row;
    events.push(next.event);
  }
  const over = member?.exceptionOver === true;
  return { firm, judgement, before, after: row && counted(row, judgement, over), events };
}

/** Runs in a row that broke a rule for staying; an exception that is over and outlived is forgotten. */
function counted(row: MembershipRow, judgement: Judgement, exceptionOver: boolean): MembershipRow {
  const { bad, thin } = judgement;
  if (!LISTED.includes(row.state)) return row;
  if (exceptionOver) return counted({ ...row, exceptionUntil: null }, judgement, false);
  const badRuns = bad ? row.badRuns + 1 : 0;
  const thinRuns = thin ? row.thinRuns + 1 : 0;
  return badRuns === row.badRuns && thinRuns === row.thinRuns ? row : { ...row, badRuns, thinRuns };
}

function entryOf({ firm, judgement, after }: JudgedFirm, rules: ListRules): ListEntry[] {
  const { score, scored, registration } = firm;
  const missing = judgement.conditions.filter(({ state }) => state !== 'pass');
  const isMember = after !== undefined && IN_VERSION.includes(after.state);
  const isNear =
    !isMember &&
    registration?.legalPerson === true &&
    score.decision === 'SCORED' &&
    score.score >= rules.cut - rules.nearCut &&
    missing.length > 0 &&
    missing.length <= NEAR_MISS_LACKS;
  if (!isMember && !isNear) return [];
  const qualification = scored.rich.parts.find(({ characteristic }) => characteristic === 'PR01');
  return [
    {
      uscc: firm.uscc,
      kind: isMember ? 'member' : 'near-miss',
      state: after?.state ?? 'NONE',
      name: registration?.name ?? null,
      region: firm.region,
      industry: registration?.industry ?? null,
      score: score.score,
      low: score.low,
      high: score.high,
      coverageBp: score.coverageBp,
      confidence: score.confidence,
      grade: score.grade,
      warnings: scored.warnings.map(({ code }) => code),
      flags: judgement.flags,
      offList: qualification?.state === 'VALUE' ? qualification.value === 'none' : null,
      enteredOn: isMember ? after.enteredOn : null,
      validUntil: isMember ? after.validUntil : null,
      missing: isNear || (isMember && !LISTED.includes(after.state)) ? missing : null,
    },
  ];
}

/** Firms by state, near misses, and events by kind. */
function totalsOf(entries: readonly ListEntry[], judged: readonly JudgedFirm[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  const add = (key: string): void => void (totals[key] = (totals[key] ?? 0) + 1);
  for (const { kind, state } of entries) add(kind === 'near-miss' ? 'near-miss' : state);
  for (const { events } of judged) for (const { event } of events) add(`event:${event}`);
  return totals;
}

/** SHA-256 over the members in the order of their codes: what tells two versions apart. */
function hashOf(entries: readonly ListEntry[]): string {
  const hash = createHash('sha256');
  const members = entries.filter(({ kind }) => kind === 'member').sort((a, b) => (a.uscc < b.uscc ? -1 : 1));
  for (const { uscc, state, score, low, coverageBp, enteredOn, validUntil } of members)
    hash.update(`${uscc},${state},${score},${low},${coverageBp},${enteredOn ?? '-'},${validUntil ?? '-'}\n`);
  return hash.digest('hex');
}

/** A disputed knock-out that nobody decided in time stands (SUSPENDED → REVOKED). Resolves to how many. */
export async function tickMemberships(db: Database, list: HashedRules, clock: Clock): Promise<number> {
  const { rules } = list;
  return db.transaction(async (tx) => {
    await lockList(tx, rules.code);
    const at = clock.now();
    const over = [...(await membershipsOf(tx, rules.code)).values()].filter(
      ({ state, stateSince }) =>
        state === 'SUSPENDED' && at.getTime() - stateSince.getTime() > rules.suspendedDays * 86_400_000,
    );
    const raised: RaisedEvent = {
      event: 'stands',
      reason: 'UNDECIDED',
      zh: `异议${rules.suspendedDays}日未决`,
      en: `the dispute was not decided within ${rules.suspendedDays} days`,
    };
    const context = { at, asOf: dateAt(at), rules, role: 'SYSTEM' as const };
    const applied = over.map((row) => ({ uscc: row.uscc, ...applyEvent(row, raised, context) }));
    await saveMemberships(
      tx,
      rules.code,
      applied.map(({ row }) => row),
      applied.map(({ event, uscc }) => ({ ...event, uscc })),
      { person: null, runId: null, listVersion: await nextListVersion(tx, rules.code) },
    );
    return applied.length;
  });
}
