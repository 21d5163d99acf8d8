import { fen, localDate } from '#lib/kernel';
import { firmUse } from '../standing/deal-use.ts';
import type { JointBody, JointPosition, MoneyEntry, PartnerAnswer } from './joint-body.ts';
import type { JointState } from './joint-table.ts';
import { useOfJointCase } from './joint-use.ts';

const NOTHING = { lender: null, repaid: 0, claimed: 0, lost: 0, recovered: 0, writtenOff: 0, toRecover: 0, paid: 0 };
const position = (part: JointPosition['part'], more: Partial<JointPosition>): JointPosition => ({
  ...NOTHING,
  part,
  institutionId: part,
  requested: 500,
  committed: 0,
  effective: 0,
  drawn: 0,
  outstanding: 0,
  ...more,
});
const entry = (version: number, more: Partial<MoneyEntry>): MoneyEntry => ({
  version,
  on: localDate('2026-07-10'),
  event: 'draw',
  part: 'loan',
  partner: 'loan',
  who: 'loan',
  amount: fen(0),
  corrects: null,
  ...more,
});
/** null: declined. */
const answer = (part: JointPosition['part'], amount: number | null): PartnerAnswer =>
  ({ proposalVersion: 1, version: 2, part, institutionId: part, amount }) as PartnerAnswer;

interface Given {
  readonly entries?: readonly MoneyEntry[];
  readonly answers?: readonly PartnerAnswer[];
}
const use = (state: JointState, positions: readonly JointPosition[], { entries = [], answers = [] }: Given = {}) => {
  const lines = positions.map(({ part, institutionId, requested: amount }) => ({ part, institutionId, amount }));
  const body = { positions, entries, answers, expired: [], versions: [{ no: 1, lines }] } as unknown as JointBody;
  return useOfJointCase({ dealId: 'a', programme: 'TDD', state, body });
};

describe('what a joint case takes up of a firm', () => {
  const equity = position('equity', { requested: 1000, committed: 1000, effective: 1000 });

  it('is its debt: asked for, then committed, then undrawn and outstanding; equity is none', () => {
    const asked = [equity, position('loan', {}), position('guaranteed', { committed: 400 })];
    const answers = [answer('guaranteed', 400)];
    expect(firmUse(use('COMMITTING', asked, { answers }))).toMatchObject({
      liveOffers: 500,
      undrawnApprovals: 0,
      platform: 900,
    });
    const signed = [equity, position('loan', { committed: 500, effective: 450, drawn: 200, outstanding: 150 })];
    expect(firmUse(use('ACTIVE', signed))).toMatchObject({ liveOffers: 0, undrawnApprovals: 250, platform: 400 });
    expect(firmUse(use('RUN_OFF', signed))).toMatchObject({ undrawnApprovals: 0, platform: 150 });
  });

  it('is no offer of a lender that declined', () => {
    const answers = [answer('loan', null)];
    expect(firmUse(use('COMMITTING', [equity, position('loan', {})], { answers }))).toMatchObject({ platform: 0 });
  });

  it('is what is effective of a commitment once the equity is answered for', () => {
    const loan = position('loan', { committed: 500, effective: 150 });
    const offers = (...answers: PartnerAnswer[]) => firmUse(use('COMMITTING', [equity, loan], { answers })).liveOffers;
    expect(offers(answer('loan', 500))).toBe(500);
    expect(offers(answer('loan', 500), answer('equity', 300))).toBe(150);
  });

  it('moved as corrections have it, of this part only, under the number of its line', () => {
    const entries = [
      entry(5, { amount: fen(100), on: localDate('2026-06-30') }),
      entry(6, { amount: fen(200) }),
      entry(7, { amount: fen(180), corrects: 6 }),
      entry(8, { amount: fen(30), event: 'repay' }),
      entry(9, { amount: fen(999), part: 'guaranteed', partner: 'guaranteed' }),
      entry(10, { amount: fen(50), event: 'recover' }),
    ];
    const [one] = use('ACTIVE', [equity, position('loan', {})], { entries });
    expect(one).toMatchObject({
      unsecured: true,
      loanIds: ['a-2'],
      moved: [
        { on: '2026-06-30', amount: 100 },
        { on: '2026-07-10', amount: 180 },
        { on: '2026-07-10', amount: -30 },
      ],
    });
  });
});
