import { gzipSync } from 'node:zlib';
import { canonicalJson, payloadHashHex, type Issue, type IssueCode, type MappedRecord } from '#lib/data-sources';
import { copyField, type Session } from '#lib/platform';
import { parseErrorRow } from '../error-columns.ts';
import { storable, storableJson } from './storable.ts';

/** Rows in one kept block, and in one COPY to the stage. */
const BLOCK_ROWS = 1000;
const BATCH_ROWS = 4000;

/** Filled by the transaction that applies the delivery, which may fill the stage anew. */
const DECIDED = ['stage', 'doubled', 'verdict', 'misnamed'];

/**
 * A session makes them once and keeps them, empty between deliveries: to make and drop them costs the server more than a
 * small delivery does. `doubled`: keys that the file states more than once; `verdict`: what each record is to the ledger;
 * `misnamed`: rows with a name that their firm never had.
 */
const TABLES = `
CREATE TEMP TABLE stage (row_no integer, uscc text COLLATE "C", record_key text COLLATE "C", event_date date, event_to date,
  op "char", payload jsonb, payload_hash bytea);
CREATE TEMP TABLE stage_waiting (row_no integer, subject text COLLATE "C", record_key text COLLATE "C", event_date date, event_to date,
  op "char", payload jsonb, payload_hash bytea);
CREATE TEMP TABLE stage_quarantine (row_no integer, code text, issues jsonb);
CREATE TEMP TABLE stage_issue (row_no integer, code text, column_name text, raw text, suggestion text);
CREATE TEMP TABLE stage_block (first_row integer, rows integer, lines bytea);
CREATE TEMP TABLE stage_mends (row_no integer, delivery_id uuid, mended_row integer);
CREATE TEMP TABLE stage_name (row_no integer, name text);
CREATE TEMP TABLE doubled (uscc text COLLATE "C", record_key text COLLATE "C", contents bigint, first_row integer);
CREATE TEMP TABLE verdict (row_no integer, uscc text COLLATE "C", record_key text COLLATE "C", company_id bigint, verdict text,
  newer boolean);
CREATE TEMP TABLE misnamed (row_no integer, name text, suggestion text);
`;

/**
 * Collects a delivery's mapped rows in temporary tables of one session, in batches: while the server takes one batch
 * the next is being parsed. A killed process leaves nothing behind.
 */
export class Stage {
  private records: string[] = [];
  private waiting: string[] = [];
  private quarantined: string[] = [];
  private issues: string[] = [];
  private blocks: string[] = [];
  private mending: string[] = [];
  private names: string[] = [];
  private lines: string[] = [];
  private blockStart = 1;
  private inFlight: Promise<void> = Promise.resolve();
  private readonly filled = new Set<string>();
  /** Findings and reasons by code. */
  readonly counts = new Map<string, number>();

  private constructor(private readonly session: Session) {}

  static async open(session: Session): Promise<Stage> {
    const [made] = await session.query<{ yes: boolean }>(`SELECT to_regclass('pg_temp.misnamed') IS NOT NULL AS yes`);
    if (!made!.yes) await session.client.query(TABLES);
    return new Stage(session);
  }

  record(row: number, record: MappedRecord): void {
    this.records.push(lineOf(row, record.uscc, record));
  }

  /** What a quarantined row would become if `alias`, by which it names its firm, were one's. */
  wait(row: number, alias: string, record: MappedRecord): void {
    this.waiting.push(lineOf(row, alias, record));
  }

  issue(row: number, issue: Issue): void {
    this.count(issue.code);
    const raw = issue.raw === undefined ? undefined : storable(issue.raw.slice(0, 1000));
    this.issues.push(
      `${row}\t${issue.code}\t${copyField(issue.column)}\t${copyField(raw)}\t${copyField(issue.suggestion)}\n`,
    );
  }

