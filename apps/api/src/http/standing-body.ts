import {
  lineDocument,
  LOANS_NOT_SHOWN,
  matchDocument,
  matchesOf,
  raisesDocument,
  type FirmLine,
  type FirmStanding,
  type OpinionRow,
  type StatementRow,
} from '#lib/financing';
import { instantText, parseLocalDate, ProblemError, type LocalDate } from '#lib/kernel';
import { scoreRunBody } from '../partner/score-body.ts';
import { DocumentField, ObjectField } from './fields.ts';
import { ExpertFormRequest } from './review-body.ts';

export class StatementsRequest {
  @DocumentField({
    description:
      'Facts by their names, each with its value; the catalogue says who states which. A later statement takes the place of an earlier one.',
    example: { needs: ['equity', 'loan'], equipmentNeed: false },
  })
  statements!: Record<string, unknown>;
}

export class OpinionRequest {
  @ObjectField({ description: 'The expert form (专家评价表).' }, () => ExpertFormRequest)
  form!: ExpertFormRequest;
}

/** A day of a query; left out: `today`. Throws ProblemError request-invalid 400. */
export function dayOr(today: LocalDate, text: string | undefined): LocalDate {
  if (text === undefined) return today;
  const day = typeof text === 'string' ? parseLocalDate(text) : undefined;
  if (day !== undefined) return day;
  const words = { zh: '应为存在的日期 YYYY-MM-DD', en: 'a day that exists, as YYYY-MM-DD, is expected' };
  throw new ProblemError({
    code: 'request-invalid',
    status: 400,
    zh: '请求有误：date',
    en: 'the request is not valid: date',
    errors: [{ field: 'date', code: 'field-invalid', ...words }],
  });
}

/** What of a standing every answer names. */
const head = ({ dossier, run, on, loans }: FirmStanding): object => ({
  uscc: dossier.uscc,
  run: scoreRunBody(run),
  date: on,
  withoutLoans: loans ? null : LOANS_NOT_SHOWN,
});

export const firmProgrammesBody = (standing: FirmStanding, forFirm: boolean): object => ({
  ...head(standing),
  items: matchesOf(standing, forFirm).map(matchDocument),
});

export const firmLineBody = (standing: FirmStanding, line: FirmLine): object => ({
  ...head(standing),
  line: lineDocument(line),
  raises: raisesDocument(line),
});

export const statementsBody = (rows: readonly StatementRow[]): object => ({
  items: rows.map(({ statementId, fact, value, on, at }) => ({ statementId, fact, value, on, at: instantText(at) })),
});

export const opinionBody = ({ opinionId, marks, formVersion, hundredths, at }: OpinionRow): object => ({
  opinionId,
  formVersion,
  marks,
  hundredths,
  at: instantText(at),
});
