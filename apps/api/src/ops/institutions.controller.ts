import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { instantText, parseUscc, ProblemError, type Uscc } from '#lib/kernel';
import { Access, actorOf, type InstitutionEvent, type InstitutionView } from '#lib/access';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { cursorOf, pageOf, PageQuery } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { CODE, InstitutionRequest, ReasonRequest } from './access-requests.ts';

const EXAMPLE_ID = '019a8c2e-7f00-7000-8000-000000000001';
const IdParam = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'The institution.',
    schema: { type: 'string', format: 'uuid' },
    example: EXAMPLE_ID,
  });
const BODY_PROBLEMS = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;
const MOVE_PROBLEMS = ['institution-unknown', 'transition-refused', 'institution-not-suspendable'] as const;

/** Who uses the product, and who may no longer (机构管理). */
@ApiTags('ops')
@Controller('ops/v1/institutions')
export class InstitutionsController {
  constructor(
    private readonly access: Access,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get()
  @Scopes('ops:access')
  @ApiOperation({ summary: 'Institutions, by code' })
  @Answer('InstitutionPage', 'A page of them.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Query() { limit, cursor }: PageQuery): Promise<object> {
    const after = cursorOf(cursor, CODE);
    const rows = await this.access.institutions({ limit: limit + 1, ...(after && { after }) });
    return pageOf(
      rows,
      limit,
      (row) => row,
      ({ code }) => code,
    );
  }

  @Post()
  @HttpCode(201)
  @Scopes('ops:access')
  @Repeatable()
  @ApiOperation({ summary: 'Add an institution' })
  @Answer('Institution', 'Added.', { status: 201, location: `/ops/v1/institutions/${EXAMPLE_ID}` })
  @ProblemAnswers(...BODY_PROBLEMS, 'uscc-malformed', 'institution-code-taken')
  add(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { uscc, ...body }: InstitutionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const by = principalOf(request).personId;
      const made = await this.access.createInstitution({ ...body, ...firmOf(body.kind, uscc) }, { by });
      const location = `/ops/v1/institutions/${made.institutionId}`;
      return { status: 201, location, body: await this.access.institution(made.institutionId) };
    });
  }

  @Get(':id')
  @Scopes('ops:access')
  @IdParam()
  @ApiOperation({ summary: 'An institution' })
  @Answer('Institution', 'The institution.')
  @ProblemAnswers('request-invalid', 'institution-unknown')
  get(@Param('id', IdPipe) id: string): Promise<InstitutionView> {
    return this.access.institution(id);
  }

  @Get(':id/events')
  @Scopes('ops:access')
  @IdParam()
  @ApiOperation({ summary: 'What happened to an institution, its people and their keys', description: 'Oldest first.' })
  @Answer('AccessEventPage', 'A page of events.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'institution-unknown')
  async events(
    @Req() request: ApiRequest,
    @Param('id', IdPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<object> {
    const after = cursorOf(cursor, /^\d{1,15}$/);
    await this.access.institution(id);
    const actor = actorOf(principalOf(request));
    const rows = await this.access.events(id, { limit: limit + 1, ...(after && { after: Number(after) }) }, actor);
    return pageOf(
      rows,
      limit,
      ({ institutionId: _institution, ...event }) => ({ ...event, at: instantText(event.at) }),
      ({ seq }) => String(seq),
    );
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @Scopes('ops:access')
  @Repeatable()
  @IdParam()
  @ApiOperation({
    summary: 'Suspend an institution',
    description: 'For misuse: its keys answer 403 `institution-suspended` from the next request on.',
  })
  @Answer('Institution', 'Suspended.')
  @ProblemAnswers(...BODY_PROBLEMS, ...MOVE_PROBLEMS)
  suspend(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<object> {
    return this.move(request, reply, id, 'suspend', reason);
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Scopes('ops:access')
  @Repeatable()
  @IdParam()
  @ApiOperation({ summary: 'Restore a suspended institution', description: 'Its keys work again.' })
  @Answer('Institution', 'Restored.')
  @ProblemAnswers(...BODY_PROBLEMS, ...MOVE_PROBLEMS)
  restore(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<object> {
    return this.move(request, reply, id, 'restore', reason);
  }

  private move(
    request: ApiRequest,
    reply: ApiReply,
    id: string,
    event: InstitutionEvent,
    reason: string,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const by = principalOf(request).personId;
      return { status: 200, location: null, body: await this.access.moveInstitution(id, event, { by, reason }) };
    });
  }
}

/** A firm, and nobody else, comes with its own code. */
function firmOf(kind: string, text: string | undefined): { uscc?: Uscc } {
  if ((kind === 'firm') !== (text !== undefined)) {
    const words = { zh: '仅 kind 为 firm 时须给出', en: 'is given with kind firm, and only there' };
    const errors = [{ pointer: '/uscc', code: 'field-invalid', ...words }];
    throw new ProblemError({
      code: 'request-invalid',
      status: 400,
      zh: '请求有误：/uscc',
      en: `uscc ${words.en}`,
      errors,
    });
  }
  if (text === undefined) return {};
  const parsed = parseUscc(text);
  if (parsed.ok) return { uscc: parsed.value.uscc };
  const { code, zh, en } = parsed.problem;
  throw new ProblemError({ ...parsed.problem, errors: [{ pointer: '/uscc', code, zh, en }] });
}
