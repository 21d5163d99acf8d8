import { dayIn, dayText, monthEnd, monthText, yearOfDay } from './calendar.ts';
import { headsIn, PURPOSE, type Firm } from './firm.ts';
import { clamp, lifeEnd, profileOf } from './life.ts';
import { Random, unitAt } from './random.ts';
import { factFeed, type Fact } from './register.ts';
import type { Book } from './book.ts';

/** Counts below this are withheld. */
const FEWEST = 3;
const withheld = (count: number): string => (count > 0 && count < FEWEST ? '<3' : String(count));

/** 社保统计指标: who stayed for a year, and who came from firms with a name. */
export const aggregatesFeed = factFeed(
  {
    source: 'social-security-aggregates',
    layout: 'monthly',
    columns: ['统一社会信用代码', '统计月份', '12个月前参保人数', '留存人数', '名企背景人数', '缴费基数分位档'],
    receivedOnDay: 22,
    fromFirstMonth: true,
    dirt: { code: '统一社会信用代码', strangers: true },
  },
  (book, firm) => {
    const facts: Fact[] = [];
    for (let month = book.firstMonth; month <= book.lastMonth; month++) {
      const heads = headsIn(book.seed, firm, month);
      if (heads > 0) facts.push([{ day: monthEnd(month), cells: countsOf(book, firm, month, heads) }]);
    }
    return facts;
  },
);

function countsOf(book: Book, firm: Firm, month: number, heads: number): Fact[number]['cells'] {
  const before = headsIn(book.seed, firm, month - 12);
  const share = clamp(
    0.65 + 0.12 * firm.quality + 0.1 * unitAt(book.seed, firm.index, PURPOSE.people, month),
    0.1,
    0.97,
  );
  const stayed = Math.min(before, heads, Math.round(before * share));
  const alumni = Math.floor(heads * clamp(0.06 + 0.06 * firm.quality, 0, 0.4));
  return {
    统一社会信用代码: firm.uscc,
    统计月份: monthText(month),
    '12个月前参保人数': withheld(before),
    留存人数: withheld(stayed),
    名企背景人数: withheld(alumni),
    缴费基数分位档: String(Math.round(clamp(3 + firm.quality, 1, 5))),
  };
}

const LEVELS = [
  ['区级', 0.6],
  ['市级', 1],
  ['省级', 1.7],
  ['国家级', 2.4],
] as const;

/** 人才计划: how many people of each level, counted at the end of the year. */
export const talentFeed = factFeed(
  {
    source: 'talent-plans',
    layout: 'counts',
    columns: ['统一社会信用代码', '单位名称', '计划名称', '人才级别', '人数', '统计日期'],
    encoding: 'gb18030',
    receivedOnDay: 4,
    dirt: { code: '统一社会信用代码', dates: ['统计日期'], conflict: '人数', strangers: true },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.talent);
    const luck = profileOf(firm) === 'rich' ? 2 : firm.quality + 0.5 * random.normal();
    const facts: Fact[] = [];
    for (let year = yearOfDay(firm.establishedOn) + 1; ; year++) {
      const day = dayIn(year, 12, 31);
      if (day >= lifeEnd(book, firm) || profileOf(firm) === 'thin') return facts;
      for (const [level, bar] of LEVELS) {
        const count = random.whole(1, 4);
        if (luck + 0.3 * random.normal() < bar) continue;
        const cells = {
          统一社会信用代码: firm.uscc,
          单位名称: firm.name,
          计划名称: '样例人才计划',
          人才级别: level,
          人数: String(count),
          统计日期: dayText(day),
        };
        facts.push([{ day, cells }]);
      }
    }
  },
);
