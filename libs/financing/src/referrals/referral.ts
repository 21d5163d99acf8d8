import { addMonths, dateAt, fen, type Fen, type ProblemError, type LocalDate } from '#lib/kernel';
import { amountAt, dayAt, monthAt, refusal, textAt, wholeAt } from '../deals/checks.ts';
import type { DealType, Deadline, Effect, Party, Raiser } from '../deals/deal.ts';
import { accountOf, corrected, withEntry, type LoanAccount } from './loan-account.ts';
import {
  DECLINE_CODES,
  DEFAULT_DPD,
  LOAN_CLASSES,
  LOAN_FORMS,
  PROBATION_MONTHS,
  type Approval,
  type LoanConsent,
  type LoanContract,
  type Referral,
  type ReferralBody,
  type ReferralChange,
  type ReferralTerms,
} from './referral-terms.ts';
import { REFERRAL_TABLE, type ReferralEvent, type ReferralState } from './referral-table.ts';

/** The approved amount; 0 before there is one. */
const limitOf = ({ body }: Referral): Fen => body.approval?.amount ?? fen(0);

export const loanOf = (referral: Pick<Referral, 'body'>): LoanAccount => accountOf(referral.body.entries);

const NOTHING: ReferralBody = {
  consent: null,
  externalId: null,
  declineCode: null,
  approval: null,
  contract: null,
  entries: [],
  months: [],
  daysPastDue: 0,
  overdueSince: null,
  restructured: null,
  firstLoan: null,
  everDefaulted: false,
  defaultedOn: null,
  repaidEarly: null,
  renewedBy: null,
};

/** 贷款推荐 as a kind of deal. */
export const REFERRAL: DealType<ReferralState, ReferralEvent, ReferralBody, ReferralChange, ReferralTerms> = {
  kind: 'referral',
  table: REFERRAL_TABLE,
  twoPersons: ['write-off'],
  begin: () => NOTHING,
  apply,
  deadlines,
};

type Next = Effect<ReferralState, ReferralBody>;

function apply(referral: Referral, change: ReferralChange, by: Raiser): Next {
  const { body } = referral;
  const today = dateAt(by.at);
  switch (change.event) {
    case 'consent':
      return { body: { ...body, consent: consentOf(change, today) } };
    case 'send':
      consentHolds(referral, today);
      return { body, joining: bankParty(referral) };
    case 'carry-over':
      return carriedOver(referral, change);
    case 'accept':
      return { body: { ...body, externalId: externalIdOf(change.externalId) } };
    case 'decline':
      return { body: { ...body, declineCode: choiceOf('/code', change.code, DECLINE_CODES) } };
    case 'approve':
      return { body: { ...body, approval: approvalOf(referral, change) } };
    case 'contract':
      return { body: { ...body, contract: contractOf(change, today) } };
    case 'draw':
      return drawn(referral, change, today);
    case 'pay':
      return { body: moved(referral, 'payment', change, today) };
    case 'recover':
      return { body: moved(referral, 'recovery', change, today) };
    case 'report-month':
      return { body: { ...body, ...reported(referral, change, today) } };
    case 'overdue':
      return { body: overdue(body, change, today) };
    case 'cure':
      return { body: { ...body, daysPastDue: 0, overdueSince: null } };
    case 'default':
      return { body: defaulted(referral, change, today) };
    case 'repaid':
      return { body: repaid(referral, change, today) };
    case 'renew':
      return { body: renewed(referral, change, today) };
    case 'restructure':
      return { body: restructured(body, change, today) };
    case 'write-off':
      return { body: writtenOff(referral, dayAt('/on', change.on, undefined, today)) };
    case 'close':
      return { body: closed(referral) };
    case 'correct':
      return { body: correctedBody(referral, change) };
    case 'decline-offer':
    case 'lapse':
    case 'no-response':
    case 'withdraw':
    case 'end-draws':
    case 'perform':
      return { body };
  }
}

function choiceOf<T extends string>(pointer: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const list = choices.join(', ');
  throw refusal('choice-invalid', 422, pointer, `应为 ${list} 之一`, `one of ${list} is expected`);
}

function consentOf(change: { readonly outcomes: unknown; readonly until: unknown }, today: LocalDate): LoanConsent {
  if (typeof change.outcomes !== 'boolean')
    throw refusal('choice-invalid', 422, '/outcomes', '应为 true 或 false', 'true or false is expected');
  return { outcomes: change.outcomes, until: dayAt('/until', change.until, today) };
}

/** Nothing is passed on to a bank by a consent that has ended. */
function consentHolds({ body }: Referral, today: LocalDate): void {
  if (body.consent !== null && body.consent.until >= today) return;
  throw refusal('consent-ended', 409, '', '企业的同意已到期，须重新取得', 'the consent of the firm has ended');
}

/** Before this the bank has no seat, and sees nothing. */
function bankParty({ parties, terms }: Referral): Party[] {
  const seated = parties.some(({ institutionId, desk }) => institutionId === terms.bank && desk === 'BANK');
  return seated ? [] : [{ institutionId: terms.bank, desk: 'BANK' }];
}

