import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, type Principal } from '#lib/access';
import { addDays, dateAt, daysBetween, ProblemError, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import { actAs, type Tx } from '#lib/platform';
import { amountAt, dayAt, refusal } from '../deals/checks.ts';
import type { DealOrder, Party, Raiser } from '../deals/deal.ts';
import { dealEvents, findDeal, openDeal, type DealEventRow } from '../deals/deals.store.ts';
import { lockFirm } from '../deals/firm-lock.ts';
import type { Admit, OutcomeBook, ReadProgrammeRoom } from '../deals/ports.ts';
import {
  command,
  commandOn,
  move,
  sweepDeals,
  type Command,
  type CommandOn,
  type DealFlow,
  type DealParts,
  type Move,
} from '../deals/raise.ts';
import { dealUnknown } from '../deals/refusals.ts';
import { referralMessage } from './referral-messages.ts';
import { noteOutcomes } from './referral-outcomes.ts';
import { MOST_OPEN, OPEN_REFERRALS, type ReferralEvent, type ReferralState } from './referral-table.ts';
import type { LoanForm, Referral, ReferralBody, ReferralChange, ReferralTerms } from './referral-terms.ts';
import { loanMoveOf, type CoveringGuarantee } from './loan-move.ts';
import { guaranteedForm, loanOf, REFERRAL } from './referral.ts';

/** What is offered to a firm. */
export interface ReferralOffer {
  readonly uscc: Uscc;
  readonly programme: string;
  readonly bank: string;
  readonly nextBanks: readonly string[];
  readonly amount: Fen;
  readonly form: LoanForm;
  readonly validUntil: LocalDate;
  readonly guaranteeId?: string;
}

/** 代偿申请 of a guarantee: what its loan is told. */
export interface Claimed {
  /** The day from which on the guarantor knows it as overdue. */
  readonly dueOn: LocalDate;
  readonly on: LocalDate;
  readonly at: Date;
}

export interface ReferralPorts {
  readonly admit: Admit;
  readonly outcomes: OutcomeBook;
  /** Left out: what a firm uses of a programme is not looked at. */
  readonly room?: ReadProgrammeRoom;
  readonly guarantee?: CoveringGuarantee;
}

/** 要约有效期: offers stand for so many days at most. */
export const MOST_OFFER_DAYS = 90;

type Flow = DealFlow<ReferralState, ReferralEvent, ReferralBody, ReferralChange, ReferralTerms>;
type ReferralMove = Move<ReferralState, ReferralBody, ReferralChange, ReferralTerms>;

/** 贷款推荐: several banks one after the other or in parallel, and the loan that comes of it. */
export class Referrals {
  private readonly flow: Flow;

  constructor(
    private readonly parts: DealParts,
    private readonly ports: ReferralPorts,
  ) {
    this.flow = {
      type: REFERRAL,
      prepare: (tx, { before, change, by }) => this.prepared(tx, before, change, by),
      effects: (tx, made) => this.effects(tx, made),
      message: referralMessage,
    };
  }

  /**
   * An offer to a firm, by the house or by the bank itself. Throws ProblemError company-unknown 404, programme-refused 409
   * naming every condition that does not pass, programme-cap-unknown 409, bank-unknown 422 (a bank offers for itself alone),
   * guarantee-unknown 422, amount-invalid, offer-over or date-invalid 422.
   */
  async offer(principal: Principal, offer: ReferralOffer): Promise<Referral> {
    const at = this.parts.clock.now();
    const { institutionId, personId, kind } = principal;
    const role = kind === 'operator' ? 'OPS' : 'BANK';
    if (role === 'BANK' && offer.bank !== institutionId)
      throw refusal('bank-unknown', 422, '/bank', '银行只能以自己的名义要约', 'a bank offers in its own name');
    // What follows is opened in the name of who opened it, and is another bank's business.
    if (role === 'BANK' && offer.nextBanks.length > 0)
      throw refusal('bank-unknown', 422, '/nextBanks', '银行不得代他行排序', 'a bank names no other banks');
    const amount = amountAt('/amount', offer.amount);
    const today = dateAt(at);
    dayAt('/validUntil', offer.validUntil, today, addDays(today, MOST_OFFER_DAYS));
    return this.parts.db.as(HOUSE, async (tx) => {
      await knownFirm(tx, offer.uscc);
      await knownBanks(tx, [offer.bank, ...offer.nextBanks]);
      const { uscc, programme } = offer;
      const guarantors = offer.guaranteeId === undefined ? [] : await guarantorsOf(tx, offer.guaranteeId, offer);
      const parties = [{ institutionId: offer.bank, desk: 'BANK' as const }, ...guarantors];
      // Under a guarantee it is the guarantor that decides whether it accepts.
      const pending = guarantors.length > 0 ? (['guarantorAcceptance'] as const) : [];
      const besides = offer.guaranteeId === undefined ? [] : [offer.guaranteeId];
      const asked = { programme, uscc, on: today, parties, pending, besides };
      const { suggestedLine, programmeCap } = await this.ports.admit(tx, asked);
      // An offer lowers the line that others see: it is no higher than what the programme lends one firm.
      const room = await this.ports.room?.(tx, { programme, uscc, on: today, besides });
      if (room !== undefined) withinOffer(amount, room.cap ?? room.platformCap);
      if (room?.guaranteed) guaranteedForm(offer.form);
      const terms: ReferralTerms = {
        bank: offer.bank,
        nextBanks: offer.nextBanks,
        amount,
        suggestedLine,
        programmeCap,
        form: offer.form,
        validUntil: offer.validUntil,
        guaranteeId: offer.guaranteeId ?? null,
        follows: null,
      };
      const by = { role, institutionId, personId, at } as const;
      return this.open(tx, { uscc, programme, terms }, by);
    });
  }

  /** Throws as `command` of a deal, and referrals-full 409. */
  command(principal: Principal, given: Command<ReferralChange>): Promise<Referral> {
    return command(this.parts, this.flow, principal, given);
  }

  /** As `command`, in the transaction that took the deal. */
  commandOn(tx: Tx, principal: Principal, given: CommandOn<ReferralChange>): Promise<Referral> {
    return commandOn(tx, this.parts, this.flow, principal, given);
  }

  /** Throws ProblemError deal-unknown 404. */
  async get(
    principal: Principal,
    dealId: string,
  ): Promise<{ readonly deal: Referral; readonly events: DealEventRow[] }> {
    return this.parts.db.as(actorOf(principal), async (tx) => {
      const deal = await findDeal(tx, REFERRAL, dealId);
      if (deal === undefined) throw dealUnknown(dealId);
      return { deal, events: await dealEvents(tx, dealId) };
    });
  }

  /** What time brings: offers lapse, silent banks are passed by. Resolves to the number of deals that moved. */
  sweep(): Promise<number> {
    return this.parts.db.as(HOUSE, (tx) =>
      sweepDeals(tx, this.parts, this.flow, (event) => ({ event }) as ReferralChange),
    );
  }

  /**
   * A claim was filed under the guarantee of a loan: the loan is in default (违约), whatever its days. Where the bank told of its
   * being overdue to the guarantor alone, the loan is overdue first.
   */
  async claimed(tx: Tx, dealId: string, { dueOn, on, at }: Claimed): Promise<void> {
    const deal = await findDeal(tx, REFERRAL, dealId, 'update');
    if (deal === undefined || loanOf(deal).outstanding === 0) return;
    const system: Raiser = { role: 'SYSTEM', institutionId: null, personId: null, at };
    const daysPastDue = Math.max(1, daysBetween(dueOn, on));
    const overdue = { event: 'overdue', daysPastDue, on: dueOn } as const;
    const loan = deal.state === 'PERFORMING' ? await move(tx, this.parts, this.flow, deal, overdue, system) : deal;
    if (loan.state !== 'OVERDUE' && loan.state !== 'RESTRUCTURED') return;
    await move(tx, this.parts, this.flow, loan, { event: 'default', cause: 'claim', on }, system);
  }

  private async prepared(tx: Tx, before: Referral, change: ReferralChange, { at }: Raiser): Promise<ReferralChange> {
    if (change.event === 'renew') return { ...change, renewedBy: this.id() };
    if (change.event !== 'approve' || this.ports.room === undefined) return change;
    const { dealId, uscc, programme } = before;
    const besides = [dealId, ...(await guaranteesOf(tx, before))];
    const { platformCap: _, ...room } = await this.ports.room(tx, { programme, uscc, on: dateAt(at), besides });
    return { ...change, room };
  }

  private id(): string {
    return uuidv7({ msecs: this.parts.clock.now().getTime() });
  }

  private async open(
    tx: Tx,
    {
      dealId = this.id(),
      uscc,
      programme,
      terms,
    }: Pick<Referral, 'uscc' | 'programme' | 'terms'> & { dealId?: string },
    by: Raiser & { readonly institutionId: string },
  ): Promise<Referral> {
    const seated = by.role === 'BANK' ? [{ institutionId: terms.bank, desk: 'BANK' } as const] : [];
    const order: DealOrder<ReferralTerms> = { dealId, uscc, programme, openedAt: by.at, parties: seated, terms };
    return openDeal(tx, REFERRAL, order, { by, calendar: this.parts.calendar });
  }

  private async effects(tx: Tx, made: ReferralMove): Promise<void> {
    const { before, change } = made;
    if (change.event === 'send') await roomForOneMore(tx, before);
    if (change.event === 'no-response') await this.next(tx, made);
    if (change.event === 'renew') await this.carryOver(tx, made, change);
    if (change.event === 'draw' && before.body.approval?.guaranteeNeeded) await guaranteeInForce(tx, before);
    await this.moveGuarantee(tx, made);
    await noteOutcomes(tx, this.ports.outcomes, made);
  }

  /** The next bank is asked in the place of one that did not answer, with the consent that the firm gave. */
  private async next(tx: Tx, { after, by }: ReferralMove): Promise<void> {
    const { consent } = after.body;
    if (consent === null || consent.until < dateAt(by.at)) return;
    const active = await activeBanks(tx, after.terms.nextBanks);
    const [bank, ...nextBanks] = after.terms.nextBanks.filter((next) => active.has(next));
    if (bank === undefined) return;
    const opener = await openerOf(tx, after.dealId, by);
    const terms = { ...after.terms, bank, nextBanks, follows: after.dealId };
    const { uscc, programme } = after;
    const offered = await this.open(tx, { uscc, programme, terms }, { ...opener, role: 'OPS' });
    const system: Raiser = { role: 'SYSTEM', institutionId: null, personId: null, at: by.at };
    const asked = { event: 'consent', ...consent } as const;
    const consented = await move(tx, this.parts, this.flow, offered, asked, system);
    // Not counted: it takes the place of the one that ends at this moment.
    const effects = (_: Tx, sent: ReferralMove): Promise<void> => noteOutcomes(tx, this.ports.outcomes, sent);
    await move(tx, this.parts, { ...this.flow, effects }, consented, { event: 'send' }, system);
  }

  /** 无还本续贷: the new loan begins with what the old one leaves, under its own contract. */
  private async carryOver(
    tx: Tx,
    { before, after, by }: ReferralMove,
    change: Extract<ReferralChange, { event: 'renew' }>,
  ): Promise<void> {
    const { contractNo, signedOn, drawUntil, maturity, rateBp, on } = change;
    const { uscc, programme, terms, body } = before;
    const amount = loanOf(before).outstanding;
    const opener = await openerOf(tx, before.dealId, by);
    const dealId = after.body.renewedBy!;
    const order = { dealId, uscc, programme, terms: { ...terms, nextBanks: [], follows: before.dealId } };
    const opened = await this.open(tx, order, { ...opener, role: 'OPS' });
    const approval = { ...body.approval!, amount, rateBp };
    const contract = { contractNo, signedOn, drawUntil, maturity };
    const system: Raiser = { role: 'SYSTEM', institutionId: null, personId: null, at: by.at };
    const carried: ReferralChange = {
      event: 'carry-over',
      amount,
      on,
      consent: body.consent,
      approval,
      contract,
      firstLoan: body.firstLoan,
    };
    await move(tx, this.parts, this.flow, opened, carried, system);
  }

  private async moveGuarantee(tx: Tx, made: ReferralMove): Promise<void> {
    const loan = loanMoveOf(made);
    if (loan !== undefined) await this.ports.guarantee?.loanMoved(tx, loan);
  }
}

/** Throws ProblemError offer-over 422. */
function withinOffer(amount: Fen, most: Fen): void {
  if (amount <= most) return;
  const words = [`要约金额至多 ${most} 分`, `an offer is of ${most} fen at most`] as const;
  throw refusal('offer-over', 422, '/amount', ...words);
}

async function knownFirm(tx: Tx, uscc: Uscc): Promise<void> {
  const [firm] = await tx.query('SELECT FROM company WHERE uscc = $1', [uscc]);
  if (firm) return;
  throw new ProblemError({
    code: 'company-unknown',
    status: 404,
    zh: `没有企业 ${uscc}`,
    en: `there is no company ${uscc}`,
    errors: [{ pointer: '/uscc', code: 'company-unknown', zh: '没有该企业', en: 'there is no such company' }],
  });
}

/** Who guarantees it. Throws ProblemError guarantee-unknown 422 for a guarantee that is none of this firm, or another bank's. */
async function guarantorsOf(
  tx: Tx,
  guaranteeId: string,
  { uscc, bank, nextBanks }: Pick<ReferralOffer, 'uscc' | 'bank' | 'nextBanks'>,
): Promise<Party[]> {
  const parties = await tx.query<Party>(
    `SELECT p.institution_id AS "institutionId", p.desk FROM deal d JOIN deal_party p USING (deal_id)
     WHERE d.deal_id = $1 AND d.kind = 'guarantee' AND d.uscc = $2`,
    [guaranteeId, uscc],
  );
  const guarantors = parties.filter(({ desk }) => desk === 'GUAR' || desk === 'REGUAR');
  const banks = parties.filter(({ desk }) => desk === 'BANK').map(({ institutionId }) => institutionId);
  const others = banks.length > 0 && [bank, ...nextBanks].some((one) => !banks.includes(one));
  if (guarantors.length > 0 && !others) return guarantors;
  const en = others ? 'the guarantee is of another bank' : 'the firm has no such guarantee';
  const zh = others ? '此担保的贷款银行为他行' : '该企业没有此担保';
  throw refusal('guarantee-unknown', 422, '/guaranteeId', zh, en);
}

/** Guarantees that cover it: the one that it was offered under, and those that name it. */
async function guaranteesOf(tx: Tx, { dealId, uscc, terms }: Referral): Promise<string[]> {
  const rows = await tx.query<{ deal_id: string }>(
    `SELECT deal_id FROM deal WHERE kind = 'guarantee' AND uscc = $1 AND (deal_id = $2 OR terms ->> 'loanDealId' = $3)`,
    [uscc, terms.guaranteeId, dealId],
  );
  return rows.map((row) => row.deal_id);
}

/** 贷前有担保: the letter is there when money flows. Throws ProblemError guarantee-needed 409. */
async function guaranteeInForce(tx: Tx, { dealId, uscc, terms }: Referral): Promise<void> {
  const [letter] = await tx.query(
    `SELECT FROM deal WHERE kind = 'guarantee' AND uscc = $1 AND state IN ('ISSUED', 'IN_FORCE')
       AND (deal_id = $2 OR terms ->> 'loanDealId' = $3)`,
    [uscc, terms.guaranteeId, dealId],
  );
  if (letter) return;
  throw refusal('guarantee-needed', 409, '', '保函尚未出具，不得提款', 'no guarantee of it is in force');
}

async function activeBanks(tx: Tx, banks: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ institution_id: string }>(
    `SELECT institution_id FROM institution WHERE kind = 'bank' AND state = 'ACTIVE' AND institution_id = ANY($1::uuid[])`,
    [banks],
  );
  return new Set(rows.map((row) => row.institution_id));
}

