import type { Db, Tx } from '#lib/platform';

/** Who changes something, and why. `by` left out: the program itself, at a start. */
export interface Act {
  readonly by?: string;
  readonly reason?: string;
}

export interface AccessEvent {
  readonly institutionId: string;
  readonly subject: 'institution' | 'person' | 'key';
  readonly subjectId: string;
  readonly version: number;
  readonly event: 'add' | 'suspend' | 'restore' | 'roles' | 'issue' | 'rotate' | 'revoke';
  readonly by: string | null;
  readonly at: Date;
  readonly reason: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

type NewEvent = Pick<AccessEvent, 'institutionId' | 'subject' | 'subjectId' | 'event' | 'at'> &
  Partial<Pick<AccessEvent, 'detail'>> & { readonly act: Act };

/** Appends the next event of a subject, whose row the caller has locked or just made. Needs the house as actor. */
export async function appendEvent(
  tx: Tx,
  { institutionId, subject, subjectId, event, act, at, detail }: NewEvent,
): Promise<void> {
  await tx.execute(
    `INSERT INTO access_event (institution_id, subject, subject_id, version, event, by_person, at, reason, detail)
     SELECT $1, $2, $3::uuid, coalesce(max(version), 0) + 1, $4, $5, $6, $7, $8 FROM access_event WHERE subject_id = $3::uuid`,
    [institutionId, subject, subjectId, event, act.by ?? null, at, act.reason ?? null, JSON.stringify(detail ?? {})],
  );
}

/** What happened to an institution, its people and keys, or to one of them; oldest first. Needs the house, or itself, as actor. */
export async function eventsOf(
  db: Db,
  institutionId: string,
  { subjectId, after = 0, limit = 1000 }: { subjectId?: string; after?: number; limit?: number } = {},
): Promise<(AccessEvent & { readonly seq: number })[]> {
  return db.query(
    `SELECT seq, institution_id AS "institutionId", subject, subject_id AS "subjectId", version, event, by_person AS by, at, reason, detail
     FROM access_event WHERE institution_id = $1 AND ($2::uuid IS NULL OR subject_id = $2) AND seq > $3 ORDER BY seq LIMIT $4`,
    [institutionId, subjectId ?? null, after, limit],
  );
}
