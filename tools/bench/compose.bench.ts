import { addFen, fen } from '#lib/kernel';
import { drawable, type DebtPartner, type JointCase } from '#lib/financing';
import { median, rounded, seconds, summarise, type Pair } from './measure.ts';

export interface ComposeBenchOptions {
  /** Made-up joint cases, composed over and over. */
  readonly cases: number;
  /** Compositions of ours in one pair. */
  readonly compositions: number;
  readonly pairs: number;
  readonly log: (line: string) => void;
}

const UNIT = 1_000_000;

/**
 * Ours: whole compositions on one thread: checks, effective amounts, several lenders, what may be drawn now, and the
 * calculation in words. Limit: the bare integer arithmetic of the same figures over flat arrays, where no amount is
 * checked, nothing is explained and no result is kept.
 */
export async function benchCompose(options: ComposeBenchOptions): Promise<Record<string, unknown>> {
  const { compositions, pairs, log } = options;
  const cases = madeUpCases(options.cases, 2_000_000_000);
  const large = madeUpCases(options.cases, 10 ** 13);
  const flat = cases.map(flattened);
  const measured: Pair[] = [];
  const cpuRates: number[] = [];
  const largeRates: number[] = [];
  // Pair 0 warms up.
  for (let pair = 0; pair <= pairs; pair++) {
    const own = { sum: 0 };
    const cpu = process.cpuUsage();
    const ours = await seconds(async () => void (own.sum = round(cases, compositions, composed)));
    const { user, system } = process.cpuUsage(cpu);
    const bare = { sum: 0 };
    const limit = await seconds(async () => void (bare.sum = round(flat, compositions, bareArithmetic)));
    if (own.sum !== bare.sum) throw new Error(`the two differ: ${own.sum} and ${bare.sum}`);
    const few = Math.ceil(compositions / 10);
    const big = await seconds(async () => void round(large, few, composed));
    const rate = { ours: compositions / ours, limit: compositions / limit };
    log(`${pair === 0 ? 'warm-up' : `pair ${pair}`}: ours ${rounded(rate.ours)}, limit ${rounded(rate.limit)} /s`);
    if (pair === 0) continue;
    measured.push(rate);
    cpuRates.push(compositions / ((user + system) / 1e6));
    largeRates.push(few / big);
  }
  const partners = cases.reduce((sum, one) => sum + one.equity.length + one.loan.length + one.guaranteed.length, 0);
  return {
    bench: 'compose',
    ...summarise(measured),
    unit: 'compositions/s',
    cases: cases.length,
    partnersPerCase: rounded(partners / cases.length, 1),
    // What a busy machine takes away is no part of this one.
    perCpuSecond: rounded(median(cpuRates)),
    upTo1e13Fen: rounded(median(largeRates)),
  };
}

/** The figures of all, modulo 2^32 so that they can be added up; looked at, so that no composition can be left out. */
function round<T>(cases: readonly T[], count: number, figure: (one: T) => number): number {
  let sum = 0;
  for (let i = 0, at = 0; i < count; i++) {
    sum = (sum + figure(cases[at]!)) % 2 ** 32;
    at = at + 1 === cases.length ? 0 : at + 1;
  }
  return sum;
}

function composed(one: JointCase): number {
  const { parts, overdrawn, effective } = drawable(one);
  let figure = parts.loan.drawable + parts.guaranteed.drawable + overdrawn + effective.package;
  for (const { partners } of [parts.loan, parts.guaranteed])
    for (let i = 0; i < partners.length; i++) figure += (i + 1) * (partners[i]!.effective + partners[i]!.drawable);
  return figure;
}

interface Flat {
  readonly recognised: number;
  readonly paid: number;
  readonly frozen: boolean;
  readonly loan: FlatPart;
  readonly guaranteed: FlatPart;
}

interface FlatPart {
  readonly committed: readonly number[];
  readonly drawn: readonly number[];
}

