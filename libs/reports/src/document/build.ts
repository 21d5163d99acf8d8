import { PURPOSE_RULES } from '#lib/compliance';
import { canonicalJson, FEEDS, registrationOf } from '#lib/data-sources';
import { instantText } from '#lib/kernel';
import { FILE_DAYS } from '../report-request.ts';
import { teamOf, vitalityOf } from './activity.ts';
import { capitalOf, policyOf } from './capital.ts';
import { conductOf, creditOf } from './conduct.ts';
import { dimensionsOf } from './dimensions.ts';
import { identityOf } from './identity.ts';
import { innovationOf } from './innovation.ts';
import type { ReportInput } from './input.ts';
import { CLASSIFICATION, NOTES, REPORT_TYPE } from './notes.ts';
import { programmesOf } from './programmes.ts';
import { summaryOf } from './summary.ts';
import { changesOf, queriesOf } from './tracking.ts';
import { coded, INSTITUTION_KIND } from './words.ts';
import { words, Writing } from './writing.ts';

/** The format of the document: its members only grow. */
export const REPORT_FORMAT = 'firstmile.report.v1';

/**
 * A report as JSON (报告). Pure: the same input gives the same bytes; of two reports at the same pins nothing differs but
 * `cover.printedAt`. A report of facts has no `summary` and no `dimensions`.
 */
export function reportBytes(input: ReportInput): Buffer {
  return Buffer.from(canonicalJson(reportDocument(input)));
}

export function reportDocument(input: ReportInput): object {
  const writing = new Writing(input);
  const scored = input.order.product === 'score';
  return {
    format: REPORT_FORMAT,
    cover: coverOf(writing),
    notes: NOTES,
    ...(scored ? { summary: summaryOf(writing) } : {}),
    identity: identityOf(writing),
    ...(scored ? { dimensions: dimensionsOf(writing) } : {}),
    innovation: innovationOf(writing),
    team: teamOf(writing),
    vitality: vitalityOf(writing),
    capital: capitalOf(writing),
    policy: policyOf(writing),
    compliance: conductOf(writing),
    credit: creditOf(writing),
    programmes: programmesOf(writing),
    changes: changesOf(writing),
    queries: queriesOf(writing),
    annex: annexOf(writing),
  };
}

/** 0 封面. */
function coverOf({ input, profile }: Writing): object {
  const { order, run, authorisation, requester } = input;
  return {
    reportNo: input.reportNo,
    type: { code: order.product, ...REPORT_TYPE[order.product] },
    profile,
    firm: { uscc: order.uscc, name: registrationOf(input.dossier)?.registration.name ?? null },
    purpose: { code: order.purpose, ...words(PURPOSE_RULES[order.purpose]) },
    requester: { kind: coded(INSTITUTION_KIND, requester.kind), ...words(requester) },
    requestId: order.requestId,
    requestedAt: instantText(order.requestedAt),
    authorisationId: authorisation?.authorisationId ?? null,
    runId: run.runId,
    asOf: run.asOf,
    knownAt: instantText(run.knownAt),
    printedAt: instantText(input.printedAt),
    model: run.modelId,
    validDays: FILE_DAYS,
    notAfter: authorisation?.until ?? null,
    classification: CLASSIFICATION,
  };
}

/** 15 附录: where everything comes from, by what right, and by which model. */
function annexOf(writing: Writing): object {
  const { input } = writing;
  const { authorisation, run, model } = input;
  return {
    sources: [...FEEDS].map(([feed, { source, owns }]) => {
      const view = writing.firm.feed(feed);
      const { kind, zh, en } = source.legalBasis;
      const dark = writing.isDark(source);
      return {
        feed,
        zh: source.zh,
        en: source.en,
        publisher: source.publisher,
        legalBasis: { kind, zh, en },
        shown: !dark,
        through: dark ? null : (view.through ?? null),
        freshness: dark || view.cause !== undefined ? null : (view.freshness ?? { num: 1, den: 1 }),
        cause: dark ? null : (view.cause ?? null),
        records: dark
          ? null
          : writing.records(source).filter(({ payload }) => owns === undefined || owns(payload)).length,
      };
    }),
    authorisation:
      authorisation === null
        ? null
        : {
            authorisationId: authorisation.authorisationId,
            purpose: authorisation.purpose,
            scopes: authorisation.scopes,
            from: authorisation.from,
            until: authorisation.until,
            grantedAt: instantText(authorisation.grantedAt),
            textSha256: authorisation.textSha256,
            evidenceSha256: authorisation.evidenceSha256,
          },
    model: {
      id: run.modelId,
      hash: run.modelHash,
      catalogueHash: run.catalogueHash,
      calibrated: model.document.calibrated,
      zh: model.document.zh,
      en: model.document.en,
    },
    pins: { runId: run.runId, asOf: run.asOf, knownAt: instantText(run.knownAt) },
    evidenceNamed: input.scored !== null,
  };
}
