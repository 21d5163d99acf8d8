import { ApiParam } from '@nestjs/swagger';
import { instantText, ProblemError } from '#lib/kernel';
import type { Flip, ListEntry, ListVersion } from '#lib/whitelist';
import { NumberField } from './fields.ts';
import { PageQuery } from './paging.ts';

export const ListParam = (): MethodDecorator =>
  ApiParam({
    name: 'code',
    description: 'Code of the list.',
    schema: { type: 'string', pattern: '^[A-Z]{3,6}$' },
    example: 'CKT',
  });

/** `?version=` of a page of a list. */
export class VersionQuery extends PageQuery {
  @NumberField({ description: 'Version of the list; default: the newest.', optional: true, example: 6 }, 1, 1_000_000)
  version?: number;
}

/** `?from=&to=` of a difference. */
export class DifferenceQuery extends PageQuery {
  @NumberField({ description: 'The earlier version.', example: 5 }, 1, 1_000_000)
  from!: number;

  @NumberField({ description: 'The later version.', example: 6 }, 1, 1_000_000)
  to!: number;
}

export const versionBody = (version: ListVersion): object => ({
  list: version.listCode,
  version: version.version,
  asOf: version.asOf,
  runId: version.runId,
  rulesHash: version.rulesHash,
  state: version.state,
  unknownRules: version.unknownRules,
  totals: version.totals,
  outputHash: version.outputHash,
  madeAt: instantText(version.madeAt),
});

/** Without authorisation: code, name, region, industry, and that the firm is on the list. */
export const memberBody = (entry: ListEntry, disclosed: boolean): object => ({
  uscc: entry.uscc,
  name: entry.name,
  region: entry.region,
  industry: entry.industry,
  state: entry.state,
  enteredOn: entry.enteredOn,
  validUntil: entry.validUntil,
  disclosed,
  grade: disclosed ? entry.grade : null,
  score: disclosed ? entry.score : null,
  low: disclosed ? entry.low : null,
  high: disclosed ? entry.high : null,
  coverageBp: disclosed ? entry.coverageBp : null,
  confidence: disclosed ? entry.confidence : null,
  warnings: disclosed ? entry.warnings : null,
  offList: disclosed ? entry.offList : null,
});

/** The reason is told of firms that authorised it: it may rest on records that are not public. */
export const flipBody = ({ because, ...flip }: Flip, disclosed: boolean): object => ({
  ...flip,
  because: disclosed ? because : null,
});

/** Throws ProblemError list-provisional 409: what is unknown for everybody is no list for a bank (domain §4.2). */
export function refuseProvisional(...versions: readonly ListVersion[]): void {
  const found = versions.find(({ state }) => state === 'PROVISIONAL');
  if (!found) return;
  throw new ProblemError({
    code: 'list-provisional',
    status: 409,
    zh: `名单 ${found.listCode} 第${found.version}版为暂定，不对外提供`,
    en: `version ${found.version} of the list ${found.listCode} is provisional and not given out`,
    extra: { unknownRules: found.unknownRules },
  });
}
