import { fen, localDate, ProblemError, type ProblemDetail } from '#lib/kernel';
import { edited } from './edited.ts';
import { shareFaults } from './share-limits.ts';
import { splitByTree, leavesOf } from './share-tree.ts';
import { sharingScheme, standingText } from './scheme.ts';
import { treeOf } from './tree-builder.ts';
import { classOf, shippedScheme, shippedSchemes } from './shipped-schemes.ts';

const DAY = localDate('2026-06-30');
const plan = shippedScheme('KJDB', DAY);
const seed = shippedScheme('ZZD', DAY);

describe('the schemes that come with the program', () => {
  it('split 4,000,000 yuan like this, and say what of it is published', () => {
    const table = shippedSchemes().flatMap(({ scheme }) =>
      scheme.classes.map((shareClass) => [
        `${scheme.code} ${shareClass.code} ${shareClass.shares}`,
        leavesOf(splitByTree(shareClass.tree, fen(400_000_000)))
          .map(({ party, amount }) => `${party} ${amount / 100}`)
          .join(', '),
      ]),
    );
    expect(Object.fromEntries(table)).toEqual({
      'KJDB A PROPOSAL': 'bank 800000, guarantor 800000, provincial 800000, national 1600000',
      'KJDB B PROPOSAL': 'bank 800000, guarantor 1000000, provincial 800000, national 1400000',
      'KJDB C PROPOSAL': 'bank 800000, guarantor 1200000, provincial 800000, national 1200000',
      'LFF ALL PROPOSAL': 'bank 800000, guarantor 3200000',
      'SCZD ALL PUBLISHED': 'bank 800000, provincial 800000, guarantor 2400000',
      'ZDZ ALL PUBLISHED': 'bank 800000, system 3200000',
      'ZZD B20 PROPOSAL': 'bank 800000, national 1600000, city 960000, guarantor 640000',
      'ZZD B0 PROPOSAL': 'bank 0, national 2000000, city 1200000, guarantor 800000',
    });
  });

  it('have one lender in every tree, and a hash that names them', () => {
    for (const { scheme, hash } of shippedSchemes()) {
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      for (const { tree } of scheme.classes) expect(tree.children.filter(({ lender }) => lender)).toHaveLength(1);
    }
  });

  it('never show a proposal as official', () => {
    for (const { scheme } of shippedSchemes())
      for (const shareClass of scheme.classes) {
        const { zh, en } = standingText(scheme, shareClass);
        if (shareClass.shares === 'PROPOSAL')
          expect([zh, en].map((text) => /非官方|not official/.test(text))).toEqual([true, true]);
        else expect(zh).toContain(scheme.basis);
      }
  });

  it('are in force from their day on', () => {
    expect(shippedScheme('KJDB', localDate('2024-07-24')).scheme.validFrom).toBe('2024-07-24');
    expect(() => shippedScheme('KJDB', localDate('2024-07-23'))).toThrow(RangeError);
    expect(() => shippedScheme('NONE', DAY)).toThrow(RangeError);
    expect(() => classOf(plan, 'D')).toThrow(RangeError);
  });

  it.each<[string, string[]]>([
    ['A', []],
    ['B', ['national']],
    ['C', ['national']],
  ])(
    '5:3:2 with 20 %% of the bank puts 40 %% on the national fund: in class %s of the plan it breaks %s',
    (code, broken) => {
      const national = classOf(plan, code).limits;
      expect(shareFaults(classOf(seed, 'B20').tree, national).map(({ party }) => party)).toEqual(broken);
      expect(shareFaults(classOf(seed, 'B0').tree, national).map(({ party }) => party)).toEqual(['national']);
      // There is no provincial re-guarantor in it, which the plan asks for in every class: the city runs its own scheme.
      expect(shareFaults(classOf(seed, 'B20').tree, plan.scheme.limits).map(({ party }) => party)).toEqual([
        'provincial',
      ]);
    },
  );
});

