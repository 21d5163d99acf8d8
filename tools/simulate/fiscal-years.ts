import type { Book } from './book.ts';
import { dayIn, yearOfDay } from './calendar.ts';
import { PURPOSE, steadyHeads, type Firm } from './firm.ts';
import { clamp, lifeEnd, profileOf } from './life.ts';
import { Random } from './random.ts';

/** What a firm earned and spent in one calendar year. Money in whole 万元. */
export interface FiscalYear {
  readonly year: number;
  readonly heads: number;
  readonly revenue: number;
  readonly cost: number;
  readonly profit: number;
  readonly tax: number;
  readonly research: number;
  readonly researchers: number;
  readonly hightechRevenue: number;
  readonly assets: number;
  readonly liabilities: number;
}

/** The years that ended while the firm lived, oldest first: revenue follows heads, and both grow with quality. */
export const fiscalYears = (book: Book, firm: Firm): readonly FiscalYear[] =>
  book.factsOf('fiscal years', firm, () => yearsOf(book, firm));

function yearsOf(book: Book, firm: Firm): readonly FiscalYear[] {
  const random = new Random(book.seed, firm.index, PURPOSE.fiscalYears);
  const { quality } = firm;
  const perHead = 16 * Math.exp(0.4 * quality + 0.3 * random.normal());
  const intensity = clamp(0.035 + 0.025 * quality + 0.04 * random.unit(), 0.004, 0.3);
  const years: FiscalYear[] = [];
  for (let year = yearOfDay(firm.establishedOn); dayIn(year, 12, 31) < lifeEnd(book, firm); year++) {
    const heads = steadyHeads(book.seed, firm, Math.max(firm.insuredFrom, year * 12 + 6));
    const lived = Math.min(365, dayIn(year, 12, 31) - firm.establishedOn) / 365;
    const revenue = Math.round(heads * perHead * lived * (0.9 + 0.2 * random.unit()));
    const margin = clamp(0.03 + 0.05 * quality + 0.04 * random.normal(), -0.6, 0.35);
    const profit = Math.round(revenue * margin);
    const research = Math.round(revenue * clamp(intensity + 0.01 * random.normal(), 0.002, 0.35));
    const researchers = Math.round(heads * clamp(0.15 + 0.1 * quality + 0.15 * random.unit(), 0, 0.8));
    const assets = Math.round(revenue * (0.5 + 0.6 * random.unit())) + firm.paidCapital + 10;
    const owed = clamp(0.5 - 0.12 * quality + 0.1 * random.normal(), 0.05, 1.4);
    years.push({
      year,
      heads,
      revenue,
      cost: revenue - profit,
      profit,
      tax: Math.round(Math.max(0, revenue * 0.03 + profit * 0.15)),
      research: profileOf(firm) === 'rich' ? Math.max(research, Math.round(revenue * 0.08)) : research,
      researchers,
      hightechRevenue: Math.round(revenue * clamp(0.4 + 0.15 * quality, 0, 0.95)),
      assets,
      liabilities: Math.round(assets * owed),
    });
  }
  return years;
}
