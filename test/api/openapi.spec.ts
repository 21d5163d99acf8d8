import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '#lib/platform';
import { buildOpenApi } from '../../apps/api/src/openapi.ts';
import { PROBLEMS } from '../../apps/api/src/problems.ts';
import { Answers, type OpenApi, type Operation } from './answers.ts';

describe('the OpenAPI document', () => {
  let answers: Answers;
  let operations: [string, Operation][];
  beforeAll(async () => {
    answers = new Answers((await buildOpenApi()) as OpenApi);
    operations = Object.entries(answers.document.paths).flatMap(([route, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${route}`, operation]),
    );
  });

  it('is the same each time and names every route of every audience', async () => {
    expect(await buildOpenApi()).toEqual(answers.document);
    expect(operations.map(([name]) => name).sort()).toEqual(
      [
        'get /healthz',
        'get /openapi.json',
        'get /ops/v1/companies/{uscc}/source-closures',
        'get /ops/v1/companies/{uscc}/reach',
        'get /ops/v1/companies/{uscc}/scores',
        'get /ops/v1/companies/{uscc}/scores/difference',
        'get /ops/v1/deliveries',
        'get /ops/v1/deliveries/{id}',
        'get /ops/v1/deliveries/{id}/corrections',
        'get /ops/v1/deliveries/{id}/errors.csv',
        'get /ops/v1/deliveries/{id}/errors.jsonl',
        'get /ops/v1/deliveries/{id}/quarantine',
        'get /ops/v1/deliveries/{id}/undo',
        'get /ops/v1/identity/reviews',
        'get /ops/v1/models',
        'get /ops/v1/models/{hash}',
        'get /ops/v1/models/{hash}/document',
        'get /ops/v1/quality',
        'post /ops/v1/identity/aliases',
        'post /ops/v1/identity/reviews/{id}/decide',
        'get /ops/v1/runs',
        'get /ops/v1/queries',
        'get /ops/v1/disputes',
        'get /ops/v1/disputes/{id}',
        'post /ops/v1/disputes/{id}/decisions',
        'get /subject/v1/disputes',
        'get /subject/v1/disputes/{id}',
        'post /subject/v1/disputes',
        'post /subject/v1/disputes/{id}/actions',
        'get /partner/v1/lists',
        'get /partner/v1/lists/{code}/versions',
        'get /partner/v1/lists/{code}/members',
        'get /partner/v1/lists/{code}/difference',
        'post /ops/v1/lists/{code}/versions',
        'get /ops/v1/lists/{code}/difference',
        'get /ops/v1/lists/{code}/near-misses',
        'get /ops/v1/lists/{code}/rules',
        'get /ops/v1/lists/{code}/rules/{hash}',
        'post /ops/v1/lists/{code}/rules',
        'post /ops/v1/lists/{code}/rules/{hash}/decisions',
        'post /ops/v1/lists/{code}/rules/{hash}/simulations',
        'get /ops/v1/lists/{code}/members/{uscc}',
        'get /partner/v1/lists/{code}/reviews',
        'get /partner/v1/lists/{code}/reviews/form',
        'get /partner/v1/lists/{code}/reviews/{uscc}',
        'post /partner/v1/lists/{code}/reviews/{uscc}/proposals',
        'post /partner/v1/lists/{code}/reviews/{uscc}/decisions',
        'post /partner/v1/lists/{code}/reviews/{uscc}/votes',
        'post /partner/v1/lists/{code}/reviews/batches',
        'post /partner/v1/lists/{code}/reviews/nominations',
        'get /ops/v1/lists/{code}/reviewers',
        'put /ops/v1/lists/{code}/reviewers/{institutionId}',
        'delete /ops/v1/lists/{code}/reviewers/{institutionId}',
        'get /ops/v1/lists/{code}/review-statistics',
        'get /ops/v1/lists/{code}/funnel',
        'get /subject/v1/lists',
        'post /subject/v1/lists/opt-out',
        'post /subject/v1/lists/opt-in',
        'get /partner/v1/authorisations',
        'get /partner/v1/queries',
        'get /regulator/v1/queries',
        'get /subject/v1/authorisations',
        'get /subject/v1/queries',
        'post /partner/v1/authorisations',
        'post /partner/v1/authorisations/{id}/revoke',
        'post /subject/v1/authorisations',
        'post /subject/v1/authorisations/{id}/withdraw',
        'get /ops/v1/runs/{id}',
        'get /ops/v1/runs/{id}/events',
        'get /ops/v1/sources',
        'get /partner/v1/candidates',
        'get /partner/v1/characteristics',
        'get /partner/v1/companies/{uscc}/score',
        'get /partner/v1/companies/{uscc}/line',
        'get /partner/v1/companies/{uscc}/programmes',
        'get /partner/v1/programmes',
        'get /partner/v1/programmes/{programme}',
        'get /subject/v1/line',
        'get /subject/v1/programmes',
        'post /partner/v1/companies/{uscc}/expert-opinions',
        'post /partner/v1/companies/{uscc}/statements',
        'post /subject/v1/statements',
        'get /partner/v1/companies/{uscc}/score/evidence',
        'get /partner/v1/model',
        'get /partner/v1/rules',
        'get /partner/v1/report-keys',
        'get /partner/v1/report-requests',
        'get /partner/v1/report-requests/{id}',
        'get /partner/v1/report-requests/{id}/report',
        'post /partner/v1/report-requests',
        'post /partner/v1/report-requests/{id}/cancel',
        'post /partner/v1/report-requests/{id}/submit',
        'get /subject/v1/report-requests',
        'post /subject/v1/report-requests/{id}/refuse',
        'post /subject/v1/report-requests/{id}/withdraw',
        'get /subject/v1/reports/{id}',
        'post /subject/v1/reports',
        'get /problems/{code}',
        'get /readyz',
        'post /ops/v1/companies/{uscc}/source-closures',
        'post /ops/v1/companies/{uscc}/source-closures/{source}/end',
        'get /subject/v1/reach',
        'get /subject/v1/reasons',
        'get /subject/v1/score',
        'post /ops/v1/deliveries',
        'post /ops/v1/deliveries/{id}/reject',
        'post /ops/v1/deliveries/{id}/release',
        'post /ops/v1/deliveries/{id}/undo',
        'post /ops/v1/models',
        'post /ops/v1/models/{hash}/decisions',
        'post /ops/v1/models/{hash}/previews',
        'get /ops/v1/runs/{id}/movers',
        'post /ops/v1/runs',
        'get /ops/v1/notices/overdue',
        'get /partner/v1/notices',
        'post /partner/v1/notices/replay',
        'post /partner/v1/notices/{seq}/ack',
        'get /partner/v1/webhook',
        'post /partner/v1/webhook',
        'post /partner/v1/webhook/pause',
        'post /partner/v1/webhook/resume',
        'post /partner/v1/webhook/rotate',
        'post /partner/v1/webhook/test',
        'get /ops/v1/institutions',
        'get /ops/v1/institutions/{id}',
        'get /ops/v1/institutions/{id}/events',
        'get /ops/v1/keys',
        'get /ops/v1/people',
        'get /ops/v1/roles',
        'post /ops/v1/institutions',
        'post /ops/v1/institutions/{id}/restore',
        'post /ops/v1/institutions/{id}/suspend',
        'post /ops/v1/keys',
        'post /ops/v1/keys/{id}/revoke',
        'post /ops/v1/keys/{id}/rotate',
        'post /ops/v1/people',
        'post /ops/v1/people/{id}/roles',
      ].sort(),
    );
  });

  it('has an example for every answer, and every example fits its schema', () => {
    let seen = 0;
    for (const [name, operation] of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        const media = Object.values(response.content ?? {});
        expect([name, status, media.length]).not.toEqual([name, status, 0]);
        for (const { schema, example, examples } of media) {
          const values = examples ? Object.values(examples).map((e) => e.value) : [example];
          for (const value of values) {
            expect([name, status, value]).not.toEqual([name, status, undefined]);
            expect([name, status, answers.faults(schema, value)]).toEqual([name, status, []]);
            seen += 1;
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  it('has examples for requests and parameters that fit', () => {
    for (const [name, operation] of operations) {
      for (const { name: parameter, schema, example } of operation.parameters ?? []) {
        if (example !== undefined)
          expect([name, parameter, answers.faults(schema, example)]).toEqual([name, parameter, []]);
      }
      for (const { schema, examples } of Object.values(operation.requestBody?.content ?? {})) {
        for (const { value } of Object.values(examples ?? {})) {
          expect([name, answers.faults(schema, value)]).toEqual([name, []]);
        }
      }
    }
  });

  it('refuses an example that does not fit', () => {
    const run = { $ref: '#/components/schemas/Run' };
    const example = answers.operation('GET', '/ops/v1/runs/x')!.responses['200']!.content!['application/json']!
      .example as object;
    expect(answers.faults(run, example)).toEqual([]);
    expect(answers.faults(run, { ...example, asOf: 'June' })).not.toEqual([]);
    expect(answers.faults(run, { ...example, more: 1 })).not.toEqual([]);
  });

  it('guards every route but health, problems, itself and public keys', () => {
    const open = operations.filter(([, operation]) => !operation.security?.length).map(([name]) => name);
    expect(open.sort()).toEqual([
      'get /healthz',
      'get /openapi.json',
      // What is signed is checked by anybody.
      'get /partner/v1/report-keys',
      'get /problems/{code}',
      'get /readyz',
    ]);
    for (const [name, operation] of operations) {
      if (open.includes(name)) continue;
      expect([name, Object.keys(operation.responses)]).toEqual([name, expect.arrayContaining(['401', '403'])]);
    }
  });
});

describe('the table of problems', () => {
  function* sources(folder: string): Generator<string> {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (statSync(file).isDirectory()) yield* sources(file);
      else if (file.endsWith('.ts') && !file.endsWith('.spec.ts')) yield file;
    }
  }

  it('has every code that the libs behind the API refuse with', () => {
    const codes = new Set<string>();
    for (const lib of ['access', 'compliance', 'ledger', 'notices', 'reports', 'runs', 'whitelist']
      .map((name) => `libs/${name}`)
      .concat('apps/api')) {
      for (const file of sources(path.join(packageRoot(), lib))) {
        const text = readFileSync(file, 'utf8');
        for (const [, code] of text.matchAll(
          /(?:\bcode: |\brefusal\(\s*|\batHeader\(\s*|\bkeyProblem\(\s*|\bcoded\()'([a-z][a-z0-9]*(?:-[a-z0-9]+)*)'/g,
        ))
          codes.add(code!);
      }
    }
    expect(codes.size).toBeGreaterThan(30);
    expect([...codes].filter((code) => PROBLEMS[code] === undefined).sort()).toEqual([]);
  });

  it('says each in Chinese and English, with a status', () => {
    for (const [code, { status, zh, en }] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(zh).toMatch(/[\u4e00-\u9fff]/);
      expect(en.length).toBeGreaterThan(5);
    }
  });
});
