import { createHash } from 'node:crypto';
import { readCoverage, readDossiersFromLedger } from '#lib/ledger';
import { scoreFirm } from '#lib/scoring';
import type { Database } from '#lib/platform';
import { ProblemError } from '#lib/kernel';
import { catalogueHash } from './catalogue.ts';
import { modelByHash } from './models/models.ts';
import { hashOutput } from './publish-run.ts';
import { differingCohorts } from './percentiles.ts';
import { findRun } from './runs.store.ts';
import { differingFields, hashedFields, outputLine, SCORE_COLUMNS, type ScoreRow } from './score-row.ts';

/** Differences that are named; all are counted. */
const NAMED_DIFFERENCES = 20;
const FIRMS_AT_ONCE = 2000;

export interface Difference {
  readonly uscc: string;
  readonly zh: string;
  readonly en: string;
}

export interface Verification {
  readonly agrees: boolean;
  readonly firms: number;
  /** Of the replay. */
  readonly outputHash: string;
  /** Of publication. */
  readonly storedHash: string | null;
  readonly differencesFound: number;
  readonly differences: readonly Difference[];
}

/**
 * Scores every firm again at the run's pins, from the ledger itself (never from documents), and compares each with its
 * stored row and all of them with the output hash. Throws ProblemError run-unknown, run-not-finished or catalogue-differs.
 */
export async function verifyRun(
  db: Database,
  runId: string,
  progress: (firms: number) => void = () => undefined,
): Promise<Verification> {
  const run = await findRun(db, runId);
  if (run.outputHash === null)
    throw new ProblemError({
      code: 'run-not-finished',
      status: 409,
      zh: `批次 ${runId} 尚未完成`,
      en: `run ${runId} is not finished`,
    });
  if (run.catalogueHash !== catalogueHash().toString('hex'))
    throw new ProblemError({
      code: 'catalogue-differs',
      status: 409,
      zh: `该批次由另一版本的指标库算出（${run.codeVersion}），请用该版本核验`,
      en: `the run was computed by another catalogue (${run.codeVersion}); verify it with that version`,
      extra: { catalogueHash: run.catalogueHash },
    });
  const model = await modelByHash(db, run.modelHash);
  const coverage = await readCoverage(db, run.knownAt);
  const differences: Difference[] = [];
  let found = 0;
  const differ = (uscc: string, zh: string, en: string): void => {
    found += 1;
    if (differences.length < NAMED_DIFFERENCES) differences.push({ uscc, zh, en });
  };
  const lines: { uscc: string; line: string }[] = [];
  const [bounds] = await db.query<{ lo: number | null; hi: number | null }>(
    'SELECT min(company_id) AS lo, max(company_id) AS hi FROM company',
  );
  for (let from = bounds!.lo ?? 0; bounds!.hi !== null && from <= bounds!.hi; from += FIRMS_AT_ONCE) {
    const firms = await readDossiersFromLedger(db, from, from + FIRMS_AT_ONCE, run.knownAt, coverage);
    const stored = await storedRows(db, runId, from, from + FIRMS_AT_ONCE);
    for (const { companyId, uscc, dossier } of firms) {
      const scored = scoreFirm(dossier, model, run.asOf);
      const row = stored.get(companyId);
      stored.delete(companyId);
      if (scored.kind !== 'scored') {
        if (row) differ(uscc, '重放中不在批次内', 'is not in the run when replayed');
        continue;
      }
      const { score, values } = scored;
      const line = outputLine(hashedFields(uscc, score));
      lines.push({ uscc, line });
      if (!row) differ(uscc, '批次中缺失', 'is missing in the run');
      else if (outputLine(row) !== line)
        differ(
          uscc,
          `存${outputLine(row).trim()}，重放${line.trim()}`,
          `stored ${outputLine(row).trim()}, replayed ${line.trim()}`,
        );
      else {
        // What the hash leaves out is shown to people all the same.
        const fields = differingFields(row, score, values).join(', ');
        if (fields !== '') differ(uscc, `与重放不一致：${fields}`, `not what the replay gives: ${fields}`);
      }
    }
    for (const row of stored.values()) differ(row.uscc, '台账中无此企业', 'is not in the ledger');
    progress(lines.length);
  }
  lines.sort((a, b) => (a.uscc < b.uscc ? -1 : 1));
  const hash = createHash('sha256');
  for (const { line } of lines) hash.update(line);
  const outputHash = hash.digest('hex');
  const now = await db.transaction((tx) => hashOutput(tx, runId));
  if (now.hash.toString('hex') !== run.outputHash)
    differ('-', '已发布的分数被改动', 'the stored scores are not those that were published');
  if (run.firms !== lines.length)
    differ(
      '-',
      `批次记${run.firms}户，重放${lines.length}户`,
      `the run says ${run.firms} firms, the replay ${lines.length}`,
    );
  const cohorts = run.state === 'PUBLISHED' || run.state === 'ARCHIVED' ? await differingCohorts(db, run) : 0;
  if (cohorts > 0) differ('-', `${cohorts}行分组分布被改动`, `${cohorts} rows of the percentiles were changed`);
  return {
    agrees: found === 0 && outputHash === run.outputHash,
    firms: lines.length,
    outputHash,
    storedHash: run.outputHash,
    differencesFound: found,
    differences,
  };
}

async function storedRows(db: Database, runId: string, from: number, to: number): Promise<Map<number, ScoreRow>> {
  const rows = await db.query<ScoreRow>(
    `SELECT ${SCORE_COLUMNS} FROM run_score WHERE run_id = $1 AND company_id >= $2 AND company_id < $3`,
    [runId, from, to],
  );
  return new Map(rows.map((row) => [row.company_id, row]));
}
