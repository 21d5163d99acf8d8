import { Controller, Get, Inject, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { exposuresOf, JOINT_MONEY } from '#lib/financing';
import type { Database } from '#lib/platform';
import { DB } from '../deps.ts';
import { Answer } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { withMoney } from '../http/deal-body.ts';
import { Scopes } from '../http/route-access.ts';

const MONEY: ReadonlySet<string> = new Set([...JOINT_MONEY, 'approved']);

@ApiTags('deals')
@Controller()
export class ExposuresController {
  constructor(@Inject(DB) private readonly db: Database) {}

  @Get('partner/v1/exposures')
  @Scopes('partner:deals')
  @ApiOperation({
    summary: 'Exposures',
    description:
      'What the institution has in joint cases, in referred loans and in guarantees (敞口), over everything that goes through the platform.',
  })
  @Answer('Exposures', 'The exposures.')
  async own(@Req() request: ApiRequest): Promise<object> {
    return withMoney(await exposuresOf(this.db, principalOf(request)), MONEY) as object;
  }
}
