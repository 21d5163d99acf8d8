import { choice, day, id, int, list, nullable, object, page, str, type JsonSchema } from './schema.ts';

const uscc = (description: string): JsonSchema => str(description, '91440300DMAB12340K');

const described = {
  name: str('Normalised name.', '示例科技有限公司'),
  region: str('GB/T 2260.', '440305'),
  establishedOn: day('First day.', '2020-03-15'),
};

const review = object({
  id: str('The review.', '019a8c2e-7f00-7000-8000-000000000001_17'),
  deliveryId: id('The delivery.'),
  rowNo: int('Row of the delivery.', 17),
  source: str('Source, by name.', 'business-registration'),
  layout: str('Layout.', 'bureau'),
  row: object(described, [], 'What the row says of its firm.'),
  candidates: list(
    object({
      uscc: uscc('A registered firm.'),
      ...described,
      grades: object({
        name: choice('Always the same.', ['same']),
        region: choice('How far the region agrees.', ['same', 'city', 'province', 'differs'], 'city'),
        establishedOn: choice('How far the first day agrees.', ['same', 'month', 'differs']),
      }),
      confidenceBp: int('For a person to judge by; nothing is decided by it. Basis points.', 9_000),
    }),
    'Most likely first.',
  ),
});

export const identitySchemas = {
  ReviewPage: page(review),
  ReviewDecided: object({
    id: str('The review.', '019a8c2e-7f00-7000-8000-000000000001_17'),
    uscc: nullable(uscc('The firm; null: none of the candidates.')),
  }),
  Alias: object({
    kind: choice('By its shape.', ['registration-no', 'organisation-code', 'former-uscc']),
    alias: str('As it is kept.', '440301100000014'),
    uscc: uscc('The firm.'),
  }),
};
