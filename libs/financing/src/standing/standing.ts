import { fen, type Fen, type LocalDate } from '#lib/kernel';
import type { FirmAtRun } from '#lib/runs';
import type { CandidateInput, Fact, MemberState } from '#lib/whitelist';
import type { RecognisedEquity } from '../line/recognised-equity.ts';
import { existingLoans, type OwnLoan } from '../line/existing-loans.ts';
import { lineBases, type StatedFigures } from '../line/line-bases.ts';
import { lineFirm } from '../line/line-firm.ts';
import type { LineInput, LineProgramme, SuggestedLine } from '../line/line.ts';
import { raiseByNext, type LineRaises } from '../line/raise-line.ts';
import { lineParametersOn } from '../line/shipped-line-parameters.ts';
import { suggestLine } from '../line/suggested-line.ts';
import { amountOf } from '../programmes/amount-words.ts';
import type { Profile } from '../programmes/fact-types.ts';
import { matchAll, type ProgrammeMatch } from '../programmes/match.ts';
import { profileOf, type ExpertOpinion } from '../programmes/profile.ts';
import type { Programme } from '../programmes/programme.ts';
import type { FactStatement } from '../programmes/statements.ts';
import { statedInputsOn, type StatedInput } from '../stated/stated-input.ts';
import { unsecuredPartOf } from './case-equity.ts';
import { firmUse, type DealUse, type FirmUse } from './deal-use.ts';
import { withoutLoans } from './without-loans.ts';

/** Everything that is read of a firm before anything is decided. */
export interface StandingRecords extends FirmAtRun {
  /** The day for which it is asked. */
  readonly on: LocalDate;
  /** False: whoever reads it may not see the firm's credit history; then nothing rests on its loans. */
  readonly loans: boolean;
  /** False: whoever reads it may not see figures that were stated; then no base rests on them. */
  readonly financials: boolean;
  readonly standings: Readonly<Record<string, Fact<MemberState | 'NONE'>>>;
  readonly consent: CandidateInput['consent'];
  readonly opinions: readonly ExpertOpinion[];
  readonly statements: readonly FactStatement[];
  readonly uses: readonly DealUse[];
  /** 不计的业务: deals for whose sake it is asked. They take up nothing, and what their loans are of records is left out. */
  readonly besides: readonly string[];
  readonly recognisedEquity: readonly RecognisedEquity[];
  /** What was stated by the day, the oldest first. */
  readonly stated: readonly StatedInput[];
}

/** 企业融资画像: a firm at the pins of a run, with what registers, partners and its deals say on a day. */
export interface FirmStanding extends FirmAtRun {
  readonly on: LocalDate;
  readonly loans: boolean;
  readonly profile: Profile;
  readonly use: FirmUse;
  /** What a suggested line is made of, before it is asked for a programme. */
  readonly line: LineInput;
}

/** Without the firm's word for its figures nothing is told, not even whether there are any. */
const NOT_AUTHORISED: StatedFigures = { gaps: { receivables: 'NOT_AUTHORISED', 'working-capital': 'NOT_AUTHORISED' } };

/** Puts a firm's standing together. Pure. Throws ProblemError line-parameters-absent 422. */
export function standingOf(records: StandingRecords): FirmStanding {
  const {
    run,
    on,
    loans: shown,
    scored,
    lowGrade,
    standings,
    consent,
    opinions,
    statements,
    recognisedEquity,
  } = records;
  const { parameters } = lineParametersOn(on);
  const stated = records.financials
    ? statedInputsOn(records.stated, on, { taxYears: parameters.tax.years })
    : NOT_AUTHORISED;
  const { asOf } = run;
  const dossier = shown ? records.dossier : withoutLoans(records.dossier);
  const { uses, own } = usesOf(records);
  const use = firmUse(uses);
  const { workingCapital } = stated;
  const found =
    shown && workingCapital?.existingLoans !== undefined
      ? { stated: { amount: workingCapital.existingLoans, on: workingCapital.asOf } }
      : {};
  return {
    run,
    dossier,
    scored,
    lowGrade,
    on,
    loans: shown,
    profile: profileOf({
      asOf,
      on,
      dossier,
      scored,
      standings,
      consent,
      opinions,
      statements,
      ownLoans: shown ? uses : [],
    }),
    use,
    line: {
      firm: lineFirm(scored.score, lowGrade, records.dossier),
      bases: lineBases({ dossier, asOf, scored, recognisedEquity, stated }, parameters),
      loans: existingLoans(dossier, asOf, { own, ...found }),
      liveOffers: use.liveOffers,
      undrawnApprovals: use.undrawnApprovals,
      platformUsed: use.platform,
    },
  };
}

