import { addMonthsToMonth, instantText, lastDay, monthOfDate, type Clock } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { noPublishedRun, type Runs, type RunView } from '#lib/runs';
import type { MembershipRow } from '../apply-events.ts';
import { isMonthly } from '../candidate.ts';
import { factsOfRun, judgeFirm, lowestOf, type FirmFacts, type Registers } from '../judge-run.ts';
import type { HashedRules, ListRules } from '../list-rules.ts';
import { versionOfRun } from '../lists.store.ts';
import { membershipsOf, nextListVersion } from '../memberships.store.ts';
import { rulesInForce } from './list-rules.store.ts';
import { SimulationCount, type RulesSimulation } from './simulation.ts';

/** The newest published month end, of which lists are made. Throws ProblemError no-published-run 409. */
export async function newestMonthEnd(runs: Runs): Promise<RunView> {
  const newest = await runs.latestPublished();
  if (newest && isMonthly(newest.asOf)) return newest;
  const before = newest && (await runs.publishedAsOf(lastDay(addMonthsToMonth(monthOfDate(newest.asOf), -1))));
  if (before) return before;
  throw noPublishedRun();
}

/**
 * Judges the newest month end by the rules in force and by others, with the code that makes versions and from the
 * memberships as they now stand: what differs is the rules alone (规则试算). The database refuses it any write.
 * Throws ProblemError list-unknown 404 or no-published-run 409.
 */
export async function simulateRules(
  db: Database,
  runs: Runs,
  { rules: proposed }: Pick<HashedRules, 'rules'>,
  { person, clock, registers }: { readonly person: string; readonly clock: Clock; readonly registers: Registers },
): Promise<RulesSimulation> {
  const run = await newestMonthEnd(runs);
  const previousRun = await runs.publishedAsOf(lastDay(addMonthsToMonth(monthOfDate(run.asOf), -1)));
  const at = clock.now();
  return db.transaction(async (tx) => {
    await tx.query('SET TRANSACTION READ ONLY');
    const base = await rulesInForce(tx, proposed.code);
    const made = await versionOfRun(tx, proposed.code, run.runId);
    const version = made?.version ?? (await nextListVersion(tx, proposed.code));
    const standing = await membershipsOf(tx, proposed.code);
    const members = made ? new Map([...standing].map(([uscc, row]) => [uscc, uncounted(row)])) : standing;
    const count = new SimulationCount(base.rules, proposed, registers.exposureOf !== undefined);
    const from = Math.min(lowestOf(base.rules), lowestOf(proposed));
    for await (const { firms } of factsOfRun(tx, { run, previousRun, members, registers, from })) {
      const owed = await registers.exposureOf?.(firms.map(({ firm }) => firm.uscc));
      const judge = (facts: FirmFacts) => (rules: ListRules) =>
        judgeFirm(facts, { run, previousRun, rules, version, at });
      for (const facts of firms) count.add(judge(facts), owed?.get(facts.firm.uscc));
    }
    return {
      runId: run.runId,
      asOf: run.asOf,
      baseHash: base.hash,
      baseVersion: base.rules.version,
      simulatedBy: person,
      simulatedAt: instantText(at),
      ...count.result(),
    };
  }, 'repeatable read');
}

/** Two runs of one day count once: what this month end added to a count is taken back before it is judged again. */
const uncounted = (row: MembershipRow): MembershipRow => ({
  ...row,
  badRuns: Math.max(0, row.badRuns - 1),
  thinRuns: Math.max(0, row.thinRuns - 1),
});
