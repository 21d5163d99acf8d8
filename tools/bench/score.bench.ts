import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ZenEngine } from '@gorules/zen-engine';
import { Engine, type ConditionProperties } from 'json-rules-engine';
import { packageRoot } from '#lib/platform';
import { evaluate, loadModel, type CharacteristicValue, type Measured, type Model, type Values } from '#lib/scoring';
import { rounded, seconds, summarise, type Pair } from './measure.ts';

export interface ScoreBenchOptions {
  /** Made-up firms, scored over and over. */
  readonly cases: number;
  /** Evaluations of ours in one pair; the peers do as many of the same as take them about as long. */
  readonly evaluations: number;
  readonly pairs: number;
  readonly log: (line: string) => void;
}

/** A value as the peers take it; null for MISSING and N/A, which get the same points. */
type Facts = Record<string, number | string | null>;
type Scorer = (facts: Facts) => Promise<number>;
interface Case {
  readonly values: Values;
  readonly facts: Facts;
}

/** Peers are slower by two orders of magnitude, so they do this share of the evaluations. */
const SHARE = { 'zen-engine': 100, 'json-rules-engine': 4000 } as const;
const CHECKED = 20;

/**
 * Ours: slim scores of ready values (score, range, coverage, bins) on one thread. Limit: the faster of two rule engines
 * that hold the same scorecard as they would have it, and give the same points: zen-engine as one expression a
 * characteristic, json-rules-engine as one rule a bin. Each is asked for one firm after the other.
 */
export async function benchScore(options: ScoreBenchOptions): Promise<Record<string, unknown>> {
  const { evaluations, pairs, log } = options;
  const model = champion();
  const cases = madeUpCases(model, options.cases);
  const zen = zenScorer(model);
  const peers = { 'zen-engine': zen.score, 'json-rules-engine': jsonRulesScorer(model) };
  try {
    for (const [name, score] of Object.entries(peers)) await check(name, score, model, cases);
    const rateOf = async (name: keyof typeof SHARE): Promise<number> => {
      const count = Math.max(1, Math.round(evaluations / SHARE[name]));
      const took = await seconds(async () => {
        for (let i = 0; i < count; i++) await peers[name](cases[i % cases.length]!.facts);
      });
      return count / took;
    };
    await ours(model, cases, evaluations);
    const measured: Pair[] = [];
    const rates: Record<keyof typeof SHARE, number[]> = { 'zen-engine': [], 'json-rules-engine': [] };
    for (let pair = 1; pair <= pairs; pair++) {
      const own = evaluations / (await ours(model, cases, evaluations));
      for (const name of Object.keys(rates) as (keyof typeof SHARE)[]) rates[name].push(await rateOf(name));
      const limit = Math.max(...Object.values(rates).map((list) => list.at(-1)!));
      measured.push({ ours: own, limit });
      log(`pair ${pair}: ours ${rounded(own)}, faster peer ${rounded(limit)} evaluations/s`);
    }
    const best = (name: keyof typeof SHARE): number => rounded(Math.max(...rates[name]), 1);
    return {
      bench: 'score',
      ...summarise(measured),
      unit: 'evaluations/s',
      characteristics: model.characteristics.length,
      cases: cases.length,
      zenEngine: best('zen-engine'),
      jsonRulesEngine: best('json-rules-engine'),
    };
  } finally {
    zen.dispose();
  }
}

function champion(): Model {
  const file = path.join(packageRoot(), 'models/startup-potential.v1.json');
  const loaded = loadModel(JSON.parse(readFileSync(file, 'utf8')));
  if (!loaded.ok) throw new Error(loaded.problem.en);
  return loaded.value;
}

/** Seconds; the sum is looked at, so that no evaluation can be left out. */
async function ours(model: Model, cases: readonly Case[], evaluations: number): Promise<number> {
  let sum = 0;
  const took = await seconds(async () => {
    for (let i = 0, at = 0; i < evaluations; i++) {
      sum += evaluate(model, cases[at]!.values).scoreTenths;
      at = at + 1 === cases.length ? 0 : at + 1;
    }
  });
  if (sum <= 0) throw new Error('nothing was scored');
  return took;
}

async function check(name: string, score: Scorer, model: Model, cases: readonly Case[]): Promise<void> {
  for (const { values, facts } of cases.slice(0, CHECKED)) {
    const [own, theirs] = [evaluate(model, values).scoreTenths, await score(facts)];
    if (own !== theirs) throw new Error(`${name} gives ${theirs} where ours is ${own}`);
  }
}

