import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { ANY_NUMBER, drop, forHolders, readHolders, readRegisterNumber, stated } from '../holders.ts';
import { quarantined } from '../mapped.ts';
import type { AwardOrStandard } from './payload.ts';

const KIND: ReadonlyMap<string, AwardOrStandard['kind']> = new Map([
  ['奖励', 'award'],
  ['科技奖励', 'award'],
  ['科学技术奖', 'award'],
  ['专利奖', 'award'],
  ['中国专利奖', 'award'],
  ['标准', 'standard'],
  ['标准制定', 'standard'],
  ['标准制修订', 'standard'],
]);

const LEVEL: ReadonlyMap<string, NonNullable<AwardOrStandard['level']>> = new Map([
  ['国际', 'international'],
  ['国际标准', 'international'],
  ['国家', 'state'],
  ['国家级', 'state'],
  ['国家标准', 'state'],
  ['行业', 'industry'],
  ['行业标准', 'industry'],
  ['省', 'province'],
  ['省级', 'province'],
  ['省部级', 'province'],
  ['市', 'city'],
  ['市级', 'city'],
  ['区', 'district'],
  ['区级', 'district'],
  ['地方标准', 'local'],
  ['团体标准', 'association'],
]);

/** Layout `honours`: awards given and standards published, one line each with all firms. People who share it are blanked. */
export function mapHonour(row: RawRow, context: MapContext): MappedRow<AwardOrStandard> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  drop(row, '单位名称', '主要完成人');
  const rawLevel = row.text('级别');
  // 企业标准: a firm's own declaration, no standing in its trade.
  const own = valueOf(rawLevel) === '企业标准';
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const kind = readEnum(row.text('类别'), '类别', KIND, fatal);
  if (kind === undefined && !fatal.some((issue) => issue.column === '类别'))
    fatal.push({ code: 'DQ14', column: '类别' });
  const no = readRegisterNumber(row.text('编号'), '编号', ANY_NUMBER, fatal);
  const read = {
    title: valueOf(row.text('名称')),
    level: own ? undefined : readEnum(rawLevel, '级别', LEVEL, issues),
    on: readDate(row.text('授予(发布)日期'), '授予(发布)日期', context, issues),
  };
  const holders = readHolders(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  if (op === undefined || kind === undefined || no === undefined) return quarantined(fatal, issues);
  if (own) return { kind: 'ignored', reason: 'enterprise-standard' };
  const payload: AwardOrStandard = { kind, no, ...stated(read) };
  return forHolders(holders, [{ recordKey: `${kind}|${no}`, eventDate: payload.on, payload }], op, issues);
}
