import { createHash } from 'node:crypto';
import type { KnockOut, Text } from '#lib/scoring';
import {
  candidateConditions,
  isMember,
  isNearCut,
  withListIndustries,
  type CandidateInput,
  type Condition,
} from './candidate.ts';
import type { MemberEvent, MemberState } from './membership.ts';

/** What a list remembers of a firm between two runs. */
export interface Membership {
  readonly state: MemberState;
  /** Before SUSPENDED. */
  readonly formerState: 'ACTIVE' | 'WATCH' | null;
  /** Runs in a row up to the last one that broke a stay rule. */
  readonly badRuns: number;
  /** Runs in a row up to the last one with too little coverage to stay. */
  readonly thinRuns: number;
  /** On WATCH for a warning or a withdrawn feed rather than for a bad run. */
  readonly validityOver: boolean;
  /** NOT_LISTED: the cooling time is over. */
  readonly cooledDown: boolean;
  /** 人工例外: two reviewers listed it against the rules, until a day that has not come. */
  readonly excepted: boolean;
  /** The exception is over: from here on the conditions of entry count. */
  readonly exceptionOver: boolean;
}

/** One firm in one monthly run. */
export interface JudgeInput extends Omit<CandidateInput, 'reentry'> {
  readonly uscc: string;
  readonly legalPerson: boolean;
  /** Codes of warnings that are on. */
  readonly warnings: readonly string[];
  /** Knock-outs that an open dispute is about (异议中). */
  readonly disputedKnockOuts: readonly string[];
  /** Drawn for review by chance. */
  readonly sampled: boolean;
}

export interface RaisedEvent extends Text {
  readonly event: MemberEvent;
  readonly reason: string;
}

export interface Judgement {
  readonly conditions: readonly Condition[];
  readonly near: boolean;
  /** Why an entry goes to review; empty: none. */
  readonly flags: readonly string[];
  readonly bad: boolean;
  readonly thin: boolean;
  /** In this order, each from the state that the one before left. */
  readonly events: readonly RaisedEvent[];
}

/** Drawn with this share by the version and the code alone: nobody can choose, anybody can check. */
export const isSampled = (uscc: string, version: string, sampleBp: number): boolean =>
  createHash('sha256').update(`${version} ${uscc}`).digest().readUInt32BE(0) % 10_000 < sampleBp;

const raised = (event: MemberEvent, reason: string, zh: string, en: string): RaisedEvent => ({ event, reason, zh, en });

/** What a monthly run does to one firm of a list (入库、观察、退出判定). Pure: the same input, the same events. */
export function judge(input: JudgeInput, member: Membership | undefined): Judgement {
  const { rules, newest } = input;
  const out = member === undefined || ['NOT_LISTED', 'EXITED', 'REVOKED', 'CANDIDATE'].includes(member.state);
  const reentry = member !== undefined && member.state !== 'CANDIDATE';
  const conditions = candidateConditions({ ...input, reentry: out && reentry });
  const near = isNearCut(newest, rules.cut, rules.nearCut);
  const flags = flagsOf(input, near);
  const stay = stayFaults(input, conditions);
  const excepted = member?.excepted === true;
  const judged = {
    conditions,
    near,
    flags,
    bad: stay.faults.length > 0 && !excepted,
    thin: newest.coverageBp < rules.stayCoverageBp && !excepted,
  };
  if (out) return { ...judged, events: entry(input, member, conditions, flags) };
  return { ...judged, events: staying(input, member, judged.thin, stay) };
}

function flagsOf({ warnings, newest, rules, sampled }: JudgeInput, near: boolean): string[] {
  return [
    ...(near ? ['NEAR_CUT'] : []),
    ...(newest.coverageBp < rules.entryCoverageBp + 500 ? ['LOW_COVERAGE'] : []),
    ...warnings.filter((code) => rules.reviewWarnings.includes(code)),
    ...(sampled ? ['SAMPLED'] : []),
  ];
}

