import { applyDecorators, Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { programmeDocument, programmeOn, programmesAt } from '#lib/financing';
import { dateAt, type Clock } from '#lib/kernel';
import { CLOCK } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { Scopes } from '../http/route-access.ts';
import { dayOr } from '../http/standing-body.ts';

const DateQuery = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'date',
      required: false,
      description: 'The day; default: today.',
      schema: { type: 'string', format: 'date' },
      example: '2026-06-30',
    }),
    ProblemAnswers('request-invalid'),
  );

/** 产品目录: the programmes as dated data, the same words that decide. */
@ApiTags('partner')
@Controller('partner/v1/programmes')
export class ProgrammesController {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @Scopes('partner:deals')
  @DateQuery()
  @ApiOperation({
    summary: 'Programmes in force on a day',
    description:
      'With every condition, what it asks of which fact and what would provide it, amounts and parameters. Starting values of this service and what is not verified say so.',
  })
  @Answer('ProgrammeList', 'By code.')
  all(@Query('date') text?: string): object {
    const date = dayOr(dateAt(this.clock.now()), text);
    return { date, items: programmesAt(date).map((programme) => programmeDocument(programme, date)) };
  }

  @Get(':programme')
  @Scopes('partner:deals')
  @ApiParam({ name: 'programme', description: 'Code of the programme.', schema: { type: 'string' }, example: 'KYD' })
  @DateQuery()
  @ApiOperation({
    summary: 'One programme',
    description: 'The version in force on the day; where none is, the newest, with inForce false.',
  })
  @Answer('Programme', 'The programme.')
  @ProblemAnswers('programme-unknown')
  one(@Param('programme') code: string, @Query('date') text?: string): object {
    const date = dayOr(dateAt(this.clock.now()), text);
    return programmeDocument(programmeOn(code, date, { field: 'programme' }), date);
  }
}
