import { dateAt, instantText, type Fen, type LocalDate } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import type { Capacity, Reservation } from '../capacity/capacity.service.ts';
import type { Taking } from '../capacity/capacity.store.ts';
import type { CapacityAnswer } from '../capacity/check-capacity.ts';
import { refusal } from '../deals/checks.ts';
import type { Admit, OutcomeBook, ReadProgrammeRoom } from '../deals/ports.ts';
import type { DealFlow, DealMessage, Move } from '../deals/raise.ts';
import type { Claimed } from '../referrals/referrals.service.ts';
import { bpOf } from '../sharing/exact.ts';
import { shareOf } from '../sharing/share-tree.ts';
import { guaranteedOf } from './guarantee-entries.ts';
import { noteGuarantee } from './guarantee-outcomes.ts';
import { OWN_PARTY, sharesInBp, type GuaranteeTerms } from './guarantee-terms.ts';
import { GUARANTEE } from './guarantee-type.ts';
import {
  exposureOf,
  type CapsRecord,
  type Guarantee,
  type GuaranteeBody,
  type GuaranteeChange,
  type RoomRecord,
} from './guarantee.ts';
import type { GuaranteeEvent, GuaranteeState } from './guarantee-table.ts';
import { isLive, loansOf } from './loan-links.reader.ts';
import { firmInForce, readFuse, type FuseReader } from './scheme-book.reader.ts';
import { caseChecks, NOTHING_ELSE, type SchemeRecord } from './scheme-rules.ts';
import { sharesBy, sharingNamed } from './sharing-terms.ts';

/** Written by the service, whatever was sent. */
interface ServiceWords {
  readonly caps?: CapsRecord;
  readonly scheme?: SchemeRecord;
  readonly room?: RoomRecord;
}
type GuaranteeMove = Move<GuaranteeState, GuaranteeBody, GuaranteeChange, GuaranteeTerms>;
export type GuaranteeFlow = DealFlow<GuaranteeState, GuaranteeEvent, GuaranteeBody, GuaranteeChange, GuaranteeTerms>;

/** The loan under a guarantee: where a claim is filed it is in default, whatever its days (违约). */
export interface GuaranteedLoan {
  claimed(tx: Tx, dealId: string, claim: Claimed): Promise<void>;
}

export interface GuaranteePorts {
  readonly admit: Admit;
  readonly outcomes: OutcomeBook;
  readonly loan?: GuaranteedLoan;
  /** Left out: what a firm uses of a programme is not looked at. */
  readonly room?: ReadProgrammeRoom;
}

/** A guarantee with the capacity that it takes: reserved with approval, held to with the letter, less with each repayment. */
export const guaranteeFlow = (
  capacity: Capacity,
  ports: GuaranteePorts,
  fuse: FuseReader = readFuse,
): GuaranteeFlow => ({
  type: GUARANTEE,
  prepare: async (tx, made) => {
    await saidOfItsLoan(tx, made);
    // The capacity first: its lock keeps the book still that the fuse is read from.
    const measured = await withRoom(tx, ports.room, made, await withCapacity(tx, capacity, made));
    return withSchemeOf(tx, fuse, made, measured);
  },
  effects: async (tx, made) => {
    await follow(tx, capacity, made);
    if (made.change.event === 'claim') await claimed(tx, ports, made);
    await noteGuarantee(tx, ports.outcomes, made);
  },
  message,
});

/** As it follows a loan: none of its events raises what the guarantor decided on, so that nothing is prepared. */
export const followingFlow = ({ prepare: _said, ...flow }: GuaranteeFlow): GuaranteeFlow => flow;

/** Every loan under the guarantee. */
async function claimed(tx: Tx, { loan }: GuaranteePorts, { after, by }: GuaranteeMove): Promise<void> {
  if (loan === undefined) return;
  const { dueOn } = after.body.overdue!;
  for (const { dealId } of await loansOf(tx, after))
    await loan.claimed(tx, dealId, { dueOn, on: dateAt(by.at), at: by.at });
}

/**
 * One truth: what is drawn and repaid is told of the loan where it is on the platform, and the guarantee follows. Throws
 * ProblemError guarantee-follows-loan 409 for what a desk says of the guarantee itself; that all is repaid may be said once no
 * loan under it lives.
 */
async function saidOfItsLoan(tx: Tx, { before, change, by }: GuaranteeMove): Promise<void> {
  if (by.role === 'SYSTEM' || !movesPrincipal(before, change)) return;
  const loans = await loansOf(tx, before);
  const loan = change.event === 'repaid' ? loans.find(isLive) : loans[0];
  if (loan === undefined) return;
  throw refusal(
    'guarantee-follows-loan',
    409,
    '',
    `担保随贷款业务 ${loan.dealId} 变动，请在该贷款上报送`,
    `the guarantee follows the loan ${loan.dealId}: to be told of that loan`,
  );
}

function movesPrincipal({ body }: Guarantee, change: GuaranteeChange): boolean {
  if (change.event === 'draw' || change.event === 'reduce' || change.event === 'repaid') return true;
  if (change.event !== 'correct') return false;
  const kind = body.entries.find(({ version }) => version === change.version)?.kind;
  return kind === 'draw' || kind === 'repayment';
}

const takingOf = ({ dealId, uscc, programme, terms }: Guarantee): Taking => ({
  dealId,
  guarantor: terms.guarantorId,
  client: uscc,
  programme,
});

