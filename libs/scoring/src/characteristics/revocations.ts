import type { LocalDate } from '#lib/kernel';
import { subsidies, type DossierRecord, type Subsidy } from '#lib/data-sources';
import {
  citeCoverage,
  missing,
  UNDECIDED,
  valueOf,
  type CharacteristicDefinition,
  type Family,
  type Finding,
} from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';
import { provesAbsence } from './in-force.ts';
import { qualificationsOf } from './qualification-terms.ts';
import { staler } from './staler.ts';

interface Revocations {
  /** Clawbacks of 36 months. */
  readonly clawbacks: readonly DossierRecord[];
  /** Those of them for fraud. */
  readonly fraud: readonly DossierRecord[];
  /** Qualifications revoked for cause in 36 months. */
  readonly revoked: readonly DossierRecord[];
  /** Those of them for forged material. */
  readonly forged: readonly DossierRecord[];
  /** A clawback or revocation whose day or reason is not stated, so that it may belong to them. */
  readonly unstated: boolean;
  /** One of them may be for fraud or forged material. */
  readonly suspect: boolean;
}

const NONE: Revocations = { clawbacks: [], fraud: [], revoked: [], forged: [], unstated: false, suspect: false };

function revocationsOf(firm: FirmAt): Revocations {
  const known = firm.readings['revocations'] as Revocations | undefined;
  if (known !== undefined) return known;
  const edge = firm.day.halfYearsAgo[6]!;
  // A clawback that is known stands, however old its feed.
  const clawed = clawbacksOf(firm, edge);
  const { terms } = qualificationsOf(firm);
  let reading = NONE;
  if (terms.length > 0 || clawed.records.length > 0 || clawed.unstated) {
    const revoked: DossierRecord[] = [];
    const forged: DossierRecord[] = [];
    let unstatedRevocation = false;
    for (const { record, entry } of terms) {
      const { revoked: isRevoked, revokedOn, revokedFor } = entry;
      if (isRevoked !== true || revokedFor === 'lapse') continue;
      if (revokedOn !== undefined && (revokedOn <= edge || revokedOn > firm.day.date)) continue;
      if (revokedOn === undefined || revokedFor === undefined) unstatedRevocation = true;
      else revoked.push(record);
      if (revokedOn !== undefined && revokedFor === 'forgery') forged.push(record);
    }
    const unstated = clawed.unstated || unstatedRevocation;
    const suspect = clawed.suspect || unstatedRevocation;
    reading = { clawbacks: clawed.records, fraud: clawed.fraud, revoked, forged, unstated, suspect };
  }
  firm.readings['revocations'] = reading;
  return reading;
}

interface Clawbacks {
  readonly records: readonly DossierRecord[];
  readonly fraud: readonly DossierRecord[];
  /** Whether it lies in the window is not stated. */
  readonly unstated: boolean;
  /** Fraud cannot be ruled out: no reason is stated, or no day. */
  readonly suspect: boolean;
}

/**
 * 追回 without its own date is later than the newest approval or payment of its project; where that lies before the
 * window, whether the clawback lies in it cannot be told. 撤销 of an award is no clawback: its reason is not stated.
 */
function clawbacksOf(firm: FirmAt, edge: LocalDate): Clawbacks {
  const records: DossierRecord[] = [];
  const fraud: DossierRecord[] = [];
  let [unstated, suspect] = [false, false];
  const all = firm.records(subsidies);
  for (const record of all) {
    const { status, projectNo, clawedBackOn, clawbackReason } = record.payload;
    if (status !== 'clawedBack') continue;
    if (clawedBackOn !== undefined && (clawedBackOn <= edge || clawedBackOn > firm.day.date)) continue;
    const newest = clawedBackOn ?? newestDay(all, projectNo, firm.day.date);
    const inWindow = newest !== undefined && newest > edge;
    if (inWindow) records.push(record);
    else unstated = true;
    if (inWindow && clawbackReason === 'fraud') fraud.push(record);
    else if (clawbackReason !== 'other') suspect = true;
  }
  return { records, fraud, unstated, suspect };
}

function newestDay(all: readonly DossierRecord<Subsidy>[], projectNo: string, date: LocalDate): LocalDate | undefined {
  let newest: LocalDate | undefined;
  for (const { payload, eventDate } of all) {
    if (payload.projectNo !== projectNo) continue;
    for (const day of [payload.paidOn, payload.approvedOn ?? eventDate])
      if (day !== undefined && day <= date && (newest === undefined || day > newest)) newest = day;
  }
  return newest;
}

/** Both feeds speak for the whole window. */
function coversBoth(firm: FirmAt): boolean {
  const edge = firm.day.halfYearsAgo[6]!;
  return provesAbsence(firm, firm.feed('SUB'), edge) && provesAbsence(firm, firm.feed('QUA'), edge);
}

export const CC10: CharacteristicDefinition = {
  code: 'CC10',
  dimension: 'CC',
  zh: '补助与资质撤销',
  en: 'Clawbacks and revocations',
  definition: {
    zh: '近36个月补助被追回，或资质因故被撤销；期满、自愿放弃、更名换证不计',
    en: 'a subsidy clawed back, or a qualification revoked for cause, in 36 months; expiry, waiver and renaming are none',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近36个月', en: '36 months' },
  feeds: ['SUB', 'QUA'],
  compute(firm, cite) {
    const [sub, qua] = [firm.feed('SUB'), firm.feed('QUA')];
    const cause = sub.cause ?? qua.cause;
    if (cause !== undefined) return missing(cause);
    const { clawbacks, revoked, unstated } = revocationsOf(firm);
    const freshness = staler(sub.freshness, qua.freshness);
    for (const record of clawbacks) cite.record(record);
    for (const record of revoked) cite.record(record);
    if (clawbacks.length + revoked.length > 0) return valueOf('any', freshness);
    if (unstated) return missing('NOT_STATED');
    if (!coversBoth(firm)) return missing('NOT_COVERED');
    citeCoverage(sub, cite);
    citeCoverage(qua, cite);
    return valueOf('none', freshness);
  },
};

/**
 * K10. Yes needs a reason: forged material, or a clawback for fraud. One without a reason leaves the rule unknown; no
 * needs both feeds to speak for the window and neither to hold a doubt.
 */
function forgedOrClawedBack(firm: FirmAt): Finding {
  const { fraud, forged, suspect } = revocationsOf(firm);
  if (fraud.length + forged.length > 0) return { state: 'yes', records: [...fraud, ...forged], coverage: [] };
  const [sub, qua] = [firm.feed('SUB'), firm.feed('QUA')];
  if (suspect || sub.cause !== undefined || qua.cause !== undefined || !coversBoth(firm)) return UNDECIDED;
  return { state: 'no', records: [], coverage: [...sub.coverage!.entries, ...qua.coverage!.entries] };
}

export const FAMILY: Family = {
  characteristics: [CC10],
  knockOuts: [
    {
      code: 'K10',
      feeds: ['SUB', 'QUA'],
      zh: '伪造材料或骗取补助被追回（36个月）',
      en: 'forged material or clawback for fraud, 36 months',
      cure: { zh: '期满', en: 'expiry' },
      find: forgedOrClawedBack,
    },
  ],
};
