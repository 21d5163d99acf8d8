import { FixedClock } from '#lib/kernel';
import type { RunView } from '#lib/runs';
import { simulate, type Simulation, type SimulationOptions } from '#tools/simulate';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { runTo } from '../runs/book.ts';

/** A made-up city that delivers every source, with monthly runs at the end. */
export interface City {
  readonly product: TestProduct;
  readonly simulation: Simulation;
  /** By month, oldest first. */
  readonly runs: readonly RunView[];
}

type CityOptions = Partial<SimulationOptions> & { readonly firms: number; readonly runs: number };

export async function openCity(options: CityOptions): Promise<City> {
  return deliverCity(await openTestProduct(new FixedClock('2026-08-01T00:00:00Z')), options);
}

/** Gates compare small files and histories with months: what they hold is let in, as a person would. */
export async function deliverCity(product: TestProduct, options: CityOptions): Promise<City> {
  const simulation = simulate({
    seed: 12,
    months: 36,
    historyMonths: 36 - options.runs,
    through: '2026-06-30',
    dirt: false,
    sources: 'all',
    ...options,
  });
  const runs: RunView[] = [];
  for (const step of simulation.timeline()) {
    if (step.kind === 'run') {
      const at = { ...product, clock: new FixedClock(step.run.runsAt) };
      runs.push(await runTo(at, step.run.asOf));
      continue;
    }
    const { source, layout, fileName, sequence, sourceTime, coverage, receivedAt } = step.delivery;
    const at = { ...product, clock: new FixedClock(receivedAt) };
    const manifest = { rows: step.delivery.expected().rows, sequence, sourceTime, coverage };
    const view = await deliver(at, { source, layout, fileName, body: step.delivery.bytes(), manifest });
    if (view.held === null) continue;
    await product.deliveries.release(view.deliveryId, { person: product.person, reason: '逐行核对' });
    await product.intake.process(view.deliveryId);
  }
  return { product, simulation, runs };
}
