import fs from 'node:fs';
import pg from 'pg';
import type { Config } from '../config.ts';
import { findBinaries } from './binaries.ts';
import { ADMIN, initialise, locateCluster, runningServer, type Cluster } from './cluster.ts';
import { connectOrStart, isGoingUpOrDown, stopServer, tryConnect } from './postmaster.ts';
import { APP, DATABASE, ensureExternalRoles, ensureRolesAndDatabase, OWNER, urlAs } from './roles.ts';

export interface ServerUrls {
  /** Migrations and the queue's schema. */
  readonly owner: string;
  /** API, worker and CLI: no superuser, bound by row-level security, owner of nothing. */
  readonly app: string;
  /** The superuser, embedded only; for setting up test databases. */
  readonly admin?: string;
}

export interface Server {
  readonly urls: ServerUrls;
  /** false with `DATABASE_URL`. */
  readonly embedded: boolean;
  /** The postmaster when this was opened. */
  readonly pid?: number;
  /** The folder with the embedded server's files. */
  readonly folder?: string;
  /** Ends our session; the last session of all processes stops the embedded server. Calling it again does nothing. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Fast and not durable: for tests only. */
  readonly volatile?: boolean;
  /** Progress for people, one line at a time. */
  readonly log?: (line: string) => void;
}

/**
 * The database server of this configuration.
 *
 * Embedded (no `DATABASE_URL`): finds the running server of `DATA_DIR` or makes and starts one. A session is an open
 * connection that holds a shared advisory lock, so the system itself ends it with its process, however that dies. A server
 * that is killed under an open session is started again by it. Connections are trusted: the socket lies in a 0700 folder.
 *
 * External: the roles are made if permitted (`ensureExternalRoles`) and both URLs are `DATABASE_URL` with
 * `options=-c role=…`. Its user can leave the role again, so separation there is as strong as that user is weak.
 *
 * Throws ProblemError `database-start-failed`, `database-unavailable`, `database-unreachable`, `database-roles-missing` or
 * `data-folder-unreachable`.
 */
export async function openServer(
  config: Pick<Config, 'dataDir' | 'databaseUrl'>,
  options: OpenOptions = {},
): Promise<Server> {
  if (config.databaseUrl) {
    await ensureExternalRoles(config.databaseUrl);
    const urls = { owner: urlAs(config.databaseUrl, OWNER), app: urlAs(config.databaseUrl, APP) };
    return { urls, embedded: false, close: () => Promise.resolve() };
  }
  const log = options.log ?? (() => undefined);
  const cluster = locateCluster(config.dataDir, log);
  const session = new Session(cluster, !options.volatile, log);
  await session.open();
  const running = runningServer(cluster.data);
  const sockets = running?.sockets ?? cluster.sockets;
  return {
    urls: {
      owner: urlOf(sockets, OWNER, DATABASE),
      app: urlOf(sockets, APP, DATABASE),
      admin: urlOf(sockets, ADMIN, 'postgres'),
    },
    embedded: true,
    ...(running ? { pid: running.pid } : {}),
    folder: cluster.home,
    close: () => session.close(),
  };
}

/** pg, TypeORM and BullMQ all take the socket's folder from `host`; the authority is only there to make it a URL. */
function urlOf(sockets: string, role: string, database: string): string {
  return `postgres://${role}@localhost:5432/${database}?host=${encodeURIComponent(sockets)}`;
}

/** Any fixed number: it only has to be the same in every process. */
const SESSION_LOCK = 7_104_002;
const ATTEMPTS = 5;

class Session {
  private client: pg.Client | undefined;
  private opening: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly durable: boolean,
    private readonly log: (line: string) => void,
  ) {}

  open(): Promise<void> {
    this.opening = this.acquire();
    return this.opening;
  }

  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async acquire(): Promise<void> {
    const binaries = findBinaries(this.cluster.account);
    if (await initialise(this.cluster, binaries, this.durable))
      this.log(`a new database stands in ${this.cluster.data}`);
    for (let attempt = 1; ; attempt++) {
      const client = await connectOrStart(this.cluster, binaries, this.durable);
      let lost = false;
      client.once('end', () => (lost = true));
      try {
        await client.query('SELECT pg_advisory_lock_shared($1)', [SESSION_LOCK]);
        await ensureRolesAndDatabase(client);
        this.client = client;
        if (lost) this.reopen();
        else client.once('end', () => this.reopen());
        return;
      } catch (error) {
        // The last session of another process may be stopping the server just now: wait for its end and start anew.
        // What is no answer of the server at all is a connection that broke, at whatever point its events have been heard.
        const broken = lost || !(error instanceof pg.DatabaseError);
        if (attempt === ATTEMPTS || !(broken || isGoingUpOrDown(error))) throw error;
        await client.end().catch(() => undefined);
      }
    }
  }

  /** The server went away under us. Whoever still uses it gets it back: pools reconnect by themselves. */
  private reopen(): void {
    if (this.closing) return;
    this.client = undefined;
    this.log('the database server went away; starting it again');
    this.open().then(
      () => this.log('the database server is back'),
      (error: Error) => this.log(`the database server did not come back: ${error.message}`),
    );
  }

  private async release(): Promise<void> {
    await this.opening?.catch(() => undefined); // whoever opened it has had the error
    if (!this.client) return;
    await endSession(this.cluster, this.client, true);
  }
}

/** True when this was the last session and the server was stopped. */
async function endSession(cluster: Cluster, client: pg.Client, holdsLock: boolean): Promise<boolean> {
  try {
    // While one holds the lock alone no session can begin: a newcomer waits for it, sees the server go and starts another.
    if (!(await isLastSession(client, holdsLock))) return false;
    await stopServer(cluster);
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function isLastSession(client: pg.Client, holdsLock: boolean): Promise<boolean> {
  try {
    if (holdsLock) await client.query('SELECT pg_advisory_unlock_shared($1)', [SESSION_LOCK]);
    const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [SESSION_LOCK]);
    return rows[0]?.last ?? false;
  } catch {
    return false; // the connection is gone and the session with it: what runs there now is somebody else's
  }
}

/**
 * Stops the server of a folder if it runs and no session is open: what a killed process left. `in-use` when one is open.
 * Starts nothing.
 */
export async function stopAbandonedServer(dataDir: string): Promise<'stopped' | 'in-use' | 'not-running'> {
  if (!fs.existsSync(dataDir)) return 'not-running';
  const cluster = locateCluster(dataDir, () => undefined);
  const attempt = await tryConnect(cluster);
  if (!('client' in attempt)) return attempt.busy ? 'in-use' : 'not-running';
  return (await endSession(cluster, attempt.client, false)) ? 'stopped' : 'in-use';
}
