import { dateOf, type LocalDate, type Uscc } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { readFlag, readOperation, flagWords } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { AnnualReport, AnnualReportFigures, AnnualReportFiling } from './payload.ts';

const FILED = flagWords(['已公示', true], ['已报', true], ['已年报', true], ['未公示', false], ['未报', false]);
const PUBLIC = flagWords(['公示', true], ['不公示', false], ['企业选择不公示', false]);
const NOT_PUBLIC = /^(?:企业)?(?:选择)?不(?:予)?公(?:示|开)$/;

interface Key {
  readonly uscc: Uscc;
  readonly year: number;
  readonly op: 'U' | 'D';
}

/** The parts of the key, or why the row is refused. A report of a year can be filed from the next year on. */
function readKey(row: RawRow, context: MapContext, fatal: Issue[], issues: Issue[]): Key | undefined {
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const rawYear = valueOf(row.text('年报年度'));
  const digits = /^(\d{4}) ?(?:年|年度)?$/.exec(rawYear ?? '')?.[1];
  const year = Number(digits);
  if (rawYear === undefined) fatal.push({ code: 'DQ14', column: '年报年度' });
  else if (digits === undefined) fatal.push({ code: 'DQ05', column: '年报年度', raw: rawYear });
  else if (year < 1990 || year >= Number(context.receivedOn.slice(0, 4)))
    fatal.push({ code: 'DQ06', column: '年报年度', raw: rawYear });
  return uscc === undefined || op === undefined || fatal.length > 0 ? undefined : { uscc, year, op };
}

const firstFilingDay = (year: number): LocalDate => dateOf(year + 1, 1, 1)!;
const dueDay = (year: number): LocalDate => dateOf(year + 1, 6, 30)!;

/** Layout `filing`: whether and when the report of a year was published (年报公示情况). */
export function mapFiling(row: RawRow, context: MapContext): MappedRow<AnnualReport> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const key = readKey(row, context, fatal, issues);
  const rawFiledOn = row.text('首次公示日期');
  const filedOn = readDate(rawFiledOn, '首次公示日期', context, issues);
  const filed = readFlag(row.text('是否公示'), '是否公示', issues, FILED);
  const statedOn = readDate(row.text('数据日期'), '数据日期', context, issues);
  if (key === undefined) return quarantined(fatal, issues);

  const { uscc, year, op } = key;
  const payload: Mutable<AnnualReportFiling> = { kind: 'filing', year };
  if (filedOn !== undefined && filedOn < firstFilingDay(year))
    issues.push({ code: 'DQ06', column: '首次公示日期', raw: filedOn });
  else if (filedOn !== undefined) payload.filedOn = filedOn;
  // A date that cannot be used still says that there was a filing.
  if (filed !== undefined) payload.filed = filed;
  else if (valueOf(rawFiledOn) !== undefined) payload.filed = true;
  if (statedOn !== undefined) payload.statedOn = statedOn;
  const eventDate = payload.filedOn ?? statedOn;
  return {
    kind: 'records',
    records: [{ uscc, recordKey: `filing|${year}`, ...(eventDate === undefined ? {} : { eventDate }), op, payload }],
    issues,
  };
}

type Field = Exclude<keyof AnnualReportFigures, 'kind' | 'year' | 'filedOn' | 'version' | 'notPublic'>;
/** Items 1–6 are public for every firm; item 7 (资产、负债、收入、利润、纳税等) is so only where the firm chooses (art. 9). */
const MONEY: readonly (readonly [Field, string, signed?: true])[] = [
  ['assets', '资产总额(万元)'],
  ['liabilities', '负债总额(万元)'],
  ['equity', '所有者权益合计(万元)', true],
  ['revenue', '营业总收入(万元)'],
  ['mainRevenue', '主营业务收入(万元)'],
  ['profit', '利润总额(万元)', true],
  ['netProfit', '净利润(万元)', true],
  ['tax', '纳税总额(万元)'],
  ['guarantees', '对外担保总额(万元)'],
];
const HEADS: readonly (readonly [Field, string])[] = [
  ['employees', '从业人数'],
  ['insured', '参保人数'],
];
/** Three figures of 0 and none that is not: no firm that traded reports so, but a feed that writes 0 for 不公示 does. */
const FEWEST_ZEROS = 3;

/** Layout `figures`: what the report says, as published or as authorised (年报数据). 不公示 is not 0. */
export function mapFigures(row: RawRow, context: MapContext): MappedRow<AnnualReport> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const key = readKey(row, context, fatal, issues);
  const filedOn = readDate(row.text('公示日期'), '公示日期', context, issues);
  const version = readCount(row.text('更正次数'), '更正次数', issues);
  const isPublic = readFlag(row.text('财务数据公示'), '财务数据公示', issues, PUBLIC);
  const read: Partial<Record<Field, number>> = {};
  const notPublic: string[] = [];
  for (const [field, column] of HEADS) {
    const text = row.text(column);
    if (NOT_PUBLIC.test(valueOf(text) ?? '')) notPublic.push(field);
    else read[field] = readCount(text, column, issues);
  }
  let zeros = 0;
  let others = 0;
  for (const [field, column, signed] of MONEY) {
    const text = row.text(column);
    const amount = NOT_PUBLIC.test(valueOf(text) ?? '') ? 'notPublic' : readSigned(text, column, signed, issues);
    if (amount === 'notPublic' || (isPublic === false && amount === 0)) notPublic.push(field);
    else if (amount !== undefined) {
      read[field] = amount;
      if (amount === 0) zeros += 1;
      else others += 1;
    }
  }
  if (others === 0 && zeros >= FEWEST_ZEROS) {
    issues.push({ code: 'DQ13', column: '资产总额(万元)', raw: '0' });
    for (const [field] of MONEY) if (read[field] === 0) delete read[field];
  }
  if (key === undefined) return quarantined(fatal, issues);

  const { uscc, year, op } = key;
  for (const name of Object.keys(read) as Field[]) if (read[name] === undefined) delete read[name];
  const payload = { ...read, kind: 'figures', year } as Mutable<AnnualReportFigures>;
  if (filedOn !== undefined && filedOn < firstFilingDay(year))
    issues.push({ code: 'DQ06', column: '公示日期', raw: filedOn });
  else if (filedOn !== undefined) payload.filedOn = filedOn;
  if (version !== undefined) payload.version = version;
  if (notPublic.length > 0) payload.notPublic = notPublic.sort();
  // Art. 12: corrected until 30 June only. What came later is kept, and said.
  if ((version ?? 0) > 0 && payload.filedOn !== undefined && payload.filedOn > dueDay(year))
    issues.push({ code: 'DQ13', column: '公示日期', raw: payload.filedOn });
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: `figures|${year}|${version ?? 0}`,
        eventDate: payload.filedOn ?? firstFilingDay(year),
        op,
        payload,
      },
    ],
    issues,
  };
}

/** 万元 in 分; a loss is written −12.5 or (12.5). */
function readSigned(
  raw: string | undefined,
  column: string,
  signed: true | undefined,
  issues: Issue[],
): number | undefined {
  const clean = valueOf(raw);
  const loss = signed && clean !== undefined ? (/^[-−](.+)$/.exec(clean) ?? /^\(([\d,.]+)\)$/.exec(clean)) : null;
  const amount: number | undefined = readAmount(loss?.[1] ?? raw, '万元', column, issues);
  return loss && amount !== undefined && amount > 0 ? -amount : amount;
}
