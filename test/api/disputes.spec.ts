import type { InstitutionKind, Scope } from '#lib/access';
import { firmActor } from '#lib/access';
import type { Uscc } from '#lib/kernel';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, TestApi, type Reply } from './api-kit.ts';

const A = demoUscc(1);
const B = demoUscc(2);
const DAY_MS = 86_400_000;
const HEADER = '统一社会信用代码,企业名称,企业类型,成立日期,注册资本(万元),币种,实收资本(万元),行业代码,登记状态,区划';
const SOCIAL =
  '统一社会信用代码,费款所属期,参保总人数,养老人数,医疗人数,失业人数,工伤人数,缴费基数合计(元),到账标志,到账日期';
const MONTHS = Array.from({ length: 18 }, (_, i) => (i < 12 ? 202501 + i : 202601 + i - 12));
const covers = { territory: ['4403'], population: 'all', from: '2020-01-01', through: '2026-06-30' } as const;

describe('disputes', () => {
  let api: TestApi;
  const keys = new Map<string, string>();

  const heads = (n: number): string =>
    [SOCIAL, ...MONTHS.map((m) => `${A},${m},${n},${n},${n},${n},${n},${n * 8000}.00,1,2026-07-01`)].join('\n') + '\n';
  const rescore = async (): Promise<void> => {
    await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } });
    await api.background.workRuns();
  };
  const social = (n: number) =>
    deliver(api.product, {
      source: 'social-security',
      layout: 'monthly',
      body: heads(n),
      manifest: { coverage: covers },
    });

  beforeAll(async () => {
    api = await TestApi.open();
    const firm = (uscc: string, name: string): string =>
      `${uscc},${name},有限责任公司,2024-01-15,500,人民币,120.5,I6513,存续,440305`;
    const body = [HEADER, firm(A, '样例甲科技有限公司'), firm(B, '样例乙科技有限公司')].join('\n') + '\n';
    await deliver(api.product, {
      source: 'business-registration',
      layout: 'bureau',
      body,
      manifest: { coverage: covers },
    });
    await social(3);
    await rescore();
    await api.authorise(A);
    const person = async (
      code: string,
      kind: InstitutionKind,
      scopes: readonly Scope[],
      uscc?: string,
    ): Promise<void> => {
      const { access } = api.product;
      const own = uscc === undefined ? {} : { uscc: uscc as Uscc };
      const institution = await access.institutionByCode(code);
      const made = institution ?? (await access.createInstitution({ kind, code, zh: `样例${code}`, en: code, ...own }));
      const { personId } = await access.createPerson({
        institutionId: made.institutionId,
        handle: `p-${code}-${keys.size}`,
        name: '样例',
        ...(kind === 'operator' ? { roles: ['compliance-officer'] } : {}),
      });
      keys.set(`${code}${keys.has(code) ? '-2' : ''}`, await api.issue(personId, scopes, 365));
    };
    await person('firm-a', 'firm', ['subject:own'], A);
    await person('firm-b', 'firm', ['subject:own'], B);
    await person('operator', 'operator', ['ops:compliance']);
    await person('operator', 'operator', ['ops:compliance']);
  });
  afterAll(() => api.close());

  const as = (who: string) => ({ key: keys.get(who)! });
  const open = (body: object, who = 'firm-a'): Promise<Reply> => api.post('/subject/v1/disputes', { ...as(who), body });
  const act = (id: string, body: object, who = 'firm-a'): Promise<Reply> =>
    api.post(`/subject/v1/disputes/${id}/actions`, { ...as(who), body });
  const decide = (id: string, body: object, who = 'operator'): Promise<Reply> =>
    api.post(`/ops/v1/disputes/${id}/decisions`, { ...as(who), body: { text: '样例说明', ...body } });
  const score = async () => (await api.get(`/partner/v1/companies/${A}/score?purpose=pre-loan-review`)).body;
  const notices = async (): Promise<string[]> =>
    (
      await api.product.database.admin.query<{ type: string }>('SELECT type FROM notice ORDER BY institution_id, seq')
    ).rows.map(({ type }) => type);

  it('walk from the claim to the corrected score, and tell who was told', async () => {
    const before = await score();
    expect(before['disputed']).toEqual([]);
    const opened = await open({ source: 'social-security', claim: '参保人数应为12人' });
    expect([opened.status, opened.body['state'], opened.body['answerBy']]).toEqual([201, 'MARKED', '2026-07-26']);
    const id = opened.body['disputeId'] as string;
    expect((await open({ source: 'social-security', claim: '再次提出' })).body['code']).toBe('dispute-open');
    const marked = await score();
    expect(marked['disputed']).toEqual([
      { source: 'social-security', recordKey: null, since: opened.body['receivedAt'] },
    ]);
    expect(marked['liveWarnings']).toMatchObject([{ code: 'W15', count: 1, since: opened.body['receivedAt'] }]);
    expect({ ...marked, disputed: [], liveWarnings: [] }).toEqual(before);
    expect(await notices()).toEqual(['dispute.marked.v1']);

    expect((await decide(id, { event: 'send-to-source', version: 1 })).body['code']).toBe('version-stale');
    expect((await decide(id, { event: 'reject', version: 2 })).body['code']).toBe('transition-refused');
    expect((await decide(id, { event: 'send-to-source', version: 2 })).body['state']).toBe('SENT_TO_SOURCE');
    expect((await decide(id, { event: 'reject', version: 3 })).body['code']).toBe('dispute-two-persons');
    expect((await decide(id, { event: 'correct', version: 3 })).body['code']).toBe('correction-missing');

    api.clock.pass(DAY_MS);
    const { deliveryId } = await social(12);
    expect((await decide(id, { event: 'correct', version: 3, deliveryId, text: '经核查已更正' })).body).toMatchObject({
      state: 'CORRECTED',
      reply: '经核查已更正',
      deliveryId,
    });
    expect((await decide(id, { event: 'rescored', version: 4 })).body['code']).toBe('not-rescored');
    await rescore();
    expect((await decide(id, { event: 'rescored', version: 4 })).body['state']).toBe('PARTIES_NOTIFIED');
    expect((await decide(id, { event: 'close', version: 5 })).body['state']).toBe('CLOSED');
    const after = await score();
    expect([after['disputed'], after['scoreTenths'] > before['scoreTenths']]).toEqual([[], true]);
    expect(await notices()).toEqual(['dispute.marked.v1', 'dispute.closed.v1']);
    const { events } = (await api.get(`/subject/v1/disputes/${id}`, as('firm-a'))).body;
    expect(events.map((e: { event: string }) => e.event)).toEqual([
      'receive',
      'mark',
      'send-to-source',
      'correct',
      'rescored',
      'close',
    ]);
    expect(events.map((e: { version: number }) => e.version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are rejected by a second person only, keep the statement, and close by themselves', async () => {
    const id = (await open({ source: 'business-registration', claim: '名称有误' })).body['disputeId'] as string;
    await decide(id, { event: 'send-to-source', version: 2 });
    const sql = `UPDATE dispute SET state = 'REJECTED', rejected_by = checked_by, reply = 'x', replied_at = now() WHERE dispute_id = $1`;
    await expect(api.product.database.admin.query(sql, [id])).rejects.toThrow(/check constraint/);
    expect((await decide(id, { event: 'reject', version: 3, text: '经核查无误' }, 'operator-2')).body['state']).toBe(
      'REJECTED',
    );
    expect((await act(id, { event: 'withdraw', text: '撤回', version: 4 })).body['code']).toBe('transition-refused');
    expect((await act(id, { event: 'state', text: '企业坚持原名', version: 4 })).body).toMatchObject({
      state: 'REJECTED',
      statement: '企业坚持原名',
    });
    expect((await score())['disputed']).toEqual([]);
    api.clock.pass(31 * DAY_MS);
    expect(await api.product.disputes.tick(api.clock)).toBe(1);
    expect((await api.get(`/ops/v1/disputes/${id}`, as('operator'))).body['state']).toBe('CLOSED');
  });

  it('that the source leaves open are unresolved after 18 days, with the mark', async () => {
    const id = (await open({ claim: '评分计算有误' }, 'firm-b')).body['disputeId'] as string;
    await decide(id, { event: 'send-to-source', version: 2 });
    api.clock.pass(18 * DAY_MS);
    expect(await api.product.disputes.tick(api.clock)).toBe(0);
    api.clock.pass(DAY_MS);
    expect(await api.product.disputes.tick(api.clock)).toBe(1);
    expect((await api.get(`/subject/v1/disputes/${id}`, as('firm-b'))).body['state']).toBe('UNRESOLVED');
    expect(await api.product.disputes.marks(B)).toHaveLength(1);
    expect((await act(id, { event: 'escalate', text: '已向监管部门投诉', version: 4 }, 'firm-b')).body['state']).toBe(
      'ESCALATED',
    );
  });

  it('belong to their firm: another sees none of it, in code and in the database', async () => {
    const id = (await open({ source: 'patents', claim: '专利数量有误' })).body['disputeId'] as string;
    expect((await api.get(`/subject/v1/disputes/${id}`, as('firm-b'))).status).toBe(404);
    expect((await act(id, { event: 'withdraw', text: '撤回', version: 2 }, 'firm-b')).status).toBe(404);
    const seen = (actor: string) =>
      api.product.db.as(actor, (tx) => tx.query('SELECT FROM dispute WHERE dispute_id = $1', [id]));
    expect(await seen(firmActor(B as Uscc))).toEqual([]);
    expect(await seen('institution:019a8c2e-7f00-7000-8000-00000000000a')).toEqual([]);
    expect(await seen(firmActor(A as Uscc))).toHaveLength(1);
    expect((await open({ source: 'weather', claim: '无此来源' })).body['code']).toBe('unknown-source');
    expect((await open({ source: 'patents', recordKey: 'none', claim: '无此记录' })).body['code']).toBe(
      'record-unknown',
    );
    expect((await act(id, { event: 'withdraw', text: '撤回', version: 2 })).body['state']).toBe('WITHDRAWN');
    expect((await api.get('/ops/v1/disputes', as('operator'))).body['items'].length).toBeGreaterThan(0);
    await expect(api.product.database.admin.query('DELETE FROM dispute_event')).rejects.toThrow(/never changed/);
  });
});
