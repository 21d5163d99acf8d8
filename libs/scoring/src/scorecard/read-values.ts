import { ProblemError } from '#lib/kernel';
import type { Values } from '../score.ts';
import { MISSING_CAUSES, type CharacteristicValue, type Fraction, type MissingCause } from '../value.ts';
import { valuesOf } from './evaluate.ts';
import { parseExact } from './exact.ts';
import type { Model } from './model.ts';

/**
 * Values of one firm as a person writes them, by code: `1`, `5.5`, `"3/5"`, `"none"`; `{"missing": "NOT_COVERED"}`;
 * `{"na": true}`; `{"value": 12, "freshness": "1/2"}`. What is not given, or null, is MISSING(NOT_CONNECTED).
 * Throws ProblemError `values-do-not-fit` naming the field.
 */
export function readValues(model: Model, row: Readonly<Record<string, unknown>>): Values {
  const given = Object.entries(row).map(([code, raw]) => [code, readValue(code, raw)] as const);
  const absent = model.characteristics
    .filter(({ code }) => !Object.hasOwn(row, code))
    .map(({ code }) => [code, NOT_GIVEN] as const);
  return valuesOf(model, Object.fromEntries([...given, ...absent]));
}

const NOT_GIVEN: CharacteristicValue = { state: 'MISSING', cause: 'NOT_CONNECTED' };

function readValue(code: string, raw: unknown): CharacteristicValue {
  if (raw === null) return NOT_GIVEN;
  if (typeof raw === 'number' || typeof raw === 'string') return { state: 'VALUE', value: measured(code, raw) };
  if (typeof raw !== 'object' || Array.isArray(raw)) throw unreadable(code, raw);
  const { missing, na, value, freshness, ...rest } = raw as Record<string, unknown>;
  const said = [missing, na, value].filter((part) => part !== undefined).length;
  if (said !== 1 || Object.keys(rest).length > 0 || (freshness !== undefined && value === undefined))
    throw unreadable(code, raw);
  if (missing !== undefined) {
    if (!MISSING_CAUSES.includes(missing as MissingCause)) throw unreadable(code, raw);
    return { state: 'MISSING', cause: missing as MissingCause };
  }
  if (na !== undefined) {
    if (na !== true) throw unreadable(code, raw);
    return { state: 'NA' };
  }
  const known = measured(code, value);
  return freshness === undefined
    ? { state: 'VALUE', value: known }
    : { state: 'VALUE', value: known, freshness: share(code, freshness) };
}

function measured(code: string, raw: unknown): number | string | Fraction {
  const exact = parseExact(raw);
  if (exact !== undefined) return exact;
  if (typeof raw === 'string') return raw;
  throw unreadable(code, raw);
}

/** f of domain §1.4: above 0, at most 1. */
function share(code: string, raw: unknown): Fraction {
  const exact = parseExact(raw);
  const { num, den } = typeof exact === 'number' ? { num: exact, den: 1 } : (exact ?? { num: 0, den: 1 });
  if (num <= 0 || num > den) throw unreadable(code, raw);
  return { num, den };
}

function unreadable(field: string, raw: unknown): ProblemError {
  const code = 'values-do-not-fit';
  const text = JSON.stringify(raw).slice(0, 80);
  const zh = `${field} 的值 ${text} 无法识别`;
  const en = `${field}: ${text} is no value`;
  return new ProblemError({ code, status: 422, zh, en, errors: [{ code, zh, en, field }] });
}
