import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { StoredAnswer } from '#lib/access';
import type { Clock } from '#lib/kernel';
import { Deliveries } from '#lib/ledger';
import { BELLS, CLOCK, type Bells } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { STREAMED_BODY } from '../http/bodies.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { deliveryBody, quarantinedBody } from './delivery-body.ts';
import { DecisionRequest, DeliveryListQuery, manifestOf, UploadQuery } from './delivery-requests.ts';

const EXAMPLE_ID = '019a8c2e-7f00-7000-8000-000000000001';
const IdParam = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'The delivery.',
    schema: { type: 'string', format: 'uuid' },
    example: EXAMPLE_ID,
  });
const locationOf = (deliveryId: string): string => `/ops/v1/deliveries/${deliveryId}`;

@ApiTags('ops')
@Controller('ops/v1/deliveries')
export class DeliveriesController {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly posts: IdempotentPosts,
    @Inject(BELLS) private readonly bells: Bells,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(202)
  @RouteConfig(STREAMED_BODY)
  @Scopes('ops:deliveries')
  @Repeatable()
  @ApiOperation({
    summary: 'Upload a delivery',
    description: 'The body is the file itself, plain or gzip, streamed; 2 GiB at most. Follow it at Location.',
  })
  @ApiConsumes('application/octet-stream')
  @ApiBody({
    required: true,
    description: 'The file as the bureau made it.',
    schema: { type: 'string', format: 'binary' },
    examples: {
      csv: { value: '统一社会信用代码,企业名称,成立日期\n91440300DMAB12340K,示例科技有限公司,2024-01-15\n' },
    },
  })
  @Answer('DeliveryReceived', 'Received; it is worked off in the background.', {
    status: 202,
    location: locationOf(EXAMPLE_ID),
  })
  @ProblemAnswers(
    'request-invalid',
    'unknown-source',
    'unknown-layout',
    'manifest-invalid',
    'manifest-mismatch',
    'file-empty',
    'file-too-large',
    'body-too-large',
    'upload-aborted',
  )
  upload(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Query() query: UploadQuery,
  ): Promise<object> {
    return this.posts.onceStreamed(request, reply, async (body): Promise<StoredAnswer> => {
      const received = await this.deliveries.receive({
        source: query.source,
        ...(query.layout === undefined ? {} : { layout: query.layout }),
        fileName: query.fileName,
        body,
        manifest: manifestOf(query),
        receivedBy: principalOf(request).personId,
        clock: this.clock,
      });
      if (!received.noop) await this.bells.ring('intake', received.deliveryId);
      return { status: 202, location: locationOf(received.deliveryId), body: received };
    });
  }

  @Get()
  @Scopes('ops:deliveries')
  @ApiOperation({ summary: 'Deliveries, newest first' })
  @Answer('DeliveryPage', 'A page of deliveries.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Query() query: DeliveryListQuery): Promise<object> {
    const { source, state, limit } = query;
    const filter = { ...(source === undefined ? {} : { source }), ...(state === undefined ? {} : { state }) };
    const page = await this.deliveries.list({ ...filter, limit, ...openCursor(query.cursor) });
    return { items: page.items.map(deliveryBody), nextCursor: sealCursor(page.nextCursor) };
  }

  @Get(':id')
  @Scopes('ops:deliveries')
  @IdParam()
  @ApiOperation({ summary: 'Follow a delivery' })
  @Answer('Delivery', 'The delivery as it stands.')
  @ProblemAnswers('request-invalid', 'delivery-unknown')
  async get(@Param('id', IdPipe) id: string): Promise<object> {
    return deliveryBody(await this.deliveries.get(id));
  }

  @Get(':id/quarantine')
  @Scopes('ops:deliveries')
  @IdParam()
  @ApiOperation({
    summary: 'Rows of a delivery that could not be taken',
    description: 'In the order of the file, with the finding, the row as delivered and a suggested fix.',
  })
  @Answer('QuarantinePage', 'A page of rows.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'delivery-unknown')
  async quarantine(@Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<object> {
    const page = await this.deliveries.quarantine(id, { limit: query.limit, ...openCursor(query.cursor) });
    return { items: page.items.map(quarantinedBody), nextCursor: sealCursor(page.nextCursor) };
  }

  @Post(':id/release')
  @HttpCode(200)
  @Scopes('ops:deliveries')
  @Repeatable()
  @IdParam()
  @ApiOperation({ summary: 'Let a held delivery through' })
  @Answer('Delivery', 'The delivery; it is worked off again, without gates.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'delivery-unknown',
    'delivery-not-held',
  )
  release(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: DecisionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      await this.deliveries.release(id, { person: principalOf(request).personId, reason });
      await this.bells.ring('intake', id);
      return this.stands(id);
    });
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Scopes('ops:deliveries')
  @Repeatable()
  @IdParam()
  @ApiOperation({ summary: 'Refuse a held delivery for good' })
  @Answer('Delivery', 'The delivery; nothing of it is applied.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'delivery-unknown',
    'delivery-not-held',
  )
  reject(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: DecisionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      await this.deliveries.reject(id, { person: principalOf(request).personId, reason });
      return this.stands(id);
    });
  }

  private async stands(id: string): Promise<StoredAnswer> {
    return { status: 200, location: null, body: deliveryBody(await this.deliveries.get(id)) };
  }
}
