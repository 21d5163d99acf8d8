import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, institutionsById, type InstitutionKind, type Principal } from '#lib/access';
import { dateAt, ProblemError, type LocalDate, type Uscc } from '#lib/kernel';
import type { Db, Tx } from '#lib/platform';
import { seesBook, type Capacity } from '../capacity/capacity.service.ts';
import { ofNoAmount, withoutAmounts } from '../capacity/refusals.ts';
import type { Desk, Party } from '../deals/deal.ts';
import { dealEvents, findDeal, openDeal, type DealEventRow } from '../deals/deals.store.ts';
import {
  command,
  commandOn,
  deskOf,
  move,
  sweepDeals,
  type Command,
  type CommandOn,
  type DealParts,
} from '../deals/raise.ts';
import type { Admission } from '../deals/ports.ts';
import { dealUnknown } from '../deals/refusals.ts';
import type { CoveringGuarantee, LoanMove } from '../referrals/loan-move.ts';
import type { Referral } from '../referrals/referral-terms.ts';
import { REFERRAL } from '../referrals/referral.ts';
import { followingFlow, guaranteeFlow, type GuaranteeFlow, type GuaranteePorts } from './guarantee-flow.ts';
import { guaranteedOf } from './guarantee-entries.ts';
import { allOwe, covers, guaranteesOfLoan, isLive, loansOf } from './loan-links.reader.ts';
import { changesOfLoan } from './loan-moves.ts';
import { fusesOf, type FuseReader } from './scheme-book.reader.ts';
import { caseChecks, caseFaults, caseRefused, NOTHING_ELSE, type FuseReading } from './scheme-rules.ts';
import { sharesBy, sharingNamed } from './sharing-terms.ts';
import { refusal } from '../deals/checks.ts';
import { guaranteeTerms, isUuid, withinProgramme, withinRoom, type GuaranteeTerms } from './guarantee-terms.ts';
import { dueChange, GUARANTEE, guaranteeFor } from './guarantee-type.ts';
import type { Guarantee, GuaranteeChange } from './guarantee.ts';

export interface GuaranteeApplication {
  readonly uscc: Uscc;
  /** 产品代码. */
  readonly programme: string;
  /** What the programme says of the firm is looked up. */
  readonly terms: Omit<GuaranteeTerms, 'programmeMost' | 'suggestedLine'>;
}

interface AdmittedTerms extends Pick<GuaranteeApplication, 'uscc' | 'programme'> {
  readonly terms: GuaranteeTerms;
}

/** 担保申请: opened by the firm, its bank, a guarantor or the platform; moved by whoever sits at it. */
export class Guarantees implements CoveringGuarantee {
  readonly flow: GuaranteeFlow;
  /** What a loan does is not said of the guarantee by anybody. */
  private readonly following: GuaranteeFlow;

  constructor(
    private readonly parts: DealParts,
    readonly capacity: Capacity,
    private readonly ports: GuaranteePorts,
  ) {
    this.flow = guaranteeFlow(capacity, ports);
    this.following = followingFlow(this.flow);
  }

  /**
   * A draft. Throws ProblemError guarantee-terms-invalid, guarantee-over-programme, party-unknown, loan-unknown,
   * sharing-scheme-unknown, sharing-scheme-differs, share-class-unknown 422, programme-refused, sharing-case-refused 409;
   * application-refused 403 for whoever may not apply in these names.
   */
  async open(principal: Principal, { uscc, programme, terms: given }: GuaranteeApplication): Promise<Guarantee> {
    const asked = guaranteeTerms({ ...given, programmeMost: null, suggestedLine: null });
    const role = applicantOf(principal, uscc, asked);
    const { clock, calendar, db } = this.parts;
    return db.as(HOUSE, async (tx) => {
      await knownParties(tx, {
        '/guarantorId': [asked.guarantorId, 'guarantor'],
        '/bankId': [asked.bankId, 'bank'],
        '/reGuarantorId': [asked.reGuarantorId, 'guarantor'],
      });
      await knownLoan(tx, asked, uscc);
      const at = clock.now();
      const parties = partiesOf(asked);
      const on = dateAt(at);
      const admitted = await this.admitted(tx, { uscc, programme, terms: asked }, on);
      const sharing = sharingNamed(programme, asked.sharing, on);
      const terms = { ...asked, programmeMost: admitted.programmeCap, suggestedLine: admitted.suggestedLine, sharing };
      withinProgramme('/principal', terms.principal, terms);
      heldAtApplication(terms, on);
      const dealId = uuidv7({ msecs: at.getTime() });
      const order = { dealId, uscc, programme, openedAt: at, parties, terms };
      const { institutionId, personId } = principal;
      return openDeal(tx, GUARANTEE, order, { by: { role, institutionId, personId, at }, calendar });
    });
  }

