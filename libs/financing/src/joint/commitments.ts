import type { Fen, LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { strictOf } from '../composition/strict.ts';
import type { PartnerAnswer, JointBody, ProposalLine, ProposalVersion } from './joint-body.ts';
import { PARTS_OF_CASE, type JointDesk, type JointPart, type JointTerms } from './joint-terms.ts';

/** The proposal that is talked about; undefined before the first. */
export const newestOf = (body: Pick<JointBody, 'versions'>): ProposalVersion | undefined => body.versions.at(-1);
export const linesOf = (body: Pick<JointBody, 'versions'>): readonly ProposalLine[] => newestOf(body)?.lines ?? [];
export const deskOfPart = (part: JointPart): JointDesk => PARTS_OF_CASE[part].desk;

type Said = Pick<JointBody, 'versions' | 'answers' | 'expired'>;
type Place = Pick<ProposalLine, 'part' | 'institutionId'>;

/** What somebody last answered to its part of the newest version; undefined: nothing that counts. */
export const answerOf = (body: Said, { part, institutionId }: Place): PartnerAnswer | undefined =>
  body.answers.findLast(
    (answer) =>
      answer.part === part &&
      answer.institutionId === institutionId &&
      answer.proposalVersion === newestOf(body)?.no &&
      !body.expired.includes(answer.version),
  );

/** A commitment (承诺) that stands, with its amount. */
export type Commitment = PartnerAnswer & { readonly amount: number; readonly expiresOn: LocalDate };

const isCommitment = (answer: PartnerAnswer | undefined): answer is Commitment =>
  answer !== undefined && answer.amount !== null;

/** Commitments to the newest version, in the order in which they were made. */
export const commitmentsOf = (body: Said): readonly Commitment[] =>
  linesOf(body)
    .map((line) => answerOf(body, line))
    .filter(isCommitment)
    .sort((a, b) => a.version - b.version);

export const isRequired = ({ required }: Pick<JointTerms, 'required'>, part: JointPart): boolean =>
  // A case of optional desks alone is held by those that commit.
  required.length === 0 || required.includes(deskOfPart(part));

/** Commitments on which the case stands: those of required desks. */
export const carrying = (terms: JointTerms, body: Said): readonly Commitment[] =>
  commitmentsOf(body).filter(({ part }) => isRequired(terms, part));

/** The last day on which all may sign; undefined: nobody committed. */
export const earliestExpiry = (terms: JointTerms, body: Said): LocalDate | undefined =>
  carrying(terms, body)
    .map(({ expiresOn }) => expiresOn)
    .sort()[0];

/** 未平衡原因. */
export interface JointLack extends Text {
  readonly code:
    | 'answer-missing'
    | 'commitment-expired'
    | 'desk-declined'
    | 'equity-below-minimum'
    | 'substitution-open';
  readonly part: JointPart;
  readonly institutionId: string | null;
}

/** How far the required desks have committed (平衡情况). Amounts in fen. */
export interface JointBalance {
  readonly proposalVersion: number | null;
  readonly desks: readonly {
    readonly desk: JointDesk;
    readonly required: boolean;
    readonly requested: number;
    readonly committed: number;
    /** `declined`: every institution at the desk stood back. */
    readonly state: 'committed' | 'waiting' | 'declined';
  }[];
  /** Everything that keeps the case from being balanced; empty: it is. */
  readonly lacking: readonly JointLack[];
}

/** Pure. Optional desks never stand in `lacking`. */
export function balanceOf(terms: JointTerms, body: Said, today: LocalDate): JointBalance {
  const lines = linesOf(body);
  const lacking: JointLack[] = [];
  const committedOf = (line: ProposalLine): Commitment | undefined => {
    const answer = answerOf(body, line);
    return isCommitment(answer) && answer.expiresOn >= today ? answer : undefined;
  };
  const desks = Object.values(PARTS_OF_CASE).flatMap(({ desk, zh, en }) => {
    const own = lines.filter(({ part }) => deskOfPart(part) === desk);
    if (own.length === 0) return [];
    const required = terms.required.includes(desk);
    const open = own.filter((line) => committedOf(line) === undefined && answerOf(body, line)?.amount !== null);
    const gives = own.some((line) => committedOf(line) !== undefined);
    const state = open.length > 0 ? ('waiting' as const) : gives ? ('committed' as const) : ('declined' as const);
    if (required)
      for (const { part, institutionId } of open) {
        const over = answerOf(body, { part, institutionId }) !== undefined;
        const words = over ? { zh: `${zh}承诺已过期`, en: `the commitment of ${en} has run out` } : waiting(zh, en);
        lacking.push({ code: over ? 'commitment-expired' : 'answer-missing', part, institutionId, ...words });
      }
    if (required && state === 'declined')
      lacking.push({
        code: 'desk-declined',
        part: own[0]!.part,
        institutionId: null,
        zh: `${zh}无机构承诺`,
        en: `nobody commits to ${en}`,
      });
    return {
      desk,
      required,
      requested: sum(own.map(({ amount }) => amount)),
      committed: sum(own.map((line) => committedOf(line)?.amount ?? 0)),
      state,
    };
  });
  const equity = desks.find(({ desk }) => desk === 'INVEST');
  if (equity?.state === 'committed' && equity.committed < terms.minEquity) lacking.push(tooLittle(terms.minEquity));
  // What everybody commits may carry less in proportion than the investor gives.
  else if (terms.reading === 'strict' && lacking.length === 0) {
    const of = (part: JointPart): { committed: Fen }[] =>
      lines
        .filter((line) => line.part === part)
        .map((line) => ({ committed: (committedOf(line)?.amount ?? 0) as Fen }));
    const carried = strictOf(terms.unit, { equity: of('equity'), loan: of('loan'), guaranteed: of('guaranteed') });
    if (carried.equity < Math.max(terms.minEquity, 1)) lacking.push(tooLittle(terms.minEquity));
  }
  const { substitution = null } = newestOf(body) ?? {};
  for (const { part, partner } of substitution === null ? [] : [substitution.from, substitution.to])
    if (committedOf({ part, institutionId: partner } as ProposalLine) === undefined)
      lacking.push({
        code: 'substitution-open',
        part,
        institutionId: partner,
        zh: '替代须经双方重新承诺',
        en: 'a substitution is committed to by both',
      });
  if (terms.required.length === 0 && !desks.some(({ state }) => state === 'committed'))
    lacking.push(
      ...lines.map(({ part, institutionId }) => ({
        code: 'answer-missing' as const,
        part,
        institutionId,
        ...waiting('任一席位', 'any desk'),
      })),
    );
  return { proposalVersion: newestOf(body)?.no ?? null, desks, lacking };
}

const tooLittle = (minEquity: number): JointLack => ({
  code: 'equity-below-minimum',
  part: 'equity',
  institutionId: null,
  zh: `承诺股权低于方案下限 ${minEquity} 分`,
  en: `the equity committed is below the programme's minimum of ${minEquity} fen`,
});
const waiting = (zh: string, en: string): Text => ({ zh: `等待${zh}答复`, en: `${en} has not answered` });
const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);

