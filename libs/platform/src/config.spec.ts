import fs from 'node:fs';
import path from 'node:path';
import { loadConfig, packageRoot } from './config.ts';

describe('loadConfig', () => {
  it('has a default for everything, and folders count from the package root', () => {
    expect(loadConfig({})).toEqual({
      dataDir: path.join(packageRoot(), '.data'),
      port: 3000,
      portIsExplicit: false,
      host: '127.0.0.1',
    });
    expect(loadConfig({ DATA_DIR: '', PORT: '' })).toEqual(loadConfig({}));
    expect(loadConfig({ DATA_DIR: '../elsewhere' }).dataDir).toBe(path.resolve(packageRoot(), '../elsewhere'));
    expect(loadConfig({ DATA_DIR: '/abs' }).dataDir).toBe('/abs');
  });

  it('takes a port and remembers that it was asked for', () => {
    expect(loadConfig({ PORT: '8080' })).toMatchObject({ port: 8080, portIsExplicit: true });
    expect(loadConfig({ PORT: '0' })).toMatchObject({ port: 0, portIsExplicit: true });
  });

  it.each(['http', '-1', '65536', '3000.5', '0x50', ' 80', '1e3'])('refuses PORT=%s by name', (text) => {
    expect(() => loadConfig({ PORT: text })).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          code: 'config-invalid',
          errors: [expect.objectContaining({ field: 'PORT' })],
        }),
      }),
    );
  });

  it('listens on this machine only unless told otherwise', () => {
    expect(loadConfig({ HOST: '0.0.0.0' }).host).toBe('0.0.0.0');
  });

  it('takes rates by name, and refuses what is none', () => {
    expect(loadConfig({ RATE_LIMITS: 'bank=1200,failures=30' }).rateLimits).toEqual({ bank: 1200, failures: 30 });
    expect(loadConfig({ RATE_LIMITS: 'bank=1000000' }).rateLimits).toEqual({ bank: 1_000_000 });
    for (const text of ['bank', 'bank=0', 'bank=-1', 'bank=1.5', 'bank=1000001', 'bank=1,', '=1'])
      expect(() => loadConfig({ RATE_LIMITS: text })).toThrow(/RATE_LIMITS/);
  });

  it('takes database and Redis addresses', () => {
    const env = { DATABASE_URL: 'postgresql://u:p@db/f', REDIS_URL: 'redis://r:6379' };
    expect(loadConfig(env)).toMatchObject({ databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL });
  });

  it('lets webhooks into the own network only when told so, in so many words', () => {
    expect(loadConfig({ WEBHOOK_ALLOW_PRIVATE: '1' }).webhookAllowPrivate).toBe(true);
    expect(loadConfig({ WEBHOOK_ALLOW_PRIVATE: '0' })).toEqual(loadConfig({}));
    expect(() => loadConfig({ WEBHOOK_ALLOW_PRIVATE: 'true' })).toThrow(/WEBHOOK_ALLOW_PRIVATE must be 0 or 1/);
  });

  it.each([
    ['DATABASE_URL', 'mysql://root:hush@db/f'],
    ['DATABASE_URL', 'hush'],
    ['REDIS_URL', 'http://hush'],
  ])('refuses a wrong %s without repeating what may be a password', (name, text) => {
    expect(() => loadConfig({ [name]: text })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(name) }),
    );
    expect(() => loadConfig({ [name]: text })).not.toThrow(/hush/);
  });
});

it('packageRoot is the folder of package.json', () => {
  expect(JSON.parse(fs.readFileSync(path.join(packageRoot(), 'package.json'), 'utf8'))).toMatchObject({
    name: 'firstmile',
  });
});
