import { existsSync, readFileSync } from 'node:fs';
import { dateAt, localDate, ProblemError, type Fen } from '#lib/kernel';
import { capacityCalls } from './capacity-port.ts';
import {
  after,
  commit,
  firm,
  house,
  lineFor,
  MILLION,
  newCase,
  onPart,
  OPENED_AT,
  open,
  partner,
  pay,
  PRECEDENT,
  propose,
  share,
  sign,
  TDD,
  time,
  toActive,
  toBalanced,
  toCommitting,
  toSigned,
  type Told,
} from './fixtures/joint-story.ts';
import type { JointDeal } from './joint-body.ts';
import { ledgerOf } from './joint-ledger.ts';
import { jointView } from './joint-view.ts';

const VECTORS = '../shared/vectors/compositions.json';
const today = dateAt(OPENED_AT);
const at = (day: string): Date => new Date(`${day}T02:00:00Z`);
const view = (deal: JointDeal) => jointView(deal, { kind: 'whole' }, today);
function problemOf(deal: JointDeal, told: Told) {
  try {
    after(deal, told);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  return { code: 'done', errors: [], extra: {} as Readonly<Record<string, unknown>> };
}
const codeOf = (deal: JointDeal, told: Told): string => problemOf(deal, told).code;
const back = (amount: number): Told => [{ event: 'back', amount: amount as Fen, reason: '退股' }, partner('investor')];
const correct = (corrects: number, amount: number, who: Parameters<typeof partner>[0]): Told => [
  { event: 'correct', corrects, amount: amount as Fen, reason: '录入有误' },
  partner(who),
];
const claim = (amount: number): Told => [{ event: 'claim', amount: amount as Fen }, partner('guarantor')];
const writeOff = (amount: number, person: string): Told => [
  { event: 'write-off', part: 'guaranteed', partner: 'guarantor', amount: amount as Fen, reason: '' },
  partner('guarantor', undefined, person),
];

describe('the money of a joint case', () => {
  it('is drawn within what the equity paid in carries, and refused with every reason', () => {
    const deal = after(toActive(), pay(3 * MILLION));
    expect(view(deal).positions.map(({ drawable }) => drawable)).toEqual([0, 1.5 * MILLION, 1.5 * MILLION]);
    const { code, errors, extra } = problemOf(deal, onPart('draw', 'loan', 'bank', 6 * MILLION));
    expect([code, errors!.map((one) => one.code), extra]).toEqual([
      'joint-draw-refused',
      ['own-commitment', 'equity-recognised', 'equity-paid', 'joint-cap'],
      { drawable: 1.5 * MILLION },
    ]);
    expect(problemOf(deal, onPart('draw', 'loan', 'bank', 2 * MILLION)).errors!.map((one) => one.code)).toEqual([
      'equity-paid',
    ]);
    const late: Told = [onPart('draw', 'loan', 'bank', 2 * MILLION)[0], partner('bank', at('2027-07-01'))];
    expect(problemOf(deal, late).errors!.map((one) => one.code)).toEqual(['equity-paid', 'availability-over']);
  });

  it('is only what is whose: each partner draws, pays and repays its own part', () => {
    const deal = after(toActive(), pay(10 * MILLION));
    expect(codeOf(deal, onPart('draw', 'loan', 'bank', 1, 'bank2'))).toBe('joint-desk-missing');
    expect(codeOf(deal, onPart('draw', 'guaranteed', 'guarantor', 1, 'bank2'))).toBe('joint-desk-missing');
    expect(codeOf(deal, onPart('draw', 'loan', 'guarantor', 1, 'bank'))).toBe('joint-partner-unknown');
    expect(codeOf(deal, onPart('draw', 'lease', 'lessor', 1))).toBe('joint-partner-unknown');
    for (const amount of [-1, 0, 0.5, 2 ** 53])
      for (const told of [pay(amount), onPart('draw', 'loan', 'bank', amount), back(amount)])
        expect([amount, codeOf(deal, told)]).toEqual([amount, 'amount-invalid']);
  });

  it('never goes past what it is taken from', () => {
    const deal = after(toActive(), pay(6 * MILLION), onPart('draw', 'loan', 'bank', MILLION));
    const limit = (told: Told) => [codeOf(deal, told), problemOf(deal, told).extra];
    expect(limit(pay(4 * MILLION + 1))).toEqual(['joint-amount-exceeded', { limit: 4 * MILLION }]);
    expect(limit(back(6 * MILLION + 1))).toEqual(['joint-amount-exceeded', { limit: 6 * MILLION }]);
    expect(limit(onPart('repay', 'loan', 'bank', MILLION + 1))).toEqual(['joint-amount-exceeded', { limit: MILLION }]);
    expect(codeOf(deal, onPart('repay', 'loan', 'bank', MILLION))).toBe('done');
    // Not revolving: what was repaid is not drawn again.
    const repaid = after(deal, onPart('repay', 'loan', 'bank', MILLION));
    expect(view(repaid).positions[1]).toMatchObject({ drawn: MILLION, outstanding: 0, drawable: 2 * MILLION });
  });

  it('is corrected by new entries, of who made the first, and never around a ceiling', () => {
    const deal = after(toActive(), pay(3 * MILLION), onPart('draw', 'loan', 'bank', MILLION));
    const [paid, drawn] = deal.body.entries.map(({ version }) => version);
    expect(codeOf(deal, correct(drawn!, 1.5 * MILLION + 1, 'bank'))).toBe('joint-draw-refused');
    expect(codeOf(deal, correct(drawn!, MILLION, 'investor'))).toBe('joint-correction-unknown');
    expect(codeOf(deal, correct(1, MILLION, 'bank'))).toBe('joint-correction-unknown');
    expect(codeOf(deal, correct(drawn!, -1, 'bank'))).toBe('amount-invalid');
    const right = after(deal, correct(drawn!, 1.5 * MILLION, 'bank'), correct(drawn!, 1.2 * MILLION, 'bank'));
    expect(right.body.positions[1]!.drawn).toBe(1.2 * MILLION);
    expect(ledgerOf(right).rows.map(({ amount }) => amount)).toEqual([
      3 * MILLION,
      MILLION,
      0.5 * MILLION,
      -0.3 * MILLION,
    ]);
    // A payment that never was: what is drawn on it is shown as overdrawn, and stays.
    const gone = after(right, correct(paid!, 0, 'investor'));
    expect([gone.state, view(gone).overdrawn, view(gone).positions[1]!.drawable]).toEqual(['ACTIVE', 1.2 * MILLION, 0]);
    expect(codeOf(after(right, onPart('repay', 'loan', 'bank', MILLION)), correct(drawn!, 1, 'bank'))).toBe(
      'joint-amount-exceeded',
    );
    const frozen = after(right, [{ event: 'freeze', reason: 'knock-out', text: '' }, house()]);
    expect(problemOf(frozen, correct(drawn!, 1.3 * MILLION, 'bank')).errors!.map(({ code }) => code)).toEqual([
      'not-active',
    ]);
  });

  it('holds its limits also when what made room for it is corrected', () => {
    // Histories that properties found: paid, taken back, paid again, and then less was taken back.
    const frozen = after(toActive(), pay(10 * MILLION), back(MILLION), pay(MILLION));
    const backAt = frozen.body.entries[1]!.version;
    expect(codeOf(frozen, correct(backAt, MILLION - 1, 'investor'))).toBe('joint-amount-exceeded');
    const lent = after(toActive(), pay(10 * MILLION), onPart('draw', 'guaranteed', 'guarantor', MILLION));
    const claimed = after(lent, [{ event: 'end-availability' }, time()], claim(0.8 * MILLION));
    const drawAt = lent.body.entries[1]!.version;
    expect(codeOf(claimed, correct(drawAt, MILLION - 10, 'bank'))).toBe('joint-amount-exceeded');
  });

  it('is claimed up to the share of the guarantor, recovered, and the rest written off by two', () => {
    const lent = after(toActive(), pay(10 * MILLION), onPart('draw', 'guaranteed', 'guarantor', MILLION));
    const runOff = after(lent, [{ event: 'end-availability' }, time(at('2027-07-01'))]);
    expect(problemOf(runOff, claim(0.8 * MILLION + 1)).extra).toEqual({ limit: 0.8 * MILLION });
    const claimed = after(
      runOff,
      claim(0.8 * MILLION),
      onPart('loss', 'guaranteed', 'guarantor', 0.2 * MILLION, 'bank'),
    );
    expect(claimed.body.positions[2]).toMatchObject({ outstanding: 0, claimed: 0.8 * MILLION, toRecover: MILLION });
    const recover = (amount: number, who: 'bank' | 'guarantor') =>
      onPart('recover', 'guaranteed', 'guarantor', amount, who);
    // Each recovers what it bore itself.
    expect(problemOf(claimed, recover(0.2 * MILLION + 1, 'bank')).extra).toEqual({ limit: 0.2 * MILLION });
    const part = after(claimed, recover(0.2 * MILLION, 'bank'), recover(0.5 * MILLION, 'guarantor'));
    expect(codeOf(part, [{ event: 'close' }, house()])).toBe('joint-debt-open');
    const first = after(part, writeOff(0.3 * MILLION, '1'));
    expect([first.proposal?.change.event, first.body.entries.length]).toEqual(['write-off', part.body.entries.length]);
    const ended = after(first, writeOff(0.3 * MILLION, '2'), [{ event: 'close' }, time(at('2027-07-02'))]);
    expect(ended.state).toBe('TERMINATED');
    expect(ledgerOf(ended).totals).toEqual({
      cash: { investor: -10 * MILLION, FIRM: 1_030_000_000, bank: 0, guarantor: -0.3 * MILLION },
      books: { equity: 10 * MILLION, outstanding: 0, toRecover: 0, borne: 0.3 * MILLION, interest: 0 },
    });
  });

  it('is claimed with the guaranteed part of the normal interest, which the firm owes as well', () => {
    const lent = after(toActive(), pay(10 * MILLION), onPart('draw', 'guaranteed', 'guarantor', MILLION));
    const runOff = after(lent, [{ event: 'end-availability' }, time(at('2027-07-01'))]);
    // (1,000,000 + 34,567.89) × 80 %, in fen by the guarantor's part of each.
    const paid: Told = [
      { event: 'claim', amount: (0.8 * MILLION) as Fen, interest: 2_765_431 as Fen },
      partner('guarantor'),
    ];
    const claimed = after(runOff, paid);
    expect(claimed.body.positions[2]).toMatchObject({ claimed: 0.8 * MILLION, outstanding: 0.2 * MILLION });
    expect(claimed.body.positions[2]!.toRecover).toBe(0.8 * MILLION + 2_765_431);
    expect(view(claimed).positions[2]!.interest).toBe(2_765_431);
    const row = ledgerOf(claimed).rows.at(-1)!;
    expect(row).toMatchObject({
      cash: { guarantor: -82_765_431, bank: 82_765_431 },
      books: { outstanding: -0.8 * MILLION, toRecover: 82_765_431, interest: -2_765_431 },
    });
    const correctTo = (interest: number | null, corrects = claimed.version): Told => [
      { event: 'correct', corrects, amount: (0.8 * MILLION) as Fen, interest: interest as Fen | null, reason: '' },
      partner('guarantor'),
    ];
    expect(after(claimed, correctTo(null)).body.positions).toEqual(claimed.body.positions);
    const right = after(claimed, correctTo(2_765_430));
    expect(ledgerOf(right).rows.at(-1)).toMatchObject({ amount: 0, interest: -1, cash: { guarantor: 1, bank: -1 } });
    expect(codeOf(claimed, correctTo(-1))).toBe('amount-invalid');
    const drawAt = lent.body.entries[1]!.version;
    expect(codeOf(claimed, [correctTo(1, drawAt)[0], partner('bank')])).toBe('joint-correction-unknown');
    // All of it is recovered, no fen more, and then no smaller interest can have been paid.
    const recover = (amount: number): Told => onPart('recover', 'guaranteed', 'guarantor', amount, 'guarantor');
    expect(codeOf(right, recover(82_765_431))).toBe('joint-amount-exceeded');
    const whole = after(right, recover(82_765_430));
    expect(whole.body.positions[2]!.toRecover).toBe(0);
    expect(codeOf(whole, correctTo(2_765_429))).toBe('joint-amount-exceeded');
    const { cash, books } = ledgerOf(whole).totals;
    expect([cash['guarantor'], cash['bank'], books.interest]).toEqual([0, 2_765_430 - 0.2 * MILLION, -2_765_430]);
    expect(cash['FIRM']).toBe(Object.values(books).reduce((sum, one) => sum + one, 0));
  });

  it('leaves a ledger that adds up, from first payment to the last repayment', () => {
    const deal = after(
      toActive(),
      pay(10 * MILLION),
      onPart('draw', 'loan', 'bank', 5 * MILLION),
      onPart('draw', 'guaranteed', 'guarantor', 5 * MILLION),
      onPart('repay', 'guaranteed', 'guarantor', 2 * MILLION),
    );
    const { rows, totals } = ledgerOf(deal);
    expect(rows.map(({ event, cash }) => [event, cash])).toEqual([
      ['pay', { investor: -10 * MILLION, FIRM: 10 * MILLION }],
      ['draw', { bank: -5 * MILLION, FIRM: 5 * MILLION }],
      ['draw', { bank: -5 * MILLION, FIRM: 5 * MILLION }],
      ['repay', { FIRM: -2 * MILLION, bank: 2 * MILLION }],
    ]);
    expect(totals).toEqual({
      cash: { investor: -10 * MILLION, FIRM: 18 * MILLION, bank: -8 * MILLION },
      books: { equity: 10 * MILLION, outstanding: 8 * MILLION, toRecover: 0, borne: 0, interest: 0 },
    });
  });
});

describe('the capacity of a guarantor', () => {
  const until = localDate('2026-08-31');
  const ref = { dealId: newCase().dealId, guarantorId: 'guarantor' };
  const asked = { ...ref, uscc: newCase().uscc, programme: 'TDD', shareBp: 8_000 };
  const calls = (deal: JointDeal, ...told: readonly Told[]) => capacityCalls(deal, after(deal, ...told));

  it('is reserved with its commitment, issued when all have signed, lowered by repayments and free at the end', () => {
    const promise = commit('guarantor', 5 * MILLION);
    expect(calls(toCommitting(), promise)).toEqual([{ call: 'reserve', ...asked, principal: 5 * MILLION, until }]);
    expect(calls(toCommitting(), commit('bank', MILLION))).toEqual([]);
    // A new commitment in the place of the old one.
    expect(calls(after(toCommitting(), promise), commit('guarantor', 4 * MILLION))).toMatchObject([
      { call: 'reserve', principal: 4 * MILLION },
    ]);
    expect(calls(toBalanced(), sign(firm()))).toEqual([]);
    // Two guarantors are taken hold of in one order, whichever committed first: two cases never wait for one another.
    const of = (guarantorId: string) => (deal: JointDeal) => ({
      ...deal,
      body: {
        ...deal.body,
        versions: deal.body.versions.map((one) => ({
          ...one,
          lines: [...one.lines, { ...one.lines[2]!, institutionId: guarantorId }],
        })),
        positions: [...deal.body.positions, { ...deal.body.positions[2]!, institutionId: guarantorId }],
        answers: [...deal.body.answers, { ...deal.body.answers.at(-1)!, institutionId: guarantorId, version: 99 }],
      },
    });
    for (const other of ['another', 'zebra']) {
      const [before, signed] = [of(other)(toBalanced()), of(other)(toSigned())];
      expect(capacityCalls(before, signed).map(({ guarantorId }) => guarantorId)).toEqual(['guarantor', other].sort());
    }
    expect(capacityCalls(toBalanced(), toSigned())).toEqual([
      { call: 'issue', ...asked, principal: 5 * MILLION, until: '2029-07-01' },
    ]);
    const lent = after(toActive(), pay(10 * MILLION), onPart('draw', 'guaranteed', 'guarantor', 5 * MILLION));
    expect(capacityCalls(toActive(), lent)).toEqual([]);
    expect(calls(lent, onPart('repay', 'guaranteed', 'guarantor', MILLION))).toEqual([
      { call: 'lower', ...ref, principal: 4 * MILLION },
    ]);
    const repaid = after(lent, onPart('repay', 'guaranteed', 'guarantor', 5 * MILLION));
    const fewer: Told = [
      { event: 'correct', corrects: repaid.body.entries.at(-1)!.version, amount: MILLION as Fen, reason: '' },
      partner('bank'),
    ];
    expect(calls(repaid, fewer)).toMatchObject([{ call: 'issue', principal: 4 * MILLION }]);
    const runOff = after(repaid, [{ event: 'end-availability' }, time()]);
    expect(calls(runOff, [{ event: 'close' }, house()])).toEqual([{ call: 'release', ...ref }]);
  });

  it('is free at once when its commitment stands no longer, and in run-off but for what is outstanding', () => {
    const held = after(toCommitting(), commit('guarantor', 5 * MILLION));
    const release = [{ call: 'release', ...ref }];
    const counter: Told = [
      { event: 'counter', lines: PRECEDENT, substitution: null, availableUntil: localDate('2027-01-01'), note: '' },
      partner('bank'),
    ];
    expect(calls(held, counter)).toEqual(release);
    expect(calls(held, [{ event: 'lapse' }, time()])).toEqual(release);
    const two = toCommitting([...PRECEDENT, lineFor('bank2', MILLION)]);
    const decline: Told = [
      { event: 'decline', proposalVersion: 1, part: 'guaranteed', code: 'policy', text: '' },
      partner('guarantor'),
    ];
    expect(calls(after(two, commit('guarantor', MILLION)), decline)).toEqual(release);
    expect(calls(toBalanced(), [{ event: 'expire' }, time(at('2026-09-01'))])).toEqual(release);
    const drawn = after(toActive(), pay(10 * MILLION), onPart('draw', 'guaranteed', 'guarantor', MILLION));
    expect(calls(drawn, [{ event: 'end-availability' }, time()])).toEqual([
      { call: 'lower', ...ref, principal: MILLION },
    ]);
  });
});

const TOLD_WITH = ['event', 'amountFen', 'result'];

interface Staged {
  readonly id: string;
  readonly equityFen: number;
  readonly commitLoanFen: number;
  readonly commitGuaranteeFen: number;
  readonly expected: {
    readonly approvedLoan: number;
    readonly approvedGuaranteed: number;
    readonly steps: readonly (Record<string, number> & { readonly event: string; readonly result: string })[];
  };
}

(existsSync(VECTORS) ? describe : describe.skip)('staged vectors of 2:1:1 as events of a case', () => {
  const staged = existsSync(VECTORS)
    ? (JSON.parse(readFileSync(VECTORS, 'utf8')) as { vectors: Staged[] }).vectors.filter(
        ({ expected }) => expected.steps,
      )
    : [];

  it('there are some', () => expect(staged.map(({ id }) => id)).toEqual(['C10', 'C11']));

  it.each(staged)('$id', ({ equityFen, commitLoanFen, commitGuaranteeFen, expected }) => {
    const lines = [
      lineFor('investor', equityFen),
      lineFor('bank', commitLoanFen),
      lineFor('guarantor', commitGuaranteeFen),
    ];
    let deal = toActive(
      after(
        newCase(TDD),
        share('investor', 'bank', 'guarantor'),
        propose(lines),
        open,
        commit('investor', equityFen),
        commit('bank', commitLoanFen),
        commit('guarantor', commitGuaranteeFen),
      ),
    );
    expect(deal.body.positions.map(({ effective }) => effective)).toEqual([
      equityFen,
      expected.approvedLoan,
      expected.approvedGuaranteed,
    ]);
    const thaw = (person: string): Told => [{ event: 'unfreeze', cure: '' }, partner('bank', undefined, person)];
    const TOLD: Readonly<Record<string, (amount: number) => readonly Told[]>> = {
      PAID: (amount) => [pay(amount)],
      EQUITY_BACK: (amount) => [back(amount)],
      DRAW_LOAN: (amount) => [onPart('draw', 'loan', 'bank', amount)],
      DRAW_GUARANTEED: (amount) => [onPart('draw', 'guaranteed', 'guarantor', amount)],
      UNFREEZE: () => [thaw('1'), thaw('2')],
    };
    for (const step of expected.steps) {
      const told = TOLD[step.event]!(step['amountFen']!);
      if (step.result === 'ok') deal = after(deal, ...told);
      else {
        const refused = problemOf(deal, told[0]!);
        const drawable = /EXCEEDED\((\d+)\)/.exec(step.result)?.[1];
        const code = drawable === undefined ? 'transition-refused' : 'joint-draw-refused';
        expect([refused.code, refused.extra?.['drawable']]).toEqual([code, drawable && Number(drawable)]);
      }
      const { positions, overdrawn, state } = view(deal);
      const [equity, loan, guaranteed] = positions;
      expect({
        state,
        overdrawn,
        equityPaid: equity!.paid,
        drawableLoan: loan!.drawable,
        drawableGuaranteed: guaranteed!.drawable,
        drawnLoan: loan!.drawn,
        drawnGuaranteed: guaranteed!.drawn,
      }).toEqual(Object.fromEntries(Object.entries(step).filter(([key]) => !TOLD_WITH.includes(key))));
    }
  });
});
