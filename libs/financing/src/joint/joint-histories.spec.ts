import fc from 'fast-check';
import { addDays, dateAt, ProblemError, type Fen } from '#lib/kernel';
import { drawable } from '../composition/drawable.ts';
import { changed, replayed, type DealRecord, type Raiser } from '../deals/deal.ts';
import { capacityCalls } from './capacity-port.ts';
import {
  activeCase,
  AT,
  by,
  consentTo,
  HASH,
  lineFor,
  frozenDeep,
  newCase,
  OPENED_AT,
  SERVICE,
  STRICT,
  TDD,
  partOf,
  toCommitting,
  after,
  onPart,
  pay,
  time,
  partner,
  type Told,
  type Who,
} from './fixtures/joint-story.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointChange, JointDeal } from './joint-body.ts';
import { BOOKS, ledgerOf } from './joint-ledger.ts';
import { JOINT_EVENTS, JOINT_TABLE, type JointEvent } from './joint-table.ts';
import { compositionOf } from './positions.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 1_000 : 50;
const WHO = Object.keys(AT) as Who[];
const LARGEST = 10_000_000_000_000;

/** One thing that somebody tries: amounts as shares of what is asked of the partner, in hundredths. */
interface Try {
  /** Null: one that the state knows. */
  readonly event: JointEvent | null;
  /** Anybody, or one who may. */
  readonly who: Who | 'FIRM' | 'OPS' | 'SYSTEM' | null;
  readonly pick: number;
  readonly share: number;
  readonly odd: number;
  readonly days: number;
}
const tries = fc.array(
  fc.record<Try>({
    event: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.constantFrom(...JOINT_EVENTS)),
    who: fc.oneof(
      { weight: 9, arbitrary: fc.constant(null) },
      fc.constantFrom(...WHO, 'FIRM' as const, 'OPS' as const, 'SYSTEM' as const),
    ),
    pick: fc.nat({ max: 10_000 }),
    share: fc.oneof(fc.constant(100), fc.integer({ min: -5, max: 130 })),
    odd: fc.integer({ min: 0, max: 99 }),
    days: fc.constantFrom(0, 0, 0, 0, 1, 12),
  }),
  { minLength: 5, maxLength: 40 },
);
/** What ends a case, or says nothing of it, is tried less often than what goes on. */
const SELDOM: readonly JointEvent[] = [
  'withdraw',
  'lapse',
  'decline',
  'say',
  'share',
  'unshare',
  'freeze',
  'issue',
  'counter',
  'review',
  'end-availability',
  'close',
  'expire',
];

function eventOf({ state }: JointDeal, { event, pick, odd }: Try): JointEvent {
  if (event !== null) return event;
  const known = Object.keys(JOINT_TABLE.states[state].on ?? { say: {} }) as JointEvent[];
  const often = known.filter((one) => !SELDOM.includes(one));
  const from = often.length > 0 && odd % 8 > 0 ? often : known;
  return from[pick % from.length]!;
}

