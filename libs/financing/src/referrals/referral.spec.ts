import fc from 'fast-check';
import { fen, localDate, localMonth, ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import { changed, opened, replayed, type DealOrder, type DealRecord, type Desk, type Raiser } from '../deals/deal.ts';
import { MOST_FEN } from '../deals/checks.ts';
import {
  REFERRAL_EVENTS,
  REFERRAL_STATES,
  REFERRAL_TABLE,
  type ReferralEvent,
  type ReferralState,
} from './referral-table.ts';
import type { Referral, ReferralChange, ReferralTerms } from './referral-terms.ts';
import { loanOf, REFERRAL } from './referral.ts';

const RUNS = process.env['FIRSTMILE_LONG'] ? 2_000 : 50;
const BANK = '019a8c2e-7f00-7000-8000-00000000000b';
const AT = new Date('2026-07-06T10:00:00+08:00');
const day = (text: string): LocalDate => localDate(text);
const ORDER: DealOrder<ReferralTerms> = {
  dealId: '019a8c2e-7f00-7000-8000-000000000001',
  uscc: '91440300DMAB12340K' as Uscc,
  programme: 'CKT',
  openedAt: AT,
  parties: [],
  terms: {
    bank: BANK,
    nextBanks: [],
    amount: fen(1_000_000_00),
    suggestedLine: fen(1_320_000_00),
    programmeCap: fen(MOST_FEN),
    form: 'credit',
    validUntil: day('2026-12-31'),
    guaranteeId: null,
    follows: null,
  },
};
const by = (role: Raiser['role'], personId = 'p', at = AT): Raiser => ({ role, institutionId: 'i', personId, at });

/** One good change for each event. */
const GOOD: Readonly<Record<ReferralEvent, ReferralChange>> = {
  consent: { event: 'consent', outcomes: true, until: day('2027-07-05') },
  'decline-offer': { event: 'decline-offer' },
  lapse: { event: 'lapse' },
  'carry-over': {
    event: 'carry-over',
    amount: fen(500_000_00),
    on: day('2026-07-01'),
    consent: null,
    approval: { amount: fen(500_000_00), rateBp: 390, termMonths: 12, form: 'credit', overLineReason: null },
    contract: {
      contractNo: 'L-2',
      signedOn: day('2026-07-01'),
      drawUntil: day('2026-07-06'),
      maturity: day('2027-07-01'),
    },
    firstLoan: true,
  },
  send: { event: 'send' },
  withdraw: { event: 'withdraw' },
  accept: { event: 'accept', externalId: 'X-1' },
  decline: { event: 'decline', code: 'need' },
  'no-response': { event: 'no-response' },
  approve: { event: 'approve', amount: fen(1_000_000_00), rateBp: 395, termMonths: 12, form: 'credit' },
  contract: {
    event: 'contract',
    contractNo: 'L-1',
    signedOn: day('2026-07-01'),
    drawUntil: day('2026-09-30'),
    maturity: day('2027-07-01'),
  },
  draw: { event: 'draw', amount: fen(600_000_00), on: day('2026-07-02'), firstLoan: true },
  'end-draws': { event: 'end-draws' },
  pay: { event: 'pay', amount: fen(100_000_00), on: day('2026-07-03') },
  'report-month': {
    event: 'report-month',
    month: localMonth('2026-06'),
    balance: fen(0),
    daysPastDue: 0,
    loanClass: 'pass',
  },
  overdue: { event: 'overdue', daysPastDue: 95, on: day('2026-07-04') },
  cure: { event: 'cure', on: day('2026-07-05') },
  default: { event: 'default', cause: 'claim', on: day('2026-07-05') },
  renew: {
    event: 'renew',
    on: day('2026-07-05'),
    rateBp: 390,
    contractNo: 'L-2',
    signedOn: day('2026-07-05'),
    drawUntil: day('2026-07-06'),
    maturity: day('2027-07-05'),
  },
  restructure: { event: 'restructure', on: day('2026-07-04'), withLoss: false, maturity: day('2028-07-01') },
  perform: { event: 'perform' },
  repaid: { event: 'repaid', on: day('2026-07-05') },
  recover: { event: 'recover', amount: fen(50_000_00), on: day('2026-07-05') },
  'write-off': { event: 'write-off', on: day('2026-07-05') },
  close: { event: 'close' },
  correct: { event: 'correct', corrects: 7, amount: fen(550_000_00) },
};
const ROLE: Readonly<Partial<Record<ReferralEvent, Desk>>> = Object.fromEntries(
  REFERRAL_STATES.flatMap((state) =>
    Object.entries(REFERRAL_TABLE.states[state].on ?? {}).flatMap(([event, { by: roles }]) =>
      roles?.[0] ? [[event, roles[0]]] : [],
    ),
  ),
);
const raiser = (event: ReferralEvent): Raiser => (ROLE[event] ? by(ROLE[event]) : by('SYSTEM'));
const through = (...events: readonly (ReferralEvent | ReferralChange)[]): Referral =>
  events.reduce<Referral>(
    (deal, given) => {
      const change = typeof given === 'string' ? GOOD[given] : given;
      const once = changed(REFERRAL, deal, change, raiser(change.event));
      return once.proposal === null
        ? once
        : changed(REFERRAL, once, change, { ...raiser(change.event), personId: 'q' });
    },
    opened(REFERRAL, ORDER),
  );

const PERFORMING = ['consent', 'send', 'accept', 'approve', 'contract', 'draw'] as const;
const PAID: ReferralChange = { event: 'pay', amount: fen(600_000_00), on: day('2026-07-03') };
/** A way to each state. */
const WAYS: Readonly<Record<ReferralState, Referral>> = {
  OFFERED: through(),
  FIRM_INTERESTED: through('consent'),
  CLOSED_DECLINED: through('decline-offer'),
  REFERRED: through('consent', 'send'),
  DUE_DILIGENCE: through('consent', 'send', 'accept'),
  DECLINED: through('consent', 'send', 'decline'),
  NO_RESPONSE: through('consent', 'send', 'no-response'),
  APPROVED: through(...PERFORMING.slice(0, 4)),
  CONTRACTED: through(...PERFORMING.slice(0, 5)),
  LAPSED: through('lapse'),
  WITHDRAWN: through('consent', 'withdraw'),
  PERFORMING: through(...PERFORMING),
  OVERDUE: through(...PERFORMING, 'overdue'),
  RENEWED: through(...PERFORMING, 'renew'),
  RESTRUCTURED: through(...PERFORMING, 'restructure'),
  REPAID: through(...PERFORMING, PAID, 'repaid'),
  DEFAULTED: through(...PERFORMING, 'overdue', 'default'),
  WRITTEN_OFF: through(...PERFORMING, 'overdue', 'default', 'write-off'),
  CLOSED: through(...PERFORMING, PAID, 'repaid', 'close'),
};
const problemOf = (work: () => unknown): { code: string; pointer: string | undefined } | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.problem.code, pointer: error.problem.errors?.[0]?.pointer };
  }
};

