import { createHash } from 'node:crypto';
import { done, parseLocalDate, refused, type Outcome, type ProblemDetail } from '#lib/kernel';
import { canonicalJson } from '#lib/data-sources';
import { CHARACTERISTIC_CODES } from '../codes.ts';
import { BIN_MISSING, DIMENSIONS } from '../score.ts';
import { checkAttributes, reportInto, type Report } from './check-attributes.ts';
import { compileCharacteristic } from './compile.ts';
import { checkFactors } from './forbidden-factors.ts';
import { UNGRADED, type Model, type ModelDocument } from './model.ts';
import { checkShape, type Shape } from './shape.ts';

const WORDS = { zh: 'text', en: 'text' } as const;
const TEXT: Shape = { fields: WORDS };
const UNIT: Shape = { fields: { zh: 'any-text', en: 'any-text' } };
const CODED: Shape = { fields: { code: 'text', ...WORDS } };

const BETWEEN: Shape = {
  fields: { op: { oneOf: ['equal', 'between'] }, lo: 'bound', hi: { orNull: 'bound' } },
  optional: { loOpen: 'boolean' },
};
const EQUAL: Shape = { fields: { op: 'text', value: 'bound' } };
const CATEGORIES: Shape = { fields: { in: { list: 'text' } } };
export const PREDICATE: Shape = {
  either: (value) => ('in' in value ? CATEGORIES : value['op'] === 'equal' ? EQUAL : BETWEEN),
};

const ATTRIBUTE: Shape = {
  fields: { id: 'text', predicate: PREDICATE, partialScoreTenths: 'integer' },
  optional: { reasonCode: 'text', ...WORDS, need: TEXT, next: 'text' },
};

const CHARACTERISTIC: Shape = {
  fields: {
    code: 'text',
    dimension: { oneOf: DIMENSIONS },
    group: 'text',
    direction: { oneOf: ['+', '−', '∩'] },
    type: { oneOf: ['earned', 'level', 'clean-record'] },
    feeds: { list: 'text' },
    dataType: { oneOf: ['number', 'category', 'number-or-category'] },
    ...WORDS,
    unit: UNIT,
    window: TEXT,
    zero: { orNull: TEXT },
    why: TEXT,
    evidence: { list: 'text' },
    neutralTenths: 'integer',
    baselineScoreTenths: 'integer',
    actionable: 'boolean',
    reasonCode: 'text',
    reasonCodes: { list: { fields: { code: 'text', adverse: TEXT, favourable: TEXT } } },
    attributes: { list: ATTRIBUTE },
  },
};

const MODEL: Shape = {
  fields: {
    id: 'text',
    version: 'text',
    ...WORDS,
    validFrom: 'text',
    calibrated: 'boolean',
    initialScoreTenths: 'integer',
    reasonCodeAlgorithm: { oneOf: ['pointsBelow'] },
    dimensions: { list: CODED },
    scores: { list: CODED },
    groups: { list: { fields: { code: 'text', score: 'text', ...WORDS } } },
    gradeCuts: { list: { fields: { grade: 'text', from: 'integer' } } },
    publication: {
      fields: {
        referenceFromBp: 'integer',
        gradedFromBp: 'integer',
        highConfidenceFromBp: 'integer',
        mediumConfidenceFromBp: 'integer',
        highConfidenceFeeds: { list: 'text' },
        depthFromBp: { list: 'integer' },
        adverseReasons: 'integer',
        favourableReasons: 'integer',
        labels: { fields: Object.fromEntries(UNGRADED.map((name) => [name, TEXT])) },
      },
    },
    dispute: TEXT,
    feeds: { list: { fields: { feed: 'text', code: 'text', ...WORDS } } },
    characteristics: { list: CHARACTERISTIC },
  },
};

/**
 * Checks and compiles a scorecard. A model with any fault is refused with `model-invalid`, all faults listed, each
 * with a JSON pointer: shape and texts first, then codes, bins, directions, references and forbidden factors.
 */
export function loadModel(json: unknown, knownCodes: readonly string[] = CHARACTERISTIC_CODES): Outcome<Model> {
  const found: ProblemDetail[] = [];
  const report = reportInto(found);
  checkShape(json, MODEL, '', report);
  if (found.length > 0) return invalid(found);
  const document = frozen(structuredClone(json)) as ModelDocument;
  checkLists(document, report);
  checkCharacteristics(document, new Set(knownCodes), report);
  if (found.length > 0) return invalid(found);
  const characteristics = document.characteristics.map(compileCharacteristic);
  const position = new Map(characteristics.map((c, index) => [c.code, index]));
  const watched = document.publication.highConfidenceFeeds.map((feed) =>
    document.characteristics.flatMap((c, index) => (c.feeds.includes(feed) ? [index] : [])),
  );
  return done({ document, hash: modelHash(document), characteristics, position, watched });
}

/** The hash stands for the document for good: nobody who holds the model can change it. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}

/** SHA-256, hex, of the canonical JSON (keys in code-unit order, no blanks): layout and key order do not change it. */
export const modelHash = (document: ModelDocument): string =>
  createHash('sha256').update(canonicalJson(document)).digest('hex');

