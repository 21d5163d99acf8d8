import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CASE_READINGS, Deals, JOINT_PARTS, JointCases, type CaseReading, type JointPart } from '#lib/financing';
import { fen, type Uscc } from '#lib/kernel';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { dealBody } from '../http/deal-body.ts';
import { ChoiceField, ItemsField, PatternField } from '../http/fields.ts';
import { Admissions } from '../http/admissions.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { Money, MoneyField } from '../http/money-field.ts';
import { Scopes } from '../http/route-access.ts';
import { UsccField, usccOf } from '../http/uscc-field.ts';
import { ownUscc } from '../subject/own-uscc.ts';

export class JointNeedRequest {
  @ChoiceField(
    { description: 'equity 股权, loan 信用贷款, guaranteed 担保贷款, insurance 保险, lease 租赁.', example: 'loan' },
    JOINT_PARTS,
  )
  part!: JointPart;

  @MoneyField({ description: '申请额.' })
  amount!: Money;
}

/** What the firm needs: the numbers of the case are its programme's. */
export class OwnJointCaseRequest {
  @PatternField(
    { description: '产品代码 of a programme of several desks: TDD 投贷担, GDZ 股贷担保租.', example: 'TDD' },
    /^[A-Z0-9]{3,6}$/,
    '应为产品代码',
    'the code of a programme is expected',
  )
  programme!: string;

  @ItemsField({ description: 'Two needs or more, none twice.' }, () => JointNeedRequest, JOINT_PARTS.length)
  needs!: JointNeedRequest[];

  @ChoiceField(
    {
      description:
        '口径 of a 2:1:1 case: A, by the equity; strict 严格按比例, every part cut to 2:1:1 by the least that is committed. Left out: the programme’s.',
      optional: true,
      example: 'strict',
    },
    CASE_READINGS,
  )
  reading?: CaseReading;
}

export class JointCaseRequest extends OwnJointCaseRequest {
  @UsccField()
  uscc!: string;
}

const OPEN = {
  summary: 'State a need of several desks',
  description:
    'Opens a joint case (联合授信, 需求登记). Nobody has a desk in it before the firm gives consent to named institutions (event share). Refused with every condition of the programme that does not pass.',
};
const createdAt = (side: string) => ({
  status: 201,
  location: `/${side}/v1/deals/019a8c2e-7f00-7000-8000-000000000001`,
});
const PROBLEMS = [
  'request-invalid',
  'json-broken',
  'media-type-unsupported',
  'body-too-large',
  'company-unknown',
  'programme-unknown',
  'no-published-run',
  'not-in-run',
  'replay-mismatch',
  'programme-refused',
  'programme-cap-exceeded',
  'joint-terms-invalid',
] as const;

@ApiTags('deals')
@Controller()
export class JointCasesController {
  constructor(
    private readonly cases: JointCases,
    private readonly deals: Deals,
    private readonly admissions: Admissions,
    private readonly posts: IdempotentPosts,
  ) {}

  @Post('partner/v1/joint-cases')
  @Scopes('partner:deals')
  @Repeatable()
  @ApiOperation(OPEN)
  @Answer('Deal', 'Registered.', createdAt('partner'))
  @ProblemAnswers(...PROBLEMS, 'uscc-malformed', 'joint-open-refused')
  partner(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: JointCaseRequest,
  ): Promise<object> {
    return this.open(request, reply, 'partner', () => usccOf(body.uscc), body);
  }

  @Post('subject/v1/joint-cases')
  @Scopes('subject:own')
  @Repeatable()
  @ApiOperation(OPEN)
  @Answer('Deal', 'Registered.', createdAt('subject'))
  @ProblemAnswers(...PROBLEMS)
  own(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: OwnJointCaseRequest,
  ): Promise<object> {
    return this.open(request, reply, 'subject', () => ownUscc(request), body);
  }

  @Post('ops/v1/joint-cases')
  @Scopes('ops:deals')
  @Repeatable()
  @ApiOperation(OPEN)
  @Answer('Deal', 'Registered.', createdAt('ops'))
  @ProblemAnswers(...PROBLEMS, 'uscc-malformed')
  house(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: JointCaseRequest,
  ): Promise<object> {
    return this.open(request, reply, 'ops', () => usccOf(body.uscc), body);
  }

  private open(
    request: ApiRequest,
    reply: ApiReply,
    side: 'partner' | 'subject' | 'ops',
    uscc: () => Uscc,
    { programme, needs, reading }: OwnJointCaseRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const need = {
        uscc: uscc(),
        programme,
        needs: needs.map(({ part, amount }) => ({ part, amount: fen(amount.fen) })),
        ...(reading === undefined ? {} : { reading }),
      };
      const opening = { usccs: [need.uscc], programme, kind: 'joint-case' } as const;
      const { dealId } = await this.admissions.opening(principal, opening, () => this.cases.register(principal, need));
      const location = `/${side}/v1/deals/${dealId}`;
      return { status: 201, location, body: dealBody(await this.deals.get(principal, dealId)) };
    });
  }
}
