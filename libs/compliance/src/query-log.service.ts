import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Cursor from 'pg-cursor';
import { HOUSE } from '#lib/access';
import { dateAt, type Clock, type LocalDate } from '#lib/kernel';
import type { Database, Tx } from '#lib/platform';
import { anchorLine, chainHash, GENESIS, parseAnchor, type Anchor, type QueryEntry } from './query-log.ts';

/** Any number of ours: entries follow one another. */
const CHAIN_LOCK = 7_104_008;
const ROWS_AT_ONCE = 5000;

interface LogRow {
  seq: number;
  at: Date;
  institution_id: string;
  person_id: string;
  key_id: string | null;
  subjects: string[];
  product: string;
  purpose: string;
  authorisation_id: string | null;
  detail: Record<string, unknown>;
  previous_hash: Buffer;
  hash: Buffer;
}

const entryOf = (row: LogRow): QueryEntry => ({
  seq: row.seq,
  at: row.at,
  institutionId: row.institution_id,
  personId: row.person_id,
  keyId: row.key_id,
  subjects: row.subjects,
  product: row.product,
  purpose: row.purpose,
  authorisationId: row.authorisation_id,
  detail: row.detail,
});

/** What is wrong with the log, at its first place. */
export interface LogFault {
  readonly seq: number;
  readonly zh: string;
  readonly en: string;
}

export interface LogVerification {
  readonly agrees: boolean;
  readonly entries: number;
  /** Hex, of the last entry. */
  readonly end: string;
  readonly anchors: number;
  readonly faults: readonly LogFault[];
}

/** 查询日志: who looked at whom, chained, anchored every day. */
export class QueryLog {
  private readonly anchorFile: string;

  constructor(
    private readonly db: Database,
    dataDir: string,
  ) {
    this.anchorFile = path.join(dataDir, 'anchors', 'query-log.txt');
  }

