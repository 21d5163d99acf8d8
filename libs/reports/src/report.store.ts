import type { Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import type { Receipt } from './receipt.ts';
import type { ReportProduct, ReportProfile } from './report-request.ts';

/** What decided a report's content beside its request (报告钉点). */
export interface ReportPins {
  readonly runId: string;
  readonly asOf: string;
  readonly knownAt: string;
  readonly modelHash: string;
  readonly catalogueHash: string;
  /** The newest entry of the query log about the firm. */
  readonly querySeq: number;
  /** The report that its requester got before. */
  readonly previous: string | null;
}

export interface NewReport {
  readonly requestId: string;
  readonly institutionId: string;
  readonly uscc: Uscc;
  readonly product: ReportProduct;
  readonly profile: ReportProfile;
  readonly pins: ReportPins;
  readonly bytes: Buffer;
  readonly receipt: Receipt;
}

export interface StoredReport {
  readonly bytes: Buffer;
  readonly receipt: Receipt;
}

interface ReportRow {
  report_no: string;
  bytes: Buffer;
  sha256: Buffer;
  key_id: string;
  signature: Buffer;
  signed_at_text: string;
}

/** The instant of signing as it was signed. */
const SIGNED_AT = `to_char(signed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || '+08:00' AS signed_at_text`;
const RECEIPT = `report_no, sha256, key_id, signature, ${SIGNED_AT}`;

const receiptOf = (row: Omit<ReportRow, 'bytes'>): Receipt => ({
  reportNo: row.report_no,
  sha256: row.sha256.toString('hex'),
  keyId: row.key_id,
  signedAt: row.signed_at_text,
  signature: row.signature.toString('hex'),
});

export async function insertReport(tx: Tx, report: NewReport): Promise<void> {
  const { receipt } = report;
  await tx.execute(
    `INSERT INTO report (report_no, request_id, institution_id, uscc, product, profile, run_id, pins, bytes, sha256, key_id, signature, signed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      receipt.reportNo,
      report.requestId,
      report.institutionId,
      report.uscc,
      report.product,
      report.profile,
      report.pins.runId,
      JSON.stringify(report.pins),
      report.bytes,
      Buffer.from(receipt.sha256, 'hex'),
      receipt.keyId,
      Buffer.from(receipt.signature, 'hex'),
      receipt.signedAt,
    ],
  );
}

/** Undefined: there is none, or the actor may not see it. */
export async function readReport(db: Db, reportNo: string): Promise<StoredReport | undefined> {
  const [row] = await db.query<ReportRow>(
    `SELECT ${RECEIPT}, bytes FROM report WHERE report_no = $1`,
    [reportNo],
    'report-by-no',
  );
  return row && { bytes: row.bytes, receipt: receiptOf(row) };
}

export async function readReceipt(db: Db, reportNo: string): Promise<Receipt | undefined> {
  const [row] = await db.query<ReportRow>(`SELECT ${RECEIPT} FROM report WHERE report_no = $1`, [reportNo]);
  return row && receiptOf(row);
}

/** What the same requester got about the firm by this instant, the newest of them. */
export async function previousReport(
  db: Db,
  { institutionId, uscc, by }: { readonly institutionId: string; readonly uscc: Uscc; readonly by: Date },
): Promise<{ reportNo: string; bytes: Buffer; pins: ReportPins } | undefined> {
  const [row] = await db.query<{ report_no: string; bytes: Buffer; pins: ReportPins }>(
    `SELECT report_no, bytes, pins FROM report WHERE institution_id = $1 AND uscc = $2 AND signed_at <= $3 ORDER BY signed_at DESC, request_id DESC LIMIT 1`,
    [institutionId, uscc, by],
  );
  return row && { reportNo: row.report_no, bytes: row.bytes, pins: row.pins };
}

/** A stored report with what its row says of it beside the signed bytes. */
export interface FiledReport extends StoredReport {
  readonly filed: Readonly<Record<'requestId' | 'uscc' | 'product' | 'profile' | 'runId' | 'asOf' | 'knownAt', string>>;
  /** It lies with the institution whose request names it. */
  readonly asAsked: boolean;
}

/** Some reports after this number, in the order of their numbers: for checking all of them. */
export async function reportsAfter(db: Db, reportNo: string, limit: number): Promise<FiledReport[]> {
  const rows = await db.query<
    ReportRow & {
      request_id: string;
      uscc: string;
      product: string;
      profile: string;
      run_id: string;
      pins: ReportPins;
      as_asked: boolean;
    }
  >(
    `SELECT r.report_no, r.sha256, r.key_id, r.signature, ${SIGNED_AT}, r.bytes, r.request_id, r.uscc, r.product, r.profile, r.run_id, r.pins,
       q.request_id IS NOT NULL AS as_asked
     FROM report r LEFT JOIN report_request q ON q.request_id = r.request_id AND q.report_no = r.report_no AND q.institution_id = r.institution_id
     WHERE r.report_no > $1 ORDER BY r.report_no LIMIT $2`,
    [reportNo, limit],
  );
  return rows.map((row) => ({
    bytes: row.bytes,
    receipt: receiptOf(row),
    filed: {
      requestId: row.request_id,
      uscc: row.uscc,
      product: row.product,
      profile: row.profile,
      runId: row.run_id,
      asOf: row.pins.asOf,
      knownAt: row.pins.knownAt,
    },
    asAsked: row.as_asked,
  }));
}

/** Numbers that requests name and nothing bears. */
export async function missingReports(db: Db): Promise<string[]> {
  const rows = await db.query<{ report_no: string }>(
    `SELECT report_no FROM report_request q WHERE report_no IS NOT NULL AND NOT EXISTS (SELECT FROM report r WHERE r.report_no = q.report_no)
     ORDER BY report_no`,
  );
  return rows.map((row) => row.report_no);
}
