import { workflow, type Rule, type Workflow } from '#lib/kernel';
import type { Desk } from '../deals/deal.ts';

/** 贷款推荐状态 (domain §6.4). */
export const REFERRAL_STATES = [
  'OFFERED',
  'FIRM_INTERESTED',
  'CLOSED_DECLINED',
  'REFERRED',
  'DUE_DILIGENCE',
  'DECLINED',
  'NO_RESPONSE',
  'APPROVED',
  'CONTRACTED',
  'LAPSED',
  'WITHDRAWN',
  'PERFORMING',
  'OVERDUE',
  'RENEWED',
  'RESTRUCTURED',
  'REPAID',
  'DEFAULTED',
  'WRITTEN_OFF',
  'CLOSED',
] as const;
export type ReferralState = (typeof REFERRAL_STATES)[number];

export const REFERRAL_EVENTS = [
  'consent',
  'decline-offer',
  'lapse',
  'carry-over',
  'send',
  'withdraw',
  'accept',
  'decline',
  'no-response',
  'approve',
  'contract',
  'draw',
  'end-draws',
  'pay',
  'report-month',
  'correct-month',
  'overdue',
  'cure',
  'default',
  'renew',
  'restructure',
  'perform',
  'repaid',
  'recover',
  'write-off',
  'close',
  'correct',
] as const;
export type ReferralEvent = (typeof REFERRAL_EVENTS)[number];

/** Where a bank still works on it: a firm has three of them open at most. */
export const OPEN_REFERRALS: readonly ReferralState[] = ['REFERRED', 'DUE_DILIGENCE', 'APPROVED'];
/** 并行上限. */
export const MOST_OPEN = 3;

const rule = (to: ReferralState | readonly ReferralState[], ...by: Desk[]): Rule<ReferralState, Desk> => ({ to, by });
const system = (to: ReferralState | readonly ReferralState[]): Rule<ReferralState, Desk> => ({ to });

/** 贷后月报: of a loan that is over it is the report of its last month. */
const monthly = (state: ReferralState, ...reported: ReferralState[]) => ({
  'report-month': rule(reported.length === 0 ? state : [state, ...reported], 'BANK'),
  'correct-month': rule(reported.length === 0 ? state : [state, ...reported], 'BANK'),
});

/** What a bank reports of a running loan, and what may be put right by a later event. */
const running = (state: ReferralState, ...reported: ReferralState[]) => ({
  pay: rule(state, 'BANK'),
  ...monthly(state, ...reported),
  correct: rule(state, 'BANK'),
});

export const REFERRAL_TABLE: Workflow<ReferralState, ReferralEvent, Desk> = workflow<
  ReferralState,
  ReferralEvent,
  Desk
>(
  {
    name: 'referral',
    initial: 'OFFERED',
    states: {
      OFFERED: {
        zh: '已推送',
        en: 'offered',
        on: {
          consent: rule('FIRM_INTERESTED', 'FIRM'),
          'decline-offer': rule('CLOSED_DECLINED', 'FIRM'),
          lapse: system('LAPSED'),
          // A loan that takes another's place without repayment (无还本续贷) begins where that one stood.
          'carry-over': system('PERFORMING'),
        },
      },
      FIRM_INTERESTED: {
        zh: '企业有意向',
        en: 'the firm is interested',
        on: {
          send: rule('REFERRED', 'FIRM', 'OPS'),
          withdraw: rule('WITHDRAWN', 'FIRM'),
          lapse: system('LAPSED'),
        },
      },
      CLOSED_DECLINED: { zh: '企业谢绝', en: 'the firm declined' },
      REFERRED: {
        zh: '已转介',
        en: 'referred',
        on: {
          accept: rule('DUE_DILIGENCE', 'BANK'),
          decline: rule('DECLINED', 'BANK'),
          'no-response': system('NO_RESPONSE'),
          withdraw: rule('WITHDRAWN', 'FIRM'),
        },
        timers: [{ workingDays: 3, event: 'no-response' }],
      },
      DUE_DILIGENCE: {
        zh: '尽调中',
        en: 'in due diligence',
        on: {
          approve: rule('APPROVED', 'BANK'),
          decline: rule('DECLINED', 'BANK'),
          withdraw: rule('WITHDRAWN', 'FIRM'),
        },
        timers: [{ workingDays: 10, event: 'alarm' }],
      },
      DECLINED: { zh: '银行谢绝', en: 'declined' },
      NO_RESPONSE: { zh: '银行未回应', en: 'no response' },
      APPROVED: {
        zh: '已批准',
        en: 'approved',
        on: { contract: rule('CONTRACTED', 'BANK'), lapse: system('LAPSED') },
        timers: [{ days: 60, event: 'lapse' }],
      },
      CONTRACTED: {
        zh: '已签约',
        en: 'contracted',
        on: { draw: rule('PERFORMING', 'BANK'), 'end-draws': system('LAPSED') },
      },
      LAPSED: { zh: '已失效', en: 'lapsed' },
      WITHDRAWN: { zh: '已撤回', en: 'withdrawn' },
      PERFORMING: {
        zh: '正常',
        en: 'performing',
        on: {
          draw: rule('PERFORMING', 'BANK'),
          ...running('PERFORMING', 'OVERDUE'),
          overdue: rule('OVERDUE', 'BANK'),
          renew: rule('RENEWED', 'BANK'),
          restructure: rule('RESTRUCTURED', 'BANK'),
          repaid: rule('REPAID', 'BANK'),
        },
      },
      OVERDUE: {
        zh: '逾期',
        en: 'overdue',
        on: {
          ...running('OVERDUE', 'PERFORMING'),
          overdue: rule('OVERDUE', 'BANK'),
          cure: rule('PERFORMING', 'BANK'),
          default: rule('DEFAULTED', 'BANK'),
          repaid: rule('REPAID', 'BANK'),
        },
      },
      RENEWED: {
        zh: '已续贷',
        en: 'renewed',
        on: { ...monthly('RENEWED'), close: rule('CLOSED', 'BANK') },
        timers: [{ days: 1, event: 'close' }],
      },
      RESTRUCTURED: {
        zh: '已重组',
        en: 'restructured',
        on: {
          ...running('RESTRUCTURED'),
          perform: system('PERFORMING'),
          overdue: rule('RESTRUCTURED', 'BANK'),
          default: rule('DEFAULTED', 'BANK'),
          repaid: rule('REPAID', 'BANK'),
        },
      },
      REPAID: {
        zh: '已还清',
        en: 'repaid',
        on: { ...monthly('REPAID'), close: rule('CLOSED', 'BANK') },
        timers: [{ days: 30, event: 'close' }],
      },
      DEFAULTED: {
        zh: '违约',
        en: 'defaulted',
        on: {
          ...running('DEFAULTED'),
          recover: rule('DEFAULTED', 'BANK'),
          'write-off': rule('WRITTEN_OFF', 'BANK'),
          close: rule('CLOSED', 'BANK'),
        },
      },
      WRITTEN_OFF: {
        zh: '已核销',
        en: 'written off',
        on: { ...monthly('WRITTEN_OFF'), recover: rule('WRITTEN_OFF', 'BANK'), close: rule('CLOSED', 'BANK') },
      },
      CLOSED: { zh: '已结清', en: 'closed', on: monthly('CLOSED') },
    },
  },
  // A closed loan still takes the report of its last month.
  { endless: true },
);
