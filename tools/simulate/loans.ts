import type { Book } from './book.ts';
import { dayText, monthEnd, monthText } from './calendar.ts';
import { defaultProbability, monthOfDay, PURPOSE, sigmoid, type Firm } from './firm.ts';
import { firmSerial, lifeEnd, profileOf, wanInYuan } from './life.ts';
import { Random, unitAt } from './random.ts';
import { factFeed, type Fact } from './register.ts';

/** One loan of twelve months, repaid in equal parts. Days are counts, money whole 万元. */
interface Loan {
  readonly id: string;
  readonly drawnOn: number;
  readonly principal: number;
  readonly guaranteed: boolean;
  /** First day of the default that the latent quality drew; undefined: it pays. */
  readonly defaultOn: number | undefined;
  /** Day on which all of it was paid after all; Infinity: never. */
  readonly curedOn: number;
}

const TERM_MONTHS = 12;
const CLAIM_AFTER_DAYS = 120;
const LENDER = '示例科技银行';
/** Codes under which bank and guarantor call back. */
const CODES = { bank: 'DMBANK', guarantor: 'DMGUAR' } as const;

export const loansOf = (book: Book, firm: Firm): readonly Loan[] =>
  book.factsOf('loans', firm, () => {
    const random = new Random(book.seed, firm.index, PURPOSE.loans);
    const profile = profileOf(firm);
    const borrows = random.chance(sigmoid(0.3 + 0.5 * firm.quality)) || profile === 'rich' || profile === 'doubtful';
    const loans: Loan[] = [];
    if (!borrows || profile === 'thin') return loans;
    const end = lifeEnd(book, firm);
    for (let day = firm.establishedOn + 400 + random.whole(0, 300); day < end; day += random.whole(380, 600)) {
      const defaults = random.chance(defaultProbability(firm.quality)) && profile !== 'rich';
      const failsAfter = random.whole(60, 300);
      const cures = random.chance(0.4);
      const curedAfter = random.whole(30, 400);
      const principal = 10 * random.whole(3, Math.round(20 + 10 * Math.max(0, firm.quality)));
      const last = day + 2 * 380 >= end;
      const planted = profile === 'doubtful' && last;
      const defaultOn = planted ? Math.max(day + 31, end - 200) : defaults ? day + failsAfter : undefined;
      loans.push({
        id: `JJ${dayText(day).slice(0, 4)}${firmSerial(firm)}${loans.length}`,
        drawnOn: day,
        principal,
        guaranteed: random.chance(0.5),
        defaultOn,
        curedOn: planted || !cures ? Infinity : (defaultOn ?? 0) + curedAfter,
      });
      if (planted) break;
    }
    return loans;
  });

const maturity = ({ drawnOn }: Loan): number => drawnOn + 365;
/** The day from which nothing is owed; Infinity for a default that is never cured. */
const settledOn = (loan: Loan): number => (loan.defaultOn === undefined ? maturity(loan) : loan.curedOn);

function balanceOn(loan: Loan, day: number): number {
  if (day >= settledOn(loan)) return 0;
  const until = Math.min(day, loan.defaultOn ?? day);
  const parts = Math.min(TERM_MONTHS, Math.floor((until - loan.drawnOn) / 30.5));
  return Math.round((loan.principal * (TERM_MONTHS - parts)) / TERM_MONTHS);
}

/** Days past due at the end of a month: those of a default, or a slip of some days that is made good. */
function overdueDays(book: Book, firm: Firm, loan: Loan, month: number): number {
  const day = monthEnd(month);
  if (day >= settledOn(loan)) return 0;
  if (loan.defaultOn !== undefined && day > loan.defaultOn) return day - loan.defaultOn;
  const slips = unitAt(book.seed, firm.index, PURPOSE.overdue, month) < firm.latePayment / 3;
  return slips ? 3 + Math.floor(25 * unitAt(book.seed, firm.index, PURPOSE.overdue, -month)) : 0;
}

