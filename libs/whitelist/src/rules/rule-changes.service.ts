import { ProblemError, type Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import type { Runs } from '#lib/runs';
import { versionStale } from '../decide-membership.ts';
import type { Registers } from '../judge-run.ts';
import { listRules } from '../list-rules.ts';
import { lockList } from '../memberships.store.ts';
import {
  beginRules,
  isVersionTaken,
  lockRules,
  lockRulesIn,
  rulesInForce,
  rulesOf,
  saveRules,
  simulationOf,
  type LockedRules,
  type RulesView,
} from './list-rules.store.ts';
import { advanceRules, type RulesEvent } from './rule-change.ts';
import { newestMonthEnd, simulateRules } from './simulate-rules.ts';
import type { RulesSimulation } from './simulation.ts';

export interface RulesDecision {
  readonly event: Exclude<RulesEvent, 'simulate' | 'enforce' | 'replace'>;
  readonly person: string;
  readonly reason: string;
  /** What the caller saw; another version is refused. */
  readonly expectedVersion: number;
  readonly clock: Clock;
}

/** 名单规则变更: submitted, simulated, approved by two persons; in force with the version of the next month end. */
export class ListRuleChanges {
  constructor(
    private readonly db: Database,
    private readonly runs: Runs,
    private readonly registers: Registers,
  ) {}

  /** Throws ProblemError list-unknown 404. */
  async list(code: string): Promise<RulesView[]> {
    await rulesInForce(this.db, code);
    return rulesOf(this.db, code);
  }

  /** Throws ProblemError list-rules-unknown 404. */
  async get(code: string, rulesHash: string): Promise<RulesView> {
    const [view] = /^[0-9a-f]{64}$/.test(rulesHash) ? await rulesOf(this.db, code, rulesHash) : [];
    if (view) return view;
    throw new ProblemError({
      code: 'list-rules-unknown',
      status: 404,
      zh: `名单 ${code} 没有规则 ${rulesHash.slice(0, 64)}`,
      en: `the list ${code} has no rules ${rulesHash.slice(0, 64)}`,
    });
  }

  /** The last simulation; null: none yet. Throws ProblemError list-rules-unknown 404. */
  async simulation(code: string, rulesHash: string): Promise<RulesSimulation | null> {
    return simulationOf(this.db, (await this.get(code, rulesHash)).rulesHash);
  }

  /**
   * Takes rules in as a draft. The same document again is the same rules. Throws ProblemError list-unknown 404,
   * list-rules-invalid 422 naming each place (also for the code of another list), or list-rules-version-taken 409.
   */
  async submit(
    code: string,
    document: unknown,
    { person, reason, clock }: Pick<RulesDecision, 'person' | 'reason' | 'clock'>,
  ): Promise<RulesView> {
    await rulesInForce(this.db, code);
    const hashed = listRules(document);
    if (hashed.rules.code !== code) throw otherList(code);
    await this.db.transaction(async (tx) => {
      await lockList(tx, code);
      if (await isVersionTaken(tx, hashed)) throw versionTaken(hashed.rules.version);
      await beginRules(tx, hashed, 'DRAFT', { event: 'submit', person, at: clock.now(), reason });
    });
    return this.get(code, hashed.hash);
  }

  /**
   * Judges the newest month end by these rules and keeps the result with them; approvals begin anew. Nothing else is
   * written. Throws ProblemError list-rules-unknown 404, transition-refused 409 or no-published-run 409.
   */
  async simulate(
    code: string,
    rulesHash: string,
    { person, clock }: Pick<RulesDecision, 'person' | 'clock'>,
  ): Promise<RulesView> {
    const view = await this.get(code, rulesHash);
    const event = 'simulate';
    // Refused before the work as well as after it: judging a book takes a while.
    advanceRules({ ...view, firstApprover: null, secondApprover: null }, { event, person, role: 'PERSON' });
    const { db, runs, registers } = this;
    const simulation = await simulateRules(db, runs, view, { person, clock, registers });
    await this.inTurn(code, rulesHash, async (tx, before) => {
      const after = advanceRules(before, { event, person, role: 'PERSON' });
      const reason = `试算月末批次 simulated on the month end ${simulation.asOf}`;
      await saveRules(tx, before, after, { event, person, at: clock.now(), reason }, simulation);
    });
    return this.get(code, rulesHash);
  }

  /**
   * One decision of a person. Throws ProblemError list-rules-unknown 404, version-stale, transition-refused,
   * list-rules-four-eyes, list-rules-simulation-stale or list-rules-waiting 409, role-refused 403.
   */
  async decide(code: string, rulesHash: string, decision: RulesDecision): Promise<RulesView> {
    const { event, person, reason, expectedVersion, clock } = decision;
    await this.get(code, rulesHash);
    await this.inTurn(code, rulesHash, async (tx, before) => {
      if (before.version !== expectedVersion) throw versionStale(before.version);
      const newest = event === 'approve' ? await this.newest(tx, code) : undefined;
      const approval = newest && { simulatedOn: before.simulatedOn, newest };
      const after = advanceRules(before, { event, person, role: 'PERSON', ...(approval ? { approval } : {}) });
      if (after.state === 'APPROVED') await refuseSecondWaiting(tx, code);
      await saveRules(tx, before, after, { event, person, at: clock.now(), reason });
    });
    return this.get(code, rulesHash);
  }

  /** What a simulation would be about now. */
  private async newest(tx: Tx, code: string): Promise<{ runId: string; baseHash: string }> {
    const [run, base] = [await newestMonthEnd(this.runs), await rulesInForce(tx, code)];
    return { runId: run.runId, baseHash: base.hash };
  }

  /** Decisions about a list and the making of its versions follow one another. */
  private inTurn(code: string, rulesHash: string, work: (tx: Tx, before: LockedRules) => Promise<void>): Promise<void> {
    return this.db.transaction(async (tx) => {
      await lockList(tx, code);
      await work(tx, (await lockRules(tx, code, rulesHash))!);
    });
  }
}

async function refuseSecondWaiting(tx: Tx, code: string): Promise<void> {
  const other = await lockRulesIn(tx, code, 'APPROVED');
  if (other === undefined) return;
  throw new ProblemError({
    code: 'list-rules-waiting',
    status: 409,
    zh: `名单 ${code} 已有待生效的规则 ${other.rules.version}，请先退回或撤回`,
    en: `the rules ${other.rules.version} of the list ${code} wait for the next month end already: return or withdraw them first`,
  });
}

const otherList = (code: string): ProblemError => {
  const [zh, en] = [`应为名单 ${code} 的规则`, `the rules of the list ${code} are expected`];
  return new ProblemError({
    code: 'list-rules-invalid',
    status: 422,
    zh,
    en,
    errors: [{ pointer: '/code', code: 'list-rules-invalid', zh, en }],
  });
};

const versionTaken = (version: string): ProblemError =>
  new ProblemError({
    code: 'list-rules-version-taken',
    status: 409,
    zh: `该名单已有另一份规则 ${version}，规则一经提交不可更改，请用新版本号`,
    en: `there are other rules ${version} of this list; rules never change, give them a version of their own`,
    errors: [{ pointer: '/version', code: 'list-rules-version-taken', zh: '版本号已被使用', en: 'taken' }],
  });
