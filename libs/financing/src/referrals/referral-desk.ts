import type { WorkingCalendar } from '#lib/kernel';
import { dealDesk, type DealDesk } from '../deals/deal-desk.ts';
import type { DealEventRow } from '../deals/deals.store.ts';
import { REFERRAL_MONEY, REFERRAL_WORDS } from './referral-words.ts';
import { REFERRAL } from './referral.ts';
import type { Referrals } from './referrals.service.ts';

/**
 * 贷款推荐 for the API and for callbacks. Who would be asked after it is for the house and for the firm, whose consent carries
 * to those banks; a bank reads neither that, nor what the firm uses with others.
 */
export const referralDesk = (referrals: Referrals, calendar: WorkingCalendar): DealDesk =>
  dealDesk(
    {
      seen: ({ kind }, deal, events) =>
        kind === 'operator' || kind === 'regulator' || kind === 'firm'
          ? { deal, events }
          : { deal: { ...deal, terms: { ...deal.terms, nextBanks: [] } }, events: events.map(withoutRoom) },
      commandOn: (tx, principal, given) => referrals.commandOn(tx, principal, given),
    },
    REFERRAL,
    { words: REFERRAL_WORDS, money: REFERRAL_MONEY, calendar },
  );

function withoutRoom(event: DealEventRow): DealEventRow {
  const { room: _, ...detail } = event.detail;
  return { ...event, detail };
}
