import type { LocalDate } from '#lib/kernel';
import { otherRights, type OtherRight } from '#lib/data-sources';
import { missing, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { countDistinct, earned, type Counted } from './in-force.ts';

/** Whether the right is of class I and in force on the day. A status that is dated later is undone. */
export function isRightInForce({ kind, status, statusOn, grantedOn, expiresOn }: OtherRight, date: LocalDate): Counted {
  const later = statusOn !== undefined && statusOn > date;
  if ((expiresOn !== undefined && expiresOn < date) || (grantedOn !== undefined && grantedOn > date)) return false;
  if (status === 'pending') return false;
  if (status === 'expired' || status === 'revoked') {
    if (!later) return false;
    return grantedOn === undefined || kind === undefined ? 'unstated' : true;
  }
  if (status === 'inForce' && grantedOn === undefined && later) return false;
  return status === undefined || kind === undefined ? 'unstated' : true;
}

const numberOf = ({ regNo }: OtherRight): string => regNo;

export const IN07: CharacteristicDefinition = {
  code: 'IN07',
  dimension: 'IN',
  zh: '其他Ⅰ类知识产权',
  en: 'Other class I rights',
  definition: {
    zh: '评分日有效的集成电路布图设计、植物新品种、国家级农作物品种、国家新药、国家一级中药保护品种、国防专利',
    en: 'layout designs, plant and crop varieties, new drugs, protected medicines and defence patents in force on the day',
  },
  unit: { zh: '项', en: 'items' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['ICL'],
  compute(firm, cite) {
    const view = firm.feed('ICL');
    if (view.cause !== undefined) return missing(view.cause);
    const { date } = firm.day;
    const found = countDistinct(firm.records(otherRights), cite, numberOf, (right) => isRightInForce(right, date));
    cite.flag('RELATED_UNCHECKED');
    return earned(firm, view, cite, found);
  },
};

export const FAMILY: Family = { characteristics: [IN07] };
