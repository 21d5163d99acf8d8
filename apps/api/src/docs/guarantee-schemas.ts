import { SHARE_TREE_EXAMPLE, SHARE_TREE_WORDS } from '../http/share-tree-field.ts';
import { choice, day, flag, id, int, list, nullable, object, str, type JsonSchema } from './schema.ts';

const money = (description: string, example: number): JsonSchema =>
  object({ fen: int('Whole fen (分).', example), currency: str('ISO 4217.', 'CNY') }, [], description);
const bp = (description: string, example: number): JsonSchema => int(`${description}, in basis points.`, example);

const cap = object({
  cap: str('NET_ASSETS, CONTROLLER, TOTAL, CLIENT, GROUP, PROGRAMME_CLIENT, PROGRAMME_TOTAL.', 'TOTAL'),
  zh: str('Chinese.', '担保责任余额上限'),
  en: str('English.', 'the limit of the whole liability'),
  subject: nullable(str('The client, group or programme that it is about; null: the whole book.', 'KYD'), null),
  state: choice('pass: kept; fail: passed; unknown: what it follows from is not known.', ['pass', 'fail', 'unknown']),
  limit: nullable(money('上限; null: it is no amount, or not known.', 500_000_000_000)),
  used: nullable(money('Used; weighted, of the own share, but for programmes.', 48_000_000)),
  room: nullable(money('What is left; negative where it is passed.', 499_952_000_000)),
});

const fuse = object({
  scheme: str('分险方案.', 'KJDB'),
  year: int('Calendar year.', 2026),
  claimsPaid: money('代偿额: principal and normal interest of claims paid in the year.', 120_000_000),
  annualisedReleased: money(
    '年化解保额: principal × days in force ÷ 365 of what was released in the year.',
    5_000_000_000,
  ),
  rateBp: nullable(bp('代偿率, rounded down; null: nothing to measure it by', 300)),
  ceilingBp: nullable(bp('代偿率上限; null: the scheme names none', 500)),
  state: choice(
    'NONE: neither claim nor release; PERSON: a claim and no release, a person decides; NO_CEILING: the scheme names none.',
    ['NONE', 'PERSON', 'NO_CEILING', 'BELOW', 'WARNING', 'STOPPED'],
  ),
  newBusiness: choice('Whether guarantees may be approved and letters issued.', ['OPEN', 'STOPPED', 'PERSON_DECIDES']),
  zh: str('Chinese.', '代偿率3.00%，低于上限5.00%'),
  en: str('English.', 'claim rate 3.00%: below the ceiling 5.00%'),
});

const sharing = object(
  {
    scheme: nullable(str('方案代码; null: none is asked.', 'KJDB')),
    shareClass: nullable(str('企业类别; null: not stated.', 'A')),
    reGuaranteeFeeBp: nullable(bp('再担保费率; null: not stated', 30)),
    otherFees: list(str('A fee.', '咨询费'), 'Empty: none is declared.'),
    lenderPassesOn: flag('The bank passes its own share on.', false),
  },
  [],
  '分险方案; null: the agreement was recorded before it was asked, and that of its programme holds.',
);

const agreement = object({
  agreementId: id('The agreement.'),
  guarantorId: id('The guarantor.'),
  bankId: id('The bank.'),
  programme: str('产品代码.', 'TDD'),
  validFrom: day('From this day on a loan of it may be paid out.', '2026-07-01'),
  validTo: day('The last day of it.', '2027-06-30'),
  terms: object({
    batchMost: money('批次总额度: guaranteed principal in force.', 100_000_000_000),
    singleMost: money('单户上限: of loans that one firm owes under the agreement.', 500_000_000),
    termMostMonths: int('Months of a loan at most.', 36),
    sectors: list(str('GB/T 4754 code or its beginning.', 'I65'), 'Empty: any.'),
    filedWithinDays: int('Filed within so many days of being paid out.', 30),
    guaranteedBp: bp('担保比例', 10_000),
    tree: { type: 'object', additionalProperties: true, description: SHARE_TREE_WORDS, example: SHARE_TREE_EXAMPLE },
    feeBp: bp('担保费率 a year', 50),
    sharing: nullable(sharing),
  }),
});

const reason = object({
  code: str('What stands against it.', 'batch-single-passed'),
  field: str('The column; row: the whole of it.', 'principal'),
  zh: str('Chinese.', '超过单户上限500000000分'),
  en: str('English.', 'more than 500000000 fen for one firm'),
});

export const guaranteeSchemas = {
  GuarantorCapacity: object({
    guarantorId: id('The guarantor.'),
    on: day('As of this day.'),
    netAssets: nullable(
      object(
        {
          value: money('净资产; may be negative.', 50_000_000_000),
          statedOn: day('基准日.'),
          validTo: day('The last day on which it counts.', '2027-06-30'),
        },
        [],
        'Null: none count, and nothing may be taken on.',
      ),
    ),
    reserved: money('Guaranteed principal that is approved and has no letter yet.', 0),
    issued: money('Guaranteed principal of letters: outstanding, or still to be drawn.', 400_000_000),
    caps: list(cap, 'The whole book, then each programme that states a limit in all.'),
    breaches: list(cap, '被动超限: limits that are passed.'),
    fuses: list(fuse, '代偿率熔断, by sharing scheme: those under which it guarantees or guaranteed.'),
  }),
  FirmRelationsRecorded: object({ recorded: int('Firms of which was stated.', 1) }),
  GuaranteeAgreement: agreement,
  GuaranteeAgreements: object({ items: list(agreement, 'The newest first.') }),
  GuaranteeBatch: object({
    batchNo: str('As it was sent.', 'B2026-07'),
    rows: list(
      object({
        rowKey: str('As it was sent.', 'L-1'),
        outcome: choice('ACCEPTED_BATCH: it is guaranteed.', ['ACCEPTED_BATCH', 'EXCEPTION']),
        dealId: nullable(id('The guarantee; null: an exception.')),
        reasons: list(reason, 'Every reason; empty: accepted.'),
        repeated: flag('It was answered before.', false),
      }),
      'In the order of the request.',
    ),
    totals: object({
      rows: int('Rows of the request.', 1),
      accepted: int('Of them accepted.', 1),
      acceptedPrincipal: money('Loans of those accepted.', 200_000_000),
      exceptions: int('Of them not.', 0),
      repeated: int('Answered before, in either way.', 0),
    }),
  }),
};
