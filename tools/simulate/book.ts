import type { Uscc } from '#lib/kernel';
import { monthStart } from './calendar.ts';
import { firmAt, type Firm } from './firm.ts';

/** Histories are kept up to this many firms; past it each file makes them anew, so memory stays bounded. */
const KEPT_FIRMS = 20_000;

/** The made-up city: `firms` histories that follow from the seed alone. Months and days are counts (calendar.ts). */
export class Book {
  private readonly kept: Firm[] = [];
  private readonly facts = new Map<string, readonly unknown[]>();

  constructor(
    readonly seed: number,
    readonly firms: number,
    /** First month whose social insurance is delivered. */
    readonly firstMonth: number,
    readonly lastMonth: number,
  ) {}

  /** Day after which nothing happens. */
  get end(): number {
    return monthStart(this.lastMonth + 1);
  }

  /** Any index: those ≥ `firms` are strangers whom no register ever names. */
  firm(index: number): Firm {
    if (this.firms > KEPT_FIRMS || index >= this.firms) return firmAt(this, index);
    return (this.kept[index] ??= firmAt(this, index));
  }

  *all(): Generator<Firm> {
    for (let index = 0; index < this.firms; index++) yield this.firm(index);
  }

  /** The facts of one kind about one firm, made once where histories are kept. */
  factsOf<T>(kind: string, firm: Firm, make: () => readonly T[]): readonly T[] {
    if (this.firms > KEPT_FIRMS) return make();
    const key = `${kind} ${firm.index}`;
    let known = this.facts.get(key);
    if (!known) this.facts.set(key, (known = make()));
    return known as readonly T[];
  }
}

/** The truth that no bureau delivers. */
export interface Truth {
  readonly index: number;
  readonly uscc: Uscc;
  readonly name: string;
  /** Latent quality: standard normal, forced for the three firms of the demo screen. */
  readonly quality: number;
  /** Probability of default within twelve months, (0, 1): falls strictly as quality rises. */
  readonly defaultProbability: number;
  readonly stage: string;
}
