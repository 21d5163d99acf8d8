import { buildOpenApi } from '../../apps/api/src/openapi.ts';
import type { Scope } from '#lib/access';
import { demoUscc } from '../kit/firms.ts';

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

interface Operation {
  readonly 'x-scope'?: Scope;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A route of the OpenAPI document: what the tests of security are made from. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly path: string;
  /** undefined: public. */
  readonly scope: Scope | undefined;
  readonly parameters: readonly Parameter[];
  /** A body that fits, where the route takes JSON. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** The route takes a stream. */
  readonly streamed: boolean;
  /** Content types of what it answers when all is well. */
  readonly answers: readonly string[];
}

/** Every route of the document, built anew where none is at hand. Throws when a guarded route does not say its scope, or a public one does. */
export async function allRoutes(known?: object): Promise<Route[]> {
  const document = (known ?? (await buildOpenApi())) as Document;
  const resolved = ({ $ref, allOf, ...schema }: Schema): Schema =>
    allOf !== undefined
      ? resolved(allOf[0]!)
      : $ref === undefined
        ? schema
        : document.components.schemas[$ref.split('/').at(-1)!]!;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Route => {
      const scope = operation['x-scope'];
      if ((scope !== undefined) !== Boolean(operation.security?.length))
        throw new Error(`${method} ${path}: which scope?`);
      const content = operation.requestBody?.content ?? {};
      const schema = content['application/json']?.schema;
      return {
        method: method.toUpperCase() as Route['method'],
        path,
        scope,
        parameters: operation.parameters ?? [],
        streamed: Object.keys(content).some((type) => type !== 'application/json'),
        answers: Object.entries(operation.responses).flatMap(([status, answer]) =>
          status < '300' ? Object.keys(answer.content ?? {}) : [],
        ),
        ...(schema ? { json: valueOf(schema, resolved) as Record<string, unknown> } : {}),
      };
    }),
  );
}

/** The example of a schema, put together from its members; members that may be left out are. */
function valueOf(schema: Schema, resolved: (schema: Schema) => Schema): unknown {
  const { example, enum: choices, default: usual, type, properties, required = [], items } = resolved(schema);
  if (example !== undefined) return example;
  if (usual !== undefined) return usual;
  if (choices?.length) return choices[0];
  if (type === 'object' || properties !== undefined)
    return Object.fromEntries(required.map((name) => [name, valueOf(properties?.[name] ?? {}, resolved)]));
  if (type === 'array') return items ? [valueOf(items, resolved)] : [];
  return type === 'integer' || type === 'number' ? 1 : type === 'boolean' ? false : '2026-06-30';
}

export const exampleOf = ({ schema, example }: Parameter): string => {
  const value = example ?? schema.example ?? schema.default ?? schema.enum?.[0];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '2026-06-30';
};

/** The route's address: what is required filled by example, and then as told; undefined leaves a query parameter out. */
export function addressOf(route: Route, told: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  let { path } = route;
  for (const parameter of route.parameters) {
    const { name } = parameter;
    const value = name in told ? told[name] : parameter.required ? exampleOf(parameter) : undefined;
    if (value === undefined) continue;
    if (parameter.in === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (parameter.in === 'query') query.set(name, value);
  }
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}

const HEADER = '企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址';
const FILE = `${HEADER}\n样例甲有限公司,${demoUscc(1)},2024-03-01,有限责任公司,100万人民币,软件,广东,深圳,样例路\n`;

/** What the route is sent when nothing is the matter with it. */
export const bodyOf = (route: Route): object | string | undefined => route.json ?? (route.streamed ? FILE : undefined);
