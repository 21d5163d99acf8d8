import { FixedClock, localDate } from '#lib/kernel';
import type { Database } from '#lib/platform';
import type { Product } from '#lib/product';
import { catalogueHash, scoreNextShard } from '#lib/runs';
import { Lists, shippedList } from '#lib/whitelist';
import { deliver, startBenchServer } from './bench-server.ts';
import { benchUscc, encoded, registrationRows } from './made-up-rows.ts';
import { median, rounded, seconds } from './measure.ts';

export interface ListBenchOptions {
  /** On each version of the list. */
  readonly firms: number;
  readonly pairs: number;
  readonly log: (line: string) => void;
}

const CODE = 'CKT';
const AT = '2026-07-06T09:00:00+08:00';
/** From the first version to the second so many in a thousand leave, come, and change their state. */
const TURNOVER = 50;
/** From the second to the third every so-many-thousandth firm changes: what moves is far apart. */
const SPARSE = 10_000;
const PAGE = 200;

/**
 * Seconds for the difference of two versions of a list, whole and by pages, and milliseconds of a page: where much moved
 * and where hardly anything did. Each pass asks through services of its own, so that none finds what another left behind.
 */
export async function benchList({ firms, pairs, log }: ListBenchOptions): Promise<Record<string, unknown>> {
  const server = await startBenchServer(log);
  try {
    const product = await server.open(server.main, new FixedClock(AT));
    try {
      log(`making three versions of ${firms} firms …`);
      await fill(product, firms);
      const { db } = product;
      const wholes: number[] = [];
      const paged: number[] = [];
      const pages: number[] = [];
      const firsts: number[] = [];
      const sparse: number[] = [];
      const entries: number[] = [];
      let flips = 0;
      const size = Math.min(PAGE, Math.ceil(firms / 50)); // several pages of a small list too
      for (let pass = 1; pass <= pairs; pass++) {
        const fresh = (): Lists => new Lists(db, product.runs, { disputes: undefined });
        const changes = { from: 1, to: 2 };
        wholes.push(
          await seconds(async () => {
            flips = (await fresh().difference(db, CODE, changes, { limit: 2 * firms })).items.length;
          }),
        );
        const turned = await pagesOf(fresh(), db, changes, size);
        if (turned.items !== flips) throw new Error(`${turned.items} of ${flips} changes by pages`);
        paged.push(turned.ms.reduce((sum, ms) => sum + ms, 0) / 1000);
        firsts.push(turned.ms[0]!);
        pages.push(...turned.ms.slice(1));
        sparse.push(...(await pagesOf(fresh(), db, { from: 2, to: 3 }, size)).ms);
        entries.push(await entriesPage(product, firms));
        log(`pass ${pass}: whole ${rounded(wholes.at(-1)!, 2)} s, by pages ${rounded(paged.at(-1)!, 2)} s`);
      }
      return {
        bench: 'list',
        unit: 's',
        firms,
        changes: flips,
        passes: pairs,
        wholeSeconds: rounded(median(wholes), 2),
        pagedSeconds: rounded(median(paged), 2),
        pageItems: size,
        /** The first page compares both versions whole; those after it ask what is known then. */
        firstPageMs: rounded(median(firsts), 1),
        pageMs: { median: rounded(median(pages), 1), p99: rounded(atShare(pages, 0.99), 1) },
        sparseFirstPageMs: rounded(median(sparse), 1),
        membersPageMs: rounded(median(entries), 1),
      };
    } finally {
      await product.close();
    }
  } finally {
    await server.close();
  }
}

const atShare = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1]!;

async function pagesOf(
  lists: Lists,
  db: Database,
  versions: { readonly from: number; readonly to: number },
  size: number,
): Promise<{ readonly items: number; readonly ms: readonly number[] }> {
  const ms: number[] = [];
  let items = 0;
  for (let after: string | undefined; ;) {
    let next: string | null = null;
    const took = await seconds(async () => {
      const page = await lists.difference(db, CODE, versions, { limit: size, ...(after ? { after } : {}) });
      items += page.items.length;
      ({ next } = page);
    });
    ms.push(1000 * took);
    if (next === null) return { items, ms };
    after = next;
  }
}

