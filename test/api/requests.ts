import fc from 'fast-check';
import { Random } from '../../tools/simulate/random.ts';
import type { OpenApi, Operation } from './answers.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface MadeRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly body?: object | string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What no field expects and some parser might trip over. */
const HOSTILE = [
  '',
  ' ',
  "' OR 1=1 --",
  '"; DROP TABLE record; --',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '\u0000',
  '\ud800',
  '𠮷\u202e',
  '=HYPERLINK("x")',
  '${7*7}',
  '-1',
  '9'.repeat(30),
  '1e309',
  'null',
  '__proto__',
  'x'.repeat(5000),
  '2026-02-30',
  '0000-00-00',
];

/**
 * Requests made from the OpenAPI document (状态化模糊测试): most fit it, with values that earlier answers gave, some are a
 * little wrong, a few are hostile. The same seed makes the same requests as long as the answers are the same.
 */
export class RequestMaker {
  private readonly operations: readonly (readonly [
    method: MadeRequest['method'],
    path: string,
    operation: Operation,
  ])[];
  /** By the name of a member, the newest values that answers gave. */
  private readonly seen = new Map<string, unknown[]>();
  private readonly random: Random;

  constructor(
    private readonly document: OpenApi,
    private readonly seed: number,
  ) {
    this.random = new Random(seed, 0, 0);
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [method.toUpperCase() as MadeRequest['method'], path, operation] as const,
      ),
    );
  }

  /** Remembers what an answer says: ids, codes and cursors of later requests. */
  learn(answer: unknown, name = ''): void {
    if (Array.isArray(answer)) for (const item of answer.slice(0, 20)) this.learn(item, name);
    else if (typeof answer === 'object' && answer !== null)
      for (const [member, value] of Object.entries(answer)) this.learn(value, member);
    else if (typeof answer === 'string' || typeof answer === 'number') this.remember(name, answer);
  }

  remember(name: string, value: unknown): void {
    const values = this.seen.get(name) ?? [];
    if (values.includes(value)) return;
    values.push(value);
    if (values.length > 30) values.shift();
    this.seen.set(name, values);
  }

  next(): MadeRequest {
    const [method, path, operation] = this.random.pick(this.operations);
    const parameters = (operation.parameters ?? []) as readonly Parameter[];
    let url = path;
    const query = new URLSearchParams();
    const headers: Record<string, string> = {};
    for (const parameter of parameters) {
      const wanted = parameter.in === 'path' || this.random.chance(parameter.required ? 0.97 : 0.3);
      if (!wanted) continue;
      const text = asText(this.valueFor(parameter.name, parameter.schema, parameter.example));
      if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encode(text) || '%20');
      else if (parameter.in === 'query') query.append(parameter.name, wellFormed(text));
      else if (parameter.in === 'header' && /^[\x20-\x7e]*$/.test(text)) headers[parameter.name] = text;
    }
    if (this.random.chance(0.02)) query.append(this.random.pick(['x', 'limit', '__proto__', 'constructor']), '1');
    const search = query.toString();
    return { method, url: search === '' ? url : `${url}?${search}`, headers, ...this.bodyOf(operation) };
  }

  private bodyOf(operation: Operation): { body?: object | string } {
    const content = operation.requestBody?.content;
    if (!content) return {};
    const json = content['application/json'];
    if (!json)
      return {
        body: this.random.pick(['', 'a,b\n1,2\n', '\ufeff企业名称,统一社会信用代码\n样例,9\n', 'PK\u0003\u0004']),
      };
    if (this.random.chance(0.03))
      return { body: this.random.pick(['{', '[]', 'null', '"x"', '{"a":{"b":[[[[[[]]]]]]}}']) };
    const examples = Object.values(json.examples ?? {}).map(({ value }) => value);
    if (examples.length > 0 && this.random.chance(0.3)) return { body: this.random.pick(examples) as object };
    const made = this.valueOf(json.schema, '');
    return { body: made ?? {} };
  }

  private valueFor(name: string, schema: Schema, example: unknown): unknown {
    const known = this.knownAs(name);
    if (known.length > 0 && this.random.chance(0.75)) return this.random.pick(known);
    if (example !== undefined && this.random.chance(0.5)) return example;
    return this.valueOf(schema, name);
  }

  /** `id` of a path is any id that was seen; other names are those of the answers. */
  private knownAs(name: string): readonly unknown[] {
    if (name !== 'id') return this.seen.get(name) ?? [];
    return [...this.seen].flatMap(([member, values]) => (member.endsWith('Id') ? values : []));
  }

  private valueOf(schema: Schema, name: string): unknown {
    if (this.random.chance(0.06)) return this.random.pick(HOSTILE);
    if (this.random.chance(0.02)) return this.random.pick<unknown>([null, [], {}, true, -1, 0.5, 1e21]);
    if (schema.$ref) return this.valueOf(this.resolve(schema.$ref), name);
    // A member with words of its own refers to its schema through allOf.
    const choice = schema.oneOf ?? schema.anyOf ?? schema.allOf;
    if (choice) return this.valueOf(this.random.pick(choice), name);
    if (schema.enum) return this.random.pick(schema.enum);
    const type = typeof schema.type === 'string' ? schema.type : schema.type && this.random.pick(schema.type);
    if (type === 'object' || schema.properties) return this.objectOf(schema);
    if (type === 'array')
      return Array.from({ length: this.random.whole(0, 3) }, () => this.valueOf(schema.items ?? {}, name));
    if (type === 'boolean') return this.random.chance(0.5);
    if (type === 'integer' || type === 'number')
      return this.random.whole(schema.minimum ?? 0, Math.min(schema.maximum ?? 1000, 1_000_000));
    const known = this.seen.get(name) ?? [];
    if (known.length > 0 && this.random.chance(0.5)) return this.random.pick(known);
    return this.textOf(schema);
  }

  private objectOf({ properties = {}, required = [] }: Schema): object {
    const made: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(properties))
      if (this.random.chance(required.includes(name) ? 0.97 : 0.5)) made[name] = this.valueOf(schema, name);
    if (this.random.chance(0.03)) made['undocumented'] = 1;
    return made;
  }

  private textOf({ format, pattern, minLength = 0, maxLength = 40 }: Schema): string {
    if (format === 'date')
      return `20${this.random.whole(18, 27)}-0${this.random.whole(1, 9)}-${this.random.whole(10, 28)}`;
    if (format === 'date-time')
      return `2026-0${this.random.whole(1, 9)}-${this.random.whole(10, 28)}T08:00:00.000+08:00`;
    if (format === 'uuid') return '019a8c2e-7f00-7000-8000-00000000000a';
    if (pattern) {
      // What the pattern asks for; fast-check draws from its own seed, taken from ours.
      const [made] = fc.sample(fc.stringMatching(new RegExp(pattern)), { seed: this.random.next(), numRuns: 1 });
      return made!.slice(0, 200);
    }
    return '样例说明文字用于记录Abc 12'.repeat(20).slice(0, this.random.whole(minLength, Math.min(maxLength, 200)));
  }

  private resolve(reference: string): Schema {
    return this.document.components.schemas[reference.split('/').at(-1)!] as Schema;
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const encode = (text: string): string => encodeURIComponent(wellFormed(text));
/** A lone surrogate has no UTF-8. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');
