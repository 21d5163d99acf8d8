import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access, actorOf } from '#lib/access';
import { instantText, type Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { ListReviews, Lists, type QueuedView, type ReviewCase } from '#lib/whitelist';
import { DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { Disclosure } from '../http/disclosure.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { UsccPipe } from '../http/input.pipe.ts';
import { ListParam } from '../http/list-body.ts';
import { cursorOf, PageQuery, sealCursor } from '../http/paging.ts';
import {
  factsBody,
  formBody,
  NominationRequest,
  proposalBody,
  proposalOf,
  queuedBody,
  ReviewBatchRequest,
  ReviewDecisionRequest,
  ReviewProposalRequest,
  ReviewVoteRequest,
  usccAt,
} from '../http/review-body.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccParam } from '../http/uscc-param.ts';

const CURSOR = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z [0-9A-Z]{18}$/;
const READ = { purpose: 'guarantee-review', product: 'list-review' } as const;

const BODY = [
  'request-invalid',
  'json-broken',
  'media-type-unsupported',
  'body-too-large',
  'list-unknown',
  'not-a-reviewer',
] as const;
const CASE = ['uscc-malformed', 'membership-unknown', 'version-stale', 'transition-refused', 'role-refused'] as const;
const PROPOSAL = [
  'reason-not-of-proposal',
  'form-missing',
  'form-invalid',
  'proposal-not-of-state',
  'proposal-open',
  'knock-out-stands',
  'firm-not-in-version',
] as const;
const DECISION = [
  'proposal-missing',
  'review-two-persons',
  'review-two-organisations',
  'knock-out-stands',
  'firm-opted-out',
  'firm-not-in-version',
] as const;

/** 名单复核 by the guarantors of a list: one proposes, another decides, the committee where they disagree. */
@ApiTags('partner')
@Controller('partner/v1/lists/:code/reviews')
export class ReviewsController {
  constructor(
    private readonly reviews: ListReviews,
    private readonly lists: Lists,
    private readonly access: Access,
    private readonly disclosure: Disclosure,
    private readonly posts: IdempotentPosts,
    @Inject(DB) private readonly db: Database,
  ) {}

  @Get()
  @Scopes('partner:reviews')
  @ListParam()
  @ApiOperation({
    summary: 'Cases that wait',
    description:
      'What waits longest comes first, with the day by which somebody should act. Why a firm is in review is told of firms that authorised the institution to review; each page is logged.',
  })
  @Answer('ReviewQueue', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'list-unknown', 'not-a-reviewer')
  async queue(
    @Req() request: ApiRequest,
    @Param('code') code: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<object> {
    const principal = principalOf(request);
    await this.lists.inForce(code);
    const [since, uscc] = cursorOf(cursor, CURSOR)?.split(' ') ?? [];
    const after = since === undefined || uscc === undefined ? {} : { after: { since: new Date(since), uscc } };
    let page: { items: QueuedView[]; more: boolean } = { items: [], more: false };
    return this.disclosure.firms(
      principal,
      READ,
      async (tx) => {
        page = await this.reviews.queue(tx, principal, code, { limit, ...after });
        return page.items.map((item) => item.uscc);
      },
      async (_tx, authorised) => {
        const institutions = await this.codes(page.items.flatMap(({ proposal }) => proposal?.by.institutionId ?? []));
        const last = page.items.at(-1);
        return {
          body: {
            items: page.items.map((item) => queuedBody(item, authorised.has(item.uscc), institutions)),
            nextCursor: sealCursor(page.more && last ? `${last.since.toISOString()} ${last.uscc}` : null),
          },
          detail: { list: code, page: 'queue' },
        };
      },
    );
  }

  @Get('form')
  @Scopes('partner:reviews')
  @ListParam()
  @ApiOperation({ summary: 'The expert form', description: 'Criteria, weights, and what each mark means.' })
  @Answer('ExpertForm', 'The form.')
  @ProblemAnswers('list-unknown')
  async form(@Param('code') code: string): Promise<object> {
    await this.lists.inForce(code);
    return formBody();
  }

  @Get(':uscc')
  @Scopes('partner:reviews')
  @ListParam()
  @UsccParam()
  @ApiOperation({
    summary: 'One case',
    description:
      'Its state, what everybody proposed and decided, and, with the authorisation of the firm, the facts. Logged.',
  })
  @Answer('ReviewCase', 'The case.')
  @ProblemAnswers('uscc-malformed', 'list-unknown', 'not-a-reviewer', 'membership-unknown')
  async one(
    @Req() request: ApiRequest,
    @Param('code') code: string,
    @Param('uscc', UsccPipe) uscc: Uscc,
  ): Promise<object> {
    const principal = principalOf(request);
    await this.lists.inForce(code);
    return this.disclosure.firms(
      principal,
      READ,
      () => Promise.resolve([uscc]),
      async (tx, authorised) => ({
        body: await this.caseBody(await this.reviews.case(tx, principal, code, uscc), code, authorised.has(uscc)),
        detail: { list: code, page: 'case' },
      }),
    );
  }

  @Post(':uscc/proposals')
  @HttpCode(200)
  @Scopes('partner:reviews')
  @Repeatable()
  @ListParam()
  @UsccParam()
  @ApiOperation({
    summary: 'A first person proposes',
    description: 'Only another person can confirm it. A firm that is knocked out is included by nobody.',
  })
  @Answer('ReviewCase', 'The case after it.')
  @ProblemAnswers(...BODY, ...CASE, ...PROPOSAL)
  propose(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Body() body: ReviewProposalRequest,
  ): Promise<object> {
    return this.act(request, reply, code, uscc, (rules) =>
      this.reviews.propose(principalOf(request), rules, proposalOf(uscc, body)),
    );
  }

  @Post(':uscc/decisions')
  @HttpCode(200)
  @Scopes('partner:reviews')
  @Repeatable()
  @ListParam()
  @UsccParam()
  @ApiOperation({
    summary: 'A second person decides',
    description:
      'Confirms, gives it back, or disagrees: then the committee votes. Against the rules, an entry ends after 90 days.',
  })
  @Answer('ReviewCase', 'The case after it.')
  @ProblemAnswers(...BODY, ...CASE, ...DECISION)
  decide(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Body() body: ReviewDecisionRequest,
  ): Promise<object> {
    return this.act(request, reply, code, uscc, (rules) =>
      this.reviews.decide(principalOf(request), rules, { uscc, ...body }),
    );
  }

  @Post(':uscc/votes')
  @HttpCode(200)
  @Scopes('partner:reviews')
  @Repeatable()
  @ListParam()
  @UsccParam()
  @ApiOperation({
    summary: 'The committee votes',
    description: 'People who neither proposed nor decided; two votes for one side end the case.',
  })
  @Answer('ReviewCase', 'The case after it.')
  @ProblemAnswers(...BODY, ...CASE, ...DECISION, 'vote-given')
  vote(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Param('uscc', UsccPipe) uscc: Uscc,
    @Body() body: ReviewVoteRequest,
  ): Promise<object> {
    return this.act(request, reply, code, uscc, (rules) =>
      this.reviews.vote(principalOf(request), rules, { uscc, ...body }),
    );
  }

  @Post('batches')
  @HttpCode(200)
  @Scopes('partner:reviews')
  @Repeatable()
  @ListParam()
  @ApiOperation({
    summary: 'Many at once',
    description:
      'A grid of up to 500 proposals and 500 decisions, signed off whole: all of it, or none and every row that cannot be is named.',
  })
  @Answer('ReviewBatch', 'All of it is done.')
  @ProblemAnswers(...BODY, 'uscc-malformed', 'batch-refused')
  batch(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Body() body: ReviewBatchRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const { rules } = await this.lists.inForce(code);
      const proposals = body.proposals.map((row, i) => proposalOf(usccAt(row.uscc, `/proposals/${i}/uscc`), row));
      const decisions = body.decisions.map((row, i) => ({ ...row, uscc: usccAt(row.uscc, `/decisions/${i}/uscc`) }));
      await this.reviews.batch(principalOf(request), rules, { proposals, decisions });
      return { status: 200, location: null, body: { proposals: proposals.length, decisions: decisions.length } };
    });
  }

  @Post('nominations')
  @HttpCode(200)
  @Scopes('partner:reviews')
  @Repeatable()
  @ListParam()
  @ApiOperation({
    summary: 'Bring a near miss before the reviewers',
    description:
      'A firm that lacks one or two conditions, none of them a knock-out. Included, it is an exception that ends after 90 days.',
  })
  @Answer('ReviewCase', 'The case.')
  @ProblemAnswers(
    ...BODY,
    'uscc-malformed',
    'not-a-near-miss',
    'knock-out-stands',
    'cooling-down',
    'transition-refused',
  )
  nominate(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
    @Body() body: NominationRequest,
  ): Promise<object> {
    const uscc = usccAt(body.uscc, '/uscc');
    return this.act(request, reply, code, uscc, (rules) => this.reviews.nominate(principalOf(request), rules, uscc));
  }

  private act(
    request: ApiRequest,
    reply: ApiReply,
    code: string,
    uscc: Uscc,
    act: (rules: Awaited<ReturnType<Lists['inForce']>>['rules']) => Promise<void>,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const { rules } = await this.lists.inForce(code);
      await act(rules);
      const after = await this.db.as(actorOf(principal), (tx) => this.reviews.case(tx, principal, code, uscc));
      return { status: 200, location: null, body: await this.caseBody(after, code, false) };
    });
  }

  private async caseBody(
    { row, proposals, inVersion, flags }: ReviewCase,
    code: string,
    disclosed: boolean,
  ): Promise<object> {
    const institutions = await this.codes(
      proposals
        .flatMap(({ by, decision, votes }) => [by, ...(decision ? [decision.by] : []), ...votes.map((vote) => vote.by)])
        .map(({ institutionId }) => institutionId),
    );
    const hold = proposals.findLast(({ holdUntil }) => holdUntil !== null)?.holdUntil ?? null;
    return {
      list: code,
      uscc: row.uscc,
      state: row.state,
      version: row.version,
      since: instantText(row.stateSince),
      ...this.reviews.due({ state: row.state, since: row.stateSince, holdUntil: hold }),
      exceptionUntil: row.exceptionUntil,
      disclosed,
      facts: disclosed && inVersion ? factsBody(inVersion.entry) : null,
      flags: disclosed ? flags : null,
      failing: disclosed && inVersion ? (inVersion.entry.missing ?? []) : null,
      proposals: proposals.map((proposal) => proposalBody(proposal, institutions)),
    };
  }

  private codes(ids: readonly string[]): Promise<Map<string, string>> {
    return this.access.institutionCodes(ids);
  }
}
