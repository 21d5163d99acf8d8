import { v7 as uuidv7 } from 'uuid';
import { HOUSE, type InstitutionKind, type Principal } from '#lib/access';
import {
  Batches,
  Capacity,
  GUARANTEE,
  Guarantees,
  openDeal,
  recordsOf,
  REFERRAL,
  Referrals,
  replayed,
  type Admission,
  type Admit,
  type BatchAgreement,
  type BatchRow,
  type BatchTerms,
  type Guarantee,
  type GuaranteeApplication,
  type GuaranteeChange,
  type Outcome,
  type ReadProgrammeRoom,
  type Referral,
  type ReferralChange,
  type ReferralTerms,
} from '#lib/financing';
import { addDays, addMonths, dateAt, fen, FixedClock, type Fen, type Uscc } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { readCalendar } from '#lib/product';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { demoUscc } from '../kit/firms.ts';

type AskedTerms = GuaranteeApplication['terms'];

const HASH = 'ab'.repeat(32);
export const MILLION = 100_000_000;

/** The guarantor bears everything: what is guaranteed is what counts. */
export const ALONE = { of: 1, children: [{ party: 'guarantor', zh: '担保机构', en: 'guarantor', parts: 1 }] };
/** 5:3:2 with a bank that bears 20 %: the guarantor bears 16 %. */
export const SEED_LOAN = {
  of: 100,
  children: [
    { party: 'bank', zh: '合作银行', en: 'bank', parts: 20, lender: true },
    {
      party: 'system',
      zh: '担保体系',
      en: 'guarantee system',
      parts: 80,
      of: 10,
      children: [
        { party: 'national', zh: '国家融资担保基金', en: 'national fund', parts: 5 },
        { party: 'city', zh: '市融资担保基金', en: 'city fund', parts: 3 },
        { party: 'guarantor', zh: '担保机构', en: 'guarantor', parts: 2 },
      ],
    },
  ],
};

let kits = 0;

/** Two guarantors, two banks, firms that nobody is related to, and the services that bring them together. */
export class GuaranteeKit {
  readonly capacity: Capacity;
  readonly guarantees: Guarantees;
  readonly batches: Batches;
  /** Loans of the platform, over the same guarantees. */
  readonly referrals: Referrals;
  /** What the programme says of every firm. */
  admission: Admission = { suggestedLine: null, programmeCap: null, programmeUsed: fen(0) };
  /** How it is asked; by itself it takes everybody. */
  admit: Admit = () => Promise.resolve(this.admission);
  /** What a programme leaves a firm; by itself nobody looks. */
  room: ReadProgrammeRoom = () =>
    Promise.resolve({ cap: null, used: fen(0), platformCap: fen(0), guaranteed: false, term: null });
  readonly noted: Outcome[] = [];
  /** Loans that a claim put into default. */
  readonly inDefault: string[] = [];
  /** Of the guarantor: A and B look at a firm, the committee decides. */
  readonly people: Record<'a' | 'b' | 'committee', Principal>;

  private readonly firms = new Map<number, Principal>();

  private constructor(
    readonly product: TestProduct,
    readonly clock: FixedClock,
    readonly operator: Principal,
    readonly bank: Principal,
    readonly otherBank: Principal,
    readonly otherGuarantor: Principal,
    readonly regulator: Principal,
    people: readonly Principal[],
  ) {
    this.capacity = new Capacity(product.db, product.notices, clock);
    this.guarantees = this.through(product.db);
    const parts = { db: product.db, notices: product.notices, clock, calendar: readCalendar() };
    this.batches = new Batches(parts, this.guarantees);
    this.referrals = new Referrals(parts, {
      admit: (tx, asked) => this.admit(tx, asked),
      outcomes: { note: () => Promise.resolve(), noteMonth: () => Promise.resolve() },
      guarantee: this.guarantees,
    });
    this.people = { a: people[0]!, b: people[1]!, committee: people[2]! };
  }

  /** Over connections of their own. */
  through(db: Database): Guarantees {
    const { notices } = this.product;
    const parts = { db, notices, clock: this.clock, calendar: readCalendar() };
    return new Guarantees(parts, new Capacity(db, notices, this.clock), {
      admit: (tx, asked) => this.admit(tx, asked),
      room: (tx, asked) => this.room(tx, asked),
      outcomes: {
        note: (_, outcome) => Promise.resolve(void this.noted.push(outcome)),
        noteMonth: () => Promise.resolve(),
      },
      loan: {
        claimed: (tx, dealId, claim) => {
          this.inDefault.push(dealId);
          return this.referrals.claimed(tx, dealId, claim);
        },
      },
    });
  }

  get guarantor(): Principal {
    return this.people.committee;
  }

  /** On a database of its own. */
  static async open(): Promise<GuaranteeKit> {
    const clock = new FixedClock('2026-06-05T02:00:00Z');
    return GuaranteeKit.on(await openTestProduct(clock), clock);
  }

