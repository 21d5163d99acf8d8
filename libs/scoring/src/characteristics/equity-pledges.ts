import { equityPledges, type DossierRecord, type EquityPledge } from '#lib/data-sources';
import { compareExact, reduced, type Exact } from '../scorecard/exact.ts';
import type { KnockOutState } from '../score.ts';
import {
  citeCoverage,
  missing,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
} from './characteristic.ts';
import type { FeedView, FirmAt } from './firm-at.ts';
import { percentOf } from './percent-of.ts';

interface PledgeReading {
  readonly view: FeedView;
  readonly inForce: readonly DossierRecord<EquityPledge>[];
  /** Percent of all shares, at most 100; undefined: some pledge in force leaves out how much of how many. */
  readonly percent: Exact | undefined;
}

function read(firm: FirmAt): PledgeReading {
  const known = firm.readings.equityPledges as PledgeReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('EQP');
  let unclear = false;
  const inForce = firm.records(equityPledges).filter(({ payload }) => {
    const state = stands(payload, firm);
    if (state === undefined) unclear = true;
    return state === true;
  });
  const percent = unclear ? undefined : percentPledged(inForce, firm);
  const reading = { view, inForce, percent };
  firm.readings.equityPledges = reading;
  return reading;
}

/** In force on the day: an end after it has not happened yet, a pledge that was annulled never stood. */
function stands({ status, endedOn, endUnreadable }: EquityPledge, firm: FirmAt): boolean | undefined {
  if (status === 'annulled') return false;
  if (endedOn !== undefined) return endedOn > firm.day.date;
  if (status === 'cancelled') return false;
  return endUnreadable ? undefined : true;
}

/** Shares are part of the stated total of the newest pledge that states one, money of the registered capital. */
function percentPledged(inForce: readonly DossierRecord<EquityPledge>[], firm: FirmAt): Exact | undefined {
  let amount = 0;
  let shares = 0;
  let total: { readonly of: number; readonly on: string } | undefined;
  for (const { payload } of inForce) {
    if (payload.shares === undefined && payload.amount === undefined) return undefined;
    amount += payload.amount ?? 0;
    shares += payload.shares ?? 0;
    const on = payload.registeredOn ?? '';
    if (payload.totalShares !== undefined && (total === undefined || on >= total.on))
      total = { of: payload.totalShares, on };
  }
  const capital = firm.known?.registration.registeredCapital;
  const whole = capital?.currency === 'CNY' ? capital.minor : 0;
  if ((amount > 0 && whole === 0) || (shares > 0 && total === undefined)) return undefined;
  const ofCapital = amount === 0 ? 0 : capped(amount, whole);
  const ofShares = shares === 0 ? 0 : capped(shares, total!.of);
  if (ofCapital === 0 || ofShares === 0) return ofCapital === 0 ? ofShares : ofCapital;
  // Of a company that changed its form: two denominators, so in hundredths of a percent, rounded down.
  const hundredths = inHundredths(ofCapital) + inHundredths(ofShares);
  return hundredths >= 10_000 ? 100 : reduced(hundredths, 100)!;
}

/** The same shares can be pledged twice. */
const capped = (part: number, whole: number): Exact => (part >= whole ? 100 : percentOf(part, whole));

const inHundredths = (percent: Exact): number =>
  typeof percent === 'number' ? 100 * percent : Number((100n * BigInt(percent.num)) / BigInt(percent.den));

export const CR07: CharacteristicDefinition = {
  code: 'CR07',
  dimension: 'CR',
  zh: '股权出质比例',
  en: 'Share of equity pledged',
  definition: {
    zh: '评分日有效出质的股权 ÷ 股份总数（有限公司为注册资本）× 100，上限100',
    en: '100 × pledged in force ÷ total shares (of a limited company: registered capital), at most 100',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['EQP'],
  compute(firm, cite) {
    const { view, inForce, percent } = read(firm);
    if (view.cause !== undefined) return missing(view.cause);
    if (percent === undefined) return missing('NOT_STATED');
    if (inForce.length === 0 && view.coverage === undefined) return missing('NOT_COVERED');
    for (const record of inForce) cite.record(record);
    citeCoverage(view, cite);
    return valueOf(percent, view.freshness);
  },
};

/** W07: 30 % or more. */
function pledgedHigh(firm: FirmAt, cite: Cite): KnockOutState {
  const { view, inForce, percent } = read(firm);
  if (view.cause !== undefined || percent === undefined) return 'unknown';
  if (compareExact(percent, 30) >= 0) {
    for (const record of inForce) cite.record(record);
    return 'yes';
  }
  return inForce.length === 0 && view.coverage === undefined ? 'unknown' : 'no';
}

export const FAMILY: Family = {
  characteristics: [CR07],
  warnings: [
    {
      code: 'W07',
      feeds: ['EQP'],
      zh: '股权出质比例达30%',
      en: 'equity pledged, 30 % or more',
      find: pledgedHigh,
    },
  ],
};