const flattened = ({ equity, loan, guaranteed, frozen }: JointCase): Flat => {
  const flatPart = (rows: readonly DebtPartner[]): FlatPart => ({
    committed: rows.map((row) => row.committed),
    drawn: rows.map((row) => row.drawn),
  });
  return {
    recognised: addFen(...equity.map((one) => one.recognised)),
    paid: addFen(...equity.map((one) => one.paid)),
    frozen,
    loan: flatPart(loan),
    guaranteed: flatPart(guaranteed),
  };
};

function bareArithmetic({ recognised, paid, frozen, loan, guaranteed }: Flat): number {
  const [fullUnits, nowUnits] = [Math.floor(recognised / UNIT), Math.floor(paid / UNIT)];
  const [fullHalf, nowHalf] = [fullUnits >> 1, nowUnits >> 1];
  let all = 0;
  for (const drawn of loan.drawn) all += drawn;
  for (const drawn of guaranteed.drawn) all += drawn;
  const left = nowUnits * UNIT - all;
  return (
    recognised +
    barePart(loan, fullHalf, nowHalf, left, frozen) +
    barePart(guaranteed, fullUnits - fullHalf, nowUnits - nowHalf, left, frozen)
  );
}

function barePart({ committed, drawn }: FlatPart, full: number, now: number, left: number, frozen: boolean): number {
  const count = committed.length;
  let [sum, usable, used] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    sum += committed[i]!;
    usable += Math.floor(committed[i]! / UNIT);
    used += drawn[i]!;
  }
  const units = Math.min(usable, full);
  let rest = units;
  for (let i = 0; i < count; i++) {
    shares[i] = Math.floor((units * committed[i]!) / sum);
    rests[i] = units * committed[i]! - shares[i]! * sum;
    rest -= shares[i]!;
  }
  while (rest > 0) {
    let best = -1;
    for (let i = 0; i < count; i++)
      if (shares[i]! < Math.floor(committed[i]! / UNIT) && (best < 0 || rests[i]! > rests[best]!)) best = i;
    shares[best]! += 1;
    rests[best]! -= sum;
    rest -= 1;
  }
  const allowed = Math.min(units, now) * UNIT;
  const amount = frozen ? 0 : Math.max(0, Math.min(allowed - used, left));
  let figure = units * UNIT + amount + Math.max(0, used - allowed);
  for (let i = 0; i < count; i++) {
    const own = shares[i]! * UNIT;
    figure += (i + 1) * (own + Math.max(0, Math.min(own - drawn[i]!, amount)));
  }
  return figure;
}

const shares = new Float64Array(16);
const rests = new Float64Array(16);

/** One investor or two, one to five lenders, one guarantor or two; equity in stages, a case in twenty is frozen. */
function madeUpCases(count: number, scale: number): JointCase[] {
  let state = 20_260_630;
  const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const upTo = (most: number): number => Math.floor(chance() * most) + 1;
  const debtPartners = (part: string, most: number): DebtPartner[] =>
    Array.from({ length: upTo(most) }, (_, i) => {
      const committed = upTo(scale / 2);
      const drawn = chance() < 0.5 ? 0 : Math.floor(committed * chance() * 0.4);
      return {
        partner: `${part} ${i + 1}`,
        requested: fen(upTo(scale)),
        // Three in four are round sums.
        committed: fen(chance() < 0.75 ? Math.ceil(committed / UNIT) * UNIT : committed),
        drawn: fen(drawn),
      };
    });
  return Array.from({ length: count }, () => ({
    unit: fen(UNIT),
    equity: Array.from({ length: upTo(2) }, (_, i) => {
      const recognised = upTo(scale);
      const paid = fen(Math.floor(recognised * chance()));
      const committed = fen(recognised);
      return { partner: `investor ${i + 1}`, requested: committed, committed, recognised: committed, paid };
    }),
    loan: debtPartners('lender', 5),
    guaranteed: debtPartners('guarantor', 2),
    moved: 0,
    frozen: chance() < 0.05,
  }));
}
