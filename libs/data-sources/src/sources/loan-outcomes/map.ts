import { lastDay } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate, readMonth } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { LoanClass, LoanMonth, LoanOutcome, LoanStatus, OutcomeEvent, OutcomeKind } from './payload.ts';

const CLASS: ReadonlyMap<string, LoanClass> = new Map([
  ['正常', 'pass'],
  ['正常类', 'pass'],
  ['1', 'pass'],
  ['关注', 'specialMention'],
  ['关注类', 'specialMention'],
  ['2', 'specialMention'],
  ['次级', 'substandard'],
  ['次级类', 'substandard'],
  ['3', 'substandard'],
  ['可疑', 'doubtful'],
  ['可疑类', 'doubtful'],
  ['4', 'doubtful'],
  ['损失', 'loss'],
  ['损失类', 'loss'],
  ['5', 'loss'],
]);

const STATUS: ReadonlyMap<string, LoanStatus> = new Map([
  ['正常', 'normal'],
  ['逾期', 'overdue'],
  ['展期', 'restructured'],
  ['重组', 'restructured'],
  ['结清', 'settled'],
  ['已结清', 'settled'],
  ['核销', 'writtenOff'],
  ['已核销', 'writtenOff'],
]);

const KIND: ReadonlyMap<string, OutcomeKind> = new Map([
  ['REFERRED', 'referred'],
  ['转介', 'referred'],
  ['ACCEPTED', 'accepted'],
  ['受理', 'accepted'],
  ['DECLINED', 'declined'],
  ['拒绝', 'declined'],
  ['APPROVED', 'approved'],
  ['批准', 'approved'],
  ['GUARANTEED', 'guaranteed'],
  ['出具保函', 'guaranteed'],
  ['DRAWN', 'drawn'],
  ['放款', 'drawn'],
  ['REPAID', 'repaid'],
  ['还款', 'repaid'],
  ['RESTRUCTURED', 'restructured'],
  ['展期', 'restructured'],
  ['重组', 'restructured'],
  ['CLAIM_PAID', 'claimPaid'],
  ['代偿', 'claimPaid'],
  ['RECOVERED', 'recovered'],
  ['追偿', 'recovered'],
  ['RELEASED', 'released'],
  ['解保', 'released'],
  ['CLOSED', 'closed'],
  ['结清', 'closed'],
  ['WRITTEN_OFF', 'writtenOff'],
  ['核销', 'writtenOff'],
]);

/** What the events of a guarantee cannot do without (DQ14: a claim without guarantee belongs to nothing). */
const NEEDS_GUARANTEE: ReadonlySet<OutcomeKind> = new Set(['guaranteed', 'claimPaid', 'recovered', 'released']);

/** Numbers of loans, events and partners: letters, digits and joints, so that they cannot be mistaken inside a key. */
const KEY = /^[0-9A-Za-z][0-9A-Za-z._:/-]{0,63}$/;

const keyOf = (row: RawRow, column: string, fatal: Issue[]): string | undefined => {
  const key = valueOf(row.text(column))?.replaceAll(' ', '');
  if (key === undefined) fatal.push({ code: 'DQ14', column });
  else if (!KEY.test(key)) fatal.push({ code: 'DQ12', column, raw: key });
  return key;
};

