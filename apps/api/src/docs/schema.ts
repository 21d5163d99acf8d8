/** A JSON schema as OpenAPI 3.0 writes it. Every leaf carries an example, so every object has one. */
export interface JsonSchema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly description?: string;
  readonly example?: unknown;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly (string | null)[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
}

export const str = (description: string, example: string, more: Partial<JsonSchema> = {}): JsonSchema => ({
  type: 'string',
  description,
  example,
  ...more,
});
export const int = (description: string, example: number): JsonSchema => ({ type: 'integer', description, example });
export const num = (description: string, example: number): JsonSchema => ({ type: 'number', description, example });
export const flag = (description: string, example: boolean): JsonSchema => ({ type: 'boolean', description, example });
export const day = (description: string, example = '2026-06-30'): JsonSchema =>
  str(description, example, { format: 'date' });
export const instant = (description: string, example = '2026-07-06T09:00:00.000+08:00'): JsonSchema =>
  str(description, example, { format: 'date-time' });
export const id = (description: string, example = '019a8c2e-7f00-7000-8000-000000000001'): JsonSchema =>
  str(description, example, { format: 'uuid' });
export const hex = (description: string): JsonSchema =>
  str(description, '4ae1e2f4a5a3d1f0c6b7989a1b2c3d4e5f60718293a4b5c6d7e8f90112233445', { pattern: '^[0-9a-f]{64}$' });
export const choice = (description: string, choices: readonly string[], example = choices[0]!): JsonSchema =>
  str(description, example, { enum: choices });
export const list = (items: JsonSchema, description?: string): JsonSchema => ({
  type: 'array',
  items,
  ...(description === undefined ? {} : { description }),
});

/** null too; `example: null` where that is the usual case. */
export function nullable(schema: JsonSchema, example?: null): JsonSchema {
  return {
    ...schema,
    nullable: true,
    ...(schema.enum === undefined ? {} : { enum: [...schema.enum, null] }), // enum alone would refuse null
    ...(example === null ? { example: null } : {}),
  };
}

/** An object with exactly these members; those named in `optional` may be absent. */
export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
  description?: string,
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  };
}

export const map = (values: JsonSchema, description: string, example: object): JsonSchema => ({
  type: 'object',
  additionalProperties: values,
  description,
  example,
});

/** `{items, nextCursor}`, and what else the list says about itself. */
export const page = (items: JsonSchema, more: Readonly<Record<string, JsonSchema>> = {}): JsonSchema =>
  object({
    ...more,
    items: list(items),
    nextCursor: nullable(str('Send it as cursor for the next page; null on the last.', 'MjAyNi0wNy0wNg'), null),
  });

export const text = (zh: string, en: string): Readonly<Record<'zh' | 'en', JsonSchema>> => ({
  zh: str('Chinese text.', zh),
  en: str('English text.', en),
});

/** The example of a schema, put together from its leaves. */
export function exampleOf(schema: JsonSchema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.oneOf !== undefined) return exampleOf(schema.oneOf[0]!);
  if (schema.type === 'array') return [exampleOf(schema.items!)];
  if (schema.type === 'object') {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, member]) => [name, exampleOf(member)]),
    );
  }
  throw new Error(`a ${schema.type} without an example: ${schema.description}`);
}
