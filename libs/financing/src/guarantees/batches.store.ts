import type { Fen } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { BatchAgreement, BatchReason } from './batch.ts';
import { LETTER_BINDS } from './guarantee.ts';

export async function insertAgreement(
  tx: Tx,
  { agreementId, guarantor, bank, programme, validFrom, validTo, terms }: BatchAgreement,
  by: { readonly personId: string; readonly at: Date },
): Promise<void> {
  await tx.execute(
    `INSERT INTO batch_agreement (agreement_id, guarantor, bank, programme, valid_from, valid_to, terms, recorded_by, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [agreementId, guarantor, bank, programme, validFrom, validTo, JSON.stringify(terms), by.personId, by.at],
  );
}

const AGREEMENT = `agreement_id AS "agreementId", guarantor, bank, programme, valid_from AS "validFrom", valid_to AS "validTo", terms`;

/** Undefined: there is none, or it is not theirs. */
export async function findAgreement(db: Db, agreementId: string): Promise<BatchAgreement | undefined> {
  const [row] = await db.query<BatchAgreement>(`SELECT ${AGREEMENT} FROM batch_agreement WHERE agreement_id = $1`, [
    agreementId,
  ]);
  return row;
}

/** Those that the actor may see, the newest first. */
export async function agreements(db: Db, limit: number): Promise<BatchAgreement[]> {
  return db.query<BatchAgreement>(`SELECT ${AGREEMENT} FROM batch_agreement ORDER BY agreement_id DESC LIMIT $1`, [
    limit,
  ]);
}

/** One batch of an agreement at a time: its limit follows from what was accepted before. */
export async function lockAgreement(tx: Tx, agreementId: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(7104031, hashtext($1))', [agreementId]);
}

/** 在保余额 under an agreement, guaranteed principal. */
export async function outstandingUnder(db: Db, agreementId: string): Promise<Fen> {
  const [row] = await db.query<{ sum: Fen }>(
    `SELECT coalesce(sum(l.principal), 0)::bigint AS sum FROM batch_row r JOIN guarantee_liability l USING (deal_id, guarantor)
     WHERE r.agreement_id = $1`,
    [agreementId],
  );
  return row!.sum;
}

/** Loans outstanding under an agreement by firm, of those that are asked for; who owes nothing is not there. */
export async function owedUnder(db: Db, agreementId: string, usccs: readonly string[]): Promise<Map<string, Fen>> {
  const rows = await db.query<{ uscc: string; sum: Fen }>(
    `SELECT d.uscc, sum((d.body ->> 'outstanding')::bigint)::bigint AS sum FROM batch_row r JOIN deal d USING (deal_id)
     WHERE r.agreement_id = $1 AND d.uscc = ANY ($2) AND d.state = ANY ($3) GROUP BY d.uscc`,
    [agreementId, usccs, LETTER_BINDS],
  );
  return new Map(rows.map(({ uscc, sum }) => [uscc, sum]));
}

/** Keeps the loans that rows name as they stand until all rows are taken over: in one order, before any other lock. */
export async function lockLoans(tx: Tx, dealIds: readonly string[]): Promise<void> {
  if (dealIds.length === 0) return;
  await tx.query(
    `SELECT FROM deal WHERE kind = 'referral' AND deal_id = ANY ($1::uuid[]) ORDER BY deal_id FOR UPDATE`,
    [dealIds],
  );
}

/** What became of a row. */
export interface StoredRow {
  readonly rowKey: string;
  /** SHA-256 of the row as sent, hex. */
  readonly hash: string;
  readonly dealId: string | null;
  readonly principal: number;
  readonly reasons: readonly BatchReason[];
}

interface RowRow {
  readonly row_key: string;
  readonly row_hash: Buffer;
  readonly deal_id: string | null;
  readonly principal: number;
  readonly reasons: BatchReason[];
}

/** Rows of a batch that are known already, by key. */
export async function rowsOf(db: Db, agreement: BatchAgreement, batchNo: string): Promise<Map<string, StoredRow>> {
  const rows = await db.query<RowRow>(
    `SELECT row_key, row_hash, deal_id, principal, reasons FROM batch_row WHERE guarantor = $1 AND bank = $2 AND batch_no = $3`,
    [agreement.guarantor, agreement.bank, batchNo],
  );
  return new Map(
    rows.map(({ row_key: rowKey, row_hash, deal_id: dealId, principal, reasons }) => [
      rowKey,
      { rowKey, hash: row_hash.toString('hex'), dealId, principal, reasons },
    ]),
  );
}

/** A loan that another batch of the two parties brought already. */
export async function acceptedElsewhere(
  db: Db,
  { guarantor, bank }: BatchAgreement,
  batchNo: string,
  rowKey: string,
): Promise<boolean> {
  const found = await db.query(
    `SELECT FROM batch_row WHERE guarantor = $1 AND bank = $2 AND row_key = $4 AND batch_no <> $3 AND deal_id IS NOT NULL`,
    [guarantor, bank, batchNo, rowKey],
    'batch-elsewhere',
  );
  return found.length > 0;
}

/** A new row, or one that was an exception and comes mended. */
export async function saveRow(
  tx: Tx,
  { agreementId, guarantor, bank }: BatchAgreement,
  batchNo: string,
  { rowKey, hash, dealId, principal, reasons }: StoredRow,
  by: { readonly personId: string; readonly at: Date },
): Promise<void> {
  await tx.execute(
    `INSERT INTO batch_row (guarantor, bank, batch_no, row_key, agreement_id, row_hash, deal_id, principal, reasons, person_id, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (guarantor, bank, batch_no, row_key) DO UPDATE SET agreement_id = $5, row_hash = $6, deal_id = $7,
       principal = $8, reasons = $9, person_id = $10, at = $11`,
    [
      guarantor,
      bank,
      batchNo,
      rowKey,
      agreementId,
      Buffer.from(hash, 'hex'),
      dealId,
      principal,
      JSON.stringify(reasons),
      by.personId,
      by.at,
    ],
  );
}
