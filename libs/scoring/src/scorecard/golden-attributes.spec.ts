import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { goldenCharacteristics, startupPotential, type GoldenCharacteristic } from '../../fixtures/golden.ts';
import type { Values } from '../score.ts';
import { MISSING_CAUSES, type CharacteristicValue } from '../value.ts';
import { evaluate } from './evaluate.ts';
import { parseExact } from './exact.ts';
import { explain } from './explain.ts';

const GOLDEN = 'models/startup-potential.v1.golden.json';
const model = startupPotential();
const nothing: Values = model.characteristics.map(() => ({ state: 'MISSING', cause: 'NOT_CONNECTED' }));

/** What is put in, the attribute found (or the state), its tenths of points; then the whole score of a firm of which only this is known. */
type Case =
  | readonly [input: string, attribute: string, tenths: number, ...score: number[]]
  | readonly [string, 'refused'];

const MICRO = 1_000_000;
const micros = (bound: number | string): number => {
  const [num, den = 1] = String(bound).split('/').map(Number) as [number, number?];
  return Math.round((num * MICRO) / den);
};
const text = (micro: number): string => String(micro / MICRO);

/** Each bound, a millionth below it and a millionth above; each category, and one that is none. */
function inputsOf({ bins }: GoldenCharacteristic): string[] {
  const bounds = bins.flatMap(({ lo, hi }) => [lo, hi].filter((bound) => bound !== undefined && bound !== null));
  const micro = [...new Set(bounds.map((bound) => micros(bound)))].sort((a, b) => a - b);
  return [
    ...bins.flatMap(({ category }) => (category === undefined ? [] : [category])),
    ...micro.flatMap((at) => [at - 1, at, at + 1].map(text)),
    'elsewhere',
  ];
}

function caseOf(code: string, input: string, value: CharacteristicValue): Case {
  const values = nothing.map((other, i) => (model.characteristics[i]!.code === code ? value : other));
  try {
    const score = evaluate(model, values);
    const part = explain(model, values, score).parts[model.position.get(code)!]!;
    const { scoreTenths, low, high, coverageBp } = score;
    return [input, part.attribute ?? part.state, part.partialTenths, scoreTenths, low, high, coverageBp];
  } catch (error) {
    if ((error as { problem?: { code: string } }).problem?.code !== 'value-outside-model') throw error;
    return [input, 'refused'];
  }
}

const casesOf = (c: GoldenCharacteristic): Case[] => [
  ...inputsOf(c).map((input) => caseOf(c.code, input, { state: 'VALUE', value: parseExact(input) ?? input })),
  caseOf(c.code, 'N/A', { state: 'NA' }),
];

/** The attribute by the table of characteristics alone: bins are [lo, hi), a bin without width is the point, (lo, hi) follows it. */
function byTable({ bins }: GoldenCharacteristic, input: string): GoldenCharacteristic['bins'][number] | undefined {
  if (parseExact(input) === undefined) return bins.find((bin) => bin.category === input);
  const at = micros(input);
  return bins.find(({ category, lo, hi }) => {
    if (category !== undefined) return false;
    return lo === hi ? at === micros(lo!) : at >= micros(lo!) && (hi === null || at < micros(hi!));
  });
}

describe('each characteristic at each bound of each attribute', () => {
  const cases = Object.fromEntries(goldenCharacteristics().map((c) => [c.code, casesOf(c)]));
  if (process.env['UPDATE_GOLDEN']) {
    const about =
      'Each characteristic alone, all others MISSING: input, attribute, tenths, then scoreTenths, low, high, coverageBp';
    writeFileSync(
      GOLDEN,
      `${JSON.stringify({ model: model.document.id, version: model.document.version, about, cases }, null, 2)}\n`,
    );
  }
  const golden = (existsSync(GOLDEN) ? JSON.parse(readFileSync(GOLDEN, 'utf8')) : { cases: {} }) as {
    readonly cases: Readonly<Record<string, readonly Case[]>>;
  };

  it('is as the golden file says, of every characteristic', () => {
    expect(Object.keys(golden.cases)).toHaveLength(58);
    expect(cases).toEqual(golden.cases);
  });

  it.each(goldenCharacteristics().map((c) => [c.code, c] as const))('%s agrees with the table', (code, c) => {
    for (const [input, attribute, tenths, scoreTenths, low, high, coverageBp] of golden.cases[code]!) {
      const bin = byTable(c, input);
      const neutral = input === 'N/A';
      if (bin === undefined && !neutral) expect([input, attribute]).toEqual([input, 'refused']);
      else {
        const points = neutral ? c.neutralTenths : bin!.points * 10;
        expect([input, attribute, tenths]).toEqual([input, neutral ? 'NA' : bin!.id, points]);
        // All that is missing: neutral in the score, nothing in low, all of it in high; N/A counts as neutral in all three.
        const others = 10_000 - c.max * 10;
        expect([input, scoreTenths, low, high, coverageBp]).toEqual([
          input,
          3_658 - c.neutralTenths + points,
          Math.floor((points + 5) / 10),
          Math.floor((others + points + 5) / 10),
          neutral ? 0 : c.max * 10,
        ]);
      }
    }
  });

  it.each(MISSING_CAUSES)('MISSING(%s) is neutral in the score, 0 in low, the maximum in high', (cause) => {
    for (const { code, neutralTenths } of goldenCharacteristics())
      expect(caseOf(code, cause, { state: 'MISSING', cause })).toEqual([
        cause,
        'MISSING',
        neutralTenths,
        3_658,
        0,
        1_000,
        0,
      ]);
  });
});
