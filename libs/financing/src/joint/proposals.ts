import type { Fen, LocalDate } from '#lib/kernel';
import { effective } from '../composition/effective.ts';
import { guaranteeOutlasts } from '../composition/guarantee-outlasts.ts';
import type { JointCase } from '../composition/joint-case.ts';
import { cutToRatio } from '../composition/strict.ts';
import { substitute } from '../composition/substitution.ts';
import { ProblemError } from '#lib/kernel';
import type { Party } from '../deals/deal.ts';
import { commitmentsOf, deskOfPart, newestOf } from './commitments.ts';
import type { JointBody, JointChange, JointDeal, ProposalLine, ProposalVersion } from './joint-body.ts';
import { fault, isAmount, refusal, refuse, type Faults } from './joint-refusals.ts';
import { MOST_VERSIONS } from './joint-table.ts';
import type { JointTerms } from './joint-terms.ts';
import { compositionOf } from './positions.ts';

const CODE = 'joint-version-invalid';
const MOST_LINES = 20;

type Proposing = Extract<JointChange, { readonly event: 'propose' | 'counter' }>;

/**
 * The next version of the proposal, whose answers and signatures are still to come: what was committed to the version
 * before stands no longer. Throws ProblemError joint-versions-exhausted 409, joint-version-invalid 422 with every fault by its
 * pointer, and for a substitution (替代) what the composition refuses: composition-invalid 422,
 * substitution-above-shortfall 409.
 */
export function nextVersion(
  { terms, body, parties, version }: JointDeal,
  change: Proposing,
  { institutionId, today }: { readonly institutionId: string | null; readonly today: LocalDate },
): ProposalVersion {
  const current = newestOf(body);
  const no = (current?.no ?? 0) + 1;
  if (no > MOST_VERSIONS)
    throw refusal('joint-versions-exhausted', `方案最多 ${MOST_VERSIONS} 版`, `at most ${MOST_VERSIONS} versions`);
  const asked = change.event === 'counter' ? change.substitution : null;
  if (change.event === 'counter' && (change.lines === null) === (asked === null))
    throw refusal(CODE, '须给出明细或替代之一', 'a counter has lines or a substitution: one of the two', {
      status: 422,
    });
  const { lines, moved } = asked === null ? { lines: change.lines!, moved: 0 } : substituted(terms, body, asked);
  checkLines({ lines, moved }, terms, parties);
  if (change.availableUntil <= today)
    throw refusal(CODE, '提款期须晚于今日', 'the last day to draw lies in the future', {
      status: 422,
      errors: [{ pointer: '/availableUntil', code: CODE, zh: '须晚于今日', en: 'must lie after today' }],
    });
  const { availableUntil, note } = change;
  return { no, version: version + 1, by: institutionId, lines, moved, substitution: asked, availableUntil, note };
}

/** Lines of the version in which one partner takes over what another does not give; both commit to it anew. */
function substituted(
  terms: JointTerms,
  body: JointBody,
  asked: NonNullable<ProposalVersion['substitution']>,
): { readonly lines: readonly ProposalLine[]; readonly moved: number } {
  const current = newestOf(body)!;
  // What somebody falls short of is missing by the equity committed, before the rest is cut to the ratio.
  const joint = compositionOf({ ...terms, reading: 'A' }, body, false);
  if (terms.reading === 'sum')
    throw refusal(CODE, '仅投贷担有替代', 'only a 2:1:1 case has substitutions', { status: 422 });
  if (terms.reading === 'strict' && asked.from.part !== asked.to.part)
    throw refusal(CODE, '严格按比例的替代限于同一部分', 'in proportion, a part is taken over within the part', {
      status: 422,
      errors: [{ pointer: '/substitution/to/part', code: CODE, zh: '须为同一部分', en: 'another part' }],
    });
  const giver = commitmentsOf(body).find(
    ({ part, institutionId }) => part === asked.from.part && institutionId === asked.from.partner,
  );
  if (giver === undefined)
    throw refusal('joint-commitment-missing', '转出方尚未承诺', 'whose part is taken over has committed to nothing', {
      errors: [
        { pointer: '/substitution/from', code: 'joint-commitment-missing', zh: '尚未承诺', en: 'no commitment' },
      ],
    });
  // Whom it touches approves by committing to the new version: nobody is bound by what was said to the old one.
  const everybody = [...joint.equity, ...joint.loan, ...joint.guaranteed].map(({ partner }) => partner);
  const next = substitute({ version: current.no, joint, approvedBy: [] }, asked, everybody);
  if (!next.ok) throw new ProblemError(next.problem);
  const lines = current.lines.map((line) => {
    if (line.part === asked.from.part && line.institutionId === asked.from.partner)
      return { ...line, amount: (line.amount - asked.amount) as Fen };
    if (line.part === asked.to.part && line.institutionId === asked.to.partner)
      return { ...line, amount: (line.amount + asked.amount) as Fen };
    return line;
  });
  return { lines, moved: next.value.joint.moved };
}

