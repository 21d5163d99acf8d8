import { addFen, fen, mulDiv, ProblemError, splitByLargestRemainder, type Fen } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { leavesOf, splitByTree, type ShareTree } from './share-tree.ts';

/** 代偿金额 = (outstanding principal + normal interest) × guaranteed ratio, half up to the fen. */
export const claimAmount = (outstanding: Fen, normalInterest: Fen, guaranteedBp: number): Fen =>
  mulDiv(addFen(outstanding, normalInterest), guaranteedBp, 10_000, 'half-up');

/** What happens to one defaulted guarantee. A correction is another event list, never a changed event. */
export type ClaimEvent =
  /** 代偿: split by the tree. */
  | { readonly kind: 'claim'; readonly amount: Fen }
  /** 追偿回款 with what it cost. */
  | { readonly kind: 'recovery'; readonly gross: Fen; readonly costs: Fen }
  /** 追偿费用 that no recovery has met yet. */
  | { readonly kind: 'cost'; readonly amount: Fen }
  /** 核销: what is still to recover is given up in the books; a later recovery is shared as before. */
  | { readonly kind: 'write-off' };

export interface LeafAccount extends Text {
  readonly party: string;
  readonly lender: boolean;
  /** Of all claims. */
  readonly borne: Fen;
  /** 0 for a lender, which bears its share without paying. */
  readonly paid: Fen;
  readonly recovered: Fen;
  /** borne − recovered. */
  readonly stillToRecover: Fen;
  /** What was still to recover when it was written off; null: it was not. */
  readonly writtenOff: Fen | null;
}

export interface ClaimAccount {
  readonly claimed: Fen;
  readonly grossRecovered: Fen;
  readonly costs: Fen;
  /** Costs that no recovery has met yet: they come off the next one. */
  readonly carriedCosts: Fen;
  /** To the parties, the lender included. */
  readonly netRecovered: Fen;
  readonly surplusToDebtor: Fen;
  readonly leaves: readonly LeafAccount[];
}

/** One event and what it did to each leaf: what was borne by a claim, what came back by a recovery. */
export interface ClaimStep {
  readonly event: ClaimEvent;
  readonly net: Fen;
  readonly carriedCosts: Fen;
  readonly surplusToDebtor: Fen;
  readonly shares: readonly { readonly party: string; readonly amount: Fen }[];
}

const ZERO = fen(0);
const minus = (a: Fen, b: Fen): Fen => fen(a - b);
const atLeastZero = (value: Fen): Fen => {
  if (value < 0) throw new RangeError(`an amount must not be negative: ${value}`);
  return value;
};

export function openClaimAccount(tree: ShareTree): ClaimAccount {
  const leaves = leavesOf(splitByTree(tree, ZERO)).map(({ party, zh, en, lender }) => ({
    party,
    zh,
    en,
    lender,
    borne: ZERO,
    paid: ZERO,
    recovered: ZERO,
    stillToRecover: ZERO,
    writtenOff: null,
  }));
  return {
    claimed: ZERO,
    grossRecovered: ZERO,
    costs: ZERO,
    carriedCosts: ZERO,
    netRecovered: ZERO,
    surplusToDebtor: ZERO,
    leaves,
  };
}

/** The account after all events in their order, with each step. Throws what applyClaimEvent throws. */
export function claimAccount(
  tree: ShareTree,
  events: readonly ClaimEvent[],
): { readonly account: ClaimAccount; readonly steps: readonly ClaimStep[] } {
  let account = openClaimAccount(tree);
  const steps = events.map((event) => {
    const next = applyClaimEvent(tree, account, event);
    account = next.account;
    return next.step;
  });
  return { account, steps };
}

/**
 * One event (domain §5.3). A recovery, less its costs and those carried, is split by largest remainder in proportion to what
 * each leaf has still to recover, so nobody gets back more than it bore and full recovery zeroes all; the rest is the debtor's.
 * Throws ProblemError no-claim-to-recover, claim-written-off 409; RangeError for a negative amount.
 */
