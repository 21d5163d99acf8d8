import { FixedClock, ProblemError } from '#lib/kernel';
import { HOUSE, SCOPES, type Role, type Scope } from '#lib/access';
import { openTestProduct, type TestProduct } from '../kit/database.ts';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => {
      if (error instanceof ProblemError) return error.problem.code;
      throw error;
    },
  );

describe('roles', () => {
  const clock = new FixedClock('2026-07-06T01:00:00Z');
  const until = new Date('2027-07-06T01:00:00Z');
  let product: TestProduct;
  let roles: readonly Role[];
  const institutions = new Map<string, string>();
  let made = 0;
  beforeAll(async () => {
    product = await openTestProduct(clock);
    const { access } = product;
    roles = await access.roles();
    for (const kind of ['bank', 'guarantor', 'investor', 'insurer', 'lessor', 'regulator'] as const) {
      const { institutionId } = await access.createInstitution({ kind, code: kind, zh: kind, en: kind });
      institutions.set(kind, institutionId);
    }
    institutions.set('operator', (await access.institutionByCode('operator'))!.institutionId);
  });
  afterAll(() => product.close());

  const hire = (kind: string, of?: readonly string[]) =>
    product.access.createPerson({
      institutionId: institutions.get(kind)!,
      handle: `p${(made += 1)}`,
      name: '某',
      ...(of ? { roles: of } : {}),
    });

  it('open every scope among them, each only for its kinds, and the house alone opens all of the house', () => {
    expect([...new Set(roles.flatMap(({ scopes }) => scopes))].sort()).toEqual([...SCOPES].sort());
    for (const { role, kinds, scopes, zh, en } of roles) {
      expect([role, zh, en]).toEqual([role, expect.stringMatching(/[\u4e00-\u9fff]/), expect.stringMatching(/[a-z]/)]);
      const audience = new Set(scopes.map((scope) => scope.split(':')[0]));
      expect([role, audience.size]).toEqual([role, 1]);
      expect([role, kinds.includes('operator')]).toEqual([role, audience.has('ops')]);
    }
    const house = roles.find(({ role }) => role === 'house')!;
    expect(house.scopes).toHaveLength(7);
    expect(house.conflicts).toHaveLength(roles.length - 1);
  });

  it('of people who get none named are those of their kind', async () => {
    const begun: Record<string, readonly string[]> = {};
    for (const kind of institutions.keys()) begun[kind] = (await hire(kind)).roles;
    expect(begun).toEqual({
      bank: ['credit-officer', 'integration'],
      guarantor: ['credit-officer', 'integration', 'reviewer'],
      investor: ['credit-officer', 'integration'],
      insurer: ['credit-officer', 'integration'],
      lessor: ['credit-officer', 'integration'],
      regulator: ['supervisor'],
      operator: ['data-steward', 'deal-coordinator', 'list-maintainer', 'model-owner', 'scoring-operator'],
    });
  });

  it('keep duties apart: every pair of the house is either held together or refused by name', async () => {
    const ours = roles.filter(({ role, kinds }) => kinds.includes('operator') && role !== 'house');
    for (const { role, conflicts } of ours)
      for (const { role: other } of ours.filter((o) => o.role < role)) {
        const outcome = await codeOf(hire('operator', [role, other]));
        expect([role, other, outcome]).toEqual([role, other, conflicts.includes(other) ? 'duties-conflict' : 'none']);
      }
    const { access, person } = product;
    expect(await codeOf(access.setRoles(person, ['house', 'model-owner']))).toBe('duties-conflict');
    const administrator = await hire('operator', ['access-administrator']);
    await expect(
      access.setRoles(administrator.personId, ['access-administrator', 'model-owner']),
    ).rejects.toMatchObject({
      problem: { status: 409, extra: { roles: ['access-administrator', 'model-owner'] } },
    });
    expect((await access.setRoles(administrator.personId, ['model-owner'])).roles).toEqual(['model-owner']);
  });

  it('keep duties apart also when both are given at once', async () => {
    const { personId } = await hire('operator', []);
    const give = (role: string): Promise<string> =>
      product.db
        .as(HOUSE, (tx) =>
          tx.execute('INSERT INTO person_role (person_id, role, granted_at) VALUES ($1, $2, $3)', [
            personId,
            role,
            clock.now(),
          ]),
        )
        .then(
          () => 'given',
          (error: { constraint?: string }) => String(error.constraint),
        );
    for (let i = 0; i < 5; i += 1) {
      expect((await Promise.all(['compliance-officer', 'model-owner'].map(give))).sort()).toEqual([
        'duties_conflict',
        'given',
      ]);
      await product.access.setRoles(personId, []);
    }
  });

  it('are of their kind, known, and nobody gives themselves one', async () => {
    const { access, person } = product;
    expect(await codeOf(hire('bank', ['data-steward']))).toBe('role-not-of-kind');
    expect(await codeOf(hire('bank', ['reviewer']))).toBe('role-not-of-kind');
    expect(await codeOf(hire('bank', ['king']))).toBe('role-not-of-kind');
    expect(await codeOf(hire('operator', ['house']))).toBe('house-role-taken');
    expect(await codeOf(access.setRoles(person, ['model-owner'], { by: person }))).toBe('own-roles');
    expect(await codeOf(access.setRoles(institutions.get('bank')!, []))).toBe('person-unknown');
    const { personId } = await hire('operator', []);
    await expect(
      product.db.query(`INSERT INTO person_role VALUES ($1, 'model-owner', $1, $2)`, [personId, clock.now()]),
    ).rejects.toMatchObject({ constraint: 'own_roles' });
  });

  it('bound what a key may open, and a role taken away closes it at once', async () => {
    const { access } = product;
    const { personId } = await hire('operator', ['data-steward', 'model-owner']);
    const issue = (...scopes: Scope[]) => access.issueKey(personId, scopes, until, clock);
    expect(await codeOf(issue('ops:runs'))).toBe('scope-not-of-role');
    expect(await codeOf(issue('ops:models', 'ops:access'))).toBe('scope-not-of-role');
    expect(await codeOf(issue('partner:scores'))).toBe('scope-not-of-role');
    const { key, keyId } = await issue('ops:models', 'ops:deliveries');
    const scopes = async (): Promise<readonly Scope[]> => (await access.authenticate(`Bearer ${key}`, clock)).scopes;
    expect(await scopes()).toEqual(['ops:models', 'ops:deliveries']);
    await access.setRoles(personId, ['data-steward'], { by: product.person, reason: '调岗' });
    expect(await scopes()).toEqual(['ops:deliveries']);
    expect(await codeOf(access.rotateKey(keyId))).toBe('scope-not-of-role');
    const told = await access.events(institutions.get('operator')!, { subjectId: personId });
    expect(told.map(({ event, detail }) => [event, detail['roles']])).toEqual([
      ['add', ['data-steward', 'model-owner']],
      ['roles', ['data-steward']],
    ]);
  });

  it('of the one operator open the whole house, and a later start does not give them back', async () => {
    const { access, person } = product;
    const everything = SCOPES.filter((scope) => scope.startsWith('ops:'));
    const { key } = await access.issueKey(person, everything, until, clock);
    expect((await access.authenticate(`Bearer ${key}`, clock)).scopes).toEqual(everything);
    await access.setRoles(person, ['access-administrator']);
    await access.ensureOperator();
    expect((await access.personByHandle('operator')).roles).toEqual(['access-administrator']);
    expect((await access.authenticate(`Bearer ${key}`, clock)).scopes).toEqual(['ops:access']);
  });
});
