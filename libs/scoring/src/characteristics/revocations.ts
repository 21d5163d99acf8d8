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
  /** Clawbacks of 36 months, and the other records of their projects. */
  readonly clawbacks: readonly DossierRecord[];
  /** Qualifications revoked for cause in 36 months. */
  readonly revoked: readonly DossierRecord[];
  /** Those of them for forged material. */
  readonly forged: readonly DossierRecord[];
  /** A clawback or revocation whose day or reason is not stated, so that it may belong to them. */
  readonly unstated: boolean;
  /** The same, of revocations alone: forged material cannot be ruled out. */
  readonly unstatedRevocation: boolean;
}

const NONE: Revocations = { clawbacks: [], revoked: [], forged: [], unstated: false, unstatedRevocation: false };

function revocationsOf(firm: FirmAt): Revocations {
  const known = firm.readings['revocations'] as Revocations | undefined;
  if (known !== undefined) return known;
  const edge = firm.day.halfYearsAgo[6]!;
  const clawed = firm.feed('SUB').cause === undefined ? clawbacksOf(firm, edge) : { records: [], unstated: false };
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
    reading = { clawbacks: clawed.records, revoked, forged, unstated, unstatedRevocation };
  }
  firm.readings['revocations'] = reading;
  return reading;
}

/**
 * 追回 has no date of its own: it is later than the newest approval or payment of its project. Where that lies before
 * the window, whether the clawback lies in it cannot be told. 撤销 of an award is no clawback: its reason is not stated.
 */
function clawbacksOf(firm: FirmAt, edge: LocalDate): { records: DossierRecord[]; unstated: boolean } {
  const records: DossierRecord[] = [];
  let unstated = false;
  const all = firm.records(subsidies);
  for (const record of all) {
    if (record.payload.status !== 'clawedBack') continue;
    const newest = newestDay(all, record.payload.projectNo, firm.day.date);
    if (newest !== undefined && newest > edge) records.push(record);
    else unstated = true;
  }
  return { records, unstated };
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
 * K10. Only a revocation says why: forged material is yes. A clawback does not say whether there was fraud, so while one
 * stands in the window the rule is unknown; no needs both feeds to speak for the window and neither to hold a doubt.
 */
function forgedOrClawedBack(firm: FirmAt): Finding {
  const { clawbacks, forged, unstated } = revocationsOf(firm);
  if (forged.length > 0) return { state: 'yes', records: forged, coverage: [] };
  const [sub, qua] = [firm.feed('SUB'), firm.feed('QUA')];
  if (clawbacks.length > 0 || unstated || sub.cause !== undefined || qua.cause !== undefined || !coversBoth(firm))
    return UNDECIDED;
  return { state: 'no', records: [], coverage: [...sub.coverage!.entries, ...qua.coverage!.entries] };
}

export const FAMILY: Family = {
  characteristics: [CC10],
  knockOuts: [
    {
      code: 'K10',
      feed: 'SUB',
      zh: '伪造材料或骗取补助被追回（36个月）',
      en: 'forged material or clawback for fraud, 36 months',
      cure: { zh: '期满', en: 'expiry' },
      find: forgedOrClawedBack,
    },
  ],
};
