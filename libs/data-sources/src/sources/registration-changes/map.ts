import { addDays, type LocalDate } from '#lib/kernel';
import { parseCapital } from '../../normalise/capital.ts';
import type { Money } from '../../normalise/money.ts';
import { readRegion, type Stated } from '../../normalise/region.ts';
import { readOperation } from '../../normalise/enumeration.ts';
import { masked } from '../../masking.ts';
import { normaliseName, valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { readKeyDate } from '../key-date.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import { districtOf } from './district.ts';
import type { ChangeItem, RegistrationChange } from './payload.ts';

/** Bureaus word items freely («注册资本变更(增加)»), so the first word that is in the text decides. */
const ITEMS: readonly (readonly [RegExp, ChangeItem])[] = [
  [/减资公告|减少注册资本公告/, 'capitalReductionNotice'],
  [/法定代表人|法人代表|负责人|执行事务合伙人/, 'legalRep'],
  [/实际控制人|控股股东/, 'controller'],
  [/实收资本|实缴资本/, 'paidCapital'],
  [/注册资本|注册资金|出资总额/, 'capital'],
  [/股东|投资人|股权|合伙人|出资/, 'shareholder'],
  [/住所|地址|经营场所/, 'address'],
  [/经营范围/, 'scope'],
  [/名称/, 'name'],
  [/类型/, 'type'],
  [/期限/, 'term'],
  [/董事|监事|经理|高级管理|高管|主要人员|成员/, 'officers'],
];
const OF_NO_USE = /章程|联络员|证照|清算组|分支机构|多证合一|统一社会信用代码/;
const FIRST_ONLY = /^(?:设立|开业|初始|首次)(?:登记)?$/;
const FIRST = /设立|首次|初始/;
/** Items whose text names no person. */
const KEPT_TEXT: ReadonlySet<ChangeItem> = new Set<ChangeItem>(['name', 'address', 'scope', 'type', 'term']);
const BEFORE = '变更前内容';
const AFTER = '变更后内容';

/** Layout `changes`: one changed item a line (登记变更). */
export function mapChange(row: RawRow, context: MapContext): MappedRow<RegistrationChange> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const rawItem = valueOf(row.text('变更事项'));
  const before = valueOf(row.text(BEFORE));
  const after = valueOf(row.text(AFTER));
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const item = rawItem === undefined ? undefined : ITEMS.find(([words]) => words.test(rawItem))?.[1];
  if (rawItem === undefined) fatal.push({ code: 'DQ14', column: '变更事项' });
  else if (item === undefined) {
    if (FIRST_ONLY.test(rawItem)) return { kind: 'ignored', reason: 'first-registration' };
    if (OF_NO_USE.test(rawItem)) return { kind: 'ignored', reason: 'item-without-use' };
    fatal.push({ code: 'DQ12', column: '变更事项', raw: rawItem });
  }
  const changedOn = readKeyDate(row, '变更日期', context, fatal, issues);
  const on = (day: LocalDate | undefined): Stated | undefined =>
    day === undefined ? undefined : { from: day, to: day };
  const dayBefore = on(changedOn === undefined ? undefined : addDays(changedOn, -1));
  const beforeRegion = readRegion(row.text('变更前区划'), '变更前区划', context.tables, issues, dayBefore);
  const afterRegion = readRegion(row.text('变更后区划'), '变更后区划', context.tables, issues, on(changedOn));
  if (before === undefined && after === undefined && item !== 'capitalReductionNotice')
    fatal.push({ code: 'DQ14', column: AFTER });
  if (uscc === undefined || op === undefined || item === undefined || changedOn === undefined || fatal.length > 0)
    return quarantined(fatal, issues);
  if (before !== undefined && before === after && beforeRegion === afterRegion)
    return { kind: 'ignored', reason: 'nothing-changed' };

  const payload: Mutable<RegistrationChange> = { item, changedOn };
  if (FIRST.test(rawItem!)) payload.first = true;
  if (KEPT_TEXT.has(item)) {
    const tidy = (text: string): string => masked(item === 'name' ? normaliseName(text) : text, 'text');
    if (before !== undefined) payload.before = tidy(before);
    if (after !== undefined) payload.after = tidy(after);
  }
  if (item === 'capital' || item === 'paidCapital') {
    const was = capitalOf(before, BEFORE, issues);
    const is = capitalOf(after, AFTER, issues);
    if (was !== undefined) payload.beforeCapital = was;
    if (is !== undefined) payload.afterCapital = is;
  }
  if (item === 'address') {
    if (beforeRegion !== undefined) payload.beforeRegion = beforeRegion;
    if (afterRegion !== undefined) payload.afterRegion = afterRegion;
    const from = districtOf(before);
    const to = districtOf(after);
    if (from !== undefined) payload.beforeDistrict = from;
    if (to !== undefined) payload.afterDistrict = to;
  }
  // In order, so that a row delivered again with before and after the right way round takes its place.
  const content = context.hash([before ?? '', after ?? ''].sort().join('|')).slice(0, 16);
  return {
    kind: 'records',
    records: [{ uscc, recordKey: `${item}|${changedOn}|${content}`, eventDate: changedOn, op, payload }],
    issues,
  };
}

/** A column that holds anything declares no unit: the text must carry its own. Findings never quote it: it may name persons. */
function capitalOf(text: string | undefined, column: string, issues: Issue[]): Money | undefined {
  if (text === undefined) return undefined;
  const parsed = parseCapital(text.replace(/^(?:注册资本|注册资金|实收资本)?[:为]?(?:人民币)?/, ''));
  if (parsed.kind === 'money') {
    if (parsed.currencyAssumed) issues.push({ code: 'CCY_ASSUMED', column });
    return parsed.money;
  }
  if (parsed.kind === 'refused') issues.push({ code: parsed.code, column });
  return undefined;
}
