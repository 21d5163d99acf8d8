/** Below this many stated amounts a median says nothing of the feed's unit. */
const MIN_AMOUNTS = 20;

/**
 * Medians of the amounts of one delivery by payload field, in minor units of their currency, rounded down to two digits:
 * a slip of the unit (元 for 万元) moves them ×10⁴. Zeros are left out; of ten amounts and of a million as little is kept.
 */
export class AmountMedians {
  private readonly byField: readonly (readonly [field: string, counts: Map<number, number>])[];

  constructor(fields: readonly string[]) {
    this.byField = fields.map((field) => [field, new Map()]);
  }

  /** Looks at the declared fields of a payload: 分, or an amount in a named currency. */
  take(payload: object): void {
    for (const [field, counts] of this.byField) {
      const amount = minorOf((payload as Readonly<Record<string, unknown>>)[field]);
      if (amount === undefined || amount === 0) continue;
      const rounded = twoDigits(Math.abs(amount));
      counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
    }
  }

  /** Of the fields with enough amounts. */
  medians(): Record<string, number> {
    return Object.fromEntries(
      this.byField.flatMap(([field, counts]) => {
        const sorted = [...counts].sort(([a], [b]) => a - b);
        const total = sorted.reduce((sum, [, n]) => sum + n, 0);
        if (total < MIN_AMOUNTS) return [];
        let before = 0;
        const median = sorted.find(([, n]) => (before += n) > Math.floor(total / 2));
        return [[field, median![0]] as const];
      }),
    );
  }
}

function minorOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const minor = typeof value === 'object' && value !== null && 'minor' in value ? value.minor : undefined;
  return typeof minor === 'number' ? minor : undefined;
}

function twoDigits(amount: number): number {
  let step = 1;
  while (amount / step >= 100) step *= 10;
  return Math.floor(amount / step) * step;
}
