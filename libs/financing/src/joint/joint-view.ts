import type { LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { drawable, type Drawable } from '../composition/drawable.ts';
import { strictOf, type StrictComposition } from '../composition/strict.ts';
import type { DealEventRow } from '../deals/deals.store.ts';
import { balanceOf, linesOf, newestOf, openConditions, signersOf, type JointBalance } from './commitments.ts';
import { visibleTo, type Visible } from './consents.ts';
import type { JointBody, JointDeal, JointPosition } from './joint-body.ts';
import { ledgerOf, type JointLedger } from './joint-ledger.ts';
import { JOINT_TABLE } from './joint-table.ts';
import { drawLimits, roomOf, type DrawLimit } from './money.ts';
import { compositionOf, tallyOf } from './positions.ts';

/** Who looks at a case: the house and the regulator see it whole, the firm its own, an institution what is its desk's. */
export type JointViewer =
  | { readonly kind: 'whole' }
  | { readonly kind: 'firm' }
  | { readonly kind: 'institution'; readonly institutionId: string };

export interface JointPositionView extends JointPosition {
  /** May be drawn now, fen: nothing unless the case is active and may still be drawn on. */
  readonly drawable: number;
  readonly limits: readonly DrawLimit[];
  /** Interest that was paid with claims, fen. */
  readonly interest: number;
}

/** 联合授信案件 as somebody sees it. Amounts in fen. */
export interface JointView
  extends
    Pick<
      JointDeal,
      'dealId' | 'uscc' | 'programme' | 'openedAt' | 'state' | 'version' | 'stateSince' | 'terms' | 'parties'
    >,
    Pick<JointBody, 'words' | 'versions' | 'answers' | 'signatures' | 'consents' | 'freezes'>,
    Pick<JointBody, 'signedOn' | 'activatedOn' | 'reviewOn'> {
  readonly stateName: Text;
  /** The event that waits for its second person; null: none. */
  readonly waitsForSecond: string | null;
  readonly balance: JointBalance;
  readonly signers: readonly string[];
  readonly openConditions: ReturnType<typeof openConditions>;
  /** What the viewer may see of the firm on this day; of the house and the firm: empty, they need no consent. */
  readonly visible: readonly Visible[];
  readonly positions: readonly JointPositionView[];
  /** Equity recognised + credit loan + guaranteed loan (2:1:1), or the sum of the desks without what is insured. */
  readonly package: number;
  /** Of a 2:1:1 case: drawn above what the equity paid in carries now; shown, never clawed back (超提额). */
  readonly overdrawn: number;
  /** Of a 2:1:1 case: how each number came about, and the joint leverage. */
  readonly composition: Drawable | null;
  /** Of a case that is cut to 2:1:1 (严格按比例): what one share of the ratio is, and whose commitment decides it. */
  readonly strict: StrictComposition | null;
  readonly ledger: JointLedger;
}

/** Pure. An institution that opened a case and was given no desk by the firm sees that it exists. */
export function jointView(deal: JointDeal, viewer: JointViewer, today: LocalDate): JointView {
  const { dealId, uscc, programme, openedAt, state, version, stateSince, terms, parties, proposal } = deal;
  const outside =
    viewer.kind === 'institution' && !parties.some(({ institutionId }) => institutionId === viewer.institutionId);
  const body = outside
    ? { ...deal.body, words: [], versions: [], answers: [], entries: [], signatures: [] }
    : deal.body;
  const joint =
    terms.reading === 'sum' || linesOf(body).length === 0 ? null : compositionOf(terms, body, state === 'FROZEN');
  const composition = joint && drawable(joint);
  const positions = outside ? [] : body.positions.map((one) => positionView(deal, one, today));
  return {
    dealId,
    uscc,
    programme,
    openedAt,
    state,
    version,
    stateSince,
    terms,
    parties: outside ? [] : parties,
    stateName: { zh: JOINT_TABLE.states[state].zh, en: JOINT_TABLE.states[state].en },
    waitsForSecond: proposal?.change.event ?? null,
    words: viewer.kind === 'firm' ? body.words.filter(({ round }) => round === 'external') : body.words,
    versions: body.versions,
    answers: body.answers,
    signatures: body.signatures,
    consents:
      viewer.kind === 'institution'
        ? body.consents.filter(({ institutionId }) => institutionId === viewer.institutionId)
        : body.consents,
    freezes: outside ? [] : body.freezes,
    signedOn: body.signedOn,
    activatedOn: body.activatedOn,
    reviewOn: body.reviewOn,
    balance: balanceOf(terms, body, today),
    signers: linesOf(body).length === 0 ? [] : signersOf(terms, body),
    openConditions: openConditions(terms, body),
    visible: viewer.kind === 'institution' ? visibleTo(deal, viewer.institutionId, today) : [],
    positions,
    package: packageOf(positions, composition),
    overdrawn: composition?.overdrawn ?? 0,
    composition,
    strict: joint && terms.reading === 'strict' ? strictOf(terms.unit, joint) : null,
    ledger: ledgerOf({ body }),
  };
}

function positionView({ terms, body, state }: JointDeal, position: JointPosition, today: LocalDate): JointPositionView {
  const { part, institutionId } = position;
  const line = linesOf(body).find((one) => one.part === part && one.institutionId === institutionId)!;
  const isDrawn = part === 'loan' || part === 'guaranteed' || part === 'lease';
  const limits = isDrawn ? drawLimits(terms, body, line) : [];
  const open = isDrawn && state === 'ACTIVE' && today <= newestOf(body)!.availableUntil;
  const interest = tallyOf(body.entries)('interest', position);
  return { ...position, drawable: open ? roomOf(limits) : 0, limits, interest };
}

function packageOf(positions: readonly JointPosition[], composition: Drawable | null): number {
  const sum = (of: readonly JointPosition[]): number => of.reduce((total, { effective }) => total + effective, 0);
  if (composition === null) return sum(positions.filter(({ part }) => part !== 'insurance'));
  return composition.effective.package;
}

/** The history of a case as somebody sees it: no word of internal consultation for the firm, no consent to another institution. */
export function historyFor(rows: readonly DealEventRow[], viewer: JointViewer): readonly DealEventRow[] {
  if (viewer.kind === 'whole') return rows;
  if (viewer.kind === 'firm')
    return rows.filter(({ event, detail }) => event !== 'say' || detail['round'] !== 'internal');
  const own = (one: unknown): boolean => (one as { institutionId: string }).institutionId === viewer.institutionId;
  return rows.map((row) => {
    if (row.event === 'share') {
      const consents = (row.detail['consents'] as readonly unknown[]).filter(own);
      // The text that the firm signed for others is theirs as well.
      return { ...row, detail: consents.length === 0 ? {} : { ...row.detail, consents } };
    }
    return row.event === 'unshare' && !own(row.detail) ? { ...row, detail: {} } : row;
  });
}
