import type { LocalDate } from '#lib/kernel';
import { CAUSE_WORDS } from '#lib/scoring';
import type { FeedState, Measured, Part, ScoredFirmRich, Text } from '#lib/scoring';
import { REQUIRED_FEEDS, RULES, type CandidateInput, type Fact, type RuleNo } from './candidate.ts';

const NO_DISPUTES: Text = { zh: '尚无异议登记', en: 'no register of disputes is kept yet' };
const NO_CONSENT: Text = { zh: '尚无授权登记', en: 'no register of authorisations is kept yet' };

/** The characteristics that prove intellectual property in force: own inventions, high-value rights, software, class I. */
const IP_IN_FORCE = [
  ['IN01', 'PAT'],
  ['IN04', 'PAT'],
  ['IN06', 'CPR'],
  ['IN07', 'ICL'],
] as const;

/** What of a scored firm the entry conditions read. */
export type CandidateFacts = Pick<ScoredFirmRich, 'rich' | 'knockOuts' | 'feeds'> & { readonly industry?: string };

type FromFacts = Omit<CandidateInput, 'rules' | 'newest' | 'previous' | 'reentry'>;

/** What registers other than scoring say of a firm: rules 6 and 7. */
export type RegisterFacts = Pick<CandidateInput, 'blockingDisputes' | 'consent'>;

/** No register was asked. */
export const NO_REGISTERS: RegisterFacts = {
  blockingDisputes: { known: false, why: NO_DISPUTES },
  consent: { known: false, why: NO_CONSENT },
};

/** Reads the facts of rules 1 and 3 to 8 from a firm scored at the pins of a run, and from the registers. */
export function candidateFacts(
  { rich, knockOuts, feeds, industry }: CandidateFacts,
  registers: RegisterFacts = NO_REGISTERS,
): FromFacts {
  const parts = new Map(rich.parts.map((part) => [part.characteristic, part]));
  const through = new Map(feeds.map((feed) => [feed.feed, feed.through]));
  const fact = (code: string, feed: string): Fact<Measured> =>
    factOf(code, parts.get(code), feed, through.get(feed) ?? null);
  return {
    knockOuts,
    feeds,
    ageMonths: fact('TG08', 'REG'),
    ipInForce: IP_IN_FORCE.map(([code, feed]) => fact(code, feed)),
    rdIntensity: notApplicableAs(0, parts.get('IN10'), fact('IN10', 'RND')),
    qualification: fact('PR01', 'QUA'),
    ...registers,
    ...(industry === undefined ? {} : { industry }),
    medianHeads: fact('TG01', 'SOC'),
  };
}

function factOf(code: string, part: Part | undefined, feed: string, date: LocalDate | null): Fact<Measured> {
  if (part?.state === 'VALUE' && part.value !== undefined) return { known: true, value: part.value, date };
  const what =
    part?.state === 'NA'
      ? { zh: '成立时间过短', en: 'the firm is too young' }
      : CAUSE_WORDS[part?.cause ?? 'NOT_CONNECTED'];
  return { known: false, why: { zh: `${code}：${feed} ${what.zh}`, en: `${code}: ${feed} ${what.en}` } };
}

/** No fiscal year due yet: there is no intensity to prove, which is known. */
const notApplicableAs = (value: Measured, part: Part | undefined, fact: Fact<Measured>): Fact<Measured> =>
  part?.state === 'NA' ? { known: true, value, date: null } : fact;

export interface UnknownRule extends Text {
  readonly rule: RuleNo;
  readonly why: Text;
}

/** Rules that are unknown for every firm, because what they read is not connected at all. */
export function unknownForAll(feeds: readonly FeedState[]): readonly UnknownRule[] {
  const on = new Set(feeds.filter((feed) => feed.connected).map((feed) => feed.feed));
  const off = (names: readonly string[]): readonly string[] => names.filter((name) => !on.has(name));
  const required = off(REQUIRED_FEEDS);
  const technology = ['PAT', 'CPR', 'ICL', 'RND', 'QUA'];
  const notConnected = (names: readonly string[]): Text => ({
    zh: `未接入：${names.join('、')}`,
    en: `not connected: ${names.join(', ')}`,
  });
  const unknown: [RuleNo, Text | undefined][] = [
    [1, required.length > 0 ? notConnected(required) : undefined],
    [3, required.length > 0 ? notConnected(required) : undefined],
    [4, on.has('REG') ? undefined : notConnected(['REG'])],
    [5, off(technology).length === technology.length ? notConnected(technology) : undefined],
    [6, NO_DISPUTES],
    [7, NO_CONSENT],
    [8, on.has('SOC') ? undefined : notConnected(['SOC'])],
  ];
  return unknown.flatMap(([rule, why]) => (why === undefined ? [] : [{ rule, ...RULES[rule], why }]));
}

/** 暂定名单 (domain §4.2): a feed named in rule 3 is not connected at all. */
export const isProvisional = (feeds: readonly FeedState[]): boolean =>
  REQUIRED_FEEDS.some((name) => feeds.find((feed) => feed.feed === name)?.connected !== true);
