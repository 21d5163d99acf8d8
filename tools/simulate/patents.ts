import type { Uscc } from '#lib/kernel';
import type { Book } from './book.ts';
import { dayText, monthEnd, monthStart } from './calendar.ts';
import { applicationNumber } from './code.ts';
import { PROFILES, PURPOSE, type Firm } from './firm.ts';
import type { Row, SimulatedFeed, Window } from './feed.ts';
import { Random } from './random.ts';
import { PARTNERS } from './vocabulary.ts';

/** One application over its life. Days are counts. */
interface PatentHistory {
  readonly number: string;
  readonly invention: boolean;
  readonly title: string;
  readonly ipcs: readonly string[];
  readonly filedOn: number;
  readonly publishedOn: number | undefined;
  readonly grantedOn: number | undefined;
  /** What the gazette says, in order of time; the first makes the application visible. */
  readonly events: readonly { readonly day: number; readonly legal: string }[];
  readonly applicants: readonly { readonly name: string; readonly usc?: Uscc; readonly original?: boolean }[];
  readonly assignedOn: number | undefined;
  readonly inventors: number;
  readonly overseasFamily: number;
  readonly pct: boolean;
  readonly pledgedOn: number | undefined;
}

/** Keeps the 7-digit serials of one year apart for 250,000 firms. */
const MAX_PATENTS = 40;
/** Coprime to 10^7. */
const SERIAL_STRIDE = 6_700_417;

/** 专利: gazette and legal status by month; the same application comes again when its status changes. */
export const patentsFeed: SimulatedFeed = {
  source: 'patents',
  layout: 'jsonl',
  form: 'jsonl',
  columns: [
    'appNo',
    'type',
    'title',
    'ipcMain',
    'ipcs',
    'appDate',
    'pubDate',
    'grantDate',
    'legal',
    'legalDate',
    'applicants',
    'assignDate',
    'inventorsCount',
    'feePaidUntil',
    'familyCount',
    'pct',
    'pledge',
  ],
  encoding: 'utf-8',
  gzip: true,
  receivedOnDay: 3,
  wholePast: true,
  dirt: {
    code: 10,
    dates: [5, 9],
    optionalDates: [9],
    nullable: [7, 11],
    status: 8,
    amounts: [],
    conflict: 2,
    strangers: false,
    foreignRows: true,
  },
  *rows(book, window) {
    for (const firm of book.all())
      for (const patent of book.factsOf('patents', firm, () => patentsOf(book, firm))) {
        const row = patentRow(patent, firm, window);
        if (row) yield row;
      }
  },
};

function patentRow(patent: PatentHistory, firm: Firm, window: Window): Row | undefined {
  const end = monthEnd(window.to);
  const visible = patent.events[0]!;
  if (visible.day > end) return undefined;
  const start = window.first ? -Infinity : monthStart(window.from);
  let state = visible;
  let last = visible.day;
  for (const event of patent.events) {
    if (event.day > end) break;
    state = event;
    last = Math.max(last, event.day);
  }
  const until = (day: number | undefined): number | undefined => (day !== undefined && day <= end ? day : undefined);
  const assigned = until(patent.assignedOn);
  const pledged = until(patent.pledgedOn);
  last = Math.max(last, assigned ?? 0, pledged ?? 0);
  if (last < start) return undefined;
  const granted = until(patent.grantedOn);
  const cells = [
    `${granted === undefined ? 'CN' : 'ZL'}${patent.number}`,
    patent.invention ? '发明' : '实用新型',
    patent.title,
    patent.ipcs[0]!,
    patent.ipcs,
    compact(patent.filedOn),
    compact(until(patent.publishedOn)),
    compact(granted),
    state.legal,
    compact(state.day),
    patent.applicants,
    compact(assigned),
    patent.inventors,
    granted === undefined || state.legal !== '授权' ? null : compact(nextAnniversary(patent.filedOn, end)),
    patent.overseasFamily,
    patent.pct,
    pledged !== undefined,
  ];
  return { cells, firm: firm.index, ...(visible.day >= start ? { founding: true } : {}) };
}

const compact = (day: number | undefined): string | null =>
  day === undefined ? null : dayText(day).replaceAll('-', '');

/** The annual fee is paid up to the next anniversary of filing (365-day years are exact enough for a made-up fee). */
const nextAnniversary = (filedOn: number, day: number): number =>
  filedOn + 365 * (1 + Math.floor((day - filedOn) / 365));

