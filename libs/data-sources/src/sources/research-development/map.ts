import { localDate } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { flagWords, readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { cleanText, valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, refusedBy, type Mutable } from '../mapped.ts';
import type { ResearchDevelopment, ResearchYear, TechnologyContract, TechnologyContractType } from './payload.ts';

/** Layout `annual`: one firm and one fiscal year a row. A year that has not ended by the day of receipt is refused. */
export function mapYear(row: RawRow, context: MapContext): MappedRow<ResearchDevelopment> {
  const issues: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  const op = readOperation(row.text('操作标志'), '操作标志', issues);
  const year = readYear(row.text('年度'), '年度', context, issues);
  // The firm's name: its registration says it.
  row.take('企业名称');
  if (uscc === undefined || op === undefined || year === undefined) return refusedBy(issues);

  const amount = (column: string) => readAmount(row.text(column), '万元', column, issues);
  const read: Mutable<Partial<ResearchYear>> = {
    expenditure: amount('研发费用(万元)'),
    staff: readCount(row.text('研发人员数'), '研发人员数', issues),
    allStaff: readCount(row.text('职工总数'), '职工总数', issues),
    hightechRevenue: amount('高新技术产品(服务)收入(万元)'),
    revenue: amount('营业收入(万元)'),
    totalCost: amount('成本费用总额(万元)'),
    superDeduction: amount('加计扣除额(万元)'),
    contractAmount: amount('技术合同成交额(万元)'),
    declaredOn: readDate(row.text('申报日期'), '申报日期', context, issues),
  };
  for (const key of Object.keys(read) as (keyof typeof read)[]) if (read[key] === undefined) delete read[key];
  const payload: ResearchYear = { ...read, kind: 'year', year };
  // Domain §1.4 row 14: shares lie between 0 and 1. Self-declared, so kept, and marked.
  if (payload.staff !== undefined && payload.allStaff !== undefined && payload.staff > payload.allStaff)
    issues.push({ code: 'DQ13', column: '研发人员数', raw: String(payload.staff) });
  if (payload.hightechRevenue !== undefined && payload.revenue !== undefined)
    if (payload.hightechRevenue > payload.revenue)
      issues.push({
        code: 'DQ13',
        column: '高新技术产品(服务)收入(万元)',
        raw: cleanText(row.text('高新技术产品(服务)收入(万元)')!),
      });
  const ended = localDate(`${year}-12-31`);
  const declared = payload.declaredOn !== undefined && payload.declaredOn > ended ? payload.declaredOn : undefined;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: `year|${year}`,
        eventDate: ended,
        ...(declared === undefined ? {} : { eventTo: declared }),
        op,
        payload,
      },
    ],
    issues,
  };
}

const YEAR = /^((?:19|20)\d\d)(?: ?年度?)?$/;

/** 2025, 2025年, 2025年度. Absent DQ14, unreadable DQ05, not ended by the day of receipt DQ06. */
function readYear(raw: string | undefined, column: string, context: MapContext, issues: Issue[]): number | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) {
    issues.push({ code: 'DQ14', column });
    return undefined;
  }
  const year = Number(YEAR.exec(clean)?.[1] ?? Number.NaN);
  if (year < Number(context.receivedOn.slice(0, 4))) return year;
  issues.push({ code: Number.isNaN(year) ? 'DQ05' : 'DQ06', column, raw: clean });
  return undefined;
}

const TYPE: ReadonlyMap<string, TechnologyContractType> = new Map([
  ['技术开发', 'development'],
  ['开发', 'development'],
  ['技术转让', 'transfer'],
  ['转让', 'transfer'],
  ['技术许可', 'licence'],
  ['许可', 'licence'],
  ['技术咨询', 'consulting'],
  ['咨询', 'consulting'],
  ['技术服务', 'service'],
  ['服务', 'service'],
]);

const STRUCK = flagWords(['已注销', true], ['注销', true], ['撤销登记', true], ['有效', false], ['正常', false]);

/** Layout `contracts`: one registered contract a row, the firm being its seller (技术合同登记). */
export function mapContract(row: RawRow, context: MapContext): MappedRow<ResearchDevelopment> {
  const contractNo = valueOf(row.text('合同登记编号'))?.replaceAll(' ', '');
  if (contractNo === undefined || /^(?:合计|总计|小计)/.test(contractNo))
    return { kind: 'ignored', reason: contractNo === undefined ? 'no-contract-number' : 'total' };

  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('卖方统一社会信用代码'), '卖方统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  row.take('卖方名称');
  row.take('买方名称');
  const rawBuyer = row.text('买方统一社会信用代码');
  const read: Mutable<Partial<TechnologyContract>> = {
    type: readEnum(row.text('合同类别'), '合同类别', TYPE, issues),
    buyerUscc: valueOf(rawBuyer) === undefined ? undefined : readUscc(rawBuyer, '买方统一社会信用代码', issues),
    amount: readAmount(row.text('合同成交总额(万元)'), '万元', '合同成交总额(万元)', issues),
    technologyAmount: readAmount(row.text('技术交易额(万元)'), '万元', '技术交易额(万元)', issues),
    registeredOn: readDate(row.text('登记日期'), '登记日期', context, issues),
    cancelled: readFlag(row.text('登记状态'), '登记状态', issues, STRUCK),
    cancelledOn: readDate(row.text('注销日期'), '注销日期', context, issues),
  };
  if (uscc === undefined || op === undefined) return quarantined(fatal, issues);

  for (const key of Object.keys(read) as (keyof typeof read)[]) if (read[key] === undefined) delete read[key];
  const payload: TechnologyContract = { ...read, kind: 'contract', contractNo };
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: `contract|${contractNo}`,
        ...(payload.registeredOn === undefined ? {} : { eventDate: payload.registeredOn }),
        op,
        payload,
      },
    ],
    issues,
  };
}
