import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { actorOf, type Principal } from '#lib/access';
import { QueryLog, type QueryEntry } from '#lib/compliance';
import { instantText } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { DB } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { cursorInvalid, openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

/** The query log as far as the reader may see it: an institution its own queries, the house and the regulator all (查询日志). */
@ApiTags('queries')
@Controller()
export class QueriesController {
  constructor(
    private readonly queryLog: QueryLog,
    @Inject(DB) private readonly db: Database,
  ) {}

  @Get('partner/v1/queries')
  @Scopes('partner:authorisations')
  @ApiOperation({
    summary: 'What the institution asked',
    description: 'Newest first, with the person behind each key.',
  })
  @Answer('QueryLogPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async own(@Req() request: ApiRequest, @Query() page: PageQuery): Promise<object> {
    return this.page(principalOf(request), page, principalOf(request).institutionId);
  }

  @Get('ops/v1/queries')
  @Scopes('ops:compliance')
  @ApiOperation({ summary: 'The whole query log', description: 'Newest first.' })
  @Answer('QueryLogPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async all(@Req() request: ApiRequest, @Query() page: PageQuery): Promise<object> {
    return this.page(principalOf(request), page);
  }

  @Get('regulator/v1/queries')
  @Scopes('regulator:read')
  @ApiOperation({ summary: 'The query log, for the regulator', description: 'Newest first.' })
  @Answer('QueryLogPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async supervised(@Req() request: ApiRequest, @Query() page: PageQuery): Promise<object> {
    return this.page(principalOf(request), page);
  }

  private async page(principal: Principal, { limit, cursor }: PageQuery, institutionId?: string): Promise<object> {
    const before = seqOf(openCursor(cursor).cursor);
    const entries = await this.db.as(actorOf(principal), (tx) =>
      this.queryLog.page(tx, {
        limit: limit + 1,
        ...(before ? { before } : {}),
        ...(institutionId ? { institutionId } : {}),
      }),
    );
    const items = entries.slice(0, limit);
    const next = entries.length > limit ? String(items.at(-1)!.seq) : null;
    return { items: items.map(entryBody), nextCursor: sealCursor(next) };
  }
}

function seqOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw cursorInvalid();
}

const entryBody = (entry: QueryEntry): object => ({
  seq: entry.seq,
  at: instantText(entry.at),
  institutionId: entry.institutionId,
  personId: entry.personId,
  subjects: entry.subjects,
  product: entry.product,
  purpose: entry.purpose,
  authorisationId: entry.authorisationId,
  detail: entry.detail,
});
