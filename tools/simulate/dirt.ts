import { epochDay, parseLocalDate, usccCheckDigit, USCC_ALPHABET, type Uscc } from '#lib/kernel';
import type { Book } from './book.ts';
import type { Row, SimulatedFeed, Window } from './feed.ts';
import { PROFILES, PURPOSE } from './firm.ts';
import { Random } from './random.ts';
import { NULL_WORDS } from './vocabulary.ts';

/** Faults that bureaus make. Those of the first group change a row in place, the others add rows. */
export const DIRT_KINDS = [
  'fullWidthCode', // repaired
  'blankAroundCode', // no-break blank before, tab behind: repaired
  'lowerCaseCode', // repaired
  'excelSerial', // repaired, DQ07
  'slashDate', // 2024/1/5: repaired
  'nullWord', // in a cell that is empty: read as empty
  'thousands', // 1,234.00: repaired
  'badDate', // field lost, DQ05
  'unknownStatus', // field lost, DQ12
  'duplicateSame', // the second is unchanged
  'duplicateConflict', // both quarantined, DQ11
  'malformedCode', // quarantined, DQ01
  'wrongCheckDigit', // a firm that nobody registered: quarantined, DQ03
  'unknownFirm', // quarantined, DQ03
  'foreignRow', // names no firm of the book: ignored
  'totalsRow', // ignored
] as const;
export type DirtKind = (typeof DIRT_KINDS)[number];

/** Share of rows that get each fault, 0 … 1; `totalsRow` ≥ 1 means one at the end of each file that can have one. */
export type DirtRates = Readonly<Record<DirtKind, number>>;
export type DirtOptions = Partial<DirtRates>;

/** Low enough that no delivery is held: 1 % of unreadable and 5 % of unknown rows would. */
export const USUAL_DIRT: DirtRates = {
  fullWidthCode: 0.002,
  blankAroundCode: 0.002,
  lowerCaseCode: 0.002,
  excelSerial: 0.003,
  slashDate: 0.004,
  nullWord: 0.003,
  thousands: 0.003,
  badDate: 0.001,
  unknownStatus: 0.001,
  duplicateSame: 0.0015,
  duplicateConflict: 0.0005,
  malformedCode: 0.002,
  wrongCheckDigit: 0.001,
  unknownFirm: 0.003,
  foreignRow: 0.01,
  totalsRow: 1,
};

export function dirtRates(dirt: boolean | DirtOptions): DirtRates | undefined {
  if (dirt === false) return undefined;
  if (dirt === true) return USUAL_DIRT;
  return { ...(Object.fromEntries(DIRT_KINDS.map((kind) => [kind, 0])) as unknown as DirtRates), ...dirt };
}

/** How often each fault was planted in one delivery. */
export type PlantedDirt = Record<DirtKind, number>;
export const nothingPlanted = (): PlantedDirt =>
  Object.fromEntries(DIRT_KINDS.map((kind) => [kind, 0])) as unknown as PlantedDirt;

/** Two rows of a short file would be too large a share of it. */
const CONFLICTS_FROM = 250;
const FULL_WIDTH = 0xfee0;
const EXCEL_EPOCH_DAY = -25_569;

type Change = (row: Row, feed: SimulatedFeed, random: Random) => boolean;

