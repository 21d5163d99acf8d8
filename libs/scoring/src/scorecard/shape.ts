import type { Report } from './check-attributes.ts';

/** What a JSON value must look like; enough for a scorecard, no more. */
export type Shape =
  | 'text'
  | 'any-text'
  | 'integer'
  | 'boolean'
  | 'bound'
  | { readonly oneOf: readonly (string | boolean)[] }
  | { readonly list: Shape; readonly empty?: true }
  | { readonly fields: Readonly<Record<string, Shape>>; readonly optional?: Readonly<Record<string, Shape>> }
  | { readonly orNull: Shape }
  | { readonly either: (value: Readonly<Record<string, unknown>>) => Shape };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reports every place where the value departs from the shape; unknown fields are faults too. */
export function checkShape(value: unknown, shape: Shape, at: string, report: Report): void {
  if (typeof shape === 'string') return checkScalar(value, shape, at, report);
  if ('orNull' in shape) {
    if (value !== null) checkShape(value, shape.orNull, at, report);
  } else if ('oneOf' in shape) {
    if (!(shape.oneOf as readonly unknown[]).includes(value))
      report(at, 'value-unknown', `应为 ${shape.oneOf.join('、')} 之一`, `must be one of ${shape.oneOf.join(', ')}`);
  } else if ('list' in shape) {
    if (!Array.isArray(value) || (value.length === 0 && !shape.empty))
      report(at, 'type', '应为非空数组', 'must be a list with at least one entry');
    else for (const [i, entry] of value.entries()) checkShape(entry, shape.list, `${at}/${i}`, report);
  } else if (!isObject(value)) report(at, 'type', '应为对象', 'must be an object');
  else if ('either' in shape) checkShape(value, shape.either(value), at, report);
  else checkFields(value, shape.fields, shape.optional ?? {}, at, report);
}

function checkFields(
  value: Record<string, unknown>,
  fields: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>>,
  at: string,
  report: Report,
): void {
  for (const [name, shape] of Object.entries(fields)) {
    if (value[name] !== undefined) checkShape(value[name], shape, `${at}/${name}`, report);
    else if (shape === 'text') report(`${at}/${name}`, 'text-missing', '缺少文字', 'the text is missing');
    else report(`${at}/${name}`, 'field-missing', '缺少字段', 'the field is missing');
  }
  for (const [name, entry] of Object.entries(value)) {
    const shape = optional[name];
    if (shape !== undefined) checkShape(entry, shape, `${at}/${name}`, report);
    else if (fields[name] === undefined) report(`${at}/${name}`, 'field-unknown', '未知字段', 'the field is not known');
  }
}

function checkScalar(value: unknown, shape: string, at: string, report: Report): void {
  if (shape === 'text') {
    if (typeof value !== 'string' || value.trim() === '')
      report(at, 'text-missing', '缺少文字', 'the text is missing or empty');
  } else if (shape === 'any-text') {
    if (typeof value !== 'string') report(at, 'type', '应为文字', 'must be a text');
  } else if (shape === 'integer') {
    if (!Number.isSafeInteger(value)) report(at, 'type', '应为整数', 'must be a whole number');
  } else if (shape === 'boolean') {
    if (typeof value !== 'boolean') report(at, 'type', '应为布尔值', 'must be true or false');
  } else if (typeof value !== 'string' && !Number.isSafeInteger(value))
    report(at, 'type', '应为整数或分数', 'must be a whole number or num/den');
}
