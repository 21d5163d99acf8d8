import { openServer, type Server } from '#lib/platform';
import { demoUscc } from '../kit/firms.ts';
import { Provider } from '../kit/provider.ts';
import { fileOf, firstmile, preparedDataDir, removeDataDirs, type Ended } from './command.ts';

jest.setTimeout(300_000);

describe('poll', () => {
  let dataDir: string;
  let server: Server;
  let provider: Provider;
  const poll = (...more: string[]): Promise<Ended> =>
    firstmile(dataDir, ['poll', 'water', '--from', provider.url, ...more]).ended;
  beforeAll(async () => {
    dataDir = await preparedDataDir();
    server = await openServer({ dataDir });
    provider = await Provider.open();
    const file = fileOf(
      dataDir,
      'firms.csv',
      `统一社会信用代码,企业名称,注册日期\n${demoUscc(1)},样例有限公司,2020-03-15\n`,
    );
    await firstmile(dataDir, ['ingest', 'business-registration', file, '--layout', 'open-register']).ended;
  });
  afterAll(async () => {
    await provider.close();
    await server.close();
    await removeDataDirs();
  });

  it('applies what is new, and says where it stands', async () => {
    const nothing = await poll('--json');
    expect([nothing.code, nothing.json]).toMatchObject([0, { rows: 0, watermark: null, deliveries: [] }]);
    await provider.write(1, '202601', 100, '2026-02-01 08:00:00');
    const done = await poll('--json');
    expect([done.code, done.json]).toMatchObject([
      0,
      {
        source: 'water',
        rows: 1,
        watermark: '2026-02-01 08:00:00',
        undated: 0,
        deliveries: [{ state: 'RECONCILED', rows: 1, applied: 1, held: null }],
      },
    ]);
    const again = await poll();
    expect([again.code, again.stdout]).toEqual([0, '1 rows read, up to 2026-02-01 08:00:00\n']);
    expect([done, again].map((ended) => ended.stdout + ended.stderr).join()).not.toContain(provider.password);
  });

  it('refuses what it cannot read without a word of the password', async () => {
    const missing = await poll('--table', 'T_GAS_BILL');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/^front-end-table: /)]);
    const wrong = await poll('--from', provider.url.replace('provider_', 'nowhere_'));
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^front-end-unreachable: /)]);
    expect(missing.stderr + wrong.stderr).not.toContain(provider.password);
    expect((await poll('--table', 'a; b')).code).toBe(2);
    expect((await poll('--since', 'yesterday')).code).toBe(2);
  });
});
