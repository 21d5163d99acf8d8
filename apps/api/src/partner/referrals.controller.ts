import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Deals, LOAN_FORMS, Referrals, type LoanForm } from '#lib/financing';
import { fen, type LocalDate } from '#lib/kernel';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { dealBody } from '../http/deal-body.ts';
import { ChoiceField, DateField, PatternField, TextsField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Money, MoneyField } from '../http/money-field.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccField, usccOf } from '../http/uscc-field.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class ReferralRequest {
  @UsccField()
  uscc!: string;

  @PatternField(
    { description: '产品代码.', example: 'CKT' },
    /^[A-Z0-9]{3,6}$/,
    '应为产品代码',
    'the code of a programme is expected',
  )
  programme!: string;

  @PatternField(
    { description: 'The bank; left out: the bank that asks.', optional: true },
    UUID,
    '应为 UUID',
    'a UUID is expected',
  )
  bank?: string;

  @TextsField(
    { description: 'Banks to ask next, in this order, where one does not answer in time.', optional: true },
    [0, 10],
    UUID,
    '机构 UUID',
    'the UUID of a bank',
  )
  nextBanks?: string[];

  @MoneyField({ description: 'What the firm may ask for: no more than the programme lends one firm.' })
  amount!: Money;

  @ChoiceField({ description: '担保方式.', example: 'credit' }, LOAN_FORMS)
  form!: LoanForm;

  @DateField({ description: 'The last day of the offer, ninety days from today at most.', example: '2026-12-31' })
  validUntil!: LocalDate;

  @PatternField(
    { description: 'The guarantee deal that covers it.', optional: true },
    UUID,
    '应为 UUID',
    'a UUID is expected',
  )
  guaranteeId?: string;
}

const OFFER = {
  summary: 'Offer a loan to a firm',
  description:
    'Opens a referral (贷款推荐). The firm answers in its own channel; the bank sees it once it is sent. Refused with every condition of the programme that does not pass.',
};
const CREATED = { status: 201, location: '/partner/v1/deals/019a8c2e-7f00-7000-8000-000000000001' };
const PROBLEMS = [
  'request-invalid',
  'json-broken',
  'media-type-unsupported',
  'body-too-large',
  'uscc-malformed',
  'company-unknown',
  'programme-refused',
  'programme-unknown',
  'no-published-run',
  'not-in-run',
  'replay-mismatch',
  'bank-unknown',
  'guarantee-unknown',
  'amount-invalid',
  'offer-over',
  'programme-cap-unknown',
  'date-invalid',
] as const;

@ApiTags('deals')
@Controller()
export class ReferralsController {
  constructor(
    private readonly referrals: Referrals,
    private readonly deals: Deals,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post('partner/v1/referrals')
  @Scopes('partner:deals')
  @Repeatable()
  @ApiOperation(OFFER)
  @Answer('Deal', 'Offered.', CREATED)
  @ProblemAnswers(...PROBLEMS)
  partner(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: ReferralRequest,
  ): Promise<object> {
    return this.offer(request, reply, body, 'partner');
  }

  @Post('ops/v1/referrals')
  @Scopes('ops:deals')
  @Repeatable()
  @ApiOperation(OFFER)
  @Answer('Deal', 'Offered.', CREATED)
  @ProblemAnswers(...PROBLEMS)
  house(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: ReferralRequest,
  ): Promise<object> {
    return this.offer(request, reply, body, 'ops');
  }

  private offer(request: ApiRequest, reply: ApiReply, body: ReferralRequest, side: 'partner' | 'ops'): Promise<object> {
    const principal = principalOf(request);
    const {
      uscc,
      programme,
      bank = principal.institutionId,
      nextBanks = [],
      amount,
      form,
      validUntil,
      guaranteeId,
    } = body;
    return this.posts.once(request, reply, async () => {
      const { dealId } = await this.referrals.offer(principal, {
        uscc: usccOf(uscc),
        programme,
        bank,
        nextBanks,
        amount: fen(amount.fen),
        form,
        validUntil,
        ...(guaranteeId === undefined ? {} : { guaranteeId }),
      });
      const location = `/${side}/v1/deals/${dealId}`;
      return { status: 201, location, body: dealBody(await this.deals.get(principal, dealId)) };
    });
  }
}
