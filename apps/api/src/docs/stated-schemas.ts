import { STATED_KINDS, STATED_STATES, VERDICTS } from '#lib/financing';
import { choice, day, hex, id, instant, list, nullable, object, str, text } from './schema.ts';

const by = (kind: string, zh: string, en: string) =>
  object({ kind: str('Kind of institution; never its name.', kind), ...text(zh, en) });

const statedInput = object({
  statementId: id('Version of the statement.'),
  uscc: str('统一社会信用代码.', '91440300DMAB12340K'),
  kind: choice('What the figures are of.', Object.keys(STATED_KINDS), 'receivables'),
  ...text('应收合同款', 'contract receivables'),
  asOf: day('The day that the figures are of.'),
  state: object({
    code: choice('Only what is verified counts for the line.', Object.keys(STATED_STATES), 'verified'),
    ...text('已核验', 'verified'),
  }),
  values: nullable({
    type: 'object',
    additionalProperties: true,
    description: 'As they were stated; null: this version withdraws them.',
    example: {
      contracts: [
        {
          contractNo: 'HT-2026-018',
          buyer: '样例市水务局',
          buyerKind: 'public',
          signedOn: '2026-05-08',
          dueOn: '2026-08-31',
          amount: { fen: 80_000_000, currency: 'CNY' },
          sha256: '4ae1e2f4a5a3d1f0c6b7989a1b2c3d4e5f60718293a4b5c6d7e8f90112233445',
        },
      ],
    },
  }),
  evidence: list(
    object({ sha256: hex('SHA-256 of the document.'), reference: str('Its name or number.', '采购合同 HT-2026-018') }),
  ),
  reason: nullable(str('Why it was withdrawn.', '销售收入口径有误'), null),
  by: by('firm', '企业', 'the firm'),
  at: instant('When it was stated.'),
  checks: list(
    object({
      verdict: choice('What a second party found.', VERDICTS),
      note: nullable(str('What was compared; null: the words of another institution.', '与合同原件核对一致')),
      evidenceSha256: hex('The document that was seen.'),
      by: by('bank', '银行', 'a bank'),
      at: instant('When.'),
    }),
    'The oldest first; of each institution the newest counts.',
  ),
});

export const statedSchemas = {
  StatedInput: statedInput,
  StatedInputList: object({
    date: day('What was known by the end of this day.', '2026-07-06'),
    items: list(statedInput),
  }),
};
