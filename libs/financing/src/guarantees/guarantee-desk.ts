import type { WorkingCalendar } from '#lib/kernel';
import { dealDesk, type DealDesk } from '../deals/deal-desk.ts';
import { GUARANTEE } from './guarantee-type.ts';
import { GUARANTEE_MONEY, GUARANTEE_WORDS } from './guarantee-words.ts';
import { guaranteeSeen, type Guarantees } from './guarantees.service.ts';

/** 担保申请 for the API and for callbacks. */
export const guaranteeDesk = (guarantees: Guarantees, calendar: WorkingCalendar): DealDesk =>
  dealDesk(
    {
      seen: guaranteeSeen,
      commandOn: (tx, principal, given) => guarantees.commandOn(tx, principal, given),
    },
    GUARANTEE,
    { words: GUARANTEE_WORDS, money: GUARANTEE_MONEY, calendar },
  );
