import { everyText } from '../kit/traces.ts';
import { demoUscc, TestApi, type Reply } from './api-kit.ts';

describe('ops: institutions, people and keys', () => {
  let api: TestApi;
  let admin: string;
  let adminId: string;
  let bank: string;
  let officer: string;
  beforeAll(async () => {
    api = await TestApi.open();
    const { access } = api.product;
    const { institutionId } = (await access.institutionByCode('operator'))!;
    const person = { institutionId, handle: 'admin', name: '权限管理员', roles: ['access-administrator'] };
    adminId = (await access.createPerson(person)).personId;
    admin = await api.issue(adminId, ['ops:access']);
  });
  afterAll(() => api.close());

  const post = (path: string, body: object, more: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    api.post(`/ops/v1/${path}`, { key: admin, body, headers: more });
  const get = (path: string): Promise<Reply> => api.get(`/ops/v1/${path}`, { key: admin });
  const coded = ({ status, body }: Reply): [number, string] => [status, body['code']];

  it('an institution is added, with a firm only where it is one', async () => {
    const body = { kind: 'bank', code: 'second-bank', zh: '第二银行', en: 'Second Bank' };
    const made = await post('institutions', body);
    bank = made.body['institutionId'];
    expect([made.status, made.headers['location']]).toEqual([201, `/ops/v1/institutions/${bank}`]);
    expect((await get(`institutions/${bank}`)).body).toMatchObject({ ...body, state: 'ACTIVE', version: 1 });
    expect(coded(await post('institutions', body))).toEqual([409, 'institution-code-taken']);
    const firm = { ...body, code: 'firm', kind: 'firm' };
    expect((await post('institutions', firm)).body['errors'][0].pointer).toBe('/uscc');
    const malformed = await post('institutions', { ...firm, uscc: `${demoUscc(1).slice(0, -1)}I` });
    expect([malformed.status, malformed.body['errors'][0].pointer]).toEqual([422, '/uscc']);
    expect((await post('institutions', { ...firm, uscc: demoUscc(1) })).body['uscc']).toBe(demoUscc(1));
    expect(coded(await get('institutions/019a8c2e-7f00-7000-8000-000000000001'))).toEqual([404, 'institution-unknown']);
  });

  it('a person gets roles that go together, never their own', async () => {
    const person = { institutionId: bank, handle: 'second.officer', name: '丁', roles: ['credit-officer'] };
    const made = await post('people', person);
    officer = made.body['personId'];
    expect([made.status, made.body]).toMatchObject([201, { ...person, institutionCode: 'second-bank' }]);
    const { roles: _, ...without } = person;
    expect((await post('people', without)).body['errors'][0].pointer).toBe('/roles');
    expect(coded(await post('people', person))).toEqual([409, 'handle-taken']);
    expect(coded(await post('people', { ...person, handle: 'x', roles: ['model-owner'] }))).toEqual([
      409,
      'role-not-of-kind',
    ]);
    const reason = '岗位调整';
    const own = await post(`people/${adminId}/roles`, { roles: ['model-owner'], reason });
    expect(coded(own)).toEqual([409, 'own-roles']);
    const both = await post(`people/${api.product.person}/roles`, {
      roles: ['compliance-officer', 'model-owner'],
      reason,
    });
    expect([...coded(both), both.body['errors'][0].pointer]).toEqual([409, 'duties-conflict', '/roles']);
    const operators = (await api.product.access.institutionByCode('operator'))!.institutionId;
    const house = { institutionId: operators, handle: 'x', name: 'x', roles: ['house'] };
    expect(coded(await post('people', house))).toEqual([409, 'house-role-taken']);
    expect((await get('roles')).body['items'].length).toBe(13);
    expect(
      (await post(`people/${officer}/roles`, { roles: ['credit-officer', 'integration'], reason })).body['roles'],
    ).toEqual(['credit-officer', 'integration']);
  });

  it('a key is shown once: neither kept nor answered again', async () => {
    const body = { personId: officer, scopes: ['partner:scores'], days: 30, addresses: ['127.0.0.0/8'] };
    const once = { 'idempotency-key': 'a-key' };
    const made = await post('keys', body, once);
    const { key, keyId } = made.body as unknown as { key: string; keyId: string };
    expect([made.status, key]).toEqual([201, expect.stringMatching(/^fm_[0-9a-f]{12}_/)]);
    const again = await post('keys', body, once);
    expect([...coded(again), again.body['issued'].keyId]).toEqual([409, 'key-already-issued', keyId]);
    expect(JSON.stringify(again.body)).not.toContain(key.slice(-43));
    expect(coded(await post('keys', { ...body, days: 31 }, once))).toEqual([422, 'idempotency-conflict']);
    expect((await get(`keys?person=${officer}`)).body['items']).toHaveLength(1);
    const successor = (await post(`keys/${keyId}/rotate`, {}, { 'idempotency-key': 'b-key' })).body['key'] as string;
    const everything = await everyText(api.product);
    for (const secret of [key, successor]) {
      expect(secret.slice(-43)).toHaveLength(43);
      expect(everything).not.toContain(secret.slice(-43));
    }
    expect(JSON.stringify(api.logged)).not.toContain(key.slice(-43));
    expect(coded(await post(`keys/${keyId}/rotate`, {}))).toEqual([409, 'key-replaced']);
    expect(coded(await post('keys', { ...body, scopes: ['partner:reviews'] }))).toEqual([409, 'scope-not-of-role']);
    expect(coded(await post('keys', { ...body, addresses: ['10.0.0.1/8'] }))).toEqual([422, 'address-invalid']);
    expect((await post('keys', { ...body, scopes: ['everything'] })).body['errors'][0].pointer).toBe('/scopes');
    expect((await api.get('/partner/v1/candidates', { key: successor })).body['code']).not.toBe('key-unknown');
    const revoked = await post(`keys/${keyId}/revoke`, { reason: '员工离职' });
    expect(revoked.body).toMatchObject({ keyId, revokedBy: adminId, revokeReason: '员工离职' });
    expect(coded(await api.get('/partner/v1/model', { key }))).toEqual([401, 'key-revoked']);
  });

  it('a key of another address, or of a suspended institution, is refused', async () => {
    const issue = (addresses: string[]): Promise<Reply> =>
      post('keys', { personId: officer, scopes: ['partner:scores'], addresses });
    const away = (await issue(['192.0.2.0/24'])).body['key'] as string;
    expect(coded(await api.get('/partner/v1/model', { key: away }))).toEqual([403, 'address-refused']);
    // The proxy's word is not taken: whoever sends a request could write it.
    const claimed = { 'x-forwarded-for': '192.0.2.7', forwarded: 'for=192.0.2.7' };
    expect(coded(await api.get('/partner/v1/model', { key: away, headers: claimed }))).toEqual([
      403,
      'address-refused',
    ]);
    const key = (await issue([])).body['key'] as string;
    expect((await api.get('/partner/v1/model', { key })).status).toBe(200);
    const reason = '异常查询';
    expect((await post(`institutions/${bank}/suspend`, { reason })).body).toMatchObject({
      state: 'SUSPENDED',
      stateReason: reason,
    });
    expect(coded(await api.get('/partner/v1/model', { key }))).toEqual([403, 'institution-suspended']);
    expect(coded(await post(`institutions/${bank}/suspend`, { reason }))).toEqual([409, 'transition-refused']);
    expect((await post(`institutions/${bank}/restore`, { reason })).body['version']).toBe(3);
    expect((await api.get('/partner/v1/model', { key })).status).toBe(200);
  });

  it('lists go page by page, and refuse what is no cursor of theirs', async () => {
    for (const [list, id] of [
      ['institutions', 'institutionId'],
      ['people', 'personId'],
      ['keys', 'keyId'],
      [`institutions/${bank}/events`, 'seq'],
    ] as const) {
      const whole = (await get(`${list}?limit=200`)).body['items'] as Record<string, unknown>[];
      const seen: unknown[] = [];
      let cursor = '';
      do {
        const { items, nextCursor } = (await get(`${list}?limit=1${cursor}`)).body;
        seen.push(...items.map((item: Record<string, unknown>) => item[id]));
        cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
      } while (cursor !== '');
      expect([list, seen]).toEqual([list, whole.map((item) => item[id])]);
      const foreign = await get(`${list}?cursor=${Buffer.from("' OR 1=1").toString('base64url')}`);
      expect([list, ...coded(foreign)]).toEqual([list, 400, 'cursor-invalid']);
    }
  });

  it('what was done is told with who did it', async () => {
    const { items } = (await get(`institutions/${bank}/events?limit=200`)).body;
    expect(items[0]).toMatchObject({ subject: 'institution', event: 'add', by: adminId, version: 1 });
    expect(items.every(({ by }: { by: string }) => by === adminId)).toBe(true);
    expect(items.filter(({ event }: { event: string }) => event === 'suspend')).toMatchObject([{ reason: '异常查询' }]);
  });
});
