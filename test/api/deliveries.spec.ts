import { gzipSync } from 'node:zlib';
import { demoUscc, register, TestApi, uploadUrl } from './api-kit.ts';

describe('ops: deliveries', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.open();
  });
  afterAll(() => api.close());

  const work = async (id: string): Promise<void> => void (await api.product.intake.process(id));

  it('are uploaded, followed at Location, and every row is accounted for', async () => {
    const file = register(
      { uscc: demoUscc(1), name: '样例甲有限公司' },
      { uscc: demoUscc(2), name: '样例乙有限公司', date: '2015-02-30' },
    );
    const sent = await api.post(uploadUrl(), { body: file, headers: { 'content-type': 'text/csv' } });
    expect(sent.status).toBe(202);
    expect(sent.body).toEqual({ deliveryId: expect.any(String), noop: false });
    const at = String(sent.headers['location']);
    expect(at).toBe(`/ops/v1/deliveries/${sent.body['deliveryId']}`);
    expect((await api.get(at)).body).toMatchObject({ state: 'RECEIVED', rows: null, receivedBy: api.product.person });

    await work(sent.body['deliveryId']);
    expect((await api.get(at)).body).toMatchObject({
      state: 'RECONCILED',
      rows: 2,
      applied: 1,
      unchanged: 0,
      quarantined: 1,
      ignored: 0,
      held: null,
      bytes: Buffer.byteLength(file),
    });
    const { items, nextCursor } = (await api.get(`${at}/quarantine`)).body;
    expect(nextCursor).toBeNull();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ rowNo: 2, code: 'DQ05', state: 'WAITING', releasedAt: null });
    expect(items[0].issues[0]).toMatchObject({ column: '注册日期', raw: '2015-02-30', zh: '日期无法识别' });
    expect(items[0].raw).toContain('样例乙有限公司');

    const again = await api.post(uploadUrl(), { body: file });
    expect(again.body).toEqual({ deliveryId: sent.body['deliveryId'], noop: true });
  });

  it('are listed newest first, by pages that neither skip nor repeat', async () => {
    for (let n = 10; n < 15; n++) {
      api.clock.pass(1000);
      await api.post(uploadUrl({ fileName: `${n}.csv` }), {
        body: register({ uscc: demoUscc(n), name: `样例${n}有限公司` }),
      });
    }
    const names: string[] = [];
    for (let url = '/ops/v1/deliveries?limit=2'; ;) {
      const { items, nextCursor } = (await api.get(url)).body;
      names.push(...items.map((item: { fileName: string }) => item.fileName));
      if (nextCursor === null) break;
      expect(nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
      url = `/ops/v1/deliveries?limit=2&cursor=${nextCursor}`;
    }
    expect(names).toEqual(['14.csv', '13.csv', '12.csv', '11.csv', '10.csv', 'register.csv']);
    const held = await api.get('/ops/v1/deliveries?state=HOLD&source=business-registration');
    expect(held.body['items']).toEqual([]);
  });

  const holding = (from: number): string =>
    register(
      ...Array.from({ length: 60 }, (_, i) => ({
        uscc: demoUscc(from + i),
        name: `样例${from + i}有限公司`,
        ...(i < 10 ? { date: 'never' } : {}),
      })),
    );

  it('on hold are let through by a person with a reason', async () => {
    const { deliveryId } = (await api.post(uploadUrl({ fileName: 'held.csv' }), { body: holding(100) })).body;
    await work(deliveryId);
    const at = `/ops/v1/deliveries/${deliveryId}`;
    expect((await api.get(at)).body).toMatchObject({ state: 'HOLD', held: 'PARSE_RATE', applied: 0 });
    const wordless = await api.post(`${at}/release`, { body: {} });
    expect([wordless.status, wordless.body['errors'][0].pointer]).toEqual([400, '/reason']);
    const released = await api.post(`${at}/release`, {
      body: { reason: '已与来源核对' },
      headers: { 'idempotency-key': 'release-1' },
    });
    expect(released.status).toBe(200);
    await work(deliveryId);
    expect((await api.get(at)).body).toMatchObject({ state: 'RECONCILED', rows: 60, applied: 50, quarantined: 10 });
    const late = await api.post(`${at}/release`, { body: { reason: '再次放行' } });
    expect([late.status, late.body['code']]).toEqual([409, 'delivery-not-held']);
    const replayed = await api.post(`${at}/release`, {
      body: { reason: '已与来源核对' },
      headers: { 'idempotency-key': 'release-1' },
    });
    expect([replayed.status, replayed.body]).toEqual([200, released.body]);
  });

  it('on hold are refused for good by a person', async () => {
    const { deliveryId } = (await api.post(uploadUrl({ fileName: 'bad.csv' }), { body: holding(200) })).body;
    await work(deliveryId);
    const rejected = await api.post(`/ops/v1/deliveries/${deliveryId}/reject`, { body: { reason: '来源确认有误' } });
    expect(rejected.body).toMatchObject({ state: 'REJECTED', problem: { code: 'rejected-by-person' } });
  });

  const head = '企业名称,统一社会信用代码,注册日期\n';
  const whole = gzipSync(register({ uscc: demoUscc(50), name: '样例五十有限公司' }));
  const refused: [string, string | Buffer, string, object | undefined][] = [
    ['without a column', '企业名称,注册日期\n甲,2020-01-01\n', 'columns-missing', { header: '统一社会信用代码' }],
    ['with a column twice', `企业名称,${head}`, 'columns-doubled', { header: '企业名称' }],
    ['that is another kind of file', Buffer.from('89504e470d0a1a0a0000000d49484452ff', 'hex'), 'encoding', undefined],
    ['with broken bytes', Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xff, 0x0a])]), 'encoding', undefined],
    ['truncated in the middle of its gzip', whole.subarray(0, whole.length - 20), 'gzip-truncated', undefined],
    ['with a line of 2 MiB', `${head}甲,${'9'.repeat(2 ** 21)},2020-01-01\n`, 'line-too-long', { row: 1 }],
  ];
  it.each(refused)('%s are refused whole, by name and place', async (_title, body, code, place) => {
    const firms = async (): Promise<unknown> => (await api.product.db.query('SELECT count(*) AS n FROM company'))[0];
    const before = await firms();
    const { deliveryId } = (await api.post(uploadUrl(), { body })).body;
    await work(deliveryId);
    const { state, problem, applied } = (await api.get(`/ops/v1/deliveries/${deliveryId}`)).body;
    expect([state, problem.code, applied]).toEqual(['REJECTED', code, null]);
    if (place !== undefined) expect(problem.errors[0]).toMatchObject(place);
    expect(await firms()).toEqual(before);
  });

  it('take what is stated about them, and check it', async () => {
    const body = register({ uscc: demoUscc(30), name: '样例三十有限公司' });
    const stated = {
      sequence: '77',
      territory: '4403,44',
      population: 'all',
      from: '2026-06-01',
      through: '2026-06-30',
      sourceTime: '2026-07-01T02:00:00+08:00',
      rows: '1',
    };
    const { deliveryId } = (await api.post(uploadUrl(stated), { body })).body;
    expect((await api.get(`/ops/v1/deliveries/${deliveryId}`)).body).toMatchObject({
      coverage: { territory: ['4403', '44'], population: 'all' },
    });
    const wrong = await api.post(uploadUrl({ sha256: 'a'.repeat(64) }), { body: `${body} ` });
    expect([wrong.status, wrong.body['code'], wrong.body['errors'][0].field]).toEqual([
      422,
      'manifest-mismatch',
      'sha256',
    ]);
  });

  const bad: [string, string, number, string, object][] = [
    ['an unknown source', uploadUrl({ source: 'gossip' }), 404, 'unknown-source', { field: 'source' }],
    ['an unknown layout', uploadUrl({ layout: 'xml' }), 404, 'unknown-layout', { field: 'layout' }],
    ['a day that does not exist', uploadUrl({ through: '2026-02-30' }), 400, 'request-invalid', { field: 'through' }],
    [
      'an unknown parameter',
      uploadUrl({ colour: 'red' }),
      400,
      'request-invalid',
      { field: 'colour', code: 'field-unknown' },
    ],
    ['a file name with a folder', uploadUrl({ fileName: '../x.csv' }), 400, 'request-invalid', { field: 'fileName' }],
    ['a broken territory', uploadUrl({ territory: '440' }), 400, 'request-invalid', { field: 'territory' }],
    ['no file name', '/ops/v1/deliveries?source=business-registration', 400, 'request-invalid', { field: 'fileName' }],
    [
      'from after through',
      uploadUrl({ from: '2026-07-01', through: '2026-06-01' }),
      422,
      'manifest-invalid',
      { field: 'coverage.from' },
    ],
  ];
  it.each(bad)('refuse %s by name', async (_title, url, status, code, error) => {
    const reply = await api.post(url, { body: register({ uscc: demoUscc(40), name: '样例四十有限公司' }) });
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
    expect(reply.body['errors'][0]).toMatchObject(error);
  });

  it('refuse an empty file, and ids that are none', async () => {
    const empty = await api.post(uploadUrl(), {
      body: '',
      headers: { 'content-type': 'text/csv', 'content-length': '0' },
    });
    expect([empty.status, empty.body['code']]).toEqual([422, 'file-empty']);
    const none = await api.post(uploadUrl());
    expect([none.status, none.body['code']]).toEqual([422, 'file-empty']);
    const odd = await api.get('/ops/v1/deliveries/17');
    expect([odd.status, odd.body['code'], odd.body['errors'][0].field]).toEqual([400, 'request-invalid', 'id']);
    const unknown = '019a8c2e-7f00-7000-8000-0000000000ff';
    for (const url of [`/ops/v1/deliveries/${unknown}`, `/ops/v1/deliveries/${unknown}/quarantine`]) {
      const reply = await api.get(url);
      expect([reply.status, reply.body['code']]).toEqual([404, 'delivery-unknown']);
    }
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'limit=1e1', 'limit=1&limit=2', 'state=LOST', 'cursor=!', 'page=2'])(
    'refuse the query %s',
    async (query) => {
      const reply = await api.get(`/ops/v1/deliveries?${query}`);
      expect([reply.status, reply.body['code'], reply.body['errors'][0].field]).toEqual([
        400,
        'request-invalid',
        query.split('=')[0],
      ]);
    },
  );

  it('refuse a cursor of another list', async () => {
    const cursor = Buffer.from('7').toString('base64url');
    const reply = await api.get(`/ops/v1/deliveries?cursor=${cursor}`);
    expect([reply.status, reply.body['code']]).toEqual([400, 'cursor-invalid']);
  });

  it('publish what may be delivered', async () => {
    const { items } = (await api.get('/ops/v1/sources')).body;
    const registration = items.find((source: { name: string }) => source.name === 'business-registration');
    expect(registration.createsCompanies).toBe(true);
    expect(registration.layouts.map((layout: { name: string }) => layout.name)).toEqual(['bureau', 'open-register']);
  });
});