const externalIdOf = (value: unknown): string => {
  if (typeof value === 'string' && /^[0-9A-Za-z][0-9A-Za-z._:/-]{0,63}$/.test(value)) return value;
  throw refusal(
    'external-id-invalid',
    422,
    '/externalId',
    '应为1至64位字母、数字与连接符',
    '1 to 64 letters, digits and joints are expected',
  );
};

type Change<E extends ReferralEvent> = Extract<ReferralChange, { readonly event: E }>;

function approvalOf({ terms }: Referral, change: Change<'approve'>): Approval {
  const amount = amountAt('/amount', change.amount);
  const { suggestedLine } = terms;
  const { cap, used } = change.room ?? { cap: terms.programmeCap, used: fen(0) };
  if (cap !== null && amount > cap - used) throw overProgramme(cap);
  const over = suggestedLine === null || amount > suggestedLine;
  if (over && change.overLineReason === undefined)
    throw refusal(
      'over-line-reason-missing',
      422,
      '/overLineReason',
      '超过建议额度须写明理由',
      'above the suggested line a reason is needed',
    );
  return {
    amount,
    rateBp: wholeAt('/rateBp', change.rateBp, 0, 10_000),
    termMonths: wholeAt('/termMonths', change.termMonths, 1, 360),
    form: choiceOf('/form', change.form, LOAN_FORMS),
    overLineReason: change.overLineReason === undefined ? null : textAt('/overLineReason', change.overLineReason),
  };
}

/** What the firm owes elsewhere is not said: only that it counts. */
const overProgramme = (cap: Fen): ProblemError =>
  refusal(
    'programme-cap',
    409,
    '/amount',
    `超过产品上限 ${cap} 分（扣除企业在该产品下已批与未还的金额）`,
    `over the programme's cap of ${cap} fen, less what the firm was approved or owes under it`,
  );

function contractOf(change: LoanContract, today: LocalDate): LoanContract {
  const contractNo = externalNo(change.contractNo);
  const signedOn = dayAt('/signedOn', change.signedOn, undefined, today);
  const drawUntil = dayAt('/drawUntil', change.drawUntil, signedOn);
  return { contractNo, signedOn, drawUntil, maturity: dayAt('/maturity', change.maturity, drawUntil) };
}

const externalNo = (value: unknown): string => {
  const text = textAt('/contractNo', value);
  if (text.length <= 64) return text;
  throw refusal('text-missing', 422, '/contractNo', '至多64个字符', 'at most 64 characters');
};

function drawn(referral: Referral, change: Change<'draw'>, today: LocalDate): Next {
  const { body } = referral;
  const { signedOn, drawUntil } = body.contract!;
  const on = dayAt('/on', change.on, signedOn, drawUntil < today ? drawUntil : today);
  // The bank confirms at the first drawdown whether there was ever a loan before (首贷).
  if (referral.state === 'CONTRACTED' && typeof change.firstLoan !== 'boolean')
    throw refusal(
      'first-loan-missing',
      422,
      '/firstLoan',
      '首次提款须确认是否首贷',
      'the first draw says whether it is a first loan',
    );
  const entry = {
    version: referral.version + 1,
    kind: 'draw',
    amount: amountAt('/amount', change.amount),
    on,
  } as const;
  const entries = withEntry(body.entries, entry, limitOf(referral));
  return { body: { ...body, entries, firstLoan: body.firstLoan ?? change.firstLoan ?? null } };
}

function moved(
  referral: Referral,
  kind: 'payment' | 'recovery',
  { amount, on }: { readonly amount: Fen; readonly on: LocalDate },
  today: LocalDate,
): ReferralBody {
  const { body } = referral;
  const entry = {
    version: referral.version + 1,
    kind,
    amount: amountAt('/amount', amount),
    on: dayAt('/on', on, body.contract?.signedOn, today),
  };
  return { ...body, entries: withEntry(body.entries, entry, limitOf(referral)) };
}

function reported(
  referral: Referral,
  change: Change<'report-month'>,
  today: LocalDate,
): Pick<ReferralBody, 'months' | 'daysPastDue'> {
  const month = monthAt('/month', change.month, today);
  const { months } = referral.body;
  if (months.some((known) => known.month === month))
    throw refusal(
      'month-reported',
      409,
      '/month',
      `${month} 已报送，更正须用 correct`,
      `${month} was reported already`,
    );
  const balance = amountAt('/balance', change.balance, 0);
  const report = {
    month,
    balance,
    daysPastDue: wholeAt('/daysPastDue', change.daysPastDue, 0, 36_600),
    loanClass: choiceOf('/loanClass', change.loanClass, LOAN_CLASSES),
    differsBy: balance - loanOf(referral).outstanding,
  };
  return { months: [...months, report], daysPastDue: report.daysPastDue };
}

