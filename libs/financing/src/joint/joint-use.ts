import { fen, type Uscc } from '#lib/kernel';
import type { Db } from '#lib/platform';
import { dealsOfFirm } from '../deals/deals.store.ts';
import type { DealUse, UseReader } from '../standing/deal-use.ts';
import type { LoanMovement } from '../line/existing-loans.ts';
import { answerOf, linesOf } from './commitments.ts';
import type { JointBody, JointDeal, JointPosition } from './joint-body.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointState } from './joint-table.ts';
import { inForce } from './positions.ts';

/** Put to the partners, and not all have signed. */
const OFFERED: readonly JointState[] = ['PROPOSED', 'COMMITTING', 'BALANCED'];
const DRAWABLE: readonly JointState[] = ['SIGNED', 'ACTIVE', 'REVIEW_DUE', 'FROZEN'];
/** Cases whose parts take up room, and whose equity is recognised. */
const LIVE: readonly JointState[] = [...OFFERED, ...DRAWABLE, 'RUN_OFF'];
/** Over, and money may have moved in it. */
const OVER: readonly JointState[] = ['FULFILLED', 'TERMINATED'];
/** 债务部分: equity and insurance lend nothing. */
const LENDS = { loan: { unsecured: true }, guaranteed: { unsecured: false }, lease: { unsecured: false } } as const;

/** The live cases of a firm, the oldest first. */
export const liveJointCases = (db: Db, uscc: Uscc): Promise<readonly JointDeal[]> =>
  dealsOfFirm(db, JOINT_CASE, uscc, LIVE);

/** Joint cases of a firm (联合授信): the credit loan lowers the suggested line, the other debt takes from the caps only. */
export const jointUse: UseReader = async (db, uscc) =>
  (await dealsOfFirm(db, JOINT_CASE, uscc, [...LIVE, ...OVER])).flatMap(useOfJointCase);

/** What the debt of a case takes up, one row a part and partner. Pure. */
export function useOfJointCase({
  dealId,
  programme,
  state,
  body,
}: Pick<JointDeal, 'dealId' | 'programme' | 'state' | 'body'>): DealUse[] {
  return body.positions.flatMap((position, i) => {
    const { part, effective, drawn, outstanding } = position;
    if (!Object.hasOwn(LENDS, part)) return [];
    const { unsecured } = LENDS[part as keyof typeof LENDS];
    return [
      {
        dealId,
        programme,
        unsecured,
        offered: fen(OFFERED.includes(state) ? offeredOf(position, body) : 0),
        undrawn: fen(DRAWABLE.includes(state) ? Math.max(0, effective - drawn) : 0),
        outstanding: fen(outstanding),
        // The number of its line in the proposal, as its outcomes are noted.
        loanIds: [`${dealId}-${i + 1}`],
        moved: movementsOf(position, body),
      },
    ];
  });
}

/**
 * What is offered of a part: asked for until its partner answers; then what is effective of its commitment, once the equity
 * that carries it is answered for as well (domain §5.2: L_eff); of a part that was declined nothing.
 */
function offeredOf(position: JointPosition, body: JointBody): number {
  const answer = answerOf(body, position);
  if (answer === undefined) return position.requested;
  if (answer.amount === null) return 0;
  const equity = linesOf(body).filter(({ part }) => part === 'equity');
  return equity.some((line) => answerOf(body, line) === undefined) ? position.committed : position.effective;
}

const SIGN = { draw: 1, repay: -1, claim: -1, loss: -1 } as const;

/** What moved of a part, each as its newest correction has it. */
const movementsOf = ({ part, institutionId }: JointPosition, { entries }: JointBody): LoanMovement[] =>
  inForce(entries).flatMap(({ event, part: of, partner, on, amount }) =>
    of === part && partner === institutionId && Object.hasOwn(SIGN, event)
      ? [{ on, amount: SIGN[event as keyof typeof SIGN] * amount }]
      : [],
  );
