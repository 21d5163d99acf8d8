import { v7 as uuidv7 } from 'uuid';
import { ProblemError, type Clock, type Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { bearerKey, keyHash, keyProblem, makeKey, sameHash, unknownKey } from './api-key.ts';
import { INSTITUTION_KINDS, scopesOf, type InstitutionKind, type Principal, type Scope } from './principal.ts';

export interface Institution {
  readonly institutionId: string;
  readonly kind: InstitutionKind;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** Of kind `firm`, and only of it: the firm itself. */
  readonly uscc?: Uscc;
}

export interface Person {
  readonly personId: string;
  readonly institutionId: string;
  readonly handle: string;
  readonly name: string;
}

export interface IssuedKey {
  readonly keyId: string;
  readonly prefix: string;
  /** The plain key: shown once, here. */
  readonly key: string;
  readonly expiresAt: Date;
}

interface KeyRow {
  key_id: string;
  person_id: string;
  institution_id: string;
  kind: string;
  sha256: Buffer;
  scopes: string[];
  expires_at: Date;
  revoked_at: Date | null;
  uscc: Uscc | null;
}

interface PersonRow {
  person_id: string;
  institution_id: string;
  handle: string;
  name: string;
}

const personOf = (row: PersonRow): Person => ({
  personId: row.person_id,
  institutionId: row.institution_id,
  handle: row.handle,
  name: row.name,
});

/** Institutions (机构), people and their keys. The only user of these tables. */
export class Access {
  constructor(private readonly db: Database) {}

  /** The house itself: institution and person `operator`, made once; safe to call at every start and by two at once. */
  async ensureOperator(): Promise<Person> {
    return this.db.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO institution (institution_id, kind, code, name_zh, name_en)
         VALUES ($1, 'operator', 'operator', '首公里运营方', 'Firstmile operator') ON CONFLICT (code) DO NOTHING`,
        [uuidv7()],
      );
      await tx.execute(
        `INSERT INTO person (person_id, institution_id, handle, name)
         SELECT $1, institution_id, 'operator', '运营方 Operator' FROM institution WHERE code = 'operator'
         ON CONFLICT (handle) DO NOTHING`,
        [uuidv7()],
      );
      const [row] = await tx.query<PersonRow>(`SELECT * FROM person WHERE handle = 'operator'`);
      return personOf(row!);
    });
  }

  /** Throws `institution-code-taken` 409 when the code, or the firm, has one already. */
  async createInstitution(input: Omit<Institution, 'institutionId'>): Promise<Institution> {
    const institution = { institutionId: uuidv7(), ...input };
    const made = await this.db.query(
      `INSERT INTO institution (institution_id, kind, code, name_zh, name_en, uscc) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [institution.institutionId, input.kind, input.code, input.zh, input.en, input.uscc ?? null],
    );
    if (made.length === 0) {
      const text = { zh: `机构代码「${input.code}」已被使用`, en: `the institution code ${input.code} is taken` };
      throw new ProblemError({ code: 'institution-code-taken', status: 409, ...text });
    }
    return institution;
  }

  /** Throws `handle-taken` 409. */
  async createPerson(input: Omit<Person, 'personId'>): Promise<Person> {
    const person = { personId: uuidv7(), ...input };
    const made = await this.db.query(
      `INSERT INTO person (person_id, institution_id, handle, name) VALUES ($1, $2, $3, $4)
       ON CONFLICT (handle) DO NOTHING RETURNING 1`,
      [person.personId, input.institutionId, input.handle, input.name],
    );
    if (made.length === 0) {
      const text = { zh: `用户名「${input.handle}」已被使用`, en: `the handle ${input.handle} is taken` };
      throw new ProblemError({ code: 'handle-taken', status: 409, ...text });
    }
    return person;
  }

  async institutionByCode(code: string): Promise<Institution | undefined> {
    const [row] = await this.db.query<{
      institution_id: string;
      kind: string;
      name_zh: string;
      name_en: string;
      uscc: Uscc | null;
    }>('SELECT institution_id, kind, name_zh, name_en, uscc FROM institution WHERE code = $1', [code]);
    if (row === undefined) return undefined;
    const { institution_id: institutionId, name_zh: zh, name_en: en, uscc } = row;
    return { institutionId, kind: kindOf(row.kind), code, zh, en, ...(uscc === null ? {} : { uscc }) };
  }

  /** By id. Ids that nobody has are left out. */
  async institutionCodes(ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.db.query<{ institution_id: string; code: string }>(
      'SELECT institution_id, code FROM institution WHERE institution_id = ANY ($1)',
      [[...new Set(ids)]],
    );
    return new Map(rows.map((row) => [row.institution_id, row.code]));
  }

  /** By id. Ids that nobody has are left out. */
  async institutionNames(ids: readonly string[]): Promise<Map<string, { readonly zh: string; readonly en: string }>> {
    const rows = await this.db.query<{ institution_id: string; name_zh: string; name_en: string }>(
      'SELECT institution_id, name_zh, name_en FROM institution WHERE institution_id = ANY ($1)',
      [[...new Set(ids)]],
    );
    return new Map(rows.map((row) => [row.institution_id, { zh: row.name_zh, en: row.name_en }]));
  }

  /** For the command line's `--as`. Throws `person-unknown` 404. */
  async personByHandle(handle: string): Promise<Person> {
    const [row] = await this.db.query<PersonRow>('SELECT * FROM person WHERE handle = $1', [handle]);
    if (row !== undefined) return personOf(row);
    const text = { zh: `没有名为「${handle}」的用户`, en: `nobody has the handle ${handle}` };
    throw new ProblemError({ code: 'person-unknown', status: 404, ...text });
  }

  /**
   * Throws RangeError when `expiresAt` does not lie after the clock's now, or no scope is given; `scope-not-of-kind` 409
   * unless a firm, and nobody else, gets `subject:own`, and nothing else.
   */
  async issueKey(personId: string, scopes: readonly Scope[], expiresAt: Date, clock: Clock): Promise<IssuedKey> {
    const now = clock.now();
    if (!(expiresAt > now)) throw new RangeError('a key expires after it is made');
    if (scopes.length === 0) throw new RangeError('a key without a scope opens nothing');
    const { key, prefix, sha256 } = makeKey();
    const keyId = uuidv7();
    const made = await this.db.query(
      `INSERT INTO api_key (key_id, person_id, prefix, sha256, scopes, expires_at, created_at)
       SELECT $1, person_id, $3, $4, $5, $6, $7 FROM person JOIN institution USING (institution_id)
       WHERE person_id = $2 AND CASE WHEN kind = 'firm' THEN $5::text[] = ARRAY['subject:own'] ELSE 'subject:own' <> ALL ($5::text[]) END
       RETURNING 1`,
      [keyId, personId, prefix, sha256, scopesOf(scopes), expiresAt, now],
    );
    if (made.length === 0)
      throw new ProblemError({
        code: 'scope-not-of-kind',
        status: 409,
        zh: '权限 subject:own 只用于企业查询自身，企业也只有此项权限',
        en: 'the scope subject:own is the one scope of a firm, and of nobody else',
      });
    return { keyId, prefix, key, expiresAt };
  }

  /** Revoking twice keeps the first instant. */
  async revokeKey(keyId: string, clock: Clock): Promise<void> {
    await this.db.query('UPDATE api_key SET revoked_at = $2 WHERE key_id = $1 AND revoked_at IS NULL', [
      keyId,
      clock.now(),
    ]);
  }

  /**
   * Who sends this `Authorization` header. Throws 401 `key-missing`, `key-unknown`, `key-expired` or `key-revoked`.
   * Whether the key is right is decided before anything is said about it.
   */
  async authenticate(authorization: string | undefined, clock: Clock): Promise<Principal> {
    const { key, prefix } = bearerKey(authorization);
    const [row] = await this.db.query<KeyRow>(
      `SELECT k.key_id, k.person_id, p.institution_id, i.kind, k.sha256, k.scopes, k.expires_at, k.revoked_at, i.uscc
       FROM api_key k JOIN person p USING (person_id) JOIN institution i USING (institution_id) WHERE k.prefix = $1`,
      [prefix],
      'access-key-by-prefix',
    );
    if (row === undefined || !sameHash(row.sha256, keyHash(key))) throw unknownKey();
    const now = clock.now();
    if (row.revoked_at !== null && row.revoked_at <= now)
      throw keyProblem('key-revoked', '密钥已被吊销', 'the key was revoked');
    if (row.expires_at <= now) throw keyProblem('key-expired', '密钥已过期', 'the key has expired');
    return {
      personId: row.person_id,
      institutionId: row.institution_id,
      kind: kindOf(row.kind),
      keyId: row.key_id,
      scopes: scopesOf(row.scopes),
      ...(row.uscc === null ? {} : { uscc: row.uscc }),
    };
  }
}

function kindOf(text: string): InstitutionKind {
  const kind = INSTITUTION_KINDS.find((known) => known === text);
  if (kind === undefined) throw new RangeError(`unknown kind of institution: ${text}`);
  return kind;
}
