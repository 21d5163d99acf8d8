/**
 * Seeded random numbers. Every draw belongs to a stream named by (seed, firm, purpose), so a firm's history can be
 * made anew at any time, in any order, without the other firms, and a new purpose changes none of the old draws.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, firm: number, purpose: number) {
    this.a = mix(seed ^ 0x9e3779b9);
    this.b = mix(this.a ^ firm);
    this.c = mix(this.b ^ purpose);
    for (let i = 0; i < 8; i++) this.next();
  }

  /** A whole number 0 … 2^32 − 1: sfc32 of PractRand. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** [0, 1). */
  unit(): number {
    return this.next() / 4_294_967_296;
  }

  /** A whole number from … to, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** Standard normal within ±6, by the sum of twelve uniforms: additions only, so the same bits on every machine. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.unit();
    return sum;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.unit() * items.length)]!;
  }
}

/** The finaliser of MurmurHash3 on 32 bits. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** One draw in [0, 1) that belongs to (seed, firm, purpose, n), without a stream: for values by month. */
export function unitAt(seed: number, firm: number, purpose: number, n: number): number {
  return (
    (mix(mix(mix(seed ^ 0x9e3779b9) ^ firm) ^ Math.imul(purpose + 1, 0x27d4eb2f) ^ mix(n + 0x165667b1)) >>> 0) /
    4_294_967_296
  );
}

/** The 32-bit seed of a number or a text (FNV-1a over UTF-16 units). */
export function seedOf(seed: number | string): number {
  let h = 0x811c9dc5;
  for (const unit of String(seed).split('')) h = Math.imul(h ^ unit.charCodeAt(0), 0x01000193);
  return h >>> 0;
}