/** In the order in which the shares are drawn. Each changes its row, or returns false where it has no place. */
const IN_PLACE: readonly (readonly [DirtKind, Change])[] = [
  [
    'fullWidthCode',
    (row, feed) =>
      changeCode(row, feed, (code) => [...code].map((c) => String.fromCharCode(c.charCodeAt(0) + FULL_WIDTH)).join('')),
  ],
  [
    'blankAroundCode',
    (row, feed, random) => changeCode(row, feed, (code) => (random.chance(0.5) ? `\u00a0${code}` : `${code}\t`)),
  ],
  ['lowerCaseCode', (row, feed) => changeCode(row, feed, (code) => code.toLowerCase())],
  [
    'excelSerial',
    (row, feed, random) =>
      changeDate(row, random.pick(feed.dirt.dates), (date) => String(epochDay(date) - EXCEL_EPOCH_DAY)),
  ],
  [
    'slashDate',
    (row, feed, random) =>
      changeDate(row, random.pick(feed.dirt.dates), (date) => date.split('-').map(Number).join('/')),
  ],
  ['nullWord', (row, feed, random) => changeEmpty(row, feed, random)],
  ['thousands', (row, feed, random) => feed.dirt.amounts.length > 0 && group(row, random.pick(feed.dirt.amounts))],
  [
    'badDate',
    (row, feed, random) =>
      feed.dirt.optionalDates.length > 0 &&
      changeDate(row, random.pick(feed.dirt.optionalDates), (date) => `${date.slice(0, 4)}-02-30`),
  ],
  ['unknownStatus', (row, feed) => feed.dirt.status !== undefined && set(row, feed.dirt.status, '待核实')],
];

/**
 * The rows with faults strewn in, counted in `planted`. The firms of the demo screen are left clean. Rows that nobody
 * could place are added ones, so no clean row is ever lost to them, and they are spaced: a short file has none.
 */
export function* soiled(
  rows: Iterable<Row>,
  feed: SimulatedFeed,
  window: Window,
  book: Book,
  rates: DirtRates,
  planted: PlantedDirt,
): Generator<Row> {
  const random = new Random(book.seed, window.from, PURPOSE.dirt + 16 * hashOf(feed.layout));
  const extra = spaced(feed, rates, random);
  let count = 0;
  let last: Row | undefined;
  for (const row of rows) {
    count += 1;
    last = row;
    const clean = row.ignored === true || (row.firm >= 0 && row.firm < PROFILES.length);
    const touched = clean ? row : soil(row, feed, rates, random, planted);
    yield touched;
    if (!clean && touched === row) yield* doubled(row, feed, rates, random, planted, count >= CONFLICTS_FROM);
    for (const plan of extra)
      if (count >= plan.next) {
        plan.next += plan.gap * (0.5 + random.unit());
        planted[plan.kind] += 1;
        yield stranger(plan.kind, row, feed, book, window, planted[plan.kind]);
      }
  }
  if (feed.dirt.totalsRow && rates.totalsRow >= 1 && last) {
    planted.totalsRow += 1;
    yield {
      cells: feed.columns.map((_, i) => (i === 0 ? '合计' : i === feed.dirt.amounts[0] ? String(count) : '')),
      firm: -1,
    };
  }
}

/** The row itself, or a changed copy: the cells of the histories are shared. */
function soil(row: Row, feed: SimulatedFeed, rates: DirtRates, random: Random, planted: PlantedDirt): Row {
  let draw = random.unit();
  for (const [kind, change] of IN_PLACE) {
    draw -= rates[kind];
    if (draw >= 0) continue;
    const copy = copyOf(row);
    if (!change(copy, feed, random)) return row;
    planted[kind] += 1;
    return copy;
  }
  return row;
}

function* doubled(
  row: Row,
  feed: SimulatedFeed,
  rates: DirtRates,
  random: Random,
  planted: PlantedDirt,
  mayConflict: boolean,
): Generator<Row> {
  const draw = random.unit();
  if (draw < rates.duplicateSame) {
    planted.duplicateSame += 1;
    yield row;
  } else if (draw < rates.duplicateSame + rates.duplicateConflict && mayConflict && !row.founding) {
    const { conflict } = feed.dirt;
    if (conflict === undefined) return;
    const copy = copyOf(row);
    const value = String(copy.cells[conflict]);
    copy.cells[conflict] = /^[\d.]+$/.test(value) ? `${Number.parseInt(value, 10) + 1}` : `${value}二`;
    planted.duplicateConflict += 1;
    yield copy;
  }
}

