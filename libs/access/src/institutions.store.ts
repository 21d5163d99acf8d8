import type { Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import { INSTITUTION_KINDS, scopesOf, type InstitutionKind, type Scope } from './principal.ts';
import type { InstitutionState } from './institution-life.ts';

export interface Institution {
  readonly institutionId: string;
  readonly kind: InstitutionKind;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** Of kind `firm`, and only of it: the firm itself. */
  readonly uscc?: Uscc;
}

export interface InstitutionView extends Institution {
  readonly state: InstitutionState;
  /** Why it is suspended. */
  readonly stateReason: string | null;
  readonly version: number;
}

export interface Person {
  readonly personId: string;
  readonly institutionId: string;
  readonly handle: string;
  readonly name: string;
}

export interface PersonView extends Person {
  readonly institutionCode: string;
  readonly roles: readonly string[];
}

/** What people do (岗位), and which of it one person may not do together. */
export interface Role {
  readonly role: string;
  readonly zh: string;
  readonly en: string;
  readonly kinds: readonly InstitutionKind[];
  readonly scopes: readonly Scope[];
  readonly conflicts: readonly string[];
}

interface InstitutionRow {
  institution_id: string;
  kind: string;
  code: string;
  name_zh: string;
  name_en: string;
  uscc: Uscc | null;
  state: InstitutionState;
  state_reason: string | null;
  version: number;
}

interface PersonRow {
  person_id: string;
  institution_id: string;
  handle: string;
  name: string;
  institution_code: string;
  roles: string[];
}

export function kindOf(text: string): InstitutionKind {
  const kind = INSTITUTION_KINDS.find((known) => known === text);
  if (kind === undefined) throw new RangeError(`unknown kind of institution: ${text}`);
  return kind;
}

const institutionOf = (row: InstitutionRow): InstitutionView => ({
  institutionId: row.institution_id,
  kind: kindOf(row.kind),
  code: row.code,
  zh: row.name_zh,
  en: row.name_en,
  ...(row.uscc === null ? {} : { uscc: row.uscc }),
  state: row.state,
  stateReason: row.state_reason,
  version: row.version,
});

const personOf = (row: PersonRow): PersonView => ({
  personId: row.person_id,
  institutionId: row.institution_id,
  handle: row.handle,
  name: row.name,
  institutionCode: row.institution_code,
  roles: row.roles,
});

/** false: its code, or its firm, has one already. */
export async function insertInstitution(tx: Tx, made: Institution): Promise<boolean> {
  const rows = await tx.execute(
    `INSERT INTO institution (institution_id, kind, code, name_zh, name_en, uscc) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [made.institutionId, made.kind, made.code, made.zh, made.en, made.uscc ?? null],
  );
  return rows === 1;
}

/** In the order of their codes, from the code after `after` on. */
export async function institutions(
  db: Db,
  where: { code?: string; id?: string; after?: string; limit?: number },
): Promise<InstitutionView[]> {
  const rows = await db.query<InstitutionRow>(
    `SELECT institution_id, kind, code, name_zh, name_en, uscc, state, state_reason, version FROM institution
     WHERE ($1::text IS NULL OR code = $1) AND ($2::uuid IS NULL OR institution_id = $2) AND code > $3 ORDER BY code LIMIT $4`,
    [where.code ?? null, where.id ?? null, where.after ?? '', where.limit ?? 1],
  );
  return rows.map(institutionOf);
}

/** 合作机构: kinds that take part in deals. */
export const PARTNER_KINDS = [
  'bank',
  'guarantor',
  'investor',
  'insurer',
  'lessor',
] as const satisfies readonly InstitutionKind[];
export type PartnerKind = (typeof PARTNER_KINDS)[number];

/** Those that may be named in a deal now, in the order of their codes. */
export async function activePartners(
  db: Db,
  where: { readonly kind?: PartnerKind; readonly after?: string; readonly limit: number },
): Promise<Institution[]> {
  const rows = await db.query<InstitutionRow>(
    `SELECT institution_id, kind, code, name_zh, name_en, uscc, state, state_reason, version FROM institution
     WHERE state = 'ACTIVE' AND kind = ANY ($1) AND code > $2 ORDER BY code LIMIT $3`,
    [where.kind === undefined ? PARTNER_KINDS : [where.kind], where.after ?? '', where.limit],
  );
  return rows
    .map(institutionOf)
    .map(({ institutionId, kind, code, zh, en }) => ({ institutionId, kind, code, zh, en }));
}

/** The institution's row, held until the transaction ends. */
export async function lockInstitution(tx: Tx, id: string): Promise<InstitutionView | undefined> {
  const [row] = await tx.query<InstitutionRow>(
    'SELECT * FROM institution WHERE institution_id = $1 FOR NO KEY UPDATE',
    [id],
  );
  return row && institutionOf(row);
}

export async function saveState(tx: Tx, id: string, state: InstitutionState, reason: string | null): Promise<void> {
  await tx.execute(
    'UPDATE institution SET state = $2, state_reason = $3, version = version + 1 WHERE institution_id = $1',
    [id, state, reason],
  );
}

/** false: the handle is taken. */
export async function insertPerson(tx: Tx, made: Person): Promise<boolean> {
  const rows = await tx.execute(
    `INSERT INTO person (person_id, institution_id, handle, name) VALUES ($1, $2, $3, $4) ON CONFLICT (handle) DO NOTHING`,
    [made.personId, made.institutionId, made.handle, made.name],
  );
  return rows === 1;
}

/** In the order of their handles, from the handle after `after` on. */
export async function people(
  db: Db,
  where: { handle?: string; id?: string; institutionId?: string; after?: string; limit?: number },
): Promise<PersonView[]> {
  const rows = await db.query<PersonRow>(
    `SELECT p.person_id, p.institution_id, p.handle, p.name, i.code AS institution_code,
       ARRAY(SELECT role FROM person_role r WHERE r.person_id = p.person_id ORDER BY role) AS roles
     FROM person p JOIN institution i USING (institution_id)
     WHERE ($1::text IS NULL OR p.handle = $1) AND ($2::uuid IS NULL OR p.person_id = $2)
       AND ($3::uuid IS NULL OR p.institution_id = $3) AND p.handle > $4 ORDER BY p.handle LIMIT $5`,
    [where.handle ?? null, where.id ?? null, where.institutionId ?? null, where.after ?? '', where.limit ?? 1],
  );
  return rows.map(personOf);
}

/** The roles that people of a kind begin with. */
export async function rolesGiven(db: Db, institutionId: string): Promise<string[]> {
  const rows = await db.query<{ role: string }>(
    `SELECT role FROM role JOIN institution i ON i.kind = ANY (given) WHERE institution_id = $1 ORDER BY role`,
    [institutionId],
  );
  return rows.map(({ role }) => role);
}

/** Gives and takes away until the person holds exactly these. The database refuses what does not go together. */
export async function saveRoles(
  tx: Tx,
  personId: string,
  roles: readonly string[],
  by: string | null,
  at: Date,
): Promise<void> {
  await tx.execute('DELETE FROM person_role WHERE person_id = $1 AND role <> ALL ($2)', [personId, roles]);
  await tx.execute(
    `INSERT INTO person_role (person_id, role, granted_by, granted_at) SELECT $1, unnest($2::text[]), $3, $4
     ON CONFLICT (person_id, role) DO NOTHING`,
    [personId, roles, by, at],
  );
}

export async function allRoles(db: Db): Promise<Role[]> {
  const rows = await db.query<Omit<Role, 'kinds' | 'scopes'> & { kinds: string[]; scopes: string[] }>(
    `SELECT role, zh, en, kinds, scopes,
       ARRAY(SELECT CASE WHEN c.role = r.role THEN c.other ELSE c.role END FROM role_conflict c
             WHERE r.role IN (c.role, c.other) ORDER BY 1) AS conflicts
     FROM role r ORDER BY role`,
  );
  return rows.map((row) => ({ ...row, kinds: row.kinds.map(kindOf), scopes: scopesOf(row.scopes) }));
}
