import { parse } from 'csv-parse/sync';
import { RawRow, sourceByName, type MappedRow } from '#lib/data-sources';
import { isUscc, localDate } from '#lib/kernel';
import { DIRT_KINDS, simulate, type SimulatedDelivery, type SimulationOptions } from './index.ts';

const BOOK: SimulationOptions = { seed: 11, firms: 1_200, months: 6, through: '2026-06-30', dirt: true };

const layoutOf = (source: string, name: string) =>
  sourceByName(source)!.layouts.find((layout) => layout.name === name)!;

/** What the project's own mapping makes of a delivery's rows. */
function mapped(delivery: SimulatedDelivery): MappedRow[] {
  const layout = layoutOf(delivery.source, delivery.layout);
  const context = { receivedOn: localDate(delivery.receivedAt.slice(0, 10)), hash: (value: string) => value };
  const rows: Record<string, unknown>[] =
    layout.form === 'csv'
      ? parse([...delivery.lines()].join('\n'), { columns: true, relax_quotes: true })
      : [...delivery.lines()].map((line) => JSON.parse(line) as Record<string, unknown>);
  return rows.map((row, i) => layout.map(RawRow.of(row, i + 1), context));
}

/** The firms that are registered, and the newest payload of each key. */
interface SmallLedger {
  readonly registered: Set<string>;
  readonly newest: Map<string, string>;
}
const emptyBook = (): SmallLedger => ({ registered: new Set(), newest: new Map() });

/** Sorts mapped rows into intake's four heaps. */
function reconcile(rows: readonly MappedRow[], book: SmallLedger, { source, layout }: SimulatedDelivery) {
  const isRegistration = source === 'business-registration';
  const ignoresUnknown = layoutOf(source, layout).unknownSubject === 'ignore';
  const codes: Record<string, number> = { DQ01: 0, DQ03: 0, DQ11: 0 };
  const seen = new Map<string, string[]>();
  const counts = { rows: rows.length, unchanged: 0, ignored: 0, DQ07: 0, DQ05: 0, DQ12: 0 };
  for (const row of rows) {
    if (row.kind === 'ignored') counts.ignored += 1;
    if (row.kind === 'quarantined') codes[row.issues[0].code] = (codes[row.issues[0].code] ?? 0) + 1;
    if (row.kind !== 'records') continue;
    for (const { code } of row.issues) if (code === 'DQ07' || code === 'DQ05' || code === 'DQ12') counts[code] += 1;
    const [record] = row.records;
    if (isRegistration) book.registered.add(record!.uscc);
    else if (!book.registered.has(record!.uscc)) {
      if (!ignoresUnknown) codes['DQ03']! += 1;
      continue;
    }
    const key = `${source} ${record!.uscc} ${record!.recordKey}`;
    seen.set(key, [...(seen.get(key) ?? []), JSON.stringify(record!.payload)]);
  }
  for (const [key, payloads] of seen)
    if (new Set(payloads).size > 1) codes['DQ11']! += payloads.length;
    else {
      counts.unchanged += payloads.length - 1 + (book.newest.get(key) === payloads[0] ? 1 : 0);
      book.newest.set(key, payloads[0]!);
    }
  return { ...counts, codes };
}

describe.each([
  ['card', 1_200, 2_000],
  ['all', 300, 600],
] as const)('dirt in the files of %s', (sources, firms, city) => {
  it('is found by the real mapping exactly as often as it was planted, and costs no clean row', () => {
    const book = emptyBook();
    const total = Object.fromEntries(DIRT_KINDS.map((kind) => [kind, 0]));
    for (const delivery of simulate({ ...BOOK, sources, firms }).deliveries()) {
      const found = reconcile(mapped(delivery), book, delivery);
      const { planted, byCode, rows, unchanged, ignored } = delivery.expected();
      for (const kind of DIRT_KINDS) total[kind]! += planted[kind];
      expect({ file: delivery.fileName, ...found }).toEqual({
        file: delivery.fileName,
        rows,
        unchanged,
        ignored,
        codes: byCode,
        DQ07: planted.excelSerial,
        DQ05: planted.badDate,
        DQ12: planted.unknownStatus,
      });
    }
    for (const kind of DIRT_KINDS) expect([kind, total[kind]! > 0]).toEqual([kind, true]);
  });

  it('stays below the shares at which intake holds a delivery', () => {
    const held = [...simulate({ ...BOOK, sources, firms: city, months: 3, runs: 0 }).deliveries()].filter(
      (delivery) => {
        const { rows, byCode } = delivery.expected();
        return rows >= 50 && ((byCode.DQ01 + byCode.DQ11) * 100 >= rows || byCode.DQ03 * 20 >= rows);
      },
    );
    expect(held.map(({ fileName }) => fileName)).toEqual([]);
  });

  it('switched off, leaves rows that map without one issue and are all applied', () => {
    const book = emptyBook();
    for (const delivery of simulate({ ...BOOK, sources, firms, dirt: false }).deliveries()) {
      const rows = mapped(delivery);
      const faulty = rows.filter(
        (row) => row.kind === 'quarantined' || (row.kind === 'records' && row.issues.length > 0),
      );
      expect({ file: delivery.fileName, faulty }).toEqual({ file: delivery.fileName, faulty: [] });
      const found = reconcile(rows, book, delivery);
      expect({ file: delivery.fileName, codes: found.codes, unchanged: found.unchanged }).toEqual({
        file: delivery.fileName,
        codes: { DQ01: 0, DQ03: 0, DQ11: 0 },
        unchanged: 0,
      });
      const { ignored } = delivery.expected();
      expect(found.ignored).toBe(ignored);
      expect(delivery.expected()).toMatchObject({ rows: rows.length, applied: rows.length - ignored });
    }
  });

  it('plants only the kinds that are asked for', () => {
    const deliveries = [...simulate({ ...BOOK, dirt: { lowerCaseCode: 1 } }).deliveries()];
    const monthly = deliveries.find(({ layout }) => layout === 'monthly')!;
    const codes = [...monthly.lines()].slice(1).map((line) => line.split(',')[1]!);
    // The three firms of the demo screen stay clean.
    expect(codes.filter((code) => isUscc(code)).length).toBe(2);
    expect(monthly.expected().planted).toMatchObject({ lowerCaseCode: codes.length - 2, slashDate: 0, totalsRow: 0 });
  });
});
