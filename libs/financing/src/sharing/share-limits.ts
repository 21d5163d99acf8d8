import type { Text } from '#lib/scoring';
import { bpOf, compareExact, exact } from './exact.ts';
import { percentText } from './money-text.ts';
import { shareOf, type ShareTree } from './share-tree.ts';

/** What a scheme allows one party to bear (分险比例上下限), of the whole or of a group of the tree. */
export interface ShareLimit {
  readonly party: string;
  readonly within?: string;
  readonly leastBp?: number;
  readonly mostBp?: number;
}

export interface ShareFault extends Text {
  readonly party: string;
  /** Rounded, for people; the comparison is exact. */
  readonly shareBp: number;
  readonly limitBp: number;
}

/** The limits that a tree breaks. A party without a place in the tree bears nothing, which a lower limit refuses. */
export function shareFaults(tree: ShareTree, limits: readonly ShareLimit[]): readonly ShareFault[] {
  const faults: ShareFault[] = [];
  for (const { party, within, leastBp, mostBp } of limits) {
    const share = shareOf(tree, party, within) ?? exact(0);
    const shareBp = bpOf(share, 'half-up');
    const [ofZh, ofEn] = within ? [`占${within}的`, ` of ${within}`] : ['分担', ''];
    if (leastBp !== undefined && compareExact(share, exact(leastBp, 10_000)) < 0)
      faults.push({
        party,
        shareBp,
        limitBp: leastBp,
        zh: `${party}${ofZh}${percentText(shareBp)}，低于下限${percentText(leastBp)}`,
        en: `${party} bears ${percentText(shareBp)}${ofEn}, less than ${percentText(leastBp)}`,
      });
    if (mostBp !== undefined && compareExact(share, exact(mostBp, 10_000)) > 0)
      faults.push({
        party,
        shareBp,
        limitBp: mostBp,
        zh: `${party}${ofZh}${percentText(shareBp)}，超过上限${percentText(mostBp)}`,
        en: `${party} bears ${percentText(shareBp)}${ofEn}, more than ${percentText(mostBp)}`,
      });
  }
  return faults;
}
