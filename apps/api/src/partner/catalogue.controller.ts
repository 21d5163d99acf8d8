import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Models } from '#lib/runs';
import { RULE_CATALOGUE, type AttributeDocument, type CompiledCharacteristic } from '#lib/scoring';
import { Answer } from '../docs/answers.ts';
import { Scopes } from '../http/route-access.ts';

@ApiTags('partner')
@Controller('partner/v1')
export class CatalogueController {
  constructor(private readonly models: Models) {}

  @Get('model')
  @Scopes('partner:scores')
  @ApiOperation({ summary: 'The scorecard in force' })
  @Answer('Model', 'Dimensions, groups, grades and the publication gate.')
  async scorecard(): Promise<object> {
    const { document, hash, characteristics } = await this.models.champion();
    const sum = (of: (c: CompiledCharacteristic) => boolean): number =>
      characteristics.filter(of).reduce((total, c) => total + c.maxTenths, 0);
    return {
      id: document.id,
      version: document.version,
      zh: document.zh,
      en: document.en,
      hash,
      validFrom: document.validFrom,
      calibrated: document.calibrated,
      maxTenths: sum(() => true),
      dimensions: document.dimensions.map(({ code, zh, en }) => ({
        code,
        zh,
        en,
        maxTenths: sum((c) => c.document.dimension === code),
      })),
      scores: document.scores,
      groups: document.groups,
      gradeCuts: document.gradeCuts,
      gate: { referenceFromBp: document.publication.referenceFromBp, gradedFromBp: document.publication.gradedFromBp },
      labels: document.publication.labels,
    };
  }

  @Get('characteristics')
  @Scopes('partner:scores')
  @ApiOperation({
    summary: 'The characteristics of the scorecard in force',
    description: 'The same words and bins that score: nothing here is written twice.',
  })
  @Answer('CharacteristicList', 'All of them in order.')
  async characteristics(): Promise<object> {
    const { document, hash, characteristics } = await this.models.champion();
    return { model: { id: document.id, hash }, items: characteristics.map(characteristicBody) };
  }

  @Get('rules')
  @Scopes('partner:scores')
  @ApiOperation({
    summary: 'The knock-outs and warnings',
    description: 'K… exclude a firm whatever its score; W… are shown and give no points.',
  })
  @Answer('RuleList', 'K01–K12 and W01–W15 in order.')
  rules(): object {
    return { items: RULE_CATALOGUE };
  }
}

function characteristicBody({ document: c, maxTenths, neutralTenths }: CompiledCharacteristic): object {
  return {
    code: c.code,
    zh: c.zh,
    en: c.en,
    dimension: c.dimension,
    group: c.group,
    direction: c.direction,
    type: c.type,
    feeds: c.feeds,
    unit: c.unit,
    window: c.window,
    zero: c.zero,
    why: c.why,
    evidence: c.evidence,
    maxTenths,
    neutralTenths,
    actionable: c.actionable,
    attributes: c.attributes.map(attributeBody),
  };
}

const attributeBody = ({ id, predicate, partialScoreTenths, zh, en }: AttributeDocument): object => ({
  id,
  predicate,
  partialScoreTenths,
  ...(zh === undefined ? {} : { zh }),
  ...(en === undefined ? {} : { en }),
});
