import { Readable } from 'node:stream';
import { FixedClock, ProblemError, type Clock } from '#lib/kernel';
import { rebuildDocuments } from '#lib/ledger';
import type { Product } from '#lib/product';
import { simulate, type ScheduledRun, type SimulatedDelivery, type SimulationOptions } from '#tools/simulate';
import { scoreHere } from './rescore.command.ts';
import type { ShownFirm } from './screen.ts';

/** The demo book (演示数据): the same for everybody, from one seed. */
const DEMO: SimulationOptions = { seed: 20_260_630, firms: 2000, months: 36, through: '2026-06-30', dirt: true };

const PROGRESS_MS = 2000;

/** The firms that the screen points at. */
export function shownFirms(): ShownFirm[] {
  const { rich, thin, doubtful } = simulate(DEMO).showcase();
  return [
    { uscc: rich, zh: '数据丰富', en: 'a rich firm: much is known' },
    { uscc: thin, zh: '数据稀少', en: 'a thin firm: hardly anything is known' },
    { uscc: doubtful, zh: '存疑', en: 'a doubtful firm: shrinking, and it owes contributions' },
  ];
}

/**
 * Fills an empty database with the demo book, month by month under a fixed clock; goes on where an earlier start was
 * ended. Leaves every other book alone.
 */
export async function ensureDemoBook(product: Product, say: (line: string) => void): Promise<void> {
  const [book] = await product.db.query<{ kind: string }>('SELECT kind FROM book');
  if (book?.kind === 'real') return;
  if (book === undefined && (await product.deliveries.list({ limit: 1 })).items.length > 0) return;
  const simulation = simulate(DEMO);
  const last = simulation.schedule.at(-1)!;
  if (await finishedRun(product, last)) return;
  const steps = [...simulation.timeline()];
  say(`filling the demo book: ${DEMO.firms} made-up firms, ${steps.length} deliveries and runs 正在生成演示数据`);
  const operator = await product.access.personByHandle('operator');
  let said = performance.now();
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'delivery') await deliver(product, step.delivery, operator.personId);
    else await scoreMonth(product, step.run, operator.personId);
    if (performance.now() - said < PROGRESS_MS) continue;
    said = performance.now();
    say(
      `  ${i + 1} of ${steps.length}: ${step.kind === 'run' ? `run as of ${step.run.asOf}` : step.delivery.fileName}`,
    );
  }
  await rebuildDocuments(product.db);
}

async function finishedRun(product: Product, run: ScheduledRun): Promise<boolean> {
  const rows = await product.db.query(
    `SELECT 1 FROM run WHERE planned_at = $1 AND state IN ('PUBLISHED', 'ARCHIVED')`,
    [run.runsAt],
  );
  return rows.length > 0;
}

async function deliver(product: Product, delivery: SimulatedDelivery, person: string): Promise<void> {
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
  const after = await product.intake.process(received.deliveryId);
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
}
