import { firstDay, lastDay, monthOfDate, type LocalMonth, type Uscc } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate, readMonth } from '../../normalise/date.ts';
import { flagWords, readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { refusedBy, type Mutable } from '../mapped.ts';
import type { InsuranceType, SocialSecurity, SocialSecurityArrears, SocialSecurityMonth } from './payload.ts';

const PAID = flagWords(['已到账', true], ['到账', true], ['已缴', true], ['未到账', false], ['未缴', false]);

const INSURANCE: ReadonlyMap<string, InsuranceType> = new Map([
  ['养老', 'pension'],
  ['养老保险', 'pension'],
  ['基本养老保险', 'pension'],
  ['医疗', 'medical'],
  ['医疗保险', 'medical'],
  ['基本医疗保险', 'medical'],
  ['失业', 'unemployment'],
  ['失业保险', 'unemployment'],
  ['工伤', 'injury'],
  ['工伤保险', 'injury'],
  ['生育', 'maternity'],
  ['生育保险', 'maternity'],
  ['合计', 'all'],
  ['全部', 'all'],
  ['五险', 'all'],
]);

/** A statement that ends with a total has neither code nor firm in that row. */
const isTotal = (row: RawRow): boolean => {
  const code = valueOf(row.text('统一社会信用代码'));
  const unit = valueOf(row.text('单位编号'));
  return code === undefined ? (unit?.startsWith('合计') ?? false) : code.startsWith('合计') || code.startsWith('总计');
};

/** Layout `monthly`: what each employer paid for one month (社保缴费明细). 单位编号 is the bureau's own and not kept. */
export function mapMonth(row: RawRow, context: MapContext): MappedRow<SocialSecurity> {
  const issues: Issue[] = [];
  const rawCode = row.text('统一社会信用代码');
  row.take('单位编号');
  const uscc = readUscc(rawCode, '统一社会信用代码', issues);
  if (uscc === undefined && isTotal(row)) return { kind: 'ignored', reason: 'total' };
  const op = readOperation(row.text('操作标志'), '操作标志', issues);
  const month = readKeyMonth(row, '费款所属期', context, issues);
  if (uscc === undefined || op === undefined || month === undefined) return refusedBy(issues);

  const keyIssues = issues.length;
  const total = readCount(row.text('参保总人数'), '参保总人数', issues);
  const pension = readCount(row.text('养老人数'), '养老人数', issues);
  const medical = readCount(row.text('医疗人数'), '医疗人数', issues);
  const unemployment = readCount(row.text('失业人数'), '失业人数', issues);
  const injury = readCount(row.text('工伤人数'), '工伤人数', issues);
  const baseSum = readAmount(row.text('缴费基数合计(元)'), '元', '缴费基数合计(元)', issues);
  const paid = readFlag(row.text('到账标志'), '到账标志', issues, PAID);
  const paidOn = readDate(row.text('到账日期'), '到账日期', context, issues);

  const largest = Math.max(pension ?? -1, medical ?? -1, unemployment ?? -1, injury ?? -1);
  // An unreadable total is not replaced: only one that the bureau left out is (domain §1.5).
  const unreadable = total === undefined && issues.some((i, n) => n >= keyIssues && i.column === '参保总人数');
  const insuredTotal = total ?? (largest >= 0 && !unreadable ? largest : undefined);
  // Domain §1.4 row 2: total ≥ the largest count, 20 % tolerated.
  if (total !== undefined && total * 10 < largest * 8)
    issues.push({ code: 'DQ13', column: '参保总人数', raw: String(total) });

  // Members in code-unit order, as the canonical JSON wants them.
  const payload: Mutable<Partial<SocialSecurityMonth>> = {};
  if (baseSum !== undefined) payload.baseSum = baseSum;
  if (injury !== undefined) payload.injury = injury;
  if (insuredTotal !== undefined) payload.insuredTotal = insuredTotal;
  payload.kind = 'month';
  if (medical !== undefined) payload.medical = medical;
  payload.month = month;
  if (paid !== undefined) payload.paid = paid;
  if (paidOn !== undefined) payload.paidOn = paidOn;
  if (pension !== undefined) payload.pension = pension;
  if (unemployment !== undefined) payload.unemployment = unemployment;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: month,
        eventDate: firstDay(month),
        eventTo: lastDay(month),
        op,
        payload: payload as SocialSecurityMonth,
      },
    ],
    issues,
  };
}

/** Layout `arrears`: contributions not paid, by insurance and first month (社保欠缴). */
export function mapArrears(row: RawRow, context: MapContext): MappedRow<SocialSecurity> {
  const issues: Issue[] = [];
  const uscc: Uscc | undefined = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  if (uscc === undefined && isTotal(row)) return { kind: 'ignored', reason: 'total' };
  const op = readOperation(row.text('操作标志'), '操作标志', issues);
  const type = readEnum(row.text('险种'), '险种', INSURANCE, issues);
  if (type === undefined && !issues.some((i) => i.column === '险种')) issues.push({ code: 'DQ14', column: '险种' });
  const fromMonth = readKeyMonth(row, '欠费起月', context, issues);
  if (uscc === undefined || op === undefined || type === undefined || fromMonth === undefined) return refusedBy(issues);

  const amount = readAmount(row.text('欠费金额(元)'), '元', '欠费金额(元)', issues);
  const toMonth = readMonth(row.text('欠费止月'), '欠费止月', context, issues);
  const rawCleared = row.text('清缴日期');
  const clearedOn = readDate(rawCleared, '清缴日期', context, issues);
  const payload: Mutable<Partial<SocialSecurityArrears>> = {};
  if (amount !== undefined) payload.amount = amount;
  if (clearedOn !== undefined) payload.clearedOn = clearedOn;
  else if (valueOf(rawCleared) !== undefined) payload.clearedUnreadable = true;
  payload.fromMonth = fromMonth;
  payload.kind = 'arrears';
  if (toMonth !== undefined && toMonth >= fromMonth) payload.toMonth = toMonth;
  else if (toMonth !== undefined) issues.push({ code: 'DQ06', column: '欠费止月', raw: toMonth });
  payload.type = type;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: `arrears|${type}|${fromMonth}`,
        eventDate: firstDay(fromMonth),
        ...(payload.toMonth === undefined ? {} : { eventTo: lastDay(payload.toMonth) }),
        op,
        payload: payload as SocialSecurityArrears,
      },
    ],
    issues,
  };
}

/** The month of the key: absent DQ14, unreadable DQ05, ahead of the delivery DQ06; each refuses the row. */
export function readKeyMonth(
  row: RawRow,
  column: string,
  context: MapContext,
  issues: Issue[],
): LocalMonth | undefined {
  const raw = row.text(column);
  if (raw !== undefined && raw.length === 6 && raw <= compact(context)) {
    const month = `${raw.slice(0, 4)}-${raw.slice(4)}`;
    if (QUICK_MONTH.test(month)) return month as LocalMonth;
  }
  const before = issues.length;
  const month = readMonth(raw, column, context, issues);
  if (month === undefined && issues.length === before) issues.push({ code: 'DQ14', column });
  return month;
}

const QUICK_MONTH = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$/;
const compact = (context: MapContext): string => monthOfDate(context.receivedOn).replace('-', '');
