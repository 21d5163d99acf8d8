import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { addDays, fromMonthIndex, monthIndex } from '#lib/kernel';
import { FEEDS, type Feed, type Patent, type Subsidy } from '#lib/data-sources';
import { AS_OF, model, old } from '../../fixtures/cases.ts';
import { date, DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirm } from '../score-firm.ts';
import { explain } from '../scorecard/explain.ts';

const GOLDEN = 'libs/scoring/fixtures/states.json';

const forEachFeed = (firm: DossierBuilder, act: (firm: DossierBuilder, feed: Feed) => DossierBuilder): DossierBuilder =>
  [...FEEDS.keys()].reduce(act, firm);
const covered = (firm: DossierBuilder): DossierBuilder => forEachFeed(firm, (b, feed) => b.covers(feed, AS_OF));
/** Every feed speaks for the firm up to `horizons` × T before the day. */
const aged = (horizons: number): DossierBuilder =>
  forEachFeed(old, (b, feed) =>
    b.covers(feed, addDays(date(AS_OF), -horizons * FEEDS.get(feed)!.source.freshnessDays)),
  );
const since = (establishedOn: string): DossierBuilder => covered(DossierBuilder.firm().registered(establishedOn));

/** Firms of which nothing but the registration is delivered: what absence means, characteristic by characteristic. */
const DOSSIERS: Readonly<Record<string, DossierBuilder>> = {
  'nobody delivers anything': DossierBuilder.firm(),
  'registered, nothing else connected': old,
  'every feed connected, none speaks for the firm': forEachFeed(old, (b, feed) => b.listed(feed)),
  'every feed speaks for the firm': covered(old),
  'every feed speaks for it up to 2T ago': aged(2),
  'every feed speaks for it up to 3T ago': aged(3),
  'established this month': since('2026-06-01'),
  'established in the year before': since('2025-03-01'),
  'established two years before': since('2024-01-01'),
};

/** `value → attribute, f`, `MISSING cause` or `NA`, by code. */
function statesOf(firm: DossierBuilder): Record<string, string> {
  const scored = scoreFirm(firm.build(), model, date(AS_OF));
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  return Object.fromEntries(
    explain(model, scored.values, scored.score).parts.map(
      ({ characteristic, state, cause, value, freshness, attribute }) => {
        const measured = typeof value === 'object' ? `${value.num}/${value.den}` : value;
        const f = freshness === undefined ? '' : `, f ${freshness.num}/${freshness.den}`;
        return [
          characteristic,
          state === 'VALUE' ? `${measured} → ${attribute}${f}` : `${state} ${cause ?? ''}`.trim(),
        ];
      },
    ),
  );
}

it('gives each of the 58 characteristics its zero, its gap and its «not applicable» as the golden file says', () => {
  const states = Object.fromEntries(Object.entries(DOSSIERS).map(([title, firm]) => [title, statesOf(firm)]));
  if (process.env['UPDATE_GOLDEN']) writeFileSync(GOLDEN, `${JSON.stringify(states, null, 2)}\n`);
  expect(states).toEqual(existsSync(GOLDEN) ? JSON.parse(readFileSync(GOLDEN, 'utf8')) : {});
  for (const of of Object.values(states)) expect(Object.keys(of)).toHaveLength(58);
});

const pat = old.covers('PAT', AS_OF);
const soc = old.covers('SOC', AS_OF);
const sub = old.covers('SUB', AS_OF);
const each = (n: number, builder: DossierBuilder, add: (b: DossierBuilder, i: number) => DossierBuilder) =>
  Array.from({ length: n }, (_, i) => i).reduce(add, builder);
const granted = (n: number, more: Partial<Patent> = {}) =>
  each(n, pat, (b, i) => b.patent(`${i}`, { status: 'granted', grantedOn: date('2024-01-01'), ...more }));
const examined = (n: number, more: Partial<Patent> = {}) =>
  each(n, pat, (b, i) => b.patent(`${i}`, { status: 'examination', filedOn: date('2024-07-01'), ...more }));
const filed = (...days: string[]) => each(days.length, pat, (b, i) => b.patent(`${i}`, { filedOn: date(days[i]!) }));
const heads = (...counts: number[]) => soc.months('2026-06', counts);
const steady = (n: number, count: number): number[] => Array.from({ length: n }, () => count);
const unpaid = each(12, soc, (b, i) =>
  b.month(fromMonthIndex(monthIndex(date('2025-07-01')) + i), 5, undefined, { paid: false }),
);
const awards = (n: number, level?: Subsidy['level']) =>
  each(n, sub, (b, i) =>
    b.subsidy(`P${i}`, {
      competitive: true,
      status: 'approved',
      approvedOn: date('2025-01-01'),
      ...(level === undefined ? {} : { level }),
    }),
  );
const paidUp = (minor: number): DossierBuilder =>
  DossierBuilder.firm()
    .registered('2020-01-15', {
      paidCapital: { currency: 'CNY', minor },
      registeredCapital: { currency: 'CNY', minor: 1000 },
    })
    .covers('REG', AS_OF);
const registered = (establishedOn: string): DossierBuilder => DossierBuilder.firm().registered(establishedOn);

/** From records to attributes, where no family's own table goes. */
const FROM_RECORDS: readonly (readonly [code: string, state: string, firm: DossierBuilder])[] = [
  ['IN01', '1/2 → pos', granted(1, { applicants: 2 })],
  ['IN01', '2 → b2', granted(2)],
  ['IN01', '3 → b3', granted(3)],
  ['IN01', '9/2 → b3', granted(9, { applicants: 2 })],
  ['IN01', '5 → b4', granted(5)],
  ['IN02', '1/3 → pos', examined(1, { applicants: 3 })],
  ['IN02', '2 → b2', examined(2)],
  ['IN02', '4 → b3', examined(4)],
  ['IN04', '1/2 → pos', granted(1, { applicants: 2, pledged: true })],
  ['IN04', '2 → b2', granted(2, { pledged: true })],
  ['IN08', '4 → b3', filed('2026-06-01', '2025-12-01', '2025-06-01', '2024-12-01')],
  ['TG01', '21 → b4', heads(...steady(12, 21))],
  ['TG01', '50 → b4', heads(...steady(12, 50))],
  ['TG01', '51 → b5', heads(...steady(12, 51))],
  ['TG02', '-20 → b1', heads(...steady(6, 10), ...steady(12, 8))],
  ['TG02', '20 → b3', heads(...steady(6, 10), ...steady(12, 12))],
  ['TG03', '15 → b1', heads(...steady(6, 20), ...steady(6, 17))],
  ['TG03', '30 → b2', heads(...steady(6, 20), ...steady(6, 14))],
  ['TG08', '6 → b1', registered('2025-12-30')],
  ['TG08', '12 → b2', registered('2025-06-30')],
  ['TG08', '24 → b3', registered('2024-06-30')],
  ['TG08', '95 → b4', registered('2018-07-01')],
  ['TG08', '96 → b5', registered('2018-06-30')],
  ['OV01', '0 → b0', unpaid],
  ['OV09', '1/10 → pos', paidUp(1)],
  ['OV09', '199/10 → pos', paidUp(199)],
  ['OV09', '20 → b1', paidUp(200)],
  ['PR03', '1 → b1', awards(1)],
  ['PR03', '3 → b3', awards(3)],
  ['PR04', 'district → district', awards(1, 'district')],
  ['PR04', 'city → city', awards(1, 'city')],
  ['PR04', 'state → state', awards(1, 'state')],
];

it.each(FROM_RECORDS)('%s %s', (code, state, firm) => expect(statesOf(firm)[code]).toBe(state));
