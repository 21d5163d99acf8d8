import type { Book } from './book.ts';
import { dayIn, dayText, yearOfDay } from './calendar.ts';
import { PURPOSE, sigmoid, type Firm } from './firm.ts';
import { daysOfLife, firmSerial, lifeEnd, profileOf } from './life.ts';
import { Random } from './random.ts';
import { factFeed, type Fact } from './register.ts';

const EDITIONS = ['系统', '平台', '工具软件'] as const;

/** 软件著作权: most by firms of the I trades, some of them new versions of one product. */
export const copyrightsFeed = factFeed(
  {
    source: 'software-copyrights',
    layout: 'register',
    columns: [
      '登记号',
      '软件名称',
      '版本号',
      '著作权人',
      '统一社会信用代码',
      '开发完成日期',
      '首次发表日期',
      '登记日期',
      '权利取得方式',
    ],
    encoding: 'gb18030',
    receivedOnDay: 3,
    dirt: {
      code: '统一社会信用代码',
      dates: ['开发完成日期', '登记日期'],
      optionalDates: ['开发完成日期'],
      status: '权利取得方式',
      conflict: '版本号',
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.rights);
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin') return facts;
    const trade = firm.industry.code.startsWith('I') ? 0.12 : 0.05;
    for (const day of daysOfLife(book, firm, random, trade * sigmoid(0.8 * firm.quality + 0.2))) {
      const title = random.pick(firm.industry.titles);
      const version = random.whole(1, 3);
      const cells = {
        登记号: `${yearOfDay(day)}SR${String((firm.index * 97 + facts.length * 13) % 10_000_000).padStart(7, '0')}`,
        软件名称: `${title}${random.pick(EDITIONS)}V${version}.0`,
        版本号: `V${version}.0`,
        著作权人: firm.name,
        统一社会信用代码: firm.uscc,
        开发完成日期: dayText(Math.max(firm.establishedOn, day - 60)),
        首次发表日期: '未发表',
        登记日期: dayText(day),
        权利取得方式: random.chance(0.95) ? '原始取得' : '受让',
      };
      facts.push([{ day, cells }]);
    }
    return facts;
  },
);

/** 商标: applied for, and after some nine months registered or refused. */
export const trademarksFeed = factFeed(
  {
    source: 'trademarks',
    layout: 'register',
    columns: [
      '注册号',
      '国际分类',
      '商标名称',
      '注册人名称',
      '统一社会信用代码',
      '申请日期',
      '注册公告日期',
      '专用权期限止',
      '商标状态',
      '状态日期',
    ],
    encoding: 'gb18030',
    receivedOnDay: 3,
    dirt: {
      code: '统一社会信用代码',
      dates: ['申请日期'],
      optionalDates: ['申请日期'],
      nullable: ['注册公告日期'],
      status: '商标状态',
      conflict: '商标名称',
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.marks);
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin') return facts;
    const rate = profileOf(firm) === 'rich' ? 0.1 : 0.06 * sigmoid(0.6 * firm.quality);
    for (const day of daysOfLife(book, firm, random, rate)) {
      const cells = {
        注册号: String(60_000_000 + firm.index * 40 + facts.length),
        国际分类: String(random.pick([9, 35, 42])),
        商标名称: `样例${firm.name.slice(3, 5)}`,
        注册人名称: firm.name,
        统一社会信用代码: firm.uscc,
        申请日期: dayText(day),
        商标状态: '等待实质审查',
        状态日期: dayText(day),
      };
      const decidedOn = day + random.whole(240, 330);
      const granted = random.chance(0.75);
      const decided = {
        ...cells,
        商标状态: granted ? '已注册' : '驳回',
        状态日期: dayText(decidedOn),
        ...(granted ? { 注册公告日期: dayText(decidedOn), 专用权期限止: dayText(decidedOn + 3_652) } : {}),
      };
      facts.push(
        decidedOn < book.end
          ? [
              { day, cells },
              { day: decidedOn, cells: decided },
            ]
          : [{ day, cells }],
      );
    }
    return facts;
  },
);

