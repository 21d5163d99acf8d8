import { registrationOf } from '#lib/data-sources';
import { addFen, fen, type Fen, type LocalDate } from '#lib/kernel';
import type { FirmAtRun } from '#lib/runs';
import type { Fact, MemberState } from '#lib/whitelist';
import type { RecognisedEquity } from '../line/recognised-equity.ts';
import { existingLoans } from '../line/existing-loans.ts';
import { lineBases, type StatedFigures } from '../line/line-bases.ts';
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
  readonly optedOut: boolean;
  readonly opinions: readonly ExpertOpinion[];
  readonly statements: readonly FactStatement[];
  readonly uses: readonly DealUse[];
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
  const { run, on, loans: shown, scored, standings, optedOut, opinions, statements, uses, recognisedEquity } = records;
  const { parameters } = lineParametersOn(on);
  const stated = records.financials
    ? statedInputsOn(records.stated, on, { taxYears: parameters.tax.years })
    : NOT_AUTHORISED;
  const { asOf } = run;
  const dossier = shown ? records.dossier : withoutLoans(records.dossier);
  const consent = { known: true, value: optedOut ? 'opted-out' : 'valid', date: on } as const;
  const use = firmUse(shown ? uses : uses.map((one) => ({ ...one, outstanding: fen(0), movedSince: 0 })));
  const loans = existingLoans(dossier, asOf);
  // What a second party found in the firm's own books is deducted, where the credit history knows less.
  const owed = fen(Math.max(loans.amount, shown ? (stated.workingCapital?.existingLoans ?? 0) : 0));
  return {
    run,
    dossier,
    scored,
    on,
    loans: shown,
    profile: profileOf({ asOf, on, dossier, scored, standings, consent, opinions, statements }),
    use,
    line: {
      firm: { ...scored.score, legalPerson: registrationOf(dossier)?.registration.legalPerson === true },
      bases: lineBases({ dossier, asOf, scored, recognisedEquity, stated }, parameters),
      loans: { ...loans, amount: addFen(owed, use.drawnSince) },
      liveOffers: use.liveOffers,
      undrawnApprovals: use.undrawnApprovals,
      platformUsed: use.platform,
    },
  };
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
  const cap = programme && capOf(programme, standing);
  const input = cap === undefined ? standing.line : { ...standing.line, programme: cap };
  const parameters = lineParametersOn(standing.on);
  return { line: suggestLine(input, parameters), raises: raiseByNext(input, parameters), programme: cap ?? null };
}

/** Rules of amounts that say how much one firm may borrow at most. */
const CAPPING: readonly Programme['amount']['rule'][] = ['cap', 'price', 'appraisal'];
/** Rules of programmes under which nobody borrows. */
const NO_LOAN: readonly Programme['amount']['rule'][] = ['none', 'quote', 'subsidy'];

export const lends = ({ amount: { rule } }: Programme): boolean => !NO_LOAN.includes(rule);

/** Whether a programme says how much one firm may borrow at most. */
export const hasCap = ({ amount: { rule } }: Programme): boolean => CAPPING.includes(rule);

export function capOf(programme: Programme, { profile, use }: FirmStanding): LineProgramme {
  const { code, zh, en, guaranteed, desks } = programme;
  const cap: Fen | null = hasCap(programme) ? amountOf(programme, profile).atMostFen : null;
  const isGuaranteed = guaranteed !== undefined || desks.includes('GUAR');
  return { code, zh, en, cap, used: use.byProgramme[code] ?? fen(0), guaranteed: isGuaranteed };
}

/** A statement with whose it is. */
export interface OwnedStatement extends FactStatement {
  readonly institutionId: string;
}
