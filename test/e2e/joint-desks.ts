import type { InstitutionKind, Principal } from '#lib/access';
import { HOUSE } from '#lib/access';
import type { JointPart } from '#lib/financing';
import { fen, localDate, ProblemError, type Uscc } from '#lib/kernel';
import { TestApi, type Reply } from '../api/api-kit.ts';
import type { TestProduct } from '../kit/database.ts';
import { cityRuns, TOWN } from '../whitelist/city.ts';
import { SigningPartner } from './signed.ts';

export const HASH = 'c'.repeat(64);

interface Money {
  readonly fen: number;
  readonly currency: 'CNY';
}
/** Millions of yuan. */
export const m = (millions: number): Money => ({ fen: millions * 100_000_000, currency: 'CNY' });

interface Row {
  readonly amount: Money;
  readonly cash: readonly { readonly who: string; readonly amount: Money }[];
  readonly books: Readonly<Record<string, Money>>;
}

const KINDS: Readonly<Record<string, InstitutionKind>> = {
  investor: 'investor',
  bank: 'bank',
  guarantor: 'guarantor',
  stranger: 'bank',
};

/** A fund of the made-up city: the shareholders' registers of its firms know it. */
const FUND = '深圳市示例创业投资基金（有限合伙）';

/** Firms, an investor, banks, a guarantor and the house before the API, each with a key; `NAME 2` is a second person. */
export class JointDesks {
  private constructor(
    readonly api: TestApi,
    readonly firms: Sorted,
    private readonly keys: ReadonlyMap<string, string>,
    private readonly ids: ReadonlyMap<string, string>,
    private readonly house: Principal,
  ) {}

  static async open(): Promise<JointDesks> {
    const api = await TestApi.open({ city: TOWN });
    const { product } = api;
    const { access, capacity, person } = product;
    const scored = await product.scores.page((await cityRuns(product)).at(-1)!.runId, { limit: 200 });
    const firms = await sortedOut(
      product,
      scored.map(({ uscc }) => uscc),
    );
    const [keys, ids] = [new Map<string, string>(), new Map<string, string>()];
    keys.set('ops', await api.issue(person, ['ops:deals'], 800));
    for (const [code, kind] of Object.entries(KINDS)) {
      const zh = kind === 'investor' ? FUND : `样例${code}`;
      const { institutionId } = await access.createInstitution({ kind, code, zh, en: code });
      ids.set(code, institutionId);
      for (const handle of [code, `${code} 2`]) {
        const { personId } = await access.createPerson({ institutionId, handle: handle.replace(' ', '-'), name: '甲' });
        keys.set(handle, await api.issue(personId, ['partner:deals', 'partner:callbacks', 'partner:notices'], 800));
      }
    }
    for (const n of [1, 2]) {
      const named = { kind: 'firm', code: `firm-${n}`, zh: '样例', en: 'sample', uscc: firms.taken[n - 1]! } as const;
      const { institutionId } = await access.createInstitution(named);
      const { personId } = await access.createPerson({ institutionId, handle: `firm-${n}`, name: '乙' });
      keys.set(`firm ${n}`, await api.issue(personId, ['subject:own'], 800));
    }
    const { institutionId } = (await access.institutionByCode('operator'))!;
    const house: Principal = { personId: person, institutionId, kind: 'operator', keyId: person, scopes: [] };
    // A guarantor stands for a firm as far as its own net assets and what is known of the firm allow.
    const statedOn = localDate('2026-07-06');
    const alone = { statedOn, holders: [], controllers: [], basis: '股东信息 shareholders' };
    await capacity.recordRelations(
      house,
      firms.taken.slice(0, 2).map((uscc) => ({ uscc, ...alone })),
    );
    const desks = new JointDesks(api, firms, keys, ids, house);
    await desks.stateNetAssets('2026-07-06', m(500));
    return desks;
  }

  /** Net assets of the guarantor as they stand from a day on. */
  async stateNetAssets(day: string, { fen: amount }: Money): Promise<void> {
    await this.api.product.capacity.recordCapital(this.house, {
      guarantor: this.id('guarantor'),
      statedOn: localDate(day),
      validTo: localDate('2028-06-30'),
      netAssets: fen(amount),
      mainlySmall: false,
      controllers: [],
      related: [],
    });
  }

  /** A machine of somebody that reports joint cases. */
  machine(who: string): Promise<SigningPartner> {
    return SigningPartner.open(this.api, this.keys.get(who)!, 'joint.event.v1');
  }

  close(): Promise<void> {
    return this.api.close();
  }

  id(name: string): string {
    return this.ids.get(name)!;
  }

  private side(who: string): string {
    return who === 'ops' ? 'ops' : who.startsWith('firm') ? 'subject' : 'partner';
  }

  post(who: string, path: string, body: object): Promise<Reply> {
    return this.api.post(`/${this.side(who)}/v1/${path}`, { key: this.keys.get(who)!, body });
  }

  get(who: string, path: string): Promise<Reply> {
    return this.api.get(`/${this.side(who)}/v1/${path}`, { key: this.keys.get(who)! });
  }

  /** The case as somebody reads it. */
  async read(who: string, dealId: string): Promise<Reply['body']> {
    const { status, body } = await this.get(who, `deals/${dealId}`);
    if (status !== 200) throw new Error(`${who} reads ${JSON.stringify(body)}`);
    return body;
  }

