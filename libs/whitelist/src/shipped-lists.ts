import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '#lib/platform';
import { listRules, type HashedRules } from './list-rules.ts';

let shipped: readonly HashedRules[] | undefined;

/** The lists that come with the program, checked when first asked for. Throws ProblemError list-rules-invalid. */
export function shippedLists(): readonly HashedRules[] {
  const folder = path.join(packageRoot(), 'models/lists');
  shipped ??= readdirSync(folder)
    .filter((name) => /^[a-z]+\.v\d+\.json$/.test(name))
    .sort()
    .map((name) => listRules(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))));
  return shipped;
}

/** Throws RangeError for a code that did not come with the program. */
export function shippedList(code: string): HashedRules {
  const found = shippedLists().findLast(({ rules }) => rules.code === code);
  if (!found) throw new RangeError(`no list ${code} in models/lists`);
  return found;
}
