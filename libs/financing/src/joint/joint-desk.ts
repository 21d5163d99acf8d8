import type { DealDesk, DealReading } from '../deals/deal-desk.ts';
import { dealFrom } from '../deals/deals.store.ts';
import { heard } from '../deals/heard.ts';
import { checkedChange } from '../deals/event-values.ts';
import type { JointChange } from './joint-body.ts';
import { JOINT_CASE } from './joint-case.ts';
import type { JointCases, JointReading } from './joint-cases.service.ts';
import { JOINT_TABLE, JOINT_TWO_PERSONS } from './joint-table.ts';
import { JOINT_MONEY, JOINT_WORDS } from './joint-words.ts';

/** 联合授信 for the API and for callbacks: everybody reads the case as it is theirs to see. */
export const jointDesk = (cases: JointCases): DealDesk => ({
  kind: 'joint-case',
  table: JOINT_TABLE,
  twoPersons: JOINT_TWO_PERSONS,
  words: JOINT_WORDS,
  money: new Set(JOINT_MONEY),
  read: (principal, stored, events) => readingOf(cases.seen(principal, dealFrom(JOINT_CASE, stored), events)),
  say: (tx, principal, taken, { event, detail, heardAt, ...at }) =>
    cases.raiseOn(tx, principal, { taken, ...at, change: heard(changeOf(event, detail), heardAt) }),
});

const changeOf = (event: string, detail: Readonly<Record<string, unknown>>): JointChange =>
  checkedChange<JointChange>(JOINT_WORDS, event, detail);

function readingOf({ view, proposal, barred, events }: JointReading): DealReading {
  const { dealId, uscc, programme, state, version, openedAt, stateSince, parties, terms, deadlines, ...rest } = view;
  const { stateName: _name, waitsForSecond: _waits, ledger, ...body } = rest;
  const { rows, totals } = ledger;
  return {
    dealId,
    uscc,
    programme,
    state,
    version,
    openedAt,
    stateSince,
    parties,
    terms,
    deadlines,
    barred,
    events,
    body: {
      ...body,
      ledger: {
        rows: rows.map((row) => ({ ...row, cash: sides(row.cash) })),
        totals: { ...totals, cash: sides(totals.cash) },
      },
    },
    proposal: proposal && { event: proposal.change.event, by: proposal.by.role, at: proposal.by.at },
  };
}

/** Institutions are values outside, not names of members. */
const sides = (cash: Readonly<Record<string, number>>): readonly { who: string; amount: number }[] =>
  Object.entries(cash).map(([who, amount]) => ({ who, amount }));
