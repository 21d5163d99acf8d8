import { judicial, type CaseOutcome, type CauseClass, type DossierRecord, type JudicialCase } from '#lib/data-sources';
import type { LocalDate } from '#lib/kernel';
import type { FeedView, FirmAt } from './firm-at.ts';

export type CaseRecord = DossierRecord<JudicialCase>;

/** One suit with all its stages (一审, 二审, 再审), where the firm is sued. */
export interface Suit {
  readonly records: readonly CaseRecord[];
  /** Of the earliest stage; undefined: no stage states it. */
  readonly filedOn: LocalDate | undefined;
  readonly causeClass: CauseClass | undefined;
  /** 标的额 in 分, of the earliest stage that states it. */
  readonly claim: number | undefined;
  /** What the last stage that decided by the day decided; undefined: not decided. */
  readonly outcome: CaseOutcome | undefined;
}

/** One enforcement against the firm, with its resumptions (执恢). */
export interface Enforcement {
  /** The newest stage. */
  readonly record: CaseRecord;
  /** `unclear`: a closing date was delivered that cannot be read. */
  readonly state: 'open' | 'closed' | 'unclear';
  /** When the first of its stages was filed. */
  readonly filedOn: LocalDate | undefined;
  /** Of a closed one. */
  readonly closedOn: LocalDate | undefined;
  /** 未履行金额, else 执行标的, in 分. */
  readonly unpaid: number | undefined;
}

export interface CourtCases {
  readonly view: FeedView;
  readonly suits: readonly Suit[];
  /** An appeal of which no stage says on which side the firm stands. */
  readonly unclearSuits: readonly Suit[];
  readonly enforcements: readonly Enforcement[];
  /** Every stage in which the firm is enforced against. */
  readonly debtor: readonly CaseRecord[];
}

/** The firm's cases on the day: stages of one case are one case. */
export function courtCases(firm: FirmAt): CourtCases {
  const known = firm.readings.judicial as CourtCases | undefined;
  if (known !== undefined) return known;
  const all = firm.records(judicial);
  const reading = all.length === 0 ? { ...NOTHING, view: firm.feed('JUD') } : readCases(firm, all);
  firm.readings.judicial = reading;
  return reading;
}

const NOTHING = { suits: [], unclearSuits: [], enforcements: [], debtor: [] } as const;

function readCases(firm: FirmAt, all: readonly CaseRecord[]): CourtCases {
  const debtor = all.filter(({ payload }) => payload.role === 'judgmentDebtor');
  const { date } = firm.day;
  const suits: Suit[] = [];
  const unclearSuits: Suit[] = [];
  const ties = tiesOf(all);
  const litigation = all.filter(({ payload }) => !ENFORCED.has(payload.role));
  for (const records of byCase(litigation, ties)) {
    const roles = records.map(({ payload }) => payload.role);
    if (roles.includes('defendant')) suits.push(suitOf(records, date));
    else if (roles.every((role) => role === 'appellant' || role === 'appellee'))
      unclearSuits.push(suitOf(records, date));
  }
  const enforcements = byCase(debtor, ties).map((records) => enforcementOf(records, date));
  return { view: firm.feed('JUD'), suits, unclearSuits, enforcements, debtor };
}

const ENFORCED: ReadonlySet<string> = new Set(['judgmentDebtor', 'enforcementApplicant']);

/** Case numbers tied by 原审案号 or 执行依据案号: each leads to another one of its case, the last to nothing. */
function tiesOf(records: readonly CaseRecord[]): ReadonlyMap<string, string> {
  const ties = new Map<string, string>();
  for (const { payload } of records) {
    if (payload.originCaseNo === undefined) continue;
    const from = rootOf(payload.caseNo, ties);
    const to = rootOf(payload.originCaseNo, ties);
    // References in a circle would otherwise lead round for ever.
    if (from !== to) ties.set(from, to);
  }
  return ties;
}

function rootOf(caseNo: string, ties: ReadonlyMap<string, string>): string {
  let root = caseNo;
  for (let next = ties.get(root); next !== undefined; next = ties.get(root)) root = next;
  return root;
}

/** The stages of each case, oldest first; the first stage itself need not be delivered. */
function byCase(records: readonly CaseRecord[], ties: ReadonlyMap<string, string>): CaseRecord[][] {
  const groups = new Map<string, CaseRecord[]>();
  for (const record of records) {
    const root = rootOf(record.payload.caseNo, ties);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [record]);
    else group.push(record);
  }
  for (const group of groups.values())
    if (group.length > 1) group.sort((a, b) => compare(a.payload.filedOn ?? '', b.payload.filedOn ?? ''));
  return [...groups.values()];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function suitOf(records: readonly CaseRecord[], date: LocalDate): Suit {
  const payloads = records.map((record) => record.payload);
  let outcome: CaseOutcome | undefined;
  for (const { outcome: decided, judgedOn, closedOn } of payloads) {
    const on = judgedOn ?? closedOn;
    // A judgment after the day has not been given; 维持原判 leaves what the stage before decided.
    if (decided !== undefined && decided !== 'upheld' && (on === undefined || on <= date)) outcome = decided;
  }
  return {
    records,
    filedOn: payloads.find((p) => p.filedOn !== undefined)?.filedOn,
    causeClass: payloads.find((p) => p.causeClass !== undefined)?.causeClass,
    claim: payloads.find((p) => p.claim !== undefined)?.claim,
    outcome,
  };
}

function enforcementOf(records: readonly CaseRecord[], date: LocalDate): Enforcement {
  const record = records.at(-1)!;
  const state = enforcementState(record.payload, date);
  const owing = records.findLast(({ payload }) => payload.unpaid !== undefined || payload.enforced !== undefined);
  return {
    record,
    state,
    filedOn: records.find(({ payload }) => payload.filedOn !== undefined)?.payload.filedOn,
    closedOn: state === 'closed' ? record.payload.closedOn : undefined,
    unpaid: owing?.payload.unpaid ?? owing?.payload.enforced,
  };
}

/**
 * 终结本次执行程序 ends a round for want of property while the debt stays, so the enforcement is open; so it is where it was
 * closed in no stated way with a sum unpaid. A closing after the day has not happened.
 */
export function enforcementState(payload: JudicialCase, date: LocalDate): Enforcement['state'] {
  const { closedOn, enforcementEnd, unpaid, endUnreadable } = payload;
  if (closedOn === undefined) return endUnreadable ? 'unclear' : 'open';
  if (closedOn > date || enforcementEnd === 'roundEnded') return 'open';
  return enforcementEnd === undefined && (unpaid ?? 0) > 0 ? 'open' : 'closed';
}
