// node tools/docs-links.mjs [ROOT]: every relative link of a Markdown file leads to a file of the project, and every
// #anchor to a heading of it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repoFiles } from './repo-files.mjs';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const withoutCode = (text) =>
  text.replace(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, '')).replace(/`[^`\n]*`/g, '``');

/** The anchors of a document, made as GitHub makes them. */
function anchorsOf(path) {
  const seen = new Map();
  const text = readFileSync(path, 'utf8').replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  const anchors = [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading]) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '').replace(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set([...anchors, ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id)]);
}

let [links, broken] = [0, 0];
for (const path of repoFiles(root).filter((file) => file.endsWith('.md'))) {
  const text = withoutCode(readFileSync(join(root, path), 'utf8'));
  const targets = [
    ...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g),
    ...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm),
  ];
  for (const match of targets) {
    const link = match[1];
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
    links += 1;
    const [file, anchor] = decodeURIComponent(link).split('#', 2);
    const target = file === '' ? join(root, path) : resolve(root, dirname(path), file);
    const problem = !target.startsWith(root)
      ? 'leads out of the project'
      : !existsSync(target)
        ? 'no such file'
        : anchor && target.endsWith('.md') && !anchorsOf(target).has(anchor)
          ? 'no such heading'
          : undefined;
    if (problem === undefined) continue;
    broken += 1;
    console.error(`${path}:${text.slice(0, match.index).split('\n').length}  ${problem}: ${link}`);
  }
}
console.log(`${links} links: ${broken} broken`);
process.exitCode = broken === 0 ? 0 : 1;