  /** With institutions of its own beside those of others. */
  static async on(product: TestProduct, clock: FixedClock): Promise<GuaranteeKit> {
    const nth = (kits += 1);
    const principal = (kind: InstitutionKind, institutionId: string, personId: string): Principal => ({
      personId,
      institutionId,
      kind,
      keyId: personId,
      scopes: [],
    });
    const hire = async (kind: InstitutionKind, code: string, people = 1): Promise<Principal[]> => {
      const { institutionId } = await product.access.createInstitution({
        kind,
        code: `${code}-${nth}`,
        zh: code,
        en: code,
      });
      const made: Principal[] = [];
      for (let i = 0; i < people; i++) {
        const person = await product.access.createPerson({ institutionId, handle: `${code}-${nth}-${i}`, name: code });
        made.push(principal(kind, institutionId, person.personId));
      }
      return made;
    };
    const { personId, institutionId } = await product.access.personByHandle('operator');
    return new GuaranteeKit(
      product,
      clock,
      principal('operator', institutionId, personId),
      (await hire('bank', 'bank-a'))[0]!,
      (await hire('bank', 'bank-b'))[0]!,
      (await hire('guarantor', 'guarantor-b'))[0]!,
      (await hire('regulator', 'regulator'))[0]!,
      await hire('guarantor', 'guarantor-a', 3),
    );
  }

  /** A firm that looks at itself. */
  async firm(n: number): Promise<Principal> {
    const known = this.firms.get(n);
    if (known) return known;
    const uscc = demoUscc(n);
    const input = { kind: 'firm' as const, code: `firm-${n}`, zh: '企业', en: 'firm', uscc };
    const { institutionId } = await this.product.access.createInstitution(input);
    const { personId } = await this.product.access.createPerson({ institutionId, handle: `firm-${n}`, name: '企业' });
    const firm: Principal = { personId, institutionId, kind: 'firm', keyId: personId, scopes: [], uscc };
    this.firms.set(n, firm);
    return firm;
  }

  /** The guarantor states what it has, and that it serves nobody who controls it. */
  async capital(netAssets: number, statedOn = dateAt(this.clock.now()), guarantor = this.guarantor) {
    return this.capacity.recordCapital(guarantor, {
      guarantor: guarantor.institutionId,
      statedOn,
      validTo: addMonths(statedOn, 18),
      netAssets: fen(netAssets),
      mainlySmall: false,
      controllers: [],
      related: [],
    });
  }

  /** The house looked: nobody holds or controls these firms. */
  unrelated(numbers: readonly number[]): Promise<void> {
    const statedOn = dateAt(this.clock.now());
    const basis = '股东信息 shareholders';
    return this.capacity.recordRelations(
      this.operator,
      numbers.map((n) => ({ uscc: demoUscc(n), statedOn, holders: [], controllers: [], basis })),
    );
  }

  terms(more: Partial<AskedTerms> = {}): AskedTerms {
    return {
      guarantorId: this.guarantor.institutionId,
      bankId: this.bank.institutionId,
      reGuarantorId: null,
      principal: fen(4 * MILLION),
      termMonths: 12,
      guaranteedBp: 10_000,
      tree: SEED_LOAN,
      feeBp: 100,
      smallFirm: true,
      loanDealId: null,
      outcomesUntil: null,
      purpose: '首贷 first loan',
      ...more,
    };
  }

  /** A loan of a firm that was offered to it by the house. */
  async loan(n: number, more: Partial<ReferralTerms> = {}): Promise<string> {
    const at = this.clock.now();
    const dealId = uuidv7({ msecs: at.getTime() });
    const terms = {
      bank: this.bank.institutionId,
      nextBanks: [],
      amount: fen(4 * MILLION),
      suggestedLine: null,
      programmeCap: null,
      form: 'guaranteed',
      validUntil: addDays(this.today(), 30),
      guaranteeId: null,
      follows: null,
      ...more,
    } as const;
    const order = { dealId, uscc: demoUscc(n), programme: 'KYD', openedAt: at, parties: [], terms };
    const { institutionId, personId } = this.operator;
    const by = { role: 'OPS', institutionId, personId, at } as const;
    await this.product.db.as(HOUSE, (tx) => openDeal(tx, REFERRAL, order, { by, calendar: readCalendar() }));
    return dealId;
  }

  /** Agreed to, sent, approved and contracted with its bank: it may be drawn. */
  async lent(n: number, more: Partial<ReferralTerms> = {}, bank = this.bank): Promise<string> {
    const dealId = await this.loan(n, { bank: bank.institutionId, ...more });
    const today = this.today();
    const until = addMonths(today, 12);
    const amount = fen(4 * MILLION);
    const firm = await this.firm(n);
    const approval = { amount, rateBp: 350, termMonths: 12, form: 'guaranteed', overLineReason: '担保' } as const;
    const contract = { contractNo: `JK-${n}`, signedOn: today, drawUntil: addDays(today, 60), maturity: until };
    await this.lend(firm, dealId, { event: 'consent', outcomes: true, until });
    await this.lend(firm, dealId, { event: 'send' });
    await this.lend(bank, dealId, { event: 'accept', externalId: `X-${n}` });
    await this.lend(bank, dealId, { event: 'approve', ...approval });
    await this.lend(bank, dealId, { event: 'contract', ...contract });
    return dealId;
  }

