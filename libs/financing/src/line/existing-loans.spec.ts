import { fen, lastDay, localDate, type Fen } from '#lib/kernel';
import { creditHistory, loanOutcomes } from '#lib/data-sources';
import type { CreditHistory, LoanMonth, OutcomeEvent } from '#lib/data-sources';
import { wan } from '../../fixtures/line-cases.ts';
import { AS_OF, FirmFile } from '../../fixtures/line-dossier.ts';
import { existingLoans } from './existing-loans.ts';

const day = localDate;
const nothing = FirmFile.new;

const queried = (file: FirmFile, queriedOn: string, more: Partial<CreditHistory> = {}): FirmFile =>
  file.add(creditHistory, queriedOn, { queriedOn: day(queriedOn), hasLoan: true, ...more }, queriedOn);
const asked = queried(nothing, '2026-06-15', { balance: wan(30) });

const month = (file: FirmFile, of: string, more: Partial<LoanMonth> = {}): FirmFile => {
  const payload: LoanMonth = { kind: 'month', loanId: 'L1', month: of as never, ...more };
  return file.add(loanOutcomes, `loan|${payload.loanId}|${of}`, payload, lastDay(payload.month));
};
const event = (
  file: FirmFile,
  kind: OutcomeEvent['event'],
  on: string,
  amount?: Fen,
  more: Partial<OutcomeEvent> = {},
) => {
  const payload: OutcomeEvent = {
    kind: 'event',
    event: kind,
    eventId: `${kind}-${on}`,
    partner: 'BANK1',
    loanId: 'L1',
    occurredOn: day(on),
    ...(amount === undefined ? {} : { amount }),
    ...more,
  };
  return file.add(loanOutcomes, `event|BANK1|${payload.eventId}`, payload, on);
};

/** Only the words before the cause tell the sources apart. */
const of = (file: FirmFile): readonly unknown[] => {
  const { amount, unknown, on } = existingLoans(file.dossier(), AS_OF);
  return [amount, unknown?.en ?? null, on];
};

it.each<[string, FirmFile, readonly unknown[]]>([
  ['the balance of the query', asked, [wan(30), null, '2026-06-15']],
  ['no loan', queried(nothing, '2026-06-15', { hasLoan: false }), [0, null, '2026-06-15']],
  ['the newest query', queried(asked, '2026-05-01', { balance: wan(90) }), [wan(30), null, '2026-06-15']],
  [
    'a query after the day is not seen',
    queried(asked, '2026-07-01', { balance: wan(9) }),
    [wan(30), null, '2026-06-15'],
  ],
  ['a balance that is left out', queried(nothing, '2026-06-15'), [0, 'CRD not stated by the source', '2026-06-15']],
  ['nobody asked', nothing, [0, 'CRD not connected', null]],
  ['others were asked about', nothing.covers(['CRD']), [0, 'CRD not authorised', null]],
  ['a query too old', queried(nothing, '2026-01-01', { balance: wan(30) }), [0, 'CRD out of date', '2026-01-01']],
  ['the firm took its authorisation back', asked.closed(creditHistory), [0, 'CRD not authorised', null]],
  [
    'a loan that the query holds',
    month(asked, '2026-06', { drawnOn: day('2026-06-15'), balance: wan(30) }),
    [wan(30), null, '2026-06-15'],
  ],
  [
    'a loan drawn since',
    month(asked, '2026-06', { drawnOn: day('2026-06-16'), balance: wan(50) }),
    [wan(80), null, '2026-06-15'],
  ],
  ['a drawing without a month yet', event(asked, 'drawn', '2026-06-20', wan(50)), [wan(80), null, '2026-06-15']],
  [
    'part of it repaid',
    event(event(asked, 'drawn', '2026-06-20', wan(50)), 'repaid', '2026-06-25', wan(20)),
    [wan(60), null, '2026-06-15'],
  ],
  [
    'closed',
    event(event(asked, 'drawn', '2026-06-20', wan(50)), 'closed', '2026-06-25'),
    [wan(30), null, '2026-06-15'],
  ],
  [
    'a drawing that its bank corrected',
    event(event(asked, 'drawn', '2026-06-20', wan(50)), 'drawn', '2026-06-21', wan(40), {
      corrects: 'drawn-2026-06-20',
    }),
    [wan(70), null, '2026-06-15'],
  ],
  [
    'a drawing of unknown amount',
    event(asked, 'drawn', '2026-06-20'),
    [wan(30), 'OUT leaves the balance of a loan out', '2026-06-15'],
  ],
  ['approved, not drawn', event(asked, 'approved', '2026-06-20', wan(50)), [wan(30), null, '2026-06-15']],
  [
    'without a query, what the platform knows, and that it is not all',
    month(month(nothing, '2026-05', { balance: wan(20) }), '2026-04', { balance: wan(25), drawnOn: day('2026-04-02') }),
    [wan(20), 'CRD not connected', null],
  ],
  [
    'what happened after the newest month',
    event(
      event(month(nothing, '2026-05', { balance: wan(20) }), 'repaid', '2026-05-20', wan(5)),
      'repaid',
      '2026-06-02',
      wan(4),
    ),
    [wan(16), 'CRD not connected', null],
  ],
  ['settled', month(nothing, '2026-05', { status: 'settled', principal: wan(20) }), [0, 'CRD not connected', null]],
  [
    'the principal, where no balance is told',
    month(nothing, '2026-05', { principal: wan(20) }),
    [wan(20), 'CRD not connected', null],
  ],
  [
    'two loans',
    month(month(nothing, '2026-05', { balance: wan(20) }), '2026-05', { loanId: 'L2', balance: fen(1) }),
    [fen(wan(20) + 1), 'CRD not connected', null],
  ],
])('existing loans: %s', (_, file, expected) => expect(of(file)).toEqual(expected));
