import { Readable } from 'node:stream';
import { HOUSE } from '#lib/access';
import type { Clock } from '#lib/kernel';
import type { Deliveries } from '#lib/ledger';
import type { Database, Tx } from '#lib/platform';
import type { Outcome, OutcomeBook, OutcomeMonth } from '../deals/ports.ts';
import { eventLine, monthLine, outcomeFile } from './outcome-lines.ts';
import {
  fillBatch,
  insertOutcome,
  linesOf,
  markHandedOver,
  openBatches,
  replacedBy,
  reporterOf,
} from './outcomes.store.ts';

/** Lines of one delivery. */
const LINES_A_BATCH = 10_000;

/**
 * 业务结果登记: what deals bring about is written down with the event, and becomes records of the source loan-outcomes by
 * the way that every bureau's files go. Noting acts for the house.
 */
export class Outcomes implements OutcomeBook {
  constructor(
    private readonly db: Database,
    private readonly deliveries: Pick<Deliveries, 'receive'>,
    /** Person id of the house, in whose name deliveries are received. */
    private readonly person: string,
  ) {}

  async note(tx: Tx, outcome: Outcome): Promise<void> {
    const { dealId, institutionId, version, corrects } = outcome;
    const replaces = corrects === undefined ? undefined : await replacedBy(tx, dealId, corrects);
    const line = eventLine(outcome, await reporterOf(tx, institutionId), replaces);
    const correction = corrects === undefined ? {} : { corrects };
    await insertOutcome(tx, { layout: 'events', dealId, institutionId, version, ...correction, line });
  }

  async noteMonth(tx: Tx, outcome: OutcomeMonth): Promise<void> {
    const { dealId, institutionId, month, version } = outcome;
    const line = monthLine(outcome, await reporterOf(tx, institutionId));
    const anew = version === undefined ? {} : { monthVersion: version };
    await insertOutcome(tx, { layout: 'performance', dealId, institutionId, month, ...anew, line });
  }

  /**
   * Hands what waits to the ledger. Resolves to the deliveries, which intake then works off. A batch is fixed before it is
   * handed over and marked afterwards: killed in between, the next call hands over the very same file, and the ledger
   * answers with the delivery that it has.
   */
  async deliver(clock: Clock): Promise<string[]> {
    for (const layout of ['events', 'performance'] as const)
      while ((await this.db.as(HOUSE, (tx) => fillBatch(tx, layout, LINES_A_BATCH))) === LINES_A_BATCH);
    const handedOver: string[] = [];
    for (const { batchId, layout } of await this.db.as(HOUSE, openBatches)) {
      const file = outcomeFile(layout, await this.db.as(HOUSE, (tx) => linesOf(tx, batchId)));
      const { deliveryId } = await this.deliveries.receive({
        source: 'loan-outcomes',
        layout,
        fileName: `outcomes-${layout}-${batchId}.${layout === 'events' ? 'jsonl' : 'csv'}`,
        body: Readable.from([Buffer.from(file)]),
        receivedBy: this.person,
        clock,
      });
      await this.db.as(HOUSE, (tx) => markHandedOver(tx, batchId, deliveryId));
      handedOver.push(deliveryId);
    }
    return handedOver;
  }
}