  /** 准入, the same for one that is applied for and one of a batch. Throws as `Admit`. */
  admitted(tx: Tx, { uscc, programme, terms }: AdmittedTerms, on: LocalDate): Promise<Admission> {
    const pending = ['guarantorAcceptance'] as const;
    const besides = terms.loanDealId === null ? [] : [terms.loanDealId];
    return this.ports.admit(tx, { programme, uscc, on, parties: partiesOf(terms), pending, besides });
  }

  /**
   * 产品余额 for a loan of the batch that a row is of, beside the loan that it names. Throws ProblemError programme-cap 409.
   */
  async withinRoom(tx: Tx, { uscc, programme, terms }: AdmittedTerms, on: LocalDate): Promise<void> {
    const besides = terms.loanDealId === null ? [] : [terms.loanDealId];
    withinRoom('/principal', terms.principal, await this.ports.room?.(tx, { programme, uscc, on, besides }));
  }

  /** The flow with a reading of fuses of its own. */
  flowReading(fuse: FuseReader): GuaranteeFlow {
    return guaranteeFlow(this.capacity, this.ports, fuse);
  }

  /** 代偿率 of a guarantor by scheme; for who may not see its book, none. */
  async fuses(principal: Principal, guarantor: string): Promise<readonly FuseReading[]> {
    if (!seesBook(principal, guarantor)) return [];
    const on = dateAt(this.parts.clock.now());
    // As the house: each row of a large book would otherwise ask anew whether it is theirs.
    return this.parts.db.as(HOUSE, (tx) => fusesOf(tx, guarantor, on));
  }

  /**
   * One event. Throws what `command` throws, what the guarantee refuses, capacity-passed, reservation-expired, programme-cap,
   * guarantee-follows-loan, sharing-case-refused, claim-fuse-tripped and claim-fuse-undecided 409.
   */
  async act(principal: Principal, given: Command<GuaranteeChange>): Promise<Guarantee> {
    await knownBank(this.parts.db, given.change);
    const deal = await told(principal, given.change, command(this.parts, this.flow, principal, given));
    return guaranteeFor(deskFor(principal, deal), deal);
  }

  /** As the reader's desk sees it. Throws ProblemError deal-unknown 404. */
  async get(
    principal: Principal,
    dealId: string,
  ): Promise<{ readonly deal: Guarantee; readonly events: readonly DealEventRow[] }> {
    return this.parts.db.as(actorOf(principal), async (tx) => {
      const deal = await findDeal(tx, GUARANTEE, dealId);
      if (deal === undefined) throw dealUnknown(dealId);
      return guaranteeSeen(principal, deal, await dealEvents(tx, dealId));
    });
  }

  /** As `act`, in the transaction that took the guarantee. */
  async commandOn(tx: Tx, principal: Principal, given: CommandOn<GuaranteeChange>): Promise<Guarantee> {
    await knownBank(tx, given.change);
    return told(principal, given.change, commandOn(tx, this.parts, this.flow, principal, given));
  }

  /**
   * What happened to a loan happens to its guarantees, in the loan's transaction: a draw is refused where the letter does not
   * allow it, what is paid lowers it. Throws ProblemError guarantee-unknown 422 for a draw under a guarantee of another bank.
   */
  async loanMoved(tx: Tx, loan: LoanMove): Promise<void> {
    for (const dealId of await guaranteesOfLoan(tx, loan)) {
      // Locked before its other loans are read: of two that move at once the second sees what the first one did.
      let deal = await findDeal(tx, GUARANTEE, dealId, 'update');
      const named = dealId === loan.guaranteeId;
      if (deal === undefined || !covers(deal, loan)) {
        if (named && loan.kind === 'draw') throw otherGuarantee();
        continue;
      }
      const others = (await loansOf(tx, deal)).filter((one) => one.dealId !== loan.dealId);
      const around = { named, othersOwe: allOwe(others), othersLive: others.some(isLive) };
      for (const change of changesOfLoan(deal, loan, around))
        deal = await move(tx, this.parts, this.following, deal, change, loan.by);
    }
  }

  /** 期限届满: what time brings, and reservations that are over. Resolves to the number of deals that moved. */
  sweep(): Promise<number> {
    return this.parts.db.as(HOUSE, async (tx) => {
      await this.capacity.lockAll(tx);
      const moved = await sweepDeals(tx, this.parts, this.flow, dueChange);
      await this.capacity.expire(tx);
      return moved;
    });
  }
}

/** How a guarantor's book stands is told to nobody but itself and the house. */
async function told<T>({ kind }: Principal, change: GuaranteeChange, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const placed = 'amount' in change ? error : ofNoAmount(error);
    throw kind === 'guarantor' || kind === 'operator' ? placed : withoutAmounts(placed);
  }
}

const otherGuarantee = (): ProblemError =>
  refusal(
    'guarantee-unknown',
    422,
    '',
    '所指担保的贷款银行不是本行',
    'the guarantee that the loan names is of another bank',
  );

