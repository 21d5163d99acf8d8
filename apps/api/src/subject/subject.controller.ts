import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Scores } from '#lib/runs';
import { MODEL_BY_HASH, type ModelByHash } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { Scopes } from '../http/route-access.ts';
import { ownUscc } from './own-uscc.ts';
import { reachTarget, TargetQuery } from './reach-target.ts';
import { ownReasonsBody, ownScoreBody, reachBody } from './subject-body.ts';

const OWN = ['company-unknown', 'not-in-run', 'no-published-run', 'uscc-malformed'] as const;

/** What a firm reads of itself (信息主体). Which firm is in the key and nowhere in the address. */
@ApiTags('subject')
@Controller('subject/v1')
export class SubjectController {
  constructor(
    private readonly scores: Scores,
    @Inject(MODEL_BY_HASH) private readonly modelByHash: ModelByHash,
  ) {}

  @Get('score')
  @Scopes('subject:own')
  @ApiOperation({
    summary: 'The own score',
    description:
      'In the newest published run, with the own value and bin of every characteristic; point tables are not shown.',
  })
  @Answer('OwnScore', 'The score.')
  @ProblemAnswers(...OWN)
  async score(@Req() request: ApiRequest): Promise<object> {
    const company = await this.scores.of(ownUscc(request));
    return ownScoreBody(company, await this.modelByHash(company.run.modelHash));
  }

  @Get('reasons')
  @Scopes('subject:own')
  @ApiOperation({
    summary: 'Reasons for and against',
    description:
      'Against: the four largest that the firm can change, each with its own value and what the next bin needs.',
  })
  @Answer('OwnReasons', 'The reasons.')
  @ProblemAnswers(...OWN)
  async reasons(@Req() request: ApiRequest): Promise<object> {
    return ownReasonsBody(await this.scores.of(ownUscc(request)));
  }

  @Get('reach')
  @Scopes('subject:own')
  @TargetQuery()
  @ApiOperation({
    summary: 'The way to the next grade, or to the list',
    description:
      'The fewest things that the firm itself can do within 24 months, then the least time, verified by scoring the changed records on that day.',
  })
  @Answer('ReachPlan', 'The plan, or that there is none.')
  @ProblemAnswers('request-invalid', ...OWN)
  async reach(@Req() request: ApiRequest, @Query('target') target = 'next-grade'): Promise<object> {
    const uscc = ownUscc(request);
    const { run, plan } = await this.scores.reach(uscc, reachTarget(target));
    return reachBody(uscc, run, plan);
  }
}
