import { fen, splitByLargestRemainder, type Fen } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { DocumentCheck, membersOf } from './document-check.ts';
import { exact, times, type Exact } from './exact.ts';

/** Children that share a whole: their parts add up to `of`. */
export interface ShareTree {
  readonly of: number;
  readonly children: readonly ShareNode[];
}

/** One party (分险方), or with `of` and `children` a group of parties such as the guarantee system. */
export interface ShareNode extends Text, Partial<ShareTree> {
  /** What the party is called in this tree, for example `bank` or `national`; once in a tree. */
  readonly party: string;
  /** Of the whole of the node above. */
  readonly parts: number;
  /** 银行自担: bears its share of a loss and pays no claim; holds for everything beneath. */
  readonly lender?: boolean;
}

/** What falls to one node of a tree. Only leaves bear; a node that is no leaf is the sum of those beneath. */
export interface PartyShare extends Text {
  readonly party: string;
  readonly leaf: boolean;
  readonly lender: boolean;
  readonly amount: Fen;
}

const MAX_DEPTH = 6;
const NODE_FIELDS = ['party', 'zh', 'en', 'parts', 'lender', 'of', 'children'];

/** Looks at a tree of JSON and gathers its faults under `pointer`; its shape can be trusted when there is none. */
export function checkTree(check: DocumentCheck, pointer: string, tree: unknown): void {
  const seen = new Set<string>();
  const branch = (at: string, given: Readonly<Record<string, unknown>>, depth: number): void => {
    if (depth > MAX_DEPTH) return check.fault(at, `不得超过${MAX_DEPTH}层`, `no more than ${MAX_DEPTH} levels`);
    const children = check.list(`${at}/children`, given['children'], 1, 20);
    children.forEach((child, i) => node(`${at}/children/${i}`, membersOf(child), depth));
    if (!check.whole(`${at}/of`, given['of'], 1, 1_000_000)) return;
    const sum = children.reduce<number>((s, child) => s + Number(membersOf(child)['parts']), 0);
    if (sum !== given['of'])
      check.fault(
        `${at}/children`,
        `份额合计${sum}，应为${given['of']}`,
        `the parts add up to ${sum}, not ${given['of']}`,
      );
  };
  const node = (at: string, given: Readonly<Record<string, unknown>>, depth: number): void => {
    check.onlyFields(at, given, NODE_FIELDS);
    check.names(at, given);
    check.whole(`${at}/parts`, given['parts'], 0, 1_000_000);
    check.oneOf(`${at}/lender`, given['lender'], [undefined, true, false]);
    if (check.text(`${at}/party`, given['party'], /^[a-z][A-Za-z0-9-]{1,39}$/)) {
      if (seen.has(given['party'])) check.fault(`${at}/party`, '重复的分险方', 'this party stands in the tree already');
      seen.add(given['party']);
    }
    if (given['children'] !== undefined || given['of'] !== undefined) branch(at, given, depth + 1);
  };
  check.onlyFields(pointer, membersOf(tree), ['of', 'children']);
  branch(pointer, membersOf(tree), 1);
}

/** A tree agreed for one case. Throws ProblemError share-tree-invalid 422 naming every fault by its pointer. */
export function shareTree(document: unknown): ShareTree {
  const check = new DocumentCheck('share-tree-invalid');
  checkTree(check, '', document);
  check.end('分险比例有误', 'the tree of shares is not valid');
  return document as ShareTree;
}

/**
 * Splits an amount down a tree: largest remainder at each node, ties to the first listed child (domain §5.3). Every node
 * is named, parents before children; the leaves add up to the amount. A flat split of the leaves' shares would differ.
 */
export function splitByTree(tree: ShareTree, amount: Fen): readonly PartyShare[] {
  const shares: PartyShare[] = [];
  const branch = (children: readonly ShareNode[], whole: Fen, lender: boolean): void => {
    const amounts = splitByLargestRemainder(
      whole,
      children.map(({ parts }) => parts),
    );
    children.forEach((child, i) => {
      const { party, zh, en } = child;
      const part = fen(amounts[i]!);
      const lends = lender || child.lender === true;
      shares.push({ party, zh, en, leaf: !child.children, lender: lends, amount: part });
      if (child.children) branch(child.children, part, lends);
    });
  };
  branch(tree.children, amount, false);
  return shares;
}

export const leavesOf = (shares: readonly PartyShare[]): readonly PartyShare[] => shares.filter(({ leaf }) => leaf);

/** The exact share of a party in the whole, or in the group `within` that it belongs to; undefined: it has no place there. */
export function shareOf(tree: ShareTree, party: string, within?: string): Exact | undefined {
  const inside = within === undefined ? tree : find(tree, within)?.node;
  return inside?.children && inside.of ? find({ of: inside.of, children: inside.children }, party)?.share : undefined;
}

function find(tree: ShareTree, party: string): { node: ShareNode; share: Exact } | undefined {
  for (const node of tree.children) {
    const share = exact(node.parts, tree.of);
    if (node.party === party) return { node, share };
    if (!node.children || !node.of) continue;
    const below = find({ of: node.of, children: node.children }, party);
    if (below) return { node: below.node, share: times(share, below.share) };
  }
  return undefined;
}
