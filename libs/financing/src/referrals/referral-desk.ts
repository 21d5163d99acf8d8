import type { WorkingCalendar } from '#lib/kernel';
import { dealDesk, type DealDesk } from '../deals/deal-desk.ts';
import { REFERRAL_MONEY, REFERRAL_WORDS } from './referral-words.ts';
import { REFERRAL } from './referral.ts';
import type { Referrals } from './referrals.service.ts';

/** 贷款推荐 for the API and for callbacks. A bank does not read who would be asked after it. */
export function referralDesk(referrals: Referrals, calendar: WorkingCalendar): DealDesk {
  const desk = dealDesk(referrals, REFERRAL, { words: REFERRAL_WORDS, money: REFERRAL_MONEY, calendar });
  return {
    ...desk,
    read: async (principal, dealId) => {
      const reading = await desk.read(principal, dealId);
      const isHouse = principal.kind === 'operator' || principal.kind === 'regulator';
      return isHouse ? reading : { ...reading, terms: { ...(reading.terms as object), nextBanks: [] } };
    },
  };
}
