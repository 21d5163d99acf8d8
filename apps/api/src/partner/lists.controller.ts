import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { ApiHideProperty, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import type { Database } from '#lib/platform';
import { Lists } from '#lib/whitelist';
import { DB } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import { principalOf, type ApiRequest } from '../http/api-request.ts';
import { Disclosure, purposeOf, PurposeQuery } from '../http/disclosure.ts';
import {
  DifferenceQuery,
  flipBody,
  ListParam,
  memberBody,
  refuseProvisional,
  versionBody,
  VersionQuery,
} from '../http/list-body.ts';
import { cursorInvalid, openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

class MembersQuery extends VersionQuery {
  @ApiHideProperty()
  @Allow()
  purpose?: string;
}
class FlipsQuery extends DifferenceQuery {
  @ApiHideProperty()
  @Allow()
  purpose?: string;
}

/** 白名单 for banks and guarantors: who is on it, and what changed. */
@ApiTags('partner')
@Controller('partner/v1/lists')
export class ListsController {
  constructor(
    private readonly lists: Lists,
    private readonly disclosure: Disclosure,
    @Inject(DB) private readonly db: Database,
  ) {}

  @Get()
  @Scopes('partner:lists')
  @ApiOperation({ summary: 'Lists', description: 'Each with the header of its newest version.' })
  @Answer('ListCatalogue', 'All lists.')
  async all(): Promise<object> {
    const all = await this.lists.all();
    return {
      items: all.map(({ list: { rules }, newest }) => ({
        code: rules.code,
        zh: rules.zh,
        en: rules.en,
        cut: rules.cut,
        rulesVersion: rules.version,
        newest: newest ? versionBody(newest) : null,
      })),
    };
  }

  @Get(':code/versions')
  @Scopes('partner:lists')
  @ListParam()
  @ApiOperation({ summary: 'Versions of a list', description: 'One a month end, newest first.' })
  @Answer('ListVersionPage', 'A page of headers.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'list-unknown')
  async versions(@Param('code') code: string, @Query() { limit, cursor }: PageQuery): Promise<object> {
    const before = openCursor(cursor).cursor;
    if (before !== undefined && !/^\d{1,9}$/.test(before)) throw cursorInvalid();
    const found = await this.lists.versions(code, limit + 1, before === undefined ? undefined : Number(before));
    const items = found.slice(0, limit);
    const next = found.length > limit ? String(items.at(-1)!.version) : null;
    return { items: items.map(versionBody), nextCursor: sealCursor(next) };
  }

  @Get(':code/members')
  @Scopes('partner:lists')
  @ListParam()
  @PurposeQuery()
  @ApiOperation({
    summary: 'Members of a list',
    description:
      'In the order of their codes. Scores and what rests on them only of firms that authorised the institution for the purpose; each page is logged.',
  })
  @Answer('ListMemberPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'list-unknown', 'list-version-unknown', 'list-provisional')
  async members(
    @Req() request: ApiRequest,
    @Param('code') code: string,
    @Query() query: MembersQuery,
  ): Promise<object> {
    const principal = principalOf(request);
    const purpose = purposeOf(principal, query.purpose);
    const at = pageOf(query.cursor, query.version);
    const version = await this.lists.version(code, at.version);
    refuseProvisional(version);
    const after = at.after === undefined ? {} : { after: at.after };
    const page = await this.lists.entries(this.db, code, version.version, {
      kind: 'member',
      limit: query.limit,
      ...after,
    });
    return this.disclosure.firms(
      principal,
      { purpose, product: 'list' },
      () => Promise.resolve(page.items.map(({ uscc }) => uscc)),
      (_tx, authorised) => ({
        body: {
          version: versionBody(version),
          items: page.items.map((entry) => memberBody(entry, authorised.has(entry.uscc))),
          nextCursor: sealCursor(page.next === null ? null : `${version.version} ${page.next}`),
        },
        detail: { list: code, version: version.version },
      }),
    );
  }

  @Get(':code/difference')
  @Scopes('partner:lists')
  @ListParam()
  @PurposeQuery()
  @ApiOperation({
    summary: 'What changed between two versions',
    description: 'Who came, who went, who changed; the reason of firms that authorised the institution. Logged.',
  })
  @Answer('ListDifference', 'A page of changes, with the counts of all.')
  @ProblemAnswers('request-invalid', 'cursor-invalid', 'list-unknown', 'list-version-unknown', 'list-provisional')
  async difference(
    @Req() request: ApiRequest,
    @Param('code') code: string,
    @Query() query: FlipsQuery,
  ): Promise<object> {
    const principal = principalOf(request);
    const purpose = purposeOf(principal, query.purpose);
    const { cursor: after } = openCursor(query.cursor);
    const versions = { from: query.from, to: query.to };
    const found = await this.lists.difference(this.db, code, versions, {
      limit: query.limit,
      ...(after ? { after } : {}),
    });
    refuseProvisional(found.from, found.to);
    return this.disclosure.firms(
      principal,
      { purpose, product: 'list-difference' },
      () => Promise.resolve(found.items.map(({ uscc }) => uscc)),
      (_tx, authorised) => ({
        body: {
          from: versionBody(found.from),
          to: versionBody(found.to),
          counts: found.counts,
          items: found.items.map((flip) => flipBody(flip, authorised.has(flip.uscc))),
          nextCursor: sealCursor(found.next),
        },
        detail: { list: code, ...versions },
      }),
    );
  }
}

/** The cursor pins the version that the first page saw. Throws ProblemError cursor-invalid. */
export function pageOf(cursor: string | undefined, version: number | undefined): { version?: number; after?: string } {
  const { cursor: text } = openCursor(cursor);
  if (text === undefined) return version === undefined ? {} : { version };
  const [, pinned, after] = /^(\d{1,9}) ([0-9A-Z]{18})$/.exec(text) ?? [];
  if (pinned === undefined || after === undefined) throw cursorInvalid();
  return { version: Number(pinned), after };
}
