import { fen } from '#lib/kernel';
import type { JudgedFirm } from '../judge-run.ts';
import type { ListRules } from '../list-rules.ts';
import { shippedList } from '../shipped-lists.ts';
import { changedParameters, SimulationCount } from './simulation.ts';

const { rules: base } = shippedList('CKT');

type State = 'ACTIVE' | 'WATCH' | 'IN_REVIEW' | undefined;

/** A firm that stands in this state, come to by one event; undefined: not on the list, and failing rule 2. */
const firmIn = (state: State, number: number, grade: string | null = 'A'): JudgedFirm =>
  ({
    firm: {
      uscc: `91440300DM${String(number).padStart(8, '0')}`,
      region: number % 2 === 0 ? '440305' : '440304',
      score: { score: 650, grade, decision: 'SCORED' },
      scored: { rich: { parts: [] }, warnings: [] },
      registration: { name: `样例${number}`, legalPerson: true },
    },
    judgement: {
      conditions: [1, 2].map((rule) => ({
        rule,
        state: rule === 2 && state === undefined ? 'fail' : 'pass',
        why: { zh: '评分低', en: 'low score' },
      })),
      flags: [],
    },
    after: state && { state, enteredOn: null, validUntil: null },
    events: state ? [{ fromState: 'CANDIDATE', toState: state, reason: 'BY_TEST', zh: '样例', en: 'example' }] : [],
  }) as unknown as JudgedFirm;

describe('what a simulation counts', () => {
  it('names the parameters that differ, and nothing that only names the rules', () => {
    const proposed = { ...base, version: '2', zh: '其他', cut: 620, territory: [], reviewByTwoOrganisations: true };
    expect(changedParameters(base, proposed).map(({ pointer, before, after }) => [pointer, before, after])).toEqual([
      ['/cut', 600, 620],
      ['/territory', ['4403'], []],
      ['/reviewByTwoOrganisations', null, true],
    ]);
    expect(changedParameters(base, { ...base, version: '2', en: 'other' })).toEqual([]);
    for (const { pointer, alone } of changedParameters(base, proposed))
      expect(changedParameters(base, alone).map((one) => one.pointer)).toEqual([pointer]);
  });

  it('tells what one parameter does alone from what only both do together', () => {
    const proposed = { ...base, cut: 620, medianHeads: 9 };
    const count = new SimulationCount(base, proposed, false);
    const cut = (rules: ListRules) => firmIn(rules.cut > 600 ? undefined : 'ACTIVE', 1);
    const either = (rules: ListRules) => firmIn(rules.cut > 600 || rules.medianHeads > 3 ? 'WATCH' : 'ACTIVE', 2);
    const both = (rules: ListRules) => firmIn(rules.cut > 600 && rules.medianHeads > 3 ? 'ACTIVE' : undefined, 3);
    for (const judge of [cut, either, both]) count.add(judge);
    const { movers, parameters, counts } = count.result();
    expect(movers.named.map(({ kind, parameters: by, rules }) => [kind, by, rules])).toEqual([
      ['left', ['/cut'], [2]],
      ['changed', ['/cut', '/medianHeads'], []],
      ['entered', [], [2]],
    ]);
    expect(parameters.map(({ pointer, moves }) => [pointer, moves])).toEqual([
      ['/cut', 2],
      ['/medianHeads', 1],
    ]);
    expect(counts).toEqual({ before: 2, after: 2, entered: 1, left: 1, changed: 1 });
    expect(movers.named[0]!.because).toEqual({ side: 'after', reason: 'RULE_2', zh: '评分低', en: 'low score' });
    expect(movers.named[2]!.because).toEqual({ side: 'after', reason: 'BY_TEST', zh: '样例', en: 'example' });
  });

  it('adds up by grade, district and exposure; names 200, those that leave first, and counts all', () => {
    const proposed = { ...base, cut: 620 };
    const count = new SimulationCount(base, proposed, true);
    // In five: stays, leaves, enters, goes to review, never was there.
    const kinds: readonly (readonly [State, State])[] = [
      ['ACTIVE', 'ACTIVE'],
      ['ACTIVE', undefined],
      [undefined, 'WATCH'],
      [undefined, 'IN_REVIEW'],
      [undefined, undefined],
    ];
    for (let n = 0; n < 5000; n++) {
      const [before, after] = kinds[n % 5]!;
      const grade = n % 3 === 0 ? null : 'A';
      count.add((rules) => firmIn(rules.cut === 620 ? after : before, 5000 - n, grade), fen(n));
    }
    const { counts, byGrade, byDistrict, movers, exposure, states } = count.result();
    expect(counts).toEqual({ before: 2000, after: 2000, entered: 1000, left: 1000, changed: 0 });
    for (const parts of [byGrade, byDistrict])
      expect((['before', 'after'] as const).map((side) => parts.reduce((sum, part) => sum + part[side], 0))).toEqual([
        2000, 2000,
      ]);
    expect(byGrade.map(({ grade }) => grade)).toEqual(['A', null]);
    expect(byDistrict.map(({ region }) => region)).toEqual(['440304', '440305']);
    expect([movers.total, movers.named.length]).toEqual([3000, 200]);
    expect(movers.named.every(({ kind }) => kind === 'left')).toBe(true);
    const codes = movers.named.map(({ uscc }) => uscc);
    expect(codes).toEqual([...codes].sort());
    expect(codes[0]).toBe('91440300DM00000004');
    expect(exposure!.before - exposure!.left + exposure!.entered).toBe(exposure!.after);
    expect(exposure!.left).toBe(Array.from({ length: 1000 }, (_, i) => 5 * i + 1).reduce((a, b) => a + b, 0));
    expect(states.find(({ state }) => state === 'IN_REVIEW')).toEqual({ state: 'IN_REVIEW', before: 0, after: 1000 });
    // Near misses: one condition lacks.
    expect(states.find(({ state }) => state === 'NEAR_MISS')).toEqual({
      state: 'NEAR_MISS',
      before: 3000,
      after: 2000,
    });
  });
});
