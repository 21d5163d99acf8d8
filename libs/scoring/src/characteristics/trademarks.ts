import type { LocalDate } from '#lib/kernel';
import { trademarks, type Trademark } from '#lib/data-sources';
import { missing, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { countDistinct, earned, type Counted } from './in-force.ts';

/** Whether the mark is registered and in force on the day. A status that is dated later is undone. */
export function isMarkInForce({ status, statusOn, registeredOn, expiresOn }: Trademark, date: LocalDate): Counted {
  const later = statusOn !== undefined && statusOn > date;
  const inTerm = expiresOn === undefined || expiresOn >= date;
  switch (status) {
    case 'applied':
    case 'announced':
    case 'opposed':
    case 'refused':
      return false;
    case 'registered': {
      const since = registeredOn ?? statusOn;
      return inTerm && (since === undefined || since <= date);
    }
    case 'cancelled':
    case 'invalidated':
    case 'expired':
      if (!inTerm || !later) return false;
      return registeredOn === undefined ? 'unstated' : registeredOn <= date;
    case undefined:
      return inTerm && (registeredOn === undefined || registeredOn <= date) ? 'unstated' : false;
  }
}

const numberOf = ({ regNo }: Trademark): string => regNo;

export const IN13: CharacteristicDefinition = {
  code: 'IN13',
  dimension: 'IN',
  zh: '有效商标',
  en: 'Trade marks in force',
  definition: {
    zh: '评分日已注册且在专用期内的商标，按注册号计，多类不重复；申请、公告、异议中的不计',
    en: 'marks registered and in term on the day, by registration number whatever the classes; pending and opposed ones do not count',
  },
  unit: { zh: '件', en: 'marks' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['TM'],
  compute(firm, cite) {
    const view = firm.feed('TM');
    if (view.cause !== undefined) return missing(view.cause);
    const { date } = firm.day;
    const found = countDistinct(firm.records(trademarks), cite, numberOf, (mark) => isMarkInForce(mark, date));
    cite.flag('RELATED_UNCHECKED');
    return earned(firm, view, cite, found);
  },
};

export const FAMILY: Family = { characteristics: [IN13] };
