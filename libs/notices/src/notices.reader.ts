import { parseLocalDate, type LocalDate } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { StoredNotice } from './notice.ts';

export interface NoticeRow {
  notice_id: string;
  institution_id: string;
  seq: number;
  type: string;
  aggregate: string;
  body: Record<string, unknown>;
  at: Date;
  ack_due_on: LocalDate | null;
}

export const noticeOf = (row: NoticeRow): StoredNotice => ({
  id: row.notice_id,
  institutionId: row.institution_id,
  seq: row.seq,
  type: row.type,
  aggregate: row.aggregate,
  body: row.body,
  at: row.at,
  ackDueOn: row.ack_due_on,
});

/** A notice as its partner lists it. */
export interface ListedNotice extends StoredNotice {
  readonly acknowledgedAt: Date | null;
}

export interface NoticePage {
  readonly items: readonly ListedNotice[];
  /** There are more after the last of these. */
  readonly more: boolean;
}

/** What a partner was told after a number, in order. */
export async function noticesAfter(
  tx: Tx,
  institutionId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<NoticePage> {
  const rows = await tx.query<NoticeRow & { acknowledged_at: Date | null }>(
    `SELECT n.*, a.at AS acknowledged_at FROM notice n LEFT JOIN notice_ack a USING (institution_id, seq)
     WHERE n.institution_id = $1 AND n.seq > $2 ORDER BY n.seq LIMIT $3`,
    [institutionId, after, limit + 1],
    'notices-after',
  );
  const items = rows.slice(0, limit).map((row) => ({ ...noticeOf(row), acknowledgedAt: row.acknowledged_at }));
  return { items, more: rows.length > limit };
}

/** Not acknowledged in time (逾期未确认). */
export interface OverdueNotice extends StoredNotice {
  readonly institution: { readonly code: string; readonly zh: string; readonly en: string };
  /** When the partner's address took it; null: never, so somebody has to call. */
  readonly deliveredAt: Date | null;
}

export interface OverduePage {
  readonly items: readonly OverdueNotice[];
  readonly nextCursor: string | null;
}

interface OverdueRow extends NoticeRow {
  code: string;
  name_zh: string;
  name_en: string;
  delivered_at: Date | null;
}

const CURSOR = /^(\d{4}-\d{2}-\d{2}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,15})$/;
const START = ['0001-01-01', '00000000-0000-0000-0000-000000000000', '0'];

/** Day, institution and number after which a page begins; undefined for text that says none. */
function placeOf(cursor: string): readonly string[] | undefined {
  const [, day, institutionId, seq] = CURSOR.exec(cursor) ?? [];
  return day && institutionId && seq && parseLocalDate(day) ? [day, institutionId, seq] : undefined;
}

/** What no partner acknowledged before its last day was over, the longest overdue first. undefined for a cursor that is none. */
export async function overdueNotices(
  tx: Tx,
  today: LocalDate,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<OverduePage | undefined> {
  const after = cursor === undefined ? START : placeOf(cursor);
  if (after === undefined) return undefined;
  const rows = await tx.query<OverdueRow>(
    `SELECT n.*, i.code, i.name_zh, i.name_en,
       (SELECT min(t.at) FROM notice_attempt t
        WHERE t.institution_id = n.institution_id AND t.seq = n.seq AND t.status BETWEEN 200 AND 299) AS delivered_at
     FROM notice n JOIN institution i USING (institution_id)
     WHERE n.ack_due_on < $1 AND (n.ack_due_on, n.institution_id, n.seq) > ($2::date, $3::uuid, $4::bigint)
       AND NOT EXISTS (SELECT FROM notice_ack a WHERE a.institution_id = n.institution_id AND a.seq = n.seq)
     ORDER BY n.ack_due_on, n.institution_id, n.seq LIMIT $5`,
    [today, ...after, limit + 1],
    'notices-overdue',
  );
  const items = rows.slice(0, limit).map((row) => ({
    ...noticeOf(row),
    institution: { code: row.code, zh: row.name_zh, en: row.name_en },
    deliveredAt: row.delivered_at,
  }));
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? `${last.ackDueOn} ${last.institutionId} ${last.seq}` : null,
  };
}
