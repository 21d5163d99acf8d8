import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { Database, type Session } from '#lib/platform';
import { wait } from './session.ts';

/** First half of the lock's number; the second stands for the data folder, since folders may share a server. */
const SERVES = 7_104_004;
const RETRY_MS = 500;

/**
 * The right to serve a data folder: a lock of the database, on a connection of its own, so the system frees it with its
 * process, however that dies. Once taken it is kept: when the server goes away under it, it is taken again.
 */
export class ServeLock {
  private readonly db: Database;
  private readonly folder: number;
  private released = false;
  private release: () => void = () => undefined;
  private readonly untilReleased = new Promise<void>((resolve) => (this.release = resolve));

  constructor(appUrl: string, dataDir: string) {
    this.db = new Database(appUrl, { applicationName: 'firstmile-serves', max: 1 });
    this.folder = createHash('sha256').update(realpathSync(dataDir)).digest().readInt32BE(0);
  }

  /** false: another process serves this folder. */
  take(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let mine = false;
      const taken = (got: boolean): void => resolve((mine = got));
      this.db
        .session((session) => this.hold(session, taken))
        .catch((error: unknown) => {
          if (mine) void this.takeAgain();
          else reject(error);
        });
    });
  }

  /** Tells whether it was got; then returns once it is given up, and throws when the connection is lost before. */
  private async hold(session: Session, taken: (got: boolean) => void): Promise<void> {
    const lost = new Promise<void>((resolve) => session.client.once('end', resolve));
    const [row] = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS got', [
      SERVES,
      this.folder,
    ]);
    taken(row!.got);
    if (!row!.got) return;
    await Promise.race([lost, this.untilReleased]);
    if (!this.released) throw new Error('the connection that held the lock is gone');
  }

  private async takeAgain(): Promise<void> {
    while (!this.released) {
      await this.db.session((session) => this.hold(session, () => undefined)).catch(() => undefined);
      if (!this.released) await wait(RETRY_MS);
    }
  }

  async close(): Promise<void> {
    this.released = true;
    this.release();
    await this.db.close();
  }
}
