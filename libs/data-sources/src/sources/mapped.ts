import type { Issue } from '../issue.ts';

/** A payload while its map builds it. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A refused row: the finding that refuses it stands first, for it names the row's code. */
export function quarantined(
  fatal: readonly Issue[],
  others: readonly Issue[] = [],
): { readonly kind: 'quarantined'; readonly issues: readonly [Issue, ...Issue[]] } {
  const [first, ...rest] = fatal;
  if (first === undefined) throw new RangeError('a refusal names its reason');
  return { kind: 'quarantined', issues: [first, ...rest, ...others] };
}

/** As quarantined, for a map whose findings so far concern only what the row cannot do without; warnings go last. */
export function refusedBy(issues: readonly Issue[]): ReturnType<typeof quarantined> {
  const warns = (issue: Issue): boolean => issue.code === 'DQ02' || issue.code === 'DQ07';
  return quarantined(
    issues.filter((issue) => !warns(issue)),
    issues.filter(warns),
  );
}
