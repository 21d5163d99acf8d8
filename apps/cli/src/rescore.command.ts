import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { instantText, parseLocalDate, ProblemError, type LocalDate } from '#lib/kernel';
import { catalogueHash, isFinished, scoreNextShard, type RunView } from '#lib/runs';
import type { Product } from '#lib/product';
import { answer, EXIT, say, sayProblem, wait, withProduct, withProgress } from './session.ts';

export interface RescoreOptions {
  readonly asOf: string;
  readonly knownAt?: string;
  readonly workers: string;
  readonly as: string;
  readonly json: boolean;
}

/** `firstmile rescore`: plans a run and scores it, in this process or with `--workers N` in N child processes. */
export async function rescore(options: RescoreOptions): Promise<number> {
  const asOf = dateOption(options.asOf);
  const knownAt = options.knownAt === undefined ? undefined : instantOption(options.knownAt);
  const workers = Number(options.workers);
  if (!Number.isInteger(workers) || workers < 1 || workers > 64)
    throw usage('--workers', '应为1至64的整数', 'must be a whole number from 1 to 64');
  return withProduct('rescore', async (product) => {
    const started = performance.now();
    const person = await product.access.personByHandle(options.as);
    const planned = await product.runs.plan({
      asOf,
      ...(knownAt ? { knownAt } : {}),
      person: person.personId,
      clock: product.clock,
    });
    await product.doorbells.ring('runs', planned.runId);
    const scoring =
      workers === 1 ? scoreHere(product, planned.runId) : scoreWithChildren(product, planned.runId, workers);
    const run = await withProgress(async () => progressLine(await product.runs.get(planned.runId)), scoring);
    const seconds = (performance.now() - started) / 1000;
    return report(run, seconds, options.json, await shadow(product, run));
  });
}

/** The challenger's run beside this one: the published run is there already when it is scored. */
async function shadow(product: Product, run: RunView): Promise<RunView | undefined> {
  const beside = await product.runs.shadowOf(run.runId);
  if (!beside || isFinished(beside.state)) return beside;
  const line = async (): Promise<string> => `challenger: ${progressLine(await product.runs.get(beside.runId))}`;
  return withProgress(line, scoreHere(product, beside.runId));
}

/** Scores open shards until the run is finished, by whomever. */
export async function scoreHere(product: Product, runId: string): Promise<RunView> {
  for (;;) {
    while ((await scoreNextShard(product.db, `${process.pid}`, catalogueHash(), runId)) !== undefined);
    const run = await product.runs.settle(runId, product.clock);
    if (isFinished(run.state)) return run;
    await wait(100); // another worker is at the last shards
  }
}

/** The parent only publishes, and takes over when every child is gone: a killed child's shards are free at once. */
async function scoreWithChildren(product: Product, runId: string, workers: number): Promise<RunView> {
  const children = Array.from({ length: workers }, (_, i) => startChild(runId, i + 1));
  try {
    for (;;) {
      if (children.every(hasEnded)) return await scoreHere(product, runId);
      const run = await product.runs.settle(runId, product.clock);
      if (isFinished(run.state)) return run;
      await wait(100);
    }
  } finally {
    for (const child of children) if (!hasEnded(child)) await once(child, 'exit');
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

function startChild(runId: string, number: number): ChildProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', process.argv[1]!, 'work', '--run', runId], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  say(`worker ${number}: pid ${child.pid}`);
  child.once('exit', (code, signal) => {
    if (code !== 0) say(`worker ${number} (pid ${child.pid}) ended: ${signal ?? `exit ${code}`}`);
  });
  return child;
}

/** `firstmile work --run ID`: what a child of `rescore --workers` does. */
export async function work(options: { run: string }): Promise<number> {
  return withProduct('worker', async (product) => {
    const { state, catalogueHash: needed, codeVersion } = await product.runs.get(options.run);
    // It would wait for ever for shards that only the other build may take.
    if (!isFinished(state) && needed !== catalogueHash().toString('hex'))
      throw new ProblemError({
        code: 'catalogue-differs',
        status: 409,
        zh: `该批次须由另一版本（${codeVersion}）评分`,
        en: `the run is to be scored by another version, ${codeVersion}`,
      });
    const run = await scoreHere(product, options.run);
    return run.state === 'RUN_FAILED' ? EXIT.refused : EXIT.done;
  });
}

function report(run: RunView, seconds: number, json: boolean, beside: RunView | undefined): number {
  const { runId, firms, outputHash, modelHash, codeVersion, state } = run;
  answer(
    json,
    {
      runId,
      firms,
      outputHash,
      asOf: run.asOf,
      knownAt: instantText(run.knownAt),
      modelHash,
      catalogueHash: run.catalogueHash,
      codeVersion,
      state,
      stats: run.stats,
      ...(beside && {
        shadow: { runId: beside.runId, modelHash: beside.modelHash, state: beside.state, stats: beside.stats },
      }),
      seconds: Math.round(seconds * 1000) / 1000,
    },
    [
      `run ${runId} ${state}: ${firms} firms as of ${run.asOf}, known at ${instantText(run.knownAt)}, in ${seconds.toFixed(1)} s`,
      `output ${outputHash}`,
      ...Object.entries(run.stats?.published ?? {}).map(([published, n]) => `  ${published}: ${n}`),
      ...(beside ? shadowLines(beside) : []),
    ],
  );
  if (run.problem) sayProblem(new ProblemError(run.problem));
  return state === 'HOLD' ? EXIT.held : state === 'RUN_FAILED' ? EXIT.refused : EXIT.done;
}

function shadowLines({ runId, modelId, state, stats }: RunView): string[] {
  const compared = stats?.compared;
  if (!compared) return [`challenger ${modelId}, run ${runId}: ${state}`];
  const { firms, moved, meanTenths, transitions } = compared;
  return [
    `challenger ${modelId}, run ${runId}: moves ${moved} of ${firms} firms, ${meanTenths / 10} points on average`,
    ...transitions.slice(0, 10).map(({ from, to, firms: n }) => `  ${from} → ${to}: ${n}`),
  ];
}

const progressLine = (run: RunView): string =>
  `scored ${run.firmsDone} of ${run.firmsPlanned} firms (${run.shardsDone} of ${run.shards} shards)`;

export const usage = (option: string, zh: string, en: string): ProblemError =>
  new ProblemError({
    code: 'usage',
    status: 400,
    zh: `${option} ${zh}`,
    en: `${option} ${en}`,
    errors: [{ field: option, code: 'usage', zh, en }],
  });

export function dateOption(text: string): LocalDate {
  const date = parseLocalDate(text);
  if (date === undefined) throw usage('--as-of', '应为 YYYY-MM-DD', 'must be a date YYYY-MM-DD');
  return date;
}

function instantOption(text: string): Date {
  const instant = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(instant.getTime()))
    throw usage('--known-at', '应为带时区的ISO 8601时间', 'must be an ISO 8601 instant with an offset');
  return instant;
}
