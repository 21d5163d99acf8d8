import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { ProblemError } from '#lib/kernel';
import { corrections, errors, undo } from './corrections.command.ts';
import { addClosure, listClosures, removeClosure, type ClosureOptions } from './closure.command.ts';
import { addAlias, decideReview, reviews, type DecideOptions } from './identity.command.ts';
import { ingest, type IngestOptions } from './ingest.command.ts';
import { decideModel, listModels, submitModel, type DecisionOptions } from './model-life.command.ts';
import { registerModelPreview } from './model-preview.ts';
import { checkModel, diffModelFiles, evaluateRows, exportModel } from './model.command.ts';
import { registerKeys } from './key.command.ts';
import { registerPeople } from './people.command.ts';
import { newSource } from './new-source.command.ts';
import { poll, type PollOptions } from './poll.command.ts';
import { kpiCoverage, kpiFunnel, type CoverageOptions } from './kpi.command.ts';
import { quality, type QualityOptions } from './quality.command.ts';
import { rescore, work, type RescoreOptions } from './rescore.command.ts';
import { EXIT, sayProblem } from './session.ts';
import { simulateBook, type SimulateOptions } from './simulate.command.ts';
import type { StartOptions } from './start.command.ts';
import { registerVerifyReports } from './verify-reports.command.ts';
import { verify, verifyLog } from './verify.command.ts';

const JSON_HELP = 'the result as one JSON object, the last line of stdout';

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
  .option('--json', JSON_HELP, false)
  .action(run((source: string, file: string, options: IngestOptions) => ingest(source, file, options)));

program
  .command('poll')
  .description("read what is new in a provider's front-end table and apply it 前置库轮询")
  .argument('<source>', 'a source that declares one: water')
  .requiredOption('--from <url>', 'postgres://USER@HOST/DATABASE of the provider; the password may stand in PGPASSWORD')
  .option('--table <name>', 'default: as the source declares it')
  .option('--since <time>', "read again from this time on, by the provider's clock; default: where the last poll ended")
  .option('--as <person>', 'who acts', 'operator')
  .option('--json', JSON_HELP, false)
  .action(run((source: string, options: PollOptions) => poll(source, options)));

program
  .command('quality')
  .description('how old and how good the data of each source are 数据质量')
  .option('--as-of <date>', 'as known at the end of this day; default: today')
  .option('--json', JSON_HELP, false)
  .action(run((options: QualityOptions) => quality(options)));

program
  .command('errors')
  .description('write the faulty rows of a delivery, to be mended and sent back 错误文件')
  .argument('<delivery>', 'delivery id')
  .requiredOption('--out <file>', 'where the file goes')
  .option('--json', JSON_HELP, false)
  .action(run((id: string, options: { out: string; json: boolean }) => errors(id, options)));

program
  .command('corrections')
  .description('what a delivery corrected, and the scores that it changes 更正清单')
  .argument('<delivery>', 'delivery id')
  .option('--json', JSON_HELP, false)
  .action(run((id: string, options: { json: boolean }) => corrections(id, options)));

program
  .command('undo')
  .description('show what undoing an applied delivery would do; with --reason, undo it 撤销入账')
  .argument('<delivery>', 'delivery id')
  .option('--reason <text>', 'why; without it nothing is changed')
  .option('--as <person>', 'who acts', 'operator')
  .option('--json', JSON_HELP, false)
  .action(run((id: string, options: Parameters<typeof undo>[1]) => undo(id, options)));

program
  .command('reviews')
  .description('rows whose firm a person has to name, with the candidates 身份复核')
  .option('--json', JSON_HELP, false)
  .action(run((options: { json: boolean }) => reviews(options)));

program
  .command('review')
  .description('what a person decides of such a row 复核决定')
  .command('decide')
  .argument('<id>', 'as `reviews` lists it')
  .option('--firm <uscc>', 'the candidate that it is; the row is applied at once')
  .option('--none', 'it is none of them; the row stays in quarantine', false)
  .requiredOption('--reason <text>', 'why, for the record')
  .option('--person <handle>', 'who decides', 'operator')
  .option('--json', JSON_HELP, false)
  .action(run((id: string, options: DecideOptions) => decideReview(id, options)));

