import { addMonthsToMonth, firstDay, lastDay, type Uscc } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate, readMonth } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { readQuantity } from '../../normalise/quantity.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { refusedBy, type Mutable } from '../mapped.ts';
import type { WaterBill, WaterPayStatus } from './payload.ts';

const STATUS: ReadonlyMap<string, WaterPayStatus> = new Map([
  ['1', 'paid'],
  ['Y', 'paid'],
  ['已缴', 'paid'],
  ['已缴费', 'paid'],
  ['0', 'unpaid'],
  ['N', 'unpaid'],
  ['未缴', 'unpaid'],
  ['未缴费', 'unpaid'],
  ['2', 'overdue'],
  ['欠费', 'overdue'],
]);

const CYCLE: ReadonlyMap<string, 1 | 2> = new Map([
  ['1', 1],
  ['单月', 1],
  ['2', 2],
  ['双月', 2],
]);

const ESTIMATED: ReadonlyMap<string, boolean> = new Map([
  ['估抄', true],
  ['估算', true],
  ['E', true],
  ['实抄', false],
  ['远传', false],
  ['A', false],
]);

/** Codes of a row: a meter that a landlord shares out carries several in one cell. */
const SEPARATORS = /[;,、|；，]/;

/** Layout `front-end-table`: one bill a row; one record for each firm of the account, shared where they are several. */
export function mapBill(row: RawRow, context: MapContext): MappedRow<WaterBill> {
  const issues: Issue[] = [];
  const codes = (row.text('USC_CODE') ?? '').split(SEPARATORS).filter((code) => code.trim() !== '');
  const firms: Uscc[] = [];
  for (const code of codes.length === 0 ? [undefined] : codes) {
    const uscc = readUscc(code, 'USC_CODE', issues);
    if (uscc !== undefined && !firms.includes(uscc)) firms.push(uscc);
  }
  const op = readOperation(row.text('OP_FLAG'), 'OP_FLAG', issues);
  const accountNo = valueOf(row.text('ACCT_NO'));
  // The raw number is personal data and stays out of every issue.
  if (accountNo === undefined) issues.push({ code: 'DQ14', column: 'ACCT_NO' });
  const beforeMonth = issues.length;
  const month = readMonth(row.text('BILL_MON'), 'BILL_MON', context, issues);
  if (month === undefined && issues.length === beforeMonth) issues.push({ code: 'DQ14', column: 'BILL_MON' });
  // Of the provider's own bookkeeping nothing is kept.
  row.take('UPD_TIME');
  row.take('BATCH_NO');
  const read = readBill(row, context, issues);
  if (firms.length === 0 || op === undefined || accountNo === undefined || month === undefined)
    return refusedBy(issues);

  const shareCount = readCount(row.text('SHARE_CNT'), 'SHARE_CNT', issues) ?? 1;
  const account = context.hash(accountNo.replaceAll(' ', ''));
  const payload: WaterBill = {
    ...read,
    account,
    month,
    ...(codes.length > 1 || shareCount > 1 ? { shared: true } : {}),
  };
  const eventDate = firstDay(addMonthsToMonth(month, payload.cycle === 2 ? -1 : 0));
  const recordKey = `${account}|${month}`;
  const records = firms.map((uscc) => ({ uscc, recordKey, eventDate, eventTo: lastDay(month), op, payload }));
  return { kind: 'records', records, issues };
}

function readBill(row: RawRow, context: MapContext, issues: Issue[]): Partial<WaterBill> {
  const read: Mutable<Partial<WaterBill>> = {
    cycle: readEnum(row.text('CYCLE_MON'), 'CYCLE_MON', CYCLE, issues),
    volume: readQuantity(row.text('USE_QTY'), 2, 'USE_QTY', issues),
    amount: readAmount(row.text('AMT'), '元', 'AMT', issues),
    status: readEnum(row.text('PAY_STATUS'), 'PAY_STATUS', STATUS, issues),
    paidOn: readDate(row.text('PAY_TIME'), 'PAY_TIME', context, issues),
    arrearsAmount: readAmount(row.text('ARREARS_AMT'), '元', 'ARREARS_AMT', issues),
    arrearsSince: readDate(row.text('ARREARS_SINCE'), 'ARREARS_SINCE', context, issues),
    tariffClass: valueOf(row.text('TARIFF_CLASS')),
    estimated: readEnum(row.text('READ_TYPE'), 'READ_TYPE', ESTIMATED, issues) === true ? true : undefined,
  };
  for (const key of Object.keys(read) as (keyof WaterBill)[]) if (read[key] === undefined) delete read[key];
  return read;
}
