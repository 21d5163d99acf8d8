import { PatternField } from './fields.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id of ours. */
export const UuidField = (description: string, more: { readonly optional?: boolean } = {}): PropertyDecorator =>
  PatternField(
    { description, ...(more.optional ? { optional: true } : { example: '019a8c2e-7f00-7000-8000-000000000001' }) },
    UUID,
    '应为 UUID（小写）',
    'a UUID in lower case is expected',
  );

/** 产品代码. */
export const ProgrammeField = (example = 'KYD'): PropertyDecorator =>
  PatternField(
    { description: '产品代码.', example },
    /^[A-Z0-9]{3,6}$/,
    '应为产品代码',
    'the code of a programme is expected',
  );
