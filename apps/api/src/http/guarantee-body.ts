import type { Principal } from '#lib/access';
import type { GuaranteeApplication, ShareTree } from '#lib/financing';
import { fen, type LocalDate, type Uscc } from '#lib/kernel';
import { ProgrammeField, UuidField } from './deal-fields.ts';
import { DateField, FlagField, NumberField, TextField } from './fields.ts';
import { Money, MoneyField } from './money-field.ts';
import { ShareTreeField } from './share-tree-field.ts';
import { SharingField, sharingTermsOf, type SharingRequest } from './sharing-field.ts';
import { UsccField } from './uscc-field.ts';

/** What a firm applies for, for itself. */
export class OwnGuaranteeRequest {
  @ProgrammeField()
  programme!: string;

  @UuidField('The guarantor; left out: the guarantor that asks.', { optional: true })
  guarantorId?: string;

  @UuidField('The bank that lends; left out: the bank that asks, or it is settled with the contract.', {
    optional: true,
  })
  bankId?: string;

  @UuidField('再担保机构.', { optional: true })
  reGuarantorId?: string;

  @MoneyField({ description: '贷款本金 of the loan that is to be guaranteed.' })
  principal!: Money;

  @NumberField({ description: 'Months.', example: 12 }, 1, 120)
  termMonths!: number;

  @NumberField({ description: '担保比例 of the loan in basis points.', example: 10_000 }, 1, 10_000)
  guaranteedBp!: number;

  @ShareTreeField()
  tree!: Record<string, unknown>;

  @NumberField({ description: '担保费率 a year in basis points.', example: 100 }, 0, 10_000)
  feeBp!: number;

  @FlagField({ description: '小微企业; left out: not known, which weighs as any other.', optional: true })
  smallFirm?: boolean;

  @UuidField('The referral (贷款推荐业务) of the loan, of the same firm.', { optional: true })
  loanDealId?: string;

  @DateField({
    description: 'The firm agreed, until this day, that what becomes of the guarantee is kept with it; left out: no.',
    optional: true,
  })
  outcomesUntil?: LocalDate;

  @SharingField()
  sharing?: SharingRequest;

  @TextField({ description: 'What the loan is for.', example: '首贷，流动资金' }, 2, 200)
  purpose!: string;
}

/** What a partner or the house applies for in the name of a firm. */
export class GuaranteeRequest extends OwnGuaranteeRequest {
  @UsccField()
  uscc!: string;
}

/** Whoever asks is the bank or the guarantor that was not named. */
export function applicationOf(principal: Principal, uscc: Uscc, body: OwnGuaranteeRequest): GuaranteeApplication {
  const own = (kind: Principal['kind']): string | null => (principal.kind === kind ? principal.institutionId : null);
  const { programme, principal: amount, tree, ...given } = body;
  return {
    uscc,
    programme,
    terms: {
      // Who is no guarantor names one: the rules say so by the pointer.
      guarantorId: given.guarantorId ?? own('guarantor') ?? '',
      bankId: given.bankId ?? own('bank'),
      reGuarantorId: given.reGuarantorId ?? null,
      principal: fen(amount.fen),
      termMonths: given.termMonths,
      guaranteedBp: given.guaranteedBp,
      tree: tree as unknown as ShareTree,
      feeBp: given.feeBp,
      smallFirm: given.smallFirm ?? null,
      loanDealId: given.loanDealId ?? null,
      outcomesUntil: given.outcomesUntil ?? null,
      purpose: given.purpose,
      sharing: sharingTermsOf(given.sharing),
    },
  };
}
