import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DealAlarms, Deals, type DealAlarm, type DealDesk } from '#lib/financing';
import { instantText } from '#lib/kernel';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { ChoiceField } from '../http/fields.ts';
import { cursorOf, PageQuery, pageOf } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class DealAlarmsQueryRequest extends PageQuery {
  @ChoiceField({ description: 'yes: only those whose deal has not moved on since.', optional: true }, ['yes', 'no'])
  standing?: string;
}

/** 期限提醒 for the house: which desks were told that they are waited for. */
@ApiTags('deals')
@Controller('ops/v1/deal-alarms')
export class DealAlarmsController {
  constructor(
    private readonly alarms: DealAlarms,
    private readonly deals: Deals,
  ) {}

  @Get()
  @Scopes('ops:deals')
  @ApiOperation({
    summary: 'Alarms that were raised',
    description:
      'A timer that warns and moves nothing was over: the desks that are expected to act have the notice deal.alarm.v1, once for each time that a deal came into its state. The newest first.',
  })
  @Answer('DealAlarmPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async page(
    @Req() request: ApiRequest,
    @Query() { limit, cursor, standing }: DealAlarmsQueryRequest,
  ): Promise<object> {
    const before = cursorOf(cursor, UUID);
    const asked = { limit, standing: standing === 'yes', ...(before === undefined ? {} : { before }) };
    const rows = await this.alarms.page(principalOf(request), asked);
    return pageOf(rows, limit, alarmBody(this.deals.kinds()), ({ alarmId }) => alarmId);
  }
}

const alarmBody =
  (desks: readonly DealDesk[]) =>
  ({ state, stateSince, raisedAt, ...alarm }: DealAlarm): object => {
    const { zh, en } = desks.find(({ kind }) => kind === alarm.kind)!.table.states[state]!;
    return {
      ...alarm,
      state: { code: state, zh, en },
      stateSince: instantText(stateSince),
      raisedAt: instantText(raisedAt),
    };
  };
