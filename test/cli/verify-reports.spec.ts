import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ReportKit } from '../reports/kit.ts';
import { firstmile, type Ended } from './command.ts';

describe('verify report, on a machine without a database', () => {
  let kit: ReportKit;
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  // No server can be reached under this address: the command must not try.
  const offline = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
  const verify = (args: readonly string[]): Promise<Ended> =>
    firstmile(at('empty'), ['verify', 'report', at('report.json'), ...args, '--json'], { env: offline }).ended;

  beforeAll(async () => {
    kit = await ReportKit.open();
    folder = mkdtempSync(path.join(os.tmpdir(), 'firstmile-verify-'));
    const request = await kit.order(kit.firm);
    await kit.work();
    const { bytes, receipt } = await kit.product.reports.view(kit.firm, request.requestId, kit.clock);
    writeFileSync(at('report.json'), bytes);
    writeFileSync(at('receipt'), JSON.stringify(receipt));
    const [key] = await kit.product.reportKeys.published();
    writeFileSync(at('key.pem'), key!.publicKey);
    writeFileSync(at('keys.json'), JSON.stringify({ items: [key] }));
    writeFileSync(at('changed.json'), bytes.toString('utf8').replace('样例', '示例'));
  });
  afterAll(async () => {
    await kit.close();
    rmSync(folder, { recursive: true });
  });

  it('agrees by a key of either form, and says by name what is wrong', async () => {
    const pem = await verify(['--receipt', at('receipt'), '--key', at('key.pem')]);
    expect([pem.code, pem.json]).toEqual([0, { file: at('report.json'), agrees: true, faults: [] }]);
    expect((await verify(['--receipt', at('receipt'), '--key', at('keys.json')])).code).toBe(0);
    const missing = await verify(['--key', at('key.pem')]);
    expect([missing.code, missing.json['faults']]).toEqual([1, ['receipt-missing']]);
    expect((await verify(['--receipt', at('receipt')])).json['faults']).toEqual(['key-missing']);
    const args = ['verify', 'report', at('changed.json'), '--receipt', at('receipt'), '--key', at('key.pem')];
    const changed = await firstmile(at('empty'), args, { env: offline }).ended;
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringMatching(/bytes-changed: .*SHA-256/)]);
    const noKey = await verify(['--receipt', at('receipt'), '--key', at('receipt')]);
    expect([noKey.code, noKey.stderr]).toEqual([2, expect.stringMatching(/no public keys/)]);
  });

  it('finds every stored report as it was signed', async () => {
    const url = new URL(process.env['TEST_PG_ADMIN_URL']!);
    url.pathname = new URL(kit.product.database.urls.app).pathname;
    const env = { DATABASE_URL: url.toString() };
    const found = await firstmile(kit.product.dataDir, ['verify', 'reports', '--json'], { env }).ended;
    expect([found.code, found.stderr]).toEqual([0, '']);
    expect(found.json).toEqual({ agrees: true, reports: 1, faults: 0 });
  });

  it('ends with 1 and names what was changed behind our back, in a report and in the log', async () => {
    const { admin, urls } = kit.product.database;
    await admin.query('SET session_replication_role = replica');
    await admin.query(`UPDATE query_log SET purpose = 'dispute-check'`);
    await admin.query(`UPDATE report SET profile = 'bank'`);
    await admin.query('RESET session_replication_role');
    const url = new URL(process.env['TEST_PG_ADMIN_URL']!);
    url.pathname = new URL(urls.app).pathname;
    const run = (what: string): Promise<Ended> =>
      firstmile(kit.product.dataDir, ['verify', what, '--json'], { env: { DATABASE_URL: url.toString() } }).ended;
    const [log, reports] = await Promise.all([run('log'), run('reports')]);
    expect([log.code, log.stderr]).toEqual([1, expect.stringMatching(/^1: .*was changed/m)]);
    expect([reports.code, reports.stderr]).toEqual([1, expect.stringMatching(/row-differs: .*profile/)]);
  });
});
