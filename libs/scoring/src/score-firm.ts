import type { LocalDate } from '#lib/kernel';
import type { CoverageEntry, Dossier, DossierRecord, Feed, FeedCoverage, RecordRef } from '#lib/data-sources';
import { hasAgeRule, isNotApplicableByAge } from './characteristics/age.ts';
import { COMPUTED, NEEDS_TABLE } from './characteristics/catalogue.ts';
import { NO_CITE, NOT_APPLICABLE, missing } from './characteristics/characteristic.ts';
import type { CharacteristicDefinition, Cite } from './characteristics/characteristic.ts';
import { assessmentDay, FirmAt, type AssessmentDay } from './characteristics/firm-at.ts';
import { excludingKnockOuts, knockOutsOf, warningCodes, warningStatesOf } from './knock-outs.ts';
import type { Evidence, FeedState, NotInRun, ScoredFirm, ScoredFirmRich, Values } from './score.ts';
import { evaluate, type EvaluationContext } from './scorecard/evaluate.ts';
import { explain } from './scorecard/explain.ts';
import type { Model } from './scorecard/model.ts';
import type { CharacteristicValue } from './value.ts';

export interface ScoreOptions {
  /** A knock-out rests on a value under open dispute (异议): ON_HOLD. */
  readonly hold?: boolean;
}

const NOT_ESTABLISHED: NotInRun = { kind: 'not-in-run', reason: 'NOT_ESTABLISHED' };
const BY_CODE: ReadonlyMap<string, CharacteristicDefinition> = new Map(COMPUTED.map((c) => [c.code, c]));

/** A model's characteristics with how each gets its value; one list serves a whole run. */
interface Step {
  readonly code: string;
  readonly byAge: boolean;
  readonly definition: CharacteristicDefinition | undefined;
}

const STEPS = new WeakMap<Model, readonly Step[]>();

function stepsOf(model: Model): readonly Step[] {
  let steps = STEPS.get(model);
  if (steps === undefined) {
    steps = model.characteristics.map(({ code }) => ({ code, byAge: hasAgeRule(code), definition: BY_CODE.get(code) }));
    STEPS.set(model, steps);
  }
  return steps;
}

/**
 * Scores one firm as of a day from what its dossier knows: slim. A firm established after the day is not in the run.
 * Throws ProblemError `value-outside-model` when a computed value fits no bin of the model.
 */
export function scoreFirm(
  dossier: Dossier,
  model: Model,
  asOf: LocalDate,
  options: ScoreOptions = {},
): ScoredFirm | NotInRun {
  const firm = new FirmAt(dossier, dayOf(asOf));
  if (firm.establishedOn !== undefined && firm.establishedOn > asOf) return NOT_ESTABLISHED;
  const values = valuesFor(firm, model, () => NO_CITE);
  return { kind: 'scored', values, score: evaluate(model, values, contextOf(firm, options)) };
}

/** The same score by the same code, with texts, evidence, knock-outs, warnings and the state of each feed. */
export function scoreFirmRich(
  dossier: Dossier,
  model: Model,
  asOf: LocalDate,
  options: ScoreOptions = {},
): ScoredFirmRich | NotInRun {
  const firm = new FirmAt(dossier, dayOf(asOf));
  const { establishedOn } = firm;
  if (establishedOn !== undefined && establishedOn > asOf) return NOT_ESTABLISHED;
  const collectors = model.characteristics.map(({ code }) => new EvidenceCollector(code));
  const values = valuesFor(firm, model, (index) => collectors[index]!);
  const score = evaluate(model, values, contextOf(firm, options));
  const states = warningStatesOf(firm);
  const byAge = establishedOn === undefined ? undefined : codesByAge(model, establishedOn, firm.day);
  return {
    kind: 'scored',
    uscc: dossier.uscc,
    values,
    score,
    rich: explain(model, values, score, byAge === undefined ? {} : { notApplicableByAge: byAge }),
    evidence: collectors.map((collector) => collector.evidence()),
    knockOuts: knockOutsOf(firm),
    warnings: states.flatMap(({ code, zh, en, state, evidence }) =>
      state === 'yes' ? [{ code, zh, en, evidence }] : [],
    ),
    warningStates: states,
    feeds: feedStates(firm, model),
  };
}

