import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { annualReports, FEEDS, researchDevelopment } from '#lib/data-sources';
import { AS_OF } from '../../fixtures/cases.ts';
import { date, DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { compareExact } from '../scorecard/exact.ts';
import { officialInputs } from './official-inputs.ts';
import {
  evaluateOfficial,
  highTechGrowthRate,
  type OfficialEvaluation,
  type OfficialInputs,
  type OfficialScorecard,
} from './official-scorecard.ts';

const FOLDER = path.join(import.meta.dirname, '../../../../models/official');
const read = (file: string): OfficialScorecard =>
  JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as OfficialScorecard;
const tables = readdirSync(FOLDER).map(read);
const [techSme, innovativeSme] = [read('tech-sme.json'), read('innovative-sme.json')];

const points = (table: OfficialScorecard, code: string, inputs: OfficialInputs): number | null =>
  evaluateOfficial(table, inputs).items.find((item) => item.code === code)!.points;

const SMALL = { staff: 40, salesFen: 100, assetsFen: 100 };
const GOOD = { ...SMALL, technicalStaffPercent: 30, researchToSalesPercent: 6, classOneRights: 1 };

describe('the official tables', () => {
  it('give 100 points at most', () => {
    for (const table of tables) expect([table.id, evaluateOfficial(table, {}).high]).toEqual([table.id, 100]);
    const groups = innovativeSme.groups.map(({ code }) =>
      evaluateOfficial(innovativeSme, {})
        .items.filter((item) => item.group === code)
        .reduce((sum, item) => sum + item.maxPoints, 0),
    );
    expect(groups).toEqual([40, 30, 30]);
  });

  it.each([
    [
      'tech-sme.json',
      'staff',
      'technicalStaffPercent',
      [
        [30, 20],
        [29, 16],
        [25, 16],
        [20, 12],
        [15, 8],
        [10, 4],
        [9, 0],
      ],
    ],
    [
      'innovative-sme.json',
      'research',
      'researchToSalesPercent',
      [
        [5, 20],
        [4, 15],
        [3, 15],
        [2, 10],
        [1, 5],
        [0, 0],
      ],
    ],
    [
      'innovative-sme.json',
      'main-revenue-growth',
      'mainRevenueGrowthPercent',
      [
        [15, 20],
        [10, 15],
        [5, 10],
        [0, 5],
        [-1, 0],
      ],
    ],
    [
      'innovative-sme.json',
      'debt-ratio',
      'debtPercent',
      [
        [0, 10],
        [55, 10],
        [56, 5],
        [75, 5],
        [76, 0],
      ],
    ],
    [
      'innovative-sme.json',
      'main-share',
      'mainSharePercent',
      [
        [70, 20],
        [60, 15],
        [55, 10],
        [50, 5],
        [49, 0],
      ],
    ],
  ] as const)('%s %s: the steps of the guide', (file, item, input, steps) => {
    for (const [value, wanted] of steps)
      expect([value, points(read(file), item, { [input]: value })]).toEqual([value, wanted]);
  });

  it('research: the firm chooses the better of sales and cost, and results are of the better class', () => {
    const both = (sales: number, cost: number): number | null =>
      points(techSme, 'research', { researchToSalesPercent: sales, researchToCostPercent: cost });
    expect([both(6, 0), both(1, 30), both(4, 20), both(2, 9), both(1, 9)]).toEqual([50, 50, 30, 10, 0]);
    const results = (one: number, two: number): number | null =>
      points(techSme, 'results', { classOneRights: one, classTwoRights: two });
    expect([results(1, 0), results(0, 4), results(0, 3), results(0, 2), results(0, 1), results(0, 0)]).toEqual([
      30, 24, 18, 12, 6, 0,
    ]);
  });

  it.each<[string, OfficialInputs, OfficialEvaluation['result']]>([
    ['all is good', GOOD, 'pass'],
    ['no technical staff fails, whatever the points', { ...GOOD, technicalStaffPercent: 9 }, 'fail'],
    ['too large', { ...GOOD, staff: 501 }, 'fail'],
    ['the size is not known', { ...GOOD, assetsFen: undefined }, 'unknown'],
    ['one item is not known and not needed', { ...GOOD, classOneRights: undefined }, 'pass'],
    ['one item is not known and decides', { ...GOOD, researchToSalesPercent: 3, classOneRights: undefined }, 'unknown'],
    ['nothing is known', {}, 'unknown'],
  ])('科技型中小企业: %s', (_title, inputs, result) => {
    expect(evaluateOfficial(techSme, inputs).result).toBe(result);
  });

  it('创新型中小企业: every group has its least, and a direct route passes whatever the points', () => {
    const closed = Object.fromEntries(innovativeSme.directRoutes.map(({ input }) => [input, 0]));
    const best: OfficialInputs = {
      ...closed,
      highValueClassOneRights: 1,
      ownClassOneRights: 1,
      assessedRightsPoints: 20,
      researchToSalesPercent: 5,
      mainRevenueGrowthPercent: 15,
      debtPercent: 50,
      strategicIndustry: 1,
      mainSharePercent: 70,
    };
    expect(evaluateOfficial(innovativeSme, best)).toMatchObject({ result: 'pass', low: 100, high: 100 });
    // 80 points, and growth gives 10 of the 15 that it must.
    const shrinking = { ...best, mainRevenueGrowthPercent: -1 };
    expect(evaluateOfficial(innovativeSme, shrinking)).toMatchObject({ result: 'fail', low: 80 });
    expect(evaluateOfficial(innovativeSme, { ...shrinking, scienceAward36Months: 1 }).result).toBe('pass');
    expect(evaluateOfficial(innovativeSme, { ...shrinking, scienceAward36Months: undefined }).result).toBe('unknown');
  });

  it('to know more never turns a certain answer round', () => {
    const names = [...new Set(tables.flatMap((t) => t.items.flatMap((i) => i.best.map((m) => m.input))))];
    const inputs = fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: 0, max: 20 })])));
    fc.assert(
      fc.property(inputs, fc.subarray(names), fc.constantFrom(...tables), (all, hidden, table) => {
        const some = Object.fromEntries(Object.entries(all).filter(([name]) => !hidden.includes(name)));
        const [less, more] = [evaluateOfficial(table, some), evaluateOfficial(table, all)];
        expect([less.result, 'unknown']).toContain(less.result === 'unknown' ? 'unknown' : more.result);
        expect(less.low <= more.low && more.high <= less.high).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('高新技术企业 growth rate', () => {
  it.each([
    [[100, 200, 300], { num: 3, den: 4 }],
    [[100, 50, 25], 0],
    [[0, 100, 150], { num: 1, den: 2 }],
    [[100, 0, 50], 0],
    [[undefined, 100, 150], undefined],
  ] as const)('%j', (years, rate) => {
    expect(highTechGrowthRate(years)).toEqual(rate);
  });

  it('is never negative', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000)), (years) => {
        expect(compareExact(highTechGrowthRate(years)!, 0)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('officialInputs', () => {
  it('reads what the sources state, and nothing else', () => {
    const nothing = officialInputs(DossierBuilder.firm().registered('2020-01-15').build(), date(AS_OF));
    expect(Object.values(nothing).filter((value) => value !== undefined)).toEqual([]);
    let firm = DossierBuilder.firm().registered('2020-01-15');
    for (const feed of FEEDS.keys()) firm = firm.covers(feed, AS_OF);
    const dossier = firm
      .add(
        researchDevelopment,
        'year|2025',
        { kind: 'year', year: 2025, staff: 6, allStaff: 20, expenditure: 60 as never, revenue: 1000 as never },
        '2025-12-31',
      )
      .add(
        annualReports,
        'figures|2025|0',
        { kind: 'figures', year: 2025, assets: 200 as never, liabilities: 50 as never },
        '2026-05-01',
      )
      .patent('1', { status: 'granted', grantedOn: date('2025-01-01') })
      .patent('2', { type: 'utilityModel', status: 'granted', grantedOn: date('2025-01-01') })
      .build();
    expect(officialInputs(dossier, date(AS_OF))).toMatchObject({
      staff: 20,
      technicalStaffPercent: 30,
      researchToSalesPercent: 6,
      researchToCostPercent: undefined,
      debtPercent: 25,
      mainSharePercent: undefined,
      classOneRights: 1,
      classTwoRights: 1,
      highTechEnterprise36Months: 0,
      scienceAward36Months: 0,
    });
    expect(evaluateOfficial(techSme, officialInputs(dossier, date(AS_OF)))).toMatchObject({ result: 'pass', low: 100 });
  });
});
