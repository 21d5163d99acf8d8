import { deliver } from '../kit/deliver.ts';
import { demoUscc, TestApi, type Reply } from './api-kit.ts';

const FIRMS = 7;
const RICH = demoUscc(1);
const BRANCH = demoUscc(2);

const MONTHS = Array.from({ length: 14 }, (_, i) => {
  const index = 2026 * 12 + 5 - i; // June 2026 and the 13 months before
  return `${Math.floor(index / 12)}${String((index % 12) + 1).padStart(2, '0')}`;
});

const registration = (uscc: string, name: string, type = '有限责任公司'): string =>
  `${uscc},${name},${type},2024-01-15,500,人民币,120.5,I6513,存续,440305`;

async function fillLedger(api: TestApi): Promise<void> {
  const { product } = api;
  const rows = [
    registration(RICH, '样例微光科技有限公司'),
    registration(BRANCH, '样例微光科技有限公司东莞分公司', '有限责任公司分公司'),
    ...Array.from({ length: FIRMS - 2 }, (_, i) => registration(demoUscc(i + 3), `样例${i + 3}有限公司`)),
  ];
  const header =
    '统一社会信用代码,企业名称,企业类型,成立日期,注册资本(万元),币种,实收资本(万元),行业代码,登记状态,区划';
  const covers = { territory: ['4403'], population: 'all', from: '2020-01-01', through: '2026-06-30' } as const;
  const bureau = await deliver(product, {
    source: 'business-registration',
    layout: 'bureau',
    body: [header, ...rows].join('\n') + '\n',
    manifest: { coverage: covers },
  });
  expect(bureau).toMatchObject({ state: 'RECONCILED', applied: FIRMS });
  const heads = MONTHS.map((month) => `${RICH},${month},12,12,12,12,12,96000.00,1,2026-07-01`);
  const social = await deliver(product, {
    source: 'social-security',
    layout: 'monthly',
    body:
      [
        '统一社会信用代码,费款所属期,参保总人数,养老人数,医疗人数,失业人数,工伤人数,缴费基数合计(元),到账标志,到账日期',
        ...heads,
      ].join('\n') + '\n',
    manifest: { coverage: covers },
  });
  expect(social).toMatchObject({ state: 'RECONCILED', applied: MONTHS.length });
}

