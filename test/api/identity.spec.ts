import { demoUscc, TestApi, uploadUrl } from './api-kit.ts';

const HEADER = '统一社会信用代码,企业名称,成立日期,区划,住所\n';
const UNKNOWN = '00000000-0000-7000-8000-000000000000_1';

describe('ops: who a row is about', () => {
  let api: TestApi;
  let delivery: string;
  beforeAll(async () => {
    api = await TestApi.open();
    await deliver(`${HEADER}${demoUscc(1)},样例甲有限公司,2020-03-15,440305,样例路一号\n`);
    delivery = await deliver(
      `${HEADER},样例甲有限公司,2020-03-15,440305,样例路二号\n,样例甲有限公司,2020-03-15,440305,样例路三号\n`,
    );
  });
  afterAll(() => api.close());

  const deliver = async (body: string): Promise<string> => {
    api.clock.pass(1000);
    const { deliveryId } = (await api.post(uploadUrl({ layout: 'bureau' }), { body })).body;
    await api.product.intake.process(deliveryId);
    return deliveryId as string;
  };
  const decide = (id: string, body: object): ReturnType<TestApi['post']> =>
    api.post(`/ops/v1/identity/reviews/${id}/decide`, { body });

  it('is listed for review, with candidates and how far each agrees', async () => {
    const first = (await api.get('/ops/v1/identity/reviews?limit=1')).body;
    expect(first['items']).toMatchObject([
      {
        id: `${delivery}_1`,
        candidates: [{ uscc: demoUscc(1), confidenceBp: 10_000, grades: { name: 'same', region: 'same' } }],
      },
    ]);
    const second = (await api.get(`/ops/v1/identity/reviews?cursor=${first['nextCursor']}`)).body;
    expect([second['items'].length, second['nextCursor']]).toEqual([1, null]);
    expect((await api.get('/ops/v1/identity/reviews?cursor=abc')).body['code']).toBe('cursor-invalid');
  });

  it('is decided by a person with a reason, once', async () => {
    expect((await decide(`${delivery}_1`, { uscc: demoUscc(1) })).body['errors'][0].pointer).toBe('/reason');
    const other = await decide(`${delivery}_1`, { uscc: demoUscc(2), reason: '已核实' });
    expect([other.status, other.body['code']]).toEqual([422, 'review-not-candidate']);
    const done = await decide(`${delivery}_1`, { uscc: demoUscc(1), reason: '已核实' });
    expect([done.status, done.body]).toEqual([200, { id: `${delivery}_1`, uscc: demoUscc(1) }]);
    const twice = await decide(`${delivery}_1`, { reason: '再次核实' });
    expect([twice.status, twice.body['code']]).toEqual([409, 'review-decided']);
    expect((await decide(`${delivery}_2`, { reason: '均不是' })).body).toEqual({ id: `${delivery}_2`, uscc: null });
    expect((await api.get('/ops/v1/identity/reviews')).body['items']).toEqual([]);
    expect((await decide(UNKNOWN, { reason: '已核实' })).body['code']).toBe('review-unknown');
  });

  it('may be said once for all by an alias', async () => {
    const alias = async (name: string, uscc: string): Promise<[number, unknown]> => {
      const { status, body } = await api.post('/ops/v1/identity/aliases', {
        body: { alias: name, uscc, reason: '登记机关函' },
      });
      return [status, status === 200 ? body : body['code']];
    };
    expect(await alias('440301100000014', demoUscc(1))).toEqual([422, 'alias-malformed']);
    expect(await alias(demoUscc(9), demoUscc(1))).toEqual([
      200,
      { kind: 'former-uscc', alias: demoUscc(9), uscc: demoUscc(1) },
    ]);
    expect(await alias(demoUscc(8), demoUscc(7))).toEqual([404, 'company-unknown']);
    expect(await alias(demoUscc(8), 'IIIIIIIIIIIIIIIIII')).toEqual([422, 'uscc-malformed']);
    await deliver(`${HEADER}${demoUscc(2)},样例乙有限公司,2020-03-15,440305,样例路\n`);
    expect(await alias(demoUscc(9), demoUscc(2))).toEqual([409, 'alias-taken']);
    const month = `统一社会信用代码,费款所属期,参保总人数\n${demoUscc(9)},202605,5\n`;
    const { deliveryId } = (
      await api.post(uploadUrl({ source: 'social-security', layout: 'monthly' }), { body: month })
    ).body;
    await api.product.intake.process(deliveryId);
    expect((await api.get(`/ops/v1/deliveries/${deliveryId}`)).body).toMatchObject({ applied: 1, counts: { DQ04: 1 } });
  });
});
