import type { Book } from './book.ts';
import { dayIn, dayText, yearOfDay } from './calendar.ts';
import { PURPOSE, type Firm } from './firm.ts';
import { firmSerial, lifeEnd, profileOf } from './life.ts';
import { Random } from './random.ts';
import { factFeed, type Fact, type State } from './register.ts';

/** Days and months on which a list is published, and how good a firm must be, in standard deviations. */
interface YearlyList {
  readonly name: string;
  readonly level: string;
  readonly month: number;
  readonly bar: number;
  /** Full years that the firm must have lived. */
  readonly age: number;
  readonly years: number;
}

const LISTS: readonly YearlyList[] = [
  { name: '高新技术企业培育库', level: '市级', month: 6, bar: 0.1, age: 1, years: 3 },
  { name: '创新型中小企业', level: '省级', month: 7, bar: 0.4, age: 1, years: 3 },
  { name: '高新技术企业', level: '国家级', month: 12, bar: 0.7, age: 1, years: 3 },
  { name: '专精特新培育库', level: '区级', month: 5, bar: 0.9, age: 2, years: 3 },
  { name: '专精特新中小企业', level: '省级', month: 11, bar: 1.4, age: 2, years: 3 },
  { name: '瞪羚企业', level: '区级', month: 10, bar: 1.6, age: 2, years: 2 },
  { name: '专精特新“小巨人”企业', level: '国家级', month: 8, bar: 2.3, age: 3, years: 3 },
];

/** 资质与培育名单: yearly batches; whoever got in once is renewed while its quality lasts. */
export const qualificationsFeed = factFeed(
  {
    source: 'qualifications',
    layout: 'list',
    columns: [
      '名单名称',
      '级别',
      '企业名称',
      '统一社会信用代码',
      '证书编号',
      '批次',
      '年度',
      '有效期起',
      '有效期止',
      '撤销日期',
      '撤销原因',
    ],
    receivedOnDay: 4,
    dirt: {
      code: '统一社会信用代码',
      dates: ['有效期起', '有效期止'],
      nullable: ['撤销日期', '撤销原因'],
      status: '级别',
      conflict: '批次',
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.qualifications);
    if (profileOf(firm) === 'thin') return [];
    const luck = profileOf(firm) === 'rich' ? 3 : firm.quality + 0.5 * random.normal();
    const facts = LISTS.flatMap((list, n) => termsOf(book, firm, random, luck, list, n));
    if (profileOf(firm) === 'doubtful') facts.push(forged(book, firm));
    return facts;
  },
);

function termsOf(book: Book, firm: Firm, random: Random, luck: number, list: YearlyList, n: number): Fact[] {
  const facts: Fact[] = [];
  const end = lifeEnd(book, firm);
  for (let year = yearOfDay(firm.establishedOn) + list.age; ; year++) {
    const day = dayIn(year, list.month, 1) + random.whole(0, 25);
    const admitted = luck + 0.3 * random.normal() > list.bar;
    const revoked = random.chance(0.02);
    if (day >= end) return facts;
    if (!admitted) continue;
    const first = listed(firm, list, n, year, day);
    const revokedOn = day + random.whole(100, 500);
    const states: State[] = [first];
    if (revoked && profileOf(firm) === undefined && revokedOn < end)
      states.push({
        day: revokedOn,
        cells: { ...first.cells, 撤销日期: dayText(revokedOn), 撤销原因: '不再符合认定条件' },
      });
    facts.push(states);
    year += list.years - 1;
  }
}

const listed = (firm: Firm, list: YearlyList, n: number, year: number, day: number): State => ({
  day,
  cells: {
    名单名称: list.name,
    级别: list.level,
    企业名称: firm.name,
    统一社会信用代码: firm.uscc,
    证书编号: `${n + 1}-GR${year}44${firmSerial(firm)}`,
    批次: `${year}年第一批`,
    年度: String(year),
    有效期起: dayText(day),
    有效期止: dayText(day + list.years * 365),
  },
});

/** What the doubtful firm showed was forged. */
function forged(book: Book, firm: Firm): Fact {
  const day = book.end - 700;
  const first = listed(firm, LISTS[2]!, 2, yearOfDay(day), day);
  const revokedOn = day + 400;
  return [first, { day: revokedOn, cells: { ...first.cells, 撤销日期: dayText(revokedOn), 撤销原因: '提供虚假材料' } }];
}

const BATCHES = [
  [5, 15],
  [7, 20],
  [9, 25],
  [11, 20],
] as const;

/** 科技型中小企业入库登记: a number for the year, in one of its batches. */
export const techSmeFeed = factFeed(
  {
    source: 'qualifications',
    layout: 'tech-sme',
    columns: ['入库登记编号', '统一社会信用代码', '企业名称', '入库公告日期', '撤销日期', '撤销原因'],
    receivedOnDay: 4,
    dirt: {
      code: '统一社会信用代码',
      dates: ['入库公告日期'],
      optionalDates: ['入库公告日期'],
      nullable: ['撤销日期'],
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.techSme);
    const luck = profileOf(firm) === 'rich' ? 3 : firm.quality + 0.5 * random.normal();
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin') return facts;
    for (let year = yearOfDay(firm.establishedOn) + 1; ; year++) {
      const [month, date] = random.pick(BATCHES);
      const day = dayIn(year, month, date);
      const admitted = luck + 0.4 * random.normal() > -0.2;
      if (day >= lifeEnd(book, firm)) return facts;
      if (!admitted) continue;
      const cells = {
        入库登记编号: `${year}${firm.district.code}08${firmSerial(firm)}`,
        统一社会信用代码: firm.uscc,
        企业名称: firm.name,
        入库公告日期: dayText(day),
      };
      facts.push([{ day, cells }]);
    }
  },
);
