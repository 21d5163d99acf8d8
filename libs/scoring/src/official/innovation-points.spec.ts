import { localDate } from '#lib/kernel';
import { innovationPoints, type InnovationPoints } from '#lib/data-sources';
import { DossierBuilder } from '../../fixtures/dossier-builder.ts';
import { innovationPointsOf } from './innovation-points.ts';

const AS_OF = localDate('2026-06-30');
const evaluated = (version: 'v1' | 'v2', on: string, scoreTenths: number): InnovationPoints => ({
  version,
  on: localDate(on),
  scoreTenths,
});
const of = (...evaluations: InnovationPoints[]): InnovationPoints | undefined => {
  let builder = DossierBuilder.firm();
  for (const payload of evaluations)
    builder = builder.add(innovationPoints, `${payload.version} ${payload.on}`, payload, payload.on);
  return innovationPointsOf(builder.build(), AS_OF);
};

it('are those of the newest evaluation up to the day, the newer version before the older', () => {
  const [old, newer, same] = [
    evaluated('v2', '2025-03-31', 900),
    evaluated('v1', '2026-03-31', 700),
    evaluated('v2', '2026-03-31', 800),
  ];
  expect(of()).toBeUndefined();
  expect(of(old, newer)).toEqual(newer);
  expect(of(newer, old)).toEqual(newer);
  expect(of(same, newer)).toEqual(same);
  expect(of(newer, same)).toEqual(same);
  expect(of(old, evaluated('v2', '2026-07-01', 1000))).toEqual(old);
});
