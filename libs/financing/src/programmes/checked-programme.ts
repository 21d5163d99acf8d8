import { createHash } from 'node:crypto';
import { canonicalJson } from '#lib/data-sources';
import { parseLocalDate, ProblemError, type ProblemDetail } from '#lib/kernel';
import { OPERATORS, type Test } from './condition-test.ts';
import { isInDomain } from './fact-types.ts';
import { factDefinition } from './facts.ts';
import {
  PARTNER_DESKS,
  PROGRAMME_KINDS,
  type HashedProgramme,
  type ParameterRow,
  type Programme,
} from './programme.ts';
import { uselessConditions, type UselessCondition } from './reachability.ts';
import { AUTHORITIES } from './words.ts';

type Json = Readonly<Record<string, unknown>>;

const ID = /^[a-z][A-Za-z0-9]{1,40}$/;
/** Ids of the two conditions that every programme has by its dates and its territory. */
const RESERVED = ['validity', 'territory'];
const MOST_MONTHS = 1200;
const AMOUNTS: Readonly<Record<string, readonly string[]>> = {
  cap: ['capFen'],
  composition: ['reading'],
  appraisal: ['fromBp', 'toBp'],
  price: ['toBp'],
  tax: ['from', 'to'],
  subsidy: ['rateBp', 'capFen'],
  ...Object.fromEntries(['line', 'same-line', 'desks', 'lender', 'quote', 'none'].map((rule) => [rule, []])),
};
const USELESS: Readonly<Record<UselessCondition['why'], readonly [zh: string, en: string]>> = {
  'never-passes': ['没有企业能够满足', 'no firm can meet it'],
  'never-fails': ['任何企业都满足', 'every firm meets it'],
  contradicts: ['与同一事实的其他条件矛盾', 'contradicts another condition on the same fact'],
};

/** Checks a programme and hashes it. Throws ProblemError programme-invalid 422 naming every fault by its pointer. */
export function checkedProgramme(document: unknown): HashedProgramme {
  const check = new ProgrammeCheck();
  check.programme(record(document));
  const { errors } = check;
  if (errors.length === 0) {
    const programme = document as Programme;
    for (const { pointer, why } of uselessConditions(programme)) check.fault(pointer, ...USELESS[why]);
    if (errors.length === 0)
      return { programme, hash: createHash('sha256').update(canonicalJson(programme)).digest('hex') };
  }
  throw invalid(errors);
}

function invalid(errors: readonly ProblemDetail[]): ProblemError {
  const where = errors.map(({ pointer }) => pointer).join(', ');
  return new ProblemError({
    code: 'programme-invalid',
    status: 422,
    zh: `产品方案有误：${where}`,
    en: `the programme is not valid: ${where}`,
    errors,
  });
}

/** Versions of one code never hold on the same day. Throws ProblemError programme-invalid 422 naming the later one by its place. */
export function programmeSet(programmes: readonly HashedProgramme[]): readonly HashedProgramme[] {
  const errors: ProblemDetail[] = [];
  for (const [i, { programme: later }] of programmes.entries())
    for (const { programme: earlier } of programmes.slice(0, i)) {
      if (earlier.code !== later.code) continue;
      const fault = (pointer: string, zh: string, en: string): void =>
        void errors.push({ pointer: `/${i}${pointer}`, code: 'programme-invalid', zh, en });
      if (earlier.version === later.version) fault('/version', '版本号重复', 'the version is taken');
      if (later.validFrom <= (earlier.validTo ?? '9999') && earlier.validFrom <= (later.validTo ?? '9999'))
        fault('/validFrom', `与版本${earlier.version}有效期重叠`, `is in force beside version ${earlier.version}`);
    }
  if (errors.length > 0) throw invalid(errors);
  return programmes;
}

const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

class ProgrammeCheck {
  readonly errors: ProblemDetail[] = [];
  private readonly ids = new Set<string>(RESERVED);

  fault(pointer: string, zh: string, en: string): void {
    this.errors.push({ pointer, code: 'programme-invalid', zh, en });
  }

