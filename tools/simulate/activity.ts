import type { Book } from './book.ts';
import { dayText, monthEnd, monthStart, monthText, yearOfDay } from './calendar.ts';
import { headsIn, monthOfDay, PURPOSE, sigmoid, type Firm } from './firm.ts';
import { daysOfLife, firmSerial, lifeEnd, profileOf } from './life.ts';
import { Random, unitAt } from './random.ts';
import { factFeed, type Fact } from './register.ts';

/** 水费: each bill when it is written and again when it is paid. Some firms share a meter, some have none. */
export const waterFeed = factFeed(
  {
    source: 'water',
    layout: 'front-end-table',
    columns: [
      'ACCT_NO',
      'USC_CODE',
      'BILL_MON',
      'USE_QTY',
      'AMT',
      'PAY_STATUS',
      'PAY_TIME',
      'UPD_TIME',
      'CYCLE_MON',
      'READ_TYPE',
      'SHARE_CNT',
      'ARREARS_AMT',
      'ARREARS_SINCE',
      'TARIFF_CLASS',
    ],
    receivedOnDay: 4,
    dirt: { code: 'USC_CODE', nullable: ['PAY_TIME', 'ARREARS_SINCE'], conflict: 'TARIFF_CLASS', strangers: true },
  },
  (book, firm) => {
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin' || firm.index % 11 === 7) return facts;
    const cycle = firm.index % 5 === 3 ? 2 : 1;
    for (let month = monthOfDay(firm.establishedOn) + 1; monthEnd(month) < lifeEnd(book, firm); month++)
      if (month % cycle === 0) facts.push(billOf(book, firm, month, cycle));
    return facts;
  },
);

function billOf(book: Book, firm: Firm, month: number, cycle: 1 | 2): Fact {
  const draw = (n: number): number => unitAt(book.seed, firm.index, PURPOSE.water, 16 * month + n);
  const heads = Math.max(1, headsIn(book.seed, firm, month));
  const hundredths = Math.round(heads * cycle * (220 + 160 * draw(0)));
  const amount = Math.round(hundredths * 4.2);
  const billedOn = monthEnd(month);
  const cells = {
    ACCT_NO: String(30_000_000 + firm.index),
    USC_CODE: firm.uscc,
    BILL_MON: monthText(month),
    USE_QTY: decimal(hundredths),
    AMT: decimal(amount),
    PAY_STATUS: '0',
    UPD_TIME: `${dayText(billedOn)} 01:00:00`,
    CYCLE_MON: String(cycle),
    READ_TYPE: draw(1) < 0.03 ? '估抄' : '实抄',
    SHARE_CNT: firm.index % 9 === 4 ? '3' : '1',
    ARREARS_AMT: '0.00',
    TARIFF_CLASS: '工商业',
  };
  const late = draw(2) < 0.25 * sigmoid(-1.6 - 1.3 * firm.quality) && profileOf(firm) !== 'rich';
  const paidOn = late ? monthStart(month + 2) + 5 + Math.floor(draw(3) * 120) : billedOn + 5 + Math.floor(draw(3) * 20);
  const since = monthStart(month + 2);
  const arrears = { ARREARS_AMT: decimal(amount), ARREARS_SINCE: dayText(since) };
  const states = [{ day: billedOn, cells: cells as Fact[number]['cells'] }];
  if (late && since < book.end) states.push({ day: since, cells: { ...cells, ...arrears, PAY_STATUS: '2' } });
  if (paidOn < book.end) {
    const paid = { PAY_STATUS: '1', PAY_TIME: `${dayText(paidOn)} 10:22:31` };
    states.push({
      day: paidOn,
      cells: late ? { ...cells, ...arrears, ARREARS_AMT: '0.00', ...paid } : { ...cells, ...paid },
    });
  }
  return states;
}

