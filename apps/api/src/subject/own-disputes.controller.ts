import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Disputes } from '#lib/compliance';
import type { Clock } from '#lib/kernel';
import { CLOCK } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { disputeBody, disputeWithEvents } from '../http/dispute-body.ts';
import { ChoiceField, NumberField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import { ownUscc } from './own-uscc.ts';

const ACTIONS = ['supply', 'withdraw', 'state', 'escalate'] as const;

export class DisputeRequest {
  @TextField(
    { description: 'Source, by name; left out: the calculation itself.', example: 'social-security', optional: true },
    1,
    100,
  )
  source?: string;

  @TextField({ description: 'Key of the record; left out: all of the source.', optional: true }, 1, 300)
  recordKey?: string;

  @TextField({ description: 'What is wrong, and what is right.', example: '五月参保人数应为12人' }, 2, 2000)
  claim!: string;
}

export class DisputeActionRequest {
  @ChoiceField(
    {
      description: 'supply what was asked for, withdraw, state one’s own view, escalate to complaint or court.',
      example: 'withdraw',
    },
    ACTIONS,
  )
  event!: (typeof ACTIONS)[number];

  @TextField({ description: 'The words.', example: '已与来源单位核对一致' }, 2, 2000)
  text!: string;

  @NumberField({ description: 'The version that was seen.', example: 2 }, 1, 1_000_000)
  version!: number;
}

const DisputeParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'disputeId.', schema: { type: 'string', format: 'uuid' } });

/** 异议 of the firm: free of charge, marked at once, answered in writing within 20 days. */
@ApiTags('subject')
@Controller('subject/v1/disputes')
export class OwnDisputesController {
  constructor(
    private readonly disputes: Disputes,
    private readonly posts: IdempotentPosts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('subject:own')
  @ApiOperation({ summary: 'Disputes of the firm', description: 'Newest first.' })
  @Answer('DisputeList', 'All of them.')
  async list(@Req() request: ApiRequest): Promise<object> {
    return { items: (await this.disputes.list({ uscc: ownUscc(request) })).map(disputeBody) };
  }

  @Post()
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation({
    summary: 'Dispute a record or the calculation',
    description: 'The mark stands in every answer from now on, and those who asked about the firm are told.',
  })
  @Answer('Dispute', 'Marked.', { status: 201 })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'company-unknown',
    'unknown-source',
    'record-unknown',
    'dispute-open',
  )
  open(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: DisputeRequest,
  ): Promise<object> {
    const uscc = ownUscc(request);
    return this.posts.once(request, reply, async () => {
      const by = { person: principalOf(request).personId, clock: this.clock };
      const { disputeId } = await this.disputes.open(uscc, body, by);
      return { status: 201, location: null, body: disputeWithEvents(await this.disputes.get(disputeId, { uscc })) };
    });
  }

  @Get(':id')
  @Scopes('subject:own')
  @DisputeParam()
  @ApiOperation({ summary: 'One dispute', description: 'With both clocks and every step.' })
  @Answer('Dispute', 'The dispute.')
  @ProblemAnswers('request-invalid', 'dispute-unknown')
  async one(@Req() request: ApiRequest, @Param('id', IdPipe) id: string): Promise<object> {
    return disputeWithEvents(await this.disputes.get(id, { uscc: ownUscc(request) }));
  }

  @Post(':id/actions')
  @HttpCode(200)
  @Scopes('subject:own')
  @Repeatable()
  @DisputeParam()
  @ApiOperation({ summary: 'Supply, withdraw, state or escalate', description: 'One step of the dispute by the firm.' })
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
  )
  act(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { event, text, version }: DisputeActionRequest,
  ): Promise<object> {
    const uscc = ownUscc(request);
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      await this.disputes.decide(id, { event, role: 'FIRM', person, text, version, clock: this.clock }, { uscc });
      return { status: 200, location: null, body: disputeWithEvents(await this.disputes.get(id, { uscc })) };
    });
  }
}
