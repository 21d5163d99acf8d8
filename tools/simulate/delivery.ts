import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import type { LocalDate } from '#lib/kernel';
import type { Book } from './book.ts';
import { nothingPlanted, soiled, type DirtRates, type PlantedDirt } from './dirt.ts';
import type { Row, SimulatedFeed, Window } from './feed.ts';

export interface SimulatedCoverage {
  readonly territory: readonly string[];
  readonly population: 'all';
  /** Absent: from the beginning. */
  readonly from?: LocalDate;
  readonly through: LocalDate;
}

/** What intake must count. rows = applied + unchanged + quarantined + ignored. */
export interface ExpectedCounts {
  readonly rows: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly ignored: number;
  /** Quarantined rows by data-quality code. */
  readonly byCode: Readonly<Record<'DQ01' | 'DQ03' | 'DQ11', number>>;
  readonly planted: Readonly<PlantedDirt>;
}

/** What lies beside a file as `<file>.manifest.json`. */
export interface SimulatedManifest {
  readonly source: string;
  readonly layout: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly rows: number;
  readonly sequence: number;
  readonly sourceTime: string;
  readonly receivedAt: string;
  readonly coverage: SimulatedCoverage;
}

export interface DeliveryHead {
  readonly sequence: number;
  readonly fileName: string;
  /** ISO 8601 with offset +08:00; every delivery of a simulation has its own millisecond. */
  readonly receivedAt: string;
  readonly sourceTime: string;
  readonly coverage: SimulatedCoverage;
}

const LINES_A_CHUNK = 2_000;
const GZIP_LEVEL = 6;
/** Byte 9 of a gzip header names the operating system: 255, «unknown», on all of them. */
const GZIP_OS_BYTE = 9;

/** One file of one bureau. Its rows are made when asked for, and every time the same. */
export class SimulatedDelivery {
  readonly source: string;
  readonly layout: string;
  readonly encoding: 'utf-8' | 'gb18030';
  readonly gzip: boolean;
  readonly sequence: number;
  readonly fileName: string;
  readonly receivedAt: string;
  readonly sourceTime: string;
  readonly coverage: SimulatedCoverage;
  private counts: ExpectedCounts | undefined;

  constructor(
    private readonly feed: SimulatedFeed,
    private readonly book: Book,
    private readonly window: Window,
    private readonly dirt: DirtRates | undefined,
    head: DeliveryHead,
  ) {
    this.source = feed.source;
    this.layout = feed.layout;
    this.encoding = feed.encoding;
    this.gzip = feed.gzip;
    this.sequence = head.sequence;
    this.fileName = head.fileName;
    this.receivedAt = head.receivedAt;
    this.sourceTime = head.sourceTime;
    this.coverage = head.coverage;
  }

  /** The file's lines without their ends; CSV begins with its header. */
  *lines(): Generator<string> {
    const { feed } = this;
    if (feed.form === 'csv') yield feed.columns.join(',');
    const planted = nothingPlanted();
    const clean = feed.rows(this.book, this.window);
    const rows = this.dirt ? soiled(clean, feed, this.window, this.book, this.dirt, planted) : clean;
    let count = 0;
    let ours = 0;
    for (const row of rows) {
      count += 1;
      if (row.ignored !== true) ours += 1;
      yield feed.form === 'csv' ? csvLine(row) : jsonLine(row, feed.columns);
    }
    this.counts = countsOf(count, planted, count - ours);
  }

  /** The unpacked bytes in chunks. */
  *chunks(): Generator<Buffer> {
    let lines: string[] = [];
    for (const line of this.lines()) {
      lines.push(line);
      if (lines.length < LINES_A_CHUNK) continue;
      yield this.encode(lines);
      lines = [];
    }
    if (lines.length > 0) yield this.encode(lines);
  }

  /** The whole file as delivered. For small files; `write` streams. */
  bytes(): Buffer {
    const plain = Buffer.concat([...this.chunks()]);
    if (!this.gzip) return plain;
    const packed = gzipSync(plain, { level: GZIP_LEVEL });
    packed[GZIP_OS_BYTE] = 255;
    return packed;
  }

  /** What intake must count; makes the rows once if nobody has yet. */
  expected(): ExpectedCounts {
    if (!this.counts) for (const line of this.lines()) void line;
    return this.counts!;
  }

  /** Writes the file and `<file>.manifest.json` into `dir`, row by row; returns the path and the manifest. */
  async write(dir: string): Promise<{ readonly path: string; readonly manifest: SimulatedManifest }> {
    await mkdir(dir, { recursive: true });
    const path = join(dir, this.fileName);
    const hash = createHash('sha256');
    const hashed = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const source = Readable.from(this.chunks(), { objectMode: false });
    const target = createWriteStream(path);
    await (this.gzip
      ? pipeline(source, createGzip({ level: GZIP_LEVEL }), namelessSystem(), hashed, target)
      : pipeline(source, hashed, target));
    const manifest = this.manifest(hash.digest('hex'));
    await writeFile(`${path}.manifest.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
    return { path, manifest };
  }

  manifest(sha256: string): SimulatedManifest {
    return {
      source: this.source,
      layout: this.layout,
      fileName: this.fileName,
      sha256,
      rows: this.expected().rows,
      sequence: this.sequence,
      sourceTime: this.sourceTime,
      receivedAt: this.receivedAt,
      coverage: this.coverage,
    };
  }

  private encode(lines: readonly string[]): Buffer {
    const text = `${lines.join('\n')}\n`;
    return this.encoding === 'utf-8' ? Buffer.from(text, 'utf8') : iconv.encode(text, 'gb18030');
  }
}

export const writeDelivery = (delivery: SimulatedDelivery, dir: string): ReturnType<SimulatedDelivery['write']> =>
  delivery.write(dir);

function namelessSystem(): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (seen <= GZIP_OS_BYTE && seen + chunk.length > GZIP_OS_BYTE) chunk[GZIP_OS_BYTE - seen] = 255;
      seen += chunk.length;
      done(null, chunk);
    },
  });
}

function countsOf(rows: number, planted: PlantedDirt, none: number): ExpectedCounts {
  const byCode = {
    DQ01: planted.malformedCode,
    DQ03: planted.unknownFirm + planted.wrongCheckDigit,
    DQ11: 2 * planted.duplicateConflict,
  };
  const quarantined = byCode.DQ01 + byCode.DQ03 + byCode.DQ11;
  const ignored = none + planted.foreignRow + planted.totalsRow;
  const unchanged = planted.duplicateSame;
  return { rows, applied: rows - unchanged - quarantined - ignored, unchanged, quarantined, ignored, byCode, planted };
}

const NEEDS_QUOTES = /[",\n\r]/;
const quoted = (cell: string): string => (NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Quotes only where they are needed, which is rare: one look at the joined line tells most rows apart. */
export function csvLine(row: Row): string {
  const cells = row.cells as string[];
  const line = cells.join(',');
  if (!line.includes('"') && !line.includes('\n') && commasIn(line) === cells.length - 1) return line;
  return cells.map(quoted).join(',');
}

function commasIn(line: string): number {
  let count = 0;
  for (let at = line.indexOf(','); at >= 0; at = line.indexOf(',', at + 1)) count += 1;
  return count;
}

const jsonLine = (row: Row, columns: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, row.cells[i]])));
