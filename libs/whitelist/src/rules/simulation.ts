import { canonicalJson } from '#lib/data-sources';
import { addFen, fen, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { JudgedFirm } from '../judge-run.ts';
import { entryOf } from '../list-entry.ts';
import type { ListRules } from '../list-rules.ts';
import { LISTED, MEMBER_STATES, type MemberState } from '../membership.ts';

/** Firms under the rules in force and under the new ones, on the same run. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** A parameter that the new rules give another value (规则参数). */
export interface ChangedParameter {
  /** JSON pointer into the rules. */
  readonly pointer: string;
  /** As JSON; null: not there. */
  readonly before: unknown;
  readonly after: unknown;
  /** Firms that this parameter alone would move to where the new rules move them. */
  readonly moves: number;
}

/** A firm that stands otherwise under the new rules (变动企业). */
export interface RulesMover {
  readonly uscc: string;
  readonly name: string | null;
  readonly region: string;
  readonly grade: string | null;
  readonly score: number;
  readonly kind: 'entered' | 'left' | 'changed';
  readonly before: MemberState | 'NONE';
  readonly after: MemberState | 'NONE';
  /** Entry rules 1 to 8 whose verdict differs. */
  readonly rules: readonly number[];
  /** Pointers of the parameters each of which alone moves it; none: only several together do. */
  readonly parameters: readonly string[];
  /** `side`: what the new rules do, or what the rules in force would have done. */
  readonly because: Text & { readonly side: 'after' | 'before'; readonly reason: string };
}

/** 规则试算: what the list of a month end would be under other rules. */
export interface RulesSimulation {
  readonly runId: string;
  readonly asOf: LocalDate;
  /** The rules in force then, hex, and their version. */
  readonly baseHash: string;
  readonly baseVersion: string;
  readonly simulatedBy: string;
  /** ISO 8601. */
  readonly simulatedAt: string;
  readonly counts: BeforeAfter & Readonly<Record<'entered' | 'left' | 'changed', number>>;
  /** Every state of a membership, and NEAR_MISS. */
  readonly states: readonly (BeforeAfter & { readonly state: MemberState | 'NEAR_MISS' })[];
  /** Of firms on the list. Null: not graded. */
  readonly byGrade: readonly (BeforeAfter & { readonly grade: string | null })[];
  /** Of firms on the list, GB/T 2260. */
  readonly byDistrict: readonly (BeforeAfter & { readonly region: string })[];
  readonly parameters: readonly ChangedParameter[];
  /** Firms whose state differs, on the list or not; the named are those that leave first, at most 200. */
  readonly movers: { readonly total: number; readonly named: readonly RulesMover[] };
  /** 在贷敞口 of firms on the list; null with the reason where nobody keeps it. */
  readonly exposure: Readonly<Record<'before' | 'after' | 'entered' | 'left', Fen>> | null;
  readonly exposureUnknown: Text | null;
}

const NAMED_MOVERS = 200;
const KINDS: readonly RulesMover['kind'][] = ['left', 'changed', 'entered'];
const NO_EXPOSURE: Text = { zh: '尚无在贷敞口登记', en: 'no register of credit exposure is kept yet' };
const SAME: readonly string[] = ['code', 'version', 'zh', 'en', 'note', 'validFrom'];

type Standing = MemberState | 'NONE';
const standing = ({ after }: JudgedFirm): Standing => after?.state ?? 'NONE';
const isListed = (state: Standing): boolean => (LISTED as readonly string[]).includes(state);

/** The parameters in which two sets of rules differ, each with the rules in force but for it. */
export function changedParameters(
  base: ListRules,
  proposed: ListRules,
): readonly (Omit<ChangedParameter, 'moves'> & { readonly alone: ListRules })[] {
  const fields = [...new Set([...Object.keys(base), ...Object.keys(proposed)])] as (keyof ListRules)[];
  return fields
    .filter((field) => !SAME.includes(field))
    .map((field) => {
      const [before, after] = [base[field] ?? null, proposed[field] ?? null];
      return { pointer: `/${field}`, before, after, alone: { ...base, [field]: proposed[field] } };
    })
    .filter(({ before, after }) => canonicalJson(before) !== canonicalJson(after));
}

/** Counts a book judged by two sets of rules, firm by firm; its size does not grow with the book. */
export class SimulationCount {
  private readonly counts = { before: 0, after: 0, entered: 0, left: 0, changed: 0 };
  private readonly states = new Map<string, { before: number; after: number }>(
    [...MEMBER_STATES, 'NEAR_MISS'].map((state) => [state, { before: 0, after: 0 }]),
  );
  private readonly grades = new Map<string | null, { before: number; after: number }>();
  private readonly districts = new Map<string, { before: number; after: number }>();
  private readonly parameters: readonly (ReturnType<typeof changedParameters>[number] & { moves: number })[];
  private exposed: Readonly<Record<'before' | 'after' | 'entered' | 'left', Fen>> | null;
  private moved = 0;
  private named: RulesMover[] = [];

  /** `exposureKept`: each firm on either list comes with what it owes. */
  constructor(
    private readonly base: ListRules,
    private readonly proposed: ListRules,
    exposureKept: boolean,
  ) {
    this.parameters = changedParameters(base, proposed).map((parameter) => ({ ...parameter, moves: 0 }));
    this.exposed = exposureKept ? { before: fen(0), after: fen(0), entered: fen(0), left: fen(0) } : null;
  }

  /** `judge` judges the firm by any rules; `exposure` 0 where it owes nothing. */
  add(judge: (rules: ListRules) => JudgedFirm, exposure: Fen = fen(0)): void {
    const [was, is] = [judge(this.base), judge(this.proposed)];
    const [before, after] = [standing(was), standing(is)];
    const nearMiss = (judged: JudgedFirm, rules: ListRules): boolean => entryOf(judged, rules)[0]?.kind === 'near-miss';
    const sides = [
      ['before', before, nearMiss(was, this.base)],
      ['after', after, nearMiss(is, this.proposed)],
    ] as const;
    for (const [side, state, near] of sides) {
      if (state !== 'NONE') this.states.get(state)![side] += 1;
      if (near) this.states.get('NEAR_MISS')![side] += 1;
      if (!isListed(state)) continue;
      this.counts[side] += 1;
      at(this.grades, is.firm.score.grade)[side] += 1;
      at(this.districts, is.firm.region)[side] += 1;
      this.expose(side, exposure);
    }
    if (before === after) return;
    const kind = isListed(before) === isListed(after) ? 'changed' : isListed(after) ? 'entered' : 'left';
    if (kind !== 'changed') this.expose(kind, exposure);
    if (kind !== 'changed' || isListed(before)) this.counts[kind] += 1;
    this.move(kind, was, is, judge);
  }

  private expose(side: 'before' | 'after' | 'entered' | 'left', exposure: Fen): void {
    if (this.exposed) this.exposed = { ...this.exposed, [side]: addFen(this.exposed[side], exposure) };
  }

  private move(
    kind: RulesMover['kind'],
    was: JudgedFirm,
    is: JudgedFirm,
    judge: (rules: ListRules) => JudgedFirm,
  ): void {
    const [before, after] = [standing(was), standing(is)];
    this.moved += 1;
    const alone = this.parameters.filter(
      (parameter) => this.parameters.length === 1 || standing(judge(parameter.alone)) === after,
    );
    for (const parameter of alone) parameter.moves += 1;
    const { firm } = is;
    this.named.push({
      uscc: firm.uscc,
      name: firm.registration?.name ?? null,
      region: firm.region,
      grade: firm.score.grade,
      score: firm.score.score,
      kind,
      before,
      after,
      rules: is.judgement.conditions.flatMap(({ rule, state }, i) =>
        was.judgement.conditions[i]!.state === state ? [] : [rule],
      ),
      parameters: alone.map(({ pointer }) => pointer),
      because: reasonOf(was, is),
    });
    if (this.named.length >= 20 * NAMED_MOVERS) this.named = leadingMovers(this.named);
  }

  result(): Omit<RulesSimulation, 'runId' | 'asOf' | 'baseHash' | 'baseVersion' | 'simulatedBy' | 'simulatedAt'> {
    const ordered = <K extends string | null>(map: ReadonlyMap<K, { before: number; after: number }>) =>
      [...map].sort(([a], [b]) => ((a ?? '~') < (b ?? '~') ? -1 : 1));
    return {
      counts: { ...this.counts },
      states: [...this.states].map(([state, n]) => ({ state: state as MemberState | 'NEAR_MISS', ...n })),
      byGrade: ordered(this.grades).map(([grade, n]) => ({ grade, ...n })),
      byDistrict: ordered(this.districts).map(([region, n]) => ({ region, ...n })),
      parameters: this.parameters.map(({ pointer, before, after, moves }) => ({ pointer, before, after, moves })),
      movers: { total: this.moved, named: leadingMovers(this.named) },
      exposure: this.exposed,
      exposureUnknown: this.exposed ? null : NO_EXPOSURE,
    };
  }
}

function at<K>(map: Map<K, { before: number; after: number }>, key: K): { before: number; after: number } {
  const found = map.get(key) ?? { before: 0, after: 0 };
  map.set(key, found);
  return found;
}

/** Those that leave first, for they are the ones to look at; then by code. */
const leadingMovers = (movers: readonly RulesMover[]): RulesMover[] =>
  [...movers]
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.uscc < b.uscc ? -1 : 1))
    .slice(0, NAMED_MOVERS);

/** What the new rules do to the firm; where they do nothing, what they take away. */
function reasonOf(was: JudgedFirm, is: JudgedFirm): RulesMover['because'] {
  const moves = ({ events }: JudgedFirm) => events.findLast(({ fromState, toState }) => fromState !== toState);
  const raised = moves(is);
  if (raised) return { side: 'after', reason: raised.reason, zh: raised.zh, en: raised.en };
  const lacks = is.judgement.conditions.find(
    ({ state }, i) => state !== 'pass' && was.judgement.conditions[i]!.state === 'pass',
  );
  if (lacks) return { side: 'after', reason: `RULE_${lacks.rule}`, ...lacks.why };
  const { reason, zh, en } = moves(was)!; // the two states differ, so one side moved
  return { side: 'before', reason, zh, en };
}