  programme(given: Json): void {
    this.pattern('/code', given['code'], /^[A-Z][A-Z0-9]{2}$/);
    this.pattern('/version', given['version'], /^[A-Za-z0-9.-]{1,20}$/);
    this.text('', given);
    this.oneOf('/kind', given['kind'], PROGRAMME_KINDS);
    this.days('', given, 'validFrom', 'validTo', true);
    this.oneOf('/validityStatus', given['validityStatus'], AUTHORITIES);
    for (const [at, prefix] of this.list('/territory', given['territory'])) this.pattern(at, prefix, /^\d{2,6}$/);
    this.oneOf('/territoryStatus', given['territoryStatus'], AUTHORITIES);
    for (const [at, desk] of this.list('/desks', given['desks'])) this.oneOf(at, desk, PARTNER_DESKS);
    for (const [at, condition] of this.list('/conditions', given['conditions'], 1))
      this.condition(at, record(condition));
    this.amount(record(given['amount']));
    this.marked('/term', given['term'], ['fromMonths', 'toMonths'], (at, { fromMonths, toMonths }) => {
      this.whole(`${at}/fromMonths`, fromMonths, 0, MOST_MONTHS);
      this.range(at, 'toMonths', fromMonths, toMonths, MOST_MONTHS);
    });
    this.marked('/guaranteed', given['guaranteed'], ['bp'], (at, { bp }) => this.whole(`${at}/bp`, bp, 1, 10_000));
    this.marked('/sharing', given['sharing'], ['scheme'], (at, { scheme }) =>
      this.pattern(`${at}/scheme`, scheme, /^[A-Z0-9]{3,6}$/),
    );
    const codes = new Set<unknown>();
    for (const [at, parameter] of this.list('/parameters', given['parameters']))
      this.parameter(at, record(parameter), codes);
    this.never(given);
    for (const [at, note] of this.list('/notes', given['notes']))
      this.marked(at, note, ['zh', 'en'], (_at, said) => this.text(at, said, 600));
    this.known('', given, PROGRAMME_FIELDS);
  }

  /** Information, and only that, says why no firm is eligible. */
  private never({ kind, whyNever }: Json): void {
    if ((kind === 'information') !== (whyNever !== undefined))
      this.fault('/whyNever', '仅且必须由信息类方案说明', 'is said by information, and by nothing else');
    else if (whyNever !== undefined) this.text('/whyNever', record(whyNever), 600);
  }

  private condition(at: string, given: Json): void {
    if (!('anyOf' in given)) return this.single(at, given);
    this.head(at, given);
    this.known(at, given, ['id', 'zh', 'en', 'status', 'source', 'anyOf']);
    for (const [route, value] of this.list(`${at}/anyOf`, given['anyOf'], 2)) {
      const said = record(value);
      this.text(route, said);
      this.days(route, said, 'from', 'until', false);
      this.known(route, said, ['zh', 'en', 'from', 'until', 'all']);
      for (const [single, condition] of this.list(`${route}/all`, said['all'], 1))
        this.single(single, record(condition));
    }
  }

  private single(at: string, given: Json): void {
    this.head(at, given);
    const { fact, op } = given;
    const domain = typeof fact === 'string' ? factDefinition(fact)?.domain : undefined;
    if (domain === undefined) return this.fault(`${at}/fact`, '没有这一事实', 'there is no such fact');
    if (!OPERATORS[domain.type].includes(op as Test['op']))
      return this.fault(
        `${at}/op`,
        `应为${OPERATORS[domain.type].join('、')}`,
        `${OPERATORS[domain.type].join(' or ')} is expected`,
      );
    const more = op === 'includes' ? ['values', 'count'] : op === 'in' || op === 'within' ? ['values'] : ['value'];
    this.known(at, given, ['id', 'zh', 'en', 'status', 'source', 'fact', 'op', ...more]);
    if (more[0] === 'value') {
      if (!isInDomain(domain, given['value'])) this.outside(`${at}/value`);
      return;
    }
    const values = this.list(`${at}/values`, given['values'], 1);
    if (new Set(values.map(([, value]) => value)).size < values.length)
      this.fault(`${at}/values`, '有重复', 'names one twice');
    for (const [place, value] of values)
      if (domain.type === 'region') this.pattern(place, value, /^\d{2,6}$/);
      else if (!isInDomain(domain, domain.type === 'set' ? [value] : value)) this.outside(place);
    if (op === 'includes') this.whole(`${at}/count`, given['count'], 1, values.length);
  }

  private head(at: string, given: Json): void {
    const { id } = given;
    this.pattern(`${at}/id`, id, ID);
    if (this.ids.has(id as string)) this.fault(`${at}/id`, '重复或保留', 'is taken');
    this.ids.add(id as string);
    this.text(at, given);
    this.status(at, given);
  }

  private amount(given: Json): void {
    const at = '/amount';
    this.status(at, given);
    const { rule } = given;
    this.oneOf(`${at}/rule`, rule, Object.keys(AMOUNTS));
    const fields = AMOUNTS[rule as string];
    if (fields === undefined) return;
    this.known(at, given, ['status', 'source', 'rule', ...fields]);
    if (fields.includes('reading')) this.oneOf(`${at}/reading`, given['reading'], ['A', 'B', 'C', 'D', 'strict']);
    if (fields.includes('capFen')) this.whole(`${at}/capFen`, given['capFen'], 1);
    if (fields.includes('rateBp')) this.whole(`${at}/rateBp`, given['rateBp'], 1, 10_000);
    if (rule === 'price') this.whole(`${at}/toBp`, given['toBp'], 1, 10_000);
    if (rule === 'appraisal') this.range(at, 'toBp', given['fromBp'], given['toBp'], 10_000);
    if (rule === 'tax') this.range(at, 'to', given['from'], given['to'], 100);
  }

