import type { Clock } from '#lib/kernel';

/** The machine's clock: the only place that reads it for business. */
export const systemClock: Clock = { now: () => new Date() };
