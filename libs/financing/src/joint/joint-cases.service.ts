import { v7 as uuidv7 } from 'uuid';
import { actorOf, HOUSE, institutionsById, type InstitutionKind, type Principal } from '#lib/access';
import { dateAt, instantText, ProblemError, type Fen, type ProblemDetail, type Uscc } from '#lib/kernel';
import type { Tx } from '#lib/platform';
import { deadlinesOf, type Desk, type Raiser } from '../deals/deal.ts';
import { dealEvents, findDeal, openDeal, type DealEventRow } from '../deals/deals.store.ts';
import type { Admit, OutcomeBook } from '../deals/ports.ts';
import {
  command,
  commandOn,
  move,
  sweepDeals,
  type Command,
  type CommandOn,
  type DealFlow,
  type DealParts,
  type Move,
} from '../deals/raise.ts';
import { dealUnknown } from '../deals/refusals.ts';
import type { FactName } from '../programmes/facts.ts';
import { programmesAt } from '../programmes/shipped-programmes.ts';
import { capacityCalls, makeCalls, type CapacityPort } from './capacity-port.ts';
import { newestOf } from './commitments.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { FreezeReason, JointBody, JointChange, JointDeal } from './joint-body.ts';
import { jointExposures, type JointExposure } from './joint-exposures.reader.ts';
import { noteOutcomes } from './joint-outcomes.ts';
import { refusal } from './joint-refusals.ts';
import { JOINT_TABLE, type JointEvent, type JointState } from './joint-table.ts';
import { capLeft, checkCapLeft, termsByProgramme } from './programme-terms.ts';
import { packageOf } from './proposals.ts';
import { checkTerms, requiredDesks, type CaseReading, type JointDesk, type JointTerms } from './joint-terms.ts';
import { barredTo } from './taking-part.ts';
import { historyFor, jointView, sightOf, type JointView, type JointViewer } from './joint-view.ts';

/** What a case is opened with; the numbers are the programme's (models/programmes). */
export interface OpenJointCase extends Omit<JointTerms, 'reading' | 'required'> {
  /** Left out: A of a 2:1:1 case, else the sum of the desks. */
  readonly reading?: JointTerms['reading'];
  readonly uscc: Uscc;
  /** 产品代码. */
  readonly programme: string;
  /** Left out: those of `requiredDesks`. */
  readonly required?: readonly JointDesk[];
}

/** 需求登记 (domain §6.5): what is needed; the programme sets the rest. */
export interface JointNeedStated extends Pick<OpenJointCase, 'uscc' | 'programme' | 'needs'> {
  /** 口径; left out: the programme's. */
  readonly reading?: CaseReading;
}

/** A case with what happened, as somebody sees it, of one moment. */
export interface JointReading {
  readonly view: JointCaseView;
  /** What waits for its second person. */
  readonly proposal: JointDeal['proposal'];
  /** What the desk may say and this viewer may not now. */
  readonly barred: readonly JointEvent[];
  readonly events: readonly DealEventRow[];
}

export interface JointCaseView extends JointView {
  /** 期限, the earliest first. */
  readonly deadlines: ReturnType<typeof deadlinesOf>;
}

/** What the product ties to joint cases. */
export interface JointPorts {
  readonly admit: Admit;
  readonly capacity: CapacityPort;
  readonly outcomes: OutcomeBook;
}

type JointMove = Move<JointState, JointBody, JointChange, JointTerms>;

const KIND_AT: Readonly<Record<JointDesk, InstitutionKind>> = {
  INVEST: 'investor',
  BANK: 'bank',
  GUAR: 'guarantor',
  INSUR: 'insurer',
  LEASE: 'lessor',
};

/** 联合授信: cases of several desks, and the money in them. */
export class JointCases {
  private readonly flow: DealFlow<JointState, JointEvent, JointBody, JointChange, JointTerms> = {
    type: JOINT_CASE,
    effects: (tx, made) => this.effects(tx, made),
    message: messageOf,
  };

  constructor(
    private readonly parts: DealParts,
    private readonly ports: JointPorts,
  ) {}

