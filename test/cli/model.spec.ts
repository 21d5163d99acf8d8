import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommandLine, fileOf, freshDataDir, removeDataDirs, ROOT, type Ended } from './command.ts';

const CHAMPION = path.join(ROOT, 'models/startup-potential.v1.json');

const LOAN = `<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
<Header/>
<DataDictionary>
  <DataField name="staff" optype="continuous" dataType="integer"/>
  <DataField name="sector" optype="categorical" dataType="string"/>
</DataDictionary>
<Scorecard modelName="made-up" functionName="regression" initialScore="10" baselineScore="5">
  <MiningSchema><MiningField name="staff"/><MiningField name="sector"/></MiningSchema>
  <Output>
    <OutputField name="first" feature="reasonCode" rank="1"/>
    <OutputField name="second" feature="reasonCode" rank="2"/>
    <OutputField name="third" feature="reasonCode" rank="3"/>
  </Output>
  <Characteristics>
    <Characteristic name="staff" reasonCode="S">
      <Attribute partialScore="1.5"><SimplePredicate field="staff" operator="lessThan" value="3"/></Attribute>
      <Attribute partialScore="9.1"><SimplePredicate field="staff" operator="greaterOrEqual" value="3"/></Attribute>
      <Attribute partialScore="5"><True/></Attribute>
    </Characteristic>
    <Characteristic name="sector" reasonCode="T">
      <Attribute partialScore="0.3"><SimplePredicate field="sector" operator="equal" value="trade"/></Attribute>
      <Attribute partialScore="7"><SimplePredicate field="sector" operator="isNotMissing"/></Attribute>
    </Characteristic>
  </Characteristics>
</Scorecard>
</PMML>
`;

