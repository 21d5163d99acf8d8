// Many commands in one process, each as `firstmile` runs it, with arguments, output and exit code of its own: what they
// share is what has been loaded. Reads one JSON array of arguments a line, answers one JSON object a line.
import { createInterface } from 'node:readline';

const [, , main] = process.argv;
const own = { stdout: process.stdout.write, stderr: process.stderr.write };
const keeping = (kept, name) => (piece, encoding, done) => {
  kept[name] += piece;
  (typeof encoding === 'function' ? encoding : done)?.();
  return true;
};

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) process[name].write = keeping(said, name);
  process.argv = [process.execPath, main, ...JSON.parse(line)];
  process.exitCode = undefined;
  await import(`${main}?${(count += 1)}`); // another name: run again
  const answer = JSON.stringify({ code: process.exitCode ?? 0, ...said });
  for (const name of ['stdout', 'stderr']) process[name].write = own[name];
  process.stdout.write(`${answer}\n`);
}
process.exitCode = 0;
