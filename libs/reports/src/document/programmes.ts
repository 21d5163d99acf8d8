import { NO_PROGRAMMES } from './notes.ts';
import type { Writing } from './writing.ts';

/**
 * 12 项目: the programme table and the line with its waterfall. Where the grade's floor lifts the line, its flags say so and
 * the amount that evidence supports stands beside it. What raises it is for the firm, and for who supervises.
 */
export function programmesOf({ input, profile }: Writing): object {
  const { programmes: section, order } = input;
  if (section === null) return { shown: false, why: NO_PROGRAMMES[order.product] };
  const { programmes, line, raises, withoutLoans } = section;
  const isForFirm = profile === 'firm' || profile === 'regulator';
  return { shown: true, withoutLoans, items: programmes, line, ...(isForFirm ? { raises } : {}) };
}
