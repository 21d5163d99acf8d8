import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Deals, Guarantees } from '#lib/financing';
import type { Uscc } from '#lib/kernel';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { dealBody } from '../http/deal-body.ts';
import { applicationOf, GuaranteeRequest, OwnGuaranteeRequest } from '../http/guarantee-body.ts';
import { Admissions } from '../http/admissions.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Scopes } from '../http/route-access.ts';
import { usccOf } from '../http/uscc-field.ts';
import { ownUscc } from '../subject/own-uscc.ts';

const APPLY = {
  summary: 'Apply for a guarantee',
  description:
    'Opens a guarantee (担保申请) as a draft; what happens to it is said at /deals/{id}/events. Each applies in its own name: the firm, the bank that lends, the guarantor; the house for anybody.',
};
const CREATED = { status: 201, location: '/partner/v1/deals/019a8c2e-7f00-7000-8000-000000000001' };
const PROBLEMS = [
  'request-invalid',
  'json-broken',
  'media-type-unsupported',
  'body-too-large',
  'uscc-malformed',
  'company-unknown',
  'guarantee-terms-invalid',
  'guarantee-over-programme',
  'party-unknown',
  'loan-unknown',
  'application-refused',
  'programme-refused',
  'sharing-scheme-unknown',
  'sharing-scheme-differs',
  'share-class-unknown',
  'sharing-case-refused',
  'programme-unknown',
  'no-published-run',
  'not-in-run',
  'replay-mismatch',
] as const;

/** 担保申请, by whoever may apply. */
@ApiTags('deals')
@Controller()
export class GuaranteesController {
  constructor(
    private readonly guarantees: Guarantees,
    private readonly deals: Deals,
    private readonly admissions: Admissions,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post('partner/v1/guarantees')
  @Scopes('partner:deals')
  @Repeatable()
  @ApiOperation(APPLY)
  @Answer('Deal', 'A draft.', CREATED)
  @ProblemAnswers(...PROBLEMS)
  partner(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: GuaranteeRequest,
  ): Promise<object> {
    return this.apply(request, reply, body, () => usccOf(body.uscc), 'partner');
  }

  @Post('subject/v1/guarantees')
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation(APPLY)
  @Answer('Deal', 'A draft.', { status: 201, location: CREATED.location.replace('partner', 'subject') })
  @ProblemAnswers(...PROBLEMS)
  own(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: OwnGuaranteeRequest,
  ): Promise<object> {
    return this.apply(request, reply, body, () => ownUscc(request), 'subject');
  }

  @Post('ops/v1/guarantees')
  @Scopes('ops:deals')
  @Repeatable()
  @ApiOperation(APPLY)
  @Answer('Deal', 'A draft.', { status: 201, location: CREATED.location.replace('partner', 'ops') })
  @ProblemAnswers(...PROBLEMS)
  house(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: GuaranteeRequest,
  ): Promise<object> {
    return this.apply(request, reply, body, () => usccOf(body.uscc), 'ops');
  }

  private apply(
    request: ApiRequest,
    reply: ApiReply,
    body: OwnGuaranteeRequest,
    firm: () => Uscc,
    side: 'partner' | 'subject' | 'ops',
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const application = applicationOf(principal, firm(), body);
      const opening = { usccs: [application.uscc], programme: application.programme, kind: 'guarantee' } as const;
      const { dealId } = await this.admissions.opening(principal, opening, () =>
        this.guarantees.open(principal, application),
      );
      const location = `/${side}/v1/deals/${dealId}`;
      return { status: 201, location, body: dealBody(await this.deals.get(principal, dealId)) };
    });
  }
}