/** The change that a try stands for, made to fit the case where it can. */
function saidOf(deal: JointDeal, one: Try, at: Date): Told {
  const { proposal } = deal;
  // Half of what waits for a second person gets one; the other half is said again by the first, or forgotten.
  if (proposal !== null && one.odd % 4 > 0)
    return [proposal.change, { ...proposal.by, at, ...(one.odd % 4 > 1 ? { personId: 'somebody-else' } : {}) }];
  const event = eventOf(deal, one);
  const today = dateAt(at);
  const mayRaise = JOINT_TABLE.states[deal.state].on?.[event]?.by ?? ['SYSTEM'];
  const may = [...WHO, 'FIRM' as const, 'OPS' as const, 'SYSTEM' as const].filter((name) =>
    (mayRaise as readonly string[]).includes(name in AT ? AT[name as Who] : name),
  );
  const raiser = one.who ?? may[one.odd % may.length]!;
  const who: Who = raiser in AT ? (raiser as Who) : 'bank';
  const newest = deal.body.versions.at(-1);
  const own = deal.body.positions.find(
    ({ institutionId, lender }) => institutionId === who || (one.pick % 2 === 0 && lender === who),
  );
  const owed = event === 'recover' || event === 'write-off' ? own?.toRecover : own?.outstanding;
  const least = event === 'draw' || event === 'pay' || event === 'commit' || event === 'back' ? own?.requested : owed;
  const asked = least || LARGEST / 20;
  const amount = (Math.floor((asked * one.share) / 100) + (one.share === 100 ? 0 : one.odd)) as Fen;
  const part = partOf(who);
  const drawn =
    part === 'equity' || part === 'insurance' ? 'loan' : one.pick % 2 === 0 && who === 'bank' ? 'guaranteed' : part;
  const owner = drawn === 'guaranteed' ? 'guarantor' : who;
  const place = { part: drawn, partner: owner, amount } as const;
  const proposalVersion = newest?.no ?? 1;
  const scale = Math.max(1, Math.floor((LARGEST / 20) * (Math.abs(one.share) / 100)));
  const fresh = WHO.filter((_, i) => i < 4 || one.odd % 2 === 0).map((name) => lineFor(name, scale));
  const availableUntil = addDays(today, 40);
  const substitution = {
    from: { part: 'loan', partner: 'bank' },
    to: { part: 'guaranteed', partner: 'guarantor' },
    amount: (Math.max(1, Math.floor(one.share / 20)) * TDD.unit) as Fen,
  } as const;
  const changes: Readonly<Record<JointEvent, JointChange>> = {
    share: {
      event: 'share',
      consents: WHO.map((name) => consentTo(name, { until: addDays(today, one.odd) })),
      textSha256: HASH,
    },
    unshare: { event: 'unshare', institutionId: who, purpose: null },
    withdraw: { event: 'withdraw', reason: '' },
    say: { event: 'say', round: 'external', opinion: 'support', need: null, text: '' },
    propose: { event: 'propose', lines: fresh, availableUntil, note: '' },
    open: { event: 'open' },
    counter:
      one.odd % 3 === 0
        ? { event: 'counter', lines: null, substitution, availableUntil, note: '' }
        : { event: 'counter', lines: fresh, substitution: null, availableUntil, note: '' },
    commit: {
      event: 'commit',
      proposalVersion,
      part,
      amount,
      expiresOn: addDays(today, 15),
      conditions: one.odd > 90 ? ['x'] : [],
    },
    decline: { event: 'decline', proposalVersion, part, code: 'price', text: '' },
    sign: { event: 'sign', proposalVersion, textSha256: HASH },
    meet: { event: 'meet', part, condition: 0 },
    activate: { event: 'activate' },
    pay: { event: 'pay', amount },
    back: { event: 'back', amount, reason: '' },
    draw: { event: 'draw', ...place },
    repay: { event: 'repay', ...place },
    claim: { event: 'claim', amount, ...(one.pick % 2 === 0 ? { interest: one.odd as Fen } : {}) },
    loss: { event: 'loss', ...place },
    recover: { event: 'recover', ...place },
    'write-off': { event: 'write-off', ...place, reason: '' },
    correct: {
      event: 'correct',
      corrects: deal.body.entries.at(one.odd % Math.max(1, deal.body.entries.length))?.version ?? 0,
      amount,
      reason: '',
    },
    freeze: { event: 'freeze', reason: 'knock-out', text: '' },
    unfreeze: { event: 'unfreeze', cure: '' },
    confirm: { event: 'confirm', text: '' },
    issue: { event: 'issue', text: '' },
    close: { event: 'close' },
    lapse: { event: 'lapse' },
    expire: { event: 'expire' },
    review: { event: 'review' },
    'end-availability': { event: 'end-availability' },
  };
  const change = changes[event];
  if (raiser === 'FIRM' || raiser === 'OPS' || raiser === 'SYSTEM') return [change, by(raiser, null, at)];
  return [change, partner(raiser, at)];
}

/** Where a history begins: at the beginning, among commitments, or where money moves. */
const starts = fc.record({
  from: fc.constantFrom(
    'need',
    'service',
    'committing',
    'active',
    'active strict',
    'active service',
    'review',
    'frozen',
    'run-off',
  ),
  equity: fc.integer({ min: TDD.minEquity, max: LARGEST }),
});
type Start = typeof starts extends fc.Arbitrary<infer S> ? S : never;

