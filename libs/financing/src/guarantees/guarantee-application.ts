import { dateAt, ProblemError, type Fen } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import type { Effect, Raiser } from '../deals/deal.ts';
import {
  DECISIONS,
  type CapsRecord,
  type Change,
  type Guarantee,
  type GuaranteeBody,
  type GuaranteeChange,
} from './guarantee.ts';
import { amountAt, dayAt, hashAt, refusal, textAt } from '../deals/checks.ts';
import type { GuaranteeState } from './guarantee-table.ts';
import { withinProgramme, withinRoom } from './guarantee-terms.ts';
import { heldToScheme } from './scheme-rules.ts';

/** What one event does to a guarantee; throws ProblemError for what it may not do. */
export type Handler<E extends GuaranteeChange['event']> = (
  deal: Guarantee,
  change: Change<E>,
  by: Raiser,
) => Effect<GuaranteeState, GuaranteeBody>;

const MOST_ITEMS = 50;

function textsAt(pointer: string, items: readonly Text[] | undefined): readonly Text[] {
  if (items === undefined || items.length === 0 || items.length > MOST_ITEMS)
    throw refusal('list-invalid', 422, pointer, `应有1至${MOST_ITEMS}项`, `1 to ${MOST_ITEMS} entries are expected`);
  return items.map(({ zh, en }, i) => ({
    zh: textAt(`${pointer}/${i}/zh`, zh),
    en: textAt(`${pointer}/${i}/en`, en),
  }));
}

/** One document for each item. */
function documentsFor(items: readonly unknown[], documents: readonly string[]): readonly string[] {
  if (documents.length !== items.length)
    throw refusal(
      'documents-incomplete',
      409,
      '/documents',
      `应逐项提供，共${items.length}项`,
      `one document for each of ${items.length} items is expected`,
    );
  return documents.map((hash, i) => hashAt(`/documents/${i}`, hash));
}

export const withReason: Handler<
  'withdraw' | 'reject' | 'cancel' | 'dispute' | 'reject-claim' | 'settle' | 'contest'
> = ({ body }, { reason }) => {
  textAt('/reason', reason);
  return { body };
};

export const askMissing: Handler<'ask-missing'> = ({ body }, { missing }, { at }) => {
  if (body.missing !== null)
    throw refusal(
      'missing-asked-once',
      409,
      '/missing',
      '补件须一次性告知，已于此前提出',
      'what is missing is asked for once, and was',
    );
  return { body: { ...body, missing: { items: textsAt('/missing', missing), askedOn: dateAt(at), documents: null } } };
};

export const supply: Handler<'supply'> = ({ body }, { documents }) => {
  const missing = body.missing!;
  return { body: { ...body, missing: { ...missing, documents: documentsFor(missing.items, documents) } } };
};

/** Raised by A, then in the same words by B: the first half changes nothing. */
export const report: Handler<'report'> = ({ body, terms, proposal }, { recommended, document, summary }, by) => {
  atMost('/recommended', amountAt('/recommended', recommended, 0), terms.principal);
  const first = proposal?.by.personId ?? by.personId;
  return {
    body: {
      ...body,
      report: {
        recommended,
        document: hashAt('/document', document),
        summary: textAt('/summary', summary),
        by: [first ?? '', by.personId ?? ''],
      },
    },
  };
};

export const decide: Handler<'decide'> = ({ body, terms }, change, by) => {
  const { decision, amount, reason } = change;
  if (!DECISIONS.includes(decision))
    throw refusal('decision-invalid', 422, '/decision', '评审结论有误', 'approve, conditional or decline is expected');
  if (body.report?.by.includes(by.personId ?? '')) throw dutiesSeparate();
  textAt('/reason', reason);
  const on = dateAt(by.at);
  const decided = { decision, amount, reason, reasonCode: change.reasonCode ?? null, on };
  if (decision === 'decline') {
    if (amount !== 0) throw refusal('amount-invalid', 422, '/amount', '未通过时金额为0', 'declined: the amount is 0');
    return { to: 'DECLINED', body: { ...body, decision: decided } };
  }
  atMost('/amount', amountAt('/amount', amount), terms.principal);
  withinProgramme('/amount', amount, terms);
  withinRoom('/amount', amount, change.room);
  reasonCodeAt(change.reasonCode, amount, terms.suggestedLine);
  if (decision === 'conditional') {
    const conditions = textsAt('/conditions', change.conditions).map((text) => ({ ...text, document: null }));
    return { to: 'CONDITIONAL', body: { ...body, decision: decided, conditions } };
  }
  return { to: 'APPROVED', body: approved({ ...body, decision: decided }, change) };
};

