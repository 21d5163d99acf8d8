import { addFen, fen, type Fen, type LocalDate } from '#lib/kernel';
import { refusal } from '../deals/checks.ts';

/** A movement of a loan (借据流水), by the version of the event that brought it. */
export interface LoanEntry {
  readonly version: number;
  /** `carried`: the debt went over to another loan; `written-off`: it is no longer expected. */
  readonly kind: 'draw' | 'payment' | 'recovery' | 'carried' | 'written-off';
  /** 分, as it stands after corrections. */
  readonly amount: Fen;
  readonly on: LocalDate;
}

/** 贷款账户: what its entries add up to, in 分. */
export interface LoanAccount {
  readonly drawn: Fen;
  readonly repaid: Fen;
  readonly recovered: Fen;
  readonly carried: Fen;
  readonly writtenOff: Fen;
  /** 余额 = drawn − repaid − recovered − carried − written off. */
  readonly outstanding: Fen;
}

export function accountOf(entries: readonly LoanEntry[]): LoanAccount {
  const sum = (kind: LoanEntry['kind']): Fen =>
    addFen(...entries.filter((entry) => entry.kind === kind).map(({ amount }) => amount));
  const drawn = sum('draw');
  const repaid = sum('payment');
  const recovered = sum('recovery');
  const carried = sum('carried');
  const writtenOff = sum('written-off');
  return {
    drawn,
    repaid,
    recovered,
    carried,
    writtenOff,
    outstanding: fen(drawn - repaid - recovered - carried - writtenOff),
  };
}

/**
 * The entries with one more. Throws ProblemError amount-over 409: drawn past `limit`, or paid past what is outstanding.
 * What was written off may still be recovered: then less was lost.
 */
export function withEntry(entries: readonly LoanEntry[], entry: LoanEntry, limit: Fen): LoanEntry[] {
  const after = settleWrittenOff([...entries, entry]);
  hold(after, limit, '/amount');
  return after;
}

/** The entry of that version with another amount. Throws ProblemError correction-unknown 422 or amount-over 409. */
export function corrected(entries: readonly LoanEntry[], version: number, amount: Fen, limit: Fen): LoanEntry[] {
  if (!entries.some((entry) => entry.version === version && entry.kind !== 'written-off'))
    throw refusal(
      'correction-unknown',
      422,
      '/corrects',
      `第${version}版没有可更正的流水`,
      `version ${version} moved no money`,
    );
  const after = entries.map((entry) => (entry.version === version ? { ...entry, amount } : entry));
  hold(after, limit, '/amount');
  return after;
}

/** A recovery after the write-off takes from what was written off, never from what is already paid. */
function settleWrittenOff(entries: readonly LoanEntry[]): LoanEntry[] {
  const { outstanding } = accountOf(entries);
  if (outstanding >= 0) return [...entries];
  let left = Math.abs(outstanding);
  return entries.map((entry) => {
    if (entry.kind !== 'written-off' || left === 0) return entry;
    const taken = Math.min(left, entry.amount);
    left -= taken;
    return { ...entry, amount: fen(entry.amount - taken) };
  });
}

function hold(entries: readonly LoanEntry[], limit: Fen, pointer: string): void {
  const { drawn, outstanding } = accountOf(entries);
  if (drawn > limit)
    throw refusal(
      'amount-over',
      409,
      pointer,
      `累计提款 ${drawn} 分超过批准额度 ${limit} 分`,
      `${drawn} fen drawn, ${limit} approved`,
    );
  if (outstanding < 0)
    throw refusal(
      'amount-over',
      409,
      pointer,
      `超过余额 ${Math.abs(outstanding)} 分`,
      `${Math.abs(outstanding)} fen more than is outstanding`,
    );
}
