import { dateAt, splitByLargestRemainder, type LocalDate, type ProblemDetail } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { drawable } from '../composition/drawable.ts';
import { CEILINGS } from '../composition/words.ts';
import type { Raiser } from '../deals/deal.ts';
import { linesOf, newestOf } from './commitments.ts';
import type { MoneyEntry, JointBody, JointChange, JointDeal, ProposalLine, MoneyEvent } from './joint-body.ts';
import { checkAmount, checkLimit, checkRoom, refusal } from './joint-refusals.ts';
import type { JointTerms } from './joint-terms.ts';
import { compositionOf, effectiveAmounts, inForce, paidOf, tallyOf } from './positions.ts';

const MOST_ENTRIES = 2_000;

export type MoneyChange = Extract<JointChange, { readonly event: MoneyEvent | 'correct' }>;

/** One limit of a draw: `room` fen are left under it. */
export interface DrawLimit extends Text {
  readonly code: 'own-commitment' | 'equity-recognised' | 'equity-paid' | 'joint-cap';
  readonly room: number;
}

/**
 * Every limit under which a partner's part is drawn (提款约束). Of 2:1:1 those of the composition (domain §5.2): what its
 * partner and the part have effective, the ceilings by the equity recognised and paid, and that of both debt parts
 * together; else what is effective. A room below zero was overdrawn.
 */
export function drawLimits(
  terms: JointTerms,
  body: JointBody,
  { part, institutionId }: ProposalLine,
): readonly DrawLimit[] {
  const tally = tallyOf(body.entries);
  if (terms.reading === 'sum' || (part !== 'loan' && part !== 'guaranteed')) {
    const gives = effectiveAmounts(terms, body).get(`${part}/${institutionId}`) ?? 0;
    return [
      { code: 'own-commitment', ...CEILINGS['own-commitment'], room: gives - tally('draw', { part, institutionId }) },
    ];
  }
  const now = drawable(compositionOf(terms, body, false));
  const of = now.parts[part];
  const own = of.partners.find(({ partner }) => partner === institutionId)!;
  const rooms = {
    'own-commitment': Math.min(own.effective - own.drawn, of.effective - of.drawn),
    'equity-recognised': now.effective.parts[part].ceiling - of.drawn,
    'equity-paid': of.ceilingNow - of.drawn,
    'joint-cap': now.debtCeiling - now.drawn,
  } as const;
  return (Object.keys(rooms) as (keyof typeof rooms)[]).map((code) => ({ code, ...CEILINGS[code], room: rooms[code] }));
}

/** What may be drawn of this part now, were the case active: never below zero. */
export const roomOf = (limits: readonly DrawLimit[]): number =>
  Math.max(0, Math.min(...limits.map(({ room }) => room)));

/**
 * The entries after a movement of money. Throws ProblemError amount-invalid 422, joint-partner-unknown 422, joint-desk-missing
 * 403, joint-draw-refused 409 with every reason, joint-amount-exceeded 409 (more paid in than committed, taken back than
 * paid, repaid, claimed or lost than outstanding, recovered or written off than there is to recover),
 * joint-correction-unknown 422, joint-not-active 409 (frozen before it was active), joint-full 409.
 */
export function moved(deal: JointDeal, change: MoneyChange, by: Raiser): readonly MoneyEntry[] {
  const { body, version } = deal;
  const { entries } = body;
  const today = dateAt(by.at);
  if (body.activatedOn === null)
    throw refusal('joint-not-active', '案件尚未生效，不得收付', 'no money moves before the case is active');
  checkRoom(entries, MOST_ENTRIES, { zh: '资金记录', en: 'entries of money' });
  if (change.event === 'correct') return corrected(deal, change, by, today);
  const amount = checkAmount('/amount', change.amount);
  const line = lineOf(body, change, by);
  const entry: MoneyEntry = {
    version: version + 1,
    on: today,
    event: change.event,
    part: line.part,
    partner: line.institutionId,
    who: by.institutionId!,
    amount,
    ...interestOf(change),
    corrects: null,
  };
  if (change.event === 'draw') checkDraw(deal, line, amount, today);
  const after = [...entries, entry];
  checkStanding(deal, line, after, entry, amount);
  return after;
}

/** A mistake is corrected by a new entry (更正): the amount that is right, 0 where nothing moved. Only by who made it. */
function corrected(
  deal: JointDeal,
  change: Extract<JointChange, { readonly event: 'correct' }>,
  by: Raiser,
  today: LocalDate,
): readonly MoneyEntry[] {
  const { entries } = deal.body;
  const amount = checkAmount('/amount', change.amount, 0);
  const old = inForce(entries).find(({ version }) => version === change.corrects);
  if (old === undefined || old.who !== by.institutionId)
    throw refusal('joint-correction-unknown', '没有可更正的本方记录', 'no entry of your own to correct', {
      status: 422,
      errors: [{ pointer: '/corrects', code: 'joint-correction-unknown', zh: '无此记录', en: 'no such entry' }],
    });
  const line = linesOf(deal.body).find((one) => one.part === old.part && one.institutionId === old.partner)!;
  const more = amount - old.amount;
  // A correction upwards is no way around a ceiling.
  if (old.event === 'draw' && more > 0) checkDraw(deal, line, more, today);
  const interest = interestOf(change);
  if (interest.interest !== undefined && old.event !== 'claim')
    throw refusal('joint-correction-unknown', '仅代偿有利息', 'only a claim has interest', {
      status: 422,
      errors: [{ pointer: '/interest', code: 'joint-correction-unknown', zh: '仅代偿有利息', en: 'of a claim only' }],
    });
  const entry: MoneyEntry = {
    ...old,
    version: deal.version + 1,
    on: today,
    amount,
    ...interest,
    corrects: old.version,
  };
  const after = [...entries, entry];
  checkStanding(deal, line, after, old, amount);
  return after;
}

