import fc from 'fast-check';
import { dateAt, ProblemError } from '#lib/kernel';
import { composeStrictly, CASE_RATIO } from '../composition/strict.ts';
import {
  after,
  commit,
  house,
  lineFor,
  MILLION,
  newCase,
  onPart,
  open,
  OPENED_AT,
  pay,
  PRECEDENT,
  propose,
  share,
  STRICT,
  toActive,
  toCommitting,
  UNIT,
  type Told,
  type Who,
} from './fixtures/joint-story.ts';
import type { JointDeal } from './joint-body.ts';
import { jointView } from './joint-view.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 10_000 : 300;
const today = dateAt(OPENED_AT);
const view = (deal: JointDeal) => jointView(deal, { kind: 'whole' }, today);
const amounts = (deal: JointDeal, of: 'committed' | 'effective' | 'paid' | 'drawn' | 'drawable'): number[] =>
  view(deal).positions.map((one) => one[of] / MILLION);
const codeOf = (deal: JointDeal, told: Told): string => {
  try {
    after(deal, told);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
  return 'done';
};
/** A case in which each commits so many millions. */
const committed = (equity: number, loan: number, guaranteed: number): JointDeal =>
  after(
    toCommitting(PRECEDENT, STRICT),
    commit('investor', equity * MILLION),
    commit('bank', loan * MILLION),
    commit('guarantor', guaranteed * MILLION),
  );

describe('a 2:1:1 case that is cut to the ratio (严格按比例)', () => {
  it('gives what the least commitment carries, and says whose it is', () => {
    const deal = committed(10, 3.999, 5);
    expect([deal.state, amounts(deal, 'committed')]).toEqual(['BALANCED', [10, 3.999, 5]]);
    expect(amounts(deal, 'effective')).toEqual([7.98, 3.99, 3.99]);
    const { package: whole, strict, composition } = view(deal);
    expect(whole).toBe(4 * 399 * UNIT);
    expect([strict!.k, strict!.binding]).toEqual([399 * UNIT, ['loan']]);
    expect(strict!.parts.map(({ unused }) => unused / UNIT)).toEqual([202, 0, 101]);
    expect([composition!.reading, composition!.effective.reading, composition!.effective.residue]).toEqual([
      'strict',
      'strict',
      0,
    ]);
    // The default cuts nobody else, and shows no ratio.
    expect(view(toCommitting()).strict).toBeNull();
  });

  it('gives nothing until everybody has answered', () => {
    const deal = after(toCommitting(PRECEDENT, STRICT), commit('investor', 10 * MILLION), commit('bank', 5 * MILLION));
    expect([deal.state, amounts(deal, 'effective')]).toEqual(['COMMITTING', [0, 0, 0]]);
  });

  it('is not balanced where so little is carried that the equity falls below the programme', () => {
    const short = committed(10, 0.49, 5);
    expect([short.state, view(short).balance.lacking.map(({ code }) => code)]).toEqual([
      'COMMITTING',
      ['equity-below-minimum'],
    ]);
    expect(after(short, commit('bank', MILLION / 2)).state).toBe('BALANCED');
    const free = newCase({ ...STRICT, minEquity: 0 as never });
    const asked = after(free, share('investor', 'bank', 'guarantor'), propose(PRECEDENT), open);
    const all = [commit('investor', 10 * MILLION), commit('guarantor', 5 * MILLION), commit('bank', UNIT - 1)];
    expect(after(asked, ...all).state).toBe('COMMITTING');
    // The proposal is held to it as well: one million of loan carries two of equity.
    const poor = propose([lineFor('investor', 10 * MILLION), lineFor('bank', UNIT), lineFor('guarantor', UNIT)]);
    expect(codeOf(after(newCase(STRICT), share('investor', 'bank', 'guarantor')), poor)).toBe('joint-version-invalid');
  });

  it('is paid in and drawn in stages as any 2:1:1 case, up to what is carried', () => {
    const deal = toActive(committed(10, 4, 5));
    const staged = after(deal, pay(6 * MILLION));
    expect(amounts(staged, 'drawable')).toEqual([0, 3, 3]);
    expect(codeOf(staged, pay(2 * MILLION + 1))).toBe('joint-amount-exceeded');
    const whole = after(staged, pay(2 * MILLION), onPart('draw', 'loan', 'bank', 4 * MILLION));
    expect(amounts(whole, 'drawable')).toEqual([0, 0, 4]);
    expect(codeOf(whole, onPart('draw', 'guaranteed', 'guarantor', 4 * MILLION + 1))).toBe('joint-draw-refused');
  });

  it('lets a part be taken over within the part only', () => {
    const lines = [
      lineFor('investor', 10 * MILLION),
      lineFor('bank', 3 * MILLION),
      lineFor('bank2', 2 * MILLION),
      lineFor('guarantor', 5 * MILLION),
    ];
    const short = after(
      toCommitting(lines, STRICT),
      commit('investor', 10 * MILLION),
      commit('guarantor', 5 * MILLION),
      commit('bank2', 2 * MILLION),
      commit('bank', MILLION),
    );
    expect(amounts(short, 'effective')).toEqual([6, 1, 2, 3]);
    const taking = (part: 'loan' | 'guaranteed', who: Who, amount: number): Told => [
      {
        event: 'counter',
        lines: null,
        substitution: { from: { part: 'loan', partner: 'bank' }, to: { part, partner: who }, amount: amount as never },
        availableUntil: today.replace('2026', '2027') as never,
        note: '',
      },
      house(),
    ];
    const still = after(toCommitting(lines, STRICT), commit('investor', 10 * MILLION), commit('bank', MILLION));
    expect(codeOf(still, taking('guaranteed', 'guarantor', 2 * MILLION))).toBe('joint-version-invalid');
    expect(codeOf(still, taking('loan', 'bank2', 2 * MILLION + UNIT))).toBe('substitution-above-shortfall');
    const anew = { proposalVersion: 2 };
    const taken = after(
      still,
      taking('loan', 'bank2', 2 * MILLION),
      open,
      commit('investor', 10 * MILLION, anew),
      commit('bank', MILLION, anew),
      commit('bank2', 4 * MILLION, anew),
      commit('guarantor', 5 * MILLION, anew),
    );
    expect([taken.state, amounts(taken, 'effective')]).toEqual(['BALANCED', [10, 1, 4, 5]]);
  });

  it('always adds up to four shares of the ratio, none above what was committed', () => {
    const amount = fc.integer({ min: 1, max: 20 * MILLION });
    fc.assert(
      fc.property(amount, amount, amount, amount, fc.integer({ min: 1, max: 3 * UNIT }), (e, l1, l2, g, unit) => {
        const asked = { investor: e, bank: l1, bank2: l2, guarantor: g } as const;
        const most = 20 * MILLION;
        const lines = (Object.keys(asked) as (keyof typeof asked)[]).map((who) => lineFor(who, most));
        const terms = { ...STRICT, unit: unit as never, minEquity: 0 as never };
        const deal = after(
          toCommitting(lines, terms),
          ...(Object.keys(asked) as (keyof typeof asked)[]).map((who) => commit(who, asked[who])),
        );
        const { positions, package: whole, strict } = view(deal);
        const of = (part: string): number =>
          positions.filter((one) => one.part === part).reduce((sum, one) => sum + one.effective, 0);
        const k = strict!.k;
        expect([of('equity'), of('loan'), of('guaranteed')]).toEqual([2 * k, k, k]);
        expect(whole).toBe(4 * k);
        for (const one of positions) expect(one.effective).toBeLessThanOrEqual(one.committed);
        // Of whole units it is the bare formula; one share more would be past somebody.
        const units = (n: number): number => Math.floor(n / unit) * unit;
        const totals = { equity: units(e), loan: units(l1) + units(l2), guaranteed: units(g) };
        expect(composeStrictly(totals as never, CASE_RATIO, unit as never).k).toBe(k);
        expect(2 * (k + unit) > totals.equity || k + unit > totals.loan || k + unit > totals.guaranteed).toBe(true);
      }),
      { numRuns },
    );
  });

  it('is no reading of a service case', () => {
    expect(() => newCase({ ...STRICT, variant: 'service' })).toThrow(ProblemError);
    expect(() => newCase({ ...STRICT, reading: 'sum' })).toThrow(ProblemError);
  });
});
