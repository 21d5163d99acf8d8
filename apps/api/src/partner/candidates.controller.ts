import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CandidatesReader, type Candidate, type CandidatePage } from '#lib/whitelist';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { PageQuery } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

const NOTICE = {
  PROVISIONAL: {
    zh: '暂定：部分入库条件对所有企业均未知，当前无企业可入库；未知不视为符合',
    en: 'Provisional: some entry conditions are unknown for every firm, so nobody can be a member now; unknown is not pass',
  },
  IN_FORCE: { zh: '各项数据均已接入', en: 'Every feed that the conditions need is connected' },
} as const;

@ApiTags('partner')
@Controller('partner/v1/candidates')
export class CandidatesController {
  constructor(private readonly candidates: CandidatesReader) {}

  @Get()
  @Scopes('partner:candidates')
  @ApiOperation({
    summary: 'Candidates of the latest published run',
    description:
      'Every scored firm in the order of its code with the eight entry conditions, each pass, fail or unknown. A member only if all eight pass.',
  })
  @Answer('CandidatePage', 'A page of firms; the cursor stays with the run of the first page.')
  @ProblemAnswers(
    'request-invalid',
    'cursor-invalid',
    'run-unknown',
    'run-not-published',
    'no-published-run',
    'replay-mismatch',
  )
  async list(@Query() query: PageQuery): Promise<object> {
    const { limit, cursor } = query;
    return candidatePageBody(await this.candidates.page({ limit, ...(cursor === undefined ? {} : { cursor }) }));
  }
}

function candidatePageBody(page: CandidatePage): object {
  const state = page.provisional ? 'PROVISIONAL' : 'IN_FORCE';
  return {
    run: { runId: page.run.runId, asOf: page.run.asOf, previousRunId: page.previousRun?.runId ?? null },
    cut: page.cut,
    state,
    notice: NOTICE[state],
    unknownRules: page.unknownRules,
    items: page.items.map(candidateBody),
    nextCursor: page.nextCursor,
  };
}

const candidateBody = ({ score, ...candidate }: Candidate): object => ({
  uscc: candidate.uscc,
  ...(candidate.name === undefined ? {} : { name: candidate.name }),
  member: candidate.member,
  near: candidate.near,
  legalPerson: candidate.legalPerson,
  published: score.published,
  score: score.grade === null ? null : score.score,
  low: score.low,
  high: score.high,
  coverageBp: score.coverageBp,
  conditions: candidate.conditions,
});
