import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { PURPOSES, type Purpose } from '#lib/compliance';
import { ProblemError, type Clock, type LocalDate } from '#lib/kernel';
import { REPORT_PRODUCTS, ReportRequests, Reports, type ReportProduct, type ReportRequest } from '#lib/reports';
import { BELLS, CLOCK, type Bells } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { ChoiceField, DateField, PatternField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccField, usccOf } from '../http/uscc-field.ts';
import { requestBody, requestDetailBody, sendReport } from './report-body.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ASKED = PURPOSES.filter((purpose) => purpose !== 'own-query');
const JSON_PROBLEMS = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;

export class ReportOrderRequest {
  @UsccField()
  uscc!: string;

  @ChoiceField({ description: '查询目的.', example: 'pre-loan-review' }, ASKED)
  purpose!: Purpose;

  @ChoiceField({ description: 'score: facts and score; facts: facts only.', example: 'score' }, REPORT_PRODUCTS)
  product!: ReportProduct;

  @DateField({
    description: 'Of the published run as of this day; default: the newest when it is made.',
    optional: true,
  })
  asOf?: LocalDate;

  @PatternField(
    { description: 'Of this published run, instead of asOf.', optional: true },
    UUID,
    '应为 UUID',
    'a UUID is expected',
  )
  runId?: string;

  @PatternField(
    { description: 'The authorisation to rest on; default: any that opens the report.', optional: true },
    UUID,
    '应为 UUID',
    'a UUID is expected',
  )
  authorisationId?: string;

  @ChoiceField({ description: 'later: kept as a draft, submitted by POST …/submit.', example: 'now', optional: true }, [
    'now',
    'later',
  ])
  submit?: 'now' | 'later';
}

const IdParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'Request id.', schema: { type: 'string', format: 'uuid' } });

@ApiTags('partner')
@Controller('partner/v1/report-requests')
export class ReportRequestsController {
  constructor(
    private readonly requests: ReportRequests,
    private readonly reports: Reports,
    private readonly posts: IdempotentPosts,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BELLS) private readonly bells: Bells,
  ) {}

  @Post()
  @Scopes('partner:reports')
  @Repeatable()
  @ApiOperation({
    summary: 'Ask for a report',
    description:
      'AWAIT_AUTH until the firm authorises it, or at once where an authorisation opens it already. For whom it is written follows from who asks: bank, guarantor, or the full form for our own people.',
  })
  @Answer('ReportRequest', 'Taken in.', {
    status: 201,
    location: '/partner/v1/report-requests/019a8c2e-7f00-7000-8000-000000000001',
  })
  @ProblemAnswers(
    ...JSON_PROBLEMS,
    'uscc-malformed',
    'company-unknown',
    'report-purpose-refused',
    'report-run-missing',
    'run-unknown',
    'run-not-published',
    'authorisation-unknown',
    'authorisation-missing',
  )
  order(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: ReportOrderRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const { uscc: code, submit, asOf, runId, authorisationId, purpose, product } = body;
      if (asOf !== undefined && runId !== undefined) throw oneRunOnly();
      const uscc = usccOf(code);
      const ordered = { uscc, purpose, product, draft: submit === 'later' };
      const optional = {
        ...(asOf === undefined ? {} : { asOf }),
        ...(runId === undefined ? {} : { runId }),
        ...(authorisationId === undefined ? {} : { authorisationId }),
      };
      const made = await this.requests.order(principalOf(request), { ...ordered, ...optional }, this.clock);
      await this.ring(made);
      const location = `/partner/v1/report-requests/${made.requestId}`;
      return { status: 201, location, body: requestBody(made) };
    });
  }

  @Get()
  @Scopes('partner:reports')
  @ApiOperation({ summary: 'The own requests', description: 'The newest first.' })
  @Answer('ReportRequestPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Req() request: ApiRequest, @Query() { limit, cursor }: PageQuery): Promise<object> {
    const { items, next } = await this.requests.page(principalOf(request), { limit, ...pageAfter(cursor) });
    return { items: items.map(requestBody), nextCursor: sealCursor(next) };
  }

  @Get(':id')
  @Scopes('partner:reports')
  @IdParam()
  @ApiOperation({ summary: 'One request', description: 'With the receipt of its report once it is made.' })
  @Answer('ReportRequestDetail', 'The request.')
  @ProblemAnswers('request-invalid', 'report-request-unknown')
  async one(@Req() request: ApiRequest, @Param('id', IdPipe) id: string): Promise<object> {
    const principal = principalOf(request);
    const found = await this.requests.get(principal, id);
    return requestDetailBody(found, await this.reports.receipt(principal, found));
  }

  @Post(':id/submit')
  @HttpCode(200)
  @Scopes('partner:reports')
  @Repeatable()
  @IdParam()
  @ApiOperation({ summary: 'Submit a draft' })
  @Answer('ReportRequest', 'Submitted.')
  @ProblemAnswers('request-invalid', 'report-request-unknown', 'transition-refused')
  submit(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const submitted = await this.requests.submit(principalOf(request), id, this.clock);
      await this.ring(submitted);
      return { status: 200, location: null, body: requestBody(submitted) };
    });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Scopes('partner:reports')
  @Repeatable()
  @IdParam()
  @ApiOperation({ summary: 'Call a request off', description: 'A draft, or one that waits for its authorisation.' })
  @Answer('ReportRequest', 'Called off.')
  @ProblemAnswers('request-invalid', 'report-request-unknown', 'transition-refused')
  cancel(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const cancelled = await this.requests.cancel(principalOf(request), id, this.clock);
      return { status: 200, location: null, body: requestBody(cancelled) };
    });
  }

  @Get(':id/report')
  @Scopes('partner:reports')
  @IdParam()
  @ApiOperation({
    summary: 'View the report',
    description:
      'The very bytes that were signed. ETag is their SHA-256; the header Report-Receipt is the receipt, to be kept beside the file. Each view is logged, and the firm sees it.',
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

  private async ring(request: ReportRequest): Promise<void> {
    if (request.state === 'AUTHORISED') await this.bells.ring('reports', request.requestId);
  }
}

/** The cursor of a list of requests is the id of its last one. Throws cursor-invalid 400. */
export function pageAfter(sealed: string | undefined): { before?: string } {
  const { cursor } = openCursor(sealed);
  if (cursor === undefined) return {};
  if (UUID.test(cursor)) return { before: cursor };
  const words = { code: 'cursor-invalid', zh: '游标无效', en: 'not a cursor of this list' };
  throw new ProblemError({ ...words, status: 400, errors: [{ field: 'cursor', ...words }] });
}

function oneRunOnly(): ProblemError {
  const words = { code: 'field-invalid', zh: 'asOf 与 runId 只能给一个', en: 'asOf or runId, not both' };
  return new ProblemError({
    code: 'request-invalid',
    status: 400,
    zh: '请求有误：/runId',
    en: 'the request is not valid: /runId',
    errors: [{ pointer: '/runId', ...words }],
  });
}
