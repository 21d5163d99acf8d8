import type { Uscc } from '#lib/kernel';
import { monthEnd, monthStart } from './calendar.ts';
import { demoUscc } from './code.ts';
import { Random, unitAt } from './random.ts';
import { DISTRICTS, INDUSTRIES, SYLLABLES, type District, type Industry } from './vocabulary.ts';

/** A stretch of months whose contributions were not paid when due. */
export interface ArrearsEpisode {
  readonly from: number;
  /** Last month of it; Infinity while it runs. */
  readonly through: number;
  /** Day on which all of it was paid; undefined: open. */
  readonly clearedOn: number | undefined;
}

/** One thing that the register learns about a firm after its establishment. */
export type RegistrationChange =
  | { readonly day: number; readonly kind: 'paid'; readonly amount: number }
  | { readonly day: number; readonly kind: 'address'; readonly address: string }
  | { readonly day: number; readonly kind: 'status'; readonly status: string };

/** One made-up firm. Days and months are counts, amounts whole 万元, wages whole 分. */
export interface Firm {
  readonly index: number;
  readonly uscc: Uscc;
  readonly name: string;
  readonly district: District;
  readonly industry: Industry;
  readonly quality: number;
  readonly establishedOn: number;
  readonly registeredCapital: number;
  readonly paidCapital: number;
  readonly address: string;
  readonly changes: readonly RegistrationChange[];
  /** Day of 注销 or 吊销; Infinity for most. */
  readonly closedOn: number;
  readonly insuredFrom: number;
  /** First month without insured staff. */
  readonly insuredUntil: number;
  readonly headsAtStart: number;
  readonly monthlyGrowth: number;
  /** From this month on heads fall by `shrinkRate` a month. */
  readonly shrinkFrom: number;
  readonly shrinkRate: number;
  readonly monthlyWage: number;
  readonly latePayment: number;
  readonly arrears: readonly ArrearsEpisode[];
}

export type Profile = 'rich' | 'thin' | 'doubtful';
/** The firms of the demo screen have the first indices. */
export const PROFILES: readonly Profile[] = ['rich', 'thin', 'doubtful'];

/** Streams of random.ts: a new purpose takes a new number. */
export const PURPOSE = {
  firm: 1,
  heads: 2,
  payment: 3,
  patents: 4,
  subsidies: 5,
  dirt: 6,
  clock: 7,
  tax: 8,
  courts: 9,
  penalties: 10,
  loans: 11,
  overdue: 12,
  rounds: 13,
  fiscalYears: 14,
  reports: 15,
  qualifications: 16,
  water: 17,
  matters: 18,
  bids: 19,
  licences: 20,
  people: 21,
  rights: 23,
  changes: 24,
  lists: 25,
  pledges: 26,
  honours: 27,
  tenancy: 28,
  contracts: 29,
  declarations: 30,
  techSme: 31,
  supervision: 32,
  marks: 33,
  otherRights: 34,
  talent: 35,
  serious: 36,
} as const;

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Probability of default within twelve months: 4.3 % at quality 0, falling strictly with it. */
export const defaultProbability = (quality: number): number => sigmoid(-3.1 - 1.05 * quality);

interface Frame {
  readonly seed: number;
  readonly firstMonth: number;
  readonly lastMonth: number;
  readonly end: number;
}

const MAX_AGE_DAYS = 8 * 365;
const MAX_HEADS = 400;