/** A page of members somewhere in the middle. */
const entriesPage = async ({ db, lists }: Product, firms: number): Promise<number> =>
  1000 *
  (await seconds(() =>
    lists.entries(db, CODE, 2, { kind: 'member', limit: PAGE, after: benchUscc(Math.floor(firms / 2)) }),
  ));

async function fill(product: Product, firms: number): Promise<void> {
  const { db, clock, runs } = product;
  const { personId: person } = await product.access.personByHandle('operator');
  const body = encoded(registrationRows(1), 'gb18030');
  await deliver(product, { source: 'business-registration', layout: 'bureau', at: '2026-07-01T09:00:00+08:00', body });
  const days = ['2026-04-30', '2026-05-31', '2026-06-30'].map(localDate);
  const made: string[] = [];
  for (const asOf of days) {
    const { runId } = await runs.plan({ asOf, person, clock });
    while ((await scoreNextShard(db, 'bench', catalogueHash(), runId)) !== undefined);
    await runs.settle(runId, clock);
    made.push(runId);
  }
  const turnover = Math.floor((firms * TURNOVER) / 1000);
  const all = firms + turnover;
  const codes = Array.from({ length: all }, (_, firm) => benchUscc(firm));
  await db.transaction(async (tx) => {
    await tx.query('CREATE TEMP TABLE made (n integer PRIMARY KEY, uscc text NOT NULL) ON COMMIT DROP');
    await tx.query('INSERT INTO made SELECT n - 1, uscc FROM unnest($1::text[]) WITH ORDINALITY AS m(uscc, n)', [
      codes,
    ]);
    await tx.query(
      `INSERT INTO membership (list_code, uscc, state, version, entered_on, valid_until, state_since)
       SELECT $1, uscc, 'ACTIVE', 2, '2026-04-30', '2026-10-31', $2 FROM made`,
      [CODE, clock.now()],
    );
    for (const [i, runId] of made.entries()) await version(tx, i + 1, runId, days[i]!);
    // Firms 0 … t−1 leave, t … 2t−1 go to WATCH, the last t come; then every so-many-thousandth recovers or is cautioned.
    await tx.query(
      `INSERT INTO membership_event (list_code, uscc, version, event, from_state, to_state, at, run_id, list_version, reason, zh, en)
       SELECT $1, uscc, v, CASE WHEN v = 2 THEN 'caution' WHEN n < $3 THEN 'leave' WHEN n < 2 * $3 THEN 'bad-run' ELSE 'enter' END,
         'ACTIVE', CASE WHEN v = 1 AND n < $3 THEN 'EXITED' ELSE 'WATCH' END, $2, NULL, v + 1, 'BENCH', '样例', 'example'
       FROM made, generate_series(1, 2) AS v
       WHERE (v = 1 AND (n < 2 * $3 OR n >= $4)) OR (v = 2 AND n % $5 = 0)`,
      [CODE, clock.now(), turnover, firms, SPARSE],
    );
  });

  async function version(tx: Pick<Database, 'query'>, number: number, runId: string, asOf: string): Promise<void> {
    await tx.query(
      `INSERT INTO list_version (list_code, version, run_id, as_of, rules_hash, state, unknown_rules, totals, output_hash, made_at)
       VALUES ($1, $2, $3, $4, $5, 'IN_FORCE', '[]', '{}', $5, $6)`,
      [CODE, number, runId, asOf, Buffer.from(shippedList(CODE).hash, 'hex'), clock.now()],
    );
    await tx.query(
      `INSERT INTO list_entry (list_code, version, uscc, kind, state, name, region, industry, score, low, high, coverage_bp, confidence,
         grade, warnings, flags, off_list, entered_on, valid_until, missing)
       SELECT $1, $2, uscc, 'member',
         CASE WHEN ($2 > 1 AND n >= $3 AND n < 2 * $3) OR ($2 = 3 AND n % $5 = 0) THEN 'WATCH' ELSE 'ACTIVE' END,
         '样例' || n || '号科技有限公司', '440305', 'I6513', 600 + n % 300, 580, 920, 9000, 'H', 'A', '{}', '{}', true,
         '2026-04-30', '2026-10-31', NULL
       FROM made WHERE CASE WHEN $2 = 1 THEN n < $4 ELSE n >= $3 END`,
      [CODE, number, turnover, firms, SPARSE],
    );
  }
}
