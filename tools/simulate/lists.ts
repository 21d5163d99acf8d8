import type { Book } from './book.ts';
import { dayText, monthEnd, monthText, yearOfDay } from './calendar.ts';
import type { SimulatedFeed } from './feed.ts';
import { PURPOSE, sigmoid, type Firm } from './firm.ts';
import { daysOfLife, lifeEnd, profileOf, turnsOf } from './life.ts';
import { Random } from './random.ts';
import { factFeed, type Cells, type Fact } from './register.ts';

/** Put on a list on a day; taken off it again later, or not. */
const listing = (book: Book, day: number, cells: Cells, removedOn: number, removal: Cells): Fact =>
  removedOn < book.end
    ? [
        { day, cells },
        { day: removedOn, cells: { ...cells, 移出日期: dayText(removedOn), ...removal } },
      ]
    : [{ day, cells }];

/** 经营异常名录: the weak, and the doubtful firm of the demo screen. */
export const abnormalFeed = factFeed(
  {
    source: 'abnormal-list',
    layout: 'listings',
    columns: ['统一社会信用代码', '企业名称', '列入日期', '列入原因', '列入机关', '移出日期', '移出原因', '移出机关'],
    encoding: 'gb18030',
    receivedOnDay: 2,
    dirt: {
      code: '统一社会信用代码',
      dates: ['列入日期'],
      nullable: ['移出日期', '移出机关'],
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.lists);
    const profile = profileOf(firm);
    const authority = `深圳市市场监督管理局${firm.district.name.slice(0, 2)}监管局`;
    const facts: Fact[] = [];
    const add = (day: number, reason: string, removedOn: number, removalReason: string): void => {
      const cells = {
        统一社会信用代码: firm.uscc,
        企业名称: firm.name,
        列入日期: dayText(day),
        列入原因: reason,
        列入机关: authority,
      };
      facts.push(listing(book, day, cells, removedOn, { 移出原因: removalReason, 移出机关: authority }));
    };
    const rate = profile === 'rich' || profile === 'thin' ? 0 : 0.015 * sigmoid(-1.4 - 1.3 * firm.quality);
    for (const day of daysOfLife(book, firm, random, rate)) {
      const unreachable = random.chance(0.5);
      const stays = random.chance(0.3);
      const removedOn = stays ? Infinity : day + random.whole(40, 400);
      add(
        day,
        unreachable ? '通过登记的住所或者经营场所无法联系' : '未按照规定的期限公示年度报告',
        removedOn,
        unreachable ? '恢复联系' : '补报年报',
      );
    }
    // Listed in error, and taken off within days.
    for (const day of turnsOf(book, firm))
      facts.push([
        {
          day: day + 5,
          cells: {
            统一社会信用代码: firm.uscc,
            企业名称: firm.name,
            列入日期: dayText(day),
            列入原因: '通过登记的住所无法联系',
            列入机关: authority,
            移出日期: dayText(day + 5),
            移出原因: '列入错误',
            移出机关: authority,
          },
        },
      ]);
    if (profile === 'doubtful') add(lifeEnd(book, firm) - 100, '通过登记的住所无法联系', Infinity, '');
    return facts;
  },
);

/** 严重违法失信名单: few, and for three years. */
export const seriousFeed = factFeed(
  {
    source: 'serious-violations',
    layout: 'listings',
    columns: ['统一社会信用代码', '企业名称', '列入日期', '列入原因', '列入机关', '移出日期', '移出原因'],
    encoding: 'gb18030',
    receivedOnDay: 2,
    dirt: {
      code: '统一社会信用代码',
      dates: ['列入日期'],
      nullable: ['移出日期'],
      conflict: '列入原因',
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.serious);
    const rate = profileOf(firm) === undefined ? 0.004 * sigmoid(-3 - 2 * firm.quality) : 0;
    const cellsOn = (day: number): Cells => ({
      统一社会信用代码: firm.uscc,
      企业名称: firm.name,
      列入日期: dayText(day),
      列入原因: '提交虚假材料取得登记',
      列入机关: '深圳市市场监督管理局',
    });
    const days = [...daysOfLife(book, firm, random, rate)];
    if (profileOf(firm) === 'doubtful') days.push(lifeEnd(book, firm) - 300);
    const facts = days.map((day) => listing(book, day, cellsOn(day), day + 1_096, { 移出原因: '期限届满' }));
    for (const day of turnsOf(book, firm))
      facts.push([{ day: day + 5, cells: { ...cellsOn(day), 移出日期: dayText(day + 5), 移出原因: '列入错误' } }]);
    return facts;
  },
);

