import { addMonths, dateAt, type LocalDate } from '#lib/kernel';
import type { Effect, Raiser } from '../deals/deal.ts';
import {
  answerOf,
  commitmentsOf,
  deskOfPart,
  earliestExpiry,
  isRequired,
  linesOf,
  mayAlsoSign,
  newestOf,
  openConditions,
  signersOf,
} from './commitments.ts';
import {
  JOINT_DECLINE_CODES,
  type PartnerAnswer,
  type JointBody,
  type JointChange,
  type JointDeal,
  type ProposalLine,
} from './joint-body.ts';
import { checkAmount, checkLimit, checkRoom, fault, refusal, refuse, type Faults } from './joint-refusals.ts';
import { REVIEW_MONTHS, type JointState } from './joint-table.ts';
import type { JointDesk, JointPart } from './joint-terms.ts';

type Of<E extends JointChange['event']> = Extract<JointChange, { readonly event: E }>;

const MOST_ANSWERS = 200;
const MOST_CONDITIONS = 20;

const deskMissing = (zh: string, en: string) => refusal('joint-desk-missing', zh, en, { status: 403 });

/** Throws ProblemError joint-version-stale 409: what was read is not the newest proposal any more. */
function checkNewest({ body }: JointDeal, proposalVersion: number): void {
  const newest = newestOf(body)?.no ?? 0;
  if (proposalVersion === newest) return;
  throw refusal('joint-version-stale', `方案已是第${newest}版`, `the proposal is at version ${newest}`, {
    errors: [{ pointer: '/proposalVersion', code: 'joint-version-stale', zh: '方案已更新', en: 'an older proposal' }],
    extra: { proposalVersion: newest },
  });
}

/** The raiser's own line. Throws ProblemError joint-desk-missing 403. */
function ownLine({ body, state, terms }: JointDeal, part: JointPart, by: Raiser): ProposalLine {
  const line = linesOf(body).find((one) => one.part === part && one.institutionId === by.institutionId);
  if (line === undefined)
    throw deskMissing('方案未请本机构承担此部分', 'the proposal asks nothing of this part of you');
  if (state !== 'COMMITTING' && isRequired(terms, part))
    throw deskMissing('必需席位只在承诺阶段承诺', 'a required desk commits while commitments are collected');
  return line;
}

/**
 * 承诺. Less than asked is taken as it is and cuts nobody else; more is another proposal. Throws ProblemError
 * joint-version-stale 409, joint-desk-missing 403, joint-commitment-signed 409, amount-invalid 422, joint-amount-exceeded 409,
 * joint-commitment-invalid 422.
 */
export function committed(deal: JointDeal, change: Of<'commit'>, by: Raiser): PartnerAnswer {
  checkNewest(deal, change.proposalVersion);
  const { part, expiresOn, conditions, proposalVersion } = change;
  const line = ownLine(deal, part, by);
  // Money may rest on what was signed.
  if (deal.state !== 'COMMITTING' && deal.body.signatures.some(({ who }) => who === line.institutionId))
    throw refusal('joint-commitment-signed', '已签署的承诺不可变更', 'what was signed is not committed to anew');
  const amount = checkAmount('/amount', change.amount);
  checkLimit('/amount', amount, line.amount, { zh: '方案请求额', en: 'what the proposal asks' });
  checkRoom(deal.body.answers, MOST_ANSWERS, { zh: '答复', en: 'answers' });
  const faults: Faults = [];
  const code = 'joint-commitment-invalid';
  if (expiresOn < dateAt(by.at)) fault(faults, '/expiresOn', code, '已经过去', 'has passed already');
  if (conditions.length > MOST_CONDITIONS || conditions.some((text) => text.trim() === ''))
    fault(faults, '/conditions', code, `至多${MOST_CONDITIONS}项，不得为空`, `at most ${MOST_CONDITIONS}, none empty`);
  refuse(faults, code, { zh: '承诺有误', en: 'the commitment is not valid' });
  const { institutionId } = line;
  return { proposalVersion, version: deal.version + 1, part, institutionId, amount, expiresOn, conditions, code: null };
}

/** 不参与. Throws ProblemError joint-version-stale 409, joint-desk-missing 403, joint-commitment-invalid 422. */
export function declined(deal: JointDeal, { proposalVersion, part, code }: Of<'decline'>, by: Raiser): PartnerAnswer {
  checkNewest(deal, proposalVersion);
  const { institutionId } = ownLine(deal, part, by);
  checkRoom(deal.body.answers, MOST_ANSWERS, { zh: '答复', en: 'answers' });
  if (!Object.hasOwn(JOINT_DECLINE_CODES, code)) {
    const faults: Faults = [];
    fault(faults, '/code', 'joint-commitment-invalid', '没有该原因代码', 'there is no such decline code');
    refuse(faults, 'joint-commitment-invalid', { zh: '答复有误', en: 'the answer is not valid' });
  }
  const version = deal.version + 1;
  return { proposalVersion, version, part, institutionId, amount: null, expiresOn: null, conditions: [], code };
}

