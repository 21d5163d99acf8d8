import type { InstitutionKind, Scope } from '#lib/access';
import type { Uscc } from '#lib/kernel';
import { demoUscc, register, TestApi, uploadUrl, type Reply } from './api-kit.ts';

const A = demoUscc(1);
const B = demoUscc(2);
const DAY_MS = 86_400_000;

describe('authorisation, purpose and query log', () => {
  let api: TestApi;
  const keys = new Map<string, string>();
  let newLender: (code: string) => Promise<void>;
  beforeAll(async () => {
    api = await TestApi.open();
    const body = register({ uscc: A, name: '样例甲有限公司' }, { uscc: B, name: '样例乙有限公司' });
    const { deliveryId } = (await api.post(uploadUrl(), { body })).body;
    await api.product.intake.process(deliveryId as string);
    await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } });
    await api.background.workRuns();
    const person = async (
      code: string,
      kind: InstitutionKind,
      scopes: readonly Scope[],
      uscc?: string,
    ): Promise<void> => {
      const own = uscc === undefined ? {} : { uscc: uscc as Uscc };
      const { access } = api.product;
      const { institutionId } = await access.createInstitution({ kind, code, zh: `样例${code}`, en: code, ...own });
      const { personId } = await access.createPerson({ institutionId, handle: code, name: '样例' });
      keys.set(code, await api.issue(personId, scopes));
    };
    newLender = (code) => person(code, 'bank', ['partner:scores']);
    await person('firm-a', 'firm', ['subject:own'], A);
    await person('firm-b', 'firm', ['subject:own'], B);
    await person('bank-b', 'bank', ['partner:scores', 'partner:candidates', 'partner:authorisations']);
    await person('guarantor-a', 'guarantor', ['partner:scores', 'partner:authorisations']);
    await person('regulator-a', 'regulator', ['regulator:read']);
    keys.set('ops', await api.issue(api.product.person, ['ops:compliance']));
    keys.set('bank-a', api.keyFor('/partner')!);
  });
  afterAll(() => api.close());

  const as = (who: string) => ({ key: keys.get(who)! });
  const score = (who: string, uscc: string, purpose = 'pre-loan-review'): Promise<Reply> =>
    api.get(`/partner/v1/companies/${uscc}/score?purpose=${purpose}`, as(who));
  const terms = (more: object = {}): object => ({
    purpose: 'pre-loan-review',
    scopes: ['score'],
    from: '2026-07-06',
    until: '2026-07-20',
    textSha256: 'a'.repeat(64),
    evidenceSha256: 'b'.repeat(64),
    ...more,
  });
  const grant = (who: string, more: object): Promise<Reply> =>
    api.post('/subject/v1/authorisations', { ...as(who), body: terms(more) });

  it('opens one firm to one institution for one purpose, and closes at once', async () => {
    expect((await score('bank-a', A)).body['code']).toBe('authorisation-missing');
    const granted = await grant('firm-a', { institution: 'bank-a' });
    expect([granted.status, granted.body['state'], granted.body['institution']]).toEqual([201, 'GRANTED', 'bank-a']);
    expect((await score('bank-a', A)).status).toBe(200);
    for (const [who, uscc, purpose] of [
      ['bank-b', A, 'pre-loan-review'],
      ['bank-a', B, 'pre-loan-review'],
      ['bank-a', A, 'post-loan-management'],
      ['guarantor-a', A, 'guarantee-review'],
    ] as const)
      expect([who, (await score(who, uscc, purpose)).body['code']]).toEqual([who, 'authorisation-missing']);

    const before = (await api.get('/subject/v1/score', as('firm-a'))).body;
    const id = granted.body['authorisationId'] as string;
    const at = `/subject/v1/authorisations/${id}/withdraw`;
    // Nobody else can end it, nor learn of it.
    expect((await api.post(at, { ...as('firm-b'), body: { reason: '测试' } })).body['code']).toBe(
      'authorisation-unknown',
    );
    expect(
      (await api.post(`/partner/v1/authorisations/${id}/revoke`, { ...as('bank-b'), body: { reason: '测试' } })).status,
    ).toBe(404);
    expect((await api.post(at, { ...as('firm-a'), body: { reason: '不再需要' } })).body['state']).toBe('REVOKED');
    expect((await score('bank-a', A)).body['code']).toBe('authorisation-missing');
    expect((await api.get('/subject/v1/score', as('firm-a'))).body).toEqual(before);
  });

  it('is recorded by the institution too, within what it may ask', async () => {
    const post = (who: string, more: object): Promise<Reply> =>
      api.post('/partner/v1/authorisations', { ...as(who), body: terms({ uscc: B, ...more }) });
    expect((await post('bank-a', {})).status).toBe(201);
    expect((await score('bank-a', B)).status).toBe(200);
    expect((await post('bank-a', { purpose: 'guarantee-review' })).body['code']).toBe('purpose-not-allowed');
    expect((await post('bank-a', { until: '2026-09-30' })).body['errors'][0]).toMatchObject({ pointer: '/until' });
    expect((await post('bank-a', { uscc: demoUscc(99) })).body['code']).toBe('company-unknown');
    expect((await post('bank-a', { uscc: `${B.slice(0, 17)}I` })).body['code']).toBe('uscc-malformed');
    expect((await post('bank-a', { scopes: ['everything'] })).body['errors'][0]).toMatchObject({ pointer: '/scopes' });
    expect((await post('bank-a', { single: 'yes' })).body['errors'][0]).toMatchObject({ pointer: '/single' });
    expect((await grant('firm-b', { institution: 'nobody' })).body['code']).toBe('institution-unknown');
    expect((await grant('firm-b', { institution: 'guarantor-a' })).body['code']).toBe('purpose-not-allowed');
    expect((await api.get('/partner/v1/authorisations', as('bank-a'))).body['items']).toHaveLength(2);
    expect((await api.get('/partner/v1/authorisations', as('bank-b'))).body['items']).toEqual([]);
    const paged = (await api.get('/partner/v1/authorisations?limit=1', as('bank-a'))).body;
    const rest = (await api.get(`/partner/v1/authorisations?limit=1&cursor=${paged['nextCursor']}`, as('bank-a'))).body;
    expect([paged['items'].length, rest['items'].length, rest['nextCursor']]).toEqual([1, 1, null]);
  });

  it('gives candidates without authorisation by name only, and logs the page', async () => {
    const { items } = (await api.get('/partner/v1/candidates?purpose=pre-loan-review', as('bank-a'))).body;
    expect(items.map((item: { uscc: string; disclosed: boolean }) => [item.uscc, item.disclosed])).toEqual([
      [A, false],
      [B, true],
    ]);
    expect(items[0]).toMatchObject({ name: '样例甲有限公司', member: null, score: null, low: null, conditions: [] });
    expect(items[1].conditions).toHaveLength(8);
  });

  it('lets each see who asked: the firm about itself, an institution its own, the house and the regulator all', async () => {
    const own = (await api.get('/subject/v1/queries', as('firm-a'))).body['items'];
    expect(own.map((item: { product: string }) => item.product)).toEqual(['candidates', 'score']);
    expect(own[1]).toMatchObject({ institution: { en: 'Example bank' }, purpose: 'pre-loan-review' });
    expect(JSON.stringify(own)).not.toContain('personId');
    const products = async (url: string, who: string): Promise<string[]> =>
      (await api.get(url, as(who))).body['items'].map((item: { product: string }) => item.product);
    expect(await products('/partner/v1/queries', 'bank-a')).toEqual(['candidates', 'score', 'score']);
    expect(await products('/partner/v1/queries', 'bank-b')).toEqual([]);
    expect(await products('/ops/v1/queries', 'ops')).toHaveLength(3);
    expect(await products('/regulator/v1/queries', 'regulator-a')).toHaveLength(3);
    const page = (await api.get('/ops/v1/queries?limit=2', as('ops'))).body;
    const rest = (await api.get(`/ops/v1/queries?limit=2&cursor=${page['nextCursor']}`, as('ops'))).body;
    expect([page['items'].length, rest['items'].length, rest['nextCursor']]).toEqual([2, 1, null]);
    expect((await api.get('/ops/v1/queries?cursor=eHh4', as('ops'))).body['code']).toBe('cursor-invalid');
    expect(await api.product.queryLog.verify()).toMatchObject({ agrees: true, entries: 3 });
  });

  it('a refused read leaves no line, and a read without a line gives no answer', async () => {
    const lines = async (): Promise<number> => (await api.product.queryLog.verify()).entries;
    const before = await lines();
    expect((await score('bank-b', B)).status).toBe(403);
    expect((await score('bank-a', B, 'own-query')).body['code']).toBe('purpose-missing');
    expect(await lines()).toBe(before);
    await api.product.database.admin.query('REVOKE INSERT ON query_log FROM firstmile_app');
    expect((await score('bank-a', B)).status).toBe(500);
    await api.product.database.admin.query('GRANT INSERT ON query_log TO firstmile_app');
    expect((await score('bank-a', B)).status).toBe(200);
  });

  it('ends with its last day', async () => {
    api.clock.pass(14 * DAY_MS);
    expect((await score('bank-a', B)).status).toBe(200);
    api.clock.pass(DAY_MS);
    expect((await score('bank-a', B)).body['code']).toBe('authorisation-missing');
  });

  it('warns of five queries by lenders within 30 days, whatever each reloads, and forgets them after that', async () => {
    const month = { from: '2026-07-21', until: '2026-08-19' };
    await grant('firm-b', { institution: 'bank-a', ...month });
    const live = async (who: string): Promise<string[]> =>
      ((await score(who, B)).body['liveWarnings'] as { code: string; count: number }[]).map(
        ({ code, count }) => `${code} ${count}`,
      );
    // bank-a has asked on two days of the last thirty; three others make five.
    const seen: string[][] = [];
    for (const lender of ['one', 'two', 'three', 'four']) {
      await newLender(`lender-${lender}`);
      await grant('firm-b', { institution: `lender-${lender}`, ...month });
      seen.push(await live(`lender-${lender}`), await live(`lender-${lender}`));
    }
    expect(seen).toEqual([[], [], [], [], [], ['W13 5'], ['W13 5'], ['W13 6']]);
    expect((await score('lender-one', B)).body['warnings']).not.toContain('W13');
    api.clock.pass(29 * DAY_MS);
    expect(await live('lender-one')).toEqual([]);
  });
});
