import { GUARANTEE_EVENT_PROBLEMS } from './guarantee-problems.ts';
import { JOINT_EVENT_PROBLEMS } from './joint-problems.ts';

/** What the rules of a referral refuse. */
const REFERRAL_EVENT_PROBLEMS = [
  'amount-invalid',
  'date-invalid',
  'choice-invalid',
  'number-invalid',
  'text-missing',
  'month-invalid',
  'external-id-invalid',
  'programme-cap',
  'programme-cap-unknown',
  'consent-ended',
  'guarantee-needed',
  'over-line-reason-missing',
  'first-loan-missing',
  'amount-over',
  'month-reported',
  'not-ninety-days',
  'nothing-outstanding',
  'still-outstanding',
  'renewal-late',
  'correction-unknown',
  'referrals-full',
] as const;
/** What an event of a deal is refused with, whoever says it: a person at a desk, or a partner's machine. */
export const EVENT_PROBLEMS: readonly string[] = [
  'event-unknown',
  'event-invalid',
  'transition-refused',
  'role-refused',
  'two-persons-needed',
  ...REFERRAL_EVENT_PROBLEMS,
  ...GUARANTEE_EVENT_PROBLEMS,
  ...JOINT_EVENT_PROBLEMS,
];
