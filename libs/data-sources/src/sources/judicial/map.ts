import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { CaseRole, JudicialCase } from './payload.ts';
import { caseNumberOf, causeClassOf, ENFORCEMENT_ENDS, OUTCOMES, ROLES } from './words.ts';

/** Under which header or JSON key each column of a layout comes. */
export interface CaseColumns {
  readonly caseNo: string;
  readonly origin: string;
  readonly court: string;
  readonly party: string;
  readonly representative: string;
  readonly usc: string;
  readonly role: string;
  readonly cause: string;
  readonly claim: string;
  readonly filed: string;
  readonly judged: string;
  readonly outcome: string;
  readonly closed: string;
  readonly end: string;
  readonly enforced: string;
  readonly unpaid: string;
  readonly dishonest: string;
  readonly dishonestFrom: string;
  readonly dishonestUntil: string;
  readonly limited: string;
  readonly limitedFrom: string;
  readonly limitedUntil: string;
  readonly op: string;
}

export const CSV_COLUMNS: CaseColumns = {
  caseNo: '案号',
  origin: '原审或执行依据案号',
  court: '审理法院',
  party: '当事人名称',
  representative: '法定代表人',
  usc: '统一社会信用代码',
  role: '诉讼地位',
  cause: '案由',
  claim: '标的额(元)',
  filed: '立案日期',
  judged: '裁判日期',
  outcome: '裁判结果',
  closed: '结案日期',
  end: '结案方式',
  enforced: '执行标的(元)',
  unpaid: '未履行金额(元)',
  dishonest: '失信被执行人',
  dishonestFrom: '失信发布日期',
  dishonestUntil: '失信移出日期',
  limited: '限制消费',
  limitedFrom: '限消发布日期',
  limitedUntil: '限消解除日期',
  op: '操作标志',
};

export const API_COLUMNS: CaseColumns = {
  caseNo: 'caseNo',
  origin: 'originCaseNo',
  court: 'court',
  party: 'party',
  representative: 'legalRep',
  usc: 'usc',
  role: 'role',
  cause: 'cause',
  claim: 'claimAmt',
  filed: 'filed',
  judged: 'judged',
  outcome: 'outcome',
  closed: 'closed',
  end: 'endType',
  enforced: 'execAmt',
  unpaid: 'unpaidAmt',
  dishonest: 'dishonest',
  dishonestFrom: 'pubDate',
  dishonestUntil: 'removalDate',
  limited: 'limitConsumption',
  limitedFrom: 'limitDate',
  limitedUntil: 'limitLiftedDate',
  op: 'op',
};

/**
 * One stage of one case. The firm is who the code says: a name, a region and a representative may suggest somebody but
 * never attach a judgment, so a row without code goes to quarantine for a person to decide.
 */
export const mapCase =
  (c: CaseColumns) =>
  (row: RawRow, context: MapContext): MappedRow<JudicialCase> => {
    const issues: Issue[] = [];
    const fatal: Issue[] = [];
    const found: Issue[] = [];
    const uscc = readUscc(row.text(c.usc), c.usc, found);
    (uscc === undefined ? fatal : issues).push(...found);
    row.take(c.party);
    row.take(c.representative);
    const op = readOperation(row.text(c.op), c.op, fatal);
    const caseNo = readKeyNumber(row.text(c.caseNo), c.caseNo, fatal);
    const role = readRole(row.text(c.role), c.role, fatal);
    const read = readCase(row, c, context, issues);
    if (uscc === undefined || op === undefined || caseNo === undefined || role === undefined || fatal.length > 0)
      return quarantined(fatal, issues);

    // Only who is enforced against can be on these lists: anything else is a slip of the file.
    if (role !== 'judgmentDebtor') dropListings(read, c, issues);
    for (const key of Object.keys(read) as (keyof JudicialCase)[]) if (read[key] === undefined) delete read[key];
    const payload: JudicialCase = { ...read, caseNo, role };
    const eventDate = payload.filedOn ?? payload.dishonestFrom ?? payload.limitedFrom ?? payload.judgedOn;
    return {
      kind: 'records',
      records: [
        { uscc, recordKey: `${caseNo}|${role}`, ...(eventDate === undefined ? {} : { eventDate }), op, payload },
      ],
      issues,
    };
  };

