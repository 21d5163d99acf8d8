import type { BatchAgreement, BatchAnswer, BatchRow, ShareTree } from '#lib/financing';
import { fen, type LocalDate } from '#lib/kernel';
import { ProgrammeField, UuidField } from './deal-fields.ts';
import { withMoney } from './deal-body.ts';
import { DateField, FlagField, ItemsField, NumberField, ObjectField, TextField, TextsField } from './fields.ts';
import { Money, MoneyField } from './money-field.ts';
import { ShareTreeField } from './share-tree-field.ts';
import { SharingField, sharingTermsOf, type SharingRequest } from './sharing-field.ts';

/** 批量担保合作条件. */
export class AgreementTermsRequest {
  @MoneyField({ description: '批次总额度: guaranteed principal in force under the agreement.' })
  batchMost!: Money;

  @MoneyField({ description: '单户上限: of loans that one firm owes under the agreement.' })
  singleMost!: Money;

  @NumberField({ description: 'Months of a loan at most.', example: 36 }, 1, 120)
  termMostMonths!: number;

  @TextsField(
    { description: 'GB/T 4754 codes or their beginnings; empty: any.' },
    [0, 100],
    /^[A-Z][0-9]{0,4}$/,
    '行业代码',
    'a code of an industry',
  )
  sectors!: string[];

  @NumberField({ description: 'A loan is filed within so many days of its being paid out.', example: 30 }, 0, 366)
  filedWithinDays!: number;

  @NumberField({ description: '担保比例 in basis points.', example: 10_000 }, 1, 10_000)
  guaranteedBp!: number;

  @ShareTreeField()
  tree!: Record<string, unknown>;

  @NumberField({ description: '担保费率 a year in basis points.', example: 50 }, 0, 10_000)
  feeBp!: number;

  @SharingField()
  sharing?: SharingRequest;
}

export class AgreementRequest {
  @UuidField('The bank.')
  bankId!: string;

  @ProgrammeField('TDD')
  programme!: string;

  @DateField({ description: 'From this day on a loan of it may be paid out.', example: '2026-07-01' })
  validFrom!: LocalDate;

  @DateField({ description: 'The last day of it.', example: '2027-06-30' })
  validTo!: LocalDate;

  @ObjectField({ description: 'What is taken over without being looked at again.' }, () => AgreementTermsRequest)
  terms!: AgreementTermsRequest;
}

/** One loan as the bank states it; a value that is not good is the row's own exception. */
export class BatchRowRequest {
  @TextField({ description: 'The bank’s number of the loan: names the row in its batch.', example: 'L-1' }, 1, 80)
  rowKey!: string;

  @TextField({ description: '统一社会信用代码.', example: '91440300DMAB12340K' }, 1, 40)
  uscc!: string;

  @MoneyField({ description: '贷款本金.' })
  principal!: Money;

  @TextField({ description: '放款日 YYYY-MM-DD.', example: '2026-06-20' }, 1, 20)
  drawnOn!: string;

  @TextField({ description: '到期日 YYYY-MM-DD.', example: '2027-06-20' }, 1, 20)
  maturity!: string;

  @NumberField({ description: '担保比例 in basis points.', example: 10_000 }, 0, 1_000_000)
  guaranteedBp!: number;

  @TextField({ description: 'GB/T 4754; left out: not stated.', example: 'I65', optional: true }, 1, 20)
  industry?: string;

  @FlagField({ description: '小微企业; left out: not known.', optional: true })
  smallFirm?: boolean;

  @UuidField('The referral (贷款推荐业务) of the loan, of the same firm.', { optional: true })
  loanDealId?: string;

  @TextField({ description: 'Outcomes are kept with the firm until this day; left out: no.', optional: true }, 1, 20)
  outcomesUntil?: string;
}

export class BatchRequest {
  @UuidField('The agreement.')
  agreementId!: string;

  @TextField({ description: 'The bank’s number of the batch.', example: 'B2026-07' }, 1, 60)
  batchNo!: string;

  @ItemsField({ description: 'Loans.' }, () => BatchRowRequest, 200)
  rows!: BatchRowRequest[];
}

export const agreementOf = (guarantor: string, body: AgreementRequest): Omit<BatchAgreement, 'agreementId'> => {
  const { bankId: bank, programme, validFrom, validTo, terms } = body;
  const { batchMost, singleMost, tree, sharing, ...rest } = terms;
  const [most, single] = [fen(batchMost.fen), fen(singleMost.fen)];
  const shared = {
    batchMost: most,
    singleMost: single,
    tree: tree as unknown as ShareTree,
    sharing: sharingTermsOf(sharing),
  };
  return { guarantor, bank, programme, validFrom, validTo, terms: { ...rest, ...shared } };
};

export const rowOf = (row: BatchRowRequest): BatchRow => ({
  rowKey: row.rowKey,
  uscc: row.uscc,
  principal: row.principal.fen,
  drawnOn: row.drawnOn,
  maturity: row.maturity,
  guaranteedBp: row.guaranteedBp,
  industry: row.industry ?? null,
  smallFirm: row.smallFirm ?? null,
  loanDealId: row.loanDealId ?? null,
  outcomesUntil: row.outcomesUntil ?? null,
});

const MONEY: ReadonlySet<string> = new Set(['batchMost', 'singleMost', 'acceptedPrincipal']);

export const agreementBody = ({ guarantor, bank, terms, ...rest }: BatchAgreement): object => ({
  guarantorId: guarantor,
  bankId: bank,
  ...rest,
  terms: withMoney({ ...terms, sharing: terms.sharing ?? null }, MONEY),
});

/** 承保回单. */
export const batchBody = ({ batchNo, rows, totals }: BatchAnswer): object => ({
  batchNo,
  rows: rows.map((row) => ({
    rowKey: row.rowKey,
    outcome: row.outcome,
    dealId: row.outcome === 'ACCEPTED_BATCH' ? row.dealId : null,
    reasons: row.outcome === 'EXCEPTION' ? row.reasons : [],
    repeated: row.repeated,
  })),
  totals: withMoney(totals, MONEY),
});
