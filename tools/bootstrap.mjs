// The way in: runs before anything is installed, so it uses Node alone. Installs what is locked, builds what changed, then
// becomes the command itself (same process, so signals and exit codes need no forwarding). Stdout belongs to the command.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);
const say = (line) => process.stderr.write(`${line}\n`);

const COMMANDS = {
  start: { build: true, run: (args) => become(at('dist/apps/cli/src/main.js'), ['start', ...args]) },
  firstmile: { build: true, run: (args) => become(at('dist/apps/cli/src/main.js'), args) },
  bench: { build: true, run: (args) => become(at('dist/tools/bench/main.js'), args) },
  // The tests start commands of the built tree, and a type error should fail before a test does.
  test: { build: true, run: jest },
  'test:long': { build: true, run: (args) => jest(args, { FIRSTMILE_LONG: '1' }) },
  check: { build: false, run: (args) => become(at('tools/check.mjs'), args) },
  build: { build: true, run: () => undefined },
};

/** Loads the command into this process as if node had been given its file. */
async function become(file, args) {
  process.argv = [process.argv[0], file, ...args];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(file).href);
}

async function jest(args, environment = {}) {
  Object.assign(process.env, environment);
  const workers = args.some((arg) => /^(-w|-i|--maxWorkers|--runInBand)/.test(arg)) ? [] : ['--maxWorkers=2'];
  process.chdir(root);
  await become(at('node_modules/jest/bin/jest.js'), [...workers, ...args]);
}

function arePackagesFresh() {
  const lock = read('package-lock.json');
  const stamp = createHash('sha256').update(lock).digest('hex');
  if (read('node_modules/.firstmile-lock') === stamp) return true;
  // npm writes this file last, so it stands for a whole installation, ours or one typed by hand.
  const installed = read('node_modules/.package-lock.json');
  if (!installed || !holdsAll(JSON.parse(installed).packages, JSON.parse(lock).packages)) return false;
  fs.writeFileSync(at('node_modules/.firstmile-lock'), stamp);
  return true;
}

/** Optional packages of other platforms are rightly absent. */
function holdsAll(installed, locked) {
  return Object.entries(locked).every(([name, wanted]) => {
    const found = installed[name];
    return (
      name === '' ||
      (found ? found.version === wanted.version && found.integrity === wanted.integrity : wanted.optional === true)
    );
  });
}

async function installPackages() {
  say('Installing the locked packages (npm ci) …');
  const npm = process.env.npm_execpath ?? '';
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const status = npm.endsWith('npm-cli.js')
    ? await run(process.execPath, [npm, ...args])
    : await run('npm', args, process.platform === 'win32');
  if (status !== 0) fail('npm ci failed; the lines above say why');
  if (!arePackagesFresh()) fail('npm ci ended well, yet node_modules does not agree with package-lock.json');
}

/** What the build is made of, by name, size and time of change. */
function sourceStamp() {
  const hash = createHash('sha256');
  for (const name of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'apps',
    'libs',
    'tools',
    'models',
  ])
    for (const file of filesUnder(at(name))) {
      const { size, mtimeMs } = fs.statSync(file);
      hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
    }
  return hash.digest('hex');
}

function isBuildFresh() {
  return read('dist/.stamp') === sourceStamp();
}

