import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { HOUSE } from '#lib/access';
import { FirmStandings, type FirmStanding } from '#lib/financing';
import type { Database } from '#lib/platform';
import { DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Scopes } from '../http/route-access.ts';
import { firmLineBody, firmProgrammesBody, statementsBody, StatementsRequest } from '../http/standing-body.ts';
import { ownUscc } from './own-uscc.ts';

const OWN = [
  'company-unknown',
  'not-in-run',
  'no-published-run',
  'uscc-malformed',
  'replay-mismatch',
  'line-parameters-absent',
] as const;

/** The firm's own standing: why not, what is missing, and what raises its line (本企业融资画像). */
@ApiTags('subject')
@Controller('subject/v1')
export class OwnStandingController {
  constructor(
    private readonly standings: FirmStandings,
    private readonly posts: IdempotentPosts,
    @Inject(DB) private readonly db: Database,
  ) {}

  @Get('programmes')
  @Scopes('subject:own')
  @ApiOperation({
    summary: 'How the firm stands to each programme',
    description: 'Each condition with value, date and reason; what is unknown says what would make it known.',
  })
  @Answer('FirmProgrammes', 'One a programme in force today.')
  @ProblemAnswers(...OWN)
  async programmes(@Req() request: ApiRequest): Promise<object> {
    return firmProgrammesBody(await this.own(request), true);
  }

  @Get('line')
  @Scopes('subject:own')
  @ApiQuery({
    name: 'programme',
    required: false,
    description: 'Code of a programme whose cap, net of what the firm uses of it, holds too.',
    schema: { type: 'string' },
    example: 'CKT',
  })
  @ApiOperation({
    summary: 'The own suggested line',
    description: 'Reference only, no promise of credit: how it came about, what binds it, and what raises it.',
  })
  @Answer('FirmLine', 'The line, or why there is none.')
  @ProblemAnswers(...OWN, 'programme-unknown', 'programme-without-line')
  async line(@Req() request: ApiRequest, @Query('programme') programme?: string): Promise<object> {
    const standing = await this.own(request);
    return firmLineBody(standing, this.standings.line(standing, programme));
  }

  @Post('statements')
  @HttpCode(201)
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation({
    summary: 'State facts of the firm itself',
    description: 'Facts that no source delivers, as of today. They are never changed: the newest counts.',
  })
  @Answer('StatementList', 'What was stated.', { status: 201 })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'company-unknown',
    'statement-invalid',
  )
  state(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { statements }: StatementsRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const rows = await this.standings.state(principalOf(request), ownUscc(request), statements);
      return { status: 201, location: null, body: statementsBody(rows) };
    });
  }

  private own(request: ApiRequest): Promise<FirmStanding> {
    const uscc = ownUscc(request);
    const { institutionId, kind } = principalOf(request);
    const view = { readers: [{ institutionId, kind }], loans: true, financials: true };
    return this.db.as(HOUSE, (tx) => this.standings.of(tx, uscc, view));
  }
}
