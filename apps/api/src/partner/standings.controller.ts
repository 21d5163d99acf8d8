import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Authorisation } from '#lib/compliance';
import { FirmStandings, type StandingView } from '#lib/financing';
import type { Uscc } from '#lib/kernel';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { Disclosure, purposeOf, PurposeQuery } from '../http/disclosure.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe, UsccPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import {
  firmLineBody,
  firmProgrammesBody,
  opinionBody,
  OpinionRequest,
  statementsBody,
  StatementsRequest,
} from '../http/standing-body.ts';
import { UsccParam } from '../http/uscc-param.ts';

const RunParam = (): MethodDecorator =>
  ApiQuery({
    name: 'run',
    required: false,
    description: 'A published run; default: the newest. What partners and deals say is that of today.',
    schema: { type: 'string', format: 'uuid' },
  });

const READ = [
  'request-invalid',
  'uscc-malformed',
  'company-unknown',
  'run-unknown',
  'run-not-published',
  'not-in-run',
  'no-published-run',
  'authorisation-missing',
  'replay-mismatch',
  'line-parameters-absent',
] as const;
const WRITE = [
  'request-invalid',
  'json-broken',
  'media-type-unsupported',
  'body-too-large',
  'uscc-malformed',
  'company-unknown',
] as const;

/** 企业融资画像 for partners: programmes, suggested line, and what partners state of a firm. */
@ApiTags('partner')
@Controller('partner/v1/companies/:uscc')
export class StandingsController {
  constructor(
    private readonly standings: FirmStandings,
    private readonly disclosure: Disclosure,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get('programmes')
  @Scopes('partner:deals')
  @UsccParam()
  @RunParam()
  @PurposeQuery()
  @ApiOperation({
    summary: 'How a company stands to each programme',
    description:
      'Each condition passes, fails or is unknown, with value, date and reason; unknown is not fail, and says what would make it known. No promise of credit: partners decide alone. Conditions on loans are unknown unless the firm authorised its credit history.',
  })
  @Answer('FirmProgrammes', 'One a programme in force today.')
  @ProblemAnswers(...READ)
  programmes(
    @Req() request: ApiRequest,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Query('run', IdPipe) run?: string,
    @Query('purpose') purposeText?: string,
  ): Promise<object> {
    const principal = principalOf(request);
    const asked = { uscc, purpose: purposeOf(principal, purposeText), scope: 'score', product: 'programmes' } as const;
    return this.disclosure.firm(principal, asked, async (tx, authorisation) => {
      const standing = await this.standings.of(tx, uscc, viewOf(request, authorisation), run);
      return { body: firmProgrammesBody(standing, false), detail: { runId: standing.run.runId } };
    });
  }

  @Get('line')
  @Scopes('partner:deals')
  @UsccParam()
  @RunParam()
  @ApiQuery({
    name: 'programme',
    required: false,
    description: 'Code of a programme whose cap, net of what the firm uses of it, holds too.',
    schema: { type: 'string' },
    example: 'CKT',
  })
  @PurposeQuery()
  @ApiOperation({
    summary: 'Suggested line of a company',
    description:
      'Reference only, no promise of credit: the line with every base, the steps that lead to it, what binds it, what would next, and what raises it. Where the grade lifts it, the amount that evidence supports stands beside it.',
  })
  @Answer('FirmLine', 'The line, or why there is none.')
  @ProblemAnswers(...READ, 'programme-unknown', 'programme-without-line')
  line(
    @Req() request: ApiRequest,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Query('run', IdPipe) run?: string,
    @Query('programme') programme?: string,
    @Query('purpose') purposeText?: string,
  ): Promise<object> {
    const principal = principalOf(request);
    const asked = { uscc, purpose: purposeOf(principal, purposeText), scope: 'score', product: 'line' } as const;
    return this.disclosure.firm(principal, asked, async (tx, authorisation) => {
      const standing = await this.standings.of(tx, uscc, viewOf(request, authorisation), run);
      const line = this.standings.line(standing, programme);
      const detail = { runId: standing.run.runId, programme: programme ?? null };
      return { body: firmLineBody(standing, line), detail };
    });
  }

  @Post('statements')
  @HttpCode(201)
  @Scopes('partner:deals')
  @UsccParam()
  @Repeatable()
  @ApiOperation({
    summary: 'State facts of a company',
    description:
      'Facts that no source delivers, as of today, each by the kind of institution that may state it. They are never changed: the newest counts. Other institutions of the same kind are not told of them.',
  })
  @Answer('StatementList', 'What was stated.', { status: 201 })
  @ProblemAnswers(...WRITE, 'statement-invalid')
  state(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Body() { statements }: StatementsRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const rows = await this.standings.state(principalOf(request), uscc, statements);
      return { status: 201, location: null, body: statementsBody(rows) };
    });
  }

  @Post('expert-opinions')
  @HttpCode(201)
  @Scopes('partner:reviews')
  @UsccParam()
  @Repeatable()
  @ApiOperation({
    summary: 'Fill in the expert form about a company',
    description:
      'By a guarantor, outside of any list. Of each expert the newest form counts; it stands beside the score and never enters it.',
  })
  @Answer('ExpertOpinion', 'The opinion.', { status: 201 })
  @ProblemAnswers(...WRITE, 'form-invalid', 'role-refused')
  opine(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Body() { form }: OpinionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const opinion = await this.standings.opine(principalOf(request), uscc, { ...form });
      return { status: 201, location: null, body: opinionBody(opinion) };
    });
  }
}

/** Loans are told where the authorisation names the credit history (征信业管理条例 art. 29), stated figures where it names them. */
function viewOf(request: ApiRequest, { scopes }: Authorisation): StandingView {
  const { institutionId, kind } = principalOf(request);
  const readers = [{ institutionId, kind }];
  return { readers, loans: scopes.includes('credit-history'), financials: scopes.includes('financials') };
}