function readKeyNumber(raw: string | undefined, column: string, fatal: Issue[]): string | undefined {
  const clean = valueOf(raw);
  const caseNo = clean === undefined ? undefined : caseNumberOf(clean);
  if (caseNo === undefined)
    fatal.push(clean === undefined ? { code: 'DQ14', column } : { code: 'DQ12', column, raw: clean });
  return caseNo;
}

function readRole(raw: string | undefined, column: string, fatal: Issue[]): CaseRole | undefined {
  const before = fatal.length;
  const role = readEnum(raw, column, ROLES, fatal);
  if (role === undefined && fatal.length === before) fatal.push({ code: 'DQ14', column });
  return role;
}

/** The fields that only describe the stage: a fault leaves the field out. */
function readCase(row: RawRow, c: CaseColumns, context: MapContext, issues: Issue[]): Mutable<Partial<JudicialCase>> {
  const cause = valueOf(row.text(c.cause));
  const rawOrigin = valueOf(row.text(c.origin));
  const originCaseNo = rawOrigin === undefined ? undefined : caseNumberOf(rawOrigin);
  if (rawOrigin !== undefined && originCaseNo === undefined)
    issues.push({ code: 'DQ12', column: c.origin, raw: rawOrigin });
  let endUnreadable = false;
  const readEnd = (column: string) => {
    const raw = row.text(column);
    const date = readDate(raw, column, context, issues);
    if (date === undefined && valueOf(raw) !== undefined) endUnreadable = true;
    return date;
  };
  const read: Mutable<Partial<JudicialCase>> = {
    originCaseNo,
    court: valueOf(row.text(c.court)),
    cause,
    causeClass: cause === undefined ? undefined : causeClassOf(cause),
    claim: readAmount(row.text(c.claim), '元', c.claim, issues),
    filedOn: readDate(row.text(c.filed), c.filed, context, issues),
    judgedOn: readDate(row.text(c.judged), c.judged, context, issues),
    outcome: readEnum(row.text(c.outcome), c.outcome, OUTCOMES, issues),
    closedOn: readEnd(c.closed),
    enforcementEnd: readEnum(row.text(c.end), c.end, ENFORCEMENT_ENDS, issues),
    enforced: readAmount(row.text(c.enforced), '元', c.enforced, issues),
    unpaid: readAmount(row.text(c.unpaid), '元', c.unpaid, issues),
    dishonest: readFlag(row.text(c.dishonest), c.dishonest, issues),
    dishonestFrom: readDate(row.text(c.dishonestFrom), c.dishonestFrom, context, issues),
    dishonestUntil: readEnd(c.dishonestUntil),
    limited: readFlag(row.text(c.limited), c.limited, issues),
    limitedFrom: readDate(row.text(c.limitedFrom), c.limitedFrom, context, issues),
    limitedUntil: readEnd(c.limitedUntil),
  };
  // A date of publication says that the firm was put on the list, whatever the flag's column leaves out.
  if (read.dishonest === undefined && read.dishonestFrom !== undefined) read.dishonest = true;
  if (read.limited === undefined && read.limitedFrom !== undefined) read.limited = true;
  if (endUnreadable) read.endUnreadable = true;
  if (read.unpaid !== undefined && read.enforced !== undefined && read.unpaid > read.enforced)
    issues.push({ code: 'DQ13', column: c.unpaid, raw: row.text(c.unpaid)! });
  return read;
}

function dropListings(read: Mutable<Partial<JudicialCase>>, c: CaseColumns, issues: Issue[]): void {
  if (read.dishonest === true) issues.push({ code: 'DQ13', column: c.dishonest });
  if (read.limited === true) issues.push({ code: 'DQ13', column: c.limited });
  for (const key of ['dishonest', 'dishonestFrom', 'dishonestUntil', 'limited', 'limitedFrom', 'limitedUntil'] as const)
    delete read[key];
}
