import fc from 'fast-check';
import { canonicalJson, payloadHash } from './payload-hash.ts';

const runs = { numRuns: process.env['FIRSTMILE_LONG'] ? 2000 : 100 };

describe('canonical JSON', () => {
  it('orders keys by code units, also those that look like numbers', () =>
    expect(canonicalJson({ b: [{ z: 1, a: '甲"' }], 10: true, 9: null, B: undefined })).toBe(
      '{"10":true,"9":null,"b":[{"a":"甲\\"","z":1}]}',
    ));
  it('has one text for one value, and reads back as that value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
        const json = canonicalJson(payload);
        const reversed = Object.fromEntries(Object.entries(payload).reverse());
        expect(canonicalJson(reversed)).toBe(json);
        expect(JSON.stringify(JSON.parse(json))).toHaveLength(json.length);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(payload)));
      }),
      runs,
    );
  });
  it('hashes to the SHA-256 of its UTF-8 bytes', () => {
    expect(payloadHash({ a: 1 }).toString('hex')).toBe(
      '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
    );
    expect(payloadHash({ b: 2, a: 1 })).toEqual(payloadHash({ a: 1, b: 2 }));
  });
  it('refuses what JSON cannot say', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
    expect(() => canonicalJson({ a: 1n })).toThrow(TypeError);
  });
});
