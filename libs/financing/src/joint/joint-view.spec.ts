import { dateAt, localDate, ProblemError, type Fen } from '#lib/kernel';
import { changed, type Raiser } from '../deals/deal.ts';
import type { DealEventRow } from '../deals/deals.store.ts';
import type { Fields, FieldWords } from '../deals/event-words.ts';
import type { CapCheck } from '../capacity/caps.ts';
import { capacityPassed, reservationExpired } from '../capacity/refusals.ts';
import { makeCalls, type CapacityPort } from './capacity-port.ts';
import {
  AT,
  commit,
  consentTo,
  firm,
  HASH,
  house,
  lineFor,
  MILLION,
  newCase,
  onPart,
  OPENED_AT,
  partner,
  pay,
  sign,
  time,
  UNIT,
  type Told,
  type Who,
} from './fixtures/joint-story.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointChange, JointDeal } from './joint-body.ts';
import { JOINT_EVENTS, JOINT_TWO_PERSONS } from './joint-table.ts';
import { historyFor, jointView, type JointViewer } from './joint-view.ts';
import { JOINT_WORDS } from './joint-words.ts';

const LAST_DRAW = localDate('2027-06-30');
const GIVERS = ['investor', 'bank', 'guarantor', 'insurer', 'lessor'] as const;
/** Each institution is shown other fields, so that one that stands where it should not tells whose it is. */
const FIELDS = {
  investor: ['intellectual-property'],
  bank: ['credit-history'],
  bank2: ['tax'],
  guarantor: ['public-record'],
  insurer: ['contracts'],
  lessor: ['staff'],
} as const;
const given = (...who: readonly Who[]): Told => [
  { event: 'share', consents: who.map((one) => consentTo(one, { fields: [...FIELDS[one]] })), textSha256: HASH },
  firm(),
];
const lines = [
  lineFor('investor', 10 * MILLION),
  lineFor('bank', 3 * MILLION),
  lineFor('bank2', 2 * MILLION),
  lineFor('guarantor', 5 * MILLION),
  lineFor('insurer', MILLION),
  lineFor('lessor', MILLION),
];
const proposal = { availableUntil: LAST_DRAW, note: '' } as const;
const secret = (who: Who): Told => [
  { event: 'say', round: 'internal', opinion: 'conditional', need: `internal need of ${who}`, text: `internal ${who}` },
  partner(who),
];
const newest = (told: Told): Told => [{ ...told[0], proposalVersion: 3 } as JointChange, told[1]];
const twice = (change: JointChange, who: Who): readonly Told[] => [
  [change, partner(who)],
  [change, partner(who, OPENED_AT, '2')],
];
const written = (part: 'loan' | 'guaranteed', amount: number, who: Who): readonly Told[] =>
  twice(
    { event: 'write-off', part, partner: part === 'loan' ? 'bank' : 'guarantor', amount: amount as Fen, reason: '' },
    who,
  );

