import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fromMonthIndex, instantText, lastDay, localDate, monthIndex, type LocalDate, type Uscc } from '#lib/kernel';
import { Book, type Truth } from './book.ts';
import { dayText, monthEnd, monthStart } from './calendar.ts';
import { MAX_FIRMS } from './code.ts';
import { SimulatedDelivery } from './delivery.ts';
import { dirtRates, type DirtOptions, type DirtRates } from './dirt.ts';
import { CARD_FEEDS, FEEDS, type SimulatedSources } from './feeds.ts';
import type { SimulatedFeed, Window } from './feed.ts';
import { defaultProbability, PROFILES, PURPOSE, stageOf, type Profile } from './firm.ts';
import { seedOf, unitAt } from './random.ts';

export interface SimulationOptions {
  readonly seed: number | string;
  /** At least 3: the first three are the firms of the demo screen. */
  readonly firms: number;
  /** Calendar months that are told month by month, ending with the month of `through`. */
  readonly months: number;
  /** A month end, YYYY-MM-DD. */
  readonly through: string;
  readonly dirt: boolean | DirtOptions;
  /** `card`, the default: registration, patents, subsidies and social security. `all`: every source. */
  readonly sources?: SimulatedSources;
  /** Months that the first delivery of each source tells at once; 1: month by month from the start. */
  readonly historyMonths?: number;
  /** Monthly runs at the end. */
  readonly runs?: number;
}

export interface ScheduledRun {
  readonly asOf: LocalDate;
  /** ISO 8601: the sixth of the following month, after registration, patents and subsidies of the month have come. */
  readonly runsAt: string;
}

export type TimelineStep =
  | { readonly kind: 'delivery'; readonly delivery: SimulatedDelivery }
  | { readonly kind: 'run'; readonly run: ScheduledRun };

const TERRITORY = ['4403'];
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SHANGHAI_MS = 8 * HOUR_MS;
/** Of the feeds beyond the card's: ten minutes each, from 14:00 on. */
const SLOT_MS = 600_000;
const RUN_ON_DAY = 6;
const RUN_AT_HOUR = 2;
const HISTORY_DEFAULT = 1;
const RUNS_DEFAULT = 6;

/** Midnight in Shanghai that begins a day, in ms since 1970. */
const midnight = (day: number): number => day * DAY_MS - SHANGHAI_MS;
const instant = (ms: number): string => instantText(new Date(ms));

/**
 * A made-up Shenzhen with known truth. Same options, same bytes. Throws RangeError for options out of range.
 *
 * Registration, patents and subsidies begin with a history load (everything up to the month before the first), social
 * security with that month; then a file a month each. Social security comes about the 20th of the following month, so
 * a run on the 6th sees it up to the month before the one it closes. Nothing is delivered after the last run.
 */
export function simulate(options: SimulationOptions): Simulation {
  const through = localDate(options.through);
  if (lastDay(fromMonthIndex(monthIndex(through))) !== through) throw new RangeError(`not a month end: ${through}`);
  const { firms, months, historyMonths = HISTORY_DEFAULT, runs = RUNS_DEFAULT } = options;
  const whole = (name: string, value: number, from: number, to: number): void => {
    if (!Number.isInteger(value) || value < from || value > to)
      throw new RangeError(`${name} must be ${from} … ${to}: ${value}`);
  };
  whole('firms', firms, PROFILES.length, MAX_FIRMS);
  whole('months', months, 1, 120);
  whole('historyMonths', historyMonths, 1, months);
  whole('runs', runs, 0, months);
  const { sources = 'card' } = options;
  if (!Object.hasOwn(FEEDS, sources)) throw new RangeError(`sources must be card or all: ${sources}`);
  const dirt = dirtRates(options.dirt);
  return new Simulation(options.seed, firms, months, monthIndex(through), dirt, historyMonths, runs, FEEDS[sources]);
}

export class Simulation {
  readonly schedule: readonly ScheduledRun[];
  private readonly book: Book;
  /** The first month that is told: the one before `months` begin, since social security lags by one. */
  private readonly firstMonth: number;

  constructor(
    seed: number | string,
    readonly firms: number,
    months: number,
    private readonly lastMonth: number,
    private readonly dirt: DirtRates | undefined,
    private readonly historyMonths: number,
    runs: number,
    private readonly feeds: readonly SimulatedFeed[],
  ) {
    this.firstMonth = lastMonth - months;
    this.book = new Book(seedOf(seed), firms, this.firstMonth, lastMonth);
    this.schedule = Array.from({ length: runs }, (_, i) => {
      const month = lastMonth - runs + 1 + i;
      return { asOf: dayText(monthEnd(month)), runsAt: instant(this.runAt(month)) };
    });
  }

  /** In the order of receipt. */
  *deliveries(): Generator<SimulatedDelivery> {
    for (const step of this.timeline()) if (step.kind === 'delivery') yield step.delivery;
  }

