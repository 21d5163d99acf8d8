import { localDate } from '#lib/kernel';
import {
  candidateConditions,
  isMember,
  isNearCut,
  RULE_NUMBERS,
  type CandidateInput,
  type ConditionState,
  type Fact,
  type RunScore,
} from './candidate.ts';
import { shippedList } from './shipped-lists.ts';

const JUNE = localDate('2026-06-30');
const MAY = localDate('2026-05-31');
const known = <T>(value: T): Fact<T> => ({ known: true, value, date: JUNE });
const notKnown: Fact<never> = { known: false, why: { zh: '未接入', en: 'not connected' } };

const score = (asOf: typeof JUNE, points: number, more: Partial<RunScore> = {}): RunScore => ({
  asOf,
  score: points,
  low: points - 20,
  high: points + 20,
  coverageBp: 9000,
  decision: 'SCORED',
  grade: 'BB',
  ...more,
});
const fresh = { num: 1, den: 1 };
const feed = (name: string): CandidateInput['feeds'][number] => ({
  feed: name,
  connected: true,
  population: 'all',
  through: JUNE,
  freshness: fresh,
});

/** A firm that passes everything. */
const good: CandidateInput = {
  rules: shippedList('CKT').rules,
  newest: score(JUNE, 620),
  previous: score(MAY, 605),
  reentry: false,
  knockOuts: [
    { code: 'K01', state: 'no', feed: 'REG', zh: '', en: '' },
    { code: 'K09', state: 'unknown', feed: 'CRD', zh: '', en: '' },
  ],
  feeds: ['REG', 'SOC', 'JUD', 'ABN', 'TAX'].map(feed),
  ageMonths: known(24),
  ipInForce: [known(1)],
  rdIntensity: known(0),
  qualification: known('none'),
  blockingDisputes: known(0),
  consent: known('valid'),
  medianHeads: known(3),
};

const states = (input: CandidateInput): ConditionState[] => candidateConditions(input).map((c) => c.state);
const only = (rule: number, state: ConditionState): ConditionState[] =>
  RULE_NUMBERS.map((n) => (n === rule ? state : 'pass'));
const withFeed = (name: string, more: object): CandidateInput['feeds'] =>
  good.feeds.map((f) => (f.feed === name ? { ...f, ...more } : f));

