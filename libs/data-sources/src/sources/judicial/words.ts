import type { CaseOutcome, CaseRole, CauseClass, EnforcementEnd } from './payload.ts';

/** 诉讼地位 as courts word it; (原审被告) says the side of an appeal. */
export const ROLES: ReadonlyMap<string, CaseRole> = new Map([
  ['原告', 'plaintiff'],
  ['申请人', 'plaintiff'],
  ['上诉人(原审原告)', 'plaintiff'],
  ['被上诉人(原审原告)', 'plaintiff'],
  ['被告', 'defendant'],
  ['被申请人', 'defendant'],
  ['上诉人(原审被告)', 'defendant'],
  ['被上诉人(原审被告)', 'defendant'],
  ['第三人', 'thirdParty'],
  ['原审第三人', 'thirdParty'],
  ['上诉人', 'appellant'],
  ['被上诉人', 'appellee'],
  ['申请执行人', 'enforcementApplicant'],
  ['被执行人', 'judgmentDebtor'],
]);

export const OUTCOMES: ReadonlyMap<string, CaseOutcome> = new Map([
  ['胜诉', 'won'],
  ['部分胜诉', 'partly'],
  ['部分支持', 'partly'],
  ['败诉', 'lost'],
  ['调解', 'mediated'],
  ['调解结案', 'mediated'],
  ['撤诉', 'withdrawn'],
  ['撤回起诉', 'withdrawn'],
  ['按撤诉处理', 'withdrawn'],
  ['驳回起诉', 'dismissed'],
  ['不予受理', 'dismissed'],
  ['维持', 'upheld'],
  ['维持原判', 'upheld'],
]);

export const ENFORCEMENT_ENDS: ReadonlyMap<string, EnforcementEnd> = new Map([
  ['执行完毕', 'performed'],
  ['履行完毕', 'performed'],
  ['和解履行', 'settled'],
  ['和解履行完毕', 'settled'],
  ['终本', 'roundEnded'],
  ['终结本次执行', 'roundEnded'],
  ['终结本次执行程序', 'roundEnded'],
  ['终结执行', 'terminated'],
  ['驳回执行申请', 'terminated'],
  ['销案', 'terminated'],
]);

const LABOUR = /劳动|劳务|工资|工伤|人事争议|社会保险|竞业/;
const DEBT = /合同|借款|借贷|欠款|货款|债|追偿|票据|保证|担保|保理|不当得利|清偿|信用证/;

/** 案由 by its words (民事案件案由规定): labour first, then whatever claims money under a contract or a debt. */
export const causeClassOf = (cause: string): CauseClass =>
  LABOUR.test(cause) ? 'labour' : DEBT.test(cause) ? 'debt' : 'other';

const CASE_NO = /^[^()\s]{0,20}\((?:19|20)\d\d\)[^()\s]{0,40}\d号(?:之[一二三四五六七八九十]{1,3})?$/;

/**
 * 案号 without blanks, with half-width brackets: 〔2024〕, （2024） and [2024] are one. A «之一» stays, for it names another
 * ruling. Undefined: no case number. Labour arbitration puts words before the year (深南劳人仲案(2025)12号).
 */
export function caseNumberOf(clean: string): string | undefined {
  const text = clean.replaceAll(' ', '').replace(/[[〔【](\d{4})[\]〕】]/, '($1)');
  return CASE_NO.test(text) ? text : undefined;
}
