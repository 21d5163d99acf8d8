import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Principal } from '#lib/access';
import { StatedInputs, type StatedInput } from '#lib/financing';
import type { Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { Disclosure, purposeOf, PurposeQuery } from '../http/disclosure.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe, UsccPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import { dayOr } from '../http/standing-body.ts';
import {
  statedInputBody,
  statedInputsBody,
  StatedCheckRequest,
  StatedInputRequest,
  StatedWithdrawalRequest,
} from '../http/stated-body.ts';
import { UsccParam } from '../http/uscc-param.ts';
import { ownUscc } from '../subject/own-uscc.ts';

const StatementParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'Version of a statement.', schema: { type: 'string', format: 'uuid' } });
const DateQuery = (): MethodDecorator =>
  ApiQuery({
    name: 'date',
    required: false,
    description: 'What was known by the end of this day; default: today.',
    schema: { type: 'string', format: 'date' },
    example: '2026-07-06',
  });

const LIST = {
  summary: 'Figures that were stated of a company',
  description:
    'Tax paid, receivables under signed contracts and working capital (申报数据), every version with its evidence and who verified it, the newest first. Only what a second party verified counts for the line.',
};
const STATE = {
  summary: 'State figures of a company',
  description:
    'By the firm, or by a bank or a guarantor that saw the documents. Nothing is changed afterwards: another statement of the same kind and day takes its place. Until a second party verifies it (待核验) no line rests on it.',
};
const CHECK = {
  summary: 'Verify what was stated',
  description:
    'By a person of a bank, a guarantor or the platform who did not state it, with the document that was seen. Of each institution the newest word counts; one that says rejected is enough.',
};
const WITHDRAW = {
  summary: 'Withdraw what was stated',
  description: 'A new version without figures, by whoever stated it. What was known before stays readable.',
};
const WRITE = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;
const STATE_PROBLEMS = [...WRITE, 'company-unknown', 'stated-input-invalid', 'role-refused'] as const;
const CHANGE_PROBLEMS = [...WRITE, 'stated-input-unknown', 'stated-input-over'] as const;
const CHECK_PROBLEMS = [...CHANGE_PROBLEMS, 'role-refused', 'two-persons-needed', 'hash-invalid'] as const;

type Say = (tx: Tx, principal: Principal, uscc: Uscc) => Promise<StatedInput>;

