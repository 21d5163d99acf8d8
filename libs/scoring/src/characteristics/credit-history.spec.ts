import { lastDay, localDate, localMonth, type Fen } from '#lib/kernel';
import { creditHistory, loanOutcomes, type CreditHistory, type LoanMonth, type OutcomeEvent } from '#lib/data-sources';
import { AS_OF, gone, is, model, old, valueIn, type Case } from '../../fixtures/cases.ts';
import type { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { scoreFirmRich } from '../score-firm.ts';

const day = (text: string) => localDate(text);
const crd = old.listed('CRD');

function asked(more: Partial<CreditHistory>, on = '2026-06-20', b = crd): DossierBuilder {
  return b.add(creditHistory, on, { queriedOn: day(on), authorisation: 'SQ1', hasLoan: true, ...more }, on);
}
const CLEAN = { maxOverdueDays: 0, overdueDays: 0, claimUnpaid: 0 as Fen };

const cases: readonly Case[] = [
  ['clean', asked(CLEAN), 'CC09', is('clean')],
  ['a day late, cured', asked({ maxOverdueDays: 1, overdueDays: 0 }), 'CC09', is('cured')],
  ['30 days late, cured', asked({ maxOverdueDays: 30, overdueDays: 0 }), 'CC09', is('cured')],
  ['31 days late, cured', asked({ maxOverdueDays: 31, overdueDays: 0 }), 'CC09', is('over30')],
  ['a day late and open', asked({ maxOverdueDays: 1, overdueDays: 1 }), 'CC09', is('over30')],
  ['open, the worst not stated', asked({ overdueDays: 1 }), 'CC09', is('over30')],
  ['the worst not stated', asked({ overdueDays: 0 }), 'CC09', gone('NOT_STATED')],
  ['late once, whether open is not stated', asked({ maxOverdueDays: 5 }), 'CC09', gone('NOT_STATED')],
  ['authorised query, no loan', asked({ hasLoan: false }), 'CC09', is('noRecord')],
  ['whether there is a loan is not stated', asked({ hasLoan: undefined! }), 'CC09', gone('NOT_STATED')],
  ['the newest query speaks', asked(CLEAN, '2026-06-20', asked({ overdueDays: 9 }, '2026-06-01')), 'CC09', is('clean')],
  ['a query after the day', asked(CLEAN, '2026-07-01', asked({ hasLoan: false })), 'CC09', is('noRecord')],
  ['not connected', old, 'CC09', gone('NOT_CONNECTED')],
  ['nobody was allowed to ask', crd, 'CC09', gone('NOT_AUTHORISED')],
  ['covered, yet nobody was allowed to ask', old.covers('CRD', AS_OF), 'CC09', gone('NOT_AUTHORISED')],
  ['30 days old', asked(CLEAN, '2026-05-31'), 'CC09', is('clean')],
  ['60 days old', asked(CLEAN, '2026-05-01'), 'CC09', { ...is('clean'), freshness: { num: 1, den: 2 } }],
  ['90 days old', asked(CLEAN, '2026-04-01'), 'CC09', gone('STALE')],
];

describe('CC09 loan performance', () => {
  for (const row of cases) it(`gives ${row[0]}`, () => expect(valueIn(row)).toEqual(row[3]));
});

function month(b: DossierBuilder, of: string, more: Partial<LoanMonth>): DossierBuilder {
  const payload: LoanMonth = { kind: 'month', loanId: 'L1', month: localMonth(of), ...more };
  return b.listed('OUT').add(loanOutcomes, `loan|L1|${of}`, payload, lastDay(payload.month));
}

function event(b: DossierBuilder, eventId: string, kind: OutcomeEvent['event'], amount: number, on: string, more = {}) {
  const payload: OutcomeEvent = {
    kind: 'event',
    event: kind,
    eventId,
    partner: 'DMGUAR',
    guaranteeId: 'G1',
    amount: amount as Fen,
    occurredOn: day(on),
    ...more,
  };
  return b.listed('OUT.events').add(loanOutcomes, `event|DMGUAR|${eventId}`, payload, on);
}

function k09(builder: DossierBuilder): string {
  const scored = scoreFirmRich(builder.build(), model, day(AS_OF));
  if (scored.kind !== 'scored') throw new Error(scored.reason);
  const { state, evidence } = scored.knockOuts.find((k) => k.code === 'K09')!;
  return `${state} ${evidence.map((ref) => ref.recordKey).join()}`.trim();
}

describe('K09', () => {
  const clean = asked(CLEAN);
  const claim = event(clean, 'c', 'claimPaid', 100, '2025-01-10');
  it.each([
    ['clean', clean, 'no 2026-06-20'],
    ['no loan', asked({ hasLoan: false }), 'no 2026-06-20'],
    ['89 days', asked({ ...CLEAN, maxOverdueDays: 89, overdueDays: 89 }), 'no 2026-06-20'],
    ['90 days', asked({ ...CLEAN, maxOverdueDays: 90, overdueDays: 90 }), 'yes 2026-06-20'],
    ['90 days, the worst stated as less', asked({ ...CLEAN, maxOverdueDays: 1, overdueDays: 90 }), 'yes 2026-06-20'],
    ['90 days once, cleared on no stated day', asked({ ...CLEAN, maxOverdueDays: 90 }), 'yes 2026-06-20'],
    [
      'cleared 12 months ago',
      asked({ ...CLEAN, maxOverdueDays: 90, overdueClearedOn: day('2025-06-30') }),
      'no 2026-06-20',
    ],
    [
      'cleared a day later',
      asked({ ...CLEAN, maxOverdueDays: 90, overdueClearedOn: day('2025-07-01') }),
      'yes 2026-06-20',
    ],
    ['a claim unpaid', asked({ ...CLEAN, claimUnpaid: 1 as Fen }), 'yes 2026-06-20'],
    ['claims not stated', asked({ maxOverdueDays: 0, overdueDays: 0 }), 'unknown'],
    ['a default does not go stale', asked({ overdueDays: 95 }, '2025-01-01'), 'yes 2025-01-01'],
    ['a clean query does', asked(CLEAN, '2026-03-01'), 'unknown'],
    ['nothing', old, 'unknown'],
    ['a bank reports 90 days', month(clean, '2026-05', { daysPastDue: 90 }), 'yes loan|L1|2026-05'],
    ['a bank reports 89 days', month(clean, '2026-05', { daysPastDue: 89 }), 'no 2026-06-20'],
    ['a month after the day', month(clean, '2026-07', { daysPastDue: 90 }), 'no 2026-06-20'],
    [
      'in order again for less than 12 months',
      month(month(clean, '2025-05', { daysPastDue: 90 }), '2025-07', { daysPastDue: 0 }),
      'yes loan|L1|2025-05',
    ],
    [
      'in order again for 12 months',
      month(month(clean, '2025-05', { daysPastDue: 90 }), '2025-06', { daysPastDue: 0 }),
      'no 2026-06-20',
    ],
    [
      'in order before, never since',
      month(month(clean, '2024-05', { daysPastDue: 0 }), '2025-05', { daysPastDue: 90 }),
      'yes loan|L1|2025-05',
    ],
    ['the newest month is silent', month(clean, '2026-05', {}), 'unknown'],
    ['a guarantor paid', claim, 'yes event|DMGUAR|c'],
    ['and got back a part', event(claim, 'r', 'recovered', 99, '2025-02-01'), 'yes event|DMGUAR|c'],
    ['and all, 12 months ago', event(claim, 'r', 'recovered', 100, '2025-06-30'), 'no 2026-06-20'],
    ['and all, less long ago', event(claim, 'r', 'recovered', 100, '2025-07-01'), 'yes event|DMGUAR|c'],
    ['the claim was a mistake', event(claim, 'c2', 'repaid', 100, '2025-01-10', { corrects: 'c' }), 'no 2026-06-20'],
  ])('%s', (_, builder, expected) => expect(k09(builder)).toBe(expected));
});