  /**
   * 需求登记, by the firm, the house or a partner: nobody has a desk before the firm's consent gives one. Throws ProblemError
   * joint-terms-invalid 422, company-unknown 404, joint-open-refused 403, and what the programme refuses (programme-refused 409,
   * programme-cap-exceeded 422).
   */
  async open(principal: Principal, { uscc, programme, required, ...rest }: OpenJointCase): Promise<JointCaseView> {
    const { calendar, clock, db } = this.parts;
    const role = openerRole(principal, uscc);
    const { reading = rest.variant === 'tdd' ? 'A' : 'sum' } = rest;
    const asked = { ...rest, reading, required: required ?? requiredDesks(rest.variant, rest.needs) };
    const at = clock.now();
    const dealId = uuidv7({ msecs: at.getTime() });
    const by = { role, institutionId: principal.institutionId, personId: principal.personId, at };
    return db.as(actorOf(principal), async (tx) => {
      const [firm] = await tx.query('SELECT FROM company WHERE uscc = $1', [uscc]);
      if (!firm) throw companyUnknown(uscc);
      // What is not a case at all is said before the programme is asked.
      checkTerms(asked);
      const stated = statedOf(asked);
      const admitted = await this.ports.admit(tx, { programme, uscc, on: dateAt(at), stated, pending: PENDING });
      const terms = { ...asked, cap: capLeft(asked.cap, admitted) };
      const order = { dealId, uscc, programme, openedAt: at, parties: [], terms };
      return this.viewed(await openDeal(tx, JOINT_CASE, order, { by, calendar }), principal);
    });
  }

  /** As `open`, by the numbers of the programme. Throws ProblemError as `open`, and programme-unknown 404. */
  async register(principal: Principal, { uscc, programme, ...stated }: JointNeedStated): Promise<JointCaseView> {
    const today = dateAt(this.parts.clock.now());
    const found = programmesAt(today).find((one) => one.programme.code === programme);
    return this.open(principal, { uscc, programme, ...termsByProgramme(programme, found?.programme, stated, today) });
  }

  /** One event. Throws ProblemError as `command`, as JOINT_CASE refuses, and what the guarantor's capacity refuses. */
  async raise(principal: Principal, asked: Command<JointChange>): Promise<JointCaseView> {
    return this.viewed(await command(this.parts, this.flow, principal, asked), principal);
  }

  /** As `raise`, in the transaction that took the case. */
  async raiseOn(tx: Tx, principal: Principal, asked: CommandOn<JointChange>): Promise<JointCaseView> {
    return this.viewed(await commandOn(tx, this.parts, this.flow, principal, asked), principal);
  }

  /** Throws ProblemError deal-unknown 404, also where it is none of theirs. */
  async get(principal: Principal, dealId: string): Promise<JointCaseView> {
    return this.parts.db.as(actorOf(principal), async (tx) => {
      const deal = await findDeal(tx, JOINT_CASE, dealId);
      if (deal === undefined) throw dealUnknown(dealId);
      return this.viewed(deal, principal);
    });
  }

  /** As `get`, with every event that concerns the viewer; none for an institution that has no desk. */
  async read(principal: Principal, dealId: string): Promise<JointReading> {
    return this.parts.db.as(actorOf(principal), async (tx) => {
      const deal = await findDeal(tx, JOINT_CASE, dealId);
      if (deal === undefined) throw dealUnknown(dealId);
      return this.seen(principal, deal, await dealEvents(tx, dealId));
    });
  }

  /** The case and its events as they are the viewer's to see; pure. */
  seen(principal: Principal, deal: JointDeal, events: readonly DealEventRow[]): JointReading {
    const view = this.viewed(deal, principal);
    const sight = this.sightOf(deal, principal);
    const viewer = viewerOf(principal);
    const today = dateAt(this.parts.clock.now());
    return {
      view,
      barred: viewer.kind === 'institution' ? barredTo(deal, viewer.institutionId, today) : [],
      proposal: sight === 'all' ? deal.proposal : null,
      events: historyFor(events, viewer, sight),
    };
  }

