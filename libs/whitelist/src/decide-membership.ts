import { dateAt, ProblemError, type Clock } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { applyEvent, type MembershipRow } from './apply-events.ts';
import type { RaisedEvent } from './judge.ts';
import type { ListRules } from './list-rules.ts';
import { lockMembership, nextListVersion, saveMemberships } from './memberships.store.ts';
import type { MemberRole } from './membership.ts';

/** A change of one membership that a person or a timer brings about. */
export interface MembershipCommand {
  readonly rules: ListRules;
  readonly uscc: string;
  readonly raised: RaisedEvent;
  readonly role: MemberRole | 'SYSTEM';
  /** Null: a timer. */
  readonly person: string | null;
  readonly clock: Clock;
  /** What the caller saw; another version is refused. */
  readonly expectedVersion?: number;
  /** Against the result of the rules: ends by itself. */
  readonly exception?: boolean;
}

/**
 * Applies one event in the caller's transaction: one event, one version more. Throws ProblemError membership-unknown 404,
 * version-stale 409, transition-refused 409 or role-refused 403.
 */
export async function applyMembershipEvent(tx: Tx, command: MembershipCommand): Promise<MembershipRow> {
  const { rules, uscc, clock } = command;
  const row = await lockMembership(tx, rules.code, uscc);
  if (row === undefined)
    throw new ProblemError({
      code: 'membership-unknown',
      status: 404,
      zh: `企业 ${uscc} 与名单 ${rules.code} 没有关系`,
      en: `the firm ${uscc} never had to do with the list ${rules.code}`,
    });
  if (command.expectedVersion !== undefined && command.expectedVersion !== row.version) throw versionStale(row.version);
  const at = clock.now();
  const { exception = false } = command;
  const context = { at, asOf: dateAt(at), rules, role: command.role, exception };
  const { row: after, event } = applyEvent(row, command.raised, context);
  const listVersion = await nextListVersion(tx, rules.code);
  await saveMemberships(tx, rules.code, [after], [{ ...event, uscc }], {
    person: command.person,
    runId: null,
    listVersion,
  });
  return after;
}

/** 409: somebody changed it since it was read. */
export const versionStale = (version: number): ProblemError =>
  new ProblemError({
    code: 'version-stale',
    status: 409,
    zh: `已变更为第${version}版，请重新查看`,
    en: `it has changed: the version is ${version} now`,
    extra: { version },
    errors: [{ pointer: '/version', code: 'version-stale', zh: '版本已过期', en: 'an older version' }],
  });
