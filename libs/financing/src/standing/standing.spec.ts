import fc from 'fast-check';
import { creditHistory, loanOutcomes, patents, type Dossier } from '#lib/data-sources';
import { fen, localDate, type Uscc } from '#lib/kernel';
import { basesOf, lineInput, noLoans, wan } from '../../fixtures/line-cases.ts';
import { FirmFile } from '../../fixtures/line-dossier.ts';
import { matchProgramme } from '../programmes/match.ts';
import { withoutPending } from '../programmes/pending.ts';
import type { HashedProgramme } from '../programmes/programme.ts';
import { shippedProgramme, shippedProgrammes } from '../programmes/shipped-programmes.ts';
import type { LoanEntry } from '../referrals/loan-account.ts';
import { REFERRAL_STATES, type ReferralState } from '../referrals/referral-table.ts';
import type { Referral } from '../referrals/referral-terms.ts';
import { REFERRAL } from '../referrals/referral.ts';
import { firmUse, useOfReferral, type DealUse } from './deal-use.ts';
import { programmeOn } from './programme-refusals.ts';
import { ProgrammeRefused } from './programme-refused.ts';
import { ownAndOtherKinds } from './readers.ts';
import { firmLine, lends, standingOf } from './standing.ts';
import type { FirmStanding, OwnedStatement, StandingRecords } from './standing.ts';
import { withoutLoans } from './without-loans.ts';

const JUNE = localDate('2026-06-30');
const JULY = localDate('2026-07-06');
const fullSize = { numRuns: process.env['FIRSTMILE_LONG'] ? 1000 : 100 };

const entry = (kind: LoanEntry['kind'], amount: number, on: string): LoanEntry => ({
  version: 1,
  kind,
  amount: wan(amount),
  on: localDate(on),
});
const moved = (on: string, amount: number) => ({ on: localDate(on), amount: amount * wan(1) });
const approved = { amount: wan(100), rateBp: 400, termMonths: 12, form: 'credit', overLineReason: null } as const;
const contract = {
  contractNo: '1',
  signedOn: localDate('2026-06-01'),
  drawUntil: localDate('2026-12-31'),
  maturity: localDate('2027-06-30'),
};
const referral = (
  state: ReferralState,
  body: Partial<Referral['body']> = {},
  form: Referral['terms']['form'] = 'credit',
): Pick<Referral, 'dealId' | 'programme' | 'state' | 'terms' | 'body'> => ({
  dealId: 'a',
  programme: 'CKT',
  state,
  terms: { form, amount: wan(120) } as Referral['terms'],
  body: { ...REFERRAL.begin({} as Referral), ...body },
});
const use = (...of: Parameters<typeof referral>): DealUse => useOfReferral(referral(...of), JULY);

