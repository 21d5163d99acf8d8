import type { LocalDate, Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { CapacityRules } from './capacity-rules.ts';
import { lockBooks } from './capacity.store.ts';
import { connectedGroups, type Control, type Holding } from './connected-groups.ts';

/** Who holds and controls a firm (股权与实际控制), as the house read it on a day. An empty list says that there is nobody. */
export interface FirmRelations {
  readonly uscc: Uscc;
  readonly statedOn: LocalDate;
  /** Each holder once, with all it holds. */
  readonly holders: readonly { readonly holder: string; readonly bp: number }[];
  readonly controllers: readonly string[];
  /** Where it was read: a feed with its day, a document. */
  readonly basis: string;
}

/** Any fixed number: groups follow from all statements, so one is taken in at a time. */
const RELATIONS_LOCK = 7_104_030;

export async function insertRelations(
  tx: Tx,
  { uscc, statedOn, holders, controllers, basis }: FirmRelations,
  by: { readonly personId: string; readonly at: Date },
): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [RELATIONS_LOCK]);
  await tx.execute(
    `INSERT INTO firm_relations (uscc, stated_on, recorded_at, holders, controllers, basis, recorded_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [uscc, statedOn, by.at, JSON.stringify(holders), controllers, basis, by.personId],
  );
}

interface StatementRow {
  readonly uscc: Uscc;
  readonly holders: FirmRelations['holders'];
  readonly controllers: string[];
}

/**
 * With every guarantor's row taken first: who reserves reads the groups under that lock, so that a liability is either seen here
 * or taken on in the new groups. Makes the groups anew from the newest statement of each firm, and moves live liabilities to the groups of their clients.
 * Resolves to the guarantors whose books that touched. Throws RangeError as connectedGroups.
 */
export async function regroup(tx: Tx, rules: CapacityRules): Promise<readonly string[]> {
  await lockBooks(tx);
  const statements = await tx.query<StatementRow>(
    'SELECT DISTINCT ON (uscc) uscc, holders, controllers FROM firm_relations ORDER BY uscc, stated_on DESC, seq DESC',
  );
  const holdings = statements.flatMap(({ uscc, holders }) =>
    holders.map(({ holder, bp }): Holding => ({ holder, held: uscc, bp })),
  );
  const controls = statements.flatMap(({ uscc, controllers }) =>
    controllers.map((controller): Control => ({ controller, controlled: uscc })),
  );
  const groups = connectedGroups(holdings, controls, rules);
  const stated = new Set<string>(statements.map(({ uscc }) => uscc));
  const parties = [...new Set([...stated, ...groups.flatMap(({ members }) => members)])];
  const keyOf = new Map(groups.flatMap(({ id, members }) => members.map((party) => [party, id])));
  const keys = parties.map((party) => keyOf.get(party) ?? party);
  await tx.execute(
    `INSERT INTO client_group (party, group_key, stated) SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
     ON CONFLICT (party) DO UPDATE SET group_key = excluded.group_key, stated = excluded.stated
       WHERE (client_group.group_key, client_group.stated) IS DISTINCT FROM (excluded.group_key, excluded.stated)`,
    [parties, keys, parties.map((party) => stated.has(party))],
  );
  // A party that no newest statement names any more stands alone.
  await tx.execute('UPDATE client_group SET group_key = party, stated = false WHERE party <> ALL ($1::text[])', [
    parties,
  ]);
  const touched = await tx.query<{ guarantor: string }>(
    `WITH moved AS (
       UPDATE guarantee_liability l SET group_key = g.group_key FROM client_group g
       WHERE g.party = l.uscc AND l.state <> 'RELEASED' AND l.group_key <> g.group_key RETURNING l.guarantor)
     SELECT DISTINCT guarantor FROM moved ORDER BY guarantor`,
  );
  return touched.map(({ guarantor }) => guarantor);
}
