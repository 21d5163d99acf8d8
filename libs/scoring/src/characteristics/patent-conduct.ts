import { addMonths, type LocalDate } from '#lib/kernel';
import { patents, researchDevelopment, type DossierRecord, type Patent } from '#lib/data-sources';
import type { Family } from './characteristic.ts';
import { monthNumber, type FirmAt } from './firm-at.ts';

/** More filings than this within three months are a burst (domain §2.1). */
const BURST_ABOVE = 5;

/** The filings of the newest burst in 12 months; none where the firm declares research staff for its newest year. */
function burst(firm: FirmAt): readonly DossierRecord<Patent>[] {
  const records = firm.records(patents);
  if (records.length <= BURST_ABOVE) return [];
  const since = firm.day.halfYearsAgo[2]!;
  const isRecent = ({ payload: { filedOn } }: DossierRecord<Patent>): boolean =>
    filedOn !== undefined && filedOn > since && filedOn <= firm.day.date;
  let recent = 0;
  for (const record of records) if (isRecent(record)) recent += 1;
  if (recent <= BURST_ABOVE) return [];
  const filed = records.filter(isRecent).sort((a, b) => (a.payload.filedOn! < b.payload.filedOn! ? -1 : 1));
  for (let last = filed.length - 1; last >= BURST_ABOVE; last--) {
    const first = filed[last - BURST_ABOVE]!.payload.filedOn!;
    if (isWithinQuarter(first, filed[last]!.payload.filedOn!))
      return hasResearchStaff(firm) ? [] : filed.slice(last - BURST_ABOVE, last + 1);
  }
  return [];
}

/** Less than three months apart; the calendar is asked only where the months alone do not say. */
function isWithinQuarter(first: LocalDate, last: LocalDate): boolean {
  const months = monthNumber(last) - monthNumber(first);
  return months < 3 || (months === 3 && last < addMonths(first, 3));
}

function hasResearchStaff(firm: FirmAt): boolean {
  let year = 0;
  let staff = 0;
  for (const { payload } of firm.records(researchDevelopment))
    if (payload.kind === 'year' && payload.staff !== undefined && payload.year > year)
      [year, staff] = [payload.year, payload.staff];
  return staff > 0;
}

/** Rights that changed hands in 12 months; what founders and universities bring in the first year is none of it. */
function transfers(firm: FirmAt): readonly DossierRecord<Patent>[] {
  const since = firm.day.halfYearsAgo[2]!;
  let settled: LocalDate | undefined;
  return firm.records(patents).filter(({ payload: { assignedOn } }) => {
    if (assignedOn === undefined || assignedOn <= since || assignedOn > firm.day.date) return false;
    if (firm.establishedOn === undefined) return true;
    settled ??= addMonths(firm.establishedOn, 12);
    return assignedOn > settled;
  });
}

/**
 * W06 as far as patents and research staff show it: the agent (代理机构) is not delivered, so a burst counts whoever
 * filed it.
 */
export const FAMILY: Family = {
  characteristics: [],
  warnings: [
    {
      code: 'W06',
      feeds: ['PAT'],
      alsoReads: ['RND'],
      zh: '专利集中申请或转让',
      en: 'patents filed in a burst, or transferred',
      find(firm, cite) {
        if (firm.feed('PAT').cause !== undefined) return 'unknown';
        const found = [...burst(firm), ...transfers(firm)];
        for (const record of found) cite.record(record);
        return found.length > 0 ? 'yes' : 'no';
      },
    },
  ],
};
