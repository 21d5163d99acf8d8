import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { localDate, type LocalDate, type Uscc } from '#lib/kernel';
import {
  RawRow,
  registrationOf,
  scoredPayload,
  type Dossier,
  type DossierRecord,
  type MapContext,
  type SourceDefinition,
} from '#lib/data-sources';
import { CoverageBook, INTAKE_LIMITS, layoutOf, readRows } from '#lib/ledger';
import { readTables } from '#lib/product';
import { simulate, type SimulatedDelivery } from '#tools/simulate';
import { SEED } from './made-up-rows.ts';

/** Firms with every source, through the mappings that intake uses but without a database: parsed, indexed, in order. */
export async function madeUpDossiers(
  firms: number,
  asOf: LocalDate,
): Promise<{ dossiers: readonly Dossier[]; records: number }> {
  const options = { seed: SEED, firms, months: MONTHS, historyMonths: MONTHS, through: asOf, runs: 0, dirt: false };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'firstmile-bench-'));
  try {
    const book = new MadeUpBook(folder);
    for (const step of simulate({ ...options, sources: 'all' }).timeline())
      if (step.kind === 'delivery') await book.take(step.delivery);
    return book.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Told at once: the longest window of most characteristics. */
const MONTHS = 24;

class MadeUpBook {
  private readonly held = new Map<Uscc, Map<string, Map<string, DossierRecord>>>();
  private readonly coverage: ConstructorParameters<typeof CoverageBook>[0][number][] = [];

  private readonly tables = readTables();

  constructor(private readonly folder: string) {}

  async take(delivery: SimulatedDelivery): Promise<void> {
    const { path: file } = await delivery.write(this.folder);
    const { source, layout } = layoutOf(delivery.source, delivery.layout);
    const context: MapContext = {
      receivedOn: localDate(delivery.receivedAt.slice(0, 10)),
      hash: (value) => value,
      tables: this.tables,
    };
    let row: RawRow | undefined;
    const map = (raw: RawRow): void => {
      const mapped = layout.map(raw, context);
      if (mapped.kind !== 'records') return;
      for (const { uscc, op, recordKey, eventDate, eventTo, payload } of mapped.records) {
        const bySource = upsert(this.held, uscc, () => new Map<string, Map<string, DossierRecord>>());
        const byKey = upsert(bySource, source.name, () => new Map<string, DossierRecord>());
        const dates = { ...(eventDate ? { eventDate } : {}), ...(eventTo ? { eventTo } : {}) };
        if (op === 'D') byKey.delete(recordKey);
        else byKey.set(recordKey, { recordKey, payload: scoredPayload(source, payload), ...dates });
      }
    };
    const progress = { packed: 0, unpacked: 0 };
    const pieces = readRows(
      { path: file, layout, limits: INTAKE_LIMITS, progress },
      {
        columns: (columns) => void (row = new RawRow(columns)),
        cells: (cells, rowNo) => map(row!.load(cells, rowNo)),
        object: (object, rowNo) => map(RawRow.of(object, rowNo)),
        misshapen: (raw) => {
          throw new Error(`a made-up row has no shape: ${raw}`);
        },
      },
    );
    while (!(await pieces.next()).done);
    this.coverage.push({
      ...delivery.coverage,
      feed: layout.feed,
      source: source.name,
      deliveryId: delivery.fileName,
      knownFrom: delivery.receivedAt,
    });
  }

  close(): { dossiers: readonly Dossier[]; records: number } {
    const coverage = new CoverageBook(this.coverage);
    let records = 0;
    const dossiers: Dossier[] = [];
    for (const [uscc, bySource] of this.held) {
      if (!bySource.has('business-registration')) continue;
      const sorted = new Map<string, readonly DossierRecord[]>();
      for (const [source, byKey] of bySource) {
        sorted.set(
          source,
          [...byKey.values()].sort((a, b) => (a.recordKey < b.recordKey ? -1 : 1)),
        );
        records += byKey.size;
      }
      dossiers.push(new MadeUpDossier(uscc, sorted, coverage));
    }
    return { dossiers, records };
  }
}

function upsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

class MadeUpDossier implements Dossier {
  readonly region: string;

  constructor(
    readonly uscc: Uscc,
    private readonly bySource: ReadonlyMap<string, readonly DossierRecord[]>,
    private readonly book: CoverageBook,
  ) {
    this.region = registrationOf(this)?.registration.region ?? uscc.slice(2, 8);
  }

  connected(feed: string): boolean {
    return this.book.connected(feed);
  }

  coverage(feed: string): ReturnType<CoverageBook['of']> {
    return this.book.of(this.region, feed);
  }

  closed(): undefined {
    return undefined;
  }

  of<P extends object>(source: SourceDefinition<P>): readonly DossierRecord<P>[] {
    return (this.bySource.get(source.name) ?? []) as readonly DossierRecord<P>[];
  }
}
