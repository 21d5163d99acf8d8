import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { DEAL_KINDS, Deals } from '#lib/financing';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { GUARANTEE_EVENT_PROBLEMS } from '../guarantee-problems.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { dealBody, dealKindBody, dealSummaryBody, inDetail } from '../http/deal-body.ts';
import { ChoiceField, DocumentField, NumberField, PatternField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { JOINT_EVENT_PROBLEMS } from '../joint-problems.ts';
import { cursorOf, PageQuery, pageOf } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class DealsQueryRequest extends PageQuery {
  @ChoiceField({ description: 'Of this kind only.', optional: true, example: 'referral' }, DEAL_KINDS)
  kind?: string;

  @PatternField(
    { description: 'In this state only.', optional: true, example: 'PERFORMING' },
    /^[A-Z_]{3,20}$/,
    '应为状态代码',
    'the code of a state is expected',
  )
  state?: string;

  @PatternField(
    { description: 'Of this firm only.', optional: true, example: '91440300DMAB12340K' },
    /^[0-9A-HJ-NPQRTUWXY]{18}$/,
    '应为18位统一社会信用代码',
    'a USCC of 18 characters is expected',
  )
  uscc?: string;

  @ChoiceField({ description: 'yes: only those whose alarm is over.', optional: true }, ['yes', 'no'])
  overdue?: string;
}

export class DealEventRequest {
  @NumberField({ description: 'The version that the sender saw.', example: 3 }, 1, 2_000_000_000)
  version!: number;

  @PatternField(
    { description: 'What happened, as GET /partner/v1/deal-kinds lists it.', example: 'accept' },
    /^[a-z][a-z-]{1,40}$/,
    '应为事件代码',
    'the code of an event is expected',
  )
  event!: string;

  @DocumentField({ description: 'The fields of the event; money is {fen, currency}.', optional: true })
  detail?: Record<string, unknown>;
}

const DealParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'Deal id.', schema: { type: 'string', format: 'uuid' } });

const LISTED = {
  summary: 'Deals',
  description: 'Guarantees, referrals and joint cases, the newest first, as the asker may see.',
};
const ONE = {
  summary: 'One deal',
  description:
    'What may be seen of it, every event, the deadlines of its state and the events that the asker may raise now.',
};
const RAISE = {
  summary: 'Say what happened',
  description:
    'One event of the deal, by the desk for which the asker sits at it. What takes two persons is a proposal until another person sends exactly the same.',
};
/** What the rules of a referral refuse. */
const REFERRAL_PROBLEMS = [
  'amount-invalid',
  'date-invalid',
  'choice-invalid',
  'number-invalid',
  'text-missing',
  'month-invalid',
  'external-id-invalid',
  'programme-cap',
  'programme-cap-unknown',
  'consent-ended',
  'over-line-reason-missing',
  'first-loan-missing',
  'amount-over',
  'month-reported',
  'not-ninety-days',
  'nothing-outstanding',
  'still-outstanding',
  'renewal-late',
  'correction-unknown',
  'referrals-full',
] as const;
const RAISE_PROBLEMS = [
  'request-invalid',
  'json-broken',
  'media-type-unsupported',
  'body-too-large',
  'deal-unknown',
  'version-stale',
  'event-unknown',
  'event-invalid',
  'transition-refused',
  'role-refused',
  'two-persons-needed',
  ...REFERRAL_PROBLEMS,
  ...GUARANTEE_EVENT_PROBLEMS,
  ...JOINT_EVENT_PROBLEMS,
] as const;

