import type { InstitutionKind } from '#lib/access';

/** An institution that reads what is said of a firm, or sits at a deal. */
export interface StandingReader {
  readonly institutionId: string;
  readonly kind: InstitutionKind;
}

/**
 * What counts among these institutions: of a kind of institution that is there, only what they said. One bank does not see
 * through another what that one says of its loan, or found in its papers. Pure.
 */
export const ownAndOtherKinds = <T extends { readonly by: InstitutionKind; readonly institutionId: string }>(
  said: readonly T[],
  there: readonly StandingReader[],
): readonly T[] =>
  said.filter(
    ({ by, institutionId }) =>
      !there.some(({ kind }) => kind === by) || there.some((reader) => reader.institutionId === institutionId),
  );
