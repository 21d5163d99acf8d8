import { RATE_LIMITS, RateLimits, rateLimitsOf } from '../../apps/api/src/http/rate-limits.ts';
import { TestApi, type Reply } from './api-kit.ts';

const LIMIT = 20;

describe('rate limits', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open({ rateLimits: { operator: LIMIT, failures: 5 } });
  });
  afterEach(() => api.close());

  const rows = async (): Promise<{ key: string; points: number }[]> =>
    api.product.db.query('SELECT key, points FROM rate_limit ORDER BY key');
  const model = (key: string, from?: string): Promise<Reply> =>
    api.get('/ops/v1/roles', { key, ...(from ? { from } : {}) });
  const burst = async (size: number, ask: () => Promise<Reply>): Promise<Reply[]> => {
    const replies: Reply[] = [];
    for (let i = 0; i < size; i += 1) replies.push(await ask());
    return replies;
  };

  it('of a key are said in every answer, and past them the request is refused with the seconds to wait', async () => {
    const key = await api.issue(api.product.person, ['ops:access']);
    const other = await api.issue(api.product.person, ['ops:access']);
    const replies = await burst(LIMIT + 15, () => model(key));
    expect(replies.map(({ status }) => status)).toEqual([...Array(LIMIT).fill(200), ...Array(15).fill(429)]);
    const said = replies.map(({ headers }) => String(headers['ratelimit']));
    expect(said.map((text) => /^"key";r=(\d+);t=\d+$/.exec(text)?.[1])).toEqual([
      ...Array.from({ length: LIMIT }, (_, i) => String(LIMIT - 1 - i)),
      ...Array<string>(15).fill('0'),
    ]);
    expect(new Set(replies.map(({ headers }) => headers['ratelimit-policy']))).toEqual(
      new Set([`"key";q=${LIMIT};w=60`]),
    );
    const { headers, body } = replies.at(-1)!;
    expect(body).toMatchObject({ code: 'rate-limited', policy: 'key', limit: LIMIT, windowSeconds: 60 });
    expect(Number(headers['retry-after'])).toBe(body['retryAfterSeconds']);
    expect(body['retryAfterSeconds']).toBeGreaterThanOrEqual(1);
    expect(body['retryAfterSeconds']).toBeLessThanOrEqual(60);
    expect(replies[0]!.headers['retry-after']).toBeUndefined();
    expect((await model(other)).status).toBe(200);
    // A burst is one row, and nothing is written past the limit.
    expect(new Set((await rows()).map(({ points }) => points))).toEqual(new Set([1, LIMIT]));
  });

  it('count what several asked at once, to the last', async () => {
    const key = await api.issue(api.product.person, ['ops:access']);
    const replies = await Promise.all(Array.from({ length: LIMIT + 5 }, () => model(key)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
  });

  it('of an address hold for wrong keys, and close it for right ones too, until the window ends', async () => {
    const right = await api.issue(api.product.person, ['ops:access']);
    const wrong = await burst(8, () => model('fm_nothing', '192.0.2.1'));
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect(wrong.at(-1)!.headers['ratelimit-policy']).toBe('"failures";q=5;w=60');
    expect([(await model(right, '192.0.2.1')).status, (await model(right, '192.0.2.2')).status]).toEqual([429, 200]);
    expect((await rows()).filter(({ key }) => key.startsWith('address:'))).toEqual([
      { key: 'address:192.0.2.1', points: 5 },
    ]);
    // A refusal for want of a scope is no wrong key, and one customer is one network of IPv6.
    const bank = api.keyFor('/partner')!;
    expect((await burst(8, () => model(bank, '192.0.2.3'))).every(({ status }) => status === 403)).toBe(true);
    let host = 0;
    const neighbours = await burst(6, () => model('fm_nothing', `2001:db8::${(host += 1)}`));
    expect(neighbours.at(-1)!.status).toBe(429);
  });

  it('begin anew when the window is over, and windows that are over are swept', async () => {
    const key = await api.issue(api.product.person, ['ops:access']);
    await model(key);
    await api.product.db.query('UPDATE rate_limit SET points = 19, expire = $1', [Date.now() - 1]);
    expect((await model(key)).headers['ratelimit']).toMatch(`"key";r=${LIMIT - 1};`);
    const limits = new RateLimits(api.product.db, RATE_LIMITS, () => undefined);
    expect(await limits.sweep()).toBe(0);
    await api.product.db.query('UPDATE rate_limit SET expire = $1', [Date.now() - 1]);
    expect([await limits.sweep(), await rows()]).toEqual([1, []]);
  });

  it('let requests pass, with a line in the log, when nothing can be counted', async () => {
    const key = await api.issue(api.product.person, ['ops:access']);
    await api.product.database.admin.query('ALTER TABLE rate_limit RENAME TO gone');
    const [reply] = await burst(1, () => model(key));
    expect([reply!.status, reply!.headers['ratelimit']]).toEqual([200, undefined]);
    expect((await model('fm_nothing')).status).toBe(401);
    expect(api.logged.filter(({ event }) => event === 'rate-limit-store')).toHaveLength(2);
  });

  it('refuse a name that is none of them when the API starts', () => {
    expect(() => rateLimitsOf({ banks: 1 })).toThrow(/config-invalid: RATE_LIMITS knows no banks/);
    expect(rateLimitsOf({ bank: 1 })).toEqual({ ...RATE_LIMITS, bank: 1 });
  });
});
