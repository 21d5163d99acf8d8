import type { LocalDate } from '#lib/kernel';
import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { ANY_NUMBER, drop, readRegisterNumber, stated } from '../holders.ts';
import { quarantined } from '../mapped.ts';
import type { NurtureList, Qualification, QualificationTier, RevocationReason } from './payload.ts';

/** Without quotation marks and blanks, and without a closing 企业, 名单 or 认定. */
const LIST: ReadonlyMap<string, QualificationTier | NurtureList> = new Map([
  ['科技型中小', 'techSme'],
  ['创新型中小', 'innovSme'],
  ['高新技术', 'hnte'],
  ['国家高新技术', 'hnte'],
  ['高企', 'hnte'],
  ['专精特新', 'srdi'],
  ['专精特新中小', 'srdi'],
  ['省级专精特新中小', 'srdi'],
  ['小巨人', 'littleGiant'],
  ['专精特新小巨人', 'littleGiant'],
  ['国家级专精特新小巨人', 'littleGiant'],
  ['高新技术企业培育库', 'hnteNurture'],
  ['高企培育库', 'hnteNurture'],
  ['高企培育入库', 'hnteNurture'],
  ['专精特新培育库', 'srdiNurture'],
  ['单项冠军', 'singleChampion'],
  ['制造业单项冠军', 'singleChampion'],
  ['独角兽', 'unicorn'],
  ['潜在独角兽', 'potentialUnicorn'],
  ['种子独角兽', 'potentialUnicorn'],
  ['瞪羚', 'gazelle'],
  ['拟上市', 'pendingListing'],
  ['上市后备', 'pendingListing'],
  ['未来之星', 'futureStar'],
]);

const LEVEL: ReadonlyMap<string, NonNullable<Qualification['level']>> = new Map([
  ['国家', 'state'],
  ['国家级', 'state'],
  ['省', 'province'],
  ['省级', 'province'],
  ['市', 'city'],
  ['市级', 'city'],
  ['区', 'district'],
  ['区级', 'district'],
  ['县级', 'district'],
]);

const REASONS: readonly (readonly [RevocationReason, RegExp])[] = [
  ['forgery', /虚假|伪造|骗取|弄虚作假|造假|欺骗|欺诈/],
  ['lapse', /期满|届满|到期|过期|复核未通过|未申请复核|自愿|主动|放弃|更名|换证|换发|迁出|迁移|合并|分立|企业注销/],
  ['breach', /不符合|不再符合|违法|违规|违反|失信|偷税|逃税|安全事故|质量事故|环境|未按期|未按规定|未报|取消资格/],
];

/** Layout `list`: any list of qualified or nurtured firms. A list that nobody knows refuses the row: it is the key. */
export function mapListEntry(row: RawRow, context: MapContext): MappedRow<Qualification> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const list = readList(row.text('名单名称'), '名单名称', fatal);
  const year = readYear(row.text('年度'), '年度', issues);
  const read = {
    level: readEnum(row.text('级别'), '级别', LEVEL, issues),
    certNo: readCertificate(row.text('证书编号'), '证书编号', fatal),
    batch: valueOf(row.text('批次'))?.replaceAll(' ', ''),
    validFrom: readDate(row.text('有效期起'), '有效期起', context, issues),
    validTo: readExpiry(row.text('有效期止'), '有效期止', context, issues),
  };
  return entryOf(row, context, list, { ...read, year }, '证书编号', fatal, issues);
}

/** Layout `tech-sme`: 科技型中小企业入库登记; the number begins with its year. */
export function mapTechSme(row: RawRow, context: MapContext): MappedRow<Qualification> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const read = {
    certNo: readCertificate(row.text('入库登记编号'), '入库登记编号', fatal),
    validFrom: readDate(row.text('入库公告日期'), '入库公告日期', context, issues),
  };
  if (read.certNo === undefined && fatal.length === 0) fatal.push({ code: 'DQ14', column: '入库登记编号' });
  return entryOf(row, context, 'techSme', read, '入库登记编号', fatal, issues);
}

type Read = { readonly [K in keyof Qualification]?: Qualification[K] | undefined };

