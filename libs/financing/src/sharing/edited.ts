/** For tests: a copy of a JSON document with the values at some pointers replaced, or with `undefined` removed. */
export function edited(document: unknown, edits: Readonly<Record<string, unknown>>): unknown {
  const copy: unknown = structuredClone(document);
  for (const [pointer, value] of Object.entries(edits)) {
    const keys = pointer.split('/').slice(1);
    const last = keys.pop()!;
    const holder = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy) as Record<
      string,
      unknown
    >;
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return copy;
}
