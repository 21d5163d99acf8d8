import { localDate } from '#lib/kernel';
import { annualReports } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import { courtCase, enforced } from '../../fixtures/courts.ts';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const jud = old.covers('JUD', AS_OF);
const debt = (b: DossierBuilder, n: number) =>
  Array.from({ length: n }, (_, i) => `c${i}`).reduce<DossierBuilder>((x, no) => courtCase(x, no), b);
/** A is 5 % of 50 m yuan: 2.5 m yuan. */
const rich = DossierBuilder.firm()
  .registered('2020-01-15', { paidCapital: { currency: 'CNY', minor: 5_000_000_000 } })
  .covers('JUD', AS_OF);

const cases: readonly Case[] = [
  ['CC06 none', jud, 'CC06', is('none')],
  ['CC06 not connected', old, 'CC06', gone('NOT_CONNECTED')],
  ['CC06 listed without the firm', old.listed('JUD'), 'CC06', gone('NOT_COVERED')],
  ['CC06 covered only since 2025', old.covers('JUD', AS_OF, '2025-01-01'), 'CC06', gone('NOT_COVERED')],
  ['CC06 stale', old.covers('JUD', '2026-06-09'), 'CC06', gone('STALE')],
  ['CC06 half stale', old.covers('JUD', '2026-06-16'), 'CC06', { ...is('none'), freshness: { num: 1, den: 2 } }],
  ['CC06 100,000 yuan is not above A', enforced(jud, 'e', { unpaid: 10_000_000 }), 'CC06', is('openSmall')],
  ['CC06 a 分 more', enforced(jud, 'e', { unpaid: 10_000_001 }), 'CC06', is('openBig')],
  ['CC06 two sums add up', enforced(enforced(jud, 'e', { unpaid: 6_000_000 }), 'f'), 'CC06', is('openBig')],
  ['CC06 5 % of paid capital', enforced(rich, 'e', { unpaid: 250_000_000 }), 'CC06', is('openSmall')],
  ['CC06 above 5 % of it', enforced(rich, 'e', { unpaid: 250_000_001 }), 'CC06', is('openBig')],
  ['CC06 sum not stated', enforced(jud, 'e', { unpaid: undefined! }), 'CC06', gone('NOT_STATED')],
  ['CC06 closed', enforced(jud, 'e', { closedOn: '2026-06-30', enforcementEnd: 'performed' }), 'CC06', is('closed')],
  [
    'CC06 closes after the day',
    enforced(jud, 'e', { closedOn: '2026-07-01', enforcementEnd: 'performed' }),
    'CC06',
    is('openSmall'),
  ],
  [
    'CC06 closed 36 months ago to the day',
    enforced(jud, 'e', { filedOn: '2022-01-01', closedOn: '2023-06-30', enforcementEnd: 'performed' }),
    'CC06',
    is('none'),
  ],
  [
    'CC06 closed a day later',
    enforced(jud, 'e', { filedOn: '2022-01-01', closedOn: '2023-07-01', enforcementEnd: 'performed' }),
    'CC06',
    is('closed'),
  ],
  [
    'CC06 a round ended for want of property is open',
    enforced(jud, 'e', { closedOn: '2026-05-20', enforcementEnd: 'roundEnded' }),
    'CC06',
    is('openSmall'),
  ],
  ['CC06 closed in no stated way, unpaid', enforced(jud, 'e', { closedOn: '2026-05-20' }), 'CC06', is('openSmall')],
  ['CC06 closing unreadable', enforced(jud, 'e', { endUnreadable: true }), 'CC06', gone('NOT_STATED')],
  ['CC06 resumed and performed is one case, closed', resumed('performed'), 'CC06', is('closed')],
  ['CC06 filed after the day', enforced(jud, 'e', { filedOn: '2026-07-01' }), 'CC06', is('none')],
  ['CC06 who enforces owes nothing', courtCase(jud, 'e', { role: 'enforcementApplicant' }), 'CC06', is('none')],
  ['CC07 none', jud, 'CC07', is(0)],
  ['CC07 one', debt(jud, 1), 'CC07', is(1)],
  ['CC07 two', debt(jud, 2), 'CC07', is(2)],
  ['CC07 three', debt(jud, 3), 'CC07', is(3)],
  ['CC07 four', debt(jud, 4), 'CC07', is(4)],
  ['CC07 labour', courtCase(jud, 'c', { causeClass: 'labour' }), 'CC07', is(1)],
  ['CC07 neither', courtCase(jud, 'c', { causeClass: 'other' }), 'CC07', is(0)],
  ['CC07 as plaintiff', courtCase(jud, 'c', { role: 'plaintiff' }), 'CC07', is(0)],
  ['CC07 24 months ago to the day', courtCase(jud, 'c', { filedOn: '2024-06-30' }), 'CC07', is(0)],
  ['CC07 a day later', courtCase(jud, 'c', { filedOn: '2024-07-01' }), 'CC07', is(1)],
  ['CC07 withdrawn', courtCase(jud, 'c', { outcome: 'withdrawn', closedOn: '2026-06-01' }), 'CC07', is(0)],
  [
    'CC07 withdrawn after the day',
    courtCase(jud, 'c', { outcome: 'withdrawn', closedOn: '2026-07-01' }),
    'CC07',
    is(1),
  ],
  ['CC07 won', courtCase(jud, 'c', { outcome: 'won', judgedOn: '2026-06-01' }), 'CC07', is(0)],
  ['CC07 lost', courtCase(jud, 'c', { outcome: 'lost', judgedOn: '2026-06-01' }), 'CC07', is(1)],
  ['CC07 stages of one case', appealed('upheld'), 'CC07', is(1)],
  ['CC07 won, and upheld on appeal', appealed('upheld', 'won'), 'CC07', is(0)],
  ['CC07 lost, then won on appeal', appealed('won'), 'CC07', is(0)],
  ['CC07 stages tied by a case that was not delivered', siblings(), 'CC07', is(1)],
  ['CC07 references in a circle', circle(), 'CC07', is(1)],
  ['CC07 an appeal of unknown side', courtCase(jud, 'c', { role: 'appellant' }), 'CC07', gone('NOT_STATED')],
  ['CC07 cause not stated', courtCase(jud, 'c', { causeClass: undefined! }), 'CC07', gone('NOT_STATED')],
  ['CC07 filing not stated', courtCase(jud, 'c', { filedOn: undefined! }), 'CC07', gone('NOT_STATED')],
  ['CC07 listed: its fresh cases speak', courtCase(old.listed('JUD'), 'c', { filedOn: '2026-06-25' }), 'CC07', is(1)],
];

