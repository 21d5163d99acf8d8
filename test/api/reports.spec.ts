import { createHash } from 'node:crypto';
import { parseUscc, type Uscc } from '#lib/kernel';
import { verifyReport } from '#lib/reports';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, register, TestApi, type Reply } from './api-kit.ts';

const FIRM = demoUscc(1);
const NOBODY = demoUscc(9);

describe('reports over HTTP', () => {
  let api: TestApi;
  let bank: string;
  let otherBank: string;
  let firm: string;
  let bankId: string;

  const keyOf = async (
    code: string,
    kind: 'bank' | 'firm',
    uscc?: Uscc,
  ): Promise<{ key: string; institutionId: string }> => {
    const { access } = api.product;
    const { institutionId } = await access.createInstitution({
      kind,
      code,
      zh: `样例${code}`,
      en: `Example ${code}`,
      ...(uscc ? { uscc } : {}),
    });
    const { personId } = await access.createPerson({ institutionId, handle: `${code}-1`, name: '甲' });
    return { key: await api.issue(personId, [kind === 'firm' ? 'subject:own' : 'partner:reports']), institutionId };
  };

  beforeAll(async () => {
    api = await TestApi.open();
    await deliver(api.product, {
      source: 'business-registration',
      layout: 'open-register',
      body: register({ uscc: FIRM, name: '样例甲有限公司' }),
    });
    api.clock.pass(1000);
    await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } });
    await api.background.workRuns();
    const parsed = parseUscc(FIRM);
    if (!parsed.ok) throw new Error(FIRM);
    ({ key: bank, institutionId: bankId } = await keyOf('bank-r', 'bank'));
    ({ key: otherBank } = await keyOf('bank-s', 'bank'));
    ({ key: firm } = await keyOf('firm-r', 'firm', parsed.value.uscc));
  });
  afterAll(() => api.close());

  const order = (more: object = {}, key = bank): Promise<Reply> =>
    api.post('/partner/v1/report-requests', {
      key,
      body: { uscc: FIRM, purpose: 'pre-loan-review', product: 'score', ...more },
    });
  const grant = async (): Promise<void> => {
    const terms = {
      uscc: FIRM as Uscc,
      institutionId: bankId,
      purpose: 'pre-loan-review',
      scopes: ['report'],
      from: '2026-07-06',
      until: '2026-07-20',
      single: false,
      textSha256: 'a'.repeat(64),
      evidenceSha256: 'b'.repeat(64),
    } as never;
    await api.product.db.as('house', (tx) =>
      api.product.authorisations.grant(tx, terms, { person: null, clock: api.clock }),
    );
  };

  it('is asked for, waits, is made, and is served byte for byte with its receipt', async () => {
    const asked = await order();
    expect([asked.status, asked.body['state'], asked.body['profile']]).toEqual([201, 'AWAIT_AUTH', 'bank']);
    const url = String(asked.headers['location']);
    expect((await api.get(`${url}/report`, { key: bank })).body['code']).toBe('report-not-ready');
    const seen = await api.get('/subject/v1/report-requests', { key: firm });
    expect(seen.body['items'][0]).toMatchObject({
      by: { kind: 'bank', zh: '样例bank-r' },
      state: 'AWAIT_AUTH',
      purpose: { code: 'pre-loan-review' },
    });
    await grant();
    await api.background.workReports();
    const one = (await api.get(url, { key: bank })).body;
    expect([one['state'], one['receipt']['reportNo']]).toEqual(['READY', one['reportNo']]);

    const response = await api.app.inject({
      method: 'GET',
      url: `${url}/report`,
      headers: { authorization: `Bearer ${bank}` },
    });
    const bytes = response.rawPayload;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect([response.statusCode, response.headers['content-type'], response.headers['etag']]).toEqual([
      200,
      'application/json; charset=utf-8',
      `"${sha256}"`,
    ]);
    const receipt = String(response.headers['report-receipt']);
    const keys = (await api.get('/partner/v1/report-keys', { key: null })).body['items'] as { publicKey: string }[];
    expect(
      verifyReport(
        bytes,
        receipt,
        keys.map(({ publicKey }) => publicKey),
      ),
    ).toEqual([]);
    expect(JSON.parse(receipt)).toEqual(one['receipt']);
    // Again, and as the document says.
    const again = await api.get(`${url}/report`, { key: bank });
    expect([again.headers['etag'], again.body['cover']['reportNo']]).toEqual([`"${sha256}"`, one['reportNo']]);
    expect((await api.get(url, { key: bank })).body['state']).toBe('DELIVERED');
  });

  it('is nobody else’s: not there for another bank, not for the firm', async () => {
    const { body } = await order();
    const url = `/partner/v1/report-requests/${body['requestId']}`;
    for (const reply of [
      await api.get(url, { key: otherBank }),
      await api.get(`${url}/report`, { key: otherBank }),
      await api.post(`${url}/cancel`, { key: otherBank }),
      await api.get(`/subject/v1/reports/${body['requestId']}`, { key: firm }),
    ])
      expect([reply.status, reply.body['code']]).toEqual([404, 'report-request-unknown']);
    expect((await api.get('/partner/v1/report-requests', { key: otherBank })).body['items']).toEqual([]);
    expect((await api.get(url, { key: firm })).status).toBe(403);
    expect((await api.get(url)).body['code']).toBe('scope-missing');
  });

  it('is a draft first where it is asked so, and is called off', async () => {
    const draft = (await order({ submit: 'later', purpose: 'post-loan-management', product: 'facts' })).body;
    expect(draft['state']).toBe('DRAFT');
    const url = `/partner/v1/report-requests/${draft['requestId']}`;
    expect((await api.post(`${url}/submit`, { key: bank })).body['state']).toBe('AWAIT_AUTH');
    expect((await api.post(`${url}/cancel`, { key: bank })).body['state']).toBe('CANCELLED');
    const over = await api.post(`${url}/cancel`, { key: bank });
    expect([over.status, over.body['code']]).toEqual([409, 'transition-refused']);
    expect((await api.get(`${url}/report`, { key: bank })).body['code']).toBe('report-over');
  });

  it('is refused by the firm, or taken back', async () => {
    const { body } = await order({ purpose: 'post-loan-management' });
    const refused = await api.post(`/subject/v1/report-requests/${body['requestId']}/refuse`, { key: firm });
    expect([refused.status, refused.body['state']]).toEqual([200, 'REFUSED']);
    const asked = (await order()).body;
    await api.background.workReports();
    const taken = await api.post(`/subject/v1/report-requests/${asked['requestId']}/withdraw`, {
      key: firm,
      body: { reason: '撤回授权' },
    });
    expect(taken.body['state']).toBe('REVOKED');
    const view = await api.get(`/partner/v1/report-requests/${asked['requestId']}/report`, { key: bank });
    expect([view.status, view.body['code'], view.body['state']]).toEqual([410, 'report-over', 'REVOKED']);
  });

  it('of the firm itself is its own, and free', async () => {
    const asked = await api.post('/subject/v1/reports', { key: firm, body: { product: 'score' } });
    expect([asked.status, asked.body['state']]).toEqual([201, 'AUTHORISED']);
    await api.background.workReports();
    const { body, status } = await api.get(String(asked.headers['location']), { key: firm });
    expect([status, body['cover']['profile'], body['queries']['items'][0]['institution']['zh']]).toEqual([
      200,
      'firm',
      '样例bank-r',
    ]);
    const partner = `/partner/v1/report-requests/${asked.body['requestId']}/report`;
    expect((await api.get(partner, { key: bank })).body['code']).toBe('report-request-unknown');
  });

  it('refuses by place what does not fit', async () => {
    const refusal = async (more: object): Promise<unknown[]> => {
      const { status, body } = await order(more);
      return [status, body['code'], body['errors'][0]?.pointer];
    };
    expect(await refusal({ uscc: NOBODY })).toEqual([404, 'company-unknown', '/uscc']);
    expect(await refusal({ purpose: 'guarantee-review' })).toEqual([403, 'report-purpose-refused', '/purpose']);
    expect(await refusal({ purpose: 'own-query' })).toEqual([400, 'request-invalid', '/purpose']);
    expect(await refusal({ asOf: '2020-01-31' })).toEqual([404, 'report-run-missing', '/asOf']);
    expect(await refusal({ asOf: '2026-06-30', runId: '019a8c2e-7f00-7000-8000-000000000001' })).toEqual([
      400,
      'request-invalid',
      '/runId',
    ]);
    expect((await order({ runId: '019a8c2e-7f00-7000-8000-000000000001' })).body['code']).toBe('run-unknown');
    expect((await order({ authorisationId: '019a8c2e-7f00-7000-8000-000000000001' })).body['code']).toBe(
      'authorisation-unknown',
    );
    const cursor = await api.get('/partner/v1/report-requests?cursor=AAAA', { key: bank });
    expect(cursor.body['code']).toBe('cursor-invalid');
  });

  it('is listed page by page, the newest first', async () => {
    const all = (await api.get('/partner/v1/report-requests?limit=200', { key: bank })).body['items'] as {
      requestId: string;
    }[];
    const pages: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body } = await api.get(`/partner/v1/report-requests?limit=2${next && `&cursor=${next}`}`, { key: bank });
      pages.push(...(body['items'] as { requestId: string }[]).map(({ requestId }) => requestId));
      next = body['nextCursor'] as string | null;
    }
    expect(pages).toEqual(all.map(({ requestId }) => requestId));
    expect(pages).toEqual(pages.toSorted().reverse());
  });
});
