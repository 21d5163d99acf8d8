import { callbackSchemas } from './callback-schemas.ts';
import { dealSchemas } from './deal-schemas.ts';
import { guaranteeSchemas } from './guarantee-schemas.ts';
import { jointSchemas } from './joint-schemas.ts';
import { disputeSchemas } from './dispute-schemas.ts';
import { listRulesSchemas } from './list-rules-schemas.ts';
import { listSchemas } from './list-schemas.ts';
import { reviewSchemas } from './review-schemas.ts';
import { complianceSchemas } from './compliance-schemas.ts';
import { accessSchemas } from './access-schemas.ts';
import { closureSchemas } from './closure-schemas.ts';
import { correctionSchemas } from './correction-schemas.ts';
import { deliverySchemas } from './delivery-schemas.ts';
import { identitySchemas } from './identity-schemas.ts';
import { modelSchemas } from './model-schemas.ts';
import { noticeSchemas } from './notice-schemas.ts';
import { reportSchemas } from './report-schemas.ts';
import { financingStandingSchemas } from './financing-standing-schemas.ts';
import { statedSchemas } from './stated-schemas.ts';
import { runSchemas } from './run-schemas.ts';
import { historySchemas } from './history-schemas.ts';
import { scoreSchemas } from './score-schemas.ts';
import { subjectSchemas } from './subject-schemas.ts';
import { catalogueSchemas } from './catalogue-schemas.ts';
import { int, list, object, str, type JsonSchema } from './schema.ts';

const detail = object(
  {
    pointer: str('JSON pointer into the body.', '/asOf'),
    field: str('Parameter of the query or the path.', 'limit'),
    header: str('Header of the request, or column of a delivery.', 'Idempotency-Key'),
    row: int('1-based row of a delivery; the header is not a row.', 17),
    code: str('What is wrong there.', 'field-invalid'),
    zh: str('Chinese text.', '应为存在的日期 YYYY-MM-DD'),
    en: str('English text.', 'a day that exists, as YYYY-MM-DD, is expected'),
  },
  ['pointer', 'field', 'header', 'row'],
  'Exactly one of pointer, field, header and row names the place, or none.',
);

/** application/problem+json; further members (id, scope, deliveryId …) may stand beside these. */
const problem: JsonSchema = {
  ...object({
    type: str('/problems/CODE: the page that explains it.', '/problems/request-invalid'),
    title: str('What the code means.', 'The request is not valid: errors names each field'),
    status: int('HTTP status.', 400),
    code: str('Stable code.', 'request-invalid'),
    detail: str('English, for this case.', 'the request is not valid: /asOf'),
    zh: str('Chinese, for this case.', '请求有误：/asOf'),
    en: str('English, for this case.', 'the request is not valid: /asOf'),
    errors: list(detail),
  }),
  additionalProperties: true,
};

/** Every answer of the API by name: the document's components, and what the tests hold the real answers against. */
export const SCHEMAS = {
  Problem: problem,
  ...accessSchemas,
  ...dealSchemas,
  ...guaranteeSchemas,
  ...jointSchemas,
  ...callbackSchemas,
  ...deliverySchemas,
  ...correctionSchemas,
  ...identitySchemas,
  ...closureSchemas,
  ...complianceSchemas,
  ...listSchemas,
  ...listRulesSchemas,
  ...reviewSchemas,
  ...disputeSchemas,
  ...runSchemas,
  ...modelSchemas,
  ...scoreSchemas,
  ...historySchemas,
  ...subjectSchemas,
  ...reportSchemas,
  ...catalogueSchemas,
  ...noticeSchemas,
  ...financingStandingSchemas,
  ...statedSchemas,
} satisfies Record<string, JsonSchema>;

export type SchemaName = keyof typeof SCHEMAS;
