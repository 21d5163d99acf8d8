import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { drop, forHolders, readHolders, readRegisterNumber, stated } from '../holders.ts';
import { quarantined } from '../mapped.ts';
import type { SoftwareCopyright } from './payload.ts';
import { productOf } from './product.ts';

const REG_NO = /^(?:19|20)\d{2}SRE?\d{4,8}$/;

const ACQUISITION: ReadonlyMap<string, 'original' | 'acquired'> = new Map([
  ['原始取得', 'original'],
  ['原始', 'original'],
  ['受让', 'acquired'],
  ['受让取得', 'acquired'],
  ['继受取得', 'acquired'],
  ['承受', 'acquired'],
  ['继承', 'acquired'],
]);

/** Layout `register`: the register of software (计算机软件著作权登记). Holders may be persons: only codes are kept. */
export function mapSoftware(row: RawRow, context: MapContext): MappedRow<SoftwareCopyright> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  drop(row, '著作权人', '软件简称');
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const regNo = readRegisterNumber(row.text('登记号'), '登记号', REG_NO, fatal);
  const title = valueOf(row.text('软件名称'));
  if (title === undefined) fatal.push({ code: 'DQ14', column: '软件名称' });
  // 未发表 is what the register writes for no publication yet.
  const published = row.text('首次发表日期');
  const read = {
    version: valueOf(row.text('版本号')),
    completedOn: readDate(row.text('开发完成日期'), '开发完成日期', context, issues),
    publishedOn: readDate(published?.trim() === '未发表' ? undefined : published, '首次发表日期', context, issues),
    registeredOn: readDate(row.text('登记日期'), '登记日期', context, issues),
    acquisition: readEnum(row.text('权利取得方式'), '权利取得方式', ACQUISITION, issues),
  };
  const holders = readHolders(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  if (op === undefined || regNo === undefined || title === undefined) return quarantined(fatal, issues);
  const payload: SoftwareCopyright = { regNo, title, product: productOf(title), ...stated(read) };
  return forHolders(holders, [{ recordKey: regNo, eventDate: payload.registeredOn, payload }], op, issues);
}
