import { PURPOSE_RULES } from '#lib/compliance';
import { instantText } from '#lib/kernel';
import { REPORT_REQUEST, type Receipt, type ReportRequest, type StoredReport } from '#lib/reports';
import type { ApiReply } from '../http/api-request.ts';

export const requestBody = (request: ReportRequest): object => ({
  requestId: request.requestId,
  uscc: request.uscc,
  purpose: request.purpose,
  product: request.product,
  profile: request.profile,
  runId: request.runId,
  requestedAt: instantText(request.requestedAt),
  state: request.state,
  stateWords: stateWords(request),
  stateSince: instantText(request.stateSince),
  version: request.version,
  authorisationId: request.basis?.authorisationId ?? null,
  authorisedUntil: request.basis?.until ?? null,
  lastDay: request.lastDay,
  failures: request.failures,
  reportNo: request.reportNo,
});

export const requestDetailBody = (request: ReportRequest, receipt: Receipt | null): object => ({
  ...requestBody(request),
  receipt,
});

/** A request as the firm sees that it is about: who asks, what for, and where it stands. */
export const requestAboutBody = (
  request: ReportRequest,
  by: { readonly kind: string; readonly zh: string; readonly en: string },
): object => ({
  requestId: request.requestId,
  by: { kind: by.kind, zh: by.zh, en: by.en },
  purpose: { code: request.purpose, zh: PURPOSE_RULES[request.purpose].zh, en: PURPOSE_RULES[request.purpose].en },
  product: request.product,
  requestedAt: instantText(request.requestedAt),
  state: request.state,
  stateWords: stateWords(request),
  authorisationId: request.basis?.authorisationId ?? null,
  lastDay: request.lastDay,
  reportNo: request.reportNo,
});

function stateWords({ state }: ReportRequest): object {
  const { zh, en } = REPORT_REQUEST.states[state];
  return { zh, en };
}

/** The very bytes that were signed: the ETag is their SHA-256, the receipt stands beside them in a header. */
export function sendReport(reply: ApiReply, { bytes, receipt }: StoredReport): Buffer {
  reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('etag', `"${receipt.sha256}"`)
    .header('report-receipt', JSON.stringify(receipt));
  return bytes;
}
