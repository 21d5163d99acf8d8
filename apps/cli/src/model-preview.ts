import type { Command } from 'commander';
import { localDate, ProblemError } from '#lib/kernel';
import type { Product } from '#lib/product';
import { previewModel, type ModelPreview } from '#lib/runs';
import { DEFAULT_CUT } from '#lib/scoring';
import { modelIn } from './model.command.ts';
import { answer, EXIT, withProduct, withProgress } from './session.ts';

export interface PreviewOptions {
  readonly run?: string;
  readonly asOf?: string;
  readonly json: boolean;
}

type Action = (file: string, options: PreviewOptions) => Promise<void>;

/** Registers `preview` in the group of model commands. `run` keeps the exit code of a command. */
export function registerModelPreview(group: Command, run: (command: typeof preview) => Action): void {
  group
    .command('preview')
    .description('what the whole book would look like under another model; nothing is published 模型预演')
    .argument('<file>', '.json, or .pmml that Firstmile exported')
    .option('--run <id>', 'a published run, whose pins are used; default: the newest')
    .option('--as-of <date>', 'the newest published run of this day')
    .option('--json', 'the result as one JSON object, the last line of stdout', false)
    .action(run(preview));
}

/** `firstmile model preview FILE [--run RUN | --as-of DATE]`. Throws ProblemError model-invalid naming each fault of the file. */
export async function preview(file: string, options: PreviewOptions): Promise<number> {
  const model = modelIn(file);
  return withProduct('model-preview', async (product) => {
    let done = 0;
    const runId = options.run ?? (await publishedRun(product, options.asOf));
    const progress = (firms: number): void => {
      done = firms;
    };
    const found = await withProgress(
      () => `scored ${done} firms`,
      previewModel(product.db, model, runId, { cut: DEFAULT_CUT, progress }),
    );
    answer(options.json, { ...found, run: { runId, asOf: found.run.asOf } }, linesOf(found));
    return EXIT.done;
  });
}

async function publishedRun({ runs }: Product, asOf: string | undefined): Promise<string> {
  const run = asOf === undefined ? await runs.latestPublished() : await runs.publishedAsOf(localDate(asOf));
  if (run !== undefined) return run.runId;
  const words = { zh: '尚无已发布的评分批次', en: 'no run has been published yet' };
  throw new ProblemError({ code: 'no-published-run', status: 409, ...words });
}

function linesOf(found: ModelPreview): string[] {
  const { run, from, to, list } = found;
  return [
    `run ${run.runId} of ${run.asOf}: ${from.modelId} → ${to.modelId}`,
    `${found.firms} firms, ${found.moved} move, ${found.notComparable} not comparable`,
    `list (cut ${list.cut}): ${list.before} → ${list.after}, ${list.enter} enter, ${list.leave} leave`,
    ...found.transitions.filter((t) => t.before !== t.after).map((t) => `${t.before} → ${t.after}: ${t.firms}`),
    ...found.histogram.map((column) => `${column.from} to ${column.from + 9} points: ${column.firms}`),
    ...found.movers.map(({ uscc, difference: { tenths, parts } }) => {
      const largest = parts.slice(0, 3).map((part) => `${part.characteristic} ${(part.tenths / 10).toFixed(1)}`);
      return `${uscc} ${(tenths / 10).toFixed(1)}: ${largest.join(', ')}`;
    }),
  ];
}