/** A run scores every firm on one day: its window edges are computed once. */
let lastDay: AssessmentDay | undefined;
function dayOf(date: LocalDate): AssessmentDay {
  if (lastDay?.date !== date) lastDay = assessmentDay(date);
  return lastDay;
}

/** The four states in their order: N/A by age here, the other three in `compute`. */
function valuesFor(firm: FirmAt, model: Model, cite: (index: number) => Cite): Values {
  const { establishedOn, day } = firm;
  const values: CharacteristicValue[] = [];
  for (const [i, { code, byAge, definition }] of stepsOf(model).entries()) {
    if (byAge && establishedOn !== undefined && isNotApplicableByAge(code, establishedOn, day))
      values.push(NOT_APPLICABLE);
    else values.push(computed(firm, definition, code, cite(i)));
  }
  return values;
}

/** Nothing is known of feeds that nobody delivers: most characteristics of a young book end here, cheaply. */
function computed(
  firm: FirmAt,
  definition: CharacteristicDefinition | undefined,
  code: string,
  cite: Cite,
): CharacteristicValue {
  if (definition === undefined) return notComputed(firm, code);
  for (const feed of definition.feeds) if (firm.dossier.connected(feed)) return definition.compute(firm, cite);
  return missing('NOT_CONNECTED');
}

/** Not computed from the sources at hand: its feed is not connected, or it waits for its reference table. */
function notComputed(firm: FirmAt, code: string): CharacteristicValue {
  const table = NEEDS_TABLE[code];
  if (table === undefined) return missing('NOT_CONNECTED');
  return missing(firm.feed(table.feed).cause ?? 'NO_TABLE');
}

function codesByAge(model: Model, establishedOn: LocalDate, day: AssessmentDay): ReadonlySet<string> {
  const codes = model.characteristics.map((c) => c.code);
  return new Set(codes.filter((code) => isNotApplicableByAge(code, establishedOn, day)));
}

function contextOf(firm: FirmAt, { hold }: ScoreOptions): EvaluationContext {
  const subject = firm.dossier.uscc;
  const isFresh = (feed: Feed): boolean => {
    const view = firm.feed(feed);
    return view.cause === undefined && view.freshness === undefined;
  };
  return {
    knockOuts: excludingKnockOuts(firm),
    warnings: warningCodes(firm),
    isFresh,
    ...(hold ? { hold } : {}),
    // 9 市场监管, 2 个体工商户, 3 农民专业合作社.
    ...(subject.startsWith('92') || subject.startsWith('93') ? { notScored: true } : {}),
  };
}

/** The view of a feed that a source here delivers; undefined for all others. */
/** Where every feed of the model stands for the firm. */
function feedStates(firm: FirmAt, model: Model): FeedState[] {
  return model.document.feeds.map(({ feed }): FeedState => {
    const connected = firm.dossier.connected(feed);
    const view = firm.feed(feed);
    if (!connected || view.cause === 'NOT_CONNECTED') return { feed, connected, cause: 'NOT_CONNECTED' };
    const stale =
      view.cause === undefined ? { freshness: view.freshness ?? { num: 1, den: 1 } } : { cause: view.cause };
    if (view.through === undefined) return { feed, connected, ...stale };
    return { feed, connected, population: view.coverage ? 'all' : 'listed', through: view.through, ...stale };
  });
}

class EvidenceCollector implements Cite {
  private readonly records = new Set<DossierRecord>();
  private readonly entries = new Set<CoverageEntry>();
  private readonly flags = new Set<string>();

  constructor(private readonly characteristic: string) {}

  record(record: DossierRecord): void {
    this.records.add(record);
  }

  coverage(coverage: FeedCoverage): void {
    for (const entry of coverage.entries) this.entries.add(entry);
  }

  flag(flag: string): void {
    this.flags.add(flag);
  }

  evidence(): Evidence {
    const refs: RecordRef[] = [];
    for (const { ref } of this.records) if (ref !== undefined) refs.push(ref);
    return { characteristic: this.characteristic, records: refs, coverage: [...this.entries], flags: [...this.flags] };
  }
}
