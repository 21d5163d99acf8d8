import fc from 'fast-check';
import { fen, ProblemError, splitByLargestRemainder, type ProblemDetail } from '#lib/kernel';
import { edited } from './edited.ts';
import { bpOf, compareExact, exact } from './exact.ts';
import { leavesOf, shareOf, shareTree, splitByTree, type ShareTree } from './share-tree.ts';
import { treeOf, type TreeSketch } from './tree-builder.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 5000 : 200;
const seed: TreeSketch = [
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
];
/** 小巨人 class. */
const threeLevels: TreeSketch = [
  ['bank', 20],
  [
    'system',
    80,
    [
      ['guarantor', 20],
      [
        'reguarantee',
        60,
        [
          ['provincial', 20],
          ['national', 40],
        ],
      ],
    ],
  ],
];
const amounts = (sketch: TreeSketch, amount: number): Record<string, number> =>
  Object.fromEntries(splitByTree(treeOf(sketch), fen(amount)).map((share) => [share.party, share.amount]));

/** Trees of up to four levels; parties are numbered in the order of the tree. */
const trees: fc.Arbitrary<ShareTree> = fc
  .letrec<{ node: readonly [number, unknown]; children: readonly (readonly [number, unknown])[] }>((tie) => ({
    node: fc.tuple(
      fc.integer({ min: 1, max: 10_000 }),
      fc.option(tie('children'), { maxDepth: 3, depthSize: 'small', nil: null }),
    ),
    children: fc.array(tie('node'), { minLength: 1, maxLength: 4 }) as fc.Arbitrary<
      readonly (readonly [number, unknown])[]
    >,
  }))
  .children.map((drawn) => {
    let count = 0;
    const sketch = (children: readonly (readonly [number, unknown])[]): TreeSketch =>
      children.map(([parts, below]) => [
        count === 0 ? (count++, 'bank') : `p${count++}`,
        parts,
        below ? sketch(below as readonly (readonly [number, unknown])[]) : null,
      ]);
    return treeOf(sketch(drawn));
  });
const amount = fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 10 ** 13 })).map(fen);

describe('a tree of shares', () => {
  it('splits 4,000,000 yuan of a seed loan, with and without a share of the bank', () => {
    const leaves = { national: 160_000_000, city: 96_000_000, guarantor: 64_000_000 };
    expect(amounts(seed, 400_000_000)).toEqual({ bank: 80_000_000, system: 320_000_000, ...leaves });
    const [[, , inside]] = [seed[1]!];
    expect(
      amounts(
        [
          ['bank', 0],
          ['system', 100, inside],
        ],
        400_000_000,
      ),
    ).toEqual({ bank: 0, system: 400_000_000, national: 200_000_000, city: 120_000_000, guarantor: 80_000_000 });
  });

  it('R04: of 12 fen the nested split gives the guarantor 3, a flat one would give the bank 3', () => {
    expect(amounts(threeLevels, 12)).toEqual({
      bank: 2,
      system: 10,
      guarantor: 3,
      reguarantee: 7,
      provincial: 2,
      national: 5,
    });
    expect(splitByLargestRemainder(12, [20, 20, 20, 40])).toEqual([3, 2, 2, 5]);
  });

  it('gives a tie to the first listed child', () => {
    const halves: TreeSketch = [
      ['first', 50],
      ['second', 50],
    ];
    expect(amounts(halves, 1)).toEqual({ first: 1, second: 0 });
    expect(amounts([...halves].reverse(), 1)).toEqual({ first: 0, second: 1 });
  });

  it('keeps every fen: the leaves add up to the amount, every branch to its children, at most a fen a level off', () => {
    fc.assert(
      fc.property(trees, amount, (tree, whole) => {
        const split = splitByTree(tree, whole);
        expect(leavesOf(split).reduce((s, share) => s + BigInt(share.amount), 0n)).toBe(BigInt(whole));
        for (const { party, amount: part } of split) {
          const { num, den } = shareOf(tree, party)!;
          const off = BigInt(part) * den - BigInt(whole) * num;
          expect(off < 4n * den && off > -4n * den).toBe(true);
        }
        const shares = leavesOf(split).map(({ party }) => shareOf(tree, party)!);
        const all = shares.reduce((s, x) => ({ num: s.num * x.den + x.num * s.den, den: s.den * x.den }));
        expect(compareExact(all, exact(1))).toBe(0);
      }),
      { numRuns },
    );
  });

  it('addresses parties by code, in the whole and inside their group', () => {
    const tree = treeOf(seed);
    expect(bpOf(shareOf(tree, 'national')!, 'half-up')).toBe(4000);
    expect(bpOf(shareOf(tree, 'national', 'system')!, 'half-up')).toBe(5000);
    expect(shareOf(tree, 'provincial')).toBeUndefined();
    expect(shareOf(tree, 'bank', 'system')).toBeUndefined();
    expect(shareOf(tree, 'national', 'bank')).toBeUndefined();
  });

  it('says who lends, also beneath a group of banks', () => {
    const banks: TreeSketch = [
      [
        'bank',
        20,
        [
          ['bankA', 1],
          ['bankB', 1],
        ],
      ],
      ['guarantor', 80],
    ];
    const lends = splitByTree(treeOf(banks), fen(100)).map(({ party, lender }) => [party, lender]);
    expect(lends).toEqual([
      ['bank', true],
      ['bankA', true],
      ['bankB', true],
      ['guarantor', false],
    ]);
  });
});

describe('a tree agreed for a case', () => {
  const faultsOf = (document: unknown): readonly (string | undefined)[] => {
    try {
      shareTree(document);
      return [];
    } catch (error) {
      const { code, errors } = (error as ProblemError).problem;
      expect(code).toBe('share-tree-invalid');
      return (errors as readonly ProblemDetail[]).map(({ pointer }) => pointer);
    }
  };
  const sound = treeOf(seed);

  it('is taken when it is sound', () => {
    expect(faultsOf(sound)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['parts that do not add up', { '/children/0/parts': 21 }, ['/children']],
    ['parts inside that do not add up', { '/children/1/of': 11 }, ['/children/1/children']],
    ['a party twice', { '/children/1/children/2/party': 'bank' }, ['/children/1/children/2/party']],
    ['a negative part', { '/children/0/parts': -1 }, ['/children/0/parts', '/children']],
    ['a fraction', { '/children/0/parts': 20.5 }, ['/children/0/parts', '/children']],
    ['a misspelt member', { '/children/0/lendor': true }, ['/children/0/lendor']],
    ['a name in one language', { '/children/0/zh': undefined }, ['/children/0/zh']],
    [
      'a group without children',
      { '/children/1/children': undefined },
      ['/children/1/children', '/children/1/children'],
    ],
    ['nobody', { '/children': [] }, ['/children', '/children']],
  ])('is refused with %s', (_, edits, pointers) => {
    expect(faultsOf(edited(sound, edits))).toEqual(pointers);
  });

  it.each([null, 7, 'tree', []])('is refused as %s', (document) => {
    expect(faultsOf(document)).toContain('/children');
  });

  it('is refused when it has no end', () => {
    let deep: unknown = { of: 1, children: [{ party: 'leaf', zh: '末方', en: 'leaf', parts: 1 }] };
    for (let level = 0; level < 8; level++)
      deep = { of: 1, children: [{ party: `p${level}`, zh: '某方', en: 'party', parts: 1, ...(deep as object) }] };
    expect(faultsOf(deep)).toHaveLength(1);
  });
});
