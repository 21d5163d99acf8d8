import { addMonths, dateAt, type LocalDate } from '#lib/kernel';
import type { DealType, Effect, Raiser } from '../deals/deal.ts';
import { balanceOf, carrying, earliestExpiry, newestOf } from './commitments.ts';
import { joiningBy, shared, withdrawn } from './consents.ts';
import { OPINIONS, type JointBody, type JointChange, type JointDeal } from './joint-body.ts';
import { checkRoom, refusal } from './joint-refusals.ts';
import { JOINT_TABLE, JOINT_TWO_PERSONS, REVIEW_MONTHS, type JointEvent, type JointState } from './joint-table.ts';
import { checkTerms, type JointDesk, type JointTerms } from './joint-terms.ts';
import { moved } from './money.ts';
import { outstandingOf, positionsOf, toRecoverOf } from './positions.ts';
import { nextVersion } from './proposals.ts';
import { activated, committed, confirmed, declined, met, signed } from './partner-words.ts';

type JointEffect = Effect<JointState, JointBody>;
const MOST_WORDS = 200;

const EMPTY_BODY: JointBody = {
  consents: [],
  words: [],
  versions: [],
  answers: [],
  expired: [],
  signatures: [],
  met: [],
  signedOn: null,
  activatedOn: null,
  reviewOn: null,
  confirmed: [],
  freezes: [],
  entries: [],
  positions: [],
};

/** 联合授信案件 (domain §6.5): 投贷担 2:1:1 and 股贷担保租. */
export const JOINT_CASE: DealType<JointState, JointEvent, JointBody, JointChange, JointTerms> = {
  kind: 'joint-case',
  table: JOINT_TABLE,
  twoPersons: JOINT_TWO_PERSONS,
  begin: ({ terms }) => {
    checkTerms(terms);
    return EMPTY_BODY;
  },
  apply: (deal, change, by) => {
    const effect = applied(deal, change, by);
    return { ...effect, body: { ...effect.body, positions: positionsOf(deal.terms, effect.body) } };
  },
  deadlines: ({ state, stateSince, terms, body }) => {
    if (state === 'BALANCED') {
      const expiry = earliestExpiry(terms, body);
      return expiry === undefined ? [] : [{ event: 'expire', lastDay: expiry }];
    }
    if (state === 'ACTIVE')
      return [
        { event: 'review', lastDay: body.reviewOn! },
        { event: 'end-availability', lastDay: newestOf(body)!.availableUntil },
      ];
    // What was never drawn, or is settled to the last fen, ends by itself.
    return state === 'RUN_OFF' && settled(body) ? [{ event: 'close', lastDay: dateAt(stateSince) }] : [];
  },
  awaits: awaited,
};

/** A review waits for the required desks that have not confirmed. */
function awaited({ state, terms, body }: JointDeal): readonly JointDesk[] | undefined {
  if (state !== 'REVIEW_DUE' || terms.required.length === 0) return undefined;
  return terms.required.filter((desk) => !body.confirmed.includes(desk));
}

const settled = ({ positions }: JointBody): boolean => outstandingOf(positions) === 0 && toRecoverOf(positions) === 0;

