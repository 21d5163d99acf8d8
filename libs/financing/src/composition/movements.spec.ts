import fc from 'fast-check';
import { fen, type Fen, type Outcome } from '#lib/kernel';
import { drawable, move, type JointCase, type Movement } from '../index.ts';
import { anyJointCase, debtPartner, jointCase } from './fixtures/joint-cases.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 1_500 : 300;

const after = (made: Outcome<JointCase>): JointCase => {
  if (!made.ok) throw new Error(made.problem.code);
  return made.value;
};
const problem = (made: Outcome<JointCase>) => (made.ok ? undefined : made.problem);
const paid = (amount: number, partner = 'investor'): Movement => ({
  kind: 'equity-paid',
  partner,
  amount: fen(amount),
});
const draw = (part: 'loan' | 'guaranteed', partner: string, amount: number): Movement => ({
  kind: 'drawn',
  part,
  partner,
  amount: fen(amount),
});

describe('movements of a joint case', () => {
  const joint = jointCase(
    600_000_000,
    [debtPartner('bank 1', 200_000_000), debtPartner('bank 2', 100_000_000)],
    [debtPartner('guarantor', 300_000_000)],
  );

  it('each lender is held by its own effective amount, all of them by the part', () => {
    const half = after(move(joint, paid(300_000_000)));
    expect(drawable(half).parts.loan.partners.map((row) => row.drawable)).toEqual([150_000_000, 100_000_000]);
    const next = after(move(half, draw('loan', 'bank 2', 100_000_000)));
    expect(drawable(next).parts.loan.partners.map((row) => row.drawable)).toEqual([50_000_000, 0]);
    expect(problem(move(next, draw('loan', 'bank 1', 50_000_001)))).toMatchObject({
      code: 'drawable-exceeded',
      status: 409,
      extra: { part: 'loan', partner: 'bank 1', drawable: 50_000_000, binding: ['equity-paid'] },
    });
  });

  it('equity taken back freezes; after unfreezing the joint ceiling holds a part that has room of its own', () => {
    let now = after(move(joint, paid(600_000_000)));
    now = after(move(now, draw('loan', 'bank 1', 200_000_000)));
    now = after(move(now, draw('loan', 'bank 2', 80_000_000)));
    now = after(move(now, draw('guaranteed', 'guarantor', 100_000_000)));
    now = after(move(now, { kind: 'equity-back', partner: 'investor', amount: fen(201_000_000) }));
    expect(drawable(now)).toMatchObject({ frozen: true, overdrawn: 81_000_000, drawn: 380_000_000 });
    expect(drawable(now).parts.guaranteed).toMatchObject({ drawable: 0, binding: ['freeze'] });
    expect(problem(move(now, draw('guaranteed', 'guarantor', 1)))?.code).toBe('composition-frozen');
    now = after(move(now, { kind: 'unfrozen' }));
    expect(drawable(now).parts.guaranteed).toMatchObject({ drawable: 19_000_000, binding: ['joint-cap'] });
    expect(drawable(now).overdrawn).toBe(81_000_000);
    expect(drawable(after(move(now, { kind: 'frozen' }))).frozen).toBe(true);
  });

  it('a payment while frozen does not unfreeze, and no more comes back than was paid', () => {
    const frozen = after(move(joint, { kind: 'frozen' }));
    expect(after(move(frozen, paid(1)))).toMatchObject({ frozen: true, equity: [{ paid: 1 }] });
    const back: Movement = { kind: 'equity-back', partner: 'investor', amount: fen(1) };
    expect(problem(move(joint, back))).toMatchObject({ code: 'equity-back-exceeded', extra: { paid: 0 } });
  });

  it('refuses amounts that are none and partners that are not in the part', () => {
    for (const amount of [0, -1, 0.5, 2 ** 53])
      expect(() => move(joint, { kind: 'equity-paid', partner: 'investor', amount: amount as Fen })).toThrow('/amount');
    expect(() => move(joint, paid(1, 'bank 1'))).toThrow('/partner');
    expect(() => move(joint, draw('guaranteed', 'bank 1', 1))).toThrow('/partner');
    expect(() => move(joint, draw('equity' as 'loan', 'nobody', 1))).toThrow('/partner');
  });

  it('no series of draws passes a ceiling, and what is drawable can be drawn to the fen', () => {
    fc.assert(
      fc.property(
        anyJointCase,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 100 })), { maxLength: 8 }),
        (start, draws) => {
          const none = (part: 'loan' | 'guaranteed') => start[part].map((row) => ({ ...row, drawn: fen(0) }));
          let now: JointCase = { ...start, loan: none('loan'), guaranteed: none('guaranteed'), frozen: false };
          for (const [pick, percent] of draws) {
            const rows = (['loan', 'guaranteed'] as const).flatMap((part) =>
              drawable(now).parts[part].partners.map((row) => ({ part, ...row })),
            );
            if (rows.length === 0) return;
            const row = rows[pick % rows.length]!;
            expect(problem(move(now, draw(row.part, row.partner, row.drawable + 1)))?.code).toBe('drawable-exceeded');
            const amount = Math.floor((row.drawable / 100) * percent);
            if (amount > 0) now = after(move(now, draw(row.part, row.partner, amount)));
            const made = drawable(now);
            expect(made.overdrawn).toBe(0);
            expect(made.drawn).toBeLessThanOrEqual(made.debtCeiling);
            expect(made.drawn).toBeLessThanOrEqual(made.effective.debt);
            for (const part of ['loan', 'guaranteed'] as const)
              for (const one of made.parts[part].partners) expect(one.drawn).toBeLessThanOrEqual(one.effective);
          }
        },
      ),
      { numRuns },
    );
  });
});
