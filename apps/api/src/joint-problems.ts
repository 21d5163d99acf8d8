import { COMPOSITION_FAULTS } from '#lib/financing';
import type { Text } from '#lib/scoring';
import { entry, type ProblemEntry } from './problem-entry.ts';

/** 联合授信: what the rules of a joint case refuse with, and the places that their answers name. */
export const JOINT_PROBLEMS: Readonly<Record<string, Text & { readonly status: number }>> = {
  'joint-open-refused': {
    status: 403,
    zh: '不能为该企业登记需求',
    en: 'You open no joint case of this firm',
  },
  'joint-terms-invalid': { status: 422, zh: '案件要素有误', en: 'The terms of the case are not valid' },
  'joint-consent-invalid': { status: 422, zh: '授权同意有误', en: 'The consent is not valid: errors names each place' },
  'joint-consent-missing': { status: 409, zh: '没有可撤回的同意', en: 'There is no consent to take back' },
  'joint-word-invalid': { status: 422, zh: '会商发言有误', en: 'The firm has no part in internal consultation' },
  'joint-version-invalid': { status: 422, zh: '方案有误', en: 'The proposal is not valid: errors names each place' },
  'joint-version-stale': { status: 409, zh: '方案已有新版本', en: 'The proposal has a newer version' },
  'joint-versions-exhausted': { status: 409, zh: '方案最多五版', en: 'A case has at most five proposals' },
  'joint-desk-missing': { status: 403, zh: '本机构无此席位或部分', en: 'Not your part of the case' },
  'joint-commitment-invalid': { status: 422, zh: '承诺有误', en: 'The answer to the proposal is not valid' },
  'joint-commitment-missing': { status: 409, zh: '尚未承诺', en: 'Whose part is taken over has committed to nothing' },
  'joint-commitment-signed': {
    status: 409,
    zh: '已签署的承诺不可变更',
    en: 'What was signed is not committed to anew',
  },
  'joint-sign-invalid': { status: 422, zh: '签署有误', en: 'The signature is not valid' },
  'joint-sign-refused': { status: 409, zh: '不得签署', en: 'Signed already, or a commitment ran out' },
  'joint-condition-unknown': { status: 422, zh: '没有待满足的本方条件', en: 'No open condition of your own' },
  'joint-conditions-open': { status: 409, zh: '生效条件尚未满足', en: 'Conditions are not met: errors names each' },
  'joint-partner-unknown': {
    status: 422,
    zh: '方案没有该合作方的此部分',
    en: 'The proposal has no such part of the partner',
  },
  'joint-draw-refused': { status: 409, zh: '不得提款', en: 'Nothing is drawn: errors names every limit that holds' },
  'joint-amount-exceeded': { status: 409, zh: '金额超出', en: 'More than there is: errors says how much' },
  'joint-correction-unknown': { status: 422, zh: '没有可更正的本方记录', en: 'No entry of your own to correct' },
  'joint-debt-open': { status: 409, zh: '债务尚未结清', en: 'The debt is not settled: errors names each part' },
  'joint-not-active': { status: 409, zh: '案件尚未生效，不得收付', en: 'No money moves before the case is active' },
  'joint-full': { status: 409, zh: '记录已达上限', en: 'The case keeps no more of this' },
  'composition-invalid': {
    status: 422,
    zh: '投贷担组成有误',
    en: 'The composition is not valid: errors names each place',
  },
  'substitution-above-shortfall': {
    status: 409,
    zh: '替代额超过缺口',
    en: 'More is taken over than the other falls short of',
  },
  'capacity-passed': {
    status: 409,
    zh: '担保能力不足',
    en: 'The guarantor may not take it on: errors names every cap',
  },
  // Why nothing is drawn, and what a proposal runs against: places in errors.
  'own-commitment': { status: 409, zh: '超出本方承诺额', en: 'More than the partners of this part committed' },
  'equity-recognised': { status: 409, zh: '超出认定股权可承载的额度', en: 'More than the equity recognised carries' },
  'equity-paid': { status: 409, zh: '超出已到账股权可承载的额度', en: 'More than the equity paid in so far carries' },
  'joint-cap': { status: 409, zh: '超出债权合计上限', en: 'More than both debt parts together may be' },
  'availability-over': { status: 409, zh: '提款期已届满', en: 'The last day to draw is over' },
  'not-active': { status: 409, zh: '案件未处于生效状态', en: 'The case is not active' },
  'programme-cap-exceeded': { status: 422, zh: '超出产品上限', en: 'The package passes the cap of the programme' },
  'reservation-expired': { status: 409, zh: '没有有效的额度预留', en: 'No capacity is reserved any more' },
};

/** What is wrong with a composition: places in the errors of composition-invalid. */
export const COMPOSITION_PLACES: Readonly<Record<string, ProblemEntry>> = Object.fromEntries(
  Object.entries(COMPOSITION_FAULTS).map(([code, { zh, en }]) => [code, entry(422, zh, en)]),
);

/** Codes that the rules of a joint case answer an event with. */
export const JOINT_EVENT_PROBLEMS = Object.keys(JOINT_PROBLEMS).filter(
  (code) => code !== 'joint-open-refused' && code !== 'joint-terms-invalid',
);
