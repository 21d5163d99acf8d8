import fc from 'fast-check';
import { SecretBox } from './secret-box.ts';

const box = new SecretBox(Buffer.alloc(32, 1));

describe('a sealed secret', () => {
  it('opens for its owner with its key, and never looks the same twice', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (owner, secret) => {
        const sealed = box.seal(owner, secret);
        expect(box.open(owner, sealed)).toBe(secret);
        expect(box.seal(owner, secret).equals(sealed)).toBe(false);
      }),
    );
  });

  it('does not open for another, by another key, or with any bit changed', () => {
    const sealed = box.seal('a', 'fmwh_hush');
    expect(sealed.includes('hush')).toBe(false);
    expect(() => box.open('b', sealed)).toThrow(/authenticat/i);
    expect(() => new SecretBox(Buffer.alloc(32, 2)).open('a', sealed)).toThrow(/authenticat/i);
    for (let i = 0; i < sealed.length; i += 1) {
      const bent = Buffer.from(sealed);
      bent[i]! ^= 1;
      expect(() => box.open('a', bent)).toThrow(/authenticat/i);
    }
    expect(() => box.open('a', sealed.subarray(0, 20))).toThrow(/authenticat/i);
    expect(() => new SecretBox(Buffer.alloc(16))).toThrow(RangeError);
  });
});
