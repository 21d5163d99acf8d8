import type { Fen, LocalDate } from '#lib/kernel';
import { isBaseCode, type LineBase } from '../line/line-base.ts';
import type { LineLimit, LineStep } from '../line/line.ts';
import { amountOf, parametersOn, termWords } from '../programmes/amount-words.ts';
import { requirementWords } from '../programmes/condition-test.ts';
import { factDefinition } from '../programmes/facts.ts';
import type { ConditionResult, ProgrammeMatch, RouteResult } from '../programmes/match.ts';
import {
  isAlternative,
  isInForce,
  type HashedProgramme,
  type ProgrammeCondition,
  type SingleCondition,
} from '../programmes/programme.ts';
import { withMark } from '../programmes/words.ts';
import type { FirmLine } from './standing.ts';

// What standings look like as JSON: the API and the report give the same members in the same words.

interface Money {
  readonly fen: Fen;
  readonly currency: 'CNY';
}
const money = (fen: Fen): Money => ({ fen, currency: 'CNY' });
const moneyOrNull = (fen: Fen | null): Money | null => (fen === null ? null : money(fen));
const words = ({ zh, en }: { readonly zh: string; readonly en: string }) => ({ zh, en });

/** A programme of the catalogue on a day. Starting values of ours and what is not verified say so in their words. */
export function programmeDocument({ programme, hash }: HashedProgramme, date: LocalDate): object {
  const { amount, guaranteed, sharing, validFrom, validTo, validityStatus } = programme;
  return {
    code: programme.code,
    version: programme.version,
    hash,
    ...words(programme),
    kind: programme.kind,
    date,
    inForce: isInForce(programme, date),
    validFrom,
    validTo: validTo ?? null,
    validityStatus,
    territory: programme.territory,
    territoryStatus: programme.territoryStatus,
    desks: programme.desks,
    conditions: programme.conditions.map(askedDocument),
    amount: { rule: amount.rule, status: amount.status, ...words(amountOf(programme, {})) },
    term: termWords(programme),
    guaranteedBp: guaranteed?.bp ?? null,
    sharing: sharing?.scheme ?? null,
    parameters: parametersOn(programme, date).map(({ code, unit, row, ...said }) => ({
      code,
      ...words(said),
      unit,
      value: row?.value ?? null,
      from: row?.from ?? null,
      status: row?.status ?? null,
    })),
    whyNever: programme.whyNever === undefined ? null : words(programme.whyNever),
    notes: programme.notes.map((note) => ({ ...words(withMark(note, note.status)), status: note.status })),
  };
}

function askedDocument(condition: ProgrammeCondition): object {
  if (!isAlternative(condition)) return { ...singleDocument(condition), routes: null };
  const { id, status, source, anyOf } = condition;
  return {
    id,
    ...words(withMark(condition, status)),
    status,
    source: source ?? null,
    fact: null,
    asks: null,
    provider: null,
    statedBy: [],
    routes: anyOf.map(({ from, until, all, ...route }) => ({
      ...words(route),
      from: from ?? null,
      until: until ?? null,
      conditions: all.map(singleDocument),
    })),
  };
}

function singleDocument(condition: SingleCondition): object {
  const { id, status, source, fact } = condition;
  const { provider, statedBy = [] } = factDefinition(fact)!;
  return {
    id,
    ...words(withMark(condition, status)),
    status,
    source: source ?? null,
    fact,
    asks: requirementWords(condition),
    provider,
    statedBy,
  };
}

/** How a firm stands to one programme. */
export const matchDocument = (match: ProgrammeMatch): object => ({
  code: match.code,
  version: match.version,
  hash: match.hash,
  ...words(match),
  kind: match.kind,
  overall: match.overall,
  conditions: match.conditions.map((condition) => ({
    ...resultDocument(condition),
    routes: condition.routes?.map(routeDocument) ?? null,
  })),
  whyNot: match.whyNot.map(({ id, ...why }) => ({ id, ...words(why) })),
  missing: match.missing.map(({ id, fact, why, provider, ...asked }) => ({
    id,
    ...words(asked),
    fact,
    why: words(why),
    provider: words(provider),
  })),
  amount: {
    rule: match.amount.rule,
    status: match.amount.status,
    ...words(match.amount),
    atMost: moneyOrNull(match.amount.atMostFen),
  },
  term: match.term === null ? null : words(match.term),
});