  /** The report that a firm asks for of itself, once it is made. */
  async ownReport(who: string): Promise<Reply['body']> {
    const { body } = await this.post(who, 'reports', { product: 'score' });
    await this.api.background.workReports();
    return (await this.get(who, `reports/${body['requestId']}`)).body;
  }

  /** An event at the version that stands. */
  async tell(who: string, dealId: string, event: string, detail: object = {}): Promise<Reply> {
    const { version } = await this.read('ops', dealId);
    return this.post(who, `deals/${dealId}/events`, { version, event, detail });
  }

  /** Events that are done; resolves to the case as the last who spoke reads it. */
  async told(
    dealId: string,
    ...said: readonly (readonly [who: string, event: string, detail?: object])[]
  ): Promise<Reply['body']> {
    let last: Reply['body'] = {};
    for (const [who, event, detail] of said) {
      const { status, body } = await this.tell(who, dealId, event, detail);
      if (status !== 200) throw new Error(`${who} ${event}: ${JSON.stringify(body)}`);
      last = body;
    }
    return last;
  }

  line(part: JointPart, name: string, amount: Money): object {
    const guaranteed = {
      lender: this.id('bank'),
      guarantorShareBp: 10_000,
      loanMaturity: '2028-06-30',
      guaranteeUntil: '2028-12-31',
    };
    return { part, institutionId: this.id(name), amount, ...(part === 'guaranteed' ? guaranteed : {}) };
  }

  proposal(equity: Money, loan: Money, guaranteed: Money): object {
    return {
      lines: [
        this.line('equity', 'investor', equity),
        this.line('loan', 'bank', loan),
        this.line('guaranteed', 'guarantor', guaranteed),
      ],
      availableUntil: '2026-12-31',
      note: '',
    };
  }

  /** Money of one of the bank's loans: its own, or the one that the guarantor stands for. */
  loan(part: 'loan' | 'guaranteed', amount: Money): object {
    return { part, partner: this.id(part === 'loan' ? 'bank' : 'guarantor'), amount };
  }

  /** Nine in the morning of a day. */
  setDay(day: string): void {
    this.api.clock.pass(new Date(`${day}T01:00:00Z`).getTime() - this.api.clock.now().getTime());
  }

  /** As `setDay`, and what time brings is done. */
  async wakeOn(day: string): Promise<void> {
    this.setDay(day);
    await this.api.product.jointCases.sweep();
  }
}

/** Firms that the programme takes, the one with the most equity behind its line first, and that it refuses. */
interface Sorted {
  readonly taken: readonly Uscc[];
  readonly refused: readonly Uscc[];
}

async function sortedOut({ db, standings }: TestProduct, usccs: readonly Uscc[]): Promise<Sorted> {
  const sorted = { taken: [] as Uscc[], refused: [] as Uscc[] };
  const equity = new Map<Uscc, number>();
  const stated = {
    desks: ['INVEST', 'BANK', 'GUAR'],
    needs: ['equity', 'loan', 'guarantee'],
    equityCommitted: m(10).fen,
  };
  const asked = { programme: 'TDD', on: localDate('2026-07-06'), stated, pending: ['guarantorTie'] } as const;
  for (const uscc of usccs)
    try {
      await db.as(HOUSE, (tx) => standings.admit(tx, { uscc, ...asked }));
      const { line } = await db.as(HOUSE, (tx) => standings.of(tx, uscc, { readers: [], loans: true }));
      equity.set(uscc, line.bases.find(({ code }) => code === 'B2')?.amount ?? 0);
      sorted.taken.push(uscc);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      sorted.refused.push(uscc);
    }
  sorted.taken.sort((a, b) => equity.get(b)! - equity.get(a)!);
  return sorted;
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const fenOf = ({ fen: amount }: Money): number => amount;

/** Adds up the ledger of a case, every row and every column: its totals in fen, 0 where it is whole. */
export function columnsOf(deal: Reply['body']): {
  readonly off: number;
  readonly firm: number;
  readonly books: number;
} {
  const { rows, totals } = deal['body']['ledger'] as { rows: readonly Row[]; totals: Omit<Row, 'amount'> };
  let off = 0;
  for (const { cash, books } of rows) {
    off += Math.abs(sum(cash.map(({ amount }) => amount.fen)));
    const firm = cash.find(({ who }) => who === 'FIRM')?.amount.fen ?? 0;
    off += Math.abs(sum(Object.values(books).map(fenOf)) - firm);
  }
  for (const { who, amount } of totals.cash) {
    const column = rows.flatMap(({ cash }) => cash.filter((side) => side.who === who));
    off += Math.abs(sum(column.map((side) => side.amount.fen)) - amount.fen);
  }
  for (const [book, amount] of Object.entries(totals.books))
    off += Math.abs(sum(rows.map(({ books }) => books[book]?.fen ?? 0)) - amount.fen);
  off += Math.abs(sum(totals.cash.map(({ amount }) => amount.fen)));
  const firm = totals.cash.find(({ who }) => who === 'FIRM')?.amount.fen ?? 0;
  return { off, firm, books: sum(Object.values(totals.books).map(fenOf)) };
}
