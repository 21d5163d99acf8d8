import { currencyOf, exponentOf } from './currency.ts';
import { parseDecimal, scaled } from './decimal.ts';
import { cleanText } from './text.ts';

/**
 * A round's amount (融资金额) in minor units of its currency: exact, or a range [lo, hi) that only its words give («数千万»);
 * without `hi` it has no end («超亿元»). `approx`: the text itself says «about». A range counts with its lower end.
 */
export type FinancingAmount =
  | { readonly currency: string; readonly minor: number; readonly approx?: true }
  | { readonly currency: string; readonly lo: number; readonly hi?: number; readonly approx: true };

/** What a text of an amount says, or by which name it is refused. */
export type ParsedFinancing =
  | { readonly kind: 'amount'; readonly amount: FinancingAmount; readonly currencyAssumed: boolean }
  /** UNDISCLOSED: 未透露. UNIT_MISSING: a bare number. DQ09: no amount, or a currency nobody knows. */
  | { readonly kind: 'refused'; readonly code: 'UNDISCLOSED' | 'UNIT_MISSING' | 'DQ09' };

const refused = (code: 'UNDISCLOSED' | 'UNIT_MISSING' | 'DQ09'): ParsedFinancing => ({ kind: 'refused', code });

const UNDISCLOSED = /^(?:未透露|未披露|未公开|不公开|未知|不详|保密|金额未知|undisclosed|unknown|-+|—|n\/a)/i;
const ABOUT = /^(?:约合?|大约|折合|约为|about|approx\.?|~)|(?:左右|上下)$/gi;
const NEAR = /^(?:近|接近|将近|不足|nearly)/i;
const OVER = /^(?:超过?|逾|过|上|高达|至少|不低于|over|more than|>)|(?:以上|及以上|\+|余|多)$/gi;
const FEW = /^(?:数|几|若干)/;
const HAN_DIGITS = '零一二三四五六七八九';

interface Scale {
  /** Power of ten of the words 十 百 千 万 亿. */
  readonly exponent: number;
  /** The words were there. */
  readonly stated: boolean;
  readonly rest: string;
}

const POWERS: Readonly<Record<string, number>> = { 十: 1, 百: 2, 千: 3, 万: 4, 亿: 8 };
const LATIN: readonly (readonly [RegExp, number])[] = [
  [/^(?:billion|bn|b)(?![a-z])/i, 9],
  [/^(?:million|mn|mm|m)(?![a-z])/i, 6],
  [/^(?:thousand|k)(?![a-z])/i, 3],
];

/** 千万, 百万, 亿, million …: the powers multiply. */
function scaleOf(words: string): Scale {
  let exponent = 0;
  let i = 0;
  while (i < words.length && POWERS[words[i]!] !== undefined) exponent += POWERS[words[i++]!]!;
  if (i > 0) return { exponent, stated: true, rest: words.slice(i) };
  for (const [pattern, power] of LATIN) {
    const found = pattern.exec(words);
    if (found) return { exponent: power, stated: true, rest: words.slice(found[0].length) };
  }
  return { exponent: 0, stated: false, rest: words };
}

const SYMBOLS: readonly (readonly [RegExp, string])[] = [
  [/^(?:US\$|\$)/i, 'USD'],
  [/^HK\$/i, 'HKD'],
  [/^[¥￥]/, 'CNY'],
  [/^€/, 'EUR'],
  [/^£/, 'GBP'],
];

/** A currency in front: US$ 5M, RMB 500万. */
function leadingCurrency(text: string): { readonly currency?: string; readonly rest: string } {
  for (const [pattern, currency] of SYMBOLS)
    if (pattern.test(text)) return { currency, rest: text.replace(pattern, '') };
  const letters = /^[A-Z]{3}(?![A-Z])/i.exec(text)?.[0];
  const currency = letters === undefined ? undefined : currencyOf(letters);
  return currency === undefined ? { rest: text } : { currency, rest: text.slice(3) };
}

/** 五 or 十五 before 百万, 千万, 亿: whole Chinese numerals up to 99. Undefined: none. */
function hanNumber(text: string): { readonly value: string; readonly rest: string } | undefined {
  const tens = /^([二三四五六七八九])?十([一二三四五六七八九])?(?=[百千万亿])/.exec(text.replaceAll('两', '二'));
  if (tens) {
    const ten = tens[1] === undefined ? 1 : HAN_DIGITS.indexOf(tens[1]);
    const one = tens[2] === undefined ? 0 : HAN_DIGITS.indexOf(tens[2]);
    return { value: String(10 * ten + one), rest: text.slice(tens[0].length) };
  }
  const digit = '零一二三四五六七八九'.indexOf(text[0] === '两' ? '二' : (text[0] ?? '?'));
  return digit > 0 ? { value: String(digit), rest: text.slice(1) } : undefined;
}

interface Quantity {
  readonly kind: 'number' | 'few' | 'class';
  readonly minor: number;
  readonly currency: string;
  readonly assumed: boolean;
}

