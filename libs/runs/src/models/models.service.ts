import { ProblemError, type Clock } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import type { Model } from '#lib/scoring';
import { advance, type ModelEvent } from './model-lifecycle.ts';
import { archiveModel, compileModel, modelByHash, shippedModel } from './models.ts';
import {
  beginLife,
  listModels,
  lockLife,
  modelIn,
  saveLife,
  shadowMonths,
  wasTried,
  type ModelView,
} from './models.store.ts';

export interface ModelDecision {
  readonly event: Exclude<ModelEvent, 'replace'>;
  readonly person: string;
  readonly reason: string;
  readonly clock: Clock;
}

/** Any number of ours: decisions about models follow one another, for a promotion changes two of them. */
const MODEL_LOCK = 7_104_007;

/** The scorecards and what people decide about them (模型管理). */
export class Models {
  constructor(private readonly db: Database) {}

  /** The scorecard that came with the program is the champion of a database that has none yet. */
  async ensureChampion(person: string, clock: Clock): Promise<void> {
    if ((await modelIn(this.db, 'CHAMPION')) !== undefined) return;
    await this.db.transaction(async (tx) => {
      await decisionsInTurn(tx);
      if ((await modelIn(tx, 'CHAMPION')) !== undefined) return;
      const model = shippedModel();
      const at = clock.now();
      await archiveModel(tx, model, at);
      await beginLife(tx, model.hash, 'CHAMPION', { event: 'ship', person, at, reason: 'with the program 随程序发布' });
    });
  }

  async champion(): Promise<Model> {
    const hash = await modelIn(this.db, 'CHAMPION');
    return hash === undefined ? shippedModel() : modelByHash(this.db, hash);
  }

  list(): Promise<ModelView[]> {
    return listModels(this.db);
  }

  /** Throws ProblemError model-unknown. */
  async get(modelHash: string): Promise<ModelView> {
    const [view] = /^[0-9a-f]{64}$/.test(modelHash) ? await listModels(this.db, modelHash) : [];
    if (!view) throw modelUnknown(modelHash);
    return view;
  }

  /** The compiled scorecard. Throws ProblemError model-unknown. */
  async model(modelHash: string): Promise<Model> {
    return modelByHash(this.db, (await this.get(modelHash)).modelHash);
  }

  /**
   * Takes a scorecard in as a draft. The same document again is the same model. Throws ProblemError model-invalid
   * naming each place, or model-version-taken when another document has this id and version.
   */
  async submit(
    document: unknown,
    { person, reason, clock }: Pick<ModelDecision, 'person' | 'reason' | 'clock'>,
  ): Promise<ModelView> {
    const model = compileModel(document);
    const { id, version } = model.document;
    await this.db.transaction(async (tx) => {
      await decisionsInTurn(tx);
      const [other] = await tx.query('SELECT FROM model WHERE model_id = $1 AND version = $2 AND model_hash <> $3', [
        id,
        version,
        Buffer.from(model.hash, 'hex'),
      ]);
      if (other)
        throw new ProblemError({
          code: 'model-version-taken',
          status: 409,
          zh: `已有另一份${id} ${version}，模型一经提交不可更改，请用新版本号`,
          en: `there is another ${id} ${version}; a model never changes, give it a version of its own`,
          errors: [{ pointer: '/version', code: 'model-version-taken', zh: '版本号已被使用', en: 'taken' }],
        });
      const at = clock.now();
      await archiveModel(tx, model, at);
      await beginLife(tx, model.hash, 'DRAFT', { event: 'submit', person, at, reason });
    });
    return this.get(model.hash);
  }

  /**
   * One step of a model's life. A promotion retires the champion in the same transaction. Throws ProblemError
   * model-unknown, transition-refused, model-preview-missing, model-four-eyes, model-shadow-missing or model-challenger-taken.
   */
  async decide(modelHash: string, { event, person, reason, clock }: ModelDecision): Promise<ModelView> {
    await this.get(modelHash);
    await this.db.transaction(async (tx) => {
      await decisionsInTurn(tx);
      const at = clock.now();
      const step = async (hash: string, what: ModelEvent): Promise<void> => {
        const life = (await lockLife(tx, hash))!;
        const months = what === 'promote' ? await shadowMonths(tx, hash) : 0;
        const tried = what !== 'validate' || (await wasTried(tx, hash));
        const after = advance(life, { event: what, person, tried, shadowMonths: months });
        if (what === 'challenge') await refuseSecondChallenger(tx);
        if (what === 'promote') {
          const champion = await modelIn(tx, 'CHAMPION');
          if (champion !== undefined) await step(champion, 'replace');
        }
        await saveLife(tx, hash, life, after, { event: what, person, at, reason });
      };
      await step(modelHash, event);
    });
    return this.get(modelHash);
  }
}

const decisionsInTurn = (tx: Tx): Promise<unknown> => tx.execute('SELECT pg_advisory_xact_lock($1)', [MODEL_LOCK]);

async function refuseSecondChallenger(tx: Tx): Promise<void> {
  const other = await modelIn(tx, 'CHALLENGER');
  if (other === undefined) return;
  throw new ProblemError({
    code: 'model-challenger-taken',
    status: 409,
    zh: '已有一个挑战者模型，请先撤回',
    en: `there is a challenger already, ${other.slice(0, 12)}…: withdraw it first`,
  });
}

const modelUnknown = (modelHash: string): ProblemError =>
  new ProblemError({
    code: 'model-unknown',
    status: 404,
    zh: `没有模型 ${modelHash.slice(0, 64)}`,
    en: `there is no model ${modelHash.slice(0, 64)}`,
  });