/** A case of every desk in which everything happens that can. */
const STORY: readonly Told[] = [
  given('investor', 'bank', 'bank2', 'guarantor'),
  given('insurer', 'lessor'),
  ...(Object.keys(AT) as Who[]).map(secret),
  [{ event: 'say', round: 'external', opinion: 'noted', need: null, text: 'open to all' }, firm()],
  [{ event: 'propose', lines, ...proposal }, house()],
  [{ event: 'open' }, house()],
  commit('lessor', MILLION),
  [{ event: 'counter', lines, substitution: null, ...proposal }, partner('bank')],
  [{ event: 'open' }, partner('investor')],
  commit('investor', 10 * MILLION, { proposalVersion: 2 }),
  commit('bank', MILLION, { proposalVersion: 2 }),
  commit('guarantor', 5 * MILLION, { proposalVersion: 2 }),
  [
    {
      event: 'counter',
      lines: null,
      substitution: {
        from: { part: 'loan', partner: 'bank' },
        to: { part: 'guaranteed', partner: 'guarantor' },
        amount: UNIT,
      },
      ...proposal,
    },
    partner('guarantor'),
  ],
  [{ event: 'open' }, house()],
  newest(commit('lessor', MILLION)),
  newest(commit('insurer', MILLION)),
  newest(commit('investor', 10 * MILLION)),
  newest(commit('guarantor', 5 * MILLION)),
  newest(commit('bank', 2 * MILLION, { conditions: ['a condition'] })),
  [{ event: 'decline', proposalVersion: 3, part: 'loan', code: 'price', text: '' }, partner('bank2')],
  ...[partner('lessor'), firm(), partner('investor'), partner('bank'), partner('guarantor')].map((who) => sign(who, 3)),
  [{ event: 'meet', part: 'loan', condition: 0 }, partner('bank')],
  [{ event: 'activate' }, house()],
  pay(8 * MILLION),
  onPart('draw', 'loan', 'bank', MILLION),
  onPart('draw', 'guaranteed', 'guarantor', 2 * MILLION),
  onPart('draw', 'lease', 'lessor', MILLION),
  onPart('repay', 'lease', 'lessor', MILLION),
  [{ event: 'unshare', institutionId: 'bank', purpose: null }, firm()],
  [{ event: 'back', amount: MILLION as Fen, reason: 'taken back' }, partner('investor')],
  ...twice({ event: 'unfreeze', cure: 'put right' }, 'guarantor'),
  [{ event: 'review' }, time()],
  [{ event: 'confirm', text: '' }, partner('bank')],
  [{ event: 'issue', text: 'an issue' }, partner('guarantor')],
  [{ event: 'freeze', reason: 'partner-default', text: '' }, partner('bank')],
  [{ event: 'lapse' }, time()],
  [{ event: 'claim', amount: MILLION as Fen, interest: 0 as Fen }, partner('guarantor')],
  onPart('repay', 'guaranteed', 'guarantor', MILLION),
  onPart('loss', 'loan', 'bank', MILLION),
  onPart('recover', 'guaranteed', 'guarantor', MILLION / 2, 'guarantor'),
  ...written('guaranteed', MILLION / 2, 'guarantor'),
  ...written('loan', MILLION, 'bank'),
  [{ event: 'close' }, house()],
];
/** These end or send back a case before its end. */
const ELSEWHERE = ['withdraw', 'expire', 'end-availability', 'correct'];

interface Step {
  readonly deal: JointDeal;
  readonly rows: readonly DealEventRow[];
}

function stepsOf(): readonly Step[] {
  const rows: DealEventRow[] = [];
  let deal = newCase();
  return STORY.map(([change, by]) => {
    const next = changed(JOINT_CASE, deal, change, by);
    rows.push(rowOf(deal, next, change, by));
    deal = next;
    return { deal, rows: [...rows] };
  });
}

function rowOf(before: JointDeal, after: JointDeal, { event, ...detail }: JointChange, by: Raiser): DealEventRow {
  const { role, institutionId, personId, at } = by;
  const said = { version: after.version, event, proposed: after.proposal !== null, role, institutionId, personId };
  return { ...said, firstPersonId: null, at, from: before.state, to: after.state, detail };
}

const today = dateAt(OPENED_AT);
const STEPS = stepsOf();
const institution = (institutionId: string): JointViewer => ({ kind: 'institution', institutionId });

/** Every member of a value, at any depth. */
function membersOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(membersOf)];
}
const fieldsOf = (fields: Fields): readonly string[] =>
  Object.entries(fields).flatMap(([name, words]: [string, FieldWords]) => [name, ...fieldsOf(words.fields ?? {})]);

/** How a guarantor's book stands: members that nothing of a case may have, and amounts that its words may not say. */
const CHECK: CapCheck = {
  cap: 'TOTAL',
  subject: null,
  state: 'fail',
  limit: 77_777_777 as Fen,
  before: 66_666_666 as Fen,
  after: 88_888_888 as Fen,
  room: 11_111_111 as Fen,
  binding: true,
  zh: '担保责任余额已用666,666.66元',
  en: '666,666.66 yuan are in use',
};
const OF_A_BOOK = [
  'caps',
  'limit',
  'before',
  'after',
  'netAssets',
  'mainlySmall',
  'controllers',
  'liabilities',
  'capacity',
];

