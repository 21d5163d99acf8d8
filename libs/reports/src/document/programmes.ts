import { NO_PROGRAMMES } from './notes.ts';
import type { Writing } from './writing.ts';

/**
 * 12 项目: the programme table, the line with its waterfall, and the composition of equity, loan and guarantee. Where the grade's floor lifts the line, its flags say so and
 * the amount that evidence supports stands beside it. What raises it is for the firm, and for who supervises.
 */
export function programmesOf({ input, profile }: Writing): object {
  const { programmes: section, order } = input;
  if (section === null) return { shown: false, why: NO_PROGRAMMES[order.product] };
  const { programmes, line, raises, composition, withoutLoans } = section;
  const isForFirm = profile === 'firm' || profile === 'regulator';
  return { shown: true, withoutLoans, items: programmes, line, composition, ...(isForFirm ? { raises } : {}) };
}
