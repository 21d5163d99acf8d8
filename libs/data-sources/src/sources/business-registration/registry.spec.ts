import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { localDate } from '#lib/kernel';
import { canonicalJson } from '../../payload-hash.ts';
import { RawRow } from '../../raw-row.ts';
import { referenceTables } from '../../reference-tables.ts';
import type { MapContext } from '../../source.ts';
import type { BusinessRegistration } from './payload.ts';
import { businessRegistration } from './source.ts';

const dir = '../shared/data/cn-registry';
const there = existsSync(dir);
const table = (name: string): unknown => JSON.parse(readFileSync(`models/reference/${name}.json`, 'utf8'));

interface Tally {
  rows: number;
  records: number;
  leftover: number;
  codes: Record<string, number>;
  payloads: Map<string, Set<string>>;
  notLegalPersons: number;
  first: BusinessRegistration | undefined;
}

function mapFile(file: string): Tally {
  const context: MapContext = {
    receivedOn: localDate('2019-06-30'),
    hash: () => '',
    tables: referenceTables(table('gb2260.v2'), table('gbt4754-2017.v1')),
  };
  const layout = businessRegistration.layouts.find((l) => l.name === 'open-register')!;
  const [header, ...lines] = parse(gunzipSync(readFileSync(`${dir}/${file}`)));
  const row = new RawRow(header!);
  const tally: Tally = {
    rows: lines.length,
    records: 0,
    leftover: 0,
    codes: {},
    payloads: new Map(),
    notLegalPersons: 0,
    first: undefined,
  };
  for (const [i, line] of lines.entries()) {
    const mapped = layout.map(row.load(line, i + 1), context);
    tally.leftover += row.leftover().length;
    if (mapped.kind === 'ignored') continue;
    for (const { code } of mapped.issues) tally.codes[code] = (tally.codes[code] ?? 0) + 1;
    if (mapped.kind === 'quarantined') continue;
    tally.records += mapped.records.length;
    for (const { uscc, payload } of mapped.records) {
      tally.first ??= payload;
      if (!payload.legalPerson) tally.notLegalPersons += 1;
      const contents = tally.payloads.get(uscc) ?? new Set();
      tally.payloads.set(uscc, contents.add(canonicalJson(payload)));
    }
  }
  return tally;
}

(there ? describe : describe.skip)(`real registrations${there ? '' : ' (skipped: no shared data)'}`, () => {
  it('every technology company of 2018-2019 maps', () => {
    const { first, payloads, ...tally } = mapFile('tech-2018-2019.csv.gz');
    expect(payloads.size).toBe(48_962);
    expect(Object.keys(first!)).toEqual(expect.arrayContaining(['name', 'registeredCapital', 'scope', 'address']));
    expect(tally).toEqual({
      rows: 48_962,
      records: 48_962,
      leftover: 0,
      // 5,684 texts name no currency; nine of them, such as 5,0000000(万), are no number either.
      codes: { CCY_ASSUMED: 5_675, DQ09: 9, REGION_UNKNOWN: 3_710 },
      notLegalPersons: 4_275,
    });
  });

  it('every old Shenzhen registration maps; ten codes come twice with different content', () => {
    const { first, payloads, ...tally } = mapFile('shenzhen.csv.gz');
    expect(first).toBeDefined();
    expect([...payloads.values()].filter((contents) => contents.size > 1)).toHaveLength(10);
    expect([...payloads.keys()].every((uscc) => uscc === uscc.toUpperCase())).toBe(true);
    expect(tally).toEqual({
      rows: 18_532,
      records: 18_532,
      leftover: 0,
      codes: { REGION_UNKNOWN: 1 },
      notLegalPersons: 1_073,
    });
  });
});
