import { actorOf, firmActor, HOUSE } from '#lib/access';
import { Authorisations, type Asked, type AuthorisationTerms } from '#lib/compliance';
import { FixedClock, localDate, ProblemError } from '#lib/kernel';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, register } from '../kit/firms.ts';

const FIRM = demoUscc(1);

describe('authorisations', () => {
  let product: TestProduct;
  const authorisations = new Authorisations();
  const clock = new FixedClock('2026-07-01T02:00:00Z');
  const banks: string[] = [];
  beforeAll(async () => {
    product = await openTestProduct(clock);
    await deliver(product, register([1, 2]));
    for (const code of ['a', 'b'])
      banks.push((await product.access.createInstitution({ kind: 'bank', code, zh: code, en: code })).institutionId);
  });
  afterAll(() => product.close());

  const bank = (n: number): string => actorOf({ kind: 'bank', institutionId: banks[n]! });
  const terms = (change: Partial<AuthorisationTerms> = {}): AuthorisationTerms => ({
    uscc: FIRM,
    institutionId: banks[0]!,
    purpose: 'pre-loan-review',
    scopes: ['report'],
    from: localDate('2026-07-01'),
    until: localDate('2026-07-20'),
    single: false,
    textSha256: 'a'.repeat(64),
    evidenceSha256: 'b'.repeat(64),
    ...change,
  });
  const asked = (change: Partial<Asked> = {}): Asked => ({
    uscc: FIRM,
    institutionId: banks[0]!,
    purpose: 'pre-loan-review',
    scope: 'report',
    at: clock.now(),
    ...change,
  });
  const grant = (actor: string, change: Partial<AuthorisationTerms> = {}): Promise<string> =>
    product.db.as(
      actor,
      async (tx) => (await authorisations.grant(tx, terms(change), { person: null, clock })).authorisationId,
    );
  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      if (error instanceof ProblemError) return error.problem.code;
      throw error;
    }
    return 'done';
  };
  const require = (actor: string, change: Partial<Asked> = {}): Promise<string> =>
    codeOf(product.db.as(actor, (tx) => authorisations.require(tx, asked(change))));

  it('open what they say to whom they name, until they are withdrawn: at once', async () => {
    expect(await require(bank(0))).toBe('authorisation-missing');
    const id = await grant(firmActor(FIRM));
    expect(await require(bank(0))).toBe('done');
    expect(await require(bank(0), { purpose: 'post-loan-management' })).toBe('authorisation-missing');
    // Another bank that claims to be this one is shown nothing by the database.
    expect(await require(bank(1))).toBe('authorisation-missing');
    expect(await require('')).toBe('authorisation-missing');
    const ended = await product.db.as(firmActor(FIRM), (tx) =>
      authorisations.revoke(tx, id, { reason: '不再需要', clock, uscc: FIRM }),
    );
    expect([ended.state, await require(bank(0))]).toEqual(['REVOKED', 'authorisation-missing']);
  });

  it('are not granted in the name of another, for an unknown firm, or with faults', async () => {
    await expect(grant(bank(1))).rejects.toThrow(/row-level security/);
    await expect(grant(firmActor(demoUscc(2)))).rejects.toThrow(/row-level security/);
    expect(await codeOf(grant(HOUSE, { uscc: demoUscc(77) }))).toBe('company-unknown');
    expect(await codeOf(grant(HOUSE, { scopes: [] }))).toBe('authorisation-invalid');
  });

  it('of a single use are gone with it; the others expire with their last day', async () => {
    const single = await grant(HOUSE, { single: true });
    await product.db.as(bank(0), async (tx) => {
      const opening = await authorisations.require(tx, asked());
      expect(opening.authorisationId).toBe(single);
      await authorisations.useUp(tx, opening, clock);
    });
    expect(await require(bank(0))).toBe('authorisation-missing');
    const lasting = await grant(HOUSE);
    clock.set('2026-07-20T15:59:59Z');
    expect(await product.db.as(HOUSE, (tx) => authorisations.expire(tx, clock))).toBe(0);
    expect(await require(bank(0))).toBe('done');
    clock.set('2026-07-20T16:00:00Z');
    expect(await require(bank(0))).toBe('authorisation-missing');
    expect(await product.db.as(HOUSE, (tx) => authorisations.expire(tx, clock))).toBe(1);
    expect(await product.db.as(HOUSE, (tx) => authorisations.get(tx, lasting))).toMatchObject({ state: 'EXPIRED' });
  });

  it('never change but to end, once, whoever tries', async () => {
    const { admin } = product.database;
    await expect(admin.query(`UPDATE authorisation SET valid_until = '2030-01-01'`)).rejects.toThrow(/never changed/);
    await expect(admin.query(`UPDATE authorisation SET state = 'GRANTED', ended_at = NULL`)).rejects.toThrow(
      /never changed/,
    );
    await expect(admin.query('DELETE FROM authorisation')).rejects.toThrow(/never changed/);
  });
});
