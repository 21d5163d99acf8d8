import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ProblemError, type LocalDate } from '#lib/kernel';
import { loadModel, type Model, type OfficialScorecard } from '#lib/scoring';
import { packageRoot, type Db, type Tx } from '#lib/platform';

/** The scorecard that comes with the program: the champion until another is promoted. */
const SHIPPED = 'models/startup-potential.v1.json';

let shipped: Model | undefined;

/** Throws ProblemError when the file is not a valid model, naming each place. */
export function shippedModel(): Model {
  shipped ??= compileModel(JSON.parse(readFileSync(path.join(packageRoot(), SHIPPED), 'utf8')));
  return shipped;
}

/** Throws ProblemError `model-invalid`, naming each place. */
export function compileModel(document: unknown): Model {
  const loaded = loadModel(document);
  if (!loaded.ok) throw new ProblemError(loaded.problem);
  return loaded.value;
}

export async function archiveModel(tx: Tx, model: Model, now: Date): Promise<void> {
  await tx.execute(
    `INSERT INTO model (model_hash, model_id, version, document, known_from) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (model_hash) DO NOTHING`,
    [Buffer.from(model.hash, 'hex'), model.document.id, model.document.version, JSON.stringify(model.document), now],
  );
}

const compiled = new Map<string, Model>();

/** The model that a run used. `hash` in hex. */
export async function modelByHash(db: Db, hash: string): Promise<Model> {
  if (shippedModel().hash === hash) return shippedModel();
  let model = compiled.get(hash);
  if (!model) {
    const [row] = await db.query<{ document: unknown }>('SELECT document FROM model WHERE model_hash = $1', [
      Buffer.from(hash, 'hex'),
    ]);
    if (!row) throw new Error(`model ${hash} was never archived`);
    model = compileModel(row.document);
    compiled.set(hash, model);
  }
  return model;
}

let official: readonly OfficialScorecard[] | undefined;

/** The official tables in force on a day (官方评价指标), reviewed files of this repository. */
export function officialScorecards(date: LocalDate): readonly OfficialScorecard[] {
  const folder = path.join(packageRoot(), 'models', 'official');
  official ??= readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as OfficialScorecard);
  return official.filter(({ validFrom, validTo }) => validFrom <= date && (validTo === null || date <= validTo));
}
