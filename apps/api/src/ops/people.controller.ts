import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Access } from '#lib/access';
import { Answer, ProblemAnswers, Repeatable } from '../docs/answers.ts';
import { principalOf, type ApiReply, type ApiRequest } from '../http/api-request.ts';
import { IdempotentPosts } from '../http/idempotent-posts.ts';
import { IdPipe } from '../http/input.pipe.ts';
import { cursorOf, pageOf } from '../http/paging.ts';
import { Scopes } from '../http/route-access.ts';
import { HANDLE, PeopleQuery, PersonRequest, RolesRequest } from './access-requests.ts';

const BODY_PROBLEMS = ['request-invalid', 'json-broken', 'media-type-unsupported', 'body-too-large'] as const;
const ROLE_PROBLEMS = ['role-not-of-kind', 'duties-conflict', 'house-role-taken', 'own-roles'] as const;

/** People and what they do (人员与岗位). */
@ApiTags('ops')
@Controller('ops/v1')
export class PeopleController {
  constructor(
    private readonly access: Access,
    private readonly posts: IdempotentPosts,
  ) {}

  @Get('roles')
  @Scopes('ops:access')
  @ApiOperation({ summary: 'Roles, what each opens, and which nobody holds together' })
  @Answer('RoleList', 'All of them.')
  async roles(): Promise<object> {
    return { items: await this.access.roles() };
  }

  @Get('people')
  @Scopes('ops:access')
  @ApiOperation({ summary: 'People, by handle' })
  @Answer('PersonPage', 'A page of them.')
  @ProblemAnswers('request-invalid', 'cursor-invalid')
  async list(@Query() { limit, cursor, institution }: PeopleQuery): Promise<object> {
    const after = cursorOf(cursor, HANDLE);
    const of = institution === undefined ? {} : { institutionId: institution };
    const rows = await this.access.people({ limit: limit + 1, ...of, ...(after && { after }) });
    return pageOf(
      rows,
      limit,
      (row) => row,
      ({ handle }) => handle,
    );
  }

  @Post('people')
  @HttpCode(201)
  @Scopes('ops:access')
  @Repeatable()
  @ApiOperation({ summary: 'Add a person', description: 'With the roles named, and no others.' })
  @Answer('Person', 'Added.', { status: 201 })
  @ProblemAnswers(...BODY_PROBLEMS, ...ROLE_PROBLEMS, 'institution-unknown', 'handle-taken')
  add(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Body() body: PersonRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const made = await this.access.createPerson({ ...body }, { by: principalOf(request).personId });
      return { status: 201, location: null, body: made };
    });
  }

  @Post('people/:id/roles')
  @HttpCode(200)
  @Scopes('ops:access')
  @Repeatable()
  @ApiParam({
    name: 'id',
    description: 'The person.',
    schema: { type: 'string', format: 'uuid' },
    example: '019a8c2e-7f00-7000-8000-000000000001',
  })
  @ApiOperation({
    summary: 'Give a person exactly these roles',
    description: 'What a key holds beyond them no longer works from the next request on. Nobody changes their own.',
  })
  @Answer('Person', 'As it is now.')
  @ProblemAnswers(...BODY_PROBLEMS, ...ROLE_PROBLEMS, 'person-unknown')
  setRoles(
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
    @Param('id', IdPipe) id: string,
    @Body() { roles, reason }: RolesRequest,
  ): Promise<object> {
    return this.posts.once(request, reply, async () => {
      const by = principalOf(request).personId;
      return { status: 200, location: null, body: await this.access.setRoles(id, roles, { by, reason }) };
    });
  }
}
