import { type InstitutionKind, type Scope } from '#lib/access';
import type { Uscc } from '#lib/kernel';
import { buildOpenApi } from '../../apps/api/src/openapi.ts';
import { Random } from '../../tools/simulate/random.ts';
import type { OpenApi } from '../api/answers.ts';
import { TestApi, type Reply } from '../api/api-kit.ts';
import { RequestMaker } from '../api/requests.ts';
import { UNLIMITED } from './cast.ts';
import { deliverAll, madeUp, planRun } from '../runs/book.ts';

const REQUESTS = process.env['FIRSTMILE_LONG'] ? 50_000 : 2_000;
const SEED = 20_261_123;

describe('requests made from the OpenAPI document', () => {
  let api: TestApi;
  const keys: string[] = [];
  const people: { personId: string; institutionId: string; scopes: readonly Scope[] }[] = [];
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: UNLIMITED });
    await deliverAll(api.product);
    await planRun(api.product);
    await api.background.workRuns();
    const roles = await api.product.access.roles();
    const join = async (personId: string, institutionId: string, held: readonly string[]): Promise<void> => {
      const scopes = roles.filter(({ role }) => held.includes(role)).flatMap((role) => role.scopes);
      people.push({ personId, institutionId, scopes });
      keys.push(await api.issue(personId, scopes));
    };
    const operator = await api.product.access.personByHandle('operator');
    await join(operator.personId, operator.institutionId, operator.roles);
    const kinds: readonly InstitutionKind[] = ['bank', 'guarantor', 'regulator', 'firm'];
    for (const kind of kinds) {
      const own = kind === 'firm' ? { uscc: madeUp(1) as Uscc } : {};
      const { institutionId } = await api.product.access.createInstitution({
        kind,
        code: `fuzz-${kind}`,
        zh: '样例',
        en: 'Example',
        ...own,
      });
      const person = await api.product.access.createPerson({
        institutionId,
        handle: `fuzz-${kind}`,
        name: '样例',
      });
      await join(person.personId, institutionId, person.roles);
    }
  });
  afterAll(() => api.close());

  it(`${REQUESTS} of them, in the name of five: every answer is documented, none is a fault of ours`, async () => {
    const maker = new RequestMaker((await buildOpenApi()) as OpenApi, SEED);
    const random = new Random(SEED, 1, 0);
    for (let firm = 0; firm < 20; firm++) maker.remember('uscc', madeUp(firm));
    const statuses = new Map<number, number>();
    const faults: unknown[] = [];
    for (let i = 0; i < REQUESTS; i++) {
      const { method, url, body, headers } = maker.next();
      const key = keyFor(url, random);
      try {
        const reply = await api.ask(method, url, { key, headers, ...(body === undefined ? {} : { body }) });
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
        if (reply.status >= 500) faults.push({ method, url, body, answer: reply.body });
        if (reply.status < 300) maker.learn(reply.body);
        await revive(key, reply);
      } catch (error) {
        faults.push({ method, url, body, error: String(error) });
      }
      // What the requests began is ended, so that the next ones meet it in another state.
      if (method === 'POST') await settle();
    }
    expect({
      faults: faults.slice(0, 5),
      logged: api.logged.filter(({ event }) => event === 'internal-error').slice(0, 5),
    }).toEqual({ faults: [], logged: [] });
    // A fuzz that only ever meets refusals tests the door.
    expect(statuses.get(200)! + (statuses.get(201) ?? 0) + (statuses.get(202) ?? 0)).toBeGreaterThan(REQUESTS / 8);
  });

  /** Mostly a key that may ask there, sometimes any, sometimes none. */
  function keyFor(url: string, random: Random): string | null {
    if (random.chance(0.03)) return null;
    if (random.chance(0.07)) return random.pick(keys);
    if (url.startsWith('/ops')) return keys[0]!;
    if (url.startsWith('/subject')) return keys[4]!;
    if (url.startsWith('/regulator')) return keys[3]!;
    return random.pick(keys.slice(1, 3));
  }

  /** Requests may end a key or suspend its institution: a fuzz without keys would only test the door. */
  async function revive(key: string | null, { status, body }: Reply): Promise<void> {
    if (key === null) return;
    const { access } = api.product;
    const { personId, institutionId, scopes } = people[keys.indexOf(key)]!;
    if (status === 401) keys[keys.indexOf(key)] = await api.issue(personId, scopes);
    // The page that explains the code carries it as well.
    if (status === 403 && body['code'] === 'institution-suspended')
      await access.moveInstitution(institutionId, 'restore', { reason: 'fuzz' });
  }

  async function settle(): Promise<void> {
    await api.product.intake.sweep();
    await api.background.workRuns();
  }
});