interface Plan {
  readonly kind: DirtKind;
  readonly gap: number;
  next: number;
}

/** Which rows are added to this feed, and after how many. */
function spaced(feed: SimulatedFeed, rates: DirtRates, random: Random): Plan[] {
  const kinds: DirtKind[] = [];
  if (feed.form === 'csv') kinds.push('malformedCode');
  if (feed.dirt.strangers) kinds.push('wrongCheckDigit', 'unknownFirm');
  if (feed.dirt.foreignRows) kinds.push('foreignRow');
  return kinds
    .filter((kind) => rates[kind] > 0)
    .map((kind) => {
      const gap = 1 / rates[kind];
      return { kind, gap, next: gap * (0.6 + 0.4 * random.unit()) };
    });
}

/** A row that nobody can place, made after a real one. Strangers come from beyond the book's last index. */
function stranger(kind: DirtKind, row: Row, feed: SimulatedFeed, book: Book, window: Window, nth: number): Row {
  const copy: Row = { cells: [...row.cells], firm: -1 };
  const { uscc } = book.firm(book.firms + (window.to % 4096) * 64 + (nth % 64));
  if (kind === 'foreignRow') set(copy, feed.dirt.code, [{ name: '示例外地公司', original: true }]);
  else
    set(
      copy,
      feed.dirt.code,
      kind === 'unknownFirm' ? uscc : kind === 'wrongCheckDigit' ? misread(uscc) : damaged(uscc, nth),
    );
  return copy;
}

/** A check digit off by one: the shape is right, the firm is unknown. */
function misread(uscc: Uscc): string {
  const expected = usccCheckDigit(uscc);
  return `${uscc.slice(0, 17)}${USCC_ALPHABET[(USCC_ALPHABET.indexOf(expected) + 1) % 31]!}`;
}

/** What spreadsheets and typists make of a code. */
const damaged = (uscc: Uscc, nth: number): string =>
  [uscc.replace('0', 'O'), uscc.slice(0, 17), '9.14403E+17', `${uscc}0`][nth % 4]!;

const copyOf = (row: Row): Row => ({ ...row, cells: [...row.cells] });

function set(row: Row, column: number, value: unknown): boolean {
  row.cells[column] = value;
  return true;
}

function changeCode(row: Row, feed: SimulatedFeed, change: (code: string) => string): boolean {
  const cell = row.cells[feed.dirt.code];
  if (typeof cell === 'string') return set(row, feed.dirt.code, change(cell));
  const applicants = cell as readonly { readonly usc?: string }[];
  return set(
    row,
    feed.dirt.code,
    applicants.map((a) => (a.usc === undefined ? a : { ...a, usc: change(a.usc) })),
  );
}

function changeDate(
  row: Row,
  column: number,
  change: (date: NonNullable<ReturnType<typeof parseLocalDate>>) => string,
): boolean {
  const cell = row.cells[column];
  if (typeof cell !== 'string') return false;
  const date = parseLocalDate(cell.length === 8 ? `${cell.slice(0, 4)}-${cell.slice(4, 6)}-${cell.slice(6)}` : cell);
  return date !== undefined && set(row, column, change(date));
}

function changeEmpty(row: Row, feed: SimulatedFeed, random: Random): boolean {
  const column = random.pick(feed.dirt.nullable);
  const cell = row.cells[column];
  return (cell === '' || cell === null) && set(row, column, random.pick(NULL_WORDS));
}

function group(row: Row, column: number): boolean {
  const cell = String(row.cells[column]);
  const point = cell.indexOf('.');
  const whole = point < 0 ? cell : cell.slice(0, point);
  if (whole.length < 4) return false;
  return set(row, column, whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',') + (point < 0 ? '' : cell.slice(point)));
}

const hashOf = (text: string): number => [...text].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) & 0xffff, 7);
