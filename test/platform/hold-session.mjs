// Opens the server of the folder named by the first argument, prints what it got as one JSON line, then every progress line,
// and closes when stdin ends. Of the built tree only what a session needs, because the tests start this many times.
import { once } from 'node:events';

const built = new URL('../../dist/libs/platform/src/embedded-postgres/index.js', import.meta.url);
const { openServer } = await import(built.href);
const server = await openServer({ dataDir: process.argv[2] }, { volatile: true, log: (line) => console.log(line) });
console.log(JSON.stringify({ urls: server.urls, pid: server.pid, folder: server.folder }));
await once(process.stdin.resume(), 'end');
await server.close();
