import { isIP } from 'node:net';

/** An address as it came off the socket, as `inet` reads it: no zone, and IPv4 as IPv4. undefined: no address at all. */
export function plainAddress(text: string | undefined): string | undefined {
  const address = text?.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  return address !== undefined && isIP(address) > 0 ? address : undefined;
}

/**
 * Whether a text is an address, or a range in CIDR notation whose host bits are zero: 10.1.0.0/16, 203.0.113.7,
 * 2001:db8::/32. A range with host bits is refused: it does not say which of two things was meant.
 */
export function isAddressRange(text: string): boolean {
  const [address = '', length, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more !== undefined) return false;
  if (length === undefined) return true;
  const bits = family === 4 ? 32 : 128;
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) return false;
  const value = family === 4 ? bits4(address) : bits6(address);
  return (value & ((1n << BigInt(bits - Number(length))) - 1n)) === 0n;
}

/** Whom an address counts for: an IPv4 address itself, of IPv6 the network of /64, which one customer has to himself. */
export function networkOf(text: string): string {
  const address = plainAddress(text) ?? 'unknown';
  return isIP(address) === 6 ? `${(bits6(address) >> 64n).toString(16)}::/64` : address;
}

const bits4 = (text: string): bigint => text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);

function bits6(text: string): bigint {
  const plain = text.replace(/(?<=:)(\d+\.\d+\.\d+\.\d+)$/, (v4) => {
    const value = bits4(v4);
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [words(head), words(tail ?? '')];
  const all =
    tail === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return all.reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n);
}
