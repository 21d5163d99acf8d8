// Opens the server of the folder named by the first argument, prints what it got as one JSON line, then every progress line,
// and closes when stdin ends.
import { openServer } from '../../dist/libs/platform/src/embedded-postgres/index.js';

const server = await openServer({ dataDir: process.argv[2] }, { volatile: true, log: (line) => console.log(line) });
console.log(JSON.stringify({ urls: server.urls, pid: server.pid, folder: server.folder }));
process.stdin.resume().once('end', async () => {
  await server.close();
  console.log('closed');
});
