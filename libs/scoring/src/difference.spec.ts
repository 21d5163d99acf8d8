import fc from 'fast-check';
import { ProblemError } from '#lib/kernel';
import type { RecordRef } from '#lib/data-sources';
import { anyValues } from '../fixtures/any-values.ts';
import { AS_OF, model as v1, old } from '../fixtures/cases.ts';
import { date } from '../fixtures/dossier-builder.ts';
import { startupPotentialJson } from '../fixtures/golden.ts';
import { differenceOf, type DifferenceSide, type ScoreDifference } from './difference.ts';
import type { Evidence, Values } from './score.ts';
import { scoreFirmRich } from './score-firm.ts';
import { evaluate } from './scorecard/evaluate.ts';
import { explain } from './scorecard/explain.ts';
import { loadModel } from './scorecard/load-model.ts';
import type { CharacteristicDocument, Model, ModelDocument } from './scorecard/model.ts';

const numRuns = process.env['FIRSTMILE_LONG'] ? 1000 : 40;

type Changes = Partial<ModelDocument> & { edit?: (c: CharacteristicDocument) => CharacteristicDocument };

function changed({ edit, ...more }: Changes): Model {
  const document = startupPotentialJson() as ModelDocument;
  const characteristics = (more.characteristics ?? document.characteristics).map(edit ?? ((c) => c));
  const loaded = loadModel({ ...document, version: '2.0.0', ...more, characteristics });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problem.errors));
  return loaded.value;
}

/** IN01 counts double, and everybody begins with 1.5 points. */
const v2 = changed({
  validFrom: '2027-01-01',
  initialScoreTenths: 15,
  edit: (c) =>
    c.code === 'IN01'
      ? { ...c, attributes: c.attributes.map((a) => ({ ...a, partialScoreTenths: a.partialScoreTenths * 2 })) }
      : c,
});

const withoutTg01 = changed({
  validFrom: '2027-01-01',
  characteristics: v1.document.characteristics.filter(({ code }) => code !== 'TG01'),
});

const side = (model: Model, values: Values): DifferenceSide => ({
  model,
  rich: explain(model, values, evaluate(model, values)),
});

const sumOf = (difference: ScoreDifference): number =>
  difference.parts.reduce((sum, part) => sum + part.tenths, difference.initialTenths);

const values = anyValues(v1);
const models = fc.constantFrom(v1, v2);

function reversed(difference: ScoreDifference): ScoreDifference {
  const { figures, knockOuts, warnings } = difference;
  const minus = (n: number): number => 0 - n;
  const turned = <T extends { came: unknown; went: unknown }>(codes: T): T => ({
    ...codes,
    came: codes.went,
    went: codes.came,
  });
  return {
    tenths: minus(difference.tenths),
    dataTenths: minus(difference.dataTenths),
    modelTenths: minus(difference.modelTenths),
    initialTenths: minus(difference.initialTenths),
    parts: difference.parts.map((part) => ({
      characteristic: part.characteristic,
      tenths: minus(part.tenths),
      dataTenths: minus(part.dataTenths),
      modelTenths: minus(part.modelTenths),
      before: part.after,
      after: part.before,
      records: part.records && turned(part.records),
    })),
    figures: Object.fromEntries(
      Object.entries(figures).map(([figure, { before, after }]) => [figure, { before: after, after: before }]),
    ),
    knockOuts: turned(knockOuts),
    warnings: turned(warnings),
  };
}

