import { goldenCharacteristics, goldenScores, goldenValues, startupPotential } from '../../fixtures/golden.ts';
import { DIMENSIONS } from '../score.ts';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';

const model = startupPotential();

describe('golden scores (invented firms)', () => {
  for (const golden of goldenScores())
    it(`${golden.id}: ${golden.title}`, () => {
      const { expected } = golden;
      const values = goldenValues(model, golden);
      // The only input that is no characteristic: S04 stands on the abnormal-operation list.
      const knockOuts = golden.id === 'S04' ? [{ code: 'K04', state: 'yes' as const }] : [];
      const score = evaluate(model, values, { knockOuts });
      const rich = explain(model, values, score);
      const owner = (reason: { characteristics: readonly string[]; tenths: number }) => ({
        code: reason.characteristics[0],
        tenths: reason.tenths,
      });
      const groups = rich.threeScores.flatMap((three) => three.groups);
      expect({
        decision: score.decision,
        scoreTenths: score.scoreTenths,
        score: score.score,
        low: score.low,
        high: score.high,
        coverageBp: score.coverageBp,
        published: score.published,
        gradeRange: score.gradeRange,
        adverse: rich.adverse.map(owner),
        favourable: rich.favourable.map(owner),
        dimensionTenths: Object.fromEntries(DIMENSIONS.map((d, i) => [d, score.dimensionTenths[i]])),
        groupTenths: Object.fromEntries(groups.map((group) => [group.zh, group.tenths])),
        threeScores: Object.fromEntries(rich.threeScores.map((three) => [three.zh, three.permille / 10])),
      }).toEqual(expected);
      for (const part of rich.parts) {
        const input = golden.inputs[part.characteristic]!;
        if (input.points !== undefined)
          expect([part.characteristic, part.partialTenths]).toEqual([part.characteristic, input.points * 10]);
      }
      expect(rich.parts.reduce((sum, part) => sum + part.partialTenths, 0)).toBe(score.scoreTenths);
    });
});

describe('models/startup-potential.v1.json', () => {
  it('agrees with the table of characteristics: bins, points, feeds, neutral points', () => {
    const bound = (x: unknown) => (x === undefined ? null : x);
    const ours = model.characteristics.map(({ document: c, maxTenths }) => ({
      code: c.code,
      dim: c.dimension,
      max: maxTenths / 10,
      type: c.type,
      direction: c.direction,
      feeds: [...new Set(c.feeds.map((feed) => feed.split('.')[0]))],
      neutralTenths: c.neutralTenths,
      bins: c.attributes.map(({ id, predicate: p, partialScoreTenths }) => ({
        id,
        ...('in' in p
          ? { category: p.in[0] }
          : p.op === 'equal'
            ? { lo: p.value, hi: p.value }
            : { lo: p.lo, hi: bound(p.hi) }),
        points: partialScoreTenths / 10,
      })),
    }));
    expect(ours).toEqual(goldenCharacteristics());
  });

  it('has 58 characteristics, 1000 points at most, 365.8 neutral, twelve groups of four under each score', () => {
    expect(model.characteristics).toHaveLength(58);
    expect(model.characteristics.reduce((sum, c) => sum + c.maxTenths, 0)).toBe(10_000);
    expect(model.characteristics.reduce((sum, c) => sum + c.neutralTenths, 0)).toBe(3658);
    for (const { code } of model.document.scores)
      expect(model.document.groups.filter((group) => group.score === code)).toHaveLength(4);
  });
});
