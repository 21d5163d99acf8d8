import { FixedClock, type LocalDate, type Uscc } from '#lib/kernel';
import type { RunView } from '#lib/runs';
import { nurtureCoverage } from '#lib/whitelist';
import { HOUSE, type Scope } from '#lib/access';
import { cityRuns } from '../whitelist/city.ts';
import { TestApi, type Reply } from './api-kit.ts';

interface Queued extends Readonly<Record<string, unknown>> {
  readonly uscc: string;
  readonly state: string;
  readonly version: number;
  readonly since: string;
  readonly dueOn: string;
  readonly proposal: unknown;
}

const EXPLANATION = '核心技术自有，团队稳定，样机已通过客户验证，资料齐全。';
const mark = (given: number) => ({ mark: given, text: '样例理由说明' });
const FORM = { technologyThreshold: mark(4), marketProspects: mark(3), productCompetitiveness: mark(3) };

describe('lists and their reviews over HTTP', () => {
  let api: TestApi;
  let delivered: readonly RunView[];
  let guarantorId: string;
  const keys = new Map<string, string>();
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: undefined, city: { firms: 160, runs: 2 } });
    delivered = await cityRuns(api.product);
    for (const run of delivered)
      await api.product.lists.build('CKT', { runId: run.runId, clock: new FixedClock(run.finishedAt!) });
    keys.set('ops', await api.issue(api.product.person, ['ops:lists']));
    const hire = async (
      code: string,
      kind: 'guarantor' | 'bank',
      scopes: readonly Scope[],
      people: readonly string[],
    ) => {
      const { institutionId } = await api.product.access.createInstitution({ kind, code, zh: `样例${code}`, en: code });
      for (const handle of people) {
        const { personId } = await api.product.access.createPerson({ institutionId, handle, name: handle });
        keys.set(handle, await api.issue(personId, scopes, 365));
      }
      return institutionId;
    };
    guarantorId = await hire('guarantor-a', 'guarantor', ['partner:reviews'], ['a', 'b', 'c', 'd']);
    await hire('guarantor-b', 'guarantor', ['partner:reviews'], ['stranger']);
    await hire('bank-b', 'bank', ['partner:lists'], ['banker']);
  });
  afterAll(() => api.close());

  const as = (who: string) => ({ key: keys.get(who)! });
  const reviews = (path = ''): string => `/partner/v1/lists/CKT/reviews${path}`;
  const get = (path: string, who = 'a'): Promise<Reply> => api.get(path, as(who));
  const post = (path: string, body: object, who = 'a'): Promise<Reply> => api.post(reviews(path), { ...as(who), body });
  const ops = (path: string): Promise<Reply> => api.get(`/ops/v1/lists/CKT/${path}`, as('ops'));
  const queue = async (): Promise<Queued[]> => (await get(`${reviews()}?limit=200`)).body['items'];
  const versionOf = async (uscc: string): Promise<number> => (await get(reviews(`/${uscc}`))).body['version'];
  const propose = async (uscc: string, more: object, who = 'a'): Promise<Reply> =>
    post(`/${uscc}/proposals`, { version: await versionOf(uscc), explanation: EXPLANATION, ...more }, who);
  const decide = async (uscc: string, decision: string, who = 'b'): Promise<Reply> =>
    post(`/${uscc}/decisions`, { version: await versionOf(uscc), decision, explanation: '同意意见' }, who);
  const vote = async (uscc: string, side: string, who: string): Promise<Reply> =>
    post(`/${uscc}/votes`, { version: await versionOf(uscc), vote: side, explanation: '评审意见' }, who);
  const coded = ({ status, body }: Reply): [number, string] => [status, body['code'] ?? body['state']];
  const INCLUDE = { proposal: 'include', reason: 'TECHNOLOGY', form: FORM };
  const waiting = async (): Promise<string> => (await queue()).find(({ state }) => state === 'IN_REVIEW')!.uscc;

  it('gives banks the members, what changed, and no score without an authorisation', async () => {
    const members = await api.get('/partner/v1/lists/CKT/members?limit=200&purpose=pre-loan-review', as('banker'));
    expect(members.status).toBe(200);
    expect(members.body['items'].length).toBe(members.body['version']['totals']['ACTIVE']);
    for (const item of members.body['items'] as { score: unknown; disclosed: boolean; name: string }[])
      expect([item.disclosed, item.score, item.name.length > 0]).toEqual([false, null, true]);
    const difference = '/partner/v1/lists/CKT/difference?from=1&to=2&limit=200&purpose=pre-loan-review';
    const { counts, items } = (await api.get(difference, as('banker'))).body;
    expect(counts['before'] + counts['entered'] - counts['left']).toBe(counts['after']);
    expect((items as { because: unknown }[]).every(({ because }) => because === null)).toBe(true);
    expect((await ops('near-misses?limit=200')).body['items'].length).toBeGreaterThan(3);
    expect(coded(await api.get('/partner/v1/lists/CKT/members', as('banker')))).toEqual([400, 'purpose-missing']);
    expect(coded(await api.get('/partner/v1/lists/NONE/versions', as('banker')))).toEqual([404, 'list-unknown']);
  });

  it('lets only those review that operators named', async () => {
    expect(coded(await get(reviews()))).toEqual([403, 'not-a-reviewer']);
    const named = (id: string): Promise<Reply> => api.ask('PUT', `/ops/v1/lists/CKT/reviewers/${id}`, as('ops'));
    const bank = (await api.product.access.institutionByCode('bank-b'))!;
    expect(coded(await named(bank.institutionId))).toEqual([409, 'reviewer-kind']);
    expect(coded(await named('019a8c2e-7f00-7000-8000-00000000000a'))).toEqual([404, 'institution-unknown']);
    expect((await named(guarantorId)).body['items'].length).toBe(1);
    expect((await named(guarantorId)).body['items'].length).toBe(1);
    expect((await get(reviews())).status).toBe(200);
    expect(coded(await get(reviews(), 'stranger'))).toEqual([403, 'not-a-reviewer']);
    expect(coded(await get(reviews(), 'banker'))).toEqual([403, 'scope-missing']);
  });

  it('queues the longest waiting first, by pages, with the day when it is due', async () => {
    const all = await queue();
    expect(all.length).toBeGreaterThan(6);
    expect(all.map(({ since }) => since)).toEqual(all.map((item) => item['since']).sort());
    for (const item of all)
      expect([item['state'], item['disclosed'], item['flags']]).toEqual(['IN_REVIEW', false, null]);
    expect(all.every(({ dueOn }) => /^2026-0[67]-\d\d$/.test(dueOn))).toBe(true);
    const paged: string[] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor } = (await get(`${reviews()}?limit=3${cursor}`)).body;
      paged.push(...(items as { uscc: string }[]).map(({ uscc }) => uscc));
      if (nextCursor === null) break;
      cursor = `&cursor=${String(nextCursor)}`;
    }
    expect(paged).toEqual(all.map(({ uscc }) => uscc));
    expect(coded(await get(`${reviews()}?cursor=AAAA`))).toEqual([400, 'cursor-invalid']);
  });

  it('tells the facts once the firm authorised the review, and logs each look', async () => {
    const uscc = await waiting();
    expect((await get(reviews(`/${uscc}`))).body).toMatchObject({ disclosed: false, facts: null, flags: null });
    await api.product.db.as(HOUSE, (tx) =>
      api.product.authorisations.grant(
        tx,
        {
          uscc: uscc as Uscc,
          institutionId: guarantorId,
          purpose: 'guarantee-review',
          scopes: ['score'],
          from: '2026-07-01' as never,
          until: '2026-07-20' as never,
          single: false,
          textSha256: '1'.repeat(64),
          evidenceSha256: '2'.repeat(64),
        },
        { person: null, clock: api.clock },
      ),
    );
    const told = (await get(reviews(`/${uscc}`))).body;
    expect(told).toMatchObject({ disclosed: true, facts: { confidence: expect.any(String) }, failing: [] });
    expect(told['flags'].length).toBeGreaterThan(0);
    const { rows } = await api.product.database.admin.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM query_log WHERE product = 'list-review' AND detail->>'page' = 'case'`,
    );
    expect(rows[0]!.n).toBe(2);
  });

  it('lists a firm when one proposes and another confirms, and never when it is one person', async () => {
    const uscc = await waiting();
    const { form: _form, ...without } = INCLUDE;
    expect(coded(await propose(uscc, without))).toEqual([422, 'form-missing']);
    expect(coded(await propose(uscc, { ...INCLUDE, reason: 'CONTROLLER' }))).toEqual([422, 'reason-not-of-proposal']);
    const worse = { ...FORM, marketProspects: { mark: 6, text: '样例理由说明' } };
    const refused = await propose(uscc, { ...INCLUDE, form: worse });
    expect([refused.status, refused.body['errors'][0]['pointer']]).toEqual([400, '/form/marketProspects/mark']);
    expect((await propose(uscc, { ...INCLUDE, explanation: '太短' })).body['errors'][0]['pointer']).toBe(
      '/explanation',
    );
    expect(coded(await propose(uscc, { ...INCLUDE, version: 99 }))).toEqual([409, 'version-stale']);
    const proposed = await propose(uscc, INCLUDE);
    expect(coded(proposed)).toEqual([200, 'PROPOSED_IN']);
    expect(proposed.body['proposals'][0]).toMatchObject({ expertScore: '3.40', open: true, outcome: null });
    expect(coded(await decide(uscc, 'confirm', 'a'))).toEqual([409, 'review-two-persons']);
    expect(coded(await propose(uscc, INCLUDE, 'c'))).toEqual([409, 'proposal-open']);
    const ended = await decide(uscc, 'confirm');
    expect(coded(ended)).toEqual([200, 'ACTIVE']);
    expect(ended.body['proposals'][0]).toMatchObject({ open: false, outcome: { outcome: 'in', override: null } });
    const standing = (await ops(`members/${uscc}`)).body;
    expect(standing['events'].map(({ event }: { event: string }) => event)).toEqual([
      'found',
      'flag',
      'propose-in',
      'confirm',
    ]);
    const people = standing['events'].map(({ personId }: { personId: string | null }) => personId);
    expect(new Set(people).size).toBe(3);
  });

  it('has the database refuse one person in two roles, and any change of what was said', async () => {
    const uscc = await waiting();
    await propose(uscc, INCLUDE);
    const { admin } = api.product.database;
    const insert = `INSERT INTO review_decision SELECT proposal_id, proposed_by, 'confirm', '同意意见', $1::uuid, institution_id, now()
      FROM review_proposal WHERE open`;
    const { rows } = await admin.query<{ proposed_by: string }>('SELECT proposed_by FROM review_proposal WHERE open');
    await expect(admin.query(insert, [rows[0]!.proposed_by])).rejects.toThrow(/review_two_persons/);
    await expect(admin.query('UPDATE review_proposal SET explanation = explanation')).rejects.toThrow(
      /only ever added/,
    );
    await expect(admin.query('DELETE FROM review_outcome')).rejects.toThrow(/only ever added/);
    expect(coded(await decide(uscc, 'return'))).toEqual([200, 'IN_REVIEW']);
  });

  it('keeps a firm out, and lets the committee decide where the second person disagrees', async () => {
    const out = await waiting();
    await propose(out, { proposal: 'exclude', reason: 'CONTROLLER' });
    const kept = await decide(out, 'confirm');
    expect(coded(kept)).toEqual([200, 'NOT_LISTED']);
    expect(kept.body['proposals'].at(-1)['outcome']).toMatchObject({ outcome: 'out', override: 'down' });

    const disputed = await waiting();
    await propose(disputed, { proposal: 'exclude', reason: 'DATA_DOUBT' });
    expect(coded(await vote(disputed, 'include', 'c'))).toEqual([409, 'proposal-missing']);
    expect(coded(await decide(disputed, 'disagree'))).toEqual([200, 'COMMITTEE']);
    expect(coded(await decide(disputed, 'confirm', 'c'))).toEqual([409, 'proposal-missing']);
    for (const who of ['a', 'b'])
      expect(coded(await vote(disputed, 'include', who))).toEqual([409, 'review-two-persons']);
    expect(coded(await vote(disputed, 'include', 'c'))).toEqual([200, 'COMMITTEE']);
    expect(coded(await vote(disputed, 'include', 'c'))).toEqual([409, 'vote-given']);
    expect(coded(await vote(disputed, 'include', 'd'))).toEqual([200, 'ACTIVE']);
  });

  it('puts the alarm off while a case is on hold', async () => {
    const uscc = await waiting();
    const before = (await get(reviews(`/${uscc}`))).body;
    const held = (await propose(uscc, { proposal: 'hold', reason: 'AWAITING_VISIT' })).body;
    expect([held['state'], held['version']]).toEqual(['IN_REVIEW', before['version']]);
    expect(held['dueOn'] > before['dueOn']).toBe(true);
    expect((await queue()).find((item) => item['uscc'] === uscc)!['holdUntil']).toBe(held['dueOn']);
  });

  it('takes a near miss in against the rules, for 90 days', async () => {
    const { uscc } = (await ops('near-misses?limit=1')).body['items'][0];
    const member = (await queue())[0]!.uscc;
    expect(coded(await post('/nominations', { uscc: member }))).toEqual([409, 'not-a-near-miss']);
    expect(coded(await post('/nominations', { uscc: '9144' }))).toEqual([400, 'request-invalid']);
    expect(coded(await post('/nominations', { uscc }))).toEqual([200, 'IN_REVIEW']);
    expect(coded(await post('/nominations', { uscc }))).toEqual([409, 'transition-refused']);
    await propose(uscc, INCLUDE);
    const taken = (await decide(uscc, 'confirm')).body;
    expect(taken).toMatchObject({ state: 'ACTIVE', exceptionUntil: '2026-10-04' });
    expect(taken['proposals'][0]['outcome']).toEqual({ outcome: 'in', override: 'up', exceptionUntil: '2026-10-04' });
  });

  it('removes a member when two persons say so', async () => {
    const members = await api.get('/partner/v1/lists/CKT/members?limit=2&purpose=pre-loan-review', as('banker'));
    const [one, other] = (members.body['items'] as { uscc: string }[]).map(({ uscc }) => uscc) as [string, string];
    const REMOVE = { proposal: 'remove', reason: 'WARNING_STANDS' };
    expect(coded(await propose(one, REMOVE))).toEqual([200, 'ACTIVE']);
    expect((await queue()).find(({ uscc }) => uscc === one)).toMatchObject({ proposal: { proposal: 'remove' } });
    expect(coded(await decide(one, 'confirm', 'a'))).toEqual([409, 'review-two-persons']);
    expect(coded(await decide(one, 'confirm'))).toEqual([200, 'REVOKED']);
    await propose(other, REMOVE);
    await decide(other, 'disagree');
    await vote(other, 'include', 'c');
    const kept = await vote(other, 'include', 'd');
    expect(coded(kept)).toEqual([200, 'ACTIVE']);
    expect(kept.body['proposals'][0]).toMatchObject({ open: false, outcome: null });
  });

  it('does a grid whole or not at all', async () => {
    const rows = (await queue()).filter(({ state, proposal }) => state === 'IN_REVIEW' && proposal === null);
    expect(rows.length).toBeGreaterThan(1);
    const proposals = rows.map(({ uscc, version }) => ({ uscc, version, explanation: EXPLANATION, ...INCLUDE }));
    const broken = proposals.map((row, i) => (i === 1 ? { ...row, version: 77 } : row));
    const refused = await post('/batches', { proposals: broken, decisions: [] });
    expect(coded(refused)).toEqual([409, 'batch-refused']);
    expect(refused.body['errors']).toEqual([
      expect.objectContaining({ pointer: '/proposals/1', code: 'version-stale' }),
    ]);
    expect((await queue()).every(({ proposal }) => proposal === null)).toBe(true);
    expect((await post('/batches', { proposals, decisions: [] })).body).toEqual({
      proposals: rows.length,
      decisions: 0,
    });
    const decisions = await Promise.all(
      rows.map(async ({ uscc }) => ({
        uscc,
        version: await versionOf(uscc),
        decision: 'confirm',
        explanation: '同意',
      })),
    );
    expect(coded(await post('/batches', { proposals: [], decisions }))).toEqual([409, 'batch-refused']);
    expect((await post('/batches', { proposals: [], decisions }, 'b')).body).toEqual({
      proposals: 0,
      decisions: rows.length,
    });
    expect(await queue()).toEqual([]);
  });

  it('counts what was decided and how often against the rules', async () => {
    const figures = (await ops('review-statistics?from=2026-07-01&to=2026-07-31')).body;
    expect(figures['outcomes']).toMatchObject({ out: 1, removed: 1 });
    expect(figures['overrides']).toMatchObject({ up: 1, down: 2, aimBp: 500 });
    const all = figures['outcomes']['in'] + 2;
    expect(figures['overrides']['shareBp']).toBe(Math.round(30_000 / all));
    expect(figures['overriddenNow']).toEqual({ up: { ACTIVE: 1 }, down: { NOT_LISTED: 1, REVOKED: 1 } });
    expect(figures['waiting']).toEqual({ cases: 0, overdue: 0 });
    expect(figures['institutions']).toEqual([expect.objectContaining({ code: 'guarantor-a', expertHundredths: 340 })]);
    const none = (await ops('review-statistics?from=2025-07-01&to=2025-07-31')).body;
    expect([none['overrides']['shareBp'], none['medianHours']]).toEqual([null, null]);
  });

  it('counts how firms came from a score to the list, by the month of the first listing', async () => {
    const funnel = (await ops('funnel')).body;
    expect(funnel['scored']).toBe(160);
    const cohorts = funnel['cohorts'] as Record<'listed' | 'consented' | 'read' | 'listedNow', number>[];
    expect(cohorts.reduce((sum, { listed }) => sum + listed, 0)).toBe(funnel['listed']);
    expect(funnel['eligible']).toBeGreaterThanOrEqual(funnel['listed']);
    for (const { listed, consented, read, listedNow } of cohorts)
      expect(Math.max(consented, read, listedNow)).toBeLessThanOrEqual(listed);
  });

  it('says how much of the official lists it had found before they came out', async () => {
    const { db, runs } = api.product;
    const { rules } = await api.product.lists.inForce('CKT');
    const asOf = delivered[0]!.asOf;
    const period = { asOf, through: '2026-06-30' as LocalDate };
    const found = await nurtureCoverage(db, runs, rules, period);
    expect(found.firms).toBeGreaterThan(40);
    expect(found.recall.of).toBe(found.nurtured);
    expect(found.picked).toBeGreaterThan(0);
    expect(found.recallNew.of).toBeLessThan(found.nurtured);
    expect(await nurtureCoverage(db, runs, rules, period)).toEqual(found);
    await expect(nurtureCoverage(db, runs, rules, { asOf, through: asOf })).rejects.toThrow(/proves itself/);
    await expect(nurtureCoverage(db, runs, rules, { ...period, asOf: '2020-01-31' as LocalDate })).rejects.toThrow(
      /no published run/,
    );
  });

  it('changes its rules by a simulation and two approvals of others', async () => {
    const { institutionId } = (await api.product.access.institutionByCode('operator'))!;
    for (const handle of ['keeper-a', 'keeper-b']) {
      const { personId } = await api.product.access.createPerson({ institutionId, handle, name: handle });
      keys.set(handle, await api.issue(personId, ['ops:lists']));
    }
    const rules = '/ops/v1/lists/CKT/rules';
    const { document } = (await ops(`rules/${String((await ops('rules')).body['items'][0]['rulesHash'])}`)).body;
    const submit = (more: object): Promise<Reply> =>
      api.post(rules, { ...as('ops'), body: { document: { ...document, ...more }, reason: '提高入库线' } });
    const made = await submit({ version: '2', cut: 640 });
    const path = `${rules}/${String(made.body['rulesHash'])}`;
    expect([made.status, made.body['state'], made.headers['location']]).toEqual([201, 'DRAFT', path]);
    const faulty = await submit({ version: '3', cut: -1, colour: 'red' });
    expect([coded(faulty), faulty.body['errors'].map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      [422, 'list-rules-invalid'],
      ['/cut', '/colour'],
    ]);
    expect(coded(await submit({ version: '2', cut: 650 }))).toEqual([409, 'list-rules-version-taken']);
    expect(coded(await ops(`rules/${'0'.repeat(64)}`))).toEqual([404, 'list-rules-unknown']);
    expect((await api.get(path, as('ops'))).body).toMatchObject({ simulation: null, document: { cut: 640 } });

    const choose = async (event: string, who: string, version?: number): Promise<Reply> => {
      const seen = (await api.get(path, as('ops'))).body['version'] as number;
      return api.post(`${path}/decisions`, {
        ...as(who),
        body: { event, reason: '已核对', version: version ?? seen },
      });
    };
    expect(coded(await choose('approve', 'keeper-a'))).toEqual([409, 'transition-refused']);
    const simulated = (await api.post(`${path}/simulations`, as('keeper-a'))).body;
    expect(simulated).toMatchObject({ state: 'SIMULATED', simulation: { asOf: delivered[1]!.asOf, exposure: null } });
    expect(simulated['simulation']['movers']['total']).toBeGreaterThan(0);
    expect(simulated['simulation']['counts']['after']).toBeLessThan(simulated['simulation']['counts']['before']);
    expect(coded(await choose('approve', 'ops'))).toEqual([409, 'list-rules-four-eyes']);
    expect(coded(await choose('approve', 'keeper-a', 1))).toEqual([409, 'version-stale']);
    expect(coded(await choose('approve', 'keeper-a'))).toEqual([200, 'ENDORSED']);
    expect(coded(await choose('approve', 'keeper-a'))).toEqual([409, 'list-rules-four-eyes']);
    expect(coded(await choose('withdraw', 'keeper-b'))).toEqual([403, 'role-refused']);
    expect(coded(await choose('approve', 'keeper-b'))).toEqual([200, 'APPROVED']);
    const newest = await api.post('/ops/v1/lists/CKT/versions', as('ops'));
    expect([newest.body['version'], (await ops('rules')).body['items'][0]['rulesVersion']]).toEqual([2, '1']);
    expect(coded(await choose('withdraw', 'ops'))).toEqual([200, 'RETIRED']);
    expect(coded(await choose('enforce', 'ops'))).toEqual([400, 'request-invalid']);
  });

  it('shows nothing to an institution that reviews no longer', async () => {
    const left = await api.ask('DELETE', `/ops/v1/lists/CKT/reviewers/${guarantorId}`, as('ops'));
    expect(left.body).toEqual({ items: [] });
    expect(coded(await get(reviews()))).toEqual([403, 'not-a-reviewer']);
  });
});
