// One throw-away database server for the whole run. It comes from the built tree, because Jest's module mapping does not
// reach this file; `npm test` builds first.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const PREFIX = 'firstmile-test-';
/** A run that has only just made its folder has no session yet. */
const YOUNG_MS = 60_000;

export default async function globalSetup() {
  const built = new URL('../dist/libs/platform/src/embedded-postgres/index.js', import.meta.url);
  if (!fs.existsSync(built))
    throw new Error('the tests need the built tree: run them with npm test, or npm run build first');
  const { openServer, stopAbandonedServer } = await import(built.href);
  await sweep(stopAbandonedServer);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), PREFIX));
  fs.chmodSync(folder, 0o711); // root lends the server another account
  const server = await openServer({ dataDir: folder }, { volatile: true });
  process.env.TEST_FOLDER = folder;
  process.env.TEST_PG_ADMIN_URL = server.urls.admin;
  process.env.TEST_PG_SOCKET = new URL(server.urls.admin).searchParams.get('host');
  globalThis.firstmileTestServer = { server, folder };
}

/** Servers and folders of runs that were killed. */
async function sweep(stopAbandonedServer) {
  for (const name of fs.readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = path.join(os.tmpdir(), name);
    try {
      if (Date.now() - fs.statSync(folder).mtimeMs < YOUNG_MS || (await stopAbandonedServer(folder)) === 'in-use')
        continue;
      removeWithHome(folder);
    } catch {
      // another user's, or just removed by another run: not ours to mind
    }
  }
}

/** Where the account of the server could not enter the temporary folder, the data stands elsewhere and is named there. */
export function removeWithHome(folder) {
  const pointer = path.join(folder, 'pg.location');
  if (fs.existsSync(pointer)) fs.rmSync(fs.readFileSync(pointer, 'utf8').trim(), { recursive: true, force: true });
  fs.rmSync(folder, { recursive: true, force: true });
}
