import type { LocalDate } from '#lib/kernel';
import type { Issue } from '../issue.ts';
import type { ReferenceTables } from '../reference-tables.ts';
import { valueOf } from './text.ts';

/** Days for which a region is stated: of an event both are its day. */
export interface Stated {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/**
 * 深圳功能区: zones that stand in no revision of GB/T 2260, by the district in which they lie; those that became districts,
 * by that district from the month on. 深汕 lies outside the city's districts and is the city's.
 */
const ZONES: readonly (readonly [RegExp, district: string, since?: string, later?: string])[] = [
  [/光明新区$/, '440306', '201904', '440311'],
  [/坪山新区$/, '440307', '201610', '440310'],
  [/龙华新区$/, '440306', '201610', '440309'],
  [/大鹏新区$/, '440307'],
  [/前海(?:蛇口自贸片区|深港现代服务业合作区|合作区)?$/, '440305'],
  [/深汕(?:特别)?合作区$/, '440300'],
];

/**
 * 区划: six digits of GB/T 2260, or a zone of Shenzhen by its name. A code that no table names is kept with a warning
 * (REGION_UNKNOWN), as is one that was none at the time (REGION_DATE); without a table nothing is judged. Text that is
 * neither code nor zone is left out with the first warning.
 */
export function readRegion(
  raw: string | undefined,
  column: string,
  tables: ReferenceTables | undefined,
  issues: Issue[],
  stated?: Stated,
): string | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  if (!/^\d{6}$/.test(clean)) {
    const zone = zoneOf(clean, stated);
    if (zone === undefined) issues.push({ code: 'REGION_UNKNOWN', column, raw: clean });
    return zone;
  }
  if (tables === undefined) return clean;
  const terms = tables.regions.get(clean);
  if (terms === undefined) issues.push({ code: 'REGION_UNKNOWN', column, raw: clean });
  else if (stated && !terms.some(([after, before]) => after < monthOf(stated.to) && monthOf(stated.from) < before))
    issues.push({ code: 'REGION_DATE', column, raw: clean });
  return clean;
}

function zoneOf(text: string, stated: Stated | undefined): string | undefined {
  const zone = ZONES.find(([name]) => name.test(text));
  if (zone === undefined) return undefined;
  const [, district, since, later] = zone;
  return since !== undefined && (stated === undefined || monthOf(stated.to) >= since) ? later : district;
}

const monthOf = (date: LocalDate): string => date.slice(0, 4) + date.slice(5, 7);
