import { ProblemError } from '#lib/kernel';
import { MODEL_EVENTS, type ModelDecision, type ModelView } from '#lib/runs';
import { modelIn } from './model.command.ts';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';
import { tableOf } from './table.ts';

export interface DecisionOptions {
  readonly reason: string;
  readonly as: string;
  readonly json: boolean;
}

/** `firstmile model list`: the scorecards of this database and where they stand. */
export async function listModels(options: { json: boolean }): Promise<number> {
  return withProduct('model', async ({ models }) => {
    const items = await models.list();
    const rows = items.map(({ modelHash, id, version, state, approvedBy }) => [
      modelHash.slice(0, 12),
      `${id} ${version}`,
      state,
      `${approvedBy.length}`,
    ]);
    answer(options.json, { items }, tableOf(['model', 'name', 'state', 'approvals'], rows));
    return EXIT.done;
  });
}

/** `firstmile model submit FILE`: takes a scorecard in as a draft. */
export async function submitModel(file: string, { reason, as, json }: DecisionOptions): Promise<number> {
  const { document } = modelIn(file);
  return withProduct('model', async ({ models, access, clock }) => {
    const person = (await access.personByHandle(as)).personId;
    return said(await models.submit(document, { person, reason, clock }), json);
  });
}

const EVENTS = MODEL_EVENTS.filter((event): event is ModelDecision['event'] => event !== 'replace');

/** `firstmile model decide MODEL EVENT`: MODEL is its hash, or as many of its first characters as tell it apart. */
export async function decideModel(name: string, event: string, options: DecisionOptions): Promise<number> {
  const decided = EVENTS.find((known) => known === event);
  if (decided === undefined) throw usage('EVENT', `应为 ${EVENTS.join('、')}`, `must be one of ${EVENTS.join(', ')}`);
  return withProduct('model', async ({ models, access, clock }) => {
    const person = (await access.personByHandle(options.as)).personId;
    const named = (await models.list()).filter(({ modelHash }) => name !== '' && modelHash.startsWith(name));
    if (named.length > 1)
      throw new ProblemError({
        code: 'model-unknown',
        status: 404,
        zh: `${name} 对应多个模型，请写得更长`,
        en: `${name} names ${named.length} models: write more of it`,
      });
    const { modelHash } = named[0] ?? { modelHash: name };
    return said(
      await models.decide(modelHash, { event: decided, person, reason: options.reason, clock }),
      options.json,
    );
  });
}

function said(view: ModelView, json: boolean): number {
  answer(json, { ...view }, [`${view.id} ${view.version} (${view.modelHash.slice(0, 12)}): ${view.state}`]);
  return EXIT.done;
}
