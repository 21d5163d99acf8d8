import { addMonths, type LocalDate } from '#lib/kernel';
import { compareExact, reduced, type Exact } from '../scorecard/exact.ts';
import type { KnockOutState } from '../score.ts';
import { OV07 } from './annual-reports.ts';
import { provesAbsence } from './absence.ts';
import {
  citeCoverage,
  missing,
  NO_CITE,
  UNDECIDED,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
  type Finding,
} from './characteristic.ts';
import {
  courtCases,
  enforcementState,
  type CaseRecord,
  type CourtCases,
  type Enforcement,
  type Suit,
} from './court-cases.ts';
import type { FirmAt } from './firm-at.ts';

/** 100,000 yuan and 10,000 yuan in 分. */
const LARGE = 10_000_000;
const SMALL = 1_000_000;

/** A of K07: above max(100,000 yuan, 5 % of paid-in capital); the capital unknown or foreign: 100,000 yuan. */
function isAboveA(sum: number, firm: FirmAt): boolean {
  const paid = firm.known?.registration.paidCapital;
  return sum > LARGE && (paid === undefined || paid.currency !== 'CNY' || 20 * sum > paid.minor);
}

interface OpenSum {
  readonly open: readonly Enforcement[];
  /** Known sums only, in 分. */
  readonly sum: number;
  /** Some sum, or whether something is open, is not known. */
  readonly unclear: boolean;
}

function openSum({ enforcements }: CourtCases): OpenSum {
  const open = enforcements.filter((e) => e.state === 'open');
  let sum = 0;
  for (const { unpaid } of open) sum += unpaid ?? 0;
  const unclear = enforcements.some((e) => e.state === 'unclear') || open.some((e) => e.unpaid === undefined);
  return { open, sum, unclear };
}

