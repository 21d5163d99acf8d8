import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { openServer, stopAbandonedServer, type Server } from '#lib/platform';
import { freshFolder, holdSession, queryOnce, removeFolders } from './sessions.ts';

jest.setTimeout(120_000);
afterEach(removeFolders);

const isRoot = process.getuid?.() === 0;
const one = 'SELECT 1 AS one';

describe('sessions of one server', () => {
  it('a second process uses the running server, and only the last one stops it', async () => {
    const dataDir = freshFolder();
    const first = await holdSession(dataDir);
    const second = await holdSession(dataDir);
    expect(second.pid).toBe(first.pid);
    expect(await first.close()).toBe(0);
    expect(await queryOnce(second.urls.app, one)).toEqual([{ one: 1 }]);
    expect(await stopAbandonedServer(dataDir)).toBe('in-use');
    expect(await second.close()).toBe(0);
    expect(await stopAbandonedServer(dataDir)).toBe('not-running');
  });

  it('two cold starts at once on one folder end in one server', async () => {
    const dataDir = freshFolder();
    const [first, second] = await Promise.all([holdSession(dataDir), holdSession(dataDir)]);
    expect(second.pid).toBe(first.pid);
    expect(fs.readdirSync(dataDir).filter((name) => name.startsWith('pg'))).toEqual(['pg']);
    expect(await Promise.all([first.close(), second.close()])).toEqual([0, 0]);
    expect(await stopAbandonedServer(dataDir)).toBe('not-running');
  });

  it('one that opens while the last one closes gets a server', async () => {
    const dataDir = freshFolder();
    const open = (): Promise<Server> => openServer({ dataDir }, { volatile: true });
    let last = await open();
    for (let round = 0; round < 10; round++) {
      const [next] = await Promise.all([open(), last.close()]);
      expect(await queryOnce(next.urls.app, one)).toEqual([{ one: 1 }]);
      last = next;
    }
    await last.close();
    expect(await stopAbandonedServer(dataDir)).toBe('not-running');
  });
});

