import { seriousViolations } from '#lib/data-sources';
import { UNDECIDED, type Family, type Finding } from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';

/** K03: on the list on the day; it ends by removal, never by the passing of time alone. */
function listedNow(firm: FirmAt): Finding {
  const { date } = firm.day;
  let unclear = false;
  const listed = firm.records(seriousViolations).filter(({ payload }) => {
    if (payload.removalReason === 'listedInError') return false;
    if (payload.removalUnreadable) unclear = true;
    return payload.removalUnreadable !== true && (payload.removedOn === undefined || payload.removedOn > date);
  });
  if (listed.length > 0) return { state: 'yes', records: listed, coverage: [] };
  const view = firm.feed('SER');
  if (view.cause !== undefined || unclear || view.coverage === undefined) return UNDECIDED;
  return { state: 'no', records: [], coverage: view.coverage.entries };
}

export const FAMILY: Family = {
  characteristics: [],
  knockOuts: [
    {
      code: 'K03',
      feeds: ['SER'],
      zh: '列入严重违法失信名单',
      en: 'on the serious-violation list',
      cure: { zh: '移出名单', en: 'removed from the list' },
      find: listedNow,
    },
  ],
};