function entry(
  input: JudgeInput,
  member: Membership | undefined,
  conditions: readonly Condition[],
  flags: readonly string[],
): RaisedEvent[] {
  if (!input.legalPerson || !isMember(conditions)) return [];
  if (member?.state === 'NOT_LISTED' && !member.cooledDown) return [];
  const again: Partial<Record<MemberState, RaisedEvent>> = {
    NOT_LISTED: raised(
      'reconsider',
      'COOLED_DOWN',
      '冷静期满且符合入库条件',
      'the cooling time is over and all conditions pass',
    ),
    EXITED: raised('requalify', 'TWO_GOOD_RUNS', '连续两次评分符合入库条件', 'all conditions pass, in two runs'),
    REVOKED: raised(
      'cure',
      'CAUSE_CURED',
      '撤销原因消除且连续两次符合入库条件',
      'the cause is cured and all conditions pass, in two runs',
    ),
  };
  const first = member === undefined ? undefined : again[member.state];
  return [
    ...(first ? [first] : []),
    flags.length > 0
      ? raised(
          'flag',
          flags.join(' '),
          `符合条件，须复核：${flags.join(' ')}`,
          `all conditions pass; to be reviewed: ${flags.join(' ')}`,
        )
      : raised('enter', 'ALL_CONDITIONS', '八项入库条件全部符合', 'all eight conditions pass'),
  ];
}

interface StayFaults {
  readonly faults: readonly (Text & { readonly reason: string })[];
  /** Some condition of entry does not pass. */
  readonly entryFails: boolean;
  /** Not a fault, but no new offers either. */
  readonly cautions: readonly (Text & { readonly reason: string })[];
}

/** 留库: rules 1, 5, 6 and 7, a score down to the lower cut, and coverage. Unknown is a caution, never a fault. */
function stayFaults({ rules, newest, warnings }: JudgeInput, conditions: readonly Condition[]): StayFaults {
  const faults: (Text & { reason: string })[] = [];
  const cautions: (Text & { reason: string })[] = [];
  const lowest = rules.cut - rules.stayBelowCut;
  const coverage = (newest.coverageBp / 100).toFixed(2);
  for (const { rule, state, why } of conditions) {
    // Rules 1 and 7 end a membership by events of their own.
    if (![5, 6].includes(rule) && !(rule === 1 && state === 'unknown')) continue;
    if (state === 'fail') faults.push({ reason: `RULE_${rule}`, ...why });
    if (state === 'unknown') cautions.push({ reason: `RULE_${rule}_UNKNOWN`, ...why });
  }
  if (newest.grade === null || newest.score < lowest)
    faults.push({
      reason: 'SCORE',
      zh: newest.grade === null ? '资料不足以评级' : `评分${newest.score}低于留库线${lowest}`,
      en: newest.grade === null ? 'too little is known for a grade' : `the score ${newest.score} is below ${lowest}`,
    });
  if (newest.coverageBp < rules.stayCoverageBp)
    faults.push({ reason: 'COVERAGE', zh: `覆盖度${coverage}%`, en: `coverage ${coverage} %` });
  else if (newest.coverageBp < rules.entryCoverageBp)
    cautions.push({ reason: 'COVERAGE_WATCH', zh: `覆盖度${coverage}%`, en: `coverage ${coverage} %` });
  for (const code of warnings.filter((w) => rules.watchWarnings.includes(w)))
    cautions.push({ reason: code, zh: `出现预警${code}`, en: `warning ${code}` });
  return { faults, cautions, entryFails: !isMember(conditions) };
}

