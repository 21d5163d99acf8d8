import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { instantText, type Clock, type Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { Runs, noPublishedRun } from '#lib/runs';
import { Lists, type RecordedEvent } from '#lib/whitelist';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import type { ApiReply, ApiRequest } from '../http/api-request.ts';
import { DifferenceQuery, flipBody, ListParam, versionBody, VersionQuery } from '../http/list-body.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { UsccPipe } from '../http/input.pipe.ts';
import { openCursor, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccParam } from '../http/uscc-param.ts';
import { pageOf } from '../partner/lists.controller.ts';

/** 白名单 for operators: versions are made from month ends, near misses say what is lacking, each standing has its history. */
@ApiTags('ops')
@Controller('ops/v1/lists/:code')
export class OpsListsController {
  constructor(
    private readonly lists: Lists,
    private readonly runs: Runs,
    private readonly posts: IdempotentPosts,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('versions')
  @HttpCode(201)
  @Scopes('ops:lists')
  @Repeatable()
  @ListParam()
  @ApiOperation({
    summary: 'Make the version of the newest month end',
    description: 'Whole or not at all; the same run again is the version that it made. The worker does this by itself.',
  })
  @Answer('ListVersion', 'The version.', { status: 201 })
  @ProblemAnswers('list-unknown', 'no-published-run', 'list-run-not-monthly', 'list-version-order', 'run-not-published')
  build(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('code') code: string,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const run = await this.runs.latestPublished();
      if (run === undefined) throw noPublishedRun();
      const made = await this.lists.build(code, { runId: run.runId, clock: this.clock });
      return { status: 201, location: null, body: versionBody(made) };
    });
  }

  @Get('difference')
  @Scopes('ops:lists')
  @ListParam()
  @ApiOperation({ summary: 'What changed between two versions', description: 'With the reason of each change.' })
  @Answer('ListDifference', 'A page of changes, with the counts of all.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'list-unknown', 'list-version-unknown')
  async difference(
    @Param('code') code: string,
    @Query() { from, to, limit, cursor }: DifferenceQuery,
  ): Promise<object> {
    const { cursor: after } = openCursor(cursor);
    const found = await this.lists.difference(this.db, code, { from, to }, { limit, ...(after ? { after } : {}) });
    return {
      from: versionBody(found.from),
      to: versionBody(found.to),
      counts: found.counts,
      items: found.items.map((flip) => flipBody(flip, true)),
      nextCursor: sealCursor(found.next),
    };
  }

  @Get('near-misses')
  @Scopes('ops:lists')
  @ListParam()
  @ApiOperation({
    summary: 'Firms that just missed the list',
    description: 'Legal persons near or above the cut that lack one or two conditions, with what is missing.',
  })
  @Answer('NearMissPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'list-unknown', 'list-version-unknown')
  async nearMisses(@Param('code') code: string, @Query() query: VersionQuery): Promise<object> {
    const at = pageOf(query.cursor, query.version);
    const version = await this.lists.version(code, at.version);
    const after = at.after === undefined ? {} : { after: at.after };
    const page = await this.lists.entries(this.db, code, version.version, {
      kind: 'near-miss',
      limit: query.limit,
      ...after,
    });
    return {
      version: versionBody(version),
      items: page.items.map(({ uscc, name, region, score, low, coverageBp, missing }) => ({
        uscc,
        name,
        region,
        score,
        low,
        coverageBp,
        missing,
      })),
      nextCursor: sealCursor(page.next === null ? null : `${version.version} ${page.next}`),
    };
  }

  @Get('members/:uscc')
  @Scopes('ops:lists')
  @ListParam()
  @UsccParam()
  @ApiOperation({ summary: 'How a firm stands with a list', description: 'Its state and every event that led there.' })
  @Answer('ListStanding', 'The standing.')
  @ProblemAnswers('list-unknown', 'uscc-malformed')
  async member(@Param('code') code: string, @Param('uscc', UsccPipe) uscc: Uscc): Promise<object> {
    await this.lists.inForce(code);
    const found = await this.lists.member(code, uscc);
    return {
      list: code,
      uscc,
      state: found?.row.state ?? null,
      version: found?.row.version ?? null,
      since: found ? instantText(found.row.stateSince) : null,
      enteredOn: found?.row.enteredOn ?? null,
      validUntil: found?.row.validUntil ?? null,
      events: found?.events.map(eventBody) ?? [],
    };
  }
}

const eventBody = (event: RecordedEvent): object => ({ ...event, at: instantText(event.at) });
