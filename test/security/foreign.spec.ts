import { TestApi, type Reply } from '../api/api-kit.ts';
import { deliver } from '../kit/deliver.ts';
import { demoUscc } from '../kit/firms.ts';
import { UNLIMITED, usccOf } from './cast.ts';
import { seedMarkedRows, SIDES, sidesIn } from './marked-rows.ts';
import { addressOf, allRoutes, bodyOf, type Route } from './routes.ts';

/**
 * Routes that read who exists: institutions, people and keys are asked for before anybody is known, so row-level security
 * does not stand before them and the scope is all that does.
 */
const BEHIND_THE_SCOPE_ALONE = /^\/ops\/v1\/(institutions(\/\{id\})?|people|keys)$/;
/** Names and ids of partners, which whoever opens or shares a deal has to name. */
const TOLD_TO_ALL = /^\/(partner|subject)\/v1\/institutions$/;

/** Two banks and two firms whose every row bears marks; A asks, and must not meet a mark of B. */
async function populate(api: TestApi): Promise<Map<string, string>> {
  const { access, database } = api.product;
  const { admin } = database;
  for (const number of [1, 2])
    await deliver(api.product, {
      source: 'business-registration',
      layout: 'open-register',
      body: `企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址\n样例${number}有限公司,${demoUscc(number)},2024-03-01,有限责任公司,100万人民币,软件,广东,深圳,样例路\n`,
    });
  await api.post('/ops/v1/runs', { body: { asOf: '2026-06-30' } });
  await api.background.workRuns();
  await seedMarkedRows(admin);
  // The two institutions that the marked rows belong to; side A has a person with a key.
  await admin.query('SET session_replication_role = replica');
  for (const side of ['A', 'B'] as const)
    await admin.query(
      `INSERT INTO institution (institution_id, kind, code, name_zh, name_en) VALUES ($1, 'guarantor', $2, $2, $2)`,
      [SIDES[side].id, `side-${side.toLowerCase()}`],
    );
  await admin.query(`INSERT INTO person VALUES ($1, $1, 'of-side-b', 'B')`, [SIDES.B.id]);
  await admin.query('RESET session_replication_role');
  const keys = new Map<string, string>();
  const officer = await access.createPerson({ institutionId: SIDES.A.id, handle: 'of-side-a', name: 'A' });
  const scopesOf = (roles: readonly string[]) =>
    access.roles().then((all) => all.filter(({ role }) => roles.includes(role)).flatMap((role) => role.scopes));
  keys.set('institution', await api.issue(officer.personId, await scopesOf(officer.roles)));
  const { institutionId } = await access.createInstitution({
    kind: 'firm',
    code: 'own',
    zh: 'own',
    en: 'own',
    uscc: usccOf(demoUscc(1)),
  });
  const owner = await access.createPerson({ institutionId, handle: 'owner', name: 'owner' });
  keys.set('firm', await api.issue(owner.personId, ['subject:own']));
  return keys;
}

const uuidLike = ({ name }: Route['parameters'][number]): boolean => /^id$|Id$/.test(name);
const idsOf = (route: Route): Record<string, string> =>
  Object.fromEntries(
    route.parameters.filter((p) => p.in === 'path' && uuidLike(p)).map(({ name }) => [name, SIDES.B.id]),
  );

/** What came back, without the words of a refusal that repeat the address. */
const content = ({ status, body }: Reply): string => (status >= 400 ? '' : JSON.stringify(body));

describe.each(['checked', 'unchecked'] as const)('ids of another, with scopes %s', (scopes) => {
  let api: TestApi;
  let keys: Map<string, string>;
  let routes: Route[];
  beforeAll(async () => {
    api = await TestApi.open({ rateLimits: UNLIMITED, scopes });
    keys = await populate(api);
    routes = (await allRoutes(api.answers.document)).filter(({ scope }) => scope !== undefined);
  });
  afterAll(() => api.close());

  it('bring back nothing of theirs', async () => {
    const answered = new Set<string>();
    for (const route of routes)
      for (const [who, key] of keys) {
        if (scopes === 'unchecked' && (route.method !== 'GET' || BEHIND_THE_SCOPE_ALONE.test(route.path))) continue;
        if (TOLD_TO_ALL.test(route.path)) continue;
        const ids = idsOf(route);
        // What is told about a run is a stream without an end; it has nobody's rows.
        if (route.path.endsWith('/events') && !route.path.includes('institutions')) continue;
        const body = bodyOf(route);
        const reply = await api.ask(route.method, addressOf(route, ids), {
          key,
          nonsense: true,
          ...(body === undefined ? {} : { body }),
        });
        const what = `${who}: ${route.method} ${route.path}`;
        if (reply.status < 300) answered.add(route.path);
        const sides = sidesIn(content(reply));
        expect([what, sides.includes('B')]).toEqual([what, false]);
        // Behind the guard a foreign id is as good as none; without it rows of nobody in particular may be found.
        if (scopes === 'checked' && Object.keys(ids).length > 0)
          expect([what, reply.status >= 400, reply.status < 500]).toEqual([what, true, true]);
      }
    expect(answered.size).toBeGreaterThan(3);
  });

  it('nor does a list that is asked for theirs', async () => {
    for (const route of routes) {
      if (route.method !== 'GET' || BEHIND_THE_SCOPE_ALONE.test(route.path) || TOLD_TO_ALL.test(route.path)) continue;
      for (const parameter of route.parameters.filter((p) => p.in === 'query' && !['limit', 'cursor'].includes(p.name)))
        for (const value of [SIDES.B.id, SIDES.B.firm, demoUscc(2)]) {
          if (route.path.endsWith('/events')) continue;
          const reply = await api.get(addressOf(route, { ...idsOf(route), [parameter.name]: value }), {
            key: keys.get('institution')!,
            nonsense: true,
          });
          const what = `${route.path}?${parameter.name}=${value}`;
          expect([what, sidesIn(content(reply)).includes('B')]).toEqual([what, false]);
        }
    }
  });
});
