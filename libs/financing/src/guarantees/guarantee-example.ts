import { addDays, addMonths, dateAt, fen, parseUscc, type Uscc } from '#lib/kernel';
import { changed, opened, type DealOrder, type Raiser } from '../deals/deal.ts';
import { treeOf } from '../sharing/tree-builder.ts';
import { GUARANTEE } from './guarantee-type.ts';
import type { Guarantee, GuaranteeChange } from './guarantee.ts';
import type { GuaranteeEvent, GuaranteeState } from './guarantee-table.ts';
import type { GuaranteeTerms } from './guarantee-terms.ts';

/** For tests: a first loan of 4 m under 5:3:2 with a bank that bears 20 %. */
export const GUARANTOR_ID = '019a8c2e-7f00-7000-8000-0000000000a1';
export const BANK_ID = '019a8c2e-7f00-7000-8000-0000000000b1';
export const HASH = 'ab'.repeat(32);
export const AT = new Date('2026-06-05T10:00:00+08:00');

export const TERMS: GuaranteeTerms = {
  guarantorId: GUARANTOR_ID,
  bankId: null,
  reGuarantorId: null,
  principal: fen(400_000_000),
  termMonths: 12,
  guaranteedBp: 10_000,
  tree: treeOf([
    ['bank', 20],
    [
      'system',
      80,
      [
        ['national', 5],
        ['city', 3],
        ['guarantor', 2],
      ],
    ],
  ]),
  feeBp: 100,
  smallFirm: true,
  programmeMost: fen(500_000_000),
  suggestedLine: null,
  loanDealId: null,
  outcomesUntil: null,
  purpose: '首贷 first loan',
};

const parsed = parseUscc('91440300DMAB12340K');
export const FIRM = (parsed.ok ? parsed.value.uscc : '') as Uscc;

export const order = (terms: GuaranteeTerms = TERMS): DealOrder<GuaranteeTerms> => ({
  dealId: '019a8c2e-7f00-7000-8000-000000000001',
  uscc: FIRM,
  programme: 'KYD',
  openedAt: AT,
  parties: [{ institutionId: GUARANTOR_ID, desk: 'GUAR' }],
  terms,
});

export const by = (role: Raiser['role'], personId = 'a', at = AT): Raiser =>
  role === 'SYSTEM' ? { role, institutionId: null, personId: null, at } : { role, institutionId: 'i', personId, at };

/** Who may raise an event in a state, the first of them; nobody: the system. */
export const raiserOf = (state: GuaranteeState, event: GuaranteeEvent): Raiser['role'] =>
  GUARANTEE.table.states[state].on?.[event]?.by?.[0] ?? 'SYSTEM';

const words = { zh: '财务报表', en: 'accounts' };

/** A change that the rules take where the table takes its event. Amounts: a half of what there is, at least 1 fen. */
export function sampleOf(event: GuaranteeEvent, deal: Guarantee, at: Date): GuaranteeChange {
  const today = dateAt(at);
  const { body, terms } = deal;
  const half = (amount: number) => fen(Math.max(1, Math.floor(amount / 2)));
  const reason = '测试 test';
  const letter = {
    letterNo: 'BH-1',
    drawUntil: addDays(today, 30),
    maturity: addMonths(today, 12),
    guaranteeUntil: addMonths(today, 18),
  };
  switch (event) {
    case 'ask-missing':
      return { event, missing: [words] };
    case 'supply':
      return { event, documents: body.missing?.items.map(() => HASH) ?? [] };
    case 'report':
      return { event, recommended: terms.principal, document: HASH, summary: '尽调通过' };
    case 'decide':
      return { event, decision: 'approve', amount: terms.principal, reason, reasonCode: 'NO-LINE' };
    case 'meet-conditions':
      return { event, documents: body.conditions.map(() => HASH) };
    case 'contract':
      return { event, contractNo: 'HT-1', signedOn: today, bankId: BANK_ID };
    case 'issue':
      return { event, ...letter };
    case 'accept-batch':
      return { event, batchNo: 'B1', ...letter };
    case 'draw':
      return { event, amount: half(body.approved - body.drawn), on: today };
    case 'reduce':
      return { event, amount: half(body.outstanding), on: today };
    case 'extend': {
      const maturity = addMonths(body.letter!.maturity, 3);
      return { event, maturity, guaranteeUntil: addMonths(maturity, 6) };
    }
    case 'repaid':
    case 'cure':
      return { event, on: today };
    case 'overdue':
      return { event, dueOn: today };
    case 'claim':
      return { event, interest: fen(100), document: HASH };
    case 'pay':
      return { event, amount: half(body.claim!.amount), on: today };
    case 'court':
      return { event, outcome: 'pay', amount: half(body.claim!.amount), on: today, document: HASH };
    case 'recover':
      return { event, amount: half(body.account!.claimed), costs: fen(0), on: today };
    case 'cost':
      return { event, amount: fen(7), on: today };
    case 'correct': {
      const entry = body.entries.find(({ kind }) => (body.account ? kind === 'recovery' : kind === 'draw'));
      return { event, version: entry?.version ?? 0, amount: fen(1), reason };
    }
    case 'withdraw':
    case 'reject':
    case 'cancel':
    case 'dispute':
    case 'reject-claim':
    case 'settle':
    case 'contest':
    case 'write-off':
      return { event, reason };
    case 'submit':
    case 'accept':
    case 'start':
    case 'review':
    case 'accept-rejection':
    case 'lapse':
    case 'end-draws':
    case 'expire':
      return { event };
  }
}

