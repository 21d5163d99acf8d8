import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access, PARTNER_KINDS, type PartnerKind } from '#lib/access';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { ChoiceField } from '../http/fields.ts';
import { cursorOf, pageOf, PageQuery } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { CODE } from '../ops/access-requests.ts';

export class PartnersQuery extends PageQuery {
  @ChoiceField({ description: 'Of this kind only.', optional: true, example: 'bank' }, PARTNER_KINDS)
  kind?: PartnerKind;
}

const LISTED = {
  summary: 'Institutions that may be named',
  description:
    'Banks, guarantors, investors, insurers and lessors that are active, by code: whose ids deals, consents and shares name.',
};

/** 合作机构 by name: whom a deal can be with. Nothing of what they do. */
@ApiTags('deals')
@Controller()
export class PartnersController {
  constructor(private readonly access: Access) {}

  @Get('partner/v1/institutions')
  @Scopes('partner:deals')
  @ApiOperation(LISTED)
  @Answer('PartnerPage', 'A page of them.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  forPartners(@Query() query: PartnersQuery): Promise<object> {
    return this.page(query);
  }

  @Get('subject/v1/institutions')
  @Scopes('subject:own')
  @ApiOperation(LISTED)
  @Answer('PartnerPage', 'A page of them.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  forFirms(@Query() query: PartnersQuery): Promise<object> {
    return this.page(query);
  }

  private async page({ limit, cursor, kind }: PartnersQuery): Promise<object> {
    const after = cursorOf(cursor, CODE);
    const rows = await this.access.partners({ limit: limit + 1, ...(after && { after }), ...(kind && { kind }) });
    return pageOf(
      rows,
      limit,
      (row) => row,
      ({ code }) => code,
    );
  }
}
