import type { LocalDate } from '#lib/kernel';
import { innovationPoints, type Dossier, type InnovationPoints } from '#lib/data-sources';

/**
 * 企业创新积分 of a firm on a day: the newest evaluation that the authority delivered, of two of one day that of the newer
 * version. Its weights are not public: it is shown as stated, and never worked out. Undefined: none known, or the source is
 * closed for the firm.
 */
export function innovationPointsOf(dossier: Dossier, asOf: LocalDate): InnovationPoints | undefined {
  if (dossier.closed(innovationPoints) !== undefined) return undefined;
  let newest: InnovationPoints | undefined;
  for (const { payload } of dossier.of(innovationPoints)) {
    if (payload.on > asOf) continue;
    const older =
      newest !== undefined &&
      (newest.on > payload.on || (newest.on === payload.on && newest.version > payload.version));
    if (!older) newest = payload;
  }
  return newest;
}
