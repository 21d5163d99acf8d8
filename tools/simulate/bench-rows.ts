import { monthIndex, localMonth } from '#lib/kernel';
import { Book } from './book.ts';
import { monthEnd, monthStart } from './calendar.ts';
import { csvLine } from './delivery.ts';
import { steadyHeads } from './firm.ts';
import { seedOf } from './random.ts';
import { registrationCells, registrationFeed } from './registration.ts';
import { monthCells, monthlyFeed } from './social-security.ts';

const THROUGH = monthIndex(localMonth('2026-06'));
/** No row kept: a bench reads each firm once. */
const bookOf = (firms: number, seed: number | string, months: number): Book =>
  new Book(seedOf(seed), firms, THROUGH - months + 1, THROUGH);

/** CSV lines, header first, that register firms 0 … `firms` − 1 (layout `bureau`). The same firms for every count. */
export function* registrationRows(firms: number, seed: number | string): Generator<string> {
  yield registrationFeed.columns.join(',');
  const book = bookOf(firms, seed, 36);
  for (let index = 0; index < firms; index++)
    yield csvLine({ cells: registrationCells(book.firm(index), monthEnd(THROUGH)), firm: index });
}

/**
 * CSV lines, header first, of `count` social-insurance months (layout `monthly`): firm by firm, `months` each, ending
 * 2026-06, all firms insured throughout. They belong to the first ⌈count ÷ months⌉ firms of `registrationRows`.
 */
export function* socialSecurityRows(count: number, seed: number | string, months = 36): Generator<string> {
  yield monthlyFeed.columns.join(',');
  const book = bookOf(Math.ceil(count / months), seed, months);
  for (let n = 0, index = 0; n < count; index++) {
    const firm = book.firm(index);
    for (let month = THROUGH - months + 1; month <= THROUGH && n < count; month++, n++) {
      const paid = monthStart(month + 1) + 9;
      yield csvLine({ cells: monthCells(firm, month, steadyHeads(book.seed, firm, month), paid, paid), firm: index });
    }
  }
}
