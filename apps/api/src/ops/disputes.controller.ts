import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Disputes } from '#lib/compliance';
import type { Clock } from '#lib/kernel';
import { CLOCK } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { disputeBody, disputeWithEvents } from '../http/dispute-body.ts';
import { ChoiceField, NumberField, PatternField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { LimitQuery } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

const DECISIONS = [
  'ask-more',
  'send-to-source',
  'correct',
  'supplement',
  'stop',
  'reject',
  'rescored',
  'close',
] as const;

export class DisputeDecisionRequest {
  @ChoiceField(
    {
      description:
        'correct, supplement and stop name the delivery that changed the ledger; rescored needs a published run that knows it.',
      example: 'send-to-source',
    },
    DECISIONS,
  )
  event!: (typeof DECISIONS)[number];

  @TextField(
    { description: 'Reason; of a decision: the written reply to the firm.', example: '已转社保部门核查' },
    2,
    2000,
  )
  text!: string;

  @PatternField(
    { description: 'The delivery that brought the correction.', optional: true },
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    '应为 UUID',
    'a UUID is expected',
  )
  deliveryId?: string;

  @NumberField({ description: 'The version that was seen.', example: 2 }, 1, 1_000_000)
  version!: number;
}

const DisputeParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'disputeId.', schema: { type: 'string', format: 'uuid' } });

/** The desk that handles disputes (异议处理). No step of it sets a score. */
@ApiTags('ops')
@Controller('ops/v1/disputes')
export class DisputesController {
  constructor(
    private readonly disputes: Disputes,
    private readonly posts: IdempotentPosts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('ops:compliance')
  @ApiOperation({ summary: 'Open disputes', description: 'The one that is due first comes first.' })
  @Answer('DisputeList', 'The queue.')
  @ProblemAnswers('request-invalid')
  async queue(@Query() { limit }: LimitQuery): Promise<object> {
    return { items: (await this.disputes.list({ limit })).map(disputeBody) };
  }

  @Get(':id')
  @Scopes('ops:compliance')
  @DisputeParam()
  @ApiOperation({ summary: 'One dispute', description: 'With both clocks and every step.' })
  @Answer('Dispute', 'The dispute.')
  @ProblemAnswers('request-invalid', 'dispute-unknown')
  async one(@Param('id', IdPipe) id: string): Promise<object> {
    return disputeWithEvents(await this.disputes.get(id));
  }

  @Post(':id/decisions')
  @HttpCode(200)
  @Scopes('ops:compliance')
  @Repeatable()
  @DisputeParam()
  @ApiOperation({
    summary: 'One step of a dispute',
    description: 'A rejection is never decided by who took it to the source; a correction is never made by hand.',
  })
  @Answer('Dispute', 'Done.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'dispute-unknown',
    'version-stale',
    'transition-refused',
    'role-refused',
    'dispute-two-persons',
    'correction-missing',
    'not-rescored',
  )
  decide(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { event, text, deliveryId, version }: DisputeDecisionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const delivery = deliveryId === undefined ? {} : { deliveryId };
      await this.disputes.decide(id, { event, role: 'DESK', person, text, version, clock: this.clock, ...delivery });
      return { status: 200, location: null, body: disputeWithEvents(await this.disputes.get(id)) };
    });
  }
}
