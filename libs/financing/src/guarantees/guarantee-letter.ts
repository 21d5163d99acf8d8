import { addDays, addMonths, dateAt, type LocalDate } from '#lib/kernel';
import { claimAmount } from '../sharing/claim-account.ts';
import type { Raiser } from '../deals/deal.ts';
import { withCaps, withScheme, type Handler } from './guarantee-application.ts';
import { figuresOf, stillToRecover, type GuaranteeEntry, type LoanEntryName } from './guarantee-entries.ts';
import { amountAt, dayAt, hashAt, refusal, textAt } from '../deals/checks.ts';
import type { Guarantee, GuaranteeBody, LetterTerms } from './guarantee.ts';
import type { GuaranteeState } from './guarantee-table.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';

/** The guarantee outlasts the loan by so much (domain §5.2). */
export const MONTHS_AFTER_MATURITY = 6;
/** Within which a bank tells of an overdue payment. */
export const OVERDUE_NOTICE_DAYS = 10;
/** From this day of being overdue on may be claimed. */
export const CLAIM_FROM_DAY = 30;

/** The body with its figures added up anew. */
const booked = (body: GuaranteeBody, terms: GuaranteeTerms, entries: readonly GuaranteeEntry[]): GuaranteeBody => ({
  ...body,
  entries,
  ...figuresOf(entries, body.approved, terms),
});

/** An entry of the event in hand. */
const add = ({ body, terms, version }: Guarantee, entry: DistributiveOmit<GuaranteeEntry, 'version'>): GuaranteeBody =>
  booked(body, terms, [...body.entries, { ...entry, version: version + 1 }]);

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function letterAt({ letterNo, drawUntil, maturity, guaranteeUntil }: LetterTerms, from?: LocalDate): LetterTerms {
  const letter = {
    letterNo: textAt('/letterNo', letterNo),
    drawUntil: dayAt('/drawUntil', drawUntil, from),
    maturity: dayAt('/maturity', maturity, drawUntil),
    guaranteeUntil: dayAt('/guaranteeUntil', guaranteeUntil),
  };
  longEnough(maturity, guaranteeUntil);
  return letter;
}

function longEnough(maturity: LocalDate, guaranteeUntil: LocalDate): void {
  const least = addMonths(maturity, MONTHS_AFTER_MATURITY);
  if (guaranteeUntil < least)
    throw refusal(
      'guarantee-too-short',
      422,
      '/guaranteeUntil',
      `保证期间不得早于贷款到期后${MONTHS_AFTER_MATURITY}个月（${least}）`,
      `the guarantee lasts until ${MONTHS_AFTER_MATURITY} months after the loan at least: ${least}`,
    );
}

export const issue: Handler<'issue'> = ({ body, terms }, change, { at }) => {
  const today = dateAt(at);
  if (body.reservedUntil !== null && today > body.reservedUntil)
    throw refusal(
      'reservation-expired',
      409,
      '',
      `额度预留已于${body.reservedUntil}到期`,
      `the capacity was reserved until ${body.reservedUntil}`,
    );
  const letter = letterAt(change, today);
  const last = addMonths(letter.drawUntil, terms.termMonths);
  if (letter.maturity > last)
    throw refusal(
      'term-over-application',
      422,
      '/maturity',
      `贷款期限不得超过申请的${terms.termMonths}个月`,
      `the loan lasts longer than the ${terms.termMonths} months applied for`,
    );
  const issued = { ...body, reservedUntil: null, letter: { ...letter, issuedOn: today, batchNo: null } };
  return { body: withScheme(withCaps(issued, change.event, change.caps), change) };
};

/** ACCEPTED_BATCH (见贷即担): the letter follows from the agreement of the batch, for all that the bank lent. */
export const acceptBatch: Handler<'accept-batch'> = ({ body, terms }, change, { at }) => {
  const letter = { ...letterAt(change), issuedOn: dateAt(at), batchNo: textAt('/batchNo', change.batchNo) };
  const taken = { ...body, approved: terms.principal, letter };
  return { body: withScheme(withCaps(taken, change.event, change.caps), change) };
};

