// node tools/lock.mjs [ROOT]: package-lock.json installs with `npm ci` on every platform and names no package host.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const [lock, manifest] = [read('package-lock.json'), read('package.json')];
const entries = Object.entries(lock.packages);
const names = new Set(entries.map(([path]) => path.replace(/^.*node_modules\//, '')));
const faults = [];

for (const [path, entry] of entries) {
  if (/^https?:/.test(entry.resolved ?? '')) faults.push(`${path} names a host`);
  // A lock without some platform's optional package installs with `npm install` here and fails with `npm ci` there.
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!names.has(name)) faults.push(`${path || 'the project'} wants the optional ${name}, which the lock lacks`);
  }
}
for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
  const [wanted, locked] = [manifest[kind] ?? {}, lock.packages['']?.[kind] ?? {}];
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(locked)])) {
    if (wanted[name] !== locked[name])
      faults.push(`${name}: package.json says ${wanted[name]}, the lock ${locked[name]}`);
    else if (!/^\d+\.\d+\.\d+/.test(wanted[name])) faults.push(`${name}: ${wanted[name]} is no exact version`);
  }
}
for (const fault of faults) console.error(fault);
console.log(`${entries.length} packages: ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
