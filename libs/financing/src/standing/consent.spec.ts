import { localDate } from '#lib/kernel';
import { consentOf, type GivenAuthorisation } from './consent.ts';
import type { StandingReader } from './readers.ts';

const TODAY = localDate('2026-07-06');
const given = (more: Partial<GivenAuthorisation> = {}): GivenAuthorisation => ({
  institutionId: 'bank',
  state: 'GRANTED',
  from: localDate('2026-07-01'),
  until: TODAY,
  grantedAt: new Date('2026-07-01T10:00:00+08:00'),
  ...more,
});
const bank: StandingReader = { institutionId: 'bank', kind: 'bank' };
const firm: StandingReader = { institutionId: 'firm', kind: 'firm' };
const consent = (all: readonly GivenAuthorisation[], readers: readonly StandingReader[] = [], optedOut = false) => {
  const found = consentOf({ optedOut, given: all, readers, on: TODAY });
  return found.known ? [found.value, found.date] : found.why.en;
};

describe('the consent of a firm', () => {
  const notAsked = expect.stringContaining('is asked for its consent');
  const other = given({ institutionId: 'other' });

  it('is valid while somebody who reads holds an authorisation; for the house and the firm itself anybody', () => {
    expect(consent([given()], [bank])).toEqual(['valid', '2026-07-01']);
    expect(consent([other], [bank])).toEqual(notAsked);
    expect(consent([other])).toEqual(['valid', '2026-07-01']);
    expect(consent([other], [firm])).toEqual(['valid', '2026-07-01']);
  });

  it('is not known where the firm signed nothing, or it is over', () => {
    expect(consent([])).toEqual(notAsked);
    expect(consent([given({ state: 'REVOKED' })])).toEqual(notAsked);
    expect(consent([given({ until: localDate('2026-07-05') })])).toEqual(notAsked);
    expect(consent([given({ from: localDate('2026-07-07') })])).toEqual(notAsked);
  });

  it('is refused by a firm that opted out, whatever it signed before', () => {
    expect(consent([given()], [bank], true)).toEqual(['opted-out', TODAY]);
  });
});
