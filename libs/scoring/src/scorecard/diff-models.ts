import { canonicalJson } from '#lib/data-sources';
import type { CharacteristicDocument, ModelDocument } from './model.ts';

export interface ModelChange {
  /** By code and id rather than by place: `/characteristics/IN01/attributes/b1/partialScoreTenths`. */
  readonly pointer: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface ModelDiff {
  readonly changes: readonly ModelChange[];
  /** The most points that each can give. */
  readonly maxTenths: { readonly before: number; readonly after: number };
}

/** What model `b` adds, removes and changes against `a` (模型差异), in the order of `a`. */
export function diffModels(a: ModelDocument, b: ModelDocument): ModelDiff {
  const changes: ModelChange[] = [];
  compare(keyed(a, 'model'), keyed(b, 'model'), '', changes);
  return { changes, maxTenths: { before: maxTenths(a), after: maxTenths(b) } };
}

const maxTenths = (model: ModelDocument): number =>
  model.characteristics.reduce((total, c) => total + maxOf(c), model.initialScoreTenths);
const maxOf = (c: CharacteristicDocument): number => Math.max(...c.attributes.map((a) => a.partialScoreTenths));

/** What names the entries of a list. */
const NAMES = ['code', 'id', 'grade'] as const;

/** A list whose entries carry a name becomes an object by name, so that a bin put in between changes only itself. */
function keyed(value: unknown, at: string): unknown {
  if (Array.isArray(value)) {
    const name = NAMES.find((key) => value.every((entry) => isObject(entry) && typeof entry[key] === 'string'));
    if (name === undefined || value.length === 0) return value;
    const entries = value.map((entry: Record<string, string>) => [entry[name]!, keyed(entry, at)] as const);
    return { ...Object.fromEntries(entries), [ORDER]: entries.map(([key]) => key) };
  }
  if (!isObject(value) || at === 'leaf') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, keyed(part, key === 'predicate' ? 'leaf' : key)]),
  );
}

/** The order of a list counts: bins must ascend, ties in reasons follow it. */
const ORDER = Symbol('order');

const isObject = (value: unknown): value is Record<string | symbol, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compare(a: unknown, b: unknown, pointer: string, changes: ModelChange[]): void {
  if (isObject(a) && isObject(b) && !pointer.endsWith('/predicate')) {
    for (const key of Object.keys(a)) {
      const at = `${pointer}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
      if (key in b) compare(a[key], b[key], at, changes);
      else changes.push({ pointer: at, change: 'removed', before: a[key] });
    }
    for (const key of Object.keys(b))
      if (!(key in a)) changes.push({ pointer: `${pointer}/${key}`, change: 'added', after: b[key] });
    if (ORDER in a && ORDER in b) compareOrder(a[ORDER] as string[], b[ORDER] as string[], pointer, changes);
  } else if (canonicalJson({ x: a }) !== canonicalJson({ x: b }))
    changes.push({ pointer, change: 'changed', before: a, after: b });
}

/** Only what both hold: an addition or a removal is told already. */
function compareOrder(a: readonly string[], b: readonly string[], pointer: string, changes: ModelChange[]): void {
  const before = a.filter((key) => b.includes(key));
  const after = b.filter((key) => a.includes(key));
  if (before.some((key, i) => key !== after[i])) changes.push({ pointer, change: 'changed', before, after });
}
