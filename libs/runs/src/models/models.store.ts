import type { Db, Tx } from '#lib/platform';
import type { ModelEvent, ModelLife, ModelState } from './model-lifecycle.ts';

/** A scorecard and where it stands (评分模型). */
export interface ModelView {
  /** Hex: the model is named by its content. */
  readonly modelHash: string;
  readonly id: string;
  readonly version: string;
  readonly state: ModelState;
  /** It came with the program. */
  readonly shipped: boolean;
  readonly submittedBy: string;
  readonly approvedBy: readonly string[];
  readonly events: readonly {
    readonly event: 'ship' | 'submit' | ModelEvent;
    readonly from: ModelState | null;
    readonly to: ModelState;
    readonly person: string;
    readonly at: Date;
    readonly reason: string;
  }[];
}

interface LifeRow {
  model_hash: Buffer;
  state: ModelState;
  version: number;
  submitted_by: string;
  first_approver: string | null;
  second_approver: string | null;
}

/** A row of model_life, locked: who changes it is alone with it. */
export interface LockedLife extends ModelLife {
  readonly version: number;
}

const hashOf = (hex: string): Buffer => Buffer.from(hex, 'hex');

export async function lockLife(tx: Tx, modelHash: string): Promise<LockedLife | undefined> {
  const [row] = await tx.query<LifeRow>('SELECT * FROM model_life WHERE model_hash = $1 FOR UPDATE', [
    hashOf(modelHash),
  ]);
  return (
    row && {
      state: row.state,
      version: row.version,
      submittedBy: row.submitted_by,
      firstApprover: row.first_approver,
      secondApprover: row.second_approver,
    }
  );
}

export interface Decided {
  readonly event: 'ship' | 'submit' | ModelEvent;
  readonly person: string;
  readonly at: Date;
  readonly reason: string;
}

/** The first row of a model's life; false when it has one already. */
export async function beginLife(tx: Tx, modelHash: string, state: 'DRAFT' | 'CHAMPION', by: Decided): Promise<boolean> {
  const begun = await tx.execute(
    `INSERT INTO model_life (model_hash, state, version, shipped, submitted_by) VALUES ($1, $2, 1, $3, $4) ON CONFLICT DO NOTHING`,
    [hashOf(modelHash), state, by.event === 'ship', by.person],
  );
  if (begun === 1) await noteEvent(tx, modelHash, 1, null, state, by);
  return begun === 1;
}

export async function saveLife(
  tx: Tx,
  modelHash: string,
  before: LockedLife,
  after: ModelLife,
  by: Decided,
): Promise<void> {
  const version = before.version + 1;
  await tx.execute(
    `UPDATE model_life SET state = $2, version = $3, first_approver = $4, second_approver = $5 WHERE model_hash = $1`,
    [hashOf(modelHash), after.state, version, after.firstApprover, after.secondApprover],
  );
  await noteEvent(tx, modelHash, version, before.state, after.state, by);
}

async function noteEvent(
  tx: Tx,
  modelHash: string,
  version: number,
  from: ModelState | null,
  to: ModelState,
  by: Decided,
): Promise<void> {
  await tx.execute(
    `INSERT INTO model_event (model_hash, version, event, from_state, to_state, person_id, at, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [hashOf(modelHash), version, by.event, from, to, by.person, by.at, by.reason],
  );
}

/** The one model in this state, hex. Only for CHAMPION and CHALLENGER, of which there is at most one. */
export async function modelIn(db: Db, state: 'CHAMPION' | 'CHALLENGER'): Promise<string | undefined> {
  const [row] = await db.query<{ model_hash: Buffer }>(
    'SELECT model_hash FROM model_life WHERE state = $1',
    [state],
    'model-in-state',
  );
  return row?.model_hash.toString('hex');
}

/** Month ends for which the model was scored beside a published run of the champion. */
export async function shadowMonths(db: Db, modelHash: string): Promise<number> {
  const [row] = await db.query<{ months: number }>(
    `SELECT count(DISTINCT s.as_of)::int AS months FROM run s JOIN run p ON p.run_id = s.shadow_of
     WHERE s.model_hash = $1 AND s.state = 'SHADOW' AND NOT s.preview AND p.state IN ('PUBLISHED', 'ARCHIVED')
       AND p.model_hash = (SELECT model_hash FROM model_life WHERE state = 'CHAMPION')
       AND s.as_of = (date_trunc('month', s.as_of) + interval '1 month - 1 day')::date`,
    [hashOf(modelHash)],
  );
  return row!.months;
}

/** Whether the model has been scored on the book of a published run; true also while nothing is published. */
export async function wasTried(db: Db, modelHash: string): Promise<boolean> {
  const [row] = await db.query<{ tried: boolean }>(
    `SELECT EXISTS (SELECT FROM run WHERE model_hash = $1 AND state = 'SHADOW')
       OR NOT EXISTS (SELECT FROM run WHERE state = 'PUBLISHED') AS tried`,
    [hashOf(modelHash)],
  );
  return row!.tried;
}

/** All of them, the champion and the challenger first; there are few. */
export async function listModels(db: Db, modelHash?: string): Promise<ModelView[]> {
  const rows = await db.query<
    LifeRow & { model_id: string; model_version: string; shipped: boolean; events: EventJson[] }
  >(
    `SELECT l.*, m.model_id, m.version AS model_version,
       (SELECT json_agg(json_build_object('event', e.event, 'from', e.from_state, 'to', e.to_state, 'person', e.person_id,
          'at', e.at, 'reason', e.reason) ORDER BY e.version) FROM model_event e WHERE e.model_hash = l.model_hash) AS events
     FROM model_life l JOIN model m USING (model_hash) WHERE $1::bytea IS NULL OR l.model_hash = $1
     ORDER BY l.state <> 'CHAMPION', l.state <> 'CHALLENGER', m.known_from DESC, m.model_hash`,
    [modelHash === undefined ? null : hashOf(modelHash)],
  );
  return rows.map((row) => ({
    modelHash: row.model_hash.toString('hex'),
    id: row.model_id,
    version: row.model_version,
    state: row.state,
    shipped: row.shipped,
    submittedBy: row.submitted_by,
    approvedBy: [row.first_approver, row.second_approver].filter((person) => person !== null),
    events: row.events.map((event) => ({ ...event, at: new Date(event.at) })),
  }));
}

type EventJson = Omit<ModelView['events'][number], 'at'> & { readonly at: string };
