import type { InstitutionKind } from '#lib/access';
import { dateAt, splitByLargestRemainder, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { composeByEquity } from '../composition/plan.ts';
import type { JointDeal } from '../joint/joint-body.ts';
import { JOINT_PARTS, PARTS_OF_CASE, type JointPart, type JointTerms } from '../joint/joint-terms.ts';
import { jointView, type JointPositionView, type JointView, type JointViewer } from '../joint/joint-view.ts';
import type { Profile } from '../programmes/fact-types.ts';
import { parameterOn, type Programme } from '../programmes/programme.ts';
import { programmesAt } from '../programmes/shipped-programmes.ts';
import { equityOf } from './case-equity.ts';

// 联合授信组合 of a firm as JSON: of its live cases, else as it could be planned. Amounts in a report are money.

/** Who reads it. `nameOf`: names are for the firm and who supervises; an institution knows its own part alone. */
export interface CompositionReader {
  readonly institutionId: string;
  readonly kind: InstitutionKind;
  readonly nameOf: (institutionId: string) => Text;
}

const READINGS: Readonly<Record<JointTerms['reading'], Text>> = {
  A: { zh: '以股权投资为基础', en: 'anchored in equity' },
  strict: { zh: '严格按比例', en: 'cut to the ratio' },
  sum: { zh: '各席位合计', en: 'the sum of the desks' },
};

const BASIS = {
  case: { zh: '联合授信案件现状', en: 'the joint cases as they stand' },
  planned: { zh: '测算，不构成承诺', en: 'computed for planning, no promise of credit' },
  none: {
    zh: '没有可示的联合授信案件，已核实或已承诺的股权也不足以测算',
    en: 'there is no joint case to show, nor enough equity verified or committed to plan with',
  },
} as const satisfies Readonly<Record<string, Text>>;

const money = (fen: number) => ({ fen, currency: 'CNY' }) as const;

/**
 * What a reader may see of the firm's live cases, and where there is none what its equity would carry (测算). A case is shown to
 * the institutions at its desks, whole to nobody but the firm and who supervises. Pure.
 */
export function compositionDocument(
  cases: readonly JointDeal[],
  { profile, on }: { readonly profile: Profile; readonly on: LocalDate },
  reader: CompositionReader,
): object {
  const viewer = viewerOf(reader);
  const shown = cases.filter(
    ({ parties }) => viewer.kind !== 'institution' || parties.some((one) => one.institutionId === viewer.institutionId),
  );
  // Equity that a case recognises is not planned with again, whoever sees the case.
  const isTaken = shown.length > 0 || cases.some(({ terms }) => terms.reading !== 'sum');
  const plan = isTaken ? null : planned(profile, on);
  const basis = shown.length > 0 ? 'case' : plan === null ? 'none' : 'planned';
  return {
    basis,
    ...BASIS[basis],
    cases: shown.map((joint) => caseDocument(jointView(joint, viewer, on), viewer, reader)),
    plan,
  };
}

function viewerOf({ kind, institutionId }: CompositionReader): JointViewer {
  if (kind === 'firm') return { kind };
  return kind === 'operator' || kind === 'regulator' ? { kind: 'whole' } : { kind: 'institution', institutionId };
}

function caseDocument(view: JointView, viewer: JointViewer, { nameOf }: CompositionReader): object {
  const { programme, terms, state, stateName, stateSince, versions, composition, positions } = view;
  const parts = JOINT_PARTS.filter((part) => positions.some((one) => one.part === part)).map((part) =>
    partDocument(
      part,
      positions.filter((one) => one.part === part),
      view,
    ),
  );
  const own =
    viewer.kind === 'institution'
      ? positions.filter(({ institutionId, lender }) => [institutionId, lender].includes(viewer.institutionId))
      : positions;
  return {
    programme,
    reading: { code: terms.reading, ...READINGS[terms.reading] },
    state: { code: state, ...stateName, since: dateAt(stateSince) },
    proposalVersion: versions.at(-1)?.no ?? null,
    unit: money(terms.unit),
    parts,
    package: money(view.package),
    residue: money(composition?.effective.residue ?? 0),
    ratio: ratioOf(view),
    overdrawn: money(view.overdrawn),
    leverageBp: composition?.leverage.bp ?? null,
    // Who gives which part: names to the firm and who supervises, to an institution its own part alone.
    partners: own.map((one) => ({
      ...(viewer.kind === 'institution' ? { own: true } : { institution: nameOf(one.institutionId) }),
      ...partDocument(one.part, [one], view),
    })),
  };
}

/** Parts of one kind together: what is drawable of a debt part of 2:1:1 is held by the part as well. */
function partDocument(part: JointPart, positions: readonly JointPositionView[], { composition }: JointView): object {
  const sum = (of: (one: JointPositionView) => number) => positions.reduce((total, one) => total + of(one), 0);
  const { zh, en } = PARTS_OF_CASE[part];
  const isDebt = part === 'loan' || part === 'guaranteed';
  const held = composition !== null && isDebt ? composition.parts[part].drawable : Number.MAX_SAFE_INTEGER;
  return {
    part,
    zh,
    en,
    requested: money(sum(({ requested }) => requested)),
    committed: money(sum(({ committed }) => committed)),
    effective: money(sum(({ effective }) => effective)),
    ...(part === 'equity'
      ? { paid: money(sum(({ paid }) => paid)) }
      : {
          drawn: money(sum(({ drawn }) => drawn)),
          outstanding: money(sum(({ outstanding }) => outstanding)),
          drawable: money(
            Math.min(
              held,
              sum(({ drawable }) => drawable),
            ),
          ),
        }),
  };
}

/** Shares of the package in basis points that add up to 10,000; null: nothing is effective yet. */
function ratioOf({ positions }: JointView): object | null {
  const given = JOINT_PARTS.filter((part) => part !== 'insurance' && positions.some((one) => one.part === part));
  const weights = given.map((part) =>
    positions.reduce((sum, one) => (one.part === part ? sum + one.effective : sum), 0),
  );
  if (weights.every((weight) => weight === 0)) return null;
  const shares = splitByLargestRemainder(10_000, weights);
  return Object.fromEntries(given.map((part, i) => [part, shares[i]!]));
}

const isCase = ({ amount, kind }: Programme): boolean => kind === 'case' && amount.rule === 'composition';

/** What the equity that is verified or committed would carry, from the programme's least equity on. */
function planned(profile: Profile, on: LocalDate): object | null {
  const found = programmesAt(on).find(({ programme }) => isCase(programme));
  if (found === undefined) return null;
  const [unit, least] = ['ROUNDING_UNIT', 'MIN_EQUITY'].map((code) => parameterOn(found.programme, code, on)?.value);
  const equity = equityOf(profile);
  if (unit === undefined || equity === null || equity.amount < (least ?? 0)) return null;
  const { parts, package: total, residue } = composeByEquity(equity.amount, unit as Fen);
  return {
    programme: found.programme.code,
    reading: { code: 'A', ...READINGS.A },
    equity: { from: equity.from, date: equity.date },
    unit: money(unit),
    parts: parts.map(({ part, amount }) => ({
      part,
      zh: PARTS_OF_CASE[part].zh,
      en: PARTS_OF_CASE[part].en,
      amount: money(amount),
    })),
    package: money(total),
    residue: money(residue),
  };
}
