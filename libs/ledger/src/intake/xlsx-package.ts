import { open as openFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { checkUnpacked, decodeBytes } from './decode.ts';
import type { IntakeLimits } from './limits.ts';
import { refusal } from './refusals.ts';

/** A workbook has a dozen parts and one for each sheet; pictures and remarks have theirs. */
const MAX_PARTS = 10_000;
const ZIP_MAGIC = 'PK\u0003\u0004';
/** Of an old workbook (.xls), and of an encrypted one. */
const COMPOUND_MAGIC = '\u00d0\u00cf\u0011\u00e0';

/**
 * The parts of a workbook (a zip archive), found through its central directory, so in any order and as often as wanted.
 * Throws ProblemError not-xlsx, zip-truncated, zip-broken, archive-bomb or encoding.
 */
export class XlsxPackage {
  private constructor(
    private readonly zip: ZipFile,
    private readonly parts: ReadonlyMap<string, Entry>,
    private readonly limits: IntakeLimits,
    readonly fileBytes: number,
  ) {}

  static async open(path: string, limits: IntakeLimits): Promise<XlsxPackage> {
    const zip = await openZip(path);
    const parts = new Map<string, Entry>();
    try {
      for await (const entry of zip.eachEntry()) {
        // Names of parts differ by more than case (ECMA-376 part 2, 6.2.2).
        const name = entry.fileName.toLowerCase();
        if (parts.has(name)) throw zipBroken(`part ${name} comes twice`);
        parts.set(name, entry);
        if (parts.size > MAX_PARTS) throw zipBroken(`more than ${MAX_PARTS} parts`);
      }
    } catch (error) {
      zip.close();
      throw asRefusal(error);
    }
    return new XlsxPackage(zip, parts, limits, zip.fileSize);
  }

  has(part: string): boolean {
    return this.parts.has(part.toLowerCase());
  }

  /** Bytes of the part when unpacked, as the archive declares and holds it to. */
  bytes(part: string): number {
    return this.parts.get(part.toLowerCase())?.uncompressedSize ?? 0;
  }

  /** The text of a part, piece by piece; its checksum is checked at the end. */
  async *text(part: string): AsyncGenerator<string> {
    const entry = this.parts.get(part.toLowerCase());
    if (!entry) throw zipBroken(`part ${part} is missing`);
    // What is declared is refused before it is unpacked; more than what is declared is refused while it is.
    checkUnpacked({ packed: entry.compressedSize, unpacked: entry.uncompressedSize }, this.limits);
    const progress = { unpacked: 0 };
    yield* decodeBytes(this.unpack(entry, progress), ['utf-8'], progress);
  }

  close(): void {
    this.zip.close();
  }

  private async *unpack(entry: Entry, progress: { unpacked: number }): AsyncGenerator<Buffer> {
    let stream: Readable | undefined;
    try {
      stream = await this.zip.openReadStreamPromise(entry);
      let sum = 0;
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        progress.unpacked += chunk.length;
        sum = crc32(chunk, sum);
        yield chunk;
      }
      if (sum !== entry.crc32) throw zipBroken(`the checksum of ${entry.fileName} differs`);
    } catch (error) {
      throw asRefusal(error);
    } finally {
      stream?.destroy();
    }
  }
}

async function openZip(path: string): Promise<ZipFile> {
  const magic = await firstBytes(path);
  if (magic === COMPOUND_MAGIC)
    throw refusal(
      'not-xlsx',
      '文件是旧版.xls或加密的工作簿，请另存为不加密的.xlsx',
      'the file is an old .xls workbook or an encrypted one: save it as .xlsx without a password',
    );
  if (magic !== ZIP_MAGIC) throw refusal('not-xlsx', '文件不是.xlsx工作簿', 'the file is not an .xlsx workbook');
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
  } catch (error) {
    // The directory of a zip archive is its end: an archive that begins well and has none was cut.
    if (/End of central directory record signature not found/.test((error as Error).message))
      throw refusal('zip-truncated', '工作簿不完整，末尾被截断', 'the workbook is truncated: its end is missing');
    throw asRefusal(error);
  }
}

async function firstBytes(path: string): Promise<string> {
  const file = await openFile(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const zipBroken = (why: string): Error =>
  refusal('zip-broken', '工作簿文件已损坏', `the workbook's archive is damaged: ${why.slice(0, 300)}`);

/** What the archive library and zlib throw is a fault of the file; the system's own errors (EIO, EMFILE) are not. */
function asRefusal(error: unknown): unknown {
  const { name, message, code } = error as NodeJS.ErrnoException; // by name: a test runner has an Error of its own
  return name === 'Error' && (code === undefined || code.startsWith('Z_')) ? zipBroken(message) : error;
}

/** The part that a relationship names, from the part that holds it. */
export const partOf = (from: string, target: string): string =>
  target.startsWith('/') ? posix.normalize(target).slice(1) : posix.join(posix.dirname(from), target);
