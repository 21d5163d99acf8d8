import { dateAt, parseLocalDate } from '#lib/kernel';
import { readQuality, type DeliveryQuality, type LayoutQuality } from '#lib/ledger';
import { usage } from './rescore.command.ts';
import { answer, EXIT, withProduct } from './session.ts';
import { tableOf } from './table.ts';

export interface QualityOptions {
  readonly asOf?: string;
  readonly json: boolean;
}

/** `firstmile quality`: how old and how good the data of each source are. */
export async function quality(options: QualityOptions): Promise<number> {
  const stated = options.asOf === undefined ? undefined : parseLocalDate(options.asOf);
  if (options.asOf !== undefined && stated === undefined)
    throw usage('--as-of', '应为 YYYY-MM-DD', 'must be a date YYYY-MM-DD');
  return withProduct('quality', async ({ db, clock }) => {
    const asOf = stated ?? dateAt(clock.now());
    const items = await readQuality(db, asOf);
    answer(options.json, { asOf, items }, linesOf(items));
    return EXIT.done;
  });
}

const HEADER = [
  'source',
  'layout 版式',
  'through 截至',
  'age 天',
  'fresh 新鲜度',
  'deliveries',
  'match',
  'quarantine',
  'worst 最差列',
];

function linesOf(items: readonly LayoutQuality[]): string[] {
  const seen = items.filter((item) => item.freshness !== 'never');
  const never = items.filter((item) => item.freshness === 'never').map((item) => `${item.source}/${item.layout}`);
  return [
    ...tableOf(HEADER, seen.map(rowOf)),
    ...(never.length > 0 ? ['', `never delivered 从未交付: ${never.join(', ')}`] : []),
  ];
}

/** The newest delivery; with an arrow where its share of quarantined rows differs from the median of those before. */
function rowOf(item: LayoutQuality): string[] {
  const [newest, ...before] = item.deliveries as readonly [DeliveryQuality, ...DeliveryQuality[]];
  return [
    item.source,
    `${item.layout} ${item.zh}`,
    item.dataThrough ?? '–',
    item.ageDays === null ? '–' : `${item.ageDays}/${item.horizonDays}`,
    item.freshness,
    String(item.deliveries.length),
    percent(newest.matchBp),
    `${percent(newest.quarantineBp)}${trendOf(
      newest.quarantineBp,
      before.map((d) => d.quarantineBp),
    )}`,
    worstOf(newest),
  ];
}

const percent = (bp: number | null): string => (bp === null ? '–' : `${(bp / 100).toFixed(2)} %`);

function trendOf(now: number | null, before: readonly (number | null)[]): string {
  const known = before.filter((bp) => bp !== null).sort((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)];
  if (now === null || median === undefined || now === median) return '';
  return now > median ? ' ↑' : ' ↓';
}

/** The column that states nothing, or is faulty, in most rows. */
function worstOf(delivery: DeliveryQuality): string {
  const shares = new Map(Object.entries(delivery.nullsBp));
  for (const { column, bp } of delivery.issues) shares.set(column, Math.min(10_000, (shares.get(column) ?? 0) + bp));
  const [worst] = [...shares].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return worst === undefined || worst[1] === 0 ? '–' : `${worst[0]} ${percent(worst[1])}`;
}
