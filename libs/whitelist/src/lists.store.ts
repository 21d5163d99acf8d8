import type { LocalDate } from '#lib/kernel';
import { copyField, type Db, type Tx } from '#lib/platform';
import type { Condition } from './candidate.ts';
import type { UnknownRule } from './candidate-facts.ts';
import type { MemberState } from './membership.ts';

/** A list as of a month end (名单版本). */
export interface ListVersion {
  readonly listCode: string;
  readonly version: number;
  readonly runId: string;
  readonly asOf: LocalDate;
  readonly rulesHash: string;
  readonly state: 'PROVISIONAL' | 'IN_FORCE';
  /** Of a provisional list: rules that are unknown for everybody. */
  readonly unknownRules: readonly UnknownRule[];
  /** Firms by state, `near-miss`, and events as `event:NAME`. */
  readonly totals: Readonly<Record<string, number>>;
  /** SHA-256 over its members, hex. */
  readonly outputHash: string;
  readonly madeAt: Date;
}

/** One firm of a version. */
export interface ListEntry {
  readonly uscc: string;
  readonly kind: 'member' | 'near-miss';
  readonly state: MemberState | 'NONE';
  readonly name: string | null;
  readonly region: string;
  /** GB/T 4754. */
  readonly industry: string | null;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly coverageBp: number;
  readonly confidence: string;
  readonly grade: string | null;
  readonly warnings: readonly string[];
  /** Why it went to review. */
  readonly flags: readonly string[];
  /** 名单外: no official qualification; null: not known. */
  readonly offList: boolean | null;
  readonly enteredOn: LocalDate | null;
  readonly validUntil: LocalDate | null;
  readonly missing: readonly Condition[] | null;
}

interface VersionRow {
  list_code: string;
  version: number;
  run_id: string;
  as_of: LocalDate;
  rules_hash: Buffer;
  state: ListVersion['state'];
  unknown_rules: UnknownRule[];
  totals: Record<string, number>;
  output_hash: Buffer;
  made_at: Date;
}

export const versionOf = (row: VersionRow): ListVersion => ({
  listCode: row.list_code,
  version: row.version,
  runId: row.run_id,
  asOf: row.as_of,
  rulesHash: row.rules_hash.toString('hex'),
  state: row.state,
  unknownRules: row.unknown_rules,
  totals: row.totals,
  outputHash: row.output_hash.toString('hex'),
  madeAt: row.made_at,
});

export async function versionOfRun(db: Db, listCode: string, runId: string): Promise<ListVersion | undefined> {
  const [row] = await db.query<VersionRow>('SELECT * FROM list_version WHERE list_code = $1 AND run_id = $2', [
    listCode,
    runId,
  ]);
  return row && versionOf(row);
}

/** Newest first. */
export async function versionsOf(db: Db, listCode: string, limit: number, before?: number): Promise<ListVersion[]> {
  const rows = await db.query<VersionRow>(
    `SELECT * FROM list_version WHERE list_code = $1 AND version < coalesce($3, 2147483647) ORDER BY version DESC LIMIT $2`,
    [listCode, limit, before ?? null],
  );
  return rows.map(versionOf);
}

export async function findVersion(db: Db, listCode: string, version: number): Promise<ListVersion | undefined> {
  const [row] = await db.query<VersionRow>('SELECT * FROM list_version WHERE list_code = $1 AND version = $2', [
    listCode,
    version,
  ]);
  return row && versionOf(row);
}

export async function saveListVersion(
  tx: Tx,
  { entries, ...version }: ListVersion & { readonly entries: readonly ListEntry[] },
): Promise<ListVersion> {
  await tx.execute(
    `INSERT INTO list_version (list_code, version, run_id, as_of, rules_hash, state, unknown_rules, totals, output_hash, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      version.listCode,
      version.version,
      version.runId,
      version.asOf,
      Buffer.from(version.rulesHash, 'hex'),
      version.state,
      JSON.stringify(version.unknownRules),
      JSON.stringify(version.totals),
      Buffer.from(version.outputHash, 'hex'),
      version.madeAt,
    ],
  );
  await tx.copyIn(
    `COPY list_entry (list_code, version, uscc, kind, state, name, region, industry, score, low, high, coverage_bp, confidence,
       grade, warnings, flags, off_list, entered_on, valid_until, missing) FROM STDIN`,
    lines(version, entries),
  );
  return version;
}

const PIECE = 64 * 1024;
const array = (items: readonly string[]): string => `{${items.join(',')}}`;

function* lines({ listCode, version }: ListVersion, entries: readonly ListEntry[]): Generator<string> {
  let piece = '';
  for (const e of entries) {
    const fields = [
      listCode,
      version,
      e.uscc,
      e.kind,
      e.state,
      e.name,
      e.region,
      e.industry,
      e.score,
      e.low,
      e.high,
      e.coverageBp,
      e.confidence,
      e.grade,
      array(e.warnings),
      array(e.flags),
      e.offList === null ? null : String(e.offList),
      e.enteredOn,
      e.validUntil,
      e.missing === null ? null : JSON.stringify(e.missing),
    ];
    piece += `${fields.map(copyField).join('\t')}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
