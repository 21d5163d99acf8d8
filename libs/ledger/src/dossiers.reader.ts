import type { LocalDate, Uscc } from '#lib/kernel';
import { scoredPayload, sourceByName, type CoverageEntry, type Dossier } from '#lib/data-sources';
import type { Db } from '#lib/platform';
import { CoverageBook } from './coverage-book.ts';
import { DocumentDossier, LedgerDossier, type LedgerRecord } from './dossier-document.ts';
import { readClosures } from './source-closures.ts';

export interface FirmOfRange {
  readonly companyId: number;
  readonly uscc: Uscc;
  readonly dossier: Dossier;
}

/** The coverage of every delivery, and the closures, known at `knownAt`. */
export async function readCoverage(db: Db, knownAt: Date): Promise<CoverageBook> {
  const rows = await db.query<{
    delivery_id: string;
    feed: string;
    source: string;
    territory: string[];
    population: 'all' | 'listed';
    covers_from: LocalDate | null;
    through: LocalDate;
    known_from: Date;
  }>(
    `SELECT delivery_id, feed, source, territory, population, covers_from, through, known_from FROM coverage
     WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) ORDER BY known_from, feed`,
    [knownAt],
  );
  return new CoverageBook(
    rows.map((row): CoverageEntry => ({
      feed: row.feed,
      source: row.source,
      deliveryId: row.delivery_id,
      territory: row.territory,
      population: row.population,
      ...(row.covers_from ? { from: row.covers_from } : {}),
      through: row.through,
      knownFrom: row.known_from.toISOString(),
    })),
    await readClosures(db, knownAt),
  );
}

/** The newest apply tick: what a run pins by default, and the latest it may pin. Undefined in an empty ledger. */
export async function newestTick(db: Db): Promise<Date | undefined> {
  const [row] = await db.query<{ newest: Date | null }>(
    `SELECT CASE WHEN isfinite(newest) THEN newest END AS newest FROM ledger_tick`,
  );
  return row?.newest ?? undefined;
}

/**
 * Dossiers of the firms with from ≤ company_id < to, as known at `knownAt`, in the order of company_id: from the compact
 * document where it is fresh enough, else from the ledger. Both give the same records.
 */
export async function readDossiers(
  db: Db,
  from: number,
  to: number,
  knownAt: Date,
  coverage: CoverageBook,
): Promise<FirmOfRange[]> {
  const rows = await db.query<{ company_id: number; uscc: Uscc; document: string | null }>(
    `SELECT c.company_id, c.uscc,
       CASE WHEN d.tick <= $3 AND (s.since IS NULL OR s.since > $3) THEN d.document END AS document
     FROM company c
     LEFT JOIN dossier_document d ON d.company_id = c.company_id
     LEFT JOIN dossier_stale s ON s.company_id = c.company_id
     WHERE c.company_id >= $1 AND c.company_id < $2 AND c.known_from <= $3
     ORDER BY c.company_id`,
    [from, to, knownAt],
    'dossiers-of-range',
  );
  const lagging = rows.filter((row) => row.document === null).map((row) => row.company_id);
  const fromLedger = lagging.length > 0 ? await readLedgerRecords(db, lagging, knownAt, false) : undefined;
  return rows.map(({ company_id: companyId, uscc, document }) => ({
    companyId,
    uscc,
    // Made when asked for: the reader goes through thousands of firms and each one's records can die young.
    get dossier() {
      return document === null
        ? new LedgerDossier(uscc, fromLedger!.get(companyId) ?? [], coverage)
        : new DocumentDossier(uscc, document, coverage);
    },
  }));
}

/** One firm's dossier from the ledger, its records naming their evidence; undefined when nobody registered it by then. */
export async function readDossier(
  db: Db,
  uscc: string,
  knownAt: Date,
  coverage: CoverageBook,
): Promise<(FirmOfRange & { dossier: LedgerDossier }) | undefined> {
  const [company] = await db.query<{ company_id: number; uscc: Uscc }>(
    `SELECT company_id, uscc FROM company WHERE uscc = $1 AND known_from <= $2`,
    [uscc, knownAt],
    'company-by-uscc',
  );
  if (!company) return undefined;
  const records = await readLedgerRecords(db, [company.company_id], knownAt, true);
  return {
    companyId: company.company_id,
    uscc: company.uscc,
    dossier: new LedgerDossier(company.uscc, records.get(company.company_id) ?? [], coverage),
  };
}

/** As readDossiers, always from the ledger: for replay and verification. */
export async function readDossiersFromLedger(
  db: Db,
  from: number,
  to: number,
  knownAt: Date,
  coverage: CoverageBook,
): Promise<FirmOfRange[]> {
  const companies = await db.query<{ company_id: number; uscc: Uscc }>(
    `SELECT company_id, uscc FROM company WHERE company_id >= $1 AND company_id < $2 AND known_from <= $3 ORDER BY company_id`,
    [from, to, knownAt],
  );
  const records = await readLedgerRecords(
    db,
    companies.map((c) => c.company_id),
    knownAt,
    false,
  );
  return companies.map((c) => ({
    companyId: c.company_id,
    uscc: c.uscc,
    dossier: new LedgerDossier(c.uscc, records.get(c.company_id) ?? [], coverage),
  }));
}

export interface RecordRow {
  company_id: number;
  source: string;
  record_key: string;
  known_from: Date;
  event_date: LocalDate | null;
  event_to: LocalDate | null;
  delivery_id: string;
  row_no: number;
  payload: Record<string, unknown>;
}

export function recordOf(row: RecordRow, withRef: boolean): LedgerRecord {
  const { source, record_key: recordKey, event_date: eventDate, event_to: eventTo } = row;
  const payload = scoredPayload(sourceByName(source), row.payload);
  const ref = {
    source,
    recordKey,
    knownFrom: row.known_from.toISOString(),
    deliveryId: row.delivery_id,
    rowNo: row.row_no,
  };
  return { source, recordKey, eventDate, eventTo, payload, ...(withRef ? { ref } : {}) };
}

/** Versions open at `knownAt`, withdrawals left out, ordered by source and key. */
export async function readLedgerRecords(
  db: Db,
  companies: readonly number[],
  knownAt: Date,
  withRefs: boolean,
): Promise<Map<number, LedgerRecord[]>> {
  const rows = await db.query<RecordRow>(
    `SELECT company_id, source, record_key, known_from, event_date, event_to, delivery_id, row_no, payload FROM record
     WHERE company_id = ANY($1::bigint[]) AND known_from <= $2 AND (known_to IS NULL OR known_to > $2) AND op = 'U'
     ORDER BY company_id, source, record_key`,
    [companies, knownAt],
    'records-of-companies',
  );
  const byCompany = new Map<number, LedgerRecord[]>();
  for (const row of rows) {
    const record = recordOf(row, withRefs);
    const list = byCompany.get(row.company_id);
    if (list) list.push(record);
    else byCompany.set(row.company_id, [record]);
  }
  return byCompany;
}