function checkLines(
  { lines, moved }: Pick<ProposalVersion, 'lines' | 'moved'>,
  terms: JointTerms,
  parties: readonly Party[],
): void {
  const faults: Faults = [];
  const sits = (institutionId: string | null, desk: Party['desk']): boolean =>
    parties.some((party) => party.institutionId === institutionId && party.desk === desk);
  if (lines.length === 0 || lines.length > MOST_LINES)
    fault(faults, '/lines', CODE, `应有 1 至 ${MOST_LINES} 项`, `1 to ${MOST_LINES} lines`);
  lines.forEach((line, i) => {
    const at = `/lines/${i}`;
    if (!terms.needs.some(({ part }) => part === line.part))
      fault(faults, `${at}/part`, CODE, '企业未申请该部分', 'the firm does not ask for this part');
    else if (!sits(line.institutionId, deskOfPart(line.part)))
      fault(faults, `${at}/institutionId`, CODE, '该机构不在此席位', 'this institution does not sit at the desk');
    if (lines.findIndex(({ part, institutionId }) => part === line.part && institutionId === line.institutionId) < i)
      fault(faults, at, CODE, '同一机构、同一部分重复', 'the same institution and part twice');
    if (!isAmount(line.amount)) fault(faults, `${at}/amount`, 'amount-invalid', '须为正整数分', 'whole fen above zero');
    if (line.part === 'guaranteed') checkGuaranteed(faults, at, line, terms, sits(line.lender, 'BANK'));
    else
      for (const field of ['lender', 'guarantorShareBp', 'loanMaturity', 'guaranteeUntil'] as const)
        if (line[field] !== null)
          fault(faults, `${at}/${field}`, CODE, '仅担保贷款有此项', 'of a guaranteed part only');
  });
  for (const desk of terms.required)
    if (!lines.some(({ part }) => deskOfPart(part) === desk))
      fault(faults, '/lines', CODE, `缺少必需席位 ${desk}`, `the required desk ${desk} has no line`);
  refuse(faults, CODE, { zh: '方案有误', en: 'the proposal is not valid' });
  const { equity, whole } = packageOf(terms, lines, moved);
  if (equity < terms.minEquity)
    fault(faults, '/lines', CODE, `股权低于方案下限 ${terms.minEquity} 分`, `equity below ${terms.minEquity} fen`);
  if (terms.cap !== null && whole > terms.cap)
    fault(
      faults,
      '/lines',
      'programme-cap-exceeded',
      `总额 ${whole} 分超出产品上限`,
      `the package of ${whole} fen passes the cap`,
    );
  refuse(faults, CODE, { zh: '方案有误', en: 'the proposal is not valid' });
}

function checkGuaranteed(faults: Faults, at: string, line: ProposalLine, terms: JointTerms, lends: boolean): void {
  if (!lends) fault(faults, `${at}/lender`, CODE, '须为银行席位的机构', 'an institution at the desk of banks');
  if (line.lender === line.institutionId)
    fault(faults, `${at}/lender`, CODE, '担保机构不得自行放款', 'a guarantor does not lend what it guarantees');
  const share = line.guarantorShareBp;
  if (share === null || !Number.isSafeInteger(share) || share < 1 || share > 10_000)
    fault(faults, `${at}/guarantorShareBp`, CODE, '须为 1 至 10000 的整数', 'whole basis points, 1 to 10,000');
  const term = guaranteeOutlasts(line.loanMaturity, line.guaranteeUntil, terms.guaranteeTailMonths);
  if (term.state !== 'pass') fault(faults, `${at}/guaranteeUntil`, CODE, term.zh, term.en);
}

const sum = (lines: readonly ProposalLine[]): number => lines.reduce((total, { amount }) => total + amount, 0);

/** The package if everybody gave what it is asked for (总额): by the equity, or the sum of the desks; no sum insured. */
function packageOf(
  terms: JointTerms,
  lines: readonly ProposalLine[],
  moved: number,
): { readonly equity: number; readonly whole: number } {
  const of = (part: ProposalLine['part']) =>
    lines
      .filter((line) => line.part === part)
      .map(({ institutionId: partner, amount }) => ({ partner, requested: amount, committed: amount }));
  if (terms.reading === 'sum')
    return {
      equity: sum(lines.filter(({ part }) => part === 'equity')),
      whole: sum(lines.filter(({ part }) => part !== 'insurance')),
    };
  const nothing = 0 as Fen;
  const joint: JointCase = {
    unit: terms.unit,
    equity: of('equity').map((one) => ({ ...one, recognised: one.committed, paid: nothing })),
    loan: of('loan').map((one) => ({ ...one, drawn: nothing })),
    guaranteed: of('guaranteed').map((one) => ({ ...one, drawn: nothing })),
    moved,
    frozen: false,
  };
  const { equity, package: whole } = effective(terms.reading === 'strict' ? cutToRatio(joint) : joint);
  return { equity, whole: whole + sum(lines.filter(({ part }) => part === 'lease')) };
}
