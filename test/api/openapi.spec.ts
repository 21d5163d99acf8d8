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
    // docs/openapi.json is held against it by `npm run check`: a route that goes or comes is seen there.
    const audiences =
      /^\w+ \/(partner|ops|subject|regulator)\/v1\/|^get \/(healthz|readyz|openapi\.json|problems\/\{code\})$/;
    expect(operations.map(([name]) => name).filter((name) => !audiences.test(name))).toEqual([]);
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

/** Codes that no answer is refused with. */
const NOT_ANSWERED = [
  // What keeps a joint case from being balanced: a member of the case.
  'answer-missing',
  'desk-declined',
  'equity-below-minimum',
  'substitution-open',
  // Of the composition alone: in a case its events refuse, each in its own words, before the composition is asked.
  'composition-frozen',
  'drawable-exceeded',
  'equity-back-exceeded',
  'substitution-not-approved',
  // What a base of the suggested line lacks: a member of the line.
  'receivables',
  'turns',
  // Why a bank declines, in an example.
  'need',
  // Shipped data that is not sound: the process does not start.
  'line-parameters-invalid',
  'programme-invalid',
];

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
    for (const lib of [
      'access',
      'compliance',
      'financing',
      'ledger',
      'notices',
      'product',
      'reports',
      'runs',
      'whitelist',
    ]
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
    expect([...codes].filter((code) => PROBLEMS[code] === undefined && !NOT_ANSWERED.includes(code)).sort()).toEqual(
      [],
    );
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
