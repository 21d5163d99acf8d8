import { registrationChanges, type DossierRecord, type Money, type RegistrationChange } from '#lib/data-sources';
import type { LocalDate } from '#lib/kernel';
import type { FeedView, FirmAt } from './firm-at.ts';

export type ChangeRecord = DossierRecord<RegistrationChange>;

/** 登记变更 of the firm that had happened by the day, after its establishment; the first registration is no change. */
export interface Changes {
  readonly view: FeedView;
  readonly records: readonly ChangeRecord[];
}

export function changesOf(firm: FirmAt): Changes {
  const known = firm.readings.registrationChanges as Changes | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('CHG');
  const { establishedOn } = firm;
  const all = view.cause === undefined ? firm.records(registrationChanges) : [];
  const records = all.filter(
    ({ payload }) => payload.first !== true && (establishedOn === undefined || payload.changedOn > establishedOn),
  );
  const reading = { view, records };
  firm.readings.registrationChanges = reading;
  return reading;
}

/** One change of 注册资本, before and after in one currency. */
export interface CapitalChange {
  readonly record: ChangeRecord;
  readonly on: LocalDate;
  readonly before: Money;
  readonly after: Money;
}

/**
 * Changes of registered capital, oldest first. Where a row swapped before and after (前后颠倒), its neighbours show it: a
 * change begins where the one before it ended.
 */
export function capitalChanges(firm: FirmAt): readonly CapitalChange[] {
  const known = firm.readings.capitalChanges as readonly CapitalChange[] | undefined;
  if (known !== undefined) return known;
  const reading = readCapitalChanges(firm);
  firm.readings.capitalChanges = reading;
  return reading;
}

function readCapitalChanges(firm: FirmAt): readonly CapitalChange[] {
  const changes: { record: ChangeRecord; on: LocalDate; before: Money; after: Money }[] = [];
  for (const record of changesOf(firm).records) {
    const { item, changedOn, beforeCapital, afterCapital } = record.payload;
    if (item !== 'capital' || beforeCapital === undefined || afterCapital === undefined) continue;
    if (beforeCapital.currency === afterCapital.currency)
      changes.push({ record, on: changedOn, before: beforeCapital, after: afterCapital });
  }
  changes.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  for (let i = 1; i < changes.length; i++) {
    const earlier = changes[i - 1]!;
    const later = changes[i]!;
    if (earlier.after.minor === later.before.minor) continue;
    if (earlier.after.minor === later.after.minor) swap(later);
    // Turned round once already, the earlier one fits its own predecessor.
    else if (i === 1 && earlier.before.minor === later.before.minor) swap(earlier);
    else if (i === 1 && earlier.before.minor === later.after.minor) {
      swap(earlier);
      swap(later);
    }
  }
  return changes;
}

function swap(change: { before: Money; after: Money }): void {
  const { before } = change;
  change.before = change.after;
  change.after = before;
}
