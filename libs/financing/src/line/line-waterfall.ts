import { addFen, fen, mulDiv, type Fen } from '#lib/kernel';
import { BASE_WORDS } from './line-base.ts';
import type { LineBasis, LineFirm, LineInput, LineLimit, LineStep } from './line.ts';
import type { LineParameters } from './line-parameters.ts';
import { GRADE_ONLY_BASE, limitWords, stepWords, type StepCode } from './line-words.ts';

/** One step, with its words. */
export const step = (code: StepCode, before: Fen, after: Fen, applied: number): LineStep => ({
  ...stepWords(code),
  before,
  after,
  change: fen(after - before),
  applied,
});

/** From nothing to X. */
export function openingSteps({ decidedBy, m, clamped }: LineBasis): LineStep[] {
  const base = step('BASE', fen(0), m, m);
  const first = decidedBy === 'GRADE_ONLY' ? { ...base, ...GRADE_ONLY_BASE } : base;
  return [first, step('CLAMP', m, clamped, clamped)];
}

/** From X to the amount; 0 is no line. A deduction never goes below 0. */
export function closingSteps(input: LineInput, clamped: Fen, parameters: LineParameters): LineStep[] {
  const steps: LineStep[] = [];
  let now = clamped;
  const go = (code: StepCode, after: number, applied: number): void => {
    steps.push(step(code, now, fen(after), applied));
    now = fen(after);
  };
  const g = haircutOf(input.firm, parameters);
  go('HAIRCUT', mulDiv(now, g, 10_000, 'down'), g);
  for (const [code, deducted] of deductionsOf(input)) go(code, Math.max(0, now - deducted), deducted);
  for (const [code, net] of netCaps(input, parameters)) go(code, Math.max(0, Math.min(now, net)), net);
  const { roundingFen, minimumFen } = parameters;
  go('ROUNDING', now - (now % roundingFen), roundingFen);
  if (now < minimumFen) go('MINIMUM', 0, minimumFen);
  return steps;
}

const haircutOf = ({ confidence }: LineFirm, { haircutBp }: LineParameters): number =>
  haircutBp[confidence as keyof LineParameters['haircutBp']];

export const deductionsOf = ({ loans, liveOffers, undrawnApprovals }: LineInput) =>
  [
    ['UNSECURED_LOANS', loans.amount],
    ['LIVE_OFFERS', liveOffers],
    ['UNDRAWN_APPROVALS', undrawnApprovals],
  ] as const satisfies readonly (readonly [StepCode, Fen])[];

/** What the caps leave; negative where more is in use than they allow. */
function netCaps({ programme, platformUsed }: LineInput, { platformCapFen }: LineParameters) {
  const caps: ['PROGRAMME_CAP' | 'PLATFORM_CAP', Fen][] = [];
  if (programme !== undefined && programme.cap !== null)
    caps.push(['PROGRAMME_CAP', fen(programme.cap - programme.used)]);
  caps.push(['PLATFORM_CAP', fen(platformCapFen - platformUsed)]);
  return caps;
}

/**
 * The line is the lowest of: what evidence gives, what the grade allows at most, and the caps. Lifting the lowest so
 * leaves the second; of equals the first in this order binds.
 */
export function limitsOf(input: LineInput, basis: LineBasis, parameters: LineParameters): readonly LineLimit[] {
  const g = haircutOf(input.firm, parameters);
  const deducted = addFen(...deductionsOf(input).map(([, amount]) => amount));
  const left = (x: Fen): Fen => fen(mulDiv(x, g, 10_000, 'down') - deducted);
  const { decidedBy, m, floor, ceiling, clampedBy } = basis;
  const evidence =
    clampedBy === 'FLOOR'
      ? limitWords('FLOOR')
      : decidedBy === 'GRADE_ONLY'
        ? limitWords(decidedBy)
        : { code: decidedBy, zh: BASE_WORDS[decidedBy].zh, en: BASE_WORDS[decidedBy].en };
  return [
    { ...evidence, amount: left(fen(Math.max(m, floor))) },
    { ...limitWords('CEILING'), amount: left(ceiling) },
    ...netCaps(input, parameters).map(([code, amount]) => ({ ...limitWords(code), amount })),
  ].sort((a, b) => a.amount - b.amount);
}
