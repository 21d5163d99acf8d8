import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { instantText, type Clock, type Fen } from '#lib/kernel';
import { ListRuleChanges, type RulesDecision, type RulesSimulation, type RulesView } from '#lib/whitelist';
import { CLOCK } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { ChoiceField, DocumentField, NumberField, TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { ListParam } from '../http/list-body.ts';
import { Scopes } from '../http/route-access.ts';

const REASON = { description: 'The reason, for the record.', example: '提高入库线' };
const BODY_PROBLEMS = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;
/** A simulation is asked for at its own address; rules come into force with a version, never by hand. */
const DECISIONS: readonly RulesDecision['event'][] = ['approve', 'return', 'reject', 'withdraw'];

export class ListRulesRequest {
  @DocumentField({ description: 'The rules as JSON, as docs/api.md and the document of those in force show them.' })
  document!: object;

  @TextField(REASON, 2, 1000)
  reason!: string;
}

export class ListRulesDecisionRequest {
  @ChoiceField({ description: 'What is decided.', example: 'approve' }, DECISIONS)
  event!: RulesDecision['event'];

  @NumberField({ description: 'The version that was looked at.', example: 2 }, 1, 1_000_000)
  version!: number;

  @TextField(REASON, 2, 1000)
  reason!: string;
}

const HashParam = (): MethodDecorator =>
  ApiParam({
    name: 'hash',
    description: 'The rules.',
    schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    example: '4ae1e2f4a5a3d1f0c6b7989a1b2c3d4e5f60718293a4b5c6d7e8f90112233445',
  });

/** Rules of a list: taken in as drafts, simulated on the newest month end, approved by two persons (名单规则变更). */
@ApiTags('ops')
@Controller('ops/v1/lists/:code/rules')
export class OpsListRulesController {
  constructor(
    private readonly changes: ListRuleChanges,
    private readonly posts: IdempotentPosts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('ops:lists')
  @ListParam()
  @ApiOperation({ summary: 'Rules of a list and where they stand' })
  @Answer('ListRulesList', 'All of them.')
  @ProblemAnswers('list-unknown')
  async list(@Param('code') code: string): Promise<object> {
    return { items: (await this.changes.list(code)).map(rulesBody) };
  }

  @Get(':hash')
  @Scopes('ops:lists')
  @ListParam()
  @HashParam()
  @ApiOperation({
    summary: 'Rules of a list, what they would move, and what was decided about them',
    description:
      '`simulation` compares the list of a month end under these rules with the same under the rules in force: size, states, grades, districts, exposure as far as it is kept, and who moves by which parameter.',
  })
  @Answer('ListRulesDetail', 'The rules.')
  @ProblemAnswers('list-rules-unknown')
  async get(@Param('code') code: string, @Param('hash') hash: string): Promise<object> {
    return this.detail(code, await this.changes.get(code, hash));
  }

  @Post()
  @HttpCode(201)
  @Scopes('ops:lists')
  @Repeatable()
  @ListParam()
  @ApiOperation({
    summary: 'Submit rules of a list as a draft',
    description: 'Each fault names its place. The same document again is the same rules.',
  })
  @Answer('ListRules', 'Taken in.', { status: 201, location: '/ops/v1/lists/CKT/rules/4ae1…' })
  @ProblemAnswers(...BODY_PROBLEMS, 'list-unknown', 'list-rules-invalid', 'list-rules-version-taken')
  submit(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Body() { document, reason }: ListRulesRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const view = await this.changes.submit(code, document, { person, reason, clock: this.clock });
      return { status: 201, location: `/ops/v1/lists/${code}/rules/${view.rulesHash}`, body: rulesBody(view) };
    });
  }

  @Post(':hash/simulations')
  @HttpCode(200)
  @Scopes('ops:lists')
  @Repeatable()
  @ListParam()
  @HashParam()
  @ApiOperation({
    summary: 'Simulate rules on the newest month end',
    description:
      'Judges every firm by these rules and by those in force, with the code that makes versions; no list moves. Approvals that were given begin anew.',
  })
  @Answer('ListRulesDetail', 'Simulated.')
  @ProblemAnswers('list-unknown', 'list-rules-unknown', 'transition-refused', 'no-published-run')
  simulate(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Param('hash') hash: string,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const person = principalOf(request).personId;
      const view = await this.changes.simulate(code, hash, { person, clock: this.clock });
      return { status: 200, location: null, body: await this.detail(code, view) };
    });
  }

  @Post(':hash/decisions')
  @HttpCode(200)
  @Scopes('ops:lists')
  @Repeatable()
  @ListParam()
  @HashParam()
  @ApiOperation({
    summary: 'Decide about rules of a list',
    description:
      'approve (twice, by two persons who did not submit them, of a simulation on the newest month end), return (to draft), reject (by another), withdraw (by who submitted). Approved rules come into force with the version of the next month end.',
  })
  @Answer('ListRules', 'Decided.')
  @ProblemAnswers(
    ...BODY_PROBLEMS,
    'list-rules-unknown',
    'version-stale',
    'transition-refused',
    'role-refused',
    'list-rules-four-eyes',
    'list-rules-simulation-stale',
    'list-rules-waiting',
  )
  decide(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Param('hash') hash: string,
    @Body() { event, version, reason }: ListRulesDecisionRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const decision = {
        event,
        reason,
        person: principalOf(request).personId,
        expectedVersion: version,
        clock: this.clock,
      };
      return { status: 200, location: null, body: rulesBody(await this.changes.decide(code, hash, decision)) };
    });
  }

  private async detail(code: string, view: RulesView): Promise<object> {
    const simulation = await this.changes.simulation(code, view.rulesHash);
    return { ...rulesBody(view), document: view.rules, simulation: simulation && simulationBody(simulation) };
  }
}

const rulesBody = ({ rules, events, ...view }: RulesView): object => ({
  ...view,
  list: rules.code,
  rulesVersion: rules.version,
  validFrom: rules.validFrom,
  events: events.map((event) => ({ ...event, at: instantText(event.at) })),
});

const money = (fen: Fen): object => ({ fen, currency: 'CNY' });

const simulationBody = ({ exposure, ...simulation }: RulesSimulation): object => ({
  ...simulation,
  exposure: exposure && {
    before: money(exposure.before),
    after: money(exposure.after),
    entered: money(exposure.entered),
    left: money(exposure.left),
  },
});
