import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ProblemError, type Outcome } from '#lib/kernel';
import {
  diffModels,
  evaluate,
  evaluatePmml,
  explain,
  exportPmml,
  importPmml,
  loadModel,
  readPmml,
  readValues,
  type Model,
  type PmmlRow,
} from '#lib/scoring';
import { usage } from './rescore.command.ts';
import { answer, EXIT, say } from './session.ts';
import { tableOf } from './table.ts';

/** A model file (模型文件), JSON or PMML by the ending of its name, as bytes. */
function bytesOf(file: string): { readonly pmml: boolean; readonly bytes: Uint8Array } {
  const pmml = /\.(pmml|xml)$/i.test(file);
  if (!pmml && !/\.json$/i.test(file))
    throw usage('FILE', '应为 .json、.pmml 或 .xml', 'must end in .json, .pmml or .xml');
  try {
    return { pmml, bytes: readFileSync(file) };
  } catch (error) {
    throw usage('FILE', `无法读取 ${file}`, `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new ProblemError(outcome.problem);
  return outcome.value;
}

/** A model of ours, from JSON or from PMML that Firstmile exported. */
export function modelIn(file: string): Model {
  const { pmml, bytes } = bytesOf(file);
  return valueOf(pmml ? importPmml(bytes) : loadModel(jsonIn(Buffer.from(bytes).toString('utf8'), file)));
}

function jsonIn(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = (error as Error).message;
    throw new ProblemError({
      code: 'json-broken',
      status: 400,
      zh: `${place} 不是 JSON：${why}`,
      en: `${place} is not JSON: ${why}`,
    });
  }
}

/** What one row gives, as one JSON line. */
type RowScorer = (row: Readonly<Record<string, unknown>>) => object;

function scorerOf(file: string): RowScorer {
  const { pmml, bytes } = bytesOf(file);
  if (pmml) {
    const card = valueOf(readPmml(bytes));
    return (row: PmmlRow) => evaluatePmml(card, row);
  }
  const model = modelIn(file);
  return (row) => {
    const values = readValues(model, row);
    const score = evaluate(model, values);
    const rich = explain(model, values, score);
    return {
      score: score.score,
      scoreTenths: score.scoreTenths,
      low: score.low,
      high: score.high,
      coverageBp: score.coverageBp,
      published: score.published,
      parts: rich.parts.map((part) => ({
        characteristic: part.characteristic,
        attribute: part.attribute ?? part.cause ?? part.state,
        points: part.partialTenths / 10,
      })),
      reasonCodes: rich.adverse.map((reason) => reason.code),
    };
  };
}

/** `firstmile model evaluate FILE --input rows.jsonl`: one JSON line a row; a row that does not fit ends it. */
export async function evaluateRows(file: string, options: { input: string }): Promise<number> {
  const score = scorerOf(file);
  const input = options.input === '-' ? process.stdin : createReadStream(options.input);
  const lines = createInterface({ input, crlfDelay: Infinity });
  let rowNo = 0;
  try {
    for await (const line of lines) {
      rowNo += 1;
      if (line.trim() === '') continue;
      process.stdout.write(`${JSON.stringify(score(rowIn(line)))}\n`);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw inRow(error, rowNo);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw usage('--input', `无法读取 ${options.input}`, `${options.input} cannot be read`);
    throw error;
  }
  return EXIT.done;
}

function rowIn(line: string): Readonly<Record<string, unknown>> {
  const row = jsonIn(line, 'JSONL');
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  throw new ProblemError({
    code: 'values-do-not-fit',
    status: 422,
    zh: '每行应为一个 JSON 对象',
    en: 'a row must be a JSON object',
  });
}

/** The same refusal with its row in front; the field stands in the text. */
function inRow({ problem }: ProblemError, row: number): ProblemError {
  const texts = { zh: `第${row}行：${problem.zh}`, en: `row ${row}: ${problem.en}` };
  const errors = (problem.errors ?? [problem]).map(({ code, zh, en }) => ({ code, zh, en, row }));
  const field = problem.errors?.[0]?.field;
  return new ProblemError({ ...problem, ...texts, errors, extra: { row, ...(field === undefined ? {} : { field }) } });
}

/** `firstmile model check FILE`: exit code 0 where the file is a valid model. */
export function checkModel(file: string, options: { json: boolean }): number {
  const { pmml, bytes } = bytesOf(file);
  const read = pmml ? valueOf(readPmml(bytes)) : undefined;
  const ours = pmml ? importPmml(bytes) : undefined;
  // Scorecards of others have no Extension of ours; one of ours must pass the model's checks too.
  if (read !== undefined && ours?.ok === false && ours.problem.code !== 'model-invalid') {
    const characteristics = read.characteristics.length;
    answer(options.json, { valid: true, kind: 'pmml', model: read.modelName, characteristics }, [
      `${file}: a PMML scorecard of ${characteristics} characteristics`,
    ]);
    return EXIT.done;
  }
  const model = ours === undefined ? modelIn(file) : valueOf(ours);
  const { id, version } = model.document;
  const summary = { id, version, hash: model.hash, characteristics: model.characteristics.length };
  answer(options.json, { valid: true, kind: pmml ? 'pmml' : 'json', ...summary, maxTenths: maxTenths(model) }, [
    `${file}: model ${id} ${version}, ${summary.characteristics} characteristics, at most ${maxTenths(model) / 10} points`,
    `hash ${model.hash}`,
  ]);
  return EXIT.done;
}

const maxTenths = (model: Model): number =>
  model.characteristics.reduce((total, c) => total + c.maxTenths, model.document.initialScoreTenths);

/** `firstmile model export FILE [--pmml] [--out FILE]`: as PMML, or without `--pmml` as JSON. */
export function exportModel(file: string, options: { pmml: boolean; out?: string; json: boolean }): number {
  const { document, hash } = modelIn(file);
  const text = options.pmml ? exportPmml(document) : `${JSON.stringify(document, null, 2)}\n`;
  if (options.out === undefined) {
    process.stdout.write(text);
    return EXIT.done;
  }
  writeFileSync(options.out, text);
  answer(options.json, { file: options.out, hash, bytes: Buffer.byteLength(text) }, [`${options.out}: ${hash}`]);
  return EXIT.done;
}

/** `firstmile model diff A B`: what B adds, removes and changes. */
export function diffModelFiles(a: string, b: string, options: { json: boolean }): number {
  const diff = diffModels(modelIn(a).document, modelIn(b).document);
  answer(options.json, { ...diff }, [
    `at most ${diff.maxTenths.before / 10} → ${diff.maxTenths.after / 10} points`,
    ...tableOf(
      ['place 位置', 'change 变更', 'before 前', 'after 后'],
      diff.changes.map(({ pointer, change, before, after }) => [pointer, change, brief(before), brief(after)]),
    ),
  ]);
  if (diff.changes.length === 0) say('the models are the same 两个模型相同');
  return EXIT.done;
}

function brief(value: unknown): string {
  const text = value === undefined ? '–' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
