import { lastDay, monthIndex, monthOfDate, type LocalDate } from '#lib/kernel';
import type { FeedState, Fraction, KnockOut, Measured, Score, Text } from '#lib/scoring';
import type { ListRules } from './list-rules.ts';

export type ConditionState = 'pass' | 'fail' | 'unknown';
export type RuleNo = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** One of the eight entry conditions (入库条件, domain §4.2) and how one firm stands to it. */
export interface Condition extends Text {
  readonly rule: RuleNo;
  readonly state: ConditionState;
  /** What was compared, as text; null when nothing is known. */
  readonly value: string | null;
  /** Through which day the source behind the value speaks. */
  readonly sourceDate: LocalDate | null;
  readonly why: Text;
}

/** A fact that a rule asks for, or why it is not known. */
export type Fact<T> =
  | { readonly known: true; readonly value: T; readonly date: LocalDate | null }
  | { readonly known: false; readonly why: Text };

/** What rule 2 and rule 3 need of the score of one run. */
export type RunScore = Pick<Score, 'score' | 'low' | 'high' | 'coverageBp' | 'decision' | 'grade'> & {
  readonly asOf: LocalDate;
};

export interface CandidateInput {
  readonly rules: ListRules;
  readonly newest: RunScore;
  /** Of the month before; rule 2 takes it only when its month is the one before. */
  readonly previous?: RunScore;
  /** Was on the list before: always needs two runs. */
  readonly reentry: boolean;
  readonly knockOuts: readonly (Pick<KnockOut, 'code' | 'state' | 'feed'> & Text)[];
  /** GB/T 4754 code of the register; undefined: not stated. */
  readonly industry?: string;
  readonly feeds: readonly FeedState[];
  /** 企业年龄 in whole months. */
  readonly ageMonths: Fact<Measured>;
  /** 有效知识产权: patents, software and class I rights in force, one fact a kind. */
  readonly ipInForce: readonly Fact<Measured>[];
  /** 研发强度 in percent. */
  readonly rdIntensity: Fact<Measured>;
  /** 科技资质: `none`, or the tier. */
  readonly qualification: Fact<Measured>;
  /** Open disputes on a field whose worst bin would fail rule 2. */
  readonly blockingDisputes: Fact<number>;
  readonly consent: Fact<'valid' | 'none' | 'opted-out'>;
  /** 参保人数中位数. */
  readonly medianHeads: Fact<Measured>;
}

/** A feed that rule 3 names; without them the list is provisional. */
export const REQUIRED_FEEDS = ['REG', 'SOC', 'JUD', 'ABN', 'TAX'] as const;

/** The words of the rules: the answer, the documentation and the report read the same. */
export const RULES: Readonly<Record<RuleNo, Text>> = {
  1: { zh: '无否决事项，无异议暂缓', en: 'No knock-out and no hold' },
  2: {
    zh: '最近两个连续月度评分均达到入库线，或最近一次高出入库线60分以上；重新入库须连续两次',
    en: 'Score at or above the cut in the two newest consecutive monthly runs, or 60 above it in the newest; re-entry always needs two',
  },
  3: {
    zh: '数据覆盖度不低于60%，区间下限不低于入库线减60，工商、社保、司法、经营异常数据新鲜，纳税数据有效',
    en: 'Coverage of at least 60 %, low at or above the cut less 60, REG, SOC, JUD and ABN fresh, TAX not out of date',
  },
  4: { zh: '成立6至96个月', en: 'Age of 6 to 96 months' },
  5: {
    zh: '至少具备一项：有效知识产权、研发强度不低于3%、有效科技资质',
    en: 'At least one of: intellectual property in force, R&D intensity of 3 % or more, a valid technology qualification',
  },
  6: { zh: '不存在足以影响第2条的未结异议', en: 'No open dispute that could make the firm fail rule 2' },
  7: { zh: '未退出，授权有效', en: 'Not opted out, authorisation valid' },
  8: { zh: '参保人数中位数不少于3人', en: 'Median of insured heads at least 3' },
};

export const RULE_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

type Verdict = Omit<Condition, 'rule' | 'zh' | 'en'>;

