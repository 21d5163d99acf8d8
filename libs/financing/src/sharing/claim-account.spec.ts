import fc from 'fast-check';
import { fen, ProblemError, splitByLargestRemainder } from '#lib/kernel';
import { applyClaimEvent, claimAccount, claimAmount, openClaimAccount, type ClaimEvent } from './claim-account.ts';
import { claimPayments } from './claim-payments.ts';
import { splitByTree } from './share-tree.ts';
import { treeOf } from './tree-builder.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 5000 : 200;
const seed = treeOf([
  ['bank', 20],
  [
    'system',
    80,
    [
      ['national', 5],
      ['city', 3],
      ['guarantor', 2],
    ],
  ],
]);
const claim = (amount: number): ClaimEvent => ({ kind: 'claim', amount: fen(amount) });
const recovery = (gross: number, costs = 0): ClaimEvent => ({ kind: 'recovery', gross: fen(gross), costs: fen(costs) });
const cost = (amount: number): ClaimEvent => ({ kind: 'cost', amount: fen(amount) });
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as ProblemError).problem.code;
  }
};

const money = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 10 ** 13 }));
const trees = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }).map((parts) =>
  treeOf([
    ['bank', 25],
    ['system', 75, parts.map((part, i) => [`p${i}`, part] as const)],
  ]),
);
const events = fc.array(
  fc.oneof(
    money.map(claim),
    fc.tuple(money, money).map(([gross, costs]) => recovery(gross, costs)),
    money.map(cost),
  ),
  { maxLength: 12 },
);

describe('a claim', () => {
  it('is (outstanding principal + normal interest) × guaranteed ratio, half up', () => {
    expect(claimAmount(fen(333_333_333), fen(4_123_457), 10_000)).toBe(337_456_790);
    expect(claimAmount(fen(99), fen(0), 5_000)).toBe(50);
    expect(claimAmount(fen(10 ** 13), fen(10 ** 12), 8_000)).toBe(8_800_000_000_000);
  });

  it('is borne by all and paid by all but the bank', () => {
    const { leaves } = claimAccount(seed, [claim(1_000)]).account;
    expect(leaves.map(({ party, borne, paid }) => [party, borne, paid])).toEqual([
      ['bank', 200, 0],
      ['national', 400, 400],
      ['city', 240, 240],
      ['guarantor', 160, 160],
    ]);
  });

  it('is paid to the bank by each, or advanced by one whom the others repay', () => {
    const split = splitByTree(seed, fen(1_000));
    expect(claimPayments(split, null)).toEqual([
      { from: 'national', to: 'lender', amount: 400 },
      { from: 'city', to: 'lender', amount: 240 },
      { from: 'guarantor', to: 'lender', amount: 160 },
    ]);
    expect(claimPayments(split, 'national')).toEqual([
      { from: 'national', to: 'lender', amount: 800 },
      { from: 'city', to: 'national', amount: 240 },
      { from: 'guarantor', to: 'national', amount: 160 },
    ]);
    expect(claimPayments(splitByTree(seed, fen(0)), 'national')).toEqual([]);
  });
});

