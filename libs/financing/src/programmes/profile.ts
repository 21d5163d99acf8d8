import { patents, type Dossier } from '#lib/data-sources';
import { addFen, fen, mulDiv, type Fen, type LocalDate } from '#lib/kernel';
import { assessmentDay, CAUSE_WORDS, FirmAt, patentStateOn, qualificationsOf, verifiedEquity } from '#lib/scoring';
import type { Measured, Part, ScoredFirmRich, Text } from '#lib/scoring';
import { candidateFacts, expertHundredths } from '#lib/whitelist';
import type { CandidateInput, Fact, Marks, MemberState } from '#lib/whitelist';
import type { OwnLoan } from '../line/existing-loans.ts';
import type { FactValue, Profile } from './fact-types.ts';
import { factDefinition, type FactName } from './facts.ts';
import { noLoanRecord } from './no-loan-record.ts';
import { statedFacts, type FactStatement } from './statements.ts';

/** A filled expert form (专家评价表). */
export interface ExpertOpinion {
  readonly marks: Marks;
  readonly on: LocalDate;
}

/** Everything that is known of one firm at the pins of a run. */
export interface ProfileInput {
  readonly asOf: LocalDate;
  /** The day up to which statements and opinions count; left out: the day of the run. */
  readonly on?: LocalDate;
  readonly dossier: Dossier;
  /** Scored from this dossier on this day; undefined: it is in no run. */
  readonly scored: ScoredFirmRich | undefined;
  /** By list code: NONE where the list was read and does not name the firm. */
  readonly standings: Readonly<Record<string, Fact<MemberState | 'NONE'>>>;
  readonly consent: CandidateInput['consent'];
  readonly opinions: readonly ExpertOpinion[];
  readonly statements: readonly FactStatement[];
  /** Loans of deals on this platform; left out: none, or not to be told. */
  readonly ownLoans?: readonly Pick<OwnLoan, 'moved'>[];
}

type Facts = Partial<Record<FactName, Fact<FactValue>>>;

const known = (value: FactValue, date: LocalDate | null): Fact<FactValue> => ({ known: true, value, date });
const unknown = (zh: string, en: string): Fact<never> => ({ known: false, why: { zh, en } });
const without = (feed: string, { zh, en }: Text): Fact<never> => unknown(`${feed} ${zh}`, `${feed} ${en}`);

/** 企业画像: the facts that conditions of programmes ask about. What nobody delivered or stated is left out, and so not known. Pure. */
export function profileOf(input: ProfileInput): Profile {
  const { asOf, on: today = asOf, dossier, scored, standings, consent, opinions, statements, ownLoans = [] } = input;
  const firm = new FirmAt(dossier, assessmentDay(asOf));
  const stated = statedFacts(statements, today);
  const facts: Facts = {
    ...stated,
    consent,
    region: known(dossier.region, null),
    institution: institutionOf(firm),
    noLoanRecord: noLoanRecord(firm, ownLoans),
    equityPaid: equityPaid(firm),
    pledgeableRights: pledgeableRights(firm),
    ...(scored === undefined ? {} : scoreFacts(scored, asOf, firm, stated)),
    ...expertFacts(opinions.filter(({ on }) => on <= today)),
  };
  return {
    ...facts,
    equityTotal: equityTotal(facts, firm),
    ...Object.fromEntries(Object.entries(standings).map(([code, standing]) => [`standing:${code}`, standing])),
  };
}

/** The fact, or why it is not known: what would provide it. */
export function factOf(profile: Profile, name: string): Fact<FactValue> {
  const fact = profile[name];
  if (fact !== undefined) return fact;
  const provider = factDefinition(name)?.provider;
  return unknown(`尚无数据：需${provider?.zh ?? ''}`, `nothing is known yet: it takes that ${provider?.en ?? ''}`);
}

/** USCC classes 92 and 93, parts of other legal persons, and what is no enterprise. */
function institutionOf({ dossier, known: registered }: FirmAt): Fact<FactValue> {
  const date = registered?.records[0]?.eventTo ?? registered?.records[0]?.eventDate ?? null;
  if (/^9[23]/.test(dossier.uscc)) return known('sole-trader', date);
  if (registered === undefined) return unknown('REG 未覆盖该企业', 'REG does not cover the firm');
  const { legalPerson, type } = registered.registration;
  if (!legalPerson) return known('branch', date);
  const enterprise = dossier.uscc.startsWith('9') && type !== 'nonProfit';
  return known(enterprise ? 'company' : 'non-enterprise', date);
}

function equityPaid(firm: FirmAt): Fact<FactValue> {
  const { cause, payments, shares, changes } = verifiedEquity(firm);
  if (cause !== undefined) return without('SHR+CHG', CAUSE_WORDS[cause]);
  return known(addFen(...payments.map(({ amount }) => amount)), older(shares.through, changes.through));
}

const older = (a: LocalDate | undefined, b: LocalDate | undefined): LocalDate | null =>
  a === undefined || b === undefined ? null : a < b ? a : b;

/**
 * Known only when both are: either alone is asked for by its own condition. What was paid after it was committed is the
 * commitment kept, and counts once.
 */
