import { verifyRun } from '#lib/runs';
import { answer, EXIT, say, withProduct, withProgress } from './session.ts';

/** `firstmile verify RUN`: exit code 0 when the replay agrees with every stored firm and the hash, else 1. */
export async function verify(runId: string, options: { json: boolean }): Promise<number> {
  return withProduct('verify', async (product) => {
    const started = performance.now();
    let done = 0;
    const result = await withProgress(
      () => `replayed ${done} firms`,
      verifyRun(product.db, runId, (firms) => {
        done = firms;
      }),
    );
    const seconds = Math.round(performance.now() - started) / 1000;
    for (const difference of result.differences) say(`${difference.uscc}: ${difference.zh} / ${difference.en}`);
    answer(
      options.json,
      {
        runId,
        agrees: result.agrees,
        firms: result.firms,
        outputHash: result.outputHash,
        storedHash: result.storedHash,
        differences: result.differencesFound,
        seconds,
      },
      [
        result.agrees
          ? `run ${runId}: ${result.firms} firms replayed, all agree, output ${result.outputHash}`
          : `run ${runId} does NOT agree: ${result.differencesFound} differences`,
      ],
    );
    return result.agrees ? EXIT.done : EXIT.refused;
  });
}

/** `firstmile verify log`: follows the chain of the query log and holds it against its anchors. Exit code 0 or 1. */
export async function verifyLog(options: { json: boolean }): Promise<number> {
  return withProduct('verify', async (product) => {
    let done = 0;
    const result = await withProgress(
      () => `followed ${done} entries`,
      product.queryLog.verify((entries) => {
        done = entries;
      }),
    );
    for (const { seq, zh, en } of result.faults) say(`${seq}: ${zh} / ${en}`);
    answer(options.json, { ...result }, [
      result.agrees
        ? `query log: ${result.entries} entries and ${result.anchors} anchors agree, end ${result.end}`
        : `the query log does NOT agree, first at entry ${result.faults[0]!.seq}`,
    ]);
    return result.agrees ? EXIT.done : EXIT.refused;
  });
}