/** Layout `performance`: one loan, one month that has ended (贷后月报). */
export function mapPerformance(row: RawRow, context: MapContext): MappedRow<LoanOutcome> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const rawId = valueOf(row.text('借据编号'));
  if (rawId !== undefined && /^(?:合计|总计|小计)/.test(rawId)) return { kind: 'ignored', reason: 'total' };
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const loanId = keyOf(row, '借据编号', fatal);
  const rawMonth = row.text('所属月份');
  const dated: Issue[] = [];
  const month = readMonth(rawMonth, '所属月份', context, dated);
  if (month === undefined && dated.length === 0) dated.push({ code: 'DQ14', column: '所属月份' });
  // A month that still runs has no end to report.
  const ended = month !== undefined && lastDay(month) <= context.receivedOn;
  if (month !== undefined && !ended) dated.push({ code: 'DQ06', column: '所属月份', raw: rawMonth! });
  (ended ? issues : fatal).push(...dated);

  const read: Mutable<Partial<LoanMonth>> = {
    lender: valueOf(row.text('贷款机构')),
    drawnOn: readDate(row.text('放款日期'), '放款日期', context, issues),
    principal: readAmount(row.text('放款金额(元)'), '元', '放款金额(元)', issues),
    balance: readAmount(row.text('贷款余额(元)'), '元', '贷款余额(元)', issues),
    daysPastDue: readCount(row.text('逾期天数'), '逾期天数', issues),
    loanClass: readEnum(row.text('五级分类'), '五级分类', CLASS, issues),
    status: readEnum(row.text('账户状态'), '账户状态', STATUS, issues),
  };
  if (uscc === undefined || op === undefined || loanId === undefined || month === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  if (read.principal !== undefined && read.balance !== undefined && read.balance > read.principal)
    issues.push({ code: 'DQ13', column: '贷款余额(元)', raw: row.text('贷款余额(元)')! });
  for (const key of Object.keys(read) as (keyof LoanMonth)[]) if (read[key] === undefined) delete read[key];
  const payload: LoanMonth = { ...read, kind: 'month', loanId, month };
  const recordKey = `loan|${loanId}|${month}`;
  return { kind: 'records', records: [{ uscc, recordKey, eventDate: lastDay(month), op, payload }], issues };
}

/** Layout `events`: callbacks of banks and guarantors, one a line. */
export function mapEvent(row: RawRow, context: MapContext): MappedRow<LoanOutcome> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const found: Issue[] = [];
  const uscc = readUscc(row.text('usc'), 'usc', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const op = readOperation(row.text('op'), 'op', fatal);
  const partner = keyOf(row, 'partner', fatal);
  const eventId = keyOf(row, 'eventId', fatal);
  const kindFaults = fatal.length;
  const event = readEnum(row.text('event'), 'event', KIND, fatal);
  if (event === undefined && fatal.length === kindFaults) fatal.push({ code: 'DQ14', column: 'event' });
  const dated: Issue[] = [];
  const occurredOn = readDate(row.text('occurredAt'), 'occurredAt', context, dated);
  if (occurredOn === undefined && dated.length === 0) dated.push({ code: 'DQ14', column: 'occurredAt' });
  (occurredOn === undefined ? fatal : issues).push(...dated);
  const guaranteeId = valueOf(row.text('guaranteeId'))?.replaceAll(' ', '');
  if (event !== undefined && NEEDS_GUARANTEE.has(event) && guaranteeId === undefined)
    fatal.push({ code: 'DQ14', column: 'guaranteeId' });
  const read: Mutable<Partial<OutcomeEvent>> = {
    loanId: valueOf(row.text('loanId'))?.replaceAll(' ', ''),
    guaranteeId,
    letterNo: valueOf(row.text('letterNo')),
    amount: readAmount(row.text('amount'), '元', 'amount', issues),
    corrects: valueOf(row.text('correctionOf'))?.replaceAll(' ', ''),
  };
  if (
    uscc === undefined ||
    op === undefined ||
    partner === undefined ||
    eventId === undefined ||
    event === undefined ||
    occurredOn === undefined ||
    fatal.length > 0
  )
    return quarantined(fatal, issues);

  for (const key of Object.keys(read) as (keyof OutcomeEvent)[]) if (read[key] === undefined) delete read[key];
  const payload: OutcomeEvent = { ...read, kind: 'event', event, eventId, partner, occurredOn };
  const recordKey = `event|${partner}|${eventId}`;
  return { kind: 'records', records: [{ uscc, recordKey, eventDate: occurredOn, op, payload }], issues };
}