/** The eight conditions in order. A member only if all eight pass: `unknown` never counts as pass. */
export function candidateConditions(input: CandidateInput): readonly Condition[] {
  const verdicts: Readonly<Record<RuleNo, Verdict>> = {
    1: noKnockOut(input),
    2: scoreTwice(input),
    3: wellKnown(input),
    4: ofAge(input.ageMonths, input.rules),
    5: hasTechnology(input),
    6: notDisputed(input.blockingDisputes),
    7: consents(input.consent),
    8: hasStaff(input.medianHeads, input.rules),
  };
  return RULE_NUMBERS.map((rule) => ({ rule, ...RULES[rule], ...verdicts[rule] }));
}

export const isMember = (conditions: readonly Condition[]): boolean =>
  conditions.length === RULE_NUMBERS.length && conditions.every((condition) => condition.state === 'pass');

/** 临界: the score lies within so many points of the cut. Only a graded score can. */
export const isNearCut = (score: RunScore, cut: number, within: number): boolean =>
  score.grade !== null && Math.abs(score.score - cut) <= within;

function verdict(
  state: ConditionState,
  value: string | null,
  sourceDate: LocalDate | null,
  zh: string,
  en: string,
): Verdict {
  return { state, value, sourceDate, why: { zh, en } };
}

const unknown = (why: Text): Verdict => ({ state: 'unknown', value: null, sourceDate: null, why });

/** `SOC.arrears` is a feed of SOC. */
const baseFeed = (feed: string): string => feed.split('.', 1)[0]!;
const isRequired = (feed: string): boolean => (REQUIRED_FEEDS as readonly string[]).includes(baseFeed(feed));

/** K11 asks for a list of industries, which is the list's own: it decides what scoring leaves open. */
export function withListIndustries<K extends Pick<KnockOut, 'code' | 'state'>>(
  knockOuts: readonly K[],
  industry: string | undefined,
  { excludedIndustries }: Pick<ListRules, 'excludedIndustries'>,
): K[] {
  const digits = industry?.replace(/^[A-Z]/, '');
  const excluded = excludedIndustries.some((prefix) => digits?.startsWith(prefix));
  return knockOuts.map((k) =>
    k.code === 'K11' && k.state === 'unknown' && digits !== undefined
      ? { ...k, state: excluded ? ('yes' as const) : ('no' as const) }
      : k,
  );
}

function noKnockOut({ knockOuts: scored, industry, rules, newest }: CandidateInput): Verdict {
  const knockOuts = withListIndustries(scored, industry, rules);
  const codes = (state: KnockOut['state']): string[] => knockOuts.filter((k) => k.state === state).map((k) => k.code);
  const on = codes('yes');
  const value = on.length > 0 ? on.join(' ') : null;
  if (on.length > 0 || newest.decision === 'EXCLUDED') {
    return verdict(
      'fail',
      value,
      newest.asOf,
      `存在否决事项 ${value ?? ''}`.trim(),
      `knocked out ${value ?? ''}`.trim(),
    );
  }
  if (newest.decision === 'ON_HOLD')
    return verdict('fail', 'ON_HOLD', newest.asOf, '异议处理中', 'on hold for a dispute');
  if (newest.decision === 'NOT_SCORED') {
    return verdict('fail', 'NOT_SCORED', newest.asOf, '不在评分范围', 'outside the scope of scoring');
  }
  // Only a required feed blocks; a knock-out without a feed is nobody's to connect and blocks as well.
  const open = knockOuts.filter((k) => k.state === 'unknown' && (k.feed === undefined || isRequired(k.feed)));
  if (open.length > 0) {
    const list = open.map((k) => (k.feed === undefined ? k.code : `${k.code} (${k.feed})`)).join(', ');
    return { ...unknown({ zh: `尚不能判定：${list}`, en: `cannot be decided yet: ${list}` }), value: list };
  }
  const aside = codes('unknown').join(' ');
  const also =
    aside === '' ? { zh: '', en: '' } : { zh: `（${aside} 未知，不作要求）`, en: ` (${aside} unknown, not required)` };
  return verdict('pass', 'none', newest.asOf, `无否决事项${also.zh}`, `no knock-out${also.en}`);
}

