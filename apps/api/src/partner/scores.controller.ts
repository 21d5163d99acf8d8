import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Disputes, liveWarnings } from '#lib/compliance';
import type { Clock, Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { Scores } from '#lib/runs';
import { CLOCK, DB, MODEL_BY_HASH, type ModelByHash } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { Disclosure, purposeOf, PurposeQuery } from '../http/disclosure.ts';
import { IdPipe, UsccPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccParam } from '../http/uscc-param.ts';
import { evidenceBody, scoreBody } from './score-body.ts';

const RunParam = (): MethodDecorator =>
  ApiQuery({
    name: 'run',
    required: false,
    description: 'A published run; default: the newest.',
    schema: { type: 'string', format: 'uuid' },
  });

@ApiTags('partner')
@Controller('partner/v1/companies/:uscc/score')
export class ScoresController {
  constructor(
    private readonly scores: Scores,
    private readonly disclosure: Disclosure,
    private readonly disputes: Disputes,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MODEL_BY_HASH) private readonly modelByHash: ModelByHash,
  ) {}

  @Get()
  @Scopes('partner:scores')
  @UsccParam()
  @RunParam()
  @PurposeQuery()
  @ApiOperation({
    summary: 'Score of a company',
    description:
      'With its parts, which add up to it exactly, reasons for and against, range, coverage, three scores, twelve groups and six dimensions.',
  })
  @Answer('CompanyScore', 'The score.')
  @ProblemAnswers(
    'request-invalid',
    'uscc-malformed',
    'company-unknown',
    'run-unknown',
    'run-not-published',
    'not-in-run',
    'no-published-run',
    'authorisation-missing',
  )
  score(
    @Req() request: ApiRequest,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Query('run', IdPipe) run?: string,
    @Query('purpose') purposeText?: string,
  ): Promise<object> {
    const purpose = purposeOf(principalOf(request), purposeText);
    const asked = { uscc, purpose, scope: 'score', product: 'score' } as const;
    return this.disclosure.firm(principalOf(request), asked, async () => {
      const company = await this.scores.of(uscc, run);
      const model = await this.modelByHash(company.run.modelHash);
      const marks = await this.disputes.marks(uscc);
      const live = await liveWarnings(this.db, uscc, this.clock.now(), marks);
      return { body: scoreBody(company, model, { marks, live }), detail: { runId: company.run.runId } };
    });
  }

  @Get('evidence')
  @Scopes('partner:scores')
  @UsccParam()
  @RunParam()
  @PurposeQuery()
  @ApiOperation({
    summary: 'What stands behind a score',
    description:
      'The company is scored again at the pins of the run; each point names its records, or the coverage that makes it a zero.',
  })
  @Answer('ScoreEvidence', 'The evidence.')
  @ProblemAnswers(
    'request-invalid',
    'uscc-malformed',
    'company-unknown',
    'run-unknown',
    'run-not-published',
    'not-in-run',
    'no-published-run',
    'authorisation-missing',
    'replay-mismatch',
  )
  evidence(
    @Req() request: ApiRequest,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Query('run', IdPipe) run?: string,
    @Query('purpose') purposeText?: string,
  ): Promise<object> {
    const purpose = purposeOf(principalOf(request), purposeText);
    const asked = { uscc, purpose, scope: 'score', product: 'evidence' } as const;
    return this.disclosure.firm(principalOf(request), asked, async () => {
      const evidence = await this.scores.evidence(uscc, run);
      return { body: evidenceBody(evidence), detail: { runId: evidence.run.runId } };
    });
  }
}
