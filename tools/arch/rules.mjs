// The rules of the house (docs/adr/0002-architecture-checked-by-machine.md). There is no list of exceptions: a rule that
// is wrong is changed here, for everyone. Each has a fixture in fixtures/<rule> that breaks it and nothing else.

/** Libs without Nest, database, files, clock, random or environment, and the packages that each may import. */
const PURE = { kernel: [], 'data-sources': ['node:crypto'], scoring: ['node:crypto', 'saxes'] };

const LOWER = ['kernel', 'data-sources', 'scoring', 'ledger', 'runs', 'platform'];

/** What each part may import, besides itself. A part that is not here is refused until it is given its place. */
const MAY_IMPORT = {
  'libs/kernel': [],
  'libs/data-sources': ['kernel'],
  'libs/scoring': ['kernel', 'data-sources'],
  'libs/platform': ['kernel'],
  'libs/ledger': ['kernel', 'data-sources', 'platform'],
  'libs/runs': ['kernel', 'data-sources', 'scoring', 'ledger', 'platform'],
  'libs/access': ['kernel', 'platform'],
  // Features stand on one another in one order (docs/adr/0011-features-in-one-order.md): each meets those before it.
  'libs/notices': ['kernel', 'data-sources', 'platform', 'access'],
  'libs/compliance': [...LOWER, 'access', 'notices'],
  'libs/whitelist': [...LOWER, 'access', 'notices', 'compliance'],
  'libs/reports': [...LOWER, 'access', 'notices', 'compliance', 'whitelist'],
  'libs/financing': [...LOWER, 'access', 'notices', 'compliance', 'whitelist', 'reports'],
  // Puts the parts together for every app; nothing below an app knows it.
  'libs/product': [...LOWER, 'access', 'notices', 'compliance', 'whitelist', 'reports', 'financing'],
  'apps/api': ['libs'],
  'apps/worker': ['libs'],
  'apps/cli': ['libs', 'apps/api', 'apps/worker', 'tools'],
  // The bench measures the API as it is.
  tools: ['libs', 'apps/api'],
  test: ['libs', 'apps', 'tools'],
};

const IMPURE = [
  ['Date', '.', 'now'],
  ['performance', '.'],
  ['Math', '.', 'random'],
  ['randomUUID'],
  ['randomBytes'],
  ['randomInt'],
  ['process', '.'],
  ['globalThis', '.'],
];

const MAX_LINES = 400;

