import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { IntakeLimits } from './intake/limits.ts';
import { refusal } from './intake/refusals.ts';

/** An upload of 2 GiB over a slow line takes less. */
const YOUNG_MS = 24 * 3_600_000;

export interface SpooledFile {
  readonly path: string;
  readonly sha256: Buffer;
  readonly bytes: number;
}

/** Where delivered files wait until they are applied. Shared by the processes that receive and those that work. */
export class Spool {
  constructor(
    private readonly folder: string,
    private readonly limits: IntakeLimits,
  ) {}

  /** Writes the body to disk while hashing it. Throws ProblemError file-too-large; leaves nothing behind when it fails. */
  async take(body: AsyncIterable<Buffer | Uint8Array>): Promise<SpooledFile> {
    await mkdir(this.folder, { recursive: true });
    const part = path.join(this.folder, `part-${randomUUID()}`);
    const hash = createHash('sha256');
    const { fileBytes } = this.limits;
    let bytes = 0;
    try {
      await pipeline(
        body,
        async function* (chunks: AsyncIterable<Buffer | Uint8Array>) {
          for await (const chunk of chunks) {
            bytes += chunk.length;
            if (bytes > fileBytes)
              throw refusal(
                'file-too-large',
                `文件超过${fileBytes}字节`,
                `the file is larger than ${fileBytes} bytes`,
                { status: 413 },
              );
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(part, { flush: true }),
      );
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    return { path: part, sha256: hash.digest(), bytes };
  }

  pathOf(deliveryId: string): string {
    return path.join(this.folder, deliveryId);
  }

  async keep(file: SpooledFile, deliveryId: string): Promise<void> {
    await rename(file.path, this.pathOf(deliveryId));
  }

  async has(deliveryId: string): Promise<boolean> {
    return access(this.pathOf(deliveryId)).then(
      () => true,
      () => false,
    );
  }

  async drop(file: SpooledFile): Promise<void> {
    await rm(file.path, { force: true });
  }

  async forget(deliveryId: string): Promise<void> {
    await rm(this.pathOf(deliveryId), { force: true });
  }

  /**
   * Removes what a killed process left: half-received files, and files of deliveries that want no work any more. Young
   * files are somebody's at this moment. `isOpen` tells whether a delivery still needs its file.
   */
  async tidy(now: Date, isOpen: (deliveryId: string) => Promise<boolean>): Promise<number> {
    const names = await readdir(this.folder).catch(() => []);
    let removed = 0;
    for (const name of names) {
      const file = path.join(this.folder, name);
      const found = await stat(file).catch(() => undefined); // another process may be tidying too
      if (!found || now.getTime() - found.mtimeMs < YOUNG_MS) continue;
      if (!name.startsWith('part-') && (await isOpen(name))) continue;
      await rm(file, { force: true });
      removed += 1;
    }
    return removed;
  }
}
