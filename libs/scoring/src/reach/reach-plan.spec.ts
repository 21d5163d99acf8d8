import fc from 'fast-check';
import { addMonths, fromMonthIndex, localDate, monthIndex } from '#lib/kernel';
import {
  abnormalList,
  annualReports,
  FEEDS,
  taxCredit,
  type Dossier,
  type Money,
  type TaxGrade,
} from '#lib/data-sources';
import { AS_OF as TODAY, model } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirm } from '../score-firm.ts';
import type { ScoredFirm } from '../score.ts';
import { FIRM_CHANGES } from './changes.ts';
import { MOST_CHANGES, reachPlan, scoreWithChanges, type ReachPlan, type ReachTarget } from './reach-plan.ts';

const AS_OF = localDate(TODAY);
const numRuns = process.env['FIRSTMILE_LONG'] ? 300 : 10;

/** What a plan must never be about: neutral facts, and what is bought or arranged for the score. */
const FORBIDDEN = [
  'TG06', // 名企背景
  'TG08', // 企业年龄
  'PR08', // 孵化, 高校衍生
  'IN06', // 软著
  'IN07',
  'TG09', // 法定代表人
  'OV11', // 地址
  'OV04', // 政务办事
  'CR01',
  'CR02',
  'CR03',
  'CR04',
  'CR05',
  'PR03',
  'PR04',
  'PR07',
];

const month = (back: number): string => fromMonthIndex(monthIndex(AS_OF) - back);
const yuan = (amount: number): Money => ({ minor: amount * 100, currency: 'CNY' });

interface Given {
  readonly age: number;
  readonly heads: number;
  readonly paidLate: boolean;
  readonly granted: number;
  readonly pending: readonly number[];
  readonly paid: number;
  readonly tax: TaxGrade;
  readonly filedInTime: boolean;
  readonly abnormal: boolean;
  readonly arrears: boolean;
}

/** A firm of which every feed says something, so that it is graded. */
function firm(given: Given): DossierBuilder {
  let b = DossierBuilder.firm().registered(`${month(given.age)}-10`, {
    status: 'active',
    registeredCapital: yuan(1_000_000),
    paidCapital: yuan(given.paid),
  });
  for (const feed of FEEDS.keys()) b = b.covers(feed, TODAY);
  for (let back = 0; back < 18 && back < given.age; back++) {
    const paidOn = addMonths(localDate(`${month(back)}-20`), given.paidLate ? 3 : 1);
    b = b.month(month(back), given.heads, paidOn, { baseSum: (given.heads * 900_000) as never });
  }
  for (let i = 0; i < given.granted; i++)
    b = b.patent(`granted-${i}`, {
      status: 'granted',
      filedOn: localDate(`${month(30)}-05`),
      grantedOn: localDate(`${month(8)}-05`),
      pct: false,
      overseasFamily: 0,
    });
  for (const [i, back] of given.pending.entries())
    b = b.patent(`pending-${i}`, {
      status: 'examination',
      filedOn: localDate(`${month(back)}-05`),
      pct: false,
      overseasFamily: 0,
    });
  b = b.add(taxCredit, '2025', { year: 2025, grade: given.tax, abnormal: false }, '2026-04-20');
  for (const year of [2024, 2025]) {
    const filedOn = localDate(`${year + 1}-${given.filedInTime ? '05-20' : '08-20'}`);
    if (filedOn <= AS_OF)
      b = b.add(annualReports, `filing|${year}`, { kind: 'filing', year, filedOn, filed: true }, filedOn);
  }
  if (given.abnormal) {
    const listedOn = localDate('2026-02-01');
    b = b.add(abnormalList, `${listedOn}|x`, { listedOn, reason: 'annualReport' }, listedOn);
  }
  return given.arrears ? b.arrears(month(5)) : b;
}

const someFirm: fc.Arbitrary<Dossier> = fc
  .record({
    age: fc.integer({ min: 8, max: 80 }),
    heads: fc.integer({ min: 3, max: 30 }),
    paidLate: fc.boolean(),
    granted: fc.integer({ min: 0, max: 3 }),
    pending: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 2 }),
    paid: fc.constantFrom(0, 100_000, 500_000, 1_000_000),
    tax: fc.constantFrom<TaxGrade>('A', 'B', 'M'),
    filedInTime: fc.boolean(),
    abnormal: fc.boolean(),
    arrears: fc.boolean(),
  })
  .map((given) => firm(given).build());

const target: fc.Arbitrary<ReachTarget> = fc.oneof(
  fc.constant<ReachTarget>({ kind: 'next-grade' }),
  fc.integer({ min: 380, max: 620 }).map((cut): ReachTarget => ({ kind: 'list', cut })),
);

function isMet({ score }: ScoredFirm, wanted: number, { kind }: ReachTarget): boolean {
  if (score.decision !== 'SCORED' || score.grade === null || score.score < wanted) return false;
  return kind === 'next-grade' || score.low >= wanted - 60;
}

const slim = (dossier: Dossier): ScoredFirm => {
  const scored = scoreFirm(dossier, model, AS_OF);
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  return scored;
};

