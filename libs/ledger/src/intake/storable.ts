const NOT_STORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
/** As JSON.stringify writes them: an escape that stands behind an even number of backslashes. */
const NOT_STORABLE_IN_JSON = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** PostgreSQL's text has no NUL and no half of a surrogate pair; in a finding they are shown as ␀ and U+FFFD. */
export const storable = (text: string): string =>
  text.replace(NOT_STORABLE, (symbol) => (symbol === '\0' ? '␀' : '\uFFFD'));

/** As storable, for every text of a JSON value. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === 'string' ? storable(member) : member));

/** True when PostgreSQL could not take a text of this JSON, which JSON.stringify wrote. */
export const holdsUnstorable = (json: string): boolean => NOT_STORABLE_IN_JSON.test(json);
