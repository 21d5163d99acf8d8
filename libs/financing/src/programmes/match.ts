import type { LocalDate } from '#lib/kernel';
import { showMeasured, type ConditionState } from '#lib/whitelist';
import type { Text } from '#lib/scoring';
import { amountOf, parametersOn, termWords, type Amount, type ParameterOn } from './amount-words.ts';
import { holds, requirementWords, valueWords } from './condition-test.ts';
import type { FactValue, Profile } from './fact-types.ts';
import { factDefinition } from './facts.ts';
import { factOf } from './profile.ts';
import {
  isAlternative,
  isInForce,
  type HashedProgramme,
  type Marked,
  type Programme,
  type ProgrammeKind,
  type Route,
  type SingleCondition,
} from './programme.ts';
import { programmesAt } from './shipped-programmes.ts';
import { joined, withMark } from './words.ts';

/** How a firm stands to one condition: as an entry condition of a list, with its routes where there are several. */
export interface ConditionResult extends Text, Marked {
  readonly id: string;
  readonly state: ConditionState;
  /** What was compared; null when nothing is known, and for an alternative. */
  readonly value: string | null;
  readonly sourceDate: LocalDate | null;
  readonly why: Text;
  readonly routes?: readonly RouteResult[];
}

export interface RouteResult extends Text {
  /** The day lies within its days. */
  readonly open: boolean;
  readonly state: ConditionState;
  readonly conditions: readonly ConditionResult[];
}

/** eligible 符合条件 · not-eligible 不符合 · unknown 尚不能判定 · information 仅供了解. No promise of credit: partners decide alone. */
export type Overall = 'eligible' | 'not-eligible' | 'unknown' | 'information';

/** Something that is not known, and what would make it known. */
export interface Missing extends Text {
  readonly id: string;
  readonly fact: string;
  readonly why: Text;
  readonly provider: Text;
}

export interface ProgrammeMatch extends Text {
  readonly code: string;
  readonly version: string;
  readonly hash: string;
  readonly kind: ProgrammeKind;
  readonly date: LocalDate;
  readonly overall: Overall;
  readonly conditions: readonly ConditionResult[];
  /** Every condition that fails; of information, first why no firm is eligible. */
  readonly whyNot: readonly (Text & { readonly id: string })[];
  /** Everything asked that is unknown; nothing for information, which nothing makes eligible. */
  readonly missing: readonly Missing[];
  readonly amount: Amount;
  readonly term: Text | null;
  readonly parameters: readonly ParameterOn[];
}

/** Matches one firm with every programme in force on the day, in the order of their codes. */
export const matchAll = (
  date: LocalDate,
  profile: Profile,
  programmes: readonly HashedProgramme[] = programmesAt(date),
): readonly ProgrammeMatch[] => programmes.map((programme) => matchProgramme(programme, profile, date));

/**
 * 匹配: how the firm stands to each condition of the programme on a day, and what follows. Eligible only if all pass;
 * one that fails is enough for not eligible; unknown is neither. Pure.
 */
export function matchProgramme(
  { programme, hash }: HashedProgramme,
  profile: Profile,
  date: LocalDate,
): ProgrammeMatch {
  const { code, version, zh, en, kind, whyNever } = programme;
  const found: Missing[] = [];
  const conditions = [
    validity(programme, date),
    ...(programme.territory.length === 0 ? [] : [single(territoryOf(programme), profile, found)]),
    ...programme.conditions.map((condition) =>
      isAlternative(condition) ? alternative(condition, profile, date, found) : single(condition, profile, found),
    ),
  ];
  const failing = conditions.filter(({ state }) => state === 'fail').map(({ id, why }) => ({ id, ...why }));
  const state = all(conditions);
  return {
    code,
    version,
    hash,
    zh,
    en,
    kind,
    date,
    overall: kind === 'information' ? 'information' : OVERALL[state],
    conditions,
    whyNot: whyNever === undefined ? failing : [{ id: 'whyNever', ...whyNever }, ...failing],
    missing: kind === 'information' ? [] : found,
    amount: amountOf(programme, profile),
    term: termWords(programme),
    parameters: parametersOn(programme, date),
  };
}

const OVERALL = { pass: 'eligible', fail: 'not-eligible', unknown: 'unknown' } as const;

/** Every one is needed: one fail decides, whatever else is unknown. */
function all(results: readonly { readonly state: ConditionState }[]): ConditionState {
  if (results.some(({ state }) => state === 'fail')) return 'fail';
  return results.every(({ state }) => state === 'pass') ? 'pass' : 'unknown';
}