describe('what a referral takes up', () => {
  it.each<[ReferralState, Partial<Referral['body']>, Partial<DealUse>]>([
    ['OFFERED', {}, { offered: wan(120), undrawn: fen(0), outstanding: fen(0) }],
    ['FIRM_INTERESTED', {}, { offered: wan(120) }],
    ['REFERRED', {}, { offered: wan(120) }],
    ['DUE_DILIGENCE', {}, { offered: wan(120), undrawn: fen(0) }],
    ['APPROVED', { approval: approved }, { offered: fen(0), undrawn: wan(100) }],
    ['CONTRACTED', { approval: approved, contract }, { offered: fen(0), undrawn: wan(100) }],
    [
      'PERFORMING',
      { approval: approved, contract, entries: [entry('draw', 60, '2026-06-10'), entry('payment', 20, '2026-07-01')] },
      {
        offered: fen(0),
        undrawn: wan(40),
        outstanding: wan(40),
        moved: [moved('2026-06-10', 60), moved('2026-07-01', -20)],
      },
    ],
    [
      'PERFORMING',
      {
        approval: approved,
        contract: { ...contract, drawUntil: localDate('2026-07-05') },
        entries: [entry('draw', 60, '2026-07-01')],
      },
      { undrawn: fen(0), outstanding: wan(60), moved: [moved('2026-07-01', 60)] },
    ],
    [
      'OVERDUE',
      { approval: approved, contract, entries: [entry('draw', 60, '2026-06-30')] },
      { undrawn: fen(0), outstanding: wan(60), loanIds: ['1', 'a'] },
    ],
  ])('%s', (state, body, expected) => expect(use(state, body)).toMatchObject(expected));

  it('is nothing in states without money', () => {
    for (const state of ['CLOSED_DECLINED', 'DECLINED', 'NO_RESPONSE', 'LAPSED', 'WITHDRAWN'] as const)
      expect(use(state)).toMatchObject({ offered: 0, undrawn: 0, outstanding: 0, moved: [], loanIds: ['a'] });
  });

  it('is unsecured by the form that was approved, before that by the form that was offered', () => {
    expect(use('OFFERED').unsecured).toBe(true);
    expect(use('OFFERED', {}, 'guaranteed').unsecured).toBe(false);
    expect(use('APPROVED', { approval: { ...approved, form: 'pledge' } }).unsecured).toBe(false);
  });
});

describe('what a firm uses', () => {
  const part = (more: Partial<DealUse> = {}): DealUse => ({
    dealId: 'a',
    programme: 'CKT',
    unsecured: true,
    offered: fen(0),
    undrawn: fen(0),
    outstanding: fen(0),
    loanIds: [],
    moved: [],
    ...more,
  });

  it('counts what is secured against the platform, never against the line', () => {
    const secured = part({ programme: 'KYD', unsecured: false, offered: wan(400), undrawn: wan(50) });
    expect(firmUse([part({ offered: wan(30), undrawn: wan(20), outstanding: wan(10) }), secured])).toEqual({
      liveOffers: wan(30),
      undrawnApprovals: wan(20),
      platform: wan(510),
      byProgramme: { CKT: wan(60), KYD: wan(450) },
      unsecuredByProgramme: { CKT: wan(60) },
      renewable: wan(10),
    });
    expect(firmUse([])).toMatchObject({ liveOffers: 0, platform: 0, byProgramme: {} });
  });

  it('adds up over programmes, whatever the deals', () => {
    const amount = fc.integer({ min: 0, max: 10_000_000_000_000 }).map(fen);
    const anyUse: fc.Arbitrary<DealUse> = fc.record({
      dealId: fc.constant('a'),
      programme: fc.constantFrom('CKT', 'KYD', 'TDD'),
      unsecured: fc.boolean(),
      offered: amount,
      undrawn: amount,
      outstanding: amount,
      loanIds: fc.constant([]),
      moved: fc.constant([]),
    });
    fc.assert(
      fc.property(fc.array(anyUse, { maxLength: 20 }), (uses) => {
        const { platform, byProgramme, liveOffers, undrawnApprovals } = firmUse(uses);
        expect(Object.values(byProgramme).reduce((sum, of) => sum + of, 0)).toBe(platform);
        expect(liveOffers + undrawnApprovals).toBeLessThanOrEqual(platform);
        expect(firmUse(uses.toReversed())).toEqual(firmUse(uses));
      }),
      fullSize,
    );
  });

  it('knows every state of a referral', () => {
    for (const state of REFERRAL_STATES) expect(() => use(state)).not.toThrow();
  });
});