/** Only the published run of a month end is a monthly run. */
export const isMonthly = (asOf: LocalDate): boolean => asOf === lastDay(monthOfDate(asOf));

function scoreTwice({ rules: { cut, instantAboveCut }, newest, previous, reentry }: CandidateInput): Verdict {
  if (!isMonthly(newest.asOf)) {
    return unknown({
      zh: `最近发布的评分（${newest.asOf}）不是月末评分`,
      en: `the newest published run (${newest.asOf}) is not that of a month end`,
    });
  }
  const now = against(newest, cut);
  const consecutive =
    previous !== undefined && isMonthly(previous.asOf) && monthIndex(previous.asOf) === monthIndex(newest.asOf) - 1;
  const before = consecutive ? against(previous, cut) : undefined;
  const value = consecutive ? `${previous.score} → ${newest.score}` : String(newest.score);
  const say = (state: ConditionState, zh: string, en: string): Verdict => verdict(state, value, newest.asOf, zh, en);
  if (now === 'fail') return say('fail', `最近一次评分低于${cut}`, `the newest score is below ${cut}`);
  if (now === 'unknown')
    return say(
      'unknown',
      `资料不足以评级，区间 ${newest.low}–${newest.high}`,
      `too little is known for a grade: range ${newest.low}–${newest.high}`,
    );
  if (!reentry && newest.score >= cut + instantAboveCut)
    return say(
      'pass',
      `最近一次评分不低于${cut + instantAboveCut}`,
      `the newest score is at or above ${cut + instantAboveCut}`,
    );
  if (before === 'pass') return say('pass', `连续两个月不低于${cut}`, `at or above ${cut} in two consecutive months`);
  if (before === 'fail') return say('fail', `上月评分低于${cut}`, `the score of the month before is below ${cut}`);
  return consecutive
    ? say('unknown', '上月资料不足以评级', 'too little was known for a grade in the month before')
    : say('unknown', '没有上一个月的评分', 'there is no run of the month before');
}

/** An ungraded score is an index: it fails only where nothing that is missing could lift it to the cut. */
function against(score: RunScore, cut: number): ConditionState {
  if (score.grade !== null) return score.score >= cut ? 'pass' : 'fail';
  return score.high < cut ? 'fail' : 'unknown';
}

function wellKnown({ rules, newest, feeds }: CandidateInput): Verdict {
  const lowest = rules.cut - rules.lowBelowCut;
  const state = new Map(feeds.map((feed) => [feed.feed, feed]));
  const absent = REQUIRED_FEEDS.filter((feed) => state.get(feed)?.connected !== true);
  const fails: Text[] = [];
  const open: Text[] = absent.map((feed) => ({ zh: `${feed} 未接入`, en: `${feed} is not connected` }));
  // What is not connected for anybody is no fault of the firm: it may still lift coverage and the low end.
  const short = absent.length > 0 ? open : fails;
  const coverage = `${(newest.coverageBp / 100).toFixed(2)} %`;
  if (newest.coverageBp < rules.entryCoverageBp) short.push({ zh: `覆盖度 ${coverage}`, en: `coverage ${coverage}` });
  if (newest.low < lowest)
    short.push({
      zh: `区间下限 ${newest.low} 低于 ${lowest}`,
      en: `low ${newest.low} is below ${lowest}`,
    });
  for (const feed of REQUIRED_FEEDS) {
    const at = state.get(feed);
    if (at?.connected !== true) continue;
    const f = at.freshness;
    const outdated = at.cause === 'STALE' || (f !== undefined && (feed === 'TAX' ? f.num <= 0 : f.num < f.den));
    if (outdated) fails.push({ zh: `${feed} 数据过期`, en: `${feed} is out of date` });
    else if (f === undefined) open.push({ zh: `${feed} 未覆盖该企业`, en: `${feed} does not cover the firm` });
  }
  const dates = REQUIRED_FEEDS.flatMap((feed) => state.get(feed)?.through ?? []);
  const oldest = dates.length > 0 ? dates.reduce((a, b) => (a < b ? a : b)) : null;
  const value = `coverage ${coverage}, low ${newest.low}`;
  const list = [...fails, ...open];
  if (list.length === 0) return verdict('pass', value, oldest, '数据充分且新鲜', 'enough is known, and it is fresh');
  const why = { zh: list.map((t) => t.zh).join('；'), en: list.map((t) => t.en).join('; ') };
  return { state: fails.length > 0 ? 'fail' : 'unknown', value, sourceDate: oldest, why };
}

