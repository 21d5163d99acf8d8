// Reads TypeScript as tokens, just far enough to know a file's imports and to tell code from comments and text.
import { readFileSync, readdirSync, existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** After one of these a slash begins a regular expression, not a division. */
const BEFORE_REGEX = /^(?:[([{,;:=!&|?+\-*%<>~^}]|=>|return|typeof|case|in|of|await|yield)$/;
const WORD = /[\p{L}\p{N}_$#@]+/uy;

/** Tokens `{kind: 'word' | 'text' | 'sign', value, line}`; comments, regular expressions and template text are left out. */
export function tokens(source) {
  const found = [];
  const templates = []; // depth of braces at each open `${`
  let [at, line, depth] = [0, 1, 0];
  const push = (kind, value) => found.push({ kind, value, line });
  const skipTo = (end) => {
    for (; at < end; at++) if (source[at] === '\n') line++;
  };
  const template = () => {
    let end = at;
    while (end < source.length && source[end] !== '`' && !source.startsWith('${', end))
      end += source[end] === '\\' ? 2 : 1;
    const hole = source[end] === '$';
    skipTo(end + (hole ? 2 : 1));
    if (hole) templates.push(depth++);
  };
  while (at < source.length) {
    const char = source[at];
    const rest2 = source.slice(at, at + 2);
    if (rest2 === '//') skipTo(Math.max(at, (source.indexOf('\n', at) + 1 || source.length + 1) - 1));
    else if (rest2 === '/*') skipTo((source.indexOf('*/', at + 2) + 1 || source.length) + 1);
    else if (char === '"' || char === "'") {
      let end = at + 1;
      while (end < source.length && source[end] !== char && source[end] !== '\n') end += source[end] === '\\' ? 2 : 1;
      push('text', source.slice(at + 1, end));
      skipTo(end + 1);
    } else if (char === '`') {
      push('text', '`');
      at++;
      template();
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      depth = templates.pop();
      at++;
      template();
    } else if (char === '/' && found.at(-1)?.kind !== 'text' && BEFORE_REGEX.test(found.at(-1)?.value ?? ';')) {
      let [end, inClass] = [at + 1, false];
      for (; end < source.length && source[end] !== '\n' && (inClass || source[end] !== '/'); end++) {
        if (source[end] === '\\') end++;
        else if (source[end] === '[') inClass = true;
        else if (source[end] === ']') inClass = false;
      }
      push('text', '/');
      skipTo(end + 1);
    } else if (/\s/.test(char)) skipTo(at + 1);
    else {
      WORD.lastIndex = at;
      const word = WORD.exec(source)?.[0];
      if (char === '{') depth++;
      if (char === '}') depth--;
      push(word ? 'word' : 'sign', word ?? char);
      at += (word ?? char).length;
    }
  }
  return found;
}

/** Every module that the tokens name: import, export from, import(), import type, require(), jest.mock(): `{specifier, line}`. */
export function importsOf(list) {
  const found = [];
  const is = (i, ...values) => values.includes(list[i]?.value) && list[i]?.kind !== 'text';
  const add = (token) => token?.kind === 'text' && found.push({ specifier: token.value, line: token.line });
  list.forEach((token, i) => {
    if (token.kind !== 'word') return;
    const member = is(i - 1, '.');
    if (token.value === 'import' && !member && list[i + 1]?.kind === 'text') add(list[i + 1]);
    else if (['import', 'require'].includes(token.value) && !member && is(i + 1, '(')) add(list[i + 2]);
    else if (['mock', 'requireActual'].includes(token.value) && is(i - 2, 'jest') && is(i + 1, '(')) add(list[i + 2]);
    else if (token.value === 'from' && !member) add(list[i + 1]);
  });
  return found;
}

const SKIP = new Set(['node_modules', 'dist', 'coverage', 'fixtures']);

function walk(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return SKIP.has(entry.name) || entry.name.startsWith('.') ? [] : walk(path);
    return [path];
  });
}

/**
 * The source tree under `root`: `{path, lines, tokens, imports: [{specifier, line, target?}]}`, one a file, paths
 * relative with `/`. `target` is the file of this tree that an import leads to, `null` when there is none, and absent
 * for packages. `suffix` is what the file names of a fixture end in, so that no other tool takes them for sources.
 */
export function readTree(root, suffix = '') {
  const named = (path) => relative(root, path).split(sep).join('/');
  const ends = new RegExp(`\\.(?:ts|tsx|mjs|cjs)${suffix.replaceAll('.', '\\.')}$`);
  const isFile = (path) => existsSync(path) && statSync(path).isFile();
  const aliases = { '#lib/': (name) => `libs/${name}/src/index.ts`, '#tools/': (name) => `tools/${name}/index.ts` };
  const target = (file, specifier) => {
    const alias = Object.keys(aliases).find((prefix) => specifier.startsWith(prefix));
    const path = alias ? join(root, aliases[alias](specifier.slice(alias.length))) : resolve(dirname(file), specifier);
    return isFile(path + suffix) ? named(path) : null;
  };
  return ['apps', 'libs', 'test', 'tools']
    .flatMap((top) => walk(join(root, top)))
    .filter((file) => ends.test(file))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((file) => {
      const source = readFileSync(file, 'utf8');
      const list = tokens(source);
      const imports = importsOf(list).map((found) =>
        /^[.#]/.test(found.specifier) ? { ...found, target: target(file, found.specifier) } : found,
      );
      const path = named(file).slice(0, suffix ? -suffix.length : undefined);
      return { path, lines: source.split('\n').length - (source.endsWith('\n') ? 1 : 0), tokens: list, imports };
    });
}