/** Young firms: a feed in six is not there, few rows are not applicable, and most values lie in the lower bins. */
function madeUpCases(model: Model, count: number): Case[] {
  let state = 20_260_630;
  const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: count }, () => {
    const gone = new Set(model.document.feeds.filter(() => chance() < 1 / 6).map(({ feed }) => feed));
    const values = model.characteristics.map(({ document }): CharacteristicValue => {
      if (document.feeds.some((feed) => gone.has(feed))) return { state: 'MISSING', cause: 'NOT_COVERED' };
      if (chance() < 0.03) return { state: 'NA' };
      let bin = 0;
      while (bin + 1 < document.attributes.length && chance() < 0.5) bin += 1;
      return { state: 'VALUE', value: valueIn(document.attributes[bin]!.predicate) };
    });
    const facts = model.characteristics.map(({ code }, i) => [code, factOf(values[i]!)] as const);
    return { values, facts: Object.fromEntries(facts) };
  });
}

type Predicate = Model['document']['characteristics'][number]['attributes'][number]['predicate'];

function valueIn(predicate: Predicate): Measured {
  if ('in' in predicate) return predicate.in[0]!;
  if (predicate.op === 'equal') return Number(predicate.value);
  if (typeof predicate.lo === 'string') {
    const [num, den] = predicate.lo.split('/').map(Number) as [number, number];
    return { num, den };
  }
  // Shares of rights with others: (0, 1) holds a half.
  return predicate.loOpen ? { num: 2 * predicate.lo + 1, den: 2 } : predicate.lo;
}

function factOf(value: CharacteristicValue): number | string | null {
  if (value.state !== 'VALUE') return null;
  return typeof value.value === 'object' ? value.value.num / value.value.den : value.value;
}

const bound = (b: number | string): number => {
  const [num, den = 1] = String(b).split('/').map(Number) as [number, number?];
  return num / den;
};

function zenScorer(model: Model): { score: Scorer; dispose: () => void } {
  const expressions = model.document.characteristics.map(({ code, attributes, neutralTenths }, i) => {
    const tests = attributes
      .slice(0, -1)
      .map(({ predicate, partialScoreTenths }) => `${zenTest(code, predicate)} ? ${partialScoreTenths} : `);
    const last = attributes.at(-1)!.partialScoreTenths;
    return { id: `e${i}`, key: code, value: `${code} == null ? ${neutralTenths} : ${tests.join('')}${last}` };
  });
  const node = (id: string, type: string, content?: object): object => ({
    id,
    type,
    name: id,
    position: { x: 0, y: 0 },
    ...(content === undefined ? {} : { content }),
  });
  const engine = new ZenEngine();
  const decision = engine.createDecision({
    contentType: 'application/vnd.gorules.decision',
    nodes: [node('in', 'inputNode'), node('card', 'expressionNode', { expressions }), node('out', 'outputNode')],
    edges: [
      { id: 'a', type: 'edge', sourceId: 'in', targetId: 'card' },
      { id: 'b', type: 'edge', sourceId: 'card', targetId: 'out' },
    ],
  });
  const codes = model.characteristics.map(({ code }) => code);
  return {
    score: async (facts) => {
      const { result } = (await decision.evaluate(facts)) as { result: Record<string, number> };
      return codes.reduce((sum, code) => sum + result[code]!, model.document.initialScoreTenths);
    },
    dispose: () => engine.dispose(),
  };
}

/** Bins tile their line, so that an upper bound says it all; the last bin is what is left. */
function zenTest(code: string, predicate: Predicate): string {
  if ('in' in predicate) return predicate.in.map((name) => `${code} == '${name}'`).join(' or ');
  if (predicate.op === 'equal') return `${code} == ${bound(predicate.value)}`;
  return `${code} < ${bound(predicate.hi!)}`;
}

function jsonRulesScorer(model: Model): Scorer {
  const engine = new Engine();
  for (const { code, attributes, neutralTenths } of model.document.characteristics) {
    const rule = (all: ConditionProperties[], points: number): void =>
      void engine.addRule({ conditions: { all }, event: { type: 'points', params: { points } } });
    rule([{ fact: code, operator: 'equal', value: null }], neutralTenths);
    for (const { predicate, partialScoreTenths } of attributes) {
      const test = (operator: string, value: unknown): ConditionProperties => ({ fact: code, operator, value });
      if ('in' in predicate) rule([test('in', predicate.in)], partialScoreTenths);
      else if (predicate.op === 'equal') rule([test('equal', bound(predicate.value))], partialScoreTenths);
      else {
        const from = test(predicate.loOpen ? 'greaterThan' : 'greaterThanInclusive', bound(predicate.lo));
        rule(predicate.hi === null ? [from] : [from, test('lessThan', bound(predicate.hi))], partialScoreTenths);
      }
    }
  }
  return async (facts) => {
    const { events } = await engine.run(facts);
    return events.reduce((sum, event) => sum + (event.params!['points'] as number), model.document.initialScoreTenths);
  };
}