it('the city fund bears 20 to 50 % of what the guarantee system bears, not of the loan', () => {
  const limits = seed.scheme.limits;
  const faults = (city: number) =>
    shareFaults(
      treeOf([
        ['bank', 70],
        [
          'system',
          30,
          [
            ['city', city],
            ['guarantor', 100 - city],
          ],
        ],
      ]),
      limits,
    );
  expect([20, 50].map((city) => faults(city))).toEqual([[], []]);
  expect(faults(19)).toMatchObject([{ party: 'city', shareBp: 1900, limitBp: 2000 }]);
  expect(faults(51)).toMatchObject([{ party: 'city', shareBp: 5100, limitBp: 5000 }]);
});

describe('a scheme', () => {
  const faultsOf = (edits: Readonly<Record<string, unknown>>): readonly (string | undefined)[] => {
    try {
      sharingScheme(edited(plan.scheme, edits));
      return [];
    } catch (error) {
      const { code, errors } = (error as ProblemError).problem;
      expect(code).toBe('sharing-scheme-invalid');
      return (errors as readonly ProblemDetail[]).map(({ pointer }) => pointer);
    }
  };

  it('is the same after a round through JSON', () => {
    expect(sharingScheme(JSON.parse(JSON.stringify(plan.scheme))).hash).toBe(plan.hash);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['shares that do not add up', { '/classes/0/tree/children/1/parts': 79 }, ['/classes/0/tree/children']],
    [
      'a national fund above the limit of its class and a provincial one below its own',
      {
        '/classes/2/tree/children/1/children/1/children/0/parts': 19,
        '/classes/2/tree/children/1/children/1/children/1/parts': 31,
      },
      ['/classes/2/tree', '/classes/2/tree'],
    ],
    [
      'a bank below 20 %, which lifts the system and the national fund above their limits',
      { '/classes/1/tree/children/0/parts': 19, '/classes/1/tree/children/1/parts': 81 },
      ['/classes/1/tree', '/classes/1/tree', '/classes/1/tree'],
    ],
    [
      'fee tiers in the wrong order',
      { '/reGuaranteeFee/0/upTo': null, '/reGuaranteeFee/1/upTo': 500_000_000 },
      ['/reGuaranteeFee/0/upTo', '/reGuaranteeFee/1/upTo'],
    ],
    [
      'two fee tiers up to the same amount',
      { '/reGuaranteeFee/1': { upTo: 500_000_000, mostBp: 40 }, '/reGuaranteeFee/2': { upTo: null, mostBp: 50 } },
      ['/reGuaranteeFee/1/upTo'],
    ],
    ['a limit without an end', { '/limits/0': { party: 'bank' } }, ['/limits/0']],
    ['a misspelt limit', { '/limits/0': { party: 'bank', minBp: 2000 } }, ['/limits/0/minBp', '/limits/0']],
    ['a class twice', { '/classes/1/code': 'A' }, ['/classes/1/code']],
    ['an end before its start', { '/validTo': '2024-07-23' }, ['/validTo']],
    ['no such day', { '/validFrom': '2024-02-30' }, ['/validFrom']],
    ['a term left out', { '/claimCeilingBp': undefined }, ['/claimCeilingBp']],
    ['a standing of its own', { '/terms': 'OFFICIAL' }, ['/terms']],
    ['a fuse that stops before it warns', { '/poolFuse': { warnBp: 800, stopBp: 500 } }, ['/poolFuse/stopBp']],
    ['an unknown member', { '/bonus': 1 }, ['/bonus']],
  ])('is refused with %s', (_, edits, pointers) => {
    expect(faultsOf(edits)).toEqual(pointers);
  });

  it('is refused as a whole with every fault named', () => {
    expect(() => sharingScheme(null)).toThrow(ProblemError);
    expect(() => sharingScheme([])).toThrow(/\/code.*\/classes/);
  });
});
