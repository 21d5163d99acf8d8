import { ProblemError, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';

/**
 * What a field of an event holds. `fen`: money, outside `{fen, currency: 'CNY'}`, inside whole fen; `bp`: basis points;
 * `hash`: SHA-256 in hex; `object` and `objects`: members of their own; `open`: what another rule checks.
 */
export type FieldUnit =
  | 'fen'
  | 'bp'
  | 'whole'
  | 'day'
  | 'month'
  | 'text'
  | 'texts'
  | 'flag'
  | 'id'
  | 'hash'
  | 'choice'
  | 'object'
  | 'objects'
  | 'open';

/** One field of an event: the API, its documentation and the console read the same words. */
export interface FieldWords extends Text {
  readonly unit: FieldUnit;
  readonly optional?: true;
  readonly choices?: readonly string[];
  readonly fields?: Fields;
}
export type Fields = Readonly<Record<string, FieldWords>>;

/** One event: what it says, and what belongs to it. */
export interface EventWords extends Text {
  readonly fields: Fields;
}
export type EventCatalogue<E extends string> = Readonly<Record<E, EventWords>>;

export const field = (unit: FieldUnit, zh: string, en: string, more: Partial<FieldWords> = {}): FieldWords => ({
  unit,
  zh,
  en,
  ...more,
});

/**
 * A change from what was sent: nothing is ignored in silence, nothing is left out. Values are the guard's to check. Throws
 * ProblemError event-unknown 422, or event-invalid 422 naming every field that is unknown, missing or no money.
 */
export function changeFrom<C extends { readonly event: string }>(
  catalogue: EventCatalogue<C['event']>,
  event: string,
  detail: Readonly<Record<string, unknown>>,
): C {
  const words = Object.hasOwn(catalogue, event) ? catalogue[event as C['event']] : undefined;
  if (words === undefined) throw eventUnknown(event, Object.keys(catalogue));
  const errors: ProblemDetail[] = [];
  const read = readFields(words.fields, detail, '', errors);
  if (errors.length > 0) throw eventInvalid(event, words, errors);
  return { event, ...read } as unknown as C;
}

function readFields(
  fields: Fields,
  given: Readonly<Record<string, unknown>>,
  at: string,
  errors: ProblemDetail[],
): Record<string, unknown> {
  const fault = (name: string, code: string, zh: string, en: string): void =>
    void errors.push({ pointer: `${at}/${name}`, code, zh, en });
  for (const name of Object.keys(given))
    if (!Object.hasOwn(fields, name)) fault(name, 'field-unknown', '没有该字段', 'there is no such field');
  const read: Record<string, unknown> = {};
  for (const [name, words] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null) {
      if (words.optional !== true) fault(name, 'field-missing', `须填写：${words.zh}`, `${words.en} is needed`);
      continue;
    }
    read[name] = valueOf(words, value, `${at}/${name}`, errors);
  }
  return read;
}

function valueOf(words: FieldWords, value: unknown, at: string, errors: ProblemDetail[]): unknown {
  const fault = (zh: string, en: string): void => void errors.push({ pointer: at, code: 'field-invalid', zh, en });
  if (words.unit === 'fen') {
    if (isObject(value) && value['currency'] === 'CNY' && Object.keys(value).length === 2 && 'fen' in value)
      return value['fen'];
    fault('应为 {"fen": 整数, "currency": "CNY"}', '{"fen": whole number, "currency": "CNY"} is expected');
    return undefined;
  }
  if (words.unit === 'object') {
    if (isObject(value)) return readFields(words.fields!, value, at, errors);
    fault('应为 JSON 对象', 'a JSON object is expected');
    return undefined;
  }
  if (words.unit === 'objects') {
    if (Array.isArray(value) && value.length <= MOST_ITEMS && value.every(isObject))
      return value.map((item, i) => readFields(words.fields!, item, `${at}/${i}`, errors));
    fault(`应为至多${MOST_ITEMS}项的对象数组`, `a list of at most ${MOST_ITEMS} objects is expected`);
    return undefined;
  }
  if (words.unit === 'texts') {
    if (Array.isArray(value) && value.length <= MOST_ITEMS && value.every((item) => typeof item === 'string'))
      return value;
    fault(`应为至多${MOST_ITEMS}项的文本数组`, `a list of at most ${MOST_ITEMS} texts is expected`);
    return undefined;
  }
  return value;
}

const MOST_ITEMS = 200;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const eventInvalid = (event: string, { zh }: EventWords, errors: readonly ProblemDetail[]): ProblemError =>
  new ProblemError({
    code: 'event-invalid',
    status: 422,
    zh: `「${zh}」的字段有误`,
    en: `the fields of ${event} cannot be taken`,
    errors,
  });

function eventUnknown(event: string, known: readonly string[]): ProblemError {
  const zh = `没有事件「${event}」；有：${known.join('、')}`;
  const en = `there is no event ${event}; there are ${known.join(', ')}`;
  const errors = [{ pointer: '/event', code: 'event-unknown', zh, en }];
  return new ProblemError({ code: 'event-unknown', status: 422, zh, en, errors });
}