function overdue(body: ReferralBody, change: Change<'overdue'>, today: LocalDate): ReferralBody {
  const daysPastDue = wholeAt('/daysPastDue', change.daysPastDue, 1, 36_600);
  const on = dayAt('/on', change.on, undefined, today);
  return { ...body, daysPastDue, overdueSince: body.overdueSince ?? on };
}

function defaulted({ body, state }: Referral, change: Change<'default'>, today: LocalDate): ReferralBody {
  const cause = choiceOf('/cause', change.cause, ['overdue', 'claim', 'loss']);
  if (cause === 'overdue' && body.daysPastDue < DEFAULT_DPD)
    throw refusal(
      'not-ninety-days',
      409,
      '/cause',
      `逾期${body.daysPastDue}天，未满90天`,
      `${body.daysPastDue} days past due, not 90`,
    );
  if (cause === 'loss' && state !== 'RESTRUCTURED')
    throw refusal(
      'choice-invalid',
      422,
      '/cause',
      '仅重组贷款可因损失认定违约',
      'only a restructured loan defaults by its loss',
    );
  const on = dayAt('/on', change.on, undefined, today);
  return { ...body, everDefaulted: true, defaultedOn: body.defaultedOn ?? on };
}

function repaid(referral: Referral, change: Change<'repaid'>, today: LocalDate): ReferralBody {
  const { body } = referral;
  nothingOutstanding(referral);
  const on = dayAt('/on', change.on, body.contract?.signedOn, today);
  return { ...body, daysPastDue: 0, overdueSince: null, repaidEarly: on < body.contract!.maturity };
}

/** 无还本续贷: asked for before maturity, of a loan that is normal; the new loan carries all that is outstanding. */
function renewed(referral: Referral, change: Change<'renew'>, today: LocalDate): ReferralBody {
  const { body } = referral;
  const on = dayAt('/on', change.on, body.contract!.signedOn, today);
  if (on > body.contract!.maturity)
    throw refusal('renewal-late', 409, '/on', '续贷须在到期日前办理', 'a renewal is made before maturity');
  const { outstanding } = loanOf(referral);
  if (outstanding === 0) throw refusal('nothing-outstanding', 409, '', '没有可续贷的余额', 'nothing is outstanding');
  contractOf(change, today);
  wholeAt('/rateBp', change.rateBp, 0, 10_000);
  const entry = { version: referral.version + 1, kind: 'carried', amount: outstanding, on } as const;
  return { ...body, entries: withEntry(body.entries, entry, limitOf(referral)), renewedBy: change.renewedBy ?? null };
}

function carriedOver(referral: Referral, change: Change<'carry-over'>): Next {
  const { amount, on, consent, approval, contract, firstLoan } = change;
  const entry = { version: referral.version + 1, kind: 'draw', amount, on } as const;
  const body = { ...referral.body, consent, approval, contract, firstLoan, entries: [entry] };
  return { body, joining: bankParty(referral) };
}

function restructured(body: ReferralBody, change: Change<'restructure'>, today: LocalDate): ReferralBody {
  if (typeof change.withLoss !== 'boolean')
    throw refusal('choice-invalid', 422, '/withLoss', '应为 true 或 false', 'true or false is expected');
  const on = dayAt('/on', change.on, undefined, today);
  const maturity = dayAt('/maturity', change.maturity, on);
  return { ...body, contract: { ...body.contract!, maturity }, restructured: { on, withLoss: change.withLoss } };
}

function writtenOff(referral: Referral, on: LocalDate): ReferralBody {
  const { outstanding } = loanOf(referral);
  if (outstanding === 0) throw refusal('nothing-outstanding', 409, '', '没有可核销的余额', 'nothing is outstanding');
  const entry = { version: referral.version + 1, kind: 'written-off', amount: outstanding, on } as const;
  return { ...referral.body, entries: withEntry(referral.body.entries, entry, limitOf(referral)) };
}

function closed(referral: Referral): ReferralBody {
  nothingOutstanding(referral);
  return referral.body;
}

function nothingOutstanding(referral: Referral): void {
  const { outstanding } = loanOf(referral);
  if (outstanding > 0)
    throw refusal('still-outstanding', 409, '', `尚有余额 ${outstanding} 分`, `${outstanding} fen are outstanding`);
}

function correctedBody(referral: Referral, change: Change<'correct'>): ReferralBody {
  const { body } = referral;
  const corrects = wholeAt('/corrects', change.corrects, 1, referral.version);
  const amount = amountAt('/amount', change.amount, 0);
  return { ...body, entries: corrected(body.entries, corrects, amount, limitOf(referral)) };
}

function deadlines({ state, terms, body }: Referral): Deadline<ReferralEvent>[] {
  if (state === 'OFFERED' || state === 'FIRM_INTERESTED') return [{ event: 'lapse', lastDay: terms.validUntil }];
  if (state === 'CONTRACTED') return [{ event: 'end-draws', lastDay: body.contract!.drawUntil }];
  if (state === 'RESTRUCTURED' && body.restructured?.withLoss === false && body.daysPastDue === 0)
    return [{ event: 'perform', lastDay: addMonths(body.restructured.on, PROBATION_MONTHS) }];
  return [];
}
