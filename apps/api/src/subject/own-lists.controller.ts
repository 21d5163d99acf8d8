import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { firmActor } from '#lib/access';
import { instantText, type Clock, type Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { Lists } from '#lib/whitelist';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { WithdrawalRequest } from '../http/authorisation-body.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Scopes } from '../http/route-access.ts';
import { ownUscc } from './own-uscc.ts';

const APPEAL = {
  zh: '对名单结果或所依据的信息有异议的，可以提出异议，20日内书面答复，不收取费用',
  en: 'Who disagrees with a list or with what it rests on may dispute it: free of charge, answered in writing within 20 days',
};

/** The firm's own standing with the lists, and its wish not to be on them (名单状态与退出). */
@ApiTags('subject')
@Controller('subject/v1/lists')
export class OwnListsController {
  constructor(
    private readonly lists: Lists,
    private readonly posts: IdempotentPosts,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('subject:own')
  @ApiOperation({
    summary: 'Standing with each list',
    description: 'With every event and its reason, and how to appeal.',
  })
  @Answer('OwnStandings', 'One a list.')
  async standings(@Req() request: ApiRequest): Promise<object> {
    return this.body(ownUscc(request));
  }

  @Post('opt-out')
  @HttpCode(200)
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation({
    summary: 'Ask not to be listed',
    description:
      'The firm leaves every list with its next version. Scores never change by it; saying it twice changes nothing.',
  })
  @Answer('OwnStandings', 'Noted.')
  @ProblemAnswers('request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large')
  optOut(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { reason }: WithdrawalRequest,
  ): Promise<object> {
    const uscc = ownUscc(request);
    return this.posts.once(request, reply, async () => {
      const by = { person: principalOf(request).personId, reason, clock: this.clock };
      await this.db.as(firmActor(uscc), (tx) => this.lists.optOut(tx, uscc, by));
      return { status: 200, location: null, body: await this.body(uscc) };
    });
  }

  @Post('opt-in')
  @HttpCode(200)
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation({ summary: 'Take the wish back', description: 'From the next version on the firm is judged again.' })
  @Answer('OwnStandings', 'Noted.')
  @ProblemAnswers('request-invalid')
  optIn(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<object> {
    const uscc = ownUscc(request);
    return this.posts.once(request, reply, async () => {
      await this.db.as(firmActor(uscc), (tx) => this.lists.optIn(tx, uscc, this.clock));
      return { status: 200, location: null, body: await this.body(uscc) };
    });
  }

  private async body(uscc: Uscc): Promise<object> {
    const optedOut = await this.lists.hasOptedOut(uscc);
    const all = await this.lists.all();
    const items = await Promise.all(
      all.map(async ({ list: { rules } }) => {
        const found = await this.lists.member(rules.code, uscc);
        return {
          list: rules.code,
          zh: rules.zh,
          en: rules.en,
          state: found?.row.state ?? null,
          validUntil: found?.row.validUntil ?? null,
          optedOut,
          events:
            found?.events.map(({ at, event, reason, zh, en }) => ({ at: instantText(at), event, reason, zh, en })) ??
            [],
          appeal: APPEAL,
        };
      }),
    );
    return { items };
  }
}