export const draw: Handler<'draw'> = (deal, { amount, on, loan }, { at }) => {
  const { body } = deal;
  const { drawUntil, issuedOn, batchNo, maturity } = body.letter!;
  if (body.drawsEnded) throw refusal('draws-over', 409, '/on', '提款期已过', 'nothing more may be drawn');
  const today = dateAt(at);
  // A loan of a batch was paid out before its letter.
  const from = batchNo === null ? issuedOn : undefined;
  const day = dayAt('/on', on, from, drawUntil < today ? drawUntil : today);
  const entry = { kind: 'draw', amount: amountAt('/amount', amount), on: day, maturity, ...followed(loan) } as const;
  return { body: add(deal, entry) };
};

export const endDraws: Handler<'end-draws'> = ({ body }) => ({
  to: body.outstanding === 0 ? 'RELEASED' : 'IN_FORCE',
  body: { ...body, drawsEnded: true },
});

export const extend: Handler<'extend'> = (deal, change, { at }) => {
  const letter = deal.body.letter!;
  const maturity = dayAt('/maturity', change.maturity, addDays(letter.maturity, 1));
  const guaranteeUntil = dayAt('/guaranteeUntil', change.guaranteeUntil, letter.guaranteeUntil);
  longEnough(maturity, guaranteeUntil);
  if (dateAt(at) > letter.guaranteeUntil) throw guaranteeEnded(letter.guaranteeUntil);
  const body = add(deal, { kind: 'extension', from: letter.maturity, maturity });
  return { body: withCaps({ ...body, letter: { ...letter, maturity, guaranteeUntil } }, change.event, change.caps) };
};

const followed = (loan: LoanEntryName | undefined) => (loan === undefined ? {} : { loan });

export const reduce: Handler<'reduce'> = (deal, { amount, on, loan }, by) => {
  const sums = { amount: amountAt('/amount', amount), on: notLater('/on', on, by) };
  return { body: add(deal, { kind: 'repayment', ...sums, ...followed(loan) }) };
};

/** 结清: all that is outstanding is repaid. */
export const repaid: Handler<'repaid'> = (deal, { on }, by) => {
  const { outstanding } = deal.body;
  const day = notLater('/on', on, by);
  return { body: outstanding === 0 ? deal.body : add(deal, { kind: 'repayment', amount: outstanding, on: day }) };
};

export const overdue: Handler<'overdue'> = ({ body }, { dueOn }, by) => {
  const noticedOn = dateAt(by.at);
  const due = notLater('/dueOn', dueOn, by);
  if (body.outstanding === 0)
    throw refusal('nothing-outstanding', 409, '/dueOn', '没有未还本金', 'nothing is outstanding');
  const late = noticedOn > addDays(due, OVERDUE_NOTICE_DAYS);
  if (late && by.role === 'BANK')
    throw refusal(
      'overdue-notice-late',
      409,
      '/dueOn',
      `逾期须在到期后${OVERDUE_NOTICE_DAYS}日内通知；逾时由担保机构登记`,
      `a bank tells within ${OVERDUE_NOTICE_DAYS} days after the due day; later the guarantor takes it in`,
    );
  return { body: { ...body, overdue: { dueOn: due, noticedOn, late } } };
};

export const cure: Handler<'cure'> = ({ body }, { on }, by) => {
  notLater('/on', on, by);
  return { body: { ...body, overdue: null } };
};

export const claim: Handler<'claim'> = ({ body, terms }, { interest, document }, { at }) => {
  const filedOn = dateAt(at);
  const first = addDays(body.overdue!.dueOn, CLAIM_FROM_DAY);
  if (filedOn < first)
    throw refusal(
      'claim-too-early',
      409,
      '',
      `逾期第${CLAIM_FROM_DAY}日（${first}）起可申请代偿`,
      `may be claimed from ${first}`,
    );
  if (filedOn > body.letter!.guaranteeUntil) throw guaranteeEnded(body.letter!.guaranteeUntil);
  const amount = claimAmount(body.outstanding, amountAt('/interest', interest, 0), terms.guaranteedBp);
  // What was not drawn by now is never drawn.
  const filed = { interest, document: hashAt('/document', document), filedOn, amount };
  return { body: { ...body, drawsEnded: true, claim: filed } };
};

