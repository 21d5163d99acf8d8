import { createHash } from 'node:crypto';
import { FixedClock } from '#lib/kernel';
import type { DeliveryManifest } from '#lib/ledger';
import { openTestProduct, type TestProduct } from '../kit/database.ts';
import { deliver } from '../kit/deliver.ts';
import { register } from '../kit/firms.ts';
import { traces } from '../kit/traces.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('what comes with a file is checked', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await openTestProduct(new FixedClock('2026-03-01T00:00:00Z'));
  });
  afterAll(() => product.close());

  it('the number of rows', async () => {
    const refused = await deliver(product, { ...register([1, 2]), manifest: { rows: 3 } });
    expect(refused).toMatchObject({
      state: 'REJECTED',
      problem: { code: 'manifest-mismatch', errors: [{ field: 'rows' }], en: expect.stringContaining('3 rows') },
    });
    expect(await traces(product, refused.deliveryId)).toEqual({});
    expect(await deliver(product, { ...register([1, 2]), manifest: { rows: 2 } })).toMatchObject({ applied: 2 });
  });

  it('the hash', async () => {
    await expect(
      deliver(product, { ...register([3]), manifest: { sha256: sha256('another file') } }),
    ).rejects.toMatchObject({ problem: { code: 'manifest-mismatch', status: 422, errors: [{ field: 'sha256' }] } });
    expect(await product.db.query(`SELECT FROM delivery WHERE state <> 'RECONCILED' AND state <> 'REJECTED'`)).toEqual(
      [],
    );
    const manifest = { sha256: sha256(register([3]).body).toUpperCase() };
    expect(await deliver(product, { ...register([3]), manifest })).toMatchObject({ applied: 1 });
  });

  /** A manifest as a client may send it, whatever the types say. */
  const invalid = (value: unknown): DeliveryManifest => value as DeliveryManifest;
  it.each([
    ['rows', { rows: -1 }],
    ['rows', { rows: 1.5 }],
    ['rows', invalid({ rows: '2' })],
    ['sha256', { sha256: 'abc' }],
    ['sequence', { sequence: -1 }],
    ['sequence', { sequence: Number.MAX_SAFE_INTEGER + 1 }],
    ['sourceTime', { sourceTime: 'yesterday' }],
    ['sourceTime', { sourceTime: '2026-01-01' }],
    ['sourceTime', { sourceTime: '2026-13-01T00:00:00Z' }],
    ['coverage.territory', { coverage: { territory: ['Shenzhen'] } }],
    ['coverage.territory', { coverage: { territory: ['440'] } }],
    ['coverage.territory', { coverage: { territory: ['4499'] } }],
    ['coverage.territory', invalid({ coverage: { territory: '4403' } })],
    ['coverage.territory', { coverage: { population: 'all' } } as const],
    ['coverage.population', invalid({ coverage: { population: 'most' } })],
    ['coverage.from', { coverage: { from: '2026-02-30' } }],
    ['coverage.through', { coverage: { through: '1.2.2026' } }],
    ['coverage.from', { coverage: { from: '2026-02-01', through: '2026-01-31' } }],
  ])('its field %s: %j', async (field, manifest) => {
    const before = await product.db.query('SELECT count(*) FROM delivery');
    await expect(deliver(product, { ...register([9]), manifest })).rejects.toMatchObject({
      problem: { code: 'manifest-invalid', status: 422, errors: [{ field, code: 'manifest-invalid' }] },
    });
    expect(await product.db.query('SELECT count(*) FROM delivery')).toEqual(before);
  });
});
