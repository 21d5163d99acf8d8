import fc from 'fast-check';
import { fen, type Fen } from '#lib/kernel';
import { drawable, effective, type JointCase } from '../index.ts';
import { anyJointCase, debtPartner, jointCase } from './fixtures/joint-cases.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 3_000 : 200;
const total = (amounts: readonly number[]): number => amounts.reduce((sum, one) => sum + one, 0);
const DEBT = ['loan', 'guaranteed'] as const;

describe('effective amounts', () => {
  it('add up, are whole units, and pass neither the ceiling nor what a partner committed', () => {
    fc.assert(
      fc.property(anyJointCase, (joint) => {
        const made = effective(joint);
        const recognised = total(joint.equity.map((one) => one.recognised));
        expect(made.equity).toBe(recognised);
        expect(made.loan + made.guaranteed).toBe(made.debt);
        expect(made.equity + made.debt).toBe(made.package);
        expect(made.parts.loan.ceiling + made.parts.guaranteed.ceiling + made.residue).toBe(recognised);
        expect(made.debt).toBeLessThanOrEqual(recognised);
        for (const part of DEBT) {
          const { amounts, ...one } = { ...made.parts[part], amounts: made.parts[part].partners };
          expect(total(amounts.map((row) => row.effective))).toBe(one.effective);
          expect(one.effective + one.unused).toBe(one.ceiling);
          expect(one.effective).toBeLessThanOrEqual(one.usable);
          expect(one.usable).toBeLessThanOrEqual(one.committed);
          amounts.forEach((row, i) => {
            expect(row.effective).toBeLessThanOrEqual(row.committed);
            expect(row.effective % joint.unit).toBe(0);
            expect(row.requested).toBe(joint[part][i]!.requested);
          });
          expect(one.binding).toEqual([
            ...(one.effective === one.usable ? ['own-commitment'] : []),
            ...(one.effective === one.ceiling ? ['equity-recognised'] : []),
          ]);
          expect(one.binding.length).toBeGreaterThan(0);
        }
      }),
      { numRuns },
    );
  });

  it('depend on the order of the lenders only where shares tie', () => {
    fc.assert(
      fc.property(anyJointCase, fc.nat({ max: 4 }), (joint, turn) => {
        const at = joint.loan.length === 0 ? 0 : turn % joint.loan.length;
        const turned = { ...joint, loan: [...joint.loan.slice(at), ...joint.loan.slice(0, at)] };
        const [one, other] = [effective(joint), effective(turned)];
        expect(other.loan).toBe(one.loan);
        const byName = (of: typeof one) => new Map(of.parts.loan.partners.map((row) => [row.partner, row.effective]));
        const units = one.loan / joint.unit;
        const sum = total(joint.loan.map(({ committed }) => committed));
        const rests = joint.loan.map(({ committed }) => sum && (BigInt(units) * BigInt(committed)) % BigInt(sum));
        if (new Set(rests).size === rests.length) expect(byName(other)).toEqual(byName(one));
        else
          for (const [partner, amount] of byName(one))
            expect(Math.abs(byName(other).get(partner)! - amount) / joint.unit).toBeLessThanOrEqual(joint.loan.length);
      }),
      { numRuns },
    );
  });

  it('give equal lenders the unit left over in the order of their commitments', () => {
    const lenders = ['c', 'a', 'b'].map((name) => debtPartner(name, 300_000_000));
    const { parts } = effective(jointCase(1_000_000_000, lenders, []));
    expect(parts.loan.partners.map((row) => [row.partner, row.effective])).toEqual([
      ['c', 167_000_000],
      ['a', 167_000_000],
      ['b', 166_000_000],
    ]);
  });

  it('give no lender a unit that it committed only half of', () => {
    const lenders = ['a', 'b'].map((name) => debtPartner(name, 1_500_000));
    const { parts } = effective(jointCase(1_000_000_000, lenders, []));
    expect(parts.loan).toMatchObject({ committed: 3_000_000, usable: 2_000_000, effective: 2_000_000 });
    expect(parts.loan.partners.map((row) => row.effective)).toEqual([1_000_000, 1_000_000]);
  });

  it('tell their calculation in both languages', () => {
    const { parts } = effective(jointCase(777_777_700, [debtPartner('a', 123_456_000)], []));
    expect(parts.loan.steps.map(({ symbol, value }) => [symbol, value])).toEqual([
      ['c', 123_000_000],
      ['L°(E)', 388_000_000],
      ['eff', 123_000_000],
    ]);
    for (const { zh, en } of parts.loan.steps)
      expect([/\p{Script=Han}/u.test(zh), en.length > 3]).toEqual([true, true]);
  });

  it('are refused with every fault by its place', () => {
    const broken = jointCase(5, [debtPartner('a', 1), { ...debtPartner('a', 1), drawn: -1 as Fen }], [], {
      unit: 0 as Fen,
    });
    const loan = [{ ...debtPartner('b', 1), committed: 0.5 as Fen }];
    for (const compute of [effective, drawable]) {
      expect(() => compute(broken)).toThrow('/unit, /loan/1/partner, /loan/1/drawn');
      expect(() => compute({ ...broken, unit: fen(2), loan, moved: 1 })).toThrow('/moved, /loan/0/committed');
      const most = Number.MAX_SAFE_INTEGER;
      expect(() => compute(jointCase(most, [], []))).toThrow(': /equity');
      expect(() => compute(jointCase(1, [debtPartner('a', most), debtPartner('b', 1)], []))).toThrow(': /loan');
      const rich = (amount: number, of: 'paid' | 'drawn') =>
        of === 'paid'
          ? jointCase(5, [], [], {
              equity: [1, 2].map((i) => ({ ...jointCase(5, [], []).equity[0]!, partner: `${i}`, paid: fen(amount) })),
            })
          : jointCase(5, [debtPartner('a', 1, { drawn: fen(amount) })], [debtPartner('a', 1, { drawn: fen(amount) })]);
      expect(() => compute(rich(most, 'paid'))).toThrow(': /equity');
      expect(() => compute(rich(most, 'drawn'))).toThrow(': /loan');
      expect(() => compute(jointCase(1, [], [debtPartner('a', most), debtPartner('b', 1)]))).toThrow(': /guaranteed');
      const half = (most - 1) / 2;
      expect(effective(jointCase(half, [debtPartner('a', most)], [])).equity).toBe(half);
    }
  });
});

