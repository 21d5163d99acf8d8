import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Clock } from '#lib/kernel';
import { Deliveries, errorFile, errorLines, undoDelivery } from '#lib/ledger';
import type { Database } from '#lib/platform';
import { Impacts } from '#lib/runs';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { deliveryBody } from './delivery-body.ts';
import { DecisionRequest } from './delivery-requests.ts';

const IdParam = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'The delivery.',
    schema: { type: 'string', format: 'uuid' },
    example: '019a8c2e-7f00-7000-8000-000000000001',
  });

/** What can be mended about a delivery that was applied: its faulty rows, its corrections, and all of it. */
@ApiTags('ops')
@Controller('ops/v1/deliveries/:id')
export class CorrectionsController {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly impacts: Impacts,
    private readonly posts: IdempotentPosts,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('errors.csv')
  @Scopes('ops:deliveries')
  @IdParam()
  @ApiOperation({
    summary: 'The faulty rows, ready to send back',
    description:
      'CSV in UTF-8 with a byte-order mark: the rows that still wait in quarantine in the provider’s own columns, then what is wrong and a suggestion. Mended, the file may be delivered as it is; keep the last column, it says which rows are mended.',
  })
  @ApiResponse({
    status: 200,
    description: 'The rows.',
    content: {
      'text/csv': {
        schema: { type: 'string' },
        example:
          '\uFEFF统一社会信用代码,费款所属期,参保总人数,错误代码,错误说明,建议,错误行\r\n91440300DMAB12340K,2026-13,12,DQ05,费款所属期：日期无法识别,请更正费款所属期,019a8c2e-7f00-7000-8000-000000000001/17\r\n',
      },
    },
  })
  @ProblemAnswers('request-invalid', 'delivery-unknown')
  async errors(@Param('id', IdPipe) id: string, @Res() reply: ApiReply): Promise<void> {
    const lines = await errorFile(this.db, id); // an unknown delivery is a problem, not an empty file
    reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="errors-${id}.csv"`)
      .header('cache-control', 'no-store');
    reply.send(Readable.from(lines));
  }

  @Get('errors.jsonl')
  @Scopes('ops:deliveries')
  @IdParam()
  @ApiOperation({
    summary: 'The faulty rows as JSON lines',
    description:
      'As errors.csv, one object a line: of a delivery in JSON lines each as it was delivered, nested values too, so that it can be mended and sent back.',
  })
  @ApiResponse({
    status: 200,
    description: 'The rows.',
    content: {
      'application/x-ndjson': {
        schema: { type: 'string' },
        example:
          '{"appNo":"CN20231","错误代码":"APPNO_FORM","错误说明":"appNo：专利申请号格式有误","建议":"请更正appNo","错误行":"019a8c2e-7f00-7000-8000-000000000001/17"}\n',
      },
    },
  })
  @ProblemAnswers('request-invalid', 'delivery-unknown')
  async errorLines(@Param('id', IdPipe) id: string, @Res() reply: ApiReply): Promise<void> {
    const lines = await errorLines(this.db, id);
    reply
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .header('content-disposition', `attachment; filename="errors-${id}.jsonl"`)
      .header('cache-control', 'no-store');
    reply.send(Readable.from(lines));
  }

  @Get('corrections')
  @Scopes('ops:deliveries')
  @IdParam()
  @ApiOperation({
    summary: 'What the delivery corrected',
    description:
      'In the order of firms and keys, each with the score that all of this delivery changed for the firm: as known just before its tick and at it, by the model and for the day of the published run.',
  })
  @Answer('CorrectionPage', 'A page of corrections.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'delivery-unknown')
  async corrections(@Param('id', IdPipe) id: string, @Query() query: PageQuery): Promise<object> {
    const page = await this.impacts.ofCorrections(id, { limit: query.limit, ...openCursor(query.cursor) });
    return { ...page, nextCursor: sealCursor(page.nextCursor) };
  }

  @Get('undo')
  @Scopes('ops:deliveries')
  @IdParam()
  @ApiOperation({
    summary: 'What undoing the delivery would do',
    description:
      'Nothing is changed. Scores are worked out with all that is known now and without the delivery, by the model and for the day of the published run.',
  })
  @Answer('UndoPreview', 'Records, firms and published scores that would change.')
  @ProblemAnswers('request-invalid', 'delivery-unknown', 'delivery-not-applied', 'delivery-undone')
  preview(@Param('id', IdPipe) id: string): Promise<object> {
    return this.impacts.ofUndo(id);
  }

  @Post('undo')
  @HttpCode(200)
  @Scopes('ops:deliveries')
  @Repeatable()
  @IdParam()
  @ApiOperation({
    summary: 'Undo an applied delivery',
    description:
      'By compensating versions at a tick of its own: what was known before that tick stays as it was. Published runs do not change; the next one follows. The same file may be delivered again.',
  })
  @Answer('Delivery', 'The delivery, undone.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'delivery-unknown',
    'delivery-not-applied',
    'delivery-undone',
  )
  undo(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: DecisionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      await undoDelivery(this.db, id, { person: principalOf(request).personId, reason, clock: this.clock });
      return { status: 200, location: null, body: deliveryBody(await this.deliveries.get(id)) };
    });
  }
}
