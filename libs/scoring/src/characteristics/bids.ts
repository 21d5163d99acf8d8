import { bids, type Bid, type DossierRecord } from '#lib/data-sources';
import type { CharacteristicValue } from '../value.ts';
import { provesAbsence } from './absence.ts';
import { inTenThousandYuan } from './amounts.ts';
import {
  citeCoverage,
  missing,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
} from './characteristic.ts';
import type { FeedView, FirmAt } from './firm-at.ts';

interface BidReading {
  readonly view: FeedView;
  /** Lots won in the window from a public buyer, not cancelled by the day. */
  readonly counted: readonly DossierRecord<Bid>[];
  /** Some award leaves its date out, so that it may or may not count. */
  readonly undated: boolean;
}

/**
 * Awards of the last 24 months. A buyer that is stated to be private, or is the firm itself, does not count; one whose
 * type is not stated does, for the table of public buyers is absent (RELATED_UNCHECKED). State-owned firms are public.
 */
function read(firm: FirmAt): BidReading {
  const known = firm.readings.bids as BidReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('BID');
  const { date, halfYearsAgo } = firm.day;
  const counted: DossierRecord<Bid>[] = [];
  let undated = false;
  if (view.cause === undefined)
    for (const record of firm.records(bids)) {
      const { wonOn, buyerType, buyerUscc, cancelled, cancelledOn } = record.payload;
      if (buyerType === 'private' || buyerUscc === firm.dossier.uscc) continue;
      if (cancelledOn !== undefined ? cancelledOn <= date : cancelled === true) continue;
      if (wonOn === undefined) undated = true;
      else if (wonOn <= date && wonOn > halfYearsAgo[4]!) counted.push(record);
    }
  const reading = { view, counted, undated };
  firm.readings.bids = reading;
  return reading;
}

function missingFor(firm: FirmAt, { view, counted, undated }: BidReading): CharacteristicValue | undefined {
  if (view.cause !== undefined) return missing(view.cause);
  if (counted.length > 0) return undefined;
  if (undated) return missing('NOT_STATED');
  return provesAbsence(firm, view, firm.day.halfYearsAgo[4]!) ? undefined : missing('NOT_COVERED');
}

function citeAwards({ view, counted }: BidReading, cite: Cite): void {
  for (const record of counted) cite.record(record);
  citeCoverage(view, cite);
  cite.flag('RELATED_UNCHECKED');
}

const COMMON = { dimension: 'OV', window: { zh: '近24个月', en: '24 months' }, feeds: ['BID'] } as const;

export const OV05: CharacteristicDefinition = {
  ...COMMON,
  code: 'OV05',
  zh: '公共采购中标次数',
  en: 'Public awards won',
  definition: {
    zh: '近24个月中标的标段数，采购人为公共部门且非关联方，已取消的不计；采购人类型未载明时不作过滤',
    en: 'lots won in 24 months from public buyers that are not related, not cancelled',
  },
  unit: { zh: '次', en: 'times' },
  compute(firm, cite) {
    const reading = read(firm);
    const gap = missingFor(firm, reading);
    if (gap !== undefined) return gap;
    citeAwards(reading, cite);
    return valueOf(reading.counted.length, reading.view.freshness);
  },
};

/** The firm's part of a lot in 分, rounded down; undefined: the record leaves the amount, or the share, out. */
export function ownAmount({ amount, role, shareBp, members }: Bid): number | undefined {
  if (amount === undefined) return undefined;
  if (shareBp !== undefined) return Number((BigInt(amount) * BigInt(shareBp)) / 10_000n);
  if (members !== undefined) return Math.floor(amount / members);
  return role === 'lead' || role === 'member' ? undefined : amount;
}

export const OV06: CharacteristicDefinition = {
  ...COMMON,
  code: 'OV06',
  zh: '公共采购中标金额',
  en: 'Amount of public awards',
  definition: {
    zh: 'OV05 所计标段的中标金额，联合体按本企业份额（未载明份额时按成员均分）；框架协议各标段重复的同一金额计一次；任一金额未载明为缺失',
    en: 'amount of the lots of OV05, own share of a consortium (equal parts if not stated); a sum repeated in a framework counts once',
  },
  unit: { zh: '万元', en: '10k yuan' },
  compute(firm, cite) {
    const reading = read(firm);
    const gap = missingFor(firm, reading);
    if (gap !== undefined) return gap;
    let sum = 0;
    const frameworks = new Map<string, number>();
    for (const { payload } of reading.counted) {
      const own = ownAmount(payload);
      if (own === undefined) return missing('NOT_STATED');
      if (payload.framework === true) {
        const key = `${payload.projectNo}|${payload.amount}`;
        frameworks.set(key, Math.max(own, frameworks.get(key) ?? 0));
      } else sum += own;
    }
    for (const own of frameworks.values()) sum += own;
    citeAwards(reading, cite);
    return valueOf(inTenThousandYuan(sum), reading.view.freshness);
  },
};

export const FAMILY: Family = { characteristics: [OV05, OV06] };
