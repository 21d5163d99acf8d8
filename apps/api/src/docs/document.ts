import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS } from '../problems.ts';
import { PROBLEM_MARK, problemExample } from './answers.ts';
import { SCHEMAS } from './schemas.ts';

const DESCRIPTION = `Firstmile (首公里) turns what public bodies already know about a young technology firm into a score that explains itself.

A company is named by its USCC (统一社会信用代码). Ratios are basis points, points are integer tenths, dates are YYYY-MM-DD in Asia/Shanghai, instants carry their offset. Lists answer {items, nextCursor}. Whatever goes wrong is application/problem+json; its type leads to a page that explains the code.`;

type Operation = Record<string, unknown> & {
  readonly responses: Record<string, object>;
  readonly parameters?: readonly { readonly in?: string }[];
};

/** The OpenAPI document: routes from the controllers, answers from SCHEMAS, problems from PROBLEMS. */
export function documentOf(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Firstmile API')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A key fm_<prefix>_<secret>.' }, 'key')
    .addTag('partner', 'Banks, guarantors and investors. Changes only by addition.')
    .addTag('subject', 'A firm, of itself.')
    .addTag('ops', 'Our operators.')
    .addTag('meta', 'Health and documentation.')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}.${method}`,
  });
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path as Record<string, Operation>)) addProblems(operation);
  }
  const schemas = { ...document.components?.schemas, ...SCHEMAS } as NonNullable<
    OpenAPIObject['components']
  >['schemas'];
  return { ...document, components: { ...document.components, schemas } };
}

/** One answer a status, with the example of each of its codes. */
function addProblems(operation: Operation): void {
  const marks = Object.keys(operation).filter((name) => name.startsWith(PROBLEM_MARK));
  for (const mark of marks) delete operation[mark];
  const named = marks.map((mark) => mark.slice(PROBLEM_MARK.length));
  // Text that no column holds is refused wherever a path or a query says something.
  const refused = operation.parameters?.some(({ in: place }) => place === 'path' || place === 'query')
    ? ['request-invalid']
    : [];
  const codes = [...new Set([...named, ...refused])].sort();
  for (const status of [...new Set(codes.map((code) => PROBLEMS[code]!.status))].sort((a, b) => a - b)) {
    const ours = codes.filter((code) => PROBLEMS[code]!.status === status);
    operation.responses[status] = {
      description: ours.join(', '),
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(ours.map((code) => [code, { value: problemExample(code) }])),
        },
      },
    };
  }
}
