import type { InstitutionKind } from '#lib/access';
import type { LocalDate } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { LISTED, type MemberState } from '../membership.ts';
import type { KnownStanding, MemberEntry, UntoldMember } from './member-news.ts';

/** Who reads lists: somebody there may. */
export interface ListReader {
  readonly institutionId: string;
  readonly kind: InstitutionKind;
}

/** Institutions that are told, of these kinds, in one order for all. */
export function listReaders(tx: Tx, kinds: readonly InstitutionKind[]): Promise<ListReader[]> {
  return tx.query<ListReader>(
    `SELECT i.institution_id AS "institutionId", i.kind FROM institution i
     WHERE i.state = 'ACTIVE' AND i.kind = ANY ($1) AND EXISTS (
       SELECT FROM person p WHERE p.institution_id = i.institution_id AND 'partner:lists' = ANY (scopes_of_person(p.person_id)))
     ORDER BY i.institution_id`,
    [kinds],
  );
}

interface UntoldRow {
  uscc: string;
  version: number;
  state: MemberState;
  told: KnownStanding | null;
  reason: string;
  at: Date;
  entered_on: LocalDate | null;
  valid_until: LocalDate | null;
  entry: MemberEntry | null;
}

export interface Untold {
  readonly listCode: string;
  readonly institutionId: string;
  /** The newest version of the list. */
  readonly version: number;
  /** Whether it is given out: else only firms that the partner was told of. */
  readonly givenOut: boolean;
  readonly limit: number;
}

/** Firms that stand otherwise than the partner was told, by code. */
export async function untoldMembers(tx: Tx, asked: Untold): Promise<UntoldMember[]> {
  const rows = await tx.query<UntoldRow>(
    `SELECT m.uscc, m.version, m.state, e.reason, e.at, m.entered_on, m.valid_until,
       CASE WHEN t.uscc IS NOT NULL THEN jsonb_build_object('state', t.state, 'validUntil', t.valid_until) END AS told,
       CASE WHEN l.uscc IS NOT NULL THEN jsonb_build_object('name', l.name, 'region', l.region, 'industry', l.industry,
         'score', l.score, 'low', l.low, 'high', l.high, 'coverageBp', l.coverage_bp, 'confidence', l.confidence,
         'grade', l.grade, 'offList', l.off_list) END AS entry
     FROM membership m
     JOIN membership_event e ON e.list_code = m.list_code AND e.uscc = m.uscc AND e.version = m.version
     LEFT JOIN list_told t ON t.list_code = m.list_code AND t.institution_id = $2 AND t.uscc = m.uscc
     LEFT JOIN list_entry l ON l.list_code = m.list_code AND l.version = $3 AND l.kind = 'member' AND l.uscc = m.uscc
     WHERE m.list_code = $1 AND t.version IS DISTINCT FROM m.version
       AND (t.state = ANY ($4) OR ($5 AND m.state = ANY ($4)))
     ORDER BY m.uscc LIMIT $6`,
    [asked.listCode, asked.institutionId, asked.version, LISTED, asked.givenOut, asked.limit],
  );
  return rows.map(({ entered_on: enteredOn, valid_until: validUntil, ...row }) => ({ ...row, enteredOn, validUntil }));
}

export async function markTold(
  tx: Tx,
  { listCode, institutionId, at }: Pick<Untold, 'listCode' | 'institutionId'> & { readonly at: Date },
  members: readonly UntoldMember[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO list_told (list_code, institution_id, uscc, version, state, valid_until, told_at)
     SELECT $1, $2, uscc, version, state, valid_until, $3
     FROM unnest($4::text[], $5::int[], $6::text[], $7::date[]) AS m(uscc, version, state, valid_until)
     ON CONFLICT (list_code, institution_id, uscc) DO UPDATE SET version = excluded.version, state = excluded.state,
       valid_until = excluded.valid_until, told_at = excluded.told_at`,
    [
      listCode,
      institutionId,
      at,
      members.map(({ uscc }) => uscc),
      members.map(({ version }) => version),
      members.map(({ state }) => state),
      members.map(({ validUntil }) => validUntil),
    ],
  );
}

/** Marks a version as told; false: the partner knows it, or a newer one. */
export async function markVersionTold(
  tx: Tx,
  { listCode, institutionId, version, at }: Omit<Untold, 'givenOut' | 'limit'> & { readonly at: Date },
): Promise<boolean> {
  const marked = await tx.execute(
    `INSERT INTO list_version_told AS t (list_code, institution_id, version, told_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (list_code, institution_id) DO UPDATE SET version = excluded.version, told_at = excluded.told_at
     WHERE t.version < excluded.version`,
    [listCode, institutionId, version, at],
  );
  return marked === 1;
}
