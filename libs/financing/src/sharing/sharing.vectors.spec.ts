import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { addDays, fen, localDate } from '#lib/kernel';
import { claimAccount, type ClaimEvent } from './claim-account.ts';
import { claimFuse } from './claim-rate.ts';
import { exact, exactFen } from './exact.ts';
import { feeOf } from './fees.ts';
import { splitByTree } from './share-tree.ts';
import { treeOf, type TreeSketch } from './tree-builder.ts';

type Amounts = Readonly<Record<string, number>>;
interface Recovery {
  readonly grossFen: number;
  readonly costsFen: number;
  readonly netFen: number;
  readonly surplusToDebtorFen?: number;
  readonly carriedCostsFen?: number;
  readonly shares: Amounts;
  readonly stillToRecover: Amounts;
}
interface Vector {
  readonly id: string;
  readonly note: string;
  readonly tree: TreeSketch;
  readonly claimFen?: number;
  readonly claim?: Amounts;
  readonly expected?: Amounts;
  readonly recoveries?: readonly Recovery[];
  readonly writtenOff?: Amounts;
  readonly fees?: readonly { principalFen: number; bp: number; days: number; sharePercent?: number; fen: number }[];
  readonly cases?: readonly { claimsFen: number; releasedFen: number; ceilingBp: number; trips: boolean | string }[];
}

const file = path.join(process.cwd(), '../shared/vectors/sharing.json');
const there = existsSync(file);
const vectors: readonly Vector[] = there ? (JSON.parse(readFileSync(file, 'utf8')).vectors as Vector[]) : [];
const byParty = <T extends { party: string }>(items: readonly T[], amount: (item: T) => number | null) =>
  Object.fromEntries(items.map((item) => [item.party, amount(item)]));
const sum = (amounts: Amounts): number => Object.values(amounts).reduce((s, amount) => s + amount, 0);

(there ? describe : describe.skip)('the vectors of risk sharing', () => {
  it('are all read: none has a shape that no test below takes', () => {
    const taken = (v: Vector): boolean =>
      [v.expected, v.recoveries, v.fees, v.cases].some((part) => part !== undefined);
    expect(vectors.map(({ id }) => id)).toEqual(['R01', 'R02', 'R03', 'R05', 'R05b', 'R06', 'R08', 'R09']);
    expect(vectors.filter(taken)).toHaveLength(8);
  });

  it.each(vectors.filter(({ expected }) => expected))('$id splits its claim: $note', ({ tree, claimFen, expected }) => {
    expect(byParty(splitByTree(treeOf(tree), fen(claimFen!)), ({ amount }) => amount)).toEqual(expected);
  });

  it.each(vectors.filter(({ recoveries }) => recoveries))('$id recovers: $note', (vector) => {
    const tree = treeOf(vector.tree);
    const events: ClaimEvent[] = [{ kind: 'claim', amount: fen(vector.claimFen ?? sum(vector.claim!)) }];
    if (vector.claim)
      expect(byParty(claimAccount(tree, events).account.leaves, ({ borne }) => borne)).toEqual(vector.claim);
    let surplus = 0;
    for (const recovery of vector.recoveries!) {
      events.push({ kind: 'recovery', gross: fen(recovery.grossFen), costs: fen(recovery.costsFen) });
      const { account, steps } = claimAccount(tree, events);
      const step = steps.at(-1)!;
      surplus += recovery.surplusToDebtorFen ?? 0;
      expect(byParty(step.shares, ({ amount }) => amount)).toEqual(recovery.shares);
      expect(byParty(account.leaves, ({ stillToRecover }) => stillToRecover)).toEqual(recovery.stillToRecover);
      expect(step).toMatchObject({
        net: recovery.netFen,
        surplusToDebtor: recovery.surplusToDebtorFen ?? 0,
        carriedCosts: recovery.carriedCostsFen ?? 0,
      });
      expect(account.surplusToDebtor).toBe(surplus);
    }
    if (!vector.writtenOff) return;
    const { account } = claimAccount(tree, [...events, { kind: 'write-off' }]);
    expect(byParty(account.leaves, ({ writtenOff }) => writtenOff)).toEqual(vector.writtenOff);
  });

  it.each(vectors.flatMap(({ fees }) => fees ?? []))(
    'charges $fen fen: $principalFen, $bp bp, $days days',
    (vector) => {
      const from = localDate('2024-01-01');
      const period = { principal: fen(vector.principalFen), bp: vector.bp, from, to: addDays(from, vector.days) };
      expect(feeOf(period, exact(vector.sharePercent ?? 100, 100)).amount).toBe(vector.fen);
    },
  );

  it.each(vectors.flatMap(({ cases }) => cases ?? []))('judges $claimsFen of $releasedFen: $trips', (vector) => {
    const { claimsFen, releasedFen, ceilingBp, trips } = vector;
    const { state, shown, newBusiness } = claimFuse(fen(claimsFen), exactFen(fen(releasedFen)), {
      claimCeilingBp: ceilingBp,
      claimBasePercent: 80,
    });
    if (typeof trips === 'boolean')
      expect([state, newBusiness]).toEqual(trips ? ['STOPPED', 'STOPPED'] : ['BELOW', 'OPEN']);
    else if (claimsFen === 0) expect([state, shown, newBusiness]).toEqual(['NONE', '—', 'OPEN']);
    else expect([state, shown, newBusiness]).toEqual(['PERSON', '—', 'PERSON_DECIDES']);
  });
});