function staying(
  input: JudgeInput,
  member: Membership,
  thin: boolean,
  { faults, cautions, entryFails }: StayFaults,
): RaisedEvent[] {
  const { state } = member;
  if (!['ACTIVE', 'WATCH', 'SUSPENDED'].includes(state)) return []; // in review: the reviewers decide
  const on = knockOutsOn(input);
  if (state === 'SUSPENDED') return suspended(input, on);
  const out = knockOutEvent(on, input.disputedKnockOuts);
  if (out !== undefined) return [out];
  if (input.consent.known && input.consent.value !== 'valid')
    return [
      raised(
        'leave',
        input.consent.value === 'opted-out' ? 'OPTED_OUT' : 'CONSENT_ENDED',
        '企业退出或授权终止',
        'the firm has left, or its authorisation ended',
      ),
    ];
  if (member.exceptionOver && entryFails)
    return [
      raised(
        'leave',
        'EXCEPTION_OVER',
        '人工例外到期，不符合入库条件',
        'the exception is over and the conditions of entry do not pass',
      ),
    ];
  if (member.excepted) return [];
  if (thin && member.thinRuns > 0)
    return [raised('leave', 'COVERAGE', '连续两次覆盖度不足', 'coverage was too low in two runs')];
  if (faults.length > 0) {
    const [worst] = faults;
    const why = { zh: faults.map(({ zh }) => zh).join('；'), en: faults.map(({ en }) => en).join('; ') };
    if (member.badRuns > 0 && state === 'WATCH')
      return [
        raised(
          'second-bad-run',
          worst!.reason,
          `连续两次不符合留库条件：${why.zh}`,
          `a second run breaks the rules for staying: ${why.en}`,
        ),
      ];
    return [
      raised('bad-run', worst!.reason, `不符合留库条件：${why.zh}`, `a run breaks the rules for staying: ${why.en}`),
    ];
  }
  const renewal = member.validityOver
    ? [raised('renew', 'STILL_IN', '有效期满，仍符合条件，自动续期', 'the period is over; still in, renewed')]
    : [];
  if (cautions.length > 0) {
    if (state === 'WATCH') return renewal;
    const [first] = cautions;
    return [
      ...renewal,
      raised(
        'caution',
        first!.reason,
        cautions.map(({ zh }) => zh).join('；'),
        cautions.map(({ en }) => en).join('; '),
      ),
    ];
  }
  return state === 'WATCH'
    ? [...renewal, raised('recover', 'GOOD_RUN', '恢复符合条件', 'the cause is gone and the run is good')]
    : renewal;
}

function suspended(input: JudgeInput, on: readonly string[]): RaisedEvent[] {
  if (on.length === 0) return [raised('dropped', 'KNOCK_OUT_GONE', '否决事项已解除', 'the knock-out is gone')];
  const decided = on.filter((code) => !input.disputedKnockOuts.includes(code));
  return decided.length > 0
    ? [
        raised(
          'stands',
          decided.join(' '),
          `异议办结，否决事项${decided.join('、')}成立`,
          `the dispute is over and ${decided.join(', ')} stands`,
        ),
      ]
    : [];
}

/** 否决事项 that are on, by the list's own industries too. */
export const knockOutsOn = ({
  knockOuts,
  industry,
  rules,
}: Pick<JudgeInput, 'rules'> & {
  readonly knockOuts: readonly Pick<KnockOut, 'code' | 'state'>[];
  readonly industry?: string | undefined;
}): string[] =>
  withListIndustries(knockOuts, industry, rules)
    .filter(({ state }) => state === 'yes')
    .map(({ code }) => code);

/** What knock-outs that are on do to a member: those under dispute alone only suspend it. Undefined: none is on. */
export function knockOutEvent(on: readonly string[], disputed: readonly string[]): RaisedEvent | undefined {
  const open = on.filter((code) => !disputed.includes(code));
  if (open.length > 0)
    return raised('knock-out', open.join(' '), `出现否决事项${open.join('、')}`, `knocked out: ${open.join(', ')}`);
  if (on.length === 0) return undefined;
  return raised(
    'disputed-knock-out',
    on.join(' '),
    `否决事项${on.join('、')}异议处理中`,
    `knock-out under dispute: ${on.join(', ')}`,
  );
}