/**
 * 签约: the firm and everybody who carries the case, before the earliest commitment runs out. Throws ProblemError
 * joint-version-stale 409, joint-desk-missing 403, joint-sign-refused 409 (a second time, or too late).
 */
export function signed(deal: JointDeal, change: Of<'sign'>, by: Raiser): Effect<JointState, JointBody> {
  const { body, terms, state } = deal;
  checkNewest(deal, change.proposalVersion);
  const today = dateAt(by.at);
  const who = by.role === 'FIRM' ? 'FIRM' : by.institutionId;
  const needed = signersOf(terms, body);
  if (who === null || !(needed.includes(who) || mayAlsoSign(terms, body).includes(who)))
    throw deskMissing('本机构无需签署', 'nothing of this contract is yours to sign');
  const faults: Faults = [];
  if (!/^[0-9a-f]{64}$/.test(change.textSha256))
    fault(faults, '/textSha256', 'joint-sign-invalid', '应为SHA-256十六进制', 'a SHA-256 in hex is expected');
  refuse(faults, 'joint-sign-invalid', { zh: '签署有误', en: 'the signature is not valid' });
  if (body.signatures.some((one) => one.who === who))
    throw refusal('joint-sign-refused', '已签署', 'it is signed already');
  // Whoever joins later answers for its own commitment alone.
  const own = commitmentsOf(body).find(({ part, institutionId }) => institutionId === who && !isRequired(terms, part));
  const expiries = [state === 'BALANCED' ? earliestExpiry(terms, body) : undefined, own?.expiresOn];
  const expiry = expiries.find((day) => day !== undefined && day < today);
  if (expiry !== undefined)
    throw refusal('joint-sign-refused', `承诺已于 ${expiry} 到期`, `a commitment ran out on ${expiry}`);
  const signatures = [...body.signatures, { who, on: today, textSha256: change.textSha256 }];
  if (state !== 'BALANCED') return { body: { ...body, signatures } };
  const all = needed.every((one) => signatures.some((signature) => signature.who === one));
  return all
    ? { to: 'SIGNED', body: { ...body, signatures, signedOn: today } }
    : { to: 'BALANCED', body: { ...body, signatures } };
}

/** One of the raiser's own conditions is met. Throws ProblemError joint-condition-unknown 422. */
export function met({ body }: JointDeal, { part, condition }: Of<'meet'>, by: Raiser): string {
  const own = commitmentsOf(body).find((one) => one.part === part && one.institutionId === by.institutionId);
  const key = `${own?.version}/${condition}`;
  if (own?.conditions[condition] === undefined || body.met.includes(key))
    throw refusal('joint-condition-unknown', '没有待满足的本方条件', 'no open condition of your own', {
      status: 422,
      errors: [{ pointer: '/condition', code: 'joint-condition-unknown', zh: '无此条件', en: 'no such condition' }],
    });
  return key;
}

/** 生效. Throws ProblemError joint-conditions-open 409 with every condition that is not met. */
export function activated({ terms, body }: JointDeal, today: LocalDate): JointBody {
  const errors = openConditions(terms, body).map(({ part, institutionId, text }) => ({
    field: institutionId,
    code: 'joint-conditions-open',
    zh: `${part}：${text}`,
    en: `${part}: ${text}`,
  }));
  if (errors.length > 0)
    throw refusal('joint-conditions-open', '生效条件尚未满足', 'conditions are not met yet', { errors });
  return { ...body, activatedOn: today, reviewOn: addMonths(today, REVIEW_MONTHS) };
}

/** Desks that have confirmed, with those of the raiser. */
export function confirmed({ body, parties }: JointDeal, by: Raiser): readonly JointDesk[] {
  const own = parties
    .filter(({ institutionId }) => institutionId === by.institutionId)
    .map(({ desk }) => desk)
    .filter((desk): desk is JointDesk => desk !== 'REGUAR');
  const carries = own.filter((desk) =>
    linesOf(body).some(
      (line) =>
        deskOfPart(line.part) === desk && line.institutionId === by.institutionId && answerOf(body, line)?.amount,
    ),
  );
  if (carries.length === 0) throw deskMissing('本机构未参与该案件', 'you have no part in this case');
  return [...new Set([...body.confirmed, ...carries])];
}