describe('a fault in any one place', () => {
  it('is refused, and by that place', () => {
    const bad = fc.constantFrom(-1, 0.5, Number.NaN, 2 ** 53, Infinity);
    const rows = {
      equity: ['requested', 'committed', 'recognised', 'paid'],
      debt: ['requested', 'committed', 'drawn'],
    };
    const places = (joint: JointCase): [part: 'equity' | 'loan' | 'guaranteed', i: number, field: string][] =>
      (['equity', 'loan', 'guaranteed'] as const).flatMap((part) =>
        joint[part].flatMap((_, i) =>
          rows[part === 'equity' ? 'equity' : 'debt'].map((field): [typeof part, number, string] => [part, i, field]),
        ),
      );
    fc.assert(
      fc.property(anyJointCase, fc.nat(), bad, (joint, pick, value) => {
        const all = places(joint);
        fc.pre(all.length > 0);
        const [part, i, field] = all[pick % all.length]!;
        const broken = joint[part].map((row, k) => (k === i ? { ...row, [field]: value } : row));
        expect(() => drawable({ ...joint, [part]: broken })).toThrow(`: /${part}/${i}/${field}`);
        const repeated = { ...joint, [part]: [...joint[part], joint[part][0]] };
        const last = joint[part].length;
        expect(() => drawable(repeated as JointCase)).toThrow(`: /${part}/${last}/partner`);
      }),
      { numRuns },
    );
  });
});