export function applyClaimEvent(
  tree: ShareTree,
  account: ClaimAccount,
  event: ClaimEvent,
): { readonly account: ClaimAccount; readonly step: ClaimStep } {
  switch (event.kind) {
    case 'claim':
      return claim(tree, account, event);
    case 'recovery':
      return recovery(account, event);
    case 'cost': {
      const costs = addFen(account.costs, atLeastZero(event.amount));
      const carriedCosts = addFen(account.carriedCosts, event.amount);
      return stepped({ ...account, costs, carriedCosts }, event, {});
    }
    case 'write-off': {
      refuseWrittenOff(account);
      refuseUnclaimed(account);
      const leaves = account.leaves.map((leaf) => ({ ...leaf, writtenOff: leaf.stillToRecover }));
      return stepped({ ...account, leaves }, event, {});
    }
  }
}

function claim(tree: ShareTree, account: ClaimAccount, event: Extract<ClaimEvent, { kind: 'claim' }>) {
  refuseWrittenOff(account);
  const parts = leavesOf(splitByTree(tree, atLeastZero(event.amount)));
  const leaves = account.leaves.map((leaf, i) => {
    const { amount, lender } = parts[i]!;
    return {
      ...leaf,
      borne: addFen(leaf.borne, amount),
      paid: lender ? ZERO : addFen(leaf.paid, amount),
      stillToRecover: addFen(leaf.stillToRecover, amount),
    };
  });
  const shares = parts.map(({ party, amount }) => ({ party, amount }));
  return stepped({ ...account, claimed: addFen(account.claimed, event.amount), leaves }, event, { shares });
}

function recovery(account: ClaimAccount, event: Extract<ClaimEvent, { kind: 'recovery' }>) {
  refuseUnclaimed(account);
  const gross = atLeastZero(event.gross);
  const due = addFen(account.carriedCosts, atLeastZero(event.costs));
  const carriedCosts = fen(Math.max(0, due - gross));
  const afterCosts = fen(Math.max(0, gross - due));
  const balances = account.leaves.map(({ stillToRecover }) => stillToRecover);
  const open = addFen(...balances);
  const net = fen(Math.min(afterCosts, open));
  const surplusToDebtor = minus(afterCosts, net);
  // With nothing open there is nothing to split by.
  const parts = open === 0 ? balances : splitByLargestRemainder(net, balances).map(fen);
  const leaves = account.leaves.map((leaf, i) => ({
    ...leaf,
    recovered: addFen(leaf.recovered, parts[i]!),
    stillToRecover: minus(leaf.stillToRecover, parts[i]!),
  }));
  const after: ClaimAccount = {
    ...account,
    grossRecovered: addFen(account.grossRecovered, gross),
    costs: addFen(account.costs, event.costs),
    carriedCosts,
    netRecovered: addFen(account.netRecovered, net),
    surplusToDebtor: addFen(account.surplusToDebtor, surplusToDebtor),
    leaves,
  };
  const shares = leaves.map(({ party }, i) => ({ party, amount: parts[i]! }));
  return stepped(after, event, { net, surplusToDebtor, shares });
}

function stepped(account: ClaimAccount, event: ClaimEvent, step: Partial<ClaimStep>) {
  const { carriedCosts, leaves } = account;
  const none = leaves.map(({ party }) => ({ party, amount: ZERO }));
  return { account, step: { event, net: ZERO, surplusToDebtor: ZERO, shares: none, ...step, carriedCosts } };
}

function refuseUnclaimed({ claimed }: ClaimAccount): void {
  if (claimed > 0) return;
  throw new ProblemError({
    code: 'no-claim-to-recover',
    status: 409,
    zh: '尚未代偿，不能登记追偿或核销',
    en: 'no claim was paid yet: there is nothing to recover or write off',
  });
}

function refuseWrittenOff({ leaves }: ClaimAccount): void {
  if (leaves.every(({ writtenOff }) => writtenOff === null)) return;
  throw new ProblemError({
    code: 'claim-written-off',
    status: 409,
    zh: '已核销，不能再登记代偿或核销',
    en: 'the account is written off: only recoveries and costs may follow',
  });
}