/** What counts of the firm's deals, and the loans of all of them, for whoever may be told of loans. */
function usesOf({ uses, besides, loans: shown }: StandingRecords): {
  uses: readonly DealUse[];
  own: readonly OwnLoan[];
} {
  const counts = ({ dealId }: DealUse): boolean => !besides.includes(dealId);
  const counted = uses.filter(counts);
  return shown
    ? { uses: counted, own: uses.map((use) => ({ ...use, unsecured: use.unsecured && counts(use) })) }
    : { uses: counted.map((use) => ({ ...use, outstanding: fen(0) })), own: [] };
}

/** How the firm stands to every programme in force on the day. A tag is a mark on a loan, of which the firm sees nothing. */
export const matchesOf = ({ on, profile }: FirmStanding, forFirm = false): readonly ProgrammeMatch[] =>
  matchAll(on, profile).filter(({ kind }) => !forFirm || kind !== 'tag');

/** 建议额度 of a firm, and what raises it. */
export interface FirmLine {
  readonly line: SuggestedLine;
  readonly raises: LineRaises;
  /** null: not asked for a programme. */
  readonly programme: LineProgramme | null;
}

/** The line as it stands on the day, under a programme where one is named. Pure. */
export function firmLine(standing: FirmStanding, programme?: Programme): FirmLine {
  const input = programme === undefined ? standing.line : underProgramme(programme, standing);
  const parameters = lineParametersOn(standing.on);
  return {
    line: suggestLine(input, parameters),
    raises: raiseByNext(input, parameters),
    programme: input.programme ?? null,
  };
}

/**
 * A renewal without repayment (同额度续贷) takes over one loan, which stands in the way of no renewal of its own: of our own deals
 * the largest, for which one it is asked nobody says.
 */
function underProgramme(programme: Programme, standing: FirmStanding): LineInput {
  const { line, use } = standing;
  const renewed = programme.amount.rule === 'same-line' ? use.renewable : fen(0);
  return {
    ...line,
    loans: { ...line.loans, amount: fen(Math.max(0, line.loans.amount - renewed)) },
    platformUsed: fen(Math.max(0, line.platformUsed - renewed)),
    programme: capOf(programme, standing),
  };
}

/** Rules of amounts that say how much one firm may borrow at most. */
const CAPPING: readonly Programme['amount']['rule'][] = ['cap', 'price', 'appraisal'];
/** Rules of programmes under which nobody borrows. */
const NO_LOAN: readonly Programme['amount']['rule'][] = ['none', 'quote', 'subsidy'];

export const lends = ({ amount: { rule } }: Programme): boolean => !NO_LOAN.includes(rule);

/** Whether a programme says how much one firm may borrow at most. */
export const hasCap = ({ amount: { rule } }: Programme): boolean => CAPPING.includes(rule);

/** Whether a guarantor takes part in every loan of a programme. */
export const isGuaranteed = ({ guaranteed, desks }: Programme): boolean =>
  guaranteed !== undefined || desks.includes('GUAR');

/**
 * What holds the line of a firm under a programme (domain §5.4): its cap; of a loan on tax records base B5, of a 2:1:1 case the
 * unsecured part that its equity carries. The last two are of the line alone: banks approve by multiples of their own, and
 * a case by what its investors commit.
 */
export function capOf(programme: Programme, { on, profile, line, use }: FirmStanding): LineProgramme {
  const { code, zh, en, amount } = programme;
  const { rule } = amount;
  const isCase = rule === 'composition';
  const cap: Fen | null = isCase
    ? unsecuredPartOf(programme, profile, on)
    : rule === 'tax'
      ? (line.bases.find((base) => base.code === 'B5')?.amount ?? null)
      : hasCap(programme)
        ? amountOf(programme, profile).atMostFen
        : null;
  const used = (isCase ? use.unsecuredByProgramme : use.byProgramme)[code] ?? fen(0);
  const capUnknown = cap === null && (isCase || rule === 'tax' || hasCap(programme));
  return { code, zh, en, cap, used, guaranteed: isGuaranteed(programme), ...(capUnknown ? { capUnknown } : {}) };
}

/** A statement with whose it is. */
export interface OwnedStatement extends FactStatement {
  readonly institutionId: string;
}
