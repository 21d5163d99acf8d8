import { dateAt, parseUscc, ProblemError, type Clock, type LocalDate } from '#lib/kernel';
import { closureKindOf, SOURCES, type ClosureKind } from '#lib/data-sources';
import type { Database, Db, Tx } from '#lib/platform';
import type { Closures } from './coverage-book.ts';
import { layoutOf } from './deliveries.service.ts';
import { takeTick } from './intake/apply.ts';

/** A source that no longer counts for a firm (停用数据源), as decided. */
export interface SourceClosure {
  readonly uscc: string;
  readonly source: string;
  readonly kind: ClosureKind;
  /** The day on which the firm said so. */
  readonly statedOn: LocalDate;
  /** Runs with known_at from this tick on follow it … */
  readonly knownFrom: Date;
  /** … and before this one, where it was ended. */
  readonly knownTo: Date | null;
  readonly reason: string;
  readonly endReason: string | null;
}

export interface ClosureInput {
  readonly uscc: string;
  readonly source: string;
  readonly reason: string;
  readonly person: string;
  readonly clock: Clock;
}

/** What firms had closed as known at the instant. */
export async function readClosures(db: Db, knownAt: Date): Promise<Closures> {
  const rows = await db.query<{ uscc: string; source: string; kind: ClosureKind }>(
    `SELECT c.uscc, s.source, s.kind FROM source_closure s JOIN company c USING (company_id)
     WHERE s.known_from <= $1 AND (s.known_to IS NULL OR s.known_to > $1)`,
    [knownAt],
  );
  const closures = new Map<string, Map<string, ClosureKind>>();
  for (const { uscc, source, kind } of rows) {
    const own = closures.get(uscc);
    if (own) own.set(source, kind);
    else closures.set(uscc, new Map([[source, kind]]));
  }
  return closures;
}

const SELECT = `SELECT c.uscc, s.source, s.kind, s.stated_on AS "statedOn", s.known_from AS "knownFrom", s.known_to AS "knownTo", s.reason,
    s.end_reason AS "endReason"
  FROM source_closure s JOIN company c USING (company_id)`;

/** All that were ever decided for a firm, the newest first. Throws ProblemError uscc-malformed or company-unknown. */
export async function sourceClosures(db: Db, uscc: string): Promise<SourceClosure[]> {
  const companyId = await companyOf(db, uscc);
  return db.query<SourceClosure>(`${SELECT} WHERE s.company_id = $1 ORDER BY s.known_from DESC`, [companyId]);
}

/**
 * Closes a source for a firm at a tick of its own: from the next run on its feeds are MISSING with the kind as cause, never
 * zero. Which sources a firm may close, and why, the source says. `statedOn` defaults to today.
 * Throws ProblemError unknown-source, source-not-closable, uscc-malformed, company-unknown, stated-on-ahead or source-closed.
 */
export async function closeSource(
  db: Database,
  input: ClosureInput & { readonly statedOn?: LocalDate },
): Promise<SourceClosure> {
  const { source } = layoutOf(input.source);
  const kind = closureKindOf(source);
  if (kind === undefined) {
    const names = SOURCES.filter((other) => closureKindOf(other) !== undefined).map(({ name }) => name);
    throw refused(
      'source-not-closable',
      422,
      '/source',
      `数据源「${source.name}」依法公开或按合同提供，不可停用；可停用：${names.join('、')}`,
      `${source.name} does not rest on the firm's will; these do: ${names.join(', ')}`,
    );
  }
  const today = dateAt(input.clock.now());
  const statedOn = input.statedOn ?? today;
  if (statedOn > today)
    throw refused('stated-on-ahead', 422, '/statedOn', '声明日期晚于今日', 'the day lies after today');
  const companyId = await companyOf(db, input.uscc);
  return db.transaction(async (tx) => {
    const tick = await takeTick(tx, input.clock.now(), undefined);
    const made = await tx.execute(
      `INSERT INTO source_closure (company_id, source, kind, stated_on, known_from, decided_by, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [companyId, source.name, kind, statedOn, tick, input.person, input.reason],
    );
    if (made === 0)
      throw refused(
        'source-closed',
        409,
        '/source',
        '该企业已停用此数据源',
        'the source is closed for this firm already',
      );
    return closureAt(tx, companyId, source.name, tick);
  });
}

/**
 * Ends a closure at a tick of its own: from the next run on the source counts again, with everything that came meanwhile.
 * Throws ProblemError unknown-source, uscc-malformed, company-unknown or source-not-closed.
 */
export async function endClosure(db: Database, input: ClosureInput): Promise<SourceClosure> {
  const { source } = layoutOf(input.source);
  const companyId = await companyOf(db, input.uscc);
  return db.transaction(async (tx) => {
    const tick = await takeTick(tx, input.clock.now(), undefined);
    const [ended] = await tx.query<{ known_from: Date }>(
      `UPDATE source_closure SET known_to = $3, ended_by = $4, end_reason = $5
       WHERE company_id = $1 AND source = $2 AND known_to IS NULL RETURNING known_from`,
      [companyId, source.name, tick, input.person, input.reason],
    );
    if (!ended)
      throw refused(
        'source-not-closed',
        409,
        '/source',
        '该企业未停用此数据源',
        'the source is not closed for this firm',
      );
    return closureAt(tx, companyId, source.name, ended.known_from);
  });
}

async function closureAt(tx: Tx, companyId: number, source: string, knownFrom: Date): Promise<SourceClosure> {
  const [row] = await tx.query<SourceClosure>(
    `${SELECT} WHERE s.company_id = $1 AND s.source = $2 AND s.known_from = $3`,
    [companyId, source, knownFrom],
  );
  return row!;
}

async function companyOf(db: Db, text: string): Promise<number> {
  const uscc = parseUscc(text);
  if (!uscc.ok) throw new ProblemError(uscc.problem);
  const [company] = await db.query<{ company_id: number }>('SELECT company_id FROM company WHERE uscc = $1', [
    uscc.value.uscc,
  ]);
  if (!company) throw refused('company-unknown', 404, '/uscc', '企业未登记', 'no such firm is registered');
  return company.company_id;
}

const refused = (code: string, status: number, pointer: string, zh: string, en: string): ProblemError =>
  new ProblemError({ code, status, zh, en, errors: [{ pointer, code, zh, en }] });
