import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { parse } from 'yaml';
import { loadConfig } from '#lib/platform';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[]; readonly interval: string; readonly retries: number };
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const ROOT = join(__dirname, '../..');
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const service = (name: string): Service => compose.services[name]!;

/** What compose puts in for `${NAME:?…}` when NAME is set. */
const filledIn = (environment: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:\?[^}]*\}/, 'secret')]),
  );

describe('docker-compose.yml', () => {
  it('runs the API, workers, PostgreSQL 18 and Redis', () => {
    expect(services.map(([name]) => name).toSorted()).toEqual(['api', 'postgres', 'redis', 'worker']);
    expect(service('postgres').image).toBe('postgres:18');
    expect(service('redis').image).toMatch(/^redis:\d+$/);
    expect([service('api').build, service('worker').build]).toEqual(['.', '.']);
  });

  it.each(services)('%s has a health check that runs a command', (_, { healthcheck }) => {
    expect(healthcheck.test[0]).toBe('CMD');
    expect(healthcheck.test.length).toBeGreaterThan(1);
    expect(healthcheck.interval).toMatch(/^\d+s$/);
    expect(healthcheck.retries).toBeGreaterThan(0);
    const script = healthcheck.test.indexOf('-e');
    if (script > 0) expect(() => new Script(healthcheck.test[script + 1]!)).not.toThrow();
  });

  it('starts each service after what it needs is healthy', () => {
    expect(service('api').depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
    });
    expect(service('worker').depends_on).toMatchObject({ api: { condition: 'service_healthy' } });
  });

  it.each(['api', 'worker'])('%s is configured by variables that the product knows, with values it accepts', (name) => {
    const environment = service(name).environment!;
    const known = new Set(
      [...text('libs/platform/src/config.ts').matchAll(/env\['(\w+)'\]/g)].map(([, variable]) => variable),
    );
    expect(Object.keys(environment).filter((variable) => !known.has(variable))).toEqual([]);
    expect(loadConfig(filledIn(environment))).toMatchObject({
      dataDir: '/var/lib/firstmile',
      databaseUrl: 'postgres://firstmile:secret@postgres:5432/firstmile',
      redisUrl: 'redis://redis:6379',
    });
  });

  it('names hosts that are services, and a database that the server creates', () => {
    const { DATABASE_URL, REDIS_URL } = filledIn(service('api').environment!);
    const database = new URL(DATABASE_URL!);
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining([database.hostname, new URL(REDIS_URL!).hostname]),
    );
    expect(service('postgres').environment).toMatchObject({
      POSTGRES_USER: database.username,
      POSTGRES_DB: database.pathname.slice(1),
    });
    expect(service('worker').environment).toMatchObject({ DATABASE_URL: service('api').environment!['DATABASE_URL'] });
  });

  it('publishes the API alone, on the port that it listens on', () => {
    const port = service('api').environment!['PORT']!;
    expect(service('api').ports).toEqual([`${port}:${port}`]);
    expect(service('api').healthcheck.test.join(' ')).toContain(`127.0.0.1:${port}/`);
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['api']);
  });

  it('declares every volume, and lets API and worker share the uploads', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    expect(service('api').volumes).toEqual(service('worker').volumes);
    expect(service('api').volumes![0]!.split(':')[1]).toBe(service('api').environment!['DATA_DIR']);
  });

  it('holds no password', () => {
    expect(service('postgres').environment!['POSTGRES_PASSWORD']).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
  });
});

describe('Dockerfile', () => {
  it('copies only what stands in the project, and runs as an ordinary user', () => {
    const lines = text('Dockerfile').split('\n');
    const copied = lines
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(copied).toEqual(expect.arrayContaining(['apps', 'libs', 'models', 'package-lock.json']));
    expect(lines).toContain('USER node');
  });

  it.each(['api', 'worker'])('builds the entry that compose starts: %s', (name) => {
    const entry = service(name).command!.at(-1)!;
    expect(entry).toBe(`dist/apps/${name}/src/main.js`);
    expect(existsSync(join(ROOT, entry.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });
});

describe('nest-cli.json', () => {
  const nest = JSON.parse(text('nest-cli.json')) as {
    readonly projects: Readonly<
      Record<string, { readonly type: string; readonly sourceRoot: string; readonly entryFile: string }>
    >;
  };

  it('names every application and library that stands in the tree, and no other', () => {
    const folders = (top: string): string[] => readdirSync(join(ROOT, top)).map((name) => `${top}/${name}`);
    const named = Object.values(nest.projects).map(({ sourceRoot }) => sourceRoot.replace(/\/src$/, ''));
    expect(named.toSorted()).toEqual([...folders('apps'), ...folders('libs')].toSorted());
  });

  it.each(Object.entries(nest.projects))('%s begins at a file', (_, { type, sourceRoot, entryFile }) => {
    expect(type).toBe(sourceRoot.startsWith('apps/') ? 'application' : 'library');
    expect(existsSync(join(ROOT, sourceRoot, `${entryFile}.ts`))).toBe(true);
  });
});