export type Step = readonly [event: GuaranteeEvent, more?: Partial<GuaranteeChange> & { readonly afterDays?: number }];

/** What who did the due diligence may not say. */
export const COMMITTEE: readonly GuaranteeEvent[] = ['decide', 'meet-conditions'];

/** Plays events one after another, each by who may; what takes two persons is said by A, then by B. */
export function play(steps: readonly Step[], from: Guarantee = opened(GUARANTEE, order())): Guarantee {
  let deal = from;
  let at = deal.stateSince;
  for (const [event, { afterDays = 0, ...more } = {}] of steps) {
    at = new Date(at.getTime() + afterDays * 86_400_000);
    const change = { ...sampleOf(event, deal, at), ...more } as GuaranteeChange;
    const role = raiserOf(deal.state, event);
    deal = changed(GUARANTEE, deal, change, by(role, COMMITTEE.includes(event) ? 'c' : 'a', at));
    if (deal.proposal !== null) deal = changed(GUARANTEE, deal, change, by(role, 'b', at));
  }
  return deal;
}

const DRAFT: Step[] = [];
const REVIEWED: Step[] = [['submit'], ['accept'], ['start'], ['report']];
const ISSUED: Step[] = [...REVIEWED, ['decide'], ['contract'], ['issue']];
const OVERDUE: Step[] = [...ISSUED, ['draw'], ['overdue']];
const CLAIM_REVIEW: Step[] = [...OVERDUE, ['claim', { afterDays: 30 }], ['review']];
const PAID: Step[] = [...CLAIM_REVIEW, ['pay']];
const conditions = [words];

/** A way to each state. */
export const PATHS: Readonly<Record<GuaranteeState, readonly Step[]>> = {
  DRAFT,
  SUBMITTED: [['submit']],
  SUPPLEMENT: [['submit'], ['ask-missing']],
  WITHDRAWN: [['withdraw']],
  REJECTED: [['submit'], ['reject']],
  ACCEPTED: [['submit'], ['accept']],
  DUE_DILIGENCE: [['submit'], ['accept'], ['start']],
  REVIEWED,
  CONDITIONAL: [...REVIEWED, ['decide', { decision: 'conditional', conditions }]],
  DECLINED: [...REVIEWED, ['decide', { decision: 'decline', amount: fen(0) }]],
  APPROVED: [...REVIEWED, ['decide']],
  CONTRACTED: [...REVIEWED, ['decide'], ['contract']],
  LAPSED: [...REVIEWED, ['decide'], ['lapse']],
  CANCELLED: [...ISSUED, ['cancel']],
  ISSUED,
  EXPIRED_UNDRAWN: [...ISSUED, ['end-draws']],
  IN_FORCE: [...ISSUED, ['draw']],
  OVERDUE,
  RELEASED: [...ISSUED, ['draw'], ['repaid']],
  CLAIM_FILED: [...OVERDUE, ['claim', { afterDays: 30 }]],
  CLAIM_REVIEW,
  CLAIM_DISPUTED: [...CLAIM_REVIEW, ['dispute']],
  CLAIM_REJECTED: [...CLAIM_REVIEW, ['reject-claim']],
  PAID,
  RECOVERING: [...PAID, ['recover']],
  RECOVERED: [...PAID, ['recover', { amount: fen(1_000_000_000) }]],
  WRITTEN_OFF: [...PAID, ['write-off']],
};
