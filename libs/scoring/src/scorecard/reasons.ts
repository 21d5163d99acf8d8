import type { Part, Reason, Text } from '../score.ts';
import type { Measured } from '../value.ts';
import { isCategorical } from './model.ts';
import type { AttributeDocument, CharacteristicDocument, CompiledCharacteristic, Model } from './model.ts';

/**
 * Reasons by PMML's pointsBelow: baseline − partial (adverse) or partial − baseline (favourable) of the VALUE rows,
 * summed per reason code, only what is above 0, the largest first, ties in the model's order. No padding.
 */
export function reasonsOf(model: Model, parts: readonly Part[], side: 'adverse' | 'favourable'): Reason[] {
  const sums = new Map<string, { tenths: number; rows: { index: number; tenths: number }[] }>();
  for (const [index, part] of parts.entries()) {
    if (part.state !== 'VALUE') continue;
    const { document } = model.characteristics[index]!;
    const below = document.baselineScoreTenths - part.partialTenths;
    const tenths = side === 'adverse' ? below : -below;
    const code = attributeOf(document, part).reasonCode ?? document.reasonCode;
    const sum = sums.get(code) ?? { tenths: 0, rows: [] };
    sum.tenths += tenths;
    sum.rows.push({ index, tenths });
    sums.set(code, sum);
  }
  return [...sums]
    .filter(([, sum]) => sum.tenths > 0)
    .map(([code, sum]) => ({ code, tenths: sum.tenths, rows: sum.rows.sort((a, b) => b.tenths - a.tenths) }))
    .sort((a, b) => b.tenths - a.tenths || a.rows[0]!.index - b.rows[0]!.index)
    .map(({ code, tenths, rows }): Reason => {
      const first = model.characteristics[rows[0]!.index]!;
      const part = parts[rows[0]!.index]!;
      const texts = first.document.reasonCodes.find((reason) => reason.code === code)!;
      return {
        code,
        ...texts[side],
        characteristics: rows.map((row) => model.characteristics[row.index]!.code) as [string, ...string[]],
        value: part.value!,
        valueText: valueText(first.document, part.value!),
        next: nextStep(first, part, side),
        actionable: rows.every((row) => model.characteristics[row.index]!.document.actionable),
        tenths,
      };
    });
}

const attributeOf = (document: CharacteristicDocument, part: Part): AttributeDocument =>
  document.attributes.find((attribute) => attribute.id === part.attribute)!;

/** The firm's own value in words: a category's name, or the number with its unit. */
export function valueText(document: CharacteristicDocument, value: Measured): Text {
  if (typeof value === 'string') {
    const named = document.attributes.find((a) => isCategorical(a.predicate) && a.predicate.in.includes(value));
    return { zh: named?.zh ?? value, en: named?.en ?? value };
  }
  return withUnit(document, typeof value === 'number' ? String(value) : `${value.num}/${value.den}`);
}

function withUnit(document: CharacteristicDocument, number: string): Text {
  const { zh, en } = document.unit;
  if (en === '%') return { zh: `${number}%`, en: `${number}%` };
  return { zh: zh === '' ? number : `${number} ${zh}`, en: en === '' ? number : `${number} ${en}` };
}

/** What the next better attribute needs. ∩ gives no advice to a firm that already stands well. */
function nextStep(c: CompiledCharacteristic, part: Part, side: 'adverse' | 'favourable'): Reason['next'] {
  const { document } = c;
  if (!document.actionable || (document.direction === '∩' && side === 'favourable')) return null;
  const own = document.attributes.findIndex((attribute) => attribute.id === part.attribute);
  const target = targetOf(document, own);
  if (target < 0) return null;
  const attribute = document.attributes[target]!;
  const gainTenths = attribute.partialScoreTenths - part.partialTenths;
  return { attribute: attribute.id, gainTenths, ...(attribute.need ?? needText(document, attribute, target > own)) };
}

/** The attribute with the fewest points above the own one's, the nearest of several; or the one that the model names. */
function targetOf(document: CharacteristicDocument, own: number): number {
  const { partialScoreTenths, next } = document.attributes[own]!;
  if (next !== undefined) return document.attributes.findIndex((attribute) => attribute.id === next);
  let best = -1;
  for (const [i, attribute] of document.attributes.entries()) {
    if (attribute.partialScoreTenths <= partialScoreTenths) continue;
    const rival = best < 0 ? undefined : document.attributes[best]!;
    const nearer = rival !== undefined && Math.abs(i - own) < Math.abs(best - own);
    const fewer = rival !== undefined && attribute.partialScoreTenths < rival.partialScoreTenths;
    if (rival === undefined || fewer || (nearer && attribute.partialScoreTenths === rival.partialScoreTenths)) best = i;
  }
  return best;
}

function needText(document: CharacteristicDocument, attribute: AttributeDocument, above: boolean): Text {
  const { predicate } = attribute;
  if (isCategorical(predicate)) return { zh: `达到：${attribute.zh}`, en: `reach: ${attribute.en}` };
  if (predicate.op === 'equal') {
    const at = withUnit(document, String(predicate.value));
    return { zh: `为 ${at.zh}`, en: `be ${at.en}` };
  }
  const bound = withUnit(document, String(above ? predicate.lo : predicate.hi));
  if (!above) return { zh: `降至 ${bound.zh} 以下`, en: `fall below ${bound.en}` };
  return predicate.loOpen === true
    ? { zh: `超过 ${bound.zh}`, en: `be more than ${bound.en}` }
    : { zh: `达到 ${bound.zh}`, en: `reach ${bound.en}` };
}
