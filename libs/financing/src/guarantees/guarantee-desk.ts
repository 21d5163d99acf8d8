import type { WorkingCalendar } from '#lib/kernel';
import { dealDesk, type DealDesk } from '../deals/deal-desk.ts';
import { GUARANTEE } from './guarantee-type.ts';
import { GUARANTEE_MONEY, GUARANTEE_WORDS } from './guarantee-words.ts';
import type { Guarantees } from './guarantees.service.ts';

/** 担保申请 for the API and for callbacks. */
export const guaranteeDesk = (guarantees: Guarantees, calendar: WorkingCalendar): DealDesk =>
  dealDesk(
    {
      get: (principal, dealId) => guarantees.get(principal, dealId),
      command: (principal, given) => guarantees.act(principal, given),
      commandIn: (tx, principal, given) => guarantees.commandIn(tx, principal, given),
    },
    GUARANTEE,
    { words: GUARANTEE_WORDS, money: GUARANTEE_MONEY, calendar },
  );
