import type { WorkingCalendar } from '#lib/kernel';
import { dealDesk, type DealDesk } from '../deals/deal-desk.ts';
import { REFERRAL_MONEY, REFERRAL_WORDS } from './referral-words.ts';
import { REFERRAL } from './referral.ts';
import type { Referrals } from './referrals.service.ts';

/** 贷款推荐 for the API and for callbacks. A bank does not read who would be asked after it. */
export const referralDesk = (referrals: Referrals, calendar: WorkingCalendar): DealDesk =>
  dealDesk(
    {
      seen: ({ kind }, deal, events) => {
        const isHouse = kind === 'operator' || kind === 'regulator';
        return { deal: isHouse ? deal : { ...deal, terms: { ...deal.terms, nextBanks: [] } }, events };
      },
      commandOn: (tx, principal, given) => referrals.commandOn(tx, principal, given),
    },
    REFERRAL,
    { words: REFERRAL_WORDS, money: REFERRAL_MONEY, calendar },
  );