  /** Every event that concerns the viewer. Throws ProblemError deal-unknown 404. */
  async history(principal: Principal, dealId: string): Promise<readonly DealEventRow[]> {
    return this.parts.db.as(actorOf(principal), async (tx) => {
      const deal = await findDeal(tx, JOINT_CASE, dealId);
      const sight = deal && this.sightOf(deal, principal);
      if (sight === undefined || sight === 'outside') throw dealUnknown(dealId);
      return historyFor(await dealEvents(tx, dealId), viewerOf(principal), sight);
    });
  }

  /** 敞口 of the caller over all its joint cases. */
  async exposures(principal: Principal): Promise<JointExposure[]> {
    return this.parts.db.as(actorOf(principal), (tx) => jointExposures(tx, principal.institutionId));
  }

  /** What time brings. Resolves to the number of cases that moved. */
  async sweep(): Promise<number> {
    return this.parts.db.as(HOUSE, (tx) =>
      // Only events without words are raised by time.
      sweepDeals(tx, this.parts, this.flow, (event) => ({ event }) as JointChange),
    );
  }

  /** Firms with a case that may be frozen. */
  async firmsThatFreeze(tx: Tx): Promise<string[]> {
    const rows = await tx.query<{ uscc: string }>(
      `SELECT DISTINCT uscc FROM deal WHERE kind = 'joint-case' AND state = ANY ($1) AND state <> 'FROZEN'`,
      [FREEZES],
    );
    return rows.map(({ uscc }) => uscc);
  }

  /** 一票否决 and the like: freezes every case of the firm that may be frozen, in the caller's transaction, opened for the house. */
  async freezeFirm(tx: Tx, uscc: Uscc, why: { readonly reason: FreezeReason; readonly text: string }): Promise<number> {
    const rows = await tx.query<{ deal_id: string }>(
      `SELECT deal_id FROM deal WHERE kind = 'joint-case' AND uscc = $1 AND state = ANY ($2) AND state <> 'FROZEN'
       ORDER BY deal_id FOR UPDATE`,
      [uscc, FREEZES],
    );
    const by: Raiser = { role: 'SYSTEM', institutionId: null, personId: null, at: this.parts.clock.now() };
    for (const { deal_id } of rows) {
      const deal = (await findDeal(tx, JOINT_CASE, deal_id, 'update'))!;
      await move(tx, this.parts, this.flow, deal, { event: 'freeze', ...why }, by);
    }
    return rows.length;
  }

  private sightOf(deal: JointDeal, principal: Principal): ReturnType<typeof sightOf> {
    return sightOf(deal, viewerOf(principal), dateAt(this.parts.clock.now()));
  }

  private viewed(deal: JointDeal, principal: Principal): JointCaseView {
    const { calendar, clock } = this.parts;
    const view = jointView(deal, viewerOf(principal), dateAt(clock.now()));
    return { ...view, deadlines: deadlinesOf(JOINT_CASE, deal, calendar) };
  }

  /** What other cases of the firm took of the cap since this one was opened. */
  private async checkCap(tx: Tx, { dealId, uscc, programme, terms, body }: JointDeal, at: Date): Promise<void> {
    if (terms.cap === null) return;
    await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [FIRM_LOCK, uscc]);
    const asked = { programme, uscc, on: dateAt(at), stated: statedOf(terms), pending: PENDING, besides: [dealId] };
    const { lines, moved } = newestOf(body)!;
    checkCapLeft(packageOf(terms, lines, moved).whole, await this.ports.admit(tx, asked));
  }

  private async effects(tx: Tx, made: JointMove): Promise<void> {
    const { before, after, change, by } = made;
    if (change.event === 'share') await checkKinds(tx, change.consents);
    if (change.event === 'unshare') {
      const { institutionId, purpose } = change;
      await this.parts.notices.publish(tx, {
        institutionId,
        type: 'joint.consent.v1',
        aggregate: `joint-case/${after.dealId}`,
        body: { caseId: after.dealId, usc: after.uscc, purpose, state: 'withdrawn', occurredAt: instantText(by.at) },
        at: by.at,
      });
    }
    if (change.event === 'propose' || change.event === 'counter') await this.checkCap(tx, after, by.at);
    await makeCalls(tx, this.ports.capacity, capacityCalls(before, after), by);
    await noteOutcomes(tx, this.ports.outcomes, made);
  }
}

