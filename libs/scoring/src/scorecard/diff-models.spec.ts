import { startupPotentialJson } from '../../fixtures/golden.ts';
import { diffModels } from './diff-models.ts';
import type { AttributeDocument, ModelDocument } from './model.ts';

const model = (): ModelDocument => startupPotentialJson() as ModelDocument;

/** The shipped model with other attributes of IN01. */
function withBins(change: (bins: AttributeDocument[]) => AttributeDocument[]): ModelDocument {
  const document = model();
  const [first, ...rest] = document.characteristics;
  return { ...document, characteristics: [{ ...first!, attributes: change([...first!.attributes]) }, ...rest] };
}

describe('diffModels', () => {
  it('finds nothing between a model and itself', () => {
    expect(diffModels(model(), model())).toEqual({ changes: [], maxTenths: { before: 10_000, after: 10_000 } });
  });

  it('names points, bins and characteristics by code and id, wherever they stand', () => {
    const points = withBins((bins) => bins.map((bin) => (bin.id === 'b4' ? { ...bin, partialScoreTenths: 650 } : bin)));
    expect(diffModels(model(), points)).toEqual({
      changes: [
        {
          pointer: '/characteristics/IN01/attributes/b4/partialScoreTenths',
          change: 'changed',
          before: 600,
          after: 650,
        },
      ],
      maxTenths: { before: 10_000, after: 10_050 },
    });
    const split: AttributeDocument = {
      id: 'b2a',
      predicate: { op: 'between', lo: '5/2', hi: 3 },
      partialScoreTenths: 450,
    };
    const more = withBins((bins) => [...bins.slice(0, 4), split, ...bins.slice(4)]);
    expect(diffModels(model(), more).changes).toEqual([
      { pointer: '/characteristics/IN01/attributes/b2a', change: 'added', after: split },
    ]);
    expect(diffModels(more, model()).changes).toEqual([
      { pointer: '/characteristics/IN01/attributes/b2a', change: 'removed', before: split },
    ]);
    const fewer = { ...model(), characteristics: model().characteristics.slice(1) };
    expect(diffModels(model(), fewer).changes.map(({ pointer, change }) => [pointer, change])).toEqual([
      ['/characteristics/IN01', 'removed'],
    ]);
  });

  it('tells a changed predicate as a whole, and a changed order', () => {
    const wider = withBins((bins) =>
      bins.map((bin) => (bin.id === 'b4' ? { ...bin, predicate: { op: 'between', lo: 6, hi: null } } : bin)),
    );
    expect(diffModels(model(), wider).changes).toEqual([
      {
        pointer: '/characteristics/IN01/attributes/b4/predicate',
        change: 'changed',
        before: { op: 'between', lo: 5, hi: null },
        after: { op: 'between', lo: 6, hi: null },
      },
    ]);
    const turned = { ...model(), feeds: [...model().feeds].reverse() };
    expect(diffModels(model(), turned).changes).toEqual([
      {
        pointer: '/feeds',
        change: 'changed',
        before: model().feeds.map((feed) => feed.code),
        after: turned.feeds.map((feed) => feed.code),
      },
    ]);
  });
});
