import type { Fen, LocalDate } from '#lib/kernel';
import { parseAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { parseDecimal, scaled } from '../../normalise/decimal.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { masked } from '../../masking.ts';
import { normaliseName, valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { ANY_NUMBER, readRegisterNumber } from '../holders.ts';
import { readEnd } from '../key-date.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import { isOrganisationName } from '../organisation.ts';
import type { EquityPledge } from './payload.ts';

const STATUS: ReadonlyMap<string, NonNullable<EquityPledge['status']>> = new Map([
  ['有效', 'inForce'],
  ['在押', 'inForce'],
  ['注销', 'cancelled'],
  ['已注销', 'cancelled'],
  ['解除', 'cancelled'],
  ['无效', 'annulled'],
  ['撤销', 'annulled'],
  ['已撤销', 'annulled'],
]);

const AMOUNT = '出质股权数额';
const UNIT = '数额单位';
/** Powers of ten of the units in which bureaus count shares. */
const SHARES: ReadonlyMap<string, number> = new Map([
  ['股', 0],
  ['万股', 4],
  ['亿股', 8],
]);

/** Layout `pledges`: one registered pledge of the firm's own equity a line (股权出质登记). */
export function mapPledge(row: RawRow, context: MapContext): MappedRow<EquityPledge> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const registrationNo = readRegisterNumber(row.text('登记编号'), '登记编号', ANY_NUMBER, fatal);
  const pledgor = valueOf(row.text('出质人证件号码')) ?? valueOf(row.text('出质人'));
  row.take('出质人');
  const pledgee = valueOf(row.text('质权人'));
  const registeredOn = readDate(row.text('登记日期'), '登记日期', context, issues);
  const status = readEnum(row.text('状态'), '状态', STATUS, issues);
  const ended = readEnd(row, '注销日期', registeredOn, context, issues);
  const quantity = quantityOf(row, issues);
  const totalShares = sharesOf(row.text('股份总数(万股)'), 4, '股份总数(万股)', issues);
  if (uscc === undefined || op === undefined || registrationNo === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  const payload: Mutable<EquityPledge> = { registrationNo, ...quantity };
  if (pledgor !== undefined) payload.pledgor = context.hash(`${uscc}|${pledgor}`);
  if (pledgee !== undefined && isOrganisationName(pledgee)) payload.pledgee = masked(normaliseName(pledgee), 'text');
  if (totalShares !== undefined) payload.totalShares = totalShares;
  if (registeredOn !== undefined) payload.registeredOn = registeredOn;
  if (ended.on !== undefined) payload.endedOn = ended.on;
  if (ended.unreadable) payload.endUnreadable = true;
  if (status !== undefined) payload.status = status;
  return {
    kind: 'records',
    records: [{ uscc, recordKey: registrationNo, ...eventOf(registeredOn), op, payload }],
    issues,
  };
}

const eventOf = (on: LocalDate | undefined): { eventDate?: LocalDate } => (on === undefined ? {} : { eventDate: on });

/** Money of a limited company or shares of one limited by shares; the unit stands in the text or in its own column. */
function quantityOf(row: RawRow, issues: Issue[]): { amount?: Fen; shares?: number } {
  const text = valueOf(row.text(AMOUNT));
  const declared = valueOf(row.text(UNIT));
  if (text === undefined) return {};
  const number = /^[\d,.]+/.exec(text)?.[0] ?? '';
  const unit = text.slice(number.length).replace(/[()\s]/g, '') || declared;
  if (unit === undefined) {
    issues.push({ code: 'UNIT_MISSING', column: AMOUNT, raw: text });
    return {};
  }
  const exponent = SHARES.get(unit);
  if (exponent !== undefined) {
    const shares = sharesOf(number, exponent, AMOUNT, issues);
    return shares === undefined ? {} : { shares };
  }
  const amount = parseAmount(`${number}${unit}`, '万元');
  if (amount !== undefined && amount > 0) return { amount };
  issues.push({ code: amount === 0 ? 'DQ13' : 'DQ09', column: AMOUNT, raw: text });
  return {};
}

/** Whole shares, more than none. */
function sharesOf(raw: string | undefined, exponent: number, column: string, issues: Issue[]): number | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const decimal = parseDecimal(clean);
  const shares = decimal === undefined ? undefined : scaled(decimal, exponent);
  if (shares !== undefined && shares > 0) return shares;
  issues.push({ code: shares === 0 ? 'DQ13' : 'DQ15', column, raw: clean });
  return undefined;
}
