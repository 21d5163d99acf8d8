import { rebuildDocuments } from '#lib/ledger';
import { round, workOff } from './ingest.command.ts';
import { usage } from './rescore.command.ts';
import { answer, EXIT, say, withProduct, withProgress } from './session.ts';

export interface PollOptions {
  readonly from: string;
  readonly table?: string;
  readonly since?: string;
  readonly as: string;
  readonly json: boolean;
}

const TABLE = /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?$/;
const SINCE = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?$/;

/** `firstmile poll SOURCE --from URL`: reads what is new in the provider's front-end table and applies it (前置库轮询). */
export async function poll(source: string, options: PollOptions): Promise<number> {
  if (options.table !== undefined && !TABLE.test(options.table))
    throw usage('--table', '应为表名，可带模式名', 'must be the name of a table, with its schema or without');
  if (options.since !== undefined && !SINCE.test(options.since))
    throw usage('--since', '应为 YYYY-MM-DD HH:MM:SS', 'must be YYYY-MM-DD HH:MM:SS');
  return withProduct('poll', async (product) => {
    const started = performance.now();
    const person = await product.access.personByHandle(options.as);
    let rows = 0;
    const polled = await withProgress(
      () => (rows === 0 ? 'reading …' : 'applying …'),
      product.frontEnds.poll({
        source,
        url: options.from,
        ...(options.table === undefined ? {} : { table: options.table }),
        ...(options.since === undefined ? {} : { since: options.since }),
        person: person.personId,
        clock: product.clock,
        workOff: (deliveryId) => {
          rows += 1;
          return workOff(product, deliveryId);
        },
      }),
    );
    if (polled.deliveries.length > 0) await withProgress(() => 'documents …', rebuildDocuments(product.db));
    const deliveries = polled.deliveries.map(
      ({ deliveryId, state, rows: n, applied, unchanged, quarantined, ignored, held }) => ({
        deliveryId,
        state,
        rows: n,
        applied,
        unchanged,
        quarantined,
        ignored,
        held,
      }),
    );
    const { watermark, undated } = polled;
    const seconds = round((performance.now() - started) / 1000);
    answer(options.json, { source, rows: polled.rows, watermark, undated, deliveries, seconds }, [
      `${polled.rows} rows read, up to ${watermark ?? 'nothing'}`,
      ...deliveries.map(
        (d) =>
          `delivery ${d.deliveryId}: ${d.state.toLowerCase()}, ${d.rows} rows = ${d.applied} applied + ${d.unchanged} unchanged + ${d.quarantined} quarantined + ${d.ignored} ignored`,
      ),
    ]);
    if (undated > 0) say(`${undated === 1000 ? 'at least ' : ''}${undated} rows have no watermark and are never read`);
    const last = polled.deliveries.at(-1);
    if (last?.problem) say(`${last.held ?? 'refused'}: ${last.problem.zh} / ${last.problem.en}`);
    return last?.state === 'HOLD' ? EXIT.held : last?.state === 'REJECTED' ? EXIT.refused : EXIT.done;
  });
}
