import type { Authorisation } from '#lib/compliance';
import { instantText, type LocalDate } from '#lib/kernel';
import type { ListVersion } from '../lists.store.ts';
import { LISTED, type MemberState } from '../membership.ts';

/** What becomes of a firm on a list, for somebody who was told of it before, or was not. */
export type NewsKind = 'entered' | 'changed' | 'left';

/** How a firm stands with a list, as a partner knows it. */
export interface KnownStanding {
  readonly state: MemberState;
  readonly validUntil: LocalDate | null;
}

/**
 * What there is to tell (名单变动). `told`: what the partner knows; null: nothing. A list that is provisional is not given
 * out: it brings nobody on, but whoever was told of a firm is told when that changes. Pure.
 */
export function newsOf(told: KnownStanding | null, now: KnownStanding, givenOut: boolean): NewsKind | undefined {
  const known = told !== null && LISTED.includes(told.state);
  if (!LISTED.includes(now.state)) return known ? 'left' : undefined;
  if (known) return told.state === now.state && told.validUntil === now.validUntil ? undefined : 'changed';
  return givenOut ? 'entered' : undefined;
}

/** A firm that stands otherwise than a partner was told. */
export interface UntoldMember extends KnownStanding {
  readonly uscc: string;
  readonly version: number;
  readonly told: KnownStanding | null;
  /** The last event of the membership. */
  readonly reason: string;
  readonly at: Date;
  readonly enteredOn: LocalDate | null;
  /** As the newest version shows it; null: it is not in it. */
  readonly entry: MemberEntry | null;
}

export interface MemberEntry {
  readonly name: string | null;
  readonly region: string;
  readonly industry: string | null;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly coverageBp: number;
  readonly confidence: string;
  readonly grade: string | null;
  readonly offList: boolean | null;
}

/** Warnings in words. */
export interface MemberFlag {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** What is told only of a firm that authorised the partner, at the pins of the run behind the version; members are JSON. */
export interface MemberFigures {
  /** 0 to 100 among firms of the city, the industry, the age; null: too few. */
  readonly percentiles: Readonly<Record<'city' | 'industry' | 'age', number | null>> | null;
  /** Tenths of a point by dimension. */
  readonly dims: Readonly<Record<string, number>> | null;
  readonly flags: readonly MemberFlag[] | null;
  /** 参考额度, 不构成授信承诺; null: none is suggested. */
  readonly suggestedLine: object | null;
  /** Null: not known. */
  readonly qualificationTier: string | null;
  readonly noLoanRecord: 'yes' | 'no' | 'unknown' | null;
}

const UNDISCLOSED: MemberFigures = {
  percentiles: null,
  dims: null,
  flags: null,
  suggestedLine: null,
  qualificationTier: null,
  noLoanRecord: null,
};

/** How a firm authorised the partner for the purpose for which it reads lists; undefined: it did not. */
export interface Disclosed {
  readonly authorisation: Authorisation;
  /** Undefined: the version does not show the firm. */
  readonly figures?: MemberFigures;
}

/** A list as a notice names it. */
export interface ToldVersion extends Pick<ListVersion, 'listCode' | 'version' | 'asOf' | 'runId'> {
  readonly modelId: string;
}

/** One notice, for the end of a partner's sequence. */
export interface ListNotice {
  readonly type: 'whitelist.member.v1' | 'whitelist.revoked.v1' | 'whitelist.version.v1';
  readonly aggregate: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** whitelist.member.v1 or whitelist.revoked.v1 (domain §6.9): figures and reasons where the firm authorised the partner. Pure. */
export function memberNotice(
  kind: NewsKind,
  member: UntoldMember,
  list: ToldVersion,
  disclosed: Disclosed | undefined,
): ListNotice {
  const { listCode } = list;
  const aggregate = `whitelist/${listCode}/${member.uscc}`;
  const common = { listCode, listVersion: list.version, usc: member.uscc, state: member.state };
  if (kind === 'left') {
    // A reason may rest on records that are not public.
    const reasonCode = disclosed === undefined ? null : member.reason;
    return {
      type: 'whitelist.revoked.v1',
      aggregate,
      body: { ...common, effectiveAt: instantText(member.at), reasonCode },
    };
  }
  const { entry } = member;
  const open = disclosed === undefined ? null : entry;
  return {
    type: 'whitelist.member.v1',
    aggregate,
    body: {
      ...common,
      kind,
      asOf: list.asOf,
      runId: list.runId,
      modelVersion: list.modelId,
      name: entry?.name ?? null,
      region: entry?.region ?? null,
      industry: entry?.industry ?? null,
      enteredOn: member.enteredOn,
      validTo: member.validUntil,
      since: instantText(member.at),
      consent: consentOf(disclosed),
      grade: open?.grade ?? null,
      score: open?.score ?? null,
      range: open && [open.low, open.high],
      coverageBp: open?.coverageBp ?? null,
      confidence: open?.confidence ?? null,
      offList: open?.offList ?? null,
      ...(disclosed?.figures ?? UNDISCLOSED),
    },
  };
}

const consentOf = (disclosed: Disclosed | undefined): object =>
  disclosed === undefined
    ? { state: 'none', id: null, scope: [], validTo: null }
    : {
        state: 'authorised',
        id: disclosed.authorisation.authorisationId,
        scope: disclosed.authorisation.scopes,
        validTo: disclosed.authorisation.until,
      };

/** whitelist.version.v1: a month's list is out, and all that changed with it was told before. Pure. */
export const versionNotice = ({
  listCode,
  version,
  asOf,
  runId,
  state,
  totals,
  outputHash,
}: ListVersion): ListNotice => ({
  type: 'whitelist.version.v1',
  aggregate: `whitelist/${listCode}`,
  body: {
    listCode,
    listVersion: version,
    asOf,
    runId,
    members: Object.fromEntries(LISTED.map((listed) => [listed, totals[listed] ?? 0])),
    state,
    outputHash,
  },
});
