import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { isUscc } from '#lib/kernel';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Batches } from '#lib/financing';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { agreementBody, agreementOf, AgreementRequest, batchBody, BatchRequest, rowOf } from '../http/batch-body.ts';
import { Admissions } from '../http/admissions.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { LimitQuery } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';

const BODY_PROBLEMS = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;
const AGREEMENTS = '/partner/v1/guarantee-agreements';

/** 批量担保 / 见贷即担. */
@ApiTags('deals')
@Controller('partner/v1')
export class GuaranteeBatchesController {
  constructor(
    private readonly batches: Batches,
    private readonly admissions: Admissions,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post('guarantee-agreements')
  @Scopes('partner:deals')
  @Repeatable()
  @ApiOperation({
    summary: 'Record a batch agreement',
    description:
      'By the guarantor: what it takes over from a bank without looking at it again (批量担保合作协议). It is never changed; a new one follows.',
  })
  @Answer('GuaranteeAgreement', 'Recorded.', { status: 201, location: AGREEMENTS })
  @ProblemAnswers(
    ...BODY_PROBLEMS,
    'agreement-refused',
    'guarantee-terms-invalid',
    'party-unknown',
    'amount-invalid',
    'date-invalid',
    'programme-unknown',
    'sharing-scheme-unknown',
    'sharing-scheme-differs',
    'share-class-unknown',
    'sharing-case-refused',
  )
  record(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: AgreementRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const made = await this.batches.recordAgreement(principal, agreementOf(principal.institutionId, body));
      return { status: 201, location: AGREEMENTS, body: agreementBody(made) };
    });
  }

  @Get('guarantee-agreements')
  @Scopes('partner:deals')
  @ApiOperation({
    summary: 'Batch agreements',
    description: 'Those of which the asker is the guarantor or the bank, the newest first.',
  })
  @Answer('GuaranteeAgreements', 'The agreements.')
  @ProblemAnswers('request-invalid')
  async list(@Req() request: ApiRequest, @Query() { limit }: LimitQuery): Promise<object> {
    return { items: (await this.batches.agreements(principalOf(request), limit)).map(agreementBody) };
  }

  @Post('guarantee-batches')
  @HttpCode(200)
  @Scopes('partner:deals')
  @Repeatable()
  @ApiOperation({
    summary: 'File loans of a batch agreement',
    description:
      'At most 200 loans a request, in the order of the file; a batch goes on over several requests. What keeps to the agreement, to the conditions of the programme, to the sharing scheme and its claim rate, and to the capacity of the guarantor is guaranteed at once (ACCEPTED_BATCH); what does not is an exception with every reason. A row that was answered before is answered the same again; an exception may come mended.',
  })
  @Answer('GuaranteeBatch', 'Every row, and what they add up to.')
  @ProblemAnswers(...BODY_PROBLEMS, 'agreement-unknown', 'batch-invalid')
  file(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { agreementId, batchNo, rows }: BatchRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const file = { agreementId, batchNo, rows: rows.map(rowOf) };
      const opening = {
        usccs: file.rows.map(({ uscc }) => uscc).filter(isUscc),
        programme: null,
        kind: 'guarantee',
      } as const;
      const answer = await this.admissions.opening(principal, opening, () => this.batches.accept(principal, file));
      return { status: 200, location: null, body: batchBody(answer) };
    });
  }
}
