import { addDays, dateAt, type Fen, type Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { replayFirms, type ReplayedFirm, type RunView } from '#lib/runs';
import type { Score } from '#lib/scoring';
import { applyEvent, found, type MembershipEvent, type MembershipRow } from './apply-events.ts';
import type { RunScore } from './candidate.ts';
import { candidateFacts, type RegisterFacts } from './candidate-facts.ts';
import { isSampled, judge, type JudgeInput, type Judgement, type Membership } from './judge.ts';
import type { ListRules } from './list-rules.ts';
import { LISTED } from './membership.ts';

/** What other registers say of firms: open disputes, and what they owe. */
export interface Registers {
  /** By code; a firm that is not there has none. Undefined: no such register is kept. */
  readonly disputes: ((usccs: readonly string[]) => Promise<ReadonlyMap<string, OpenDisputes>>) | undefined;
  /** 在贷敞口 in 分, by code; a firm that is not there owes nothing. Left out: nobody keeps it yet. */
  readonly exposureOf?: (usccs: readonly string[]) => Promise<ReadonlyMap<string, Fen>>;
}

/** 未结异议 of one firm. */
export interface OpenDisputes {
  /** Characteristics whose records are disputed. */
  readonly characteristics: readonly string[];
  /** Knock-outs that rest on disputed records. */
  readonly knockOuts: readonly string[];
}

/** A firm with what the list made of it. */
export interface JudgedFirm {
  readonly firm: ReplayedFirm;
  readonly judgement: Judgement;
  readonly before: MembershipRow | undefined;
  readonly after: MembershipRow | undefined;
  readonly events: readonly MembershipEvent[];
}

/** A firm of a run with all that a list asks beside the score: it can be judged by any rules (判定素材). */
export interface FirmFacts {
  readonly firm: ReplayedFirm;
  /** Undefined: no register of disputes is kept. */
  readonly disputes: OpenDisputes | undefined;
  readonly optedOut: boolean;
  readonly before: MembershipRow | undefined;
}

export interface FactsOfRun {
  readonly run: RunView;
  /** Of the month before. */
  readonly previousRun: RunView | undefined;
  readonly members: ReadonlyMap<string, MembershipRow>;
  readonly registers: Registers;
  /** Points from which on a graded firm that is no member counts. */
  readonly from: number;
}

/** So far down a list looks for firms. */
export const lowestOf = ({ cut, nearCut }: Pick<ListRules, 'cut' | 'nearCut'>): number => cut - nearCut;

/** Every member, and every firm near or above the cut, in parts. Writes nothing. */
export async function* factsOfRun(
  tx: Tx,
  { run, previousRun, members, registers, from }: FactsOfRun,
): AsyncGenerator<{ readonly seen: number; readonly firms: readonly FirmFacts[] }> {
  const optedOut = await optOuts(tx);
  const wanted = (uscc: Uscc, score: Score): boolean =>
    members.has(uscc) || (score.grade !== null && score.score >= from);
  for await (const part of replayFirms(tx, run, wanted, previousRun?.runId)) {
    const disputes = await registers.disputes?.(part.firms.map(({ uscc }) => uscc));
    const firms = part.firms.map((firm) => ({
      firm,
      disputes: disputes && (disputes.get(firm.uscc) ?? NO_DISPUTES),
      optedOut: optedOut.has(firm.uscc),
      before: members.get(firm.uscc),
    }));
    yield { seen: part.seen, firms };
  }
}

const NO_DISPUTES: OpenDisputes = { characteristics: [], knockOuts: [] };

/** By what a firm is judged. */
export interface Judging {
  readonly run: RunView;
  readonly previousRun: RunView | undefined;
  readonly rules: ListRules;
  /** The version that this would be: it draws the sample. */
  readonly version: number;
  readonly at: Date;
}

/** What the run does to one firm under these rules. Pure. */
export function judgeFirm({ firm, disputes, optedOut, before }: FirmFacts, judging: Judging): JudgedFirm {
  const { run, previousRun, rules, version } = judging;
  const given = judgeInput(firm, rules, run, previousRun, {
    registers: {
      blockingDisputes: disputes
        ? { known: true, value: blocking(firm, disputes, rules), date: run.asOf }
        : { known: false, why: { zh: '尚无异议登记', en: 'no register of disputes is kept yet' } },
      consent: { known: true, value: optedOut ? 'opted-out' : 'valid', date: run.asOf },
    },
    disputedKnockOuts: disputes?.knockOuts ?? [],
    sampled: isSampled(firm.uscc, `${rules.code} ${version}`, rules.sampleBp),
  });
  return advance(firm, given, before, judging);
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

function advance(
  firm: ReplayedFirm,
  input: JudgeInput,
  before: MembershipRow | undefined,
  { at, run, rules }: Judging,
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