describe('differenceOf', () => {
  it('the parts add up to the change, data and model apart', () => {
    fc.assert(
      fc.property(values, values, models, models, (x, y, a, b) => {
        const [before, after] = [side(a, x), side(b, y)];
        const difference = differenceOf(before, after);
        const change = after.rich.score.scoreTenths - before.rich.score.scoreTenths;
        expect([difference.tenths, sumOf(difference)]).toEqual([change, change]);
        expect(difference.dataTenths + difference.modelTenths).toBe(change);
        for (const part of difference.parts) expect(part.dataTenths + part.modelTenths).toBe(part.tenths);
      }),
      { numRuns },
    );
  });

  it('the way back is the negative of the way there', () => {
    fc.assert(
      fc.property(values, values, models, models, (x, y, a, b) => {
        const [before, after] = [side(a, x), side(b, y)];
        expect(differenceOf(after, before)).toEqual(reversed(differenceOf(before, after)));
      }),
      { numRuns },
    );
  });

  it('nothing differs from itself', () => {
    const empty = { tenths: 0, dataTenths: 0, modelTenths: 0, initialTenths: 0, parts: [], figures: {} };
    fc.assert(
      fc.property(values, models, (x, model) => {
        const none = { came: [], went: [] };
        expect(differenceOf(side(model, x), side(model, x))).toEqual({ ...empty, knockOuts: none, warnings: none });
      }),
      { numRuns },
    );
  });

  it('the same data under another model is the model, other data under one model is the data', () => {
    fc.assert(
      fc.property(values, values, (x, y) => {
        expect(differenceOf(side(v1, x), side(v2, x)).dataTenths).toBe(0);
        expect(differenceOf(side(v2, x), side(v2, y)).modelTenths).toBe(0);
      }),
      { numRuns },
    );
  });

  it('first the data under the older model, then the model', () => {
    const at = (granted: number): Values =>
      v1.characteristics.map(({ code }) =>
        code === 'IN01' ? { state: 'VALUE', value: granted } : { state: 'MISSING', cause: 'NOT_CONNECTED' },
      );
    const difference = differenceOf(side(v1, at(0)), side(v2, at(1)));
    // One granted invention gives 30 points under v1 and 60 under v2.
    expect(difference).toMatchObject({ tenths: 615, dataTenths: 300, modelTenths: 315, initialTenths: 15 });
    expect(difference.parts).toEqual([
      {
        characteristic: 'IN01',
        tenths: 600,
        dataTenths: 300,
        modelTenths: 300,
        before: expect.objectContaining({ value: 0, partialTenths: 0 }),
        after: expect.objectContaining({ value: 1, partialTenths: 600 }),
        records: null,
      },
    ]);
    expect(difference.figures['score']).toEqual({ before: 354, after: 415 });
  });

  it('a characteristic that the newer model dropped needs its value from outside', () => {
    fc.assert(
      fc.property(values, values, (x, y) => {
        const kept = y.filter((_, i) => v1.characteristics[i]!.code !== 'TG01');
        const [before, after] = [side(v1, x), side(withoutTg01, kept)];
        const difference = differenceOf(before, after, y);
        expect(sumOf(difference)).toBe(after.rich.score.scoreTenths - before.rich.score.scoreTenths);
        const part = difference.parts.find(({ characteristic }) => characteristic === 'TG01')!;
        expect(part.after).toBeNull();
        expect(part.tenths).toBe(0 - before.rich.parts.find((p) => p.characteristic === 'TG01')!.partialTenths);
      }),
      { numRuns },
    );
    const any: Values = v1.characteristics.map(() => ({ state: 'NA' }));
    expect(() => differenceOf(side(v1, any), side(withoutTg01, any.slice(1)))).toThrow(ProblemError);
  });

  it('names the records that came and went behind a value, and knock-outs and warnings', () => {
    const given = (revoked: boolean): DifferenceSide => {
      const firm = old.covers('SOC', AS_OF).months('2026-06', revoked ? [5, 5, 5, 5, 5, 5, 9] : [5, 5, 5, 5, 5, 5]);
      const dossier = (revoked ? firm.registered('2020-01-15', { status: 'revoked' }) : firm).build();
      const scored = scoreFirmRich(dossier, v1, date(AS_OF));
      if (scored.kind !== 'scored') throw new Error(scored.reason);
      return { model: v1, rich: scored.rich, evidence: scored.evidence };
    };
    const difference = differenceOf(given(false), given(true));
    const heads = difference.parts.find(({ characteristic }) => characteristic === 'TG01')!;
    expect(heads.records!.came.map((ref) => ref.recordKey)).toContain('2026-06');
    expect(difference.knockOuts).toEqual({ came: ['K01'], went: [] });
    expect(difference.figures).toMatchObject({ decision: { before: 'SCORED', after: 'EXCLUDED' } });
  });

  it('a corrected record is another version of it', () => {
    const ref = (knownFrom: string): RecordRef => ({
      source: 's',
      recordKey: 'k',
      knownFrom,
      deliveryId: 'd',
      rowNo: 1,
    });
    const any: Values = v1.characteristics.map(() => ({ state: 'NA' }));
    const evidence = (...records: RecordRef[]): Evidence[] => [
      { characteristic: 'TG01', records, coverage: [], flags: [] },
    ];
    const [a, b] = [ref('2026-01-01'), ref('2026-02-01')];
    const difference = differenceOf(
      { ...side(v1, any), evidence: evidence(a) },
      { ...side(v1, any), evidence: evidence(b) },
    );
    expect(difference.parts).toEqual([
      expect.objectContaining({ characteristic: 'TG01', tenths: 0, records: { came: [b], went: [a] } }),
    ]);
  });
});
