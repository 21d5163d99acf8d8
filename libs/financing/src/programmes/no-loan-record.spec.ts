import { creditHistory, loanOutcomes, type OutcomeEvent } from '#lib/data-sources';
import { localDate } from '#lib/kernel';
import { assessmentDay, FirmAt } from '#lib/scoring';
import { wan } from '../../fixtures/line-cases.ts';
import { AS_OF, FirmFile } from '../../fixtures/line-dossier.ts';
import { noLoanRecord } from './no-loan-record.ts';

const day = localDate;
const asked = (file: FirmFile, on: string, hasLoan: boolean): FirmFile =>
  file.add(creditHistory, on, { queriedOn: day(on), hasLoan }, on);
const outcome = (file: FirmFile, eventId: string, more: Partial<OutcomeEvent> = {}): FirmFile => {
  const occurredOn = day('2026-06-20');
  const drawn = { kind: 'event', event: 'drawn', eventId, partner: 'BANK1', loanId: 'L1', amount: wan(1) } as const;
  return file.add(loanOutcomes, eventId, { ...drawn, occurredOn, ...more }, occurredOn);
};
const none = asked(FirmFile.new, '2026-06-01', false);
const moved = (...amounts: readonly number[]) => ({
  moved: amounts.map((amount) => ({ on: day('2026-07-02'), amount: wan(1) * amount })),
});
const fact = (file: FirmFile, ...own: Parameters<typeof noLoanRecord>[1]) => {
  const found = noLoanRecord(new FirmAt(file.dossier(), assessmentDay(AS_OF)), own);
  return found.known ? [found.value, found.date] : found.why.en;
};

it.each<[string, FirmFile, unknown]>([
  ['that there was one stays true, whatever a later query says', asked(none, '2025-01-20', true), '2025-01-20'],
  ['a drawing after the query that its bank reported', outcome(none, '1'), '2026-06-20'],
  [
    'a month of a loan',
    none.add(loanOutcomes, 'm', { kind: 'month', loanId: 'L1', month: '2026-05' as never }, '2026-05-31'),
    '2026-05-01',
  ],
])('a loan record: %s', (_, file, on) => expect(fact(file)).toEqual([false, on]));

it.each<[string, FirmFile]>([
  ['an approval', outcome(none, '1', { event: 'approved' })],
  ['a drawing that never was', outcome(outcome(none, '1'), '2', { corrects: '1', amount: wan(0) })],
])('no loan record: %s', (_, file) => expect(fact(file)).toEqual([true, '2026-06-01']));

it('a loan of a deal on the platform is a record, drawn after the run, repaid or never queried', () => {
  expect(fact(none, moved(100))).toEqual([false, '2026-07-02']);
  expect(fact(none, moved(100, -100))).toEqual([false, '2026-07-02']);
  expect(fact(FirmFile.new, moved(100))).toEqual([false, '2026-07-02']);
  expect(fact(none, moved())).toEqual([true, '2026-06-01']);
});
