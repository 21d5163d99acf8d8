import { ProblemError, type Uscc } from '#lib/kernel';
import type { Purpose } from '#lib/compliance';
import { REPORT_REQUEST, type ReportRequest } from './report-request.ts';

/** Also where it is somebody else's: whether it exists is nobody's business. */
export const requestUnknown = (requestId: string): ProblemError =>
  new ProblemError({
    code: 'report-request-unknown',
    status: 404,
    zh: `没有报告查询申请 ${requestId}`,
    en: `there is no report request ${requestId}`,
  });

export const purposeRefused = (purpose: Purpose): ProblemError => {
  const words = { zh: '本机构不能以此目的查询', en: 'an institution of this kind does not ask for this purpose' };
  return new ProblemError({
    code: 'report-purpose-refused',
    status: 403,
    ...words,
    errors: [{ pointer: '/purpose', code: 'report-purpose-refused', ...words }],
    extra: { purpose },
  });
};

export const firmUnknown = (uscc: Uscc): ProblemError =>
  new ProblemError({
    code: 'company-unknown',
    status: 404,
    zh: `没有企业 ${uscc}`,
    en: `there is no company ${uscc}`,
    errors: [{ pointer: '/uscc', code: 'company-unknown', zh: '企业未登记', en: 'no such firm is registered' }],
  });

export const noRunAsOf = (asOf: string): ProblemError =>
  new ProblemError({
    code: 'report-run-missing',
    status: 404,
    zh: `没有评价日为 ${asOf} 的已发布批次`,
    en: `no published run is as of ${asOf}`,
    errors: [{ pointer: '/asOf', code: 'report-run-missing', zh: '无此评价日', en: 'no run of this day' }],
  });

/** Not made yet: the state says what it waits for. */
export const reportNotReady = ({ requestId, state }: ReportRequest): ProblemError =>
  new ProblemError({
    code: 'report-not-ready',
    status: 409,
    zh: `报告尚未生成：${REPORT_REQUEST.states[state].zh}`,
    en: `there is no report yet: ${REPORT_REQUEST.states[state].en}`,
    extra: { requestId, state },
  });

/** Refused, withdrawn, over: it is not shown again. */
export const reportOver = ({ requestId, state }: ReportRequest): ProblemError =>
  new ProblemError({
    code: 'report-over',
    status: 410,
    zh: `报告不再提供：${REPORT_REQUEST.states[state].zh}`,
    en: `the report is not given any more: ${REPORT_REQUEST.states[state].en}`,
    extra: { requestId, state },
  });