  /** What is said of a loan, at the version that stands. */
  async lend(by: Principal, dealId: string, change: ReferralChange): Promise<Referral> {
    const { version } = (await this.referrals.get(this.operator, dealId)).deal;
    return this.referrals.command(by, { dealId, change, version });
  }

  open(n: number, more: Partial<AskedTerms> = {}, by: Principal = this.bank): Promise<Guarantee> {
    return this.guarantees.open(by, { uscc: demoUscc(n), programme: 'KYD', terms: this.terms(more) });
  }

  act(by: Principal, deal: Pick<Guarantee, 'dealId' | 'version'>, change: GuaranteeChange): Promise<Guarantee> {
    return this.guarantees.act(by, { dealId: deal.dealId, version: deal.version, change });
  }

  async reviewed(n: number, more: Partial<AskedTerms> = {}): Promise<Guarantee> {
    const { a, b } = this.people;
    const report = { event: 'report', recommended: fen(1), document: HASH, summary: '尽调' } as const;
    let deal = await this.act(this.bank, await this.open(n, more), { event: 'submit' });
    deal = await this.act(a, deal, { event: 'accept' });
    deal = await this.act(a, deal, { event: 'start' });
    deal = await this.act(a, deal, report);
    return this.act(b, deal, report);
  }

  approve(deal: Guarantee, amount: Fen = deal.terms.principal): Promise<Guarantee> {
    const decided = { decision: 'approve', amount, reason: '通过', reasonCode: 'NO-LINE' } as const;
    return this.act(this.people.committee, deal, { event: 'decide', ...decided });
  }

  async contracted(n: number, more: Partial<AskedTerms> = {}): Promise<Guarantee> {
    const deal = await this.approve(await this.reviewed(n, more));
    return this.act(this.guarantor, deal, {
      event: 'contract',
      contractNo: 'HT-1',
      signedOn: dateAt(this.clock.now()),
    });
  }

  issue(deal: Guarantee): Promise<Guarantee> {
    const today = dateAt(this.clock.now());
    return this.act(this.guarantor, deal, {
      event: 'issue',
      letterNo: 'BH-1',
      drawUntil: addDays(today, 30),
      maturity: addMonths(today, 12),
      guaranteeUntil: addMonths(today, 18),
    });
  }

  /** As it stands for the house, with its events. */
  stored(dealId: string): ReturnType<Guarantees['get']> {
    return this.guarantees.get(this.operator, dealId);
  }

  /** As its events alone make it. */
  async replay(dealId: string): Promise<Guarantee> {
    const { events, deal } = await this.stored(dealId);
    const { uscc: firm, programme, openedAt, terms } = deal;
    const parties = deal.parties.filter(({ desk }) => desk !== 'BANK' || terms.bankId !== null);
    const order = { dealId, uscc: firm, programme, openedAt, parties, terms };
    return replayed(GUARANTEE, order, recordsOf<GuaranteeChange>(events));
  }

  position(by: Principal = this.guarantor) {
    return this.capacity.position(by, this.guarantor.institutionId);
  }

  /** Of the guarantor with its bank: 1,000 m in all, 5 m a loan, three years, filed within 30 days. */
  agreement(more: Partial<BatchTerms> = {}): Omit<BatchAgreement, 'agreementId'> {
    return {
      guarantor: this.guarantor.institutionId,
      bank: this.bank.institutionId,
      programme: 'TDD',
      validFrom: addDays(this.today(), -30),
      validTo: addDays(this.today(), 365),
      terms: {
        batchMost: fen(1000 * MILLION),
        singleMost: fen(5 * MILLION),
        termMostMonths: 36,
        sectors: [],
        filedWithinDays: 30,
        guaranteedBp: 10_000,
        tree: SEED_LOAN,
        feeBp: 100,
        ...more,
      },
    };
  }

  row(n: number, more: Partial<BatchRow> = {}): BatchRow {
    return {
      rowKey: `L-${n}`,
      uscc: demoUscc(n),
      principal: 2 * MILLION,
      drawnOn: addDays(this.today(), -3),
      maturity: addMonths(this.today(), 12),
      guaranteedBp: 10_000,
      industry: 'I65',
      smallFirm: true,
      loanDealId: null,
      outcomesUntil: null,
      ...more,
    };
  }

  pass(days: number): void {
    this.clock.set(new Date(this.clock.now().getTime() + days * 86_400_000));
  }

  today() {
    return dateAt(this.clock.now());
  }

  close(): Promise<void> {
    return this.product.close();
  }
}

/** The code of a refusal with those of its parts; undefined: there was none. */
export async function codes(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { problem } = error as { problem?: { code: string; errors?: { code: string }[] } };
    if (problem === undefined) throw error;
    return [
      problem.code,
      ...(problem.errors ?? []).map(({ code }) => code).filter((code) => code !== problem.code),
    ].join(' ');
  }
}

export const uscc = (n: number): Uscc => demoUscc(n);
