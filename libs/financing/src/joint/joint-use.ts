import { fen, type LocalDate, type Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { dealsOfFirm } from '../deals/deals.store.ts';
import type { DealUse, UseReader } from '../standing/deal-use.ts';
import type { JointDeal, JointPosition, MoneyEntry } from './joint-body.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointState } from './joint-table.ts';

/** Put to the partners, and not all have signed. */
const OFFERED: readonly JointState[] = ['PROPOSED', 'COMMITTING', 'BALANCED'];
const DRAWABLE: readonly JointState[] = ['SIGNED', 'ACTIVE', 'REVIEW_DUE', 'FROZEN'];
/** Cases whose parts take up room, and whose equity is recognised. */
const LIVE: readonly JointState[] = [...OFFERED, ...DRAWABLE, 'RUN_OFF'];
/** 债务部分: equity and insurance lend nothing. */
const LENDS = { loan: { unsecured: true }, guaranteed: { unsecured: false }, lease: { unsecured: false } } as const;

/** The live cases of a firm, the oldest first. */
export const liveJointCases = (db: Db, uscc: Uscc): Promise<readonly JointDeal[]> =>
  dealsOfFirm(db, JOINT_CASE, uscc, LIVE);

/** Joint cases of a firm (联合授信): the credit loan lowers the suggested line, the other debt takes from the caps only. */
export const jointUse: UseReader = async (db, uscc, { asOf }) =>
  (await liveJointCases(db, uscc)).flatMap((joint) => useOfJointCase(joint, asOf));

/** What the debt of a case takes up, one row a part and partner. Pure. */
export function useOfJointCase(
  { dealId, programme, state, body }: Pick<JointDeal, 'dealId' | 'programme' | 'state' | 'body'>,
  asOf: LocalDate,
): DealUse[] {
  return body.positions.flatMap((position) => {
    const { part, institutionId, requested, committed, effective, drawn, outstanding } = position;
    if (!Object.hasOwn(LENDS, part)) return [];
    const { unsecured } = LENDS[part as keyof typeof LENDS];
    return [
      {
        dealId,
        programme,
        unsecured,
        offered: fen(OFFERED.includes(state) ? committed || requested : 0),
        undrawn: fen(DRAWABLE.includes(state) ? Math.max(0, effective - drawn) : 0),
        outstanding: fen(outstanding),
        movedSince: movedAfter(body.entries, { part, institutionId }, asOf),
      },
    ];
  });
}

const SIGN = { draw: 1, repay: -1, claim: -1, loss: -1 } as const;

/** Movements after the day, each as its newest correction has it. */
function movedAfter(
  entries: readonly MoneyEntry[],
  { part, institutionId }: Pick<JointPosition, 'part' | 'institutionId'>,
  day: LocalDate,
): number {
  return entries.reduce((sum, entry) => {
    const { event, corrects, partner, on, version } = entry;
    if (corrects !== null || entry.part !== part || partner !== institutionId || on <= day) return sum;
    if (!Object.hasOwn(SIGN, event)) return sum;
    const amount = entries.findLast((later) => later.corrects === version)?.amount ?? entry.amount;
    return sum + SIGN[event as keyof typeof SIGN] * amount;
  }, 0);
}
