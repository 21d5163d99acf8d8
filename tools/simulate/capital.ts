import type { Book } from './book.ts';
import { dayText, monthEnd, monthStart } from './calendar.ts';
import { PURPOSE, sigmoid, type Firm } from './firm.ts';
import { lifeEnd, profileOf, turnsOf } from './life.ts';
import { Random } from './random.ts';
import { factFeed, feedOf, type Cells, type Fact } from './register.ts';

/** A made-up investor. */
interface Investor {
  readonly name: string;
  /** 股东类型 of the register. */
  readonly holderType: '私募基金' | '自然人' | '企业法人' | '政府引导基金';
  /** As the press words it. */
  readonly kind: string;
}

/** One round of external money. Days are counts, money whole 万元. */
export interface Round {
  readonly word: string;
  readonly paidOn: number;
  readonly announcedOn: number;
  /** Invested in all, premium included. */
  readonly amount: number;
  /** Of that, registered capital. */
  readonly registered: number;
  readonly investors: readonly Investor[];
  readonly inPress: boolean;
  /** Announced, but no register ever shows the money. */
  readonly rumour: boolean;
}

const FUNDS: readonly Investor[] = [
  { name: '深圳市示例创业投资基金（有限合伙）', holderType: '私募基金', kind: '创业投资基金' },
  { name: '示例海岸一号私募股权基金（有限合伙）', holderType: '私募基金', kind: '私募基金' },
  { name: '示例高原成长基金（有限合伙）', holderType: '私募基金', kind: '头部机构' },
  { name: '示例区引导基金有限公司', holderType: '政府引导基金', kind: '政府引导基金' },
];
const ANGEL: Investor = { name: '样例天使人', holderType: '自然人', kind: '天使投资人' };
const COMPANY: Investor = { name: '示例产业集团有限公司', holderType: '企业法人', kind: '产业资本' };

const WORDS = ['天使轮', 'Pre-A轮', 'A轮', 'B轮'] as const;

/** Rounds that were paid in or only talked about, oldest first. */
export const roundsOf = (book: Book, firm: Firm): readonly Round[] =>
  book.factsOf('rounds', firm, () => {
    const random = new Random(book.seed, firm.index, PURPOSE.rounds);
    const profile = profileOf(firm);
    const rounds: Round[] = [];
    if (profile === 'thin') return rounds;
    // What investors registered is part of the paid-in capital that the registration shows.
    const room = finalPaid(firm) >= 0.3 * firm.registeredCapital;
    const before: Investor[] = [];
    let day = firm.establishedOn + random.whole(200, 500);
    for (const [nth, word] of WORDS.entries()) {
      const wins = random.chance(sigmoid(1.5 * firm.quality - 1.2 - 0.5 * nth)) || (profile === 'rich' && nth < 3);
      const amount = 10 * random.whole(10, 40) * (1 + 2 * nth);
      const lead = nth === 0 && random.chance(0.4) ? ANGEL : random.pick(random.chance(0.85) ? FUNDS : [COMPANY]);
      const follows = before.length > 0 && (random.chance(0.4) || profile === 'rich');
      const investors = follows && before[0] !== lead ? [lead, before[0]!] : [lead];
      const announcedAfter = random.whole(15, 100);
      const inPress = random.chance(0.3) && profile !== 'rich';
      const rumour = random.chance(0.15) && profile !== 'rich';
      const next = day + random.whole(300, 560);
      if (!wins || !room || day >= lifeEnd(book, firm)) break;
      const registered = Math.max(4, Math.min(Math.floor(firm.registeredCapital * 0.06), Math.floor(amount * 0.6)));
      rounds.push({
        word,
        paidOn: day,
        announcedOn: day + announcedAfter,
        amount,
        registered,
        investors,
        inPress,
        rumour,
      });
      if (!rumour) before.push(lead);
      day = next;
    }
    return rounds;
  });

/** Rounds that the registers show by a day. */
export const closedRounds = (book: Book, firm: Firm, day: number): readonly Round[] =>
  roundsOf(book, firm).filter((round) => !round.rumour && round.paidOn <= day);

/** 万元 paid in at the end of the history. */
function finalPaid(firm: Firm): number {
  let paid = firm.paidCapital;
  for (const change of firm.changes) if (change.kind === 'paid') paid = change.amount;
  return paid;
}

