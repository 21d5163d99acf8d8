import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FixedClock } from '#lib/kernel';
import { keptProduct, openTestProduct, type KeptProduct } from './database.ts';

const clock = new FixedClock('2026-07-06T01:00:00Z');

it('a kept product is made once, and every copy is its own, keys included', async () => {
  let made = 0;
  const kept = (): Promise<KeptProduct> =>
    keptProduct('a bank', clock, async ({ access }) => {
      made += 1;
      await access.createInstitution({ kind: 'bank', code: 'kept', zh: '样例', en: 'kept' });
    });
  const [first, second] = await Promise.all([kept(), kept()]);
  expect([made, second]).toEqual([1, first]);
  const open = () => openTestProduct(clock, undefined, undefined, { copyOf: first });
  const [one, other] = [await open(), await open()];
  await one.access.createInstitution({ kind: 'bank', code: 'later', zh: '样例', en: 'later' });
  const seen = async ({ access }: typeof one) =>
    Promise.all(['kept', 'later'].map(async (code) => (await access.institutionByCode(code))?.code));
  expect([await seen(one), await seen(other)]).toEqual([
    ['kept', 'later'],
    ['kept', undefined],
  ]);
  const key = ({ dataDir }: typeof one) => readFileSync(path.join(dataDir, 'personal-hash.key'), 'utf8');
  expect(one.dataDir).not.toBe(other.dataDir);
  expect(key(one)).toBe(key(other));
  await one.close();
  await other.close();
});
