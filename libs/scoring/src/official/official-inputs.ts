import type { LocalDate } from '#lib/kernel';
import { annualReports, awardsStandards, patents, researchDevelopment } from '#lib/data-sources';
import type { AnnualReportFigures, Dossier, Patent, ResearchYear } from '#lib/data-sources';
import { newestDueYear } from '../characteristics/age.ts';
import { NO_CITE } from '../characteristics/characteristic.ts';
import { assessmentDay, FirmAt } from '../characteristics/firm-at.ts';
import { provesAbsence } from '../characteristics/in-force.ts';
import { IN07 } from '../characteristics/other-rights.ts';
import { stateOn } from '../characteristics/patents.ts';
import { IN06 } from '../characteristics/software-copyrights.ts';
import { qualificationsOf } from '../characteristics/qualification-terms.ts';
import { reduced, type Exact } from '../scorecard/exact.ts';
import type { OfficialInputs } from './official-scorecard.ts';

const HIGH_TECH_TIERS_FROM = 2; // hnte, srdi, littleGiant

/**
 * What the sources say of the inputs of the official tables on a day. What no source here states (the field of the main
 * product, a research institution, points of experts) is left out, and so unknown.
 */
export function officialInputs(dossier: Dossier, asOf: LocalDate): OfficialInputs {
  const firm = new FirmAt(dossier, assessmentDay(asOf));
  return { ...research(firm), ...figures(firm), ...rights(firm), ...routes(firm) };
}

const percent = (part: number | undefined, whole: number | undefined): Exact | undefined =>
  part === undefined || whole === undefined || whole <= 0 ? undefined : reduced(100 * part, whole);

/** 研发年度数据 of the last due fiscal year. */
function research(firm: FirmAt): OfficialInputs {
  const year = newestDueYear(firm.day.date, '05-31');
  const known = firm.feed('RND').cause === undefined;
  const found = known
    ? firm.records(researchDevelopment).find(({ payload }) => payload.kind === 'year' && payload.year === year)
    : undefined;
  const { staff, allStaff, expenditure, revenue, totalCost } = (found?.payload ?? {}) as Partial<ResearchYear>;
  return {
    staff: allStaff,
    technicalStaffPercent: percent(staff, allStaff),
    researchToSalesPercent: percent(expenditure, revenue),
    researchToCostPercent: percent(expenditure, totalCost),
    salesFen: revenue,
  };
}

/** 年报 of the last two due years, as last corrected. */
function figures(firm: FirmAt): OfficialInputs {
  if (firm.feed('ANR').cause !== undefined) return {};
  const year = newestDueYear(firm.day.date, '06-30');
  const reports = firm.records(annualReports).flatMap(({ payload }) => (payload.kind === 'figures' ? [payload] : []));
  const of = (wanted: number): Partial<AnnualReportFigures> =>
    reports.filter((report) => report.year === wanted).sort((a, b) => (b.version ?? 0) - (a.version ?? 0))[0] ?? {};
  const [now, before] = [of(year), of(year - 1)];
  const growth =
    now.mainRevenue === undefined || before.mainRevenue === undefined
      ? undefined
      : percent(now.mainRevenue - before.mainRevenue, before.mainRevenue);
  return {
    assetsFen: now.assets,
    debtPercent: percent(now.liabilities, now.assets),
    mainSharePercent: percent(now.mainRevenue, now.revenue),
    mainRevenueGrowthPercent: growth,
  };
}

const isInvention = ({ type }: Patent): boolean => type === 'invention' || type === 'pctInvention';

/** Ⅰ类: inventions and other rights of class I in force; Ⅱ类: the other patents and software copyrights. */
function rights(firm: FirmAt): OfficialInputs {
  const { date } = firm.day;
  const view = firm.feed('PAT');
  const known = view.cause === undefined && (firm.records(patents).length > 0 || provesAbsence(firm, view));
  const granted = firm.records(patents).filter(({ payload }) => stateOn(payload, date) === 'granted');
  const own = granted.filter(({ payload: p }) => p.original ?? p.assignedOn === undefined);
  const inventions = own.filter(({ payload }) => isInvention(payload));
  const others = countOf(IN07.compute(firm, NO_CITE));
  const copyrights = countOf(IN06.compute(firm, NO_CITE));
  const classOne = atLeast(known ? inventions.length : undefined, others, 1);
  const classTwo = atLeast(known ? own.length - inventions.length : undefined, copyrights, 4);
  const marked = inventions.some(
    ({ payload: p }) => (p.overseasFamily ?? 0) > 0 || p.pledged === true || p.awarded === true,
  );
  return {
    classOneRights: classOne,
    ownClassOneRights: classOne,
    classTwoRights: classTwo,
    // That no mark is stated proves nothing: the table of strategic industries is one of the marks.
    highValueClassOneRights: marked ? 1 : classOne === 0 ? 0 : undefined,
    assessedRightsPoints: classOne === 0 && classTwo === 0 ? 0 : undefined,
  };
}

const countOf = (value: { readonly state: string; readonly value?: unknown }): number | undefined =>
  value.state === 'VALUE' && typeof value.value === 'number' ? value.value : undefined;

/** The sum; with one part unknown, only where the other alone already gives the most. */
function atLeast(a: number | undefined, b: number | undefined, most: number): number | undefined {
  if (a !== undefined && b !== undefined) return a + b;
  const known = a ?? b ?? 0;
  return known >= most ? known : undefined;
}

/** 直通条件 of the last 36 months. */
function routes(firm: FirmAt): OfficialInputs {
  const { date, halfYearsAgo } = firm.day;
  const edge = halfYearsAgo[6]!;
  const { view, terms } = qualificationsOf(firm);
  const recognised = terms.some(
    ({ tier, from, to, revokedOn }) =>
      tier >= HIGH_TECH_TIERS_FROM &&
      revokedOn === undefined &&
      (from ?? date) <= date &&
      (to === undefined || to > edge),
  );
  const awards = firm.feed('AWD');
  const awarded = firm
    .records(awardsStandards)
    .some(({ payload: { kind, on } }) => kind === 'award' && on !== undefined && on > edge && on <= date);
  const or = (yes: boolean, provesNo: boolean): Exact | undefined => (yes ? 1 : provesNo ? 0 : undefined);
  return {
    scienceAward36Months: or(awarded, awards.cause === undefined && provesAbsence(firm, awards, edge)),
    highTechEnterprise36Months: or(recognised, view.cause === undefined && provesAbsence(firm, view, edge)),
  };
}
