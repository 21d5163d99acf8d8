import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Clock } from '#lib/kernel';
import { decideAlias, Reviews } from '#lib/ledger';
import type { Database } from '#lib/platform';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { PatternField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

export class ReviewDecisionRequest {
  @PatternField(
    { description: 'The candidate that it is; left out: none of them.', optional: true, example: '91440300DMAB12340K' },
    /^[0-9A-HJ-NPQRTUWXY]{18}$/,
    '应为18位统一社会信用代码',
    'a USCC of 18 characters is expected',
  )
  uscc?: string;

  @TextField({ description: 'The reason, for the record.', example: '与企业电话核实' }, 2, 1000)
  reason!: string;
}

export class AliasRequest {
  @TextField(
    { description: 'Registration number, organisation code or former USCC.', example: '440301100000014' },
    8,
    18,
  )
  alias!: string;

  @TextField({ description: 'The firm.', example: '91440300DMAB12340K' }, 18, 18)
  uscc!: string;

  @TextField({ description: 'The reason, for the record.', example: '登记机关个转企变更证明' }, 2, 1000)
  reason!: string;
}

/** Who a row is about, where its code does not say. */
@ApiTags('ops')
@Controller('ops/v1/identity')
export class IdentityController {
  constructor(
    private readonly queue: Reviews,
    private readonly posts: IdempotentPosts,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('reviews')
  @Scopes('ops:deliveries')
  @ApiOperation({
    summary: 'Rows whose firm a person has to name',
    description:
      'Quarantined rows without a usable code that state name, region and first day, with the registered firms of that very name that agree in region or day too. Nothing is attached by itself.',
  })
  @Answer('ReviewPage', 'A page of reviews.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async reviews(@Query() query: PageQuery): Promise<object> {
    const page = await this.queue.list({ limit: query.limit, ...openCursor(query.cursor) });
    return { items: page.items, nextCursor: sealCursor(page.nextCursor) };
  }

  @Post('reviews/:id/decide')
  @HttpCode(200)
  @Scopes('ops:deliveries')
  @Repeatable()
  @ApiParam({
    name: 'id',
    description: 'The review.',
    schema: { type: 'string' },
    example: '019a8c2e-7f00-7000-8000-000000000001_17',
  })
  @ApiOperation({
    summary: 'Name the firm of a row, or say that it is none of the candidates',
    description: 'With a firm the row is applied at once, at a tick of its own; else it stays in quarantine.',
  })
  @Answer('ReviewDecided', 'Decided.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'review-unknown',
    'review-decided',
    'review-not-candidate',
    'review-needs-file',
    'review-row-faulty',
  )
  decide(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id') id: string,
    @Body() body: ReviewDecisionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const uscc = body.uscc ?? null;
      const person = principalOf(request).personId;
      await this.queue.decide(id, { uscc, person, reason: body.reason, clock: this.clock });
      return { status: 200, location: null, body: { id, uscc } };
    });
  }

  @Post('aliases')
  @HttpCode(200)
  @Scopes('ops:deliveries')
  @Repeatable()
  @ApiOperation({
    summary: 'Say by which other name bureaus call a firm',
    description: 'Rows that name the firm so are taken for it from now on, with the finding DQ04.',
  })
  @Answer('Alias', 'The alias.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'alias-malformed',
    'alias-taken',
    'uscc-malformed',
    'company-unknown',
  )
  alias(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { alias, uscc, reason }: AliasRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const body = await decideAlias(this.db, { alias, uscc, reason, person, clock: this.clock });
      return { status: 200, location: null, body };
    });
  }
}