describe('characteristics of court cases', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

/** State and evidence of a knock-out, and whether a warning is on. */
function found(builder: DossierBuilder, code: string, asOf = AS_OF) {
  const scored = scoreFirmRich(builder.build(), model, localDate(asOf));
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  const rule = scored.knockOuts.find((k) => k.code === code)!;
  return `${rule.state} ${rule.evidence.map((ref) => ref.recordKey.split('|')[0]).join()}`.trim();
}

function warned(builder: DossierBuilder): string[] {
  const scored = scoreFirmRich(builder.build(), model, localDate(AS_OF));
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  return scored.warnings.filter((w) => w.code === 'W08').flatMap((w) => w.evidence.map((ref) => ref.recordKey));
}

describe('K02, K07 and K08', () => {
  it.each([
    ['no debtor, all covered', jud, 'K02', 'no'],
    ['nobody covers the firm', old.listed('JUD'), 'K02', 'unknown'],
    ['not connected', old, 'K02', 'unknown'],
    ['dishonest', enforced(jud, 'e', { dishonest: true, dishonestFrom: '2026-06-30' }), 'K02', 'yes e'],
    ['published after the day', enforced(jud, 'e', { dishonest: true, dishonestFrom: '2026-07-01' }), 'K02', 'no'],
    ['removed', enforced(jud, 'e', { dishonest: true, dishonestUntil: '2026-06-30' }), 'K02', 'no'],
    ['removed after the day', enforced(jud, 'e', { dishonest: true, dishonestUntil: '2026-07-01' }), 'K02', 'yes e'],
    ['removal unreadable', enforced(jud, 'e', { dishonest: true, endUnreadable: true }), 'K02', 'unknown'],
    ['not stated, open', enforced(jud, 'e', { dishonest: undefined! }), 'K02', 'unknown'],
    ['a list says so, long ago', enforced(old.listed('JUD'), 'e', { dishonest: true }), 'K02', 'yes e'],
    ['limited', enforced(jud, 'e', { limited: true }), 'K08', 'yes e'],
    ['limit lifted', enforced(jud, 'e', { limited: true, limitedUntil: '2026-06-01' }), 'K08', 'no'],
    ['not limited', enforced(jud, 'e'), 'K08', 'no'],
    ['open, small and new', enforced(jud, 'e'), 'K07', 'no e'],
    ['above A', enforced(jud, 'e', { unpaid: 10_000_001 }), 'K07', 'yes e'],
    ['exactly A', enforced(jud, 'e', { unpaid: 10_000_000 }), 'K07', 'no e'],
    ['6 months to the day', enforced(jud, 'e', { filedOn: '2025-12-30' }), 'K07', 'no e'],
    ['over 6 months', enforced(jud, 'e', { filedOn: '2025-12-29' }), 'K07', 'yes e'],
    ['over 6 months, 10,000 yuan', enforced(jud, 'e', { filedOn: '2025-12-29', unpaid: 1_000_000 }), 'K07', 'no e'],
    ['sum unknown', enforced(jud, 'e', { unpaid: undefined! }), 'K07', 'unknown'],
    ['resumed: the first filing counts', resumed(undefined), 'K07', 'yes e2'],
    ['nothing', jud, 'K07', 'no'],
  ])('%s', (_, builder, code, expected) => expect(found(builder, code)).toBe(expected));
});

describe('W08', () => {
  const sued = (claim: number, more = {}) => courtCase(jud, 'c', { claim, ...more });
  it.each([
    ['100,000 yuan without revenue', sued(10_000_000), ['c|defendant']],
    ['a 分 less', sued(9_999_999), []],
    ['10 % of revenue', earning(sued(20_000_000)), ['c|defendant']],
    ['less than 10 % of it', earning(sued(19_999_999)), []],
    ['three months ago to the day', sued(10_000_000, { filedOn: '2026-03-30' }), []],
    ['a day later', sued(10_000_000, { filedOn: '2026-03-31' }), ['c|defendant']],
    ['over labour', sued(10_000_000, { causeClass: 'labour' }), []],
    ['as plaintiff', sued(10_000_000, { role: 'plaintiff' }), []],
  ])('%s', (_, builder, expected) => expect(warned(builder)).toEqual(expected));
});

function resumed(end: 'performed' | undefined): DossierBuilder {
  const first = enforced(jud, 'e1', { filedOn: '2025-06-01', closedOn: '2025-10-01', enforcementEnd: 'roundEnded' });
  const closed = end === undefined ? {} : { closedOn: '2026-06-01', enforcementEnd: end };
  return enforced(first, 'e2', { originCaseNo: 'e1', filedOn: '2026-02-01', ...closed });
}

function appealed(outcome: 'upheld' | 'won', before: 'lost' | 'won' = 'lost'): DossierBuilder {
  const first = courtCase(jud, 'c1', { filedOn: '2025-03-01', outcome: before, judgedOn: '2025-09-01' });
  const role = outcome === 'won' ? 'appellant' : 'defendant';
  return courtCase(first, 'c2', { role, originCaseNo: 'c1', filedOn: '2025-10-01', outcome, judgedOn: '2026-01-01' });
}

function siblings(): DossierBuilder {
  const second = courtCase(jud, 'c2', { originCaseNo: 'c1', filedOn: '2025-10-01' });
  return courtCase(second, 'c3', { originCaseNo: 'c2', filedOn: '2026-02-01' });
}

function circle(): DossierBuilder {
  return courtCase(courtCase(jud, 'c1', { originCaseNo: 'c2' }), 'c2', { originCaseNo: 'c1' });
}

/** 2 m yuan in the last due year. */
function earning(builder: DossierBuilder): DossierBuilder {
  return builder
    .covers('ANR', AS_OF)
    .add(annualReports, 'figures|2025|0', { kind: 'figures', year: 2025, revenue: 200_000_000 as never }, '2026-06-01');
}
