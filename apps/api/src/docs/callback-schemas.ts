import { choice, flag, id, instant, int, list, nullable, object, str } from './schema.ts';

const key = {
  keyId: str('X-Firstmile-Key.', 'fmcb_0123456789abcdef'),
  madeAt: instant('When it was made.'),
  endsAt: nullable(instant('From then on it signs nothing; null: until it is rotated or ended.'), null),
};

export const callbackSchemas = {
  CallbackKeys: object({ items: list(object(key)) }),
  NewCallbackKey: object({
    ...key,
    secret: str('Shown in this answer only. Its text, as UTF-8, is the key of the signature.', 'fmcs_…'),
  }),
  HeldCallbacks: object({
    items: list(
      object({
        institutionId: id('Whose it is.'),
        externalId: str('The affair.', 'L2026-0001'),
        seq: int('The number that waits.', 3),
        type: str('What it is about.', 'referral.status.v1'),
        receivedAt: instant('Since when.'),
        toldAt: nullable(instant('When its sender was told which number is missing; null: not yet.')),
      }),
    ),
  }),
  CallbackReceipt: object({
    externalId: str('As it was sent.', 'L2026-0001'),
    seq: int('As it was sent.', 1),
    state: choice('held: its predecessors are missing.', ['applied', 'held']),
    dealId: nullable(id('The deal that moved.')),
    dealVersion: nullable(int('Its version.', 4)),
    repeated: flag('The very same was received before.', false),
    released: int('How many that waited for it were applied after it.', 0),
  }),
};
