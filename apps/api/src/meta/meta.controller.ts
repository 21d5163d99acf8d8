import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { DB, OPENAPI, type OpenApiHolder } from '../deps.ts';
import { Answer, ProblemAnswers } from '../docs/answers.ts';
import type { ApiReply, ApiRequest } from '../http/api-request.ts';
import { Public } from '../http/route-access.ts';
import { PROBLEMS } from '../problems.ts';

@ApiTags('meta')
@Controller()
export class MetaController {
  constructor(
    @Inject(DB) private readonly db: Database,
    @Inject(OPENAPI) private readonly openApi: OpenApiHolder,
  ) {}

  @Get('healthz')
  @Public()
  @ApiOperation({ summary: 'The process answers' })
  @Answer('Health', 'It does.')
  health(): object {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @ApiOperation({ summary: 'The database answers too' })
  @Answer('Health', 'It does.')
  @ProblemAnswers('not-ready')
  async ready(): Promise<object> {
    try {
      await this.db.query('SELECT 1', [], 'ready');
    } catch (error) {
      const { status, zh, en } = PROBLEMS['not-ready']!;
      throw new ProblemError({ code: 'not-ready', status, zh, en }, { cause: error });
    }
    return { status: 'ok' };
  }

  @Get('problems/:code')
  @Public()
  @ApiParam({ name: 'code', description: 'Problem code.', schema: { type: 'string' }, example: 'key-missing' })
  @ApiOperation({ summary: 'What a problem code means', description: 'JSON, or a page for browsers.' })
  @Answer('ProblemEntry', 'The entry.')
  @ProblemAnswers('problem-unknown')
  problem(
    @Param('code') code: string,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): object | string {
    const entry = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
    if (entry === undefined) {
      const { status, zh, en } = PROBLEMS['problem-unknown']!;
      throw new ProblemError({
        code: 'problem-unknown',
        status,
        zh,
        en,
        errors: [{ field: 'code', code: 'problem-unknown', zh, en }],
      });
    }
    const { status, zh, en } = entry;
    if (!(request.headers.accept ?? '').includes('text/html'))
      return { type: `/problems/${code}`, code, status, zh, en };
    reply.header('content-type', 'text/html; charset=utf-8');
    return `<!doctype html><html lang="zh"><meta charset="utf-8"><title>${code}</title><h1>${code}</h1><p>HTTP ${status}</p><p>${zh}</p><p lang="en">${en}</p></html>`;
  }

  @Get('openapi.json')
  @Public()
  @ApiOperation({ summary: 'This document' })
  @ApiResponse({
    status: 200,
    description: 'OpenAPI 3.0.',
    content: { 'application/json': { schema: { type: 'object' }, example: { openapi: '3.0.0' } } },
  })
  document(): object {
    return this.openApi.document;
  }
}