describe('a loan drawn on the platform', () => {
  const none = FirmFile.new.add(
    creditHistory,
    '2026-06-01',
    { queriedOn: localDate('2026-06-01'), hasLoan: false },
    '2026-06-01',
  );
  const drawn = (form: 'credit' | 'guaranteed' = 'credit', dealId = 'a'): DealUse => {
    const body = { approval: { ...approved, form }, contract, entries: [entry('draw', 100, '2026-06-20')] };
    return { ...useOfReferral(referral('PERFORMING', body), JULY), dealId };
  };
  const standing = (asOf: string, uses: readonly DealUse[], more: Partial<StandingRecords> = {}): FirmStanding =>
    standingOf({
      run: { asOf: localDate(asOf) } as StandingRecords['run'],
      dossier: none.dossier(),
      scored: none.scored(localDate(asOf)),
      lowGrade: 'C',
      on: JULY,
      loans: true,
      financials: false,
      standings: {},
      consent: { known: true, value: 'valid', date: JULY },
      opinions: [],
      statements: [],
      uses,
      besides: [],
      recognisedEquity: [],
      stated: [],
      ...more,
    });
  const owed = (...of: Parameters<typeof standing>): number => standing(...of).line.loans.amount;

  it('lowers the line by the run before it and by the run after it, once', () => {
    expect([owed('2026-05-31', [drawn()]), owed('2026-06-30', [drawn()])]).toEqual([wan(100), wan(100)]);
  });

  it('lowers nothing where it is guaranteed, where its own deal asks, or for who may not be told', () => {
    expect(owed('2026-06-30', [drawn('guaranteed')])).toBe(0);
    expect(owed('2026-06-30', [drawn()], { besides: ['a'] })).toBe(0);
    expect(owed('2026-06-30', [drawn()], { loans: false })).toBe(0);
  });

  it('is no first loan any more', () => {
    const record = (of: FirmStanding) => of.profile['noLoanRecord'];
    expect(record(standing('2026-06-30', []))).toMatchObject({ value: true });
    expect(record(standing('2026-06-30', [drawn()]))).toMatchObject({ value: false, date: '2026-06-20' });
    expect(record(standing('2026-06-30', [drawn()], { loans: false }))).toMatchObject({ known: false });
  });
});

describe('the line of a standing', () => {
  const standing = (more: Partial<FirmStanding> = {}): FirmStanding =>
    ({ on: JULY, profile: {}, line: lineInput(), use: firmUse([]), ...more }) as FirmStanding;
  const programme = (code: string) => shippedProgramme(code).programme;

  it('is that of the firm, or under a programme with its cap net of use', () => {
    expect(firmLine(standing()).line.amount).toBe(wan(180));
    const used = firmUse([{ ...use('OFFERED', {}, 'guaranteed'), programme: 'KYD', offered: wan(400) }]);
    const { line, programme: cap } = firmLine(standing({ use: used }), programme('KYD'));
    expect(cap).toMatchObject({ code: 'KYD', cap: wan(500), used: wan(400), guaranteed: true });
    expect([line.amount, line.binding?.code]).toEqual([wan(100), 'PROGRAMME_CAP']);
  });

  it('knows programmes without a cap: they still tell whether a guarantor stands for the loan', () => {
    const { line, programme: cap } = firmLine(standing(), programme('CKT'));
    expect([cap, line.amount]).toEqual([expect.objectContaining({ cap: null, guaranteed: false }), wan(180)]);
  });

  it('takes a share of a price as a cap where the price is known', () => {
    const price = { known: true, value: wan(100), date: JULY } as const;
    expect(firmLine(standing({ profile: { equipmentPrice: price } }), programme('LEA')).line.amount).toBe(wan(80));
    expect(firmLine(standing(), programme('LEA')).programme?.cap).toBeNull();
  });

  const codesOf = ({ flags }: { readonly flags: readonly { readonly code: string }[] }) =>
    flags.map(({ code }) => code);

  it('is at most B5 on tax records, and says where that is not known', () => {
    const bases = basesOf({ B1: wan(180), B2: wan(300), B5: wan(50) });
    const { line } = firmLine(standing({ line: lineInput({ bases }) }), programme('YSD'));
    expect([line.amount, line.binding?.code]).toEqual([wan(50), 'PROGRAMME_CAP']);
    const without = firmLine(standing(), programme('YSD'));
    expect([without.line.amount, codesOf(without.line)]).toEqual([wan(180), ['PROGRAMME_CAP_UNKNOWN']]);
  });

  it('is at most the unsecured part that the equity carries under 2:1:1, net of the unsecured part in use', () => {
    const equityPaid = { known: true, value: wan(201), date: JULY } as const;
    const { line, programme: cap } = firmLine(standing({ profile: { equityPaid } }), programme('TDD'));
    expect([line.amount, cap?.cap]).toEqual([wan(100), wan(100)]);
    const part = { ...use('OFFERED'), programme: 'TDD', offered: wan(40) };
    const used = firmUse([part, { ...part, unsecured: false, offered: wan(60) }]);
    expect(firmLine(standing({ profile: { equityPaid }, use: used }), programme('TDD')).line.amount).toBe(wan(60));
    expect(codesOf(firmLine(standing(), programme('TDD')).line)).toEqual(['PROGRAMME_CAP_UNKNOWN']);
  });

  it('leaves the loan out that is renewed: one of them', () => {
    const owing = { ...noLoans, amount: wan(90) };
    const loans = [wan(50), wan(40)].map((outstanding) => ({ ...use('PERFORMING'), outstanding }));
    const of = standing({ line: lineInput({ loans: owing, platformUsed: wan(90) }), use: firmUse(loans) });
    expect([firmLine(of).line.amount, firmLine(of, programme('WHB')).line.amount]).toEqual([wan(90), wan(140)]);
  });

  it('is asked of programmes that lend', () => {
    const without = shippedProgrammes().flatMap(({ programme: one }) => (lends(one) ? [] : [one.code]));
    expect(without).toEqual(['INS', 'KCZ', 'KHT', 'RLN', 'SD1']);
  });
});