/** 理由代码: needed above the suggested line, and where none could be said; whatever stands there is a code. */
function reasonCodeAt(given: unknown, amount: Fen, suggestedLine: Fen | null): void {
  const above = suggestedLine === null || amount > suggestedLine;
  if (given === undefined ? !above : typeof given === 'string' && /^[A-Z0-9-]{1,20}$/.test(given)) return;
  const line = suggestedLine === null ? ['，无建议额度', ': none'] : [`${suggestedLine}分`, ` of ${suggestedLine} fen`];
  throw refusal(
    'reason-code-needed',
    422,
    '/reasonCode',
    above ? `批准金额超过建议额度${line[0]}，须注明理由代码` : '理由代码为1至20位大写字母、数字与连字符',
    above
      ? `more than the suggested line${line[1]}; a reason code is needed`
      : 'a code of 1 to 20 capital letters, digits and hyphens',
  );
}

export const meetConditions: Handler<'meet-conditions'> = ({ body }, change, by) => {
  // It approves: what they found out is not theirs to decide on.
  if (body.report?.by.includes(by.personId ?? '')) throw dutiesSeparate();
  withinRoom('', body.decision!.amount, change.room);
  const documents = documentsFor(body.conditions, change.documents);
  const conditions = body.conditions.map((condition, i) => ({ ...condition, document: documents[i]! }));
  return { body: approved({ ...body, conditions }, change) };
};

function approved(body: GuaranteeBody, change: Change<'decide' | 'meet-conditions'>): GuaranteeBody {
  const { event, caps } = change;
  const amounts = { approved: body.decision!.amount, reservedUntil: caps?.reservedUntil ?? null };
  return withScheme(withCaps({ ...body, ...amounts }, event, caps), change);
}

/**
 * The body with what the service found of the scheme: refused where a rule of it is not kept or its fuse has tripped. A reason
 * to go on that was given at approval stands for the letter.
 */
export function withScheme(
  body: GuaranteeBody,
  { event, scheme, fuseReason }: Pick<Change<'decide'>, 'scheme' | 'fuseReason'> & Pick<GuaranteeChange, 'event'>,
): GuaranteeBody {
  if (fuseReason !== undefined) textAt('/fuseReason', fuseReason);
  if (scheme === undefined) return body;
  const { schemes = [] } = body;
  const reason = fuseReason ?? schemes.findLast((one) => one.fuseReason !== null)?.fuseReason ?? null;
  heldToScheme(scheme, reason);
  return { ...body, schemes: [...schemes, { ...scheme, event, fuseReason: reason }] };
}

/** The body with the caps that the service wrote into the change. */
export const withCaps = (
  body: GuaranteeBody,
  event: GuaranteeChange['event'],
  caps: CapsRecord | undefined,
): GuaranteeBody => (caps === undefined ? body : { ...body, caps: [...body.caps, { ...caps, event }] });

export const contract: Handler<'contract'> = ({ body, parties }, { contractNo, signedOn, bankId }, { at }) => {
  const bank = parties.find(({ desk }) => desk === 'BANK');
  if ((bank === undefined) === (bankId === undefined))
    throw bank === undefined
      ? refusal('bank-missing', 422, '/bankId', '须指明贷款银行', 'the lending bank is to be named')
      : refusal('bank-given', 422, '/bankId', '贷款银行已确定', 'the lending bank is settled already');
  const today = dateAt(at);
  const signed = {
    contractNo: textAt('/contractNo', contractNo),
    signedOn: dayAt('/signedOn', signedOn, body.decision!.on, today),
  };
  return {
    body: { ...body, contract: signed },
    ...(bankId === undefined ? {} : { joining: [{ institutionId: bankId, desk: 'BANK' as const }] }),
  };
};

function atMost(pointer: string, amount: number, most: number): void {
  if (amount > most)
    throw refusal(
      'amount-over-application',
      422,
      pointer,
      `不得超过申请金额${most}分`,
      `more than was applied for: ${most} fen`,
    );
}

const dutiesSeparate = (): ProblemError => {
  const code = 'duties-separate';
  const zh = '审保分离：尽调人员不得参与评审';
  const en = 'who did the due diligence does not decide';
  return new ProblemError({ code, status: 409, zh, en, errors: [{ header: 'Authorization', code, zh, en }] });
};