describe('firstmile model', () => {
  let folder: string;
  let commands: CommandLine;
  beforeAll(() => {
    folder = freshDataDir();
    commands = new CommandLine(folder);
  });
  afterAll(async () => {
    await commands.close();
    await removeDataDirs();
  });

  const model = (...args: string[]): Promise<Ended> => commands.run('model', ...args);
  const rows = (name: string, lines: readonly unknown[]): string =>
    fileOf(folder, name, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  const lines = (ended: Ended): unknown[] =>
    ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('scores rows by our own model: the four states, top four reasons, parts that add up', async () => {
    const input = rows('own.jsonl', [
      { IN01: 1, OV02: { missing: 'NOT_COVERED' }, OV08: { na: true }, TG07: '3/5', PR01: 'hnte' },
      { IN01: 0.5, IN03: null },
    ]);
    const ended = await model('evaluate', CHAMPION, '--input', input);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const [first, second] = lines(ended) as {
      score: number;
      scoreTenths: number;
      parts: { characteristic: string; attribute: string; points: number }[];
      reasonCodes: string[];
    }[];
    expect(first!.parts).toHaveLength(58);
    expect(first!.parts).toContainEqual({ characteristic: 'IN01', attribute: 'b1', points: 30 });
    expect(first!.parts).toContainEqual({ characteristic: 'OV02', attribute: 'NOT_COVERED', points: 5.6 });
    expect(first!.parts).toContainEqual({ characteristic: 'OV08', attribute: 'NA', points: 5.6 });
    expect(Math.round(first!.parts.reduce((sum, part) => sum + part.points, 0) * 10)).toBe(first!.scoreTenths);
    expect(second!.parts[0]).toEqual({ characteristic: 'IN01', attribute: 'pos', points: 15 });
    expect(second!.parts[2]).toEqual({ characteristic: 'IN03', attribute: 'NOT_CONNECTED', points: 2 });
  });

  it('scores rows by PMML: every rank that there is, sums exact', async () => {
    const input = rows('loan.jsonl', [{ staff: 2, sector: 'trade' }, { sector: 'chips' }, { staff: 3, sector: 'x' }]);
    const ended = await model('evaluate', fileOf(folder, 'loan.pmml', LOAN), '--input', input);
    expect(lines(ended)).toMatchObject([
      { score: 11.8, reasonCodes: ['T', 'S'] },
      { score: 22, reasonCodes: ['S'], parts: [{ attribute: '3', points: 5 }, { attribute: '2' }] },
      { score: 26.1, reasonCodes: [] },
    ]);
  });

  it.each<readonly [string, unknown, RegExp]>([
    ['a field that is not there', { staff: 1, colour: 'red' }, /row 2: .*colour is no field of the model/],
    ['a value that is refused', { staff: 2.5, sector: 'x' }, /row 2: .*staff does not take the value 2.5/],
    ['a characteristic without attribute', { staff: 1 }, /row 2: .*sector has no attribute that matches/],
    ['a list', [1], /row 2: .*must be a JSON object/],
    ['broken JSON', '{"staff": 1', /row 2: .*is not JSON/],
  ])('names row and field of %s, and ends with 1', async (name, row, message) => {
    const input = rows(`${name}.jsonl`, [{ staff: 2, sector: 'trade' }, row, { staff: 2, sector: 'trade' }]);
    const ended = await model('evaluate', fileOf(folder, 'loan.xml', LOAN), '--input', input);
    expect([ended.code, lines(ended).length]).toEqual([1, 1]);
    expect(ended.stderr).toMatch(message);
  });

  it('names row and field of a value that our model does not hold', async () => {
    for (const [row, message] of [
      [{ PR01: 'somewhere' }, /row 1: .*no bin of PR01 holds somewhere/],
      [{ XX01: 1 }, /row 1: .*the model has no XX01/],
      [{ IN01: { missing: 'WHY' } }, /row 1: .*IN01: \{"missing":"WHY"\} is no value/],
    ] as const) {
      const ended = await model('evaluate', CHAMPION, '--input', rows('bad.jsonl', [row]));
      expect([ended.code, ended.stdout]).toEqual([1, '']);
      expect(ended.stderr).toMatch(message);
    }
  });

  it('exports to PMML and back, scores the same, and sees no difference', async () => {
    const pmml = path.join(folder, 'own.pmml');
    const json = path.join(folder, 'own.json');
    const out = await model('export', CHAMPION, '--pmml', '--out', pmml, '--json');
    expect(out.json).toMatchObject({ file: pmml, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await model('export', pmml, '--out', json)).code).toBe(0);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(JSON.parse(readFileSync(CHAMPION, 'utf8')));
    const checked = await model('check', pmml, '--json');
    expect([checked.code, checked.json]).toEqual([
      0,
      {
        valid: true,
        kind: 'pmml',
        id: 'startup-potential',
        version: '1',
        hash: out.json['hash'],
        characteristics: 58,
        maxTenths: 10_000,
      },
    ]);
    expect((await model('diff', CHAMPION, pmml, '--json')).json).toMatchObject({ changes: [] });
    const row = { IN01: 1, TG05: 'city', CR02: 11 };
    const ours = await model('evaluate', CHAMPION, '--input', rows('same.jsonl', [row]));
    const theirs = await model('evaluate', pmml, '--input', rows('same.jsonl', [row]));
    expect(theirs.json['score']).toBe((ours.json['scoreTenths'] as number) / 10);
  });

  it('tells what another model changes', async () => {
    const text = readFileSync(CHAMPION, 'utf8').replace('"partialScoreTenths": 600', '"partialScoreTenths": 610');
    const ended = await model('diff', CHAMPION, fileOf(folder, 'other.json', text), '--json');
    expect(ended.json).toEqual({
      changes: [
        {
          pointer: '/characteristics/IN01/attributes/b4/partialScoreTenths',
          change: 'changed',
          before: 600,
          after: 610,
        },
      ],
      maxTenths: { before: 10_000, after: 10_010 },
    });
  });

  it('check names element and line of broken PMML, and the place in a broken model', async () => {
    const broken = fileOf(folder, 'broken.pmml', LOAN.replace('<True/>', '<Truth/>'));
    const pmml = await model('check', broken, '--json');
    expect([pmml.code, pmml.stdout]).toEqual([1, '']);
    expect(pmml.stderr).toMatch(/line 19, Truth/);
    expect((await model('check', fileOf(folder, 'loan.pmml', LOAN), '--json')).json).toEqual({
      valid: true,
      kind: 'pmml',
      model: 'made-up',
      characteristics: 2,
    });
    const text = readFileSync(CHAMPION, 'utf8').replace('"neutralTenths": 120', '"neutralTenths": 9999');
    const json = await model('check', fileOf(folder, 'broken.json', text));
    expect(json.code).toBe(1);
    expect(json.stderr).toMatch(/\/characteristics\/0\/neutralTenths/);
  });

  it('a file of another kind, or none, is usage', async () => {
    for (const args of [
      ['check', 'model.yaml'],
      ['check', 'nowhere.json'],
      ['evaluate', CHAMPION],
      ['evaluate', CHAMPION, '--input', 'nowhere.jsonl'],
    ])
      expect((await model(...args)).code).toBe(2);
  });
});