describe('what each desk of a joint case is shown', () => {
  it('is told by a story in which all happens that a case knows', () => {
    const said = new Set<string>(STORY.map(([{ event }]) => event));
    expect(JOINT_EVENTS.filter((event) => !said.has(event) && !ELSEWHERE.includes(event))).toEqual([]);
    expect(STEPS.at(-1)!.deal.state).toBe('TERMINATED');
    expect(JOINT_TWO_PERSONS.every((event) => said.has(event))).toBe(true);
  });

  it.each([...GIVERS, 'bank2', 'stranger', 'FIRM', 'OPS'])("%s: no capacity, nobody else's consent", (who) => {
    const viewer =
      who === 'OPS' ? ({ kind: 'whole' } as const) : who === 'FIRM' ? ({ kind: 'firm' } as const) : institution(who);
    const own = who in FIELDS ? FIELDS[who as Who] : [];
    const others = Object.values(FIELDS)
      .flat()
      .filter((field) => !(own as readonly string[]).includes(field));
    for (const { deal, rows } of STEPS) {
      const view = jointView(deal, viewer, today);
      const history = historyFor(rows, viewer);
      // Nothing of how a guarantor's book stands: neither in the case nor in any event.
      expect(membersOf([view, history]).filter((member) => OF_A_BOOK.includes(member))).toEqual([]);
      for (const { event, detail } of history) {
        const known = fieldsOf(JOINT_WORDS[event as JointChange['event']].fields);
        expect([event, membersOf(detail).filter((member) => !known.includes(member))]).toEqual([event, []]);
      }
      if (viewer.kind !== 'institution') continue;
      const shown = JSON.stringify([view, history]);
      expect(others.filter((field) => shown.includes(`"${field}"`))).toEqual([]);
      expect(view.visible.flatMap(({ fields }) => fields)).toEqual(standing(deal, who) ? own : []);
    }
  });

  it.each([...GIVERS, 'bank2', 'FIRM'])('%s: internal consultation is among institutions', (who) => {
    const viewer: JointViewer = who === 'FIRM' ? { kind: 'firm' } : institution(who);
    const { deal, rows } = STEPS.at(-1)!;
    const shown = JSON.stringify([jointView(deal, viewer, today), historyFor(rows, viewer)]);
    const seen = Object.keys(AT).filter(
      (one) => shown.includes(`internal ${one}`) || shown.includes(`internal need of ${one}`),
    );
    expect(seen).toEqual(who === 'FIRM' ? [] : Object.keys(AT));
    expect(shown).toContain('open to all');
  });

  it('is nothing of the partners and their money for an institution without a desk', () => {
    for (const { deal } of STEPS) {
      const shown = JSON.stringify(jointView(deal, institution('stranger'), today));
      expect(Object.keys(AT).filter((one) => shown.includes(`"${one}"`))).toEqual([]);
      expect(shown).not.toContain('internal');
    }
  });

  it.each([
    ['guarantor', true],
    ['OPS', true],
    ['FIRM', false],
    ['bank', false],
    ['investor', false],
    ['guarantor 2', false],
  ])('%s is told by how much a cap of the guarantor is passed: %s', async (who, isTold) => {
    const by = who === 'OPS' ? house() : who === 'FIRM' ? firm() : { ...partner('bank'), institutionId: who };
    for (const error of [capacityPassed([CHECK]), reservationExpired([CHECK])]) {
      const refuse = (): Promise<void> => Promise.reject(error);
      const port: CapacityPort = { reserve: refuse, issue: refuse, lower: refuse, release: refuse };
      const asked = { dealId: '1', guarantorId: 'guarantor', principal: 1 };
      const answer = await makeCalls(undefined as never, port, [{ call: 'lower', ...asked }], by).catch(
        (refused: unknown) => (refused as ProblemError).problem,
      );
      expect(answer).toMatchObject({ code: error.problem.code, errors: [{ pointer: '/amount', code: 'cap-total' }] });
      const shown = JSON.stringify(answer);
      expect([shown.includes('666,666.66'), shown.includes('66666666')]).toEqual([isTold, isTold]);
    }
  });
});

/** Whether what this institution was shown stands still, while the case lives. */
const standing = ({ state, body }: JointDeal, who: string): boolean =>
  state !== 'TERMINATED' && body.consents.some((one) => one.institutionId === who && one.withdrawnOn === null);
