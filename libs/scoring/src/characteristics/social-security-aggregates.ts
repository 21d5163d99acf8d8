import { socialSecurityAggregates, type DossierRecord, type SocialSecurityAggregate } from '#lib/data-sources';
import { reduced } from '../scorecard/exact.ts';
import {
  citeCoverage,
  missing,
  NOT_APPLICABLE,
  valueOf,
  type CharacteristicDefinition,
  type Family,
} from './characteristic.ts';
import { monthNumber, type FeedView, type FirmAt } from './firm-at.ts';

interface AggregateReading {
  readonly view: FeedView;
  /** The record of the newest closed month. */
  readonly newest: DossierRecord<SocialSecurityAggregate> | undefined;
}

function read(firm: FirmAt): AggregateReading {
  const known = firm.readings.aggregates as AggregateReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('SOCX');
  let newest: DossierRecord<SocialSecurityAggregate> | undefined;
  if (view.cause === undefined)
    for (const record of firm.records(socialSecurityAggregates)) {
      const { month } = record.payload;
      if (monthNumber(month) > firm.day.closedMonth) continue;
      if (newest === undefined || month > newest.payload.month) newest = record;
    }
  const reading = { view, newest };
  firm.readings.aggregates = reading;
  return reading;
}

const COMMON = { dimension: 'TG', feeds: ['SOCX'] } as const;

export const TG04: CharacteristicDefinition = {
  ...COMMON,
  code: 'TG04',
  zh: '人员留任率',
  en: 'Staff retention',
  definition: {
    zh: '100 × 12个月前参保人员中仍在本企业参保的人数 ÷ 12个月前参保人数；人数被隐匿为缺失，12个月前不足3人不适用',
    en: '100 × heads of 12 months ago still insured by the firm ÷ heads 12 months ago; withheld: missing; fewer than 3: N/A',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '与12个月前相比', en: 'against 12 months ago' },
  compute(firm, cite) {
    const { view, newest } = read(firm);
    if (view.cause !== undefined) return missing(view.cause);
    if (newest === undefined) {
      // An authorised feed without the firm: nobody was insured.
      if (view.coverage === undefined) return missing('NOT_COVERED');
      citeCoverage(view, cite);
      return NOT_APPLICABLE;
    }
    const { headsBefore, retained, suppressed } = newest.payload;
    // A withheld denominator says that it is below 3.
    const few = suppressed?.includes('headsBefore') === true || (headsBefore !== undefined && headsBefore < 3);
    if (!few && (headsBefore === undefined || retained === undefined)) return missing('NOT_STATED');
    cite.record(newest);
    if (few || headsBefore === undefined || retained === undefined) return NOT_APPLICABLE;
    return valueOf(reduced(100 * Math.min(retained, headsBefore), headsBefore)!, view.freshness);
  },
};

export const TG06: CharacteristicDefinition = {
  ...COMMON,
  code: 'TG06',
  zh: '名企背景人员',
  en: 'Staff from leading firms',
  definition: {
    zh: '现有参保人员中来自名单企业的人数，由提供方计算；被隐匿为缺失',
    en: 'insured heads who came from firms on the named lists, counted by the provider; withheld: missing',
  },
  unit: { zh: '人', en: 'heads' },
  window: { zh: '评分日', en: 'as of the day' },
  compute(firm, cite) {
    const { view, newest } = read(firm);
    if (view.cause !== undefined) return missing(view.cause);
    if (newest === undefined) {
      if (view.coverage === undefined) return missing('NOT_COVERED');
      citeCoverage(view, cite);
      return valueOf(0, view.freshness);
    }
    if (newest.payload.alumni === undefined) return missing('NOT_STATED');
    cite.record(newest);
    return valueOf(newest.payload.alumni, view.freshness);
  },
};

export const FAMILY: Family = { characteristics: [TG04, TG06] };
