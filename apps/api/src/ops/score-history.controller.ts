import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { instantText, ProblemError, type Uscc } from '#lib/kernel';
import { ScoreHistory, type PastScore, type RunDifference, type RunView } from '#lib/runs';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { IdPipe, UsccPipe } from '../http/input.pipe.ts';
import { openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccParam } from '../http/uscc-param.ts';

const RunQuery = (name: string): MethodDecorator =>
  ApiQuery({ name, required: true, description: 'A published run.', schema: { type: 'string', format: 'uuid' } });

/** What the score of one company was, and why it changed. */
@ApiTags('ops')
@Controller('ops/v1/companies/:uscc/scores')
export class ScoreHistoryController {
  constructor(private readonly history: ScoreHistory) {}

  @Get()
  @Scopes('ops:runs')
  @UsccParam()
  @ApiOperation({
    summary: 'Scores of a company over time',
    description: 'Its score in every published run that holds it, archived or not, the newest day first.',
  })
  @Answer('ScoreHistoryPage', 'A page of scores.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'uscc-malformed', 'company-unknown')
  async list(@Param('uscc', UsccPipe) uscc: Uscc, @Query() query: PageQuery): Promise<object> {
    const page = await this.history.of(uscc, { limit: query.limit, ...openCursor(query.cursor) });
    return { items: page.items.map(pastScoreBody), nextCursor: sealCursor(page.nextCursor) };
  }

  @Get('difference')
  @Scopes('ops:runs')
  @UsccParam()
  @RunQuery('from')
  @RunQuery('to')
  @ApiOperation({
    summary: 'Why a score changed',
    description:
      'Parts by characteristic that add up to the change exactly. Where data and model both changed, the data is measured under the older model first.',
  })
  @Answer('ScoreDifference', 'The difference.')
  @ProblemAnswers(
    'request-invalid',
    'uscc-malformed',
    'company-unknown',
    'run-unknown',
    'run-not-published',
    'not-in-run',
  )
  async difference(
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Query('from', IdPipe) from?: string,
    @Query('to', IdPipe) to?: string,
  ): Promise<object> {
    return differenceBody(await this.history.difference(uscc, given(from, 'from'), given(to, 'to')));
  }
}

function given(run: string | undefined, field: string): string {
  if (run !== undefined) return run;
  const zh = `请求有误：${field}`;
  const en = `the request is not valid: ${field}`;
  const errors = [{ field, code: 'field-invalid', zh: '应给出批次', en: 'a run is expected' }];
  throw new ProblemError({ code: 'request-invalid', status: 400, zh, en, errors });
}

const runBody = ({
  runId,
  asOf,
  knownAt,
  modelHash,
  state,
}: Pick<RunView, 'runId' | 'asOf' | 'knownAt' | 'modelHash' | 'state'>): object => ({
  runId,
  asOf,
  knownAt: instantText(knownAt),
  modelHash,
  state,
});

const pastScoreBody = (past: PastScore): object => ({
  run: runBody(past),
  published: past.score.published,
  grade: past.score.grade,
  gradeRange: past.score.gradeRange,
  index: past.score.score,
  scoreTenths: past.score.scoreTenths,
  low: past.score.low,
  high: past.score.high,
  coverageBp: past.score.coverageBp,
  knockOuts: past.score.knockOuts,
  warnings: past.score.warnings,
});

function differenceBody({ uscc, from, to, models, difference }: RunDifference): object {
  const words = (code: string): object => {
    const model = models.find(({ position }) => position.has(code))!;
    const { zh, en } = model.characteristics[model.position.get(code)!]!.document;
    return { zh, en };
  };
  return {
    uscc,
    from: runBody(from),
    to: runBody(to),
    ...difference,
    parts: difference.parts.map((part) => ({ ...part, ...words(part.characteristic) })),
  };
}
