import { GUARANTEE_STATES, GUARANTEE_TABLE } from './guarantee-table.ts';

/** domain §6.3, read again by hand: event → states by desks, then timers. */
const READ: Readonly<Record<string, string>> = {
  DRAFT: 'submit→SUBMITTED FIRM,BANK,OPS; accept-batch→ISSUED SYSTEM; withdraw→WITHDRAWN FIRM,BANK; 90d withdraw',
  SUBMITTED:
    'ask-missing→SUPPLEMENT GUAR; accept→ACCEPTED GUAR; reject→REJECTED GUAR; withdraw→WITHDRAWN FIRM,BANK; 2wd alarm',
  SUPPLEMENT: 'supply→SUBMITTED FIRM,BANK,OPS; withdraw→WITHDRAWN FIRM,BANK; 15d withdraw',
  WITHDRAWN: '',
  REJECTED: '',
  ACCEPTED: 'start→DUE_DILIGENCE GUAR; withdraw→WITHDRAWN FIRM,BANK',
  DUE_DILIGENCE: 'report→REVIEWED GUAR; withdraw→WITHDRAWN FIRM,BANK; 5wd alarm',
  REVIEWED: 'decide→APPROVED|CONDITIONAL|DECLINED GUAR; withdraw→WITHDRAWN FIRM,BANK',
  CONDITIONAL:
    'meet-conditions→APPROVED GUAR; withdraw→WITHDRAWN FIRM,BANK; cancel→CANCELLED GUAR; lapse→LAPSED SYSTEM; 30d lapse',
  DECLINED: '',
  APPROVED:
    'contract→CONTRACTED GUAR; withdraw→WITHDRAWN FIRM,BANK; cancel→CANCELLED GUAR; lapse→LAPSED SYSTEM; 60d lapse',
  CONTRACTED: 'issue→ISSUED GUAR; withdraw→WITHDRAWN FIRM,BANK; cancel→CANCELLED GUAR; lapse→LAPSED SYSTEM; 30d lapse',
  LAPSED: '',
  CANCELLED: '',
  // Only the bank gives a letter back, and only before anything was drawn.
  ISSUED: 'draw→IN_FORCE BANK; end-draws→EXPIRED_UNDRAWN SYSTEM; cancel→CANCELLED BANK',
  EXPIRED_UNDRAWN: '',
  IN_FORCE:
    'draw→IN_FORCE BANK; extend→IN_FORCE GUAR; reduce→IN_FORCE BANK; end-draws→IN_FORCE|RELEASED SYSTEM; ' +
    'repaid→RELEASED BANK; expire→RELEASED SYSTEM; overdue→OVERDUE BANK,GUAR; correct→IN_FORCE BANK',
  OVERDUE:
    'cure→IN_FORCE BANK; reduce→OVERDUE BANK; repaid→RELEASED BANK; claim→CLAIM_FILED BANK; expire→RELEASED SYSTEM; correct→OVERDUE BANK',
  RELEASED: '',
  CLAIM_FILED: 'review→CLAIM_REVIEW GUAR; reduce→CLAIM_FILED BANK; correct→CLAIM_FILED BANK',
  CLAIM_REVIEW:
    'pay→PAID GUAR; dispute→CLAIM_DISPUTED GUAR; reject-claim→CLAIM_REJECTED GUAR; reduce→CLAIM_REVIEW BANK; correct→CLAIM_REVIEW BANK; 30d alarm',
  CLAIM_DISPUTED:
    'settle→CLAIM_REVIEW GUAR,BANK; court→PAID|CLAIM_REJECTED GUAR,BANK; reduce→CLAIM_DISPUTED BANK; correct→CLAIM_DISPUTED BANK',
  CLAIM_REJECTED:
    'accept-rejection→RELEASED BANK; contest→CLAIM_DISPUTED BANK; reduce→CLAIM_REJECTED BANK; correct→CLAIM_REJECTED BANK',
  PAID: 'recover→RECOVERING|RECOVERED GUAR; cost→PAID GUAR; write-off→WRITTEN_OFF GUAR',
  RECOVERING:
    'recover→RECOVERING|RECOVERED GUAR; cost→RECOVERING GUAR; write-off→WRITTEN_OFF GUAR; correct→RECOVERING|RECOVERED GUAR',
  RECOVERED: 'correct→RECOVERING|RECOVERED GUAR',
  WRITTEN_OFF: 'recover→RECOVERING|RECOVERED GUAR; cost→WRITTEN_OFF GUAR',
};

it('the table of a guarantee is the one of the domain', () => {
  const told = GUARANTEE_STATES.map((state) => {
    const { on = {}, timers = [] } = GUARANTEE_TABLE.states[state];
    const rules = Object.entries(on).map(
      ([event, { to, by }]) => `${event}→${[to].flat().join('|')} ${by?.join(',') ?? 'SYSTEM'}`,
    );
    const times = timers.map(({ days, workingDays, event }) => `${days ?? workingDays}${days ? 'd' : 'wd'} ${event}`);
    // In any order.
    return [state, [...rules, ...times].sort().join('; ')];
  });
  const read = Object.entries(READ).map(([state, text]) => [state, text.split('; ').sort().join('; ')]);
  expect(told).toEqual(read);
});
