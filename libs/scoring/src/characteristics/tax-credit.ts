import { taxCredit, type DossierRecord, type TaxCredit } from '#lib/data-sources';
import {
  citeCoverage,
  missing,
  UNDECIDED,
  valueOf,
  type CharacteristicDefinition,
  type Family,
  type Finding,
} from './characteristic.ts';
import type { FeedView, FirmAt } from './firm-at.ts';

type TaxYear = DossierRecord<TaxCredit>;

interface TaxReading {
  readonly view: FeedView;
  /** The newest year that has a grade. */
  readonly graded: TaxYear | undefined;
  /** The newest years that state whether the household is abnormal, and whether there are arrears. */
  readonly household: TaxYear | undefined;
  readonly arrears: TaxYear | undefined;
}

/** 纳税信用 as published by the day, year by year: the newest year that states a thing decides it. */
function read(firm: FirmAt): TaxReading {
  const known = firm.readings.taxCredit as TaxReading | undefined;
  if (known !== undefined) return known;
  let graded: TaxYear | undefined;
  let household: TaxYear | undefined;
  let arrears: TaxYear | undefined;
  for (const record of firm.records(taxCredit)) {
    const { payload } = record;
    const newer = (other: TaxYear | undefined): boolean => other === undefined || payload.year > other.payload.year;
    if (payload.grade !== undefined && newer(graded)) graded = record;
    if (payload.abnormal !== undefined && newer(household)) household = record;
    if (payload.arrears !== undefined && newer(arrears)) arrears = record;
  }
  const reading = { view: firm.feed('TAX'), graded, household, arrears };
  firm.readings.taxCredit = reading;
  return reading;
}

export const CC01: CharacteristicDefinition = {
  code: 'CC01',
  dimension: 'CC',
  zh: '纳税信用等级',
  en: 'Tax-credit grade',
  definition: {
    zh: '评分日已公布的最新年度纳税信用级别；M级为新设或无收入企业，不是不良',
    en: 'the grade of the newest year published by the day; M is a new firm or one without income, and not bad',
  },
  unit: { zh: '', en: '' },
  window: { zh: '最新公布', en: 'newest published' },
  feeds: ['TAX'],
  compute(firm, cite) {
    const { view, graded } = read(firm);
    if (view.cause !== undefined) return missing(view.cause);
    if (graded === undefined) return missing(firm.records(taxCredit).length > 0 ? 'NOT_STATED' : 'NOT_COVERED');
    cite.record(graded);
    citeCoverage(view, cite);
    return valueOf(graded.payload.grade!, view.freshness);
  },
};

type Standing = 'yes' | 'no' | 'unknown';

/** A state whose end lies after the day still stands on it, and one whose beginning does has not begun. */
function standing(
  on: boolean,
  from: string | undefined,
  until: string | undefined,
  record: TaxYear,
  day: string,
): Standing {
  if (!on || (from !== undefined && from > day)) return 'no';
  if (until !== undefined) return until > day ? 'yes' : 'no';
  return record.payload.endUnreadable ? 'unknown' : 'yes';
}

/** K06: what stands proves itself, however old; that nothing does needs all three stated. */
function taxTrouble(firm: FirmAt): Finding {
  const { view, graded, household, arrears } = read(firm);
  const { date } = firm.day;
  const states: Standing[] = [];
  const records: TaxYear[] = [];
  const note = (state: Standing, record: TaxYear): void => {
    states.push(state);
    if (state === 'yes' && !records.includes(record)) records.push(record);
  };
  if (graded !== undefined) note(graded.payload.grade === 'D' ? 'yes' : 'no', graded);
  if (household !== undefined) {
    const { abnormal, abnormalFrom, abnormalUntil } = household.payload;
    note(standing(abnormal!, abnormalFrom, abnormalUntil, household, date), household);
  }
  if (arrears !== undefined) {
    const { arrears: amount, arrearsFrom, arrearsClearedOn } = arrears.payload;
    note(standing(amount! > 0, arrearsFrom, arrearsClearedOn, arrears, date), arrears);
  }
  if (records.length > 0) return { state: 'yes', records, coverage: [] };
  if (view.cause !== undefined || states.includes('unknown')) return UNDECIDED;
  if (states.length === 3) return { state: 'no', records: [...new Set([graded!, household!, arrears!])], coverage: [] };
  // An `all` delivery without the firm: it is on none of the lists.
  if (firm.records(taxCredit).length === 0 && view.coverage !== undefined)
    return { state: 'no', records: [], coverage: view.coverage.entries };
  return UNDECIDED;
}

export const FAMILY: Family = {
  characteristics: [CC01],
  knockOuts: [
    {
      code: 'K06',
      feeds: ['TAX'],
      zh: '纳税信用D级、非正常户或欠税公告',
      en: 'tax grade D, abnormal household or public arrears',
      cure: { zh: '下一年度评级或清缴', en: 'next grade, or cleared' },
      find: taxTrouble,
    },
  ],
};