describe('entry conditions', () => {
  it('admit a firm that meets all eight', () => {
    expect(states(good)).toEqual(RULE_NUMBERS.map(() => 'pass'));
    expect(isMember(candidateConditions(good))).toBe(true);
  });

  const refusing: [string, number, ConditionState, Partial<CandidateInput>][] = [
    ['a knock-out', 1, 'fail', { knockOuts: [{ code: 'K04', state: 'yes', feed: 'ABN', zh: '', en: '' }] }],
    ['a hold', 1, 'fail', { newest: score(JUNE, 620, { decision: 'ON_HOLD' }) }],
    ['a trade outside scoring', 1, 'fail', { newest: score(JUNE, 620, { decision: 'NOT_SCORED' }) }],
    [
      'an unknown knock-out of a required feed',
      1,
      'unknown',
      { knockOuts: [{ code: 'K02', state: 'unknown', feed: 'JUD', zh: '', en: '' }] },
    ],
    [
      'an unknown knock-out of a part of a required feed',
      1,
      'unknown',
      { knockOuts: [{ code: 'K05', state: 'unknown', feed: 'SOC.arrears', zh: '', en: '' }] },
    ],
    ['a newest score below the cut', 2, 'fail', { newest: score(JUNE, 599) }],
    ['a score of the month before below the cut', 2, 'fail', { previous: score(MAY, 599) }],
    ['no score of the month before', 2, 'unknown', { previous: undefined }],
    ['a gap between the two months', 2, 'unknown', { previous: score(localDate('2026-04-30'), 700) }],
    ['a run that is not of a month end', 2, 'unknown', { newest: score(localDate('2026-06-29'), 700) }],
    ['an index that data could lift', 2, 'unknown', { newest: score(JUNE, 620, { grade: null }) }],
    ['an index that nothing could lift', 2, 'fail', { newest: score(JUNE, 540, { grade: null, low: 545, high: 599 }) }],
    ['re-entry on one high score', 2, 'fail', { reentry: true, newest: score(JUNE, 700), previous: score(MAY, 599) }],
    ['coverage under 60 %', 3, 'fail', { newest: score(JUNE, 620, { coverageBp: 5999 }) }],
    ['a low end under cut − 60', 3, 'fail', { newest: score(JUNE, 620, { low: 539 }) }],
    ['a stale required feed', 3, 'fail', { feeds: withFeed('SOC', { freshness: { num: 29, den: 30 } }) }],
    [
      'a required feed past its horizon',
      3,
      'fail',
      { feeds: withFeed('ABN', { freshness: undefined, cause: 'STALE' }) },
    ],
    ['tax data wholly out of date', 3, 'fail', { feeds: withFeed('TAX', { freshness: { num: 0, den: 1 } }) }],
    [
      'a required feed that is not connected',
      3,
      'unknown',
      { feeds: withFeed('JUD', { connected: false, freshness: undefined }) },
    ],
    [
      'a required feed that does not cover the firm',
      3,
      'unknown',
      { feeds: withFeed('ABN', { freshness: undefined }) },
    ],
    ['an age of 5 months', 4, 'fail', { ageMonths: known(5) }],
    ['an age of 97 months', 4, 'fail', { ageMonths: known(97) }],
    ['an unknown age', 4, 'unknown', { ageMonths: notKnown }],
    ['no technology at all', 5, 'fail', { ipInForce: [known(0)] }],
    ['technology not known', 5, 'unknown', { ipInForce: [known(0), notKnown] }],
    ['an open dispute', 6, 'fail', { blockingDisputes: known(1) }],
    ['disputes not known', 6, 'unknown', { blockingDisputes: notKnown }],
    ['an opt-out', 7, 'fail', { consent: known('opted-out') }],
    ['no authorisation', 7, 'fail', { consent: known('none') }],
    ['authorisation not known', 7, 'unknown', { consent: notKnown }],
    ['two heads', 8, 'fail', { medianHeads: known({ num: 5, den: 2 }) }],
    ['heads not known', 8, 'unknown', { medianHeads: notKnown }],
  ];

  it.each(refusing)('refuse alone: %s (rule %i, %s)', (_title, rule, state, change) => {
    const input = { ...good, ...change } as CandidateInput;
    expect(states(input)).toEqual(only(rule, state));
    expect(isMember(candidateConditions(input))).toBe(false);
  });

  it('every rule is seen to refuse, and every rule to be unknown', () => {
    for (const rule of RULE_NUMBERS) {
      expect(refusing.some(([, n, state]) => n === rule && state === 'fail')).toBe(true);
      expect(refusing.some(([, n, state]) => n === rule && state === 'unknown')).toBe(true);
    }
  });

  it('one run at cut + 60 is enough for a first entry', () => {
    expect(states({ ...good, previous: undefined, newest: score(JUNE, 660) })).toEqual(RULE_NUMBERS.map(() => 'pass'));
    expect(states({ ...good, previous: undefined, newest: score(JUNE, 659) })).toEqual(only(2, 'unknown'));
  });

  it('each proof of technology is enough by itself', () => {
    const none: CandidateInput = { ...good, ipInForce: [notKnown], rdIntensity: notKnown, qualification: notKnown };
    expect(states({ ...none, ipInForce: [{ known: true, value: { num: 1, den: 3 }, date: JUNE }] })[4]).toBe('pass');
    expect(states({ ...none, rdIntensity: known(3) })[4]).toBe('pass');
    expect(states({ ...none, rdIntensity: known({ num: 299, den: 100 }) })[4]).toBe('unknown');
    expect(states({ ...none, qualification: known('techSme') })[4]).toBe('pass');
  });

  it('the bounds are the rules’ own', () => {
    expect(states({ ...good, ageMonths: known(6) })[3]).toBe('pass');
    expect(states({ ...good, ageMonths: known(96) })[3]).toBe('pass');
    expect(
      states({ ...good, newest: score(JUNE, 600, { low: 540, coverageBp: 6000 }), previous: score(MAY, 600) }),
    ).not.toContain('fail');
    expect(states({ ...good, rules: { ...good.rules, cut: 640 } })[1]).toBe('fail');
  });

  it('what is not connected for anybody is unknown, not a fail of the firm', () => {
    const thin: CandidateInput = {
      ...good,
      newest: score(JUNE, 400, { grade: null, low: 100, high: 900, coverageBp: 2400 }),
      feeds: withFeed('TAX', { connected: false, freshness: undefined }),
    };
    expect(states(thin)[2]).toBe('unknown');
    expect(candidateConditions(thin)[2]!.why.en).toContain('TAX is not connected');
  });

  it('near the cut is within 20, and only graded', () => {
    expect([579, 580, 600, 620, 621].map((n) => isNearCut(score(JUNE, n), 600, 20))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(isNearCut(score(JUNE, 600, { grade: null }), 600, 20)).toBe(false);
  });
});
