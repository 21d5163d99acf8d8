import { instantText } from '#lib/kernel';

interface Heard {
  /** 收到时刻, where it was told before it took effect. */
  readonly heardAt?: string;
}

/** A change as it is kept with its event: what waited for its predecessor says when it came. */
export const heard = <C extends object>(change: C, at: Date | undefined): C =>
  at === undefined ? change : { ...change, heardAt: instantText(at) };

/** Who raises a change, at the moment by which its days are judged: that at which it was told. Pure. */
export function judgedBy<R extends { readonly at: Date }>(change: object, by: R): R {
  const { heardAt } = change as Heard;
  return heardAt === undefined ? by : { ...by, at: new Date(heardAt) };
}

/** What was said, whenever it came. */
export function saidIn(change: object): object {
  const { heardAt: _, ...said } = change as Heard;
  return said;
}
