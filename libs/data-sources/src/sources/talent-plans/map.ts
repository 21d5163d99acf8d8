import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { drop } from '../holders.ts';
import { readKeyDate } from '../key-date.ts';
import { quarantined } from '../mapped.ts';
import type { TalentCount, TalentLevel } from './payload.ts';

const LEVEL: ReadonlyMap<string, TalentLevel> = new Map([
  ['国家', 'state'],
  ['国家级', 'state'],
  ['省', 'province'],
  ['省级', 'province'],
  ['省部级', 'province'],
  ['市', 'city'],
  ['市级', 'city'],
  ['区', 'district'],
  ['区级', 'district'],
  ['县级', 'district'],
]);

/** Layout `counts`: people of talent programmes by firm and level. Names and documents that come along are dropped. */
export function mapTalentCount(row: RawRow, context: MapContext): MappedRow<TalentCount> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  drop(row, '单位名称', '入选人姓名', '证件号码', '计划名称');
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const level = readEnum(row.text('人才级别'), '人才级别', LEVEL, fatal);
  if (level === undefined && !fatal.some((issue) => issue.column === '人才级别'))
    fatal.push({ code: 'DQ14', column: '人才级别' });
  const asOf = readKeyDate(row, '统计日期', context, fatal, issues);
  const count = readCount(row.text('人数'), '人数', issues);
  if (uscc === undefined || op === undefined || level === undefined || asOf === undefined)
    return quarantined(fatal, issues);
  const payload: TalentCount = { level, asOf, ...(count === undefined ? {} : { count }) };
  return {
    kind: 'records',
    records: [{ uscc, recordKey: `${level}|${asOf}`, eventDate: asOf, op, payload }],
    issues,
  };
}
