import { isUscc, type Uscc } from '#lib/kernel';
import { MASK, type MappedRecord, type MappedRow } from '#lib/data-sources';
import { UNNAMED } from '../aliases.ts';

/** Characters of a record key; an index entry must fit on a third of a page. */
export const MAX_KEY = 200;

/** The records of a row that says of any firm the same; none where they depend on its code, or the key is too long. */
export function recordsOfAnyone(mappedFor: (uscc: Uscc) => MappedRow): readonly MappedRecord[] {
  const [one, other] = UNNAMED.map((uscc) => {
    const mapped = mappedFor(uscc);
    const records = mapped.kind === 'records' ? mapped.records : [];
    const good = records.every((record) => record.uscc === uscc && isKey(record.recordKey));
    return good ? records.map((record) => ({ ...record, uscc: UNNAMED[0] })) : [];
  }) as [MappedRecord[], MappedRecord[]];
  return JSON.stringify(one) === JSON.stringify(other) ? distinct(one) : [];
}

const TOTAL = /^(?:合|总|小|累)计[:：]?$/;

/** 合计行: the first text of the row is a word for a total, and no firm is named. What no layout can map is told apart here. */
export function isTotals(values: readonly unknown[]): boolean {
  const texts = values.filter((value) => typeof value === 'string').map((value) => value.replace(/\s/g, ''));
  return TOTAL.test(texts.find((text) => text !== '') ?? '') && !texts.some(isUscc);
}

/** One row may name one firm twice (a co-applicant listed twice): that is one record. */
export function distinct(records: readonly MappedRecord[]): readonly MappedRecord[] {
  return [...new Map(records.map((record) => [`${record.uscc}|${record.recordKey}`, record])).values()];
}

/** A key that lost a personal number to the mask names nothing any more. */
const isKey = (key: string): boolean => key.length <= MAX_KEY && !key.includes(MASK);
