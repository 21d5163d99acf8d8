import type { Issue } from '../issue.ts';
import { UNIT_EXPONENT, parseCapital, type AmountUnit } from './capital.ts';
import { currencyOf, exponentOf } from './currency.ts';
import { parseDecimal, scaled } from './decimal.ts';
import type { Money } from './money.ts';
import { valueOf } from './text.ts';

/**
 * The amount in a cell whose currency stands in a column of its own (币种). No currency stated: CNY with CCY_ASSUMED;
 * an unknown one leaves the amount out (DQ09). A text that carries its own unit and currency overrides the columns.
 */
export function readAmountIn(
  raw: string | undefined,
  declaredUnit: AmountUnit,
  rawCurrency: string | undefined,
  column: string,
  currencyColumn: string,
  issues: Issue[],
): Money | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const decimal = parseDecimal(clean);
  if (decimal === undefined) {
    const parsed = parseCapital(clean);
    if (parsed.kind === 'money') return parsed.money;
    issues.push({ code: 'DQ09', column, raw: clean });
    return undefined;
  }
  const currencyText = valueOf(rawCurrency);
  const currency = currencyText === undefined ? 'CNY' : currencyOf(currencyText);
  if (currency === undefined) {
    issues.push({ code: 'DQ09', column: currencyColumn, raw: currencyText! });
    return undefined;
  }
  const minor = scaled(decimal, UNIT_EXPONENT[declaredUnit] + exponentOf(currency));
  if (minor === undefined) {
    issues.push({ code: 'DQ09', column, raw: clean });
    return undefined;
  }
  if (currencyText === undefined) issues.push({ code: 'CCY_ASSUMED', column, raw: clean });
  return { currency, minor };
}
