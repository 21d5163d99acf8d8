import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { ProblemError } from '#lib/kernel';
import { ingest, type IngestOptions } from './ingest.command.ts';
import { rescore, work, type RescoreOptions } from './rescore.command.ts';
import { EXIT, sayProblem } from './session.ts';
import { verify } from './verify.command.ts';

let exitCode: number = EXIT.done;
const run =
  <A extends unknown[]>(command: (...args: A) => Promise<number>) =>
  async (...args: A): Promise<void> => {
    exitCode = await command(...args);
  };

const program = new Command('firstmile')
  .description('Firstmile 首公里: credit scoring for technology startups that no bank can read yet')
  .exitOverride()
  .configureOutput({ writeOut: (text) => void process.stderr.write(text) });

program
  .command('ingest')
  .description('deliver a file of a source and apply it 交付并入账')
  .argument('<source>', 'business-registration, social-security, patents, subsidies')
  .argument('<file>', 'the file as delivered, plain or gzip')
  .option('--layout <name>', "one of the source's layouts; default: its first")
  .option('--manifest <file>', 'JSON that came with the file: rows, sha256, sequence, sourceTime, coverage')
  .option('--sequence <n>', 'orders versions when deliveries arrive out of order')
  .option('--source-time <instant>', "the provider's own time")
  .option('--territory <prefixes>', 'GB/T 2260 prefixes for which the file is complete, joined by commas; CN')
  .option('--population <all|listed>', 'all: who is not in the file has nothing')
  .option('--from <date>', 'first day that the file speaks for')
  .option('--through <date>', 'last day that the file speaks for')
  .option('--as <person>', 'who acts', 'operator')
  .option('--json', 'the result as one JSON object, the last line of stdout', false)
  .action(run((source: string, file: string, options: IngestOptions) => ingest(source, file, options)));

program
  .command('rescore')
  .description('score every firm as of a date and publish the run 批量评分')
  .requiredOption('--as-of <date>', 'the day for which firms are scored')
  .option('--known-at <instant>', 'what was known then; default: the newest apply tick')
  .option('--workers <n>', 'processes that score', '1')
  .option('--as <person>', 'who acts', 'operator')
  .option('--json', 'the result as one JSON object, the last line of stdout', false)
  .action(run((options: RescoreOptions) => rescore(options)));

program
  .command('work', { hidden: true })
  .requiredOption('--run <id>')
  .action(run((options: { run: string }) => work(options)));

program
  .command('verify')
  .description('replay a run from the ledger and compare every firm and the output hash 重放核验')
  .argument('<run>', 'run id')
  .option('--json', 'the result as one JSON object, the last line of stdout', false)
  .action(run((runId: string, options: { json: boolean }) => verify(runId, options)));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else {
    sayProblem(error);
    exitCode = error instanceof ProblemError && error.problem.code === 'usage' ? EXIT.usage : EXIT.refused;
  }
}
process.exitCode = exitCode;