/** 贷后月报: every loan, month by month until it is settled or written off. */
export const performanceFeed = factFeed(
  {
    source: 'loan-outcomes',
    layout: 'performance',
    columns: [
      '借据编号',
      '贷款机构',
      '统一社会信用代码',
      '所属月份',
      '放款日期',
      '放款金额(元)',
      '贷款余额(元)',
      '逾期天数',
      '五级分类',
      '账户状态',
    ],
    receivedOnDay: 5,
    dirt: {
      code: '统一社会信用代码',
      dates: ['放款日期'],
      optionalDates: ['放款日期'],
      status: '五级分类',
      amounts: ['放款金额(元)'],
      conflict: '贷款机构',
      strangers: true,
      totalsRow: true,
    },
  },
  (book, firm) => loansOf(book, firm).flatMap((loan) => monthsOf(book, firm, loan)),
);

function monthsOf(book: Book, firm: Firm, loan: Loan): Fact[] {
  const facts: Fact[] = [];
  for (let month = monthOfDay(loan.drawnOn); monthEnd(month) < book.end; month++) {
    const day = monthEnd(month);
    const days = overdueDays(book, firm, loan, month);
    const settled = day >= settledOn(loan);
    const writtenOff = days > 540;
    const cells = {
      借据编号: loan.id,
      贷款机构: LENDER,
      统一社会信用代码: firm.uscc,
      所属月份: monthText(month),
      放款日期: dayText(loan.drawnOn),
      '放款金额(元)': wanInYuan(loan.principal),
      '贷款余额(元)': wanInYuan(balanceOn(loan, day)),
      逾期天数: String(days),
      五级分类: days > 270 ? '可疑' : days > 90 ? '次级' : days > 0 ? '关注' : '正常',
      账户状态: settled ? '结清' : writtenOff ? '核销' : days > 0 ? '逾期' : '正常',
    };
    facts.push([{ day, cells }]);
    if (settled || writtenOff) break;
  }
  return facts;
}

/** 业务事件回传: what bank and guarantor call back, one event a line. */
export const loanEventsFeed = factFeed(
  {
    source: 'loan-outcomes',
    layout: 'events',
    form: 'jsonl',
    columns: ['usc', 'partner', 'eventId', 'event', 'occurredAt', 'loanId', 'guaranteeId', 'amount'],
    receivedOnDay: 5,
    dirt: { code: 'usc', dates: ['occurredAt'], amounts: ['amount'], conflict: 'loanId', strangers: true },
  },
  (book, firm) => loansOf(book, firm).flatMap((loan) => eventsOf(book, firm, loan)),
);

function eventsOf(book: Book, firm: Firm, loan: Loan): Fact[] {
  const events: { readonly day: number; readonly event: string; readonly amount?: number }[] = [
    { day: loan.drawnOn, event: 'DRAWN', amount: loan.principal },
  ];
  const { guaranteed, defaultOn } = loan;
  if (guaranteed) events.push({ day: loan.drawnOn, event: 'GUARANTEED', amount: loan.principal });
  const paid = settledOn(loan);
  const claimOn = defaultOn === undefined ? Infinity : defaultOn + CLAIM_AFTER_DAYS;
  if (guaranteed && claimOn < paid) {
    const amount = balanceOn(loan, claimOn);
    events.push({ day: claimOn, event: 'CLAIM_PAID', amount });
    events.push({ day: paid, event: 'RECOVERED', amount });
  } else events.push({ day: paid, event: 'REPAID', amount: loan.principal });
  if (guaranteed) events.push({ day: paid, event: 'RELEASED' });
  events.push({ day: paid, event: 'CLOSED' });
  return events
    .filter(({ day }) => day < book.end)
    .map(({ day, event, amount }) => {
      const byGuarantor = ['GUARANTEED', 'CLAIM_PAID', 'RECOVERED', 'RELEASED'].includes(event);
      const cells = {
        usc: firm.uscc,
        partner: byGuarantor ? CODES.guarantor : CODES.bank,
        eventId: `${loan.id}-${event}`,
        event,
        occurredAt: dayText(day),
        loanId: loan.id,
        guaranteeId: byGuarantor ? `BH${loan.id.slice(2)}` : undefined,
        amount: amount === undefined ? undefined : wanInYuan(amount),
      };
      return [{ day, cells }];
    });
}

