import type { Book } from './book.ts';
import { dayText, monthEnd, monthStart } from './calendar.ts';
import { PROFILES, PURPOSE, sigmoid, type Firm } from './firm.ts';
import type { Row, SimulatedFeed } from './feed.ts';
import { Random } from './random.ts';
import { PROGRAMMES, type Programme } from './vocabulary.ts';

/** One award. Amounts are tenths of 万元, so that sums stay whole. */
interface Award {
  readonly projectNo: string;
  readonly programme: Programme;
  readonly approvedOn: number;
  readonly approved: number;
  readonly payments: readonly { readonly day: number; readonly amount: number }[];
  readonly withdrawnOn: number | undefined;
}

/** 资助补贴: an award when it is approved, a row more with each payment, the award again when it is withdrawn. */
export const subsidiesFeed: SimulatedFeed = {
  source: 'subsidies',
  layout: 'csv',
  form: 'csv',
  columns: [
    '项目编号',
    '项目名称',
    '计划类别',
    '级别',
    '主管部门',
    '承担单位',
    '统一社会信用代码',
    '竞争性(是/否)',
    '状态',
    '批复金额(万元)',
    '拨付金额(万元)',
    '批复日期',
    '拨付日期',
  ],
  encoding: 'utf-8',
  gzip: false,
  receivedOnDay: 4,
  wholePast: true,
  dirt: {
    code: 6,
    dates: [11, 12],
    optionalDates: [11],
    nullable: [10, 12],
    status: 8,
    amounts: [9, 10],
    conflict: 9,
    strangers: true,
    totalsRow: true,
  },
  *rows(book, window) {
    const end = monthEnd(window.to);
    const start = window.first ? -Infinity : monthStart(window.from);
    const told = (day: number | undefined): boolean => day !== undefined && day >= start && day <= end;
    for (const firm of book.all())
      for (const award of book.factsOf('subsidies', firm, () => awardsOf(book, firm))) {
        const founding = { founding: true } as const;
        if (told(award.withdrawnOn)) yield rowOf(firm, award, '撤销');
        else if (told(award.approvedOn)) yield { ...rowOf(firm, award, '立项'), ...founding };
        for (const payment of award.payments) if (told(payment.day)) yield rowOf(firm, award, '拨付', payment);
      }
  },
};

function rowOf(firm: Firm, award: Award, status: string, payment?: Award['payments'][number]): Row {
  const { programme } = award;
  const cells = [
    award.projectNo,
    `${firm.industry.titles[0]}产业化`,
    programme.name,
    programme.level,
    programme.department,
    firm.name,
    firm.uscc,
    programme.competitive ? '是' : '否',
    status,
    wanText(award.approved),
    payment ? wanText(payment.amount) : '',
    dayText(award.approvedOn),
    payment ? dayText(payment.day) : '',
  ];
  return { cells, firm: firm.index };
}

const wanText = (tenths: number): string => `${Math.floor(tenths / 10)}.${tenths % 10}`;

function awardsOf(book: Book, firm: Firm): readonly Award[] {
  const random = new Random(book.seed, firm.index, PURPOSE.subsidies);
  const profile = PROFILES[firm.index];
  if (profile === 'thin') return [];
  const awards: Award[] = [];
  // A firm applies from its first full quarter on, at most once a year to each programme.
  for (let day = firm.establishedOn + 90, year = 0; day < book.end; day += 365, year++)
    for (const [p, programme] of PROGRAMMES.entries()) {
      const approvedOn = day + random.whole(0, 364);
      const applies = random.chance(0.15);
      const wins = random.chance(sigmoid(1.6 * (firm.quality - programme.bar)));
      const award = awardOf(
        firm,
        random,
        programme,
        `KC${dayText(approvedOn).slice(0, 4)}-${firm.index}-${year}${p}`,
        approvedOn,
      );
      const forced =
        profile === 'rich' && ((p === 2 && year === 2) || (p === 1 && year === 3) || (p === 3 && year === 1));
      if (((applies && wins) || forced) && approvedOn < Math.min(book.end, firm.closedOn)) awards.push(award);
    }
  return awards;
}

function awardOf(firm: Firm, random: Random, programme: Programme, projectNo: string, approvedOn: number): Award {
  const approved = random.whole(programme.amount[0] * 10, programme.amount[1] * 10);
  const paidOn = approvedOn + random.whole(30, 150);
  const half = Math.floor(approved / 2);
  const instalments = programme.level === '国家' || programme.level === '省';
  const withdrawn = random.chance(firm.quality < -0.5 ? 0.08 : 0.01);
  const second = paidOn + random.whole(200, 400);
  return {
    projectNo,
    programme,
    approvedOn,
    approved,
    payments: withdrawn
      ? []
      : instalments
        ? [
            { day: paidOn, amount: half },
            { day: second, amount: approved - half },
          ]
        : [{ day: paidOn, amount: approved }],
    withdrawnOn: withdrawn ? paidOn : undefined,
  };
}