function equityTotal({ equityPaid: paid, equityCommitted: committed }: Facts, firm: FirmAt): Fact<FactValue> {
  if (paid?.known !== true) return paid ?? unknown('实缴股权未知', 'what was paid in is not known');
  if (committed?.known !== true) return committed ?? unknown('投资机构尚未承诺', 'no investor has committed');
  const { date } = committed;
  const since = verifiedEquity(firm).payments.flatMap(({ paidOn, amount }) =>
    date !== null && paidOn > date ? [amount] : [],
  );
  const open = fen(Math.max(0, (committed.value as number) - addFen(...since)));
  return known(addFen(fen(paid.value as number), open), older(paid.date ?? undefined, date ?? undefined));
}

/**
 * 可质押有效专利: granted, in force, held by the firm alone, and stated not to be pledged. Where only rights of which that
 * is not stated are left, and where none is found but absence is not proved, it is not known.
 */
function pledgeableRights(firm: FirmAt): Fact<FactValue> {
  const { cause, from, through = null } = firm.feed('PAT');
  if (cause !== undefined) return without('PAT', CAUSE_WORDS[cause]);
  const own = firm
    .records(patents)
    .flatMap(({ payload }) =>
      payload.applicants === 1 && payload.pledged !== true && patentStateOn(payload, firm.day.date) === 'granted'
        ? [payload]
        : [],
    );
  const free = own.filter(({ pledged }) => pledged === false).length;
  if (free > 0) return known(free, through);
  if (own.length > 0) return unknown('PAT 未载明是否已质押', 'PAT does not state whether they are pledged');
  // Only a delivery that speaks for all firms since the establishment proves that there is no other.
  const proved = from !== undefined && from <= (firm.establishedOn ?? '1900-01-01');
  return proved ? known(0, through) : without('PAT', CAUSE_WORDS.NOT_COVERED);
}

const YUAN_10K: Fen = fen(1_000_000);

function scoreFacts(scored: ScoredFirmRich, asOf: LocalDate, firm: FirmAt, stated: Facts): Facts {
  const { score, label, parts } = scored.rich;
  const { ageMonths, qualification, rdIntensity } = candidateFacts(scored);
  const through = new Map(scored.feeds.map((feed) => [feed.feed, feed.through ?? null]));
  const part = (code: string, feed: string): Fact<Measured> =>
    measured(
      parts.find(({ characteristic }) => characteristic === code),
      code,
      feed,
      through.get(feed) ?? null,
    );
  const talents = part('TG05', 'TAL');
  return {
    decision: known(score.decision, asOf),
    grade: score.grade === null ? unknown(label.zh, label.en) : known(score.grade, asOf),
    confidence: known(score.confidence, asOf),
    coverage: known(score.coverageBp, asOf),
    ageMonths,
    qualificationTier: qualification,
    researchIntensity: rdIntensity,
    techSme: techSme(firm, qualification),
    valuationEventMonths: part('CR02', 'SHR'),
    revenue: inFen(part('OV07', 'ANR')),
    taxGrade: part('CC01', 'TAX'),
    relatedRights: part('IN05', 'PAT'),
    // A person of a talent programme proves a team of experts; that there is none proves nothing.
    ...(talents.known && talents.value !== 'none'
      ? { expertTeam: known(true, talents.date) }
      : { expertTeam: stated.expertTeam }),
  };
}

function measured(part: Part | undefined, code: string, feed: string, date: LocalDate | null): Fact<Measured> {
  if (part?.state === 'VALUE' && part.value !== undefined) return { known: true, value: part.value, date };
  const what =
    part?.state === 'NA'
      ? { zh: '不适用于该企业年龄或规模', en: 'does not apply at its age or size' }
      : CAUSE_WORDS[part?.cause ?? 'NOT_CONNECTED'];
  return unknown(`${code}：${feed} ${what.zh}`, `${code}: ${feed} ${what.en}`);
}

/** 10k yuan, exact, to fen. */
function inFen(fact: Fact<Measured>): Fact<FactValue> {
  if (!fact.known || typeof fact.value === 'string') return fact;
  const { num, den } = typeof fact.value === 'number' ? { num: fact.value, den: 1 } : fact.value;
  return { ...fact, value: mulDiv(YUAN_10K, num, den, 'half-up') };
}

/** PR01 names the highest tier only; the list itself is asked whether the firm stands on it. */
function techSme(firm: FirmAt, tier: Fact<Measured>): Fact<FactValue> {
  if (!tier.known) return tier;
  const valid = qualificationsOf(firm).terms.some((term) => term.entry.list === 'techSme' && term.valid === true);
  return known(valid, tier.date);
}

/** The mean of all forms is exact; the lowest mark is of any form and criterion. */
function expertFacts(opinions: readonly ExpertOpinion[]): Facts {
  if (opinions.length === 0) return {};
  const date = opinions.reduce((day, { on }) => (on > day ? on : day), opinions[0]!.on);
  const sum = opinions.reduce((total, { marks }) => total + expertHundredths(marks), 0);
  const all = opinions.flatMap(({ marks }) => Object.values(marks).map(({ mark }) => mark));
  const technology = opinions.map(({ marks }) => marks.technologyThreshold.mark);
  return {
    expertMean: known({ num: sum, den: opinions.length }, date),
    expertMin: known(Math.min(...all), date),
    technologyMark: known(Math.min(...technology), date),
  };
}
