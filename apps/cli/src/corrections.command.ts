import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorFile, errorLines, layoutOf, rebuildDocuments, undoDelivery } from '#lib/ledger';
import { Impacts, type CorrectionWithScore, type ScoreChange } from '#lib/runs';
import { usage } from './rescore.command.ts';
import { answer, EXIT, say, withProduct, withProgress } from './session.ts';
import { tableOf } from './table.ts';

/** Corrections read at once. */
const PAGE = 200;

/** `firstmile errors DELIVERY --out FILE`: the rows that wait in quarantine, for the provider to mend and send back; JSON lines where it delivers them. */
export async function errors(deliveryId: string, options: { out: string; json: boolean }): Promise<number> {
  return withProduct('errors', async ({ db, deliveries }) => {
    const { source, layout } = await deliveries.get(deliveryId);
    const asLines = layoutOf(source, layout).layout.form === 'jsonl';
    let rows = asLines ? 0 : -1; // a header is not a row
    async function* counted(lines: AsyncIterable<string>): AsyncGenerator<string> {
      for await (const piece of lines) {
        rows += piece.split(asLines ? '\n' : '\r\n').length - 1;
        yield piece;
      }
    }
    const file = await (asLines ? errorLines : errorFile)(db, deliveryId);
    await pipeline(Readable.from(counted(file)), createWriteStream(options.out));
    answer(options.json, { deliveryId, rows, file: options.out }, [`${rows} rows in ${options.out}`]);
    return EXIT.done;
  });
}

/** `firstmile undo DELIVERY`: shows what it would do; with `--reason` it is done. */
export async function undo(
  deliveryId: string,
  options: { reason?: string; as: string; json: boolean },
): Promise<number> {
  if (options.reason !== undefined && options.reason.trim().length < 2)
    throw usage('--reason', '应为2个字以上', 'must say why');
  return withProduct('undo', async ({ db, access, clock }) => {
    if (options.reason === undefined) {
      const preview = await withProgress(() => 'scoring …', new Impacts(db).ofUndo(deliveryId));
      answer(options.json, { deliveryId, ...preview }, [
        `undoing ${deliveryId} would withdraw ${preview.withdrawn}, restore ${preview.restored} and restate ${preview.restated} records of ${preview.firms} firms`,
        preview.run === null
          ? 'no run is published: nothing to compare'
          : `${preview.scoresChanged} of ${preview.firmsScored} scores as of ${preview.run.asOf} would change`,
        ...tableOf(['firm 企业', 'before 前', 'after 后', 'by 差'], preview.changes.slice(0, 20).map(changeRow)),
      ]);
      if (!options.json) say('nothing has been changed; --reason does it');
      return EXIT.done;
    }
    const person = await access.personByHandle(options.as);
    const done = await undoDelivery(db, deliveryId, { person: person.personId, reason: options.reason, clock });
    await withProgress(() => 'documents …', rebuildDocuments(db));
    answer(options.json, { deliveryId, ...done }, [
      `delivery ${deliveryId} is undone: ${done.withdrawn} withdrawn, ${done.restored} restored, ${done.restated} restated, of ${done.firms} firms`,
    ]);
    return EXIT.done;
  });
}

/** `firstmile corrections DELIVERY`: what it corrected, and what that does to scores. */
export async function corrections(deliveryId: string, options: { json: boolean }): Promise<number> {
  return withProduct('corrections', async ({ db }) => {
    const impacts = new Impacts(db);
    const items: CorrectionWithScore[] = [];
    let run: unknown = null;
    for (let cursor: string | undefined; ;) {
      const page = await impacts.ofCorrections(deliveryId, {
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      run = page.run;
      items.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    answer(options.json, { deliveryId, run, items }, [
      `${items.length} corrections`,
      ...tableOf(
        ['firm 企业', 'record 记录', 'kind 种类', 'row 行', 'before 前', 'after 后', 'by 差'],
        items.map((item) => [
          item.uscc,
          item.recordKey,
          item.kind,
          String(item.rowNo),
          ...(item.score ? changeRow(item.score).slice(1) : ['–', '–', '–']),
        ]),
      ),
    ]);
    return EXIT.done;
  });
}

const points = (tenths: number): string => (tenths / 10).toFixed(1);

function changeRow({ uscc, before, after }: ScoreChange): string[] {
  const shown = (score: ScoreChange['before']): string =>
    score === null ? '–' : `${points(score.scoreTenths)} ${score.published}`;
  return [
    uscc,
    shown(before),
    shown(after),
    before && after ? points(after.scoreTenths - before.scoreTenths) : before ? 'leaves' : 'comes',
  ];
}
