// Writes libs/scoring/src/characteristics/families.ts: every file of that folder that exports a FAMILY.
// `--check` writes nothing and exits 1 when the file differs from what the folder says.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../libs/scoring/src/characteristics');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .filter((name) => /^export const FAMILY\b/m.test(readFileSync(join(folder, name), 'utf8')))
  .map((name) => name.slice(0, -3))
  .sort();
const constant = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

const list = names.map(constant).join(', ');
const oneLine = `export const FAMILIES: readonly Family[] = [${list}];`;
const text = `// Generated from the files beside it by tools/new-source/generate-families.mjs; do not edit.
import type { Family } from './characteristic.ts';
${names.map((name) => `import { FAMILY as ${constant(name)} } from './${name}.ts';`).join('\n')}

/** What the sources feed, one family a file. */
${oneLine.length <= 120 ? oneLine : `export const FAMILIES: readonly Family[] = [\n${names.map((name) => `  ${constant(name)},`).join('\n')}\n];`}
`;

const target = join(folder, 'families.ts');
const present = existsSync(target) ? readFileSync(target, 'utf8') : '';
if (process.argv.includes('--check')) {
  if (present !== text) {
    console.error(
      'characteristics/families.ts does not match its folder; run: node tools/new-source/generate-families.mjs',
    );
    process.exit(1);
  }
} else if (present !== text) {
  writeFileSync(target, text);
  console.log(`${target}: ${names.join(', ')}`);
}
