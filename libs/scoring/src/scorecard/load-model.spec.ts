import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startupPotentialJson } from '../../fixtures/golden.ts';
import { loadModel, modelHash } from './load-model.ts';
import type { ModelDocument } from './model.ts';

const MODELS = join(import.meta.dirname, '../../../../models');
const RELEASED = {
  'startup-potential.v1.json': '803589f7796bea064d7222eb1b1c550b856dea41e9f73af4aa5ed14edb3c1f99',
};

type Path = readonly (string | number)[];

/** Any JSON value, to be walked without asking. */
interface Node {
  [key: string | number]: Node;
}

/** Changes one place of the shipped scorecard; undefined takes the member out. */
function changed(...changes: readonly (readonly [Path, unknown])[]): unknown {
  const json = startupPotentialJson() as Node;
  for (const [path, value] of changes) {
    const owner = path.slice(0, -1).reduce((node, key) => node[key]!, json);
    if (value === undefined) delete owner[path.at(-1)!];
    else owner[path.at(-1)!] = value as Node;
  }
  return json;
}

function faults(json: unknown): readonly (readonly [string | undefined, string])[] {
  const loaded = loadModel(json);
  if (loaded.ok) return [];
  expect(loaded.problem.code).toBe('model-invalid');
  return loaded.problem.errors!.map((error) => [error.pointer, error.code] as const);
}

const IN01: Path = ['characteristics', 0];
const bin = (index: number, ...rest: Path): Path => [...IN01, 'attributes', index, ...rest];
const TG08: Path = ['characteristics', 20];

describe('loadModel', () => {
  it('accepts the shipped scorecard', () => {
    expect(faults(changed())).toEqual([]);
  });

  it.each<readonly [string, unknown, readonly (readonly [string, string])[]]>([
    ['a gap', changed([bin(2, 'predicate', 'hi'), '3/2']), [['/characteristics/0/attributes/3/predicate', 'gap']]],
    [
      'an overlap',
      changed([bin(2, 'predicate', 'hi'), '5/2']),
      [['/characteristics/0/attributes/3/predicate', 'overlap']],
    ],
    [
      'a gap at the point 0',
      changed([bin(0, 'predicate', 'value'), -1]),
      [['/characteristics/0/attributes/1/predicate', 'gap']],
    ],
    [
      'a point that two bins hold',
      changed([bin(1, 'predicate', 'loOpen'), undefined]),
      [['/characteristics/0/attributes/1/predicate', 'overlap']],
    ],
    [
      'an end that is left open',
      changed([bin(5, 'predicate', 'hi'), 9]),
      [['/characteristics/0/attributes/5/predicate/hi', 'gap']],
    ],
    [
      'a bin behind the end',
      changed([bin(4, 'predicate', 'hi'), null]),
      [['/characteristics/0/attributes/5/predicate', 'unreachable-bin']],
    ],
    [
      'bounds reversed',
      changed([bin(5, 'predicate'), { op: 'between', lo: 5, hi: 4 }]),
      [
        ['/characteristics/0/attributes/5/predicate', 'bounds-reversed'],
        ['/characteristics/0/attributes/4/predicate/hi', 'gap'],
      ],
    ],
    [
      'a bound that is no number',
      changed([bin(5, 'predicate', 'lo'), '5/0']),
      [
        ['/characteristics/0/attributes/5/predicate', 'bound-unreadable'],
        ['/characteristics/0/attributes/4/predicate/hi', 'gap'],
      ],
    ],
    [
      'points against +',
      changed([bin(3, 'partialScoreTenths'), 10]),
      [['/characteristics/0/attributes/3/partialScoreTenths', 'wrong-direction']],
    ],
    [
      'points that rise again under ∩',
      changed([[...TG08, 'attributes', 5, 'partialScoreTenths'], 130]),
      [['/characteristics/20/attributes/5/partialScoreTenths', 'wrong-direction']],
    ],
    [
      'an unknown characteristic',
      changed([[...IN01, 'code'], 'IN99']),
      [['/characteristics/0/code', 'unknown-characteristic']],
    ],
    ['a doubled code', changed([[...IN01, 'code'], 'IN02']), [['/characteristics/1/code', 'duplicate-id']]],
    ['a doubled bin id', changed([bin(3, 'id'), 'b1']), [['/characteristics/0/attributes/3/id', 'duplicate-id']]],
    ['a missing text', changed([[...IN01, 'zh'], undefined]), [['/characteristics/0/zh', 'text-missing']]],
    ['an empty text', changed([[...IN01, 'en'], ' ']), [['/characteristics/0/en', 'text-missing']]],
    [
      'a reason without texts',
      changed([bin(0, 'reasonCode'), 'IN-R9']),
      [['/characteristics/0/attributes/0/reasonCode', 'text-missing']],
    ],
    ['an unknown field', changed([[...IN01, 'colour'], 1]), [['/characteristics/0/colour', 'field-unknown']]],
    ['an unknown feed', changed([[...IN01, 'feeds'], ['NOWHERE']]), [['/characteristics/0/feeds/0', 'unknown-feed']]],
    [
      'neutral above the maximum',
      changed([[...IN01, 'neutralTenths'], 601]),
      [['/characteristics/0/neutralTenths', 'points-out-of-range']],
    ],
    ['grades that do not reach 0', changed([['gradeCuts', 8, 'from'], 1]), [['/gradeCuts/8/from', 'gap']]],
    ['no object', 7, [['', 'type']]],
    ['a date that is none', changed([['validFrom'], '2026-02-30']), [['/validFrom', 'date-unreadable']]],
    [
      'a personal trait in Chinese',
      changed([[...IN01, 'zh'], '创始人性别']),
      [['/characteristics/0', 'forbidden-factor']],
    ],
    [
      'a personal trait in English, in the words of a bin',
      changed([bin(0, 'en'), 'Married founders']),
      [['/characteristics/0/attributes/0', 'forbidden-factor']],
    ],
    [
      'a forbidden fact in a window',
      changed([[...IN01, 'window'], { zh: '近12个月个人收入', en: '12 months' }]),
      [['/characteristics/0/window', 'forbidden-factor']],
    ],
    [
      'more bins than a byte has room for',
      changed([
        [...IN01, 'attributes'],
        Array.from({ length: 201 }, (_, i) => ({
          id: `b${i}`,
          predicate: { op: 'between', lo: i, hi: i === 200 ? null : i + 1 },
          partialScoreTenths: 200 + i,
        })),
      ]),
      [['/characteristics/0/attributes', 'too-many-bins']],
    ],
  ])('names the place of %s', (_, json, expected) => {
    expect(faults(json)).toEqual(expected);
  });

  it('lists several faults at once', () => {
    expect(
      faults(changed([bin(2, 'predicate', 'hi'), '3/2'], [[...IN01, 'group'], 'X'], [[...TG08, 'code'], 'ZZ'])),
    ).toEqual([
      ['/characteristics/0/group', 'unknown-group'],
      ['/characteristics/0/attributes/3/predicate', 'gap'],
      ['/characteristics/20/code', 'unknown-characteristic'],
    ]);
  });
});

