import { lastDay } from '#lib/kernel';
import { currencyOf, exponentOf } from '../../normalise/currency.ts';
import { readDate, readDayOrMonth } from '../../normalise/date.ts';
import { parseDecimal, scaled } from '../../normalise/decimal.ts';
import { readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { parseFinancingAmount, type FinancingAmount } from '../../normalise/financing-amount.ts';
import { normaliseName, valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { FinancingEvent, FinancingRound, Investor, InvestorClass } from './payload.ts';
import { withoutName } from './redact.ts';
import { roundOf } from './round.ts';

/** Under which key or header each column of a layout comes; the press states fewer. */
export interface EventColumns {
  readonly usc: string;
  readonly name: string;
  readonly round: string;
  readonly announced: string;
  readonly amount: string;
  readonly investors: string;
  readonly op: string;
}

export const API_COLUMNS: EventColumns = {
  usc: 'usc',
  name: 'name',
  round: 'round',
  announced: 'announced',
  amount: 'amount',
  investors: 'investors',
  op: 'op',
};

export const PRESS_COLUMNS: EventColumns = {
  usc: '统一社会信用代码',
  name: '企业名称',
  round: '轮次',
  announced: '融资时间',
  amount: '融资金额',
  investors: '投资方',
  op: '操作标志',
};

const CLASS: ReadonlyMap<string, InvestorClass> = new Map([
  ['个人', 'person'],
  ['自然人', 'person'],
  ['天使投资人', 'person'],
  ['person', 'person'],
  ['私募基金', 'fund'],
  ['创业投资基金', 'fund'],
  ['创投机构', 'fund'],
  ['VC', 'fund'],
  ['PE', 'fund'],
  ['fund', 'fund'],
  ['头部机构', 'top'],
  ['top', 'top'],
  ['产业资本', 'corporate'],
  ['企业', 'corporate'],
  ['CVC', 'corporate'],
  ['corporate', 'corporate'],
  ['政府引导基金', 'government'],
  ['国资', 'government'],
  ['government', 'government'],
]);

const LEAD = new Map([
  ['领投', true],
  ['跟投', false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['是', true],
  ['否', false],
]);

/** One announced round (融资事件). The firm is who the code says; its name is never matched here. */
export const mapFinancing =
  (c: EventColumns) =>
  (row: RawRow, context: MapContext): MappedRow<FinancingEvent> => {
    const issues: Issue[] = [];
    const fatal: Issue[] = [];
    const found: Issue[] = [];
    const uscc = readUscc(row.text(c.usc), c.usc, found);
    (uscc === undefined ? fatal : issues).push(...found);
    row.take(c.name);
    const op = readOperation(row.text(c.op), c.op, fatal);
    const round = readRound(row.text(c.round), c.round, fatal);
    const dated: Issue[] = [];
    const announced = readDayOrMonth(row.text(c.announced), c.announced, context, dated);
    // The date is part of the key: an unreadable one must not put the row under another.
    (dated.some((issue) => issue.code !== 'DQ07') ? fatal : issues).push(...dated);
    const closedOn = readDate(row.text('closed'), 'closed', context, issues);
    if (announced === undefined && closedOn === undefined && dated.length === 0)
      fatal.push({ code: 'DQ14', column: c.announced });
    const currency = readCurrency(row.text('currency'), issues);
    const { undisclosed, amount } = readMoney(row.take(c.amount), currency, c.amount, issues);
    const read: Mutable<Partial<FinancingEvent>> = {
      announcedOn: announced?.kind === 'day' ? announced.date : undefined,
      announcedMonth: announced?.kind === 'month' ? announced.month : undefined,
      closedOn,
      amount,
      undisclosed,
      preMoney: readMoney(row.take('preMoney'), currency, 'preMoney', issues).amount,
      investors: readInvestors(row.take(c.investors), c.investors, issues),
      statedVerified: readFlag(row.text('verified'), 'verified', issues),
      sourceUrl: /^https?:\/\/\S+$/.exec(valueOf(row.text('sourceUrl')) ?? '')?.[0],
      statedOn: readDate(row.text('asOf'), 'asOf', context, issues),
    };
    if (uscc === undefined || op === undefined || round === undefined || fatal.length > 0)
      return quarantined(fatal, issues);

    for (const key of Object.keys(read) as (keyof FinancingEvent)[]) if (read[key] === undefined) delete read[key];
    const eventDate = read.announcedOn ?? closedOn ?? lastDay(read.announcedMonth!);
    return {
      kind: 'records',
      records: [
        {
          uscc,
          recordKey: `${round}|${read.announcedOn ?? read.announcedMonth ?? closedOn!}`,
          eventDate,
          ...(read.statedOn !== undefined && read.statedOn >= eventDate ? { eventTo: read.statedOn } : {}),
          op,
          payload: { ...read, round },
        },
      ],
      issues,
    };
  };

function readRound(raw: string | undefined, column: string, fatal: Issue[]): FinancingRound | undefined {
  const clean = valueOf(raw);
  const round = clean === undefined ? undefined : roundOf(clean);
  if (round === undefined)
    fatal.push(clean === undefined ? { code: 'DQ14', column } : { code: 'DQ12', column, raw: clean });
  return round;
}

/** null: a currency is stated that nobody knows, so an amount that needs it is left out. */
function readCurrency(raw: string | undefined, issues: Issue[]): string | null | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const currency = currencyOf(clean);
  if (currency === undefined) issues.push({ code: 'DQ09', column: 'currency', raw: clean });
  return currency ?? null;
}

/** A JSON number is in whole units of the stated currency; a text speaks for itself. */
function readMoney(
  cell: unknown,
  currency: string | null | undefined,
  column: string,
  issues: Issue[],
): { readonly amount?: FinancingAmount; readonly undisclosed?: true } {
  if (cell === null || cell === undefined || cell === '') return {};
  if (typeof cell === 'number') return readNumber(cell, currency, column, issues);
  if (typeof cell !== 'string') {
    issues.push({ code: 'DQ09', column });
    return {};
  }
  const parsed = parseFinancingAmount(cell);
  if (parsed.kind === 'refused') {
    if (parsed.code === 'UNDISCLOSED') return { undisclosed: true };
    issues.push({ code: parsed.code, column, raw: cell });
    return {};
  }
  if (!parsed.currencyAssumed) return { amount: parsed.amount };
  if (currency === undefined) issues.push({ code: 'CCY_ASSUMED', column, raw: cell });
  const named = currency === undefined ? 'CNY' : currency;
  // The text was read in 分: another currency takes its place where its minor unit has as many decimals.
  if (named !== null && exponentOf(named) === exponentOf('CNY'))
    return { amount: { ...parsed.amount, currency: named } };
  issues.push({ code: 'DQ09', column, raw: cell });
  return {};
}

function readNumber(
  cell: number,
  currency: string | null | undefined,
  column: string,
  issues: Issue[],
): { readonly amount?: FinancingAmount } {
  const decimal = parseDecimal(String(cell));
  const named = currency === undefined ? 'CNY' : currency;
  const minor = decimal === undefined || named === null ? undefined : scaled(decimal, exponentOf(named));
  if (minor === undefined || named === null) {
    issues.push({ code: 'DQ09', column, raw: String(cell) });
    return {};
  }
  if (currency === undefined) issues.push({ code: 'CCY_ASSUMED', column, raw: String(cell) });
  return { amount: { currency: named, minor } };
}

function readInvestors(cell: unknown, column: string, issues: Issue[]): readonly Investor[] | undefined {
  if (!Array.isArray(cell)) return undefined;
  const investors = (cell as readonly unknown[]).flatMap((value, n) => {
    const { name, type, lead, amac } = withoutName(value) as Record<string, unknown>;
    const investor: Mutable<Investor> = {};
    const cleanName = typeof name === 'string' ? valueOf(name) : undefined;
    if (cleanName !== undefined) investor.name = normaliseName(cleanName);
    const amacNo = typeof amac === 'string' ? valueOf(amac) : undefined;
    if (amacNo !== undefined) investor.amacNo = amacNo;
    const stated = readEnum(typeof type === 'string' ? type : undefined, `${column}/${n}/type`, CLASS, issues);
    const kind = stated ?? (amacNo === undefined ? undefined : 'fund');
    if (kind !== undefined) investor.class = kind;
    const rawLead = typeof lead === 'boolean' || typeof lead === 'string' ? String(lead) : undefined;
    const isLead = readEnum(rawLead, `${column}/${n}/lead`, LEAD, issues);
    if (isLead !== undefined) investor.lead = isLead;
    return Object.keys(investor).length === 0 ? [] : [investor];
  });
  return investors.length === 0 ? undefined : investors;
}
