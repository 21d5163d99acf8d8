import fc from 'fast-check';
import { fen, localDate, type Fen } from '#lib/kernel';
import {
  drawable,
  effective,
  guaranteeOutlasts,
  substitute,
  type CompositionVersion,
  type JointCase,
  type PlaceInPart,
} from '../index.ts';
import { anyJointCase, debtPartner, jointCase } from './fixtures/joint-cases.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 3_000 : 200;
const first = (joint: JointCase): CompositionVersion => ({ version: 1, joint, approvedBy: ['investor'] });
const loan = (partner: string): PlaceInPart => ({ part: 'loan', partner });
const guaranteed = (partner: string): PlaceInPart => ({ part: 'guaranteed', partner });
const amounts = (joint: JointCase) => {
  const { loan: l, guaranteed: g, debt } = effective(joint);
  return [l, g, debt];
};

describe('substitution', () => {
  const short = jointCase(
    1_000_000_000,
    [debtPartner('bank', 350_000_000, { requested: fen(500_000_000) })],
    [debtPartner('guarantor', 500_000_000)],
  );

  it('moves a shortfall to the other part once both approve; the total ceiling stays', () => {
    expect(amounts(short)).toEqual([350_000_000, 500_000_000, 850_000_000]);
    const wanted = { from: loan('bank'), to: guaranteed('guarantor'), amount: fen(150_000_000) };
    const made = substitute(first(short), wanted, ['bank', 'guarantor']);
    if (!made.ok) throw new Error(made.problem.code);
    expect(made.value).toMatchObject({ version: 2, approvedBy: ['bank', 'guarantor'], joint: { moved: 150_000_000 } });
    expect(amounts(made.value.joint)).toEqual([350_000_000, 650_000_000, 1_000_000_000]);
    expect(effective(made.value.joint).parts.guaranteed.steps.map(({ symbol, value }) => [symbol, value])).toEqual([
      ['c', 650_000_000],
      ['s', 150_000_000],
      ["j'(E)", 650_000_000],
      ['eff', 650_000_000],
    ]);
    // In stages the lender comes first with what it kept; the rest of each stage is the guarantor's.
    const at = (paid: number) => drawable({ ...made.value.joint, equity: [{ ...short.equity[0]!, paid: fen(paid) }] });
    expect(
      [at(600_000_000), at(900_000_000)].map(({ parts }) => [parts.loan.drawable, parts.guaranteed.drawable]),
    ).toEqual([
      [300_000_000, 300_000_000],
      [350_000_000, 550_000_000],
    ]);
    // Nothing is left to substitute.
    expect(substitute(made.value, { ...wanted, amount: fen(1_000_000) }, ['bank', 'guarantor'])).toMatchObject({
      ok: false,
      problem: { code: 'substitution-above-shortfall', extra: { shortfall: 0 } },
    });
  });

  it('is refused without the approval of both, and of anybody else whom it changes', () => {
    const wanted = { from: loan('bank'), to: guaranteed('guarantor'), amount: fen(150_000_000) };
    for (const [approved, missing] of [
      [['bank'], ['guarantor']],
      [['guarantor', 'investor'], ['bank']],
      [[], ['bank', 'guarantor']],
    ])
      expect(substitute(first(short), wanted, approved!)).toMatchObject({
        ok: false,
        problem: { code: 'substitution-not-approved', status: 409, extra: { missing } },
      });
    const two = { ...short, guaranteed: ['g1', 'g2'].map((name) => debtPartner(name, 400_000_000)) };
    expect(substitute(first(two), { ...wanted, to: guaranteed('g1') }, ['bank', 'g1'])).toMatchObject({
      problem: { code: 'substitution-not-approved', extra: { missing: ['g2'] } },
    });
  });

  it('moves a shortfall to another lender of the same part, and leaves the ceilings alone', () => {
    const two = { ...short, loan: [...short.loan, debtPartner('second bank', 0)] };
    const wanted = { from: loan('bank'), to: loan('second bank'), amount: fen(100_000_000) };
    const made = substitute(first(two), wanted, ['second bank', 'bank']);
    if (!made.ok) throw new Error(made.problem.code);
    expect(made.value.joint.moved).toBe(0);
    expect(effective(made.value.joint).parts.loan.partners.map((row) => row.effective)).toEqual([
      350_000_000, 100_000_000,
    ]);
    expect(amounts(made.value.joint)).toEqual([450_000_000, 500_000_000, 950_000_000]);
  });

  it('is refused above what is missing, in broken units, and for partners that are not there', () => {
    const wanted = { from: loan('bank'), to: guaranteed('guarantor'), amount: fen(150_000_000) };
    const both = ['bank', 'guarantor'];
    expect(substitute(first(short), { ...wanted, amount: fen(151_000_000) }, both)).toMatchObject({
      problem: { code: 'substitution-above-shortfall', extra: { shortfall: 150_000_000 } },
    });
    const unasked = { ...short, loan: [debtPartner('bank', 350_000_000)] };
    expect(substitute(first(unasked), wanted, both)).toMatchObject({ problem: { extra: { shortfall: 0 } } });
    const refuse = (more: object, where: string) =>
      expect(() => substitute(first(short), { ...wanted, ...more }, both)).toThrow(where);
    refuse({ amount: fen(1) }, ': /amount');
    refuse({ amount: -1 as Fen }, ': /amount');
    refuse({ amount: fen(0) }, ': /amount');
    refuse({ from: loan('guarantor') }, ': /from');
    refuse({ to: { part: 'equity', partner: 'investor' } }, ': /to');
    refuse({ to: loan('bank') }, ': /to');
    expect(() => substitute(first(short), wanted, [...both, 'stranger'])).toThrow(': /approvedBy/2');
  });

  it('approved by all, it adds its amount to the debt, keeps the sum of the ceilings, and takes nothing from the giver', () => {
    let tried = 0;
    fc.assert(
      fc.property(anyJointCase, fc.nat(), fc.nat(), fc.nat({ max: 20 }), (joint, a, b, units) => {
        const places = [
          ...joint.loan.map((row) => loan(row.partner)),
          ...joint.guaranteed.map((row) => guaranteed(row.partner)),
        ];
        fc.pre(places.length > 1 && units > 0);
        const [from, to] = [places[a % places.length]!, places[b % places.length]!];
        fc.pre(from.partner !== to.partner);
        const everyone = places.map(({ partner }) => partner);
        const made = substitute(first(joint), { from, to, amount: fen(units * joint.unit) }, everyone);
        if (!made.ok) return;
        tried += 1;
        const [before, after] = [effective(joint), effective(made.value.joint)];
        const sum = ({ parts }: typeof before) => parts.loan.ceiling + parts.guaranteed.ceiling;
        expect(sum(after)).toBe(sum(before));
        expect(after.debt).toBe(before.debt + units * joint.unit);
        const giver = (of: JointCase) =>
          drawable(of).parts[from.part].partners.find((row) => row.partner === from.partner)!.drawable;
        // Moving ceiling back where it came from takes back the stages that came with it.
        const isBack = from.part !== to.part && (from.part === 'loan' ? joint.moved < 0 : joint.moved > 0);
        if (!isBack) expect(giver(made.value.joint)).toBeGreaterThanOrEqual(giver(joint));
      }),
      { numRuns },
    );
    expect(tried).toBeGreaterThan(0);
  });
});

describe('a guarantee outlasts its loan', () => {
  it.each([
    ['2027-03-15', '2027-09-15', 'pass', '2027-09-15'],
    ['2027-03-15', '2027-09-14', 'fail', '2027-09-15'],
    ['2027-08-31', '2028-02-29', 'pass', '2028-02-29'],
    ['2027-08-31', '2028-02-28', 'fail', '2028-02-29'],
  ])('matures %s, guaranteed to %s: %s', (maturity, expiry, state, earliest) => {
    expect(guaranteeOutlasts(localDate(maturity), localDate(expiry), 6)).toMatchObject({ state, earliest });
  });

  it('is unknown while a date is', () => {
    expect(guaranteeOutlasts(null, localDate('2027-01-01'), 6)).toMatchObject({ state: 'unknown', earliest: null });
    expect(guaranteeOutlasts(localDate('2027-01-01'), null, 6)).toMatchObject({
      state: 'unknown',
      earliest: '2027-07-01',
    });
  });
});