/** What was repaid meanwhile is not paid again, and nobody is paid more than was claimed. */
function payable({ body, terms }: Guarantee, amount: number): void {
  const { interest, amount: claimed } = body.claim!;
  const most = Math.min(claimed, claimAmount(body.outstanding, interest, terms.guaranteedBp));
  if (amount > most)
    throw refusal(
      'pay-over-claim',
      422,
      '/amount',
      `不得超过应代偿金额${most}分`,
      `more than may be claimed: ${most} fen`,
    );
}

export const pay: Handler<'pay'> = (deal, { amount, on }, by) => {
  payable(deal, amountAt('/amount', amount));
  return { body: add(deal, { kind: 'claim', amount, on: notLater('/on', on, by) }) };
};

export const court: Handler<'court'> = (deal, { outcome, amount, on, document }, by) => {
  hashAt('/document', document);
  const day = notLater('/on', on, by);
  if (outcome === 'pay') {
    payable(deal, amountAt('/amount', amount));
    return { to: 'PAID', body: add(deal, { kind: 'claim', amount, on: day }) };
  }
  if (outcome !== 'reject' || amount !== 0)
    throw refusal(
      'court-invalid',
      422,
      '/outcome',
      '裁判结果有误',
      'pay with an amount, or reject with 0, is expected',
    );
  return { to: 'CLAIM_REJECTED', body: deal.body };
};

export const recover: Handler<'recover'> = (deal, { amount, costs, on }, by) => {
  const sums = { amount: amountAt('/amount', amount), costs: amountAt('/costs', costs, 0) };
  const body = add(deal, { kind: 'recovery', ...sums, on: notLater('/on', on, by) });
  return { to: recovered(body), body };
};

export const cost: Handler<'cost'> = (deal, { amount, on }, by) => ({
  body: add(deal, { kind: 'cost', amount: amountAt('/amount', amount), on: notLater('/on', on, by) }),
});

/** After a recovery that followed a write-off the books give up nothing more. */
export const writeOff: Handler<'write-off'> = (deal, { reason }) => {
  textAt('/reason', reason);
  const before = deal.body.account!.leaves.some(({ writtenOff }) => writtenOff !== null);
  return { body: before ? deal.body : add(deal, { kind: 'write-off' }) };
};

const recovered = ({ account }: GuaranteeBody): GuaranteeState =>
  stillToRecover(account) === 0 ? 'RECOVERED' : 'RECOVERING';

/** Who tells of it puts it right. */
const CORRECTED_BY: Partial<Record<GuaranteeEntry['kind'], Raiser['role']>> = {
  draw: 'BANK',
  repayment: 'BANK',
  recovery: 'GUAR',
  cost: 'GUAR',
};

/** 更正: the amount of an earlier event is another one; all figures are added up anew. 0: it did not happen. */
export const correct: Handler<'correct'> = ({ body, terms, state, version: now }, change, by) => {
  const { version, reason } = change;
  textAt('/reason', reason);
  const entry = body.entries.find((one) => one.version === version);
  const corrector = entry && CORRECTED_BY[entry.kind];
  if (!entry || corrector === undefined || (by.role !== 'SYSTEM' && by.role !== corrector))
    throw refusal(
      'correction-unknown',
      422,
      '/version',
      `没有可由本方更正的第${version}号事件`,
      `there is no event ${version} that this desk may put right`,
    );
  const amount = amountAt('/amount', change.amount, 0);
  const costs = entry.kind === 'recovery' ? { costs: amountAt('/costs', change.costs ?? entry.costs, 0) } : {};
  const entries = body.entries.map((one) => (one === entry ? { ...one, amount, ...costs, correctedBy: now + 1 } : one));
  const after = booked(body, terms, entries);
  return { ...(state === 'RECOVERING' || state === 'RECOVERED' ? { to: recovered(after) } : {}), body: after };
};

const notLater = (pointer: string, on: LocalDate, { at }: Raiser): LocalDate =>
  dayAt(pointer, on, undefined, dateAt(at));

const guaranteeEnded = (until: LocalDate) =>
  refusal('guarantee-ended', 409, '', `保证期间已于${until}届满`, `the guarantee ended on ${until}`);
