import { workflow, type Rule } from '#lib/kernel';
import type { Desk } from '../deals/deal.ts';

export const JOINT_STATES = [
  'NEED',
  'CONSULT',
  'PROPOSED',
  'COMMITTING',
  'BALANCED',
  'SIGNED',
  'ACTIVE',
  'REVIEW_DUE',
  'FROZEN',
  'RUN_OFF',
  'FULFILLED',
  'TERMINATED',
  'FAILED',
  'WITHDRAWN',
] as const;
export type JointState = (typeof JOINT_STATES)[number];

export const JOINT_EVENTS = [
  // The firm's: consent to named institutions, its end, the end of its need.
  'share',
  'unshare',
  'withdraw',
  // 会商, versions, commitments, signatures.
  'say',
  'propose',
  'open',
  'commit',
  'counter',
  'decline',
  'sign',
  'meet',
  'activate',
  // Money.
  'pay',
  'back',
  'draw',
  'repay',
  'claim',
  'loss',
  'recover',
  'write-off',
  'correct',
  // 冻结 and 复核.
  'freeze',
  'unfreeze',
  'confirm',
  'issue',
  'close',
  // By time alone.
  'lapse',
  'expire',
  'review',
  'end-availability',
] as const;
export type JointEvent = (typeof JOINT_EVENTS)[number];

type On = Partial<Record<JointEvent, Rule<JointState, Desk>>>;

const PARTNERS: readonly Desk[] = ['INVEST', 'BANK', 'GUAR', 'INSUR', 'LEASE'];
const PARTNERS_AND_HOUSE: readonly Desk[] = [...PARTNERS, 'OPS'];
const OPTIONAL: readonly Desk[] = ['INSUR', 'LEASE'];
const LENDERS: readonly Desk[] = ['BANK', 'LEASE'];
const CREDITORS: readonly Desk[] = ['BANK', 'GUAR', 'LEASE'];

/** What is only written down: consent may be given, and is taken back at once, as long as the case lives. */
const consent = (state: JointState): On => ({
  share: { to: state, by: ['FIRM'] },
  unshare: { to: state, by: ['FIRM'] },
});
const say = (state: JointState): On => ({ say: { to: state, by: [...PARTNERS_AND_HOUSE, 'FIRM'] } });
/** Optional desks join when they like. */
const late = (state: JointState): On => ({ commit: { to: state, by: OPTIONAL }, sign: { to: state, by: OPTIONAL } });
/** Money that moves whatever the state is, and corrections of what was recorded. */
const money = (state: JointState): On => ({
  repay: { to: state, by: LENDERS },
  correct: { to: state, by: ['INVEST', ...CREDITORS] },
});
/** 冻结 at any time: a partner's default, a knock-out, equity taken back. */
const freezing: On = {
  freeze: { to: 'FROZEN', by: PARTNERS_AND_HOUSE },
};
const paidOrBack = (state: JointState): On => ({
  pay: { to: state, by: ['INVEST'] },
  back: { to: 'FROZEN', by: ['INVEST'] },
});

