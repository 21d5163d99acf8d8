import { dateAt, ProblemError, type Clock, type LocalDate } from '#lib/kernel';
import { DQ, RawRow, type Issue, type MappedRecord, type ReferenceTables } from '#lib/data-sources';
import type { Database, Db } from '#lib/platform';
import { cursorInvalid } from './cursor-invalid.ts';
import { layoutOf, type Page } from './deliveries.service.ts';
import { confirmRecords, decide, findDoubled, markStale, takeTick, writeRecords } from './intake/apply.ts';
import { Stage } from './intake/stage.ts';
import { candidatesOf, describedBy, type Candidate, type Described, type Namesake } from './review.ts';

/** A row whose firm a person has to name (身份复核). */
export interface Review {
  readonly id: string;
  readonly deliveryId: string;
  readonly rowNo: number;
  readonly source: string;
  readonly layout: string;
  readonly row: Described;
  readonly candidates: readonly Candidate[];
}

export interface ReviewDecision {
  /** The candidate that it is, or null: none of them. */
  readonly uscc: string | null;
  readonly person: string;
  readonly reason: string;
  readonly clock: Clock;
}

interface NamelessRow {
  delivery_id: string;
  row_no: number;
  source: string;
  layout: string;
  received_at: Date;
  columns: string[];
  issues: Issue[];
  raw: string;
  decided: boolean;
  waiting: boolean;
}

/** Rows looked at in one go; few of them say enough to be reviewed. */
const ROWS_AT_ONCE = 500;

const SELECT = `SELECT q.delivery_id, q.row_no, d.source, d.layout, d.received_at, d.columns, q.issues, q.raw,
    q.state = 'WAITING' AND d.undone_at IS NULL AS waiting, i.delivery_id IS NOT NULL AS decided
  FROM quarantine q JOIN delivery d ON d.delivery_id = q.delivery_id
  LEFT JOIN identity_decision i ON i.delivery_id = q.delivery_id AND i.row_no = q.row_no`;
const NAMELESS = `q.code IN ('DQ01', 'DQ04', 'DQ14')`;

/**
 * Rows without a usable code that name a firm by name, region and first day. They are worked out from the quarantine on
 * request; only a person attaches one, and only to a candidate.
 */
export class Reviews {
  constructor(
    private readonly db: Database,
    private readonly tables: ReferenceTables,
  ) {}

  /** In the order of deliveries and rows. Throws ProblemError cursor-invalid. */
  async list(query: { readonly limit: number; readonly cursor?: string }): Promise<Page<Review>> {
    let after = query.cursor === undefined ? ZERO : positionOf(query.cursor);
    if (!after) throw cursorInvalid();
    const items: Review[] = [];
    for (;;) {
      const rows: NamelessRow[] = await this.db.query<NamelessRow>(
        `${SELECT} WHERE q.state = 'WAITING' AND ${NAMELESS} AND d.undone_at IS NULL AND i.delivery_id IS NULL
           AND (q.delivery_id, q.row_no) > ($1::uuid, $2) ORDER BY q.delivery_id, q.row_no LIMIT $3`,
        [after.deliveryId, after.rowNo, ROWS_AT_ONCE],
      );
      for (const review of await reviewsOf(this.db, rows)) {
        if (items.length === query.limit) return { items, nextCursor: items.at(-1)!.id };
        items.push(review);
      }
      if (rows.length < ROWS_AT_ONCE) return { items, nextCursor: null };
      after = { deliveryId: rows.at(-1)!.delivery_id, rowNo: rows.at(-1)!.row_no };
    }
  }

  /**
   * A person decides. With a candidate's code the row is mapped anew and applied at a tick of its own, in the place that
   * its delivery has in the order of deliveries; with null it leaves the queue and stays in quarantine.
   * Throws ProblemError review-unknown, review-decided, review-not-candidate, review-needs-file or review-row-faulty.
   */
  async decide(id: string, decision: ReviewDecision): Promise<void> {
    const at = positionOf(id);
    const [row] = at
      ? await this.db.query<NamelessRow>(`${SELECT} WHERE q.delivery_id = $1 AND q.row_no = $2 AND ${NAMELESS}`, [
          at.deliveryId,
          at.rowNo,
        ])
      : [];
    const [review] = row ? await reviewsOf(this.db, [row]) : [];
    if (!row || !review) throw refused('review-unknown', 404, '没有该复核事项', `there is no review ${id}`);
    if (row.decided || !row.waiting) throw decided();
    const { uscc } = decision;
    if (uscc !== null && !review.candidates.some((candidate) => candidate.uscc === uscc))
      throw refused('review-not-candidate', 422, '该企业不在候选之列', `${uscc} is not one of the candidates`, '/uscc');
    await this.settle(row, decision, uscc === null ? [] : this.mapped(row, uscc));
  }