/** Where somebody stands who may see the deal; a regulator reads like the house. */
const deskFor = (principal: Principal, deal: Guarantee): Desk =>
  principal.kind === 'regulator' ? 'OPS' : (deskOf(principal, deal, ['GUAR']) ?? 'FIRM');

/** A guarantee and its events as they are the reader's to see; pure. */
export function guaranteeSeen(
  principal: Principal,
  deal: Guarantee,
  events: readonly DealEventRow[],
): { readonly deal: Guarantee; readonly events: readonly DealEventRow[] } {
  const desk = deskFor(principal, deal);
  const own = desk === 'GUAR' || desk === 'OPS';
  return {
    deal: guaranteeFor(desk, deal),
    events: own ? events : events.map(({ detail, event, ...row }) => ({ ...row, event, detail: shown(event, detail) })),
  };
}

/** The details of an event without what is the guarantor's own. */
function shown(event: string | null, detail: DealEventRow['detail']): DealEventRow['detail'] {
  if (event === 'report') return {};
  const { caps: _own, scheme: _book, room: _use, fuseReason: _why, ...rest } = detail;
  return rest;
}

/** In the order in which they are read back. */
export const partiesOf = ({ guarantorId, bankId, reGuarantorId }: GuaranteeTerms): Party[] => [
  ...(bankId === null ? [] : [{ institutionId: bankId, desk: 'BANK' as const }]),
  { institutionId: guarantorId, desk: 'GUAR' },
  ...(reGuarantorId === null ? [] : [{ institutionId: reGuarantorId, desk: 'REGUAR' as const }]),
];

function applicantOf(principal: Principal, uscc: Uscc, terms: GuaranteeTerms): Desk {
  const { kind, institutionId } = principal;
  if (kind === 'operator') return 'OPS';
  if (kind === 'firm' && principal.uscc === uscc) return 'FIRM';
  if (kind === 'bank' && terms.bankId === institutionId) return 'BANK';
  if (kind === 'guarantor' && terms.guarantorId === institutionId) return 'GUAR';
  const zh = '只能以本企业、本机构的名义申请';
  const en = 'an application is made in one’s own name';
  throw new ProblemError({ code: 'application-refused', status: 403, zh, en });
}

/** Throws ProblemError party-unknown 422. */
async function knownBank(db: Db, change: GuaranteeChange): Promise<void> {
  if (change.event === 'contract' && change.bankId !== undefined)
    await knownParties(db, { '/bankId': [change.bankId, 'bank'] });
}

/** Throws ProblemError sharing-case-refused 409 for what fails whatever else the firm has in force; the rest is asked at approval. */
export function heldAtApplication(
  terms: GuaranteeTerms & Required<Pick<GuaranteeTerms, 'sharing'>>,
  on: LocalDate,
): void {
  const code = terms.sharing.scheme;
  if (code === null) return;
  const principal = guaranteedOf(terms.principal, terms);
  const checks = caseChecks(sharesBy(code, on).scheme, terms, { principal, firmInForce: NOTHING_ELSE });
  const faults = caseFaults(checks, 'known');
  if (faults.length > 0) throw caseRefused(code, faults);
}

/**
 * 贷款推荐业务 of this very firm, with the bank of the guarantee or on its way to it; null: none is named. Throws ProblemError
 * loan-unknown 422.
 */
export async function knownLoan(
  tx: Tx,
  { loanDealId, bankId }: Pick<GuaranteeTerms, 'loanDealId' | 'bankId'>,
  uscc: Uscc,
): Promise<Referral | null> {
  if (loanDealId === null) return null;
  const loan = isUuid(loanDealId) ? await findDeal(tx, REFERRAL, loanDealId) : undefined;
  const banks = loan === undefined ? [] : [loan.terms.bank, ...loan.terms.nextBanks];
  if (loan === undefined || loan.uscc !== uscc || (bankId !== null && !banks.includes(bankId)))
    throw refusal(
      'loan-unknown',
      422,
      '/loanDealId',
      '该企业在此银行没有此贷款推荐',
      'the firm has no such referral with the bank',
    );
  return loan;
}

/** Throws ProblemError party-unknown 422. */
export async function knownParties(
  db: Db,
  asked: Readonly<Record<string, readonly [string | null, InstitutionKind]>>,
): Promise<void> {
  const ids = Object.values(asked).flatMap(([id]) => (isUuid(id) ? [id] : []));
  const known = await institutionsById(db, ids);
  for (const [pointer, [id, kind]] of Object.entries(asked))
    if (id !== null && known.get(id)?.kind !== kind)
      throw refusal(
        'party-unknown',
        422,
        pointer,
        `没有该${kind === 'bank' ? '银行' : '担保机构'}`,
        `there is no such ${kind}`,
      );
}
