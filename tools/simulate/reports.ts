import type { Book } from './book.ts';
import { dayIn, dayText } from './calendar.ts';
import { PURPOSE, sigmoid, type Firm } from './firm.ts';
import { fiscalYears, type FiscalYear } from './fiscal-years.ts';
import { firmSerial, lifeEnd, profileOf } from './life.ts';
import { Random } from './random.ts';
import { factFeed, type Cells, type Fact } from './register.ts';
import { PARTNERS } from './vocabulary.ts';

/** When the annual report of a year was published, and whether the firm lets its money figures be seen. */
interface Report {
  readonly figures: FiscalYear;
  /** undefined: not yet, perhaps never. */
  readonly filedOn: number | undefined;
  readonly isPublic: boolean;
  readonly correctedOn: number | undefined;
}

/** 年报: most firms file in June; weak ones late or not at all. */
const reportsOf = (book: Book, firm: Firm): readonly Report[] =>
  book.factsOf('reports', firm, () => {
    const random = new Random(book.seed, firm.index, PURPOSE.reports);
    const steady = profileOf(firm) === 'rich';
    return fiscalYears(book, firm).map((figures) => {
      const year = figures.year + 1;
      const inJune = random.chance(0.7);
      const day = inJune ? dayIn(year, 6, random.whole(1, 29)) : dayIn(year, random.whole(2, 5), random.whole(1, 28));
      const draw = random.unit();
      const careless = steady ? 0 : sigmoid(-2.6 - 1.1 * firm.quality);
      const lateDay = dayIn(year, 7, 1) + random.whole(0, 120);
      const isPublic = steady || random.chance(0.8);
      const corrected = random.chance(0.05);
      const filedOn = draw < careless / 3 ? undefined : draw < careless ? lateDay : day;
      const filed = filedOn !== undefined && filedOn < lifeEnd(book, firm) ? filedOn : undefined;
      const isCorrected = corrected && filed !== undefined && filed + 1 < dayIn(year, 6, 30);
      return { figures, filedOn: filed, isPublic, correctedOn: isCorrected ? filed + 1 : undefined };
    });
  });

/** 年报公示情况: who published, and on 1 July who did not. */
export const filingsFeed = factFeed(
  {
    source: 'annual-reports',
    layout: 'filing',
    columns: ['统一社会信用代码', '年报年度', '首次公示日期', '是否公示', '数据日期'],
    receivedOnDay: 3,
    dirt: {
      code: '统一社会信用代码',
      dates: ['首次公示日期', '数据日期'],
      nullable: ['首次公示日期'],
      strangers: true,
    },
  },
  (book, firm) =>
    reportsOf(book, firm).map(({ figures, filedOn }): Fact => {
      const overdueOn = dayIn(figures.year + 1, 7, 1);
      const head = { 统一社会信用代码: firm.uscc, 年报年度: String(figures.year) };
      const overdue = {
        day: overdueOn,
        cells: { ...head, 是否公示: '未公示', 数据日期: dayText(overdueOn) },
      };
      if (filedOn === undefined) return overdueOn < lifeEnd(book, firm) ? [overdue] : [];
      const filed = {
        day: filedOn,
        cells: { ...head, 首次公示日期: dayText(filedOn), 是否公示: '已公示', 数据日期: dayText(filedOn) },
      };
      return filedOn > overdueOn ? [overdue, filed] : [filed];
    }),
);

const NOT_PUBLIC = '企业选择不公示';

/** 年报数据: the report's figures, each correction under its own number. */
export const figuresFeed = factFeed(
  {
    source: 'annual-reports',
    layout: 'figures',
    columns: [
      '统一社会信用代码',
      '年报年度',
      '公示日期',
      '更正次数',
      '财务数据公示',
      '从业人数',
      '参保人数',
      '资产总额(万元)',
      '负债总额(万元)',
      '所有者权益合计(万元)',
      '营业总收入(万元)',
      '主营业务收入(万元)',
      '利润总额(万元)',
      '净利润(万元)',
      '纳税总额(万元)',
      '对外担保总额(万元)',
    ],
    encoding: 'gb18030',
    receivedOnDay: 4,
    dirt: {
      code: '统一社会信用代码',
      dates: ['公示日期'],
      optionalDates: ['公示日期'],
      nullable: ['对外担保总额(万元)'],
      conflict: '从业人数',
      strangers: true,
    },
  },
  (book, firm) =>
    reportsOf(book, firm).flatMap((report): Fact[] => {
      const { filedOn, correctedOn } = report;
      const facts: Fact[] = [];
      if (filedOn !== undefined) facts.push([{ day: filedOn, cells: figureCells(firm, report, filedOn, 0) }]);
      if (correctedOn !== undefined)
        facts.push([{ day: correctedOn, cells: figureCells(firm, report, correctedOn, 1) }]);
      return facts;
    }),
);