function applied(deal: JointDeal, change: JointChange, by: Raiser): JointEffect {
  const { body, terms } = deal;
  const today = dateAt(by.at);
  const version = deal.version + 1;
  switch (change.event) {
    case 'share':
      return {
        body: { ...body, consents: shared(change, terms, body.consents, { version, today }) },
        joining: joiningBy(change.consents, deal.parties),
      };
    case 'unshare':
      return { body: { ...body, consents: withdrawn(change, body.consents, today) } };
    case 'say':
      return { body: { ...body, words: [...body.words, spoken(deal, change, by, version)] } };
    case 'propose':
    case 'counter': {
      const next = nextVersion(deal, change, { institutionId: by.institutionId, today });
      return { body: { ...body, versions: [...body.versions, next], signatures: [] } };
    }
    case 'commit':
      return balancing(deal, { ...body, answers: [...body.answers, committed(deal, change, by)] }, today);
    case 'decline':
      return balancing(deal, { ...body, answers: [...body.answers, declined(deal, change, by)] }, today);
    case 'sign':
      return signed(deal, change, by);
    case 'meet':
      return { body: { ...body, met: [...body.met, met(deal, change, by)] } };
    case 'activate':
      return { body: activated(deal, today) };
    case 'pay':
    case 'back':
    case 'draw':
    case 'repay':
    case 'claim':
    case 'loss':
    case 'recover':
    case 'write-off':
    case 'correct': {
      const after = { ...body, entries: moved(deal, change, by) };
      if (change.event !== 'back' || deal.state === 'RUN_OFF') return { body: after };
      return { body: frozen(after, version, today, 'equity-back', change.reason) };
    }
    case 'freeze':
      return { body: frozen(body, version, today, change.reason, change.text) };
    case 'issue':
      return { body: frozen(body, version, today, 'review-issue', change.text) };
    case 'unfreeze':
      // Frozen before it was active: what its partners asked for is asked for still.
      return { body: body.activatedOn === null ? activated(deal, today) : body };
    case 'review':
      return { body: { ...body, confirmed: [] } };
    case 'confirm': {
      const desks = confirmed(deal, by);
      const waiting = terms.required.filter((desk) => !desks.includes(desk));
      if (waiting.length > 0) return { to: 'REVIEW_DUE', body: { ...body, confirmed: desks } };
      return { to: 'ACTIVE', body: { ...body, confirmed: [], reviewOn: addMonths(today, REVIEW_MONTHS) } };
    }
    case 'expire': {
      const gone = carrying(terms, body).filter(({ expiresOn }) => expiresOn < today);
      return { body: { ...body, signatures: [], expired: [...body.expired, ...gone.map((one) => one.version)] } };
    }
    case 'close': {
      checkSettled(body);
      const bad = body.positions.some(({ claimed, lost }) => claimed + lost > 0);
      return { to: bad ? 'TERMINATED' : 'FULFILLED', body };
    }
    case 'withdraw':
    case 'open':
    case 'lapse':
    case 'end-availability':
      return { body };
  }
}

/** Where an answer leads: it may be the last that was waited for, or the last institution of a required desk standing back. */
function balancing(deal: JointDeal, body: JointBody, today: LocalDate): JointEffect {
  // Where an optional desk joins a case that is balanced already, the table knows one way only.
  if (deal.state !== 'COMMITTING') return { body };
  const { lacking } = balanceOf(deal.terms, body, today);
  if (lacking.some(({ code }) => code === 'desk-declined')) return { to: 'FAILED', body };
  return { to: lacking.length === 0 ? 'BALANCED' : 'COMMITTING', body: { ...body, signatures: [] } };
}

function frozen(
  body: JointBody,
  version: number,
  on: LocalDate,
  reason: JointBody['freezes'][number]['reason'],
  text: string,
): JointBody {
  return { ...body, confirmed: [], freezes: [...body.freezes, { version, on, reason, text }] };
}

function spoken(
  { body }: JointDeal,
  { round, opinion, need, text }: Extract<JointChange, { readonly event: 'say' }>,
  by: Raiser,
  version: number,
): JointBody['words'][number] {
  checkRoom(body.words, MOST_WORDS, { zh: '会商发言', en: 'words of consultation' });
  if (by.role === 'SYSTEM') throw refusal('joint-desk-missing', '发言须有席位', 'a word has a desk', { status: 403 });
  if (by.role === 'FIRM' && round === 'internal')
    throw refusal('joint-word-invalid', '企业不参加内部会商', 'the firm has no part in internal consultation', {
      status: 422,
      errors: [{ pointer: '/round', code: 'joint-word-invalid', zh: '应为外部会商', en: 'external is expected' }],
    });
  if (!OPINIONS.includes(opinion)) throw new RangeError(`no such opinion: ${opinion}`);
  return { version, round, desk: by.role, institutionId: by.institutionId, opinion, need, text };
}

/** Throws ProblemError joint-debt-open 409 with every part that is not settled. */
function checkSettled({ positions }: JointBody): void {
  const errors = positions.flatMap(({ part, institutionId, outstanding, toRecover }) => [
    ...(outstanding > 0
      ? [open(institutionId, `${part} 未偿 ${outstanding} 分`, `${outstanding} fen of ${part} are outstanding`)]
      : []),
    ...(toRecover > 0
      ? [open(institutionId, `${part} 待追偿 ${toRecover} 分`, `${toRecover} fen of ${part} are still to recover`)]
      : []),
  ]);
  if (errors.length > 0) throw refusal('joint-debt-open', '债务尚未结清', 'the debt is not settled', { errors });
}

const open = (field: string, zh: string, en: string) => ({ field, code: 'joint-debt-open', zh, en });
