// Writes libs/data-sources/src/sources/index.ts from the folders beside it: one folder is one source.
// `--check` writes nothing and exits 1 when the file differs from what the folders say.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = join(dirname(fileURLToPath(import.meta.url)), '../../libs/data-sources/src/sources');
const names = readdirSync(sources, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(sources, entry.name, 'source.ts')))
  .map((entry) => entry.name)
  .sort();
const constant = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

/** On one line where the formatter would put it on one line (120 columns). */
const list = (before, items, after) => {
  const line = `${before}${items.join(', ')}${after}`;
  if (line.length <= 118) return line.replace('{', '{ ').replace('}', ' }');
  return `${before}\n${items.map((item) => `  ${item},`).join('\n')}\n${after}`;
};

const text = `// Generated from the folders by tools/new-source/generate-sources.mjs; do not edit.
import type { SourceDefinition } from '../source.ts';
${names.map((name) => `import { ${constant(name)} } from './${name}/source.ts';`).join('\n')}

${names.map((name) => `export type * from './${name}/payload.ts';`).join('\n')}
${list('export {', names.map(constant), '};')}

/** Every source, by name. */
${list('export const SOURCES: readonly SourceDefinition[] = [', names.map(constant), '];')}

const BY_NAME: ReadonlyMap<string, SourceDefinition> = new Map(SOURCES.map((source) => [source.name, source]));

/** The source of this name (its folder), or undefined. */
export const sourceByName = (name: string): SourceDefinition | undefined => BY_NAME.get(name);
`;

const target = join(sources, 'index.ts');
const present = existsSync(target) ? readFileSync(target, 'utf8') : '';
if (process.argv.includes('--check')) {
  if (present !== text) {
    console.error('sources/index.ts does not match the folders; run: node tools/new-source/generate-sources.mjs');
    process.exit(1);
  }
} else if (present !== text) {
  writeFileSync(target, text);
  console.log(`${target}: ${names.join(', ')}`);
}