program
  .command('alias')
  .description('other names by which bureaus call firms 别名')
  .command('add')
  .argument('<alias>', 'registration number, organisation code or former USCC')
  .requiredOption('--firm <uscc>', 'the firm')
  .requiredOption('--reason <text>', 'why, for the record')
  .option('--person <handle>', 'who says so', 'operator')
  .option('--json', JSON_HELP, false)
  .action(run((alias: string, options: Parameters<typeof addAlias>[1]) => addAlias(alias, options)));

program
  .command('rescore')
  .description('score every firm as of a date and publish the run 批量评分')
  .requiredOption('--as-of <date>', 'the day for which firms are scored')
  .option('--known-at <instant>', 'what was known then; default: the newest apply tick')
  .option('--workers <n>', 'processes that score', '1')
  .option('--as <person>', 'who acts', 'operator')
  .option('--json', JSON_HELP, false)
  .action(run((options: RescoreOptions) => rescore(options)));

program
  .command('work', { hidden: true })
  .requiredOption('--run <id>')
  .action(run((options: { run: string }) => work(options)));

program
  .command('start')
  .description('serve the product on this machine: database, API, worker 启动')
  .option('--no-demo', 'leave an empty database empty')
  .option('--demo-firms <n>', 'how many made-up firms an empty database gets', '1000')
  // Loaded when asked for, as `openapi` is: the API would double the time of every other command.
  .action(run(async (options: StartOptions) => (await import('./start.command.ts')).start(options)));

program
  .command('simulate')
  .description("write a made-up city's deliveries as files, with the truth beside them 模拟数据")
  .requiredOption('--out <folder>', 'where the files go')
  .option('--firms <n>', 'how many', '1000')
  .option('--months <n>', 'told month by month', '36')
  .option('--through <date>', 'a month end', '2026-06-30')
  .option('--seed <seed>', 'same seed, same bytes', '1')
  .option('--sources <which>', 'card: the four sources of the demo book; all: every source', 'card')
  .option('--no-dirt', 'without the faults that bureaus make')
  .option('--json', JSON_HELP, false)
  .action(run((options: SimulateOptions) => simulateBook(options)));

program
  .command('new-source')
  .description('make the folder of a new data source from a template, in a checkout 新建数据源')
  .argument('<name>', 'lower-case words joined by hyphens, for example demo-energy')
  .option('--code <code>', '2 to 4 capitals; default: the first free ones of the name')
  .option('--zh <name>', 'Chinese name')
  .option('--en <name>', 'English name')
  .option('--form <csv|jsonl>', 'how it is delivered', 'csv')
  .option('--json', JSON_HELP, false)
  .action(run((name: string, options: Parameters<typeof newSource>[1]) => newSource(name, options)));

const model = program.command('model').description('model files: JSON and PMML 模型文件');
model
  .command('evaluate')
  .description('score rows by a model file, one JSON line a row 评分')
  .argument('<file>', '.json, .pmml or .xml')
  .requiredOption('--input <file>', 'rows as JSON lines; - is stdin')
  .option('--json', JSON_HELP, false)
  .action(run((file: string, options: { input: string }) => evaluateRows(file, options)));
model
  .command('check')
  .description('whether a model file is valid 校验')
  .argument('<file>', '.json, .pmml or .xml')
  .option('--json', JSON_HELP, false)
  .action(run(async (file: string, options: { json: boolean }) => checkModel(file, options)));
model
  .command('export')
  .description('a model as JSON, or as PMML 4.4 导出')
  .argument('<file>', '.json, .pmml or .xml')
  .option('--pmml', 'as PMML', false)
  .option('--out <file>', 'where it goes; default: stdout')
  .option('--json', JSON_HELP, false)
  .action(run(async (file: string, options: Parameters<typeof exportModel>[1]) => exportModel(file, options)));
