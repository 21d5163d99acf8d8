import { FixedClock } from '#lib/kernel';
import type { RunView } from '#lib/runs';
import { simulate, type Simulation, type SimulationOptions } from '#tools/simulate';
import { keptProduct, openTestProduct, type KeptProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { runTo } from '../runs/book.ts';

/** A made-up city that delivers every source, with monthly runs at the end. */
export interface City {
  readonly product: TestProduct;
  /** By month, oldest first. */
  readonly runs: readonly RunView[];
}

export type CityOptions = Partial<SimulationOptions> & { readonly firms: number; readonly runs: number };

/** A city whose last four month ends were scored: for lists that follow one another. */
export const MONTHS: CityOptions = { firms: 160, runs: 4 };
/** A small one, scored once: enough firms of every kind to be lent to. */
export const TOWN: CityOptions = { firms: 60, runs: 1 };

/** When a product that is to hold a city is opened. */
export const CITY_CLOCK = '2026-07-06T01:00:00Z';

/** Delivering a city takes as long as all else that a suite does: suites that want the same one share the original. */
export const keptCity = (options: CityOptions): Promise<KeptProduct> =>
  keptProduct(`city ${JSON.stringify(options)}`, new FixedClock(CITY_CLOCK), (product) =>
    deliverCity(product, options),
  );

/** A product of one's own that holds the city. */
export async function openCity(options: CityOptions): Promise<City> {
  const copyOf = await keptCity(options);
  const product = await openTestProduct(new FixedClock(CITY_CLOCK), undefined, undefined, { copyOf });
  return { product, runs: await cityRuns(product) };
}

/** The runs of a city, oldest first. */
export const cityRuns = async (product: TestProduct): Promise<readonly RunView[]> =>
  (await product.runs.list({ limit: 200 })).items.toReversed();

/** Gates compare small files and histories with months: what they hold is let in, as a person would. */
export async function deliverCity(
  product: TestProduct,
  options: CityOptions,
): Promise<City & { readonly simulation: Simulation }> {
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
