import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { drop, forHolders, readHolders, readRegisterNumber, stated } from '../holders.ts';
import { quarantined } from '../mapped.ts';
import type { Trademark, TrademarkStatus } from './payload.ts';

/** National numbers, with a letter where a mark was split; G: international registrations that name China. */
const REG_NO = /^G?\d{4,9}[A-Z]?$/;

const STATUS: ReadonlyMap<string, TrademarkStatus> = new Map([
  ['申请中', 'applied'],
  ['申请', 'applied'],
  ['待审中', 'applied'],
  ['等待实质审查', 'applied'],
  ['初审公告', 'announced'],
  ['异议中', 'opposed'],
  ['异议', 'opposed'],
  ['注册', 'registered'],
  ['已注册', 'registered'],
  ['有效', 'registered'],
  ['驳回', 'refused'],
  ['已驳回', 'refused'],
  ['不予注册', 'refused'],
  ['撤销', 'cancelled'],
  ['已撤销', 'cancelled'],
  ['注销', 'cancelled'],
  ['已注销', 'cancelled'],
  ['无效', 'invalidated'],
  ['宣告无效', 'invalidated'],
  ['已失效', 'expired'],
  ['期满未续展', 'expired'],
]);

/** Layout `register`: the trade-mark register (商标注册簿), one line a mark with one class or several. */
export function mapTrademark(row: RawRow, context: MapContext): MappedRow<Trademark> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  drop(row, '注册人名称');
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const regNo = readRegisterNumber(row.text('注册号'), '注册号', REG_NO, fatal);
  const classes = readClasses(row.text('国际分类'), '国际分类', fatal);
  const ahead = { receivedOn: context.receivedOn, mayBeAhead: true };
  const read = {
    name: valueOf(row.text('商标名称')),
    appliedOn: readDate(row.text('申请日期'), '申请日期', context, issues),
    registeredOn: readDate(row.text('注册公告日期'), '注册公告日期', context, issues),
    expiresOn: readDate(row.text('专用权期限止'), '专用权期限止', ahead, issues),
    status: readEnum(row.text('商标状态'), '商标状态', STATUS, issues),
    statusOn: readDate(row.text('状态日期'), '状态日期', context, issues),
  };
  const holders = readHolders(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  if (op === undefined || regNo === undefined || fatal.length > 0) return quarantined(fatal, issues);
  const shared = stated(read);
  const eventDate = shared.appliedOn ?? shared.registeredOn;
  const marks = classes.map((number) => ({
    recordKey: `${regNo}|${number}`,
    eventDate,
    payload: { ...shared, regNo, class: number } satisfies Trademark,
  }));
  return forHolders<Trademark>(holders, marks, op, issues);
}

/** 9, 09, 第9类, 9;35;42: each class is a record. A number that is no class refuses the row, for it is the key. */
function readClasses(raw: string | undefined, column: string, fatal: Issue[]): readonly number[] {
  const clean = valueOf(raw);
  if (clean === undefined) fatal.push({ code: 'DQ14', column });
  const classes = new Set<number>();
  for (const part of clean?.split(/[;,、/ ]+/) ?? []) {
    const number = Number(/^第?(\d{1,2})类?$/.exec(part)?.[1] ?? 0);
    if (number >= 1 && number <= 45) classes.add(number);
    else fatal.push({ code: 'DQ12', column, raw: clean! });
  }
  return [...classes];
}