async function build() {
  say('Building …');
  const stamp = sourceStamp(); // before: a file that changes meanwhile is built again next time
  fs.rmSync(at('dist/.stamp'), { force: true });
  if ((await run(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'])) !== 0)
    fail('the sources do not compile; the lines above say where');
  for (const file of filesUnder(at('dist')).filter((name) => name.endsWith('.js'))) {
    const source = path.relative(at('dist'), file).replace(/\.js$/, '');
    if (['.ts', '.tsx'].some((extension) => fs.existsSync(at(source + extension)))) continue;
    fs.rmSync(file); // its source is gone
    fs.rmSync(`${file}.map`, { force: true });
  }
  fs.writeFileSync(at('dist/.stamp'), stamp);
}

/** dist/build-info.json: {version, commit: string | null, dirty: boolean | null}; null where this is no checkout of its own. */
function writeBuildInfo() {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  const top = git('rev-parse', '--show-toplevel');
  const own = top.status === 0 && fs.realpathSync(top.stdout.trim()) === fs.realpathSync(root);
  if (!own && fs.existsSync(at('dist/build-info.json'))) return;
  const head = own ? git('rev-parse', 'HEAD') : undefined;
  const commit = head?.status === 0 ? head.stdout.trim() : null;
  const dirty = commit ? git('status', '--porcelain').stdout !== '' : null;
  const text = `${JSON.stringify({ version: JSON.parse(read('package.json')).version, commit, dirty })}\n`;
  if (read('dist/build-info.json') !== text) fs.writeFileSync(at('dist/build-info.json'), text);
}

function read(name) {
  return fs.existsSync(at(name)) ? fs.readFileSync(at(name), 'utf8') : '';
}

function filesUnder(place) {
  if (!fs.existsSync(place)) return [];
  if (!fs.statSync(place).isDirectory()) return [place];
  return fs
    .readdirSync(place, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(path.join(place, entry.name)) : [path.join(place, entry.name)],
    );
}

/** Everything that the program says goes to stderr. A signal that reaches only us is passed on. */
function run(program, args, shell = false) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 2, 2], shell });
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass);
      if (signal) process.exit(128 + os.constants.signals[signal]);
      resolve(code);
    });
  });
}

/**
 * One start at a time installs and builds in this folder. The lock is a listening socket with a name of its own: the system
 * frees it with its process, however that dies, and whoever waits hangs on a connection that ends with it.
 */
async function exclusively(work) {
  const held = await listen();
  try {
    await work();
  } finally {
    held.close();
    for (const socket of held.waiting) socket.destroy();
  }
}

const lockName = (() => {
  const user = process.getuid ? process.getuid() : os.userInfo().username;
  const name = `firstmile-${createHash('sha256')
    .update(`${user} ${fs.realpathSync(root)}`)
    .digest('hex')
    .slice(0, 16)}`;
  if (process.platform === 'linux') return `\0${name}`; // abstract: no file is left behind
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join(os.tmpdir(), name);
})();

async function listen() {
  for (let told = false; ;) {
    const server = net.createServer((socket) => server.waiting.add(socket.on('error', () => undefined)));
    server.waiting = new Set();
    const error = await new Promise((resolve) =>
      server.once('error', resolve).listen(lockName, () => resolve(undefined)),
    );
    if (!error) return server;
    if (error.code !== 'EADDRINUSE') throw error;
    if (!told) say('Waiting for another start in this folder …');
    told = true;
    await othersEnd();
  }
}

function othersEnd() {
  return new Promise((resolve) => {
    const socket = net.connect(lockName);
    socket.once('error', (error) => {
      // Only a named socket outlives its process.
      if (error.code === 'ECONNREFUSED' && !lockName.startsWith('\0')) fs.rmSync(lockName, { force: true });
    });
    socket.once('close', resolve);
    socket.resume();
  });
}

function fail(line) {
  say(line);
  process.exit(1);
}

async function main() {
  const [verb = '', ...rest] = process.argv.slice(2);
  const command = COMMANDS[verb];
  if (!command) {
    say(`usage: node tools/bootstrap.mjs ${Object.keys(COMMANDS).join(' | ')}`);
    process.exit(2);
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`Firstmile needs Node 20.19 or newer; this is ${process.versions.node}`);
    process.exit(1);
  }

  if (!arePackagesFresh()) await exclusively(() => arePackagesFresh() || installPackages());
  if (command.build) {
    if (!isBuildFresh()) await exclusively(() => isBuildFresh() || build());
    writeBuildInfo();
  }
  await command.run(rest);
}

await main();