describe('kill -9', () => {
  it('of the process leaves a server that the next one uses and ends', async () => {
    const dataDir = freshFolder();
    const killed = await holdSession(dataDir);
    await queryOnce(killed.urls.owner, 'CREATE TABLE kept AS SELECT 1 AS one');
    await killed.kill();
    const next = await holdSession(dataDir);
    expect(next.pid).toBe(killed.pid);
    expect(await queryOnce(next.urls.owner, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
    await next.close();
    expect(await stopAbandonedServer(dataDir)).toBe('not-running');
  });

  it('of both leaves a folder that starts again with its data', async () => {
    const dataDir = freshFolder();
    const killed = await holdSession(dataDir);
    await queryOnce(killed.urls.owner, 'CREATE TABLE kept AS SELECT 1 AS one');
    await queryOnce(killed.urls.admin, 'CHECKPOINT'); // this server is a volatile one
    await killed.kill();
    process.kill(killed.pid, 'SIGKILL');
    const next = await holdSession(dataDir);
    expect(next.pid).not.toBe(killed.pid);
    expect(await queryOnce(next.urls.owner, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
    await next.close();
  });

  it('of the server under an open session: the session starts it again and stays its holder', async () => {
    const dataDir = freshFolder();
    const session = await holdSession(dataDir);
    process.kill(session.pid, 'SIGKILL');
    await session.says('the database server is back');
    expect(await queryOnce(session.urls.app, one)).toEqual([{ one: 1 }]);
    expect(await stopAbandonedServer(dataDir)).toBe('in-use');
    expect(await session.close()).toBe(0);
    expect(await stopAbandonedServer(dataDir)).toBe('not-running');
  });

  it('a lock file whose number now belongs to another program does not block for ever', async () => {
    const dataDir = freshFolder();
    const session = await holdSession(dataDir);
    const lock = path.join(dataDir, 'pg', 'postmaster.pid');
    const lines = fs.readFileSync(lock, 'utf8').split('\n');
    const owner = fs.statSync(lock);
    await session.close();
    // A live program of the account that owns the folder, as after a power cut.
    const stranger = strangerOf(owner);
    try {
      fs.writeFileSync(lock, [String(stranger.pid), ...lines.slice(1)].join('\n'), { mode: 0o600 });
      fs.chownSync(lock, owner.uid, owner.gid);
      const next = await holdSession(dataDir);
      expect(await queryOnce(next.urls.app, one)).toEqual([{ one: 1 }]);
      await next.close();
      expect(process.kill(stranger.pid, 0)).toBe(true);
    } finally {
      stranger.end();
    }
  });

  it('a start that was killed inside initdb leaves nothing that a later start trips over', async () => {
    const dataDir = freshFolder();
    fs.mkdirSync(path.join(dataDir, 'pg.draft-abc'));
    fs.utimesSync(path.join(dataDir, 'pg.draft-abc'), 1, 1);
    const session = await holdSession(dataDir);
    expect(fs.existsSync(path.join(dataDir, 'pg.draft-abc'))).toBe(false);
    await session.close();
  });
});

describe('where the folder lies', () => {
  it('a path longer than a socket address may be', async () => {
    const dataDir = path.join(freshFolder(), 'd'.repeat(60), 'e'.repeat(60), '数据');
    const session = await holdSession(dataDir);
    expect(await queryOnce(session.urls.app, one)).toEqual([{ one: 1 }]);
    expect(session.folder).toBe(fs.realpathSync(dataDir));
    await session.close();
    fs.rmdirSync(new URL(session.urls.app).searchParams.get('host')!);
  });

  it('a 0700 home: in place for its user, beside it for the account that root lends', async () => {
    const home = path.join(freshFolder(), 'home');
    fs.mkdirSync(home, { mode: 0o700 });
    const dataDir = path.join(home, 'clone', '.data');
    const [first, second] = await Promise.all([holdSession(dataDir), holdSession(dataDir)]);
    expect(second.pid).toBe(first.pid);
    const pointer = path.join(dataDir, 'pg.location');
    expect(fs.existsSync(pointer) ? fs.readFileSync(pointer, 'utf8').trim() : fs.realpathSync(dataDir)).toBe(
      first.folder,
    );
    expect(fs.existsSync(pointer)).toBe(isRoot);
    await queryOnce(first.urls.owner, 'CREATE TABLE kept AS SELECT 1 AS one');
    await Promise.all([first.close(), second.close()]);
    const later = await holdSession(dataDir);
    expect(await queryOnce(later.urls.owner, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
    await later.close();
  });

  it('made by an ordinary user, used by root, used by the user again', async () => {
    const dataDir = freshFolder();
    const user = isRoot ? nobody() : {};
    if (user.uid !== undefined) {
      fs.chownSync(dataDir, user.uid, user.gid);
      fs.chmodSync(dataDir, 0o700);
    }
    for (const account of [user, {}, user]) {
      const session = await holdSession(dataDir, account);
      expect(await queryOnce(session.urls.app, one)).toEqual([{ one: 1 }]);
      expect(session.folder).toBe(fs.realpathSync(dataDir));
      await session.close();
    }
    expect(fs.statSync(path.join(dataDir, 'pg')).uid).not.toBe(0);
  });
});

/** An account without rights, for root; none where a parent folder of this checkout shuts it out. */
function nobody(): { uid: number; gid: number } | { uid?: never; gid?: never } {
  const [, , uid, gid] = /^nobody:.*$/m.exec(fs.readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? [];
  const account = { uid: Number(uid), gid: Number(gid) };
  const reads = spawnSync('/bin/sh', ['-c', 'test -r "$1"', 'sh', path.join(__dirname, 'hold-session.mjs')], {
    ...account,
    cwd: '/',
  });
  if (uid && reads.status === 0) return account;
  console.warn('the account nobody cannot read this checkout: the ordinary user is not tried here');
  return {};
}

function strangerOf(owner: { uid: number; gid: number }): { pid: number; end: () => void } {
  const account = isRoot ? { uid: owner.uid, gid: owner.gid } : {};
  const started = spawnSync('/bin/sh', ['-c', 'sleep 100 >/dev/null 2>&1 & echo $!'], {
    ...account,
    cwd: '/',
    encoding: 'utf8',
  });
  const pid = Number(started.stdout);
  return { pid, end: () => void process.kill(pid, 'SIGKILL') };
}
