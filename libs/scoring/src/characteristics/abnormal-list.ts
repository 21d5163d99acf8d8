import { abnormalList, type AbnormalListing, type DossierRecord } from '#lib/data-sources';
import { provesAbsence } from './absence.ts';
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

type Listing = DossierRecord<AbnormalListing>;

interface AbnormalReading {
  readonly view: FeedView;
  /** On the list on the day. */
  readonly listed: readonly Listing[];
  /** Taken off by the day. */
  readonly removed: readonly Listing[];
  /** A removal was delivered that cannot be used: whether these are still listed is unknown. */
  readonly unclear: boolean;
}

/** 经营异常名录 on the day. What was listed in error never happened, whenever the error was found. */
function read(firm: FirmAt): AbnormalReading {
  const known = firm.readings.abnormalList as AbnormalReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('ABN');
  const listed: Listing[] = [];
  const removed: Listing[] = [];
  let unclear = false;
  for (const record of firm.records(abnormalList)) {
    const { removedOn, removalReason, removalUnreadable } = record.payload;
    if (removalReason === 'listedInError') continue;
    if (removalUnreadable) unclear = true;
    else if (removedOn === undefined || removedOn > firm.day.date) listed.push(record);
    else removed.push(record);
  }
  const reading = { view, listed, removed, unclear };
  firm.readings.abnormalList = reading;
  return reading;
}

export const CC04: CharacteristicDefinition = {
  code: 'CC04',
  dimension: 'CC',
  zh: '经营异常史',
  en: 'Abnormal-operation history',
  definition: {
    zh: '现在名录内；12个月内移出；36个月内移出；从未（列入错误而移出的视为从未）',
    en: 'listed now; removed at most 12 months ago; removed within 36 months; never (also where it was listed in error)',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近36个月', en: '36 months' },
  feeds: ['ABN'],
  compute(firm, cite) {
    const { view, listed, removed, unclear } = read(firm);
    if (view.cause !== undefined) return missing(view.cause);
    for (const record of listed) cite.record(record);
    if (listed.length > 0) return valueOf('listed', view.freshness);
    if (unclear) return missing('NOT_STATED');
    const [, , year, , , , window] = firm.day.halfYearsAgo;
    let newest: Listing | undefined;
    for (const record of removed) {
      const on = record.payload.removedOn!;
      if (on > window! && (newest === undefined || on > newest.payload.removedOn!)) newest = record;
    }
    if (newest !== undefined) {
      cite.record(newest);
      citeCoverage(view, cite);
      return valueOf(newest.payload.removedOn! >= year! ? 'removed12' : 'removed', view.freshness);
    }
    if (!provesAbsence(firm, view, window!)) return missing('NOT_COVERED');
    citeCoverage(view, cite);
    return valueOf('never', view.freshness);
  },
};

/** K04: a listing that stands proves itself, however old; that there is none needs the list. */
function listedNow(firm: FirmAt): Finding {
  const { view, listed, unclear } = read(firm);
  if (listed.length > 0) return { state: 'yes', records: listed, coverage: [] };
  if (view.cause !== undefined || unclear || view.coverage === undefined) return UNDECIDED;
  return { state: 'no', records: [], coverage: view.coverage.entries };
}

export const FAMILY: Family = {
  characteristics: [CC04],
  knockOuts: [
    {
      code: 'K04',
      feeds: ['ABN'],
      zh: '现列入经营异常名录',
      en: 'on the abnormal-operation list now',
      cure: { zh: '移出名录', en: 'removed from the list' },
      find: listedNow,
    },
  ],
};
