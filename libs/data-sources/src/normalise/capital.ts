import { currencyOf, exponentOf } from './currency.ts';
import { parseDecimal, scaled } from './decimal.ts';
import type { Money } from './money.ts';
import { cleanText, isNullWord } from './text.ts';

export type AmountUnit = '元' | '万元' | '亿元';

export const UNIT_EXPONENT: Readonly<Record<AmountUnit, number>> = { 元: 0, 万元: 4, 亿元: 8 };

/** What a free text of capital (注册资金) says, or by which code it is refused. */
export type ParsedCapital =
  | {
      readonly kind: 'money';
      /** The number as written, separators removed: `1234.5600`. */
      readonly amount: string;
      readonly unit: AmountUnit;
      readonly money: Money;
      /** No currency is named: taken as CNY (CCY_ASSUMED). */
      readonly currencyAssumed: boolean;
    }
  | { readonly kind: 'null' }
  /** UNIT_MISSING: a bare number, or «元/万元». DQ09: no amount, or a currency nobody knows. */
  | { readonly kind: 'refused'; readonly code: 'DQ09' | 'UNIT_MISSING' };

const NULL: ParsedCapital = { kind: 'null' };
const BAD: ParsedCapital = { kind: 'refused', code: 'DQ09' };
const NO_UNIT: ParsedCapital = { kind: 'refused', code: 'UNIT_MISSING' };

/**
 * Parses a capital text such as `1,000.00(万元人民币)`, `600（万元）`, `50万美元`, `100(万)`: number, unit and currency in any
 * bracketing. 元 alone is the yuan; only a text with a multiple and no 元 and no name (`100(万)`) leaves the currency to be
 * assumed. Exact decimal arithmetic; digits below the minor unit are rounded once, half up.
 */
export function parseCapital(raw: string): ParsedCapital {
  const clean = cleanText(raw);
  if (isNullWord(clean)) return NULL;
  const number = /^[\d,.]+/.exec(clean)?.[0];
  const decimal = number === undefined ? undefined : parseDecimal(number);
  if (number === undefined || decimal === undefined) return BAD;
  const words = clean.slice(number.length).replace(/[\s()]/g, '');
  if (words === '' || words === '元/万元') return NO_UNIT;

  const unit: AmountUnit = words.startsWith('万') ? '万元' : words.startsWith('亿') ? '亿元' : '元';
  const name = unit === '元' ? words : words.slice(1);
  const currency = name === '' || name === '元' ? 'CNY' : (currencyOf(name) ?? currencyOf(name.replace(/^元/, '')));
  if (currency === undefined) return BAD;
  const minor = scaled(decimal, UNIT_EXPONENT[unit] + exponentOf(currency));
  if (minor === undefined) return BAD;
  const amount = number.replaceAll(',', '');
  return { kind: 'money', amount, unit, money: { currency, minor }, currencyAssumed: name === '' };
}