/** 联合授信案件 (domain §6.5). Rules that lead back to their own state write something down; the others move. */
export const JOINT_TABLE = workflow<JointState, JointEvent, Desk>({
  name: 'joint-case',
  initial: 'NEED',
  states: {
    NEED: {
      zh: '需求登记',
      en: 'need',
      on: {
        share: { to: 'CONSULT', by: ['FIRM'] },
        withdraw: { to: 'WITHDRAWN', by: ['FIRM', 'OPS'] },
        lapse: { to: 'WITHDRAWN' },
      },
      timers: [{ days: 30, event: 'lapse' }],
    },
    CONSULT: {
      zh: '会商',
      en: 'consultation',
      on: { ...consent('CONSULT'), ...say('CONSULT'), propose: { to: 'PROPOSED', by: PARTNERS_AND_HOUSE } },
      timers: [{ workingDays: 5, event: 'alarm' }],
    },
    PROPOSED: {
      zh: '方案待发',
      en: 'proposed',
      on: { ...consent('PROPOSED'), ...say('PROPOSED'), open: { to: 'COMMITTING', by: PARTNERS_AND_HOUSE } },
    },
    COMMITTING: {
      zh: '承诺中',
      en: 'committing',
      on: {
        ...consent('COMMITTING'),
        ...say('COMMITTING'),
        counter: { to: 'PROPOSED', by: PARTNERS_AND_HOUSE },
        commit: { to: ['COMMITTING', 'BALANCED'], by: PARTNERS },
        // Of several lenders one may stand back: the others may be all that was waited for.
        decline: { to: ['COMMITTING', 'BALANCED', 'FAILED'], by: PARTNERS },
        lapse: { to: 'FAILED' },
      },
      timers: [{ workingDays: 10, event: 'lapse' }],
    },
    BALANCED: {
      zh: '已平衡',
      en: 'balanced',
      on: {
        ...consent('BALANCED'),
        ...say('BALANCED'),
        commit: { to: 'BALANCED', by: OPTIONAL },
        sign: { to: ['BALANCED', 'SIGNED'], by: [...PARTNERS, 'FIRM'] },
        expire: { to: 'COMMITTING' },
        lapse: { to: 'FAILED' },
      },
      timers: [{ days: 60, event: 'lapse' }],
    },
    SIGNED: {
      zh: '已签约',
      en: 'signed',
      on: {
        ...consent('SIGNED'),
        ...late('SIGNED'),
        ...freezing,
        meet: { to: 'SIGNED', by: PARTNERS },
        activate: { to: 'ACTIVE', by: PARTNERS_AND_HOUSE },
      },
    },
    ACTIVE: {
      zh: '生效',
      en: 'active',
      on: {
        ...consent('ACTIVE'),
        ...late('ACTIVE'),
        ...paidOrBack('ACTIVE'),
        ...money('ACTIVE'),
        ...freezing,
        draw: { to: 'ACTIVE', by: LENDERS },
        review: { to: 'REVIEW_DUE' },
        'end-availability': { to: 'RUN_OFF' },
      },
    },
    REVIEW_DUE: {
      zh: '待复核',
      en: 'review due',
      on: {
        ...consent('REVIEW_DUE'),
        ...say('REVIEW_DUE'),
        ...paidOrBack('REVIEW_DUE'),
        ...money('REVIEW_DUE'),
        ...freezing,
        confirm: { to: ['REVIEW_DUE', 'ACTIVE'], by: PARTNERS },
        issue: { to: 'FROZEN', by: PARTNERS_AND_HOUSE },
      },
      timers: [{ workingDays: 20, event: 'alarm' }],
    },
    FROZEN: {
      zh: '冻结',
      en: 'frozen',
      on: {
        ...consent('FROZEN'),
        ...say('FROZEN'),
        ...paidOrBack('FROZEN'),
        ...money('FROZEN'),
        ...freezing,
        meet: { to: 'FROZEN', by: PARTNERS },
        // The platform informs and never decides.
        unfreeze: { to: 'ACTIVE', by: ['INVEST', ...CREDITORS] },
        lapse: { to: 'RUN_OFF' },
      },
      timers: [{ days: 90, event: 'lapse' }],
    },
    RUN_OFF: {
      zh: '清收期',
      en: 'run-off',
      on: {
        ...consent('RUN_OFF'),
        ...money('RUN_OFF'),
        back: { to: 'RUN_OFF', by: ['INVEST'] },
        claim: { to: 'RUN_OFF', by: ['GUAR'] },
        loss: { to: 'RUN_OFF', by: LENDERS },
        recover: { to: 'RUN_OFF', by: CREDITORS },
        'write-off': { to: 'RUN_OFF', by: CREDITORS },
        close: { to: ['FULFILLED', 'TERMINATED'], by: [...CREDITORS, 'OPS'] },
      },
    },
    FULFILLED: { zh: '履约完毕', en: 'fulfilled' },
    TERMINATED: { zh: '终止', en: 'terminated' },
    FAILED: { zh: '未达成', en: 'failed' },
    WITHDRAWN: { zh: '已撤回', en: 'withdrawn' },
  },
});

/** 双人复核: what lets money flow again, and what gives money up. */
export const JOINT_TWO_PERSONS = ['unfreeze', 'write-off'] as const satisfies readonly JointEvent[];

/** Months between reviews of an active case (复核周期). */
export const REVIEW_MONTHS = 6;
/** 方案版本上限. */
export const MOST_VERSIONS = 5;
