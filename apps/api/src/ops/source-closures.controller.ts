import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { instantText, type Clock, type LocalDate, type Uscc } from '#lib/kernel';
import { closeSource, endClosure, sourceClosures, type SourceClosure } from '#lib/ledger';
import type { Database } from '#lib/platform';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { DateField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { UsccPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccParam } from '../http/uscc-param.ts';

export class SourceClosureRequest {
  @TextField({ description: 'Source, by name.', example: 'awards-standards' }, 1, 100)
  source!: string;

  @DateField({
    description: 'The day on which the firm said so; left out: today.',
    example: '2026-07-01',
    optional: true,
  })
  statedOn?: LocalDate;

  @TextField(
    { description: 'What the firm asked for and how, for the record.', example: '企业书面选择不予记录奖励' },
    2,
    1000,
  )
  reason!: string;
}

export class ClosureEndRequest {
  @TextField({ description: 'The reason, for the record.', example: '企业重新授权' }, 2, 1000)
  reason!: string;
}

/** What a firm decides of its own data: to opt out of being recorded, to take back an authorisation. */
@ApiTags('ops')
@Controller('ops/v1/companies/:uscc/source-closures')
export class SourceClosuresController {
  constructor(
    private readonly posts: IdempotentPosts,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('ops:deliveries')
  @UsccParam()
  @ApiOperation({ summary: 'Sources that a firm had closed' })
  @Answer('SourceClosureList', 'All that were ever decided, the newest first.')
  @ProblemAnswers('uscc-malformed', 'company-unknown')
  async list(@Param('uscc', UsccPipe) uscc: Uscc): Promise<object> {
    return { items: (await sourceClosures(this.db, uscc)).map(closureBody) };
  }

  @Post()
  @Scopes('ops:deliveries')
  @Repeatable()
  @UsccParam()
  @ApiOperation({
    summary: 'Close a source for a firm',
    description:
      'From the next run on its feeds are missing for the firm, with the cause OPTED_OUT or NOT_AUTHORISED, never zero. Published runs do not change.',
  })
  @Answer('SourceClosure', 'Closed.', { status: 201 })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'unknown-source',
    'source-not-closable',
    'uscc-malformed',
    'company-unknown',
    'stated-on-ahead',
    'source-closed',
  )
  close(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Body() { source, statedOn, reason }: SourceClosureRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const stated = statedOn === undefined ? {} : { statedOn };
      const closed = await closeSource(this.db, { uscc, source, reason, person, clock: this.clock, ...stated });
      return { status: 201, location: null, body: closureBody(closed) };
    });
  }

  @Post(':source/end')
  @HttpCode(200)
  @Scopes('ops:deliveries')
  @Repeatable()
  @UsccParam()
  @ApiParam({
    name: 'source',
    description: 'Source, by name.',
    schema: { type: 'string' },
    example: 'awards-standards',
  })
  @ApiOperation({
    summary: 'End a closure',
    description: 'From the next run on the source counts again for the firm, with everything that came meanwhile.',
  })
  @Answer('SourceClosure', 'Ended.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'unknown-source',
    'uscc-malformed',
    'company-unknown',
    'source-not-closed',
  )
  end(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Param('source') source: string,
    @Body() { reason }: ClosureEndRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const ended = await endClosure(this.db, { uscc, source, reason, person, clock: this.clock });
      return { status: 200, location: null, body: closureBody(ended) };
    });
  }
}

const closureBody = (closure: SourceClosure): object => ({
  ...closure,
  knownFrom: instantText(closure.knownFrom),
  knownTo: closure.knownTo && instantText(closure.knownTo),
});
