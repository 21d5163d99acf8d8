import {
  isOldRegistrationNumber,
  isOrganisationCode,
  isUscc,
  organisationCodeCheckDigit,
  parseUscc,
  ProblemError,
  usccCheckDigit,
  type Clock,
  type Uscc,
} from '#lib/kernel';
import type { MappedRow } from '#lib/data-sources';
import type { Database, Db, Tx } from '#lib/platform';
import { takeTick } from './intake/apply.ts';
import { releaseWaiting } from './intake/waiting-records.ts';

/** 别名的种类: old registration number 注册号, organisation code 组织机构代码, former USCC 原统一社会信用代码. */
export type AliasKind = 'registration-no' | 'organisation-code' | 'former-uscc';

/** Two codes that nobody has: in the place of a firm whose name is nobody's yet. */
export const UNNAMED = ['440305', '110105'].map((region) => {
  const body = `91${region}DM000000${organisationCodeCheckDigit('DM000000')}`;
  return `${body}${usccCheckDigit(body)}` as Uscc;
}) as [Uscc, Uscc];

/** Which kind of alias a text is by its shape; undefined: none. An organisation code may carry its hyphen. */
export function aliasKindOf(text: string): { readonly kind: AliasKind; readonly alias: string } | undefined {
  const alias = text.trim().toUpperCase();
  if (/^\d{15}$/.test(alias)) return { kind: 'registration-no', alias };
  const plain = alias.replace(/-(?=.$)/, '');
  if (isOrganisationCode(plain)) return { kind: 'organisation-code', alias: plain };
  return isUscc(alias) ? { kind: 'former-uscc', alias } : undefined;
}

/** The alias by which a refused row names its firm, and the column where it stands. */
export function aliasOf(mapped: MappedRow): { readonly column: string; readonly alias: string } | undefined {
  if (mapped.kind !== 'quarantined') return undefined;
  for (const { code, column, raw } of mapped.issues) {
    if ((code !== 'DQ04' && code !== 'DQ01') || column === undefined || raw === undefined) continue;
    const found = aliasKindOf(raw);
    if (found) return { column, alias: found.alias };
  }
  return undefined;
}

/** Firms by alias, of those aliases that name one firm only; what undone deliveries said does not count. */
export async function lookUpAliases(db: Db, aliases: readonly string[]): Promise<ReadonlyMap<string, Uscc>> {
  const rows = await db.query<{ alias: string; uscc: Uscc }>(
    `SELECT alias, min(uscc) AS uscc FROM (
       SELECT a.alias, a.uscc FROM company_alias a LEFT JOIN delivery d ON d.delivery_id = a.delivery_id
       WHERE a.alias = ANY($1::text[]) AND d.undone_at IS NULL
       UNION SELECT substr(uscc, 9, 9), uscc FROM company WHERE substr(uscc, 9, 9) = ANY($1::text[])
     ) named GROUP BY alias HAVING count(DISTINCT uscc) = 1`,
    [[...new Set(aliases)]],
  );
  return new Map(rows.map((row) => [row.alias, row.uscc]));
}

/** Keeps the registration numbers that a registration delivery states beside the codes. Resolves to those that are new. */
export async function keepRegistrationNumbers(tx: Tx, deliveryId: string, tick: Date): Promise<string[]> {
  const rows = await tx.query<{ alias: string; uscc: string }>(
    `SELECT DISTINCT s.payload ->> 'registrationNo' AS alias, s.uscc FROM stage s
     JOIN verdict v ON v.row_no = s.row_no AND v.uscc = s.uscc AND v.record_key = s.record_key
     WHERE v.verdict IN ('new', 'changed', 'superseded') AND s.op = 'U' AND s.payload ->> 'registrationNo' ~ '^[0-9]{15}$'`,
  );
  const valid = rows.filter((row) => isOldRegistrationNumber(row.alias));
  const added = await tx.query<{ alias: string }>(
    `INSERT INTO company_alias (alias, uscc, kind, known_from, delivery_id)
     SELECT alias, uscc, 'registration-no', $3, $4 FROM unnest($1::text[], $2::text[]) n(alias, uscc)
     WHERE NOT EXISTS (SELECT FROM company_alias a LEFT JOIN delivery d ON d.delivery_id = a.delivery_id
       WHERE a.alias = n.alias AND a.uscc = n.uscc AND d.undone_at IS NULL) RETURNING alias`,
    [valid.map((row) => row.alias), valid.map((row) => row.uscc), tick, deliveryId],
  );
  return added.map((row) => row.alias);
}

