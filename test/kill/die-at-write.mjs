// Loaded before a command: counts what it writes to its sockets (its database connections), and kills the process with
// SIGKILL at write DIE_AT_WRITE, before or after that write. Without DIE_AT_WRITE it says on stderr at which write the ledger
// was done and the documents began.
import net from 'node:net';

const dieAt = Number(process.env.DIE_AT_WRITE ?? 0);
const before = process.env.DIE_BEFORE === 'yes';
const write = net.Socket.prototype.write;
const die = () => process.kill(process.pid, 'SIGKILL');
let writes = 0;
let documentsAt = 0;

net.Socket.prototype.write = function (...args) {
  if (this === process.stdout || this === process.stderr) return write.apply(this, args);
  writes += 1;
  if (documentsAt === 0 && Buffer.from(args[0]).includes('FROM dossier_stale')) documentsAt = writes;
  if (writes === dieAt && before) die();
  const result = write.apply(this, args);
  if (writes === dieAt) die();
  return result;
};

if (!dieAt) process.on('exit', () => process.stderr.write(`documents began at write ${documentsAt} of ${writes}\n`));