  /**
   * Adds one entry, in the transaction of the answer: an answer that is not logged is not given. Entries wait for one
   * another until that transaction ends, so it should be short.
   */
  async append(tx: Tx, entry: Omit<QueryEntry, 'seq'>): Promise<QueryEntry> {
    await tx.execute('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
    const [end] = await tx.query<{ seq: number | null; hash: Buffer | null }>('SELECT * FROM query_log_end()');
    const previous = end!.hash ?? GENESIS;
    const next: QueryEntry = { seq: (end!.seq ?? 0) + 1, ...entry };
    await tx.execute(
      `INSERT INTO query_log (seq, at, institution_id, person_id, key_id, subjects, product, purpose, authorisation_id, detail, previous_hash, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        next.seq,
        next.at,
        next.institutionId,
        next.personId,
        next.keyId,
        next.subjects,
        next.product,
        next.purpose,
        next.authorisationId,
        JSON.stringify(next.detail),
        previous,
        chainHash(previous, next),
      ],
    );
    return next;
  }

  /** About one firm, newest first, as far as the actor of the transaction may see. */
  async about(tx: Tx, uscc: string, query: { readonly since: Date; readonly limit: number }): Promise<QueryEntry[]> {
    const rows = await tx.query<LogRow>(
      `SELECT * FROM query_log WHERE subjects @> ARRAY[$1] AND at >= $2 ORDER BY seq DESC LIMIT $3`,
      [uscc, query.since, query.limit],
    );
    return rows.map(entryOf);
  }

  /** Newest first, as far as the actor of the transaction may see. */
  async page(
    tx: Tx,
    query: { readonly limit: number; readonly before?: number; readonly institutionId?: string },
  ): Promise<QueryEntry[]> {
    const rows = await tx.query<LogRow>(
      `SELECT * FROM query_log WHERE seq < coalesce($1::bigint, 9007199254740991) AND ($2::uuid IS NULL OR institution_id = $2)
       ORDER BY seq DESC LIMIT $3`,
      [query.before ?? null, query.institutionId ?? null, query.limit],
    );
    return rows.map(entryOf);
  }

  /** Sets the anchors of the days that are over and have none; a day without entries needs none. Resolves to their number. */
  async anchor(clock: Clock): Promise<number> {
    const today = dateAt(clock.now());
    const set = await this.db.as(HOUSE, async (tx) => {
      await tx.execute('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
      return tx.query<{ day: LocalDate; seq: number; hash: Buffer }>(
        `INSERT INTO query_log_anchor (day, seq, hash)
         SELECT day, seq, hash FROM (
           SELECT DISTINCT ON (day) (at AT TIME ZONE 'Asia/Shanghai')::date AS day, seq, hash FROM query_log
           WHERE seq > coalesce((SELECT max(seq) FROM query_log_anchor), 0) ORDER BY day, seq DESC) ends
         WHERE day < $1 ORDER BY day ON CONFLICT DO NOTHING RETURNING day, seq, hash`,
        [today],
      );
    });
    if (set.length > 0) {
      mkdirSync(path.dirname(this.anchorFile), { recursive: true });
      const lines = set.map(({ day, seq, hash }) => anchorLine({ day, seq, hash: hash.toString('hex') }));
      appendFileSync(this.anchorFile, lines.join(''));
    }
    return set.length;
  }

  /** Follows the chain from its first entry, and holds it against the anchors inside and outside the database. */
  async verify(progress: (entries: number) => void = () => undefined): Promise<LogVerification> {
    return this.db.as(HOUSE, async (tx) => {
      const faults: LogFault[] = [];
      const { inside, outside } = await this.anchors(tx);
      const anchors = bySeq([...inside, ...outside]);
      const counted = anchors.size;
      let previous: Buffer = GENESIS;
      let seq = 0;
      const cursor = tx.client.query(new Cursor<LogRow>('SELECT * FROM query_log ORDER BY seq'));
      for (;;) {
        const some = await cursor.read(ROWS_AT_ONCE);
        if (some.length === 0) break;
        for (const row of some) {
          seq += 1;
          if (row.seq !== seq) {
            faults.push({ seq, zh: `第${seq}条缺失`, en: `entry ${seq} is missing` });
            seq = row.seq;
          } else if (!row.previous_hash.equals(previous) || !chainHash(previous, entryOf(row)).equals(row.hash))
            faults.push({ seq, zh: `第${seq}条被改动`, en: `entry ${seq} was changed` });
          previous = row.hash;
          for (const anchor of anchors.get(seq) ?? [])
            if (anchor.hash !== row.hash.toString('hex') || anchor.day !== dateAt(row.at))
              faults.push({
                seq,
                zh: `与${anchor.day}的日锚不符`,
                en: `differs from the anchor of ${anchor.day}`,
              });
          anchors.delete(seq);
        }
        progress(seq);
      }
      await cursor.close();
      for (const [lost, [anchor]] of anchors)
        faults.push({
          seq: lost,
          zh: `${anchor!.day}的日锚所指记录缺失`,
          en: `the entry of the anchor of ${anchor!.day} is missing`,
        });
      // The table has a day's anchor before the file has: a line without its row is of a row that was changed or taken out.
      const rows = new Set(inside.map(anchorLine));
      for (const anchor of outside)
        if (!rows.has(anchorLine(anchor)) && !faults.some((fault) => fault.seq === anchor.seq))
          faults.push({
            seq: anchor.seq,
            zh: `库外${anchor.day}的日锚在库内缺失或不同`,
            en: `the anchor of ${anchor.day} outside the database is not that inside`,
          });
      faults.sort((a, b) => a.seq - b.seq);
      return {
        agrees: faults.length === 0,
        entries: seq,
        end: previous.toString('hex'),
        anchors: counted,
        faults: faults.slice(0, 20),
      };
    });
  }

  /** Those of the table, and those of the file where there is one. */
  private async anchors(tx: Tx): Promise<{ inside: Anchor[]; outside: Anchor[] }> {
    const rows = await tx.query<{ day: LocalDate; seq: number; hash: Buffer }>(
      'SELECT day, seq, hash FROM query_log_anchor',
    );
    return {
      inside: rows.map(({ day, seq, hash }): Anchor => ({ day, seq, hash: hash.toString('hex') })),
      outside: existsSync(this.anchorFile)
        ? readFileSync(this.anchorFile, 'utf8').split('\n').filter(Boolean).map(parseAnchor)
        : [],
    };
  }
}

function bySeq(anchors: readonly Anchor[]): Map<number, Anchor[]> {
  const found = new Map<number, Anchor[]>();
  for (const anchor of anchors) found.set(anchor.seq, [...(found.get(anchor.seq) ?? []), anchor]);
  return found;
}
