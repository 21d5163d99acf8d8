import { firstDay, lastDay, monthIndex } from '#lib/kernel';
import { annualReports, researchDevelopment, socialSecurity, taxCredit, water } from '#lib/data-sources';
import type {
  DossierRecord,
  ResearchDevelopment,
  ResearchYear,
  SocialSecurityMonth,
  WaterBill,
} from '#lib/data-sources';
import { laterMonth, monthsLater, stated, type Future } from './future.ts';

/**
 * The firm goes on as it does today: heads, payment habits, water, reports, declared figures and tax grade repeat. What
 * ends by itself does end: windows move on, qualifications expire, and the firm grows older.
 */
export function carryForward(future: Future): void {
  const { months } = future;
  if (months <= 0) return;
  repeatHeads(future);
  repeatWater(future);
  repeatYears(future);
}

function repeatHeads(future: Future): void {
  const all = future.records(socialSecurity);
  let newest: DossierRecord<SocialSecurityMonth> | undefined;
  for (const record of all)
    if (record.payload.kind === 'month' && (newest === undefined || record.payload.month > newest.payload.month))
      newest = record as DossierRecord<SocialSecurityMonth>;
  if (newest === undefined) return;
  const { payload } = newest;
  // Heads that had ended long before today do not come back.
  if (monthIndex(future.asOf) - monthIndex(payload.month) > 3) return;
  const added = Array.from({ length: future.months }, (_, i): DossierRecord<SocialSecurityMonth> => {
    const month = laterMonth(payload.month, i + 1);
    const paidOn = monthsLater(payload.paidOn, i + 1);
    return {
      recordKey: month,
      eventDate: firstDay(month),
      eventTo: lastDay(month),
      payload: stated({ ...payload, month, paidOn }),
    };
  });
  future.add(socialSecurity, ...added);
}

function repeatWater(future: Future): void {
  const newest = new Map<string, DossierRecord<WaterBill>>();
  for (const record of future.records(water)) {
    const other = newest.get(record.payload.account);
    if (other === undefined || record.payload.month > other.payload.month) newest.set(record.payload.account, record);
  }
  for (const { payload, eventDate, eventTo } of newest.values()) {
    if (monthIndex(future.asOf) - monthIndex(payload.month) > 4) continue;
    const cycle = payload.cycle ?? 1;
    const added: DossierRecord<WaterBill>[] = [];
    for (let later = cycle; later <= future.months; later += cycle) {
      const month = laterMonth(payload.month, later);
      added.push({
        recordKey: `${payload.account}|${month}`,
        ...stated({ eventDate: monthsLater(eventDate, later), eventTo: eventTo && lastDay(month) }),
        payload: stated({
          ...payload,
          month,
          paidOn: monthsLater(payload.paidOn, later),
          arrearsSince: monthsLater(payload.arrearsSince, later),
        }),
      });
    }
    future.add(water, ...added);
  }
}

/** One more year of a declaration for every year that begins. */
function repeatYears(future: Future): void {
  const years = Number(future.date.slice(0, 4)) - Number(future.asOf.slice(0, 4));
  const moved = <P extends object>(record: DossierRecord<P>, recordKey: string, payload: P): DossierRecord<P> => ({
    recordKey,
    ...stated({ eventDate: monthsLater(record.eventDate, 12), eventTo: monthsLater(record.eventTo, 12) }),
    payload: stated(payload),
  });
  for (let by = 1; by <= years; by++) {
    for (const record of newestYears(
      future.records(researchDevelopment),
      (p) => p.kind === 'year' && ['year', p.year],
    )) {
      const payload = record.payload as ResearchYear;
      const year = payload.year + 1;
      const next = { ...payload, year, declaredOn: monthsLater(payload.declaredOn, 12) };
      future.add(researchDevelopment, moved<ResearchDevelopment>(record, `year|${year}`, next));
    }
    for (const record of newestYears(future.records(annualReports), (p) => [p.kind, p.year])) {
      const { payload } = record;
      const year = payload.year + 1;
      const next = stated({ ...payload, year, filedOn: monthsLater(payload.filedOn, 12) });
      const key = payload.kind === 'filing' ? `filing|${year}` : `figures|${year}|${payload.version ?? 0}`;
      future.add(annualReports, moved(record, key, next));
    }
    for (const record of newestYears(future.records(taxCredit), (p) => ['year', p.year])) {
      const { payload } = record;
      const year = payload.year + 1;
      const next = {
        ...payload,
        year,
        publishedOn: monthsLater(payload.publishedOn, 12),
        statedOn: monthsLater(payload.statedOn, 12),
      };
      future.add(taxCredit, moved(record, String(year), next));
    }
  }
}

/** The record of the newest year of each kind. */
function newestYears<P extends object>(
  records: readonly DossierRecord<P>[],
  placeOf: (payload: P) => readonly [kind: string, year: number] | false,
): readonly DossierRecord<P>[] {
  const newest = new Map<string, { year: number; record: DossierRecord<P> }>();
  for (const record of records) {
    const place = placeOf(record.payload);
    if (place === false) continue;
    const [kind, year] = place;
    if (year >= (newest.get(kind)?.year ?? 0)) newest.set(kind, { year, record });
  }
  return [...newest.values()].map(({ record }) => record);
}
