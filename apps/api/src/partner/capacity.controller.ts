import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '#lib/access';
import { Capacity, Guarantees, type CapacityPosition } from '#lib/financing';
import { fen } from '#lib/kernel';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import {
  capacityBody,
  FirmRelationsRequest,
  NetAssetsRequest,
  ProgrammeLimitsRequest,
  relationsOf,
} from '../http/capacity-body.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { Scopes } from '../http/route-access.ts';

const BODY_PROBLEMS = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;
const GuarantorParam = (): MethodDecorator =>
  ApiParam({ name: 'institutionId', description: 'The guarantor.', schema: { type: 'string', format: 'uuid' } });
const POSITION =
  'Net assets that count today, what is reserved and issued, each limit with what is used and left of it, and limits that are passed (被动超限), and the claim rate under each sharing scheme (代偿率熔断).';

/** 担保能力: what guarantors may take on, and what they have taken on. */
@ApiTags('deals')
@Controller()
export class CapacityController {
  constructor(
    private readonly capacity: Capacity,
    private readonly guarantees: Guarantees,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get('partner/v1/capacity')
  @Scopes('partner:deals')
  @ApiOperation({ summary: 'Own capacity', description: `Of the guarantor that asks. ${POSITION}` })
  @Answer('GuarantorCapacity', 'Today.')
  @ProblemAnswers('guarantor-unknown')
  async own(@Req() request: ApiRequest): Promise<object> {
    const principal = principalOf(request);
    return this.shown(principal, await this.capacity.position(principal, principal.institutionId));
  }

  @Post('partner/v1/capacity/net-assets')
  @HttpCode(200)
  @Scopes('partner:deals')
  @Repeatable()
  @ApiOperation({
    summary: 'State net assets',
    description:
      'By the guarantor, for a day (净资产). The newest statement counts, of one day the one made last. A lower value ends nothing that was issued; it stops whatever would raise the liability.',
  })
  @Answer('GuarantorCapacity', 'As it stands with it.')
  @ProblemAnswers(...BODY_PROBLEMS, 'capital-refused', 'capital-invalid')
  netAssets(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() { netAssets, statedOn, validTo, mainlySmall, controllers, related = [] }: NetAssetsRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const position = await this.capacity.recordCapital(principal, {
        guarantor: principal.institutionId,
        statedOn,
        validTo,
        netAssets: fen(netAssets.fen),
        mainlySmall: mainlySmall ?? null,
        controllers: controllers ?? null,
        related,
      });
      return { status: 200, location: null, body: await this.shown(principal, position) };
    });
  }

  @Get('ops/v1/guarantors/:institutionId/capacity')
  @Scopes('ops:deals')
  @GuarantorParam()
  @ApiOperation({ summary: 'Capacity of a guarantor', description: POSITION })
  @Answer('GuarantorCapacity', 'Today.')
  @ProblemAnswers('request-invalid', 'guarantor-unknown')
  async one(@Req() request: ApiRequest, @Param('institutionId', IdPipe) institutionId: string): Promise<object> {
    const principal = principalOf(request);
    return this.shown(principal, await this.capacity.position(principal, institutionId));
  }

  @Post('ops/v1/guarantors/:institutionId/programme-limits')
  @HttpCode(200)
  @Scopes('ops:deals')
  @Repeatable()
  @GuarantorParam()
  @ApiOperation({
    summary: 'Limit a guarantor in a programme',
    description: 'Principal in force for one firm and in all. The newest statement of a programme counts.',
  })
  @Answer('GuarantorCapacity', 'As it stands with it.')
  @ProblemAnswers(...BODY_PROBLEMS, 'guarantor-unknown')
  programmeLimits(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('institutionId', IdPipe) guarantor: string,
    @Body() { programme, perClient, total }: ProgrammeLimitsRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      await this.capacity.recordProgramme(principal, {
        guarantor,
        programme,
        perClient: perClient ? fen(perClient.fen) : null,
        total: total ? fen(total.fen) : null,
      });
      const body = await this.shown(principal, await this.capacity.position(principal, guarantor));
      return { status: 200, location: null, body };
    });
  }

  @Post('ops/v1/firm-relations')
  @HttpCode(200)
  @Scopes('ops:deals')
  @Repeatable()
  @ApiOperation({
    summary: 'State who holds and controls firms',
    description:
      'Shareholders and controllers (关联关系) as read on a day: groups of connected clients follow from them. For a firm of which nothing is stated no guarantee is approved.',
  })
  @Answer('FirmRelationsRecorded', 'Recorded.')
  @ProblemAnswers(...BODY_PROBLEMS, 'uscc-malformed', 'date-invalid')
  relations(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: FirmRelationsRequest,
  ): Promise<object> {
    const principal = principalOf(request);
    return this.posts.once(request, reply, async () => {
      const relations = relationsOf(body);
      await this.capacity.recordRelations(principal, relations);
      return { status: 200, location: null, body: { recorded: relations.length } };
    });
  }

  private async shown(principal: Principal, position: CapacityPosition): Promise<object> {
    return capacityBody(position, await this.guarantees.fuses(principal, position.guarantor));
  }
}
