import type { LocalDate } from '#lib/kernel';
import type { Raiser } from '../deals/deal.ts';
import { answerOf, isRequired, linesOf, newestOf } from './commitments.ts';
import { hasConsent } from './consents.ts';
import type { JointBody, JointChange, JointDeal, ProposalLine } from './joint-body.ts';
import { refusal } from './joint-refusals.ts';
import type { JointEvent } from './joint-table.ts';
import type { JointTerms } from './joint-terms.ts';

/** What moves a case for all its partners: for those that the firm's consent and a part of their own keep at it. */
const MOVES_ALL: readonly JointEvent[] = [
  'propose',
  'open',
  'counter',
  'activate',
  'freeze',
  'unfreeze',
  'issue',
  'confirm',
];

const isOf = ({ institutionId, lender }: Pick<ProposalLine, 'institutionId' | 'lender'>, who: string): boolean =>
  institutionId === who || lender === who;

/**
 * Whether an institution has a part in the case now: a commitment to the newest proposal, also as the lender of what is
 * guaranteed; while commitments are still to come, a line that asks a required desk; before the first proposal a required
 * desk. Pure.
 */
export function hasPart({ state, terms, parties, body }: JointDeal, who: string): boolean {
  if (newestOf(body) === undefined)
    return parties.some(({ institutionId, desk }) => institutionId === who && isDeskRequired(terms, desk));
  const isAsking = state === 'PROPOSED' || state === 'COMMITTING';
  return linesOf(body).some((line) => {
    const answer = answerOf(body, line);
    const takes = answer === undefined ? isAsking && isRequired(terms, line.part) : answer.amount !== null;
    return takes && isOf(line, who);
  });
}

const isDeskRequired = ({ required }: Pick<JointTerms, 'required'>, desk: string): boolean =>
  required.length === 0 || (required as readonly string[]).includes(desk);

/**
 * Whether an institution at a desk goes on being told of the case: as long as the firm's consent lasts, and until it declines
 * all that the newest proposal asks of it. A newer proposal that names it asks it anew. Pure.
 */
export function isPresent({ body }: Pick<JointDeal, 'body'>, who: string, today: LocalDate): boolean {
  if (!hasConsent(body.consents, who, today)) return false;
  const own = linesOf(body).filter((line) => isOf(line, who));
  return own.length === 0 || own.some((line) => line.institutionId !== who || answerOf(body, line)?.amount !== null);
}

/** Events that an institution may not raise as it takes part now, whatever its desk. Pure. */
export function barredTo(deal: JointDeal, who: string, today: LocalDate): readonly JointEvent[] {
  if (!hasPart(deal, who)) return [...MOVES_ALL, 'close'];
  return hasConsent(deal.body.consents, who, today) ? [] : MOVES_ALL;
}

/** Throws ProblemError joint-part-missing 403 for an institution that takes no part (any more) and would move the case. */
export function checkTakesPart(deal: JointDeal, { event }: JointChange, by: Raiser, today: LocalDate): void {
  const { role, institutionId } = by;
  if (institutionId === null || role === 'OPS' || role === 'FIRM') return;
  if (!barredTo(deal, institutionId, today).includes(event)) return;
  if (!hasPart(deal, institutionId))
    throw partMissing('本机构在现行方案中没有席位或承诺', 'you have no part in the case as it stands');
  throw partMissing('企业对本机构的授权已结束', "the firm's consent to you has ended");
}

/**
 * 解冻 is not for one institution alone whose default or equity froze the case; where a default names nobody, for no
 * institution alone. Throws ProblemError joint-unfreeze-refused 409.
 */
export function checkThaw({ body, proposal }: JointDeal, { cure }: { readonly cure: string }, by: Raiser): void {
  if (proposal === null || proposal.change.event !== 'unfreeze' || proposal.change.cure !== cure) return;
  const alone = by.institutionId;
  if (proposal.by.institutionId !== alone) return;
  const bars = body.freezes.some(
    ({ reason, partner, liftedOn }) =>
      liftedOn === undefined && (partner === undefined ? reason === 'partner-default' : partner === alone),
  );
  if (!bars) return;
  const zh = '因违约或退股而冻结的，须由另一机构的一人参与解冻';
  const en = 'it is unfrozen by persons of two institutions: not by whose default or equity froze it alone';
  const code = 'joint-unfreeze-refused';
  throw refusal(code, zh, en, { errors: [{ header: 'Authorization', code, zh, en }] });
}

/** The institution whose default freezes the case. Throws ProblemError joint-partner-unknown 422. */
export function defaulterOf(body: JointBody, partner: string | null | undefined): { readonly partner?: string } {
  if (partner === undefined || partner === null) return {};
  if (linesOf(body).some((line) => isOf(line, partner))) return { partner };
  throw refusal('joint-partner-unknown', '方案没有该合作方', 'the proposal has no such partner', {
    status: 422,
    errors: [{ pointer: '/partner', code: 'joint-partner-unknown', zh: '无此合作方', en: 'no such partner' }],
  });
}

/** What of a case is an institution's own: its words, lines, answers, signature and money. Pure. */
export function ownPart(body: JointBody, who: string): JointBody {
  const lines = linesOf(body).filter((line) => isOf(line, who));
  const isOwn = (part: string, partner: string): boolean =>
    lines.some((line) => line.part === part && line.institutionId === partner);
  return {
    ...body,
    words: body.words.filter(({ institutionId }) => institutionId === who),
    versions: body.versions.map((version) => ({
      ...version,
      lines: version.lines.filter((line) => isOf(line, who)),
      moved: 0,
      substitution: null,
      note: '',
    })),
    answers: body.answers.filter(({ institutionId }) => institutionId === who),
    signatures: body.signatures.filter((signature) => signature.who === who),
    freezes: [],
    entries: body.entries.filter(({ part, partner }) => isOwn(part, partner)),
    positions: body.positions.filter(({ part, institutionId }) => isOwn(part, institutionId)),
  };
}

const partMissing = (zh: string, en: string) =>
  refusal('joint-part-missing', zh, en, {
    status: 403,
    errors: [{ header: 'Authorization', code: 'joint-part-missing', zh, en }],
  });
