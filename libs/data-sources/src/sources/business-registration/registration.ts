import type { Dossier, DossierRecord } from '../../dossier.ts';
import type { BusinessRegistration } from './payload.ts';
import { businessRegistration } from './source.ts';

/** What is known of a firm's registration, and the records that say it, the leading one first. */
export interface KnownRegistration {
  readonly registration: BusinessRegistration;
  readonly records: readonly DossierRecord<BusinessRegistration>[];
}

/**
 * The firm's registration, field by field: what the bureau states, then what the open register adds. A snapshot of the
 * open register so never erases what only the bureau knows (实收资本, 登记状态). Undefined: no registration record.
 */
export function registrationOf(dossier: Dossier): KnownRegistration | undefined {
  const records = [...dossier.of(businessRegistration)].sort((a, b) => rank(a.recordKey) - rank(b.recordKey));
  const [first, ...others] = records;
  if (first === undefined) return undefined;
  let registration = first.payload;
  for (const other of others) registration = { ...other.payload, ...registration };
  return { registration, records };
}

const rank = (recordKey: string): number => (recordKey === 'bureau' ? 0 : 1);
