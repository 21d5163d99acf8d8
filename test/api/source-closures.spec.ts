import { demoUscc, register, TestApi, uploadUrl } from './api-kit.ts';

describe('ops: sources that a firm had closed', () => {
  let api: TestApi;
  const url = `/ops/v1/companies/${demoUscc(1)}/source-closures`;
  beforeAll(async () => {
    api = await TestApi.open();
    const body = register({ uscc: demoUscc(1), name: '样例甲有限公司' });
    const { deliveryId } = (await api.post(uploadUrl(), { body })).body;
    await api.product.intake.process(deliveryId as string);
  });
  afterAll(() => api.close());

  const close = async (body: object): Promise<[number, unknown]> => {
    const reply = await api.post(url, { body: { reason: '企业书面申请', ...body } });
    return [reply.status, reply.body['code'] ?? reply.body];
  };

  it('are closed with a reason, listed, and ended', async () => {
    expect((await api.get(url)).body).toEqual({ items: [] });
    const closed = {
      uscc: demoUscc(1),
      source: 'awards-standards',
      kind: 'OPTED_OUT',
      statedOn: '2026-07-01',
      knownTo: null,
    };
    const [status, body] = await close({ source: 'awards-standards', statedOn: '2026-07-01' });
    expect([status, body]).toEqual([
      201,
      { ...closed, knownFrom: expect.any(String), reason: '企业书面申请', endReason: null },
    ]);
    expect(await close({ source: 'awards-standards' })).toEqual([409, 'source-closed']);
    expect((await api.get(url)).body).toEqual({ items: [body] });
    const end = () => api.post(`${url}/awards-standards/end`, { body: { reason: '企业撤回申请' } });
    expect((await end()).body).toMatchObject({ knownTo: expect.any(String), endReason: '企业撤回申请' });
    const again = await end();
    expect([again.status, again.body['code']]).toEqual([409, 'source-not-closed']);
  });

  it.each([
    [{ source: 'patents' }, 422, 'source-not-closable'],
    [{ source: 'donations' }, 404, 'unknown-source'],
    [{ source: 'water', statedOn: '2026-07-07' }, 422, 'stated-on-ahead'],
    [{ source: 'water', statedOn: '2026-02-30' }, 400, 'request-invalid'],
    [{ source: 'water', reason: '' }, 400, 'request-invalid'],
  ])('refuses %j', async (body, status, code) => expect(await close(body)).toEqual([status, code]));

  it('knows its firms', async () => {
    const other = await api.get(`/ops/v1/companies/${demoUscc(2)}/source-closures`);
    expect([other.status, other.body['code']]).toEqual([404, 'company-unknown']);
    expect((await api.get('/ops/v1/companies/IIIIIIIIIIIIIIIIII/source-closures')).body['code']).toBe('uscc-malformed');
    expect((await api.get(url, { key: api.keyFor('/partner')! })).status).toBe(403);
  });
});
