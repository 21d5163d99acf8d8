import type { InstitutionKind } from '#lib/access';
import { canonicalJson } from '#lib/data-sources';
import { daysBetween, ProblemError, type LocalDate, type ProblemDetail } from '#lib/kernel';
import type { Fact } from '#lib/whitelist';
import { isInDomain, type FactDefinition, type FactValue } from './fact-types.ts';
import { FACTS, type FactName } from './facts.ts';

/** 说明: what a firm or a partner states of a fact that no source delivers. */
export interface FactStatement {
  readonly fact: FactName;
  readonly value: FactValue;
  readonly on: LocalDate;
  readonly by: InstitutionKind;
  /** Who says it; absent: who asks, for this once. */
  readonly institutionId?: string;
}

const mayState = (definition: FactDefinition, by: InstitutionKind): boolean =>
  definition.statedBy?.includes(by) === true;

/**
 * What an institution states on a day, `{fact: value}`. Throws ProblemError statement-invalid 422 naming each fact that
 * is none, that this kind of institution may not state, or whose value is none of its own.
 */
export function checkedStatements(
  given: Readonly<Record<string, unknown>>,
  { by, on }: Pick<FactStatement, 'by' | 'on'>,
): readonly FactStatement[] {
  const errors: ProblemDetail[] = [];
  const fault = (fact: string, zh: string, en: string): void =>
    void errors.push({ pointer: `/statements/${fact}`, code: 'statement-invalid', zh, en });
  for (const [fact, value] of Object.entries(given)) {
    const definition: FactDefinition | undefined = Object.hasOwn(FACTS, fact) ? FACTS[fact as FactName] : undefined;
    if (definition === undefined) fault(fact, '没有这一事实', 'there is no such fact');
    else if (!mayState(definition, by))
      fault(fact, '该类机构不能说明这一事实', 'is not for this kind of institution to state');
    else if (!isInDomain(definition.domain, value)) fault(fact, '不在取值范围', 'is no value of the fact');
  }
  if (errors.length > 0)
    throw new ProblemError({
      code: 'statement-invalid',
      status: 422,
      zh: '说明有误',
      en: 'what is stated cannot be taken',
      errors,
    });
  return Object.entries(given).map(([fact, value]) => ({ fact: fact as FactName, value: value as FactValue, on, by }));
}

/**
 * The newest statement of each fact that was made by the day; two that differ on one day leave it unknown. Parts that
 * institutions state for themselves add up, the newest of each, as of the oldest of them. Days left are less by the days that
 * passed since, and what has run out is not known.
 */
export function statedFacts(
  statements: readonly FactStatement[],
  today: LocalDate,
): Partial<Record<FactName, Fact<FactValue>>> {
  const stated: Partial<Record<FactName, Fact<FactValue>>> = {};
  for (const [name, definition] of Object.entries(FACTS) as [FactName, FactDefinition][]) {
    const of = statements.filter(({ fact, on, by }) => fact === name && on <= today && mayState(definition, by));
    if (of.length === 0) continue;
    const fact = definition.addsUp ? addedUp(of) : newestOf(of);
    stated[name] = aged(fact, definition, today);
  }
  return stated;
}

function newestOf(of: readonly FactStatement[]): Fact<FactValue> {
  const newest = of.reduce((day, { on }) => (on > day ? on : day), of[0]!.on);
  const values = new Map(
    of.flatMap(({ on, value }) => (on === newest ? [[canonicalJson({ value: sorted(value) }), value]] : [])),
  );
  const [value] = values.values();
  return values.size === 1
    ? { known: true, value: sorted(value!), date: newest }
    : { known: false, why: { zh: `${newest}的说明互相矛盾`, en: `what was stated on ${newest} disagrees` } };
}

function addedUp(of: readonly FactStatement[]): Fact<FactValue> {
  let sum = 0;
  let oldest: LocalDate | null = null;
  for (const institution of new Set(of.map(({ institutionId }) => institutionId))) {
    const part = newestOf(of.filter(({ institutionId }) => institutionId === institution));
    if (!part.known) return part;
    sum += part.value as number;
    if (oldest === null || part.date! < oldest) oldest = part.date;
  }
  return { known: true, value: sum, date: oldest };
}

function aged(fact: Fact<FactValue>, { countsDown, validDays }: FactDefinition, today: LocalDate): Fact<FactValue> {
  if (!fact.known || fact.date === null) return fact;
  const passed = daysBetween(fact.date, today);
  if (validDays !== undefined && passed > validDays)
    return {
      known: false,
      why: {
        zh: `${fact.date}的说明已逾${validDays}天`,
        en: `what was stated on ${fact.date} is older than ${validDays} days`,
      },
    };
  return countsDown ? { ...fact, value: (fact.value as number) - passed } : fact;
}

const sorted = (value: FactValue): FactValue =>
  Array.isArray(value) ? [...(value as readonly string[])].sort() : value;
