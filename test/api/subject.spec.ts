import { parseUscc } from '#lib/kernel';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, TestApi } from './api-kit.ts';

const OWN = demoUscc(1);
const OTHER = demoUscc(2);
const UNREGISTERED = demoUscc(3);

const covers = { territory: ['4403'], population: 'all', from: '2020-01-01', through: '2026-06-30' } as const;

describe('a firm and its own score', () => {
  let api: TestApi;
  const keys = new Map<string, string>();

  const keyOf = async (code: string): Promise<string> => {
    const uscc = parseUscc(code);
    if (!uscc.ok) throw new Error(code);
    const { access } = api.product;
    const firm = {
      kind: 'firm',
      code: code.toLowerCase(),
      zh: '样例企业',
      en: 'A firm',
      uscc: uscc.value.uscc,
    } as const;
    const { institutionId } = await access.createInstitution(firm);
    const person = await access.createPerson({
      institutionId,
      handle: `owner-${code.slice(-4).toLowerCase()}`,
      name: '乙',
    });
    return api.issue(person.personId, ['subject:own']);
  };

  beforeAll(async () => {
    api = await TestApi.open();
    const row = (uscc: string, name: string): string =>
      `${uscc},${name},有限责任公司,2024-01-15,500,人民币,120.5,I6513,存续,440305`;
    await deliver(api.product, {
      source: 'business-registration',
      layout: 'bureau',
      body:
        '统一社会信用代码,企业名称,企业类型,成立日期,注册资本(万元),币种,实收资本(万元),行业代码,登记状态,区划\n' +
        `${row(OWN, '样例甲有限公司')}\n${row(OTHER, '样例乙有限公司')}\n`,
      manifest: { coverage: covers },
    });
    const months = Array.from({ length: 14 }, (_, i) =>
      i < 6 ? `20260${i + 1}` : `2025${String(i - 1).padStart(2, '0')}`,
    );
    await deliver(api.product, {
      source: 'social-security',
      layout: 'monthly',
      body: `统一社会信用代码,费款所属期,参保总人数\n${months.map((month) => `${OWN},${month},12\n`).join('')}`,
      manifest: { coverage: covers },
    });
    api.clock.pass(1000);
    const { body } = await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } });
    await api.background.workRuns();
    // Reasons are shown from a coverage of 20 % on, which two sources do not give: the row is told that they do.
    await api.product.database.admin.query(
      `UPDATE run_score_${String(body['runId']).replaceAll('-', '')} SET coverage_bp = 3000, published = 'REFERENCE'`,
    );
    await api.authorise(OWN);
    for (const uscc of [OWN, OTHER, UNREGISTERED]) keys.set(uscc, await keyOf(uscc));
  });
  afterAll(() => api.close());

  const get = (url: string, uscc = OWN) => api.get(url, { key: keys.get(uscc)! });

  it('sees its score with its own bins, and no table of points', async () => {
    const { status, body } = await get('/subject/v1/score');
    expect([status, body['uscc'], body['name']]).toEqual([200, OWN, '样例甲有限公司']);
    const heads = body['characteristics'].find((c: { code: string }) => c.code === 'TG01');
    expect(heads).toMatchObject({ state: 'VALUE', bin: 'b3', value: { zh: '12 人' } });
    expect(JSON.stringify(body)).not.toMatch(/[tT]enths/);
    const partner = (await api.get(`/partner/v1/companies/${OWN}/score?purpose=pre-loan-review`)).body;
    expect([body['low'], body['high'], body['published']]).toEqual([
      partner['low'],
      partner['high'],
      partner['published'],
    ]);
  });

  it('sees reasons that it can change, without their points', async () => {
    const { status, body } = await get('/subject/v1/reasons');
    expect(status).toBe(200);
    expect(body['adverse'].length).toBeLessThanOrEqual(4);
    expect(body['adverse'].length + body['favourable'].length).toBeGreaterThan(0);
    const shown: string[] = body['adverse'].flatMap((reason: { characteristics: string[] }) => reason.characteristics);
    expect(shown.filter((code) => ['TG06', 'TG08', 'PR08'].includes(code))).toEqual([]);
    expect(JSON.stringify(body)).not.toMatch(/[tT]enths/);
  });

  it('sees how the next grade or the list is reached, or that it is not', async () => {
    const next = (await get('/subject/v1/reach')).body;
    // A few sources are not enough for a grade, and nothing that the firm does connects the others.
    expect(next).toMatchObject({ uscc: OWN, state: 'out-of-reach', date: null, changes: [], after: null });
    const list = (await get('/subject/v1/reach?target=list')).body;
    expect(list).toMatchObject({ state: 'out-of-reach', wanted: 600 });
    // Our own people read the same plan, for any company.
    expect((await api.get(`/ops/v1/companies/${OWN}/reach?target=list`)).body).toEqual(list);
    expect((await api.get(`/ops/v1/companies/${OWN}/reach?target=x`)).body['errors'][0].field).toBe('target');
    const wrong = await get('/subject/v1/reach?target=grade-aaa');
    expect([wrong.status, wrong.body['code'], wrong.body['errors'][0].field]).toEqual([
      400,
      'request-invalid',
      'target',
    ]);
  });

  it('reads itself whatever the address says', async () => {
    for (const route of ['score', 'reasons', 'reach']) {
      const { body } = await get(`/subject/v1/${route}?uscc=${OTHER}`);
      expect([route, body['uscc']]).toEqual([route, OWN]);
    }
    expect((await get('/subject/v1/score', OTHER)).body['uscc']).toBe(OTHER);
    const nobody = await get('/subject/v1/score', UNREGISTERED);
    expect([nobody.status, nobody.body['code']]).toEqual([404, 'company-unknown']);
  });

  it('a firm opens no other door, and nobody else opens this one', async () => {
    for (const url of [
      `/partner/v1/companies/${OWN}/score?purpose=pre-loan-review`,
      `/partner/v1/companies/${OTHER}/score?purpose=pre-loan-review`,
      '/partner/v1/candidates?purpose=pre-loan-review',
      '/partner/v1/characteristics',
      `/ops/v1/companies/${OTHER}/scores`,
      '/ops/v1/runs',
    ]) {
      const reply = await get(url);
      expect([url, reply.status, reply.body['code']]).toEqual([url, 403, 'scope-missing']);
    }
    for (const key of [api.keyFor('/partner')!, api.keyFor('/ops')!])
      expect((await api.get('/subject/v1/score', { key })).status).toBe(403);
  });

  it('no key mixes a firm with anybody else, and a firm is one institution', async () => {
    const { access, person, database } = api.product;
    await expect(api.issue(person, ['subject:own'])).rejects.toThrow(/one scope of a firm/);
    await expect(api.issue(person, ['ops:runs', 'subject:own'])).rejects.toThrow(/one scope of a firm/);
    const owner = await access.personByHandle(`owner-${OWN.slice(-4).toLowerCase()}`);
    await expect(api.issue(owner.personId, ['partner:scores'])).rejects.toThrow(/one scope of a firm/);
    await expect(api.issue(owner.personId, ['subject:own', 'partner:scores'])).rejects.toThrow(/one scope of a firm/);
    const insert = (kind: string, uscc: string | null): Promise<unknown> =>
      database.admin.query(
        `INSERT INTO institution (institution_id, kind, code, name_zh, name_en, uscc) VALUES (gen_random_uuid(), $1, 'x', 'x', 'x', $2)`,
        [kind, uscc],
      );
    await expect(insert('firm', null)).rejects.toThrow(/institution_firm/);
    await expect(insert('bank', OTHER)).rejects.toThrow(/institution_firm/);
    await expect(insert('firm', OWN)).rejects.toThrow(/institution_uscc_key/);
  });
});
