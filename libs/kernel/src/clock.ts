/** Where the time comes from. Nothing but an implementation of this reads the system's clock. */
export interface Clock {
  now(): Date;
}

/** A clock that stands where it was set; it moves only forward, by hand. For tests, the demo book and archive loads. */
export class FixedClock implements Clock {
  private instant: number;

  constructor(at: Date | string) {
    this.instant = new Date(at).getTime();
    if (Number.isNaN(this.instant)) throw new RangeError(`not an instant: ${String(at)}`);
  }

  now(): Date {
    return new Date(this.instant);
  }

  /** Throws RangeError when `at` lies before the present setting. */
  set(at: Date | string): void {
    const next = new Date(at).getTime();
    if (!(next >= this.instant)) throw new RangeError('a fixed clock moves only forward');
    this.instant = next;
  }
}
