import { Readable } from 'node:stream';
import { Injectable, ValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { parseUscc, ProblemError, type ProblemDetail, type Uscc } from '#lib/kernel';

type Place = 'body' | 'query';

/** Words and code that a field's rule carries (`context` of class-validator). */
export interface RuleWords {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/**
 * Turns bodies and queries into their checked classes. Every fault is named: bodies by JSON pointer, queries and path
 * parameters by field.
 */
@Injectable()
export class InputPipe implements PipeTransform {
  private readonly pipes: Readonly<Record<Place, ValidationPipe>> = { body: pipeFor('body'), query: pipeFor('query') };

  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    if (metadata.type === 'custom') return value;
    const place = metadata.type === 'body' ? 'body' : 'query';
    const parent = metadata.data === undefined ? '' : `/${metadata.data}`;
    const broken = unstorable(value, parent).map((path) => brokenText(place, path));
    if (broken.length > 0) throw invalid(broken);
    if (metadata.type === 'param') return value;
    const { metatype } = metadata;
    if (metatype === undefined || metatype === Object || metatype === String) return value;
    if (metadata.type === 'body' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw invalid([{ pointer: '', code: 'field-invalid', zh: '应为 JSON 对象', en: 'a JSON object is expected' }]);
    }
    const names = Object.keys(value as object);
    if (metadata.type === 'query' && names.length > QUERY_NAMES)
      throw invalid(names.slice(QUERY_NAMES).map((name) => unknownField('query', '', name)));
    const inherited = names.filter((name) => name in Object.prototype);
    if (inherited.length > 0) throw invalid(inherited.map((name) => unknownField(metadata.type as Place, '', name)));
    return this.pipes[metadata.type].transform(value, metadata);
  }
}

/** What no column holds: PostgreSQL takes neither U+0000 nor half a surrogate pair. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** The pointers of such texts. */
function unstorable(value: unknown, path: string): string[] {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  // A streamed body is checked by whoever reads it; what JSON and queries make has 16 levels at most.
  if (value instanceof Readable) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    UNSTORABLE.test(name) ? [path] : unstorable(member, `${path}/${pointerPart(name)}`),
  );
}

const brokenText = (place: Place, path: string): ProblemDetail => ({
  ...(place === 'body' ? { pointer: path } : { field: path.slice(1) }),
  code: 'field-invalid',
  zh: '含有 U+0000 或不成对的代理字符',
  en: 'it has U+0000 or half a surrogate pair in it',
});

const pointerPart = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
/** More than any query of ours; validation looks each name up among the others. */
const QUERY_NAMES = 50;
/** Faults that are named: an answer is not longer than what was asked. */
const NAMED_FAULTS = 100;

const placeOf = (place: Place, parent: string, name: string): Pick<ProblemDetail, 'pointer' | 'field'> => {
  const path = `${parent}/${pointerPart(name)}`;
  return place === 'body' ? { pointer: path } : { field: path.slice(1) };
};

/** Also for names such as `constructor`, which class-transformer would drop in silence. */
const unknownField = (place: Place, parent: string, name: string): ProblemDetail => ({
  ...placeOf(place, parent, name),
  code: 'field-unknown',
  zh: `未知字段「${name}」`,
  en: `there is no field ${name}`,
});

const pipeFor = (place: Place): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors: ValidationError[]) => invalid(errors.flatMap((error) => details(error, place, ''))),
  });

function invalid(all: readonly ProblemDetail[]): ProblemError {
  const errors = all.slice(0, NAMED_FAULTS);
  const where = errors.map((error) => error.pointer ?? error.field ?? '').join(', ');
  return new ProblemError({
    code: 'request-invalid',
    status: 400,
    zh: `请求有误：${where}`,
    en: `the request is not valid: ${where}`,
    errors,
  });
}

function details(error: ValidationError, place: Place, parent: string): ProblemDetail[] {
  const at = placeOf(place, parent, error.property);
  const own = Object.keys(error.constraints ?? {}).map((rule): ProblemDetail => {
    if (rule === 'whitelistValidation') return unknownField(place, parent, error.property);
    const words = error.contexts?.[rule] as RuleWords | undefined;
    return { ...at, ...(words ?? { code: 'field-invalid', zh: '字段值有误', en: error.constraints![rule]! }) };
  });
  // One fault a field is enough: a wrong type would break every rule at once.
  return [
    ...own.slice(0, 1),
    ...(error.children ?? []).flatMap((child) => details(child, place, `${parent}/${error.property}`)),
  ];
}

/** A path parameter that names a company. Throws `uscc-malformed` 422. */
@Injectable()
export class UsccPipe implements PipeTransform<string, Uscc> {
  transform(text: string): Uscc {
    const parsed = parseUscc(text);
    if (parsed.ok) return parsed.value.uscc;
    const { code, zh, en } = parsed.problem;
    throw new ProblemError({ ...parsed.problem, errors: [{ field: 'uscc', code, zh, en }] });
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id in a path or a query, `undefined` where it may be left out. */
@Injectable()
export class IdPipe implements PipeTransform<string | undefined, string | undefined> {
  transform(text: string | undefined, { data }: ArgumentMetadata): string | undefined {
    if (text === undefined || (typeof text === 'string' && UUID.test(text))) return text;
    const field = data ?? 'id';
    throw invalid([{ field, code: 'field-invalid', zh: '应为 UUID（小写）', en: 'a UUID in lower case is expected' }]);
  }
}

/** A number from 1 in a path: plain digits, as a sequence counts. */
@Injectable()
export class PositivePipe implements PipeTransform<string, number> {
  transform(text: string, { data }: ArgumentMetadata): number {
    if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
    const words = { zh: '应为正整数', en: 'a whole number from 1 is expected' };
    throw invalid([{ field: data ?? 'number', code: 'field-invalid', ...words }]);
  }
}
