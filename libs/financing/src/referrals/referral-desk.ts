import type { WorkingCalendar } from '#lib/kernel';
import { dealDesk, type DealDesk } from '../deals/deal-desk.ts';
import { REFERRAL_MONEY, REFERRAL_WORDS } from './referral-words.ts';
import { REFERRAL } from './referral.ts';
import type { Referrals } from './referrals.service.ts';

/** 贷款推荐 for the API and for callbacks. */
export const referralDesk = (referrals: Referrals, calendar: WorkingCalendar): DealDesk =>
  dealDesk(referrals, REFERRAL, { words: REFERRAL_WORDS, money: REFERRAL_MONEY, calendar });
