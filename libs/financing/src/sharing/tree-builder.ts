import type { ShareNode, ShareTree } from './share-tree.ts';

/** A tree in the shortest form: `[party, parts, children]`. */
export type TreeSketch = readonly (readonly [party: string, parts: number, children?: TreeSketch | null])[];

/** For tests: a party is named by its code, `bank` lends, the parts of each node add up to its whole. */
export function treeOf(sketch: TreeSketch): ShareTree {
  const children = sketch.map(([party, parts, below]): ShareNode => ({
    party,
    zh: `${party}方`,
    en: party,
    parts,
    ...(party === 'bank' ? { lender: true } : {}),
    ...(below ? treeOf(below) : {}),
  }));
  return { of: sketch.reduce((sum, [, parts]) => sum + parts, 0), children };
}