  quarantine(row: number, code: IssueCode, issues: readonly Issue[]): void {
    this.count(code);
    this.quarantined.push(`${row}\t${code}\t${copyField(storableJson(issues))}\n`);
  }

  /** The row says which quarantined row it mends, in the words of the error file; other text says nothing. */
  mends(row: number, reference: string): void {
    const mended = parseErrorRow(reference);
    if (mended) this.mending.push(`${row}\t${mended.deliveryId}\t${mended.rowNo}\n`);
  }

  /** What the row calls its firm, normalised. */
  named(row: number, name: string): void {
    this.names.push(`${row}\t${copyField(name)}\n`);
  }

  count(code: string, by = 1): void {
    this.counts.set(code, (this.counts.get(code) ?? 0) + by);
  }

  /**
   * Keeps the row as delivered; every row comes here once, in order. Rows of a workbook that were empty leave gaps: short
   * ones are kept as `null`, since a block's lines are found by counting.
   */
  keep(line: string, row: number): void {
    const gap = row - this.blockStart - this.lines.length;
    if (this.lines.length === 0 || gap >= BLOCK_ROWS) {
      this.closeBlock();
      this.blockStart = row;
    } else for (let i = 0; i < gap; i++) this.keepLine('null');
    this.keepLine(line);
  }

  private keepLine(line: string): void {
    this.lines.push(line);
    if (this.lines.length === BLOCK_ROWS) this.closeBlock();
  }

  private closeBlock(): void {
    if (this.lines.length === 0) return;
    const packed = gzipSync(this.lines.join('\n'), { level: 1 });
    this.blocks.push(`${this.blockStart}\t${this.lines.length}\t\\\\x${packed.toString('hex')}\n`);
    this.blockStart += this.lines.length;
    this.lines = [];
  }

  /** Call between pieces of the file. Waits only while the batch before the last is still being taken. */
  async flush(force = false): Promise<void> {
    if (force) this.closeBlock();
    const pending =
      this.records.length +
      this.waiting.length +
      this.issues.length +
      this.quarantined.length +
      this.mending.length +
      this.names.length +
      200 * this.blocks.length;
    if (!force && pending < BATCH_ROWS) return;
    await this.inFlight;
    const batches: readonly (readonly [string, string[]])[] = [
      ['stage', this.records],
      ['stage_waiting', this.waiting],
      ['stage_quarantine', this.quarantined],
      ['stage_issue', this.issues],
      ['stage_block', this.blocks],
      ['stage_mends', this.mending],
      ['stage_name', this.names],
    ];
    this.records = [];
    this.waiting = [];
    this.quarantined = [];
    this.issues = [];
    this.blocks = [];
    this.mending = [];
    this.names = [];
    this.inFlight = this.send(batches);
    this.inFlight.catch(() => undefined); // the next flush throws it
    if (force) await this.inFlight;
  }

  private async send(batches: readonly (readonly [string, string[]])[]): Promise<void> {
    for (const [table, lines] of batches)
      if (lines.length > 0) {
        this.filled.add(table);
        await this.session.copyIn(`COPY ${table} FROM STDIN`, [lines.join('')]);
      }
  }

  async close(): Promise<void> {
    await this.flush(true);
    await this.session.client.query('ANALYZE stage (row_no, uscc, record_key)');
  }

  /** Empties the stage for the next delivery of this session. When it fails, the session must be thrown away. */
  async clear(): Promise<void> {
    await this.inFlight.catch(() => undefined);
    await this.session.client.query(`TRUNCATE ${[...new Set([...this.filled, ...DECIDED])].join(', ')}`);
  }
}

function lineOf(row: number, subject: string, record: MappedRecord): string {
  const json = canonicalJson(record.payload);
  return `${row}\t${subject}\t${copyField(record.recordKey)}\t${record.eventDate ?? '\\N'}\t${record.eventTo ?? '\\N'}\t${record.op}\t${copyField(json)}\t\\\\x${payloadHashHex(json)}\n`;
}
