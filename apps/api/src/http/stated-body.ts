import {
  BY_WORDS,
  newestVersions,
  STATED_KINDS,
  STATED_STATES,
  stateOf,
  valuesDocument,
  VERDICTS,
  type StatedInput,
  type StatedKind,
  type Verdict,
} from '#lib/financing';
import { instantText, type LocalDate } from '#lib/kernel';
import { ChoiceField, DateField, DocumentField, ItemsField, PatternField, TextField } from './fields.ts';

const HASH = /^[0-9a-f]{64}$/;
const HASH_WORDS = ['应为SHA-256十六进制', 'a SHA-256 in hex is expected'] as const;
const HASH_EXAMPLE = '4ae1e2f4a5a3d1f0c6b7989a1b2c3d4e5f60718293a4b5c6d7e8f90112233445';

export class EvidenceRequest {
  @PatternField(
    { description: 'SHA-256 of the document, which stays where it is.', example: HASH_EXAMPLE },
    HASH,
    ...HASH_WORDS,
  )
  sha256!: string;

  @TextField({ description: 'Its name or number.', example: '2025年度审计报告' }, 2, 200)
  reference!: string;
}

export class StatedInputRequest {
  @ChoiceField({ description: 'What the figures are of.', example: 'working-capital' }, Object.keys(STATED_KINDS))
  kind!: StatedKind;

  @DateField({ description: 'The day that the figures are of.', example: '2026-06-30' })
  asOf!: LocalDate;

  @DocumentField({
    description:
      'tax: years (2 to 5 in a row, the oldest first, each with total, or vat and cit) and grade; receivables: contracts; working-capital: the figures of the example. Money is {fen, currency}; ratios are basis points; turnover is in days.',
    example: {
      annualSales: { fen: 1_000_000_000, currency: 'CNY' },
      marginBp: 2000,
      growthBp: 1000,
      inventoryDays: 60,
      receivableDays: 90,
      payableDays: 45,
      prepaidDays: 10,
      advanceDays: 25,
      ownFunds: { fen: 20_000_000, currency: 'CNY' },
      existingLoans: { fen: 0, currency: 'CNY' },
    },
  })
  values!: Record<string, unknown>;

  @ItemsField({ description: 'Documents that show the figures.' }, () => EvidenceRequest, 20)
  evidence!: EvidenceRequest[];
}

export class StatedCheckRequest {
  @ChoiceField({ description: 'What the documents showed.', example: 'verified' }, VERDICTS)
  verdict!: Verdict;

  @PatternField(
    { description: 'The document that was seen: one of the evidence.', example: HASH_EXAMPLE },
    HASH,
    ...HASH_WORDS,
  )
  evidenceSha256!: string;

  @TextField({ description: 'What was compared.', example: '与审计报告及纳税申报表核对一致' }, 2, 1000)
  note!: string;
}

export class StatedWithdrawalRequest {
  @TextField({ description: 'Why it no longer holds.', example: '销售收入口径有误' }, 2, 1000)
  reason!: string;
}

/** One version among all that the reader sees. Institutions are told by their kind, not by name. */
export function statedInputBody(input: StatedInput, all: readonly StatedInput[] = [input]): object {
  const state = stateOf(input, newestVersions(all));
  const { statementId, uscc, kind, asOf, values, evidence, reason, at, by, checks } = input;
  return {
    statementId,
    uscc,
    kind,
    ...STATED_KINDS[kind],
    asOf,
    state: { code: state, ...STATED_STATES[state] },
    values: values && valuesDocument(values),
    evidence,
    reason,
    by: { kind: by, ...BY_WORDS[by] },
    at: instantText(at),
    checks: checks.map((check) => ({
      verdict: check.verdict,
      note: check.note,
      evidenceSha256: check.evidenceSha256,
      by: { kind: check.by, ...BY_WORDS[check.by] },
      at: instantText(check.at),
    })),
  };
}

/** `newestFirst`: everything that the reader sees. */
export const statedInputsBody = (newestFirst: readonly StatedInput[], on: LocalDate): object => ({
  date: on,
  items: newestFirst.map((one) => statedInputBody(one, newestFirst.toReversed())),
});
