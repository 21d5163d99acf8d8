import { fromMonthIndex } from '#lib/kernel';
import type { Book } from './book.ts';
import { dayText, monthStart } from './calendar.ts';
import { headsIn, paidOn, type ArrearsEpisode, type Firm } from './firm.ts';
import type { Row, SimulatedFeed, Window } from './feed.ts';

const RECEIVED_ON_DAY = 20;
/** The bureau closes its file on the day before it sends it. */
const cutOf = (month: number): number => monthStart(month + 1) + RECEIVED_ON_DAY - 2;

/**
 * 社保月度缴费: each insured firm's month, and months already told whose money has arrived since (补缴: an old 费款所属期
 * in a new file).
 */
export const monthlyFeed: SimulatedFeed = {
  source: 'social-security',
  layout: 'monthly',
  form: 'csv',
  columns: [
    '单位编号',
    '统一社会信用代码',
    '费款所属期',
    '参保总人数',
    '养老人数',
    '医疗人数',
    '失业人数',
    '工伤人数',
    '缴费基数合计(元)',
    '到账标志',
    '到账日期',
  ],
  encoding: 'gb18030',
  gzip: false,
  receivedOnDay: RECEIVED_ON_DAY,
  wholePast: false,
  dirt: {
    code: 1,
    dates: [10],
    optionalDates: [10],
    nullable: [10],
    amounts: [8],
    conflict: 3,
    strangers: true,
  },
  *rows(book, window) {
    const cut = cutOf(window.to);
    const before = window.first ? undefined : cutOf(window.from - 1);
    for (const firm of book.all()) {
      for (let month = window.from; month <= window.to; month++) {
        const heads = headsIn(book.seed, firm, month);
        if (heads > 0)
          yield { cells: monthCells(firm, month, heads, paidOn(book.seed, firm, month), cut), firm: firm.index };
      }
      if (before !== undefined) yield* backPayments(book, firm, window, before, cut);
    }
  },
};

/** Months of earlier files that were paid after the file before was closed and until this one was. */
function* backPayments(book: Book, firm: Firm, window: Window, before: number, cut: number): Generator<Row> {
  let earliest = window.from - 2;
  for (const { from, clearedOn } of firm.arrears)
    if (clearedOn !== undefined && clearedOn > before && clearedOn <= cut) earliest = Math.min(earliest, from);
  for (let month = Math.max(book.firstMonth, earliest); month < window.from; month++) {
    const paid = paidOn(book.seed, firm, month);
    if (paid === undefined || paid <= before || paid > cut || paid <= cutOf(month)) continue;
    const heads = headsIn(book.seed, firm, month);
    if (heads > 0) yield { cells: monthCells(firm, month, heads, paid, cut), firm: firm.index };
  }
}

/** The month of a firm as the bureau knew it on the day `cut`. */
export function monthCells(firm: Firm, month: number, heads: number, paid: number | undefined, cut: number): string[] {
  const arrived = paid !== undefined && paid <= cut;
  // One in a dozen firms employs somebody past the age of retirement, who pays into accident insurance only.
  const retired = heads > 3 && firm.index % 12 === 0 ? 1 : 0;
  const base = heads * firm.monthlyWage;
  const count = String(heads);
  const pension = retired === 0 ? count : String(heads - 1);
  return [
    String(70_000_000 + firm.index),
    firm.uscc,
    monthText(month),
    count,
    pension,
    count,
    pension,
    count,
    yuanText(base),
    arrived ? '已到账' : '未到账',
    arrived ? dayText(paid) : '',
  ];
}

const MONTH_TEXTS: string[] = [];
const monthText = (month: number): string => (MONTH_TEXTS[month] ??= fromMonthIndex(month).replace('-', ''));

/** 分 as 元 with two decimals. */
const yuanText = (fen: number): string => {
  const rest = fen % 100;
  return `${(fen - rest) / 100}.${rest < 10 ? '0' : ''}${rest}`;
};

/** 欠缴清单: arrears that are new, that grew by a month, or that were paid since the file before. */
export const arrearsFeed: SimulatedFeed = {
  source: 'social-security',
  layout: 'arrears',
  form: 'csv',
  columns: ['统一社会信用代码', '险种', '欠费金额(元)', '欠费起月', '欠费止月', '清缴日期'],
  encoding: 'gb18030',
  gzip: false,
  receivedOnDay: RECEIVED_ON_DAY,
  wholePast: false,
  dirt: {
    code: 0,
    dates: [5],
    optionalDates: [],
    nullable: [5],
    amounts: [2],
    conflict: 2,
    strangers: true,
  },
  *rows(book, window) {
    for (const firm of book.all()) for (const episode of firm.arrears) yield* arrearsRows(book, firm, episode, window);
  },
};

/** Shares of the contribution base, in per cent: what the firm owes for a month of each insurance. */
const RATES: readonly (readonly [string, number])[] = [
  ['养老', 23],
  ['医疗', 7],
];

function* arrearsRows(book: Book, firm: Firm, episode: ArrearsEpisode, window: Window): Generator<Row> {
  const cut = cutOf(window.to);
  const cleared = episode.clearedOn !== undefined && episode.clearedOn <= cut;
  const clearedBefore = episode.clearedOn !== undefined && episode.clearedOn <= cutOf(window.from - 1);
  if (episode.from > window.to || (clearedBefore && !window.first)) return;
  // A list that says the same as the one before says nothing.
  if (!window.first && episode.through < window.from && !cleared) return;
  const through = Math.min(window.to, episode.through, firm.insuredUntil - 1);
  if (!window.first && !cleared && through < window.from) return;
  let base = 0;
  for (let month = episode.from; month <= through; month++) base += headsIn(book.seed, firm, month) * firm.monthlyWage;
  if (base === 0) return;
  for (const [type, percent] of RATES) {
    const owed = Math.round((base * percent) / 100);
    const cells = [
      firm.uscc,
      type,
      yuanText(owed),
      monthText(episode.from),
      monthText(through),
      cleared ? dayText(episode.clearedOn) : '',
    ];
    yield { cells, firm: firm.index };
  }
}
