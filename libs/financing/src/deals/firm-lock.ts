import type { Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';

/** Any number of ours. */
const FIRM_LOCK = 7_104_024;

/** What is counted of one firm is counted one after the other, until the transaction ends. */
export async function lockFirm(tx: Tx, uscc: Uscc): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [FIRM_LOCK, uscc]);
}
