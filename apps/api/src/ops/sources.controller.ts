import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SOURCES, type Layout, type SourceDefinition } from '#lib/data-sources';
import { Answer } from '../docs/answers.ts';
import { Scopes } from '../http/route-access.ts';

@ApiTags('ops')
@Controller('ops/v1/sources')
export class SourcesController {
  @Get()
  @Scopes('ops:deliveries')
  @ApiOperation({
    summary: 'What may be delivered',
    description: 'The definitions that intake itself reads: layouts, columns, legal basis, freshness.',
  })
  @Answer('SourceList', 'Every source.')
  list(): object {
    return { items: SOURCES.map(sourceBody) };
  }
}

const sourceBody = (source: SourceDefinition): object => ({
  name: source.name,
  code: source.code,
  zh: source.zh,
  en: source.en,
  publisher: source.publisher,
  legalBasis: source.legalBasis,
  createsCompanies: source.createsCompanies,
  freshnessDays: source.freshnessDays,
  graceDays: source.graceDays,
  fields: source.fields,
  layouts: source.layouts.map(layoutBody),
});

const layoutBody = (layout: Layout): object => ({
  name: layout.name,
  zh: layout.zh,
  en: layout.en,
  form: layout.form,
  encodings: layout.encodings,
  required: layout.required,
  optional: layout.optional,
  personal: layout.personal,
  feed: layout.feed,
  coverage: layout.coverage,
  unknownSubject: layout.unknownSubject,
});
