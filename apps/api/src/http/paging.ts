import { ProblemError } from '#lib/kernel';
import { NumberField, PatternField } from './fields.ts';

/** `?limit=` of a list that has no further page. */
export class LimitQuery {
  @NumberField({ description: 'Items at most.', optional: true, default: 50 }, 1, 200)
  limit: number = 50;
}

/** `?limit=&cursor=` of every list. */
export class PageQuery {
  @NumberField({ description: 'Items a page.', optional: true, default: 50 }, 1, 200)
  limit: number = 50;

  @PatternField(
    { description: 'nextCursor of the page before; opaque, it pins what the first page saw.', optional: true },
    /^[A-Za-z0-9_-]{1,400}$/,
    '应为上一页的 nextCursor',
    'the nextCursor of the page before is expected',
  )
  cursor?: string;
}

/** The libs' cursors are plain text; outside they are opaque. */
export const sealCursor = (cursor: string | null): string | null =>
  cursor === null ? null : Buffer.from(cursor).toString('base64url');

/** Throws `cursor-invalid` 400 for what is not even text; the list itself refuses what is not its own. */
export function openCursor(sealed: string | undefined): { cursor?: string } {
  if (sealed === undefined) return {};
  const cursor = Buffer.from(sealed, 'base64url').toString('utf8');
  if (/^[\x20-\x7e]+$/.test(cursor)) return { cursor };
  throw cursorInvalid();
}

/** As openCursor, for a list whose cursors have this shape. */
export function cursorOf(sealed: string | undefined, shape: RegExp): string | undefined {
  const { cursor } = openCursor(sealed);
  if (cursor === undefined || shape.test(cursor)) return cursor;
  throw cursorInvalid();
}

/** A page of rows of which one more than the limit was asked for. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  body: (row: T) => object,
  cursor: (row: T) => string,
): { items: object[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  return { items: items.map(body), nextCursor: rows.length > limit ? sealCursor(cursor(items.at(-1)!)) : null };
}

export function cursorInvalid(): ProblemError {
  const words = { zh: '游标无效', en: 'not a cursor of this list' };
  return new ProblemError({
    code: 'cursor-invalid',
    status: 400,
    ...words,
    errors: [{ field: 'cursor', code: 'cursor-invalid', ...words }],
  });
}
