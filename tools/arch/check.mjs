// node tools/arch/check.mjs [--root DIR] [--suffix .txt] [--json]: 0 when the tree keeps every rule, 1 when it does not.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RULES, violations } from './rules.mjs';
import { readTree } from './scan.mjs';

const { values } = parseArgs({
  options: {
    root: { type: 'string' },
    suffix: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const root = resolve(values.root ?? resolve(dirname(fileURLToPath(import.meta.url)), '../..'));
const files = readTree(root, values.suffix);
const found = violations(files);
const edges = files.flatMap(({ path, imports }) => imports.flatMap(({ target }) => (target ? [[path, target]] : [])));

// A check that looked at nothing must not pass.
if (files.length === 0) {
  console.error(`no source files under ${root}`);
  process.exit(1);
}
if (values.json) console.log(JSON.stringify({ rules: RULES, files: files.length, edges, violations: found }));
else {
  for (const { rule, path, line, message } of found) console.error(`${path}:${line}  ${rule}: ${message}`);
  console.log(`${files.length} files, ${edges.length} imports, ${RULES.length} rules: ${found.length} violations`);
}
process.exitCode = found.length === 0 ? 0 : 1;
