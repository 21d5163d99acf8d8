import { Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Access } from '#lib/access';
import { instantText, type Clock, type LocalDate } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { listFunnel, ListReviews, Lists, reviewStatistics } from '#lib/whitelist';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { DateField } from '../http/fields.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { ListParam } from '../http/list-body.ts';
import { Scopes } from '../http/route-access.ts';

class StatisticsQuery {
  @DateField({ description: 'First day.', example: '2026-07-01' })
  from!: LocalDate;

  @DateField({ description: 'Last day.', example: '2026-07-31' })
  to!: LocalDate;
}

const InstitutionParam = (): MethodDecorator =>
  ApiParam({ name: 'institutionId', description: 'institutionId.', schema: { type: 'string', format: 'uuid' } });

/** Who reviews a list, and how (复核机构与复核统计). */
@ApiTags('ops')
@Controller('ops/v1/lists/:code')
export class OpsListReviewsController {
  constructor(
    private readonly reviews: ListReviews,
    private readonly lists: Lists,
    private readonly access: Access,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('reviewers')
  @Scopes('ops:lists')
  @ListParam()
  @ApiOperation({ summary: 'Institutions that review a list', description: 'In the order in which they were named.' })
  @Answer('ListReviewers', 'All of them.')
  @ProblemAnswers('list-unknown')
  async reviewers(@Param('code') code: string): Promise<object> {
    await this.lists.inForce(code);
    const items = await this.reviews.reviewers.of(code);
    return { items: items.map(({ namedAt, ...rest }) => ({ ...rest, namedAt: instantText(namedAt) })) };
  }

  @Put('reviewers/:institutionId')
  @HttpCode(200)
  @Scopes('ops:lists')
  @ListParam()
  @InstitutionParam()
  @ApiOperation({ summary: 'Let a guarantor review a list', description: 'Naming it twice changes nothing.' })
  @Answer('ListReviewers', 'All of them.')
  @ProblemAnswers('request-invalid', 'list-unknown', 'institution-unknown', 'reviewer-kind')
  async name(
    @Req() request: ApiRequest,
    @Param('code') code: string,
    @Param('institutionId', IdPipe) id: string,
  ): Promise<object> {
    await this.lists.inForce(code);
    const institution = await this.access.institution(id);
    const by = { person: principalOf(request).personId, clock: this.clock };
    await this.reviews.reviewers.name(code, institution, by);
    return this.reviewers(code);
  }

  @Delete('reviewers/:institutionId')
  @HttpCode(200)
  @Scopes('ops:lists')
  @ListParam()
  @InstitutionParam()
  @ApiOperation({
    summary: 'Let an institution review a list no longer',
    description: 'It sees no case from the next request on; what its people decided stays.',
  })
  @Answer('ListReviewers', 'Those that are left.')
  @ProblemAnswers('request-invalid', 'list-unknown', 'institution-unknown')
  async end(
    @Req() request: ApiRequest,
    @Param('code') code: string,
    @Param('institutionId', IdPipe) id: string,
  ): Promise<object> {
    await this.lists.inForce(code);
    await this.access.institution(id);
    await this.reviews.reviewers.end(code, id, { person: principalOf(request).personId, clock: this.clock });
    return this.reviewers(code);
  }

  @Get('funnel')
  @Scopes('ops:lists')
  @ListParam()
  @ApiOperation({
    summary: 'From scored to listed, and what followed',
    description: 'By the month in which a firm was first listed; as far as is recorded.',
  })
  @Answer('ListFunnel', 'The figures.')
  @ProblemAnswers('list-unknown')
  async funnel(@Param('code') code: string): Promise<object> {
    await this.lists.inForce(code);
    return { list: code, ...(await listFunnel(this.db, code)) };
  }

  @Get('review-statistics')
  @Scopes('ops:lists')
  @ListParam()
  @ApiOperation({
    summary: 'What reviewers decided',
    description: 'Outcomes, overrides of the rules in both directions and what became of them, time taken, what waits.',
  })
  @Answer('ReviewStatistics', 'The figures.')
  @ProblemAnswers('request-invalid', 'list-unknown')
  async statistics(@Param('code') code: string, @Query() { from, to }: StatisticsQuery): Promise<object> {
    await this.lists.inForce(code);
    return { list: code, from, to, ...(await reviewStatistics(this.db, this.reviews, code, { from, to })) };
  }
}
