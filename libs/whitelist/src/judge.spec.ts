import type { LocalDate } from '#lib/kernel';
import type { Fact, RunScore } from './candidate.ts';
import { isSampled, judge, type JudgeInput, type Membership } from './judge.ts';
import { MEMBER_EVENTS, MEMBER_STATES, MEMBERSHIP } from './membership.ts';
import { listRules } from './list-rules.ts';
import { shippedList } from './shipped-lists.ts';
import { step } from '#lib/kernel';

const JUNE = '2026-06-30' as LocalDate;
const known = <T>(value: T): Fact<T> => ({ known: true, value, date: JUNE });
const score = (points: number, more: Partial<RunScore> = {}): RunScore => ({
  asOf: JUNE,
  score: points,
  low: points - 20,
  high: points + 20,
  coverageBp: 9000,
  decision: 'SCORED',
  grade: 'A',
  ...more,
});
const good: JudgeInput = {
  uscc: '91440305DM0000001X',
  rules: shippedList('CKT').rules,
  newest: score(700),
  previous: score(700, { asOf: '2026-05-31' as LocalDate }),
  legalPerson: true,
  warnings: [],
  knockOuts: [{ code: 'K01', state: 'no', feed: 'REG', zh: '', en: '' }],
  disputedKnockOuts: [],
  sampled: false,
  feeds: ['REG', 'SOC', 'JUD', 'ABN', 'TAX'].map((feed) => ({
    feed,
    connected: true,
    population: 'all',
    through: JUNE,
    freshness: { num: 1, den: 1 },
  })),
  ageMonths: known(24),
  ipInForce: [known(1)],
  rdIntensity: known(0),
  qualification: known('none'),
  blockingDisputes: known(0),
  consent: known('valid'),
  medianHeads: known(5),
};
const member = (more: Partial<Membership> = {}): Membership => ({
  state: 'ACTIVE',
  formerState: null,
  badRuns: 0,
  thinRuns: 0,
  validityOver: false,
  cooledDown: false,
  excepted: false,
  exceptionOver: false,
  ...more,
});
const events = (input: Partial<JudgeInput>, of?: Partial<Membership>): string[] =>
  judge({ ...good, ...input }, of && member(of)).events.map(({ event, reason }) => `${event} ${reason}`);
const knockOut = { code: 'K04', state: 'yes' as const, feed: 'ABN', zh: '', en: '' };
const before = '2026-05-31' as LocalDate;

