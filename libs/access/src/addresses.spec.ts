import fc from 'fast-check';
import { isAddressRange, networkOf, plainAddress } from './addresses.ts';

describe('addresses', () => {
  it('come off the socket without zone, IPv4 as IPv4', () => {
    expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(plainAddress('10.0.0.1')).toBe('10.0.0.1');
    for (const none of [undefined, '', 'localhost', '10.0.0', "'; --"]) expect(plainAddress(none)).toBeUndefined();
  });

  it('make a range when every host bit is zero, and only then', () => {
    for (const good of [
      '0.0.0.0/0',
      '10.0.0.0/8',
      '10.0.0.1',
      '10.0.0.1/32',
      '::/0',
      '2001:db8::/32',
      '::ffff:10.0.0.0/104',
    ])
      expect([good, isAddressRange(good)]).toEqual([good, true]);
    for (const bad of [
      '10.0.0.1/8',
      '10.0.0.0/33',
      '10.0.0.0/08',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '2001:db8::1/32',
      'x',
      '',
      '/8',
    ])
      expect([bad, isAddressRange(bad)]).toEqual([bad, false]);
  });

  it('count for themselves, of IPv6 for their network of /64', () => {
    expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff::9'));
    expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
    expect([networkOf('::ffff:10.0.0.1'), networkOf('10.0.0.2'), networkOf('here')]).toEqual([
      '10.0.0.1',
      '10.0.0.2',
      'unknown',
    ]);
  });

  it('of IPv4: exactly the masked ones', () => {
    fc.assert(
      fc.property(fc.nat(0xff_ff_ff_ff), fc.integer({ min: 0, max: 32 }), (value, length) => {
        const text = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
        expect(isAddressRange(`${text}/${length}`)).toBe(value % 2 ** (32 - length) === 0);
      }),
    );
  });

  it('of IPv6: exactly the masked ones, however they are written', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (text, length) => {
        expect(isAddressRange(text)).toBe(true);
        const zero = isAddressRange(`${text}/${length}`);
        if (zero && length < 128) expect(isAddressRange(`${text}/${length + 1}`)).toBe(true);
        expect(isAddressRange(`${text}/128`)).toBe(true);
      }),
    );
  });
});
