/** An exact quotient of two safe integers, den > 0. */
export interface Fraction {
  readonly num: number;
  readonly den: number;
}

/**
 * Why a value is missing (domain §2). The order is part of stored scores. NOT_AUTHORISED and OPTED_OUT also say that the
 * firm had the source closed, whatever it holds. NOT_STATED: the record leaves the field out.
 */
export const MISSING_CAUSES = [
  'NOT_CONNECTED',
  'NOT_COVERED',
  'NOT_AUTHORISED',
  'WITHDRAWN',
  'OPTED_OUT',
  'QUARANTINED',
  'STALE',
  'NO_TABLE',
  'NOT_STATED',
] as const;
export type MissingCause = (typeof MISSING_CAUSES)[number];

/** The causes in words, after the name of a feed: JUD 未接入, JUD is not connected. */
export const CAUSE_WORDS: Readonly<Record<MissingCause, { readonly zh: string; readonly en: string }>> = {
  NOT_CONNECTED: { zh: '未接入', en: 'not connected' },
  NOT_COVERED: { zh: '未覆盖该企业', en: 'does not cover the firm' },
  NOT_AUTHORISED: { zh: '未授权', en: 'not authorised' },
  WITHDRAWN: { zh: '授权已撤回', en: 'authorisation withdrawn' },
  OPTED_OUT: { zh: '企业已退出', en: 'the firm has opted out' },
  QUARANTINED: { zh: '数据待核', en: 'quarantined' },
  STALE: { zh: '数据过期', en: 'out of date' },
  NO_TABLE: { zh: '缺少参照表', en: 'its reference table is missing' },
  NOT_STATED: { zh: '来源未载明', en: 'not stated by the source' },
};

/** A number, an exact fraction, or a category. */
export type Measured = number | Fraction | string;

/** The states of a characteristic (domain §2): a value (zero is one), missing with its cause, or not applicable. */
export type CharacteristicValue =
  | {
      readonly state: 'VALUE';
      readonly value: Measured;
      /** f of domain §1.4; absent: 1. */ readonly freshness?: Fraction;
    }
  | { readonly state: 'MISSING'; readonly cause: MissingCause }
  | { readonly state: 'NA' };
