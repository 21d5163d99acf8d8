import { isUscc, type Uscc } from '#lib/kernel';
import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { normaliseName, valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import { masked } from '../../masking.ts';
import { isIdNumber } from '../../personal.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import { isOrganisationName } from '../organisation.ts';
import type { Acquisition, HolderType, PayMethod, Shareholding } from './payload.ts';

const HOLDER_TYPE: ReadonlyMap<string, HolderType> = new Map([
  ['自然人', 'person'],
  ['自然人股东', 'person'],
  ['境内自然人', 'person'],
  ['境内中国公民', 'person'],
  ['外籍自然人', 'person'],
  ['企业法人', 'enterprise'],
  ['法人股东', 'enterprise'],
  ['内资企业法人', 'enterprise'],
  ['合伙企业', 'enterprise'],
  ['私募基金', 'fund'],
  ['基金', 'fund'],
  ['创业投资企业', 'fund'],
  ['创业投资基金', 'fund'],
  ['国资', 'government'],
  ['国有资产监督管理机构', 'government'],
  ['政府引导基金', 'government'],
  ['事业法人', 'government'],
  ['外国(地区)企业', 'foreign'],
  ['外国投资者', 'foreign'],
  ['港澳台投资者', 'foreign'],
  ['员工持股平台', 'platform'],
  ['持股平台', 'platform'],
  ['其他', 'other'],
  ['其他投资者', 'other'],
  ['社团法人', 'other'],
]);

const PAY_METHOD: ReadonlyMap<string, PayMethod> = new Map([
  ['货币', 'cash'],
  ['货币出资', 'cash'],
  ['现金', 'cash'],
  ['实物', 'inKind'],
  ['实物出资', 'inKind'],
  ['知识产权', 'intellectualProperty'],
  ['知识产权出资', 'intellectualProperty'],
  ['土地使用权', 'landUse'],
  ['股权', 'equity'],
  ['股权出资', 'equity'],
  ['债权', 'debt'],
  ['债权转股权', 'debt'],
  ['其他', 'other'],
]);

const ACQUISITION: ReadonlyMap<string, Acquisition> = new Map([
  ['设立', 'founding'],
  ['发起设立', 'founding'],
  ['增资', 'increase'],
  ['增资扩股', 'increase'],
  ['受让', 'transfer'],
  ['股权转让', 'transfer'],
  ['继承', 'transfer'],
  ['赠与', 'transfer'],
]);

/**
 * Layout `contributions`: one holder, or one payment of one holder, a line (股东出资信息). A person's name and document
 * number never leave this function except as a keyed hash.
 */
export function mapShareholding(row: RawRow, context: MapContext): MappedRow<Shareholding> {
  const rawCode = row.text('统一社会信用代码');
  if (/^(?:合计|总计)/.test(valueOf(rawCode) ?? '')) return { kind: 'ignored', reason: 'total' };
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const uscc = readUscc(rawCode, '统一社会信用代码', issues);
  if (uscc === undefined) fatal.push(...issues.splice(0));
  const holderType = readEnum(row.text('股东类型'), '股东类型', HOLDER_TYPE, issues);
  const who = uscc === undefined ? undefined : holderOf(row, uscc, holderType, context);
  if (uscc !== undefined && who === undefined) fatal.push({ code: 'DQ14', column: '股东名称' });

  // An unreadable payment date would put the row under another key.
  const beforePaid = issues.length;
  const rawPaidOn = row.text('实缴出资日期');
  const paidOn = readDate(rawPaidOn, '实缴出资日期', context, issues);
  if (paidOn === undefined && valueOf(rawPaidOn) !== undefined) fatal.push(...issues.splice(beforePaid));
  const ahead = { receivedOn: context.receivedOn, mayBeAhead: true };
  const read: Mutable<Partial<Shareholding>> = {
    holderType,
    subscribed: readAmount(row.text('认缴出资额(万元)'), '万元', '认缴出资额(万元)', issues),
    paid: readAmount(row.text('实缴出资额(万元)'), '万元', '实缴出资额(万元)', issues),
    invested: readAmount(row.text('投资总额(万元)'), '万元', '投资总额(万元)', issues),
    payMethod: readEnum(row.text('出资方式'), '出资方式', PAY_METHOD, issues),
    acquisition: readEnum(row.text('取得方式'), '取得方式', ACQUISITION, issues),
    joinedOn: readDate(row.text('入股日期'), '入股日期', context, issues),
    dueOn: readDate(row.text('认缴出资期限'), '认缴出资期限', ahead, issues),
    paidOn,
    statedOn: readDate(row.text('数据日期'), '数据日期', context, issues),
  };
  if (uscc === undefined || op === undefined || who === undefined || fatal.length > 0)
    return quarantined(fatal, issues);

  for (const key of Object.keys(read) as (keyof Shareholding)[]) if (read[key] === undefined) delete read[key];
  const payload: Shareholding = { ...read, ...who };
  if (payload.paid !== undefined && payload.subscribed !== undefined && payload.paid > payload.subscribed)
    issues.push({ code: 'DQ13', column: '实缴出资额(万元)', raw: row.text('实缴出资额(万元)')! });
  if (payload.invested !== undefined && payload.paid !== undefined && payload.invested < payload.paid)
    issues.push({ code: 'DQ13', column: '投资总额(万元)', raw: row.text('投资总额(万元)')! });
  const { statedOn } = payload;
  const eventDate = paidOn ?? payload.joinedOn ?? statedOn;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: paidOn === undefined ? who.holder : `${who.holder}|${paidOn}`,
        ...(eventDate === undefined ? {} : { eventDate }),
        ...(statedOn === undefined || eventDate === undefined || statedOn < eventDate ? {} : { eventTo: statedOn }),
        op,
        payload,
      },
    ],
    issues,
  };
}

const LONGEST_NAME = 120;
const ORGANISATION: ReadonlySet<HolderType> = new Set<HolderType>(['enterprise', 'fund', 'government', 'platform']);

/** 外国投资者 and 其他 may be persons: their name stands for an organisation only where it says so. Undefined: nobody. */
function holderOf(
  row: RawRow,
  uscc: Uscc,
  type: HolderType | undefined,
  context: MapContext,
): Pick<Shareholding, 'holder' | 'holderName'> | undefined {
  const rawName = valueOf(row.text('股东名称'));
  const document = valueOf(row.text('证件号码'))?.replaceAll(' ', '').toUpperCase();
  const name = rawName === undefined ? undefined : normaliseName(rawName);
  const isCode = document !== undefined && isUscc(document) && !isIdNumber(document);
  const isNamed = name !== undefined && type !== 'person' && isOrganisationName(name);
  if (type !== undefined && (ORGANISATION.has(type) || isNamed)) {
    const kept = name === undefined || isIdNumber(name) ? undefined : masked(name, 'text');
    const named = kept === undefined ? {} : { holderName: kept };
    if (isCode) return { holder: document, ...named };
    return named.holderName === undefined ? undefined : { holder: `org:${kept!.slice(0, LONGEST_NAME)}`, ...named };
  }
  // A name alone tells persons apart inside one firm only, so the firm is part of what is hashed.
  if (document !== undefined) return { holder: `person:${context.hash(document)}` };
  return name === undefined ? undefined : { holder: `person:${context.hash(`${uscc}|${name}`)}` };
}