export function firmAt(frame: Frame, index: number): Firm {
  const random = new Random(frame.seed, index, PURPOSE.firm);
  const profile = PROFILES[index];
  const quality = profile ? { rich: 2.6, thin: 0.1, doubtful: -1.9 }[profile] : random.normal();
  const district = random.pick(DISTRICTS);
  const industry = profile === 'rich' ? INDUSTRIES[7]! : random.pick(INDUSTRIES);
  const uscc = demoUscc(frame.seed, index, district.code);
  const name = `深圳市${random.pick(SYLLABLES)}${random.pick(SYLLABLES)}${industry.word}有限公司`;
  const drawnAge = random.whole(1, MAX_AGE_DAYS);
  const age = profile ? { rich: 62 * 30, thin: 100, doubtful: 50 * 30 }[profile] : drawnAge;
  const establishedOn = frame.end - age;
  const establishedMonth = monthOfDay(establishedOn);
  const address = addressIn(district, random);

  const insuredFrom = establishedMonth + (profile ? 1 : random.whole(0, 5));
  const small = Math.exp(0.9 + 0.35 * quality + 0.5 * random.normal());
  const headsAtStart = profile ? { rich: 12, thin: 2, doubtful: 34 }[profile] : 2 + Math.floor(small);
  const drawnGrowth = Math.max(-0.03, Math.min(0.05, 0.012 + 0.016 * quality + 0.006 * random.normal()));
  const monthlyGrowth = profile ? { rich: 0.03, thin: 0, doubtful: 0 }[profile] : drawnGrowth;

  const closing = profile ? undefined : closingOf(random, quality, establishedMonth, frame);
  const registeredCapital = random.pick([100, 200, 300, 500, 800, 1000, 1200, 2000]);
  const paidShare = profile ? { rich: 1, thin: 0, doubtful: 0.1 }[profile] : paidShareOf(random, quality);
  const changes: RegistrationChange[] = [];
  const when = (): number => establishedOn + random.whole(60, 900);
  if (!profile && random.chance(0.25))
    changes.push({ day: when(), kind: 'address', address: addressIn(district, random) });
  if (paidShare < 1 && !profile && random.chance(0.3))
    changes.push({ day: when(), kind: 'paid', amount: Math.round(registeredCapital * Math.min(1, paidShare + 0.3)) });
  if (closing) changes.push({ day: closing.day, kind: 'status', status: closing.status });

  return {
    index,
    uscc,
    name,
    district,
    industry,
    quality,
    establishedOn,
    registeredCapital,
    paidCapital: Math.round(registeredCapital * paidShare),
    address,
    // What a closed firm's register still says is its last state: nothing changes afterwards.
    changes: changes.filter(({ day }) => day <= (closing?.day ?? frame.end)).sort((a, b) => a.day - b.day),
    closedOn: closing?.day ?? Infinity,
    insuredFrom,
    insuredUntil: closing ? closing.lastPaid + 1 : Infinity,
    headsAtStart,
    monthlyGrowth,
    shrinkFrom: profile === 'doubtful' ? frame.lastMonth - 14 : closing ? closing.lastPaid - 8 : Infinity,
    shrinkRate: 0.07,
    monthlyWage: 600_000 + Math.round(150_000 * Math.max(0, quality + 1) + 400_000 * random.unit()),
    latePayment: profile === 'rich' ? 0 : 0.01 + 0.1 * sigmoid(-1.2 * quality - 0.5),
    arrears: profile ? arrearsOfProfile(profile, frame) : arrearsOf(random, quality, insuredFrom, frame),
  };
}

/** Insured heads in a month; 0 before the first insured month and after the last. */
export function headsIn(seed: number, firm: Firm, month: number): number {
  if (month < firm.insuredFrom || month >= firm.insuredUntil) return 0;
  return steadyHeads(seed, firm, month);
}

/** The head count's own path, whether or not the firm is insured in that month: growth, shrinking, quarterly noise; ≥ 1. */
export function steadyHeads(seed: number, firm: Firm, month: number): number {
  const age = Math.max(0, Math.min(60, month - firm.insuredFrom));
  let heads = firm.headsAtStart * Math.exp(firm.monthlyGrowth * age);
  if (month > firm.shrinkFrom) heads *= Math.exp(-firm.shrinkRate * (month - firm.shrinkFrom));
  const quarter = Math.floor((month + firm.index) / 3);
  heads *= 0.92 + 0.16 * unitAt(seed, firm.index, PURPOSE.heads, quarter);
  return Math.max(1, Math.min(MAX_HEADS, Math.round(heads)));
}

