import { cleanText } from '../../normalise/text.ts';
import { isOrganisationName } from '../organisation.ts';

const PERSON = /^(?:个人|自然人|天使投资人|person)$/i;
/** Words of the trade that stand in no person's name. */
const TRADE = /资本|创投|投资|资产|科技|孵化|加速器|控股|股份|Capital|Ventures?|Partners|Fund|Holdings/i;

/** XML has no truth values, only their words. */
const LEAD_WORDS = /^(?:领投|跟投|true|false|[01]|是|否)$/;

/** An event without the names of persons among its investors (投资方): who cannot be told from one is one. */
export function withoutPersons(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!('investors' in object)) return object;
  const { investors } = object;
  return { ...object, investors: Array.isArray(investors) ? investors.map(withoutName) : null };
}

/** One investor as it may be kept; mapping sees no more than this. */
export function withoutName(investor: unknown): object {
  if (typeof investor !== 'object' || investor === null) return {};
  const { name, type, lead, amac } = investor as Record<string, unknown>;
  const isPerson = typeof type === 'string' && PERSON.test(cleanText(type));
  const text = typeof name === 'string' ? cleanText(name) : '';
  const kept = !isPerson && (isOrganisationName(text) || TRADE.test(text));
  return {
    ...(kept ? { name } : {}),
    ...(typeof type === 'string' && type.length <= 20 ? { type } : {}),
    ...(typeof lead === 'boolean' || (typeof lead === 'string' && LEAD_WORDS.test(lead)) ? { lead } : {}),
    // 中基协 numbers are P or S and digits, or letters and digits of a fund.
    ...(typeof amac === 'string' && /^[PS][A-Z0-9]{4,8}$/i.test(cleanText(amac)) ? { amac } : {}),
  };
}
