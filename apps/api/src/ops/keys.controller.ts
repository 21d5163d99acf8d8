import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { instantText, type Clock } from '#lib/kernel';
import { Access, type IssuedKey, type KeyView, type StoredAnswer } from '#lib/access';
import { CLOCK } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { cursorOf, pageOf } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { KeyRequest, KeysQuery, ReasonRequest, RotationRequest, UUID } from './access-requests.ts';

const EXAMPLE_ID = '019a8c2e-7f00-7000-8000-000000000001';
const DAY_MS = 86_400_000;
const IdParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'The key.', schema: { type: 'string', format: 'uuid' }, example: EXAMPLE_ID });
const BODY_PROBLEMS = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;
const SHOWN_ONCE =
  'The key is shown in this answer and kept nowhere: the same Idempotency-Key again answers 409 `key-already-issued` with its id.';

/** Keys of people (密钥管理). The plain key is in the answer that makes it, and nowhere else. */
@ApiTags('ops')
@Controller('ops/v1/keys')
export class KeysController {
  constructor(
    private readonly access: Access,
    private readonly posts: IdempotentPosts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('ops:access')
  @ApiOperation({ summary: 'Keys without their secrets, newest first' })
  @Answer('KeyPage', 'A page of keys.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Query() { limit, cursor, person }: KeysQuery): Promise<object> {
    const before = cursorOf(cursor, UUID);
    const of = person === undefined ? {} : { personId: person };
    const rows = await this.access.keys({ limit: limit + 1, ...of, ...(before && { before }) });
    return pageOf(rows, limit, keyBody, ({ keyId }) => keyId);
  }

  @Post()
  @HttpCode(201)
  @Scopes('ops:access')
  @Repeatable()
  @ApiOperation({ summary: 'Issue a key', description: SHOWN_ONCE })
  @Answer('IssuedKey', 'Issued.', { status: 201 })
  @ProblemAnswers(
    ...BODY_PROBLEMS,
    'key-already-issued',
    'person-unknown',
    'scope-not-of-kind',
    'scope-not-of-role',
    'address-invalid',
  )
  issue(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { personId, scopes, days, addresses }: KeyRequest,
  ): Promise<object> {
    return this.posts.onceShown(request, reply, 'key', async () => {
      const expiresAt = new Date(this.clock.now().getTime() + days * DAY_MS);
      const options = { act: { by: principalOf(request).personId }, ...(addresses && { addresses }) };
      return issuedAnswer(await this.access.issueKey(personId, scopes, expiresAt, this.clock, options));
    });
  }

  @Post(':id/rotate')
  @HttpCode(201)
  @Scopes('ops:access')
  @Repeatable()
  @IdParam()
  @ApiOperation({
    summary: 'Replace a key',
    description: `A new key for the same person, scopes and addresses; the old one ends after the overlap at the latest, and is replaced once. ${SHOWN_ONCE}`,
  })
  @Answer('IssuedKey', 'Its successor.', { status: 201 })
  @ProblemAnswers(
    ...BODY_PROBLEMS,
    'key-already-issued',
    'key-id-unknown',
    'key-ended',
    'key-replaced',
    'scope-not-of-role',
  )
  rotate(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { overlapDays }: RotationRequest,
  ): Promise<object> {
    return this.posts.onceShown(request, reply, 'key', async () => {
      const act = { by: principalOf(request).personId };
      return issuedAnswer(await this.access.rotateKey(id, { overlapDays, act }));
    });
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Scopes('ops:access')
  @Repeatable()
  @IdParam()
  @ApiOperation({ summary: 'End a key at once', description: 'Again: what ended it first stays.' })
  @Answer('Key', 'Revoked.')
  @ProblemAnswers(...BODY_PROBLEMS, 'key-id-unknown')
  revoke(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const revoked = await this.access.revokeKey(id, this.clock, { by: principalOf(request).personId, reason });
      return { status: 200, location: null, body: keyBody(revoked) };
    });
  }
}

const issuedAnswer = (made: IssuedKey): StoredAnswer => ({
  status: 201,
  location: null,
  body: { ...made, expiresAt: instantText(made.expiresAt) },
});

const keyBody = (key: KeyView): object => ({
  ...key,
  createdAt: instantText(key.createdAt),
  expiresAt: instantText(key.expiresAt),
  revokedAt: key.revokedAt && instantText(key.revokedAt),
});
