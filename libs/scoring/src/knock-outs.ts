import type { CoverageEntry, DossierRecord, Feed, RecordRef } from '#lib/data-sources';
import { AWAITING, KNOCK_OUTS, WARNINGS } from './characteristics/catalogue.ts';
import { NO_CITE } from './characteristics/characteristic.ts';
import type { AwaitingRule, RuleDefinition } from './characteristics/characteristic.ts';
import type { FirmAt } from './characteristics/firm-at.ts';
import type { KnockOut, KnockOutState, RuleState, Text, WhyUnknown } from './score.ts';
import { CAUSE_WORDS } from './value.ts';

/** A rule as published: its words, its feeds, its cure (knock-outs) and what it waits for. */
export interface PublishedRule extends Text {
  readonly code: string;
  readonly feeds: readonly Feed[];
  readonly alsoReads: readonly Feed[];
  readonly cure?: Text;
  readonly awaits?: Text;
}

/** K01–K12 and W01–W15 in order. */
export const RULE_CATALOGUE: readonly PublishedRule[] = [...KNOCK_OUTS, ...WARNINGS, ...AWAITING]
  .map((rule: RuleDefinition & Partial<Pick<AwaitingRule, 'cure' | 'awaits'>>): PublishedRule => ({
    ...namedRule(rule),
    ...(rule.cure === undefined ? {} : { cure: rule.cure }),
    ...(rule.awaits === undefined ? {} : { awaits: rule.awaits }),
  }))
  .sort(inOrder);

function inOrder(a: { readonly code: string }, b: { readonly code: string }): number {
  return a.code < b.code ? -1 : 1;
}

function namedRule({ code, zh, en, feeds, alsoReads }: RuleDefinition): Omit<PublishedRule, 'cure' | 'awaits'> {
  return { code, zh, en, feeds, alsoReads: alsoReads ?? [] };
}

const refsOf = (records: readonly DossierRecord[]): RecordRef[] => records.flatMap(({ ref }) => (ref ? [ref] : []));

/** The first of its feeds that is missing; else what was delivered leaves it open. */
function whyUnknown(firm: FirmAt, feeds: readonly Feed[]): WhyUnknown {
  for (const feed of feeds) {
    const { cause } = firm.feed(feed);
    if (cause === undefined) continue;
    const { zh, en } = CAUSE_WORDS[cause];
    return { cause, feed, zh: `${feed} ${zh}`, en: `${feed}: ${en}` };
  }
  const feed = feeds[0]!;
  return {
    cause: 'NOT_STATED',
    feed,
    zh: `${feed} 已交付，但不足以判定`,
    en: `${feed} is delivered, yet leaves it open`,
  };
}

const awaiting = ({ cause, awaits, ...rule }: AwaitingRule): RuleState => ({
  ...namedRule(rule),
  state: 'unknown',
  unknown: { cause, ...awaits },
  evidence: [],
  coverage: [],
});

/** K01–K12 with their evidence. */
export function knockOutsOf(firm: FirmAt): KnockOut[] {
  const decided = KNOCK_OUTS.map((rule): KnockOut => {
    const { state, records, coverage } = rule.find(firm);
    const unknown = state === 'unknown' ? whyUnknown(firm, rule.feeds) : undefined;
    return {
      ...namedRule(rule),
      state,
      cure: rule.cure,
      ...(unknown === undefined ? {} : { feed: unknown.feed ?? rule.feeds[0]!, unknown }),
      evidence: refsOf(records),
      coverage,
    };
  });
  const waiting = AWAITING.flatMap((rule) => (rule.cure ? [{ ...awaiting(rule), cure: rule.cure }] : []));
  return [...decided, ...waiting].sort(inOrder);
}

/** W01–W15; those that say no name the deliveries that speak for the firm. */
export function warningStatesOf(firm: FirmAt): RuleState[] {
  const decided = WARNINGS.map((rule): RuleState => {
    const records: DossierRecord[] = [];
    const state = rule.find(firm, { ...NO_CITE, record: (record) => void records.push(record) });
    const covers = (feed: Feed): readonly CoverageEntry[] => firm.feed(feed).coverage?.entries ?? [];
    return {
      ...namedRule(rule),
      state,
      ...(state === 'unknown' ? { unknown: whyUnknown(firm, rule.feeds) } : {}),
      evidence: state === 'yes' ? refsOf(records) : [],
      coverage: state === 'no' ? rule.feeds.flatMap(covers) : [],
    };
  });
  return [...decided, ...AWAITING.filter((rule) => rule.cure === undefined).map(awaiting)].sort(inOrder);
}

const NONE: readonly { readonly code: string; readonly state: KnockOutState }[] = [];

/** Slim: only what excludes. */
export function excludingKnockOuts(firm: FirmAt): readonly { readonly code: string; readonly state: KnockOutState }[] {
  let found: { code: string; state: KnockOutState }[] | undefined;
  for (const { code, find } of KNOCK_OUTS) if (find(firm).state === 'yes') (found ??= []).push({ code, state: 'yes' });
  return found ?? NONE;
}

const NO_CODES: readonly string[] = [];

/** Slim: the codes of the warnings that are on. Warnings give no points. */
export function warningCodes(firm: FirmAt): readonly string[] {
  let found: string[] | undefined;
  for (const { code, find } of WARNINGS) if (find(firm, NO_CITE) === 'yes') (found ??= []).push(code);
  return found ?? NO_CODES;
}
