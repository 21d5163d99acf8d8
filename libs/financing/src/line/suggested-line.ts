import { fen, mulDiv, type Fen } from '#lib/kernel';
import { UNGRADED } from '#lib/scoring';
import { BASE_CODES, NOT_GIVEN, unavailableBase, type LineBase } from './line-base.ts';
import type { GradeAmount, HashedLineParameters, LineParameters } from './line-parameters.ts';
import { closingSteps, limitsOf, openingSteps, step } from './line-waterfall.ts';
import { flag, LINE_DISCLAIMER, refusal, type Coded, type LineFlag, type LineRefusal } from './line-words.ts';
import type { LineBasis, LineInput, SuggestedLine } from './line.ts';

type AvailableBase = LineBase & { readonly amount: Fen };

/**
 * The suggested line (建议额度, domain §5.1): M = the second largest base, X = min(max(M, ½·B8), 1½·B8); line = X·g less loans,
 * offers and approvals, at most the caps net of use, rounded down once to 10,000 yuan, none below 100,000. A pure
 * function of its arguments. Throws RangeError for a negative amount, a base given twice or a grade without a row.
 */
export function suggestLine(input: LineInput, { parameters, hash }: HashedLineParameters): SuggestedLine {
  checkAmounts(input);
  const { firm } = input;
  const bases = allBases(input.bases);
  // A stable sort: of equal bases the first by code counts as the larger.
  const ranked = bases
    .filter((base): base is AvailableBase => base.amount !== null)
    .sort((a, b) => b.amount - a.amount);
  const gradeAmount = firm.grade === null ? null : rowOf(firm.grade, parameters);
  const basis = gradeAmount === null ? null : basisOf(ranked, gradeAmount.fen, parameters);
  const gate = gateReasons(input, gradeAmount, parameters);
  const opening = basis === null ? [] : openingSteps(basis);
  const common = {
    disclaimer: LINE_DISCLAIMER,
    flags: flagsOf(input, ranked, basis, gradeAmount),
    basis,
    evidenceAmount: ranked[1]?.amount ?? null,
    bases,
    gradeAmount,
    parameters: { version: parameters.version, hash, status: parameters.status },
  };
  if (gate.length > 0 || basis === null)
    return {
      amount: null,
      reasons: gate.map(refusal),
      ...common,
      waterfall: basis === null ? [] : [...opening, step('GATE', basis.clamped, fen(0), 0)],
      limits: [],
      binding: null,
      next: null,
    };
  const waterfall = [...opening, ...closingSteps(input, basis.clamped, parameters)];
  const amount = waterfall.at(-1)!.after;
  const limits = limitsOf(input, basis, parameters);
  return {
    amount: amount === 0 ? null : amount,
    reasons: amount === 0 ? [refusal('BELOW_100000')] : [],
    ...common,
    waterfall,
    limits,
    binding: limits[0]!,
    next: limits[1]!,
  };
}

function checkAmounts({ loans, liveOffers, undrawnApprovals, programme, platformUsed }: LineInput): void {
  const amounts = [loans.amount, liveOffers, undrawnApprovals, platformUsed, programme?.cap ?? 0, programme?.used ?? 0];
  for (const amount of amounts) if (fen(amount) < 0) throw new RangeError(`a negative amount: ${amount}`);
}

function allBases(given: readonly LineBase[]): readonly LineBase[] {
  const known = new Map(given.map((base) => [base.code, base]));
  if (known.size < given.length) throw new RangeError('a base is given twice');
  return BASE_CODES.map((code) => known.get(code) ?? unavailableBase(code, [NOT_GIVEN]));
}

function rowOf(grade: string, { gradeTable }: LineParameters): GradeAmount {
  const row = gradeTable.find((one) => one.grade === grade);
  if (row === undefined) throw new RangeError(`no row for the grade ${grade}`);
  return row;
}

/** The publication gate (domain §3.1): graded only, no line at confidence L or a coverage below 60 %. */
function gateReasons(
  { firm, programme }: LineInput,
  gradeAmount: GradeAmount | null,
  { minCoverageBp, haircutBp }: LineParameters,
): LineRefusal[] {
  const reasons: LineRefusal[] = [];
  if (!firm.legalPerson) reasons.push('NOT_LEGAL_PERSON');
  if (firm.grade === null) reasons.push(whyUngraded(firm.published));
  if (!Object.hasOwn(haircutBp, firm.confidence)) reasons.push('CONFIDENCE_L');
  if (firm.coverageBp < minCoverageBp) reasons.push('COVERAGE_LOW');
  if (gradeAmount?.guaranteedOnly && programme?.guaranteed === false) reasons.push('GUARANTEED_ONLY');
  return reasons;
}

function whyUngraded(published: string): LineRefusal {
  const why = UNGRADED.find((code) => code === published);
  if (why === undefined) throw new RangeError(`no grade, and published as ${published}`);
  return why;
}

function basisOf(ranked: readonly AvailableBase[], b8: Fen, { floorBp, ceilingBp }: LineParameters): LineBasis {
  const floor = mulDiv(b8, floorBp, 10_000, 'down');
  const ceiling = mulDiv(b8, ceilingBp, 10_000, 'down');
  const second = ranked[1];
  const m = second?.amount ?? floor;
  return {
    decidedBy: second?.code ?? 'GRADE_ONLY',
    m,
    floor,
    ceiling,
    clamped: fen(Math.min(Math.max(m, floor), ceiling)),
    clampedBy: m < floor ? 'FLOOR' : m > ceiling ? 'CEILING' : null,
  };
}

function flagsOf(
  { loans, firm, programme }: LineInput,
  ranked: readonly AvailableBase[],
  basis: LineBasis | null,
  gradeAmount: GradeAmount | null,
): readonly Coded<LineFlag>[] {
  const isOn: Readonly<Record<LineFlag, boolean>> = {
    EXISTING_DEBT_UNKNOWN: loans.unknown !== null,
    GRADE_ONLY: basis?.decidedBy === 'GRADE_ONLY',
    FLOOR_LIFTED: basis?.clampedBy === 'FLOOR',
    CEILING_PULLED: basis?.clampedBy === 'CEILING',
    GUARANTEED_ONLY: gradeAmount?.guaranteedOnly === true,
    GRADE_GIVES_NOTHING: gradeAmount?.fen === 0,
    STATED_BASE: basis !== null && ranked[1]?.statement !== undefined,
    PROGRAMME_CAP_UNKNOWN: programme?.capUnknown === true,
    GRADE_BY_LOW: basis !== null && firm.byLow === true,
  };
  return (Object.keys(isOn) as LineFlag[]).filter((code) => isOn[code]).map(flag);
}