/** 其他Ⅰ类知识产权: layout designs of chip makers, a drug here and there. */
export const otherRightsFeed = factFeed(
  {
    source: 'other-rights',
    layout: 'register',
    columns: ['登记号', '权利类别', '统一社会信用代码', '登记公告日期', '届满日期', '状态', '状态日期'],
    encoding: 'gb18030',
    receivedOnDay: 3,
    dirt: { code: '统一社会信用代码', dates: ['登记公告日期'], nullable: ['状态日期'], status: '权利类别' },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.otherRights);
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin') return facts;
    const chips = firm.industry.word === '微电子' || firm.industry.word === '光电';
    for (const day of daysOfLife(book, firm, random, (chips ? 0.03 : 0.003) * sigmoid(firm.quality))) {
      const cells = {
        登记号: `BS.${yearOfDay(day) % 100}${firmSerial(firm)}${facts.length}`,
        权利类别: chips ? '集成电路布图设计' : '新药证书',
        统一社会信用代码: firm.uscc,
        登记公告日期: dayText(day),
        届满日期: dayText(day + 3_652),
        状态: '有效',
      };
      const endedOn = day + random.whole(300, 900);
      const ended = random.chance(0.1) && endedOn < book.end;
      const gone = { day: endedOn, cells: { ...cells, 状态: '终止', 状态日期: dayText(endedOn) } };
      facts.push(ended ? [{ day, cells }, gone] : [{ day, cells }]);
    }
    return facts;
  },
);

/** 奖励与标准: given once a year, each line to one firm. */
export const honoursFeed = factFeed(
  {
    source: 'awards-standards',
    layout: 'honours',
    columns: ['类别', '编号', '名称', '级别', '授予(发布)日期', '单位名称', '统一社会信用代码'],
    encoding: 'gb18030',
    receivedOnDay: 4,
    dirt: {
      code: '统一社会信用代码',
      dates: ['授予(发布)日期'],
      optionalDates: ['授予(发布)日期'],
      status: '级别',
      conflict: '名称',
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.honours);
    const facts: Fact[] = [];
    for (let year = yearOfDay(firm.establishedOn) + 2; ; year++) {
      const award = random.chance(0.4);
      const day = dayIn(year, award ? 11 : 3, random.whole(1, 25));
      const gets = random.chance(0.5 * sigmoid(1.6 * (firm.quality - 1.8)));
      if (day >= lifeEnd(book, firm)) return facts;
      if (!gets || profileOf(firm) === 'thin') continue;
      const cells = {
        类别: award ? '科学技术奖' : '标准制定',
        编号: award ? `${year}-J-${firmSerial(firm)}` : `T/DM ${firmSerial(firm)}-${year}`,
        名称: award ? '样例科技进步奖' : `${firm.industry.titles[0]}技术规范`,
        级别: award ? '市级' : '团体标准',
        '授予(发布)日期': dayText(day),
        单位名称: firm.name,
        统一社会信用代码: firm.uscc,
      };
      facts.push([{ day, cells }]);
    }
  },
);

/** 孵化与高校衍生: tenants of incubators and firms out of universities, in their first years. */
export const tenantsFeed = factFeed(
  {
    source: 'affiliations',
    layout: 'tenants',
    columns: ['统一社会信用代码', '企业名称', '载体类型', '级别', '载体名称', '入驻日期', '毕业(离园)日期'],
    encoding: 'gb18030',
    receivedOnDay: 4,
    dirt: {
      code: '统一社会信用代码',
      dates: ['入驻日期'],
      nullable: ['毕业(离园)日期'],
      conflict: '载体名称',
      strangers: true,
    },
  },
  tenancies,
);

function tenancies(book: Book, firm: Firm): readonly Fact[] {
  const random = new Random(book.seed, firm.index, PURPOSE.tenancy);
  const enters = random.chance(0.5 * sigmoid(0.7 * firm.quality));
  const day = firm.establishedOn + random.whole(10, 200);
  const kind = random.unit();
  const leavesOn = day + random.whole(700, 1_500);
  const rich = profileOf(firm) === 'rich';
  if ((!enters && !rich) || profileOf(firm) === 'thin' || day >= lifeEnd(book, firm)) return [];
  const cells = {
    统一社会信用代码: firm.uscc,
    企业名称: firm.name,
    载体类型: kind < 0.2 ? '高校衍生企业' : '科技企业孵化器',
    级别: kind < 0.2 ? '' : kind < 0.5 ? '国家级' : '市级',
    载体名称: kind < 0.2 ? '示例大学' : '示例孵化器',
    入驻日期: dayText(day),
  };
  const left = { day: leavesOn, cells: { ...cells, '毕业(离园)日期': dayText(leavesOn) } };
  return [leavesOn < book.end && !rich ? [{ day, cells }, left] : [{ day, cells }]];
}