/**
 * Puts into the temporary table `arriving` the firms that this registration delivery brought at `tick`, by each name under
 * which rows may wait for them: the code, the organisation code in it, the registration numbers that are new.
 */
export async function findRegistered(tx: Tx, tick: Date, numbers: readonly string[]): Promise<void> {
  await tx.execute(
    `CREATE TEMP TABLE arriving ON COMMIT DROP AS
     SELECT c.uscc AS subject, c.company_id FROM company c JOIN (SELECT DISTINCT uscc FROM stage) s USING (uscc) WHERE c.known_from = $1`,
    [tick],
  );
  await tx.execute('ANALYZE arriving');
  const rows = await tx.query<{ subject: string }>(
    `SELECT DISTINCT w.subject FROM waiting_record w
     JOIN (SELECT substr(subject, 9, 9) AS alias FROM arriving UNION SELECT unnest($1::text[])) n ON n.alias = w.subject`,
    [numbers],
  );
  await addNamed(
    tx,
    rows.map((row) => row.subject),
  );
}

/** As findRegistered, for names of this delivery that were nobody's when it was read and are somebody's now. */
export async function findNamedMeanwhile(tx: Tx): Promise<boolean> {
  const rows = await tx.query<{ subject: string }>('SELECT DISTINCT subject FROM stage_waiting');
  if (rows.length === 0) return false;
  await tx.execute('CREATE TEMP TABLE arriving (subject text COLLATE "C", company_id bigint) ON COMMIT DROP');
  return addNamed(
    tx,
    rows.map((row) => row.subject),
  );
}

/** As findRegistered, for rows that waited because they call their firm by a name that it may have by now. */
export async function findRenamed(tx: Tx): Promise<boolean> {
  const rows = await tx.query<{ subject: string }>('SELECT DISTINCT subject FROM waiting_record WHERE misnamed');
  if (rows.length === 0) return false;
  const subjects = rows.map((row) => row.subject);
  await tx.execute(
    `CREATE TEMP TABLE arriving ON COMMIT DROP AS
     SELECT uscc AS subject, company_id FROM company WHERE uscc = ANY($1::text[])`,
    [subjects],
  );
  await addNamed(
    tx,
    subjects.filter((subject) => !isUscc(subject)),
  );
  return true;
}

async function addNamed(tx: Tx, aliases: readonly string[]): Promise<boolean> {
  if (aliases.length === 0) return false;
  const firms = await lookUpAliases(tx, aliases);
  const added = await tx.execute(
    `INSERT INTO arriving (subject, company_id) SELECT n.alias, c.company_id
     FROM unnest($1::text[], $2::text[]) n(alias, uscc) JOIN company c ON c.uscc = n.uscc`,
    [[...firms.keys()], [...firms.values()]],
  );
  return added > 0;
}

