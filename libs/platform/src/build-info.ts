import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './config.ts';

export interface BuildInfo {
  /** False when the sources run as they are (tests). */
  readonly built: boolean;
  /** Version, and the commit where known; `+` marks a tree with uncommitted changes. */
  readonly codeVersion: string;
}

let known: BuildInfo | undefined;

export function buildInfo(): BuildInfo {
  known ??= read();
  return known;
}

function read(): BuildInfo {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const dist = path.join(root, 'dist');
  const built = path.dirname(fileURLToPath(import.meta.url)).startsWith(dist + path.sep);
  if (!built) return { built, codeVersion: `${version} (sources)` };
  const info = JSON.parse(readFileSync(path.join(dist, 'build-info.json'), 'utf8')) as {
    commit?: string;
    dirty?: boolean;
  };
  const commit = info.commit ? ` ${info.commit.slice(0, 12)}${info.dirty ? '+' : ''}` : '';
  return { built, codeVersion: `${version}${commit}` };
}