const invalid = (errors: readonly ProblemDetail[]): Outcome<Model> =>
  refused({
    code: 'model-invalid',
    status: 422,
    zh: `评分模型有${errors.length}处错误`,
    en: `the scorecard has ${errors.length} ${errors.length === 1 ? 'fault' : 'faults'}`,
    errors,
  });

function checkUnique(codes: readonly string[], pointer: (index: number) => string, report: Report): void {
  const seen = new Set<string>();
  for (const [i, code] of codes.entries()) {
    if (seen.has(code)) report(pointer(i), 'duplicate-id', `${code} 重复`, `${code} is used twice`);
    seen.add(code);
  }
}

function checkLists(model: ModelDocument, report: Report): void {
  if (parseLocalDate(model.validFrom) === undefined)
    report('/validFrom', 'date-unreadable', '应为日期 YYYY-MM-DD', 'must be a date YYYY-MM-DD');
  for (const list of ['dimensions', 'scores', 'groups', 'feeds', 'characteristics'] as const)
    checkUnique(
      model[list].map((entry) => entry.code),
      (i) => `/${list}/${i}/code`,
      report,
    );
  const scores = new Set(model.scores.map((score) => score.code));
  for (const [i, group] of model.groups.entries())
    if (!scores.has(group.score))
      report(`/groups/${i}/score`, 'unknown-score', `未知分项 ${group.score}`, `no score ${group.score}`);
  for (const dimension of DIMENSIONS)
    if (!model.dimensions.some((d) => d.code === dimension))
      report('/dimensions', 'field-missing', `缺少维度 ${dimension}`, `dimension ${dimension} is missing`);
  checkUnique(
    model.gradeCuts.map((cut) => cut.grade),
    (i) => `/gradeCuts/${i}/grade`,
    report,
  );
  for (let i = 1; i < model.gradeCuts.length; i++)
    if (model.gradeCuts[i]!.from >= model.gradeCuts[i - 1]!.from)
      report(`/gradeCuts/${i}/from`, 'bounds-reversed', '等级分界须递减', 'grade cuts must fall');
  const last = model.gradeCuts.length - 1;
  if (model.gradeCuts[last]!.from > 0)
    report(`/gradeCuts/${last}/from`, 'gap', '最低等级须从0开始', 'the lowest grade must start at 0 or below');
}

function checkCharacteristics(model: ModelDocument, known: ReadonlySet<string>, report: Report): void {
  const groups = new Set(model.groups.map((group) => group.code));
  const feeds = new Set(model.feeds.map((feed) => feed.feed));
  const reasonOwner = new Map<string, string>();
  for (const [i, c] of model.characteristics.entries()) {
    const at = `/characteristics/${i}`;
    if (!known.has(c.code))
      report(`${at}/code`, 'unknown-characteristic', `未知特征 ${c.code}`, `no characteristic ${c.code}`);
    if (!groups.has(c.group)) report(`${at}/group`, 'unknown-group', `未知分组 ${c.group}`, `no group ${c.group}`);
    for (const [j, feed] of c.feeds.entries())
      if (!feeds.has(feed)) report(`${at}/feeds/${j}`, 'unknown-feed', `未知数据源 ${feed}`, `no feed ${feed}`);
    checkReasonCodes(c, at, reasonOwner, report);
    checkAttributes(c, at, report);
    checkFactors(c, at, report);
    if (c.attributes.length > BIN_MISSING)
      report(`${at}/attributes`, 'too-many-bins', `分箱多于${BIN_MISSING}个`, `more than ${BIN_MISSING} bins`);
    const points = c.attributes.map((attribute) => attribute.partialScoreTenths);
    if (Math.min(...points) < 0)
      report(`${at}/attributes`, 'points-out-of-range', '得分不得为负', 'points must not be negative');
    for (const name of ['neutralTenths', 'baselineScoreTenths'] as const)
      if (c[name] < 0 || c[name] > Math.max(...points))
        report(`${at}/${name}`, 'points-out-of-range', '须在0与最高分之间', 'must lie between 0 and the maximum');
  }
}

function checkReasonCodes(
  c: ModelDocument['characteristics'][number],
  at: string,
  owner: Map<string, string>,
  report: Report,
): void {
  const own = new Set<string>();
  for (const [j, { code }] of c.reasonCodes.entries()) {
    if (owner.has(code))
      report(`${at}/reasonCodes/${j}/code`, 'duplicate-id', `${code} 重复`, `reason code ${code} has texts already`);
    owner.set(code, c.code);
    own.add(code);
  }
  const wanted = [c.reasonCode, ...c.attributes.map((attribute) => attribute.reasonCode ?? c.reasonCode)];
  for (const [j, code] of wanted.entries())
    if (!own.has(code)) {
      const pointer = j === 0 ? `${at}/reasonCode` : `${at}/attributes/${j - 1}/reasonCode`;
      report(pointer, 'text-missing', `原因码 ${code} 没有文字`, `reason code ${code} has no texts`);
    }
}
