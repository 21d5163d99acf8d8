import type { Uscc } from '#lib/kernel';
import { Database } from '#lib/platform';
import { catalogueHash, scoreNextShard } from '#lib/runs';

/** What the parent asks of a worker process; each is answered with one `WorkerAnswer`. */
export type WorkerTask =
  | { readonly kind: 'open'; readonly url: string }
  /** Scores shards of the run until none is open. */
  | { readonly kind: 'score'; readonly runId: string }
  /** Reads and parses the documents of the firms from ≤ company_id < to and writes a row for each, without scoring. */
  | {
      readonly kind: 'limit';
      readonly runId: string;
      readonly from: number;
      readonly to: number;
      readonly knownAt: string;
    }
  /** Row texts behind run and firm, of the sizes that scoring gives; used in turn. */
  | { readonly kind: 'tails'; readonly tails: readonly string[] }
  | { readonly kind: 'close' };

export interface WorkerAnswer {
  /** Firms written; 0 where nothing was to be written. */
  readonly firms: number;
}

let db: Database | undefined;
let tails: readonly string[] = [];

/** The documents as a run reads them: the same statement as `readDossiers`. */
const DOCUMENTS = `SELECT c.company_id, c.uscc,
    CASE WHEN d.tick <= $3 AND (s.since IS NULL OR s.since > $3) THEN d.document END AS document
  FROM company c
  LEFT JOIN dossier_document d ON d.company_id = c.company_id
  LEFT JOIN dossier_stale s ON s.company_id = c.company_id
  WHERE c.company_id >= $1 AND c.company_id < $2 AND c.known_from <= $3
  ORDER BY c.company_id`;

async function limitOf(task: Extract<WorkerTask, { kind: 'limit' }>): Promise<number> {
  return db!.transaction(async (tx) => {
    const rows = await tx.query<{ company_id: number; uscc: Uscc; document: string }>(
      DOCUMENTS,
      [task.from, task.to, new Date(task.knownAt)],
      'bench-documents',
    );
    let sources = 0;
    const lines: string[] = [];
    for (const [i, row] of rows.entries()) {
      sources += Object.keys(JSON.parse(row.document) as object).length;
      lines.push(`${task.runId}\t${row.company_id}\t${row.uscc}\t${tails[i % tails.length]!}\n`);
    }
    if (sources < rows.length) throw new Error('a firm without records');
    await tx.copyIn(`COPY run_score_${task.runId.replaceAll('-', '')} FROM STDIN`, [lines.join('')]);
    return rows.length;
  });
}

async function work(task: WorkerTask): Promise<number> {
  switch (task.kind) {
    case 'open':
      db = new Database(task.url, { applicationName: 'bench-worker', max: 2 });
      await db.query('SELECT 1');
      return 0;
    case 'score':
      while ((await scoreNextShard(db!, `${process.pid}`, catalogueHash(), task.runId)) !== undefined);
      return 0;
    case 'limit':
      return limitOf(task);
    case 'tails':
      tails = task.tails;
      return 0;
    case 'close':
      await db?.close();
      return 0;
  }
}

async function answer(task: WorkerTask): Promise<void> {
  try {
    const firms = await work(task);
    process.send!({ firms } satisfies WorkerAnswer);
    if (task.kind === 'close') process.disconnect();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  }
}

process.on('message', (task: WorkerTask) => void answer(task));
