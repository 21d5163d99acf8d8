import type { LocalDate } from '#lib/kernel';
import { linesOf } from './commitments.ts';
import type { MoneyEntry, JointBody, MoneyEvent } from './joint-body.ts';
import type { JointPart } from './joint-terms.ts';

/**
 * 账户: what the firm's money is called while it is out. `interest` 代偿利息 stands against what is to be recovered beyond the
 * money that the firm received: zero or below.
 */
export const BOOKS = ['equity', 'outstanding', 'toRecover', 'borne', 'interest'] as const;
export type Book = (typeof BOOKS)[number];

/** One line of the ledger: what moved between whom. Amounts signed, fen. */
export interface JointLedgerRow {
  readonly version: number;
  readonly on: LocalDate;
  readonly event: MoneyEvent;
  /** The version that a correction corrects: its row carries the difference. */
  readonly corrects: number | null;
  readonly part: JointPart;
  readonly partner: string;
  readonly who: string;
  readonly amount: number;
  /** Of a claim: the interest paid beside it. */
  readonly interest: number;
  /** Money received (+) and given (−), by institution and `FIRM`: adds up to zero. */
  readonly cash: Readonly<Record<string, number>>;
  /** What it did to the books: adds up to what the firm received. */
  readonly books: Readonly<Partial<Record<Book, number>>>;
}

/** 资金台账 of one case. */
export interface JointLedger {
  readonly rows: readonly JointLedgerRow[];
  readonly totals: {
    /** Adds up to zero. */
    readonly cash: Readonly<Record<string, number>>;
    /** Adds up to the cash of `FIRM`: equity in it, debt that it owes, and what its creditors bear. */
    readonly books: Readonly<Record<Book, number>>;
  };
}

interface Posting {
  readonly from: 'who' | 'FIRM' | null;
  readonly to: 'who' | 'FIRM' | 'lender' | null;
  readonly books: Readonly<Partial<Record<Book, 1 | -1>>>;
}

/** From whom to whom money goes, and which books it raises or lowers. */
const POSTINGS: Readonly<Record<MoneyEvent, Posting>> = {
  pay: { from: 'who', to: 'FIRM', books: { equity: 1 } },
  back: { from: 'FIRM', to: 'who', books: { equity: -1 } },
  draw: { from: 'who', to: 'FIRM', books: { outstanding: 1 } },
  repay: { from: 'FIRM', to: 'who', books: { outstanding: -1 } },
  // The guarantor stands in the lender's place.
  claim: { from: 'who', to: 'lender', books: { outstanding: -1, toRecover: 1 } },
  loss: { from: null, to: null, books: { outstanding: -1, toRecover: 1 } },
  recover: { from: 'FIRM', to: 'who', books: { toRecover: -1 } },
  'write-off': { from: null, to: null, books: { toRecover: -1, borne: 1 } },
};

/** Every fen of a case (资金台账). Pure. */
export function ledgerOf({ body }: { readonly body: JointBody }): JointLedger {
  const lenderOf = ({ part, partner }: MoneyEntry): string =>
    linesOf(body).find((line) => line.part === part && line.institutionId === partner)?.lender ?? partner;
  const [amounts, interests] = [new Map<number, number>(), new Map<number, number>()];
  const cash: Record<string, number> = {};
  const books: Record<Book, number> = { equity: 0, outstanding: 0, toRecover: 0, borne: 0, interest: 0 };
  const rows = body.entries.map((entry): JointLedgerRow => {
    const named = entry.corrects ?? entry.version;
    const amount = entry.amount - (amounts.get(named) ?? 0);
    amounts.set(named, entry.amount);
    const interest = (entry.interest ?? 0) - (interests.get(named) ?? 0);
    interests.set(named, entry.interest ?? 0);
    const { from, to, books: signs } = POSTINGS[entry.event];
    const name = (end: 'who' | 'FIRM' | 'lender'): string =>
      end === 'who' ? entry.who : end === 'lender' ? lenderOf(entry) : 'FIRM';
    const moved: Record<string, number> = {};
    if (from !== null && to !== null) {
      moved[name(from)] = 0 - amount - interest;
      moved[name(to)] = amount + interest;
    }
    const booked: Partial<Record<Book, number>> = Object.fromEntries(
      Object.entries(signs).map(([book, sign]) => [book, sign * amount + 0]),
    );
    if (interest !== 0) {
      booked.toRecover = (booked.toRecover ?? 0) + interest;
      booked.interest = 0 - interest;
    }
    for (const [who, fen] of Object.entries(moved)) cash[who] = (cash[who] ?? 0) + fen;
    for (const book of BOOKS) books[book] += booked[book] ?? 0;
    const { version, on, event, corrects, part, partner, who } = entry;
    return { version, on, event, corrects, part, partner, who, amount, interest, cash: moved, books: booked };
  });
  return { rows, totals: { cash, books } };
}