/**
 * One quantity: 630万人民币, 5亿, US$ 5M (number); 数千万元 (few: of the order of its unit); 千万级 (class: the same order).
 * `inherit` is the unit and currency of the other end of a range, `500-1000万人民币`.
 */
function quantityOf(text: string, inherit?: { exponent: number; currency: string }): Quantity | ParsedFinancing {
  const leading = leadingCurrency(text);
  const few = FEW.test(leading.rest);
  const body = few ? leading.rest.replace(FEW, '') : leading.rest;
  const digits = /^[\d,.]+/.exec(body)?.[0];
  const han = digits === undefined && !few ? hanNumber(body) : undefined;
  const number = few ? '1' : (digits ?? han?.value ?? '1');
  const decimal = parseDecimal(number);
  const scale = scaleOf(digits !== undefined ? body.slice(digits.length) : (han?.rest ?? body));
  const isClass = /级别?/.test(scale.rest);
  const name = scale.rest.replace(/级别?/, '').replace(/[()]/g, '');
  const named =
    name === '' ? undefined : name === '元' ? 'CNY' : (currencyOf(name) ?? currencyOf(name.replace(/^元/, '')));
  if (decimal === undefined || (name !== '' && named === undefined)) return refused('DQ09');
  // A lone unit («亿元») is one of it; a lone currency is nothing.
  if (digits === undefined && han === undefined && !scale.stated) return refused('DQ09');
  if (!scale.stated && name === '' && inherit === undefined && leading.currency === undefined)
    return refused('UNIT_MISSING');
  const currency = leading.currency ?? named ?? inherit?.currency ?? 'CNY';
  const exponent = scale.stated || inherit === undefined ? scale.exponent : inherit.exponent;
  const minor = scaled(decimal, exponent + exponentOf(currency));
  if (minor === undefined || minor === 0) return refused('DQ09');
  const assumed = leading.currency === undefined && named === undefined && inherit?.currency === undefined;
  const bare = digits === undefined && han === undefined && !few;
  return { kind: few ? 'few' : isClass || bare ? 'class' : 'number', minor, currency, assumed };
}

/**
 * Reads an amount as the press and its databases write it. 数千万 and 千万级 are [10 m, 100 m); 近X is [X ÷ 2, X), for it says
 * only that X was not reached; 超X has no upper end; 500-1000万 keeps both ends; 约X is X, approximate. Exact arithmetic.
 */
export function parseFinancingAmount(raw: string): ParsedFinancing {
  const clean = cleanText(raw).replaceAll(' ', '');
  if (clean === '' || UNDISCLOSED.test(clean)) return refused('UNDISCLOSED');
  const ends = /^(.+?)(?:-|~|至|到)(.+)$/.exec(clean);
  if (ends) return rangeOf(ends[1]!, ends[2]!);
  const about = clean.replace(ABOUT, '');
  const text = about
    .replace(NEAR, '')
    .replace(OVER, '')
    .replace(/(?<=[\d十百千万亿])(?:余|多)(?=.)/, '');
  const isNear = NEAR.test(about);
  const isOver = !isNear && text !== about;
  const quantity = quantityOf(text.replace(ABOUT, ''));
  if ('code' in quantity || quantity.kind === 'amount') return quantity;
  const { kind, minor, currency, assumed } = quantity;
  const amount = (value: FinancingAmount): ParsedFinancing => ({
    kind: 'amount',
    amount: value,
    currencyAssumed: assumed,
  });
  if (isNear) return amount({ currency, lo: Math.ceil(minor / 2), hi: minor, approx: true });
  if (isOver) return amount({ currency, lo: minor, approx: true });
  if (kind === 'number') return amount(about === clean ? { currency, minor } : { currency, minor, approx: true });
  const hi = minor * 10;
  return Number.isSafeInteger(hi) ? amount({ currency, lo: minor, hi, approx: true }) : refused('DQ09');
}

function rangeOf(first: string, second: string): ParsedFinancing {
  const upper = quantityOf(second);
  if (!isNumber(upper)) return 'code' in upper ? upper : refused('DQ09');
  const words = second.replace(/^[^\d]*[\d,.]+/, '');
  const lower = quantityOf(first, { exponent: scaleOf(words).exponent, currency: upper.currency });
  if (!isNumber(lower) || lower.currency !== upper.currency || lower.minor > upper.minor)
    return 'code' in lower ? lower : refused('DQ09');
  const { currency } = upper;
  if (lower.minor === upper.minor)
    return { kind: 'amount', amount: { currency, minor: lower.minor }, currencyAssumed: upper.assumed };
  return {
    kind: 'amount',
    amount: { currency, lo: lower.minor, hi: upper.minor, approx: true },
    currencyAssumed: upper.assumed,
  };
}

const isNumber = (quantity: Quantity | ParsedFinancing): quantity is Quantity => quantity.kind === 'number';