/** 申报数据: a firm's figures, who states and who verifies them. Institutions need the firm's word for its financials. */
@ApiTags('partner')
@Controller()
export class StatedInputsController {
  constructor(
    private readonly inputs: StatedInputs,
    private readonly disclosure: Disclosure,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get('partner/v1/companies/:uscc/stated-inputs')
  @Scopes('partner:deals')
  @UsccParam()
  @DateQuery()
  @PurposeQuery()
  @ApiOperation(LIST)
  @Answer('StatedInputList', 'Every version that the reader may see.')
  @ProblemAnswers('request-invalid', 'uscc-malformed', 'authorisation-missing')
  partnerList(
    @Req() request: ApiRequest,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Query('date') date?: string,
    @Query('purpose') purpose?: string,
  ): Promise<object> {
    return this.authorised(request, uscc, purpose, async (tx, principal) => {
      const on = dayOr(this.inputs.today(), date);
      const known = await this.inputs.known(tx, principal, uscc, on);
      return { body: statedInputsBody(known, on), detail: { date: on } };
    });
  }

  @Post('partner/v1/companies/:uscc/stated-inputs')
  @Scopes('partner:deals')
  @UsccParam()
  @PurposeQuery()
  @Repeatable()
  @ApiOperation(STATE)
  @Answer('StatedInput', 'To be verified.', { status: 201 })
  @ProblemAnswers(...STATE_PROBLEMS, 'uscc-malformed', 'authorisation-missing')
  partnerState(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Body() body: StatedInputRequest,
    @Query('purpose') purpose?: string,
  ): Promise<object> {
    return this.partner(request, reply, [uscc, purpose, 201], (tx, principal) =>
      this.inputs.state(tx, principal, uscc, body),
    );
  }

  @Post('partner/v1/companies/:uscc/stated-inputs/:id/checks')
  @Scopes('partner:deals')
  @UsccParam()
  @StatementParam()
  @PurposeQuery()
  @Repeatable()
  @ApiOperation(CHECK)
  @Answer('StatedInput', 'With what was found.', { status: 201 })
  @ProblemAnswers(...CHECK_PROBLEMS, 'uscc-malformed', 'authorisation-missing')
  partnerCheck(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Param('id', IdPipe) id: string,
    @Body() body: StatedCheckRequest,
    @Query('purpose') purpose?: string,
  ): Promise<object> {
    return this.partner(request, reply, [uscc, purpose, 201], (tx, principal) =>
      this.inputs.check(tx, principal, uscc, id, body),
    );
  }

  @Post('partner/v1/companies/:uscc/stated-inputs/:id/withdrawal')
  @HttpCode(200)
  @Scopes('partner:deals')
  @UsccParam()
  @StatementParam()
  @PurposeQuery()
  @Repeatable()
  @ApiOperation(WITHDRAW)
  @Answer('StatedInput', 'The version that withdraws it.')
  @ProblemAnswers(...CHANGE_PROBLEMS, 'uscc-malformed', 'authorisation-missing')
  partnerWithdraw(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: StatedWithdrawalRequest,
    @Query('purpose') purpose?: string,
  ): Promise<object> {
    return this.partner(request, reply, [uscc, purpose, 200], (tx, principal) =>
      this.inputs.withdraw(tx, principal, uscc, id, reason),
    );
  }

  @Get('subject/v1/stated-inputs')
  @Scopes('subject:own')
  @DateQuery()
  @ApiOperation(LIST)
  @Answer('StatedInputList', 'Every version, whoever stated it.')
  @ProblemAnswers('request-invalid')
  ownList(@Req() request: ApiRequest, @Query('date') date?: string): Promise<object> {
    return this.list(principalOf(request), ownUscc(request), date);
  }

  @Post('subject/v1/stated-inputs')
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation(STATE)
  @Answer('StatedInput', 'To be verified.', { status: 201 })
  @ProblemAnswers(...STATE_PROBLEMS)
  ownState(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: StatedInputRequest,
  ): Promise<object> {
    return this.own(request, reply, 201, (tx, principal, uscc) => this.inputs.state(tx, principal, uscc, body));
  }

  @Post('subject/v1/stated-inputs/:id/withdrawal')
  @HttpCode(200)
  @Scopes('subject:own')
  @StatementParam()
  @Repeatable()
  @ApiOperation(WITHDRAW)
  @Answer('StatedInput', 'The version that withdraws it.')
  @ProblemAnswers(...CHANGE_PROBLEMS)
  ownWithdraw(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: StatedWithdrawalRequest,
  ): Promise<object> {
    return this.own(request, reply, 200, (tx, principal, uscc) =>
      this.inputs.withdraw(tx, principal, uscc, id, reason),
    );
  }

  @Get('ops/v1/companies/:uscc/stated-inputs')
  @Scopes('ops:deals')
  @UsccParam()
  @DateQuery()
  @ApiOperation(LIST)
  @Answer('StatedInputList', 'Every version.')
  @ProblemAnswers('request-invalid', 'uscc-malformed')
  houseList(
    @Req() request: ApiRequest,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Query('date') date?: string,
  ): Promise<object> {
    return this.list(principalOf(request), uscc, date);
  }

  @Post('ops/v1/companies/:uscc/stated-inputs/:id/checks')
  @Scopes('ops:deals')
  @UsccParam()
  @StatementParam()
  @Repeatable()
  @ApiOperation(CHECK)
  @Answer('StatedInput', 'With what was found.', { status: 201 })
  @ProblemAnswers(...CHECK_PROBLEMS, 'uscc-malformed')
  houseCheck(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Param('id', IdPipe) id: string,
    @Body() body: StatedCheckRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const said = await this.inputs.as(principal, (tx) => this.inputs.check(tx, principal, uscc, id, body));
      return { status: 201, location: null, body: statedInputBody(said) };
    });
  }

  private async list(principal: Principal, uscc: Uscc, date: string | undefined): Promise<object> {
    const on = dayOr(this.inputs.today(), date);
    return this.inputs.as(principal, async (tx) =>
      statedInputsBody(await this.inputs.known(tx, principal, uscc, on), on),
    );
  }

  /** Figures are opened by an authorisation that names them; each look, and each word, is a line of the query log. */
  private authorised<T>(
    request: ApiRequest,
    uscc: Uscc,
    purpose: string | undefined,
    read: (tx: Tx, principal: Principal) => Promise<{ body: T; detail: Readonly<Record<string, unknown>> }>,
  ): Promise<T> {
    const principal = principalOf(request);
    const asked = {
      uscc,
      purpose: purposeOf(principal, purpose),
      scope: 'financials',
      product: 'stated-inputs',
    } as const;
    return this.disclosure.firm(principal, asked, (tx) => read(tx, principal));
  }

  private partner(
    request: ApiRequest,
    reply: ApiReply,
    [uscc, purpose, status]: readonly [Uscc, string | undefined, number],
    say: Say,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const body = await this.authorised(request, uscc, purpose, async (tx, principal) => {
        const said = await say(tx, principal, uscc);
        return { body: statedInputBody(said), detail: { statementId: said.statementId } };
      });
      return { status, location: null, body };
    });
  }

  private own(request: ApiRequest, reply: ApiReply, status: number, say: Say): Promise<object> {
    const [principal, uscc] = [principalOf(request), ownUscc(request)];
    return this.posts.once(request, reply, async () => {
      const said = await this.inputs.as(principal, (tx) => say(tx, principal, uscc));
      return { status, location: null, body: statedInputBody(said) };
    });
  }
}
