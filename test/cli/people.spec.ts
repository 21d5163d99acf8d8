import { openServer, type Server } from '#lib/platform';
import { demoUscc } from '../kit/firms.ts';
import { CommandLine, preparedDataDir, removeDataDirs, type Ended } from './command.ts';

jest.setTimeout(300_000);

describe('institutions, people and keys on the command line', () => {
  let dataDir: string;
  let server: Server;
  let commands: CommandLine;
  const run = (...args: string[]): Promise<Ended> => commands.run(...args);
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const done = await run(...args, '--json');
    expect([done.code, done.stderr]).toEqual([0, '']);
    return done.json;
  };
  const refused = async (...args: string[]): Promise<string> => {
    const done = await run(...args);
    expect([args, done.code]).toEqual([args, 1]);
    return done.stderr.split(':', 1)[0]!;
  };

  beforeAll(async () => {
    dataDir = await preparedDataDir();
    server = await openServer({ dataDir });
    commands = new CommandLine(dataDir);
  });
  afterAll(async () => {
    await commands.close();
    await server.close();
    await removeDataDirs();
  });

  it('an institution is added, suspended and restored for a reason, and listed', async () => {
    const names = ['--zh', '样例担保', '--en', 'Example guarantor'];
    await json('institution', 'add', 'example-guarantor', '--kind', 'guarantor', ...names);
    await json('institution', 'add', 'own', '--kind', 'firm', '--uscc', demoUscc(1), ...names);
    const suspend = ['institution', 'suspend', 'example-guarantor', '--reason', '异常查询'];
    expect(await json(...suspend)).toMatchObject({ state: 'SUSPENDED', stateReason: '异常查询' });
    expect(await refused(...suspend)).toBe('transition-refused');
    expect(await refused('institution', 'suspend', 'own', '--reason', '异常')).toBe('institution-not-suspendable');
    expect((await run('institution', 'suspend', 'own', '--reason', ' ')).code).toBe(2);
    expect((await run('institution', 'list')).stdout).toMatch(
      /^example-guarantor +guarantor +SUSPENDED +样例担保 +异常查询$/m,
    );
    expect(await json('institution', 'restore', 'example-guarantor', '--reason', '已整改')).toMatchObject({
      state: 'ACTIVE',
    });
  });

  it('people have roles that go together', async () => {
    const add = (handle: string, ...more: string[]): string[] => ['person', 'add', handle, '--name', '某', ...more];
    const ours = ['--institution', 'operator', '--roles'];
    expect(await json(...add('g1', '--institution', 'example-guarantor'))).toMatchObject({
      roles: ['credit-officer', 'integration', 'reviewer'],
    });
    expect(await refused(...add('x', ...ours, 'compliance-officer,model-owner'))).toBe('duties-conflict');
    expect(await refused(...add('x', ...ours, 'house'))).toBe('house-role-taken');
    expect(await json(...add('admin', ...ours, 'access-administrator'))).toMatchObject({ handle: 'admin' });
    expect(await json('person', 'roles', 'g1', '--set', 'reviewer')).toMatchObject({ roles: ['reviewer'] });
    expect((await run('person', 'roles')).stdout).toMatch(/^reviewer +复核员 +guarantor +partner:reviews/m);
    expect((await run('person', 'roles', 'g1')).code).toBe(2);
    expect((await run('person', 'list')).stdout).toMatch(/^operator +operator +.*house$/m);
  });

  it('a key is issued within the roles, rotated, revoked and listed, and shown only once', async () => {
    const issue = (scopes: string, ...more: string[]): string[] => ['key', 'issue', 'g1', '--scopes', scopes, ...more];
    expect(await refused(...issue('partner:scores'))).toBe('scope-not-of-role');
    expect(await refused(...issue('partner:reviews', '--addresses', '10.0.0.1/8'))).toBe('address-invalid');
    const first = await json(...issue('partner:reviews', '--addresses', '10.0.0.0/8,192.0.2.1'));
    const id = first['keyId'] as string;
    const second = await json('key', 'rotate', id, '--overlap', '30');
    expect(second).toMatchObject({ replaces: id, key: expect.stringMatching(/^fm_/) });
    expect(await refused('key', 'rotate', id)).toBe('key-replaced');
    expect((await run('key', 'rotate', id, '--overlap', '31')).code).toBe(2);
    expect((await run('key', 'revoke', 'x', '--reason', '离职')).code).toBe(2);
    expect((await run('key', 'revoke', id)).code).not.toBe(0);
    expect(await json('key', 'revoke', id, '--reason', '离职')).toMatchObject({ revokeReason: '离职' });
    const listed = await run('key', 'list', '--person', 'g1');
    expect(listed.stdout).toMatch(
      new RegExp(`^${id} +g1 +revoked .* never +10.0.0.0/8 192.0.2.1/32 +partner:reviews$`, 'm'),
    );
    expect(listed.stdout).toMatch(new RegExp(`^${String(second['keyId'])} +g1 +live `, 'm'));
    expect(listed.stdout).not.toMatch(/fm_/);
  });
});
