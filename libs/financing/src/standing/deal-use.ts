import { addFen, fen, type Fen, type LocalDate, type Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { dealsOfFirm } from '../deals/deals.store.ts';
import { accountOf, type LoanEntry } from '../referrals/loan-account.ts';
import { REFERRAL_STATES, type ReferralState } from '../referrals/referral-table.ts';
import type { Referral } from '../referrals/referral-terms.ts';
import { REFERRAL } from '../referrals/referral.ts';

/** 占用: what one part of a deal takes up of a firm's room on the platform. Amounts in 分. */
export interface DealUse {
  readonly dealId: string;
  readonly programme: string;
  /** 信用部分: neither guaranteed nor pledged; only this lowers the suggested line. */
  readonly unsecured: boolean;
  /** 在途报价: offered, and decided by nobody yet. */
  readonly offered: Fen;
  /** 已批未提: approved, and may still be drawn. */
  readonly undrawn: Fen;
  readonly outstanding: Fen;
  /** Drawn less repaid after the day of the run, whose dossier cannot know of it; below 0 where more was repaid. */
  readonly movedSince: number;
}

/** One kind of deal says what a firm's deals of that kind take up (an open seam: each kind brings its own). */
export type UseReader = (
  db: Db,
  uscc: Uscc,
  days: { readonly asOf: LocalDate; readonly on: LocalDate },
) => Promise<readonly DealUse[]>;

/** Offered, and a bank has not decided. */
const OFFERED: readonly ReferralState[] = ['OFFERED', 'FIRM_INTERESTED', 'REFERRED', 'DUE_DILIGENCE'];
const DRAWABLE: readonly ReferralState[] = ['APPROVED', 'CONTRACTED', 'PERFORMING'];
const OVER: readonly ReferralState[] = ['CLOSED_DECLINED', 'DECLINED', 'NO_RESPONSE', 'LAPSED', 'WITHDRAWN', 'CLOSED'];
/** States in which a referral may take something up. */
export const LIVE_REFERRALS = REFERRAL_STATES.filter((state) => !OVER.includes(state));

/** Referrals of a firm (贷款推荐). */
export const referralUse: UseReader = async (db, uscc, days) =>
  (await dealsOfFirm(db, REFERRAL, uscc, LIVE_REFERRALS)).map((referral) => useOfReferral(referral, days));

/** What a referral takes up on a day. Pure. */
export function useOfReferral(
  { dealId, programme, state, terms, body }: Pick<Referral, 'dealId' | 'programme' | 'state' | 'terms' | 'body'>,
  { asOf, on }: { readonly asOf: LocalDate; readonly on: LocalDate },
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
    movedSince: movedAfter(entries, asOf),
  };
}

const movedAfter = (entries: readonly LoanEntry[], day: LocalDate): number =>
  entries.reduce((sum, { kind, amount, on }) => (on <= day ? sum : kind === 'draw' ? sum + amount : sum - amount), 0);

/** What was decided under a programme: approved and may still be drawn, and outstanding. Pure. */
export const decidedUse = (uses: readonly DealUse[], programme: string): Fen =>
  addFen(
    ...uses.filter((use) => use.programme === programme).flatMap(({ undrawn, outstanding }) => [undrawn, outstanding]),
  );

/** 占用合计 of a firm. Amounts in 分. */
export interface FirmUse {
  readonly liveOffers: Fen;
  readonly undrawnApprovals: Fen;
  /** Of unsecured loans that the run cannot know of yet. */
  readonly drawnSince: Fen;
  /** What counts against the platform's cap of the firm, secured or not. */
  readonly platform: Fen;
  /** The same by programme. */
  readonly byProgramme: Readonly<Record<string, Fen>>;
}

/** Adds them up. A loan that another took over is paid there and drawn here: only all of them together say what was drawn. Pure. */
export function firmUse(uses: readonly DealUse[]): FirmUse {
  const unsecured = uses.filter((use) => use.unsecured);
  const byProgramme: Record<string, Fen> = {};
  for (const { programme, offered, undrawn, outstanding } of uses)
    byProgramme[programme] = addFen(byProgramme[programme] ?? fen(0), offered, undrawn, outstanding);
  return {
    liveOffers: addFen(...unsecured.map(({ offered }) => offered)),
    undrawnApprovals: addFen(...unsecured.map(({ undrawn }) => undrawn)),
    drawnSince: fen(
      Math.max(
        0,
        unsecured.reduce((sum, { movedSince }) => sum + movedSince, 0),
      ),
    ),
    platform: addFen(...Object.values(byProgramme)),
    byProgramme,
  };
}
