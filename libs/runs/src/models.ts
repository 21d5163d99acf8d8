import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ProblemError } from '#lib/kernel';
import { loadModel, type Model } from '#lib/scoring';
import { packageRoot, type Db, type Tx } from '#lib/platform';

/** The model in force: a reviewed file of this repository. */
const CHAMPION = 'models/startup-potential.v1.json';

let champion: Model | undefined;

/** Throws ProblemError when the file is not a valid model, naming each place. */
export function championModel(): Model {
  champion ??= compile(JSON.parse(readFileSync(path.join(packageRoot(), CHAMPION), 'utf8')));
  return champion;
}

function compile(document: unknown): Model {
  const loaded = loadModel(document);
  if (!loaded.ok) throw new ProblemError(loaded.problem);
  return loaded.value;
}

export async function archiveModel(tx: Tx, model: Model, now: Date): Promise<void> {
  await tx.execute(
    `INSERT INTO model (model_hash, model_id, version, document, known_from) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [Buffer.from(model.hash, 'hex'), model.document.id, model.document.version, JSON.stringify(model.document), now],
  );
}

const compiled = new Map<string, Model>();

/** The model that a run used. `hash` in hex. */
export async function modelByHash(db: Db, hash: string): Promise<Model> {
  if (championModel().hash === hash) return championModel();
  let model = compiled.get(hash);
  if (!model) {
    const [row] = await db.query<{ document: unknown }>('SELECT document FROM model WHERE model_hash = $1', [
      Buffer.from(hash, 'hex'),
    ]);
    if (!row) throw new Error(`model ${hash} was never archived`);
    model = compile(row.document);
    compiled.set(hash, model);
  }
  return model;
}