  private parameter(at: string, given: Json, codes: Set<unknown>): void {
    this.pattern(`${at}/code`, given['code'], /^[A-Z][A-Z0-9_]{1,40}$/);
    if (codes.has(given['code'])) this.fault(`${at}/code`, '重复', 'is taken');
    codes.add(given['code']);
    this.text(at, given);
    this.oneOf(`${at}/unit`, given['unit'], ['bp', 'fen', 'months', 'count']);
    this.known(at, given, ['code', 'zh', 'en', 'unit', 'rows']);
    let before = '';
    for (const [place, value] of this.list(`${at}/rows`, given['rows'], 1)) {
      this.marked(place, value, ['from', 'until', 'value'], (_at, row) => {
        this.days(place, row, 'from', 'until', true);
        this.whole(`${place}/value`, row['value'], 0);
        const { from, until } = row as Partial<ParameterRow>;
        if (from !== undefined && from <= before)
          this.fault(`${place}/from`, '应晚于前一行', 'must lie after the row before');
        before = until ?? from ?? before;
      });
    }
  }

  /** An optional object with a status, its own fields and nothing else. */
  private marked(at: string, value: unknown, fields: readonly string[], then: (at: string, given: Json) => void): void {
    if (value === undefined) return;
    const given = record(value);
    this.status(at, given);
    this.known(at, given, ['status', 'source', ...fields]);
    then(at, given);
  }

  private status(at: string, given: Json): void {
    this.oneOf(`${at}/status`, given['status'], AUTHORITIES);
    if (given['source'] !== undefined) this.pattern(`${at}/source`, given['source'], /^.{1,60}$/);
  }

  private text(at: string, given: Json, most = 200): void {
    for (const field of ['zh', 'en']) this.pattern(`${at}/${field}`, given[field], new RegExp(`^.{1,${most}}$`));
  }

  private days(at: string, given: Json, first: string, last: string, needed: boolean): void {
    const read = (field: string, must: boolean): string | undefined => {
      const value = given[field];
      if (value === undefined && !must) return undefined;
      if (typeof value === 'string' && parseLocalDate(value) !== undefined) return value;
      this.fault(`${at}/${field}`, '应为日期 YYYY-MM-DD', 'a day YYYY-MM-DD is expected');
      return undefined;
    };
    const [from, until] = [read(first, needed), read(last, false)];
    if (from !== undefined && until !== undefined && until < from)
      this.fault(`${at}/${last}`, `不得早于${first}`, `must not lie before ${first}`);
  }

  private range(at: string, last: string, from: unknown, to: unknown, most: number): void {
    this.whole(`${at}/${last}`, to, 1, most);
    if (!(typeof from === 'number' && Number.isInteger(from) && from >= 0 && from <= (to as number)))
      this.fault(at, '下限应为不大于上限的非负整数', 'its lower end is a whole number up to the upper');
  }

  private whole(at: string, value: unknown, from: number, to: number = Number.MAX_SAFE_INTEGER): void {
    if (!Number.isSafeInteger(value) || (value as number) < from || (value as number) > to)
      this.fault(at, `应为${from}至${to}的整数`, `a whole number from ${from} to ${to} is expected`);
  }

  private pattern(at: string, value: unknown, pattern: RegExp): void {
    if (typeof value !== 'string' || !pattern.test(value))
      this.fault(at, `应符合 ${pattern.source}`, `text like ${pattern.source} is expected`);
  }

  private oneOf(at: string, value: unknown, allowed: readonly string[]): void {
    if (!allowed.includes(value as string))
      this.fault(at, `应为${allowed.join('、')}之一`, `one of ${allowed.join(', ')} is expected`);
  }

  private outside(at: string): void {
    this.fault(at, '不在该事实的取值范围', 'is no value of the fact');
  }

  private list(at: string, value: unknown, least = 0): readonly (readonly [at: string, item: unknown])[] {
    if (Array.isArray(value) && value.length >= least) return value.map((item: unknown, i) => [`${at}/${i}`, item]);
    this.fault(at, `应为至少${least}项的列表`, `a list of at least ${least} is expected`);
    return [];
  }

  private known(at: string, given: Json, fields: readonly string[]): void {
    for (const field of Object.keys(given))
      if (!fields.includes(field)) this.fault(`${at}/${field}`, '未知字段', 'there is no such field');
  }
}

const PROGRAMME_FIELDS = [
  'code',
  'version',
  'zh',
  'en',
  'kind',
  'validFrom',
  'validTo',
  'validityStatus',
  'territory',
  'territoryStatus',
  'desks',
  'conditions',
  'amount',
  'term',
  'guaranteed',
  'sharing',
  'parameters',
  'whyNever',
  'notes',
];
