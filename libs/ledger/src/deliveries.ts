import { parseLocalDate, ProblemError, type LocalDate, type Problem } from '#lib/kernel';
import type { Issue, ReferenceTables } from '#lib/data-sources';

/** 交付批次的状态 (domain §6.7). RECONCILED: applied, and every row accounted for. */
export type DeliveryState =
  | 'RECEIVED'
  | 'VERIFIED'
  | 'PARSED'
  | 'MATCHED'
  | 'APPLIED'
  | 'RECONCILED'
  | 'HOLD'
  | 'REJECTED';

/** What comes with a file (交付清单): all optional; what is stated is checked. */
export interface DeliveryManifest {
  readonly rows?: number;
  /** Hex. */
  readonly sha256?: string;
  /** Orders the versions of one key when deliveries arrive out of order; default: the next number of the source. */
  readonly sequence?: number;
  /** The provider's own clock, ISO 8601. */
  readonly sourceTime?: string;
  readonly coverage?: {
    readonly territory?: readonly string[];
    readonly population?: 'all' | 'listed';
    readonly from?: string;
    /** data_through. */
    readonly through?: string;
  };
}

export interface DeliveryProgress {
  readonly phase: string;
  readonly rows: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** A delivery as people see it. rows = applied + unchanged + quarantined + ignored; when held all four are 0. */
export interface DeliveryView {
  readonly deliveryId: string;
  readonly source: string;
  readonly layout: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly sequence: number;
  readonly state: DeliveryState;
  readonly clock: 'system' | 'simulated';
  readonly receivedAt: Date;
  readonly receivedBy: string;
  readonly appliedAt: Date | null;
  readonly rows: number | null;
  readonly applied: number | null;
  readonly unchanged: number | null;
  readonly quarantined: number | null;
  readonly ignored: number | null;
  /** Code of the gate that holds it. */
  readonly held: string | null;
  /** Findings by data-quality code, ignored rows by reason, undeclared columns. */
  readonly counts: Readonly<Record<string, number>>;
  readonly coverage: {
    readonly territory: readonly string[];
    readonly population: 'all' | 'listed';
    readonly from: LocalDate | null;
    readonly through: LocalDate | null;
  };
  readonly problem: Problem | null;
  readonly progress: DeliveryProgress | null;
  /** 撤销入账: taken back by compensating versions at this tick; null: it stands. */
  readonly undone: { readonly at: Date; readonly by: string; readonly reason: string } | null;
  readonly seconds: number | null;
}

export interface QuarantinedRow {
  readonly deliveryId: string;
  readonly rowNo: number;
  readonly code: string;
  readonly issues: readonly Issue[];
  /** The row as delivered: a JSON array of cells, or a JSON object; personal columns blanked or hashed. */
  readonly raw: string;
  /** RELEASED: its firm was registered later. CORRECTED: a later delivery mended it. */
  readonly state: 'WAITING' | 'RELEASED' | 'CORRECTED';
  readonly releasedAt: Date | null;
  /** The delivery that mended it. */
  readonly mendedBy: string | null;
}

const bad = (field: string, zh: string, en: string): ProblemError =>
  new ProblemError({
    code: 'manifest-invalid',
    status: 422,
    zh: `交付清单有误：${zh}`,
    en: `the manifest is invalid: ${en}`,
    errors: [{ field, code: 'manifest-invalid', zh, en }],
  });

/** ISO 8601 with an offset: without one it would mean something else on each machine. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/;

const KNOWN = new Set(['rows', 'sha256', 'sequence', 'sourceTime', 'coverage']);

/** Checks a manifest field by field. Throws ProblemError manifest-invalid, naming the field. Unknown fields are ignored with the file's own name and times. */
export function checkManifest(input: DeliveryManifest, tables: ReferenceTables): DeliveryManifest {
  const manifest = Object.fromEntries(Object.entries(input).filter(([key]) => KNOWN.has(key))) as DeliveryManifest;
  const { rows, sha256, sequence, sourceTime, coverage } = manifest;
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 0))
    throw bad('rows', '行数应为非负整数', 'rows must be a whole number ≥ 0');
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw bad('sha256', '应为64位十六进制', 'sha256 must be 64 hex digits');
  if (sequence !== undefined && !(Number.isSafeInteger(sequence) && sequence >= 0))
    throw bad('sequence', '应为非负整数', 'sequence must be a whole number ≥ 0');
  if (sourceTime !== undefined && !(INSTANT.test(sourceTime) && !Number.isNaN(Date.parse(sourceTime))))
    throw bad('sourceTime', '应为带时区的ISO 8601时间', 'sourceTime must be an ISO 8601 instant with an offset');
  const territory = coverage?.territory;
  if (territory !== undefined && !Array.isArray(territory))
    throw bad('coverage.territory', '应为行政区划前缀的列表', 'territory must be a list of region prefixes');
  for (const prefix of territory ?? []) {
    if (!/^(CN|\d{2}|\d{4}|\d{6})$/.test(prefix))
      throw bad(
        'coverage.territory',
        `「${prefix}」不是行政区划前缀`,
        `"${prefix}" is not a region prefix of 2, 4 or 6 digits, nor CN`,
      );
    // A claim of completeness for a place that never was would speak for nobody, silently.
    if (prefix !== 'CN' && !tables.territories.has(prefix))
      throw bad('coverage.territory', `GB/T 2260中没有「${prefix}」`, `GB/T 2260 has never had a region ${prefix}`);
  }
  if (coverage?.population !== undefined && !['all', 'listed'].includes(coverage.population))
    throw bad('coverage.population', '应为 all 或 listed', 'population must be all or listed');
  if (coverage?.population === 'all' && (coverage.territory ?? []).length === 0)
    throw bad('coverage.territory', '声明全量时必须给出地域', 'a population of all needs a territory');
  for (const end of ['from', 'through'] as const) {
    const text = coverage?.[end];
    if (text !== undefined && parseLocalDate(text) === undefined)
      throw bad(`coverage.${end}`, '应为 YYYY-MM-DD', `${end} must be YYYY-MM-DD`);
  }
  if (coverage?.from && coverage.through && coverage.from > coverage.through)
    throw bad('coverage.from', '晚于 through', 'from lies after through');
  return manifest;
}
