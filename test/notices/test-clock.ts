import type { Clock } from '#lib/kernel';

/** A clock that stands until the test moves it. */
export class TestClock implements Clock {
  private at: number;
  constructor(at: string) {
    this.at = Date.parse(at);
  }
  now(): Date {
    return new Date(this.at);
  }
  pass(ms: number): void {
    this.at += ms;
  }
  set(at: Date): void {
    this.at = at.getTime();
  }
}
