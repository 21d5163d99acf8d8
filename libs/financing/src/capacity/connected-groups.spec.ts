import fc from 'fast-check';
import { connectedGroups, groupOf, type Control, type Holding } from './connected-groups.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 3000 : 200;
const rules = { relatedHoldingBp: 2500, controlAboveBp: 5000 };
const holding = (holder: string, held: string, percent: number): Holding => ({ holder, held, bp: percent * 100 });
const groups = (holdings: readonly Holding[], controls: readonly Control[] = []): string[] =>
  connectedGroups(holdings, controls, rules).map(({ members }) => members.join(' '));

describe('connected groups', () => {
  it('begin at 25 %', () => {
    expect(groups([holding('A', 'B', 25)])).toEqual(['A B']);
    expect(groups([holding('A', 'B', 24.99)])).toEqual(['A', 'B']);
  });

  it('join firms under one controller, and whoever is connected to them', () => {
    const controls = [
      { controller: 'P', controlled: 'A' },
      { controller: 'P', controlled: 'B' },
    ];
    expect(groups([holding('B', 'C', 30), holding('D', 'E', 30)], controls)).toEqual(['A B C P', 'D E']);
  });

  it('add up what parties under one control hold, not what merely related ones do', () => {
    const spread = [holding('S', 'X', 15), holding('P', 'X', 10)];
    expect(groups([holding('P', 'S', 51), ...spread])).toEqual(['P S X']);
    expect(groups([holding('P', 'S', 50), ...spread])).toEqual(['P S', 'X']);
    expect(groups(spread, [{ controller: 'P', controlled: 'S' }])).toEqual(['P S X']);
  });

  it('find control that follows from control', () => {
    const chain = [
      holding('P', 'A', 60),
      holding('P', 'B', 30),
      holding('A', 'B', 30),
      holding('B', 'C', 13),
      holding('A', 'C', 12),
    ];
    expect(groups(chain)).toEqual(['A B C P']);
  });

  it('are named by their first member; a party without edges is its own', () => {
    const found = connectedGroups([holding('Z', 'B', 40)], [], rules);
    expect(found).toEqual([{ id: 'B', members: ['B', 'Z'] }]);
    expect([groupOf(found, 'Z'), groupOf(found, 'Q')]).toEqual(['B', 'Q']);
  });

  it('refuse what is no share and two shares between the same two', () => {
    expect(() => groups([{ holder: 'A', held: 'B', bp: 10_001 }])).toThrow(RangeError);
    expect(() => groups([{ holder: 'A', held: 'B', bp: 0.5 }])).toThrow(RangeError);
    expect(() => groups([holding('A', 'B', 10), holding('A', 'B', 15)])).toThrow(RangeError);
  });

  it('are the same in any order; one more edge never separates; every party is in exactly one', () => {
    const party = fc.constantFrom(...'ABCDEFGH');
    const holdings = fc.uniqueArray(fc.record({ holder: party, held: party, bp: fc.nat({ max: 10_000 }) }), {
      maxLength: 14,
      selector: ({ holder, held }) => holder + held,
    });
    const controls = fc.array(fc.record({ controller: party, controlled: party }), { maxLength: 3 });
    const orders = holdings.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(orders, controls, ([one, other], control) => {
        const found = connectedGroups(one, control, rules);
        expect(found).toEqual(connectedGroups(other, [...control].reverse(), rules));
        const parties = found.flatMap(({ members }) => members);
        expect(new Set(parties).size).toBe(parties.length);
        for (const { holder, held, bp } of one)
          if (bp >= 2500) expect(groupOf(found, holder)).toBe(groupOf(found, held));
        const fewer = connectedGroups(one.slice(1), control, rules);
        for (const { members } of fewer)
          for (const member of members) expect(groupOf(found, member)).toBe(groupOf(found, members[0]!));
      }),
      { numRuns },
    );
  });
});
