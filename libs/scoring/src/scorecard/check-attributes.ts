import type { ProblemDetail } from '#lib/kernel';
import { intervalOf } from './compile.ts';
import { compareExact } from './exact.ts';
import { isCategorical } from './model.ts';
import type { AttributeDocument, CharacteristicDocument, Interval } from './model.ts';

export type Report = (pointer: string, code: string, zh: string, en: string) => void;

export const reportInto =
  (found: ProblemDetail[]): Report =>
  (pointer, code, zh, en) =>
    void found.push({ code, zh, en, pointer });

interface Placed {
  readonly attribute: AttributeDocument;
  readonly interval: Interval;
  readonly pointer: string;
}

/**
 * Static checks of one characteristic's bins: bounds in order, no gap, no overlap, none unreachable, the line covered
 * to its end, and points that follow the direction.
 */
export function checkAttributes(c: CharacteristicDocument, pointer: string, report: Report): void {
  const ids = new Set<string>();
  const categories = new Set<string>();
  const placed: Placed[] = [];
  for (const [index, attribute] of c.attributes.entries()) {
    const at = `${pointer}/attributes/${index}`;
    if (ids.has(attribute.id))
      report(
        `${at}/id`,
        'duplicate-id',
        `重复的分箱标识 ${attribute.id}`,
        `attribute id ${attribute.id} is used twice`,
      );
    ids.add(attribute.id);
    if (isCategorical(attribute.predicate)) {
      checkCategories(attribute, attribute.predicate.in, at, categories, report);
      continue;
    }
    const interval = intervalOf(attribute.predicate);
    if (interval === undefined)
      report(`${at}/predicate`, 'bound-unreadable', '边界无法识别', 'a bound is neither a whole number nor num/den');
    else if (isEmpty(interval))
      report(`${at}/predicate`, 'bounds-reversed', '下界不小于上界', 'the lower bound is not below the upper bound');
    else placed.push({ attribute, interval, pointer: at });
  }
  checkDataType(c, placed.length > 0, categories.size > 0, pointer, report);
  checkTiling(placed, report);
  checkDirection(c, pointer, report);
  for (const [index, { next }] of c.attributes.entries())
    if (next !== undefined && !ids.has(next))
      report(`${pointer}/attributes/${index}/next`, 'unknown-attribute', `未知分箱 ${next}`, `no attribute ${next}`);
}

const isEmpty = (i: Interval): boolean => !i.point && i.hi !== undefined && compareExact(i.lo, i.hi) >= 0;

function checkCategories(
  attribute: AttributeDocument,
  names: readonly string[],
  at: string,
  seen: Set<string>,
  report: Report,
): void {
  if (names.length === 0) report(`${at}/predicate/in`, 'unreachable-bin', '类别为空', 'the set of categories is empty');
  if (!attribute.zh || !attribute.en) report(at, 'text-missing', '类别缺少中英文名称', 'a category needs zh and en');
  for (const name of names) {
    if (seen.has(name))
      report(`${at}/predicate/in`, 'unreachable-bin', `类别 ${name} 重复`, `category ${name} already has a bin`);
    seen.add(name);
  }
}

function checkDataType(c: CharacteristicDocument, numbers: boolean, words: boolean, at: string, report: Report): void {
  const found = numbers && words ? 'number-or-category' : words ? 'category' : 'number';
  if (found !== c.dataType)
    report(`${at}/dataType`, 'data-type-mismatch', `分箱为 ${found}`, `the bins are of ${found}, not ${c.dataType}`);
}

function checkTiling(placed: readonly Placed[], report: Report): void {
  for (const [i, { interval, pointer: at }] of placed.entries()) {
    const before = placed[i - 1]?.interval;
    if (before === undefined) continue;
    const where = `${at}/predicate`;
    if (before.hi === undefined) {
      report(where, 'unreachable-bin', '前一分箱已无上界', 'the bin before has no end, so this one is never reached');
      continue;
    }
    const distance = compareExact(interval.lo, before.hi);
    const bothOpen = !before.point && interval.loOpen;
    const bothClosed = before.point && !interval.loOpen;
    if (distance > 0 || (distance === 0 && bothOpen))
      report(where, 'gap', '与前一分箱之间有空隙', 'there is a gap after the bin before');
    else if (distance < 0 || bothClosed) {
      const swallowed = interval.hi !== undefined && compareExact(interval.hi, before.hi) <= 0;
      if (swallowed) report(where, 'unreachable-bin', '分箱无法到达', 'the bin before holds all of this bin');
      else report(where, 'overlap', '与前一分箱重叠', 'overlaps the bin before');
    }
  }
  const last = placed.at(-1);
  if (last !== undefined && last.interval.hi !== undefined)
    report(`${last.pointer}/predicate/hi`, 'gap', '数轴末端未覆盖', 'the last bin must have no end (hi: null)');
  const first = placed[0];
  if (first !== undefined && first.interval.loOpen)
    report(`${first.pointer}/predicate/loOpen`, 'gap', '首个分箱下界须闭合', 'the first bin must hold its lower bound');
}

/** + never falls, − never rises, ∩ rises and then falls. Categories stand from worst to best, whatever the sign. */
function checkDirection(c: CharacteristicDocument, pointer: string, report: Report): void {
  const entries = c.attributes.map((attribute, index) => ({ attribute, index }));
  const words = entries.filter(({ attribute }) => isCategorical(attribute.predicate));
  const numbers = entries.filter(({ attribute }) => !isCategorical(attribute.predicate));
  if (c.dataType === 'category') follow(words, '+');
  follow(numbers, c.direction);

  function follow(list: typeof entries, direction: CharacteristicDocument['direction']): void {
    let falling = direction === '−';
    for (let i = 1; i < list.length; i++) {
      const step = list[i]!.attribute.partialScoreTenths - list[i - 1]!.attribute.partialScoreTenths;
      if (direction === '∩' && step < 0) falling = true;
      if (falling ? step <= 0 : step >= 0) continue;
      report(
        `${pointer}/attributes/${list[i]!.index}/partialScoreTenths`,
        'wrong-direction',
        `得分不符合方向 ${direction}`,
        `points do not follow direction ${direction}`,
      );
    }
  }
}
