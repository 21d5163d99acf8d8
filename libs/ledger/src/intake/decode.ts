import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { Encoding } from '#lib/data-sources';
import { atRow, refusal } from './refusals.ts';
import type { IntakeLimits } from './limits.ts';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Small enough that the connection to the server, which waits while a piece is parsed, never runs dry. */
const PIECE_BYTES = 64 * 1024;

export interface DecodeProgress {
  /** Bytes read of the file as delivered. */
  packed: number;
  /** Bytes after unpacking. */
  unpacked: number;
}

/**
 * The delivered file as text, piece by piece: plain or gzip (told by its first bytes), in one of the declared
 * encodings (told by a strict decode of the beginning), without its byte-order mark.
 * Throws ProblemError gzip-broken, gzip-truncated, archive-bomb, file-too-large or encoding.
 */
export async function* decodeFile(
  path: string,
  encodings: readonly Encoding[],
  limits: IntakeLimits,
  progress: DecodeProgress,
): AsyncGenerator<string> {
  yield* decodeBytes(unpack(path, limits, progress), encodings, progress);
}

/** As decodeFile, for bytes that are unpacked already; `progress.unpacked` counts those taken so far. */
export async function* decodeBytes(
  bytes: AsyncIterable<Buffer>,
  encodings: readonly Encoding[],
  progress: Pick<DecodeProgress, 'unpacked'>,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let encoding: Encoding = encodings[0]!;
  for await (const chunk of bytes) {
    if (!decoder) {
      encoding = tellEncoding(chunk, encodings);
      decoder = new TextDecoder(encoding, { fatal: true }); // drops the byte-order mark
    }
    yield decodeChunk(decoder, chunk, encoding, progress);
  }
  if (decoder) yield decodeChunk(decoder, undefined, encoding, progress);
}

function decodeChunk(
  decoder: TextDecoder,
  chunk: Buffer | undefined,
  encoding: Encoding,
  progress: Pick<DecodeProgress, 'unpacked'>,
): string {
  try {
    const text = chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    // A replacement character in the file itself is the trace of an earlier broken conversion.
    if (text.includes('\uFFFD')) throw new TypeError('U+FFFD');
    return text;
  } catch (cause) {
    if ((cause as Error).name !== 'TypeError') throw cause; // by name: a test runner has a TypeError of its own
    const upTo = progress.unpacked;
    const from = Math.max(0, upTo - (chunk?.length ?? 0));
    throw refusal(
      'encoding',
      `文件不是有效的${encoding.toUpperCase()}编码（第${from}–${upTo}字节之间）`,
      `the file is not valid ${encoding.toUpperCase()} (between bytes ${from} and ${upTo})`,
      { extra: { encoding, from, to: upTo } },
    );
  }
}

/**
 * The declared encoding in which the beginning of the file is valid. UTF-8 is tried first wherever it is declared: Chinese
 * in UTF-8 often happens to be valid GB18030 (of other words), hardly ever the other way round.
 */
function tellEncoding(chunk: Buffer, encodings: readonly Encoding[]): Encoding {
  for (const encoding of [...encodings].sort((a, b) => Number(b === 'utf-8') - Number(a === 'utf-8'))) {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(chunk, { stream: true });
      return encoding;
    } catch {
      continue; // when none fits, the error of the usual one names the place
    }
  }
  return encodings[0]!;
}

async function* unpack(path: string, limits: IntakeLimits, progress: DecodeProgress): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  file.on('data', (chunk) => {
    progress.packed += chunk.length;
  });
  file.pause();
  const packed = await isGzip(path);
  const gunzip = packed ? createGunzip({ chunkSize: PIECE_BYTES }) : undefined;
  if (gunzip) file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  const source = gunzip ?? file;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      progress.unpacked += chunk.length;
      if (packed) checkUnpacked(progress, limits);
      yield chunk;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'Z_BUF_ERROR')
      throw refusal('gzip-truncated', 'gzip文件不完整，末尾被截断', 'the gzip file is truncated: its end is missing');
    if (code?.startsWith('Z_')) throw refusal('gzip-broken', 'gzip文件已损坏', 'the gzip file is damaged');
    throw error;
  } finally {
    file.destroy();
    gunzip?.destroy();
  }
}

/** Throws archive-bomb when what was unpacked is past the limits. */
export function checkUnpacked(progress: DecodeProgress, limits: IntakeLimits): void {
  const tooBig = progress.unpacked > limits.unpackedBytes;
  const tooDense = progress.unpacked > 1024 * 1024 && progress.unpacked > progress.packed * limits.unpackRatio;
  if (tooBig || tooDense)
    throw refusal(
      'archive-bomb',
      `解压后超过上限（${limits.unpackedBytes}字节或压缩比${limits.unpackRatio}:1）`,
      `unpacks past the limit of ${limits.unpackedBytes} bytes or ${limits.unpackRatio} : 1`,
    );
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.equals(GZIP_MAGIC);
  } finally {
    await file.close();
  }
}

export function lineTooLong(row: number, limits: IntakeLimits): Error {
  const zh = `第${row}行超过${limits.lineBytes}字节`;
  const en = `row ${row} is longer than ${limits.lineBytes} bytes`;
  return refusal('line-too-long', zh, en, atRow(row, 'line-too-long', zh, en));
}
