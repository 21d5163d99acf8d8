import { openServer, type Server } from '#lib/platform';
import { demoUscc } from '../kit/firms.ts';
import { CommandLine, fileOf, preparedDataDir, removeDataDirs, type Ended } from './command.ts';

jest.setTimeout(300_000);

const HEADER = '统一社会信用代码,企业名称,成立日期,区划,住所\n';
const row = (code: string, address: string): string => `${code},样例甲有限公司,2020-03-15,440305,${address}\n`;

describe('who a row is about, on the command line', () => {
  let dataDir: string;
  let server: Server;
  let delivery: string;
  let commands: CommandLine;
  const run = (...args: string[]): Promise<Ended> => commands.run(...args);
  const ingest = async (name: string, body: string): Promise<string> => {
    const file = fileOf(dataDir, name, HEADER + body);
    const done = await run('ingest', 'business-registration', file, '--layout', 'bureau', '--json');
    expect([done.code, done.stderr]).toEqual([0, '']);
    return done.json['deliveryId'] as string;
  };

  beforeAll(async () => {
    dataDir = await preparedDataDir();
    server = await openServer({ dataDir });
    commands = new CommandLine(dataDir);
    await ingest('first.csv', row(demoUscc(1), '样例路一号'));
    delivery = await ingest('second.csv', row('', '样例路二号') + row('', '样例路三号'));
  });
  afterAll(async () => {
    await commands.close();
    await server.close();
    await removeDataDirs();
  });

  it('reviews lists the rows and their candidates', async () => {
    const shown = await run('reviews');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(
      new RegExp(`^2 reviews\\n.*\\n${delivery}_1 +business-registration +样例甲有限公司 .*${demoUscc(1)} 100 %$`, 'm'),
    );
    expect((await run('reviews', '--json')).json).toMatchObject({
      items: [{ id: `${delivery}_1` }, { id: `${delivery}_2` }],
    });
  });

  it('review decide takes a firm or none, a reason, and a person who exists', async () => {
    const decide = (id: string, ...more: string[]): Promise<Ended> => run('review', 'decide', id, '--json', ...more);
    const first = `${delivery}_1`;
    const reason = ['--reason', '与企业电话核实'];
    expect((await decide(first, ...reason)).code).toBe(2);
    expect((await decide(first, '--firm', demoUscc(1), '--none', ...reason)).code).toBe(2);
    expect((await decide(first, '--firm', demoUscc(1), '--reason', ' ')).code).toBe(2);
    expect((await decide(first, '--firm', demoUscc(1))).code).toBe(2);
    const nobody = await decide(first, '--none', ...reason, '--person', 'nobody');
    expect(nobody.code).toBe(1);
    const other = await decide(first, '--firm', demoUscc(2), ...reason);
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/^review-not-candidate: /)]);
    const done = await decide(first, '--firm', demoUscc(1), ...reason, '--person', 'operator');
    expect([done.code, done.json]).toEqual([0, { id: first, uscc: demoUscc(1) }]);
    expect((await decide(`${delivery}_2`, '--none', ...reason)).json).toEqual({ id: `${delivery}_2`, uscc: null });
    const twice = await decide(first, '--none', ...reason);
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringMatching(/^review-decided: /)]);
    expect((await run('reviews', '--json')).json).toEqual({ items: [] });
  });

  it('alias add says by which other name a firm is called', async () => {
    const add = (alias: string, ...more: string[]): Promise<Ended> =>
      run('alias', 'add', alias, '--firm', demoUscc(1), '--reason', '登记机关函', ...more);
    const done = await add('110108012660422', '--json');
    expect([done.code, done.json]).toEqual([
      0,
      { kind: 'registration-no', alias: '110108012660422', uscc: demoUscc(1) },
    ]);
    const wrong = await add('12345');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^alias-malformed: /)]);
  });
});