const PLEDGED_YEARS = 5;
const statedWan = (wan: number): string => `${wan}.00`;

/** 股东及出资: every holder as the register stands at the end of each month. */
export const shareholdersFeed = feedOf(
  {
    source: 'shareholders',
    layout: 'contributions',
    columns: [
      '统一社会信用代码',
      '股东名称',
      '股东类型',
      '认缴出资额(万元)',
      '认缴出资期限',
      '实缴出资额(万元)',
      '投资总额(万元)',
      '出资方式',
      '取得方式',
      '入股日期',
      '实缴出资日期',
      '数据日期',
    ],
    encoding: 'gb18030',
    receivedOnDay: 3,
    fromFirstMonth: true,
    dirt: {
      code: '统一社会信用代码',
      dates: ['入股日期', '数据日期'],
      nullable: ['实缴出资日期'],
      amounts: ['认缴出资额(万元)'],
      conflict: '认缴出资额(万元)',
      strangers: true,
      totalsRow: true,
    },
  },
  (book, firm, window) => {
    const day = monthEnd(window.to);
    return firm.establishedOn > day || day >= lifeEnd(book, firm) ? [] : holdersOn(book, firm, day);
  },
);

function holdersOn(book: Book, firm: Firm, day: number): Cells[] {
  const every = closedRounds(book, firm, book.end);
  const theirs = every.reduce((sum, round) => sum + round.registered, 0);
  const ours = firm.registeredCapital - theirs;
  const first = Math.floor(ours * 0.7);
  const rows: Cells[] = [];
  const stated = { 统一社会信用代码: firm.uscc, 数据日期: dayText(day) };
  const due = dayText(firm.establishedOn + PLEDGED_YEARS * 365);
  for (const [name, subscribed] of [
    ['样例创始人甲', first],
    ['样例创始人乙', ours - first],
  ] as const) {
    const head = {
      ...stated,
      股东名称: name,
      股东类型: '自然人',
      '认缴出资额(万元)': statedWan(subscribed),
      认缴出资期限: due,
      取得方式: '设立',
      入股日期: dayText(firm.establishedOn),
    };
    const payments = founderPayments(firm, ours, subscribed).filter((payment) => payment.day <= day);
    if (payments.length === 0) rows.push({ ...head, '实缴出资额(万元)': '0.00' });
    for (const payment of payments)
      rows.push({
        ...head,
        '实缴出资额(万元)': statedWan(payment.amount),
        出资方式: '货币',
        实缴出资日期: dayText(payment.day),
      });
  }
  for (const round of closedRounds(book, firm, day))
    for (const [i, investor] of round.investors.entries()) rows.push({ ...stated, ...investment(round, investor, i) });
  return rows;
}

/** What one founder paid: at the beginning, and when the register says that more was paid in. */
function founderPayments(firm: Firm, ours: number, subscribed: number): { day: number; amount: number }[] {
  const share = (paid: number): number => Math.min(subscribed, Math.floor((Math.min(paid, ours) * subscribed) / ours));
  const payments: { day: number; amount: number }[] = [];
  let before = share(firm.paidCapital);
  if (before > 0) payments.push({ day: firm.establishedOn + 20, amount: before });
  for (const change of firm.changes) {
    if (change.kind !== 'paid') continue;
    const after = share(change.amount);
    if (after > before) payments.push({ day: change.day, amount: after - before });
    before = Math.max(before, after);
  }
  return payments;
}

/** The lead takes what is left of an even split. */
function investment(round: Round, { name, holderType }: Investor, i: number): Cells {
  const part = (whole: number): number => {
    const rest = Math.floor(whole / 4);
    return round.investors.length === 1 ? whole : i === 0 ? whole - rest : rest;
  };
  return {
    股东名称: name,
    股东类型: holderType,
    '认缴出资额(万元)': statedWan(part(round.registered)),
    '实缴出资额(万元)': statedWan(part(round.registered)),
    '投资总额(万元)': statedWan(part(round.amount)),
    出资方式: '货币',
    取得方式: '增资',
    入股日期: dayText(round.paidOn),
    实缴出资日期: dayText(round.paidOn),
  };
}

