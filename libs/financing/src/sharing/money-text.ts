import type { Fen } from '#lib/kernel';

/** 123456789 → `1,234,567.89`, in yuan. */
export function yuanText(amount: Fen): string {
  const digits = String(Math.abs(amount)).padStart(3, '0');
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0 ? '−' : ''}${yuan}.${digits.slice(-2)}`;
}

/** 1234 → `12.34%`. */
export const percentText = (bp: number): string => `${Math.floor(bp / 100)}.${String(bp % 100).padStart(2, '0')}%`;
