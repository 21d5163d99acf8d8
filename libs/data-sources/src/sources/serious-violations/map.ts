import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { readEnd, readKeyDate } from '../key-date.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { SeriousViolation } from './payload.ts';

const REMOVAL: ReadonlyMap<string, NonNullable<SeriousViolation['removalReason']>> = new Map([
  ['期满', 'expired'],
  ['期限届满', 'expired'],
  ['列入期满三年', 'expired'],
  ['信用修复', 'repaired'],
  ['提前移出', 'repaired'],
  ['列入错误', 'listedInError'],
  ['撤销列入决定', 'listedInError'],
  ['其他', 'other'],
]);

/** Layout `listings` (严重违法失信名单): rows that give only a name are refused, for names are shared. */
export function mapSerious(row: RawRow, context: MapContext): MappedRow<SeriousViolation> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  row.take('企业名称');
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const listedOn = readKeyDate(row, '列入日期', context, fatal, issues);
  const authority = valueOf(row.text('列入机关'));
  const reason = valueOf(row.text('列入原因'));
  const removed = readEnd(row, '移出日期', listedOn, context, issues);
  const removalReason = readEnum(row.text('移出原因'), '移出原因', REMOVAL, issues);
  if (uscc === undefined || op === undefined || listedOn === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  const payload: Mutable<SeriousViolation> = { listedOn };
  if (reason !== undefined) payload.reason = reason;
  if (authority !== undefined) payload.authority = authority;
  if (removed.on !== undefined) payload.removedOn = removed.on;
  if (removed.unreadable) payload.removalUnreadable = true;
  if (removalReason !== undefined) payload.removalReason = removalReason;
  return {
    kind: 'records',
    records: [{ uscc, recordKey: `${listedOn}|${(authority ?? '').slice(0, 80)}`, eventDate: listedOn, op, payload }],
    issues,
  };
}
