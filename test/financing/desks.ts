import type { Principal } from '#lib/access';
import {
  recordsOf,
  REFERRAL,
  replayed,
  type Admit,
  type CallbackReceipt,
  type Referral,
  type ReferralChange,
  type ReferralOffer,
  REFERRAL_MONEY,
} from '#lib/financing';
import { addDays, dateAt, fen, localDate, type LocalDate } from '#lib/kernel';
import { dealsOf, readCalendar, type DealServices } from '#lib/product';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, register } from '../kit/firms.ts';
import { TestClock } from '../notices/test-clock.ts';

export const LINE = fen(1_320_000_00);
/** The rules of programmes are tested where they stand: this one takes everybody. */
const takesAll: Admit = () =>
  Promise.resolve({ suggestedLine: LINE, programmeCap: fen(10_000_000_00), programmeUsed: fen(0) });

export const day = (text: string): LocalDate => localDate(text);

/** Firms, banks and the house around deals, on a clock that the test moves. */
export class Desks {
  private constructor(
    readonly product: TestProduct,
    readonly clock: TestClock,
    readonly deals: DealServices,
    readonly ops: Principal,
    readonly banks: readonly Principal[],
    private readonly firms: readonly Principal[],
  ) {}

  static async open(at: string, banks: number, firms: number): Promise<Desks> {
    const clock = new TestClock(at);
    const product = await openTestProduct(clock);
    const numbers = Array.from({ length: firms }, (_, i) => i + 1);
    await deliver(product, register(numbers));
    const made = async (kind: 'bank' | 'firm', code: string, uscc?: Principal['uscc']): Promise<Principal> => {
      const named = { kind, code, zh: `样例${code}`, en: code, ...(uscc ? { uscc } : {}) };
      const { institutionId } = await product.access.createInstitution(named);
      const { personId } = await product.access.createPerson({ institutionId, handle: `of-${code}`, name: '甲' });
      return { personId, institutionId, kind, keyId: personId, scopes: [], ...(uscc ? { uscc } : {}) };
    };
    const { institutionId } = (await product.access.institutionByCode('operator'))!;
    const { person: personId } = product;
    const parts = { ...product, calendar: readCalendar(), person: personId, admit: takesAll };
    const bankers: Principal[] = [];
    for (let n = 1; n <= banks; n++) bankers.push(await made('bank', `bank-${n}`));
    const owners: Principal[] = [];
    for (const n of numbers) owners.push(await made('firm', `firm-${n}`, demoUscc(n)));
    const ops: Principal = { personId, institutionId, kind: 'operator', keyId: personId, scopes: [] };
    return new Desks(product, clock, dealsOf(parts), ops, bankers, owners);
  }

  close(): Promise<void> {
    return this.product.close();
  }

  /** Made-up firm `n`, from 1. */
  firm(n: number): Principal {
    return this.firms[n - 1]!;
  }

  /** An offer of 1,000,000 yuan by the house. */
  offer(firm: number, bank: Principal, more: Partial<ReferralOffer> = {}): Promise<Referral> {
    return this.deals.referrals.offer(this.ops, {
      uscc: demoUscc(firm),
      programme: 'CKT',
      bank: bank.institutionId,
      nextBanks: [],
      amount: fen(1_000_000_00),
      form: 'credit',
      validUntil: addDays(dateAt(this.clock.now()), 60),
      ...more,
    });
  }

  /** As it stands, for the house. */
  async deal(dealId: string): Promise<Referral> {
    return (await this.deals.referrals.get(this.ops, dealId)).deal;
  }

  /** A command at the version that stands. */
  async say(by: Principal, dealId: string, change: ReferralChange): Promise<Referral> {
    const { version } = await this.deal(dealId);
    return this.deals.referrals.command(by, { dealId, change, version });
  }

  /** Offered, agreed to by the firm and sent to the bank. */
  async sent(firm: number, bank: Principal, more: Partial<ReferralOffer> = {}, outcomes = true): Promise<string> {
    const { dealId } = await this.offer(firm, bank, more);
    await this.say(this.firm(firm), dealId, { event: 'consent', outcomes, until: day('2027-12-31') });
    await this.say(this.firm(firm), dealId, { event: 'send' });
    return dealId;
  }

  /** What the bank calls back of a deal, in its own sequence from `from` on. */
  async callBack(
    bank: Principal,
    dealId: string,
    changes: readonly ({ readonly event: string } & Readonly<Record<string, unknown>>)[],
    from = 1,
  ): Promise<CallbackReceipt[]> {
    const receipts: CallbackReceipt[] = [];
    for (const [i, { event, ...detail }] of changes.entries()) {
      const type = event === 'report-month' ? 'loan.performance.v1' : 'referral.status.v1';
      const callback = { externalId: `X-${dealId}`, seq: from + i, type, dealId, event, detail: outside(detail) };
      const raw = Buffer.from(JSON.stringify(callback));
      receipts.push(await this.deals.callbacks.receive(bank, callback, raw));
    }
    return receipts;
  }

  /** Hands outcomes to the ledger and works them off. */
  async deliverOutcomes(): Promise<string[]> {
    const ids = await this.deals.outcomes.deliver(this.clock);
    for (const id of ids) {
      const { state, quarantined } = await this.product.intake.process(id);
      if (state !== 'RECONCILED' || quarantined !== 0) throw new Error(`${id}: ${state}, ${quarantined} quarantined`);
    }
    return ids;
  }

  /** What the stored events tell of it. */
  async replay(dealId: string): Promise<Referral> {
    const { deal, events } = await this.deals.referrals.get(this.ops, dealId);
    const { uscc, programme, openedAt, terms } = deal;
    const parties = events[0]!.role === 'BANK' ? [{ institutionId: terms.bank, desk: 'BANK' } as const] : [];
    return replayed(REFERRAL, { dealId, uscc, programme, openedAt, terms, parties }, recordsOf(events));
  }

  /** Records of loan-outcomes of a firm that stand open in the ledger, by key. */
  async records(firm: number): Promise<Record<string, Record<string, unknown>>> {
    const { rows } = await this.product.database.admin.query<{ key: string; payload: Record<string, unknown> }>(
      `SELECT record_key AS key, payload FROM record JOIN company USING (company_id)
       WHERE uscc = $1 AND source = 'loan-outcomes' AND known_to IS NULL ORDER BY record_key`,
      [demoUscc(firm)],
    );
    return Object.fromEntries(rows.map(({ key, payload }) => [key, payload]));
  }

  /** Deals of a firm as somebody sees them. */
  async seenBy(by: Principal, firm: number): Promise<string[]> {
    const page = await this.deals.deals.page(by, { limit: 50, uscc: demoUscc(firm) });
    return page.map(({ dealId }) => dealId);
  }
}

/** Outside, money carries its currency. */
const outside = (detail: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      REFERRAL_MONEY.includes(name) ? { fen: value, currency: 'CNY' } : value,
    ]),
  );