/** What a guarantee takes of its guarantor's capacity for so much of the loan. */
export function reservationOf(deal: Guarantee, loan: Fen): Reservation {
  const { tree, smallFirm } = deal.terms;
  return {
    ...takingOf(deal),
    principal: guaranteedOf(loan, deal.terms),
    ownShareBp: bpOf(shareOf(tree, OWN_PARTY)!, 'up'),
    small: smallFirm === true,
  };
}

/** The change with the caps as they stand, written by nobody else; what raises the guarantor's liability takes it here. */
async function withCapacity(
  tx: Tx,
  capacity: Capacity,
  { before, after, change, by }: GuaranteeMove,
): Promise<GuaranteeChange> {
  const { caps: _said, scheme: _stated, room: _left, ...given } = change as GuaranteeChange & ServiceWords;
  const on = dateAt(by.at);
  const record = ({ checks, reservedUntil }: CapacityAnswer): GuaranteeChange =>
    ({ ...given, caps: { on, reservedUntil, checks } }) as GuaranteeChange;
  const taking = takingOf(after);
  const reservation = reservationOf(after, after.body.approved);
  const { principal } = reservation;
  if (after.state === 'APPROVED' && before.state !== 'APPROVED') return record(await capacity.reserve(tx, reservation));
  if (change.event === 'issue') return record(await capacity.issue(tx, { ...taking, principal }));
  if (change.event === 'accept-batch') {
    await capacity.reserve(tx, reservation);
    return record(await capacity.issue(tx, { ...taking, principal }));
  }
  if (change.event === 'extend')
    return {
      ...given,
      caps: { on, reservedUntil: null, checks: await capacity.recheck(tx, taking) },
    } as GuaranteeChange;
  return given;
}

/** The change with what the programme leaves the firm, beside this guarantee and its loans: where it is approved, also under conditions. */
async function withRoom(
  tx: Tx,
  read: ReadProgrammeRoom | undefined,
  { before, change, by }: GuaranteeMove,
  given: GuaranteeChange,
): Promise<GuaranteeChange> {
  const approves = change.event === 'decide' ? change.decision !== 'decline' : change.event === 'meet-conditions';
  if (read === undefined || !approves) return given;
  const { dealId, uscc, programme, terms } = before;
  const loans = (await loansOf(tx, before)).map((loan) => loan.dealId);
  const besides = [dealId, ...loans, ...(terms.loanDealId === null ? [] : [terms.loanDealId])];
  const { cap, used } = await read(tx, { programme, uscc, on: dateAt(by.at), besides });
  return { ...given, room: { cap, used } } as GuaranteeChange;
}

/** The change with what its scheme says: the rules with the approval, the fuse also with the letter. */
async function withSchemeOf(
  tx: Tx,
  fuse: FuseReader,
  { before, after, change, by }: GuaranteeMove,
  given: GuaranteeChange,
): Promise<GuaranteeChange> {
  const approved = (after.state === 'APPROVED' && before.state !== 'APPROVED') || change.event === 'accept-batch';
  if (!approved && change.event !== 'issue') return given;
  const asked = approved ? after.body.approved : null;
  const scheme = await schemeRecord(tx, fuse, after, asked, dateAt(by.at));
  return scheme === null ? given : ({ ...given, scheme } as GuaranteeChange);
}

/**
 * What the scheme of a guarantee says on a day; null: it has none. `loan`: held against its rules for so much; null: only the
 * fuse is read. In the transaction that holds the guarantor's row. Throws ProblemError sharing-scheme-unknown 422.
 */
export async function schemeRecord(
  tx: Tx,
  fuse: FuseReader,
  { dealId, uscc, programme, terms }: AskedGuarantee,
  loan: Fen | null,
  on: LocalDate,
): Promise<SchemeRecord | null> {
  const sharing = terms.sharing ?? sharingNamed(programme, undefined, on);
  if (sharing.scheme === null) return null;
  const named = sharesBy(sharing.scheme, on);
  const { scheme, hash } = named;
  const { singleFirmMost, code, version } = scheme;
  const inForce = async (): Promise<Fen> =>
    singleFirmMost === null ? NOTHING_ELSE : firmInForce(tx, { uscc, scheme: code, dealId });
  return {
    on,
    scheme: code,
    version,
    hash,
    shareClass: sharing.shareClass,
    fuse: await fuse(tx, { guarantor: terms.guarantorId, scheme: named, on }),
    checks:
      loan === null
        ? []
        : caseChecks(
            scheme,
            { ...terms, sharing },
            { principal: guaranteedOf(loan, terms), firmInForce: await inForce() },
          ),
  };
}

/** `dealId` null: it is not opened yet. */
type AskedGuarantee = Pick<Guarantee, 'uscc' | 'programme' | 'terms'> & { readonly dealId: string | null };

/** What was taken follows what the guarantee has come to. */
async function follow(tx: Tx, capacity: Capacity, { before, after }: GuaranteeMove): Promise<void> {
  const [was, is] = [exposureOf(before), exposureOf(after)];
  const taking = takingOf(after);
  if (was === null || was === is) return;
  if (is === null) await capacity.release(tx, taking);
  else if (is < was) await capacity.lower(tx, { ...taking, principal: is });
  else await capacity.raise(tx, { ...taking, principal: is });
}

/** `guarantee.event.v1` (domain §6.9). */
function message({ after, change, by }: GuaranteeMove): DealMessage {
  const { dealId, state, body, terms } = after;
  return {
    type: 'guarantee.event.v1',
    body: {
      guaranteeId: dealId,
      letterNo: body.letter?.letterNo ?? null,
      event: change.event,
      status: state,
      principal: body.approved > 0 ? body.approved : terms.principal,
      shares: sharesInBp(terms.tree),
      fee: body.fee,
      occurredAt: instantText(by.at),
    },
  };
}
