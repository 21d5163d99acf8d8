import type { InstitutionKind } from '#lib/access';
import type { Fact } from '#lib/whitelist';
import type { Measured, Text } from '#lib/scoring';

/** What a fact may be: a number or exact fraction, a word, yes or no, or several words. */
export type FactValue = Measured | boolean | readonly string[];

export type Words = Readonly<Record<string, Text>>;

/** The values that a fact can take. The words of an `order` ascend. A `number` may also be the word `none`: there is none. */
export type Domain =
  | { readonly type: 'choice' | 'order' | 'set'; readonly values: Words }
  | { readonly type: 'number'; readonly from: number; readonly to: number; readonly unit: Unit }
  | { readonly type: 'flag' }
  | { readonly type: 'region' };

export type Unit = 'fen' | 'months' | 'days' | 'bp' | 'percent' | 'hundredths' | 'mark' | 'count';

/** 画像事实: something that a condition of a programme may ask of a firm. */
export interface FactDefinition extends Text {
  readonly domain: Domain;
  /** Where it comes from: a feed, a characteristic, a register of this service, or `statement`. */
  readonly from: string;
  /** What would make it known. */
  readonly provider: Text;
  /** Who may state it; absent: nobody, it is computed. */
  readonly statedBy?: readonly InstitutionKind[];
  /** Each institution states a part of its own: the parts add up. */
  readonly addsUp?: true;
  /** Days left to a day that stands: with every day that passes since the statement one less. */
  readonly countsDown?: true;
  /** So many days after it was stated it says nothing any more. */
  readonly validDays?: number;
}

/** 企业画像 of one firm on one day: each fact known with its value and date, or not known with why. A fact left out is not known. */
export type Profile = Readonly<Partial<Record<string, Fact<FactValue>>>>;

/** Whether a value lies in the domain: what a statement may say. */
export function isInDomain(domain: Domain, value: unknown): value is FactValue {
  switch (domain.type) {
    case 'choice':
    case 'order':
      return typeof value === 'string' && Object.hasOwn(domain.values, value);
    case 'set':
      return (
        Array.isArray(value) &&
        new Set(value).size === value.length &&
        value.every((word) => typeof word === 'string' && Object.hasOwn(domain.values, word))
      );
    case 'number':
      return Number.isSafeInteger(value) && (value as number) >= domain.from && (value as number) <= domain.to;
    case 'flag':
      return typeof value === 'boolean';
    case 'region':
      return typeof value === 'string' && /^\d{6}$/.test(value);
  }
}
