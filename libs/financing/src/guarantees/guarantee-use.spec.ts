import { addDays, dateAt, fen, type Fen } from '#lib/kernel';
import { firmUse, type DealUse } from '../standing/deal-use.ts';
import { AT, play, PATHS } from './guarantee-example.ts';
import { useOfGuarantee } from './guarantee-use.ts';
import type { GuaranteeState } from './guarantee-table.ts';

const TODAY = dateAt(AT);
const loan = (more: Partial<Pick<DealUse, 'offered' | 'undrawn' | 'outstanding'>>) => ({
  offered: fen(0),
  undrawn: fen(0),
  outstanding: fen(0),
  ...more,
});
const amounts = ({ offered, undrawn, outstanding }: DealUse): readonly Fen[] => [offered, undrawn, outstanding];
const use = (state: GuaranteeState, loans: Parameters<typeof useOfGuarantee>[2] = [], on = TODAY) =>
  amounts(useOfGuarantee(play(PATHS[state]), on, loans));

describe('what a guarantee takes up of a firm', () => {
  it.each<[GuaranteeState, readonly number[]]>([
    ['SUBMITTED', [0, 0, 0]],
    ['REVIEWED', [0, 0, 0]],
    ['CONDITIONAL', [400_000_000, 0, 0]],
    ['APPROVED', [0, 400_000_000, 0]],
    ['CONTRACTED', [0, 400_000_000, 0]],
    ['ISSUED', [0, 400_000_000, 0]],
    ['IN_FORCE', [0, 200_000_000, 200_000_000]],
    ['OVERDUE', [0, 0, 200_000_000]],
  ])('%s: offered, undrawn and outstanding %j', (state, expected) => expect(use(state)).toEqual(expected));

  it('nothing may be drawn after the draw period', () => {
    expect(use('IN_FORCE', [], addDays(TODAY, 31))).toEqual([0, 0, 200_000_000]);
  });

  it('beside loans that are referred under it only what goes beyond them, whatever they have come to', () => {
    expect(use('ISSUED', [loan({ offered: fen(400_000_000) })])).toEqual([0, 0, 0]);
    expect(use('ISSUED', [loan({ offered: fen(100_000_000) })])).toEqual([0, 300_000_000, 0]);
    expect(use('IN_FORCE', [loan({ outstanding: fen(200_000_000), undrawn: fen(200_000_000) })])).toEqual([0, 0, 0]);
    const two = [loan({ outstanding: fen(150_000_000) }), loan({ offered: fen(100_000_000) })];
    expect(use('IN_FORCE', two)).toEqual([0, 150_000_000, 0]);
    expect(use('ISSUED', [loan({ offered: fen(900_000_000) })])).toEqual([0, 0, 0]);
  });

  it('is secured: it takes from the caps and leaves the line alone', () => {
    const { platform, byProgramme, liveOffers, undrawnApprovals } = firmUse([
      useOfGuarantee(play(PATHS.IN_FORCE), TODAY, []),
    ]);
    expect([platform, byProgramme['KYD'], liveOffers, undrawnApprovals]).toEqual([400_000_000, 400_000_000, 0, 0]);
  });

  it('tells what moved of the loan, so that a credit query that holds it is understood; of a referred loan its referral does', () => {
    const { unsecured, moved } = useOfGuarantee(play(PATHS.IN_FORCE), TODAY, []);
    expect([unsecured, moved.reduce((sum, { amount }) => sum + amount, 0)]).toEqual([false, 200_000_000]);
    const referred = loan({ outstanding: fen(200_000_000) });
    expect(useOfGuarantee(play(PATHS.IN_FORCE), TODAY, [referred]).moved).toEqual([]);
  });
});