model
  .command('diff')
  .description('what the second model adds, removes and changes 比较')
  .argument('<a>')
  .argument('<b>')
  .option('--json', JSON_HELP, false)
  .action(run(async (a: string, b: string, options: { json: boolean }) => diffModelFiles(a, b, options)));

registerModelPreview(model, run);
model
  .command('list')
  .description('the scorecards of this database and where they stand 模型清单')
  .option('--json', JSON_HELP, false)
  .action(run((options: { json: boolean }) => listModels(options)));
model
  .command('submit')
  .description('take a scorecard in as a draft 提交')
  .argument('<file>', '.json, or .pmml that Firstmile exported')
  .requiredOption('--reason <text>', 'why')
  .option('--as <person>', 'who acts', 'operator')
  .option('--json', JSON_HELP, false)
  .action(run((file: string, options: DecisionOptions) => submitModel(file, options)));
model
  .command('decide')
  .description('validate, approve, return, challenge, withdraw, promote or retire a scorecard 决定')
  .argument('<model>', 'its hash, or the first characters of it')
  .argument('<event>')
  .requiredOption('--reason <text>', 'why')
  .option('--as <person>', 'who acts', 'operator')
  .option('--json', JSON_HELP, false)
  .action(run((name: string, event: string, options: DecisionOptions) => decideModel(name, event, options)));

registerPeople(program, run);
registerKeys(program, run);

const kpi = program.command('kpi').description('figures of a list 名单指标');
kpi
  .command('coverage')
  .description('how much of the official lists the score had found before they came out 名单覆盖率')
  .argument('<list>', 'code of the list')
  .requiredOption('--as-of <date>', 'month end of a published run, before the lists')
  .requiredOption('--through <date>', 'listings until this day count')
  .option('--json', JSON_HELP, false)
  .action(run((list: string, options: CoverageOptions) => kpiCoverage(list, options)));
kpi
  .command('funnel')
  .description('from scored to listed, and what followed 转化漏斗')
  .argument('<list>', 'code of the list')
  .option('--json', JSON_HELP, false)
  .action(run((list: string, options: { json: boolean }) => kpiFunnel(list, options)));

const closure = program.command('closure').description('sources that a firm had closed 停用数据源');
const closing = (verb: string, words: string): Command =>
  closure
    .command(verb)
    .description(words)
    .argument('<uscc>', 'the firm')
    .argument('<source>', 'awards-standards, or a source that needs authorisation')
    .requiredOption('--reason <text>', 'what the firm asked for, and how')
    .option('--as <person>', 'who acts', 'operator')
    .option('--json', JSON_HELP, false);
closing('add', 'the firm opted out, or took back its authorisation')
  .option('--stated-on <date>', 'the day on which the firm said so; default: today')
  .action(run((uscc: string, source: string, options: ClosureOptions) => addClosure(uscc, source, options)));
closing('end', 'the source counts again').action(
  run((uscc: string, source: string, options: ClosureOptions) => removeClosure(uscc, source, options)),
);
closure
  .command('list')
  .argument('<uscc>', 'the firm')
  .option('--json', JSON_HELP, false)
  .action(run((uscc: string, options: { json: boolean }) => listClosures(uscc, options)));

program
  .command('openapi')
  .description('write docs/openapi.json from the routes 接口文档')
  .option('--check', 'only say whether it is up to date', false)
  .action(run(async (options: { check: boolean }) => (await import('./openapi.command.ts')).openapi(options)));

const verifying = program
  .command('verify')
  .description('replay a run and compare every firm and the output hash, or follow the chain of the query log 重放核验')
  .argument('<what>', 'a run id, or log: the query log')
  .option('--json', JSON_HELP, false)
  .action(
    run((what: string, options: { json: boolean }) => (what === 'log' ? verifyLog(options) : verify(what, options))),
  );
registerVerifyReports(verifying, run);

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
