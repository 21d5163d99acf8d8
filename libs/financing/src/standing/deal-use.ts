import { addFen, fen, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { dealsOfFirm } from '../deals/deals.store.ts';
import type { OwnLoan } from '../line/existing-loans.ts';
import { accountOf } from '../referrals/loan-account.ts';
import { REFERRAL_STATES, type ReferralState } from '../referrals/referral-table.ts';
import type { Referral } from '../referrals/referral-terms.ts';
import { REFERRAL } from '../referrals/referral.ts';

/** 占用: what one part of a deal takes up of a firm's room on the platform. Amounts in 分. */
export interface DealUse extends OwnLoan {
  readonly dealId: string;
  readonly programme: string;
  /** 信用部分: neither guaranteed nor pledged; only this lowers the suggested line. */
  readonly unsecured: boolean;
  /** 在途报价: offered, and decided by nobody yet. */
  readonly offered: Fen;
  /** 已批未提: approved, and may still be drawn. */
  readonly undrawn: Fen;
}

/**
 * One kind of deal says on a day what a firm's deals of that kind take up (an open seam: each kind brings its own). A loan that
 * is repaid takes up nothing, and is named still: a credit query may hold what was owed on it.
 */
export type UseReader = (db: Db, uscc: Uscc, on: LocalDate) => Promise<readonly DealUse[]>;

/** Offered, and a bank has not decided. */
const OFFERED: readonly ReferralState[] = ['OFFERED', 'FIRM_INTERESTED', 'REFERRED', 'DUE_DILIGENCE'];
const DRAWABLE: readonly ReferralState[] = ['APPROVED', 'CONTRACTED', 'PERFORMING'];
const OVER: readonly ReferralState[] = ['CLOSED_DECLINED', 'DECLINED', 'NO_RESPONSE', 'LAPSED', 'WITHDRAWN', 'CLOSED'];
/** States in which a referral may take something up. */
export const LIVE_REFERRALS = REFERRAL_STATES.filter((state) => !OVER.includes(state));

/** Referrals of a firm (贷款推荐). */
export const referralUse: UseReader = async (db, uscc, on) =>
  (await dealsOfFirm(db, REFERRAL, uscc, [...LIVE_REFERRALS, 'CLOSED'])).map((referral) => useOfReferral(referral, on));

/** What a referral takes up on a day. Pure. */
export function useOfReferral(
  { dealId, programme, state, terms, body }: Pick<Referral, 'dealId' | 'programme' | 'state' | 'terms' | 'body'>,
  on: LocalDate,
): DealUse {
  const { approval, contract, entries } = body;
  const { drawn, outstanding } = accountOf(entries);
  const mayDraw = DRAWABLE.includes(state) && (contract === null || on <= contract.drawUntil);
  return {
    dealId,
    programme,
    unsecured: (approval?.form ?? terms.form) === 'credit',
    offered: OFFERED.includes(state) ? terms.amount : fen(0),
    undrawn: mayDraw && approval !== null ? fen(Math.max(0, approval.amount - drawn)) : fen(0),
    outstanding,
    // A contract whose number source 16 does not take goes by the deal.
    loanIds: contract === null ? [dealId] : [contract.contractNo, dealId],
    moved: entries.map(({ kind, amount, on: day }) => ({ on: day, amount: kind === 'draw' ? amount : 0 - amount })),
  };
}

/** What was decided under a programme: approved and may still be drawn, and outstanding. Pure. */
export const decidedUse = (uses: readonly DealUse[], programme: string): Fen =>
  addFen(
    ...uses.filter((use) => use.programme === programme).flatMap(({ undrawn, outstanding }) => [undrawn, outstanding]),
  );

/** 占用合计 of a firm. Amounts in 分. */
export interface FirmUse {
  readonly liveOffers: Fen;
  readonly undrawnApprovals: Fen;
  /** What counts against the platform's cap of the firm, secured or not. */
  readonly platform: Fen;
  /** The same by programme. */
  readonly byProgramme: Readonly<Record<string, Fen>>;
  /** The same of what is neither guaranteed nor pledged. */
  readonly unsecuredByProgramme: Readonly<Record<string, Fen>>;
  /** 可续贷: the largest unsecured loan outstanding; one renewal takes one loan over. */
  readonly renewable: Fen;
}

/** Adds them up. Pure. */
export function firmUse(uses: readonly DealUse[]): FirmUse {
  const unsecured = uses.filter((use) => use.unsecured);
  const byProgramme = takenBy(uses);
  return {
    liveOffers: addFen(...unsecured.map(({ offered }) => offered)),
    undrawnApprovals: addFen(...unsecured.map(({ undrawn }) => undrawn)),
    platform: addFen(...Object.values(byProgramme)),
    byProgramme,
    unsecuredByProgramme: takenBy(unsecured),
    renewable: fen(Math.max(0, ...unsecured.map(({ outstanding }) => outstanding))),
  };
}

function takenBy(uses: readonly DealUse[]): Readonly<Record<string, Fen>> {
  const taken: Record<string, Fen> = {};
  for (const { programme, offered, undrawn, outstanding } of uses) {
    const amount = addFen(offered, undrawn, outstanding);
    if (amount > 0) taken[programme] = addFen(taken[programme] ?? fen(0), amount);
  }
  return taken;
}
