import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { IdempotencyStore } from '#lib/access';
import { PROBLEMS } from '../../apps/api/src/problems.ts';
import { demoUscc, register, TestApi, uploadUrl } from './api-kit.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

describe('keys', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.open();
  });
  afterAll(() => api.close());

  const codeOf = async (key: string | null, url = '/ops/v1/runs'): Promise<[number, string]> => {
    const { status, body } = await api.get(url, { key });
    expect(body['errors'][0]).toMatchObject({ header: 'Authorization', code: body['code'] });
    return [status, body['code']];
  };

  it('are asked for, and must be ours', async () => {
    expect(await codeOf(null)).toEqual([401, 'key-missing']);
    expect(await codeOf('fm_nothing')).toEqual([401, 'key-unknown']);
    const key = api.keyFor('/ops')!;
    expect(await codeOf(key.slice(0, -2) + (key.endsWith('AA') ? 'BB' : 'AA'))).toEqual([401, 'key-unknown']);
    const answer = await api.get('/ops/v1/runs', { key: null });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('open only what their scopes say', async () => {
    expect(await codeOf(api.keyFor('/partner')!, '/ops/v1/runs')).toEqual([403, 'scope-missing']);
    expect(await codeOf(api.keyFor('/ops')!, '/partner/v1/candidates?purpose=pre-loan-review')).toEqual([
      403,
      'scope-missing',
    ]);
    const runsOnly = await api.issue(api.product.person, ['ops:runs']);
    expect((await api.get('/ops/v1/runs', { key: runsOnly })).status).toBe(200);
    expect(await codeOf(runsOnly, '/ops/v1/deliveries')).toEqual([403, 'scope-missing']);
  });

  it('end when they expire or are revoked', async () => {
    const short = await api.issue(api.product.person, ['ops:runs'], 1);
    const { access, db } = api.product;
    const revoked = await access.issueKey(api.product.person, ['ops:runs'], new Date('2030-01-01'), api.clock);
    expect((await api.get('/ops/v1/runs', { key: revoked.key })).status).toBe(200);
    await access.revokeKey(revoked.keyId, api.clock);
    expect(await codeOf(revoked.key)).toEqual([401, 'key-revoked']);
    api.clock.pass(DAY_MS - 1);
    expect((await api.get('/ops/v1/runs', { key: short })).status).toBe(200);
    api.clock.pass(1);
    expect(await codeOf(short)).toEqual([401, 'key-expired']);
    const stored = await db.query<{ row: string }>('SELECT row_to_json(api_key)::text AS row FROM api_key');
    expect(stored.some(({ row }) => row.includes(short.slice(-43)) || row.includes(revoked.key.slice(-43)))).toBe(
      false,
    );
  });

  it('belong to people, whose handles and institutions are unique', async () => {
    const { access } = api.product;
    expect((await access.ensureOperator()).personId).toBe(api.product.person);
    const bank = (await access.institutionByCode('bank-a'))!;
    expect(bank.kind).toBe('bank');
    const person = { institutionId: bank.institutionId, handle: 'officer', name: '乙' };
    await expect(access.createPerson(person)).rejects.toMatchObject({ problem: { code: 'handle-taken' } });
    const twin = { kind: 'bank', code: 'bank-a', zh: '甲', en: 'A' } as const;
    await expect(access.createInstitution(twin)).rejects.toMatchObject({ problem: { code: 'institution-code-taken' } });
    await expect(access.personByHandle('nobody')).rejects.toMatchObject({ problem: { code: 'person-unknown' } });
  });
});