describe('who is told what', () => {
  const stated = (by: OwnedStatement['by'], institutionId: string): OwnedStatement => ({
    fact: 'goodCredit',
    value: true,
    on: JULY,
    by,
    institutionId,
  });
  const all = [stated('bank', 'a'), stated('bank', 'b'), stated('guarantor', 'g'), stated('firm', 'f')];
  const among = (...there: Parameters<typeof ownAndOtherKinds>[1]) =>
    ownAndOtherKinds(all, there).map(({ institutionId }) => institutionId);

  it('a bank its own statements and those of other kinds, the house all', () => {
    expect(among({ institutionId: 'a', kind: 'bank' })).toEqual(['a', 'g', 'f']);
    expect(among({ institutionId: 'c', kind: 'bank' })).toEqual(['g', 'f']);
    expect(among({ institutionId: 'a', kind: 'bank' }, { institutionId: 'h', kind: 'guarantor' })).toEqual(['a', 'f']);
    expect(among()).toEqual(['a', 'b', 'g', 'f']);
  });

  it('nothing of loans without the authorisation of the firm: not known, not zero', () => {
    const dossier: Dossier = {
      uscc: '91440300DMA000001X' as Uscc,
      region: '440305',
      connected: () => true,
      coverage: () => undefined,
      closed: () => undefined,
      of: () => [{ recordKey: '1', payload: {} as never }],
    };
    const without = withoutLoans(dossier);
    expect([without.closed(creditHistory), without.of(creditHistory)]).toEqual(['NOT_AUTHORISED', []]);
    expect([without.closed(loanOutcomes), without.of(loanOutcomes)]).toEqual(['NOT_AUTHORISED', []]);
    expect([without.closed(patents), without.of(patents).length]).toEqual([undefined, 1]);
  });
});