/** Any number of ours: proposals of one firm are held to its cap one after the other. */
const FIRM_LOCK = 7_104_041;

const FREEZES: readonly string[] = Object.entries(JOINT_TABLE.states).flatMap(([state, { on }]) =>
  on?.freeze === undefined ? [] : [state],
);

/** Nobody has a desk yet: whom the firm is tied to is looked at when a guarantor takes room for it. */
const PENDING: readonly FactName[] = ['guarantorTie'];

/** What the programme's conditions ask of a case: who is to take part, what is needed, and the equity that is meant, if any. */
function statedOf({ needs, required }: JointTerms): Readonly<Record<string, unknown>> {
  const equity = needs.find(({ part }) => part === 'equity');
  return {
    desks: required,
    needs: needs.map(({ part }) => (part === 'guaranteed' ? 'guarantee' : part)),
    ...(equity === undefined ? {} : { equityCommitted: equity.amount }),
  };
}

const viewerOf = ({ kind, institutionId }: Principal): JointViewer =>
  kind === 'operator' || kind === 'regulator'
    ? { kind: 'whole' }
    : kind === 'firm'
      ? { kind: 'firm' }
      : { kind: 'institution', institutionId };

/** Partners at the case are told of everything but consents, which concern one of them. */
function messageOf({ after, change, by }: JointMove): { type: string; body: Record<string, unknown> } | undefined {
  if (change.event === 'unshare') return undefined;
  const { dealId: caseId, uscc: usc, state, version } = after;
  const amount = 'amount' in change ? { amount: change.amount satisfies Fen } : {};
  const interest = 'interest' in change && change.interest != null ? { interest: change.interest } : {};
  const on = 'on' in change && change.on != null ? { on: change.on } : {};
  const part = 'part' in change ? { part: change.part } : {};
  const proposalVersion = newestOf(after.body)?.no ?? null;
  return {
    type: 'joint.event.v1',
    body: {
      caseId,
      usc,
      event: change.event,
      state,
      version,
      proposalVersion,
      by: by.institutionId,
      ...part,
      ...amount,
      ...interest,
      ...on,
      occurredAt: instantText(by.at),
    },
  };
}

function openerRole({ kind, uscc: own }: Principal, uscc: Uscc): Desk {
  if (kind === 'operator') return 'OPS';
  if (kind === 'firm' && own === uscc) return 'FIRM';
  const desk = (Object.keys(KIND_AT) as JointDesk[]).find((one) => KIND_AT[one] === kind);
  if (desk !== undefined) return desk;
  throw refusal('joint-open-refused', '不能为该企业登记需求', 'no case of this firm is opened by you', { status: 403 });
}

/** A desk is for its kind of institution. Throws ProblemError joint-consent-invalid 422. */
async function checkKinds(
  tx: Tx,
  consents: readonly { readonly institutionId: string; readonly desk: JointDesk }[],
): Promise<void> {
  const found = await institutionsById(
    tx,
    consents.map(({ institutionId }) => institutionId),
  );
  const errors: ProblemDetail[] = consents.flatMap(({ institutionId, desk }, i) =>
    found.get(institutionId)?.kind === KIND_AT[desk]
      ? []
      : [
          {
            pointer: `/consents/${i}/institutionId`,
            code: 'joint-consent-invalid',
            zh: `席位 ${desk} 须为相应类别的机构`,
            en: `the desk ${desk} is for an institution of its kind`,
          },
        ],
  );
  if (errors.length === 0) return;
  throw refusal('joint-consent-invalid', '授权同意有误', 'the consent is not valid', { status: 422, errors });
}

const companyUnknown = (uscc: Uscc): ProblemError =>
  refusal('company-unknown', `没有企业 ${uscc}`, `there is no company ${uscc}`, {
    status: 404,
    errors: [{ pointer: '/uscc', code: 'company-unknown', zh: '企业未登记', en: 'no such firm is registered' }],
  });
