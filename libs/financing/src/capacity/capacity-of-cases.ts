import type { Fen, LocalDate, Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { Capacity } from './capacity.service.ts';

/** What a joint case names a guarantor's part by. */
interface CaseRef {
  readonly dealId: string;
  readonly guarantorId: string;
}

interface CaseAsked extends CaseRef {
  readonly uscc: Uscc;
  readonly programme: string;
  /** 担保本金, fen. */
  readonly principal: number;
  readonly shareBp: number;
  readonly until: LocalDate;
}

/** A guarantor's capacity in the words of joint cases: whether its client is a small firm is not known there, so it weighs fully. */
export function capacityOfCases(capacity: Capacity) {
  const taking = ({ dealId, guarantorId, uscc, programme, principal }: CaseAsked) => ({
    dealId,
    guarantor: guarantorId,
    client: uscc,
    programme,
    principal: principal as Fen,
  });
  return {
    /** A second time for the same ref it stands in the first one's place. Resolves to its last day. */
    async reserve(tx: Tx, asked: CaseAsked): Promise<LocalDate> {
      const { shareBp: ownShareBp, until } = asked;
      const { reservedUntil } = await capacity.reserve(tx, { ...taking(asked), ownShareBp, until, small: false });
      return reservedUntil;
    },
    /** Again for the same ref: the liability is raised to this. */
    async issue(tx: Tx, asked: CaseAsked): Promise<void> {
      const issued = taking(asked);
      const held = await capacity.held(tx, issued);
      if (held?.state !== 'ISSUED') await capacity.issue(tx, issued);
      else if (issued.principal > held.principal) await capacity.raise(tx, issued);
      else await capacity.lower(tx, issued);
    },
    async lower(tx: Tx, { dealId, guarantorId, principal }: CaseRef & { readonly principal: number }): Promise<void> {
      await capacity.lower(tx, { dealId, guarantor: guarantorId, principal: principal as Fen });
    },
    async release(tx: Tx, { dealId, guarantorId }: CaseRef): Promise<void> {
      await capacity.release(tx, { dealId, guarantor: guarantorId });
    },
  };
}
