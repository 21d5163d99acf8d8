import { FixedClock } from './index.ts';

describe('FixedClock', () => {
  it('stands still until it is set', () => {
    const clock = new FixedClock('2026-06-30T00:00:00+08:00');
    expect(clock.now().toISOString()).toBe('2026-06-29T16:00:00.000Z');
    expect(clock.now()).toEqual(clock.now());
    clock.set('2026-07-01T00:00:00+08:00');
    expect(clock.now().toISOString()).toBe('2026-06-30T16:00:00.000Z');
  });

  it('cannot be moved through the date it handed out', () => {
    const clock = new FixedClock('2026-06-30T00:00:00Z');
    clock.now().setFullYear(1999);
    expect(clock.now().getUTCFullYear()).toBe(2026);
  });

  it('moves only forward and takes only instants', () => {
    const clock = new FixedClock('2026-06-30T00:00:00Z');
    expect(() => clock.set('2026-06-29T23:59:59.999Z')).toThrow(RangeError);
    expect(() => clock.set('soon')).toThrow(RangeError);
    expect(() => new FixedClock('soon')).toThrow(RangeError);
    clock.set(new Date('2026-06-30T00:00:00Z'));
    expect(clock.now().toISOString()).toBe('2026-06-30T00:00:00.000Z');
  });
});
