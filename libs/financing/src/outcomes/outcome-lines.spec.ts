import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { RawRow, SOURCES, type LoanMonth, type OutcomeEvent, type OutcomeKind } from '#lib/data-sources';
import { addDays, fen, localDate, localMonth, type Uscc } from '#lib/kernel';
import { MOST_FEN } from '../deals/checks.ts';
import type { Outcome, OutcomeMonth } from '../deals/ports.ts';
import { eventLine, monthLine, outcomeFile, type OutcomeLayout } from './outcome-lines.ts';

const RUNS = process.env['FIRSTMILE_LONG'] ? 2_000 : 100;
const CONTEXT = { receivedOn: localDate('2026-07-10'), hash: (value: string) => value };
const DEAL = '019a8c2e-7f00-7000-8000-000000000001';
const USCC = '91440300DMAB123403' as Uscc;
const REPORTER = { code: 'bank-a', name: '样例"甲"银行,营业部' };

/** What the source makes of the file's rows. */
function read(layout: OutcomeLayout, file: string): readonly unknown[] {
  const source = SOURCES.find(({ name }) => name === 'loan-outcomes')!;
  const of = source.layouts.find(({ name }) => name === layout)!;
  const rows: Record<string, unknown>[] =
    layout === 'events'
      ? file
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>)
      : parse(file, { columns: true });
  return rows.map((row) => {
    const raw = RawRow.of(row);
    const mapped = of.map(raw, CONTEXT);
    if (mapped.kind !== 'records' || mapped.issues.length > 0 || raw.leftover().length > 0)
      throw new Error(JSON.stringify([mapped, raw.leftover()]));
    return mapped.records.map(({ uscc, recordKey, payload }) => ({ uscc, recordKey, payload }));
  });
}

const KINDS: readonly OutcomeKind[] = [
  ...(['referred', 'accepted', 'declined', 'approved', 'guaranteed', 'drawn', 'repaid', 'restructured'] as const),
  ...(['claimPaid', 'recovered', 'released', 'closed', 'writtenOff'] as const),
];
const amounts = fc.integer({ min: 0, max: MOST_FEN }).map(fen);
const days = fc.integer({ min: 0, max: 2000 }).map((n) => addDays(localDate('2026-07-01'), -n));
const events: fc.Arbitrary<Outcome> = fc.record(
  {
    dealId: fc.constant(DEAL),
    version: fc.integer({ min: 1, max: 2_000_000_000 }),
    uscc: fc.constant(USCC),
    institutionId: fc.constant('bank'),
    kind: fc.constantFrom(...KINDS),
    loanId: fc.constantFrom('L-2026/001', 'A:7'),
    guaranteeId: fc.constant('019a8c2e-7f00-7000-8000-000000000002'),
    letterNo: fc.constant('保函〔2026〕1号'),
    amount: amounts,
    on: days,
  },
  { requiredKeys: ['dealId', 'version', 'uscc', 'institutionId', 'kind', 'guaranteeId', 'on'] },
);

describe('lines of outcomes', () => {
  it('of events: the source reads back what was noted', () => {
    fc.assert(
      fc.property(events, fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), (outcome, replaces) => {
        const { dealId, version, uscc, kind, on, amount, loanId, letterNo, guaranteeId } = outcome;
        const payload: OutcomeEvent = {
          kind: 'event',
          event: kind,
          eventId: `${dealId}:${version}`,
          partner: 'bank-a',
          occurredOn: on,
          ...(amount === undefined ? {} : { amount }),
          ...(loanId === undefined ? {} : { loanId }),
          ...(letterNo === undefined ? {} : { letterNo }),
          ...(guaranteeId === undefined ? {} : { guaranteeId }),
          ...(replaces === undefined ? {} : { corrects: `${dealId}:${replaces}` }),
        };
        const recordKey = `event|bank-a|${dealId}:${version}`;
        const file = outcomeFile('events', [eventLine(outcome, REPORTER, replaces)]);
        expect(read('events', file)).toEqual([[{ uscc, recordKey, payload }]]);
      }),
      { numRuns: RUNS },
    );
  });

  it('of months: the source reads back what was noted', () => {
    const months: fc.Arbitrary<OutcomeMonth> = fc
      .record({
        principal: amounts,
        part: fc.integer({ min: 0, max: 100 }),
        daysPastDue: fc.integer({ min: 0, max: 36_600 }),
        loanClass: fc.constantFrom('pass', 'specialMention', 'substandard', 'doubtful', 'loss'),
        status: fc.constantFrom('normal', 'overdue', 'restructured', 'settled', 'writtenOff'),
        drawnOn: fc.option(days),
      })
      .map(({ part, ...rest }) => ({
        ...rest,
        dealId: DEAL,
        uscc: USCC,
        institutionId: 'bank',
        loanId: 'L-1',
        month: localMonth('2026-06'),
        balance: fen(Math.floor((rest.principal / 100) * part)),
      }));
    fc.assert(
      fc.property(months, (month) => {
        const { principal, balance, daysPastDue, loanClass, status, drawnOn } = month;
        const payload: LoanMonth = {
          kind: 'month',
          lender: REPORTER.name,
          loanId: 'L-1',
          month: month.month,
          principal,
          balance,
          daysPastDue,
          loanClass,
          status,
          ...(drawnOn === null ? {} : { drawnOn }),
        };
        const file = outcomeFile('performance', [monthLine(month, REPORTER)]);
        expect(read('performance', file)).toEqual([[{ uscc: USCC, recordKey: 'loan|L-1|2026-06', payload }]]);
      }),
      { numRuns: RUNS },
    );
  });

  it('name a loan by its deal where its contract number is none that the source takes', () => {
    const outcome: Outcome = {
      dealId: DEAL,
      version: 7,
      uscc: USCC,
      institutionId: 'bank',
      kind: 'drawn',
      loanId: '粤银借字2026第001号',
      amount: fen(5),
      on: localDate('2026-07-01'),
    };
    expect(eventLine(outcome, REPORTER)).toMatchObject({ loanId: DEAL, amount: '0.05' });
  });
});
