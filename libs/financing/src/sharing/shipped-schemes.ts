import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalDate } from '#lib/kernel';
import { packageRoot } from '#lib/platform';
import { sharingScheme, type HashedScheme, type ShareClass } from './scheme.ts';

let shipped: readonly HashedScheme[] | undefined;

/** The schemes that come with the program, checked when first asked for. Throws ProblemError sharing-scheme-invalid. */
export function shippedSchemes(): readonly HashedScheme[] {
  const folder = path.join(packageRoot(), 'models/sharing');
  shipped ??= readdirSync(folder)
    .filter((name) => /^[a-z0-9]+\.v\d+\.json$/.test(name))
    .sort()
    .map((name) => sharingScheme(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))));
  return shipped;
}

/** The scheme in force on a day; of several versions the one that began last. Undefined: there is none. */
export function schemeInForce(code: string, on: LocalDate): HashedScheme | undefined {
  return shippedSchemes()
    .filter(({ scheme }) => scheme.code === code && scheme.validFrom <= on && (scheme.validTo ?? on) >= on)
    .sort((a, b) => (a.scheme.validFrom < b.scheme.validFrom ? 1 : -1))[0];
}

/** As `schemeInForce`. Throws RangeError when there is none. */
export function shippedScheme(code: string, on: LocalDate): HashedScheme {
  const inForce = schemeInForce(code, on);
  if (!inForce) throw new RangeError(`no sharing scheme ${code} in force on ${on}`);
  return inForce;
}

/** Throws RangeError for a class that the scheme does not have. */
export function classOf({ scheme }: HashedScheme, code: string): ShareClass {
  const found = scheme.classes.find((shareClass) => shareClass.code === code);
  if (!found) throw new RangeError(`no class ${code} in sharing scheme ${scheme.code}`);
  return found;
}
