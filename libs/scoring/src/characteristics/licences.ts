import type { LocalDate } from '#lib/kernel';
import { licences, type Licence } from '#lib/data-sources';
import { missing, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { countDistinct, earned, type Counted } from './in-force.ts';

/** Whether the permit is in force on the day. Dates beat «有效»; 撤销, 注销, 暂扣 beat dates, unless they are dated later. */
export function isPermitInForce(permit: Licence, date: LocalDate): Counted {
  const { status, statusOn, validFrom, decidedOn, validTo, openEnded } = permit;
  const from = validFrom ?? decidedOn;
  if ((from !== undefined && from > date) || (validTo !== undefined && validTo < date)) return false;
  const later = statusOn !== undefined && statusOn > date;
  if (status !== undefined && status !== 'inForce' && !later) return false;
  return validTo !== undefined || openEnded === true || status === 'inForce' ? true : 'unstated';
}

const numberOf = ({ licenceNo }: Licence): string => licenceNo;

export const OV10: CharacteristicDefinition = {
  code: 'OV10',
  dimension: 'OV',
  zh: '在效许可',
  en: 'Permits in force',
  definition: {
    zh: '评分日在有效期内、未撤销、注销、暂扣的行政许可，按许可编号计',
    en: 'permits in term on the day, not revoked, cancelled or suspended, by number',
  },
  unit: { zh: '项', en: 'permits' },
  window: { zh: '评分日', en: 'as of the day' },
  feeds: ['LIC'],
  compute(firm, cite) {
    const view = firm.feed('LIC');
    if (view.cause !== undefined) return missing(view.cause);
    const { date } = firm.day;
    const found = countDistinct(firm.records(licences), cite, numberOf, (permit) => isPermitInForce(permit, date));
    return earned(firm, view, cite, found);
  },
};

export const FAMILY: Family = { characteristics: [OV10] };