export const CC06: CharacteristicDefinition = {
  code: 'CC06',
  dimension: 'CC',
  zh: '被执行',
  en: 'Judgment enforcement',
  definition: {
    zh: '未结被执行的未履行合计超过10万元与实收资本5%之较大者为大额，其余未结为小额；近36个月内结案为已结；无。终结本次执行不算结案，恢复执行与原案计一件',
    en: 'open = unpaid in all above max(100,000 yuan, 5 % of paid-in capital) or below; closed within 36 months; none. A round ended for want of property stays open; a resumption is the same case',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近36个月', en: '36 months' },
  feeds: ['JUD'],
  compute(firm, cite) {
    const cases = courtCases(firm);
    const { view, enforcements } = cases;
    if (view.cause !== undefined) return missing(view.cause);
    const { open, sum, unclear } = openSum(cases);
    const edge = firm.day.halfYearsAgo[6]!;
    if (open.length > 0) {
      const big = isAboveA(sum, firm);
      if (!big && unclear) return missing('NOT_STATED');
      for (const { record } of open) cite.record(record);
      return valueOf(big ? 'openBig' : 'openSmall', view.freshness);
    }
    if (unclear) return missing('NOT_STATED');
    const closed = enforcements.filter((e) => e.closedOn! > edge);
    if (closed.length > 0) {
      for (const { record } of closed) cite.record(record);
      citeCoverage(view, cite);
      return valueOf('closed', view.freshness);
    }
    if (!provesAbsence(firm, view, edge)) return missing('NOT_COVERED');
    citeCoverage(view, cite);
    return valueOf('none', view.freshness);
  },
};

/** Not withdrawn, not dismissed and not won by the firm. */
const stands = ({ outcome }: Suit): boolean => outcome !== 'withdrawn' && outcome !== 'dismissed' && outcome !== 'won';

/** Filed after the edge; undefined: it may be. */
const filedAfter = ({ filedOn }: Suit, edge: LocalDate): boolean | undefined =>
  filedOn === undefined ? undefined : filedOn > edge;

/** Over debt or labour; undefined: the cause is not stated. */
const isOwing = ({ causeClass }: Suit): boolean | undefined =>
  causeClass === undefined ? undefined : causeClass !== 'other';

export const CC07: CharacteristicDefinition = {
  code: 'CC07',
  dimension: 'CC',
  zh: '被诉（债务与劳动）',
  en: 'Suits as defendant',
  definition: {
    zh: '近24个月立案、企业为被告、案由属债务或劳动、未撤诉且未胜诉的案件数；同一案件各审级计一件',
    en: 'cases filed in 24 months as defendant over debt or labour, not withdrawn and not won; all stages of a case are one',
  },
  unit: { zh: '件', en: 'cases' },
  window: { zh: '近24个月', en: '24 months' },
  feeds: ['JUD'],
  compute(firm, cite) {
    const { view, suits, unclearSuits } = courtCases(firm);
    if (view.cause !== undefined) return missing(view.cause);
    const edge = firm.day.halfYearsAgo[4]!;
    const counts = (suit: Suit): boolean | undefined => {
      if (!stands(suit) || filedAfter(suit, edge) === false || isOwing(suit) === false) return false;
      return filedAfter(suit, edge) === undefined || isOwing(suit) === undefined ? undefined : true;
    };
    // A case that may count, or not, leaves the number unknown.
    if (unclearSuits.some((suit) => counts(suit) !== false)) return missing('NOT_STATED');
    const counted: Suit[] = [];
    for (const suit of suits) {
      const does = counts(suit);
      if (does === undefined) return missing('NOT_STATED');
      if (does) counted.push(suit);
    }
    if (counted.length === 0 && !provesAbsence(firm, view, edge)) return missing('NOT_COVERED');
    for (const { records } of counted) for (const record of records) cite.record(record);
    citeCoverage(view, cite);
    return valueOf(counted.length, view.freshness);
  },
};

/** A list entry of a debtor: on it from its publication until its removal; both may lie after the day. */
function listed(
  record: CaseRecord,
  on: boolean | undefined,
  from: LocalDate | undefined,
  until: LocalDate | undefined,
  date: LocalDate,
): KnockOutState {
  // Who paid and was never said to be listed is not; of anybody else the file says nothing.
  if (on === undefined) return enforcementState(record.payload, date) === 'closed' ? 'no' : 'unknown';
  if (!on || (from !== undefined && from > date)) return 'no';
  if (until !== undefined) return until > date ? 'yes' : 'no';
  return record.payload.endUnreadable ? 'unknown' : 'yes';
}

/** A listing that stands proves itself, however old; that there is none needs a delivery that speaks for all. */
function findListed(firm: FirmAt, stateOf: (record: CaseRecord) => KnockOutState): Finding {
  const { view, debtor } = courtCases(firm);
  const states = debtor.map(stateOf);
  const records = debtor.filter((_, i) => states[i] === 'yes');
  if (records.length > 0) return { state: 'yes', records, coverage: [] };
  if (view.cause !== undefined || view.coverage === undefined || states.includes('unknown')) return UNDECIDED;
  return { state: 'no', records: [], coverage: view.coverage.entries };
}

const isDishonest = (firm: FirmAt): Finding =>
  findListed(firm, (record) => {
    const { dishonest, dishonestFrom, dishonestUntil } = record.payload;
    return listed(record, dishonest, dishonestFrom, dishonestUntil, firm.day.date);
  });

const isLimited = (firm: FirmAt): Finding =>
  findListed(firm, (record) => {
    const { limited, limitedFrom, limitedUntil } = record.payload;
    return listed(record, limited, limitedFrom, limitedUntil, firm.day.date);
  });

/** K07: open in all above A, or above 10,000 yuan and open for more than 6 months. */
function openEnforcement(firm: FirmAt): Finding {
  const cases = courtCases(firm);
  const { open, sum, unclear } = openSum(cases);
  const edge = firm.day.halfYearsAgo[1]!;
  if (isAboveA(sum, firm)) return { state: 'yes', records: open.map((e) => e.record), coverage: [] };
  const old = open.filter(({ filedOn }) => filedOn !== undefined && filedOn < edge);
  let oldSum = 0;
  for (const { unpaid } of old) oldSum += unpaid ?? 0;
  if (oldSum > SMALL) return { state: 'yes', records: old.map((e) => e.record), coverage: [] };
  const { view } = cases;
  const undated = sum > SMALL && open.some(({ filedOn }) => filedOn === undefined);
  if (view.cause !== undefined || view.coverage === undefined || unclear || undated) return UNDECIDED;
  return { state: 'no', records: open.map((e) => e.record), coverage: view.coverage.entries };
}

const NEW_MONTHS = 3;
/** 万元 in 分. */
const TEN_THOUSAND_YUAN = 1_000_000;

/** Revenue of the last due fiscal year in 10k yuan; undefined: none, or not known. */
function revenueOf(firm: FirmAt): Exact | undefined {
  const revenue = OV07.compute(firm, NO_CITE);
  if (revenue.state !== 'VALUE' || typeof revenue.value === 'string') return undefined;
  return compareExact(revenue.value, 0) > 0 ? revenue.value : undefined;
}

/** W08: a suit over debt filed in the last 3 months for 10 % of revenue or more; without revenue, 100,000 yuan or more. */
function newSuit(firm: FirmAt, cite: Cite): KnockOutState {
  const { view, suits } = courtCases(firm);
  if (view.cause !== undefined) return 'unknown';
  const edge = addMonths(firm.day.date, -NEW_MONTHS);
  let state: KnockOutState = 'no';
  for (const suit of suits) {
    if (!stands(suit) || filedAfter(suit, edge) === false) continue;
    if (suit.causeClass !== undefined && suit.causeClass !== 'debt') continue;
    if (suit.filedOn === undefined || suit.causeClass === undefined || suit.claim === undefined) {
      if (state === 'no') state = 'unknown';
      continue;
    }
    const revenue = revenueOf(firm);
    const large =
      revenue === undefined
        ? suit.claim >= LARGE
        : compareExact(reduced(10 * suit.claim, TEN_THOUSAND_YUAN)!, revenue) >= 0;
    if (!large) continue;
    for (const record of suit.records) cite.record(record);
    state = 'yes';
  }
  return state;
}

export const FAMILY: Family = {
  characteristics: [CC06, CC07],
  knockOuts: [
    {
      code: 'K02',
      feeds: ['JUD'],
      zh: '企业为失信被执行人',
      en: 'the firm is a dishonest judgment debtor',
      cure: { zh: '移出失信名单', en: 'removed from the list' },
      find: isDishonest,
    },
    {
      code: 'K07',
      feeds: ['JUD'],
      alsoReads: ['REG'],
      zh: '大额或逾6个月的未结被执行',
      en: 'open enforcement, large or older than 6 months',
      cure: { zh: '执行完毕或和解履行', en: 'closed, or settlement performed' },
      find: openEnforcement,
    },
    {
      code: 'K08',
      feeds: ['JUD'],
      zh: '被限制高消费',
      en: 'limited-consumption order in force',
      cure: { zh: '解除限制', en: 'lifted' },
      find: isLimited,
    },
  ],
  warnings: [
    {
      code: 'W08',
      feeds: ['JUD'],
      alsoReads: ['ANR'],
      zh: '新增债务被诉，标的达营业收入10%以上（无收入：10万元以上）',
      en: 'new suit as debtor for 10 % of revenue or more (no revenue: 100,000 yuan)',
      find: newSuit,
    },
  ],
};
