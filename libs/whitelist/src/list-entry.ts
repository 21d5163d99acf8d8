import { lowestOf, type JudgedFirm } from './judge-run.ts';
import type { ListRules } from './list-rules.ts';
import type { ListEntry } from './lists.store.ts';
import { LISTED, type MemberState } from './membership.ts';

/** In review or on the list: in the version, whatever the run says. */
const IN_VERSION: readonly MemberState[] = [...LISTED, 'IN_REVIEW', 'PROPOSED_IN', 'PROPOSED_OUT', 'COMMITTEE'];

/** Conditions that a near miss may lack. */
const NEAR_MISS_LACKS = 2;

/** The firm as the version shows it: a member, a near miss, or not at all. Pure. */
export function entryOf({ firm, judgement, after }: JudgedFirm, rules: ListRules): readonly ListEntry[] {
  const { score, scored, registration } = firm;
  const missing = judgement.conditions.filter(({ state }) => state !== 'pass');
  const isMember = after !== undefined && IN_VERSION.includes(after.state);
  const isNear =
    !isMember &&
    registration?.legalPerson === true &&
    score.decision === 'SCORED' &&
    score.score >= lowestOf(rules) &&
    missing.length > 0 &&
    missing.length <= NEAR_MISS_LACKS;
  if (!isMember && !isNear) return [];
  const qualification = scored.rich.parts.find(({ characteristic }) => characteristic === 'PR01');
  return [
    {
      uscc: firm.uscc,
      kind: isMember ? 'member' : 'near-miss',
      state: after?.state ?? 'NONE',
      name: registration?.name ?? null,
      region: firm.region,
      industry: registration?.industry ?? null,
      score: score.score,
      low: score.low,
      high: score.high,
      coverageBp: score.coverageBp,
      confidence: score.confidence,
      grade: score.grade,
      warnings: scored.warnings.map(({ code }) => code),
      flags: judgement.flags,
      offList: qualification?.state === 'VALUE' ? qualification.value === 'none' : null,
      enteredOn: isMember ? after.enteredOn : null,
      validUntil: isMember ? after.validUntil : null,
      missing: isNear || (isMember && !LISTED.includes(after.state)) ? missing : null,
    },
  ];
}
