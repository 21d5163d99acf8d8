import type { Book } from './book.ts';
import { dayIn, dayText } from './calendar.ts';
import { PURPOSE, sigmoid, type Firm } from './firm.ts';
import { fiscalYears } from './fiscal-years.ts';
import { lifeEnd, profileOf, wanInYuan } from './life.ts';
import { Random } from './random.ts';
import { factFeed, type Fact } from './register.ts';

/** 纳税信用: grades of a year in April of the next, with abnormal households and arrears as they stand. */
export const taxCreditFeed = factFeed(
  {
    source: 'tax-credit',
    layout: 'yearly',
    columns: [
      '统一社会信用代码',
      '纳税人名称',
      '评价年度',
      '信用级别',
      '评价得分',
      '公布日期',
      '非正常户',
      '非正常户认定日期',
      '非正常户解除日期',
      '欠税余额(元)',
      '欠税公告日期',
      '欠税清缴日期',
      '已缴税额(元)',
      '数据日期',
    ],
    encoding: 'gb18030',
    receivedOnDay: 4,
    dirt: {
      code: '统一社会信用代码',
      dates: ['公布日期', '数据日期'],
      nullable: ['非正常户解除日期', '欠税清缴日期'],
      status: '信用级别',
      amounts: ['已缴税额(元)'],
      conflict: '已缴税额(元)',
      strangers: true,
      totalsRow: true,
    },
  },
  gradesOf,
);

/** The first grade of a new firm is M. D and what goes with it is left to the weak. */
function gradesOf(book: Book, firm: Firm): readonly Fact[] {
  const random = new Random(book.seed, firm.index, PURPOSE.tax);
  const profile = profileOf(firm);
  const facts: Fact[] = [];
  for (const [nth, { year, tax }] of fiscalYears(book, firm).entries()) {
    const publishedOn = dayIn(year + 1, 4, 10) + random.whole(0, 15);
    const luck = profile === 'doubtful' && nth > 1 ? -3 : firm.quality + 0.6 * random.normal();
    const owes = random.chance(0.4 * sigmoid(-2.5 - 1.2 * firm.quality));
    const clearedAfter = random.whole(40, 300);
    const owed = random.whole(2, 60);
    if (publishedOn >= lifeEnd(book, firm)) break;
    const grade = nth === 0 ? 'M' : luck > 0.9 ? 'A' : luck > -1.2 ? 'B' : luck > -2 ? 'C' : 'D';
    const points = { A: 93, B: 80, M: 75, C: 55, D: 31 }[grade];
    const abnormal = luck < -2.4;
    const cells = {
      统一社会信用代码: firm.uscc,
      纳税人名称: firm.name,
      评价年度: String(year),
      信用级别: `${grade}级`,
      评价得分: String(points),
      公布日期: dayText(publishedOn),
      非正常户: abnormal ? '非正常户' : '正常',
      非正常户认定日期: abnormal ? dayText(publishedOn) : '',
      '欠税余额(元)': owes ? wanInYuan(owed) : '0.00',
      欠税公告日期: owes ? dayText(publishedOn) : '',
      '已缴税额(元)': wanInYuan(tax),
      数据日期: dayText(publishedOn),
    };
    const clearedOn = publishedOn + clearedAfter;
    const cleared = owes && random.chance(0.7) && clearedOn < lifeEnd(book, firm);
    facts.push([
      { day: publishedOn, cells },
      ...(cleared
        ? [{ day: clearedOn, cells: { ...cells, 欠税清缴日期: dayText(clearedOn), 数据日期: dayText(clearedOn) } }]
        : []),
    ]);
  }
  return facts;
}