describe('a programme that refuses', () => {
  const profile = {
    region: { known: true, value: '440305', date: null },
    institution: { known: true, value: 'branch', date: JUNE },
    noLoanRecord: { known: true, value: false, date: JUNE },
  } as const;
  const refusedBy = (hashed: HashedProgramme) =>
    new ProgrammeRefused(matchProgramme(hashed, profile, JULY), hashed.programme);

  it('tells those whom the firm did not authorise the conditions in words, and of loans nothing at all', () => {
    const refused = refusedBy(shippedProgramme('KYD'));
    const { problem } = refused.told({ values: false, loans: false });
    const unknown = ['decision', 'grade', 'expertMean', 'expertMin', 'guarantorTie', 'guarantorAccepts'];
    expect(problem.extra).toEqual({ programme: 'KYD', failed: ['company'], unknown, withheld: ['noLoanRecord'] });
    const said = problem.errors!.map(({ code, zh }) => [code, zh]);
    expect(said[0]).toEqual(['condition-failed', expect.not.stringContaining('：')]);
    expect(said.at(-1)).toEqual(['condition-withheld', expect.stringContaining('不满足或尚不能判定')]);
    // The same where nobody knows whether there was a loan.
    const { noLoanRecord: _, ...rest } = profile;
    const hashed = shippedProgramme('KYD');
    const without = new ProgrammeRefused(matchProgramme(hashed, rest, JULY), hashed.programme);
    expect(without.told({ values: false, loans: false }).problem).toEqual(problem);
    // With its score alone: values, and still nothing of loans.
    const scored = refused.told({ values: true, loans: false }).problem;
    expect([scored.errors![0]!.zh, scored.errors!.at(-1)!.code]).toEqual([
      expect.stringContaining('要求'),
      'condition-withheld',
    ]);
    expect(refused.told({ values: true, loans: true }).problem).toEqual(refused.problem);
  });

  it('names every condition that fails and every one that is unknown, with what would make it known', () => {
    const { problem } = refusedBy(shippedProgramme('KYD'));
    expect([problem.code, problem.status]).toEqual(['programme-refused', 409]);
    expect(problem.extra).toEqual({
      programme: 'KYD',
      failed: ['company', 'noLoanRecord'],
      unknown: ['decision', 'grade', 'expertMean', 'expertMin', 'guarantorTie', 'guarantorAccepts'],
    });
    const codes = problem.errors!.map(({ code }) => code);
    expect(codes).toEqual([...Array(2).fill('condition-failed'), ...Array(6).fill('condition-unknown')]);
    expect(problem.errors!.at(-1)!.zh).toContain('担保机构决定');
    // What would make it known is said once.
    for (const { zh } of problem.errors!) expect(zh.match(/需/g)?.length ?? 0).toBeLessThan(2);
    expect(problem.errors![1]!.zh).toContain('无贷户：否');
  });

  it('says why no firm is ever eligible, and that a time is over', () => {
    const never = refusedBy(shippedProgramme('KHT')).problem;
    expect(never.extra).toMatchObject({ failed: ['whyNever', 'researchInstitution'], unknown: [] });
    const over = programmeOn('SD1', JULY, { pointer: '/programme' });
    expect(refusedBy(over).problem.extra).toMatchObject({
      failed: ['validity', expect.any(String)],
    });
    expect(() => programmeOn('XYZ', JULY, { pointer: '/programme' })).toThrow('programme-unknown');
  });

  it('leaves to a deal what the deal decides, in alternatives too', () => {
    const ids = (pending: string[], code: string): string[] =>
      matchProgramme(withoutPending(shippedProgramme(code), pending), profile, JULY).missing.map(({ id }) => id);
    expect(ids(['guarantorAcceptance', 'guarantorTie'], 'KYD')).toEqual([
      'decision',
      'grade',
      'expertMean',
      'expertMin',
    ]);
    expect(ids([], 'TDD')).toContain('equityCommitted');
    const decided = matchProgramme(withoutPending(shippedProgramme('TDD'), ['equityCommitted']), profile, JULY);
    expect(decided.conditions.find(({ id }) => id === 'equity')?.state).toBe('pass');
    expect(withoutPending(shippedProgramme('TDD'), [])).toEqual(shippedProgramme('TDD'));
  });
});