function figureCells(firm: Firm, { figures, isPublic }: Report, day: number, version: number): Cells {
  const money = (amount: number): string => (isPublic ? String(amount) : NOT_PUBLIC);
  return {
    统一社会信用代码: firm.uscc,
    年报年度: `${figures.year}年度`,
    公示日期: dayText(day),
    更正次数: String(version),
    财务数据公示: isPublic ? '公示' : '不公示',
    从业人数: String(figures.heads + version),
    参保人数: String(figures.heads),
    '资产总额(万元)': money(figures.assets),
    '负债总额(万元)': money(figures.liabilities),
    '所有者权益合计(万元)': money(figures.assets - figures.liabilities),
    '营业总收入(万元)': money(figures.revenue),
    '主营业务收入(万元)': money(Math.floor(figures.revenue * 0.95)),
    '利润总额(万元)': money(figures.profit),
    '净利润(万元)': money(Math.round(figures.profit * 0.85)),
    '纳税总额(万元)': money(figures.tax),
  };
}

/** 年度研发情况: declared between April and 31 May of the next year, by firms that do research. */
export const researchFeed = factFeed(
  {
    source: 'research-development',
    layout: 'annual',
    columns: [
      '统一社会信用代码',
      '企业名称',
      '年度',
      '研发费用(万元)',
      '研发人员数',
      '职工总数',
      '高新技术产品(服务)收入(万元)',
      '营业收入(万元)',
      '成本费用总额(万元)',
      '加计扣除额(万元)',
      '技术合同成交额(万元)',
      '申报日期',
    ],
    encoding: 'gb18030',
    receivedOnDay: 4,
    dirt: {
      code: '统一社会信用代码',
      dates: ['申报日期'],
      optionalDates: ['申报日期'],
      nullable: ['技术合同成交额(万元)'],
      amounts: ['营业收入(万元)'],
      conflict: '加计扣除额(万元)',
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.declarations);
    const declares = random.chance(sigmoid(1.2 + firm.quality)) || profileOf(firm) === 'rich';
    return fiscalYears(book, firm).flatMap((figures): Fact[] => {
      const day = dayIn(figures.year + 1, 4, 1) + random.whole(0, 60);
      if (!declares || day >= lifeEnd(book, firm)) return [];
      const cells = {
        统一社会信用代码: firm.uscc,
        企业名称: firm.name,
        年度: String(figures.year),
        '研发费用(万元)': String(figures.research),
        研发人员数: String(figures.researchers),
        职工总数: String(figures.heads),
        '高新技术产品(服务)收入(万元)': String(figures.hightechRevenue),
        '营业收入(万元)': String(figures.revenue),
        '成本费用总额(万元)': String(figures.cost),
        '加计扣除额(万元)': String(figures.research),
        申报日期: dayText(day),
      };
      return [[{ day, cells }]];
    });
  },
);

const CONTRACT_TYPES = ['技术开发', '技术服务', '技术咨询', '技术转让'] as const;

/** 技术合同登记: contracts that the firm sells. */
export const contractsFeed = factFeed(
  {
    source: 'research-development',
    layout: 'contracts',
    columns: [
      '合同登记编号',
      '合同类别',
      '卖方名称',
      '卖方统一社会信用代码',
      '买方名称',
      '买方统一社会信用代码',
      '合同成交总额(万元)',
      '技术交易额(万元)',
      '登记日期',
      '登记状态',
      '注销日期',
    ],
    receivedOnDay: 4,
    dirt: {
      code: '卖方统一社会信用代码',
      dates: ['登记日期'],
      optionalDates: ['登记日期'],
      nullable: ['买方统一社会信用代码', '注销日期'],
      status: '合同类别',
      amounts: ['合同成交总额(万元)'],
      conflict: '合同成交总额(万元)',
      totalsRow: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.contracts);
    const perYear = profileOf(firm) === 'rich' ? 1 : 0.5 * sigmoid(1.4 * firm.quality - 0.6);
    return fiscalYears(book, firm).flatMap(({ year, revenue }): Fact[] => {
      const day = dayIn(year + 1, 1, 1) + random.whole(0, 150);
      const amount = Math.max(5, Math.round(revenue * (0.02 + 0.06 * random.unit())));
      const cells = {
        合同登记编号: `DM${year + 1}4403${firmSerial(firm)}`,
        合同类别: random.pick(CONTRACT_TYPES),
        卖方名称: firm.name,
        卖方统一社会信用代码: firm.uscc,
        买方名称: random.pick(PARTNERS),
        '合同成交总额(万元)': String(amount),
        '技术交易额(万元)': String(Math.ceil(amount * 0.8)),
        登记日期: dayText(day),
        登记状态: '有效',
      };
      if (!random.chance(perYear) || day >= lifeEnd(book, firm)) return [];
      const struckOn = day + random.whole(60, 200);
      const struck = random.chance(0.03) && struckOn < book.end;
      return [
        [
          { day, cells },
          ...(struck ? [{ day: struckOn, cells: { ...cells, 登记状态: '已注销', 注销日期: dayText(struckOn) } }] : []),
        ],
      ];
    });
  },
);
