import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { instantText, type Clock } from '#lib/kernel';
import { MODEL_EVENTS, Models, Runs, type ModelDecision, type ModelView } from '#lib/runs';
import { BELLS, CLOCK, type Bells } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { ChoiceField, DocumentField, PatternField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Scopes } from '../http/route-access.ts';
import { runBody } from './run-body.ts';

const REASON = { description: 'The reason, for the record.', example: '影子运行三个月' };
/** A champion is replaced by a promotion, never by hand. */
const DECISIONS = MODEL_EVENTS.filter((event) => event !== 'replace');

export class ModelRequest {
  @DocumentField({ description: 'The scorecard as JSON, as docs/api.md and GET document show it.' })
  document!: object;

  @TextField(REASON, 2, 1000)
  reason!: string;
}

export class PreviewRequest {
  @PatternField(
    {
      description: 'A published run, whose pins are used; left out: the newest.',
      optional: true,
      example: '019a8c2e-7f00-7000-8000-000000000001',
    },
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    '应为批次的 UUID',
    'the UUID of a run is expected',
  )
  run?: string;
}

export class ModelDecisionRequest {
  @ChoiceField({ description: 'What is decided.', example: 'challenge' }, DECISIONS)
  event!: ModelDecision['event'];

  @TextField(REASON, 2, 1000)
  reason!: string;
}

const HashParam = (): MethodDecorator =>
  ApiParam({
    name: 'hash',
    description: 'The model.',
    schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    example: '4ae1e2f4a5a3d1f0c6b7989a1b2c3d4e5f60718293a4b5c6d7e8f90112233445',
  });

/** Scorecards: taken in as drafts, approved by two persons, tried in the shadow, then in force (模型管理). */
@ApiTags('ops')
@Controller('ops/v1/models')
export class ModelsController {
  constructor(
    private readonly models: Models,
    private readonly runs: Runs,
    private readonly posts: IdempotentPosts,
    @Inject(BELLS) private readonly bells: Bells,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('ops:models')
  @ApiOperation({ summary: 'Scorecards and where they stand' })
  @Answer('ScoringModelList', 'All of them.')
  async list(): Promise<object> {
    return { items: (await this.models.list()).map(modelBody) };
  }

  @Get(':hash')
  @Scopes('ops:models')
  @HashParam()
  @ApiOperation({ summary: 'A scorecard and what was decided about it' })
  @Answer('ScoringModel', 'The scorecard.')
  @ProblemAnswers('model-unknown')
  async get(@Param('hash') hash: string): Promise<object> {
    return modelBody(await this.models.get(hash));
  }

  @Get(':hash/document')
  @Scopes('ops:models')
  @HashParam()
  @ApiOperation({ summary: 'The scorecard itself', description: 'The very document whose hash names it.' })
  @Answer('ScorecardDocument', 'The document.')
  @ProblemAnswers('model-unknown')
  async document(@Param('hash') hash: string): Promise<object> {
    return (await this.models.model(hash)).document;
  }

  @Post()
  @HttpCode(201)
  @Scopes('ops:models')
  @Repeatable()
  @ApiOperation({
    summary: 'Submit a scorecard as a draft',
    description:
      'Checked for gaps, overlaps, unreachable bins, directions and unknown characteristics; each fault names its place. The same document again is the same model.',
  })
  @Answer('ScoringModel', 'Taken in.', { status: 201, location: '/ops/v1/models/4ae1…' })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'model-invalid',
    'model-version-taken',
  )
  submit(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { document, reason }: ModelRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const view = await this.models.submit(document, { person, reason, clock: this.clock });
      return { status: 201, location: `/ops/v1/models/${view.modelHash}`, body: modelBody(view) };
    });
  }

  @Post(':hash/decisions')
  @HttpCode(200)
  @Scopes('ops:models')
  @Repeatable()
  @HashParam()
  @ApiOperation({
    summary: 'Decide about a scorecard',
    description:
      'validate (after a preview, once a run is published), approve (twice, by two persons who did not submit it), return, challenge, withdraw, promote (after a shadow run beside the published run of a month end; the champion is retired), retire.',
  })
  @Answer('ScoringModel', 'Decided.')
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'model-unknown',
    'transition-refused',
    'model-preview-missing',
    'model-four-eyes',
    'model-shadow-missing',
    'model-challenger-taken',
  )
  decide(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('hash') hash: string,
    @Body() { event, reason }: ModelDecisionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const view = await this.models.decide(hash, { event, person, reason, clock: this.clock });
      return { status: 200, location: null, body: modelBody(view) };
    });
  }

  @Post(':hash/previews')
  @HttpCode(202)
  @Scopes('ops:models')
  @Repeatable()
  @HashParam()
  @ApiOperation({
    summary: 'Try a scorecard on the whole book',
    description:
      'Scores every firm at the pins of a published run and compares: follow the run, then read `stats.compared` and its movers. Nothing is published.',
  })
  @Answer('Run', 'Planned.', { status: 202, location: '/ops/v1/runs/019a8c2e-7f00-7000-8000-000000000001' })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'model-unknown',
    'run-unknown',
    'run-not-published',
    'no-published-run',
  )
  preview(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('hash') hash: string,
    @Body() { run }: PreviewRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const { modelHash } = await this.models.get(hash);
      const person = principalOf(request).personId;
      const planned = await this.runs.preview({ modelHash, person, clock: this.clock, ...(run && { of: run }) });
      await this.bells.ring('runs', planned.runId);
      return { status: 202, location: `/ops/v1/runs/${planned.runId}`, body: runBody(planned) };
    });
  }
}

const modelBody = (view: ModelView): object => ({
  ...view,
  events: view.events.map((event) => ({ ...event, at: instantText(event.at) })),
});
