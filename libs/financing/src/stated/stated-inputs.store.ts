import type { InstitutionKind } from '#lib/access';
import type { LocalDate, Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { Evidence, InputCheck, StatedInput, Verdict } from './stated-input.ts';
import type { StatedKind, StatedValues } from './stated-values.ts';

export async function insertInput(tx: Tx, input: Omit<StatedInput, 'checks'>): Promise<void> {
  await tx.execute(
    `INSERT INTO stated_input (statement_id, uscc, kind, as_of, stated_values, evidence, reason, stated_at, stated_on, institution_id,
       institution_kind, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      input.statementId,
      input.uscc,
      input.kind,
      input.asOf,
      input.values && JSON.stringify(input.values),
      JSON.stringify(input.evidence),
      input.reason,
      input.at,
      input.on,
      input.institutionId,
      input.by,
      input.personId,
    ],
  );
}

export async function insertCheck(
  tx: Tx,
  { statementId, uscc, personId: statedBy }: Pick<StatedInput, 'statementId' | 'uscc' | 'personId'>,
  check: InputCheck & { readonly checkId: string },
): Promise<void> {
  await tx.execute(
    `INSERT INTO stated_input_check (check_id, statement_id, uscc, stated_by, verdict, note, evidence_sha256, checked_at, checked_on,
       institution_id, institution_kind, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      check.checkId,
      statementId,
      uscc,
      statedBy,
      check.verdict,
      check.note,
      Buffer.from(check.evidenceSha256, 'hex'),
      check.at,
      check.on,
      check.institutionId,
      check.by,
      check.personId,
    ],
  );
}

interface InputRow {
  statement_id: string;
  uscc: Uscc;
  kind: StatedKind;
  as_of: LocalDate;
  stated_values: StatedValues | null;
  evidence: Evidence[];
  reason: string | null;
  stated_at: Date;
  stated_on: LocalDate;
  institution_id: string;
  institution_kind: InstitutionKind;
  person_id: string;
}

interface CheckRow {
  statement_id: string;
  verdict: Verdict;
  note: string;
  evidence_sha256: Buffer;
  checked_at: Date;
  checked_on: LocalDate;
  institution_id: string;
  institution_kind: InstitutionKind;
  person_id: string;
}

/** Every version that was known by the end of a day, with the checks known then, the oldest first. */
export async function inputsKnownOn(db: Db, uscc: Uscc, on: LocalDate): Promise<StatedInput[]> {
  const checks = new Map<string, InputCheck[]>();
  const found = await db.query<CheckRow>(
    'SELECT * FROM stated_input_check WHERE uscc = $1 AND checked_on <= $2 ORDER BY seq',
    [uscc, on],
    'stated-input-checks-of-firm',
  );
  for (const row of found) checks.set(row.statement_id, [...(checks.get(row.statement_id) ?? []), checkOf(row)]);
  const rows = await db.query<InputRow>(
    'SELECT * FROM stated_input WHERE uscc = $1 AND stated_on <= $2 ORDER BY seq',
    [uscc, on],
    'stated-inputs-of-firm',
  );
  return rows.map((row) => ({
    statementId: row.statement_id,
    uscc: row.uscc,
    kind: row.kind,
    asOf: row.as_of,
    values: row.stated_values,
    evidence: row.evidence,
    reason: row.reason,
    at: row.stated_at,
    on: row.stated_on,
    by: row.institution_kind,
    institutionId: row.institution_id,
    personId: row.person_id,
    checks: checks.get(row.statement_id) ?? [],
  }));
}

const checkOf = (row: CheckRow): InputCheck => ({
  verdict: row.verdict,
  note: row.note,
  evidenceSha256: row.evidence_sha256.toString('hex'),
  at: row.checked_at,
  on: row.checked_on,
  by: row.institution_kind,
  institutionId: row.institution_id,
  personId: row.person_id,
});
