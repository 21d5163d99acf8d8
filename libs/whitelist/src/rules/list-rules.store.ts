import { ProblemError } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import { listRules, type HashedRules, type ListRules } from '../list-rules.ts';
import type { RulesEvent, RulesLife, RulesOrigin, RulesState } from './rule-change.ts';
import type { RulesSimulation } from './simulation.ts';

/** Rules of a list and where they stand (名单规则). */
export interface RulesView {
  /** Hex: rules are named by their content and never change. */
  readonly rulesHash: string;
  readonly rules: ListRules;
  readonly state: RulesState;
  /** One more a decision. */
  readonly version: number;
  /** They came with the program. */
  readonly shipped: boolean;
  readonly submittedBy: string;
  readonly approvedBy: readonly string[];
  /** What was last simulated; null: nothing yet. */
  readonly simulatedOn: Pick<RulesSimulation, 'runId' | 'asOf' | 'baseHash' | 'simulatedAt'> | null;
  readonly events: readonly {
    readonly event: RulesOrigin | RulesEvent;
    readonly from: RulesState | null;
    readonly to: RulesState;
    readonly person: string;
    readonly at: Date;
    readonly reason: string;
  }[];
}

interface LifeRow {
  rules_hash: Buffer;
  rules: ListRules;
  state: RulesState;
  version: number;
  shipped: boolean;
  submitted_by: string;
  first_approver: string | null;
  second_approver: string | null;
  simulated_on: RulesView['simulatedOn'];
}

/** A row of list_rules, locked: who changes it is alone with it. */
export interface LockedRules extends RulesLife {
  readonly hash: string;
  readonly rules: ListRules;
  readonly version: number;
  readonly simulatedOn: RulesView['simulatedOn'];
}

const hashOf = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** A simulation is large; what of it decides is not. */
const LIFE = `rules_hash, rules, state, version, shipped, submitted_by, first_approver, second_approver,
  (SELECT jsonb_build_object('runId', s->'runId', 'asOf', s->'asOf', 'baseHash', s->'baseHash', 'simulatedAt', s->'simulatedAt')
   FROM (SELECT simulation AS s) x WHERE s IS NOT NULL) AS simulated_on`;

const lockedOf = (row: LifeRow): LockedRules => ({
  hash: row.rules_hash.toString('hex'),
  rules: row.rules,
  state: row.state,
  version: row.version,
  submittedBy: row.submitted_by,
  firstApprover: row.first_approver,
  secondApprover: row.second_approver,
  simulatedOn: row.simulated_on,
});

/** The rules in force. Throws ProblemError list-unknown 404. */
export async function rulesInForce(db: Db, listCode: string): Promise<HashedRules> {
  const [row] = await db.query<{ rules: unknown }>(
    `SELECT rules FROM list_rules WHERE list_code = $1 AND state = 'IN_FORCE'`,
    [listCode],
  );
  if (row) return listRules(row.rules);
  throw new ProblemError({
    code: 'list-unknown',
    status: 404,
    zh: `没有名单 ${listCode}`,
    en: `there is no list ${listCode}`,
  });
}

/** Those of every list, by code. */
export async function allRulesInForce(db: Db): Promise<HashedRules[]> {
  const rows = await db.query<{ rules: unknown }>(
    `SELECT rules FROM list_rules WHERE state = 'IN_FORCE' ORDER BY list_code`,
  );
  return rows.map(({ rules }) => listRules(rules));
}

export async function lockRules(tx: Tx, listCode: string, rulesHash: string): Promise<LockedRules | undefined> {
  const [row] = await tx.query<LifeRow>(
    `SELECT ${LIFE} FROM list_rules WHERE list_code = $1 AND rules_hash = $2 FOR UPDATE`,
    [listCode, hashOf(rulesHash)],
  );
  return row && lockedOf(row);
}

/** The one row of a list in this state, locked. */
export async function lockRulesIn(
  tx: Tx,
  listCode: string,
  state: 'APPROVED' | 'IN_FORCE',
): Promise<LockedRules | undefined> {
  const [row] = await tx.query<LifeRow>(
    `SELECT ${LIFE} FROM list_rules WHERE list_code = $1 AND state = $2 FOR UPDATE`,
    [listCode, state],
  );
  return row && lockedOf(row);
}

