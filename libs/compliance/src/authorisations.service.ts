import { v7 as uuidv7 } from 'uuid';
import { dateAt, ProblemError, type Clock, type LocalDate, type Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import {
  faultsOf,
  opens,
  type Asked,
  type Authorisation,
  type AuthorisationState,
  type AuthorisationTerms,
  type AuthorisedScope,
} from './authorisation.ts';
import type { Purpose } from './purpose.ts';

interface AuthorisationRow {
  authorisation_id: string;
  uscc: string;
  institution_id: string;
  purpose: Purpose;
  scopes: AuthorisedScope[];
  valid_from: LocalDate;
  valid_until: LocalDate;
  single: boolean;
  text_sha256: Buffer;
  evidence_sha256: Buffer;
  granted_at: Date;
  state: AuthorisationState;
  ended_at: Date | null;
}

const authorisationOf = (row: AuthorisationRow): Authorisation => ({
  authorisationId: row.authorisation_id,
  uscc: row.uscc as Uscc,
  institutionId: row.institution_id,
  purpose: row.purpose,
  scopes: row.scopes,
  from: row.valid_from,
  until: row.valid_until,
  single: row.single,
  textSha256: row.text_sha256.toString('hex'),
  evidenceSha256: row.evidence_sha256.toString('hex'),
  state: row.state,
  grantedAt: row.granted_at,
  endedAt: row.ended_at,
});

/** One of the two sides of an authorisation: each can end it. */
export type AuthorisationParty = { readonly uscc: string } | { readonly institutionId: string };

/**
 * What firms allow (授权). Every call takes the caller's transaction, opened for somebody: row-level security shows an
 * institution its own authorisations and a firm those that it gave.
 */
export class Authorisations {
  /** Throws ProblemError authorisation-invalid, each fault with its place, or company-unknown. */
  async grant(
    tx: Tx,
    terms: AuthorisationTerms,
    { person, clock }: { readonly person: string | null; readonly clock: Clock },
  ): Promise<Authorisation> {
    const now = clock.now();
    const errors = faultsOf(terms, dateAt(now));
    if (errors.length > 0)
      throw new ProblemError({
        code: 'authorisation-invalid',
        status: 422,
        zh: '授权内容有误',
        en: 'the authorisation is not valid',
        errors,
      });
    const [firm] = await tx.query('SELECT FROM company WHERE uscc = $1', [terms.uscc]);
    if (!firm)
      throw new ProblemError({
        code: 'company-unknown',
        status: 404,
        zh: `没有企业 ${terms.uscc}`,
        en: `there is no company ${terms.uscc}`,
        errors: [{ pointer: '/uscc', code: 'company-unknown', zh: '企业未登记', en: 'no such firm is registered' }],
      });
    const [row] = await tx.query<AuthorisationRow>(
      `INSERT INTO authorisation (authorisation_id, uscc, institution_id, purpose, scopes, valid_from, valid_until, single,
         text_sha256, evidence_sha256, granted_at, granted_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING *`,
      [
        uuidv7({ msecs: now.getTime() }),
        terms.uscc,
        terms.institutionId,
        terms.purpose,
        terms.scopes,
        terms.from,
        terms.until,
        terms.single,
        Buffer.from(terms.textSha256, 'hex'),
        Buffer.from(terms.evidenceSha256, 'hex'),
        now,
        person,
      ],
    );
    return authorisationOf(row!);
  }

  /**
   * The authorisation that opens this at this instant, the one that ends first; undefined when there is none. Locked
   * against its end. `except`: single ones that serve somebody else already.
   */
  async opening(tx: Tx, asked: Asked, except: readonly string[] = []): Promise<Authorisation | undefined> {
    const rows = await tx.query<AuthorisationRow>(
      `SELECT * FROM authorisation WHERE uscc = $1 AND institution_id = $2 AND state = 'GRANTED'
       ORDER BY single DESC, valid_until, authorisation_id FOR SHARE`,
      [asked.uscc, asked.institutionId],
      'authorisation-opening',
    );
    return rows
      .map(authorisationOf)
      .find((authorisation) => opens(authorisation, asked) && !except.includes(authorisation.authorisationId));
  }

  /** Locked against its end until the transaction is over. Throws ProblemError authorisation-unknown. */
  async held(tx: Tx, authorisationId: string): Promise<Authorisation> {
    const [row] = await tx.query<AuthorisationRow>(
      'SELECT * FROM authorisation WHERE authorisation_id = $1 FOR SHARE',
      [authorisationId],
      'authorisation-held',
    );
    if (!row) throw authorisationUnknown(authorisationId);
    return authorisationOf(row);
  }

  /** Of these pairs of firm and institution, those between which some authorisation stands: `opening` then decides. */
  async pairsGranted(
    tx: Tx,
    pairs: readonly { readonly uscc: Uscc; readonly institutionId: string }[],
  ): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ pair: string }>(
      `SELECT DISTINCT w.uscc || '|' || w.institution_id AS pair
       FROM unnest($1::text[], $2::uuid[]) AS w (uscc, institution_id)
       JOIN authorisation a ON a.uscc = w.uscc AND a.institution_id = w.institution_id AND a.state = 'GRANTED'`,
      [pairs.map(({ uscc }) => uscc), pairs.map(({ institutionId }) => institutionId)],
    );
    return new Set(rows.map(({ pair }) => pair));
  }

  /** Of these, those that were withdrawn or are over. */
  async endedAmong(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, 'REVOKED' | 'EXPIRED'>> {
    const rows = await tx.query<{ authorisation_id: string; state: 'REVOKED' | 'EXPIRED' }>(
      `SELECT authorisation_id, state FROM authorisation WHERE authorisation_id = ANY ($1) AND state IN ('REVOKED', 'EXPIRED')`,
      [ids],
    );
    return new Map(rows.map((row) => [row.authorisation_id, row.state]));
  }

  /** Of these firms, those that authorised this very read (已授权企业). */
  async authorised(tx: Tx, usccs: readonly string[], asked: Omit<Asked, 'uscc'>): Promise<ReadonlySet<string>> {
    const rows = await tx.query<AuthorisationRow>(
      `SELECT * FROM authorisation WHERE uscc = ANY ($1) AND institution_id = $2 AND state = 'GRANTED'`,
      [usccs, asked.institutionId],
    );
    const open = rows.map(authorisationOf).filter((given) => opens(given, { ...asked, uscc: given.uscc }));
    return new Set(open.map(({ uscc }) => uscc));
  }

  /** Throws ProblemError authorisation-missing 403: nothing is said of whether there is anything to see. */
  async require(tx: Tx, asked: Asked): Promise<Authorisation> {
    const found = await this.opening(tx, asked);
    if (found) return found;
    throw new ProblemError({
      code: 'authorisation-missing',
      status: 403,
      zh: '没有该企业在此刻对此目的有效的授权',
      en: 'there is no authorisation of this firm for this purpose that holds now',
      extra: { uscc: asked.uscc, purpose: asked.purpose, scope: asked.scope },
    });
  }

  /** Throws ProblemError authorisation-unknown. */
  async get(tx: Tx, authorisationId: string): Promise<Authorisation> {
    const [row] = await tx.query<AuthorisationRow>('SELECT * FROM authorisation WHERE authorisation_id = $1', [
      authorisationId,
    ]);
    if (!row) throw authorisationUnknown(authorisationId);
    return authorisationOf(row);
  }

  /** Of one firm, newest first. */
  async ofFirm(tx: Tx, uscc: Uscc, limit = 200): Promise<Authorisation[]> {
    const rows = await tx.query<AuthorisationRow>(
      'SELECT * FROM authorisation WHERE uscc = $1 ORDER BY authorisation_id DESC LIMIT $2',
      [uscc, limit],
    );
    return rows.map(authorisationOf);
  }

  /** Of one institution, newest first; `before`: the last id of the page before. */
  async ofInstitution(tx: Tx, institutionId: string, limit: number, before?: string): Promise<Authorisation[]> {
    if (before !== undefined && !/^[0-9a-f-]{36}$/.test(before)) return [];
    const rows = await tx.query<AuthorisationRow>(
      `SELECT * FROM authorisation WHERE institution_id = $1 AND ($2::uuid IS NULL OR authorisation_id < $2)
       ORDER BY authorisation_id DESC LIMIT $3`,
      [institutionId, before ?? null, limit],
    );
    return rows.map(authorisationOf);
  }

  /** A withdrawal works at once (撤回授权). Ending twice keeps the first end. Throws ProblemError authorisation-unknown. */
  async revoke(
    tx: Tx,
    authorisationId: string,
    { reason, clock, ...whose }: { readonly reason: string; readonly clock: Clock } & AuthorisationParty,
  ): Promise<Authorisation> {
    const found = await this.get(tx, authorisationId);
    const isTheirs = 'uscc' in whose ? found.uscc === whose.uscc : found.institutionId === whose.institutionId;
    if (!isTheirs) throw authorisationUnknown(authorisationId);
    await this.end(tx, authorisationId, 'REVOKED', clock, reason);
    return this.get(tx, authorisationId);
  }

  /** A single authorisation is gone with its report. */
  async useUp(tx: Tx, authorisation: Authorisation, clock: Clock): Promise<void> {
    if (authorisation.single) await this.end(tx, authorisation.authorisationId, 'USED_UP', clock, null);
  }

  /** Those whose last day is over. Resolves to their number. */
  async expire(tx: Tx, clock: Clock): Promise<number> {
    const now = clock.now();
    return tx.execute(
      `UPDATE authorisation SET state = 'EXPIRED', ended_at = $1 WHERE state = 'GRANTED' AND valid_until < $2`,
      [now, dateAt(now)],
    );
  }

  private async end(
    tx: Tx,
    authorisationId: string,
    state: AuthorisationState,
    clock: Clock,
    reason: string | null,
  ): Promise<void> {
    await tx.execute(
      `UPDATE authorisation SET state = $2, ended_at = $3, end_reason = $4 WHERE authorisation_id = $1 AND state = 'GRANTED'`,
      [authorisationId, state, clock.now(), reason],
    );
  }
}

const authorisationUnknown = (authorisationId: string): ProblemError =>
  new ProblemError({
    code: 'authorisation-unknown',
    status: 404,
    zh: `没有授权 ${authorisationId}`,
    en: `there is no authorisation ${authorisationId}`,
  });
