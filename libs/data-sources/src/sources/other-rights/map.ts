import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { ANY_NUMBER, drop, forHolders, readHolders, readRegisterNumber, stated } from '../holders.ts';
import { quarantined } from '../mapped.ts';
import type { OtherRight, OtherRightKind, OtherRightStatus } from './payload.ts';

const KIND: ReadonlyMap<string, OtherRightKind> = new Map([
  ['集成电路布图设计', 'layoutDesign'],
  ['集成电路布图设计专有权', 'layoutDesign'],
  ['布图设计', 'layoutDesign'],
  ['植物新品种', 'plantVariety'],
  ['植物新品种权', 'plantVariety'],
  ['国家级农作物品种', 'cropVariety'],
  ['国家新药', 'drug'],
  ['新药证书', 'drug'],
  ['国家一级中药保护品种', 'protectedMedicine'],
  ['国防专利', 'defencePatent'],
]);

const STATUS: ReadonlyMap<string, OtherRightStatus> = new Map([
  ['申请中', 'pending'],
  ['受理', 'pending'],
  ['有效', 'inForce'],
  ['专有权有效', 'inForce'],
  ['授权', 'inForce'],
  ['届满', 'expired'],
  ['终止', 'expired'],
  ['专有权终止', 'expired'],
  ['失效', 'expired'],
  ['撤销', 'revoked'],
  ['无效', 'revoked'],
  ['放弃', 'revoked'],
]);

/** Layout `register`: rights of class I that are no patents. Titles are blanked: those of defence patents are secret. */
export function mapOtherRight(row: RawRow, context: MapContext): MappedRow<OtherRight> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  drop(row, '权利人', '名称');
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const regNo = readRegisterNumber(row.text('登记号'), '登记号', ANY_NUMBER, fatal);
  const ahead = { receivedOn: context.receivedOn, mayBeAhead: true };
  const read = {
    kind: readEnum(row.text('权利类别'), '权利类别', KIND, issues),
    grantedOn: readDate(row.text('登记公告日期'), '登记公告日期', context, issues),
    expiresOn: readDate(row.text('届满日期'), '届满日期', ahead, issues),
    status: readEnum(row.text('状态'), '状态', STATUS, issues),
    statusOn: readDate(row.text('状态日期'), '状态日期', context, issues),
  };
  const holders = readHolders(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  if (op === undefined || regNo === undefined) return quarantined(fatal, issues);
  const payload: OtherRight = { regNo, ...stated(read) };
  return forHolders(holders, [{ recordKey: regNo, eventDate: payload.grantedOn, payload }], op, issues);
}
