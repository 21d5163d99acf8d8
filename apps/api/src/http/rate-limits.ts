import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { ProblemError } from '#lib/kernel';
import { INSTITUTION_KINDS, networkOf, type InstitutionKind, type Principal } from '#lib/access';
import type { Db } from '#lib/platform';

/** Seconds of a window. A fixed window: its limit can be passed twice in a row at the seam, which is agreed to. */
const WINDOW_S = 60;

/** Requests a minute: of a key, by the kind of its institution, and requests with a wrong key, of an address. */
export type RateLimitTable = Readonly<Record<InstitutionKind | 'failures', number>>;

export const RATE_LIMITS: RateLimitTable = {
  operator: 600,
  bank: 600,
  guarantor: 600,
  investor: 600,
  insurer: 600,
  lessor: 600,
  regulator: 600,
  firm: 120,
  failures: 60,
};

/** Where a key or an address stands in its window, as the headers say it. */
export interface Standing {
  readonly policy: 'key' | 'failures';
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Whole seconds until the window ends, at least one. */
  readonly resetSeconds: number;
  readonly refused: boolean;
}

/** The table with what the configuration says otherwise. Throws `config-invalid` for a name that is none of it. */
export function rateLimitsOf(changes: Readonly<Record<string, number>> = {}): RateLimitTable {
  for (const name of Object.keys(changes)) {
    if (name in RATE_LIMITS) continue;
    const names = Object.keys(RATE_LIMITS);
    const zh = `RATE_LIMITS 中没有「${name}」；现有：${names.join('、')}`;
    const en = `RATE_LIMITS knows no ${name}; there are ${names.join(', ')}`;
    const code = 'config-invalid';
    throw new ProblemError({ code, status: 500, zh, en, errors: [{ field: 'RATE_LIMITS', code, zh, en }] });
  }
  return { ...RATE_LIMITS, ...changes };
}

/**
 * Counts requests in PostgreSQL, so that all processes of the API share the count (限流). What is over its limit is refused
 * from memory until its window ends: a burst writes no more rows than the limit has. Time is the system's, as the library
 * reads it. When the store fails, requests go on uncounted and `failed` is told (docs/adr/0012-rate-limits.md).
 */
export class RateLimits {
  private readonly byKind: ReadonlyMap<InstitutionKind, RateLimiterPostgres>;
  private readonly failures: RateLimiterPostgres;
  private readonly closed = new Map<string, number>();

  constructor(
    private readonly db: Db,
    table: RateLimitTable,
    private readonly storeFailed: (error: unknown) => void,
  ) {
    const limiter = (keyPrefix: string, points: number): RateLimiterPostgres =>
      new RateLimiterPostgres({
        storeClient: storeOf(db),
        storeType: 'client',
        tableName: 'rate_limit',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix,
        points,
        duration: WINDOW_S,
        inMemoryBlockOnConsumed: points,
      });
    this.byKind = new Map(INSTITUTION_KINDS.map((kind) => [kind, limiter('key', table[kind])]));
    this.failures = limiter('address', table.failures);
  }

  /** Counts a request of a key. undefined: the store failed. */
  async ofKey({ kind, keyId }: Pick<Principal, 'kind' | 'keyId'>): Promise<Standing | undefined> {
    return this.consume('key', this.byKind.get(kind)!, keyId);
  }

  /** Counts a request whose key was refused. From the limit on the address, or an IPv6 network of /64, is refused unasked. */
  async ofFailure(address: string): Promise<Standing | undefined> {
    const network = networkOf(address);
    const standing = await this.consume('failures', this.failures, network);
    if (standing && standing.remaining === 0) this.close(network, standing.resetSeconds);
    return standing;
  }

  /** Refuses an address that was closed a moment ago, without a look into the database. */
  closedAddress(address: string): Standing | undefined {
    const until = this.closed.get(networkOf(address)) ?? 0;
    const left = Math.ceil((until - performance.now()) / 1000);
    return left > 0
      ? standingOf('failures', this.failures, { remainingPoints: 0, msBeforeNext: left * 1000 }, true)
      : undefined;
  }

  /** Drops windows that are over; rows dropped. Counting never depends on it. */
  async sweep(): Promise<number> {
    return (await this.db.query('DELETE FROM rate_limit WHERE expire < $1 RETURNING 1', [Date.now()])).length;
  }

  private close(network: string, seconds: number): void {
    const now = performance.now();
    if (this.closed.size >= 1000) for (const [other, until] of this.closed) if (until <= now) this.closed.delete(other);
    this.closed.set(network, now + seconds * 1000);
  }

  private async consume(
    policy: Standing['policy'],
    limiter: RateLimiterPostgres,
    key: string,
  ): Promise<Standing | undefined> {
    try {
      return standingOf(policy, limiter, await limiter.consume(key), false);
    } catch (error) {
      if (error instanceof RateLimiterRes) return standingOf(policy, limiter, error, true);
      this.storeFailed(error);
      return undefined;
    }
  }
}

const standingOf = (
  policy: Standing['policy'],
  limiter: RateLimiterPostgres,
  { remainingPoints, msBeforeNext }: Pick<RateLimiterRes, 'remainingPoints' | 'msBeforeNext'>,
  refused: boolean,
): Standing => ({
  policy,
  limit: limiter.points,
  windowSeconds: WINDOW_S,
  remaining: remainingPoints,
  resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  refused,
});

interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly name?: string;
}

/** What the library asks of a client of pg. */
const storeOf = (db: Db): object => ({
  query: async ({ text, values, name }: Statement) => {
    const rows = await db.query(text, values, name);
    return { rows, rowCount: rows.length };
  },
});
