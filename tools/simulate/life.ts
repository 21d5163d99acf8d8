import type { Book } from './book.ts';
import { monthEnd, monthStart } from './calendar.ts';
import { monthOfDay, PROFILES, type Firm, type Profile } from './firm.ts';
import type { Random } from './random.ts';

export const profileOf = (firm: Firm): Profile | undefined => PROFILES[firm.index];

/** The day after which nothing happens to the firm: its closing, or the end of the history. */
export const lifeEnd = (book: Book, firm: Firm): number => Math.min(book.end, firm.closedOn);

/** Days on which something happens: at most one in each month after the one of establishment, with this probability. */
export function* daysOfLife(book: Book, firm: Firm, random: Random, perMonth: number): Generator<number> {
  const end = lifeEnd(book, firm);
  for (let month = monthOfDay(firm.establishedOn) + 1; monthStart(month) < end; month++) {
    const happens = random.chance(perMonth);
    const day = random.whole(monthStart(month), monthEnd(month));
    if (happens && day < end) yield day;
  }
}

/** Firms a month that have a small thing in every file, which otherwise would be empty in a small book. */
const TURNS = 3;

/** Days in the months in which it is the firm's turn; never a firm of the demo screen's. Each leaves five days after it. */
export function* turnsOf(book: Book, firm: Firm): Generator<number> {
  const others = book.firms - PROFILES.length;
  if (profileOf(firm) !== undefined) return;
  for (let month = monthOfDay(firm.establishedOn) + 1; monthEnd(month) < lifeEnd(book, firm); month++)
    if ((firm.index - PROFILES.length - ((TURNS * month) % others) + others) % others < TURNS)
      yield monthStart(month) + 8 + (firm.index % 10);
}

export const clamp = (value: number, from: number, to: number): number => Math.max(from, Math.min(to, value));

/** Six digits that tell the firms of a book apart. */
export const firmSerial = (firm: Firm): string => String(firm.index).padStart(6, '0');

/** 万元 as 元 with two decimals. */
export const wanInYuan = (wan: number): string => `${Math.round(wan * 10_000)}.00`;
