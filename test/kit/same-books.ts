import iconv from 'iconv-lite';
import type { DeliveryManifest, DeliveryView } from '#lib/ledger';
import type { SimulatedDelivery } from '#tools/simulate';
import { runTo } from '../runs/book.ts';
import type { TestProduct } from './database.ts';
import { deliver } from './deliver.ts';

/** One delivery of one bureau, ready to be sent to any book. */
export interface Sent {
  readonly source: string;
  readonly layout: string;
  readonly body: Buffer;
  readonly manifest: DeliveryManifest & { readonly sequence: number };
}

export function sentOf(
  { source, layout, encoding }: SimulatedDelivery,
  lines: readonly string[],
  manifest: Sent['manifest'],
): Sent {
  return { source, layout, body: iconv.encode(`${lines.join('\n')}\n`, encoding), manifest };
}

/** Sends it; a person lets it through where a gate holds it, for gates look at what came before. */
export async function send(product: TestProduct, sent: Sent): Promise<DeliveryView & { noop: boolean }> {
  const delivered = await deliver(product, sent);
  if (delivered.state !== 'HOLD') return delivered;
  await product.deliveries.release(delivered.deliveryId, { person: product.person, reason: '已核对' });
  return { ...(await product.intake.process(delivered.deliveryId)), noop: false };
}

/** What two books of the same deliveries agree in, whatever the order: scores to the last bin, records, coverage. */
export async function outcomeOf(product: TestProduct, asOf: string): Promise<Record<string, unknown>> {
  const { runId, outputHash, firms } = await runTo(product, asOf);
  const { db } = product;
  return {
    outputHash,
    firms,
    scores: await db.query(
      `SELECT to_jsonb(s) - 'run_id' - 'company_id' AS score FROM run_score s WHERE run_id = $1 ORDER BY uscc`,
      [runId],
    ),
    records: await db.query(
      `SELECT c.uscc, r.source, r.record_key, r.event_date, r.event_to, r.payload FROM record r JOIN company c USING (company_id)
       WHERE r.known_to IS NULL AND r.op = 'U' ORDER BY c.uscc, r.source, r.record_key`,
    ),
    coverage: await db.query(
      `SELECT feed, territory, population, covers_from, through FROM coverage ORDER BY 1, 2, 3, 4, 5`,
    ),
  };
}
