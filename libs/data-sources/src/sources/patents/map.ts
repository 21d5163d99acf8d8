import { readCount } from '../../normalise/number.ts';
import { readDate } from '../../normalise/date.ts';
import { readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { cleanText, isNullWord, valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRecord, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import { parseApplicationNumber } from './application-number.ts';
import type { Patent, PatentStatus, PatentType } from './payload.ts';

const TYPE_WORDS: ReadonlyMap<string, readonly PatentType[]> = new Map([
  ['发明', ['invention', 'pctInvention']],
  ['发明专利', ['invention', 'pctInvention']],
  ['实用新型', ['utilityModel', 'pctUtilityModel']],
  ['外观', ['design']],
  ['外观设计', ['design']],
  ['PCT发明', ['pctInvention']],
  ['PCT新型', ['pctUtilityModel']],
  ['1', ['invention']],
  ['2', ['utilityModel']],
  ['3', ['design']],
  ['8', ['pctInvention']],
  ['9', ['pctUtilityModel']],
]);

const STATUS: ReadonlyMap<string, PatentStatus> = new Map([
  ['公开', 'published'],
  ['公布', 'published'],
  ['实审', 'examination'],
  ['实质审查', 'examination'],
  ['实质审查的生效', 'examination'],
  ['授权', 'granted'],
  ['驳回', 'rejected'],
  ['视撤', 'deemedWithdrawn'],
  ['视为撤回', 'deemedWithdrawn'],
  ['撤回', 'deemedWithdrawn'],
  ['未缴年费终止', 'lapsedFee'],
  ['未缴年费专利权终止', 'lapsedFee'],
  ['期满', 'expired'],
  ['期限届满', 'expired'],
  ['无效', 'invalidated'],
  ['全部无效', 'invalidated'],
  ['放弃', 'abandoned'],
]);

interface Applicant {
  readonly usc?: string;
  readonly original?: boolean;
}

/**
 * Layout `jsonl`: one application a line. One record for each applicant with a USCC; none of them has one: ignored.
 * Names of applicants are not kept: an applicant may be a person.
 */
export function mapPatent(row: RawRow, context: MapContext): MappedRow<Patent> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const op = readOperation(row.text('op'), 'op', fatal);
  const rawNo = row.text('appNo');
  const number = valueOf(rawNo) === undefined ? undefined : parseApplicationNumber(rawNo!);
  if (number === undefined) fatal.push({ code: 'DQ14', column: 'appNo' });
  else if (!number.ok)
    fatal.push({
      code: number.code,
      column: 'appNo',
      raw: cleanText(rawNo!),
      ...(number.code === 'APPNO_CHECK' ? { suggestion: number.suggestion } : {}),
    });
  else if (number.restored)
    issues.push({ code: 'APPNO_RESTORED', column: 'appNo', raw: cleanText(rawNo!), suggestion: number.appNo });

  const applicants = row.take('applicants');
  const declaredType = readEnum(row.text('type'), 'type', TYPE_WORDS, issues);
  if (number?.ok && declaredType !== undefined && !declaredType.includes(number.type))
    issues.push({ code: 'DQ12', column: 'type', raw: row.text('type')!, suggestion: number.type });
  const shared = readPatent(row, context, issues);
  if (!Array.isArray(applicants) || applicants.length === 0) fatal.push({ code: 'DQ14', column: 'applicants' });
  if (op === undefined || !number?.ok || !Array.isArray(applicants) || fatal.length > 0)
    return quarantined(fatal, issues);

  const records: MappedRecord<Patent>[] = [];
  const badCodes: Issue[] = [];
  for (const [n, applicant] of (applicants as readonly unknown[]).entries()) {
    const { usc, original } = applicantOf(applicant);
    if (valueOf(usc) === undefined) continue;
    const column = `applicants/${n}/usc`;
    const found: Issue[] = [];
    const uscc = readUscc(usc, column, found);
    (uscc === undefined ? badCodes : issues).push(...found);
    if (uscc === undefined || records.some((record) => record.uscc === uscc)) continue;
    const payload: Patent = {
      ...shared,
      appNo: number.appNo,
      applicants: applicants.length,
      type: number.type,
      ...(original === undefined ? {} : { original }),
      ...(number.type.startsWith('pct') ? { pct: true } : {}),
    };
    records.push({
      uscc,
      recordKey: number.appNo,
      ...(shared.filedOn === undefined ? {} : { eventDate: shared.filedOn }),
      op,
      payload,
    });
  }
  if (records.length > 0) return { kind: 'records', records, issues: [...issues, ...badCodes] };
  if (badCodes.length > 0) return quarantined(badCodes, issues);
  return { kind: 'ignored', reason: 'no-applicant-with-uscc' };
}

/** The fields that every applicant's record shares. */
function readPatent(row: RawRow, context: MapContext, issues: Issue[]): Partial<Patent> {
  const ahead = { receivedOn: context.receivedOn, mayBeAhead: true };
  const read: Mutable<Partial<Patent>> = {
    title: valueOf(row.text('title')),
    ipcMain: ipcOf(row.text('ipcMain')),
    ipcs: ipcsOf(row.take('ipcs')),
    filedOn: readDate(row.text('appDate'), 'appDate', context, issues),
    publishedOn: readDate(row.text('pubDate'), 'pubDate', context, issues),
    grantedOn: readDate(row.text('grantDate'), 'grantDate', context, issues),
    status: readEnum(row.text('legal'), 'legal', STATUS, issues),
    statusOn: readDate(row.text('legalDate'), 'legalDate', context, issues),
    assignedOn: readDate(row.text('assignDate'), 'assignDate', context, issues),
    feePaidUntil: readDate(row.text('feePaidUntil'), 'feePaidUntil', ahead, issues),
    inventors: readCount(row.text('inventorsCount'), 'inventorsCount', issues),
    overseasFamily: readCount(row.text('familyCount'), 'familyCount', issues),
    pct: readFlag(row.text('pct'), 'pct', issues),
    pledged: readFlag(row.text('pledge'), 'pledge', issues),
    licensed: readFlag(row.text('licence'), 'licence', issues),
    awarded: readFlag(row.text('award'), 'award', issues),
  };
  // Blanked at the door; taken so that nothing is left over.
  row.take('inventors');
  for (const key of Object.keys(read) as (keyof Patent)[]) if (read[key] === undefined) delete read[key];
  return read;
}

function applicantOf(value: unknown): Applicant {
  if (typeof value !== 'object' || value === null) return {};
  const { usc, original } = value as Record<string, unknown>;
  return {
    ...(typeof usc === 'string' ? { usc } : {}),
    ...(typeof original === 'boolean' ? { original } : {}),
  };
}

const ipcOf = (raw: string | undefined): string | undefined => valueOf(raw)?.toUpperCase().replaceAll(' ', '');

function ipcsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const codes = value
    .filter((v): v is string => typeof v === 'string' && !isNullWord(cleanText(v)))
    .map((v) => ipcOf(v)!);
  return codes.length > 0 ? [...new Set(codes)] : undefined;
}
