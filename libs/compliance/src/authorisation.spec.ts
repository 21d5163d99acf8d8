import fc from 'fast-check';
import { addDays, dateAt, localDate, type Uscc } from '#lib/kernel';
import {
  faultsOf,
  opens,
  usableUntil,
  type Asked,
  type Authorisation,
  type AuthorisationTerms,
} from './authorisation.ts';

const FIRM = '91440300DMAB12340K' as Uscc;
const BANK = '019a8c2e-7f00-7000-8000-00000000000a';
const terms: AuthorisationTerms = {
  uscc: FIRM,
  institutionId: BANK,
  purpose: 'pre-loan-review',
  scopes: ['report'],
  from: localDate('2026-07-01'),
  until: localDate('2026-07-20'),
  single: true,
  textSha256: 'a'.repeat(64),
  evidenceSha256: 'b'.repeat(64),
};
const granted: Authorisation = {
  ...terms,
  authorisationId: 'x',
  state: 'GRANTED',
  grantedAt: new Date('2026-07-01T02:00:00Z'),
  endedAt: null,
};
const asked: Asked = {
  uscc: FIRM,
  institutionId: BANK,
  purpose: 'pre-loan-review',
  scope: 'score',
  at: new Date('2026-07-10T02:00:00Z'),
};

describe('an authorisation', () => {
  it('opens exactly what it says: firm, institution, purpose, scope, period', () => {
    expect(opens(granted, asked)).toBe(true);
    expect(opens(granted, { ...asked, scope: 'report' })).toBe(true);
    const not: Partial<Asked>[] = [
      { uscc: '91440300DMAB12350F' as Uscc },
      { institutionId: '019a8c2e-7f00-7000-8000-00000000000b' },
      { purpose: 'post-loan-management' },
      { scope: 'credit-history' },
      { at: new Date('2026-07-01T01:59:59Z') },
      { at: new Date('2026-07-20T16:00:00Z') }, // 21 July in Shanghai
    ];
    for (const change of not) expect(opens(granted, { ...asked, ...change })).toBe(false);
    for (const state of ['USED_UP', 'EXPIRED', 'REVOKED'] as const)
      expect(opens({ ...granted, state }, asked)).toBe(false);
    expect(opens({ ...granted, scopes: ['score'] }, { ...asked, scope: 'report' })).toBe(false);
  });

  it('names every fault with its place', () => {
    const places = (change: Partial<AuthorisationTerms>): unknown[] =>
      faultsOf({ ...terms, ...change }, localDate('2026-07-01')).map(({ pointer }) => pointer);
    expect(places({})).toEqual([]);
    expect(places({ until: localDate('2026-06-30') })).toEqual(['/until', '/until']);
    expect(places({ until: localDate('2026-07-31') })).toEqual([]);
    expect(places({ until: localDate('2026-08-01') })).toEqual(['/until']);
    expect(places({ purpose: 'post-loan-management', single: false, until: localDate('2029-06-30') })).toEqual([]);
    expect(places({ purpose: 'post-loan-management' })).toEqual(['/single']);
    expect(places({ purpose: 'own-query' })).toEqual(['/purpose']);
    expect(places({ scopes: [] })).toEqual(['/scopes']);
    expect(places({ scopes: ['score', 'score'], textSha256: 'x' })).toEqual(['/scopes', '/textSha256']);
  });

  it('never opens outside its period, whatever the instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 60 }), fc.nat(86_399), (days, seconds) => {
        const at = new Date(Date.parse('2026-07-01T00:00:00Z') + days * 86_400_000 + seconds * 1000);
        if (opens(granted, { ...asked, at })) {
          const day = dateAt(at);
          expect(day >= terms.from && day <= terms.until && at >= granted.grantedAt).toBe(true);
        }
      }),
    );
  });

  it('lets a report be used for 30 days, or until it ends', () => {
    expect(usableUntil({ until: localDate('2026-07-20') }, localDate('2026-07-10'))).toBe('2026-07-20');
    expect(usableUntil({ until: localDate('2027-07-20') }, localDate('2026-07-10'))).toBe(
      addDays(localDate('2026-07-10'), 30),
    );
  });
});
