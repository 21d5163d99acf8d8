import { ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { withoutAmounts } from '../capacity/refusals.ts';
import type { Raiser } from '../deals/deal.ts';
import { commitmentsOf, linesOf } from './commitments.ts';
import type { JointDeal } from './joint-body.ts';
import type { JointState } from './joint-table.ts';

/** Names what a guarantor holds room for: its part of one case. */
export interface CapacityRef {
  readonly dealId: string;
  readonly guarantorId: string;
}

/** What a guarantor is liable for, or will be. */
export interface CapacityAsked extends CapacityRef {
  readonly uscc: Uscc;
  readonly programme: string;
  /** 担保本金, fen. */
  readonly principal: number;
  /** The guarantor's share of the principal, basis points. */
  readonly shareBp: number;
  /** The last day of the commitment, after which the room is free by itself; of what is issued, the end of the guarantee. */
  readonly until: LocalDate;
}

/**
 * The guarantor's capacity (担保能力) as a joint case uses it. Every call is made in the transaction of whoever raised the
 * event, often not the guarantor: the bank repays, the firm signs last. Each throws ProblemError to refuse the event,
 * with every cap that would be passed.
 */
export interface CapacityPort {
  /** Takes room; a second time for the same ref it stands in the first one's place. */
  reserve(tx: Tx, asked: CapacityAsked): Promise<void>;
  /** 出函: the room is liability from here on (hard cap check). Again for the same ref: the liability is raised to this. */
  issue(tx: Tx, asked: CapacityAsked): Promise<void>;
  /** The liability of what was issued falls to this principal. Never refused. */
  lower(tx: Tx, ref: CapacityRef & { readonly principal: number }): Promise<void>;
  /** Room and liability are free. Never refused, also where its last day freed it before. */
  release(tx: Tx, ref: CapacityRef): Promise<void>;
}

export type CapacityCall =
  | ({ readonly call: 'reserve' | 'issue' } & CapacityAsked)
  | ({ readonly call: 'lower' } & CapacityRef & { readonly principal: number })
  | ({ readonly call: 'release' } & CapacityRef);

interface Held extends CapacityAsked {
  readonly issued: boolean;
}

const RESERVED: readonly JointState[] = ['COMMITTING', 'BALANCED'];
const ISSUED: readonly JointState[] = ['SIGNED', 'ACTIVE', 'REVIEW_DUE', 'FROZEN', 'RUN_OFF'];

/**
 * What each guarantor holds room for in this state: what it committed until all have signed, then what is effective and
 * not repaid, undrawn included; in run-off what is outstanding. A claim that it paid is no liability any more.
 */
function heldBy(deal: JointDeal): readonly Held[] {
  const { dealId, uscc, programme, state, body } = deal;
  if (!RESERVED.includes(state) && !ISSUED.includes(state)) return [];
  const issued = ISSUED.includes(state);
  return commitmentsOf(body)
    .filter(({ part }) => part === 'guaranteed')
    .map(({ institutionId, amount, expiresOn }) => {
      const is = { part: 'guaranteed', institutionId };
      const line = linesOf(body).find((one) => one.part === is.part && one.institutionId === institutionId)!;
      const at = body.positions.find((one) => one.part === is.part && one.institutionId === institutionId)!;
      const open = state === 'RUN_OFF' ? at.outstanding : Math.max(at.effective, at.drawn) - at.drawn + at.outstanding;
      return {
        dealId,
        guarantorId: institutionId,
        uscc,
        programme,
        issued,
        principal: issued ? open : amount,
        shareBp: line.guarantorShareBp!,
        until: issued ? line.guaranteeUntil! : expiresOn,
      };
    });
}

/**
 * What a change of the case asks of guarantors' capacity: one call a guarantor at most, in one order for all cases, as each
 * takes the lock on its guarantor. Pure.
 */
export function capacityCalls(before: JointDeal, after: JointDeal): readonly CapacityCall[] {
  const [had, has] = [heldBy(before), heldBy(after)];
  const calls: CapacityCall[] = [];
  const ref = ({ dealId, guarantorId }: Held): CapacityRef => ({ dealId, guarantorId });
  for (const old of had)
    if (!has.some(({ guarantorId }) => guarantorId === old.guarantorId)) calls.push({ call: 'release', ...ref(old) });
  for (const now of has) {
    const old = had.find(({ guarantorId }) => guarantorId === now.guarantorId);
    const { issued, ...asked } = now;
    const rises = old === undefined || now.principal > old.principal;
    if (!issued) {
      if (rises || now.principal < old.principal || now.until !== old.until) calls.push({ call: 'reserve', ...asked });
    } else if (old === undefined || !old.issued || rises) calls.push({ call: 'issue', ...asked });
    else if (now.principal < old.principal) calls.push({ call: 'lower', ...ref(now), principal: now.principal });
  }
  return calls.sort((a, b) => (a.guarantorId < b.guarantorId ? -1 : 1));
}

/**
 * Every call in turn. How a guarantor's book stands is told to nobody but itself and the house: whoever else raised the
 * event learns which cap stands against it.
 */
export async function makeCalls(
  tx: Tx,
  capacity: CapacityPort,
  calls: readonly CapacityCall[],
  by: Pick<Raiser, 'role' | 'institutionId'>,
): Promise<void> {
  for (const one of calls)
    try {
      if (one.call === 'release') await capacity.release(tx, one);
      else if (one.call === 'lower') await capacity.lower(tx, one);
      else await capacity[one.call](tx, one);
    } catch (error) {
      const isTheirs = by.role === 'OPS' || by.institutionId === one.guarantorId;
      throw isTheirs || !(error instanceof ProblemError) ? error : withoutAmounts(error);
    }
}
