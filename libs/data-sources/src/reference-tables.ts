/**
 * A term in which a region code holds, between two months YYYYMM, both excluded. Between two revisions nobody says when
 * a code came or went, so it holds from after the revision before its first to before the one after its last.
 */
export type RegionTerm = readonly [after: string, before: string];

const BEGINNING = '000000';
const NOW = '999999';

/** Public code tables, loaded once by whoever may read files and handed in: mapping itself stays pure. */
export interface ReferenceTables {
  /** GB/T 2260: every county, city and province code ever published, six digits, and when it held. */
  readonly regions: ReadonlyMap<string, readonly RegionTerm[]>;
  /** The first 2, 4 and 6 digits of all of them: what a territory may be stated by. */
  readonly territories: ReadonlySet<string>;
  /** GB/T 4754-2017: letter with 0, 2, 3 or 4 digits → name. */
  readonly industries: ReadonlyMap<string, string>;
  /** The letter of each two-digit division, for feeds that leave it out. */
  readonly divisionLetters: ReadonlyMap<string, string>;
}

/** How an application provides them. */
export type ReferenceTablesLoader = () => ReferenceTables;

/** From the contents of models/reference/gb2260.v2.json and gbt4754-2017.v1.json. Throws TypeError for another shape. */
export function referenceTables(gb2260: unknown, gbt4754: unknown): ReferenceTables {
  const regions = regionsOf(gb2260);
  const territories = new Set([...regions.keys()].flatMap((code) => [code.slice(0, 2), code.slice(0, 4), code]));
  const industries = codesOf(gbt4754, /^[A-T](?:\d{2,4})?$/);
  const divisionLetters = new Map<string, string>();
  for (const code of industries.keys()) if (code.length === 3) divisionLetters.set(code.slice(1), code[0]!);
  return { regions, territories, industries, divisionLetters };
}

/** Codes stand together by the revisions that name them: `198012-200912` from the first to the last, `now` the current list. */
function regionsOf(table: unknown): ReadonlyMap<string, readonly RegionTerm[]> {
  const revisions = typeof table === 'object' && table !== null && 'revisions' in table ? table.revisions : undefined;
  if (!Array.isArray(revisions) || !revisions.every((month) => typeof month === 'string' && /^\d{6}$/.test(month)))
    throw new TypeError('a table of regions has a list `revisions`');
  const last = revisions.at(-1) as string | undefined;
  const regions = new Map<string, readonly RegionTerm[]>();
  for (const [named, codes] of codesOf(table, /^(?:(?:\d{6}-\d{6}|now)(?:,|$))+$/)) {
    const terms = named.split(',').map((span): RegionTerm => {
      // The current list follows the last revision; what both name held in between.
      if (span === 'now') return [last ?? BEGINNING, NOW];
      const [first, end] = span.split('-').map((month) => revisions.indexOf(month)) as [number, number];
      if (first < 0 || end < first) throw new TypeError(`not a span of revisions: ${span}`);
      return [revisions[first - 1] ?? BEGINNING, revisions[end + 1] ?? afterTheLast(last!)];
    });
    for (const code of codes.split(' ')) regions.set(code, isLevel(code) ? [[BEGINNING, NOW]] : terms);
  }
  return regions;
}

/** 市辖区, 县 and 省直辖 as levels: the revisions leave them out, so that nothing tells when they held. */
const isLevel = (code: string): boolean => /^\d{2}(?:0[12]|90)00$/.test(code) && !/^\d{2}0000$/.test(code);

/** The month after: the last revision itself still counts. */
const afterTheLast = (month: string): string => String(Number(month) + 1).padStart(6, '0');

function codesOf(table: unknown, shape: RegExp): ReadonlyMap<string, string> {
  const codes = typeof table === 'object' && table !== null && 'codes' in table ? table.codes : undefined;
  if (typeof codes !== 'object' || codes === null) throw new TypeError('a code table has an object `codes`');
  const map = new Map<string, string>();
  for (const [code, value] of Object.entries(codes as Record<string, unknown>)) {
    if (!shape.test(code) || typeof value !== 'string') throw new TypeError(`not an entry of this code table: ${code}`);
    map.set(code, value);
  }
  return map;
}