/** 业务: for partners at a desk, the firm itself, the house and the regulator. */
@ApiTags('deals')
@Controller()
export class DealsController {
  constructor(
    private readonly deals: Deals,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get('partner/v1/deal-kinds')
  @Scopes('partner:deals')
  @ApiOperation({
    summary: 'Kinds of deals',
    description: 'Their states, events, fields and periods, in Chinese and English: the tables by which they move.',
  })
  @Answer('DealKinds', 'The kinds.')
  kinds(): object {
    return { items: this.deals.kinds().map(dealKindBody) };
  }

  @Get('partner/v1/deals')
  @Scopes('partner:deals')
  @ApiOperation(LISTED)
  @Answer('DealPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  partnerPage(@Req() request: ApiRequest, @Query() query: DealsQueryRequest): Promise<object> {
    return this.page(request, query);
  }

  @Get('partner/v1/deals/:id')
  @Scopes('partner:deals')
  @DealParam()
  @ApiOperation(ONE)
  @Answer('Deal', 'The deal.')
  @ProblemAnswers('deal-unknown')
  partnerOne(@Req() request: ApiRequest, @Param('id', IdPipe) id: string): Promise<object> {
    return this.one(request, id);
  }

  @Post('partner/v1/deals/:id/events')
  @HttpCode(200)
  @Scopes('partner:deals')
  @Repeatable()
  @DealParam()
  @ApiOperation(RAISE)
  @Answer('Deal', 'Done.')
  @ProblemAnswers(...RAISE_PROBLEMS)
  partnerRaise(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() body: DealEventRequest,
  ): Promise<object> {
    return this.raise(request, reply, id, body);
  }

  @Get('subject/v1/deals')
  @Scopes('subject:own')
  @ApiOperation(LISTED)
  @Answer('DealPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  ownPage(@Req() request: ApiRequest, @Query() query: DealsQueryRequest): Promise<object> {
    return this.page(request, query);
  }

  @Get('subject/v1/deals/:id')
  @Scopes('subject:own')
  @DealParam()
  @ApiOperation(ONE)
  @Answer('Deal', 'The deal.')
  @ProblemAnswers('deal-unknown')
  ownOne(@Req() request: ApiRequest, @Param('id', IdPipe) id: string): Promise<object> {
    return this.one(request, id);
  }

  @Post('subject/v1/deals/:id/events')
  @HttpCode(200)
  @Scopes('subject:own')
  @Repeatable()
  @DealParam()
  @ApiOperation(RAISE)
  @Answer('Deal', 'Done.')
  @ProblemAnswers(...RAISE_PROBLEMS)
  ownRaise(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() body: DealEventRequest,
  ): Promise<object> {
    return this.raise(request, reply, id, body);
  }

  @Get('ops/v1/deals')
  @Scopes('ops:deals')
  @ApiOperation(LISTED)
  @Answer('DealPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  housePage(@Req() request: ApiRequest, @Query() query: DealsQueryRequest): Promise<object> {
    return this.page(request, query);
  }

  @Get('ops/v1/deals/:id')
  @Scopes('ops:deals')
  @DealParam()
  @ApiOperation(ONE)
  @Answer('Deal', 'The deal.')
  @ProblemAnswers('deal-unknown')
  houseOne(@Req() request: ApiRequest, @Param('id', IdPipe) id: string): Promise<object> {
    return this.one(request, id);
  }

  @Post('ops/v1/deals/:id/events')
  @HttpCode(200)
  @Scopes('ops:deals')
  @Repeatable()
  @DealParam()
  @ApiOperation(RAISE)
  @Answer('Deal', 'Done.')
  @ProblemAnswers(...RAISE_PROBLEMS)
  houseRaise(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() body: DealEventRequest,
  ): Promise<object> {
    return this.raise(request, reply, id, body);
  }

  @Get('regulator/v1/deals')
  @Scopes('regulator:read')
  @ApiOperation(LISTED)
  @Answer('DealPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  supervisedPage(@Req() request: ApiRequest, @Query() query: DealsQueryRequest): Promise<object> {
    return this.page(request, query);
  }

  private async page(request: ApiRequest, { limit, cursor, overdue, ...rest }: DealsQueryRequest): Promise<object> {
    const before = cursorOf(cursor, UUID);
    const asked = { limit, ...rest, ...(before === undefined ? {} : { before }), overdue: overdue === 'yes' };
    const rows = await this.deals.page(principalOf(request), asked);
    return pageOf(rows, limit, dealSummaryBody(this.deals.kinds()), ({ dealId }) => dealId);
  }

  private async one(request: ApiRequest, id: string): Promise<object> {
    return dealBody(await this.deals.get(principalOf(request), id));
  }

  private raise(
    request: ApiRequest,
    reply: ApiReply,
    id: string,
    { version, event, detail = {} }: DealEventRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const done = await inDetail(() => this.deals.say(principalOf(request), { dealId: id, version, event, detail }));
      return { status: 200, location: null, body: dealBody(done) };
    });
  }
}
