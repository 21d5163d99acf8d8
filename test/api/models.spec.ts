import { readFileSync } from 'node:fs';
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
});
