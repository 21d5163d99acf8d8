import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalDate } from '#lib/kernel';
import { packageRoot } from '#lib/platform';
import { checkedProgramme, programmeSet } from './checked-programme.ts';
import { isInForce, type HashedProgramme } from './programme.ts';

let shipped: readonly HashedProgramme[] | undefined;

/** The programmes that come with the program, by code, all versions, checked when first asked for. Throws ProblemError programme-invalid. */
export function shippedProgrammes(): readonly HashedProgramme[] {
  const folder = path.join(packageRoot(), 'models/programmes');
  shipped ??= programmeSet(
    readdirSync(folder)
      .filter((name) => /^[a-z0-9]+\.v\d+\.json$/.test(name))
      .sort()
      .map((name) => checkedProgramme(JSON.parse(readFileSync(path.join(folder, name), 'utf8')))),
  );
  return shipped;
}

/** Those in force on the day, at most one version of each code. */
export const programmesAt = (date: LocalDate): readonly HashedProgramme[] =>
  shippedProgrammes().filter(({ programme }) => isInForce(programme, date));

/** The newest version of a code. Throws RangeError for a code that did not come with the program. */
export function shippedProgramme(code: string): HashedProgramme {
  const found = shippedProgrammes().findLast(({ programme }) => programme.code === code);
  if (!found) throw new RangeError(`no programme ${code} in models/programmes`);
  return found;
}
