import { workflow, type Workflow } from '#lib/kernel';

/** 名单成员状态 (domain §6.2). */
export const MEMBER_STATES = [
  'CANDIDATE',
  'IN_REVIEW',
  'PROPOSED_IN',
  'PROPOSED_OUT',
  'COMMITTEE',
  'ACTIVE',
  'WATCH',
  'SUSPENDED',
  'NOT_LISTED',
  'EXITED',
  'REVOKED',
] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

export const MEMBER_EVENTS = [
  'enter',
  'flag',
  'propose-in',
  'propose-out',
  'confirm',
  'return',
  'disagree',
  'include',
  'exclude',
  'reconsider',
  'bad-run',
  'caution',
  'recover',
  'second-bad-run',
  'knock-out',
  'disputed-knock-out',
  'dropped',
  'stands',
  'leave',
  'remove',
  'renew',
  'requalify',
  'cure',
] as const;
export type MemberEvent = (typeof MEMBER_EVENTS)[number];

/** REVIEW: a reviewer of the guarantor; COMMITTEE: several; SYSTEM raises everything without `by`. */
export type MemberRole = 'REVIEW' | 'COMMITTEE';

const ENDED = {
  'knock-out': { to: 'REVOKED' },
  'disputed-knock-out': { to: 'SUSPENDED' },
  leave: { to: 'EXITED' },
  remove: { to: 'REVOKED', by: ['COMMITTEE'] },
} as const;

/** On the list, in the words of banks: these three are shown. */
export const LISTED: readonly MemberState[] = ['ACTIVE', 'WATCH', 'SUSPENDED'];

/** Periods of the table that follow the list's own rules are given there: coolingDays, suspendedDays. */
export const MEMBERSHIP: Workflow<MemberState, MemberEvent, MemberRole> = workflow<
  MemberState,
  MemberEvent,
  MemberRole
>(
  {
    name: 'membership',
    initial: 'CANDIDATE',
    states: {
      CANDIDATE: { zh: '候选', en: 'candidate', on: { enter: { to: 'ACTIVE' }, flag: { to: 'IN_REVIEW' } } },
      IN_REVIEW: {
        zh: '复核中',
        en: 'in review',
        on: {
          'propose-in': { to: 'PROPOSED_IN', by: ['REVIEW'] },
          'propose-out': { to: 'PROPOSED_OUT', by: ['REVIEW'] },
        },
        timers: [{ workingDays: 3, event: 'alarm' }],
      },
      PROPOSED_IN: {
        zh: '拟入库',
        en: 'proposed for entry',
        on: {
          confirm: { to: 'ACTIVE', by: ['REVIEW'] },
          return: { to: 'IN_REVIEW', by: ['REVIEW'] },
          disagree: { to: 'COMMITTEE', by: ['REVIEW'] },
        },
        timers: [{ workingDays: 2, event: 'alarm' }],
      },
      PROPOSED_OUT: {
        zh: '拟不入库',
        en: 'proposed to stay out',
        on: {
          confirm: { to: 'NOT_LISTED', by: ['REVIEW'] },
          return: { to: 'IN_REVIEW', by: ['REVIEW'] },
          disagree: { to: 'COMMITTEE', by: ['REVIEW'] },
        },
        timers: [{ workingDays: 2, event: 'alarm' }],
      },
      COMMITTEE: {
        zh: '评审会审议',
        en: 'before the committee',
        on: { include: { to: 'ACTIVE', by: ['COMMITTEE'] }, exclude: { to: 'NOT_LISTED', by: ['COMMITTEE'] } },
      },
      ACTIVE: {
        zh: '在库',
        en: 'active',
        on: { ...ENDED, 'bad-run': { to: 'WATCH' }, caution: { to: 'WATCH' }, renew: { to: 'ACTIVE' } },
      },
      WATCH: {
        zh: '观察',
        en: 'on watch',
        on: {
          ...ENDED,
          recover: { to: 'ACTIVE' },
          'bad-run': { to: 'WATCH' },
          'second-bad-run': { to: 'EXITED' },
          renew: { to: 'WATCH' },
        },
      },
      SUSPENDED: {
        zh: '中止',
        en: 'suspended',
        on: { dropped: { to: ['ACTIVE', 'WATCH'] }, stands: { to: 'REVOKED' }, leave: { to: 'EXITED' } },
      },
      NOT_LISTED: { zh: '未入库', en: 'not listed', on: { reconsider: { to: 'CANDIDATE' } } },
      EXITED: { zh: '已退出', en: 'exited', on: { requalify: { to: 'CANDIDATE' } } },
      REVOKED: { zh: '已撤销', en: 'revoked', on: { cure: { to: 'CANDIDATE' } } },
    },
  },
  { endless: true },
);