/** Any one is enough: one pass decides, whatever else is unknown. */
function any(results: readonly { readonly state: ConditionState }[]): ConditionState {
  if (results.some(({ state }) => state === 'pass')) return 'pass';
  return results.every(({ state }) => state === 'fail') ? 'fail' : 'unknown';
}

function validity(programme: Programme, date: LocalDate): ConditionResult {
  const { validFrom, validTo, validityStatus: status } = programme;
  const until = validTo ?? { zh: '今', en: 'now' };
  const [zh, en] = typeof until === 'string' ? [until, until] : [until.zh, until.en];
  return {
    id: 'validity',
    ...withMark({ zh: '方案有效期内', en: 'The programme is in force' }, status),
    status,
    state: isInForce(programme, date) ? 'pass' : 'fail',
    value: `${validFrom}/${validTo ?? ''}`,
    sourceDate: date,
    why: withMark(
      { zh: `${date}；方案有效期${validFrom}至${zh}`, en: `${date}; in force from ${validFrom} to ${en}` },
      status,
    ),
  };
}

const territoryOf = ({ territory, territoryStatus }: Programme): SingleCondition => ({
  id: 'territory',
  zh: '注册地在适用地域',
  en: 'Registered in the territory',
  fact: 'region',
  op: 'within',
  values: territory,
  status: territoryStatus,
});

function single(condition: SingleCondition, profile: Profile, missing: Missing[]): ConditionResult {
  const { id, status, source, fact: name } = condition;
  const words = withMark(condition, status);
  const base = { id, ...words, status, ...(source === undefined ? {} : { source }) };
  const fact = factOf(profile, name);
  const definition = factDefinition(name)!;
  if (!fact.known) {
    const { why } = fact;
    missing.push({ id, ...words, fact: name, why, provider: definition.provider });
    return { ...base, state: 'unknown', value: null, sourceDate: null, why };
  }
  const state = holds(condition, fact.value) ? 'pass' : 'fail';
  const said = valueWords(name, fact.value);
  const asked = requirement(condition);
  const why =
    state === 'pass'
      ? { zh: `${definition.zh}：${said.zh}`, en: `${definition.en}: ${said.en}` }
      : {
          zh: `${definition.zh}：${said.zh}，要求${asked.zh}`,
          en: `${definition.en}: ${said.en}; required: ${asked.en}`,
        };
  return { ...base, state, value: plain(fact.value), sourceDate: fact.date, why };
}

const requirement = (condition: SingleCondition): Text => withMark(requirementWords(condition), condition.status);

const plain = (value: FactValue): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : isList(value) ? value.join(', ') : showMeasured(value);
const isList = (value: FactValue): value is readonly string[] => Array.isArray(value);

type Asked = Text & Marked & { readonly id: string; readonly anyOf: readonly Route[] };

function alternative(
  { id, zh, en, status, source, anyOf }: Asked,
  profile: Profile,
  date: LocalDate,
  missing: Missing[],
): ConditionResult {
  const routes = anyOf.map((route) => routeOf(route, profile, date));
  const state = any(routes.map(({ result }) => result));
  // What is unknown matters only where no route passes, and there in the routes that may still.
  if (state === 'unknown')
    for (const { result, found } of routes) if (result.state === 'unknown') missing.push(...found);
  const spoken = routes.flatMap(({ result }) => (state === 'fail' || result.state === state ? [result] : []));
  return {
    id,
    ...withMark({ zh, en }, status),
    status,
    ...(source === undefined ? {} : { source }),
    state,
    value: null,
    sourceDate: null,
    why: joined(spoken.map(routeWords), '；', '; '),
    routes: routes.map(({ result }) => result),
  };
}

function routeOf({ zh, en, from, until, all: needed }: Route, profile: Profile, date: LocalDate) {
  const found: Missing[] = [];
  const open = (from === undefined || from <= date) && (until === undefined || date <= until);
  const conditions = needed.map((condition) => single(condition, profile, found));
  const result: RouteResult = { zh, en, open, state: open ? all(conditions) : 'fail', conditions };
  return { result, found };
}

function routeWords({ zh, en, open, state, conditions }: RouteResult): Text {
  if (!open) return { zh: `${zh}：不在适用期`, en: `${en}: not open on this day` };
  const because = joined(
    conditions.filter((condition) => condition.state === state).map(({ why }) => why),
    '，',
    ', ',
  );
  return { zh: `${zh}（${because.zh}）`, en: `${en} (${because.en})` };
}
