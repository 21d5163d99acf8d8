import type { Issue } from '../issue.ts';
import { valueOf } from './text.ts';

/** The value that a provider's word stands for; a word outside the table leaves the field out (DQ12). */
export function readEnum<T>(
  raw: string | undefined,
  column: string,
  words: ReadonlyMap<string, T>,
  issues: Issue[],
): T | undefined {
  if (raw === undefined) return undefined;
  const quick = words.get(raw);
  if (quick !== undefined) return quick;
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const value = words.get(clean) ?? words.get(clean.toLowerCase());
  if (value === undefined) issues.push({ code: 'DQ12', column, raw: clean });
  return value;
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['是', true],
  ['1', true],
  ['y', true],
  ['Y', true],
  ['yes', true],
  ['true', true],
  ['有', true],
  ['否', false],
  ['0', false],
  ['n', false],
  ['N', false],
  ['no', false],
  ['false', false],
]);

/** 是/否 in its forms; `more` adds the words of one column. 无 and - are null words here: nothing stated. */
export const readFlag = (
  raw: string | undefined,
  column: string,
  issues: Issue[],
  more: ReadonlyMap<string, boolean> = FLAGS,
): boolean | undefined => readEnum(raw, column, more, issues);

/** The words of 是/否 together with others. */
export const flagWords = (...more: readonly (readonly [string, boolean])[]): ReadonlyMap<string, boolean> =>
  new Map([...FLAGS, ...more]);

const OPERATIONS: ReadonlyMap<string, 'U' | 'D'> = new Map([
  ['U', 'U'],
  ['u', 'U'],
  ['I', 'U'],
  ['i', 'U'],
  ['新增', 'U'],
  ['更新', 'U'],
  ['修改', 'U'],
  ['D', 'D'],
  ['d', 'D'],
  ['删除', 'D'],
  ['撤回', 'D'],
  ['撤销', 'D'],
]);

/** 操作标志: U upsert, also when nothing is stated; D withdrawal. Undefined (DQ12): a word that must not be guessed. */
export function readOperation(raw: string | undefined, column: string, issues: Issue[]): 'U' | 'D' | undefined {
  if (raw === undefined || raw === '') return 'U';
  const before = issues.length;
  return readEnum(raw, column, OPERATIONS, issues) ?? (issues.length === before ? 'U' : undefined);
}
