export type { Truth } from './book.ts';
export { registrationRows, socialSecurityRows } from './bench-rows.ts';
export { SimulatedDelivery, writeDelivery } from './delivery.ts';
export type { ExpectedCounts, SimulatedCoverage, SimulatedManifest } from './delivery.ts';
export { DIRT_KINDS, USUAL_DIRT } from './dirt.ts';
export type { DirtKind, DirtOptions, DirtRates, PlantedDirt } from './dirt.ts';
export type { Profile } from './firm.ts';
export { showcase, simulate, Simulation } from './simulate.ts';
export type { ScheduledRun, SimulationOptions, TimelineStep } from './simulate.ts';
