import type { LoanClass, LoanStatus } from '#lib/data-sources';
import type { Fen } from '#lib/kernel';
import type { Outcome, OutcomeMonth } from '../deals/ports.ts';

/** One line of a file of loan-outcomes, by its columns. */
export type OutcomeLine = Readonly<Record<string, string>>;

/** Who reports it, as the book knows it. */
export interface Reporter {
  /** 机构代码. */
  readonly code: string;
  readonly name: string;
}

/** Columns of the layout `performance`, without 操作标志: a month is stated, never withdrawn. */
const MONTH_COLUMNS = [
  '统一社会信用代码',
  '借据编号',
  '所属月份',
  '贷款机构',
  '放款日期',
  '放款金额(元)',
  '贷款余额(元)',
  '逾期天数',
  '五级分类',
  '账户状态',
] as const;

const CLASSES: Readonly<Record<LoanClass, string>> = {
  pass: '正常',
  specialMention: '关注',
  substandard: '次级',
  doubtful: '可疑',
  loss: '损失',
};

const STATUSES: Readonly<Record<LoanStatus, string>> = {
  normal: '正常',
  overdue: '逾期',
  restructured: '重组',
  settled: '结清',
  writtenOff: '核销',
};

/** 元 with two decimals, from 分 ≥ 0. */
const yuan = (amount: Fen): string => {
  const digits = String(amount).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** The source takes letters, digits and joints as 借据编号; a contract whose number has others goes by the id of its deal. */
const loanNo = (loanId: string, dealId: string): string =>
  /^[0-9A-Za-z][0-9A-Za-z._:/-]{0,63}$/.test(loanId) ? loanId : dealId;

/** 事件编号: once in the life of a deal. */
const eventId = (dealId: string, version: number): string => `${dealId}:${version}`;

/** A line of layout `events`. `replaces`: the version that no longer counts. */
export function eventLine(outcome: Outcome, { code }: Reporter, replaces?: number): OutcomeLine {
  const { dealId, version, uscc, kind, loanId, guaranteeId, letterNo, amount, on } = outcome;
  return {
    usc: uscc,
    partner: code,
    eventId: eventId(dealId, version),
    event: kind.replaceAll(/[A-Z]/g, '_$&').toUpperCase(),
    occurredAt: on,
    ...(loanId === undefined ? {} : { loanId: loanNo(loanId, dealId) }),
    ...(guaranteeId === undefined ? {} : { guaranteeId }),
    ...(letterNo === undefined ? {} : { letterNo }),
    ...(amount === undefined ? {} : { amount: yuan(amount) }),
    ...(replaces === undefined ? {} : { correctionOf: eventId(dealId, replaces) }),
  };
}

/** A line of layout `performance`. */
export function monthLine(month: OutcomeMonth, { name }: Reporter): OutcomeLine {
  const cells: Readonly<Record<(typeof MONTH_COLUMNS)[number], string>> = {
    统一社会信用代码: month.uscc,
    借据编号: loanNo(month.loanId, month.dealId),
    所属月份: month.month,
    贷款机构: name,
    放款日期: month.drawnOn ?? '',
    '放款金额(元)': yuan(month.principal),
    '贷款余额(元)': yuan(month.balance),
    逾期天数: String(month.daysPastDue),
    五级分类: CLASSES[month.loanClass],
    账户状态: STATUSES[month.status],
  };
  return cells;
}

export type OutcomeLayout = 'events' | 'performance';

/** The file of these lines: the same lines make the same bytes. */
export function outcomeFile(layout: OutcomeLayout, lines: readonly OutcomeLine[]): string {
  if (layout === 'events') return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const rows = [MONTH_COLUMNS, ...lines.map((line) => MONTH_COLUMNS.map((column) => line[column] ?? ''))];
  return rows.map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