describe('a loan referral', () => {
  const pairs = REFERRAL_STATES.flatMap((state) => REFERRAL_EVENTS.map((event) => [state, event] as const));

  it.each(pairs)('%s, %s: moves as the table says, or changes nothing', (state, event) => {
    const deal = WAYS[state];
    expect(deal.state).toBe(state);
    const rule = REFERRAL_TABLE.states[state].on?.[event];
    const outcome = problemOf(() => changed(REFERRAL, deal, GOOD[event], raiser(event)));
    if (rule === undefined) return expect(outcome?.code).toBe('transition-refused');
    // What is allowed by the table may still be refused by the account: by name.
    if (outcome !== undefined)
      return expect(['still-outstanding', 'amount-over', 'nothing-outstanding', 'correction-unknown']).toContain(
        outcome.code,
      );
    const after = changed(REFERRAL, deal, GOOD[event], raiser(event));
    expect([after.version, after.proposal === null ? after.state : rule.to]).toEqual([deal.version + 1, rule.to]);
    for (const desk of ['FIRM', 'BANK', 'GUAR', 'OPS'] as const)
      if (!(rule.by ?? []).includes(desk))
        expect(problemOf(() => changed(REFERRAL, deal, GOOD[event], by(desk)))?.code).toBe('role-refused');
    return undefined;
  });

  it.each<[string, Referral, ReferralChange, string, string | undefined]>([
    ['a negative amount', WAYS.CONTRACTED, { ...GOOD.draw, amount: -1 } as ReferralChange, 'amount-invalid', '/amount'],
    [
      'a fraction of a fen',
      WAYS.CONTRACTED,
      { ...GOOD.draw, amount: 0.5 } as ReferralChange,
      'amount-invalid',
      '/amount',
    ],
    [
      'more than was approved',
      WAYS.CONTRACTED,
      { ...GOOD.draw, amount: 1_000_000_01 } as ReferralChange,
      'amount-over',
      '/amount',
    ],
    [
      'more than is outstanding',
      WAYS.PERFORMING,
      { ...PAID, amount: 600_000_01 } as ReferralChange,
      'amount-over',
      '/amount',
    ],
    [
      'a first draw that does not say whether it is a first loan',
      WAYS.CONTRACTED,
      { event: 'draw', amount: fen(1), on: day('2026-07-02') },
      'first-loan-missing',
      '/firstLoan',
    ],
    [
      'a draw tomorrow',
      WAYS.CONTRACTED,
      { ...GOOD.draw, on: day('2026-07-07') } as ReferralChange,
      'date-invalid',
      '/on',
    ],
    [
      'a line above the suggested one without a reason',
      WAYS.DUE_DILIGENCE,
      { ...GOOD.approve, amount: 1_320_000_01 } as ReferralChange,
      'over-line-reason-missing',
      '/overLineReason',
    ],
    [
      'a line above the programme',
      WAYS.DUE_DILIGENCE,
      { ...GOOD.approve, amount: MOST_FEN + 1 } as ReferralChange,
      'amount-invalid',
      '/amount',
    ],
    [
      'an unknown decline code',
      WAYS.REFERRED,
      { event: 'decline', code: 'mood' } as unknown as ReferralChange,
      'choice-invalid',
      '/code',
    ],
    [
      'a default before 90 days',
      through(...PERFORMING, { event: 'overdue', daysPastDue: 89, on: day('2026-07-04') }),
      { event: 'default', cause: 'overdue', on: day('2026-07-05') },
      'not-ninety-days',
      '/cause',
    ],
    ['the end of a loan that is not repaid', WAYS.PERFORMING, GOOD.repaid, 'still-outstanding', ''],
    [
      'a month that still runs',
      WAYS.PERFORMING,
      { ...GOOD['report-month'], month: localMonth('2026-07') } as ReferralChange,
      'month-invalid',
      '/month',
    ],
    [
      'a month reported twice',
      through(...PERFORMING, 'report-month'),
      GOOD['report-month'],
      'month-reported',
      '/month',
    ],
    [
      'a consent that is over',
      WAYS.OFFERED,
      { event: 'consent', outcomes: true, until: day('2026-07-05') },
      'date-invalid',
      '/until',
    ],
    [
      'a correction of what moved no money',
      WAYS.PERFORMING,
      { event: 'correct', corrects: 2, amount: fen(1) },
      'correction-unknown',
      '/corrects',
    ],
    [
      'a correction below what is repaid',
      through(...PERFORMING, 'pay'),
      { event: 'correct', corrects: 7, amount: fen(99_999_99) },
      'amount-over',
      '/amount',
    ],
  ])('refuses %s, naming the place', (_, deal, change, code, pointer) => {
    expect(problemOf(() => changed(REFERRAL, deal, change, raiser(change.event)))).toEqual({ code, pointer });
  });

  it('seats the bank when it is sent, not before', () => {
    expect([WAYS.FIRM_INTERESTED.parties, WAYS.REFERRED.parties]).toEqual([
      [],
      [{ institutionId: BANK, desk: 'BANK' }],
    ]);
  });

  it('is not sent by a consent that has ended', () => {
    const send = (on: string) => () =>
      changed(REFERRAL, through({ event: 'consent', outcomes: true, until: day('2026-07-08') }), GOOD.send, {
        ...by('FIRM'),
        at: new Date(`${on}T10:00:00+08:00`),
      });
    expect([problemOf(send('2026-07-08')), problemOf(send('2026-07-09'))?.code]).toEqual([undefined, 'consent-ended']);
  });

  it('keeps a default through its cure, and says whether it was repaid early', () => {
    const recovered = through(
      ...PERFORMING,
      'overdue',
      'default',
      { event: 'recover', amount: fen(600_000_00), on: day('2026-07-05') },
      'close',
    );
    expect([recovered.state, recovered.body.everDefaulted, loanOf(recovered).outstanding]).toEqual(['CLOSED', true, 0]);
    expect(WAYS.REPAID.body.repaidEarly).toBe(true);
  });

  it('takes two persons to write off, and what comes later lessens the loss', () => {
    const once = changed(REFERRAL, WAYS.DEFAULTED, GOOD['write-off'], by('BANK', 'a'));
    expect([once.state, once.proposal?.by.personId]).toEqual(['DEFAULTED', 'a']);
    expect(problemOf(() => changed(REFERRAL, once, GOOD['write-off'], by('BANK', 'a')))?.code).toBe(
      'two-persons-needed',
    );
    const later = changed(REFERRAL, WAYS.WRITTEN_OFF, GOOD.recover, by('BANK'));
    expect([loanOf(WAYS.WRITTEN_OFF).writtenOff, loanOf(later).writtenOff, loanOf(later).outstanding]).toEqual([
      600_000_00, 550_000_00, 0,
    ]);
  });

  it('corrects by a new event: the draw of version 7 was another one', () => {
    expect(loanOf(changed(REFERRAL, WAYS.PERFORMING, GOOD.correct, by('BANK'))).outstanding).toBe(550_000_00);
  });

  it('whatever is raised: the state is declared, the account holds, and the events rebuild it', () => {
    const amount = fc.integer({ min: 1, max: MOST_FEN });
    const change = fc.constantFrom(...REFERRAL_EVENTS).chain((event): fc.Arbitrary<ReferralChange> => {
      const good = GOOD[event];
      if (good.event === 'carry-over')
        return amount.map((value) => ({
          ...good,
          amount: fen(value),
          approval: { ...good.approval, amount: fen(value) },
        }));
      return 'amount' in good ? amount.map((value) => ({ ...good, amount: fen(value) })) : fc.constant(good);
    });
    // Mostly what the state allows: a sequence of refusals tests the door only.
    const sequence = fc.array(fc.tuple(change, fc.nat(), fc.boolean(), fc.constantFrom('p', 'q')), {
      minLength: 5,
      maxLength: 40,
    });
    fc.assert(
      fc.property(sequence, (steps) => {
        let deal = opened(REFERRAL, ORDER);
        const records: DealRecord<ReferralChange>[] = [{ version: 1, by: by('OPS') }];
        for (const [any, pick, allowed, person] of steps) {
          const known = Object.keys(REFERRAL_TABLE.states[deal.state].on ?? {}) as ReferralEvent[];
          const event = allowed && known.length > 0 ? known[pick % known.length]! : any.event;
          const given = event === any.event ? any : GOOD[event];
          const who = { ...raiser(event), personId: person };
          const before = structuredClone(deal);
          if (problemOf(() => changed(REFERRAL, deal, given, who)) !== undefined) {
            expect(deal).toEqual(before);
            continue;
          }
          deal = changed(REFERRAL, deal, given, who);
          records.push({ version: deal.version, by: who, change: given });
          const { drawn, repaid, recovered, carried, writtenOff, outstanding } = loanOf(deal);
          const approved = deal.body.approval?.amount ?? 0;
          expect(REFERRAL_STATES).toContain(deal.state);
          expect(outstanding >= 0 && outstanding <= drawn && drawn <= approved && approved <= MOST_FEN).toBe(true);
          expect(repaid + recovered + carried + writtenOff + outstanding).toBe(drawn);
        }
        expect(replayed(REFERRAL, ORDER, records)).toEqual(deal);
        expect(deal.version).toBe(records.length);
      }),
      { numRuns: RUNS },
    );
  });
});
