import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiHideProperty, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { CandidatesReader, type Candidate, type CandidatePage } from '#lib/whitelist';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { Disclosure, purposeOf, PurposeQuery } from '../http/disclosure.ts';
import { PageQuery } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

const NOTICE = {
  PROVISIONAL: {
    zh: '暂定：部分入库条件对所有企业均未知，当前无企业可入库；未知不视为符合',
    en: 'Provisional: some entry conditions are unknown for every firm, so nobody can be a member now; unknown is not pass',
  },
  IN_FORCE: { zh: '各项数据均已接入', en: 'Every feed that the conditions need is connected' },
} as const;

class CandidateQuery extends PageQuery {
  /** Documented by @PurposeQuery, checked by purposeOf. */
  @ApiHideProperty()
  @Allow()
  purpose?: string;
}

@ApiTags('partner')
@Controller('partner/v1/candidates')
export class CandidatesController {
  constructor(
    private readonly candidates: CandidatesReader,
    private readonly disclosure: Disclosure,
  ) {}

  @Get()
  @Scopes('partner:candidates')
  @PurposeQuery()
  @ApiOperation({
    summary: 'Candidates of the latest published run',
    description:
      'Every scored firm in the order of its code with the eight entry conditions, each pass, fail or unknown. A member only if all eight pass. Of a firm that has not authorised the institution for the purpose only code, name and kind are given.',
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
  async list(@Req() request: ApiRequest, @Query() query: CandidateQuery): Promise<object> {
    const { limit, cursor } = query;
    const purpose = purposeOf(principalOf(request), query.purpose);
    const page = await this.candidates.page({ limit, ...(cursor === undefined ? {} : { cursor }) });
    return this.disclosure.firms(
      principalOf(request),
      { purpose, product: 'candidates' },
      () => Promise.resolve(page.items.map(({ uscc }) => uscc)),
      (_tx, authorised) => ({ body: candidatePageBody(page, authorised), detail: { runId: page.run.runId } }),
    );
  }
}

function candidatePageBody(page: CandidatePage, authorised: ReadonlySet<string>): object {
  const state = page.provisional ? 'PROVISIONAL' : 'IN_FORCE';
  return {
    run: { runId: page.run.runId, asOf: page.run.asOf, previousRunId: page.previousRun?.runId ?? null },
    cut: page.cut,
    state,
    notice: NOTICE[state],
    unknownRules: page.unknownRules,
    items: page.items.map((item) => (authorised.has(item.uscc) ? candidateBody(item) : undisclosed(item))),
    nextCursor: page.nextCursor,
  };
}

const candidateBody = ({ score, ...candidate }: Candidate): object => ({
  uscc: candidate.uscc,
  ...(candidate.name === undefined ? {} : { name: candidate.name }),
  disclosed: true,
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

/** Without the firm's authorisation: what the public register says, and nothing that follows from other records. */
const undisclosed = ({ uscc, name, legalPerson }: Candidate): object => ({
  uscc,
  ...(name === undefined ? {} : { name }),
  disclosed: false,
  member: null,
  near: null,
  legalPerson,
  published: null,
  score: null,
  low: null,
  high: null,
  coverageBp: null,
  conditions: [],
});
