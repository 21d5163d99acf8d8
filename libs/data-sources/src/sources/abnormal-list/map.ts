import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { readEnd, readKeyDate } from '../key-date.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { AbnormalListing, AbnormalReason, RemovalReason } from './payload.ts';

/** The bureau writes whole sentences of the decision; the words that tell them apart decide. */
const REASONS: readonly (readonly [RegExp, AbnormalReason])[] = [
  [/年度报告|年报/, 'annualReport'],
  [/弄虚作假|隐瞒/, 'falseDisclosure'],
  [/无法联系|失联|住所|经营场所/, 'unreachable'],
  [/公示/, 'disclosure'],
];

const REMOVAL: ReadonlyMap<string, RemovalReason> = new Map([
  ['补报年报', 'cured'],
  ['补报未报年份的年度报告并公示', 'cured'],
  ['已补报年报并公示', 'cured'],
  ['履行公示义务', 'cured'],
  ['更正公示信息', 'cured'],
  ['依法办理住所变更登记', 'cured'],
  ['通过登记的住所可以重新取得联系', 'cured'],
  ['恢复联系', 'cured'],
  ['列入错误', 'listedInError'],
  ['撤销列入决定', 'listedInError'],
  ['信用修复', 'repaired'],
  ['其他', 'other'],
]);

/** Layout `listings`: who was put on the list, and taken off it (经营异常名录). A row without a code names nobody. */
export function mapAbnormal(row: RawRow, context: MapContext): MappedRow<AbnormalListing> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  // 企业名称: the code decides who is meant.
  row.take('企业名称');
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const listedOn = readKeyDate(row, '列入日期', context, fatal, issues);
  const authority = valueOf(row.text('列入机关'));
  const rawReason = valueOf(row.text('列入原因'));
  const removed = readEnd(row, '移出日期', listedOn, context, issues);
  const removalReason = readEnum(row.text('移出原因'), '移出原因', REMOVAL, issues);
  row.take('移出机关');
  if (uscc === undefined || op === undefined || listedOn === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  const payload: Mutable<AbnormalListing> = { listedOn };
  if (rawReason !== undefined) payload.reason = REASONS.find(([words]) => words.test(rawReason))?.[1] ?? 'other';
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
