import type { Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import type { Institution } from './institutions.store.ts';
import type { InstitutionKind } from './principal.ts';

/** Institutions by id; one that there is not is left out. */
export async function institutionsById(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Institution>> {
  const rows = await db.query<{
    institution_id: string;
    kind: InstitutionKind;
    code: string;
    name_zh: string;
    name_en: string;
    uscc: Uscc | null;
  }>('SELECT institution_id, kind, code, name_zh, name_en, uscc FROM institution WHERE institution_id = ANY ($1)', [
    [...new Set(ids)],
  ]);
  return new Map(
    rows.map(({ institution_id: institutionId, kind, code, name_zh: zh, name_en: en, uscc }) => [
      institutionId,
      { institutionId, kind, code, zh, en, ...(uscc === null ? {} : { uscc }) },
    ]),
  );
}