/** Who signs before the contract stands: the firm, who carries the case, and the banks that lend guaranteed parts. */
export function signersOf(terms: JointTerms, body: Said): readonly string[] {
  const lenders = linesOf(body)
    .filter((line) => line.lender !== null && isRequired(terms, line.part) && isCommitment(answerOf(body, line)))
    .map(({ lender }) => lender!);
  return [...new Set(['FIRM', ...carrying(terms, body).map(({ institutionId }) => institutionId), ...lenders])];
}

/** Optional partners that committed: they may sign, and nobody waits for them. */
export const mayAlsoSign = (terms: JointTerms, body: Said): readonly string[] =>
  commitmentsOf(body)
    .filter(({ part }) => !isRequired(terms, part))
    .map(({ institutionId }) => institutionId);

/** 生效条件 that are not met yet, of the partners that carry the case. */
export const openConditions = (
  terms: JointTerms,
  body: Said & Pick<JointBody, 'met'>,
): readonly {
  readonly part: JointPart;
  readonly institutionId: string;
  readonly condition: number;
  readonly text: string;
}[] =>
  carrying(terms, body).flatMap(({ part, institutionId, version, conditions }) =>
    conditions.flatMap((text, condition) =>
      body.met.includes(`${version}/${condition}`) ? [] : [{ part, institutionId, condition, text }],
    ),
  );
