import { localDate } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { parseDecimal, scaled } from '../../normalise/decimal.ts';
import { flagWords, readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { TaxCredit, TaxGrade } from './payload.ts';

const GRADE: ReadonlyMap<string, TaxGrade> = new Map(
  (['A', 'B', 'M', 'C', 'D'] as const).flatMap((grade) =>
    [grade, grade.toLowerCase(), `${grade}级`, `${grade}类`].map((word): [string, TaxGrade] => [word, grade]),
  ),
);

const ABNORMAL = flagWords(['非正常', true], ['非正常户', true], ['正常', false], ['已解除', false]);

/** 2025, 2025年, 2025年度: the year of assessment, never later than the year of receipt. */
function readYear(row: RawRow, { receivedOn }: MapContext, fatal: Issue[]): number | undefined {
  const column = '评价年度';
  const clean = valueOf(row.text(column));
  if (clean === undefined) {
    fatal.push({ code: 'DQ14', column });
    return undefined;
  }
  const digits = /^((?:19|20)\d\d) ?(?:年|年度)?$/.exec(clean)?.[1];
  const year = Number(digits);
  if (digits === undefined) fatal.push({ code: 'DQ05', column, raw: clean });
  else if (year > Number(receivedOn.slice(0, 4))) fatal.push({ code: 'DQ06', column, raw: clean });
  else return year;
  return undefined;
}

/** 评价得分, 0 to 100, in tenths. */
function readPoints(row: RawRow, issues: Issue[]): number | undefined {
  const column = '评价得分';
  const clean = valueOf(row.text(column));
  if (clean === undefined) return undefined;
  const decimal = parseDecimal(clean);
  const tenths = decimal === undefined ? undefined : scaled(decimal, 1);
  if (tenths !== undefined && tenths <= 1000) return tenths;
  issues.push({ code: tenths === undefined ? 'DQ15' : 'DQ13', column, raw: clean });
  return undefined;
}

/** Layout `yearly`: grades of one year (纳税信用评价结果) with the lists of abnormal households and of arrears. */
export function mapTaxCredit(row: RawRow, context: MapContext): MappedRow<TaxCredit> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const found: Issue[] = [];
  const rawCode = row.text('统一社会信用代码');
  const uscc = readUscc(rawCode, '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const name = valueOf(row.text('纳税人名称'));
  if (uscc === undefined && /^(?:合计|总计)/.test(valueOf(rawCode) ?? name ?? ''))
    return { kind: 'ignored', reason: 'total' };
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const year = readYear(row, context, fatal);
  const [rawReleased, rawCleared] = [row.text('非正常户解除日期'), row.text('欠税清缴日期')];
  const read: Mutable<Partial<TaxCredit>> = {
    grade: readEnum(row.text('信用级别'), '信用级别', GRADE, issues),
    scoreTenths: readPoints(row, issues),
    publishedOn: readDate(row.text('公布日期'), '公布日期', context, issues),
    abnormal: readFlag(row.text('非正常户'), '非正常户', issues, ABNORMAL),
    abnormalFrom: readDate(row.text('非正常户认定日期'), '非正常户认定日期', context, issues),
    abnormalUntil: readDate(rawReleased, '非正常户解除日期', context, issues),
    arrears: readAmount(row.text('欠税余额(元)'), '元', '欠税余额(元)', issues),
    arrearsFrom: readDate(row.text('欠税公告日期'), '欠税公告日期', context, issues),
    arrearsClearedOn: readDate(rawCleared, '欠税清缴日期', context, issues),
    taxPaid: readAmount(row.text('已缴税额(元)'), '元', '已缴税额(元)', issues),
    statedOn: readDate(row.text('数据日期'), '数据日期', context, issues),
  };
  if (uscc === undefined || op === undefined || year === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  // A household that has a date of being found abnormal is or was one, whatever the flag's column says.
  if (read.abnormal === undefined && read.abnormalFrom !== undefined) read.abnormal = true;
  if (
    (read.abnormalUntil === undefined && valueOf(rawReleased) !== undefined) ||
    (read.arrearsClearedOn === undefined && valueOf(rawCleared) !== undefined)
  )
    read.endUnreadable = true;
  for (const key of Object.keys(read) as (keyof TaxCredit)[]) if (read[key] === undefined) delete read[key];
  const eventDate = read.publishedOn ?? localDate(`${year + 1}-04-01`);
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: String(year),
        eventDate,
        ...(read.statedOn !== undefined && read.statedOn >= eventDate ? { eventTo: read.statedOn } : {}),
        op,
        payload: { ...read, year },
      },
    ],
    issues,
  };
}
