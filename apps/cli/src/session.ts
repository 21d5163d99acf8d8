import { ProblemError } from '#lib/kernel';
import { loadConfig } from '#lib/platform';
import { openProduct, type Product, type ProductOptions } from '#lib/product';

/** What a command ends with (architecture §9). */
export const EXIT = { done: 0, refused: 1, usage: 2, held: 3 } as const;

export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The object is the last line of stdout; all else goes to stderr. */
export function answer(json: boolean, object: Readonly<Record<string, unknown>>, text: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(object)}\n` : `${text.join('\n')}\n`);
}

/** Opens the product for one command, and closes it whatever happens. */
export async function withProduct<T>(
  name: string,
  work: (product: Product) => Promise<T>,
  options: Partial<ProductOptions> = {},
): Promise<T> {
  const product = await openProduct(loadConfig(process.env), { name, log: say, ...options });
  try {
    return await work(product);
  } finally {
    await product.close();
  }
}

/** A refusal as people read it: the sentence in both languages, then one line a place. */
export function sayProblem(error: unknown): void {
  if (!(error instanceof ProblemError)) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return;
  }
  const { problem } = error;
  say(`${problem.code}: ${problem.zh}`);
  say(`${' '.repeat(problem.code.length)}  ${problem.en}`);
  for (const detail of problem.errors ?? []) {
    const place =
      detail.row !== undefined ? `row ${detail.row}` : (detail.pointer ?? detail.header ?? detail.field ?? '');
    say(`  ${place}: ${detail.zh} / ${detail.en}`);
  }
}

/** Calls `report` once a second until the work is over; nothing is said of what takes less than two. */
export async function withProgress<T>(
  report: () => Promise<string | undefined> | string | undefined,
  work: Promise<T>,
): Promise<T> {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (ticks < 2) return;
    void Promise.resolve(report()).then(
      (line) => line !== undefined && say(line),
      () => undefined, // progress is a courtesy
    );
  }, 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
