import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Uscc } from '#lib/kernel';
import { Scores } from '#lib/runs';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { UsccPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import { reachTarget, TargetQuery } from '../subject/reach-target.ts';
import { reachBody } from '../subject/subject-body.ts';

/** What our own people tell a firm that asks: the same plan that it may read itself. */
@ApiTags('ops')
@Controller('ops/v1/companies/:uscc/reach')
export class ReachController {
  constructor(private readonly scores: Scores) {}

  @Get()
  @Scopes('ops:runs')
  @ApiParam({
    name: 'uscc',
    description: '统一社会信用代码, 18 characters.',
    schema: { type: 'string', pattern: '^[0-9A-HJ-NPQRTUWXY]{18}$' },
    example: '91440300DMAB12340K',
  })
  @TargetQuery()
  @ApiOperation({
    summary: 'The way of a company to the next grade, or to the list',
    description:
      'The fewest things that the firm itself can do within 24 months, then the least time, verified by scoring the changed records on that day.',
  })
  @Answer('ReachPlan', 'The plan, or that there is none.')
  @ProblemAnswers('request-invalid', 'company-unknown', 'not-in-run', 'no-published-run', 'uscc-malformed')
  async reach(@Param('uscc', UsccPipe) uscc: Uscc, @Query('target') target = 'next-grade'): Promise<object> {
    const { run, plan } = await this.scores.reach(uscc, reachTarget(target));
    return reachBody(uscc, run, plan);
  }
}
