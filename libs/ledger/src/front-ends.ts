import { ProblemError, type Clock } from '#lib/kernel';
import type { FrontEnd, Layout, SourceDefinition } from '#lib/data-sources';
import { readSnapshot, type Database } from '#lib/platform';
import { csvCell } from './csv-cell.ts';
import { layoutOf, type Deliveries } from './deliveries.service.ts';
import type { DeliveryView } from './deliveries.ts';
import { newestWatermark, openPolls } from './deliveries.store.ts';
import { readFrontEnd, type PolledRow, type PolledRows } from './front-end-table.ts';

/** First half of the two-part session lock on a polled source; the second is a hash of its name. */
const POLL_LOCK = 7_104_050;
/** Rows of one delivery; more of them make several, of the same moment. */
const ROWS_A_DELIVERY = 250_000;

export interface PollInput {
  readonly source: string;
  /** postgres://… of the provider's database. Never stored, never said. */
  readonly url: string;
  /** Default: as the source declares it. */
  readonly table?: string;
  /** Read again from this time on, in the provider's own text; default: the watermark of the newest delivery. */
  readonly since?: string;
  readonly rowsADelivery?: number;
  /** Person id. */
  readonly person: string;
  readonly clock: Clock;
  /** Brings a received delivery to its end: applied, held or refused. */
  readonly workOff: (deliveryId: string) => Promise<DeliveryView>;
}

export interface Polled {
  /** What this poll brought to an end, deliveries that an earlier one left open included; none: nothing new. */
  readonly deliveries: readonly DeliveryView[];
  /** Rows read, those of the overlap included. */
  readonly rows: number;
  /** Up to where the table has been taken, in the provider's own text; null: nothing was ever read. */
  readonly watermark: string | null;
  /** Rows of the table without a watermark: nobody sees them. */
  readonly undated: number;
}

/**
 * Polls front-end tables (前置库轮询): what a provider wrote since the last poll becomes a delivery, handed to intake like
 * any file. The watermark stands in the delivery's own row: killed at any moment, the next poll finishes what was received
 * and reads on from there, with an overlap for rows that came late. What comes twice says nothing new.
 */
export class FrontEnds {
  constructor(
    private readonly db: Database,
    private readonly deliveries: Deliveries,
  ) {}

  /**
   * A delivery that is held stops the poll: a person decides first, or its rows could be passed over.
   * Throws ProblemError unknown-source, front-end-undeclared, poll-busy, front-end-unreachable, front-end-failed,
   * front-end-table or front-end-column.
   */
  async poll(input: PollInput): Promise<Polled> {
    const { source, layout, frontEnd } = frontEndOf(input.source);
    return this.db.session(async (session) => {
      const name = `${source.name}/${layout.name}`;
      const [lock] = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS got', [
        POLL_LOCK,
        name,
      ]);
      if (!lock!.got) throw busy(name);
      try {
        return await this.pollAlone(input, source, layout, frontEnd);
      } finally {
        await session.query('SELECT pg_advisory_unlock($1, hashtext($2))', [POLL_LOCK, name]);
      }
    });
  }

  private async pollAlone(
    input: PollInput,
    source: SourceDefinition,
    layout: Layout,
    frontEnd: FrontEnd,
  ): Promise<Polled> {
    const ended: DeliveryView[] = [];
    const reached = (): Promise<string | null> => newestWatermark(this.db, source.name, layout.name);
    for (const deliveryId of await openPolls(this.db, source.name, layout.name)) {
      const delivery = await input.workOff(deliveryId);
      ended.push(delivery);
      if (delivery.state === 'HOLD') return { deliveries: ended, rows: 0, watermark: await reached(), undated: 0 };
    }
    const since = input.since ?? (await reached()) ?? undefined;
    return readSnapshot(input.url, async (snapshot) => {
      const polled = await readFrontEnd(snapshot, layout, frontEnd, input.table, since);
      let rows = 0;
      for (const page = new Pages(polled.rows, input.rowsADelivery ?? ROWS_A_DELIVERY); await page.next();) {
        const received = await this.deliveries.receive({
          source: source.name,
          layout: layout.name,
          fileName: `${input.table ?? frontEnd.table}.csv`,
          body: page.csv(polled.columns),
          receivedBy: input.person,
          clock: input.clock,
          watermark: () => page.watermark!,
        });
        rows += page.rows;
        if (received.noop) continue;
        const delivery = await input.workOff(received.deliveryId);
        ended.push(delivery);
        if (delivery.state !== 'RECONCILED') break;
      }
      return { deliveries: ended, rows, watermark: await reached(), undated: polled.undated };
    });
  }
}

/** Cuts the rows into files. */
class Pages {
  rows = 0;
  watermark: string | undefined;
  private row: PolledRow | undefined;

  constructor(
    private readonly source: PolledRows['rows'],
    private readonly limit: number,
  ) {}

  /** True when there are rows for one more. */
  async next(): Promise<boolean> {
    this.rows = 0;
    await this.advance();
    return this.row !== undefined;
  }

  async *csv(columns: readonly string[]): AsyncGenerator<Buffer> {
    yield lineOf(columns);
    while (this.row !== undefined) {
      yield lineOf(this.row.cells);
      this.rows += 1;
      this.watermark = this.row.at;
      if (this.rows === this.limit) return;
      await this.advance();
    }
  }

  private async advance(): Promise<void> {
    const next = await this.source.next();
    this.row = next.done === true ? undefined : next.value;
  }
}

const lineOf = (cells: readonly string[]): Buffer =>
  Buffer.from(`${cells.map(csvCell).join(',')}
`);

function frontEndOf(name: string): { source: SourceDefinition; layout: Layout; frontEnd: FrontEnd } {
  const { source } = layoutOf(name);
  if (source.frontEnd === undefined)
    throw new ProblemError({
      code: 'front-end-undeclared',
      status: 422,
      zh: `数据源「${name}」不经前置库交付`,
      en: `the source ${name} declares no front-end table`,
    });
  return { source, layout: layoutOf(name, source.frontEnd.layout).layout, frontEnd: source.frontEnd };
}

const busy = (name: string): ProblemError =>
  new ProblemError({
    code: 'poll-busy',
    status: 409,
    zh: `${name} 正在轮询中`,
    en: `another process is polling ${name}`,
  });