const decimal = (hundredths: number): string =>
  `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;

const MATTERS = [
  ['440300-01-001', '样例产品许可核发', '行政许可'],
  ['440300-02-017', '研发资助申报', '资助申报'],
  ['440300-03-005', '人才引进申请', '人才服务'],
  ['440300-04-009', '科技项目申报', '项目申报'],
  ['440300-05-002', '完税证明开具', '税务'],
  ['440300-06-001', '企业档案查询', '信息查询'],
] as const;

/** 政务办事: a case when it is handed in and again when it is finished. */
export const mattersFeed = factFeed(
  {
    source: 'government-services',
    layout: 'cases',
    columns: [
      '办件流水号',
      '事项编码',
      '事项名称',
      '事项类别',
      '申请单位',
      '统一社会信用代码',
      '申请日期',
      '办结日期',
      '办理结果',
      '办理渠道',
    ],
    receivedOnDay: 3,
    dirt: {
      code: '统一社会信用代码',
      dates: ['申请日期'],
      optionalDates: ['申请日期'],
      nullable: ['办结日期'],
      status: '办理渠道',
      conflict: '事项名称',
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.matters);
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin') return facts;
    const end = lifeEnd(book, firm);
    for (const day of daysOfLife(book, firm, random, 0.05 + 0.4 * sigmoid(firm.quality - 0.5))) {
      const [code, name, category] = random.pick(MATTERS);
      const cells = {
        办件流水号: `DMBJ${firmSerial(firm)}${facts.length}`,
        事项编码: code,
        事项名称: name,
        事项类别: category,
        申请单位: firm.name,
        统一社会信用代码: firm.uscc,
        申请日期: dayText(day),
        办理结果: '在办',
        办理渠道: random.chance(0.8) ? '网上' : '窗口',
      };
      const finishedOn = day + random.whole(1, 45);
      const draw = random.unit();
      const result = draw < 0.86 ? '通过' : draw < 0.94 ? '不予' : '撤件';
      const finished = { day: finishedOn, cells: { ...cells, 办结日期: dayText(finishedOn), 办理结果: result } };
      facts.push(finishedOn < end ? [{ day, cells }, finished] : [{ day, cells }]);
    }
    return facts;
  },
);

const BUYERS = [
  ['深圳市示例医院', '事业单位'],
  ['示例区政务服务局', '国家机关'],
  ['示例轨道集团', '国有企业'],
  ['示例贸易公司', '民营企业'],
] as const;

/** 中标: lots that the firm won, a few of them cancelled afterwards. */
export const bidsFeed = factFeed(
  {
    source: 'bids',
    layout: 'awards',
    columns: [
      '项目编号',
      '标段(包)号',
      '项目名称',
      '采购人',
      '采购人类型',
      '中标单位',
      '统一社会信用代码',
      '中标角色',
      '联合体成员数',
      '联合体份额(%)',
      '中标金额(万元)',
      '框架协议(是/否)',
      '中标日期',
      '合同编号',
      '是否取消',
      '取消日期',
    ],
    encoding: 'gb18030',
    receivedOnDay: 3,
    dirt: {
      code: '统一社会信用代码',
      dates: ['中标日期'],
      optionalDates: ['中标日期'],
      nullable: ['联合体成员数', '取消日期'],
      status: '采购人类型',
      amounts: ['中标金额(万元)'],
      conflict: '项目名称',
      totalsRow: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.bids);
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin') return facts;
    const grown = (day: number): boolean => day > firm.establishedOn + 300;
    for (const day of daysOfLife(book, firm, random, 0.16 * sigmoid(1.2 * firm.quality - 1))) {
      const [buyer, type] = random.pick(BUYERS);
      const joint = random.chance(0.2);
      const amount = random.whole(8, 60 + Math.round(120 * Math.max(0, firm.quality)));
      const cells = {
        项目编号: `DMZC${yearOfDay(day)}${firmSerial(firm)}${facts.length}`,
        '标段(包)号': String(random.whole(1, 3)),
        项目名称: `${firm.industry.titles[0]}采购`,
        采购人: buyer,
        采购人类型: type,
        中标单位: firm.name,
        统一社会信用代码: firm.uscc,
        中标角色: joint ? '联合体成员' : '独立',
        联合体成员数: joint ? '2' : '',
        '联合体份额(%)': joint && random.chance(0.5) ? '40' : '',
        '中标金额(万元)': String(amount),
        '框架协议(是/否)': random.chance(0.1) ? '是' : '否',
        中标日期: dayText(day),
        合同编号: `HT${firmSerial(firm)}${facts.length}`,
        是否取消: '正常',
      };
      const cancelledOn = day + random.whole(10, 60);
      const cancelled = random.chance(0.03) && cancelledOn < book.end;
      if (!grown(day)) continue;
      const gone = { day: cancelledOn, cells: { ...cells, 是否取消: '已取消', 取消日期: dayText(cancelledOn) } };
      facts.push(cancelled ? [{ day, cells }, gone] : [{ day, cells }]);
    }
    return facts;
  },
);

/** 行政许可: permits of firms that make something. */
export const licencesFeed = factFeed(
  {
    source: 'licences',
    layout: 'permits',
    columns: [
      '行政相对人类别',
      '统一社会信用代码',
      '行政许可决定文书号',
      '许可证书名称',
      '许可编号',
      '许可决定日期',
      '有效期自',
      '有效期至',
      '许可机关',
      '当前状态',
      '状态日期',
    ],
    receivedOnDay: 3,
    dirt: {
      code: '统一社会信用代码',
      dates: ['许可决定日期', '有效期自'],
      optionalDates: ['许可决定日期'],
      nullable: ['状态日期'],
      conflict: '许可证书名称',
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.licences);
    const facts: Fact[] = [];
    if (profileOf(firm) === 'thin') return facts;
    const rate = profileOf(firm) === 'rich' ? 0.05 : 0.025 * sigmoid(0.6 * firm.quality);
    for (const day of daysOfLife(book, firm, random, rate)) {
      const cells = {
        行政相对人类别: '法人及非法人组织',
        统一社会信用代码: firm.uscc,
        行政许可决定文书号: `深许〔${yearOfDay(day)}〕${firm.index * 20 + facts.length}号`,
        许可证书名称: random.pick(['样例产品生产许可证', '增值电信业务经营许可证', '排污许可证']),
        许可编号: `粤DM${firmSerial(firm)}${facts.length}`,
        许可决定日期: dayText(day),
        有效期自: dayText(day),
        有效期至: dayText(day + 5 * 365),
        许可机关: '示例主管局',
        当前状态: '有效',
      };
      const endedOn = day + random.whole(200, 900);
      const ended = random.chance(0.1) && endedOn < book.end;
      const gone = { day: endedOn, cells: { ...cells, 当前状态: '注销', 状态日期: dayText(endedOn) } };
      facts.push(ended ? [{ day, cells }, gone] : [{ day, cells }]);
    }
    return facts;
  },
);
