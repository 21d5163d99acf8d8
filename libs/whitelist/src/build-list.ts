import { createHash } from 'node:crypto';
import { addMonthsToMonth, dateAt, lastDay, monthOfDate, ProblemError, type Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import type { Runs, RunView } from '#lib/runs';
import type { FeedState } from '#lib/scoring';
import { applyEvent } from './apply-events.ts';
import { isMonthly } from './candidate.ts';
import { isProvisional, unknownForAll, type UnknownRule } from './candidate-facts.ts';
import type { RaisedEvent } from './judge.ts';
import { factsOfRun, judgeFirm, lowestOf, type JudgedFirm, type Registers } from './judge-run.ts';
import { entryOf } from './list-entry.ts';
import type { HashedRules } from './list-rules.ts';
import { lockList, membershipsOf, nextListVersion, saveMemberships } from './memberships.store.ts';
import { rulesForVersion } from './rules/enforce-rules.ts';
import { saveListVersion, versionOfRun, type ListEntry, type ListVersion } from './lists.store.ts';

export interface BuildInput {
  readonly runId: string;
  readonly code: string;
  readonly clock: Clock;
  readonly registers: Registers;
  readonly progress?: (firms: number) => void;
}

/**
 * Makes the next version of a list from the published run of a month end, whole or not at all (名单出版): judges every
 * firm near or above the cut and every member, raises their events, and writes the version. Approved rules that wait come
 * into force with it. The same run again is the version that it made. Throws ProblemError list-unknown 404,
 * list-run-not-monthly 409, list-version-order 409 or run-not-published 409.
 */
export async function buildListVersion(db: Database, runs: Runs, input: BuildInput): Promise<ListVersion> {
  const { code, clock } = input;
  const run = await runs.get(input.runId);
  refuseOther(run);
  return db.transaction(async (tx) => {
    await lockList(tx, code);
    const made = await versionOfRun(tx, code, run.runId);
    if (made) return made;
    const version = await nextListVersion(tx, code);
    await refuseOlder(tx, code, run);
    const at = clock.now();
    const { rules, hash } = await rulesForVersion(tx, code, { asOf: run.asOf, version, at });
    const previousRun = await runs.publishedAsOf(lastDay(addMonthsToMonth(monthOfDate(run.asOf), -1)));
    const members = await membershipsOf(tx, code);
    const judged: JudgedFirm[] = [];
    let feeds: readonly FeedState[] = [];
    let seen = 0;
    const { registers } = input;
    const wanted = { run, previousRun, members, registers, from: lowestOf(rules) };
    for await (const part of factsOfRun(tx, wanted)) {
      for (const facts of part.firms) {
        ({ feeds } = facts.firm.scored);
        judged.push(judgeFirm(facts, { run, previousRun, rules, version, at }));
      }
      input.progress?.((seen += part.seen));
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
      listCode: code,
      version,
      runId: run.runId,
      asOf: run.asOf,
      rulesHash: hash,
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
