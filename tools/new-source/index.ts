import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FEEDS, SOURCES } from '#lib/data-sources';
import { ProblemError } from '#lib/kernel';

/** Forms that a template is there for; workbooks and XML need a fixture that is no text. */
export const TEMPLATE_FORMS = ['csv', 'jsonl'] as const;

export interface NewSource {
  /** kebab-case: the folder. */
  readonly name: string;
  /** 2 to 4 capitals; default: the first free ones of the name. */
  readonly code?: string;
  readonly zh?: string;
  readonly en?: string;
  /** One of TEMPLATE_FORMS; default csv. */
  readonly form?: string;
}

export interface MadeSource {
  readonly name: string;
  readonly code: string;
  /** Relative to the checkout. */
  readonly folder: string;
  readonly files: readonly string[];
}

const SOURCES_FOLDER = 'libs/data-sources/src/sources';
const TEMPLATE = 'tools/new-source/template';
/** Names that stand for nothing in particular, those of files beside the folders, and what no constant may be called. */
const RESERVED = /^(?:index|holders|mapped|organisation|source|sources|common|utils|helpers|manager|source-by-name)$/;
const KEYWORDS =
  /^(?:await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield|eval|arguments)$/;
const COLUMNS = {
  csv: { uscc: '统一社会信用代码', month: '所属期', amount: '金额(元)', op: '操作标志' },
  jsonl: { uscc: 'usc', month: 'month', amount: 'amount', op: 'op_flag' },
} as const;

/**
 * Makes the folder of a new data source from the template and the generated list anew: a source that maps its own fixture
 * as its expected.json says, to be edited from there.
 * Throws ProblemError not-a-checkout, source-name-invalid, source-name-taken, source-code-invalid, source-code-taken,
 * source-words-invalid or source-form-unknown; then nothing is written.
 */
export function makeSource(root: string, wanted: NewSource): MadeSource {
  const at = (...parts: string[]): string => path.join(root, ...parts);
  if (!existsSync(at(SOURCES_FOLDER, 'index.ts')) || !existsSync(at(TEMPLATE)))
    throw refused(
      'not-a-checkout',
      'name',
      '此处没有源码：只能在源码目录中新建数据源',
      `there are no sources in ${root}: a source is made in a checkout`,
    );
  const { name } = wanted;
  const Type = `${name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Month`;
  checkName(at(SOURCES_FOLDER), name, Type);
  const form = TEMPLATE_FORMS.find((known) => known === (wanted.form ?? 'csv'));
  if (form === undefined)
    throw refused(
      'source-form-unknown',
      'form',
      `应为 ${TEMPLATE_FORMS.join('、')} 之一`,
      `must be one of ${TEMPLATE_FORMS.join(', ')}`,
    );
  const words: Record<string, string> = {
    name,
    Type,
    constant: name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    code: codeOf(name, wanted.code),
    zh: worded('zh', wanted.zh ?? `数据源${name}`),
    en: worded('en', wanted.en ?? name.replaceAll('-', ' ')),
    form,
    encodings: form === 'csv' ? "['utf-8', 'gb18030']" : "['utf-8']",
    ...COLUMNS[form],
  };
  const filled = (file: string): string =>
    readFileSync(at(TEMPLATE, file), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, word: string) => words[word]!);
  const rows = filled('rows.csv');
  const fixture = `fixtures/monthly.faults.utf-8.${form}`;
  const texts: Readonly<Record<string, string>> = {
    'source.ts': filled('source.ts.txt'),
    'map.ts': filled('map.ts.txt'),
    'payload.ts': filled('payload.ts.txt'),
    [fixture]: form === 'csv' ? rows : jsonLines(rows),
    'expected.json': filled('expected.json.txt'),
  };
  const folder = at(SOURCES_FOLDER, name);
  mkdirSync(folder); // whoever came first has it
  try {
    mkdirSync(path.join(folder, 'fixtures'));
    for (const [file, text] of Object.entries(texts)) writeFileSync(path.join(folder, file), text);
    run(root, 'tools/new-source/generate-sources.mjs');
    // Long names break lines where the formatter would.
    run(
      root,
      'node_modules/oxfmt/bin/oxfmt',
      ...['source.ts', 'map.ts', 'payload.ts'].map((file) => path.join(folder, file)),
    );
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    run(root, 'tools/new-source/generate-sources.mjs');
    throw error;
  }
  return { name, code: words['code']!, folder: `${SOURCES_FOLDER}/${name}`, files: Object.keys(texts).sort() };
}

function checkName(sources: string, name: string, Type: string): void {
  const malformed = !/^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/.test(name) || name.length < 3 || name.length > 40;
  if (malformed || RESERVED.test(name) || KEYWORDS.test(name))
    throw refused(
      'source-name-invalid',
      'name',
      `「${name}」不可用：应为3至40个字符的小写英文词，以连字符相连，且非保留词`,
      `"${name}" cannot be used: 3 to 40 characters, lower-case words joined by hyphens, none of them reserved`,
    );
  if (existsSync(path.join(sources, name)))
    throw refused('source-name-taken', 'name', `数据源「${name}」已存在`, `there is a source "${name}" already`);
  // Two payloads of one name would both vanish from the list without a word.
  const exported = new RegExp(`export (?:interface|type) ${Type}\\b`);
  const other = readdirSync(sources).find((folder) => {
    const payload = path.join(sources, folder, 'payload.ts');
    return existsSync(payload) && exported.test(readFileSync(payload, 'utf8'));
  });
  if (other !== undefined)
    throw refused(
      'source-name-taken',
      'name',
      `类型 ${Type} 已由数据源「${other}」使用`,
      `the type ${Type} belongs to the source ${other}`,
    );
}

const isTaken = (code: string): boolean => FEEDS.has(code) || SOURCES.some((source) => source.code === code);

function codeOf(name: string, wanted: string | undefined): string {
  if (wanted !== undefined) {
    if (!/^[A-Z]{2,4}$/.test(wanted))
      throw refused('source-code-invalid', 'code', '应为2至4个大写字母', 'must be 2 to 4 capitals');
    if (isTaken(wanted))
      throw refused('source-code-taken', 'code', `代码 ${wanted} 已被使用`, `the code ${wanted} is taken`);
    return wanted;
  }
  const letters = name.replace(/[^a-z]/g, '').toUpperCase();
  for (let i = 1; i < letters.length - 1; i++)
    for (let j = i + 1; j < letters.length; j++) {
      const code = letters[0]! + letters[i]! + letters[j]!;
      if (!isTaken(code)) return code;
    }
  throw refused('source-code-taken', 'code', '名称中没有未用的代码，请指定', 'the name gives no free code: name one');
}

/** Words stand in strings and comments of the generated files. */
function worded(field: string, text: string): string {
  if (/^[\p{L}\p{N}()（）、，,. -]{2,40}$/u.test(text) && text.trim() === text) return text;
  throw refused('source-words-invalid', field, '应为2至40个文字', 'must be 2 to 40 letters');
}

/** The same rows as objects; the fixture's cells hold no commas. */
function jsonLines(csv: string): string {
  const [header, ...rows] = csv.trimEnd().split('\n');
  const columns = header!.split(',');
  return rows
    .map((row) => `${JSON.stringify(Object.fromEntries(row.split(',').map((cell, i) => [columns[i]!, cell])))}\n`)
    .join('');
}

function run(root: string, file: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, file), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`);
}

const refused = (code: string, field: string, zh: string, en: string): ProblemError =>
  new ProblemError({ code, status: 422, zh, en, errors: [{ field: `--${field}`, code, zh, en }] });
