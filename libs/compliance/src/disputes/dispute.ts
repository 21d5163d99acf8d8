import { workflow, type Workflow } from '#lib/kernel';

/** 异议状态 (domain §6.6). */
export const DISPUTE_STATES = [
  'RECEIVED',
  'MARKED',
  'INCOMPLETE',
  'SENT_TO_SOURCE',
  'CORRECTED',
  'SUPPLEMENTED',
  'STOPPED',
  'REJECTED',
  'UNRESOLVED',
  'PARTIES_NOTIFIED',
  'ESCALATED',
  'WITHDRAWN',
  'CLOSED_INCOMPLETE',
  'CLOSED',
] as const;
export type DisputeState = (typeof DISPUTE_STATES)[number];

export const DISPUTE_EVENTS = [
  'mark',
  'ask-more',
  'supply',
  'not-supplied',
  'withdraw',
  'send-to-source',
  'correct',
  'supplement',
  'stop',
  'reject',
  'no-answer',
  'state',
  'escalate',
  'rescored',
  'close',
] as const;
export type DisputeEvent = (typeof DISPUTE_EVENTS)[number];

/** FIRM: the subject. DESK: who handles disputes for the house. SYSTEM raises everything without `by`. */
export type DisputeRole = 'FIRM' | 'DESK';

/** 书面答复期限: days from receipt (征信条例 art. 25). */
export const ANSWER_DAYS = 20;
/** Without an answer of the source by this day the dispute is unresolved, and both views are noted. */
export const SOURCE_DAYS = 18;

/** Data that is disputed carries the mark in these states (异议标注). */
export const MARKED_STATES: readonly DisputeState[] = [
  'MARKED',
  'INCOMPLETE',
  'SENT_TO_SOURCE',
  'UNRESOLVED',
  'ESCALATED',
];
/** Not decided yet: it blocks an entry to a list, and suspends rather than revokes. */
export const OPEN_STATES: readonly DisputeState[] = ['RECEIVED', 'MARKED', 'INCOMPLETE', 'SENT_TO_SOURCE', 'ESCALATED'];

const DECIDED = { rescored: { to: 'PARTIES_NOTIFIED', by: ['DESK'] } } as const;
const REFUSED = {
  state: { to: ['REJECTED', 'UNRESOLVED'], by: ['FIRM'] },
  escalate: { to: 'ESCALATED', by: ['FIRM'] },
  close: { to: 'CLOSED' },
} as const;

export const DISPUTE: Workflow<DisputeState, DisputeEvent, DisputeRole> = workflow<
  DisputeState,
  DisputeEvent,
  DisputeRole
>({
  name: 'dispute',
  initial: 'RECEIVED',
  states: {
    RECEIVED: { zh: '已受理', en: 'received', on: { mark: { to: 'MARKED' } } },
    MARKED: {
      zh: '已标注',
      en: 'marked',
      on: {
        'ask-more': { to: 'INCOMPLETE', by: ['DESK'] },
        correct: { to: 'CORRECTED', by: ['DESK'] },
        'send-to-source': { to: 'SENT_TO_SOURCE', by: ['DESK'] },
        withdraw: { to: 'WITHDRAWN', by: ['FIRM'] },
      },
      timers: [{ workingDays: 1, event: 'alarm' }],
    },
    INCOMPLETE: {
      zh: '待补充',
      en: 'more is needed',
      on: {
        supply: { to: 'MARKED', by: ['FIRM'] },
        'not-supplied': { to: 'CLOSED_INCOMPLETE' },
        withdraw: { to: 'WITHDRAWN', by: ['FIRM'] },
      },
      timers: [{ workingDays: 3, event: 'not-supplied' }],
    },
    SENT_TO_SOURCE: {
      zh: '已转信息提供方核查',
      en: 'sent to the source',
      on: {
        correct: { to: 'CORRECTED', by: ['DESK'] },
        supplement: { to: 'SUPPLEMENTED', by: ['DESK'] },
        stop: { to: 'STOPPED', by: ['DESK'] },
        reject: { to: 'REJECTED', by: ['DESK'] },
        'no-answer': { to: 'UNRESOLVED' },
        withdraw: { to: 'WITHDRAWN', by: ['FIRM'] },
      },
      timers: [
        { workingDays: 2, event: 'alarm' },
        { workingDays: 5, event: 'alarm' },
      ],
    },
    CORRECTED: { zh: '已更正', en: 'corrected', on: DECIDED },
    SUPPLEMENTED: { zh: '已补充', en: 'supplemented', on: DECIDED },
    STOPPED: { zh: '已停止使用', en: 'no longer used', on: DECIDED },
    REJECTED: { zh: '不成立', en: 'rejected', on: REFUSED, timers: [{ days: 30, event: 'close' }] },
    UNRESOLVED: { zh: '未能核实', en: 'unresolved', on: REFUSED, timers: [{ days: 30, event: 'close' }] },
    PARTIES_NOTIFIED: { zh: '已通知使用方', en: 'users were told', on: { close: { to: 'CLOSED', by: ['DESK'] } } },
    ESCALATED: {
      zh: '已投诉或起诉',
      en: 'complaint or court',
      on: { correct: { to: 'CORRECTED', by: ['DESK'] }, close: { to: 'CLOSED', by: ['DESK'] } },
    },
    WITHDRAWN: { zh: '已撤回', en: 'withdrawn' },
    CLOSED_INCOMPLETE: { zh: '因未补充而终止', en: 'closed, nothing was supplied' },
    CLOSED: { zh: '已办结', en: 'closed' },
  },
});
