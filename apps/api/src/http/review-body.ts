import { instantText, parseUscc, ProblemError, type Uscc } from '#lib/kernel';
import {
  DECISIONS,
  PROPOSALS,
  REASONS,
  shippedForm,
  VOTES,
  type Decision,
  type ListEntry,
  type ProposalInput,
  type ProposalKind,
  type ProposalView,
  type QueuedView,
  type ReasonCode,
  type Vote,
} from '#lib/whitelist';
import { ChoiceField, ItemsField, NumberField, ObjectField, TextField } from './fields.ts';

export class MarkRequest {
  @NumberField({ description: '1 to 5; what each means is in the form.', example: 4 }, 1, 5)
  mark!: number;

  @TextField({ description: 'Why.', example: '核心算法已获发明专利，国内两家可比' }, 5, 2000)
  text!: string;
}

export class ExpertFormRequest {
  @ObjectField({ description: '技术门槛.' }, () => MarkRequest)
  technologyThreshold!: MarkRequest;

  @ObjectField({ description: '市场前景.' }, () => MarkRequest)
  marketProspects!: MarkRequest;

  @ObjectField({ description: '产品竞争力.' }, () => MarkRequest)
  productCompetitiveness!: MarkRequest;
}

export class ReviewProposalRequest {
  @NumberField({ description: 'The version of the case that was seen.', example: 2 }, 1, 1_000_000)
  version!: number;

  @ChoiceField(
    {
      description:
        'include 入库 and exclude 不入库 wait for a second person; hold 暂缓 puts the alarm off; remove 移出 is for members.',
      example: 'include',
    },
    PROPOSALS,
  )
  proposal!: ProposalKind;

  @ChoiceField(
    { description: 'Code of the reason; each stands for some proposals only.', example: 'TECHNOLOGY' },
    Object.keys(REASONS),
  )
  reason!: ReasonCode;

  @TextField(
    { description: 'The reason in words.', example: '核心技术自有，团队稳定，样机已通过客户验证，建议入库。' },
    20,
    2000,
  )
  explanation!: string;

  @ObjectField({ description: 'Expert form; needed to include.', optional: true }, () => ExpertFormRequest)
  form?: ExpertFormRequest;
}

export class ReviewDecisionRequest {
  @NumberField({ description: 'The version of the case that was seen.', example: 3 }, 1, 1_000_000)
  version!: number;

  @ChoiceField(
    {
      description: 'confirm 确认 ends the case, return 退回 gives it back, disagree 不同意 takes it to the committee.',
      example: 'confirm',
    },
    DECISIONS,
  )
  decision!: Decision;

  @TextField({ description: 'In words.', example: '同意' }, 2, 2000)
  explanation!: string;
}

export class ReviewVoteRequest {
  @NumberField({ description: 'The version of the case that was seen.', example: 4 }, 1, 1_000_000)
  version!: number;

  @ChoiceField(
    { description: 'Two votes for one side decide; of a removal, include keeps the firm.', example: 'include' },
    VOTES,
  )
  vote!: Vote;

  @TextField({ description: 'In words.', example: '同意入库' }, 2, 2000)
  explanation!: string;
}

const USCC = { description: '统一社会信用代码.', example: '91440300DMAB12340K' };

export class NominationRequest {
  @TextField(USCC, 18, 18)
  uscc!: string;
}

export class BatchProposalRequest extends ReviewProposalRequest {
  @TextField(USCC, 18, 18)
  uscc!: string;
}

export class BatchDecisionRequest extends ReviewDecisionRequest {
  @TextField(USCC, 18, 18)
  uscc!: string;
}

const MOST_ROWS = 500;

/** A grid that is signed off as a whole (批量复核). */
export class ReviewBatchRequest {
  @ItemsField({ description: 'Proposals of a first person.' }, () => BatchProposalRequest, MOST_ROWS)
  proposals!: BatchProposalRequest[];

  @ItemsField({ description: 'Decisions of a second person.' }, () => BatchDecisionRequest, MOST_ROWS)
  decisions!: BatchDecisionRequest[];
}

/** Throws ProblemError uscc-malformed naming the place. */
export function usccAt(text: string, pointer: string): Uscc {
  const parsed = parseUscc(text);
  if (parsed.ok) return parsed.value.uscc;
  const { code, zh, en } = parsed.problem;
  throw new ProblemError({ ...parsed.problem, errors: [{ pointer, code, zh, en }] });
}

export const proposalOf = (uscc: Uscc, request: ReviewProposalRequest): ProposalInput => {
  const { version, proposal: kind, reason, explanation, form } = request;
  return { uscc, version, kind, reason, explanation, ...(form ? { form: { ...form } } : {}) };
};

const byBody = (institutions: ReadonlyMap<string, string>, by: ProposalView['by']): object => ({
  personId: by.personId,
  institution: institutions.get(by.institutionId) ?? by.institutionId,
});

/** Flags and facts only of firms that authorised the institution for this. */
export const queuedBody = (
  item: QueuedView,
  disclosed: boolean,
  institutions: ReadonlyMap<string, string>,
): object => ({
  uscc: item.uscc,
  name: item.name,
  region: item.region,
  industry: item.industry,
  state: item.state,
  version: item.version,
  since: instantText(item.since),
  dueOn: item.dueOn,
  overdue: item.overdue,
  holdUntil: item.holdUntil,
  proposal: item.proposal && {
    proposalId: item.proposal.proposalId,
    proposal: item.proposal.kind,
    by: byBody(institutions, item.proposal.by),
    at: instantText(item.proposal.at),
  },
  disclosed,
  flags: disclosed ? item.flags.split(' ').filter((flag) => flag !== '') : null,
});

export const proposalBody = (view: ProposalView, institutions: ReadonlyMap<string, string>): object => ({
  proposalId: view.proposalId,
  proposal: view.kind,
  reason: view.reason,
  zh: REASONS[view.reason].zh,
  en: REASONS[view.reason].en,
  explanation: view.explanation,
  form: view.form,
  formVersion: view.formVersion,
  expertScore: view.expertHundredths === null ? null : (view.expertHundredths / 100).toFixed(2),
  listVersion: view.listVersion,
  holdUntil: view.holdUntil,
  open: view.open,
  by: byBody(institutions, view.by),
  at: instantText(view.at),
  decision: view.decision && {
    decision: view.decision.decision,
    explanation: view.decision.explanation,
    by: byBody(institutions, view.decision.by),
    at: instantText(view.decision.at),
  },
  votes: view.votes.map(({ vote, explanation, by, at }) => ({
    vote,
    explanation,
    by: byBody(institutions, by),
    at: instantText(at),
  })),
  outcome: view.outcome,
});

/** What the newest version of the list says of the firm. */
export const factsBody = (entry: ListEntry): object => ({
  name: entry.name,
  region: entry.region,
  industry: entry.industry,
  grade: entry.grade,
  score: entry.score,
  low: entry.low,
  high: entry.high,
  coverageBp: entry.coverageBp,
  confidence: entry.confidence,
  warnings: entry.warnings,
  offList: entry.offList,
});

export const formBody = (): object => ({ ...shippedForm() });
