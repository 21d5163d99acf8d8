import { dateAt, localDate, ProblemError } from '#lib/kernel';
import {
  after,
  AT,
  commit,
  firm,
  house,
  LATER,
  lineFor,
  MILLION,
  newCase,
  onPart,
  open,
  OPENED_AT,
  partner,
  pay,
  PRECEDENT,
  propose,
  share,
  sign,
  time,
  toActive,
  toCommitting,
  toSigned,
  type Told,
  type Who,
} from './fixtures/joint-story.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointDeal } from './joint-body.ts';
import { jointView } from './joint-view.ts';
import { ledgerOf } from './joint-ledger.ts';

const today = dateAt(OPENED_AT);
const codeOf = (deal: JointDeal, ...told: readonly Told[]): string => {
  try {
    after(deal, ...told);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
  return 'done';
};
const unshare = (institutionId: string): Told => [{ event: 'unshare', institutionId, purpose: null }, firm()];
const freeze = (who: Who, more: object = {}): Told => [
  { event: 'freeze', reason: 'partner-default', text: '', ...more },
  partner(who),
];
const knockOut: Told = [{ event: 'freeze', reason: 'knock-out', text: '' }, house()];
const thaw = (who: Who, person = '1'): Told => [{ event: 'unfreeze', cure: '已补足' }, partner(who, OPENED_AT, person)];
const counter = (who: Who): Told => [
  { event: 'counter', lines: PRECEDENT, substitution: null, availableUntil: LATER, note: '' },
  partner(who),
];
const activate = (who: Who): Told => [{ event: 'activate' }, partner(who)];
const issue = (who: Who): Told => [{ event: 'issue', text: '' }, partner(who)];
const confirm = (who: Who): Told => [{ event: 'confirm', text: '' }, partner(who)];
const review: Told = [{ event: 'review' }, time()];

const LINES = [
  lineFor('investor', 10 * MILLION),
  lineFor('bank', 3 * MILLION),
  lineFor('bank2', 2 * MILLION),
  lineFor('guarantor', 5 * MILLION),
  lineFor('lessor', MILLION),
];
const decline = (who: Who): Told => [
  { event: 'decline', proposalVersion: 1, part: 'loan', code: 'price', text: '' },
  partner(who),
];
/** The second bank declines, the lessor says nothing, the insurer is asked nothing. */
const balanced = after(
  toCommitting(LINES),
  decline('bank2'),
  commit('investor', 10 * MILLION),
  commit('bank', 3 * MILLION),
  commit('guarantor', 5 * MILLION),
);
const signed = toSigned(balanced);
const active = toActive(balanced);
const frozen = after(active, knockOut);
const due = after(active, review);

describe('who moves a whole joint case', () => {
  it.each(['bank2', 'insurer', 'lessor'] as const)('%s, who declined or committed to nothing, does not', (who) => {
    for (const [deal, told] of [
      [signed, activate(who)],
      [signed, freeze(who)],
      [active, freeze(who)],
      [due, issue(who)],
      [due, confirm(who)],
      [frozen, freeze(who)],
    ] as const)
      expect([told[0].event, codeOf(deal, told)]).toEqual([told[0].event, 'joint-part-missing']);
    if (AT[who] !== 'INSUR') expect(codeOf(frozen, thaw(who))).toBe('joint-part-missing');
    // Nor does it burn the versions that a case has.
    expect(codeOf(after(toCommitting(LINES), decline('bank2')), counter(who))).toBe('joint-part-missing');
  });

  it.each(['investor', 'bank', 'guarantor'] as const)('%s does, until the firm takes its consent back', (who) => {
    for (const [deal, told] of [
      [toCommitting(LINES), counter(who)],
      [signed, activate(who)],
      [active, freeze(who)],
      [due, issue(who)],
      [due, confirm(who)],
      [frozen, thaw(who)],
    ] as const) {
      const { event } = told[0];
      expect([event, codeOf(deal, told)]).toEqual([event, 'done']);
      expect([event, codeOf(deal, unshare(who), told)]).toEqual([event, 'joint-part-missing']);
    }
    // As it does not when the consent has run out; its money is its own to report.
    const late = new Date('2027-07-01T02:00:00Z');
    const [change] = freeze(who);
    expect(codeOf(active, [change, partner(who, late)])).toBe('joint-part-missing');
    const drawn = after(active, pay(10 * MILLION), onPart('draw', 'loan', 'bank', MILLION), unshare('bank'));
    expect(codeOf(drawn, onPart('repay', 'loan', 'bank', MILLION))).toBe('done');
  });

  it('before commitments are required desks: optional ones neither propose nor open', () => {
    const asked = after(newCase(), share('investor', 'bank', 'bank2', 'guarantor', 'insurer', 'lessor'));
    for (const who of ['insurer', 'lessor'] as const) {
      expect(codeOf(asked, [propose(PRECEDENT)[0], partner(who)])).toBe('joint-part-missing');
      expect(codeOf(after(asked, propose(LINES)), [open[0], partner(who)])).toBe('joint-part-missing');
    }
    expect(codeOf(asked, [propose(PRECEDENT)[0], partner('bank2')], [open[0], partner('guarantor')])).toBe('done');
    // The second bank is asked nothing by that proposal.
    expect(codeOf(after(asked, propose(PRECEDENT)), [open[0], partner('bank2')])).toBe('joint-part-missing');
    // An optional desk that committed has a part.
    const leased = after(active, commit('lessor', MILLION), [sign(partner('lessor'))[0], partner('lessor')]);
    expect(codeOf(leased, freeze('lessor'))).toBe('done');
  });

  it('is also the bank that lends what is guaranteed, and the house', () => {
    const lines = [
      lineFor('investor', 10 * MILLION),
      lineFor('bank', 5 * MILLION),
      lineFor('guarantor', 5 * MILLION, { lender: 'bank2' }),
    ];
    const lent = after(
      toCommitting(lines),
      commit('investor', 10 * MILLION),
      commit('bank', 5 * MILLION),
      commit('guarantor', 5 * MILLION),
      sign(partner('bank2')),
    );
    expect(codeOf(toActive(lent), freeze('bank2'))).toBe('done');
    expect(codeOf(active, knockOut)).toBe('done');
  });

  it('closes a case only as its partner', () => {
    const over = after(active, [{ event: 'end-availability' }, time()]);
    expect(codeOf(over, [{ event: 'close' }, partner('bank2')])).toBe('joint-part-missing');
    expect(codeOf(over, unshare('bank'), [{ event: 'close' }, partner('bank')])).toBe('done');
  });
});

describe('who lets money flow again', () => {
  const both = (who: Who): readonly Told[] => [thaw(who, '1'), thaw(who, '2')];
  const equity = after(active, pay(MILLION), [
    { event: 'back', amount: MILLION as never, reason: '退股' },
    partner('investor'),
  ]);

  it('is nobody alone whose equity or default froze the case', () => {
    expect(codeOf(equity, ...both('investor'))).toBe('joint-unfreeze-refused');
    expect(codeOf(equity, thaw('investor'), thaw('bank'))).toBe('done');
    expect(codeOf(equity, ...both('bank'))).toBe('done');
    const named = after(active, freeze('investor', { partner: 'bank' }));
    expect(named.body.freezes).toMatchObject([{ reason: 'partner-default', partner: 'bank' }]);
    expect(codeOf(named, ...both('bank'))).toBe('joint-unfreeze-refused');
    expect(codeOf(named, ...both('investor'))).toBe('done');
    expect(codeOf(active, freeze('investor', { partner: 'insurer' }))).toBe('joint-partner-unknown');
  });

  it('are persons of two institutions where nobody says whose default it is', () => {
    const nobody = after(active, freeze('guarantor'));
    for (const who of ['bank', 'guarantor'] as const)
      expect(codeOf(nobody, ...both(who))).toBe('joint-unfreeze-refused');
    const again = after(nobody, thaw('bank'), thaw('guarantor'));
    expect([again.state, again.body.freezes.map(({ liftedOn }) => liftedOn)]).toEqual(['ACTIVE', [today]]);
    // What was lifted bars nobody later on.
    expect(codeOf(after(again, knockOut), ...both('bank'))).toBe('done');
  });
});

describe('who is told of a joint case', () => {
  const shown = (deal: JointDeal, who: string, on = today) =>
    jointView(deal, { kind: 'institution', institutionId: who }, on);

  it('is a partner until it declines or the firm takes its consent back: then it reads its own part', () => {
    const lent = after(active, pay(6 * MILLION), onPart('draw', 'loan', 'bank', MILLION));
    const tells = (deal: JointDeal, who: string, on = today) => JOINT_CASE.tells!(deal, who, on);
    expect(['investor', 'bank', 'bank2', 'guarantor', 'insurer'].map((who) => tells(lent, who))).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    const declined = shown(lent, 'bank2');
    expect([declined.state, declined.package, declined.composition, declined.freezes]).toEqual(['ACTIVE', 0, null, []]);
    expect(declined.positions.map(({ institutionId, requested }) => [institutionId, requested])).toEqual([
      ['bank2', 2 * MILLION],
    ]);
    expect([declined.ledger.rows, declined.answers.map(({ code }) => code)]).toEqual([[], ['price']]);
    expect(declined.parties).toEqual([{ institutionId: 'bank2', desk: 'BANK' }]);
    const others = Object.keys(AT).filter((one) => JSON.stringify(declined).includes(`"${one}"`));
    expect(others).toEqual(['bank2']);

    const gone = after(lent, unshare('bank'));
    expect([tells(gone, 'bank'), tells(lent, 'bank', localDate('2027-07-01'))]).toEqual([false, false]);
    const own = shown(gone, 'bank');
    expect(own.positions.map(({ part, drawable, limits }) => [part, drawable, limits])).toEqual([
      ['loan', 2 * MILLION, []],
      ['guaranteed', 3 * MILLION, []],
    ]);
    expect(own.ledger.rows.map(({ event }) => event)).toEqual(['draw']);
    expect(ledgerOf(gone).rows).toHaveLength(2);
    expect(shown(lent, 'guarantor').positions).toHaveLength(5);
  });

  it('is again one that a newer proposal asks anew', () => {
    const left = after(toCommitting(LINES), decline('bank2'));
    expect(shown(left, 'bank2').positions).toHaveLength(1);
    const asked = after(left, [
      { event: 'counter', lines: LINES, substitution: null, availableUntil: LATER, note: '' },
      partner('bank'),
    ]);
    expect(shown(asked, 'bank2').positions).toHaveLength(5);
    expect(JOINT_CASE.tells!(asked, 'bank2', today)).toBe(true);
  });
});
