import { addDays, divide, fen, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { CapacityRules } from './capacity-rules.ts';

/** Net assets (净资产) of a guarantor as stated for a day. */
export interface NetAssets {
  readonly value: Fen;
  readonly statedOn: LocalDate;
  /** The last day on which they count. */
  readonly validTo: LocalDate;
}

/** RESERVED: approved, no letter yet; ISSUED: a letter, wholly or partly undrawn; DRAWN: nothing left to draw; ENDED: released, lapsed or claimed. */
export type LiabilityState = 'RESERVED' | 'ISSUED' | 'DRAWN' | 'ENDED';

/** What a guarantee counts with. */
export interface LiabilityTerms {
  /** USCC of the borrower. */
  readonly client: string;
  /** The connected group of the borrower (see connectedGroups); null: who is related to it is not known. */
  readonly group: string | null;
  /** null: under no programme. */
  readonly programme: string | null;
  /** Reserved, or outstanding and what the letter still lets be drawn. */
  readonly principal: Fen;
  /** What the guarantor bears itself after the shares of the bank and of re-guarantors; a fraction is rounded up. */
  readonly ownShareBp: number;
  /** SMALL_LOAN: a loan of a small or micro firm (小微企业借款类担保), which weighs less up to an amount a firm. */
  readonly weightClass: 'SMALL_LOAN' | 'OTHER';
}

export interface Liability extends LiabilityTerms {
  readonly id: string;
  readonly state: LiabilityState;
  /** RESERVED: the last day that it counts; else null. */
  readonly reservedUntil: LocalDate | null;
  /** ISSUED: of the principal, what may still be drawn; else 0. */
  readonly undrawn: Fen;
}

/** Limits of a programme for one guarantor, in whole principal as programmes state them. */
export interface ProgrammeCap extends Text {
  readonly programme: string;
  readonly perClient: Fen | null;
  readonly total: Fen | null;
}

/** All that a guarantor's capacity follows from. The order of nothing in it matters. */
export interface CapacityBook {
  readonly rules: CapacityRules;
  readonly netAssets: readonly NetAssets[];
  /** 主要服务小微和三农; not known counts as no. */
  readonly mainlySmall: boolean | null;
  /** Controlling shareholder and actual controller of the guarantor; null: not known. */
  readonly controllers: readonly string[] | null;
  /** Other related parties of the guarantor. */
  readonly relatedParties: readonly string[];
  readonly programmes: readonly ProgrammeCap[];
  readonly liabilities: readonly Liability[];
}

/**
 * The statement that counts on a day: the newest, of two for the same day the one that was made last, which comes first in the
 * list. Undefined: there is none, or it has expired.
 */
export function netAssetsAt(netAssets: readonly NetAssets[], on: LocalDate): NetAssets | undefined {
  const newest = netAssets
    .filter(({ statedOn }) => statedOn <= on)
    .reduce<NetAssets | undefined>(
      (best, one) => (best === undefined || one.statedOn > best.statedOn ? one : best),
      undefined,
    );
  return newest && newest.validTo >= on ? newest : undefined;
}

/** The last day of a reservation that is made on a day. */
export const reservedUntil = (rules: CapacityRules, on: LocalDate): LocalDate => addDays(on, rules.reservationDays);

/** Whether a liability takes up capacity on a day: reservations until they lapse, letters undrawn, loans outstanding. */
export const counts = ({ state, reservedUntil: until }: Liability, on: LocalDate): boolean =>
  state === 'ISSUED' || state === 'DRAWN' || (state === 'RESERVED' && until !== null && until >= on);

/** Σ principal × own share × weight, in 10⁻⁶ fen. */
const WEIGHT_UNITS = 1_000_000n;
const add = <K>(sums: Map<K, bigint>, key: K, amount: bigint): void =>
  void sums.set(key, (sums.get(key) ?? 0n) + amount);

const byGroup = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** The amounts that count on one day. A firm above the amount of small loans weighs fully in all its loans. */
export class CountedBook {
  private readonly weightedOf = new Map<string, bigint>();
  private readonly principalOf = new Map<string, bigint>();
  private readonly groups = new Map<string, Set<string>>();

  constructor(rules: CapacityRules, counted: readonly LiabilityTerms[]) {
    const inForce = new Map<string, bigint>();
    for (const { client, principal } of counted) add(inForce, client, BigInt(principal));
    for (const { client, group, programme, principal, ownShareBp, weightClass } of counted) {
      const small = weightClass === 'SMALL_LOAN' && inForce.get(client)! <= BigInt(rules.smallLoanMost);
      const percent = BigInt(small ? rules.smallLoanWeightPercent : 100);
      add(this.weightedOf, client, BigInt(principal) * BigInt(ownShareBp) * percent);
      if (programme !== null) {
        add(this.principalOf, programme, BigInt(principal));
        add(this.principalOf, `${programme}\n${client}`, BigInt(principal));
      }
      if (group !== null) this.groups.set(group, (this.groups.get(group) ?? new Set()).add(client));
    }
  }

  /** Weighted liability of some clients, of all by default; rounded up once, so that no limit is kept by rounding. */
  weighted(clients: Iterable<string> = this.weightedOf.keys()): Fen {
    let sum = 0n;
    for (const client of clients) sum += this.weightedOf.get(client) ?? 0n;
    return fen(Number(divide(sum, WEIGHT_UNITS, 'up')));
  }

  /** Principal under a programme, of one client or of all. */
  principal(programme: string, client?: string): Fen {
    return fen(Number(this.principalOf.get(client === undefined ? programme : `${programme}\n${client}`) ?? 0n));
  }

  /**
   * The groups that any entry puts a client into, or all, each with its clients: all of what they owe belongs to it. Entries
   * of one client may name several groups while relations change; it then counts in each.
   */
  groupsOf(client?: string): readonly (readonly [group: string, members: ReadonlySet<string>])[] {
    return [...this.groups].filter(([, members]) => client === undefined || members.has(client)).sort(byGroup);
  }

  clients(): Iterable<string> {
    return this.weightedOf.keys();
  }
}
