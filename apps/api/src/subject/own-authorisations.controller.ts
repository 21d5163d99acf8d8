import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Access, firmActor } from '#lib/access';
import { Authorisations, QueryLog, requirePurpose, type Authorisation } from '#lib/compliance';
import { addMonths, dateAt, instantText, ProblemError, type Clock } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { authorisationBody, AuthorisationRequest, termsOf, WithdrawalRequest } from '../http/authorisation-body.ts';
import { PatternField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';
import { ownUscc } from './own-uscc.ts';

const SHOWN_MONTHS = 24;
const SHOWN_QUERIES = 1000;

export class OwnAuthorisationRequest extends AuthorisationRequest {
  @PatternField(
    { description: 'Code of the institution that is authorised.', example: 'example-bank' },
    /^[a-z0-9][a-z0-9-]{0,63}$/,
    '应为机构代码',
    'the code of an institution is expected',
  )
  institution!: string;
}

/** Whom the firm lets look at itself, and who did look (信息主体的授权与查询记录). */
@ApiTags('subject')
@Controller('subject/v1')
export class OwnAuthorisationsController {
  constructor(
    private readonly posts: IdempotentPosts,
    private readonly authorisations: Authorisations,
    private readonly queryLog: QueryLog,
    private readonly access: Access,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('authorisations')
  @Scopes('subject:own')
  @ApiOperation({
    summary: 'Authorisations of the firm',
    description: 'Newest first, ended ones among them; 200 at most.',
  })
  @Answer('AuthorisationPage', 'All of them.')
  async list(@Req() request: ApiRequest): Promise<object> {
    const uscc = ownUscc(request);
    const items = await this.db.as(firmActor(uscc), (tx) => this.authorisations.ofFirm(tx, uscc));
    return { items: await this.bodies(items), nextCursor: null };
  }

  @Post('authorisations')
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation({
    summary: 'Authorise an institution',
    description: 'To look at the firm, for one purpose and a time.',
  })
  @Answer('Authorisation', 'Granted.', { status: 201 })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'institution-unknown',
    'company-unknown',
    'authorisation-invalid',
    'purpose-not-allowed',
  )
  grant(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: OwnAuthorisationRequest,
  ): Promise<object> {
    const uscc = ownUscc(request);
    return this.posts.once(request, reply, async () => {
      const institution = await this.access.institutionByCode(body.institution);
      if (institution === undefined) throw institutionUnknown(body.institution);
      requirePurpose(institution.kind, body.purpose);
      const terms = { ...termsOf(body), uscc, institutionId: institution.institutionId };
      const by = { person: principalOf(request).personId, clock: this.clock };
      const granted = await this.db.as(firmActor(uscc), (tx) => this.authorisations.grant(tx, terms, by));
      return { status: 201, location: null, body: authorisationBody(granted, institution.code) };
    });
  }

  @Post('authorisations/:id/withdraw')
  @HttpCode(200)
  @Scopes('subject:own')
  @Repeatable()
  @ApiParam({ name: 'id', description: 'authorisationId.', schema: { type: 'string', format: 'uuid' } })
  @ApiOperation({
    summary: 'Withdraw an authorisation',
    description: 'It works at once: the next read of the institution is refused. Scores never change by it.',
  })
  @Answer('Authorisation', 'Withdrawn.')
  @ProblemAnswers('request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large', 'authorisation-unknown')
  withdraw(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: WithdrawalRequest,
  ): Promise<object> {
    const uscc = ownUscc(request);
    return this.posts.once(request, reply, async () => {
      const ended = await this.db.as(firmActor(uscc), (tx) =>
        this.authorisations.revoke(tx, id, { reason, clock: this.clock, uscc }),
      );
      return { status: 200, location: null, body: (await this.bodies([ended]))[0]! };
    });
  }

  @Get('queries')
  @Scopes('subject:own')
  @ApiOperation({ summary: 'Who looked at the firm', description: `In the last ${SHOWN_MONTHS} months, newest first.` })
  @Answer('OwnQueryList', 'Institutions, what they got, what for. Persons are not named.')
  async queries(@Req() request: ApiRequest): Promise<object> {
    const uscc = ownUscc(request);
    const since = new Date(`${addMonths(dateAt(this.clock.now()), -SHOWN_MONTHS)}T00:00:00+08:00`);
    const entries = await this.db.as(firmActor(uscc), (tx) =>
      this.queryLog.about(tx, uscc, { since, limit: SHOWN_QUERIES }),
    );
    const names = await this.access.institutionNames(entries.map(({ institutionId }) => institutionId));
    return {
      items: entries.map(({ at, institutionId, product, purpose, authorisationId }) => ({
        at: instantText(at),
        institution: names.get(institutionId)!,
        product,
        purpose,
        authorisationId,
      })),
    };
  }

  private async bodies(items: readonly Authorisation[]): Promise<object[]> {
    const codes = await this.access.institutionCodes(items.map(({ institutionId }) => institutionId));
    return items.map((item) => authorisationBody(item, codes.get(item.institutionId)!));
  }
}

const institutionUnknown = (code: string): ProblemError =>
  new ProblemError({
    code: 'institution-unknown',
    status: 404,
    zh: `没有机构「${code}」`,
    en: `there is no institution ${code}`,
    errors: [{ pointer: '/institution', code: 'institution-unknown', zh: '未知的机构', en: 'unknown institution' }],
  });