function ofAge(age: Fact<Measured>, { ageMonths }: ListRules): Verdict {
  if (!age.known) return unknown(age.why);
  const inside = atLeast(age.value, ageMonths.from) && atMost(age.value, ageMonths.to);
  const text = showMeasured(age.value);
  return verdict(inside ? 'pass' : 'fail', text, age.date, `成立${text}个月`, `${text} months old`);
}

function hasTechnology({ rules, ipInForce, rdIntensity, qualification }: CandidateInput): Verdict {
  const tests: { fact: Fact<Measured>; met: (value: Measured) => boolean; zh: string; en: string }[] = [
    ...ipInForce.map((fact) => ({ fact, met: isPositive, zh: '有效知识产权', en: 'intellectual property in force' })),
    { fact: rdIntensity, met: (value) => atLeast(value, rules.researchPercent), zh: '研发强度', en: 'R&D intensity' },
    { fact: qualification, met: (value) => value !== 'none', zh: '科技资质', en: 'technology qualification' },
  ];
  for (const { fact, met, zh, en } of tests) {
    if (fact.known && met(fact.value)) {
      const text = showMeasured(fact.value);
      return verdict('pass', text, fact.date, `${zh}：${text}`, `${en}: ${text}`);
    }
  }
  const open = tests.filter((test) => !test.fact.known);
  if (open.length > 0) {
    const list = (pick: (t: Text) => string): string => [...new Set(open.map(pick))].join(', ');
    return unknown({ zh: `未知：${list((t) => t.zh)}`, en: `not known: ${list((t) => t.en)}` });
  }
  const dates = tests.flatMap(({ fact }) => (fact.known && fact.date !== null ? [fact.date] : []));
  const oldest = dates.length > 0 ? dates.reduce((a, b) => (a < b ? a : b)) : null;
  return verdict('fail', 'none', oldest, '三项均不具备', 'none of the three');
}

function notDisputed(disputes: Fact<number>): Verdict {
  if (!disputes.known) return unknown(disputes.why);
  const n = disputes.value;
  return verdict(n === 0 ? 'pass' : 'fail', String(n), disputes.date, `未结异议${n}件`, `${n} open disputes`);
}

function consents(consent: Fact<'valid' | 'none' | 'opted-out'>): Verdict {
  if (!consent.known) return unknown(consent.why);
  const words = {
    valid: { zh: '授权有效', en: 'authorisation valid' },
    none: { zh: '没有有效授权', en: 'no valid authorisation' },
    'opted-out': { zh: '企业已退出', en: 'the firm has opted out' },
  }[consent.value];
  return verdict(consent.value === 'valid' ? 'pass' : 'fail', consent.value, consent.date, words.zh, words.en);
}

function hasStaff(heads: Fact<Measured>, { medianHeads }: ListRules): Verdict {
  if (!heads.known) return unknown(heads.why);
  const text = showMeasured(heads.value);
  return verdict(
    atLeast(heads.value, medianHeads) ? 'pass' : 'fail',
    text,
    heads.date,
    `中位数${text}人`,
    `a median of ${text} heads`,
  );
}

const isFraction = (value: Measured): value is Fraction => typeof value === 'object';
/** value − bound, times the denominator; NaN for a category, which no bound admits. */
const over = (value: Measured, bound: number): number =>
  isFraction(value) ? value.num - bound * value.den : typeof value === 'number' ? value - bound : Number.NaN;
const atLeast = (value: Measured, bound: number): boolean => over(value, bound) >= 0;
const atMost = (value: Measured, bound: number): boolean => over(value, bound) <= 0;
const isPositive = (value: Measured): boolean => over(value, 0) > 0;

/** A fraction keeps two decimals for people; comparisons are exact. */
export const showMeasured = (value: Measured): string =>
  isFraction(value)
    ? value.num % value.den === 0
      ? String(value.num / value.den)
      : (value.num / value.den).toFixed(2)
    : String(value);
