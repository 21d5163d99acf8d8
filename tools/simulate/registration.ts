import { dayText, monthEnd, monthStart } from './calendar.ts';
import type { Firm } from './firm.ts';
import type { Row, SimulatedFeed, Window } from './feed.ts';

/** 工商登记, the registration authority's file: firms that are new or changed since the file before. */
export const registrationFeed: SimulatedFeed = {
  source: 'business-registration',
  layout: 'bureau',
  form: 'csv',
  columns: [
    '统一社会信用代码',
    '企业名称',
    '注册号',
    '企业类型',
    '成立日期',
    '注册资本(万元)',
    '币种',
    '实收资本(万元)',
    '行业代码',
    '登记状态',
    '住所',
    '区划',
    '登记机关',
    '更新时间',
  ],
  encoding: 'gb18030',
  gzip: false,
  receivedOnDay: 1,
  wholePast: true,
  dirt: {
    code: 0,
    dates: [4],
    optionalDates: [],
    nullable: [2],
    status: 9,
    amounts: [5, 7],
    conflict: 10,
    strangers: false,
  },
  *rows(book, window) {
    for (const firm of book.all()) {
      const row = registrationRow(firm, window);
      if (row) yield row;
    }
  },
};

/** The firm's state at the end of the window, or undefined when nothing happened in it. */
function registrationRow(firm: Firm, window: Window): Row | undefined {
  const end = monthEnd(window.to);
  if (firm.establishedOn > end) return undefined;
  const start = window.first ? -Infinity : monthStart(window.from);
  const founding = firm.establishedOn >= start;
  let last = firm.establishedOn;
  for (const { day } of firm.changes) if (day <= end) last = Math.max(last, day);
  if (!founding && last < start) return undefined;
  return { cells: registrationCells(firm, end), firm: firm.index, ...(founding ? { founding: true } : {}) };
}

/** The row of a firm as the register stood on `day`. */
export function registrationCells(firm: Firm, day: number): string[] {
  let paid = firm.paidCapital;
  let { address } = firm;
  let status = '存续';
  let updated = firm.establishedOn;
  for (const change of firm.changes) {
    if (change.day > day) break;
    updated = change.day;
    if (change.kind === 'paid') paid = change.amount;
    else if (change.kind === 'address') address = change.address;
    else status = change.status;
  }
  return [
    firm.uscc,
    firm.name,
    '',
    '有限责任公司（自然人投资或控股）',
    dayText(firm.establishedOn),
    String(firm.registeredCapital),
    '人民币',
    String(paid),
    firm.industry.code.slice(1),
    status,
    address,
    firm.district.code,
    `深圳市市场监督管理局${firm.district.name.slice(0, 2)}监管局`,
    `${dayText(updated)} 17:30:00`,
  ];
}

export const registrationColumns = registrationFeed.columns;
