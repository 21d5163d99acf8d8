import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Access, actorOf, type Principal } from '#lib/access';
import { Authorisations, requirePurpose } from '#lib/compliance';
import { parseUscc, ProblemError, type Clock, type Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { CLOCK, DB } from '../deps.ts';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { authorisationBody, AuthorisationRequest, termsOf, WithdrawalRequest } from '../http/authorisation-body.ts';
import { TextField } from '../http/fields.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { openCursor, PageQuery, sealCursor } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

export class PartnerAuthorisationRequest extends AuthorisationRequest {
  @TextField({ description: '统一社会信用代码 of the firm that signed.', example: '91440300DMAB12340K' }, 18, 18)
  uscc!: string;
}

/** Throws ProblemError uscc-malformed naming the field. */
function usccOf(text: string): Uscc {
  const parsed = parseUscc(text);
  if (parsed.ok) return parsed.value.uscc;
  const { code, zh, en } = parsed.problem;
  throw new ProblemError({ ...parsed.problem, errors: [{ pointer: '/uscc', code, zh, en }] });
}

/** Consents that firms signed with the institution (信息查询授权). */
@ApiTags('partner')
@Controller('partner/v1/authorisations')
export class PartnerAuthorisationsController {
  constructor(
    private readonly posts: IdempotentPosts,
    private readonly authorisations: Authorisations,
    private readonly access: Access,
    @Inject(DB) private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('partner:authorisations')
  @ApiOperation({ summary: 'Authorisations of the institution', description: 'Newest first, ended ones among them.' })
  @Answer('AuthorisationPage', 'A page.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Req() request: ApiRequest, @Query() { limit, cursor }: PageQuery): Promise<object> {
    const principal = principalOf(request);
    const { cursor: before } = openCursor(cursor);
    const items = await this.db.as(actorOf(principal), (tx) =>
      this.authorisations.ofInstitution(tx, principal.institutionId, limit + 1, before),
    );
    const code = await this.codeOf(principal);
    const shown = items.slice(0, limit);
    const next = items.length > limit ? shown.at(-1)!.authorisationId : null;
    return { items: shown.map((item) => authorisationBody(item, code)), nextCursor: sealCursor(next) };
  }

  @Post()
  @Scopes('partner:authorisations')
  @Repeatable()
  @ApiOperation({
    summary: 'Record a consent that a firm signed',
    description:
      'The firm sees it at once and can withdraw it. The texts stay where they were signed: their hashes come here.',
  })
  @Answer('Authorisation', 'Recorded.', { status: 201 })
  @ProblemAnswers(
    'request-invalid',
    'json-broken',
    'media-type-unsupported',
    'body-too-large',
    'uscc-malformed',
    'company-unknown',
    'authorisation-invalid',
    'purpose-not-allowed',
  )
  grant(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: PartnerAuthorisationRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      requirePurpose(principal.kind, body.purpose);
      const terms = { ...termsOf(body), uscc: usccOf(body.uscc), institutionId: principal.institutionId };
      const by = { person: principal.personId, clock: this.clock };
      const granted = await this.db.as(actorOf(principal), (tx) => this.authorisations.grant(tx, terms, by));
      return { status: 201, location: null, body: authorisationBody(granted, await this.codeOf(principal)) };
    });
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Scopes('partner:authorisations')
  @Repeatable()
  @ApiParam({ name: 'id', description: 'authorisationId.', schema: { type: 'string', format: 'uuid' } })
  @ApiOperation({
    summary: 'End an authorisation',
    description: 'It works at once. Ending it twice keeps the first end.',
  })
  @Answer('Authorisation', 'Ended.')
  @ProblemAnswers('request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large', 'authorisation-unknown')
  revoke(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { reason }: WithdrawalRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const ended = await this.db.as(actorOf(principal), (tx) =>
        this.authorisations.revoke(tx, id, { reason, clock: this.clock, institutionId: principal.institutionId }),
      );
      return { status: 200, location: null, body: authorisationBody(ended, await this.codeOf(principal)) };
    });
  }

  private async codeOf({ institutionId }: Principal): Promise<string> {
    return (await this.access.institutionCodes([institutionId])).get(institutionId)!;
  }
}
