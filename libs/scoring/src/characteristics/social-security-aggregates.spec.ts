import { firstDay, lastDay, localMonth } from '#lib/kernel';
import { socialSecurityAggregates, type SocialSecurityAggregate } from '#lib/data-sources';
import { AS_OF, gone, is, NA, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';

const listed = old.listed('SOCX');
const covered = old.covers('SOCX', AS_OF);

function counts(builder: DossierBuilder, more: Partial<SocialSecurityAggregate>, month = '2026-05'): DossierBuilder {
  const at = localMonth(month);
  return builder.add(socialSecurityAggregates, month, { month: at, ...more }, firstDay(at), lastDay(at));
}

const kept = (retained: number, headsBefore = 20) => counts(listed, { retained, headsBefore });
const alumni = (n: number) => counts(listed, { alumni: n });

const cases: readonly Case[] = [
  ['TG04 nobody stayed', kept(0), 'TG04', is(0)],
  ['TG04 39 of 100', kept(39, 100), 'TG04', is(39)],
  ['TG04 forty', kept(8), 'TG04', is(40)],
  ['TG04 sixty', kept(12), 'TG04', is(60)],
  ['TG04 eighty', kept(16), 'TG04', is(80)],
  ['TG04 all', kept(20), 'TG04', is(100)],
  ['TG04 a third', kept(1, 3), 'TG04', is({ num: 100, den: 3 })],
  ['TG04 two heads a year ago', kept(2, 2), 'TG04', NA],
  ['TG04 nobody a year ago', kept(0, 0), 'TG04', NA],
  ['TG04 heads of a year ago withheld: below three', counts(listed, { suppressed: ['headsBefore'] }), 'TG04', NA],
  [
    'TG04 those who stayed withheld',
    counts(listed, { headsBefore: 8, suppressed: ['retained'] }),
    'TG04',
    gone('NOT_STATED'),
  ],
  ['TG04 withheld, but too few anyway', counts(listed, { headsBefore: 2, suppressed: ['retained'] }), 'TG04', NA],
  ['TG04 heads of a year ago not stated', counts(listed, { retained: 8 }), 'TG04', gone('NOT_STATED')],
  ['TG04 the newest month counts', counts(kept(16), { retained: 1, headsBefore: 20 }, '2026-04'), 'TG04', is(80)],
  [
    'TG04 the running month does not',
    counts(kept(16), { retained: 1, headsBefore: 20 }, '2026-06'),
    'TG04',
    is(80),
    '2026-06-29',
  ],
  [
    'TG04 only the running month',
    counts(listed, { retained: 9, headsBefore: 9 }, '2026-06'),
    'TG04',
    gone('NOT_COVERED'),
    '2026-06-29',
  ],
  ['TG04 covered without the firm', covered, 'TG04', NA],
  ['TG04 not connected', old, 'TG04', gone('NOT_CONNECTED')],
  ['TG04 listed without the firm', listed, 'TG04', gone('NOT_COVERED')],
  [
    'TG04 180 days old',
    counts(listed, { retained: 9, headsBefore: 9 }, '2025-12'),
    'TG04',
    gone('STALE'),
    '2026-06-29',
  ],
  [
    'TG04 its own month counts, not the delivery',
    counts(covered, { retained: 9, headsBefore: 9 }, '2026-02'),
    'TG04',
    // 122 days: (180 − 122) ÷ 120.
    { ...is(100), freshness: { num: 29, den: 60 } },
  ],
  ['TG04 L = 12', counts(young('2025-06-30'), { retained: 9, headsBefore: 9 }), 'TG04', NA],
  ['TG04 L = 13', counts(young('2025-05-31'), { retained: 9, headsBefore: 9 }), 'TG04', is(100)],
  ['TG06 none', alumni(0), 'TG06', is(0)],
  ['TG06 one', alumni(1), 'TG06', is(1)],
  ['TG06 two', alumni(2), 'TG06', is(2)],
  ['TG06 four', alumni(4), 'TG06', is(4)],
  ['TG06 covered without the firm', covered, 'TG06', is(0)],
  ['TG06 withheld', counts(listed, { suppressed: ['alumni'] }), 'TG06', gone('NOT_STATED')],
  ['TG06 not stated', kept(9), 'TG06', gone('NOT_STATED')],
  ['TG06 listed without the firm', listed, 'TG06', gone('NOT_COVERED')],
  ['TG06 not connected', old, 'TG06', gone('NOT_CONNECTED')],
  ['TG06 of a young firm', counts(young('2026-05-01'), { alumni: 3 }), 'TG06', is(3)],
];

describe('aggregates of social insurance', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

function young(establishedOn: string): DossierBuilder {
  return DossierBuilder.firm().registered(establishedOn).listed('SOCX');
}
