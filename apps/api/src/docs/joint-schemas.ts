import { DESKS, JOINT_PARTS } from '#lib/financing';
import { choice, int, list, object, str, type JsonSchema } from './schema.ts';

const money = (description: string, yuan: number): JsonSchema =>
  object({ fen: int(description, yuan * 100), currency: str('ISO 4217.', 'CNY') });

export const jointSchemas = {
  Exposures: object({
    joint: list(
      object({
        part: choice(
          'equity 股权, loan 信用贷款, guaranteed 担保贷款, insurance 保险, lease 租赁.',
          JOINT_PARTS,
          'loan',
        ),
        as: choice('partner: its own part; lender: a loan that a guarantor stands for.', ['partner', 'lender']),
        cases: int('Joint cases that are not over.', 2),
        requested: money('申请额.', 5_000_000),
        committed: money('承诺额.', 5_000_000),
        effective: money('生效额.', 5_000_000),
        paid: money('到账股权.', 0),
        drawn: money('累计提款.', 3_000_000),
        outstanding: money('余额.', 2_500_000),
        toRecover: money('待追偿.', 0),
      }),
      'By part, over all joint cases of the institution.',
    ),
    loans: object(
      {
        loans: int('Referred loans with a balance.', 4),
        drawn: money('Drawn of these.', 6_000_000),
        outstanding: money('余额.', 4_200_000),
      },
      [],
      'As the bank to which firms were referred.',
    ),
    guarantees: list(
      object({
        desk: choice('As which the institution sits there.', DESKS, 'GUAR'),
        letters: int('Guarantees in force (在保).', 3),
        approved: money('批准金额, of the loans.', 9_000_000),
        drawn: money('Drawn of the loans.', 8_000_000),
        outstanding: money('Balance of the loans.', 7_000_000),
        guaranteed: money('担保责任: the guaranteed part of the balance.', 5_600_000),
      }),
    ),
  }),
};
