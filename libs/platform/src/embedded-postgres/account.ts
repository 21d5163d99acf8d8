import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

/** The system account that the server's processes run under. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. Then an existing unprivileged account is taken, `postgres` or else `nobody`; none is
 * ever made. Undefined means: as ourselves. A folder that an ordinary user made before stays that user's.
 */
export function serverAccount(cluster: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = fs.statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!account) throw new Error('running as root, and neither "postgres" nor "nobody" is in /etc/passwd');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** Whether the account can enter the folder: asked by trying, because modes alone do not tell (ACLs, mounts). */
export function canEnter(folder: string, account: Account | undefined): boolean {
  if (!account) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...account, cwd: '/', stdio: 'ignore' }).status === 0;
}