function startOf({ from, equity }: Start): JointDeal {
  if (from === 'need') return newCase();
  if (from === 'service') return newCase(SERVICE);
  if (from === 'committing') return toCommitting();
  const service = { ...SERVICE, required: ['BANK', 'GUAR'] } as const;
  const terms = from === 'active service' ? service : from === 'active strict' ? STRICT : TDD;
  const active = activeCase(terms, equity);
  if (from.startsWith('active')) return active;
  const drawn = after(
    active,
    pay(equity),
    onPart('draw', 'loan', 'bank', Math.floor(equity / 3)),
    onPart('draw', 'guaranteed', 'guarantor', Math.floor(equity / 5)),
  );
  if (from === 'review') return after(drawn, [{ event: 'review' }, time()]);
  if (from === 'frozen') return after(drawn, [{ event: 'back', amount: 1 as Fen, reason: '' }, partner('investor')]);
  return after(drawn, [{ event: 'end-availability' }, time()]);
}

interface Played {
  readonly deal: JointDeal;
  readonly steps: readonly { readonly before: JointDeal; readonly after: JointDeal; readonly told: Told }[];
}

function play(start: JointDeal, acts: readonly Try[]): Played {
  let at = OPENED_AT;
  let deal = frozenDeep(start);
  const steps: Played['steps'][number][] = [];
  for (const one of acts) {
    at = new Date(at.getTime() + one.days * 86_400_000);
    const told = saidOf(deal, one, at);
    try {
      const next = frozenDeep(changed(JOINT_CASE, deal, told[0], told[1]));
      steps.push({ before: deal, after: next, told });
      deal = next;
    } catch (error) {
      // Whatever is refused is refused by a code.
      if (!(error instanceof ProblemError)) throw error;
    }
  }
  return { deal, steps };
}

/** Holds for every history: inputs are printed, not what they lead to. */
const always = (holds: (played: Played & { readonly start: JointDeal }) => void): void =>
  fc.assert(
    fc.property(starts, tries, (from, acts) => {
      const start = startOf(from);
      holds({ start, ...play(start, acts) });
    }),
    { numRuns },
  );

