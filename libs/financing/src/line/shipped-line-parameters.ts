import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ProblemError, type LocalDate } from '#lib/kernel';
import { packageRoot } from '#lib/platform';
import { lineParameters, type HashedLineParameters } from './line-parameters.ts';

let shipped: readonly HashedLineParameters[] | undefined;

/** The parameters that come with the program, the oldest first. Throws ProblemError line-parameters-invalid. */
export function shippedLineParameters(): readonly HashedLineParameters[] {
  const folder = path.join(packageRoot(), 'models/line');
  shipped ??= readdirSync(folder)
    .filter((name) => /^suggested-line\.v\d+\.json$/.test(name))
    .map((name) => lineParameters(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))))
    .sort((a, b) => (a.parameters.validFrom < b.parameters.validFrom ? -1 : 1));
  return shipped;
}

/** Those valid on a day; of several the one that began last. Throws ProblemError line-parameters-absent 422. */
export function lineParametersOn(
  day: LocalDate,
  all: readonly HashedLineParameters[] = shippedLineParameters(),
): HashedLineParameters {
  const found = all.findLast(
    ({ parameters: { validFrom, validTo } }) => validFrom <= day && (validTo === null || day <= validTo),
  );
  if (found !== undefined) return found;
  throw new ProblemError({
    code: 'line-parameters-absent',
    status: 422,
    zh: `${day} 没有有效的建议额度参数`,
    en: `no parameters of the suggested line are valid on ${day}`,
  });
}
