import { lastDay } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate, readDayOrMonth } from '../../normalise/date.ts';
import { readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { ClawbackReason, Subsidy, SubsidyLevel, SubsidyStatus } from './payload.ts';

const LEVEL: ReadonlyMap<string, SubsidyLevel> = new Map([
  ['国家', 'state'],
  ['国家级', 'state'],
  ['省', 'province'],
  ['省级', 'province'],
  ['市', 'city'],
  ['市级', 'city'],
  ['区', 'district'],
  ['区级', 'district'],
  ['县', 'district'],
  ['县级', 'district'],
  ['区县级', 'district'],
]);

const STATUS: ReadonlyMap<string, SubsidyStatus> = new Map([
  ['公示', 'announced'],
  ['公示中', 'announced'],
  ['立项', 'approved'],
  ['已立项', 'approved'],
  ['拨付', 'paid'],
  ['已拨付', 'paid'],
  ['撤销', 'withdrawn'],
  ['已撤销', 'withdrawn'],
  ['追回', 'clawedBack'],
  ['已追回', 'clawedBack'],
]);

/** The words are free text; the first class that they name decides. */
const CLAWBACK_REASONS: readonly (readonly [ClawbackReason, RegExp])[] = [
  ['fraud', /虚假|伪造|骗取|套取|弄虚作假|造假|欺骗|欺诈/],
  ['other', /未完成|终止|中止|验收|结余|逾期|迁出|外迁|注销|多拨|重复|违约/],
];

/** Undefined where nothing is stated, or in words of neither class (DQ12). */
function readClawbackReason(raw: string | undefined, issues: Issue[]): ClawbackReason | undefined {
  const words = valueOf(raw);
  const reason = words === undefined ? undefined : CLAWBACK_REASONS.find(([, known]) => known.test(words))?.[0];
  if (words !== undefined && reason === undefined) issues.push({ code: 'DQ12', column: '追回原因', raw: words });
  return reason;
}

/**
 * Layouts `csv` and `xlsx`: awards and their payments (科技项目资助). A row without project number is a total or a remark and is
 * ignored. The key is the project, with the payment date where there is one: two instalments are two records, while a
 * later status of the same row supersedes it.
 */
export function mapSubsidy(row: RawRow, context: MapContext): MappedRow<Subsidy> {
  const projectNo = valueOf(row.text('项目编号'))?.replaceAll(' ', '');
  if (projectNo === undefined || /^(?:合计|总计|小计)/.test(projectNo))
    return { kind: 'ignored', reason: projectNo === undefined ? 'no-project-number' : 'total' };

  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  // An unreadable payment date would put the row under another key.
  const beforePaid = issues.length;
  const rawPaidOn = row.text('拨付日期');
  const paidOn = readDate(rawPaidOn, '拨付日期', context, issues);
  if (paidOn === undefined && valueOf(rawPaidOn) !== undefined) fatal.push(...issues.splice(beforePaid));
  const approved = readDayOrMonth(row.text('批复日期'), '批复日期', context, issues);
  // 承担单位 is the firm's name: its registration says it, and the code decides who is meant.
  row.take('承担单位');
  const read: Mutable<Partial<Subsidy>> = {
    projectName: valueOf(row.text('项目名称')),
    programme: valueOf(row.text('计划类别')),
    level: readEnum(row.text('级别'), '级别', LEVEL, issues),
    department: valueOf(row.text('主管部门')),
    competitive: readFlag(row.text('竞争性(是/否)'), '竞争性(是/否)', issues),
    status: readEnum(row.text('状态'), '状态', STATUS, issues),
    approvedAmount: readAmount(row.text('批复金额(万元)'), '万元', '批复金额(万元)', issues),
    paidAmount: readAmount(row.text('拨付金额(万元)'), '万元', '拨付金额(万元)', issues),
    approvedOn: approved?.kind === 'day' ? approved.date : undefined,
    approvedMonth: approved?.kind === 'month' ? approved.month : undefined,
    paidOn,
    clawedBackOn: readDate(row.text('追回日期'), '追回日期', context, issues),
    clawbackReason: readClawbackReason(row.text('追回原因'), issues),
  };
  if (uscc === undefined || op === undefined || fatal.length > 0) return quarantined(fatal, issues);

  for (const key of Object.keys(read) as (keyof Subsidy)[]) if (read[key] === undefined) delete read[key];
  const payload: Subsidy = { ...read, projectNo };
  if (
    payload.paidAmount !== undefined &&
    payload.approvedAmount !== undefined &&
    payload.paidAmount > payload.approvedAmount
  )
    issues.push({ code: 'DQ13', column: '拨付金额(万元)', raw: row.text('拨付金额(万元)')! });
  const eventDate =
    payload.approvedOn ?? (payload.approvedMonth ? lastDay(payload.approvedMonth) : undefined) ?? paidOn;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: paidOn === undefined ? projectNo : `${projectNo}|${paidOn}`,
        ...(eventDate === undefined ? {} : { eventDate }),
        op,
        payload,
      },
    ],
    issues,
  };
}
