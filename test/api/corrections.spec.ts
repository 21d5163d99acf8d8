import { demoUscc, register, TestApi, uploadUrl } from './api-kit.ts';

describe('ops: what can be mended about a delivery', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.open();
    await deliver(
      register({ uscc: demoUscc(1), name: '样例甲有限公司' }, { uscc: demoUscc(2), name: '样例乙有限公司' }),
    );
  });
  afterAll(() => api.close());

  const SOC = { source: 'social-security', layout: 'monthly', fileName: 'months.csv' };
  const months = (...rows: readonly string[]): string => `统一社会信用代码,费款所属期,参保总人数\n${rows.join('\n')}\n`;
  const deliver = async (body: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
    api.clock.pass(1000);
    const { deliveryId } = (await api.post(uploadUrl(more), { body })).body;
    await api.product.intake.process(deliveryId);
    expect((await api.get(`/ops/v1/deliveries/${deliveryId}`)).body['state']).toBe('RECONCILED');
    return deliveryId as string;
  };
  const at = (id: string, what: string): string => `/ops/v1/deliveries/${id}/${what}`;
  const UNKNOWN = '00000000-0000-7000-8000-000000000000';

  it('its faulty rows come back as a file that can be sent again', async () => {
    const id = await deliver(months(`${demoUscc(1)},202605,5`, `${demoUscc(2)},someday,6`), SOC);
    const file = await api.get(at(id, 'errors.csv'));
    expect([file.status, file.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(file.headers['content-disposition']).toBe(`attachment; filename="errors-${id}.csv"`);
    const text = String(file.body['text']);
    expect(text).toMatch(/^\uFEFF统一社会信用代码,费款所属期,参保总人数,错误代码,错误说明,建议,错误行\r\n/);
    const lines = await api.get(at(id, 'errors.jsonl'));
    expect([lines.status, lines.headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
    expect(JSON.parse(lines.body['text'])).toMatchObject({ 费款所属期: 'someday', 错误行: `${id}/2` });
    expect((await api.get(at(UNKNOWN, 'errors.jsonl'))).body['code']).toBe('delivery-unknown');
    const mended = await deliver(text.replace('someday', '202605'), SOC);
    const [row] = (await api.get(at(id, 'quarantine'))).body['items'];
    expect(row).toMatchObject({ state: 'CORRECTED', mendedBy: mended, releasedAt: null });
    const empty = await api.get(at(id, 'errors.csv'));
    expect(String(empty.body['text']).split('\r\n')).toHaveLength(2);
    expect((await api.get(at(UNKNOWN, 'errors.csv'))).body['code']).toBe('delivery-unknown');
  });

  it('its quality stands beside that of its source', async () => {
    const { asOf, items } = (await api.get('/ops/v1/quality')).body;
    expect(asOf).toBe('2026-07-06');
    const monthly = items.find(
      (item: { source: string; layout: string }) => item.source === SOC.source && item.layout === SOC.layout,
    );
    expect(monthly).toMatchObject({ dataThrough: '2026-05-31', ageDays: 36, freshness: 'fresh' });
    expect(monthly.deliveries).toHaveLength(2);
    expect(monthly.deliveries[1]).toMatchObject({ rows: 2, quarantineBp: 5000, matchBp: 10_000 });
    expect((await api.get('/ops/v1/quality?asOf=2026-02-30')).body['code']).toBe('request-invalid');
    const before = await api.get('/ops/v1/quality?asOf=2026-07-01');
    expect(before.body['items'].every((item: { freshness: string }) => item.freshness === 'never')).toBe(true);
  });

  it('its corrections are listed with the scores that they change', async () => {
    const { runId } = (await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } })).body;
    await api.background.workRuns();
    const id = await deliver(months(`${demoUscc(1)},202605,50`, `${demoUscc(2)},202605,60`), SOC);
    const first = (await api.get(`${at(id, 'corrections')}?limit=1`)).body;
    expect(first).toMatchObject({
      run: { runId, asOf: '2026-06-30' },
      items: [{ kind: 'correction', recordKey: '2026-05' }],
    });
    expect(first['items'][0]).not.toHaveProperty('companyId');
    const second = (await api.get(`${at(id, 'corrections')}?limit=1&cursor=${first['nextCursor']}`)).body;
    expect([second['items'].length, second['nextCursor']]).toEqual([1, null]);
    expect((await api.get(`${at(id, 'corrections')}?cursor=abc`)).body['code']).toBe('cursor-invalid');
    expect((await api.get(at(UNKNOWN, 'corrections'))).body['code']).toBe('delivery-unknown');
  });

  it('all of it is undone by a person with a reason, once, after its impact was shown', async () => {
    const id = await deliver(months(`${demoUscc(1)},202604,7`), SOC);
    expect((await api.get(at(id, 'undo'))).body).toMatchObject({ withdrawn: 1, restored: 0, restated: 0, firms: 1 });
    expect((await api.post(at(id, 'undo'), { body: {} })).body['errors'][0].pointer).toBe('/reason');
    const ask = { body: { reason: '来源撤回' }, headers: { 'idempotency-key': 'undo-1' } };
    const undone = await api.post(at(id, 'undo'), ask);
    expect([undone.status, undone.body['undone']]).toMatchObject([200, { by: api.product.person, reason: '来源撤回' }]);
    expect((await api.post(at(id, 'undo'), ask)).body).toEqual(undone.body);
    const twice = await api.post(at(id, 'undo'), { body: { reason: '再次撤回' } });
    expect([twice.status, twice.body['code']]).toEqual([409, 'delivery-undone']);
    expect((await api.get(at(id, 'undo'))).body['code']).toBe('delivery-undone');
    const { deliveryId } = (await api.post(uploadUrl(SOC), { body: months(`${demoUscc(1)},202604,7`) })).body;
    expect(deliveryId).not.toBe(id);
    expect((await api.get(at(deliveryId, 'undo'))).body['code']).toBe('delivery-not-applied');
    expect((await api.post(at(UNKNOWN, 'undo'), { body: { reason: '来源撤回' } })).body['code']).toBe(
      'delivery-unknown',
    );
  });
});