/** 投融资事件接口: rounds as announced, told again at the end of each quarter with the day of the statement. */
export const financingFeed = feedOf(
  {
    source: 'financing-events',
    layout: 'api',
    form: 'jsonl',
    columns: ['usc', 'name', 'round', 'announced', 'closed', 'amount', 'currency', 'investors', 'sourceUrl', 'asOf'],
    receivedOnDay: 5,
    dirt: { code: 'usc', dates: ['announced', 'asOf'], conflict: 'sourceUrl' },
  },
  function* (book, firm, window) {
    const end = monthEnd(window.to);
    const start = window.first ? -Infinity : monthStart(window.from);
    for (const round of roundsOf(book, firm)) {
      if (round.inPress || round.announcedOn > end) continue;
      const fresh = round.announcedOn >= start;
      if (fresh || (window.to + 1) % 3 === 0) yield announcement(firm, round, end);
    }
  },
);

const announcement = (firm: Firm, round: Round, day: number): Cells => ({
  usc: firm.uscc,
  name: firm.name,
  round: round.word,
  announced: dayText(round.announcedOn),
  closed: round.rumour ? undefined : dayText(round.paidOn),
  amount: `${round.amount}万元`,
  currency: 'CNY',
  investors: round.investors.map(({ name, kind }, i) => ({ name, type: kind, lead: i === 0 })),
  sourceUrl: `https://news.example.com/${firm.index}/${dayText(round.announcedOn)}`,
  asOf: dayText(day),
});

/** 媒体报道整理表: rounds of which only the press tells, with their month. */
export const pressFeed = factFeed(
  {
    source: 'financing-events',
    layout: 'press',
    columns: ['统一社会信用代码', '企业名称', '融资时间', '轮次', '融资金额', '投资方'],
    receivedOnDay: 5,
    dirt: { code: '统一社会信用代码', nullable: ['投资方'] },
  },
  (book, firm) =>
    roundsOf(book, firm)
      .filter((round) => round.inPress && round.announcedOn < book.end)
      .map((round): Fact => {
        const cells = {
          统一社会信用代码: firm.uscc,
          企业名称: firm.name,
          融资时间: dayText(round.announcedOn).slice(0, 7),
          轮次: round.word,
          融资金额: `${round.amount}万元人民币`,
        };
        return [{ day: round.announcedOn, cells }];
      }),
);

/** 股权出质: founders who pledge their shares for the firm's debts. */
export const pledgesFeed = factFeed(
  {
    source: 'equity-pledges',
    layout: 'pledges',
    columns: [
      '登记编号',
      '统一社会信用代码',
      '出质人',
      '质权人',
      '出质股权数额',
      '数额单位',
      '登记日期',
      '注销日期',
      '状态',
    ],
    encoding: 'gb18030',
    receivedOnDay: 3,
    dirt: {
      code: '统一社会信用代码',
      dates: ['登记日期'],
      nullable: ['注销日期'],
      amounts: ['出质股权数额'],
      conflict: '质权人',
      strangers: true,
    },
  },
  (book, firm) => {
    const random = new Random(book.seed, firm.index, PURPOSE.pledges);
    const pledges = random.chance(0.3 * sigmoid(-0.8 - 0.8 * firm.quality));
    const day = firm.establishedOn + random.whole(300, 1_200);
    const share = random.whole(10, 70);
    const endedOn = day + random.whole(200, 700);
    const cells = {
      登记编号: `440300DM${firm.index}`,
      统一社会信用代码: firm.uscc,
      出质人: '样例创始人甲',
      质权人: '示例融资担保有限公司',
      出质股权数额: String(Math.max(1, Math.floor((firm.registeredCapital * share) / 100))),
      数额单位: '万元',
      登记日期: dayText(day),
      状态: '有效',
    };
    const ended = { day: endedOn, cells: { ...cells, 注销日期: dayText(endedOn), 状态: '注销' } };
    const facts: Fact[] = [];
    if (pledges && profileOf(firm) === undefined && day < lifeEnd(book, firm))
      facts.push(endedOn < book.end ? [{ day, cells }, ended] : [{ day, cells }]);
    // Registered by mistake and annulled.
    for (const turn of turnsOf(book, firm)) {
      const annulled = { ...cells, 登记编号: `440300DM${firm.index}-${turn}`, 登记日期: dayText(turn), 状态: '撤销' };
      facts.push([{ day: turn, cells: annulled }]);
    }
    return facts;
  },
);
