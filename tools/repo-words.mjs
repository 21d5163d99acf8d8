// node tools/repo-words.mjs [ROOT]: no file of the project names a place on somebody's machine or a package host, and
// none holds a note of work to be done. The patterns are put together here so that this file does not hold them.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repoFiles } from './repo-files.mjs';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const before = String.raw`(?<![\w.$}*)])`;
const FORBIDDEN = [
  ['a path of one machine', `${before}/(?:${['work', 'root', 'home', 'Users'].join('|')})/[\\w.-]`],
  ['a path of one machine', `${before}/tmp/[a-z]{2}/`],
  [
    'a package host',
    `https?://(?:[\\w.-]*\\.)?(?:${['js', 'mirror']
      .map((end) => `npm${end}`)
      .concat('yarnpkg')
      .join('|')})\\.`,
  ],
  ['a note of work to be done', `\\b(?:${['TO_DO', 'FIX_ME', 'XX_X'].join('|').replaceAll('_', '')})\\b`],
].map(([what, pattern]) => ({ what, pattern: new RegExp(pattern) }));

let found = 0;
const files = repoFiles(root).filter(
  (path) => !/\.(?:gz|zip|xlsx|png|pdf|ico|woff2?)$/.test(path) && path !== 'package-lock.json',
);
for (const path of files) {
  for (const [i, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
    for (const { what, pattern } of FORBIDDEN) {
      if (!pattern.test(line)) continue;
      found += 1;
      console.error(`${path}:${i + 1}  ${what}: ${line.trim().slice(0, 100)}`);
    }
  }
}
console.log(`${files.length} files: ${found} found`);
process.exitCode = found === 0 && files.length > 0 ? 0 : 1;
