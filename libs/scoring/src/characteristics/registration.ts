import { monthsByDayReached } from '#lib/kernel';
import type { RegistrationStatus } from '#lib/data-sources';
import { reduced, type Exact } from '../scorecard/exact.ts';
import {
  missing,
  NO,
  NOT_APPLICABLE,
  UNDECIDED,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
  type Finding,
} from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';

const citeRegistration = (firm: FirmAt, cite: Cite): void => {
  for (const record of firm.known?.records ?? []) cite.record(record);
};

/** 企业年龄: a firm's age cannot go stale, so f is 1 once the establishment date is known. */
export const TG08: CharacteristicDefinition = {
  code: 'TG08',
  dimension: 'TG',
  zh: '企业年龄',
  en: 'Age of the firm',
  definition: {
    zh: '成立日期至评分日的整月数，到日才算满月；成立日期不会过期，时效系数恒为1',
    en: 'whole months from establishment to the day of assessment, a month counting when its day is reached',
  },
  unit: { zh: '个月', en: 'months' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['REG'],
  compute(firm, cite) {
    if (firm.establishedOn === undefined) return missing(firm.feed('REG').cause ?? 'NOT_STATED');
    citeRegistration(firm, cite);
    return valueOf(monthsByDayReached(firm.establishedOn, firm.day.date));
  },
};

/** 实缴率: paid-in capital against subscribed, both as stated, in one currency; never converted. */
export const OV09: CharacteristicDefinition = {
  code: 'OV09',
  dimension: 'OV',
  zh: '实缴率',
  en: 'Paid-in ratio',
  definition: {
    zh: '实收资本 ÷ 注册资本 × 100，上限100；未载明或币种不同为缺失，注册资本为0不适用',
    en: '100 × paid ÷ subscribed capital, at most 100; not stated or of two currencies: missing; subscribed 0: N/A',
  },
  unit: { zh: '%', en: '%' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['REG'],
  compute(firm, cite) {
    const view = firm.feed('REG');
    if (view.cause !== undefined) return missing(view.cause);
    const paid = firm.known?.registration.paidCapital;
    const subscribed = firm.known?.registration.registeredCapital;
    if (paid === undefined || subscribed === undefined || paid.currency !== subscribed.currency)
      return missing('NOT_STATED');
    citeRegistration(firm, cite);
    if (subscribed.minor === 0) return NOT_APPLICABLE;
    return valueOf(paid.minor >= subscribed.minor ? 100 : percent(paid.minor, subscribed.minor), view.freshness);
  },
};

/** 100 × part ÷ whole, exact: amounts of registers lie far below 2^53 ÷ 100 (90 trillion 分); past it, in whole %. */
function percent(part: number, whole: number): Exact {
  if (Number.isSafeInteger(100 * part)) return reduced(100 * part, whole)!;
  return Number((BigInt(part) * 100n) / BigInt(whole));
}

const CLOSED: ReadonlySet<RegistrationStatus> = new Set<RegistrationStatus>([
  'revoked',
  'cancelled',
  'annulled',
  'ordered-closed',
  'liquidating',
  'bankrupt',
  'separate-register',
]);

/** K01: the status as the registration authority states it; a stale «active» proves nothing, a closed status does. */
function closedDown(firm: FirmAt): Finding {
  const status = firm.known?.registration.status;
  if (status === undefined) return UNDECIDED;
  const { records } = firm.known!;
  if (CLOSED.has(status)) return { state: 'yes', records, coverage: [] };
  if (firm.feed('REG').cause !== undefined) return UNDECIDED;
  return { state: 'no', records, coverage: [] };
}

const isDormant = (firm: FirmAt): boolean => {
  const status = firm.known?.registration.status;
  return status === 'dormant' || status === 'suspended';
};

export const FAMILY: Family = {
  characteristics: [TG08, OV09],
  knockOuts: [
    {
      code: 'K01',
      feeds: ['REG'],
      zh: '已吊销、注销、撤销、责令关闭、清算、破产或另册管理',
      en: 'revoked, cancelled, annulled, ordered to close, in liquidation or bankrupt',
      cure: { zh: '登记状态恢复', en: 'status restored' },
      find: closedDown,
    },
    {
      code: 'K12',
      feeds: ['REG'],
      zh: '注册地在项目区域外',
      en: 'registered outside the programme’s territory',
      cure: { zh: '迁回', en: 'move back' },
      // No programme names a territory here, so nobody stands outside one.
      find: () => NO,
    },
  ],
  warnings: [
    {
      code: 'W01',
      feeds: ['REG'],
      zh: '歇业或停业',
      en: 'dormant or suspended',
      find(firm, cite) {
        if (isDormant(firm)) {
          citeRegistration(firm, cite);
          return 'yes';
        }
        return firm.known?.registration.status === undefined ? 'unknown' : 'no';
      },
    },
  ],
};