  private mapped(row: NamelessRow, uscc: string): readonly MappedRecord[] {
    const { layout } = layoutOf(row.source, row.layout);
    // What was kept of hashed columns is the hash: the row cannot be mapped from it.
    if (layout.personal.some((personal) => personal.treatment === 'hash'))
      throw refused(
        'review-needs-file',
        422,
        '该行含脱敏字段，请通过错误文件更正',
        'the row has hashed columns: mend it by the error file',
      );
    const cells = cellsOf(row);
    cells.set(codeColumnOf(row)!, uscc);
    const raw = new RawRow([...cells.keys()]).load([...cells.values()], row.row_no);
    const mapped = layout.map(raw, {
      receivedOn: dateAt(row.received_at),
      hash: (value) => value,
      tables: this.tables,
    });
    if (mapped.kind === 'records') return mapped.records.filter((record) => record.uscc === uscc);
    const why =
      mapped.kind === 'quarantined' ? mapped.issues.map((issue) => DQ[issue.code].zh).join('；') : mapped.reason;
    throw refused('review-row-faulty', 422, `该行另有错误：${why}`, `the row has other faults too: ${why}`);
  }

  private async settle(row: NamelessRow, decision: ReviewDecision, records: readonly MappedRecord[]): Promise<void> {
    const { source, layout } = layoutOf(row.source, row.layout);
    const { uscc, clock, person, reason } = decision;
    await this.db.session(async (session) => {
      const stage = await Stage.open(session);
      for (const record of records) stage.record(row.row_no, record);
      await stage.close();
      await session.transaction(async (tx) => {
        const released = uscc === null ? null : await takeTick(tx, clock.now(), undefined);
        const open = await tx.execute(
          `UPDATE quarantine q SET state = CASE WHEN $3::timestamptz IS NULL THEN 'WAITING' ELSE 'RELEASED' END, released_at = $3
           FROM delivery d WHERE q.delivery_id = $1 AND q.row_no = $2 AND q.state = 'WAITING'
             AND d.delivery_id = q.delivery_id AND d.undone_at IS NULL`,
          [row.delivery_id, row.row_no, released],
        );
        const noted = await tx.execute(
          `INSERT INTO identity_decision (delivery_id, row_no, uscc, decided_by, decided_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT DO NOTHING`,
          [row.delivery_id, row.row_no, uscc, person, clock.now(), reason],
        );
        if (open !== 1 || noted !== 1) throw decided();
        if (released === null) return;
        const input = {
          deliveryId: row.delivery_id,
          source,
          layout,
          territory: [],
          population: 'listed',
          coversFrom: undefined,
          through: undefined,
        } as const;
        await decide(tx, row.delivery_id, source.name, await findDoubled(tx));
        await writeRecords(tx, input, released);
        await confirmRecords(tx, input);
        await markStale(tx, released);
      });
      await stage.clear();
    });
  }
}

async function reviewsOf(db: Db, rows: readonly NamelessRow[]): Promise<Review[]> {
  const described = rows.flatMap((row) => {
    const words = codeColumnOf(row) === undefined ? undefined : describedBy(cellsOf(row));
    return words ? [{ row, words }] : [];
  });
  if (described.length === 0) return [];
  const firms = await db.query<{ uscc: string; name: string; region: string | null; established_on: LocalDate }>(
    `SELECT c.uscc, r.payload ->> 'name' AS name, r.payload ->> 'region' AS region, r.event_date AS established_on
     FROM record r JOIN company c USING (company_id)
     WHERE r.source = 'business-registration' AND r.known_to IS NULL AND r.op = 'U' AND r.payload ->> 'name' = ANY($1::text[])
     ORDER BY c.uscc, r.record_key DESC`,
    [described.map(({ words }) => words.name)],
  );
  // The bureau's record, which comes last, states the region.
  const namesakes = new Map<string, Namesake>(
    firms.map(({ uscc, name, region, established_on }) => [
      uscc,
      { uscc, name, region: region ?? uscc.slice(2, 8), establishedOn: established_on },
    ]),
  );
  return described.flatMap(({ row, words }) => {
    const candidates = candidatesOf(words, [...namesakes.values()]);
    const { delivery_id: deliveryId, row_no: rowNo, source, layout } = row;
    return candidates.length > 0
      ? [{ id: `${deliveryId}_${rowNo}`, deliveryId, rowNo, source, layout, row: words, candidates }]
      : [];
  });
}

/** The column whose code is missing or of no use. */
const codeColumnOf = (row: NamelessRow): string | undefined =>
  row.issues.find(({ column }) => column !== undefined && /统一社会信用代码|信用代码|^usc/i.test(column))?.column;

function cellsOf(row: NamelessRow): Map<string, unknown> {
  const kept = JSON.parse(row.raw) as unknown;
  if (!Array.isArray(kept)) return new Map(Object.entries(kept as object));
  return new Map(row.columns.map((column, i) => [column, kept[i] as unknown]));
}

const ZERO = { deliveryId: '00000000-0000-0000-0000-000000000000', rowNo: 0 };

function positionOf(id: string): { readonly deliveryId: string; readonly rowNo: number } | undefined {
  const found = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d{1,9})$/.exec(id);
  return found ? { deliveryId: found[1]!, rowNo: Number(found[2]) } : undefined;
}

const decided = (): ProblemError =>
  refused('review-decided', 409, '该事项已处理', 'this review has been decided already');

const refused = (code: string, status: number, zh: string, en: string, pointer?: string): ProblemError =>
  new ProblemError({ code, status, zh, en, ...(pointer === undefined ? {} : { errors: [{ pointer, code, zh, en }] }) });
