import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hasValidCheckDigit, isDemoUscc, localDate, organisationCodeCheckDigit, parseUscc, addDays } from '#lib/kernel';
import { FEEDS } from './feeds.ts';
import { simulate, socialSecurityRows, registrationRows, type SimulationOptions } from './index.ts';
import { Random } from './random.ts';

const SMALL: SimulationOptions = { seed: 7, firms: 60, months: 8, through: '2026-06-30', dirt: true };

function hashOf(options: SimulationOptions): string {
  const hash = createHash('sha256');
  for (const delivery of simulate(options).deliveries())
    hash.update(`${delivery.fileName} ${delivery.receivedAt}\n`).update(delivery.bytes());
  return hash.digest('hex');
}

describe('simulated book', () => {
  it('has the same bytes for the same options and others for another seed', () => {
    expect(hashOf(SMALL)).toBe(hashOf(SMALL));
    expect(hashOf({ ...SMALL, seed: 'another' })).not.toBe(hashOf(SMALL));
  });

  it('sends the same registration, patents, subsidies and social security whatever else is sent', () => {
    const told = (options: SimulationOptions): string[] =>
      [...simulate(options).deliveries()]
        .filter(({ source }) => FEEDS.card.some((feed) => feed.source === source))
        .map(
          (d) => `${d.fileName} ${d.receivedAt} ${d.sequence} ${createHash('sha256').update(d.bytes()).digest('hex')}`,
        );
    expect(told({ ...SMALL, sources: 'all' })).toEqual(told(SMALL));
    // The demo book of everybody's first start: these bytes do not change.
    expect(hashOf(SMALL)).toBe('dc2e918772fb3fd63f52ad3a9993230ac5c7207b194372c55d1a76841540d185');
    expect(hashOf({ ...SMALL, sources: 'all' })).toBe(hashOf({ ...SMALL, sources: 'all' }));
  });

  it('draws the same numbers for ever: a change of the generator changes every demo book', () => {
    const random = new Random(1, 2, 3);
    expect([random.next(), random.next(), random.whole(1, 6)]).toEqual([2_916_147_271, 2_900_410_076, 5]);
  });

  it('gives 5,000 firms unique made-up codes with valid check characters', () => {
    const simulation = simulate({ ...SMALL, firms: 5_000 });
    const codes = Array.from({ length: 5_000 }, (_, index) => simulation.truth(index).uscc);
    expect(new Set(codes).size).toBe(5_000);
    for (const code of codes) {
      const parts = parseUscc(code);
      if (!parts.ok) throw new Error(parts.problem.en);
      const { region, organisationCode } = parts.value;
      expect([hasValidCheckDigit(code), isDemoUscc(code), region.slice(0, 4)]).toEqual([true, true, '4403']);
      expect(organisationCode.slice(8)).toBe(organisationCodeCheckDigit(organisationCode.slice(0, 8)));
    }
  });

  it('sends files in ascending order of receipt, each in its own millisecond, numbered by source', () => {
    const deliveries = [...simulate({ ...SMALL, months: 36 }).deliveries()];
    const instants = deliveries.map(({ receivedAt }) => Date.parse(receivedAt));
    expect(instants.every((at, i) => i === 0 || at > instants[i - 1]!)).toBe(true);
    expect(new Set(deliveries.map(({ fileName }) => fileName)).size).toBe(deliveries.length);
    for (const source of new Set(FEEDS.card.map((feed) => feed.source))) {
      const numbers = deliveries.filter((d) => d.source === source).map((d) => d.sequence);
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    }
  });

  it.each([1, 5])('covers the months without gap or overlap (history of %i)', (historyMonths) => {
    const deliveries = [...simulate({ ...SMALL, historyMonths }).deliveries()];
    for (const { layout, wholePast } of FEEDS.card) {
      const periods = deliveries.filter((d) => d.layout === layout).map((d) => d.coverage);
      expect(periods[0]!.from).toBe(wholePast ? undefined : '2025-10-01');
      for (const [i, { from }] of periods.entries())
        expect(i === 0 ? undefined : from).toBe(i === 0 ? undefined : addDays(localDate(periods[i - 1]!.through), 1));
      expect(periods.at(-1)!.through).toBe(wholePast ? '2026-06-30' : '2026-05-31');
    }
  });

  it('sends no file without news, and covers the silent months in the next one', () => {
    const deliveries = [...simulate({ ...SMALL, sources: 'all', firms: 20 }).deliveries()];
    const sent = deliveries.filter(({ layout }) => !FEEDS.card.some((feed) => feed.layout === layout));
    let silent = 0;
    for (const { source, layout } of FEEDS.all) {
      const periods = sent.filter((d) => d.source === source && d.layout === layout).map((d) => d.coverage);
      for (const [i, { from, through }] of periods.entries()) {
        if (i > 0) expect(from).toBe(addDays(localDate(periods[i - 1]!.through), 1));
        if (i > 0 && from!.slice(0, 7) !== through.slice(0, 7)) silent += 1;
      }
    }
    expect(sent.filter((d) => d.expected().rows === 0).map(({ fileName }) => fileName)).toEqual([]);
    expect(silent).toBeGreaterThan(0);
  });

  it('runs after the files of the month and before those of the next; nothing comes after the last run', () => {
    const steps = [...simulate(SMALL).timeline()];
    expect(steps.at(-1)!.kind).toBe('run');
    const runs = steps.flatMap((step) => (step.kind === 'run' ? [step.run] : []));
    expect(runs.map(({ asOf }) => asOf)).toEqual([
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2026-05-31',
      '2026-06-30',
    ]);
    const instants = steps.map((step) => Date.parse(step.kind === 'run' ? step.run.runsAt : step.delivery.receivedAt));
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
  });

  it('tells the truth beside: default falls strictly with quality, and staff grow with it', () => {
    const simulation = simulate({ ...SMALL, firms: 1_000, dirt: false });
    const truths = Array.from({ length: 1_000 }, (_, i) => simulation.truth(i)).sort((a, b) => a.quality - b.quality);
    for (const [i, truth] of truths.entries())
      expect(i === 0 || truth.defaultProbability < truths[i - 1]!.defaultProbability).toBe(true);

    const heads = new Map<string, number>();
    const last = [...simulation.deliveries()].filter(({ layout }) => layout === 'monthly').at(-1)!;
    for (const line of last.lines()) heads.set(line.split(',')[1]!, Number(line.split(',')[3]));
    const meanOf = (group: typeof truths): number =>
      group.reduce((sum, { uscc }) => sum + (heads.get(uscc) ?? 0), 0) / group.length;
    expect(meanOf(truths.slice(-250))).toBeGreaterThan(2 * meanOf(truths.slice(0, 250)));
  });

  it('shows a rich, a thin and a doubtful firm', () => {
    const simulation = simulate({ ...SMALL, months: 36 });
    const { rich, thin, doubtful } = simulation.showcase();
    const files = [...simulation.deliveries()].map((d) => ({ layout: d.layout, lines: [...d.lines()] }));
    const linesOf = (layout: string, uscc: string): string[] =>
      files.filter((f) => f.layout === layout).flatMap((f) => f.lines.filter((line) => line.includes(uscc)));
    expect(linesOf('jsonl', rich).filter((line) => line.includes('"授权"')).length).toBeGreaterThanOrEqual(5);
    expect(linesOf('csv', rich).filter((line) => line.includes(',是,')).length).toBeGreaterThanOrEqual(3);
    expect(linesOf('monthly', rich).length).toBeGreaterThanOrEqual(36);
    expect([linesOf('jsonl', thin).length, linesOf('csv', thin).length, linesOf('arrears', thin).length]).toEqual([
      0, 0, 0,
    ]);
    expect(linesOf('monthly', thin).length).toBeLessThanOrEqual(3);
    // Nothing paid since December 2025: open for more than three months at the last run.
    expect(linesOf('arrears', doubtful).every((line) => line.includes(',202512,') && line.endsWith(','))).toBe(true);
    expect(linesOf('arrears', doubtful).length).toBe(12);
  });

  it('writes the file and its manifest, streaming, with the bytes of the whole', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'simulate-'));
    try {
      for (const delivery of [...simulate(SMALL).deliveries()].slice(0, 4)) {
        const { path, manifest } = await delivery.write(dir);
        const bytes = readFileSync(path);
        expect(JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8'))).toEqual(manifest);
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(manifest.sha256);
        expect(bytes.equals(delivery.bytes())).toBe(true);
        const plain = delivery.gzip ? gunzipSync(bytes) : bytes;
        expect(plain.toString('latin1').trimEnd().split('\n').length).toBe(manifest.rows + (delivery.gzip ? 0 : 1));
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('refuses options out of range', () => {
    expect(() => simulate({ ...SMALL, firms: 2 })).toThrow(RangeError);
    expect(() => simulate({ ...SMALL, through: '2026-06-29' })).toThrow('not a month end');
    expect(() => simulate({ ...SMALL, historyMonths: 9 })).toThrow('historyMonths');
    expect(() => simulate({ ...SMALL, sources: 'some' as 'all' })).toThrow('sources must be card or all');
  });

  it('gives benches as many rows as they ask for, of registered firms', () => {
    const months = [...socialSecurityRows(1_000, 3)];
    const registered = new Set([...registrationRows(28, 3)].map((line) => line.split(',')[0]));
    expect([months.length, registered.size]).toEqual([1_001, 29]);
    expect(months.every((line) => registered.has(line.split(',')[1]))).toBe(true);
    expect(new Set(months.map((line) => line.split(',').slice(1, 3).join())).size).toBe(1_001);
  });
});
