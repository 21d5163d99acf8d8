/** First and last published revision (YYYYMM) that names a region code; nulls: only the current list of divisions does. */
export type RegionSpan = readonly [first: string | null, last: string | null];

/** Public code tables, loaded once by whoever may read files and handed in: mapping itself stays pure. */
export interface ReferenceTables {
  /** GB/T 2260: every county, city and province code ever published, six digits. */
  readonly regions: ReadonlyMap<string, RegionSpan>;
  /** GB/T 4754-2017: letter with 0, 2, 3 or 4 digits → name. */
  readonly industries: ReadonlyMap<string, string>;
  /** The letter of each two-digit division, for feeds that leave it out. */
  readonly divisionLetters: ReadonlyMap<string, string>;
}

/** How an application provides them. */
export type ReferenceTablesLoader = () => ReferenceTables;

/** From the contents of models/reference/gb2260.v1.json and gbt4754-2017.v1.json. Throws TypeError for another shape. */
export function referenceTables(gb2260: unknown, gbt4754: unknown): ReferenceTables {
  const regions = codesOf(gb2260, (v): v is RegionSpan => Array.isArray(v) && v.length === 2, /^\d{6}$/);
  const industries = codesOf(gbt4754, (v): v is string => typeof v === 'string', /^[A-T](?:\d{2,4})?$/);
  const divisionLetters = new Map<string, string>();
  for (const code of industries.keys()) if (code.length === 3) divisionLetters.set(code.slice(1), code[0]!);
  return { regions, industries, divisionLetters };
}

function codesOf<V>(table: unknown, is: (value: unknown) => value is V, shape: RegExp): ReadonlyMap<string, V> {
  const codes = typeof table === 'object' && table !== null && 'codes' in table ? table.codes : undefined;
  if (typeof codes !== 'object' || codes === null) throw new TypeError('a code table has an object `codes`');
  const map = new Map<string, V>();
  for (const [code, value] of Object.entries(codes as Record<string, unknown>)) {
    if (!shape.test(code) || !is(value)) throw new TypeError(`not an entry of this code table: ${code}`);
    map.set(code, value);
  }
  return map;
}
