import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Uscc } from '#lib/kernel';
import { Scores } from '#lib/runs';
import type { Model } from '#lib/scoring';
import { MODEL_BY_HASH, type ModelByHash } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { IdPipe, UsccPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import { evidenceBody, scoreBody } from './score-body.ts';

const UsccParam = (): MethodDecorator =>
  ApiParam({
    name: 'uscc',
    description: '统一社会信用代码, 18 characters.',
    schema: { type: 'string', pattern: '^[0-9A-HJ-NPQRTUWXY]{18}$' },
    example: '91440300DMAB12340K',
  });
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
    @Inject(MODEL_BY_HASH) private readonly modelByHash: ModelByHash,
  ) {}

  @Get()
  @Scopes('partner:scores')
  @UsccParam()
  @RunParam()
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
  )
  async score(@Param('uscc', UsccPipe) uscc: Uscc, @Query('run', IdPipe) run?: string): Promise<object> {
    const company = await this.scores.of(uscc, run);
    const model: Model = await this.modelByHash(company.run.modelHash);
    return scoreBody(company, model);
  }

  @Get('evidence')
  @Scopes('partner:scores')
  @UsccParam()
  @RunParam()
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
    'replay-mismatch',
  )
  async evidence(@Param('uscc', UsccPipe) uscc: Uscc, @Query('run', IdPipe) run?: string): Promise<object> {
    return evidenceBody(await this.scores.evidence(uscc, run));
  }
}
