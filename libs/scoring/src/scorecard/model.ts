import type { Feed } from '#lib/data-sources';
import type { Text } from '../score.ts';
import type { Measured } from '../value.ts';
import type { Exact } from './exact.ts';

/** A bound as written: a whole number or `num/den`. */
export type Bound = number | string;

/** {x}, [lo, hi) or (lo, hi), or a set of categories. `hi: null` has no end. */
export type Predicate =
  | { readonly op: 'equal'; readonly value: Bound }
  | { readonly op: 'between'; readonly lo: Bound; readonly loOpen?: boolean; readonly hi: Bound | null }
  | { readonly in: readonly string[] };

/** PMML attribute: a predicate and its partial score. */
export interface AttributeDocument {
  readonly id: string;
  readonly predicate: Predicate;
  readonly partialScoreTenths: number;
  /** Overrides the characteristic's code where its text would be untrue. */
  readonly reasonCode?: string;
  /** Words for the value: required for categories. */
  readonly zh?: string;
  readonly en?: string;
  /** What a firm must do to get here, where «reach lo» would be misleading. */
  readonly need?: Text;
  /** The attribute to aim at, where it is not the next better one. */
  readonly next?: string;
}

export interface ReasonCodeDocument {
  readonly code: string;
  readonly adverse: Text;
  readonly favourable: Text;
}

export type Direction = '+' | '−' | '∩';

export interface CharacteristicDocument extends Text {
  readonly code: string;
  readonly dimension: string;
  readonly group: string;
  /** + more is better, − less is better, ∩ best in the middle. */
  readonly direction: Direction;
  readonly type: 'earned' | 'level' | 'clean-record';
  readonly feeds: readonly Feed[];
  readonly dataType: 'number' | 'category' | 'number-or-category';
  readonly unit: Text;
  readonly window: Text;
  /** What a zero says; null where zero has no meaning of its own. */
  readonly zero: Text | null;
  readonly why: Text;
  readonly evidence: readonly string[];
  /** Points of MISSING and of N/A. */
  readonly neutralTenths: number;
  /** Against which reasons are measured. */
  readonly baselineScoreTenths: number;
  /** False: the firm cannot change it, so it is never among the reasons shown to the firm. */
  readonly actionable: boolean;
  readonly reasonCode: string;
  readonly reasonCodes: readonly ReasonCodeDocument[];
  readonly attributes: readonly AttributeDocument[];
}

export interface Coded extends Text {
  readonly code: string;
}

/** A scorecard (评分卡) as it stands in models/: PMML's words as JSON. */
export interface ModelDocument extends Text {
  readonly id: string;
  readonly version: string;
  readonly validFrom: string;
  readonly calibrated: boolean;
  readonly initialScoreTenths: number;
  readonly reasonCodeAlgorithm: 'pointsBelow';
  readonly dimensions: readonly Coded[];
  readonly scores: readonly Coded[];
  readonly groups: readonly (Coded & { readonly score: string })[];
  /** Descending; the last starts at 0. */
  readonly gradeCuts: readonly { readonly grade: string; readonly from: number }[];
  readonly publication: {
    readonly referenceFromBp: number;
    readonly gradedFromBp: number;
    readonly highConfidenceFromBp: number;
    readonly mediumConfidenceFromBp: number;
    readonly highConfidenceFeeds: readonly Feed[];
    readonly depthFromBp: readonly number[];
    readonly adverseReasons: number;
    readonly favourableReasons: number;
    readonly labels: Readonly<Record<UngradedPublication, Text>>;
  };
  readonly dispute: Text;
  readonly feeds: readonly (Coded & { readonly feed: Feed })[];
  readonly characteristics: readonly CharacteristicDocument[];
}

export const UNGRADED = ['NOT_RATED', 'REFERENCE', 'EXCLUDED', 'ON_HOLD', 'NOT_SCORED'] as const;
export type UngradedPublication = (typeof UNGRADED)[number];

/** One characteristic, compiled: arrays for the hot loop. */
export interface CompiledCharacteristic {
  readonly code: string;
  readonly document: CharacteristicDocument;
  readonly dimension: number;
  readonly maxTenths: number;
  readonly neutralTenths: number;
  /** Tenths of points by attribute index. */
  readonly partials: readonly number[];
  /** Index of the attribute that holds the value; −1 when none does. */
  attributeOf(value: Measured): number;
}

/** A checked and compiled scorecard. */
export interface Model {
  readonly document: ModelDocument;
  /** SHA-256, hex, of the canonical JSON of the document. */
  readonly hash: string;
  readonly characteristics: readonly CompiledCharacteristic[];
  /** Position of a characteristic by its code. */
  readonly position: ReadonlyMap<string, number>;
  /** For each feed that confidence H watches, the positions of its characteristics. */
  readonly watched: readonly (readonly number[])[];
}

export const isCategorical = (p: Predicate): p is { readonly in: readonly string[] } => 'in' in p;

/** A numeric interval with exact bounds; `hi` undefined: no end. A point has lo = hi and both ends closed. */
export interface Interval {
  readonly lo: Exact;
  readonly loOpen: boolean;
  readonly hi: Exact | undefined;
  readonly point: boolean;
}
