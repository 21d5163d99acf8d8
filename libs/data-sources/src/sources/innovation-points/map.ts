import { readDate } from '../../normalise/date.ts';
import { parseDecimal, scaled } from '../../normalise/decimal.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { refusedBy } from '../mapped.ts';
import type { InnovationPoints } from './payload.ts';

const VERSION: ReadonlyMap<string, InnovationPoints['version']> = new Map([
  ['v1', 'v1'],
  ['V1', 'v1'],
  ['1.0', 'v1'],
  ['2024', 'v1'],
  ['v2', 'v2'],
  ['V2', 'v2'],
  ['2.0', 'v2'],
  ['2025', 'v2'],
]);

/** Points with one decimal at most, 0 to 1,000, in tenths. */
function readPoints(row: RawRow, column: string, issues: Issue[]): number | undefined {
  const clean = valueOf(row.text(column));
  if (clean === undefined) return undefined;
  const decimal = parseDecimal(clean);
  const tenths = decimal === undefined ? undefined : scaled(decimal, 1);
  if (tenths !== undefined && tenths >= 0 && tenths <= 10_000) return tenths;
  issues.push({ code: tenths === undefined ? 'DQ15' : 'DQ13', column, raw: clean });
  return undefined;
}

/** Layout `evaluations`: one evaluation a row. Points above the stated maximum refuse the row: one of the two is wrong. */
export function mapEvaluation(row: RawRow, context: MapContext): MappedRow<InnovationPoints> {
  const issues: Issue[] = [];
  row.text('企业名称'); // for the match of names
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  const op = readOperation(row.text('操作标志'), '操作标志', issues);
  const needed = <T>(column: string, read: () => T | undefined): T | undefined => {
    const before = issues.length;
    const value = read();
    if (value === undefined && issues.length === before) issues.push({ code: 'DQ14', column });
    return value;
  };
  const version = needed('版本', () => readEnum(row.text('版本'), '版本', VERSION, issues));
  const on = needed('评价日期', () => readDate(row.text('评价日期'), '评价日期', context, issues));
  const scoreTenths = needed('积分', () => readPoints(row, '积分', issues));
  const fieldIssues: Issue[] = [];
  const maxTenths = readPoints(row, '满分', fieldIssues);
  if (scoreTenths !== undefined && maxTenths !== undefined && scoreTenths > maxTenths)
    issues.push({ code: 'DQ13', column: '积分', raw: `${scoreTenths / 10} / ${maxTenths / 10}` });
  const complete = version !== undefined && on !== undefined && scoreTenths !== undefined;
  const warned = issues.every(({ code }) => code === 'DQ02' || code === 'DQ07');
  if (uscc === undefined || op === undefined || !complete || !warned) return refusedBy([...issues, ...fieldIssues]);

  const payload: InnovationPoints = { version, on, scoreTenths, ...(maxTenths === undefined ? {} : { maxTenths }) };
  return {
    kind: 'records',
    records: [{ uscc, recordKey: `${version} ${on}`, eventDate: on, op, payload }],
    issues: [...issues, ...fieldIssues],
  };
}