/** Throws ProblemError amount-invalid 422. */
function interestOf(change: MoneyChange): Pick<MoneyEntry, 'interest'> {
  const given = 'interest' in change ? (change.interest ?? null) : null;
  return given === null ? {} : { interest: checkAmount('/interest', given, 0) };
}

type Placed = Exclude<MoneyChange, { readonly event: 'correct' }>;

/** The part whose money moves, and that it is the raiser's to say so. */
function lineOf(body: JointBody, change: Placed, by: Raiser): ProposalLine {
  const place =
    change.event === 'pay' || change.event === 'back'
      ? ({ part: 'equity', partner: by.institutionId } as const)
      : change.event === 'claim'
        ? ({ part: 'guaranteed', partner: by.institutionId } as const)
        : change;
  const line = linesOf(body).find(({ part, institutionId }) => part === place.part && institutionId === place.partner);
  if (line === undefined)
    throw refusal(
      'joint-partner-unknown',
      '方案没有该合作方的此部分',
      'the proposal has no such part of this partner',
      {
        status: 422,
        errors: [{ pointer: '/partner', code: 'joint-partner-unknown', zh: '无此合作方', en: 'no such partner' }],
      },
    );
  if (!payersOf(change.event, line).includes(by.institutionId))
    throw refusal('joint-desk-missing', '不是本机构的部分', 'not a part of this institution', { status: 403 });
  return line;
}

/** Whose money moves: a guaranteed part is lent and repaid by its bank, claimed from the guarantor, lost and recovered by either. */
function payersOf(event: MoneyEvent, { institutionId, lender }: ProposalLine): readonly (string | null)[] {
  if (event === 'recover' || event === 'write-off') return [institutionId, lender];
  if (event === 'claim' || lender === null) return [institutionId];
  return [lender];
}

function checkDraw({ terms, body, state }: JointDeal, line: ProposalLine, amount: number, today: LocalDate): void {
  const pointer = '/amount';
  const errors: ProblemDetail[] = drawLimits(terms, body, line)
    .filter(({ room }) => amount > room)
    .map(({ code, zh, en, room }) => ({
      pointer,
      code,
      zh: `${zh}：尚可 ${room} 分`,
      en: `${en}: ${room} fen are left`,
    }));
  const { availableUntil } = newestOf(body)!;
  if (today > availableUntil)
    errors.push({
      code: 'availability-over',
      zh: `提款期已于 ${availableUntil} 届满`,
      en: `the last day to draw was ${availableUntil}`,
    });
  if (state !== 'ACTIVE') errors.push({ code: 'not-active', zh: '案件未处于生效状态', en: 'the case is not active' });
  if (errors.length === 0) return;
  throw refusal(
    'joint-draw-refused',
    `不得提款：${errors.map(({ zh }) => zh).join('；')}`,
    `nothing is drawn: ${errors.map(({ en }) => en).join('; ')}`,
    { errors, extra: { drawable: roomOf(drawLimits(terms, body, line)) } },
  );
}

/** What must hold once the entry stands: `entry` as it was, `amount` what it says now. */
function checkStanding(
  { terms, body }: JointDeal,
  line: ProposalLine,
  after: readonly MoneyEntry[],
  { event, who }: MoneyEntry,
  amount: number,
): void {
  const tally = tallyOf(after);
  // Limits are told as what this entry could have said.
  const hold = (least: number, zh: string, en: string): void =>
    checkLimit('/amount', amount, amount + least, { zh, en });
  if (line.part === 'equity') {
    const paid = paidOf(tally, line);
    const gives = effectiveAmounts(terms, body).get(`equity/${line.institutionId}`) ?? 0;
    // Less taken back than was thought, after it was paid in again.
    if (event === 'back' && paid > gives)
      throw refusal(
        'joint-amount-exceeded',
        '更正后到账将超出承诺股权',
        'more equity would be paid in than is committed',
      );
    if (event === 'pay') hold(gives - paid, '承诺股权尚未到账部分', 'what of the equity committed is not paid yet');
    if (paid < 0) hold(paid, '已到账股权', 'the equity paid in');
    return;
  }
  const repaid = tally('repay', line);
  const lent = tally('draw', line) - repaid;
  const claimed = tally('claim', line);
  const outstanding = lent - claimed - tally('loss', line);
  if (outstanding < 0) hold(outstanding, '未偿余额', 'what is outstanding');
  const share = line.guarantorShareBp;
  if (share !== null && (event === 'claim' || event === 'draw')) {
    const liability = splitByLargestRemainder(lent, [10_000 - share, share])[1]!;
    hold(liability - claimed, '担保责任余额', "what is left of the guarantor's liability");
  }
  const borne = tally('claim', line, who) + tally('interest', line, who) + tally('loss', line, who);
  const left = borne - tally('recover', line, who) - tally('write-off', line, who);
  if (left < 0) hold(left, '待追偿余额', 'what is left to recover');
}
