import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { localDate, type Clock } from '#lib/kernel';
import { Runs } from '#lib/runs';
import { BELLS, CLOCK, type Bells } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { exampleOf } from '../docs/schema.ts';
import { runSchemas } from '../docs/run-schemas.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { LimitQuery, openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { Shutdown } from '../http/shutdown.ts';
import { runBody } from './run-body.ts';
import { runEvents } from './run-events.ts';
import { RunRequest } from './run-requests.ts';

const EXAMPLE_ID = '019a8c2e-7f00-7000-8000-000000000001';
const IdParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'The run.', schema: { type: 'string', format: 'uuid' }, example: EXAMPLE_ID });

@ApiTags('ops')
@Controller('ops/v1/runs')
export class RunsController {
  constructor(
    private readonly runs: Runs,
    private readonly posts: IdempotentPosts,
    private readonly shutdown: Shutdown,
    @Inject(BELLS) private readonly bells: Bells,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(202)
  @Scopes('ops:runs')
  @Repeatable()
  @ApiOperation({
    summary: 'Start a scoring run',
    description: 'Every firm is scored at one day and one state of knowledge; the run is published whole or held.',
  })
  @Answer('Run', 'Planned; follow it at Location or by its events.', {
    status: 202,
    location: `/ops/v1/runs/${EXAMPLE_ID}`,
  })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'ledger-empty',
    'known-at-too-late',
  )
  plan(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: RunRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const run = await this.runs.plan({
        asOf: localDate(body.asOf),
        ...(body.knownAt === undefined ? {} : { knownAt: new Date(body.knownAt) }),
        person: principalOf(request).personId,
        clock: this.clock,
      });
      await this.bells.ring('runs', run.runId);
      return { status: 202, location: `/ops/v1/runs/${run.runId}`, body: runBody(run) };
    });
  }

  @Get()
  @Scopes('ops:runs')
  @ApiOperation({ summary: 'Runs, newest first' })
  @Answer('RunPage', 'A page of runs.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Query() query: PageQuery): Promise<object> {
    const page = await this.runs.list({ limit: query.limit, ...openCursor(query.cursor) });
    return { items: page.items.map(runBody), nextCursor: sealCursor(page.nextCursor) };
  }

  @Get(':id')
  @Scopes('ops:runs')
  @IdParam()
  @ApiOperation({ summary: 'Follow a run' })
  @Answer('Run', 'The run as it stands.')
  @ProblemAnswers('request-invalid', 'run-unknown')
  async get(@Param('id', IdPipe) id: string): Promise<object> {
    return runBody(await this.runs.get(id));
  }

  @Get(':id/movers')
  @Scopes('ops:runs')
  @IdParam()
  @ApiOperation({
    summary: 'Whom a shadow run moves most',
    description: 'Of a finished shadow run, beside the run that it shadows. Why: scores/difference of the two runs.',
  })
  @Answer('RunMovers', 'At most `limit` companies.')
  @ProblemAnswers('request-invalid', 'run-unknown', 'run-not-shadow')
  async movers(@Param('id', IdPipe) id: string, @Query() { limit }: LimitQuery): Promise<object> {
    return { items: await this.runs.movers(id, limit) };
  }

  @Get(':id/events')
  @Scopes('ops:runs')
  @IdParam()
  @ApiOperation({
    summary: 'Watch a run',
    description:
      'Server-sent events: `progress` at least once a second, then `finished`, then the stream ends. The data of each is the whole run.',
  })
  @ApiResponse({
    status: 200,
    description: 'The events.',
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        example: `id: 1\nevent: finished\ndata: ${JSON.stringify(exampleOf(runSchemas.Run))}\n\n`,
      },
    },
  })
  @ProblemAnswers('request-invalid', 'run-unknown')
  async events(@Param('id', IdPipe) id: string, @Res() reply: ApiReply): Promise<void> {
    const first = await this.runs.get(id); // an unknown run is a problem, not an empty stream
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const events = runEvents(first, () => this.runs.get(id), AbortSignal.any([gone.signal, this.shutdown.signal]));
    reply
      .header('content-type', 'text/event-stream')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no');
    reply.send(Readable.from(events));
  }
}
