import path from 'node:path';
import { simulate, type SimulatedSources } from '#tools/simulate';
import { ProblemError } from '#lib/kernel';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProgress } from './session.ts';

export interface SimulateOptions {
  readonly out: string;
  readonly firms: string;
  readonly months: string;
  readonly through: string;
  readonly seed: string;
  readonly dirt: boolean;
  readonly sources: string;
  readonly json: boolean;
}

/** `firstmile simulate --out DIR`: a made-up city's deliveries as files with manifests, and the truth beside them. */
export async function simulateBook(options: SimulateOptions): Promise<number> {
  const simulation = simulationOf(options);
  let files = 0;
  let rows = 0;
  const write = async (): Promise<void> => {
    for (const delivery of simulation.deliveries()) {
      const { manifest } = await delivery.write(options.out);
      files += 1;
      rows += manifest.rows;
    }
    await simulation.writeTruth(path.join(options.out, 'truth.csv'));
  };
  await withProgress(() => `${files} files, ${rows} rows`, write());
  answer(options.json, { out: options.out, files, rows, firms: simulation.firms }, [
    `${files} files with ${rows} rows about ${simulation.firms} made-up firms in ${options.out}`,
  ]);
  return EXIT.done;
}

function simulationOf(options: SimulateOptions): ReturnType<typeof simulate> {
  try {
    return simulate({
      seed: options.seed,
      firms: Number(options.firms),
      months: Number(options.months),
      through: options.through,
      dirt: options.dirt,
      // Checked by simulate, as the numbers are.
      sources: options.sources as SimulatedSources,
    });
  } catch (error) {
    if (error instanceof ProblemError || !(error instanceof RangeError)) throw error;
    throw usage('simulate', `参数有误：${error.message}`, error.message);
  }
}