/** 授权查询: firms that consented, month by month while they borrow and once a quarter otherwise. */
export const creditHistoryFeed = factFeed(
  {
    source: 'credit-history',
    layout: 'reports',
    columns: [
      '统一社会信用代码',
      '企业名称',
      '查询方式',
      '授权书编号',
      '查询日期',
      '有无信贷记录',
      '首贷日期',
      '授信机构数',
      '贷款余额(元)',
      '近24个月最长逾期天数',
      '当前逾期天数',
      '逾期结清日期',
      '对外担保余额(元)',
      '被追偿余额(元)',
    ],
    receivedOnDay: 5,
    dirt: {
      code: '统一社会信用代码',
      dates: ['查询日期'],
      nullable: ['逾期结清日期'],
      conflict: '授权书编号',
      strangers: true,
    },
  },
  queriesOf,
);

function queriesOf(book: Book, firm: Firm): Fact[] {
  const random = new Random(book.seed, firm.index, PURPOSE.overdue);
  const profile = profileOf(firm);
  const consents = random.chance(0.65) || profile === 'rich' || profile === 'doubtful';
  if (!consents || profile === 'thin') return [];
  const loans = loansOf(book, firm);
  const facts: Fact[] = [];
  const from = Math.max(monthOfDay(firm.establishedOn) + 6, book.firstMonth);
  for (let month = from; month <= book.lastMonth && monthEnd(month) < lifeEnd(book, firm); month++) {
    const borrows = loans.some((loan) => balanceOn(loan, monthEnd(month)) > 0 && loan.drawnOn <= monthEnd(month));
    if (borrows || (month + firm.index) % 3 === 0)
      facts.push([{ day: monthEnd(month), cells: queryOf(book, firm, month) }]);
  }
  return facts;
}

function queryOf(book: Book, firm: Firm, month: number): Fact[number]['cells'] {
  const day = monthEnd(month);
  const loans = loansOf(book, firm).filter(({ drawnOn }) => drawnOn <= day);
  const head = {
    统一社会信用代码: firm.uscc,
    企业名称: firm.name,
    查询方式: '授权查询',
    授权书编号: `SQ${firmSerial(firm)}`,
    查询日期: dayText(day),
  };
  if (loans.length === 0) return { ...head, 有无信贷记录: '无记录' };
  let worst = 0;
  let current = 0;
  let claimed = 0;
  let clearedOn: number | undefined;
  for (const loan of loans) {
    for (let m = Math.max(month - 23, monthOfDay(loan.drawnOn)); m <= month; m++)
      worst = Math.max(worst, overdueDays(book, firm, loan, m));
    current = Math.max(current, overdueDays(book, firm, loan, month));
    if (
      loan.guaranteed &&
      loan.defaultOn !== undefined &&
      loan.defaultOn + CLAIM_AFTER_DAYS <= day &&
      day < loan.curedOn
    )
      claimed += balanceOn(loan, day);
    if (loan.defaultOn !== undefined && loan.curedOn <= day) clearedOn = loan.curedOn;
  }
  const open = loans.filter((loan) => balanceOn(loan, day) > 0);
  return {
    ...head,
    有无信贷记录: '有记录',
    首贷日期: dayText(loans[0]!.drawnOn),
    授信机构数: String(open.length),
    '贷款余额(元)': wanInYuan(open.reduce((sum, loan) => sum + balanceOn(loan, day), 0)),
    近24个月最长逾期天数: String(worst),
    当前逾期天数: String(current),
    逾期结清日期: worst > 0 && current === 0 && clearedOn !== undefined ? dayText(clearedOn) : '',
    '对外担保余额(元)': '0.00',
    '被追偿余额(元)': wanInYuan(claimed),
  };
}