describe('runs and scores', () => {
  let api: TestApi;
  const runs: string[] = [];

  beforeAll(async () => {
    api = await TestApi.open();
    await api.app.listen(0, '127.0.0.1');
  });
  afterAll(() => api.close());

  const plan = async (asOf: string, headers = {}): Promise<string> => {
    api.clock.pass(1000);
    const reply = await api.post('/ops/v1/runs', { body: { asOf }, headers });
    expect(reply.status).toBe(202);
    expect(reply.headers['location']).toBe(`/ops/v1/runs/${reply.body['runId']}`);
    return String(reply.body['runId']);
  };

  it('nothing is scored before something is known', async () => {
    const run = await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } });
    expect([run.status, run.body['code']]).toEqual([409, 'ledger-empty']);
    const score = await api.get(`/partner/v1/companies/${RICH}/score?purpose=pre-loan-review`);
    expect([score.status, score.body['code']]).toEqual([403, 'authorisation-missing']);
    const candidates = await api.get('/partner/v1/candidates?purpose=pre-loan-review');
    expect([candidates.status, candidates.body['code']]).toEqual([409, 'no-published-run']);
    await fillLedger(api);
    await api.authorise(...Array.from({ length: FIRMS }, (_, i) => demoUscc(i + 1)));
  });

  it('a run is planned, watched to its end, and published whole', async () => {
    const runId = await plan('2026-05-31');
    runs.push(runId);
    const url = `${await api.app.getUrl()}/ops/v1/runs/${runId}/events`;
    const headers = { authorization: `Bearer ${api.keyFor('/ops')}`, 'last-event-id': '17' };
    const stream = await fetch(url, { headers });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader.read();
    expect(first.value).toMatch(/^id: 1\nevent: progress\ndata: \{/);
    await api.background.workRuns();
    let text = first.value!;
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    const events = text
      .trimEnd()
      .split('\n\n')
      .map((event) => event.split('\n'));
    expect(events.map(([id]) => id)).toEqual(events.map((_, i) => `id: ${i + 1}`));
    expect(events.at(-1)![1]).toBe('event: finished');
    expect(events.slice(0, -1).every(([, name]) => name === 'event: progress')).toBe(true);
    const last = JSON.parse(events.at(-1)![2]!.slice('data: '.length)) as object;
    expect(last).toEqual((await api.get(`/ops/v1/runs/${runId}`)).body);
    expect(last).toMatchObject({ state: 'PUBLISHED', firms: FIRMS, firmsDone: FIRMS, asOf: '2026-05-31' });
  });

  it('events of a finished run say so and end', async () => {
    const { body } = await api.get(`/ops/v1/runs/${runs[0]}/events`);
    expect(String(body['text'])).toMatch(/^id: 1\nevent: finished\n/);
  });

  it('the same pins give the same hash, and runs are listed newest first', async () => {
    const [again, june] = [await plan('2026-05-31'), await plan('2026-06-30')];
    await api.background.workRuns();
    const hashOf = async (id: string): Promise<string> => (await api.get(`/ops/v1/runs/${id}`)).body['outputHash'];
    expect(await hashOf(again)).toBe(await hashOf(runs[0]!));
    expect(await hashOf(june)).not.toBe(await hashOf(again));
    runs.push(again, june);
    const first = (await api.get('/ops/v1/runs?limit=2')).body;
    const second = (await api.get(`/ops/v1/runs?limit=2&cursor=${first['nextCursor']}`)).body;
    expect([...first['items'], ...second['items']].map((run: { runId: string }) => run.runId)).toEqual(
      [...runs].reverse(),
    );
    expect(second['nextCursor']).toBeNull();
  });

  it('the score of a company explains itself, and its parts add up', async () => {
    const { body } = await api.get(`/partner/v1/companies/${RICH}/score?purpose=pre-loan-review`);
    expect(body).toMatchObject({
      uscc: RICH,
      name: '样例微光科技有限公司',
      region: '440305',
      run: { runId: runs[2], asOf: '2026-06-30' },
    });
    const sum = (items: Record<string, number>[], member: string): number =>
      items.reduce((n, item) => n + item[member]!, 0);
    expect(body['parts']).toHaveLength(58);
    expect(sum(body['parts'], 'partialTenths')).toBe(body['scoreTenths']);
    expect(sum(body['dimensions'], 'tenths')).toBe(body['scoreTenths']);
    expect(sum(body['threeScores'], 'tenths')).toBe(body['scoreTenths']);
    expect(sum(body['dimensions'], 'maxTenths')).toBe(10_000);
    const groups = body['threeScores'].flatMap((three: { groups: object[] }) => three.groups);
    expect(groups).toHaveLength(12);
    expect(sum(groups, 'tenths')).toBe(body['scoreTenths']);
    expect(body['index']).toBe(Math.floor((body['scoreTenths'] + 5) / 10));
    // A few sources are not enough for a grade, and what is missing is named rather than held against the firm.
    expect([body['score'], body['grade']]).toEqual([null, null]);
    expect(body['low']).toBeLessThan(body['index']);
    expect(body['high']).toBeGreaterThan(body['index']);
    expect(body['missingFeeds'].map((feed: { feed: string }) => feed.feed)).toContain('JUD');
    const heads = body['parts'].find((part: { characteristic: string }) => part.characteristic === 'TG01');
    expect(heads).toMatchObject({ state: 'VALUE', value: 12, partialTenths: 300, zh: '参保人数水平' });
  });

  it('an earlier run is asked for by its id', async () => {
    const { body } = await api.get(`/partner/v1/companies/${RICH}/score?purpose=pre-loan-review&run=${runs[0]}`);
    expect(body['run']).toMatchObject({ runId: runs[0], asOf: '2026-05-31', state: 'ARCHIVED' });
  });

  it('each point names its records, or the coverage that makes it a zero', async () => {
    const { body } = await api.get(`/partner/v1/companies/${RICH}/score/evidence?purpose=pre-loan-review`);
    const score = (await api.get(`/partner/v1/companies/${RICH}/score?purpose=pre-loan-review`)).body;
    const partOf = (code: string): Reply['body'] =>
      body['parts'].find((part: { characteristic: string }) => part.characteristic === code);
    expect(body['parts'].map((p: { partialTenths: number }) => p.partialTenths)).toEqual(
      score['parts'].map((p: { partialTenths: number }) => p.partialTenths),
    );
    expect(partOf('TG08')['records']).toEqual([
      {
        source: 'business-registration',
        recordKey: 'bureau',
        knownFrom: expect.any(String),
        deliveryId: expect.any(String),
        rowNo: 1,
      },
    ]);
    expect(partOf('TG01')['records'].length).toBeGreaterThanOrEqual(6);
    const empty = (await api.get(`/partner/v1/companies/${demoUscc(3)}/score/evidence?purpose=pre-loan-review`)).body;
    const zero = empty['parts'].find((part: { characteristic: string }) => part.characteristic === 'TG01');
    expect(zero).toMatchObject({ state: 'VALUE', records: [] });
    expect(zero.coverage[0]).toMatchObject({ feed: 'SOC', population: 'all', through: '2026-06-30' });
  });

  it('candidates: all eight conditions of every firm; nobody is a member, and the answer says why', async () => {
    const { body } = await api.get('/partner/v1/candidates?purpose=pre-loan-review');
    expect(body).toMatchObject({
      state: 'PROVISIONAL',
      cut: 600,
      nextCursor: null,
      run: { runId: runs[2], asOf: '2026-06-30' },
    });
    expect([runs[0], runs[1]]).toContain(body['run'].previousRunId);
    expect(body['unknownRules'].map((rule: { rule: number }) => rule.rule)).toEqual([1, 3, 5, 6, 7]);
    expect(body['unknownRules'][1].why.en).toBe('not connected: JUD, ABN, TAX');
    expect(body['items']).toHaveLength(FIRMS);
    for (const item of body['items']) {
      expect(item.member).toBe(false);
      expect(item.conditions.map((c: { rule: number }) => c.rule)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
    const rich = body['items'].find((item: { uscc: string }) => item.uscc === RICH);
    expect(rich.conditions[3]).toMatchObject({ state: 'pass', value: '29', sourceDate: '2026-06-30' });
    expect(rich.conditions[7]).toMatchObject({ state: 'pass', value: '12', sourceDate: '2026-06-30' });
    expect(rich.conditions[2].why.en).toContain('JUD is not connected');
    const branch = body['items'].find((item: { uscc: string }) => item.uscc === BRANCH);
    expect(branch.legalPerson).toBe(false);
  });

  it('candidates: pages stay with the run that the first one came from', async () => {
    const first = (await api.get('/partner/v1/candidates?purpose=pre-loan-review&limit=4')).body;
    runs.push(await plan('2026-07-05'));
    await api.background.workRuns();
    const second = (
      await api.get(`/partner/v1/candidates?purpose=pre-loan-review&limit=4&cursor=${first['nextCursor']}`)
    ).body;
    expect(second['run'].runId).toBe(first['run'].runId);
    const codes = [...first['items'], ...second['items']].map((item: { uscc: string }) => item.uscc);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(codes).toHaveLength(FIRMS);
    const newest = (await api.get('/partner/v1/candidates?purpose=pre-loan-review&limit=1')).body;
    expect(newest['run'].runId).toBe(runs[3]);
    expect(newest['items'][0].conditions[1]).toMatchObject({ state: 'unknown' }); // not of a month end
  });

  it('an Idempotency-Key plans one run, however often it is sent', async () => {
    const headers = { 'idempotency-key': 'june-again' };
    const before = (await api.get('/ops/v1/runs')).body['items'].length;
    const runId = await plan('2026-06-30', headers);
    expect(await plan('2026-06-30', headers)).toBe(runId);
    const other = await api.post('/ops/v1/runs', { body: { asOf: '2026-05-31' }, headers });
    expect([other.status, other.body['code'], other.body['errors'][0].header]).toEqual([
      422,
      'idempotency-conflict',
      'Idempotency-Key',
    ]);
    expect((await api.get('/ops/v1/runs')).body['items']).toHaveLength(before + 1);
    const unfinished = await api.get(`/partner/v1/companies/${RICH}/score?purpose=pre-loan-review&run=${runId}`);
    expect([unfinished.status, unfinished.body['code']]).toEqual([409, 'run-not-published']);
  });

  const NOBODY = '019a8c2e-7f00-7000-8000-0000000000ff';
  it.each([
    [
      'a malformed code',
      '/partner/v1/companies/123/score?purpose=pre-loan-review',
      422,
      'uscc-malformed',
      { field: 'uscc' },
    ],
    [
      'a code with a letter that is not used',
      `/partner/v1/companies/${RICH.slice(0, 17)}I/score?purpose=pre-loan-review`,
      422,
      'uscc-malformed',
      { field: 'uscc' },
    ],
    [
      'a firm that nobody registered, as any without authorisation',
      `/partner/v1/companies/${demoUscc(999)}/score?purpose=pre-loan-review`,
      403,
      'authorisation-missing',
      undefined,
    ],
    ['a read without purpose', `/partner/v1/companies/${RICH}/score`, 400, 'purpose-missing', { field: 'purpose' }],
    [
      "another's purpose",
      `/partner/v1/companies/${RICH}/score?purpose=guarantee-review`,
      403,
      'purpose-not-allowed',
      { field: 'purpose' },
    ],
    [
      'a run that is none',
      `/partner/v1/companies/${RICH}/score?purpose=pre-loan-review&run=${NOBODY}`,
      404,
      'run-unknown',
      undefined,
    ],
    [
      'an id that is none',
      `/partner/v1/companies/${RICH}/score?purpose=pre-loan-review&run=7`,
      400,
      'request-invalid',
      { field: 'run' },
    ],
    ['an unknown run', `/ops/v1/runs/${NOBODY}`, 404, 'run-unknown', undefined],
    ['events of an unknown run', `/ops/v1/runs/${NOBODY}/events`, 404, 'run-unknown', undefined],
    [
      'a broken cursor',
      '/partner/v1/candidates?purpose=pre-loan-review&cursor=AAAA',
      400,
      'cursor-invalid',
      { field: 'cursor' },
    ],
  ] as const)('refuse %s', async (_title, url, status, code, error) => {
    const reply = await api.get(url);
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
    if (error !== undefined) expect(reply.body['errors'][0]).toMatchObject(error);
  });

  it.each([
    [{ asOf: '2026-06-30', colour: 'red' }, '/colour', 'field-unknown'],
    [{ asOf: '2026-02-30' }, '/asOf', 'field-invalid'],
    [{ asOf: 20260630 }, '/asOf', 'field-invalid'],
    [{}, '/asOf', 'field-invalid'],
    [{ asOf: '2026-06-30', knownAt: '2026-07-01' }, '/knownAt', 'field-invalid'],
    [[], '', 'field-invalid'],
  ])('refuse the run %j by pointer', async (body, pointer, code) => {
    const reply = await api.post('/ops/v1/runs', { body });
    expect([reply.status, reply.body['code']]).toEqual([400, 'request-invalid']);
    expect(reply.body['errors']).toEqual([expect.objectContaining({ pointer, code })]);
  });

  it('refuse a knownAt that lies after everything that is known', async () => {
    const reply = await api.post('/ops/v1/runs', {
      body: { asOf: '2026-06-30', knownAt: '2030-01-01T00:00:00+08:00' },
    });
    expect([reply.status, reply.body['code'], reply.body['errors'][0].pointer]).toEqual([
      422,
      'known-at-too-late',
      '/knownAt',
    ]);
  });

  it('the rules are published, and each is yes, no or unknown for a firm', async () => {
    const rules = (await api.get('/partner/v1/rules')).body['items'] as { code: string; awaits?: object }[];
    const { knockOuts, warnings, warningStates } = (
      await api.get(`/partner/v1/companies/${RICH}/score/evidence?purpose=pre-loan-review`)
    ).body;
    const states = [...knockOuts, ...warningStates] as { code: string; state: string; unknown?: object }[];
    expect(states.map(({ code }) => code)).toEqual(rules.map(({ code }) => code));
    expect(rules).toHaveLength(27);
    for (const [i, { awaits }] of rules.entries()) if (awaits) expect(states[i]!.unknown).toMatchObject(awaits);
    const on = warningStates.filter(({ state }: { state: string }) => state === 'yes');
    expect(on.map(({ code }: { code: string }) => code)).toEqual(warnings.map(({ code }: { code: string }) => code));
  });

  it('the catalogue is the scorecard itself', async () => {
    const model = (await api.get('/partner/v1/model')).body;
    const { model: named, items } = (await api.get('/partner/v1/characteristics')).body;
    const { run } = (await api.get(`/partner/v1/companies/${RICH}/score?purpose=pre-loan-review`)).body;
    expect(named).toEqual({ id: model['id'], hash: model['hash'] });
    expect(model).toMatchObject({ hash: run.modelHash, calibrated: false, maxTenths: 10_000 });
    expect(items).toHaveLength(58);
    expect(items.find((item: { code: string }) => item.code === 'TG08')).toMatchObject({
      zh: '企业年龄',
      feeds: ['REG'],
      maxTenths: 140,
    });
  });
});
