import {
  annualReports,
  type AnnualReportFigures,
  type AnnualReportFiling,
  type DossierRecord,
} from '#lib/data-sources';
import { reduced } from '../scorecard/exact.ts';
import { newestDueYear } from './age.ts';
import {
  citeCoverage,
  missing,
  NOT_APPLICABLE,
  valueOf,
  type CharacteristicDefinition,
  type Family,
} from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';
import { percentOf } from './percent-of.ts';

type Figures = DossierRecord<AnnualReportFigures>;

/** The figures of a year as last corrected by the day: its highest version. */
function figuresOf(firm: FirmAt, year: number): Figures | undefined {
  let newest: Figures | undefined;
  for (const record of firm.records(annualReports)) {
    const { payload } = record;
    if (payload.kind !== 'figures' || payload.year !== year) continue;
    const version = payload.version ?? 0;
    const best = newest?.payload.version ?? 0;
    if (newest === undefined || version > best) newest = record as Figures;
  }
  return newest;
}

const DUE = '06-30';
const TEN_THOUSAND_YUAN = 1_000_000;

export const OV07: CharacteristicDefinition = {
  code: 'OV07',
  dimension: 'OV',
  zh: '营业收入',
  en: 'Revenue',
  definition: {
    zh: '最近一个应报财年年报的营业总收入，以最后更正为准；企业选择不公示且未授权为缺失，不按0计',
    en: 'revenue in the annual report of the last due fiscal year as last corrected; not published and not authorised is missing, never 0',
  },
  unit: { zh: '万元', en: '10k yuan' },
  window: { zh: '最近一个应报财年', en: 'last due fiscal year' },
  feeds: ['ANR'],
  compute(firm, cite) {
    const view = firm.feed('ANR');
    if (view.cause !== undefined) return missing(view.cause);
    const report = figuresOf(firm, newestDueYear(firm.day.date, DUE));
    if (report === undefined) return missing('NOT_COVERED');
    const { revenue } = report.payload;
    if (revenue === undefined) return missing('NOT_STATED');
    cite.record(report);
    return valueOf(reduced(revenue, TEN_THOUSAND_YUAN)!, view.freshness);
  },
};

/** 200,000 yuan. */
const LEAST_BASE = 20 * TEN_THOUSAND_YUAN;
const MOST = 500;

export const OV08: CharacteristicDefinition = {
  code: 'OV08',
  dimension: 'OV',
  zh: '收入增长',
  en: 'Revenue growth',
  definition: {
    zh: '100 ×（最近应报财年营业收入 ÷ 上一财年 − 1），限于[−100, 500]；上一财年不足20万元不适用',
    en: '100 × (revenue of the last due fiscal year ÷ the year before − 1), clipped to [−100, 500]; base below 200,000 yuan: N/A',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '最近两个应报财年', en: 'last two due fiscal years' },
  feeds: ['ANR'],
  compute(firm, cite) {
    const view = firm.feed('ANR');
    if (view.cause !== undefined) return missing(view.cause);
    const year = newestDueYear(firm.day.date, DUE);
    const [report, earlier] = [figuresOf(firm, year), figuresOf(firm, year - 1)];
    if (report === undefined || earlier === undefined) return missing('NOT_COVERED');
    const { revenue } = report.payload;
    const base = earlier.payload.revenue;
    if (revenue === undefined || base === undefined) return missing('NOT_STATED');
    cite.record(report);
    cite.record(earlier);
    if (base < LEAST_BASE) return NOT_APPLICABLE;
    if (revenue >= 6 * base) return valueOf(MOST, view.freshness);
    return valueOf(percentOf(revenue - base, base), view.freshness);
  },
};

export const CC08: CharacteristicDefinition = {
  code: 'CC08',
  dimension: 'CC',
  zh: '年报公示',
  en: 'Annual report filing',
  definition: {
    zh: '最近一个6月30日已过的年报年度：次年6月30日前（含当日）公示为按期，之后为逾期，未公示',
    en: 'the newest report year whose 30 June has passed: filed by that day in time, after it late, or not filed',
  },
  unit: { zh: '', en: '' },
  window: { zh: '最近已到期的年报年度', en: 'newest report year past 30 June' },
  feeds: ['ANRF'],
  compute(firm, cite) {
    const view = firm.feed('ANRF');
    if (view.cause !== undefined) return missing(view.cause);
    const { date } = firm.day;
    // Passed: on 30 June itself the report can still be filed.
    const year = Number(date.slice(0, 4)) - (date.slice(5) > DUE ? 1 : 2);
    const due = `${year + 1}-${DUE}`;
    const filing = firm
      .records(annualReports)
      .find(({ payload }) => payload.kind === 'filing' && payload.year === year) as
      | DossierRecord<AnnualReportFiling>
      | undefined;
    if (filing !== undefined) {
      const { filedOn, filed, statedOn } = filing.payload;
      cite.record(filing);
      if (filedOn !== undefined) return valueOf(filedOn <= due ? 'inTime' : 'late', view.freshness);
      // That nothing was filed is final only when the year's 30 June has passed.
      if (filed === false && (statedOn ?? view.through!) >= due) return valueOf('notFiled', view.freshness);
      return missing('NOT_STATED');
    }
    const opened = `${year + 1}-01-01`;
    if (view.from === undefined || view.from > opened || view.through! < due) return missing('NOT_COVERED');
    citeCoverage(view, cite);
    return valueOf('notFiled', view.freshness);
  },
};

export const FAMILY: Family = { characteristics: [OV07, OV08, CC08] };