describe('a claim account', () => {
  it('keeps every fen, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(trees, money, events, (tree, first, more) => {
        const { account, steps } = claimAccount(tree, [claim(first + 1), ...more]);
        const total = (of: 'borne' | 'recovered' | 'stillToRecover'): number =>
          account.leaves.reduce((s, leaf) => s + leaf[of], 0);
        expect(total('borne')).toBe(account.claimed);
        expect(total('recovered')).toBe(account.netRecovered);
        expect(account.netRecovered + account.surplusToDebtor + account.costs - account.carriedCosts).toBe(
          account.grossRecovered,
        );
        for (const { borne, recovered, stillToRecover } of account.leaves) {
          expect(recovered + stillToRecover).toBe(borne);
          expect(stillToRecover).toBeGreaterThanOrEqual(0);
        }
        for (const { event, net, shares } of steps)
          if (event.kind === 'recovery') {
            expect(shares.reduce((s, { amount }) => s + amount, 0)).toBe(net);
            for (const { amount } of shares) expect(amount).toBeGreaterThanOrEqual(0);
          }
      }),
      { numRuns },
    );
  });

  it('is zero for all once everything is back, and the rest is the debtor’s', () => {
    fc.assert(
      fc.property(trees, money, events, money, (tree, first, more, beyond) => {
        const before = claimAccount(tree, [claim(first + 1), ...more]);
        const open = before.account.leaves.reduce((s, leaf) => s + leaf.stillToRecover, 0);
        const last = recovery(before.account.carriedCosts + open + beyond);
        const { account, step } = applyClaimEvent(tree, before.account, last);
        expect(account.leaves.every(({ stillToRecover }) => stillToRecover === 0)).toBe(true);
        expect([step.surplusToDebtor, step.carriedCosts]).toEqual([beyond, 0]);
      }),
      { numRuns },
    );
  });

  it('does not mind the order of claims and costs between two recoveries, nor a cost with its recovery or before it', () => {
    const quiet = fc.array(fc.oneof(money.map(claim), money.map(cost)), { minLength: 2, maxLength: 8 });
    const shuffled = quiet.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(trees, shuffled, money, money, (tree, [one, other], gross, costs) => {
        const account = (all: readonly ClaimEvent[]) => claimAccount(tree, [claim(7), ...all]).account;
        expect(account([...one, recovery(gross, costs)])).toEqual(account([...other, recovery(gross, costs)]));
        expect(account([...one, recovery(gross, costs)])).toEqual(account([...one, cost(costs), recovery(gross)]));
      }),
      { numRuns },
    );
  });

  it('R05b: two recoveries of one fen repay the two that bore one; by the contract’s shares one would get both', () => {
    const tree = treeOf([
      ['national', 5],
      ['city', 3],
      ['guarantor', 2],
    ]);
    const { account, steps } = claimAccount(tree, [claim(2), recovery(1), recovery(1)]);
    expect(steps.map(({ shares }) => shares.map(({ amount }) => amount))).toEqual([
      [1, 1, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(account.leaves.map(({ stillToRecover }) => stillToRecover)).toEqual([0, 0, 0]);
    expect(splitByLargestRemainder(1, [5, 3, 2])).toEqual([1, 0, 0]);
  });

  it('the 16th fen takes nothing from anybody, as splitting the cumulated recovery anew would from the 10 % party', () => {
    const shares = [35, 35, 20, 10];
    expect(splitByLargestRemainder(15, shares)[3]).toBe(2);
    expect(splitByLargestRemainder(16, shares)[3]).toBe(1);
    const tree = treeOf(shares.map((part, i) => [`p${i}`, part] as const));
    const { account, steps } = claimAccount(tree, [claim(100), ...Array.from({ length: 100 }, () => recovery(1))]);
    for (const { shares: parts } of steps.slice(1)) expect(parts.filter(({ amount }) => amount === 0)).toHaveLength(3);
    expect(account.leaves.map(({ recovered }) => recovered)).toEqual(shares);
  });

  it('carries costs above the gross to the next recovery', () => {
    const { steps } = claimAccount(seed, [claim(1_000), cost(30), recovery(20, 15), recovery(40)]);
    expect(steps.map(({ net, carriedCosts }) => [net, carriedCosts])).toEqual([
      [0, 0],
      [0, 30],
      [0, 25],
      [15, 0],
    ]);
  });

  it('is written off once; recoveries go on, claims do not', () => {
    const written = [claim(1_000), recovery(350), { kind: 'write-off' }] as const;
    const { account } = claimAccount(seed, [...written, recovery(100)]);
    expect(account.leaves.map((leaf) => [leaf.writtenOff, leaf.stillToRecover])).toEqual([
      [130, 110],
      [260, 220],
      [156, 132],
      [104, 88],
    ]);
    expect(codeOf(() => claimAccount(seed, [...written, claim(1)]))).toBe('claim-written-off');
    expect(codeOf(() => claimAccount(seed, [...written, { kind: 'write-off' }]))).toBe('claim-written-off');
  });

  it('refuses what has no claim before it, and negative amounts', () => {
    expect(codeOf(() => claimAccount(seed, [recovery(1)]))).toBe('no-claim-to-recover');
    expect(codeOf(() => claimAccount(seed, [{ kind: 'write-off' }]))).toBe('no-claim-to-recover');
    expect(claimAccount(seed, [cost(5), claim(10)]).account.carriedCosts).toBe(5);
    for (const event of [claim(-1), recovery(-1), recovery(1, -1), cost(-1)])
      expect(() => applyClaimEvent(seed, claimAccount(seed, [claim(9)]).account, event)).toThrow(RangeError);
    expect(openClaimAccount(seed).leaves).toHaveLength(4);
  });
});
