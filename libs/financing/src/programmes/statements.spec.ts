import { localDate, type Fen } from '#lib/kernel';
import { shareholders } from '#lib/data-sources';
import { wan } from '../../fixtures/line-cases.ts';
import { AS_OF, FirmFile } from '../../fixtures/line-dossier.ts';
import type { FactName } from './facts.ts';
import { profileOf } from './profile.ts';
import { statedFacts, type FactStatement } from './statements.ts';

const said = (
  fact: FactName,
  value: FactStatement['value'],
  on: string,
  by: FactStatement['by'] = 'bank',
  institutionId = 'a',
): FactStatement => ({ fact, value, on: localDate(on), by, institutionId });
const commits = (amount: Fen, on: string, investor: string) =>
  said('equityCommitted', amount, on, 'investor', investor);

describe('statements', () => {
  const two = [commits(wan(60), '2026-06-01', 'a'), commits(wan(60), '2026-06-10', 'b')];

  it('of investors add up, the newest of each, as of the oldest of them', () => {
    expect(statedFacts(two, AS_OF).equityCommitted).toEqual({ known: true, value: wan(120), date: '2026-06-01' });
    const lowered = [...two, commits(wan(10), '2026-06-20', 'a')];
    expect(statedFacts(lowered, AS_OF).equityCommitted).toEqual({ known: true, value: wan(70), date: '2026-06-10' });
    const unclear = [...two, commits(wan(10), '2026-06-10', 'b')];
    expect(statedFacts(unclear, AS_OF).equityCommitted).toMatchObject({ known: false });
  });

  it('of equity count once what was paid after it was committed', () => {
    const on = localDate('2026-06-20');
    const file = FirmFile.new.covers(['REG', 'SHR', 'CHG']).add(
      shareholders,
      'a',
      {
        holder: 'org:基金',
        holderType: 'fund',
        acquisition: 'increase',
        paid: wan(50),
        paidOn: on,
        joinedOn: on,
        statedOn: AS_OF,
      },
      '2026-06-20',
      '2026-06-30',
    );
    const { equityPaid, equityTotal } = profileOf({
      asOf: AS_OF,
      dossier: file.dossier(),
      scored: undefined,
      standings: {},
      consent: { known: false, why: { zh: '', en: '' } },
      opinions: [],
      statements: two,
    });
    expect([equityPaid, equityTotal]).toMatchObject([{ value: wan(50) }, { value: wan(120) }]);
  });

  it('that count days left age, and are negative once the day is past', () => {
    const days = (today: string) =>
      statedFacts([said('daysBeforeMaturity', 20, '2026-04-01')], localDate(today)).daysBeforeMaturity;
    expect([days('2026-04-01'), days('2026-04-20'), days('2026-06-30')]).toMatchObject([
      { value: 20 },
      { value: 1, date: '2026-04-01' },
      { value: -70 },
    ]);
  });

  it('of a guarantor that accepts hold as long as what it reserves; a bank’s of the old loan have no end of their own', () => {
    const accepted = said('guarantorAcceptance', 'accepted', '2026-04-01', 'guarantor');
    const on = (day: string) => statedFacts([accepted, said('loanClass', 'normal', '2026-04-01')], localDate(day));
    expect(on('2026-05-31')).toMatchObject({ guarantorAcceptance: { value: 'accepted' } });
    expect(on('2026-06-01')).toMatchObject({
      guarantorAcceptance: { known: false, why: { en: expect.stringContaining('older than 60 days') } },
      loanClass: { value: 'normal' },
    });
  });
});
