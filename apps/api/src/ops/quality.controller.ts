import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { dateAt, instantText, localDate, type Clock } from '#lib/kernel';
import { readQuality, type LayoutQuality } from '#lib/ledger';
import type { Database } from '#lib/platform';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { DateField } from '../http/fields.ts';
import { Scopes } from '../http/route-access.ts';

export class QualityQuery {
  @DateField({ description: 'As known at the end of this day; default: today.', optional: true, example: '2026-06-30' })
  asOf?: string;
}

@ApiTags('ops')
@Controller('ops/v1/quality')
export class QualityController {
  constructor(
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('ops:deliveries')
  @ApiOperation({
    summary: 'How good each source has been',
    description:
      'Of every layout: how old its data are, and of its newest 12 applied deliveries the shares of rows matched, quarantined, faulty and empty by column.',
  })
  @Answer('Quality', 'Every layout of every source.')
  @ProblemAnswers('request-invalid')
  async quality(@Query() query: QualityQuery): Promise<object> {
    const asOf = query.asOf === undefined ? dateAt(this.clock.now()) : localDate(query.asOf);
    return { asOf, items: (await readQuality(this.db, asOf)).map(layoutBody) };
  }
}

const layoutBody = (quality: LayoutQuality): object => ({
  source: quality.source,
  layout: quality.layout,
  feed: quality.feed,
  zh: quality.zh,
  dataThrough: quality.dataThrough,
  ageDays: quality.ageDays,
  horizonDays: quality.horizonDays,
  freshness: quality.freshness,
  freshnessBp: quality.freshnessBp,
  deliveries: quality.deliveries.map((delivery) => ({ ...delivery, appliedAt: instantText(delivery.appliedAt) })),
});