describe('drawable now', () => {
  const amountsOf = (joint: JointCase): number[] => {
    const { parts } = drawable(joint);
    return DEBT.flatMap((part) => [parts[part].drawable, ...parts[part].partners.map((row) => row.drawable)]);
  };

  it('is the formula, nothing while frozen, and names every ceiling that allows no more', () => {
    fc.assert(
      fc.property(anyJointCase, (joint) => {
        const now = drawable(joint);
        const all = total(DEBT.flatMap((part) => joint[part].map((row) => row.drawn)));
        const paid = total(joint.equity.map((one) => one.paid));
        expect([now.drawn, now.equityPaid]).toEqual([all, paid]);
        expect(now.debtCeiling).toBe(paid - (paid % joint.unit));
        expect(now.parts.loan.ceilingNow + now.parts.guaranteed.ceilingNow).toBe(now.debtCeiling);
        for (const part of DEBT) {
          const one = now.parts[part];
          const { usable, ceiling } = now.effective.parts[part];
          const drawn = total(joint[part].map((row) => row.drawn));
          const allowed = Math.min(usable, ceiling, one.ceilingNow);
          const formula = Math.max(0, Math.min(allowed - drawn, now.debtCeiling - all));
          expect(one.drawable).toBe(joint.frozen ? 0 : formula);
          expect(one.overdrawn).toBe(Math.max(0, drawn - allowed));
          expect(one.steps.at(-1)!.value).toBe(one.drawable);
          expect(one.binding).toEqual([
            ...(usable - drawn <= one.drawable ? ['own-commitment'] : []),
            ...(ceiling - drawn <= one.drawable ? ['equity-recognised'] : []),
            ...(one.ceilingNow - drawn <= one.drawable ? ['equity-paid'] : []),
            ...(now.debtCeiling - all <= one.drawable ? ['joint-cap'] : []),
            ...(joint.frozen ? ['freeze'] : []),
          ]);
          expect(one.binding.length).toBeGreaterThan(0);
          for (const row of one.partners) {
            expect(row.drawable).toBe(Math.max(0, Math.min(row.effective - row.drawn, one.drawable)));
            expect(row.overdrawn).toBe(Math.max(0, row.drawn - row.effective));
          }
        }
        expect(now.overdrawn).toBe(now.parts.loan.overdrawn + now.parts.guaranteed.overdrawn);
      }),
      { numRuns },
    );
  });

  it('never rises when more is drawn', () => {
    fc.assert(
      fc.property(anyJointCase, fc.nat(), fc.nat({ max: 10 ** 12 }), (joint, pick, more) => {
        const places = DEBT.flatMap((part) => joint[part].map((_, i) => ({ part, i })));
        fc.pre(places.length > 0);
        const { part, i } = places[pick % places.length]!;
        const rows = joint[part].map((row, k) => (k === i ? { ...row, drawn: fen(row.drawn + more) } : row));
        const after = amountsOf({ ...joint, [part]: rows });
        amountsOf(joint).forEach((amount, k) => expect(after[k]!).toBeLessThanOrEqual(amount));
      }),
      { numRuns },
    );
  });

  it('never falls when more equity is paid', () => {
    fc.assert(
      fc.property(anyJointCase, fc.nat(), fc.nat({ max: 10 ** 12 }), (joint, pick, more) => {
        fc.pre(joint.equity.length > 0);
        const payer = pick % joint.equity.length;
        const equity = joint.equity.map((one, i) => (i === payer ? { ...one, paid: fen(one.paid + more) } : one));
        const after = amountsOf({ ...joint, equity });
        amountsOf(joint).forEach((amount, k) => expect(after[k]!).toBeGreaterThanOrEqual(amount));
      }),
      { numRuns },
    );
  });

  it('is exact at 10^13 fen, where products are not', () => {
    const lenders = [4_999_999_999_999, 3_333_333_333_333, 1_234_567_890_123].map((c, i) => debtPartner(`${i}`, c));
    const joint = jointCase(10 ** 13, lenders, [debtPartner('g', 10 ** 13)]);
    const now = drawable({ ...joint, equity: [{ ...joint.equity[0]!, paid: fen(10 ** 13) }] });
    expect(now.parts.loan.effective).toBe(5 * 10 ** 12);
    // Of 5,000,000 units the three have 2,612,903.22…, 1,741,935.48… and 645,161.29…: the unit left over is the second's.
    expect(now.parts.loan.partners.map((row) => row.effective / 1_000_000)).toEqual([2_612_903, 1_741_936, 645_161]);
    expect(now.effective.package).toBe(2 * 10 ** 13);
    expect(now.parts.guaranteed.drawable).toBe(5 * 10 ** 12);
  });

  it('shows the leverage of what is drawn, and none where no equity is paid', () => {
    const joint = jointCase(600_000_000, [debtPartner('a', 300_000_000, { drawn: fen(280_000_000) })], []);
    expect(drawable(joint).leverage).toEqual({ debt: 280_000_000, equity: 0, bp: null });
    const paid = { ...joint, equity: [{ ...joint.equity[0]!, paid: fen(400_000_000) }] };
    expect(drawable(paid).leverage).toEqual({ debt: 280_000_000, equity: 400_000_000, bp: 7000 });
    expect(drawable(paid).effective.leverage.bp).toBe(5000);
  });
});
