import { fen, localDate, localMonth, ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import { MOST_FEN } from '../deals/checks.ts';
import { changed, opened, type DealOrder, type Desk, type Raiser } from '../deals/deal.ts';
import { REFERRAL_STATES, REFERRAL_TABLE, type ReferralEvent, type ReferralState } from './referral-table.ts';
import type { Referral, ReferralChange, ReferralTerms } from './referral-terms.ts';
import { REFERRAL } from './referral.ts';

export const BANK = '019a8c2e-7f00-7000-8000-00000000000b';
export const AT = new Date('2026-07-06T10:00:00+08:00');
export const day = (text: string): LocalDate => localDate(text);
export const ORDER: DealOrder<ReferralTerms> = {
  dealId: '019a8c2e-7f00-7000-8000-000000000001',
  uscc: '91440300DMAB12340K' as Uscc,
  programme: 'CKT',
  openedAt: AT,
  parties: [],
  terms: {
    bank: BANK,
    nextBanks: [],
    amount: fen(1_000_000_00),
    suggestedLine: fen(1_320_000_00),
    programmeCap: fen(MOST_FEN),
    form: 'credit',
    validUntil: day('2026-12-31'),
    guaranteeId: null,
    follows: null,
  },
};
export const by = (role: Raiser['role'], personId = 'p', at = AT): Raiser => ({
  role,
  institutionId: 'i',
  personId,
  at,
});

/** One good change for each event. */
export const GOOD: Readonly<Record<ReferralEvent, ReferralChange>> = {
  consent: { event: 'consent', outcomes: true, until: day('2027-07-05') },
  'decline-offer': { event: 'decline-offer' },
  lapse: { event: 'lapse' },
  'carry-over': {
    event: 'carry-over',
    amount: fen(500_000_00),
    on: day('2026-07-01'),
    consent: null,
    approval: { amount: fen(500_000_00), rateBp: 390, termMonths: 12, form: 'credit', overLineReason: null },
    contract: {
      contractNo: 'L-2',
      signedOn: day('2026-07-01'),
      drawUntil: day('2026-07-06'),
      maturity: day('2027-07-01'),
    },
    firstLoan: true,
  },
  send: { event: 'send' },
  withdraw: { event: 'withdraw' },
  accept: { event: 'accept', externalId: 'X-1' },
  decline: { event: 'decline', code: 'need' },
  'no-response': { event: 'no-response' },
  approve: { event: 'approve', amount: fen(1_000_000_00), rateBp: 395, termMonths: 12, form: 'credit' },
  contract: {
    event: 'contract',
    contractNo: 'L-1',
    signedOn: day('2026-07-01'),
    drawUntil: day('2026-09-30'),
    maturity: day('2027-07-01'),
  },
  draw: { event: 'draw', amount: fen(600_000_00), on: day('2026-07-02'), firstLoan: true },
  'end-draws': { event: 'end-draws' },
  pay: { event: 'pay', amount: fen(100_000_00), on: day('2026-07-03') },
  'report-month': {
    event: 'report-month',
    month: localMonth('2026-06'),
    balance: fen(0),
    daysPastDue: 0,
    loanClass: 'pass',
  },
  'correct-month': {
    event: 'correct-month',
    month: localMonth('2026-06'),
    balance: fen(1),
    daysPastDue: 0,
    loanClass: 'pass',
  },
  overdue: { event: 'overdue', daysPastDue: 95, on: day('2026-07-04') },
  cure: { event: 'cure', on: day('2026-07-05') },
  default: { event: 'default', cause: 'claim', on: day('2026-07-05') },
  renew: {
    event: 'renew',
    on: day('2026-07-05'),
    rateBp: 390,
    contractNo: 'L-2',
    signedOn: day('2026-07-05'),
    drawUntil: day('2026-07-06'),
    maturity: day('2027-07-05'),
  },
  restructure: { event: 'restructure', on: day('2026-07-04'), withLoss: false, maturity: day('2028-07-01') },
  perform: { event: 'perform' },
  repaid: { event: 'repaid', on: day('2026-07-05') },
  recover: { event: 'recover', amount: fen(50_000_00), on: day('2026-07-05') },
  'write-off': { event: 'write-off', on: day('2026-07-05') },
  close: { event: 'close' },
  correct: { event: 'correct', corrects: 7, amount: fen(550_000_00) },
};
const ROLE: Readonly<Partial<Record<ReferralEvent, Desk>>> = Object.fromEntries(
  REFERRAL_STATES.flatMap((state) =>
    Object.entries(REFERRAL_TABLE.states[state].on ?? {}).flatMap(([event, { by: roles }]) =>
      roles?.[0] ? [[event, roles[0]]] : [],
    ),
  ),
);
export const raiser = (event: ReferralEvent): Raiser => (ROLE[event] ? by(ROLE[event]) : by('SYSTEM'));
export const through = (...events: readonly (ReferralEvent | ReferralChange)[]): Referral =>
  events.reduce<Referral>(
    (deal, given) => {
      const change = typeof given === 'string' ? GOOD[given] : given;
      const once = changed(REFERRAL, deal, change, raiser(change.event));
      return once.proposal === null
        ? once
        : changed(REFERRAL, once, change, { ...raiser(change.event), personId: 'q' });
    },
    opened(REFERRAL, ORDER),
  );

export const PERFORMING = ['consent', 'send', 'accept', 'approve', 'contract', 'draw'] as const;
export const PAID: ReferralChange = { event: 'pay', amount: fen(600_000_00), on: day('2026-07-03') };
/** A way to each state. */
export const WAYS: Readonly<Record<ReferralState, Referral>> = {
  OFFERED: through(),
  FIRM_INTERESTED: through('consent'),
  CLOSED_DECLINED: through('decline-offer'),
  REFERRED: through('consent', 'send'),
  DUE_DILIGENCE: through('consent', 'send', 'accept'),
  DECLINED: through('consent', 'send', 'decline'),
  NO_RESPONSE: through('consent', 'send', 'no-response'),
  APPROVED: through(...PERFORMING.slice(0, 4)),
  CONTRACTED: through(...PERFORMING.slice(0, 5)),
  LAPSED: through('lapse'),
  WITHDRAWN: through('consent', 'withdraw'),
  PERFORMING: through(...PERFORMING),
  OVERDUE: through(...PERFORMING, 'overdue'),
  RENEWED: through(...PERFORMING, 'renew'),
  RESTRUCTURED: through(...PERFORMING, 'restructure'),
  REPAID: through(...PERFORMING, PAID, 'repaid'),
  DEFAULTED: through(...PERFORMING, 'overdue', 'default'),
  WRITTEN_OFF: through(...PERFORMING, 'overdue', 'default', 'write-off'),
  CLOSED: through(...PERFORMING, PAID, 'repaid', 'close'),
};
export const problemOf = (work: () => unknown): { code: string; pointer: string | undefined } | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.problem.code, pointer: error.problem.errors?.[0]?.pointer };
  }
};