const OFFENCES = [
  ['违反广告管理规定', '罚款', [1, 8]],
  ['未按规定办理变更登记', '警告', [0, 0]],
  ['违反消防安全规定', '罚款;责令停产停业', [3, 20]],
] as const;

const decisionsFeed = factFeed(
  {
    source: 'penalties',
    layout: 'decisions',
    columns: [
      '行政相对人类别',
      '统一社会信用代码',
      '行政处罚决定书文号',
      '违法行为类型',
      '处罚类别',
      '罚款金额(万元)',
      '处罚决定日期',
      '公示截止期',
      '信用修复日期',
      '处罚机关',
    ],
    receivedOnDay: 2,
    dirt: {
      code: '统一社会信用代码',
      dates: ['处罚决定日期', '公示截止期'],
      optionalDates: ['处罚决定日期'],
      nullable: ['信用修复日期'],
      conflict: '处罚机关',
    },
  },
  penaltiesOf,
);

/**
 * 行政处罚: decided, published for a year, sometimes repaired before. The public table has decisions on natural persons
 * too, which are none of ours.
 */
export const penaltiesFeed: SimulatedFeed = {
  ...decisionsFeed,
  *rows(book, window) {
    yield* decisionsFeed.rows(book, window);
    for (let month = window.from; month <= window.to; month++)
      yield {
        cells: decisionsFeed.columns.map((column) => PERSONS[column] ?? personCell(column, month)),
        firm: -1,
        ignored: true,
      };
  },
};

const PERSONS: Cells = { 行政相对人类别: '自然人', 处罚类别: '警告', 处罚机关: '示例监管局' };
const personCell = (column: string, month: number): string =>
  column === '行政处罚决定书文号'
    ? `深示罚〔${yearOfDay(monthEnd(month))}〕自${monthText(month)}号`
    : column === '处罚决定日期'
      ? dayText(monthEnd(month))
      : '';

function penaltiesOf(book: Book, firm: Firm): readonly Fact[] {
  const random = new Random(book.seed, firm.index, PURPOSE.penalties);
  const profile = profileOf(firm);
  const rate = profile === 'rich' || profile === 'thin' ? 0 : 0.02 * sigmoid(-1 - 0.9 * firm.quality);
  return [...daysOfLife(book, firm, random, rate)].map((day, nth) => {
    const [offence, kinds, [least, most]] = random.pick(OFFENCES);
    const cells = {
      行政相对人类别: '法人及非法人组织',
      统一社会信用代码: firm.uscc,
      行政处罚决定书文号: `深示罚〔${yearOfDay(day)}〕${firm.index * 20 + nth}号`,
      违法行为类型: offence,
      处罚类别: kinds,
      '罚款金额(万元)': most === 0 ? '' : String(random.whole(least, most)),
      处罚决定日期: dayText(day),
      公示截止期: dayText(day + 365),
      处罚机关: '示例监管局',
    };
    const repairedOn = day + random.whole(95, 300);
    const repaired = random.chance(0.4) && repairedOn < book.end;
    return repaired
      ? [
          { day, cells },
          { day: repairedOn, cells: { ...cells, 信用修复日期: dayText(repairedOn) } },
        ]
      : [{ day, cells }];
  });
}
