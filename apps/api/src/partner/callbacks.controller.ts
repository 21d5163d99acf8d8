import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  CALLBACK_TYPES,
  CallbackKeys,
  Callbacks,
  heldBody,
  signedHeaders,
  type CallbackKey,
  type CallbackReceipt,
} from '#lib/financing';
import { instantText } from '#lib/kernel';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { EVENT_PROBLEMS } from '../event-problems.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { SIGNED_BODY } from '../http/bodies.ts';
import { inDetail } from '../http/deal-body.ts';
import { ChoiceField, DocumentField, NumberField, PatternField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Scopes } from '../http/route-access.ts';

export class CallbackRequest {
  @ChoiceField({ description: 'What it is about.', example: 'referral.status.v1' }, CALLBACK_TYPES)
  type!: string;

  @PatternField(
    { description: "The partner's own number of the affair; seq counts for each of them.", example: 'L2026-0001' },
    /^[0-9A-Za-z][0-9A-Za-z._:/-]{0,63}$/,
    '应为1至64位字母、数字与连接符',
    '1 to 64 letters, digits and joints are expected',
  )
  externalId!: string;

  @NumberField(
    { description: 'From 1, without gaps. One that comes early waits for those before it.', example: 1 },
    1,
    1_000_000,
  )
  seq!: number;

  @PatternField(
    { description: 'The deal with us.', example: '019a8c2e-7f00-7000-8000-000000000001' },
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    '应为 UUID（小写）',
    'a UUID in lower case is expected',
  )
  dealId!: string;

  @PatternField(
    { description: 'An event of the deal, as GET /partner/v1/deal-kinds lists it.', example: 'accept' },
    /^[a-z][a-z-]{1,40}$/,
    '应为事件代码',
    'the code of an event is expected',
  )
  event!: string;

  @DocumentField({ description: 'The fields of the event; money is {fen, currency}.', optional: true })
  detail?: Record<string, unknown>;
}

const keyBody = ({ keyId, madeAt, endsAt }: CallbackKey): object => ({
  keyId,
  madeAt: instantText(madeAt),
  endsAt: endsAt && instantText(endsAt),
});

/** 回传: what banks and guarantors report of their own affairs, signed, once each and in order. */
@ApiTags('deals')
@Controller()
export class CallbacksController {
  constructor(
    private readonly callbacks: Callbacks,
    private readonly keys: CallbackKeys,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post('partner/v1/callbacks')
  @RouteConfig(SIGNED_BODY)
  @HttpCode(200)
  @Scopes('partner:callbacks')
  @Repeatable()
  @ApiHeader({ name: 'X-Firstmile-Key', description: 'Id of the callback key that signs.', schema: { type: 'string' } })
  @ApiHeader({
    name: 'X-Firstmile-Timestamp',
    description: 'Seconds since 1970, within 300 of ours.',
    schema: { type: 'string' },
  })
  @ApiHeader({
    name: 'X-Firstmile-Nonce',
    description: 'Once a request: 8 to 128 visible characters.',
    schema: { type: 'string' },
  })
  @ApiHeader({
    name: 'X-Firstmile-Signature',
    description: 'hex HMAC-SHA-256(secret, timestamp + "." + nonce + "." + body as sent).',
    schema: { type: 'string' },
  })
  @ApiOperation({
    summary: 'Report an event',
    description:
      'The same (externalId, seq) with the same body is answered again and has one effect; with another body it is refused. Out of order it is held, and applied when its predecessors have come. A correction is an event of its own.',
  })
  @Answer('CallbackReceipt', 'Applied, or held.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'signature-missing',
    'timestamp-outside',
    'signature-invalid',
    'nonce-replayed',
    'callback-conflict',
    'deal-unknown',
    ...EVENT_PROBLEMS,
  )
  async receive(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: CallbackRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    const raw = request.signedBody!;
    // Before an answer is given again as well: a copied request gets none.
    await this.callbacks.verify(principal, signedHeaders(request.headers), raw);
    const { detail = {}, ...rest } = body;
    return this.posts.once(request, reply, async () => {
      const receipt = await inDetail(() => this.callbacks.receive(principal, { ...rest, detail }, raw));
      return { status: 200, location: null, body: receiptBody(receipt) };
    });
  }

  @Get('partner/v1/callback-keys')
  @Scopes('partner:callbacks')
  @ApiOperation({ summary: 'Live callback keys', description: 'The newest first, without their secrets.' })
  @Answer('CallbackKeys', 'The keys.')
  async list(@Req() request: ApiRequest): Promise<object> {
    return { items: (await this.keys.list(principalOf(request))).map(keyBody) };
  }

  @Post('partner/v1/callback-keys')
  @Scopes('partner:callbacks')
  @Repeatable()
  @ApiOperation({
    summary: 'Make a callback key',
    description: 'The secret is shown in this answer only. The key before it signs for 24 hours more.',
  })
  @Answer('NewCallbackKey', 'Made.', { status: 201, location: '/partner/v1/callback-keys' })
  @ProblemAnswers('callback-keys-full', 'key-already-issued')
  make(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<object> {
    return this.posts.onceShown(request, reply, 'secret', async () => {
      const { secret, ...key } = await this.keys.make(principalOf(request));
      return { status: 201, location: '/partner/v1/callback-keys', body: { ...keyBody(key), secret } };
    });
  }

  @Post('partner/v1/callback-keys/:keyId/end')
  @HttpCode(200)
  @Scopes('partner:callbacks')
  @Repeatable()
  @ApiParam({
    name: 'keyId',
    description: 'Id of the key.',
    schema: { type: 'string' },
    example: 'fmcb_0123456789abcdef',
  })
  @ApiOperation({ summary: 'End a callback key', description: 'From now on it signs nothing.' })
  @Answer('CallbackKeys', 'Those that are left.')
  @ProblemAnswers('callback-key-unknown')
  end(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('keyId') keyId: string,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      await this.keys.end(principal, keyId);
      return { status: 200, location: null, body: { items: (await this.keys.list(principal)).map(keyBody) } };
    });
  }

  @Get('ops/v1/held-callbacks')
  @Scopes('ops:deals')
  @ApiOperation({
    summary: 'Callbacks that wait too long',
    description: 'Held for over 24 hours because a predecessor is missing (乱序告警), the oldest first.',
  })
  @Answer('HeldCallbacks', 'At most 200 of them.')
  async held(): Promise<object> {
    return { items: (await this.callbacks.overdue(200)).map(heldBody) };
  }
}

const receiptBody = (receipt: CallbackReceipt): object => ({ ...receipt });
