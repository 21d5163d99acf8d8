import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { institutionsById, type Principal } from '#lib/access';
import type { Clock } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { REPORT_PRODUCTS, ReportRequests, Reports, type ReportProduct, type ReportRequest } from '#lib/reports';
import { BELLS, CLOCK, DB, type Bells } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { ChoiceField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { requestAboutBody, requestBody, sendReport } from '../partner/report-body.ts';
import { pageAfter } from '../partner/report-requests.controller.ts';

export class OwnReportRequest {
  @ChoiceField({ description: 'score: facts and score; facts: facts only.', example: 'score' }, REPORT_PRODUCTS)
  product!: ReportProduct;
}

export class WithdrawalRequest {
  @TextField({ description: 'Why, for the record.', example: '贷款已结清，撤回授权' }, 2, 1000)
  reason!: string;
}

const IdParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'Request id.', schema: { type: 'string', format: 'uuid' } });

/** Reports of a firm for itself, free of charge (征信条例 art. 17), and what others ask about it. */
@ApiTags('subject')
@Controller('subject/v1')
export class OwnReportsController {
  constructor(
    private readonly requests: ReportRequests,
    private readonly reports: Reports,
    private readonly posts: IdempotentPosts,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BELLS) private readonly bells: Bells,
    @Inject(DB) private readonly db: Database,
  ) {}

  @Get('report-requests')
  @Scopes('subject:own')
  @ApiOperation({
    summary: 'Report requests about the firm',
    description: 'Who asks and what for, the newest first; the own ones too.',
  })
  @Answer('ReportRequestAboutPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Req() request: ApiRequest, @Query() { limit, cursor }: PageQuery): Promise<object> {
    const { items, next } = await this.requests.page(principalOf(request), { limit, ...pageAfter(cursor) });
    return { items: await this.about(items), nextCursor: sealCursor(next) };
  }

  @Post('report-requests/:id/refuse')
  @HttpCode(200)
  @Scopes('subject:own')
  @Repeatable()
  @IdParam()
  @ApiOperation({
    summary: 'Refuse a request',
    description: 'One that waits for an authorisation. It never counts against the firm, and no reason is asked for.',
  })
  @Answer('ReportRequestAbout', 'Refused.')
  @ProblemAnswers('request-invalid', 'report-request-unknown', 'transition-refused')
  refuse(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
  ): Promise<object> {
    return this.answered(request, reply, (firm) => this.requests.refuse(firm, id, this.clock));
  }

  @Post('report-requests/:id/withdraw')
  @HttpCode(200)
  @Scopes('subject:own')
  @Repeatable()
  @IdParam()
  @ApiOperation({
    summary: 'Take a report back',
    description: 'With its authorisation and every other report that rests on it: from now on nobody sees them.',
  })
  @Answer('ReportRequestAbout', 'Taken back.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'report-request-unknown',
    'transition-refused',
  )
  withdraw(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: WithdrawalRequest,
  ): Promise<object> {
    return this.answered(request, reply, (firm) => this.requests.withdraw(firm, id, reason, this.clock));
  }

  @Post('reports')
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation({ summary: 'Ask for the own report', description: 'Free of charge, and made at once.' })
  @Answer('ReportRequest', 'Taken in.', {
    status: 201,
    location: '/subject/v1/reports/019a8c2e-7f00-7000-8000-000000000001',
  })
  @ProblemAnswers('request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large', 'company-unknown')
  order(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { product }: OwnReportRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const firm = principalOf(request);
      const made = await this.requests.order(firm, { uscc: ownUscc(firm), purpose: 'own-query', product }, this.clock);
      await this.bells.ring('reports', made.requestId);
      return { status: 201, location: `/subject/v1/reports/${made.requestId}`, body: requestBody(made) };
    });
  }

  @Get('reports/:id')
  @Scopes('subject:own')
  @IdParam()
  @ApiOperation({
    summary: 'The own report',
    description: 'The very bytes that were signed; ETag is their SHA-256, the header Report-Receipt the receipt.',
  })
  @Answer('Report', 'The report.')
  @ProblemAnswers('request-invalid', 'report-request-unknown', 'report-not-ready', 'report-over')
  async view(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
  ): Promise<Buffer> {
    return sendReport(reply, await this.reports.view(principalOf(request), id, this.clock));
  }

  private answered(
    request: ApiRequest,
    reply: ApiReply,
    work: (firm: Principal) => Promise<ReportRequest>,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const [body] = await this.about([await work(principalOf(request))]);
      return { status: 200, location: null, body: body! };
    });
  }

  private async about(requests: readonly ReportRequest[]): Promise<object[]> {
    const institutions = await institutionsById(
      this.db,
      requests.map(({ institutionId }) => institutionId),
    );
    return requests.map((request) => requestAboutBody(request, institutions.get(request.institutionId)!));
  }
}

/** The scope is given to firms only, whose institution has a code: the database sees to both. */
function ownUscc({ uscc }: Principal): NonNullable<Principal['uscc']> {
  if (uscc === undefined) throw new Error('a key with subject:own that is no firm');
  return uscc;
}
