import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { FixedClock, ProblemError, type Clock } from '#lib/kernel';
import { rebuildDocuments } from '#lib/ledger';
import type { Product } from '#lib/product';
import {
  simulate,
  type ScheduledRun,
  type Simulation,
  type SimulationOptions,
  type TimelineStep,
} from '#tools/simulate';
import { DEMO_LIST, demoMembers, extraDelivery, speakUp, type DemoDelivery } from './demo-members.ts';
import { scoreHere } from './rescore.command.ts';
import type { ShownFirm } from './screen.ts';

/** The demo book (演示数据): the same for everybody, from one seed. */
export const demoOptions = (firms: number): SimulationOptions => ({
  seed: 20_260_630,
  firms,
  months: 36,
  through: '2026-06-30',
  dirt: true,
  sources: 'all',
  historyMonths: 29,
  runs: 7,
});

const PROGRESS_MS = 2000;

/**
 * The firms that the screen points at, as the newest run sees them; they are the same in a demo book of any size. None in
 * another book.
 */
export async function shownFirms(product: Product): Promise<ShownFirm[]> {
  const { rich, thin, doubtful } = simulate(demoOptions(3)).showcase();
  const firms = [
    { uscc: rich, zh: '数据丰富', en: 'a rich firm: much is known' },
    { uscc: thin, zh: '数据稀少', en: 'a thin firm: hardly anything is known' },
    { uscc: doubtful, zh: '存疑', en: 'a doubtful firm: shrinking, and it owes contributions' },
  ];
  try {
    const scores = await Promise.all(firms.map(({ uscc }) => product.scores.of(uscc)));
    return firms.map((firm, i) => {
      const { score, label } = scores[i]!.score;
      return { ...firm, score: { index: score.score, label, coverageBp: score.coverageBp } };
    });
  } catch (error) {
    // company-unknown, not-in-run or no-published-run: somebody else's firms, or a book that is not complete.
    if (error instanceof ProblemError) return [];
    throw error;
  }
}

/**
 * Fills an empty database with the demo book, month by month under a fixed clock; goes on where an earlier start was
 * ended. Leaves every other book alone. Returns after the piece in hand when `leaving` is aborted.
 */
export async function ensureDemoBook(
  product: Product,
  options: SimulationOptions,
  say: (line: string) => void,
  leaving: AbortSignal,
): Promise<void> {
  const simulation = simulate(options);
  const last = simulation.schedule.at(-1)!;
  if (await finishedRun(product, last)) return;
  const steps = [...simulation.timeline()];
  const begun = await beginning(product);
  if (begun && !isFirstOf(steps, begun)) return;
  say(`filling the demo book: ${options.firms} made-up firms, ${steps.length} deliveries and runs 正在生成演示数据`);
  const operator = await product.access.personByHandle('operator');
  let said = performance.now();
  for (const [i, step] of steps.entries()) {
    if (leaving.aborted) return;
    if (step.kind === 'run' && step.run === last) await beforeTheLast(product, simulation, last, operator.personId);
    if (step.kind === 'delivery') await deliver(product, step.delivery, operator.personId);
    else await scoreMonth(product, step.run, operator.personId);
    if (performance.now() - said < PROGRESS_MS) continue;
    said = performance.now();
    say(
      `  ${i + 1} of ${steps.length}: ${step.kind === 'run' ? `run as of ${step.run.asOf}` : step.delivery.fileName}`,
    );
  }
  await rebuildDocuments(product.db, () => leaving.aborted);
}

/** Of three members of the list: one is struck off, one disputes it, one leaves; so the last month shows all of that. */
async function beforeTheLast(
  product: Product,
  simulation: Simulation,
  last: ScheduledRun,
  person: string,
): Promise<void> {
  const members = await demoMembers(product, simulation);
  if (members === undefined) return; // a book too small for a list
  await deliver(product, extraDelivery(simulation, last, members), person);
  await speakUp(product, last, members);
}

interface Beginning {
  /** Of the first delivery, hex. */
  readonly sha256: string;
  /** Nothing has come from outside, whose ticks would lie after the demo book's. */
  readonly simulated: boolean;
}

/** undefined: nothing has been delivered. */
async function beginning(product: Product): Promise<Beginning | undefined> {
  const [first] = await product.db.query<Beginning>(
    `SELECT encode(file_sha256, 'hex') AS sha256, (SELECT bool_and(clock = 'simulated') FROM delivery) AS simulated
     FROM delivery ORDER BY received_at, delivery_id LIMIT 1`,
  );
  return first;
}

/** The book was begun by a demo of this size, and by nothing else. */
function isFirstOf(steps: readonly TimelineStep[], begun: Beginning): boolean {
  const [first] = steps;
  return (
    begun.simulated &&
    first?.kind === 'delivery' &&
    createHash('sha256').update(first.delivery.bytes()).digest('hex') === begun.sha256
  );
}

async function finishedRun(product: Product, run: ScheduledRun): Promise<boolean> {
  const rows = await product.db.query(
    `SELECT 1 FROM run WHERE planned_at = $1 AND state IN ('PUBLISHED', 'ARCHIVED')`,
    [run.runsAt],
  );
  return rows.length > 0;
}

async function deliver(product: Product, delivery: DemoDelivery, person: string): Promise<void> {
  const { sequence, sourceTime, coverage } = delivery;
  const received = await product.deliveries.receive({
    source: delivery.source,
    layout: delivery.layout,
    fileName: delivery.fileName,
    body: Readable.from([delivery.bytes()]),
    manifest: { rows: delivery.expected().rows, sequence, sourceTime, coverage },
    receivedBy: person,
    clock: new FixedClock(delivery.receivedAt),
    simulated: true,
  });
  if (received.noop) return;
  let after = await product.intake.process(received.deliveryId);
  if (after.held !== null) {
    // A month against a history load of years: a gate is right to ask, and a person lets it in.
    const reason = '首期为历史数据，与月度文件不可比；已逐列核对 the first file was a history load';
    await product.deliveries.release(received.deliveryId, { person, reason });
    after = await product.intake.process(received.deliveryId);
  }
  if (after.state !== 'RECONCILED')
    throw new ProblemError(
      after.problem ?? {
        code: 'demo-failed',
        status: 500,
        zh: `演示数据 ${delivery.fileName} 未能入账`,
        en: `demo file ${delivery.fileName} was not applied: ${after.state}`,
      },
    );
}

/** A run that an ended start left open is finished, never planned twice. */
async function scoreMonth(product: Product, run: ScheduledRun, person: string): Promise<void> {
  if (await finishedRun(product, run)) return;
  await rebuildDocuments(product.db);
  const clock: Clock = new FixedClock(run.runsAt);
  const [open] = await product.db.query<{ run_id: string }>(
    `SELECT run_id FROM run WHERE planned_at = $1 AND state = 'RUNNING'`,
    [run.runsAt],
  );
  const runId = open?.run_id ?? (await product.runs.plan({ asOf: run.asOf, person, clock })).runId;
  const done = await scoreHere({ ...product, clock }, runId);
  if (done.problem) throw new ProblemError(done.problem);
  await product.lists.build(DEMO_LIST, { runId, clock });
}
