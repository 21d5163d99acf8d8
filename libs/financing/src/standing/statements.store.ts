import type { InstitutionKind } from '#lib/access';
import type { LocalDate, Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { Marks } from '#lib/whitelist';
import type { FactValue } from '../programmes/fact-types.ts';
import { FACTS, type FactName } from '../programmes/facts.ts';
import type { OwnedStatement } from './standing.ts';

/** A statement as it is kept. */
export interface StatementRow extends OwnedStatement {
  readonly statementId: string;
  readonly uscc: Uscc;
  readonly at: Date;
  readonly personId: string;
}

export async function insertStatement(tx: Tx, row: StatementRow): Promise<void> {
  await tx.execute(
    `INSERT INTO firm_statement (statement_id, uscc, fact, value, stated_on, stated_at, institution_id, kind, person_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      row.statementId,
      row.uscc,
      row.fact,
      JSON.stringify(row.value),
      row.on,
      row.at,
      row.institutionId,
      row.by,
      row.personId,
    ],
  );
}

/** The newest statement of each institution about each fact: who corrects itself does not disagree with itself. */
export async function newestStatements(db: Db, uscc: Uscc): Promise<OwnedStatement[]> {
  const rows = await db.query<{
    fact: string;
    value: FactValue;
    on: LocalDate;
    by: InstitutionKind;
    institutionId: string;
  }>(
    `SELECT DISTINCT ON (institution_id, fact) fact, value, stated_on AS "on", kind AS "by", institution_id AS "institutionId"
     FROM firm_statement WHERE uscc = $1 ORDER BY institution_id, fact, seq DESC`,
    [uscc],
    'statements-of-firm',
  );
  return rows.map(({ fact, ...row }) => ({ ...row, fact: factName(fact) }));
}

/** Rows are written by this code only. */
function factName(text: string): FactName {
  if (Object.hasOwn(FACTS, text)) return text as FactName;
  throw new RangeError(`unknown fact: ${text}`);
}

/** A filled expert form as it is kept. */
export interface OpinionRow {
  readonly opinionId: string;
  readonly uscc: Uscc;
  readonly marks: Marks;
  readonly formVersion: string;
  readonly hundredths: number;
  readonly at: Date;
  readonly institutionId: string;
  readonly personId: string;
}

export async function insertOpinion(tx: Tx, row: OpinionRow): Promise<void> {
  await tx.execute(
    `INSERT INTO expert_opinion (opinion_id, uscc, marks, form_version, hundredths, given_at, institution_id, person_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.opinionId,
      row.uscc,
      JSON.stringify(row.marks),
      row.formVersion,
      row.hundredths,
      row.at,
      row.institutionId,
      row.personId,
    ],
  );
}

/** The newest form of each expert. */
export async function newestOpinions(
  db: Db,
  uscc: Uscc,
): Promise<{ readonly personId: string; readonly marks: Marks; readonly at: Date }[]> {
  return db.query(
    `SELECT DISTINCT ON (person_id) person_id AS "personId", marks, given_at AS at FROM expert_opinion
     WHERE uscc = $1 ORDER BY person_id, seq DESC`,
    [uscc],
    'expert-opinions-of-firm',
  );
}