const resultDocument = ({ id, status, state, value, sourceDate, why, ...condition }: ConditionResult): object => ({
  id,
  ...words(condition),
  status,
  state,
  value,
  sourceDate,
  why: words(why),
});

const routeDocument = ({ open, state, conditions, ...route }: RouteResult): object => ({
  ...words(route),
  open,
  state,
  conditions: conditions.map(resultDocument),
});

/** 建议额度 with how it came about. */
export function lineDocument({ line, programme }: FirmLine): object {
  const { basis, gradeAmount, binding, next } = line;
  return {
    amount: moneyOrNull(line.amount),
    reasons: line.reasons,
    flags: line.flags,
    disclaimer: line.disclaimer,
    programme:
      programme === null
        ? null
        : {
            code: programme.code,
            ...words(programme),
            cap: moneyOrNull(programme.cap),
            used: money(programme.used),
            guaranteed: programme.guaranteed,
          },
    basis:
      basis === null
        ? null
        : {
            decidedBy: basis.decidedBy,
            m: money(basis.m),
            floor: money(basis.floor),
            ceiling: money(basis.ceiling),
            clamped: money(basis.clamped),
            clampedBy: basis.clampedBy,
          },
    evidenceAmount: moneyOrNull(line.evidenceAmount),
    bases: line.bases.map(baseDocument),
    gradeAmount: gradeAmount === null ? null : { grade: gradeAmount.grade, amount: money(gradeAmount.fen) },
    waterfall: line.waterfall.map(stepDocument),
    binding: binding === null ? null : limitDocument(binding),
    next: next === null ? null : limitDocument(next),
    parameters: line.parameters,
  };
}

const baseDocument = ({ code, formula, amount, gaps, inputs, statement, records, ...base }: LineBase): object => ({
  code,
  ...words(base),
  formula: words(formula),
  amount: moneyOrNull(amount),
  gaps: gaps.map(({ cause, input, ...gap }) => ({ cause, input: input ?? null, ...words(gap) })),
  inputs: inputs.map(({ code: input, zh, en, unit, value }) => ({ code: input, zh, en, unit, value })),
  statedOn: statement?.on ?? null,
  statement:
    statement === undefined
      ? null
      : {
          by: words(statement.by),
          on: statement.on,
          asOf: statement.asOf,
          verifiedBy: words(statement.verified.by),
          verifiedOn: statement.verified.on,
        },
  records: records.length,
});

/** `applied` is money but for the confidence factor, which is in basis points. */
const stepDocument = ({ code, before, after, change, applied, ...said }: LineStep): object => ({
  code,
  ...words(said),
  before: money(before),
  after: money(after),
  change: money(change),
  applied,
  appliedUnit: code === 'HAIRCUT' ? 'bp' : 'fen',
});

const limitDocument = ({ code, amount, ...said }: LineLimit): object => ({
  code,
  ...words(said),
  amount: money(amount),
});

/** What raises a line by the next step: amounts as money, confidence and grade as words. */
export const raisesDocument = ({ raises: { from, target, raises, why } }: FirmLine): object => ({
  from: money(from),
  target: money(target),
  items: raises.map(({ code, from: now, to, amount, ...said }) => ({
    code,
    ...words(said),
    isBase: isBaseCode(code),
    from: level(now),
    to: level(to),
    amount: money(amount),
  })),
  why: why === null ? null : words(why),
});

const level = (value: Fen | string | null): Money | string | null =>
  typeof value === 'string' ? value : moneyOrNull(value);
