import { cleanText } from '../../normalise/text.ts';
import { isOrganisationName } from '../organisation.ts';

/** A case without the names of persons: a party that is no organisation by its name, and the representative. */
export function withoutPersons(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { party, legalRep, ...rest } = object;
  const isOrganisation = typeof party === 'string' && isOrganisationName(cleanText(party));
  return {
    ...rest,
    ...(party === undefined ? {} : { party: isOrganisation ? party : null }),
    ...(legalRep === undefined ? {} : { legalRep: null }),
  };
}
