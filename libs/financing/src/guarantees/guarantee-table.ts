import { workflow, type Rule, type Workflow } from '#lib/kernel';
import type { Desk } from '../deals/deal.ts';

/** 担保申请状态 (domain §6.3). */
export const GUARANTEE_STATES = [
  'DRAFT',
  'SUBMITTED',
  'SUPPLEMENT',
  'WITHDRAWN',
  'REJECTED',
  'ACCEPTED',
  'DUE_DILIGENCE',
  'REVIEWED',
  'CONDITIONAL',
  'DECLINED',
  'APPROVED',
  'CONTRACTED',
  'LAPSED',
  'CANCELLED',
  'ISSUED',
  'EXPIRED_UNDRAWN',
  'IN_FORCE',
  'OVERDUE',
  'RELEASED',
  'CLAIM_FILED',
  'CLAIM_REVIEW',
  'CLAIM_DISPUTED',
  'CLAIM_REJECTED',
  'PAID',
  'RECOVERING',
  'RECOVERED',
  'WRITTEN_OFF',
] as const;
export type GuaranteeState = (typeof GUARANTEE_STATES)[number];

export const GUARANTEE_EVENTS = [
  'submit',
  'withdraw',
  'accept-batch',
  'ask-missing',
  'supply',
  'accept',
  'reject',
  'start',
  'report',
  'decide',
  'meet-conditions',
  'contract',
  'lapse',
  'cancel',
  'issue',
  'draw',
  'end-draws',
  'extend',
  'reduce',
  'repaid',
  'expire',
  'overdue',
  'cure',
  'claim',
  'review',
  'pay',
  'dispute',
  'reject-claim',
  'settle',
  'court',
  'accept-rejection',
  'contest',
  'recover',
  'cost',
  'write-off',
  'correct',
] as const;
export type GuaranteeEvent = (typeof GUARANTEE_EVENTS)[number];

/** States after which the letter binds nobody any more; a correction of what was recovered may reopen RECOVERED. */
export const GUARANTEE_ENDS: readonly GuaranteeState[] = [
  'WITHDRAWN',
  'REJECTED',
  'DECLINED',
  'LAPSED',
  'CANCELLED',
  'EXPIRED_UNDRAWN',
  'RELEASED',
  'RECOVERED',
  'WRITTEN_OFF',
];

const APPLICANT = ['FIRM', 'BANK'] as const;
const rule = (to: GuaranteeState | readonly GuaranteeState[], ...by: Desk[]): Rule<GuaranteeState, Desk> => ({
  to,
  by,
});
/** Raised by a timer, or by the program as a batch is taken in. */
const system = (to: GuaranteeState | readonly GuaranteeState[]): Rule<GuaranteeState, Desk> => ({ to });

/** What a bank tells of the loan while a claim is looked at: less is to be paid, or what it told was wrong. */
const told = (state: GuaranteeState) => ({ reduce: rule(state, 'BANK'), correct: rule(state, 'BANK') });

const WITHDRAW = { withdraw: rule('WITHDRAWN', ...APPLICANT) };
/** What was approved and not issued: the applicant steps back, the guarantor takes it back, or time does. */
const BEFORE_ISSUE = { ...WITHDRAW, cancel: rule('CANCELLED', 'GUAR'), lapse: system('LAPSED') };

export const GUARANTEE_TABLE: Workflow<GuaranteeState, GuaranteeEvent, Desk> = workflow<
  GuaranteeState,
  GuaranteeEvent,
  Desk