/** The part a file belongs to: `libs/kernel`, `apps/api`, `tools` or `test`. */
const partOf = (path) => (/^(?:libs|apps)\//.test(path) ? path.split('/', 2).join('/') : path.split('/', 1)[0]);
const libOf = (path) => (path.startsWith('libs/') ? path.split('/')[1] : undefined);
const isSpec = (path) => path.endsWith('.spec.ts');
const isPure = (file) => Object.hasOwn(PURE, libOf(file.path) ?? '') && !isSpec(file.path);

const allows = (from, to) => {
  const allowed = MAY_IMPORT[from];
  return from === to || allowed.some((name) => to === name || to === `libs/${name}` || to.startsWith(`${name}/`));
};

/** Where tokens spell `words` in a row, and not as a member of something else. */
function spelled(file, words) {
  return file.tokens.filter(
    (_, i) =>
      file.tokens[i - 1]?.value !== '.' &&
      words.every((word, k) => file.tokens[i + k]?.value === word && file.tokens[i + k].kind !== 'text'),
  );
}

/** One function for each file, giving what is wrong in it as `{line, message}`. */
const perFile = {
  'known-part': (file) =>
    Object.hasOwn(MAY_IMPORT, partOf(file.path))
      ? []
      : [{ line: 1, message: `${partOf(file.path)} has no place in the table of tools/arch/rules.mjs` }],

  direction: (file) => {
    const from = partOf(file.path);
    if (!Object.hasOwn(MAY_IMPORT, from)) return [];
    return file.imports
      .filter(({ target }) => target && !allows(from, partOf(target)))
      .map(({ line, target }) => ({ line, message: `${from} may not import ${partOf(target)}` }));
  },

  'lib-entry': (file) =>
    file.imports
      .filter(({ specifier, target }) => {
        const into = specifier.startsWith('#lib/') ? specifier.split('/')[1] : libOf(target ?? '');
        return (
          into !== undefined &&
          (specifier.startsWith('#lib/') ? specifier.split('/').length > 2 : into !== libOf(file.path))
        );
      })
      .map(({ line, specifier }) => ({ line, message: `a lib is entered only as #lib/<name>, not ${specifier}` })),

  'resolved-imports': (file) =>
    file.imports
      .filter(
        ({ specifier, target }) => target === null && !/^#lib\/.+\//.test(specifier) && !specifier.endsWith('.json'),
      )
      .map(({ line, specifier }) => ({ line, message: `no such file: ${specifier} (relative imports carry .ts)` })),

  'pure-imports': (file) =>
    isPure(file)
      ? file.imports
          .filter(({ specifier }) => !/^[.#]/.test(specifier) && !PURE[libOf(file.path)].includes(specifier))
          .map(({ line, specifier }) => ({
            line,
            message: `libs/${libOf(file.path)} is pure and may not import ${specifier}`,
          }))
      : [],

  'pure-code': (file) =>
    isPure(file)
      ? [...IMPURE.flatMap((words) => spelled(file, words)), ...clockReads(file)].map(({ line, value }) => ({
          line,
          message: `libs/${libOf(file.path)} is pure: no clock, random or environment (${value})`,
        }))
      : [],

  environment: (file) =>
    libOf(file.path) !== undefined && libOf(file.path) !== 'platform' && !isPure(file) && !isSpec(file.path)
      ? spelled(file, ['process', '.', 'env']).map(({ line }) => ({
          line,
          message: 'configuration is parsed once, in libs/platform: nothing else in libs reads the environment',
        }))
      : [],

  'forward-ref': (file) =>
    spelled(file, ['forwardRef', '(']).map(({ line }) => ({ line, message: 'no forwardRef: it hides a cycle' })),

  'file-length': (file) =>
    file.lines > MAX_LINES
      ? [{ line: MAX_LINES, message: `${file.lines} lines, more than ${MAX_LINES}: which flow leaves?` }]
      : [],

  'file-name': (file) =>
    /(?:^|[/.-])(?:utils?|helpers?|commons?|managers?)(?=[/.-])/i.test(file.path)
      ? [{ line: 1, message: 'name a file for what it holds' }]
      : [],

  // Also where tests are made for the specs.
  'skipped-tests': (file) => (isSpec(file.path) || partOf(file.path) === 'test' ? skippedTests(file) : []),
};

/** `new Date()` and `new Date`: with an argument it reads no clock. */
function clockReads(file) {
  return spelled(file, ['new', 'Date']).filter((token) => {
    const next = file.tokens.indexOf(token) + 2;
    return file.tokens[next]?.value !== '(' || file.tokens[next + 1]?.value === ')';
  });
}

/** `.only`, `.skip`, `.todo`, fit, xit …; allowed is only `(existsSync(data) ? describe : describe.skip)`: data that is not here. */
function skippedTests({ tokens }) {
  const value = (i) => tokens[i]?.value;
  const asks = (i) => tokens[i]?.kind === 'word' && (value(i) === 'existsSync' || dataNames.has(value(i)));
  const statementHas = (i, test, step) => {
    for (let k = i; k >= 0 && k < tokens.length && value(k) !== ';'; k += step) if (test(k)) return true;
    return false;
  };
  const dataNames = new Set();
  tokens.forEach((_, i) => {
    if (value(i) === 'const' && value(i + 2) === '=' && statementHas(i, asks, 1)) dataNames.add(value(i + 1));
  });
  return tokens.flatMap(({ kind, line }, i) => {
    if (kind !== 'word') return [];
    const suite = ['describe', 'it', 'test'].includes(value(i - 2)) && value(i - 1) === '.';
    const alias = value(i - 3) === ':' && value(i - 4) === value(i - 2) && value(i - 5) === '?';
    const forData = value(i) === 'skip' && alias && statementHas(i - 6, asks, -1);
    const marked = suite && ['only', 'skip', 'todo', 'failing'].includes(value(i)) && !forData;
    const short = /^(?:fit|xit|xtest|fdescribe|xdescribe)$/.test(value(i)) && ['(', '.'].includes(value(i + 1));
    return marked || (short && value(i - 1) !== '.') ? [{ line, message: 'no focused, skipped or future tests' }] : [];
  });
}

/** Import cycles between files (Tarjan's strongly connected components); type-only imports count: they bind as well. */
function cycles(files) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const [order, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (path) => {
    order.set(path, order.size);
    low.set(path, order.get(path));
    stack.push(path);
    for (const { target } of byPath.get(path).imports) {
      if (!byPath.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) low.set(path, Math.min(low.get(path), low.get(target)));
    }
    if (low.get(path) !== order.get(path)) return;
    const component = stack.splice(stack.indexOf(path));
    if (component.length > 1 || byPath.get(path).imports.some(({ target }) => target === path)) found.push(component);
  };
  for (const { path } of files) if (!order.has(path)) visit(path);
  return found.map((component) => ({
    rule: 'no-cycles',
    path: component[0],
    line: 1,
    message: `import cycle of ${component.length} files: ${component.join(' → ')}`,
  }));
}

export const RULES = [...Object.keys(perFile), 'no-cycles'];

/** What is wrong in a tree of `readTree`: `{rule, path, line, message}`, empty when all is well. */
export function violations(files) {
  const single = Object.entries(perFile).flatMap(([rule, check]) =>
    files.flatMap((file) => check(file).map((found) => ({ rule, path: file.path, ...found }))),
  );
  return [...single, ...cycles(files)];
}
