import { deliver } from '../kit/deliver.ts';
import { demoUscc, TestApi, type Reply } from './api-kit.ts';

const FIRM = demoUscc(1);
const YOUNG = demoUscc(2);

const HEADER = '统一社会信用代码,企业名称,企业类型,成立日期,注册资本(万元),币种,实收资本(万元),行业代码,登记状态,区划';
const covers = { territory: ['4403'], population: 'all', from: '2020-01-01', through: '2026-06-30' } as const;

describe('scores of a company over time', () => {
  let api: TestApi;
  const runs: string[] = [];
  const url = `/ops/v1/companies/${FIRM}/scores`;

  const scored = async (asOf: string): Promise<void> => {
    api.clock.pass(1000);
    const { body } = await api.post('/ops/v1/runs', { body: { asOf } });
    runs.push(String(body['runId']));
    await api.background.workRuns();
  };
  const register = async (status: string): Promise<void> => {
    api.clock.pass(1000);
    const row = (uscc: string, established: string): string =>
      `${uscc},样例微光科技有限公司,有限责任公司,${established},500,人民币,120.5,I6513,${status},440305`;
    const body = [HEADER, row(FIRM, '2024-01-15'), row(YOUNG, '2026-06-15')].join('\n') + '\n';
    await deliver(api.product, {
      source: 'business-registration',
      layout: 'bureau',
      body,
      manifest: { coverage: covers },
    });
  };

  beforeAll(async () => {
    api = await TestApi.open();
    await register('存续');
    await scored('2026-05-31');
    const months = ['202601', '202602', '202603', '202604', '202605', '202606'];
    await deliver(api.product, {
      source: 'social-security',
      layout: 'monthly',
      body: `统一社会信用代码,费款所属期,参保总人数\n${months.map((month) => `${FIRM},${month},12\n`).join('')}`,
      manifest: { coverage: covers },
    });
    await scored('2026-06-30');
    await register('吊销');
    await scored('2026-07-05');
  });
  afterAll(() => api.close());

  const difference = async (from: string, to: string): Promise<Reply['body']> =>
    (await api.get(`${url}/difference?from=${from}&to=${to}`)).body;

  it('are listed, the newest day first, a page at a time', async () => {
    const { body } = await api.get(url);
    expect(body['items'].map((item: Reply['body']) => item['run'].runId)).toEqual([...runs].reverse());
    expect(body['items'].map((item: Reply['body']) => item['run'].state)).toEqual([
      'PUBLISHED',
      'ARCHIVED',
      'ARCHIVED',
    ]);
    expect(body['items'][0]).toMatchObject({ published: 'EXCLUDED', grade: null, knockOuts: ['K01'] });
    const first = (await api.get(`${url}?limit=2`)).body;
    const second = (await api.get(`${url}?limit=2&cursor=${first['nextCursor']}`)).body;
    expect([...first['items'], ...second['items']]).toEqual(body['items']);
    expect(second['nextCursor']).toBeNull();
  });

  it('a firm is in no run before it was established', async () => {
    const { body } = await api.get(`/ops/v1/companies/${YOUNG}/scores`);
    expect(body['items'].map((item: Reply['body']) => item['run'].asOf)).toEqual(['2026-07-05', '2026-06-30']);
    const reply = await api.get(`/ops/v1/companies/${YOUNG}/scores/difference?from=${runs[0]}&to=${runs[1]}`);
    expect([reply.status, reply.body['code']]).toEqual([404, 'not-in-run']);
  });

  it('the difference of two runs adds up, and names the rows that came', async () => {
    const body = await difference(runs[0]!, runs[1]!);
    const { items } = (await api.get(url)).body;
    const change = items[1].scoreTenths - items[2].scoreTenths;
    const sum = body['parts'].reduce((total: number, part: { tenths: number }) => total + part.tenths, 0);
    expect([body['tenths'], body['dataTenths'], body['modelTenths'], sum]).toEqual([change, change, 0, change]);
    const heads = body['parts'].find((part: { characteristic: string }) => part.characteristic === 'TG01');
    expect(heads).toMatchObject({
      zh: '参保人数水平',
      // 12 heads are 30 points, an unknown number of heads is 16.
      tenths: 140,
      before: { state: 'MISSING', cause: 'NOT_CONNECTED', partialTenths: 160 },
      after: { state: 'VALUE', value: 12, partialTenths: 300 },
    });
    expect(heads.records.came.map((ref: { recordKey: string }) => ref.recordKey)).toEqual([
      '2026-01',
      '2026-02',
      '2026-03',
      '2026-04',
      '2026-05',
      '2026-06',
    ]);
    expect(body['figures'].coverageBp.after).toBeGreaterThan(body['figures'].coverageBp.before);
  });

  it('the way back is the negative of the way there, and a run does not differ from itself', async () => {
    const [there, back] = [await difference(runs[0]!, runs[2]!), await difference(runs[2]!, runs[0]!)];
    expect(there['tenths']).toBe(0 - back['tenths']);
    expect([there['knockOuts'], back['knockOuts']]).toEqual([
      { came: ['K01'], went: [] },
      { came: [], went: ['K01'] },
    ]);
    expect(await difference(runs[1]!, runs[1]!)).toMatchObject({ tenths: 0, parts: [], figures: {} });
  });

  it('a run that another version computed is compared by what it stored, without records', async () => {
    const part = `run_score_${runs[1]!.replaceAll('-', '')}`;
    const { admin } = api.product.database;
    const stored = await admin.query<{ measured: string }>(`SELECT measured FROM ${part} WHERE uscc = $1`, [FIRM]);
    await admin.query(`UPDATE ${part} SET measured = replace(measured, '[', '[ ') WHERE uscc = $1`, [FIRM]);
    const body = await difference(runs[0]!, runs[1]!);
    await admin.query(`UPDATE ${part} SET measured = $2 WHERE uscc = $1`, [FIRM, stored.rows[0]!.measured]);
    expect(body['parts'].length).toBeGreaterThan(0);
    expect(body['parts'].every((p: { records: unknown }) => p.records === null)).toBe(true);
    expect(body['tenths']).toBe((await difference(runs[0]!, runs[1]!))['tenths']);
  });

  it.each([
    ['no second run', (own: string) => `${url}/difference?from=${own}`, 400, 'request-invalid'],
    ['no id', (own: string) => `${url}/difference?from=${own}&to=newest`, 400, 'request-invalid'],
    ['an unknown firm', () => `/ops/v1/companies/${demoUscc(99)}/scores`, 404, 'company-unknown'],
    ['a broken cursor', () => `${url}?cursor=AAAA`, 400, 'cursor-invalid'],
  ])('refuses %s', async (_title, address, status, code) => {
    const reply = await api.get(address(runs[0]!));
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
  });

  it('is for operators', async () => {
    const reply = await api.get(url, { key: api.keyFor('/partner')! });
    expect([reply.status, reply.body['code']]).toEqual([403, 'scope-missing']);
  });
});
