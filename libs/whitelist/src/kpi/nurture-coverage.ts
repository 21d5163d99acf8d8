import { ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import type { Database, Db } from '#lib/platform';
import { replayFirms, type ReplayedFirm, type Runs, type RunView } from '#lib/runs';
import { candidateConditions } from '../candidate.ts';
import { candidateFacts } from '../candidate-facts.ts';
import type { ListRules } from '../list-rules.ts';
import { coverageOf, type Coverage, type CoverageFirm } from './coverage.ts';

export interface NurtureCoverage extends Coverage {
  readonly list: string;
  /** The published run whose scores are looked at. */
  readonly runId: string;
  readonly asOf: LocalDate;
  /** Listings after `asOf` up to this day count. */
  readonly through: LocalDate;
}

export interface CoverageQuery {
  readonly asOf: LocalDate;
  readonly through: LocalDate;
  readonly progress?: (firms: number) => void;
}

/** Rules that a firm can meet before anybody asked it: 2 is told by the score without lists, 6 and 7 are about acts. */
const ASKED = [1, 3, 4, 5, 8];

/**
 * How much of the official lists the score had found before they came out (名单覆盖率, domain §4.5): firms of a published
 * run are scored again at its pins with the sources of lists switched off, and held against the listings that followed.
 * Throws ProblemError run-unknown 404 when no published run is as of the day, and coverage-period 422.
 */
export async function nurtureCoverage(
  db: Database,
  runs: Runs,
  rules: ListRules,
  { asOf, through, progress }: CoverageQuery,
): Promise<NurtureCoverage> {
  if (through <= asOf)
    throw new ProblemError({
      code: 'coverage-period',
      status: 422,
      zh: '截止日须晚于评价日，否则结果互为因果',
      en: 'the last day lies after the day of the score, or the figure proves itself',
    });
  const run = await runs.publishedAsOf(asOf);
  if (run === undefined)
    throw new ProblemError({
      code: 'run-unknown',
      status: 404,
      zh: `没有评价日为 ${asOf} 的已发布批次`,
      en: `no published run is as of ${asOf}`,
    });
  const listings = await listingsOf(db, asOf, through);
  const firms: CoverageFirm[] = [];
  let seen = 0;
  for await (const part of replayFirms(db, run, () => true)) {
    firms.push(...part.firms.filter(isFirm).map((firm) => counted(firm, rules, run, listings)));
    progress?.((seen += part.seen));
  }
  return { list: rules.code, runId: run.runId, asOf, through, ...coverageOf(firms, asOf) };
}

const isFirm = ({ registration }: ReplayedFirm): boolean => registration?.legalPerson === true;

interface Listings {
  readonly before: ReadonlySet<string>;
  readonly first: ReadonlyMap<string, LocalDate>;
}

function counted(firm: ReplayedFirm, rules: ListRules, run: RunView, { before, first }: Listings): CoverageFirm {
  const industry = firm.registration?.industry;
  const score = firm.scored.rich.scoreWithoutQua;
  return {
    uscc: firm.uscc,
    district: firm.region,
    industry: industry?.slice(0, 1) ?? null,
    score,
    picked: score >= rules.cut && passes(firm, rules, run, score - firm.score.score),
    alreadyListed: before.has(firm.uscc),
    listedOn: first.get(firm.uscc) ?? null,
  };
}

/** `shift`: how the score moves once no list is known; the low end moves with it. */
function passes(firm: ReplayedFirm, rules: ListRules, run: RunView, shift: number): boolean {
  const { scored, score, registration } = firm;
  const industry = registration?.industry === undefined ? {} : { industry: registration.industry };
  const facts = candidateFacts({ ...scored, ...industry });
  const newest = { ...score, asOf: run.asOf, score: score.score + shift, low: score.low + shift };
  const conditions = candidateConditions({
    rules,
    newest,
    reentry: false,
    ...facts,
    qualification: { known: true, value: 'none', date: run.asOf },
  });
  return conditions.every(({ rule, state }) => !ASKED.includes(rule) || state === 'pass');
}

/** Days on which lists of source `qualifications` name firms, as known today; a list year begins with its January. */
async function listingsOf(db: Db, asOf: LocalDate, through: LocalDate): Promise<Listings> {
  const rows = await db.query<{ uscc: Uscc; before: boolean; first: LocalDate | null }>(
    `SELECT uscc, bool_or(day <= $1) AS before, (min(day) FILTER (WHERE day > $1 AND day <= $2))::text AS first
     FROM (SELECT c.uscc, coalesce((r.payload->>'validFrom')::date, make_date((r.payload->>'year')::int, 1, 1)) AS day
           FROM record r JOIN company c USING (company_id)
           WHERE r.source = 'qualifications' AND r.known_to IS NULL AND r.op = 'U'
             AND coalesce(r.payload->>'validFrom', r.payload->>'year') IS NOT NULL) named
     GROUP BY uscc`,
    [asOf, through],
  );
  return {
    before: new Set(rows.filter((row) => row.before).map(({ uscc }) => uscc)),
    first: new Map(rows.flatMap(({ uscc, first }) => (first === null ? [] : [[uscc, first]]))),
  };
}
