import type { LocalDate, Uscc } from '#lib/kernel';
import type { CoverageEntry, Feed, RecordRef } from '#lib/data-sources';
import type { CharacteristicValue, Fraction, Measured, MissingCause } from './value.ts';

export const DIMENSIONS = ['IN', 'TG', 'OV', 'CR', 'PR', 'CC'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** One value for each characteristic, in the model's order. */
export type Values = readonly CharacteristicValue[];

export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** SCORED; EXCLUDED: a knock-out says yes; ON_HOLD: a knock-out rests on a disputed value; NOT_SCORED: class 92/93. */
export type Decision = 'SCORED' | 'EXCLUDED' | 'ON_HOLD' | 'NOT_SCORED';
/** H 高 ≥ 80 % and SOC, REG, JUD, ABN fresh; M 中 ≥ 60 %; L 低 below. */
export type Confidence = 'H' | 'M' | 'L';
/** Data depth (数据深度): D1 < 20 %, D2 < 40, D3 < 60, D4 < 80, D5. */
export type Depth = 'D1' | 'D2' | 'D3' | 'D4' | 'D5';

/** Codes of `Score.bins` above the attribute indices: 200 + index of MISSING_CAUSES is MISSING, 255 is N/A. */
export const BIN_MISSING = 200;
export const BIN_NA = 255;

/** The slim result, for millions. Points are integer tenths; `score` is rounded once, half up. */
export interface Score {
  readonly scoreTenths: number;
  readonly score: number;
  /** The range: MISSING at 0 and at the maximum; N/A at neutral in both. Rounded half up. */
  readonly low: number;
  readonly high: number;
  /** Coverage (覆盖度) in basis points, half up; the gates compare the exact fraction. */
  readonly coverageBp: number;
  readonly confidence: Confidence;
  readonly depth: Depth;
  readonly decision: Decision;
  /** What may be shown: a grade, or why there is none (domain §3.1). */
  readonly published: string;
  /** Only when a grade is published. */
  readonly grade: string | null;
  /** Only when published is REFERENCE: the grades of low and of high. */
  readonly gradeRange: readonly [string, string] | null;
  /** In the order of DIMENSIONS; they add up to scoreTenths. */
  readonly dimensionTenths: readonly number[];
  /** Codes of the knock-outs that say yes, ascending. */
  readonly knockOuts: readonly string[];
  readonly warnings: readonly string[];
  /** One byte a characteristic, in the model's order: index of the attribute, BIN_MISSING + cause, or BIN_NA. */
  readonly bins: Uint8Array;
}

/** What one characteristic gave. The parts of a score add up to scoreTenths exactly. */
export interface Part {
  readonly characteristic: string;
  readonly state: CharacteristicValue['state'];
  readonly cause?: MissingCause;
  readonly value?: Measured;
  /** f of domain §1.4, where it is below 1. */
  readonly freshness?: Fraction;
  /** The attribute (bin) that matched. */
  readonly attribute?: string;
  readonly partialTenths: number;
  readonly maxTenths: number;
  readonly neutralTenths: number;
}

/** A reason for (favourable) or against (adverse), ranked by tenths of points. */
export interface Reason extends Text {
  readonly code: string;
  /** The characteristics behind the code, the largest first. */
  readonly characteristics: readonly [string, ...string[]];
  /** The firm's own value of the first of them. */
  readonly value: Measured;
  readonly valueText: Text;
  /** What the next better attribute needs; null when there is none. */
  readonly next: (Text & { readonly attribute: string; readonly gainTenths: number }) | null;
  /** False: the firm cannot change it. */
  readonly actionable: boolean;
  /** neutral − partial (adverse) or partial − neutral (favourable), summed over the code; > 0. */
  readonly tenths: number;
}

/** A feed that is missing and what it could add at most, above neutral. Never ranks among the reasons. */
export interface MissingFeed extends Text {
  /** `N-SOC` … */
  readonly code: string;
  readonly feed: Feed;
  readonly causes: readonly MissingCause[];
  readonly characteristics: readonly string[];
  readonly couldAddTenths: number;
}

export type KnockOutState = 'yes' | 'no' | 'unknown';

/** Why a rule is unknown: a feed of its is missing, nobody keeps what it waits for, or what is delivered leaves it open. */
export interface WhyUnknown extends Text {
  readonly cause: MissingCause;
  readonly feed?: Feed;
}

/** Where one rule stands for the firm: yes with its records, no with the coverage that proves it, or unknown with why. */
export interface RuleState extends Text {
  /** K01–K12, W01–W15. */
  readonly code: string;
  readonly state: KnockOutState;
  /** Those that it needs. */
  readonly feeds: readonly Feed[];
  /** Those that it looks at besides. */
  readonly alsoReads: readonly Feed[];
  /** Exactly when the state is unknown. */
  readonly unknown?: WhyUnknown;
  readonly evidence: readonly RecordRef[];
  readonly coverage: readonly CoverageEntry[];
}

export interface KnockOut extends RuleState {
  readonly cure: Text;
  /** The feed whose absence makes it unknown. */
  readonly feed?: Feed;
}

export interface Warning extends Text {
  /** W01–W15; only those that are on. */
  readonly code: string;
  readonly evidence: readonly RecordRef[];
}

export interface GroupScore extends Text {
  readonly code: string;
  readonly tenths: number;
  readonly maxTenths: number;
}

/** One of the three scores: points ÷ max × 100, one decimal, half up. */
export interface ThreeScore extends Text {
  readonly code: string;
  readonly tenths: number;
  readonly maxTenths: number;
  /** Tenths of a percent: 728 is 72.8. */
  readonly permille: number;
  readonly text: string;
  readonly groups: readonly GroupScore[];
}

/** The rich result, for the API: texts, values, parts. Nothing here is null for want of computation. */
export interface RichScore {
  readonly score: Score;
  readonly parts: readonly Part[];
  /** The four largest against; this and the next two are empty when NOT_RATED. */
  readonly adverse: readonly Reason[];
  /** The four largest that the firm can change: what the firm itself is shown. */
  readonly adverseForFirm: readonly Reason[];
  /** The three largest in favour. */
  readonly favourable: readonly Reason[];
  readonly missingFeeds: readonly MissingFeed[];
  /** Points of the VALUE characteristics, and of how many at most. */
  readonly known: { readonly tenths: number; readonly maxTenths: number };
  readonly threeScores: readonly ThreeScore[];
  /** The text to print with `published`: 第 5 档 (AAA–C，未校准), 资料不足，暂不评级 … */
  readonly label: Text;
  /** Highest score that the firm's age allows; null when the establishment date is not known. */
  readonly maxForAge: number | null;
  /** The score as if no QUA feed were known. */
  readonly scoreWithoutQua: number;
  /** How to dispute a value behind a reason (异议). */
  readonly dispute: Text;
}

/** What stands behind one part: the records used, or the coverage that makes it a zero, or neither (cause). */
export interface Evidence {
  readonly characteristic: string;
  readonly records: readonly RecordRef[];
  readonly coverage: readonly CoverageEntry[];
  /**
   * RELATED_UNCHECKED: the «related» filter is off for want of its reference table. EQUITY_UNVERIFIED: an external payment
   * that no register shows. SHARES_OVER_100: the holders subscribe more than the registered capital.
   */
  readonly flags: readonly string[];
}

/** Where a feed stands for one firm on one day. */
export interface FeedState {
  readonly feed: Feed;
  readonly connected: boolean;
  /** `all`: absence means zero. `listed`: only the records speak. */
  readonly population?: 'all' | 'listed';
  /** data_through, never later than as_of. */
  readonly through?: LocalDate;
  /** f of domain §1.4; {1, 1} is fresh. */
  readonly freshness?: Fraction;
  readonly cause?: MissingCause;
}

export interface ScoredFirm {
  readonly kind: 'scored';
  readonly values: Values;
  readonly score: Score;
}

/** NOT_ESTABLISHED: the firm was established after as_of. */
export interface NotInRun {
  readonly kind: 'not-in-run';
  readonly reason: 'NOT_ESTABLISHED';
}

export interface ScoredFirmRich extends ScoredFirm {
  readonly uscc: Uscc;
  readonly rich: RichScore;
  readonly evidence: readonly Evidence[];
  readonly knockOuts: readonly KnockOut[];
  /** Those that are on. */
  readonly warnings: readonly Warning[];
  /** All of them, W01–W15. */
  readonly warningStates: readonly RuleState[];
  readonly feeds: readonly FeedState[];
}
