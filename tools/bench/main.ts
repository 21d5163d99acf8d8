import { parseArgs } from 'node:util';
import { benchCompose } from './compose.bench.ts';
import { benchIntake } from './intake.bench.ts';
import { benchList } from './list.bench.ts';
import { benchPartner } from './partner.bench.ts';
import { benchReport } from './report.bench.ts';
import { benchRescore } from './rescore.bench.ts';
import { benchScoreFirms } from './score-firms.bench.ts';

const USAGE = `usage: npm run bench -- compose     [--cases 4000] [--compositions 1000000] [--pairs 5]
       npm run bench -- intake      [--rows 1000000] [--pairs 5]
       npm run bench -- list        [--firms 200000] [--pairs 5]
       npm run bench -- partner     [--firms 64] [--pairs 5] [--connections 16] [--seconds 5]
       npm run bench -- report      [--firms 20] [--pairs 5] [--connections 16] [--seconds 5]
       npm run bench -- rescore     [--firms 20000] [--pairs 5] [--workers 2]
       npm run bench -- score       [--cases 400] [--evaluations 400000] [--firms 1000] [--pairs 5]
       npm run bench -- score-firms [--firms 1000] [--pairs 5]`;

const log = (line: string): void => void process.stderr.write(`${line}\n`);

function count(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`not a count: ${text}`);
  return value;
}

function chosen(args: readonly string[]): (() => Promise<Record<string, unknown>>) | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rows: { type: 'string' },
      firms: { type: 'string' },
      pairs: { type: 'string' },
      workers: { type: 'string' },
      cases: { type: 'string' },
      compositions: { type: 'string' },
      evaluations: { type: 'string' },
      connections: { type: 'string' },
      seconds: { type: 'string' },
    },
  });
  const pairs = count(values.pairs, 5);
  if (positionals[0] === 'compose') {
    const cases = count(values.cases, 4000);
    const compositions = count(values.compositions, 1_000_000);
    return () => benchCompose({ cases, compositions, pairs, log });
  }
  if (positionals[0] === 'intake') {
    const rows = count(values.rows, 1_000_000);
    return () => benchIntake({ rows, pairs, log });
  }
  if (positionals[0] === 'list') {
    const firms = count(values.firms, 200_000);
    return () => benchList({ firms, pairs, log });
  }
  if (positionals[0] === 'partner') {
    const firms = count(values.firms, 64);
    const connections = count(values.connections, 16);
    const seconds = count(values.seconds, 5);
    return () => benchPartner({ firms, pairs, connections, seconds, log });
  }
  if (positionals[0] === 'report') {
    const firms = count(values.firms, 20);
    const connections = count(values.connections, 16);
    const seconds = count(values.seconds, 5);
    return () => benchReport({ firms, pairs, connections, seconds, log });
  }
  if (positionals[0] === 'rescore') {
    const firms = count(values.firms, 20_000);
    const workers = count(values.workers, 2);
    return () => benchRescore({ firms, pairs, workers, log });
  }
  if (positionals[0] === 'score-firms') {
    const firms = count(values.firms, 1000);
    return () => benchScoreFirms({ firms, pairs, log });
  }
  if (positionals[0] === 'score') {
    const cases = count(values.cases, 400);
    const evaluations = count(values.evaluations, 400_000);
    // Its peers are installed for this bench alone; the others run without them.
    return async (): Promise<Record<string, unknown>> => {
      const { benchScore } = await import('./score.bench.ts');
      const scored = await benchScoreFirms({ firms: count(values.firms, 1000), pairs, log });
      const { ours: firmsPerSecond, recordsPerFirm } = scored;
      return { ...(await benchScore({ cases, evaluations, pairs, log })), firmsPerSecond, recordsPerFirm };
    };
  }
  return undefined;
}

let bench: ReturnType<typeof chosen>;
try {
  bench = chosen(process.argv.slice(2));
} catch (error) {
  log((error as Error).message);
}
if (bench) process.stdout.write(`${JSON.stringify(await bench())}\n`);
else {
  log(USAGE);
  process.exitCode = 2;
}