/** Staged rows that name a firm by a former code, which nobody registers any more, are taken for the firm. Their number. */
export async function resolveFormerCodes(tx: Tx): Promise<number> {
  const [any] = await tx.query<{ any: boolean }>(
    `SELECT EXISTS (SELECT FROM company_alias WHERE kind = 'former-uscc') AS any`,
  );
  if (!any!.any) return 0;
  const moved = await tx.query<{ row_no: number; alias: string; uscc: string }>(
    `SELECT DISTINCT s.row_no, a.alias, a.uscc FROM stage s JOIN company_alias a ON a.alias = s.uscc AND a.kind = 'former-uscc'
     WHERE NOT EXISTS (SELECT FROM company c WHERE c.uscc = s.uscc)
       AND (SELECT count(DISTINCT o.uscc) FROM company_alias o WHERE o.alias = a.alias) = 1`,
  );
  if (moved.length === 0) return 0;
  // Of a row that names the firm by both codes one is enough.
  await tx.execute(
    `DELETE FROM stage s USING company_alias a WHERE a.kind = 'former-uscc' AND s.uscc = a.alias
       AND NOT EXISTS (SELECT FROM company c WHERE c.uscc = s.uscc)
       AND EXISTS (SELECT FROM stage o WHERE o.row_no = s.row_no AND o.uscc = a.uscc AND o.record_key = s.record_key)`,
  );
  const values = [moved.map((row) => row.row_no), moved.map((row) => row.alias), moved.map((row) => row.uscc)];
  await tx.execute(
    `UPDATE stage s SET uscc = m.uscc FROM unnest($1::integer[], $2::text[], $3::text[]) m(row_no, alias, uscc)
     WHERE s.row_no = m.row_no AND s.uscc = m.alias`,
    values,
  );
  await tx.execute(
    `INSERT INTO stage_issue (row_no, code, raw, suggestion)
     SELECT row_no, 'DQ04', alias, uscc FROM unnest($1::integer[], $2::text[], $3::text[]) m(row_no, alias, uscc)`,
    values,
  );
  return moved.length;
}

/**
 * A person says by which other name bureaus call a firm. Rows that wait under it, and those that come from now on, are
 * taken for the firm. Throws ProblemError alias-malformed, alias-taken or company-unknown.
 */
export async function decideAlias(
  db: Database,
  input: {
    readonly alias: string;
    readonly uscc: string;
    readonly person: string;
    readonly reason: string;
    readonly clock: Clock;
  },
): Promise<{ readonly kind: AliasKind; readonly alias: string; readonly uscc: string }> {
  const named = aliasKindOf(input.alias);
  const uscc = parseUscc(input.uscc);
  if (!uscc.ok) throw new ProblemError({ ...uscc.problem, errors: [{ pointer: '/uscc', ...words(uscc.problem) }] });
  if (
    !named ||
    named.alias === uscc.value.uscc ||
    (named.kind === 'registration-no' && !isOldRegistrationNumber(named.alias))
  )
    throw refused(
      'alias-malformed',
      422,
      '/alias',
      '应为注册号、组织机构代码或原统一社会信用代码',
      'a registration number, an organisation code or a former USCC is expected',
    );
  return db.transaction(async (tx) => {
    // No delivery is applied meanwhile: its rows either wait by now or find the name.
    await tx.query('SELECT FROM ledger_tick FOR UPDATE');
    const [firm] = await tx.query('SELECT FROM company WHERE uscc = $1', [uscc.value.uscc]);
    if (!firm) throw refused('company-unknown', 404, '/uscc', '企业未登记', 'no such firm is registered');
    const [other] = await tx.query(
      `SELECT FROM company_alias WHERE alias = $1 AND uscc <> $2
       UNION ALL SELECT FROM company WHERE uscc = $1 OR (substr(uscc, 9, 9) = $1 AND uscc <> $2)`,
      [named.alias, uscc.value.uscc],
    );
    if (other)
      throw refused('alias-taken', 409, '/alias', '该名称已指向另一企业', 'another firm has this name already');
    await tx.execute(
      `INSERT INTO company_alias (alias, uscc, kind, known_from, decided_by, reason) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [named.alias, uscc.value.uscc, named.kind, input.clock.now(), input.person, input.reason],
    );
    await tx.execute(
      `CREATE TEMP TABLE arriving ON COMMIT DROP AS
       SELECT $1::text COLLATE "C" AS subject, company_id FROM company
       WHERE uscc = $2 AND EXISTS (SELECT FROM waiting_record WHERE subject = $1)`,
      [named.alias, uscc.value.uscc],
    );
    const [waits] = await tx.query('SELECT FROM arriving');
    if (waits) await releaseWaiting(tx, await takeTick(tx, input.clock.now(), undefined));
    return { ...named, uscc: uscc.value.uscc };
  });
}

const words = ({
  code,
  zh,
  en,
}: {
  code: string;
  zh: string;
  en: string;
}): { code: string; zh: string; en: string } => ({ code, zh, en });

const refused = (code: string, status: number, pointer: string, zh: string, en: string): ProblemError =>
  new ProblemError({ code, status, zh, en, errors: [{ pointer, code, zh, en }] });