/** The day on which the contributions of a month arrived; undefined: not yet and never in this history. */
export function paidOn(seed: number, firm: Firm, month: number): number | undefined {
  for (const episode of firm.arrears) if (month >= episode.from && month <= episode.through) return episode.clearedOn;
  const draw = unitAt(seed, firm.index, PURPOSE.payment, month);
  const place = unitAt(seed, firm.index, PURPOSE.payment, -month);
  if (draw >= firm.latePayment) return monthStart(month + 1) + 4 + Math.floor(place * 14);
  // Half of the late ones still arrive by the end of the following month, so they are on time.
  if (draw < firm.latePayment / 2) return monthStart(month + 1) + 19 + Math.floor(place * 8);
  return monthStart(month + 2) + Math.floor(place * 25);
}

export function stageOf(firm: Firm, frame: Frame): string {
  const months = frame.lastMonth - monthOfDay(firm.establishedOn);
  const reach = firm.quality + months / 36;
  return reach < 0.5 ? '种子' : reach < 1.6 ? '天使' : reach < 2.8 ? 'A轮' : 'B轮及以后';
}

/** The month in which a day lies. */
export function monthOfDay(day: number): number {
  let month = Math.floor(day / 30.436875) + 1970 * 12;
  while (monthStart(month) > day) month -= 1;
  while (monthEnd(month) < day) month += 1;
  return month;
}

function addressIn(district: District, random: Random): string {
  return `深圳市${district.name}${random.pick(district.streets)}${random.whole(1, 199)}号${random.pick(['A', 'B', 'C'])}座${random.whole(2, 30)}0${random.whole(1, 9)}`;
}

const paidShareOf = (random: Random, quality: number): number => {
  const luck = quality + random.normal();
  return luck < -0.8 ? 0 : luck < 0 ? 0.1 : luck < 0.8 ? 0.3 : luck < 1.6 ? 0.6 : 1;
};

/** 注销 or 吊销 inside the delivered months, for a few firms and mostly the weak ones. */
function closingOf(
  random: Random,
  quality: number,
  establishedMonth: number,
  frame: Frame,
): { readonly day: number; readonly status: string; readonly lastPaid: number } | undefined {
  const closes = random.chance(1.5 * defaultProbability(quality));
  const cancelled = random.chance(0.7);
  const earliest = Math.max(establishedMonth + 12, frame.firstMonth + 1);
  const month = random.whole(earliest, Math.max(earliest, frame.lastMonth));
  const day = monthStart(month) + random.whole(0, 27);
  if (!closes || month > frame.lastMonth) return undefined;
  return { day, status: cancelled ? '注销' : '吊销，未注销', lastPaid: month - (cancelled ? 2 : 6) };
}

function arrearsOf(random: Random, quality: number, insuredFrom: number, frame: Frame): readonly ArrearsEpisode[] {
  const owes = random.chance(sigmoid(-2.4 - 0.9 * quality));
  const open = random.chance(0.3);
  const earliest = Math.max(insuredFrom + 2, open ? frame.lastMonth - 8 : frame.firstMonth);
  const from = random.whole(earliest, Math.max(earliest, frame.lastMonth));
  const length = random.whole(1, 4);
  const clearedOn = monthEnd(from + length) + random.whole(5, 80);
  if (!owes || from > frame.lastMonth) return [];
  return [open ? { from, through: Infinity, clearedOn: undefined } : { from, through: from + length - 1, clearedOn }];
}

/** The doubtful firm has not paid since five months before the end: open for more than three months at the last run. */
const arrearsOfProfile = (profile: Profile, frame: Frame): readonly ArrearsEpisode[] =>
  profile === 'doubtful' ? [{ from: frame.lastMonth - 6, through: Infinity, clearedOn: undefined }] : [];
