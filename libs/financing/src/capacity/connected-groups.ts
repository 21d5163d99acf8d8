import type { CapacityRules } from './capacity-rules.ts';

/** One holder's whole share of one firm, all ways of holding it together. */
export interface Holding {
  readonly holder: string;
  readonly held: string;
  readonly bp: number;
}

/** Control by other means than shares: an agreement, or an actual controller (实际控制人) as declared. */
export interface Control {
  readonly controller: string;
  readonly controlled: string;
}

/** Parties that count as one client (同一客户), ordered by code; named by the first. */
export interface ConnectedGroup {
  readonly id: string;
  readonly members: readonly string[];
}

/**
 * Who is related to whom (关联方, domain §7 R27): a holder of 25 % or more, firms under the same control, and whoever is
 * connected to these. Parties under one control hold together, so a stake does not escape by being spread over subsidiaries.
 * A party that is in no edge is its own group. The same groups in whatever order the edges come; one more edge never
 * separates. Throws RangeError for a share outside 0–10,000 bp and for two edges between the same two parties.
 */
export function connectedGroups(
  holdings: readonly Holding[],
  controls: readonly Control[],
  rules: Pick<CapacityRules, 'relatedHoldingBp' | 'controlAboveBp'>,
): readonly ConnectedGroup[] {
  refuseOdd(holdings);
  const control = new Unions();
  for (const { holder, held } of holdings) control.add(holder, held);
  for (const { controller, controlled } of controls) control.join(controller, controlled);
  // Each round joins at least two parties, so there are fewer rounds than parties.
  while (joinFrom(holdings, control, control, (bp) => bp > rules.controlAboveBp));
  const related = control.copy();
  joinFrom(holdings, control, related, (bp) => bp >= rules.relatedHoldingBp);
  return related.groups();
}

/** The group of a party: its own where no edge names it. */
export const groupOf = (groups: readonly ConnectedGroup[], party: string): string =>
  groups.find(({ members }) => members.includes(party))?.id ?? party;

/** Adds up what the parties of each group of `together` hold of a firm and joins in `target` where it is enough. */
function joinFrom(
  holdings: readonly Holding[],
  together: Unions,
  target: Unions,
  enough: (bp: number) => boolean,
): boolean {
  const sums = new Map<string, { holder: string; held: string; bp: number }>();
  for (const { holder, held, bp } of holdings) {
    const root = together.rootOf(holder);
    const key = `${root}\n${held}`;
    sums.set(key, { holder: root, held, bp: (sums.get(key)?.bp ?? 0) + bp });
  }
  let joined = false;
  for (const { holder, held, bp } of sums.values()) if (enough(bp)) joined = target.join(holder, held) || joined;
  return joined;
}

function refuseOdd(holdings: readonly Holding[]): void {
  const seen = new Set<string>();
  for (const { holder, held, bp } of holdings) {
    const key = `${holder}\n${held}`;
    if (!Number.isSafeInteger(bp) || bp < 0 || bp > 10_000) throw new RangeError(`not a share: ${bp} bp of ${held}`);
    if (seen.has(key)) throw new RangeError(`two shares of ${holder} in ${held}`);
    seen.add(key);
  }
}

/** Disjoint sets; the root of a set is its first code in order, so that roots do not depend on the order of joins. */
class Unions {
  private readonly parents = new Map<string, string>();

  add(...parties: readonly string[]): void {
    for (const party of parties) if (!this.parents.has(party)) this.parents.set(party, party);
  }

  rootOf(party: string): string {
    let root = party;
    while (this.parents.get(root) !== root) root = this.parents.get(root)!;
    this.parents.set(party, root);
    return root;
  }

  /** Whether they were apart. */
  join(a: string, b: string): boolean {
    this.add(a, b);
    const [first, second] = [this.rootOf(a), this.rootOf(b)].sort((x, y) => (x < y ? -1 : 1)) as [string, string];
    this.parents.set(second, first);
    return first !== second;
  }

  copy(): Unions {
    const copy = new Unions();
    for (const [party, parent] of this.parents) copy.parents.set(party, parent);
    return copy;
  }

  groups(): ConnectedGroup[] {
    const members = new Map<string, string[]>();
    for (const party of [...this.parents.keys()].sort((a, b) => (a < b ? -1 : 1))) {
      const root = this.rootOf(party);
      members.set(root, [...(members.get(root) ?? []), party]);
    }
    return [...members].map(([id, list]) => ({ id, members: list }));
  }
}