describe('a loaded model', () => {
  it('cannot be changed, neither by its document nor by the JSON that it came from', () => {
    const json = startupPotentialJson() as { characteristics: { attributes: { partialScoreTenths: number }[] }[] };
    const loaded = loadModel(json);
    if (!loaded.ok) throw new Error(loaded.problem.en);
    const { document, hash } = loaded.value;
    json.characteristics[0]!.attributes[0]!.partialScoreTenths = 990;
    const first = document.characteristics[0]!.attributes[0]! as { partialScoreTenths: number };
    expect(() => (first.partialScoreTenths = 990)).toThrow(TypeError);
    expect(modelHash(document)).toBe(hash);
  });

  /** A released file is never edited: a change is a new version in a new file, with its own line here. */
  it('of the repository has the hash under which it was released', () => {
    const hashes = readdirSync(MODELS)
      .filter((name) => /\.v\d+\.json$/.test(name))
      .map((name) => {
        const loaded = loadModel(JSON.parse(readFileSync(join(MODELS, name), 'utf8')));
        return [name, loaded.ok ? loaded.value.hash : loaded.problem.en];
      });
    expect(Object.fromEntries(hashes)).toEqual(RELEASED);
  });
});

describe('modelHash', () => {
  it('stands on the content, not on the order of keys', () => {
    const json = startupPotentialJson() as ModelDocument;
    const turned = Object.fromEntries(Object.entries(json).reverse());
    expect(modelHash(turned as unknown as ModelDocument)).toBe(modelHash(json));
    expect(modelHash(changed([['version'], '2']) as ModelDocument)).not.toBe(modelHash(json));
    expect(modelHash(json)).toMatch(/^[0-9a-f]{64}$/);
  });
});
