import { NOT_STATED, type SharingTerms } from '#lib/financing';
import { FlagField, NumberField, ObjectField, TextField, TextsField } from './fields.ts';

/** 分险方案, and what the contract states beside the shares. */
export class SharingRequest {
  @TextField({ description: '方案代码; left out: that of the programme.', example: 'KJDB', optional: true }, 3, 8)
  scheme?: string;

  @TextField({ description: '企业类别 of the scheme; left out: not stated.', example: 'A', optional: true }, 1, 20)
  shareClass?: string;

  @NumberField(
    { description: '再担保费率 a year in basis points; left out: not stated.', example: 30, optional: true },
    0,
    10_000,
  )
  reGuaranteeFeeBp?: number;

  @TextsField(
    { description: 'Deposits, commitment, consulting or other fees; left out: none is declared.', optional: true },
    [0, 20],
    /^.{1,100}$/u,
    '1至100字的收费名称',
    'the name of a fee',
  )
  otherFees?: string[];

  @FlagField({
    description: 'The bank passes its own share on by insurance or deposits; left out: it is not declared.',
    optional: true,
  })
  lenderPassesOn?: boolean;
}

export const SharingField = (): PropertyDecorator =>
  ObjectField(
    {
      description: '分险方案; left out: that of the programme, and nothing beside the shares is declared.',
      optional: true,
    },
    () => SharingRequest,
  );

/** What was left out is what nobody stated. */
export const sharingTermsOf = (given: SharingRequest | null | undefined): SharingTerms => ({
  scheme: given?.scheme ?? NOT_STATED.scheme,
  shareClass: given?.shareClass ?? NOT_STATED.shareClass,
  reGuaranteeFeeBp: given?.reGuaranteeFeeBp ?? NOT_STATED.reGuaranteeFeeBp,
  otherFees: given?.otherFees ?? NOT_STATED.otherFees,
  lenderPassesOn: given?.lenderPassesOn ?? NOT_STATED.lenderPassesOn,
});
