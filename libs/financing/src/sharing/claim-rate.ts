import { daysBetween, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { bpOf, compareExact, exact, exactFen, times, type Exact } from './exact.ts';
import { percentText } from './money-text.ts';
import type { SharingScheme } from './scheme.ts';

/** Principal that a guarantee no longer covers (解除担保), by repayment or by its end; a partial release is one of several. */
export interface Release {
  readonly principal: Fen;
  /** The first day in force. */
  readonly from: LocalDate;
  readonly releasedOn: LocalDate;
}

/**
 * 年化解保额: Σ principal × days in force ÷ 365 over what was released in a calendar year, not rounded. A one-year loan counts
 * with its principal in the year that releases it. The public texts read do not define the term; this is our reading (domain §5.3).
 */
export function annualisedReleased(releases: readonly Release[], year: number): Exact {
  let fenDays = 0n;
  for (const { principal, from, releasedOn } of releases) {
    const days = daysBetween(from, releasedOn);
    if (days < 0) throw new RangeError(`released before it was in force: ${from}, ${releasedOn}`);
    if (Number(releasedOn.slice(0, 4)) === year) fenDays += BigInt(principal) * BigInt(days);
  }
  return exact(fenDays, 365);
}

/**
 * NONE: nothing to divide, shown as «—»; PERSON: a loss without anything to measure it by, a person decides; NO_CEILING: the
 * scheme names none, and nobody has to decide. STOPPED stops new business, what exists stands.
 */
export type FuseState = 'NONE' | 'PERSON' | 'NO_CEILING' | 'BELOW' | 'WARNING' | 'STOPPED';

export interface FuseJudgement extends Text {
  readonly state: FuseState;
  /** For people, rounded down so that a rate below a ceiling never looks as if it were there; null: no rate. */
  readonly rateBp: number | null;
  readonly shown: string;
  readonly newBusiness: 'OPEN' | 'STOPPED' | 'PERSON_DECIDES';
}

/** 代偿率熔断: claims ÷ (released × base percent) ≥ ceiling, compared exactly: claims·10⁶ ≥ ceiling_bp·released·80. */
export function claimFuse(
  claims: Fen,
  released: Exact,
  { claimCeilingBp, claimBasePercent }: Pick<SharingScheme, 'claimCeilingBp' | 'claimBasePercent'>,
): FuseJudgement {
  return judgeFuse(claims, times(released, exact(claimBasePercent, 100)), claimCeilingBp, null, {
    zh: '代偿率',
    en: 'claim rate',
  });
}

/**
 * 不良率熔断 of a pool: overdue loans ÷ loans outstanding. No workflow asks it. The one scheme with such a fuse (HBZJ, the Hubei pool)
 * says only when new business stops: it states no shares, no programme names it, and so no guarantee can. Its rate is that of
 * all loans that the pool backs, by whichever bank; what the platform knows of a guarantor's book is no measure of it. For the
 * figures of a pool that are stated to us (domain §9).
 */
export function poolFuse(
  nonPerforming: Fen,
  outstanding: Fen,
  { warnBp, stopBp }: NonNullable<SharingScheme['poolFuse']>,
): FuseJudgement {
  return judgeFuse(nonPerforming, exactFen(outstanding), stopBp, warnBp, { zh: '不良率', en: 'NPL rate' });
}

function judgeFuse(part: Fen, whole: Exact, stopBp: number | null, warnBp: number | null, name: Text): FuseJudgement {
  if (whole.num === 0n && (part === 0 || stopBp === null))
    return {
      state: part === 0 ? 'NONE' : 'NO_CEILING',
      rateBp: null,
      shown: '—',
      newBusiness: 'OPEN',
      zh: `${name.zh}：—`,
      en: `${name.en}: —`,
    };
  if (whole.num === 0n)
    return {
      state: 'PERSON',
      rateBp: null,
      shown: '—',
      newBusiness: 'PERSON_DECIDES',
      zh: `${name.zh}无分母而有损失，须人工决定`,
      en: `${name.en}: a loss and nothing to measure it by; a person decides`,
    };
  const rate: Exact = { num: BigInt(part) * whole.den, den: whole.num };
  const reaches = (bp: number): boolean => compareExact(rate, exact(bp, 10_000)) >= 0;
  const rateBp = bpOf(rate, 'floor');
  const shown = percentText(rateBp);
  const said = (
    state: FuseState,
    newBusiness: FuseJudgement['newBusiness'],
    zh: string,
    en: string,
  ): FuseJudgement => ({
    state,
    rateBp,
    shown,
    newBusiness,
    zh: `${name.zh}${shown}，${zh}`,
    en: `${name.en} ${shown}: ${en}`,
  });
  if (stopBp === null) return said('NO_CEILING', 'OPEN', '方案未定上限', 'the scheme names no ceiling');
  const ceiling = percentText(stopBp);
  if (reaches(stopBp))
    return said(
      'STOPPED',
      'STOPPED',
      `达到上限${ceiling}，停止新增业务，存量不变`,
      `the ceiling ${ceiling} is reached; new business stops, what exists stands`,
    );
  if (warnBp !== null && reaches(warnBp))
    return said(
      'WARNING',
      'OPEN',
      `达到预警线${percentText(warnBp)}`,
      `the warning line ${percentText(warnBp)} is reached`,
    );
  return said('BELOW', 'OPEN', `低于上限${ceiling}`, `below the ceiling ${ceiling}`);
}
