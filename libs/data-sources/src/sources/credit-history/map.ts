import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { flagWords, readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { CreditHistory } from './payload.ts';

// «无» is a null word everywhere else; here it is the answer, so the column is read with words of its own.
const LOAN = flagWords(['有记录', true], ['无记录', false], ['无信贷记录', false], ['有信贷记录', true]);
const ORIGIN: ReadonlyMap<string, 'query' | 'own'> = new Map([
  ['授权查询', 'query'],
  ['机构查询', 'query'],
  ['企业自查', 'own'],
  ['企业自行提供', 'own'],
]);

/**
 * Layout `reports`: one line a query. A query without 授权书编号 is refused: nobody may use what nobody allowed, unless the
 * firm handed the report in itself.
 */
export function mapCreditHistory(row: RawRow, context: MapContext): MappedRow<CreditHistory> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  row.take('企业名称');
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const dated: Issue[] = [];
  const queriedOn = readDate(row.text('查询日期'), '查询日期', context, dated);
  if (queriedOn === undefined && dated.length === 0) dated.push({ code: 'DQ14', column: '查询日期' });
  (queriedOn === undefined ? fatal : issues).push(...dated);
  const origin = readEnum(row.text('查询方式'), '查询方式', ORIGIN, issues);
  const authorisation = valueOf(row.text('授权书编号'));
  if (authorisation === undefined && origin !== 'own') fatal.push({ code: 'DQ14', column: '授权书编号' });

  const rawLoan = row.text('有无信贷记录');
  const read: Mutable<Partial<CreditHistory>> = {
    authorisation,
    ownReport: origin === 'own' ? true : undefined,
    hasLoan: rawLoan?.trim() === '无' ? false : readFlag(rawLoan, '有无信贷记录', issues, LOAN),
    firstLoanOn: readDate(row.text('首贷日期'), '首贷日期', context, issues),
    lenders: readCount(row.text('授信机构数'), '授信机构数', issues),
    balance: readAmount(row.text('贷款余额(元)'), '元', '贷款余额(元)', issues),
    maxOverdueDays: readCount(row.text('近24个月最长逾期天数'), '近24个月最长逾期天数', issues),
    overdueDays: readCount(row.text('当前逾期天数'), '当前逾期天数', issues),
    overdueClearedOn: readDate(row.text('逾期结清日期'), '逾期结清日期', context, issues),
    guaranteeBalance: readAmount(row.text('对外担保余额(元)'), '元', '对外担保余额(元)', issues),
    claimUnpaid: readAmount(row.text('被追偿余额(元)'), '元', '被追偿余额(元)', issues),
  };
  if (uscc === undefined || op === undefined || queriedOn === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  const borrowed = read.firstLoanOn !== undefined || (read.balance ?? 0) > 0 || (read.maxOverdueDays ?? 0) > 0;
  if (borrowed && read.hasLoan === false) {
    // The line contradicts itself: «no record» is the better answer and must not be guessed.
    issues.push({ code: 'DQ13', column: '有无信贷记录', raw: rawLoan! });
    delete read.hasLoan;
  } else if (borrowed) read.hasLoan = true;
  if (read.overdueDays !== undefined && read.maxOverdueDays !== undefined && read.overdueDays > read.maxOverdueDays)
    issues.push({ code: 'DQ13', column: '当前逾期天数', raw: String(read.overdueDays) });
  for (const key of Object.keys(read) as (keyof CreditHistory)[]) if (read[key] === undefined) delete read[key];
  return {
    kind: 'records',
    records: [{ uscc, recordKey: queriedOn, eventDate: queriedOn, op, payload: { ...read, queriedOn } }],
    issues,
  };
}
