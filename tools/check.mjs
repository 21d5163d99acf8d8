// npm run check: everything that must hold before a change goes in, except the tests. Every step runs, also after a
// failure; the last line counts them and the exit code is 1 when one failed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['apps', 'libs', 'test', 'tools'];

const bin = (name, ...args) => [join(root, 'node_modules/.bin', name), ...args];
const node = (...args) => [process.execPath, ...args];

/** `needs`: the source without which there is nothing to check yet; a step that lacks it is left out and says so. */
const STEPS = [
  { title: 'types (tsc)', run: [bin('tsc', '-p', 'tsconfig.json', '--noEmit')] },
  { title: 'lint (oxlint)', run: [bin('oxlint', '--disable-nested-config', '--quiet', ...SOURCES)] },
  { title: 'format (oxfmt)', run: [bin('oxfmt', '--check', ...SOURCES)] },
  { title: 'architecture', run: [node('tools/arch/check.mjs')] },
  {
    title: 'generated lists of sources and of what they feed',
    needs: 'tools/new-source/generate-sources.mjs',
    run: [
      node('tools/new-source/generate-sources.mjs', '--check'),
      node('tools/new-source/generate-families.mjs', '--check'),
    ],
  },
  {
    title: 'OpenAPI document',
    needs: 'apps/api/src/openapi.ts',
    run: [bin('tsc', '-p', 'tsconfig.build.json'), node('dist/apps/cli/src/main.js', 'openapi', '--check')],
  },
  { title: 'links of the documents', run: [node('tools/docs-links.mjs')] },
  { title: 'lock file', run: [node('tools/lock.mjs')] },
  { title: 'words', run: [node('tools/repo-words.mjs')] },
];

const results = STEPS.map(({ title, needs, run }) => {
  if (needs && !existsSync(join(root, needs))) return { title, result: 'absent' };
  console.log(`\n── ${title}`);
  const started = process.hrtime.bigint();
  const failed = run.some(([command, ...args]) => {
    const { status, error } = spawnSync(command, args, {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (error) console.error(`${command}: ${error.message}`);
    return status !== 0;
  });
  return { title, result: failed ? 'FAILED' : 'ok', ms: Number((process.hrtime.bigint() - started) / 1_000_000n) };
});

const count = (result) => results.filter((step) => step.result === result).length;
console.log('\n── summary');
for (const { title, result, ms } of results)
  console.log(`${result.padEnd(7)} ${title}${ms === undefined ? '' : ` (${ms} ms)`}`);
console.log(`check: ${count('ok')} passed, ${count('FAILED')} failed`);
process.exitCode = count('FAILED') === 0 ? 0 : 1;
