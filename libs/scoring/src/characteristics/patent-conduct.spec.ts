import { localDate } from '#lib/kernel';
import { researchDevelopment } from '#lib/data-sources';
import { AS_OF, model, old } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const pat = old.covers('PAT', AS_OF);
const filings = (days: readonly string[], b: DossierBuilder = pat): DossierBuilder =>
  days.reduce((built, on, i) => built.patent(`f${i}`, { filedOn: localDate(on) }), b);
const five = ['2026-01-05', '2026-01-06', '2026-02-01', '2026-02-02', '2026-03-01'];
const assigned = (on: string, b: DossierBuilder = pat): DossierBuilder =>
  b.patent('bought', { original: false, filedOn: localDate('2019-01-01'), assignedOn: localDate(on) });
const staff = (year: number, heads: number, b: DossierBuilder): DossierBuilder =>
  b.add(researchDevelopment, `year|${year}`, { kind: 'year', year, staff: heads }, `${year}-12-31`);
const young = DossierBuilder.firm().registered('2025-03-01').covers('PAT', AS_OF);

describe('W06', () => {
  it.each<[string, DossierBuilder, string[]]>([
    ['five filings in a quarter', filings(five), []],
    ['six', filings([...five, '2026-04-04']), ['f0', 'f1', 'f2', 'f3', 'f4', 'f5']],
    ['six in a quarter and a day', filings([...five, '2026-04-05']), []],
    ['the newest six of seven', filings([...five, '2026-03-02', '2026-03-03']), ['f1', 'f2', 'f3', 'f4', 'f5', 'f6']],
    ['six with research staff', staff(2025, 3, filings([...five, '2026-04-04'])), []],
    [
      'six and nobody left in research',
      staff(2025, 0, staff(2024, 3, filings([...five, '2026-04-04']))),
      ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'],
    ],
    ['one of six after the day', filings([...five, '2026-07-01']), []],
    ['six longer than a year ago', filings([...five, '2026-03-02'].map((on) => on.replace('2026', '2025'))), []],
    ['a transfer', assigned('2025-07-01'), ['bought']],
    ['a transfer a year ago to the day', assigned('2025-06-30'), []],
    ['a transfer after the day', assigned('2026-07-01'), []],
    ['brought in within the first year', assigned('2026-03-01', young), []],
    ['bought after the first year', assigned('2026-03-02', young), ['bought']],
    ['nothing', pat, []],
    ['no feed', old, []],
  ])('%s', (_, firm, keys) => {
    const rich = scoreFirmRich(firm.build(), model, localDate(AS_OF));
    if (rich.kind !== 'scored') throw new Error(rich.reason);
    const found = rich.warnings.filter(({ code }) => code === 'W06');
    expect(found.flatMap(({ evidence }) => evidence.map((ref) => ref.recordKey))).toEqual(keys);
    expect(rich.score.warnings.includes('W06')).toBe(keys.length > 0);
  });
});