export interface RulesDecided {
  readonly event: RulesOrigin | RulesEvent;
  readonly person: string;
  readonly at: Date;
  readonly reason: string;
}

/** The first row of a history; nothing where these rules, or others of this list and version, are there already. */
export async function beginRules(
  tx: Tx,
  { rules, hash }: HashedRules,
  state: 'DRAFT' | 'IN_FORCE' | 'RETIRED',
  by: RulesDecided,
): Promise<void> {
  const begun = await tx.execute(
    `INSERT INTO list_rules (rules_hash, list_code, rules_version, rules, state, version, shipped, submitted_by)
     VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT DO NOTHING`,
    [hashOf(hash), rules.code, rules.version, JSON.stringify(rules), state, by.event === 'ship', by.person],
  );
  if (begun === 1) await noteEvent(tx, hash, 1, null, state, by);
}

/** Whether other rules bear this version of the list. */
export async function isVersionTaken(tx: Tx, { rules, hash }: HashedRules): Promise<boolean> {
  const others = await tx.query(
    'SELECT FROM list_rules WHERE list_code = $1 AND rules_version = $2 AND rules_hash <> $3',
    [rules.code, rules.version, hashOf(hash)],
  );
  return others.length > 0;
}

export async function saveRules(
  tx: Tx,
  before: LockedRules,
  after: RulesLife,
  by: RulesDecided,
  simulation?: RulesSimulation,
): Promise<void> {
  const version = before.version + 1;
  await tx.execute(
    `UPDATE list_rules SET state = $2, version = $3, first_approver = $4, second_approver = $5, simulation = coalesce($6, simulation)
     WHERE rules_hash = $1`,
    [
      hashOf(before.hash),
      after.state,
      version,
      after.firstApprover,
      after.secondApprover,
      simulation === undefined ? null : JSON.stringify(simulation),
    ],
  );
  await noteEvent(tx, before.hash, version, before.state, after.state, by);
}

async function noteEvent(
  tx: Tx,
  hash: string,
  version: number,
  from: RulesState | null,
  to: RulesState,
  by: RulesDecided,
): Promise<void> {
  await tx.execute(
    `INSERT INTO list_rules_event (rules_hash, version, event, from_state, to_state, person_id, at, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [hashOf(hash), version, by.event, from, to, by.person, by.at, by.reason],
  );
}

type EventJson = Omit<RulesView['events'][number], 'at'> & { readonly at: string };

/** Those in force and those that wait first, then the newest; there are few. */
export async function rulesOf(db: Db, listCode: string, rulesHash?: string): Promise<RulesView[]> {
  const rows = await db.query<LifeRow & { events: EventJson[] }>(
    `SELECT ${LIFE}, e.events FROM list_rules r CROSS JOIN LATERAL (
       SELECT json_agg(json_build_object('event', event, 'from', from_state, 'to', to_state, 'person', person_id, 'at', at,
         'reason', reason) ORDER BY version) AS events, max(at) AS at FROM list_rules_event WHERE rules_hash = r.rules_hash) e
     WHERE list_code = $1 AND ($2::bytea IS NULL OR rules_hash = $2)
     ORDER BY state <> 'IN_FORCE', state <> 'APPROVED', e.at DESC, rules_hash`,
    [listCode, rulesHash === undefined ? null : hashOf(rulesHash)],
  );
  return rows.map((row) => ({
    rulesHash: row.rules_hash.toString('hex'),
    rules: row.rules,
    state: row.state,
    version: row.version,
    shipped: row.shipped,
    submittedBy: row.submitted_by,
    approvedBy: [row.first_approver, row.second_approver].filter((person) => person !== null),
    simulatedOn: row.simulated_on,
    events: row.events.map((event) => ({ ...event, at: new Date(event.at) })),
  }));
}

/** The last simulation of these rules, whole; null: none yet. */
export async function simulationOf(db: Db, rulesHash: string): Promise<RulesSimulation | null> {
  const [row] = await db.query<{ simulation: RulesSimulation | null }>(
    'SELECT simulation FROM list_rules WHERE rules_hash = $1',
    [hashOf(rulesHash)],
  );
  return row?.simulation ?? null;
}
