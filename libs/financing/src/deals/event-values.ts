import { parseLocalDate, type ProblemDetail } from '#lib/kernel';
import { changeFrom, eventInvalid, type EventCatalogue, type Fields, type FieldWords } from './event-words.ts';

const LONGEST_TEXT = 2_000;
const MOST_TEXTS = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Check = readonly [isGood: (value: unknown, words: FieldWords) => boolean, zh: string, en: string];

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_TEXT;
const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value);
const WHOLE: Check = [(value) => Number.isSafeInteger(value), '应为整数', 'a whole number is expected'];

/** What a value of each unit is; how much it may be is the guard's. */
const CHECKS: Readonly<Partial<Record<FieldWords['unit'], Check>>> = {
  fen: [(value) => typeof value === 'number', 'fen 应为整数', 'fen is a whole number'],
  bp: WHOLE,
  whole: WHOLE,
  day: [
    (value) => typeof value === 'string' && parseLocalDate(value) !== undefined,
    '应为存在的日期 YYYY-MM-DD',
    'a day that exists, as YYYY-MM-DD, is expected',
  ],
  month: [matches(/^\d{4}-(0[1-9]|1[0-2])$/), '应为月份 YYYY-MM', 'a month, as YYYY-MM, is expected'],
  text: [isText, `应为至多${LONGEST_TEXT}个字符的文本`, `text of at most ${LONGEST_TEXT} characters is expected`],
  texts: [
    (value, { choices }) =>
      Array.isArray(value) &&
      value.length <= MOST_TEXTS &&
      value.every((one) => isText(one) && (choices === undefined || choices.includes(one))),
    `应为至多${MOST_TEXTS}项的文本数组`,
    `a list of at most ${MOST_TEXTS} texts, of the choices where there are some, is expected`,
  ],
  flag: [(value) => typeof value === 'boolean', '应为 true 或 false', 'true or false is expected'],
  id: [matches(UUID), '应为 UUID', 'a UUID is expected'],
  hash: [matches(/^[0-9a-f]{64}$/), '应为 SHA-256 十六进制', 'a SHA-256 in hex is expected'],
  choice: [(value, { choices }) => choices!.includes(value as string), '取值不在范围内', 'it is none of the choices'],
};

/**
 * As `changeFrom`, for guards that rely on their types: each value is of its unit, and what may be left out and is, is null.
 * Throws ProblemError event-unknown 422, or event-invalid 422 naming every field.
 */
export function checkedChange<C extends { readonly event: string }>(
  catalogue: EventCatalogue<C['event']>,
  event: string,
  detail: Readonly<Record<string, unknown>>,
): C {
  const read = changeFrom<C>(catalogue, event, detail);
  const words = catalogue[event as C['event']];
  const errors: ProblemDetail[] = [];
  const checked = checkedFields(words.fields, read, '', errors);
  if (errors.length > 0) throw eventInvalid(event, words, errors);
  return { event, ...checked } as unknown as C;
}

function checkedFields(
  fields: Fields,
  given: Readonly<Record<string, unknown>>,
  at: string,
  errors: ProblemDetail[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, words]) => [
      name,
      checkedValue(words, given[name] ?? null, `${at}/${name}`, errors),
    ]),
  );
}

/** Null only where the words let it be left out: `changeFrom` has seen to it. */
function checkedValue(words: FieldWords, value: unknown, at: string, errors: ProblemDetail[]): unknown {
  if (value === null) return null;
  type Members = Readonly<Record<string, unknown>>;
  if (words.unit === 'object') return checkedFields(words.fields!, value as Members, at, errors);
  if (words.unit === 'objects')
    return (value as readonly Members[]).map((item, i) => checkedFields(words.fields!, item, `${at}/${i}`, errors));
  const check = CHECKS[words.unit];
  if (check !== undefined && !check[0](value, words))
    errors.push({ pointer: at, code: 'field-invalid', zh: check[1], en: check[2] });
  return value;
}
