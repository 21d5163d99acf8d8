import { FixedClock, ProblemError, type Clock } from '#lib/kernel';
import { HOUSE, type Scope } from '#lib/access';
import { openTestProduct, type TestProduct } from '../kit/database.ts';

const DAY_MS = 86_400_000;

/** The code of a refusal, or `none`. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => {
      if (error instanceof ProblemError) return error.problem.code;
      throw error;
    },
  );

describe('the life of a key', () => {
  const clock = new FixedClock('2026-07-06T01:00:00Z');
  let product: TestProduct;
  let bank: string;
  let officer: string;
  beforeAll(async () => {
    product = await openTestProduct(clock);
    const { access } = product;
    bank = (await access.createInstitution({ kind: 'bank', code: 'b', zh: '甲', en: 'A' })).institutionId;
    officer = (await access.createPerson({ institutionId: bank, handle: 'b1', name: '乙' })).personId;
  });
  afterAll(() => product.close());

  const pass = (ms: number): void => clock.set(new Date(clock.now().getTime() + ms));
  const after = (days: number): Date => new Date(clock.now().getTime() + days * DAY_MS);
  const issue = (days = 30, addresses: readonly string[] = [], scopes: readonly Scope[] = ['partner:scores']) =>
    product.access.issueKey(officer, scopes, after(days), clock, { addresses, act: { by: product.person } });
  const opens = (key: string, address?: string, at: Clock = clock): Promise<string> =>
    codeOf(product.access.authenticate(`Bearer ${key}`, at, address));

  it('is rotated with an overlap, once, and its successor takes over scopes and addresses', async () => {
    const { access, person } = product;
    const old = await issue(90, ['10.0.0.0/8', '2001:db8::/32']);
    const made = await access.rotateKey(old.keyId, { act: { by: person, reason: '例行轮换' } });
    expect(await access.key(made.keyId)).toMatchObject({
      personId: officer,
      scopes: ['partner:scores'],
      addresses: ['10.0.0.0/8', '2001:db8::/32'],
      replaces: old.keyId,
      expiresAt: after(90),
    });
    expect((await access.key(old.keyId)).expiresAt).toEqual(after(7));
    expect([await opens(old.key, '10.1.1.1'), await opens(made.key, '10.1.1.1')]).toEqual(['none', 'none']);
    expect(await codeOf(access.rotateKey(old.keyId))).toBe('key-replaced');
    const later = new FixedClock(after(7));
    expect([await opens(old.key, '10.1.1.1', later), await opens(made.key, '10.1.1.1', later)]).toEqual([
      'key-expired',
      'none',
    ]);
  });

  it('never lives longer by a rotation, ends at once without an overlap, and is refused past 30 days', async () => {
    const { access } = product;
    const short = await issue(2);
    const next = await access.rotateKey(short.keyId, { overlapDays: 30 });
    expect((await access.key(short.keyId)).expiresAt).toEqual(short.expiresAt);
    await access.rotateKey(next.keyId, { overlapDays: 0 });
    expect(await opens(next.key)).toBe('key-revoked');
    expect(await codeOf(access.rotateKey(next.keyId))).toBe('key-ended');
    await expect(access.rotateKey((await issue()).keyId, { overlapDays: 31 })).rejects.toThrow(RangeError);
    expect(await codeOf(access.rotateKey('019a8c2e-7f00-7000-8000-000000000001'))).toBe('key-id-unknown');
  });

  it('has one successor also when two rotate it at once', async () => {
    const { keyId } = await issue();
    const both = await Promise.all([1, 2].map(() => codeOf(product.access.rotateKey(keyId))));
    expect(both.sort()).toEqual(['key-replaced', 'none']);
  });

  it('is revoked by somebody for a reason, the first of which stays', async () => {
    const { access, person } = product;
    const { key, keyId } = await issue();
    await access.revokeKey(keyId, clock, { by: person, reason: '员工离职' });
    pass(1000);
    await access.revokeKey(keyId, clock, { reason: 'again' });
    expect(await access.key(keyId)).toMatchObject({ revokedBy: person, revokeReason: '员工离职' });
    expect(await opens(key)).toBe('key-revoked');
    expect((await access.events(bank, { subjectId: keyId })).map(({ event, version }) => [event, version])).toEqual([
      ['issue', 1],
      ['revoke', 2],
    ]);
  });

  it('works from its addresses only, however the address is written', async () => {
    const { key } = await issue(30, ['203.0.113.0/24', '198.51.100.7', '2001:db8:1::/48']);
    const seen = async (addresses: (string | undefined)[]): Promise<string[]> =>
      Promise.all(addresses.map((address) => opens(key, address)));
    expect(
      await seen(['203.0.113.9', '::ffff:203.0.113.9', '198.51.100.7', '2001:db8:1:2::3', '2001:DB8:1::1%eth0']),
    ).toEqual(Array(5).fill('none'));
    expect(await seen(['203.0.114.9', '198.51.100.8', '2001:db8:2::1', 'here', undefined])).toEqual(
      Array(5).fill('address-refused'),
    );
    const [anywhere] = [await issue()];
    expect([await opens(anywhere.key), await opens(anywhere.key, '192.0.2.1')]).toEqual(['none', 'none']);
    for (const wrong of [
      '10.0.0.1/8',
      '10.0.0',
      'bank.example',
      '10.0.0.0/33',
      '::/129',
      '1.2.3.4/8/8',
      '',
      'fe80::1%a',
    ])
      expect([wrong, await codeOf(issue(30, [wrong]))]).toEqual([wrong, 'address-invalid']);
    expect(await codeOf(issue(30, Array<string>(33).fill('10.0.0.1')))).toBe('address-invalid');
  });

  it('remembers the last day of its use, in Chinese days', async () => {
    const { key, keyId } = await issue();
    const last = async (): Promise<string | null> => (await product.access.key(keyId)).lastUsedOn;
    expect(await last()).toBeNull();
    await opens(key, undefined, new FixedClock('2026-07-06T15:59:59Z'));
    expect(await last()).toBe('2026-07-06');
    await opens(key, undefined, new FixedClock('2026-07-06T16:00:00Z'));
    await opens(key, undefined, new FixedClock('2026-07-06T01:00:00Z'));
    expect(await last()).toBe('2026-07-07');
  });

  it('is refused while its institution is suspended, from the next request on', async () => {
    const { access, person } = product;
    const { key } = await issue();
    expect(await codeOf(access.moveInstitution(bank, 'restore', { reason: '无' }))).toBe('transition-refused');
    const suspended = await access.moveInstitution(bank, 'suspend', { by: person, reason: '异常查询' });
    expect(suspended).toMatchObject({ state: 'SUSPENDED', stateReason: '异常查询', version: 2 });
    expect(await opens(key)).toBe('institution-suspended');
    expect(await opens(`${key.slice(0, -2)}xx`)).toBe('key-unknown');
    expect(await codeOf(access.moveInstitution(bank, 'suspend', { reason: '再次' }))).toBe('transition-refused');
    expect(await access.moveInstitution(bank, 'restore', { by: person, reason: '已整改' })).toMatchObject({
      state: 'ACTIVE',
      stateReason: null,
      version: 3,
    });
    expect(await opens(key)).toBe('none');
    const house = (await access.institutionByCode('operator'))!.institutionId;
    expect(await codeOf(access.moveInstitution(house, 'suspend', { reason: '无' }))).toBe(
      'institution-not-suspendable',
    );
  });

  it('and everything else of an institution is told again by its events', async () => {
    const { access } = product;
    const events = await access.events(bank);
    const eventsAbout = (id: string): typeof events => events.filter(({ subjectId }) => subjectId === id);
    for (const { subjectId } of events) {
      const versions = eventsAbout(subjectId).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_version, i) => i + 1));
    }
    expect(eventsAbout(bank).map(({ event }) => event)).toEqual(['add', 'suspend', 'restore']);
    for (const key of await access.keys({ personId: officer, limit: 200 })) {
      const own = eventsAbout(key.keyId);
      const [issued, ...rest] = own;
      const rotated = rest.find(({ event }) => event === 'rotate');
      const revoked = rest.find(({ event }) => event === 'revoke');
      const end = rotated?.detail['expiresAt'] ?? issued!.detail['expiresAt'];
      expect([own[0]!.event, end]).toEqual(['issue', key.expiresAt.toISOString()]);
      expect(key.revokedAt).toEqual(revoked?.at ?? (rotated?.detail['overlapDays'] === 0 ? rotated.at : null));
    }
  });

  it('is held by the database: no later end, no second life, no lost event', async () => {
    const { keyId } = await issue();
    await product.access.revokeKey(keyId, clock, { reason: '测试' });
    const run = (sql: string): Promise<unknown> => product.db.as(HOUSE, (tx) => tx.query(sql));
    for (const sql of [
      `UPDATE api_key SET expires_at = expires_at + interval '1 day'`,
      'UPDATE api_key SET revoked_at = NULL, revoked_by = NULL, revoke_reason = NULL',
      `UPDATE institution SET version = version + 1`,
      `UPDATE institution SET state = 'SUSPENDED', state_reason = 'x', version = version + 1 WHERE kind = 'operator'`,
    ])
      await expect(run(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
    const { admin } = product.database;
    for (const sql of [
      'UPDATE access_event SET reason = NULL',
      'DELETE FROM access_event',
      'TRUNCATE access_event',
      'DELETE FROM api_key',
      'DELETE FROM institution',
      `UPDATE api_key SET scopes = '{ops:access}'`,
    ])
      await expect(admin.query(sql)).rejects.toMatchObject({ code: '23000' });
    await expect(run('DELETE FROM access_event')).rejects.toMatchObject({ code: '42501' });
  });
});
