import { readFileSync } from 'node:fs';
import { deliver } from '../kit/deliver.ts';
import { demoUscc, register } from '../kit/firms.ts';
import { TestApi } from './api-kit.ts';

const shipped = JSON.parse(readFileSync('models/startup-potential.v1.json', 'utf8')) as { version: string };

describe('ops: scorecards', () => {
  let api: TestApi;
  const keys = new Map<string, string>();
  beforeAll(async () => {
    api = await TestApi.open();
    const { institutionId } = (await api.product.access.institutionByCode('operator'))!;
    for (const handle of ['first', 'second']) {
      const { personId } = await api.product.access.createPerson({ institutionId, handle, name: handle });
      keys.set(handle, await api.issue(personId, ['ops:models']));
    }
  });
  afterAll(() => api.close());

  const submit = (document: object): ReturnType<TestApi['post']> =>
    api.post('/ops/v1/models', { body: { document, reason: '新版本' } });
  const decide = (hash: string, event: string, person?: string): ReturnType<TestApi['post']> =>
    api.post(`/ops/v1/models/${hash}/decisions`, {
      ...(person && { key: keys.get(person)! }),
      body: { event, reason: '已核对' },
    });

  it('lists the champion, and gives its very document', async () => {
    const { items } = (await api.get('/ops/v1/models')).body;
    expect(items).toMatchObject([{ id: 'startup-potential', state: 'CHAMPION', shipped: true, approvedBy: [] }]);
    expect((await api.get(`/ops/v1/models/${items[0].modelHash}/document`)).body).toEqual(shipped);
    expect((await api.get(`/ops/v1/models/${'0'.repeat(64)}`)).body['code']).toBe('model-unknown');
    expect((await api.get('/ops/v1/models/x')).body['code']).toBe('model-unknown');
  });

  it('takes a draft through two approvals to challenger, naming what stands in the way', async () => {
    const made = await submit({ ...shipped, version: '1.1.0' });
    expect([made.status, made.body['state'], made.headers['location']]).toEqual([
      201,
      'DRAFT',
      `/ops/v1/models/${made.body['modelHash']}`,
    ]);
    const hash = made.body['modelHash'] as string;
    expect((await decide(hash, 'approve')).body['code']).toBe('transition-refused');
    expect((await decide(hash, 'validate')).body['state']).toBe('VALIDATED');
    expect((await decide(hash, 'approve')).body['code']).toBe('model-four-eyes');
    expect((await decide(hash, 'approve', 'first')).body['state']).toBe('ENDORSED');
    expect((await decide(hash, 'approve', 'first')).body['code']).toBe('model-four-eyes');
    expect((await decide(hash, 'approve', 'second')).body['state']).toBe('APPROVED');
    const challenger = (await decide(hash, 'challenge')).body;
    expect([challenger['state'], challenger['approvedBy'].length, challenger['events'].length]).toEqual([
      'CHALLENGER',
      2,
      5,
    ]);
    expect((await decide(hash, 'promote')).body['code']).toBe('model-shadow-missing');
    expect((await decide(hash, 'replace')).body['errors'][0].pointer).toBe('/event');
  });

  it('refuses a faulty scorecard by place, and another under a version that is taken', async () => {
    const faulty = await submit({ ...shipped, version: '1.2.0', gradeCuts: [] });
    expect([faulty.status, faulty.body['code'], faulty.body['errors'][0].pointer]).toEqual([
      422,
      'model-invalid',
      '/gradeCuts',
    ]);
    expect((await submit({ ...shipped, validFrom: '2027-01-01' })).body['code']).toBe('model-version-taken');
    const nothing = await api.post('/ops/v1/models', { body: { document: [], reason: '新版本' } });
    expect([nothing.status, nothing.body['errors'][0].pointer]).toEqual([400, '/document']);
  });

  it('tries a draft on the book of the published run, and says whom it moves', async () => {
    const { modelHash } = (await submit({ ...shipped, version: '1.3.0' })).body;
    const preview = (body: object): ReturnType<TestApi['post']> =>
      api.post(`/ops/v1/models/${String(modelHash)}/previews`, { body });
    expect((await preview({})).body['code']).toBe('no-published-run');
    expect((await preview({ run: 'x' })).body['errors'][0].pointer).toBe('/run');
    await deliver(api.product, register([1, 2]));
    await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } });
    await api.background.workRuns();
    const planned = await preview({});
    const run = planned.body['runId'] as string;
    expect([planned.status, planned.headers['location'], planned.body['preview']]).toEqual([
      202,
      `/ops/v1/runs/${run}`,
      true,
    ]);
    expect((await api.get(`/ops/v1/runs/${run}/movers`)).body['code']).toBe('run-not-shadow');
    await api.background.workRuns();
    expect((await api.get(`/ops/v1/runs/${run}`)).body).toMatchObject({
      state: 'SHADOW',
      stats: { compared: { firms: 2, moved: 0, transitions: [] } },
    });
    expect((await api.get(`/ops/v1/runs/${run}/movers?limit=5`)).body['items']).toEqual([]);
    const difference = `/ops/v1/companies/${demoUscc(1)}/scores/difference?from=${String(planned.body['shadowOf'])}&to=${run}`;
    expect((await api.get(difference)).status).toBe(200);
    await api.authorise(demoUscc(1));
    expect(
      (await api.get(`/partner/v1/companies/${demoUscc(1)}/score?purpose=pre-loan-review&run=${run}`)).body['code'],
    ).toBe('run-not-published');
  });
});
