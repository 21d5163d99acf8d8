import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { actorOf } from '#lib/access';
import { instantText, type Clock } from '#lib/kernel';
import { Notices, noticesAfter, Webhooks, type ListedNotice } from '#lib/notices';
import type { Database } from '#lib/platform';
import { BELLS, CLOCK, DB, type Bells } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { NumberField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { PositivePipe } from '../http/input.pipe.ts';
import { LimitQuery } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { webhookBody } from './webhook-body.ts';

export class NoticesQuery extends LimitQuery {
  @NumberField(
    { description: 'Notices with a higher number than this.', optional: true, default: 0 },
    0,
    Number.MAX_SAFE_INTEGER,
  )
  after: number = 0;
}

export class ReplayRequest {
  @NumberField({ description: 'Notices with a higher number than this.', example: 41 }, 0, Number.MAX_SAFE_INTEGER)
  after!: number;
}

/** What an institution was told (通知): to pull, to have again, to acknowledge. */
@ApiTags('partner')
@Controller('partner/v1/notices')
export class NoticesController {
  constructor(
    private readonly notices: Notices,
    private readonly webhooks: Webhooks,
    private readonly posts: IdempotentPosts,
    @Inject(BELLS) private readonly bells: Bells,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('partner:notices')
  @ApiOperation({
    summary: 'Notices after a number',
    description:
      'In order, with or without a webhook; kept 24 months. An empty page answers the same `after`: ask again later.',
  })
  @Answer('NoticePage', 'The notices.')
  @ProblemAnswers('request-invalid')
  async list(@Req() request: ApiRequest, @Query() { after, limit }: NoticesQuery): Promise<object> {
    const principal = principalOf(request);
    const page = await this.db.as(actorOf(principal), (tx) =>
      noticesAfter(tx, principal.institutionId, { after, limit }),
    );
    return { items: page.items.map(noticeBody), nextAfter: page.items.at(-1)?.seq ?? after, more: page.more };
  }

  @Post('replay')
  @HttpCode(200)
  @Scopes('partner:notices')
  @Repeatable()
  @ApiOperation({
    summary: 'Have notices delivered again',
    description:
      'The webhook goes on after this number: notices come again with the same ids. A failing webhook is active again.',
  })
  @Answer('Webhook', 'The webhook.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'webhook-unknown',
    'replay-ahead',
  )
  replay(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { after }: ReplayRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const principal = principalOf(request);
      const webhook = await this.webhooks.replay(principal, after);
      await this.bells.ring('notices', principal.institutionId);
      return { status: 200, location: null, body: webhookBody(webhook) };
    });
  }

  @Post(':seq/ack')
  @HttpCode(200)
  @Scopes('partner:notices')
  @Repeatable()
  @ApiParam({
    name: 'seq',
    description: 'Number of the notice.',
    schema: { type: 'integer', minimum: 1 },
    example: 42,
  })
  @ApiOperation({
    summary: 'Acknowledge a notice',
    description: 'That the institution has taken note. Once and for all: said again, the first time stands.',
  })
  @Answer('NoticeAck', 'Acknowledged.')
  @ProblemAnswers('request-invalid', 'notice-unknown')
  acknowledge(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('seq', PositivePipe) seq: number,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const { at } = await this.notices.acknowledge(this.db, principalOf(request), seq, this.clock);
      return { status: 200, location: null, body: { seq, acknowledgedAt: instantText(at) } };
    });
  }
}

const noticeBody = ({ id, seq, type, aggregate, at, body, ackDueOn, acknowledgedAt }: ListedNotice): object => ({
  id,
  seq,
  type,
  aggregate,
  at: instantText(at),
  body,
  ackDueOn,
  acknowledgedAt: acknowledgedAt && instantText(acknowledgedAt),
});
