import { addFen, fen, mulDiv, type Fen } from '#lib/kernel';
import type { Confidence, Text } from '#lib/scoring';
import { BASE_CODES, BASE_WORDS, baseOf, type BaseCode } from './line-base.ts';
import type { HashedLineParameters, LineParameters } from './line-parameters.ts';
import { limitWords, stepWords } from './line-words.ts';
import { deductionsOf } from './line-waterfall.ts';
import type { LineInput } from './line.ts';
import { suggestLine } from './suggested-line.ts';

/** What a single change changes: a base, the confidence, the grade, a deduction or a cap. */
export type RaiseCode =
  | BaseCode
  | 'CONFIDENCE'
  | 'GRADE'
  | ReturnType<typeof deductionsOf>[number][0]
  | 'PROGRAMME_CAP'
  | 'PLATFORM_CAP';

/** One change that by itself raises the line far enough, the least of its kind. */
export interface LineRaise extends Text {
  readonly code: RaiseCode;
  /** 分, or a confidence or grade; null: a base that is not available now. */
  readonly from: Fen | string | null;
  readonly to: Fen | string;
  /** The line after it, 分. */
  readonly amount: Fen;
}

export interface LineRaises {
  /** The line now; 0: none. */
  readonly from: Fen;
  /** What is to be reached. */
  readonly target: Fen;
  readonly raises: readonly LineRaise[];
  /** Why nothing is listed; null where something is. */
  readonly why: Text | null;
}

interface Changed {
  readonly input?: LineInput;
  readonly parameters?: LineParameters;
}

type Candidate = Omit<LineRaise, 'amount'> & { readonly changed: Changed };

const NONE: Text = {
  zh: '任何单项变化都不足以提高到该额度',
  en: 'no single change raises the line so far',
};

/**
 * Which single changes raise the line by the next step (default: that of the parameters, 100,000 yuan): a base to an
 * amount, confidence, grade, a smaller deduction, a higher cap. Each is computed again and listed only if it does.
 */
export function raiseByNext(input: LineInput, hashed: HashedLineParameters, by?: Fen): LineRaises {
  const { parameters, hash } = hashed;
  const line = suggestLine(input, hashed);
  const from = line.amount ?? fen(0);
  const target = addFen(from, by ?? parameters.raiseStepFen);
  const raises: LineRaise[] = [];
  for (const { changed, ...raise } of candidatesOf(input, parameters, target)) {
    // Of confidence and grade the nearest that suffices: a further step is no other change.
    if ((raise.code === 'CONFIDENCE' || raise.code === 'GRADE') && raises.some(({ code }) => code === raise.code))
      continue;
    const { amount } = suggestLine(changed.input ?? input, { parameters: changed.parameters ?? parameters, hash });
    if (amount !== null && amount >= target) raises.push({ ...raise, amount });
  }
  return { from, target, raises, why: raises.length > 0 ? null : NONE };
}

function* candidatesOf(input: LineInput, parameters: LineParameters, target: Fen): Generator<Candidate> {
  yield* baseRaises(input, parameters, target);
  yield* betterConfidence(input);
  yield* betterGrades(input, parameters);
  yield* smallerDeductions(input, parameters, target);
  yield* higherCaps(input, parameters, target);
}

/** The least M that gives the target: (target + deductions) ÷ g, up to the 分. */
function* baseRaises(input: LineInput, parameters: LineParameters, target: Fen): Generator<Candidate> {
  const g = parameters.haircutBp[input.firm.confidence as 'H' | 'M'];
  if (g === undefined) return;
  const needed = mulDiv(addFen(target, deducted(input)), 10_000, g, 'up');
  for (const code of BASE_CODES) {
    const from = input.bases.find((base) => base.code === code)?.amount ?? null;
    if (from !== null && from >= needed) continue;
    const bases = [...input.bases.filter((base) => base.code !== code), baseOf(code, needed)];
    yield {
      code,
      // The amount is what the formula is to come to, not the equity, tax or staff that go into it.
      zh: `测算基数：${BASE_WORDS[code].zh}（${BASE_WORDS[code].formula.zh}）`,
      en: `base ${BASE_WORDS[code].en}: ${BASE_WORDS[code].formula.en}`,
      from,
      to: needed,
      changed: { input: { ...input, bases } },
    };
  }
}

const CONFIDENCES: readonly Confidence[] = ['L', 'M', 'H'];

function* betterConfidence(input: LineInput): Generator<Candidate> {
  const { firm } = input;
  for (const to of CONFIDENCES.slice(CONFIDENCES.indexOf(firm.confidence) + 1)) {
    const changed = { input: { ...input, firm: { ...firm, confidence: to } } };
    yield { code: 'CONFIDENCE', zh: '可信度', en: 'confidence', from: firm.confidence, to, changed };
  }
}

/** From the next grade upwards; a firm that is not graded has none to step from. */
function* betterGrades(input: LineInput, { gradeTable }: LineParameters): Generator<Candidate> {
  const { firm } = input;
  const at = gradeTable.findIndex(({ grade }) => grade === firm.grade);
  for (let i = at - 1; i >= 0; i--) {
    const to = gradeTable[i]!.grade;
    const changed = { input: { ...input, firm: { ...firm, grade: to, published: to } } };
    yield { code: 'GRADE', zh: '等级', en: 'grade', from: firm.grade, to, changed };
  }
}

const deducted = (input: LineInput): Fen => addFen(...deductionsOf(input).map(([, amount]) => amount));

/** Lower by as much as X·g less all deductions is short of the target; the caps decide when it is computed again. */
function* smallerDeductions(input: LineInput, parameters: LineParameters, target: Fen): Generator<Candidate> {
  const g = parameters.haircutBp[input.firm.confidence as 'H' | 'M'];
  const { basis } = suggestLine(input, { parameters, hash: '' });
  if (g === undefined || basis === null) return;
  const short = target + deducted(input) - mulDiv(basis.clamped, g, 10_000, 'down');
  for (const [code, from] of deductionsOf(input)) {
    if (short <= 0 || short > from) continue;
    const { zh, en } = stepWords(code);
    const to = fen(from - short);
    yield { code, zh, en, from, to, changed: { input: withDeduction(input, code, to) } };
  }
}

function withDeduction(input: LineInput, code: ReturnType<typeof deductionsOf>[number][0], amount: Fen): LineInput {
  switch (code) {
    case 'UNSECURED_LOANS':
      return { ...input, loans: { ...input.loans, amount } };
    case 'LIVE_OFFERS':
      return { ...input, liveOffers: amount };
    case 'UNDRAWN_APPROVALS':
      return { ...input, undrawnApprovals: amount };
  }
}

function* higherCaps(input: LineInput, parameters: LineParameters, target: Fen): Generator<Candidate> {
  const { programme, platformUsed } = input;
  if (programme !== undefined && programme.cap !== null) {
    const to = addFen(target, programme.used);
    const changed = { input: { ...input, programme: { ...programme, cap: to } } };
    if (to > programme.cap)
      yield { ...limitWords('PROGRAMME_CAP'), code: 'PROGRAMME_CAP', from: programme.cap, to, changed };
  }
  const from = parameters.platformCapFen;
  const to = addFen(target, platformUsed);
  const changed = { parameters: { ...parameters, platformCapFen: to } };
  if (to > from) yield { ...limitWords('PLATFORM_CAP'), code: 'PLATFORM_CAP', from, to, changed };
}