describe('conventions', () => {
  let api: TestApi;
  let origin: string;
  beforeAll(async () => {
    api = await TestApi.open();
    await api.app.listen(0, '127.0.0.1');
    origin = await api.app.getUrl();
  });
  afterAll(() => api.close());

  const bearer = (): Record<string, string> => ({ authorization: `Bearer ${api.keyFor('/ops')}` });

  it('health needs no key', async () => {
    expect((await api.get('/healthz')).body).toEqual({ status: 'ok' });
    expect((await api.get('/readyz')).body).toEqual({ status: 'ok' });
    expect((await api.get('/openapi.json')).body).toMatchObject({ openapi: '3.0.0' });
  });

  it('every problem code has its page, for machines and for people', async () => {
    for (const code of Object.keys(PROBLEMS)) {
      expect((await api.get(`/problems/${code}`)).body).toMatchObject({ type: `/problems/${code}`, code });
    }
    const page = await api.get('/problems/key-missing', { headers: { accept: 'text/html' } });
    expect(String(page.body['text'])).toContain('<h1>key-missing</h1>');
    for (const code of ['constructor', 'nothing']) {
      expect((await api.get(`/problems/${code}`)).body['code']).toBe('problem-unknown');
    }
  });

  it('unknown routes and methods are named', async () => {
    const lost = await api.get('/ops/v1/nothing');
    expect([lost.status, lost.body['code']]).toEqual([404, 'route-unknown']);
    const put = await api.ask('PUT', '/ops/v1/runs', {});
    expect([put.status, put.body['code'], put.headers['allow']]).toEqual([
      405,
      'method-not-allowed',
      'GET, HEAD, POST',
    ]);
  });

  it('a body must be JSON, whole and small', async () => {
    const send = (body: string, type = 'application/json') =>
      api.post('/ops/v1/runs', { body, headers: { 'content-type': type } });
    const broken = await send('{"asOf": ');
    expect([broken.status, broken.body['code'], broken.body['errors'][0].pointer]).toEqual([400, 'json-broken', '']);
    const xml = await send('<run/>', 'application/xml');
    expect([xml.status, xml.body['code'], xml.body['errors'][0].header]).toEqual([
      415,
      'media-type-unsupported',
      'Content-Type',
    ]);
    const large = await send(JSON.stringify({ asOf: 'x'.repeat(MIB) }));
    expect([large.status, large.body['code'], large.body['errors'][0].header]).toEqual([
      413,
      'body-too-large',
      'Content-Length',
    ]);
    const latin = await api.post('/ops/v1/runs', {
      body: Buffer.from([0x7b, 0xff, 0x7d]),
      headers: { 'content-type': 'application/json' },
    });
    expect(latin.body['code']).toBe('json-broken');
    const deep = await send(`{"asOf":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    expect([deep.status, deep.body['code']]).toEqual([400, 'json-broken']);
    const nothing = await api.post('/ops/v1/runs');
    expect([nothing.status, nothing.body['code']]).toEqual([400, 'request-invalid']);
  });

  it.each(['__proto__', 'constructor', 'toString', 'a/b~c'])(
    'the unknown field %s is not dropped in silence',
    async (name) => {
      const body = `{"asOf":"2026-06-30",${JSON.stringify(name)}:{"a":1}}`;
      const reply = await api.post('/ops/v1/runs', { body, headers: { 'content-type': 'application/json' } });
      expect(reply.body['code']).toBe('request-invalid');
      const pointer = `/${name.replace('~', '~0').replace('/', '~1')}`;
      expect(reply.body['errors']).toEqual([expect.objectContaining({ pointer, code: 'field-unknown' })]);
    },
  );

  it.each([
    ['U+0000', 'a\0b'],
    ['half a surrogate pair', 'a\ud800'],
  ])('text with %s is refused by its place, never by the database', async (_, text) => {
    const reply = await api.post('/ops/v1/runs', { body: { asOf: text, more: ['a', text] } });
    expect([reply.status, reply.body['errors']]).toEqual([
      400,
      ['/asOf', '/more/1'].map((pointer) => expect.objectContaining({ pointer, code: 'field-invalid' })),
    ]);
  });

  it.each([
    ['/problems/a%00', 400, 'request-invalid'],
    ['/ops/v1/deliveries?source=a%00', 400, 'request-invalid'],
    ['/ops/v1/runs/%zz', 400, 'request-refused'],
    ['/problems/' + 'x'.repeat(200), 414, 'address-too-long'],
    ['/ops/v1/runs?limit=%ff', 400, 'request-invalid'],
    ['/ops/v1/runs?__proto__=1', 400, 'request-invalid'],
    ['/partner/v1/companies/%E4%BD%A0/score?purpose=pre-loan-review', 422, 'uscc-malformed'],
    ['//', 404, 'route-unknown'],
  ])('the address %s is a problem like any other', async (url, status, code) => {
    const reply = await api.get(url);
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
  });

  it('what is not even HTTP is answered by a problem', async () => {
    const { hostname, port } = new URL(origin);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write('GET /healthz HTTP/1.1\r\ncontent-length: abc\r\n\r\n'),
      );
      let got = '';
      socket.setEncoding('utf8').on('data', (part: string) => (got += part));
      socket.on('end', () => resolve(got)).on('error', reject);
    });
    expect(text).toContain('application/problem+json');
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toMatchObject({ status: 400, code: 'request-refused' });
  });

  it('a body of unannounced length is cut at the limit', async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(MIB / 16).fill(0x20));
        controller.close();
      },
    });
    const reply = await fetch(`${origin}/ops/v1/runs`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body,
      duplex: 'half',
    });
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([413, 'body-too-large']);
  });

  it('an upload past 2 GiB is refused by its announced length, before it is read', async () => {
    const answer = await new Promise<{ status: number; body: string; connection: unknown }>((resolve, reject) => {
      const length = 2 * 1024 * MIB + 1;
      const call = httpRequest(
        `${origin}${uploadUrl()}`,
        { method: 'POST', headers: { ...bearer(), 'content-length': length } },
        (reply) => {
          let body = '';
          reply.setEncoding('utf8').on('data', (part: string) => (body += part));
          reply.on('end', () => {
            resolve({ status: reply.statusCode!, body, connection: reply.headers.connection });
            call.destroy();
          });
        },
      );
      call.on('error', reject);
      call.write('x');
    });
    expect([answer.status, answer.connection]).toEqual([413, 'close']);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'body-too-large', errors: [{ header: 'Content-Length' }] });
  });

  it('an upload that breaks off leaves nothing behind', async () => {
    const before = (await api.get('/ops/v1/deliveries')).body['items'].length;
    const closed = api.logged.length;
    const call = httpRequest(`${origin}${uploadUrl()}`, {
      method: 'POST',
      headers: { ...bearer(), 'content-length': 1000, 'idempotency-key': 'torn' },
    });
    call.on('error', () => undefined);
    await new Promise((resolve) => call.write('企业名称', resolve));
    call.destroy();
    // The key is free again as soon as the server has seen the end of it.
    const file = register({ uscc: demoUscc(1), name: '样例有限公司' });
    const retry = () => api.post(uploadUrl(), { body: file, headers: { 'idempotency-key': 'torn' } });
    let whole = await retry();
    while (whole.body['code'] === 'idempotency-in-progress') whole = await retry();
    expect(whole.status).toBe(202);
    expect((await api.get('/ops/v1/deliveries')).body['items']).toHaveLength(before + 1);
    const events = api.logged.slice(closed).map((event) => event['event']);
    expect(events).toContain('request-aborted');
    expect(events).not.toContain('internal-error');
  });

  it('an upload with an Idempotency-Key is received once, and another file under it not at all', async () => {
    const headers = { 'idempotency-key': 'upload-1' };
    const file = register({ uscc: demoUscc(2), name: '样例二有限公司' });
    const first = await api.post(uploadUrl(), { body: file, headers });
    const count = (await api.get('/ops/v1/deliveries')).body['items'].length;
    const again = await api.post(uploadUrl(), { body: file, headers });
    expect([again.status, again.body, again.headers['location']]).toEqual([202, first.body, first.headers['location']]);
    const other = await api.post(uploadUrl(), {
      body: register({ uscc: demoUscc(3), name: '样例三有限公司' }),
      headers,
    });
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency-conflict']);
    const elsewhere = await api.post(uploadUrl({ fileName: 'other.csv' }), { body: file, headers });
    expect(elsewhere.body['code']).toBe('idempotency-conflict');
    expect((await api.get('/ops/v1/deliveries')).body['items']).toHaveLength(count);
  });

  it('an Idempotency-Key is free again after 24 hours, and belongs to its person', async () => {
    const headers = { 'idempotency-key': 'daily' };
    const send = (n: number, ask = {}) =>
      api.post(uploadUrl(), { body: register({ uscc: demoUscc(n), name: `样例${n}有限公司` }), headers, ...ask });
    expect((await send(4)).status).toBe(202);
    expect((await send(5)).body['code']).toBe('idempotency-conflict');
    const { access } = api.product;
    const { institutionId } = (await access.institutionByCode('operator'))!;
    const clerk = await access.createPerson({ institutionId, handle: 'clerk', name: '丙' });
    expect((await send(5, { key: await api.issue(clerk.personId, ['ops:deliveries']) })).status).toBe(202);
    api.clock.pass(DAY_MS);
    expect((await send(6)).status).toBe(202);
  });

  it('a request whose process died gives its Idempotency-Key up after a minute', async () => {
    const store = new IdempotencyStore(api.product.db, api.clock);
    const { person } = api.product;
    const dead = await store.reserve(person, 'lease');
    await expect(store.reserve(person, 'lease')).rejects.toMatchObject({
      problem: { code: 'idempotency-in-progress' },
    });
    api.clock.pass(59_999);
    await expect(store.reserve(person, 'lease')).rejects.toMatchObject({ problem: { status: 409 } });
    api.clock.pass(1);
    const heir = await store.reserve(person, 'lease');
    if (dead.kind !== 'fresh' || heir.kind !== 'fresh') throw new Error('both were first');
    const answer = { status: 202, location: null, body: { by: 'heir' } };
    await store.complete(person, 'lease', dead.attempt, Buffer.alloc(32, 1), { ...answer, body: { by: 'dead' } });
    await store.release(person, 'lease', dead.attempt);
    await store.complete(person, 'lease', heir.attempt, Buffer.alloc(32, 2), answer);
    expect(await store.reserve(person, 'lease')).toEqual({
      kind: 'answered',
      requestHash: Buffer.alloc(32, 2),
      answer,
    });
    api.clock.pass(DAY_MS);
    expect(await store.sweep()).toBeGreaterThan(0);
    expect((await store.reserve(person, 'lease')).kind).toBe('fresh');
  });

  it.each(['', ' ', 'a b', 'x'.repeat(201)])('refuse the Idempotency-Key «%s»', async (key) => {
    const reply = await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' }, headers: { 'idempotency-key': key } });
    expect([reply.status, reply.body['code'], reply.body['errors'][0].header]).toEqual([
      400,
      'idempotency-key-invalid',
      'Idempotency-Key',
    ]);
  });

  it('a fault of ours is 500 with an id that the log knows, and says nothing else', async () => {
    const { runs } = api.product;
    const list = runs.list.bind(runs);
    runs.list = () => Promise.reject(new Error('secret detail'));
    try {
      const reply = await api.get('/ops/v1/runs');
      expect([reply.status, reply.body['code']]).toEqual([500, 'internal']);
      expect(JSON.stringify(reply.body)).not.toContain('secret');
      expect(api.logged).toContainEqual(
        expect.objectContaining({
          event: 'internal-error',
          id: reply.body['id'],
          error: expect.stringContaining('secret detail'),
        }),
      );
    } finally {
      runs.list = list;
    }
  });

  it('each request is one line in the log, without its query or key', async () => {
    const before = api.logged.length;
    await api.get('/ops/v1/deliveries?source=business-registration');
    expect(api.logged.slice(before)).toEqual([
      {
        event: 'request',
        requestId: expect.any(String),
        method: 'GET',
        route: '/ops/v1/deliveries',
        status: 200,
        ms: expect.any(Number),
        personId: api.product.person,
        keyId: expect.any(String),
      },
    ]);
  });
});
