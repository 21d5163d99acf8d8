import { fen, ProblemError, type ProblemDetail } from '#lib/kernel';
import { edited } from '../sharing/edited.ts';
import { capacityRules, shippedCapacityRules } from './capacity-rules.ts';
import { policyMix, reservesOf } from './reserves.ts';

const { rules, hash } = shippedCapacityRules();

describe('the rules of capacity', () => {
  it('are those of the ordinance', () => {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(rules).toMatchObject({ multiple: 10, multipleMainlySmall: 15, clientPercent: 10, groupPercent: 15 });
  });

  it.each<[Record<string, unknown>, string[]]>([
    [{ '/groupPercent': 9 }, ['/groupPercent']],
    [{ '/multipleMainlySmall': 9 }, ['/multipleMainlySmall']],
    [{ '/reservationDays': 0 }, ['/reservationDays']],
    [{ '/clientPercent': 10.5 }, ['/clientPercent']],
    [{ '/validFrom': '2017' }, ['/validFrom']],
    [{ '/bonus': 1 }, ['/bonus']],
    [{ '/smallLoanMost': undefined }, ['/smallLoanMost']],
  ])('are refused with %j', (edits, pointers) => {
    try {
      capacityRules(edited(rules, edits));
    } catch (error) {
      const { code, errors } = (error as ProblemError).problem;
      expect([code, (errors as readonly ProblemDetail[]).map(({ pointer }) => pointer)]).toEqual([
        'capacity-rules-invalid',
        pointers,
      ]);
    }
    expect.assertions(1);
  });
});

describe('the reserves of a year', () => {
  it.each([
    [0, 1_000_000_000],
    [9_500_000_000, 500_000_000],
    [10_000_000_000, 0],
    [12_000_000_000, 0],
  ])('with %d fen set aside: half the fees, and %d more for claims', (claimReserve, claimAddition) => {
    const year = { feesOfYear: fen(3), liability: fen(100_000_000_000), claimReserve: fen(claimReserve) };
    expect(reservesOf(rules, year)).toMatchObject({ unearned: 2, claimAddition, claimTarget: 10_000_000_000 });
  });
});

describe('the mix of a government guarantor', () => {
  const one = (principal: number, smallOrAgricultural: boolean | null) => ({
    principal: fen(principal),
    smallOrAgricultural,
  });
  const states = (cases: Parameters<typeof policyMix>[1]): string[] =>
    policyMix(rules, cases).map(({ state }) => state);
  const large = 600_000_000;

  it('is 80 % small and agricultural, half of that in cases up to 5 m', () => {
    expect(states([one(400_000_000, true), one(400_000_000, true), one(200_000_000, false)])).toEqual(['pass', 'pass']);
    expect(states([one(400_000_000, true), one(400_000_000, true), one(200_000_001, false)])).toEqual(['fail', 'pass']);
    expect(states([one(500_000_000, true), one(large, true)])).toEqual(['pass', 'fail']);
    expect(states([one(500_000_000, true), one(500_000_001, true)])).toEqual(['pass', 'fail']);
    expect(states([one(500_000_000, true), one(500_000_000, true), one(large, true)])).toEqual(['pass', 'pass']);
    expect(states([one(100, true), one(large, true), one(900, false)])).toEqual(['pass', 'fail']);
    expect(states([one(300_000_000, true), one(300_000_000, true), one(large, true)])).toEqual(['pass', 'pass']);
    expect(states([one(100, true), one(100, null)])).toEqual(['fail', 'pass']);
  });

  it('is not known where there is nothing', () => {
    expect(states([])).toEqual(['unknown', 'unknown']);
    expect(policyMix(rules, [one(1, false)])).toMatchObject([
      { state: 'fail', shareBp: 0 },
      { state: 'unknown', shareBp: null, en: 'of it in cases up to 5,000,000.00 yuan: —, at least 50.00%' },
    ]);
  });
});
