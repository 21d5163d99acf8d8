import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ProblemError } from '#lib/kernel';
import { loadConfig } from '#lib/platform';
import { localPublicKey, verifyReport } from '#lib/reports';
import { answer, EXIT, say, withProduct, withProgress } from './session.ts';

/** `verify report FILE` and `verify reports`, beside `verify RUN`. */
export function registerVerifyReports(verify: Command, run: Run): void {
  // An option of the command above is read there, wherever it stands.
  const json = (): { json: boolean } => verify.opts<{ json: boolean }>();
  verify
    .command('report')
    .description('check a report file by its receipt, without a database 离线验证报告')
    .argument('<file>', 'the report, byte for byte as it was served')
    .option('--receipt <file>', 'the header Report-Receipt as it came; default: FILE.receipt.json')
    .option(
      '--key <file>',
      "public keys, PEM or the answer of GET /partner/v1/report-keys; default: the data folder's own",
    )
    .action(
      run((file: string, options: Omit<VerifyReportOptions, 'json'>) =>
        verifyReportFile(file, { ...options, ...json() }),
      ),
    );
  verify
    .command('reports')
    .description('check every stored report against its receipt 核验全部报告')
    .action(run(() => verifyReports(json())));
}

type Run = <A extends unknown[]>(command: (...args: A) => Promise<number>) => (...args: A) => Promise<void>;

export interface VerifyReportOptions {
  readonly key?: string;
  readonly receipt?: string;
  readonly json: boolean;
}

/**
 * `firstmile verify report FILE`: without a database and a network. The receipt stands in FILE.receipt.json unless said
 * otherwise. Exit code 0 when the bytes are those that were signed, else 1 with what is wrong.
 */
export async function verifyReportFile(file: string, options: VerifyReportOptions): Promise<number> {
  const bytes = read(file);
  if (bytes === undefined) throw usage(`没有文件 ${file}`, `there is no file ${file}`);
  const receipt = read(options.receipt ?? `${file}.receipt.json`)?.toString('utf8');
  const faults = verifyReport(bytes, receipt, keysOf(options.key));
  for (const { code, zh, en } of faults) say(`${code}: ${zh} / ${en}`);
  const agrees = faults.length === 0;
  answer(options.json, { file, agrees, faults: faults.map(({ code }) => code) }, [
    agrees
      ? `${file}: signed by us, and not changed since`
      : `${file} is NOT what was signed: ${faults.map(({ code }) => code).join(', ')}`,
  ]);
  return agrees ? EXIT.done : EXIT.refused;
}

/** `firstmile verify reports`: every stored report against its receipt and the published keys. */
export async function verifyReports(options: { json: boolean }): Promise<number> {
  return withProduct('verify', async (product) => {
    let done = 0;
    const result = await withProgress(
      () => `checked ${done} reports`,
      product.reports.verifyAll((reports) => {
        done = reports;
      }),
    );
    for (const { reportNo, code, zh, en } of result.faults.slice(0, 20)) say(`${reportNo}: ${code}: ${zh} / ${en}`);
    const { agrees, reports } = result;
    answer(options.json, { agrees, reports, faults: result.faults.length }, [
      agrees ? `${reports} reports, all as they were signed` : `${result.faults.length} faults in ${reports} reports`,
    ]);
    return agrees ? EXIT.done : EXIT.refused;
  });
}

/** Public keys: a PEM file, or the saved answer of GET /partner/v1/report-keys; none named: the data folder's own. */
function keysOf(file: string | undefined): string[] {
  if (file === undefined) {
    const own = localPublicKey(loadConfig(process.env).dataDir);
    return own === undefined ? [] : [own];
  }
  const text = read(file)?.toString('utf8');
  if (text === undefined) throw usage(`没有公钥文件 ${file}`, `there is no file of keys ${file}`);
  try {
    const keys = text.startsWith('{')
      ? (JSON.parse(text) as { items: { publicKey: string }[] }).items.map(({ publicKey }) => publicKey)
      : [text];
    for (const key of keys) createPublicKey(key);
    return keys;
  } catch {
    throw usage(`不是公钥文件 ${file}`, `no public keys are in ${file}`);
  }
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const usage = (zh: string, en: string): ProblemError => new ProblemError({ code: 'usage', status: 400, zh, en });
