import { HOUSE } from '#lib/access';
import { ProblemError, type Clock } from '#lib/kernel';
import type { Database, Db } from '#lib/platform';

/** An institution that reviews a list (复核机构). */
export interface ListReviewer {
  readonly institutionId: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly namedAt: Date;
}

export class Reviewers {
  constructor(private readonly db: Database) {}

  /** Those of now, in the order in which they were named. */
  async of(listCode: string): Promise<ListReviewer[]> {
    const rows = await this.db.as(HOUSE, (tx) =>
      tx.query<{ institution_id: string; code: string; name_zh: string; name_en: string; named_at: Date }>(
        `SELECT r.institution_id, i.code, i.name_zh, i.name_en, r.named_at FROM list_reviewer r JOIN institution i USING (institution_id)
         WHERE r.list_code = $1 AND r.ended_at IS NULL ORDER BY r.named_at, i.code`,
        [listCode],
      ),
    );
    return rows.map(({ institution_id: institutionId, code, name_zh: zh, name_en: en, named_at: namedAt }) => ({
      institutionId,
      code,
      zh,
      en,
      namedAt,
    }));
  }

  /** Naming it twice changes nothing. Throws ProblemError reviewer-kind 409 for one whose people have no such role. */
  async name(
    listCode: string,
    institution: { readonly institutionId: string; readonly kind: string },
    by: { readonly person: string; readonly clock: Clock },
  ): Promise<void> {
    if (institution.kind !== 'guarantor')
      throw new ProblemError({
        code: 'reviewer-kind',
        status: 409,
        zh: '名单只由担保机构复核',
        en: 'lists are reviewed by guarantors',
      });
    await this.db.as(HOUSE, (tx) =>
      tx.execute(
        `INSERT INTO list_reviewer (list_code, institution_id, named_at, named_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (list_code, institution_id) WHERE ended_at IS NULL DO NOTHING`,
        [listCode, institution.institutionId, by.clock.now(), by.person],
      ),
    );
  }

  /** It sees and decides nothing more of the list from now on; ending it twice changes nothing. */
  async end(
    listCode: string,
    institutionId: string,
    by: { readonly person: string; readonly clock: Clock },
  ): Promise<void> {
    await this.db.as(HOUSE, (tx) =>
      tx.execute(
        `UPDATE list_reviewer SET ended_at = greatest($3, named_at), ended_by = $4
         WHERE list_code = $1 AND institution_id = $2 AND ended_at IS NULL`,
        [listCode, institutionId, by.clock.now(), by.person],
      ),
    );
  }
}

/** Throws ProblemError not-a-reviewer 403. */
export async function requireReviewer(db: Db, listCode: string, institutionId: string): Promise<void> {
  const named = await db.query(
    'SELECT FROM list_reviewer WHERE list_code = $1 AND institution_id = $2 AND ended_at IS NULL',
    [listCode, institutionId],
  );
  if (named.length > 0) return;
  throw new ProblemError({
    code: 'not-a-reviewer',
    status: 403,
    zh: `本机构不是名单 ${listCode} 的复核机构`,
    en: `the institution does not review the list ${listCode}`,
  });
}
