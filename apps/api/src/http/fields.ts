import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { parseLocalDate } from '#lib/kernel';
import type { RuleWords } from './input.pipe.ts';

/** Each decorator checks a field and documents it: the rule and its words stand in one place. */
export interface FieldWords {
  readonly description: string;
  readonly example?: string | number | boolean | readonly string[] | Readonly<Record<string, unknown>>;
  readonly optional?: boolean;
}

const rule = (zh: string, en: string): { context: RuleWords } => ({ context: { code: 'field-invalid', zh, en } });

function documented(words: FieldWords, schema: object): PropertyDecorator {
  const { description, example, optional = false } = words;
  return applyDecorators(
    ApiProperty({ description, required: !optional, ...(example === undefined ? {} : { example }), ...schema }),
    ...(optional ? [IsOptional()] : []),
  );
}

/** A day YYYY-MM-DD, as text. */
export const DateField = (words: FieldWords): PropertyDecorator =>
  applyDecorators(
    documented(words, { type: 'string', format: 'date' }),
    ValidateBy(
      {
        name: 'localDate',
        validator: { validate: (value: unknown) => typeof value === 'string' && parseLocalDate(value) !== undefined },
      },
      rule('应为存在的日期 YYYY-MM-DD', 'a day that exists, as YYYY-MM-DD, is expected'),
    ),
  );

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** An instant ISO 8601 with offset, as text; at most milliseconds. */
export const InstantField = (words: FieldWords): PropertyDecorator =>
  applyDecorators(
    documented(words, { type: 'string', format: 'date-time' }),
    ValidateBy(
      {
        name: 'instant',
        validator: {
          validate: (value: unknown) =>
            typeof value === 'string' &&
            INSTANT.test(value) &&
            parseLocalDate(value.slice(0, 10)) !== undefined &&
            !Number.isNaN(Date.parse(value)),
        },
      },
      rule('应为带时区偏移的 ISO 8601 时刻', 'an ISO 8601 instant with an offset is expected'),
    ),
  );

export const TextField = (words: FieldWords, min: number, max: number): PropertyDecorator => {
  const said = rule(`应为${min}至${max}个字符的文本`, `text of ${min} to ${max} characters is expected`);
  return applyDecorators(
    documented(words, { type: 'string', minLength: min, maxLength: max }),
    IsString(said),
    Length(min, max, said),
  );
};

/** Some texts, each of which fits the pattern; `zh` and `en` say what one of them is. */
export const TextsField = (
  words: FieldWords,
  [min, max]: readonly [number, number],
  pattern: RegExp,
  zh: string,
  en: string,
): PropertyDecorator =>
  applyDecorators(
    documented(words, {
      type: 'array',
      items: { type: 'string', pattern: pattern.source },
      minItems: min,
      maxItems: max,
    }),
    ValidateBy(
      {
        name: 'texts',
        validator: {
          validate: (value: unknown) =>
            Array.isArray(value) &&
            value.length >= min &&
            value.length <= max &&
            value.every((text) => typeof text === 'string' && pattern.test(text)),
        },
      },
      rule(`应为${min}至${max}个：${zh}`, `a list of ${min} to ${max} is expected, each ${en}`),
    ),
  );

/** A JSON object whose members another part of the product checks. */
export const DocumentField = (words: FieldWords): PropertyDecorator =>
  applyDecorators(
    documented(words, { type: 'object', additionalProperties: true }),
    IsObject(rule('应为 JSON 对象', 'a JSON object is expected')),
  );

export const PatternField = (words: FieldWords, pattern: RegExp, zh: string, en: string): PropertyDecorator =>
  applyDecorators(documented(words, { type: 'string', pattern: pattern.source }), Matches(pattern, rule(zh, en)));

/** Several texts of one form, none twice. */
export const PatternsField = (
  words: Omit<FieldWords, 'example'> & { readonly example?: readonly string[] },
  pattern: RegExp,
  most: number,
  zh: string,
  en: string,
): PropertyDecorator => {
  const { example, ...rest } = words;
  const said = rule(zh, en);
  const items = { type: 'string', pattern: pattern.source };
  return applyDecorators(
    documented(rest, {
      type: 'array',
      items,
      minItems: 1,
      maxItems: most,
      uniqueItems: true,
      ...(example && { example }),
    }),
    IsArray(said),
    ArrayMinSize(1, said),
    ArrayMaxSize(most, said),
    ArrayUnique(said),
    Matches(pattern, { ...said, each: true }),
  );
};

export const ChoiceField = (words: FieldWords, choices: readonly string[]): PropertyDecorator =>
  applyDecorators(
    documented(words, { type: 'string', enum: [...choices] }),
    IsIn(choices, rule(`应为 ${choices.join('、')} 之一`, `one of ${choices.join(', ')} is expected`)),
  );

/** Several of a fixed list. */
export const ChoicesField = (words: FieldWords, choices: readonly string[]): PropertyDecorator => {
  const said = rule(`应为 ${choices.join('、')} 中的若干项`, `some of ${choices.join(', ')} are expected`);
  return applyDecorators(
    documented(words, { type: 'array', items: { type: 'string', enum: [...choices] }, minItems: 1, maxItems: 20 }),
    IsArray(said),
    ArrayMinSize(1, said),
    ArrayMaxSize(20, said),
    IsIn(choices, { each: true, ...said }),
  );
};

/** One object, checked as its class says. */
export const ObjectField = (words: FieldWords, item: () => new () => object): PropertyDecorator => {
  const said = rule('应为 JSON 对象', 'a JSON object is expected');
  return applyDecorators(documented(words, { type: () => item() }), IsObject(said), ValidateNested(said), Type(item));
};

/** Several objects, each checked as its class says; a fault is named by its place. */
export const ItemsField = (words: FieldWords, item: () => new () => object, most: number): PropertyDecorator => {
  const said = rule(`应为至多${most}项的数组`, `a list of at most ${most} is expected`);
  return applyDecorators(
    documented(words, { type: () => item(), isArray: true, maxItems: most }),
    IsArray(said),
    ArrayMaxSize(most, said),
    // A list in the place of an item would pass as one without members.
    IsObject({ each: true, ...said }),
    ValidateNested({ each: true, ...said }),
    Type(item),
  );
};

/** true or false. */
export const FlagField = (words: FieldWords): PropertyDecorator =>
  applyDecorators(
    documented(words, { type: 'boolean' }),
    IsBoolean(rule('应为 true 或 false', 'true or false is expected')),
  );

/** A whole number of a query: only plain digits are read as one. */
export const NumberField = (
  words: FieldWords & { readonly default?: number },
  min: number,
  max: number,
): PropertyDecorator => {
  const said = rule(`应为${min}至${max}的整数`, `a whole number from ${min} to ${max} is expected`);
  return applyDecorators(
    documented(words, {
      type: 'integer',
      minimum: min,
      maximum: max,
      ...(words.default === undefined ? {} : { default: words.default }),
    }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value,
    ),
    IsInt(said),
    Min(min, said),
    Max(max, said),
  );
};
