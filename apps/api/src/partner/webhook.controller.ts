import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Webhooks } from '#lib/notices';
import { BELLS, type Bells } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { ChoiceField, PatternsField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Scopes } from '../http/route-access.ts';
import { secretBodies, webhookBody } from './webhook-body.ts';

export class WebhookRequest {
  @TextField(
    { description: 'https, port 443 or 1024 and above, in the public network.', example: 'https://1.1.1.1/notices' },
    8,
    2000,
  )
  address!: string;

  @PatternsField(
    {
      description:
        'Types that are wanted; left out: all. Tests, and what has to be acknowledged, come whatever is wanted.',
      example: ['whitelist.member.v1', 'whitelist.revoked.v1'],
      optional: true,
    },
    /^[a-z]+(\.[a-z]+)+\.v[0-9]+$/,
    50,
    '应为1至50个不重复的通知类型，如 whitelist.revoked.v1',
    '1 to 50 different types are expected, such as whitelist.revoked.v1',
  )
  types?: string[];
}

export class RotationRequest {
  @ChoiceField(
    {
      description:
        'day: the secret before this one signs too for 24 hours. none: it is dead now, for one that others may know.',
      example: 'day',
    },
    ['day', 'none'],
  )
  overlap!: 'day' | 'none';
}

/** Where notices are sent (推送订阅). How to verify them: docs/webhooks.md. */
@ApiTags('partner')
@Controller('partner/v1/webhook')
export class WebhookController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly posts: IdempotentPosts,
    @Inject(BELLS) private readonly bells: Bells,
  ) {}

  @Get()
  @Scopes('partner:notices')
  @ApiOperation({ summary: 'The webhook, and how far delivery has come' })
  @Answer('Webhook', 'The webhook.')
  @ProblemAnswers('webhook-unknown')
  async get(@Req() request: ApiRequest): Promise<object> {
    return webhookBody(await this.webhooks.get(principalOf(request)));
  }

  @Post()
  @HttpCode(200)
  @Scopes('partner:notices')
  @Repeatable()
  @ApiOperation({
    summary: 'Set the webhook',
    description:
      'One address for each institution. The first time the answer shows the secret, once; notices published from then on are delivered. A failing webhook is active again.',
  })
  @Answer('WebhookWithSecret', 'Set.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'webhook-address-refused',
  )
  set(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { address, types }: WebhookRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const set = await this.webhooks.set(principalOf(request), { address, types: types ?? null });
      return { status: 200, location: null, ...secretBodies(set) };
    });
  }

  @Post('rotate')
  @HttpCode(200)
  @Scopes('partner:notices')
  @Repeatable()
  @ApiOperation({
    summary: 'Make a new secret',
    description:
      'Shown once, in this answer. With overlap `day` requests carry two signatures meanwhile. An answer that was lost: rotate again with overlap `none`.',
  })
  @Answer('WebhookWithSecret', 'The new secret.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'webhook-unknown',
    'webhook-rotation-open',
  )
  rotate(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { overlap }: RotationRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const rotated = await this.webhooks.rotate(principalOf(request), { atOnce: overlap === 'none' });
      return { status: 200, location: null, ...secretBodies(rotated) };
    });
  }

  @Post('test')
  @HttpCode(200)
  @Scopes('partner:notices')
  @Repeatable()
  @ApiOperation({
    summary: 'Have a notice sent that means nothing',
    description: 'Of type webhook.test.v1, after everything that waits before it.',
  })
  @Answer('NoticePublished', 'Published.')
  @ProblemAnswers('webhook-unknown')
  test(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const principal = principalOf(request);
      const seq = await this.webhooks.test(principal);
      await this.bells.ring('notices', principal.institutionId);
      return { status: 200, location: null, body: { seq } };
    });
  }

  @Post('pause')
  @HttpCode(200)
  @Scopes('partner:notices')
  @Repeatable()
  @ApiOperation({
    summary: 'Pause the webhook',
    description: 'Notices wait. When this is answered, no delivery is under way.',
  })
  @Answer('Webhook', 'Paused.')
  @ProblemAnswers('webhook-unknown', 'transition-refused')
  pause(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const body = webhookBody(await this.webhooks.pause(principalOf(request)));
      return { status: 200, location: null, body };
    });
  }

  @Post('resume')
  @HttpCode(200)
  @Scopes('partner:notices')
  @Repeatable()
  @ApiOperation({ summary: 'Go on where a paused or failing webhook stopped' })
  @Answer('Webhook', 'Active.')
  @ProblemAnswers('webhook-unknown', 'transition-refused')
  resume(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const principal = principalOf(request);
      const body = webhookBody(await this.webhooks.resume(principal));
      await this.bells.ring('notices', principal.institutionId);
      return { status: 200, location: null, body };
    });
  }
}
