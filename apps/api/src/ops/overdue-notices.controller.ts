import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { actorOf } from '#lib/access';
import { dateAt, instantText, type Clock } from '#lib/kernel';
import { overdueNotices, type OverdueNotice } from '#lib/notices';
import type { Database } from '#lib/platform';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { cursorInvalid, openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

@ApiTags('ops')
@Controller('ops/v1/notices')
export class OverdueNoticesController {
  constructor(
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('overdue')
  @Scopes('ops:lists')
  @ApiOperation({
    summary: 'Notices that a partner has not acknowledged in time',
    description: 'The longest overdue first. A revocation is acknowledged within the next working day.',
  })
  @Answer('OverdueNoticePage', 'A page of notices.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async overdue(@Req() request: ApiRequest, @Query() { limit, cursor }: PageQuery): Promise<object> {
    const today = dateAt(this.clock.now());
    const page = await this.db.as(actorOf(principalOf(request)), (tx) =>
      overdueNotices(tx, today, { limit, ...openCursor(cursor) }),
    );
    if (page === undefined) throw cursorInvalid();
    return { items: page.items.map(overdueBody), nextCursor: sealCursor(page.nextCursor) };
  }
}

const overdueBody = ({ institution, id, seq, type, aggregate, at, body, ...rest }: OverdueNotice): object => ({
  institution,
  id,
  seq,
  type,
  aggregate,
  at: instantText(at),
  body,
  ackDueOn: rest.ackDueOn,
  deliveredAt: rest.deliveredAt && instantText(rest.deliveredAt),
});