>(
  {
    name: 'guarantee',
    initial: 'DRAFT',
    states: {
      DRAFT: {
        zh: '草稿',
        en: 'draft',
        on: { submit: rule('SUBMITTED', ...APPLICANT, 'OPS'), 'accept-batch': system('ISSUED'), ...WITHDRAW },
        timers: [{ days: 90, event: 'withdraw' }],
      },
      SUBMITTED: {
        zh: '已提交',
        en: 'submitted',
        on: {
          'ask-missing': rule('SUPPLEMENT', 'GUAR'),
          accept: rule('ACCEPTED', 'GUAR'),
          reject: rule('REJECTED', 'GUAR'),
          ...WITHDRAW,
        },
        timers: [{ workingDays: 2, event: 'alarm' }],
      },
      SUPPLEMENT: {
        zh: '待补件',
        en: 'to be supplemented',
        on: { supply: rule('SUBMITTED', ...APPLICANT, 'OPS'), ...WITHDRAW },
        timers: [{ days: 15, event: 'withdraw' }],
      },
      WITHDRAWN: { zh: '已撤回', en: 'withdrawn' },
      REJECTED: { zh: '不予受理', en: 'rejected' },
      ACCEPTED: { zh: '已受理', en: 'accepted', on: { start: rule('DUE_DILIGENCE', 'GUAR'), ...WITHDRAW } },
      DUE_DILIGENCE: {
        zh: '尽调中',
        en: 'in due diligence',
        on: { report: rule('REVIEWED', 'GUAR'), ...WITHDRAW },
        timers: [{ workingDays: 5, event: 'alarm' }],
      },
      REVIEWED: {
        zh: '待评审',
        en: 'before the committee',
        on: { decide: rule(['APPROVED', 'CONDITIONAL', 'DECLINED'], 'GUAR'), ...WITHDRAW },
      },
      CONDITIONAL: {
        zh: '有条件通过',
        en: 'approved under conditions',
        on: { 'meet-conditions': rule('APPROVED', 'GUAR'), ...BEFORE_ISSUE },
        timers: [{ days: 30, event: 'lapse' }],
      },
      DECLINED: { zh: '未通过', en: 'declined' },
      APPROVED: {
        zh: '已批准',
        en: 'approved',
        on: { contract: rule('CONTRACTED', 'GUAR'), ...BEFORE_ISSUE },
        timers: [{ days: 60, event: 'lapse' }],
      },
      CONTRACTED: {
        zh: '已签约',
        en: 'contracted',
        on: { issue: rule('ISSUED', 'GUAR'), ...BEFORE_ISSUE },
        timers: [{ days: 30, event: 'lapse' }],
      },
      LAPSED: { zh: '已失效', en: 'lapsed' },
      CANCELLED: { zh: '已取消', en: 'cancelled' },
      ISSUED: {
        zh: '已出函',
        en: 'issued',
        on: {
          draw: rule('IN_FORCE', 'BANK'),
          'end-draws': system('EXPIRED_UNDRAWN'),
          // The bank gives the letter back: its own event is its consent.
          cancel: rule('CANCELLED', 'BANK'),
        },
      },
      EXPIRED_UNDRAWN: { zh: '未提款到期', en: 'expired undrawn' },
      IN_FORCE: {
        zh: '在保',
        en: 'in force',
        on: {
          draw: rule('IN_FORCE', 'BANK'),
          extend: rule('IN_FORCE', 'GUAR'),
          reduce: rule('IN_FORCE', 'BANK'),
          'end-draws': system(['IN_FORCE', 'RELEASED']),
          repaid: rule('RELEASED', 'BANK'),
          expire: system('RELEASED'),
          overdue: rule('OVERDUE', 'BANK', 'GUAR'),
          correct: rule('IN_FORCE', 'BANK'),
        },
      },
      OVERDUE: {
        zh: '逾期',
        en: 'overdue',
        on: {
          cure: rule('IN_FORCE', 'BANK'),
          reduce: rule('OVERDUE', 'BANK'),
          repaid: rule('RELEASED', 'BANK'),
          claim: rule('CLAIM_FILED', 'BANK'),
          expire: system('RELEASED'),
          correct: rule('OVERDUE', 'BANK'),
        },
      },
      RELEASED: { zh: '已解保', en: 'released' },
      CLAIM_FILED: {
        zh: '已申请代偿',
        en: 'claim filed',
        on: { review: rule('CLAIM_REVIEW', 'GUAR'), ...told('CLAIM_FILED') },
      },
      CLAIM_REVIEW: {
        zh: '代偿审核中',
        en: 'claim under review',
        on: {
          pay: rule('PAID', 'GUAR'),
          dispute: rule('CLAIM_DISPUTED', 'GUAR'),
          'reject-claim': rule('CLAIM_REJECTED', 'GUAR'),
          ...told('CLAIM_REVIEW'),
        },
        timers: [{ days: 30, event: 'alarm' }],
      },
      CLAIM_DISPUTED: {
        zh: '代偿争议中',
        en: 'claim disputed',
        on: {
          settle: rule('CLAIM_REVIEW', 'GUAR', 'BANK'),
          court: rule(['PAID', 'CLAIM_REJECTED'], 'GUAR', 'BANK'),
          ...told('CLAIM_DISPUTED'),
        },
      },
      CLAIM_REJECTED: {
        zh: '已拒赔',
        en: 'claim rejected',
        on: {
          'accept-rejection': rule('RELEASED', 'BANK'),
          contest: rule('CLAIM_DISPUTED', 'BANK'),
          ...told('CLAIM_REJECTED'),
        },
      },
      PAID: {
        zh: '已代偿',
        en: 'claim paid',
        on: {
          recover: rule(['RECOVERING', 'RECOVERED'], 'GUAR'),
          cost: rule('PAID', 'GUAR'),
          'write-off': rule('WRITTEN_OFF', 'GUAR'),
        },
      },
      RECOVERING: {
        zh: '追偿中',
        en: 'recovering',
        on: {
          recover: rule(['RECOVERING', 'RECOVERED'], 'GUAR'),
          cost: rule('RECOVERING', 'GUAR'),
          'write-off': rule('WRITTEN_OFF', 'GUAR'),
          correct: rule(['RECOVERING', 'RECOVERED'], 'GUAR'),
        },
      },
      RECOVERED: {
        zh: '已全部追回',
        en: 'recovered',
        on: { correct: rule(['RECOVERING', 'RECOVERED'], 'GUAR') },
      },
      WRITTEN_OFF: {
        zh: '已核销',
        en: 'written off',
        on: { recover: rule(['RECOVERING', 'RECOVERED'], 'GUAR'), cost: rule('WRITTEN_OFF', 'GUAR') },
      },
    },
  },
  // What was recovered may be corrected for as long as the account is looked at.
  { endless: true },
);
