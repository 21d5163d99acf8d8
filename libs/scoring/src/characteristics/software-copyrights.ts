import { softwareCopyrights, type SoftwareCopyright } from '#lib/data-sources';
import { missing, type CharacteristicDefinition, type Family } from './characteristic.ts';
import { countDistinct, earned, edgesOf } from './in-force.ts';

const productOf = ({ product }: SoftwareCopyright): string => product;

/** Versions of one product are one: registrations by the dozen earn nothing. */
export const IN06: CharacteristicDefinition = {
  code: 'IN06',
  dimension: 'IN',
  zh: '软件著作权（去重）',
  en: 'Software copyrights, distinct products',
  definition: {
    zh: '近60个月登记、原始取得的软件，同一名称词干（去版本、版别）计一件',
    en: 'software registered in 60 months and acquired originally, distinct by title without version and edition',
  },
  unit: { zh: '件', en: 'products' },
  window: { zh: '近60个月', en: '60 months' },
  feeds: ['CPR'],
  compute(firm, cite) {
    const view = firm.feed('CPR');
    if (view.cause !== undefined) return missing(view.cause);
    const { date } = firm.day;
    const edge = edgesOf(firm.day).sixtyMonthsAgo;
    const found = countDistinct(firm.records(softwareCopyrights), cite, productOf, ({ acquisition, registeredOn }) => {
      if (acquisition === 'acquired' || (registeredOn !== undefined && registeredOn <= edge)) return false;
      if (registeredOn !== undefined && registeredOn > date) return false;
      return acquisition === undefined || registeredOn === undefined ? 'unstated' : true;
    });
    return earned(firm, view, cite, found, edge);
  },
};

export const FAMILY: Family = { characteristics: [IN06] };