  /** Deliveries and runs in the order of their instants. */
  *timeline(): Generator<TimelineStep> {
    const planned = this.feeds.flatMap((feed, n) =>
      this.filledWindows(feed, n).map((window) => ({ feed, window, at: this.receivedAt(feed, n, window) })),
    );
    planned.sort((a, b) => a.at - b.at);
    const sequences = new Map<string, number>();
    const runs = [...this.schedule];
    for (const { feed, window, at } of planned) {
      while (runs.length > 0 && Date.parse(runs[0]!.runsAt) < at) yield { kind: 'run', run: runs.shift()! };
      const sequence = (sequences.get(feed.source) ?? 0) + 1;
      sequences.set(feed.source, sequence);
      yield { kind: 'delivery', delivery: this.deliveryOf(feed, window, at, sequence) };
    }
    for (const run of runs) yield { kind: 'run', run };
  }

  truth(index: number): Truth {
    if (!Number.isInteger(index) || index < 0 || index >= this.firms) throw new RangeError(`no firm ${index}`);
    const firm = this.book.firm(index);
    const { uscc, name, quality } = firm;
    return {
      index,
      uscc,
      name,
      quality,
      defaultProbability: defaultProbability(quality),
      stage: stageOf(firm, this.book),
    };
  }

  /** The firms of the demo screen: much known and good, hardly anything known, and known for owing. */
  showcase(): Readonly<Record<Profile, Uscc>> {
    const [rich, thin, doubtful] = PROFILES.map((_, index) => this.truth(index).uscc);
    return { rich: rich!, thin: thin!, doubtful: doubtful! };
  }

  /** `truth.csv`: one line a firm, UTF-8. */
  async writeTruth(path: string): Promise<void> {
    const file = createWriteStream(path);
    file.write('uscc,name,stage,quality,default_probability\n');
    for (let index = 0; index < this.firms; index++) {
      const { uscc, name, stage, quality, defaultProbability: p } = this.truth(index);
      if (!file.write(`${uscc},${name},${stage},${quality.toFixed(6)},${p.toFixed(6)}\n`)) await once(file, 'drain');
    }
    file.end();
    await finished(file);
  }

  private runAt(month: number): number {
    return midnight(monthStart(month + 1) + RUN_ON_DAY - 1) + RUN_AT_HOUR * 3_600_000;
  }

  /** The months tile from the first told month on; files that would come after the last run are not sent. */
  private windowsOf(feed: SimulatedFeed): Window[] {
    const windows: Window[] = [];
    const historyEnd = this.firstMonth + this.historyMonths - 1;
    for (let to = historyEnd; to <= this.lastMonth; to++)
      if (feed.receivedOnDay < RUN_ON_DAY || to < this.lastMonth)
        windows.push({ from: to === historyEnd ? this.firstMonth : to, to, first: to === historyEnd });
    return windows;
  }

  /**
   * Intake takes a file once and refuses one without records, so a bureau with no news sends nothing, and its next file
   * covers the silent months too. The card's tables come every month, if only as a header.
   */
  private filledWindows(feed: SimulatedFeed, n: number): Window[] {
    const windows = this.windowsOf(feed);
    if (n < CARD_FEEDS && feed.form === 'csv') return windows;
    const filled: Window[] = [];
    let silent: Window | undefined;
    for (const window of windows) {
      const open: Window = silent ? { from: silent.from, to: window.to, first: silent.first } : window;
      const isEmpty = feed.rows(this.book, open)[Symbol.iterator]().next().done === true;
      if (isEmpty) silent = open;
      else {
        filled.push(open);
        silent = undefined;
      }
    }
    return filled;
  }

  /** Some time of that day, feeds of one day one after the other, with a millisecond that tells them apart. */
  private receivedAt(feed: SimulatedFeed, n: number, window: Window): number {
    const [from, length] =
      n < CARD_FEEDS ? [9 * HOUR_MS + n * HOUR_MS, HOUR_MS] : [14 * HOUR_MS + (n - CARD_FEEDS) * SLOT_MS, SLOT_MS];
    const within = Math.floor(unitAt(this.book.seed, n, PURPOSE.clock, window.to) * length);
    return midnight(monthStart(window.to + 1) + feed.receivedOnDay - 1) + from + within;
  }

  private deliveryOf(feed: SimulatedFeed, window: Window, at: number, sequence: number): SimulatedDelivery {
    const month = fromMonthIndex(window.to).replace('-', '');
    const fromBeginning = window.first && feed.wholePast;
    return new SimulatedDelivery(feed, this.book, window, this.dirt, {
      sequence,
      fileName: `${feed.source}_${feed.layout}_${month}.${feed.form}${feed.gzip ? '.gz' : ''}`,
      receivedAt: instant(at),
      sourceTime: instant(midnight(monthStart(window.to + 1) + feed.receivedOnDay - 1) + 6 * 3_600_000),
      coverage: {
        territory: TERRITORY,
        population: 'all',
        ...(fromBeginning ? {} : { from: dayText(monthStart(window.from)) }),
        through: dayText(monthEnd(window.to)),
      },
    });
  }
}

/** The demo screen's three firms of the given options. */
export const showcase = (options: SimulationOptions): Readonly<Record<Profile, Uscc>> => simulate(options).showcase();
