import { instantText } from '#lib/kernel';
import { scoreOf } from './input.ts';
import { OWN_INSTITUTION } from './notes.ts';
import { coded, INSTITUTION_KIND } from './words.ts';
import { words, type Writing } from './writing.ts';

/** 13 变动、更正与异议: what changed since the last report of the same requester, objections that stand. */
export function changesOf(writing: Writing): object {
  const { previous, disputes, order } = writing.input;
  return {
    since:
      previous === null
        ? null
        : {
            reportNo: previous.reportNo,
            asOf: previous.asOf,
            // A facts-only report names no score, neither now nor before.
            score: order.product === 'facts' || previous.published === null ? null : scoreChange(writing, previous),
            records: newRecords(writing, previous.knownAt),
          },
    disputes: disputes.filter(({ source }) => !writing.isDark({ name: source })),
  };
}

const scoreChange = (writing: Writing, previous: { published: string | null; score: number | null }): object => {
  const now = scoreOf(writing.input);
  return {
    before: { published: previous.published, score: previous.score },
    now: { published: now.published, score: now.grade === null ? null : now.score },
  };
};

/** Records that became known after the last report's instant, by source: new facts and corrections alike. */
function newRecords(writing: Writing, knownAt: string): object[] {
  return writing.sources().flatMap((source) => {
    const fresh = writing
      .records(source)
      .filter(({ ref }) => ref !== undefined && Date.parse(ref.knownFrom) > Date.parse(knownAt));
    return fresh.length === 0 ? [] : [{ source: source.name, zh: source.zh, en: source.en, count: fresh.length }];
  });
}

const SHOWN = 200;

/**
 * 14 查询记录 of 24 months. The firm and those who supervise see who asked; an institution sees itself, and of others
 * only what kind they are. Persons never.
 */
export function queriesOf(writing: Writing): object {
  const { queries, queriesSince, order } = writing.input;
  const named = writing.profile === 'firm' || writing.profile === 'regulator';
  return {
    since: queriesSince,
    count: queries.length,
    items: queries.slice(0, SHOWN).map(({ entry, by }) => ({
      at: instantText(entry.at),
      product: entry.product,
      purpose: entry.purpose,
      by: coded(INSTITUTION_KIND, by.kind),
      institution: named ? words(by) : by.institutionId === order.institutionId ? OWN_INSTITUTION : null,
    })),
  };
}