describe('any history of a joint case', () => {
  it('moves one version at a time within the table, and is what its events tell, also out of JSON', () => {
    fc.assert(
      fc.property(fc.constantFrom(TDD, STRICT, SERVICE), tries, (terms, acts) => {
        const start = newCase(terms);
        const { deal, steps } = play(start, acts);
        const records: DealRecord<JointChange>[] = [
          { version: 1, by: by('OPS') },
          ...steps.map(({ told: [change, raiser] }, i) => ({ version: i + 2, by: raiser, change })),
        ];
        for (const { before, after: next, told } of steps) {
          expect(next.version).toBe(before.version + 1);
          const to = JOINT_TABLE.states[before.state].on![told[0].event]!.to;
          if (next.state !== before.state) expect([to].flat()).toContain(next.state);
        }
        const stored = JSON.parse(JSON.stringify(records)) as (DealRecord<JointChange> & { by: { at: string } })[];
        const read = stored.map((one) => ({ ...one, by: { ...one.by, at: new Date(one.by.at) } as Raiser }));
        expect(replayed(JOINT_CASE, start, read)).toEqual(deal);
        expect(JSON.parse(JSON.stringify(deal.body))).toEqual(deal.body);
      }),
      { numRuns },
    );
  });

  it('keeps outstanding ≤ drawn ≤ effective ≤ committed ≤ asked for, and the parts add up to what is effective', () => {
    always(({ steps }) => {
      for (const { after: deal } of steps) {
        const { positions } = deal.body;
        for (const one of positions) {
          expect(one.committed).toBeLessThanOrEqual(one.requested);
          expect(one.effective).toBeLessThanOrEqual(one.committed);
          expect(one.drawn).toBeLessThanOrEqual(one.effective);
          expect(one.paid).toBeLessThanOrEqual(one.committed);
          for (const least of [one.outstanding, one.paid, one.toRecover, one.repaid, one.claimed])
            expect(least).toBeGreaterThanOrEqual(0);
          expect(one.drawn).toBe(one.repaid + one.claimed + one.lost + one.outstanding);
        }
        if (deal.terms.reading === 'sum' || positions.length === 0) continue;
        const now = drawable(compositionOf(deal.terms, deal.body, false));
        const of = (part: string): number =>
          positions.filter((one) => one.part === part).reduce((sum, one) => sum + one.effective, 0);
        expect(of('equity') + of('loan') + of('guaranteed')).toBe(now.effective.package);
        expect(of('loan') + of('guaranteed')).toBeLessThanOrEqual(of('equity'));
        if (deal.terms.reading === 'strict')
          expect([of('loan'), of('guaranteed')]).toEqual([of('equity') / 2, of('equity') / 2]);
        expect(now.equityPaid).toBe(positions.reduce((sum, { paid }) => sum + paid, 0));
      }
    });
  });

  it('never draws past the equity that is paid in, frozen or after its last day', () => {
    always(({ steps }) => {
      for (const { before, after: deal, told } of steps) {
        const [change, raiser] = told;
        const sum = (of: JointDeal): number => of.body.positions.reduce((total, one) => total + one.drawn, 0);
        if (sum(deal) <= sum(before)) continue;
        expect(['draw', 'correct']).toContain(change.event);
        expect(before.state).toBe('ACTIVE');
        expect(dateAt(raiser.at) <= deal.body.versions.at(-1)!.availableUntil).toBe(true);
        if (deal.terms.reading === 'sum') continue;
        const now = drawable(compositionOf(deal.terms, deal.body, false));
        const part = (change.event === 'draw' ? change.part : deal.body.entries.at(-1)!.part) as
          | 'loan'
          | 'guaranteed'
          | 'lease';
        if (part === 'lease') continue;
        expect(now.drawn).toBeLessThanOrEqual(now.debtCeiling);
        expect(now.parts[part].overdrawn).toBe(0);
      }
    });
  });

  it('accounts for every fen', () => {
    always(({ deal }) => {
      const { rows, totals } = ledgerOf(deal);
      const sum = (amounts: Readonly<Record<string, number>>): number =>
        Object.values(amounts).reduce((a, b) => a + b, 0);
      for (const { cash, books } of rows) expect([sum(cash), cash['FIRM'] ?? 0]).toEqual([0, sum(books)]);
      expect(sum(totals.cash)).toBe(0);
      expect(totals.cash['FIRM'] ?? 0).toBe(sum(totals.books));
      const of = (pick: (one: JointDeal['body']['positions'][number]) => number): number =>
        deal.body.positions.reduce((total, one) => total + pick(one), 0);
      expect(BOOKS.map((book) => totals.books[book])).toEqual([
        of(({ paid }) => paid),
        of(({ outstanding }) => outstanding),
        of(({ toRecover }) => toRecover),
        of(({ writtenOff }) => writtenOff),
        0 - rows.reduce((total, { interest }) => total + interest, 0),
      ]);
    });
  });

  it('holds room for what guarantors promised, as long as and no longer than they are bound', () => {
    always(({ start, steps }) => {
      const held = new Map<string, { principal: number; issued: boolean }>();
      // What the case had when the history began.
      const asked = capacityCalls(newCase(start.terms), start);
      for (const calls of [asked, ...steps.map(({ before, after: next }) => capacityCalls(before, next))])
        for (const one of calls) {
          const now = held.get(one.guarantorId);
          if (one.call === 'release') expect(held.delete(one.guarantorId)).toBe(true);
          else if (one.call === 'lower') {
            expect(now!.issued && one.principal < now!.principal).toBe(true);
            held.set(one.guarantorId, { ...now!, principal: one.principal });
          } else {
            if (one.call === 'reserve') expect(now?.issued ?? false).toBe(false);
            held.set(one.guarantorId, { principal: one.principal, issued: one.call === 'issue' });
          }
        }
      const end = steps.at(-1)?.after ?? start;
      const outstanding = end.body.positions.find(({ part }) => part === 'guaranteed')?.outstanding ?? 0;
      const guarantor = held.get('guarantor');
      if (JOINT_TABLE.states[end.state].on === undefined) expect(guarantor).toBeUndefined();
      if (outstanding > 0) expect(guarantor!.issued && guarantor!.principal >= outstanding).toBe(true);
    });
  });

  it('takes two persons to let money flow again and to give it up', () => {
    always(({ steps }) => {
      for (const { before, after: deal, told } of steps) {
        const [change, raiser] = told;
        if (raiser.role === 'SYSTEM' || !(change.event === 'unfreeze' || change.event === 'write-off')) continue;
        if (deal.proposal === null) expect(before.proposal!.by.personId).not.toBe(raiser.personId);
        else expect(deal.body).toEqual(before.body);
      }
    });
  });
});