const codesOf = (plan: ReachPlan): readonly string[] =>
  plan.state === 'plan' ? plan.changes.map(({ code }) => code) : [];

describe('reachPlan', () => {
  it('every plan is true of the changed firm, and none of its changes can be left out', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(someFirm, target, (dossier, wantedTarget) => {
        const plan = reachPlan(dossier, model, AS_OF, wantedTarget);
        seen.set(plan.state, (seen.get(plan.state) ?? 0) + 1);
        if (plan.state !== 'plan') return;
        const codes = codesOf(plan);
        const then = scoreWithChanges(dossier, model, AS_OF, plan.date, codes)!;
        expect(isMet(then, plan.wanted!, wantedTarget)).toBe(true);
        expect(plan.after.scoreTenths).toBe(then.score.scoreTenths);
        for (const left of codes) {
          const others = codes.filter((code) => code !== left);
          const without = scoreWithChanges(dossier, model, AS_OF, plan.date, others)!;
          expect([left, isMet(without, plan.wanted!, wantedTarget)]).toEqual([left, false]);
        }
        expect(codes.length).toBeLessThanOrEqual(MOST_CHANGES);
        for (const { readyOn } of plan.changes) expect(readyOn <= plan.date).toBe(true);
      }),
      { numRuns: 2 * numRuns, seed: 7 },
    );
    // The sample is worth nothing if it knows one answer only.
    expect([...seen.keys()].sort()).toEqual(['out-of-reach', 'plan', 'reached']);
  });

  it('a firm that is there already gets no plan, and one that is not gets another answer', () => {
    fc.assert(
      fc.property(someFirm, target, (dossier, wantedTarget) => {
        const { state, wanted } = reachPlan(dossier, model, AS_OF, wantedTarget);
        expect(state === 'reached').toBe(isMet(slim(dossier), wanted!, wantedTarget));
      }),
      { numRuns },
    );
  });

  it('a change touches only what it declares, and nothing that is forbidden', () => {
    for (const { code, characteristics } of FIRM_CHANGES)
      expect([code, characteristics.filter((c) => FORBIDDEN.includes(c))]).toEqual([code, []]);
    const date = localDate('2028-06-30');
    const applied = new Set<string>();
    fc.assert(
      fc.property(someFirm, (dossier) => {
        const before = scoreWithChanges(dossier, model, AS_OF, date, [])!;
        for (const { code, characteristics } of FIRM_CHANGES) {
          let after: ScoredFirm | undefined;
          try {
            after = scoreWithChanges(dossier, model, AS_OF, date, [code]);
          } catch {
            continue; // not for this firm
          }
          applied.add(code);
          const touched = model.characteristics.flatMap((c, i) =>
            JSON.stringify(before.values[i]) === JSON.stringify(after!.values[i]) ? [] : [c.code],
          );
          expect([code, touched.filter((c) => !characteristics.includes(c))]).toEqual([code, []]);
        }
      }),
      // Seeded: which changes come up at all is counted below.
      { numRuns, seed: 11 },
    );
    expect([...applied].sort()).toEqual(
      FIRM_CHANGES.map(({ code }) => code)
        .filter((code) => code !== 'clear-water-arrears')
        .sort(),
    );
  });

  const plain: Given = {
    age: 30,
    heads: 12,
    paidLate: false,
    granted: 1,
    pending: [14],
    paid: 0,
    tax: 'B',
    filedInTime: true,
    abnormal: false,
    arrears: false,
  };

  it('the fewest changes first, then the least time', () => {
    const dossier = firm(plain).build();
    const { score } = slim(dossier).score;
    const list = (more: number): ReachPlan => reachPlan(dossier, model, AS_OF, { kind: 'list', cut: score + more });
    // Paying in the capital gives 10 points in a month; a listing as 科技型中小企业 would give more, and later.
    expect([codesOf(list(8)), (list(8) as { date?: string }).date]).toEqual([['pay-in-capital'], '2026-07-31']);
    const more = list(45);
    expect(more).toMatchObject({ state: 'plan', now: { score }, wanted: score + 45 });
    expect(codesOf(more).length).toBeGreaterThan(1);
  });

  it('says so where a firm cannot get there', () => {
    const plan = reachPlan(firm(plain).build(), model, AS_OF, { kind: 'list', cut: 990 });
    expect(plan).toMatchObject({
      state: 'out-of-reach',
      wanted: 990,
      why: { en: expect.stringContaining('24 months') },
    });
  });

  it('an excluded firm is first taken off the list that excludes it', () => {
    const excluded = firm({ ...plain, abnormal: true, arrears: true }).build();
    const { score } = slim(excluded);
    expect(score.decision).toBe('EXCLUDED');
    const plan = reachPlan(excluded, model, AS_OF, { kind: 'list', cut: score.score });
    expect([...codesOf(plan)].sort()).toEqual(['clear-insurance-arrears', 'leave-abnormal-list']);
  });

  it('does not plan for a firm that is never scored', () => {
    const shop = DossierBuilder.firm('92440300DMA000001X').registered('2020-01-15').build();
    expect(reachPlan(shop, model, AS_OF, { kind: 'next-grade' })).toEqual({
      state: 'not-scored',
      wanted: null,
      now: null,
    });
  });
});
