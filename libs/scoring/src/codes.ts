const COUNT = { IN: 13, TG: 9, OV: 11, CR: 7, PR: 8, CC: 10 } as const;

/** The 58 characteristics of the startup-potential scorecard, in its order: IN01 … CC10. */
export const CHARACTERISTIC_CODES: readonly string[] = Object.entries(COUNT).flatMap(([dimension, count]) =>
  Array.from({ length: count }, (_, i) => `${dimension}${String(i + 1).padStart(2, '0')}`),
);