async function knownBanks(tx: Tx, banks: readonly string[]): Promise<void> {
  const known = await activeBanks(tx, banks);
  const at = banks.findIndex((bank, i) => !known.has(bank) || banks.indexOf(bank) !== i);
  if (at === -1) return;
  const pointer = at === 0 ? '/bank' : `/nextBanks/${at - 1}`;
  throw refusal(
    'bank-unknown',
    422,
    pointer,
    '不是有效的合作银行，或重复',
    'not a bank of ours that is active, or named twice',
  );
}

/** 并行上限: counted under a lock of the firm. Throws ProblemError referrals-full 409. */
async function roomForOneMore(tx: Tx, { uscc, terms }: Referral): Promise<void> {
  await lockFirm(tx, uscc);
  const [row] = await tx.query<{ open: number }>(
    // The one that this follows is about to end: its place is free.
    `SELECT count(*)::int AS open FROM deal WHERE kind = 'referral' AND uscc = $1 AND state = ANY($2) AND deal_id IS DISTINCT FROM $3`,
    [uscc, OPEN_REFERRALS, terms.follows],
  );
  if (row!.open < MOST_OPEN) return;
  throw refusal(
    'referrals-full',
    409,
    '',
    `同时转介的银行至多${MOST_OPEN}家`,
    `${MOST_OPEN} banks at once are the most`,
  );
}

/** What follows from a deal by itself is opened in the name of who opened that deal. */
async function openerOf(tx: Tx, dealId: string, { at }: Raiser): Promise<Raiser & { readonly institutionId: string }> {
  await actAs(tx, HOUSE);
  const [row] = await tx.query<{ institution_id: string; person_id: string }>(
    `SELECT d.institution_id, e.person_id FROM deal d JOIN deal_event e ON e.deal_id = d.deal_id AND e.version = 1 WHERE d.deal_id = $1`,
    [dealId],
  );
  return { role: 'OPS', institutionId: row!.institution_id, personId: row!.person_id, at };
}
