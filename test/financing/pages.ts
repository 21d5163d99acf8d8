import type { Principal } from '#lib/access';
import { Deals, type DealSummary } from '#lib/financing';
import type { Clock } from '#lib/kernel';
import type { TestProduct } from '../kit/database.ts';

/** The newest deals that somebody may see. */
export const pageOf = ({ db }: TestProduct, clock: Clock, principal: Principal): Promise<DealSummary[]> =>
  new Deals(db, [], clock, () => Promise.resolve(false)).page(principal, { limit: 200 });