describe('what a monthly run does to a firm', () => {
  it('that two reviewers listed against the rules: stays till the exception is over, then the conditions count', () => {
    const thin = { newest: score(500, { coverageBp: 4000 }) };
    expect(events(thin, { excepted: true })).toEqual([]);
    expect(judge({ ...good, ...thin }, member({ excepted: true }))).toMatchObject({ bad: false, thin: false });
    expect(events({ ...thin, knockOuts: [knockOut] }, { excepted: true })).toEqual(['knock-out K04']);
    expect(events({ consent: known('opted-out') }, { excepted: true })).toEqual(['leave OPTED_OUT']);
    expect(events(thin, { exceptionOver: true })).toEqual(['leave EXCEPTION_OVER']);
    expect(events({ newest: score(590) }, { exceptionOver: true })).toEqual(['leave EXCEPTION_OVER']);
    expect(events({ newest: score(590) })).toEqual([]);
  });

  it('that passes for the first time: in, or to review', () => {
    expect(events({})).toEqual(['enter ALL_CONDITIONS']);
    expect(events({ sampled: true })).toEqual(['flag SAMPLED']);
    expect(events({ newest: score(615), previous: score(610, { asOf: before }) })).toEqual(['flag NEAR_CUT']);
    expect(events({ newest: score(700, { coverageBp: 6400 }) })).toEqual(['flag LOW_COVERAGE']);
    expect(events({ warnings: ['W06', 'W01'] })).toEqual(['flag W06']);
    expect(events({ legalPerson: false })).toEqual([]);
    expect(events({ newest: score(599) })).toEqual([]);
  });

  it('that left: two good runs, and after a refusal the cooling time', () => {
    const { previous: _, ...once } = good;
    expect(judge(once, undefined).events).toHaveLength(1);
    expect(judge(once, member({ state: 'EXITED' })).events).toEqual([]);
    expect(events({}, { state: 'EXITED' })).toEqual(['requalify TWO_GOOD_RUNS', 'enter ALL_CONDITIONS']);
    expect(events({}, { state: 'REVOKED' })).toEqual(['cure CAUSE_CURED', 'enter ALL_CONDITIONS']);
    expect(events({}, { state: 'NOT_LISTED' })).toEqual([]);
    expect(events({}, { state: 'NOT_LISTED', cooledDown: true })).toEqual([
      'reconsider COOLED_DOWN',
      'enter ALL_CONDITIONS',
    ]);
  });

  it('that is in: one bad run to watch, the second out, a good one back', () => {
    expect(events({ newest: score(560) }, {})).toEqual([]);
    expect(events({ newest: score(559) }, {})).toEqual(['bad-run SCORE']);
    expect(events({ newest: score(559) }, { state: 'WATCH', badRuns: 1 })).toEqual(['second-bad-run SCORE']);
    expect(events({ newest: score(559) }, { state: 'WATCH', badRuns: 0 })).toEqual(['bad-run SCORE']);
    expect(events({ newest: score(560) }, { state: 'WATCH', badRuns: 1 })).toEqual(['recover GOOD_RUN']);
    expect(events({ ipInForce: [known(0)] }, {})).toEqual(['bad-run RULE_5']);
  });

  it('that is in with a warning, thin or withdrawn data: on watch, and out after two thin runs', () => {
    for (const code of ['W03', 'W04', 'W06', 'W08'])
      expect(events({ warnings: [code] }, {})).toEqual([`caution ${code}`]);
    expect(events({ warnings: ['W01'] }, {})).toEqual([]);
    expect(events({ warnings: ['W03'] }, { state: 'WATCH' })).toEqual([]);
    expect(events({ newest: score(700, { coverageBp: 5999 }) }, {})).toEqual(['caution COVERAGE_WATCH']);
    expect(events({ newest: score(700, { coverageBp: 4999 }) }, {})).toEqual(['bad-run COVERAGE']);
    expect(events({ newest: score(700, { coverageBp: 4999 }) }, { thinRuns: 1 })).toEqual(['leave COVERAGE']);
    const unknown = { code: 'K07', state: 'unknown' as const, feed: 'JUD', zh: '', en: '' };
    expect(events({ knockOuts: [unknown] }, {})).toEqual(['caution RULE_1_UNKNOWN']);
  });

  it('that is knocked out: revoked, suspended while disputed, and decided', () => {
    const excluded = { newest: score(700, { decision: 'EXCLUDED', grade: null }), knockOuts: [knockOut] };
    expect(events(excluded, {})).toEqual(['knock-out K04']);
    expect(events(excluded, { state: 'WATCH' })).toEqual(['knock-out K04']);
    expect(events({ ...excluded, disputedKnockOuts: ['K04'] }, {})).toEqual(['disputed-knock-out K04']);
    const suspended = { state: 'SUSPENDED', formerState: 'WATCH' } as const;
    expect(events({ ...excluded, disputedKnockOuts: ['K04'] }, suspended)).toEqual([]);
    expect(events(excluded, suspended)).toEqual(['stands K04']);
    expect(events({}, suspended)).toEqual(['dropped KNOCK_OUT_GONE']);
  });

  it('whose industry the list excludes is knocked out by the list', () => {
    const k11 = { code: 'K11', state: 'unknown' as const, zh: '', en: '' };
    expect(events({ knockOuts: [k11], industry: 'C3982' })).toEqual(['enter ALL_CONDITIONS']);
    expect(events({ knockOuts: [k11], industry: 'K7010' }, {})).toEqual(['knock-out K11']);
    expect(events({ knockOuts: [k11] })).toEqual([]);
  });

  it('that asks to leave, or whose period is over', () => {
    expect(events({ consent: known('opted-out') }, {})).toEqual(['leave OPTED_OUT']);
    expect(events({}, { validityOver: true })).toEqual(['renew STILL_IN']);
    expect(events({ newest: score(559) }, { validityOver: true })).toEqual(['bad-run SCORE']);
    expect(events({}, { state: 'IN_REVIEW' })).toEqual([]);
  });

  it('samples about its share, the same for everybody', () => {
    const drawn = Array.from({ length: 10_000 }, (_, i) => isSampled(`firm ${i}`, 'CKT 1', 500)).filter(Boolean).length;
    expect(drawn).toBeGreaterThan(400);
    expect(drawn).toBeLessThan(600);
    expect(isSampled('firm 1', 'CKT 1', 0)).toBe(false);
    expect(isSampled('firm 1', 'CKT 1', 10_000)).toBe(true);
  });
});

describe('the table of memberships', () => {
  it('answers every pair of state and event: a state of the table, or a refusal by name', () => {
    let allowed = 0;
    for (const state of MEMBER_STATES)
      for (const event of MEMBER_EVENTS) {
        const rule = MEMBERSHIP.states[state].on?.[event];
        const role = rule?.by?.[0] ?? 'SYSTEM';
        const to = state === 'SUSPENDED' && event === 'dropped' ? ('ACTIVE' as const) : undefined;
        const made = step(MEMBERSHIP, { state, event, role, ...(to ? { to } : {}) });
        expect([state, event, made.ok]).toEqual([state, event, rule !== undefined]);
        if (!made.ok) expect(made.problem.code).toBe('transition-refused');
        else allowed += 1;
        if (rule?.by) {
          const other = step(MEMBERSHIP, { state, event, role: rule.by[0] === 'REVIEW' ? 'COMMITTEE' : 'REVIEW' });
          expect(other).toMatchObject({ ok: false, problem: { code: 'role-refused' } });
        }
      }
    expect(allowed).toBe(33);
  });
});

describe('the rules of a list', () => {
  it('are refused with every fault by its place', () => {
    const { rules } = shippedList('CKT');
    expect(listRules(rules)).toEqual(shippedList('CKT'));
    const broken = { ...rules, cut: 60.5, territory: ['Shenzhen'], more: 1, stayCoverageBp: 7000 };
    expect(() => listRules(broken)).toThrow('/cut, /territory, /more');
    expect(() => listRules({ ...rules, stayCoverageBp: 7000 })).toThrow('/stayCoverageBp');
    expect(() => listRules(null)).toThrow('/cut');
    expect(listRules({ ...rules, cut: 610 }).hash).not.toBe(shippedList('CKT').hash);
  });
});