function entryOf(
  row: RawRow,
  context: MapContext,
  list: Qualification['list'] | undefined,
  read: Read,
  keyColumn: string,
  fatal: Issue[],
  issues: Issue[],
): MappedRow<Qualification> {
  // 企业名称: the registration says it, and the code decides who is meant.
  drop(row, '企业名称');
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const revocation = readRevocation(row, context, issues);
  const key = read.certNo ?? read.batch ?? read.validFrom;
  if (key === undefined && !fatal.some((issue) => issue.column === keyColumn))
    fatal.push({ code: 'DQ14', column: keyColumn });
  if (uscc === undefined || op === undefined || list === undefined || key === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  let { validTo } = read;
  if (validTo !== undefined && read.validFrom !== undefined && validTo < read.validFrom) {
    issues.push({ code: 'DQ06', column: '有效期止', raw: validTo });
    validTo = undefined;
  }
  const year = list === 'techSme' ? yearOf({ ...read, validTo }) : undefined;
  const payload: Qualification = { list, ...stated({ ...read, validTo, year }), ...revocation };
  const from = payload.validFrom ?? (year === undefined ? undefined : (`${year}-01-01` as LocalDate));
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: `${list}|${key}`,
        ...(from === undefined ? {} : { eventDate: from }),
        ...lastDayOf(payload, from),
        op,
        payload,
      },
    ],
    issues,
  };
}

/** It was true up to its last day, or up to its revocation. */
function lastDayOf({ validTo, revokedOn }: Qualification, from: LocalDate | undefined): { eventTo?: LocalDate } {
  const revoked = revokedOn !== undefined && (from === undefined || revokedOn >= from) ? revokedOn : undefined;
  const to = revoked !== undefined && (validTo === undefined || revoked < validTo) ? revoked : validTo;
  return to === undefined ? {} : { eventTo: to };
}

function readList(raw: string | undefined, column: string, fatal: Issue[]): Qualification['list'] | undefined {
  const clean = valueOf(raw);
  const words = clean?.replace(/[\s"'“”‘’「」《》]/g, '');
  const list =
    words === undefined ? undefined : (LIST.get(words) ?? LIST.get(words.replace(/(?:企业)?(?:名单|认定)?$/, '')));
  if (list === undefined)
    fatal.push(clean === undefined ? { code: 'DQ14', column } : { code: 'DQ12', column, raw: clean });
  return list;
}

/** No certificate is no fault: many lists name batches only. One that a spreadsheet damaged refuses the row. */
const readCertificate = (raw: string | undefined, column: string, fatal: Issue[]): string | undefined =>
  valueOf(raw) === undefined ? undefined : readRegisterNumber(raw, column, ANY_NUMBER, fatal);

/** 长期 states no end. */
function readExpiry(
  raw: string | undefined,
  column: string,
  context: MapContext,
  issues: Issue[],
): LocalDate | undefined {
  if (valueOf(raw) === '长期') return undefined;
  return readDate(raw, column, { receivedOn: context.receivedOn, mayBeAhead: true }, issues);
}

function readYear(raw: string | undefined, column: string, issues: Issue[]): number | undefined {
  const clean = valueOf(raw);
  if (clean === undefined) return undefined;
  const year = /^(20\d{2})年?度?$/.exec(clean)?.[1];
  if (year === undefined) issues.push({ code: 'DQ05', column, raw: clean });
  return year === undefined ? undefined : Number(year);
}

/** The list year of a 科技型中小企业: as stated, else of its number (2023…), else of its dates. */
function yearOf({ year, certNo, validFrom, validTo }: Read): number | undefined {
  if (year !== undefined) return year;
  const numbered = certNo === undefined ? undefined : /^(20\d{2})\d{6,}/.exec(certNo)?.[1];
  const text = numbered ?? validFrom ?? validTo;
  return text === undefined ? undefined : Number(text.slice(0, 4));
}

/** The words of a reason are not kept, only what kind it is: free text may name people. */
function readRevocation(
  row: RawRow,
  context: MapContext,
  issues: Issue[],
): Pick<Qualification, 'revoked' | 'revokedOn' | 'revokedFor'> {
  const rawOn = row.text('撤销日期');
  const revokedOn = readDate(rawOn, '撤销日期', context, issues);
  const reason = valueOf(row.text('撤销原因'));
  if (valueOf(rawOn) === undefined && reason === undefined) return {};
  const revokedFor = reason === undefined ? undefined : REASONS.find(([, words]) => words.test(reason))?.[0];
  if (reason !== undefined && revokedFor === undefined) issues.push({ code: 'DQ12', column: '撤销原因', raw: reason });
  return { revoked: true, ...stated({ revokedOn, revokedFor }) };
}