/** Every application of a firm up to the end of the book, whether or not it is public by then. */
function patentsOf(book: Book, firm: Firm): readonly PatentHistory[] {
  const random = new Random(book.seed, firm.index, PURPOSE.patents);
  const profile = PROFILES[firm.index];
  if (profile === 'thin') return [];
  const technical = firm.industry.code.startsWith('I65') ? 0.7 : 1.2;
  const perHalfYear = profile ? { rich: 2, doubtful: 0.2 }[profile] : technical * Math.exp(-1.1 + 0.75 * firm.quality);
  const found: PatentHistory[] = [];
  for (let day = firm.establishedOn + 45; day < book.end && found.length < MAX_PATENTS; day += 182) {
    let expected = Math.min(4, perHalfYear);
    for (; expected > 0 && found.length < MAX_PATENTS; expected -= 1) {
      const filedOn = day + random.whole(0, 181);
      const files = random.chance(expected);
      const patent = lifeOf(book, firm, random, filedOn, found.length);
      if (files && filedOn < firm.closedOn && patent.events[0]!.day < book.end) found.push(patent);
    }
  }
  return found;
}

function lifeOf(book: Book, firm: Firm, random: Random, filedOn: number, nth: number): PatentHistory {
  const invention = random.chance(0.6);
  const events: { day: number; legal: string }[] = [];
  const examinationDays = random.whole(540, 900);
  const publishedAfter = random.whole(100, 270);
  const examinedAfter = publishedAfter + random.whole(5, 90);
  const utilityDays = random.whole(150, 280);
  const outcome = random.unit() - 0.06 * firm.quality;
  let grantedOn: number | undefined;
  if (invention) {
    events.push({ day: filedOn + publishedAfter, legal: '公开' }, { day: filedOn + examinedAfter, legal: '实质审查' });
    const decided = filedOn + examinationDays;
    if (outcome < 0.68) grantedOn = decided;
    else events.push({ day: decided, legal: outcome < 0.85 ? '驳回' : '视为撤回' });
  } else grantedOn = filedOn + utilityDays;
  const lapses = random.chance(firm.quality < -1 ? 0.5 : 0.06);
  if (grantedOn !== undefined) {
    events.push({ day: grantedOn, legal: '授权' });
    if (lapses) events.push({ day: grantedOn + random.whole(400, 900), legal: '未缴年费终止' });
  }
  const bought = random.chance(0.05);
  const filedLongBefore = bought ? random.whole(200, 900) : 0;
  const number = numberOf(firm, filedOn, invention, nth);
  return {
    number,
    invention,
    title: `一种${random.pick(firm.industry.titles)}${random.pick(['方法', '装置', '系统'])}${invention ? '及存储介质' : ''}`,
    ipcs: random.chance(0.5) ? firm.industry.ipcs : firm.industry.ipcs.slice(0, 1),
    filedOn,
    publishedOn: invention ? events[0]!.day : grantedOn,
    grantedOn,
    events,
    applicants: applicantsOf(book, firm, random, filedOn, bought),
    assignedOn: bought ? filedOn + publishedAfter + filedLongBefore : undefined,
    inventors: random.whole(1, 6),
    overseasFamily: random.chance(0.06) ? random.whole(1, 3) : 0,
    pct: random.chance(Math.max(0, 0.04 + 0.05 * firm.quality)),
    pledgedOn: grantedOn !== undefined && random.chance(0.05) ? grantedOn + random.whole(100, 500) : undefined,
  };
}

function numberOf(firm: Firm, filedOn: number, invention: boolean, nth: number): string {
  const serial = ((firm.index * MAX_PATENTS + nth) * SERIAL_STRIDE) % 10_000_000;
  return applicationNumber(Number(dayText(filedOn).slice(0, 4)), invention ? 1 : 2, serial);
}

function applicantsOf(
  book: Book,
  firm: Firm,
  random: Random,
  filedOn: number,
  bought: boolean,
): PatentHistory['applicants'] {
  const own = { name: firm.name, usc: firm.uscc, original: !bought };
  const draw = random.unit();
  const partner = random.pick(PARTNERS);
  if (draw < 0.1) return [own, { name: partner }];
  if (draw > 0.03 + 0.1 || firm.index < PROFILES.length || firm.index + 1 >= book.firms) return [own];
  // A neighbour in the book that existed when the application was filed: one patent, two firms, half a share each.
  const neighbour = book.firm(firm.index + 1);
  return neighbour.establishedOn < filedOn
    ? [own, { name: neighbour.name, usc: neighbour.uscc, original: true }]
    : [own];
}
