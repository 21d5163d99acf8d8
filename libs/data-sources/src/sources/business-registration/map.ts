import type { LocalDate, Uscc } from '#lib/kernel';
import { readAmountIn } from '../../normalise/amount-in.ts';
import { parseCapital } from '../../normalise/capital.ts';
import { readIndustry } from '../../normalise/code.ts';
import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import type { Money } from '../../normalise/money.ts';
import { readRegion } from '../../normalise/region.ts';
import { cleanText, normaliseName, valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import { enterpriseTypeOf, isLegalPerson } from './enterprise-type.ts';
import type { BusinessRegistration, RegistrationStatus } from './payload.ts';

const STATUS: ReadonlyMap<string, RegistrationStatus> = new Map([
  ['存续', 'active'],
  ['在营', 'active'],
  ['在业', 'active'],
  ['开业', 'active'],
  ['在册', 'active'],
  ['正常', 'active'],
  ['存续(在营、开业、在册)', 'active'],
  ['歇业', 'dormant'],
  ['迁出', 'relocated'],
  ['吊销', 'revoked'],
  ['吊销,未注销', 'revoked'],
  ['吊销未注销', 'revoked'],
  ['吊销(未注销)', 'revoked'],
  ['吊销,已注销', 'cancelled'],
  ['注销', 'cancelled'],
  ['已注销', 'cancelled'],
  ['撤销', 'annulled'],
  ['撤销登记', 'annulled'],
  ['责令关闭', 'ordered-closed'],
  ['清算', 'liquidating'],
  ['清算中', 'liquidating'],
  ['破产', 'bankrupt'],
  ['停业', 'suspended'],
  ['另册管理', 'separate-register'],
]);

/** Layout `bureau`: the market regulator's own delivery (市场监管局). */
export function mapBureau(row: RawRow, context: MapContext): MappedRow<BusinessRegistration> {
  const issues: Issue[] = [];
  const common = readCommon(row, '成立日期', context, issues);
  const status = readEnum(row.text('登记状态'), '登记状态', STATUS, issues);
  const currency = row.text('币种');
  const registered = readAmountIn(row.text('注册资本(万元)'), '万元', currency, '注册资本(万元)', '币种', issues);
  const paid = readAmountIn(row.text('实收资本(万元)'), '万元', currency, '实收资本(万元)', '币种', issues);
  const industry = readIndustry(row.text('行业代码'), '行业代码', context.tables, issues);
  // A state: what held at any time since the firm exists may stand there, for not every bureau rewrites its rows.
  const since = 'kind' in common ? undefined : { from: common.payload.establishedOn, to: context.receivedOn };
  const region = readRegion(row.text('区划'), '区划', context.tables, issues, since);
  const registrationNo = valueOf(row.text('注册号'));
  const address = valueOf(row.text('住所'));
  const authority = valueOf(row.text('登记机关'));
  // When the bureau last touched its row says nothing about the firm: kept, it would make each delivery a change.
  row.take('更新时间');
  if ('kind' in common) return common;

  const payload: Mutable<BusinessRegistration> = common.payload;
  if (address !== undefined) payload.address = address;
  if (authority !== undefined) payload.authority = authority;
  if (industry !== undefined) payload.industry = industry;
  if (paid !== undefined) payload.paidCapital = paid;
  if (region !== undefined) payload.region = region;
  if (registered !== undefined) payload.registeredCapital = registered;
  if (registrationNo !== undefined) payload.registrationNo = registrationNo;
  if (status !== undefined) payload.status = status;
  if (paid && registered && paid.minor > registered.minor)
    issues.push({ code: 'DQ13', column: '实收资本(万元)', raw: cleanText(row.text('实收资本(万元)') ?? '') });
  return recordOf('bureau', common, issues);
}

/** Layout `open-register`: the public register as data services publish it (企业信用信息公示). States no status. */
export function mapOpenRegister(row: RawRow, context: MapContext): MappedRow<BusinessRegistration> {
  const issues: Issue[] = [];
  const common = readCommon(row, '注册日期', context, issues);
  const registered = readCapital(row.text('注册资金'), '注册资金', issues);
  const scope = valueOf(row.text('经营范围'));
  const province = valueOf(row.text('所在省份'));
  const city = valueOf(row.text('地区'));
  const address = valueOf(row.text('注册地址'));
  if ('kind' in common) return common;

  const payload: Mutable<BusinessRegistration> = common.payload;
  if (address !== undefined) payload.address = address;
  if (city !== undefined) payload.city = city;
  if (province !== undefined) payload.province = province;
  if (registered !== undefined) payload.registeredCapital = registered;
  if (scope !== undefined) payload.scope = scope;
  // This layout states no region: the code's own stands for it, and is checked in its place.
  readRegion(common.uscc.slice(2, 8), '统一社会信用代码', context.tables, issues);
  return recordOf('open-register', common, issues);
}

interface Common {
  readonly uscc: Uscc;
  readonly op: 'U' | 'D';
  readonly payload: Mutable<BusinessRegistration>;
}

/** What both layouts share; a quarantined row when code, operation or establishment date cannot be read. */
function readCommon(
  row: RawRow,
  dateColumn: string,
  context: MapContext,
  issues: Issue[],
): Common | Extract<MappedRow<BusinessRegistration>, { kind: 'quarantined' }> {
  const fatal: Issue[] = [];
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const warnings = issues.length;
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  if (uscc === undefined) fatal.push(...issues.splice(warnings));
  const establishedOn = readEstablished(row.text(dateColumn), dateColumn, context, issues, fatal);
  const rawName = row.text('企业名称');
  const name = rawName === undefined || valueOf(rawName) === undefined ? undefined : normaliseName(rawName);
  const typeText = valueOf(row.text('企业类型'));
  let type = typeText === undefined ? undefined : enterpriseTypeOf(typeText);
  const recognised = type !== undefined;
  if (typeText !== undefined && !recognised) {
    type = 'other';
    issues.push({ code: 'DQ12', column: '企业类型' }); // slipped columns put names of persons here: no raw text
  }
  if (op === undefined || uscc === undefined || establishedOn === undefined) return quarantined(fatal, issues);
  const payload: Mutable<BusinessRegistration> = { establishedOn, legalPerson: isLegalPerson(type, typeText, name) };
  if (name !== undefined) payload.name = name;
  if (type !== undefined) payload.type = type;
  if (recognised) payload.typeText = typeText!;
  return { uscc, op, payload };
}

function readEstablished(
  raw: string | undefined,
  column: string,
  context: MapContext,
  issues: Issue[],
  fatal: Issue[],
): LocalDate | undefined {
  const found: Issue[] = [];
  const date = readDate(raw, column, context, found);
  if (date !== undefined) issues.push(...found);
  else fatal.push(...(found.length > 0 ? found : [{ code: 'DQ14', column } as const]));
  return date;
}

function readCapital(raw: string | undefined, column: string, issues: Issue[]): Money | undefined {
  if (raw === undefined) return undefined;
  const parsed = parseCapital(raw);
  if (parsed.kind === 'null') return undefined;
  if (parsed.kind === 'refused') {
    // A text without a number may be a person's name that slipped into this column.
    const text = cleanText(raw);
    issues.push({ code: parsed.code, column, ...(/^\d/.test(text) ? { raw: text } : {}) });
    return undefined;
  }
  if (parsed.currencyAssumed) issues.push({ code: 'CCY_ASSUMED', column, raw: cleanText(raw) });
  return parsed.money;
}

function recordOf(layout: string, common: Common, issues: Issue[]): MappedRow<BusinessRegistration> {
  const { uscc, op, payload } = common;
  return {
    kind: 'records',
    records: [{ uscc, recordKey: layout, eventDate: payload.establishedOn, op, payload }],
    issues,
  };
}
