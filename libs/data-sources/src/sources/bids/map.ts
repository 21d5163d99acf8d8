import { readAmount } from '../../normalise/amount.ts';
import { readDate } from '../../normalise/date.ts';
import { flagWords, readEnum, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { readPercent } from '../../normalise/quantity.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { Bid, BidRole, BuyerType } from './payload.ts';

const BUYER_TYPE: ReadonlyMap<string, BuyerType> = new Map([
  ['国家机关', 'government'],
  ['机关', 'government'],
  ['政府部门', 'government'],
  ['事业单位', 'institution'],
  ['团体组织', 'organisation'],
  ['社会团体', 'organisation'],
  ['国有企业', 'stateOwned'],
  ['国企', 'stateOwned'],
  ['民营企业', 'private'],
  ['私营企业', 'private'],
  ['企业', 'private'],
]);

const ROLE: ReadonlyMap<string, BidRole> = new Map([
  ['独立', 'sole'],
  ['独立中标', 'sole'],
  ['联合体牵头', 'lead'],
  ['牵头人', 'lead'],
  ['牵头方', 'lead'],
  ['联合体成员', 'member'],
  ['成员', 'member'],
  ['成员方', 'member'],
]);

const CANCELLED = flagWords(['已取消', true], ['废标', true], ['终止', true], ['正常', false]);

/**
 * Layout `awards`: one lot and one winner a row (中标结果). A row without project number is a total or a remark and is
 * ignored. Amounts and shares are kept as stated; the firm's own share is computed where it is used.
 */
export function mapBid(row: RawRow, context: MapContext): MappedRow<Bid> {
  const projectNo = valueOf(row.text('项目编号'))?.replaceAll(' ', '');
  if (projectNo === undefined || /^(?:合计|总计|小计)/.test(projectNo))
    return { kind: 'ignored', reason: projectNo === undefined ? 'no-project-number' : 'total' };

  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  // 中标单位 is the firm's name: its registration says it. The buyer's contact is blanked at the door.
  row.take('中标单位');
  row.take('采购联系人');
  const lot = valueOf(row.text('标段(包)号'))?.replaceAll(' ', '');
  const read: Mutable<Partial<Bid>> = {
    lot,
    projectName: valueOf(row.text('项目名称')),
    buyer: valueOf(row.text('采购人')),
    buyerUscc: buyerCode(row.text('采购人统一社会信用代码'), issues),
    buyerType: readEnum(row.text('采购人类型'), '采购人类型', BUYER_TYPE, issues),
    role: readEnum(row.text('中标角色'), '中标角色', ROLE, issues),
    members: readMembers(row.text('联合体成员数'), issues),
    shareBp: readPercent(row.text('联合体份额(%)'), '联合体份额(%)', issues),
    amount: readAmount(row.text('中标金额(万元)'), '万元', '中标金额(万元)', issues),
    framework: readFlag(row.text('框架协议(是/否)'), '框架协议(是/否)', issues),
    wonOn: readDate(row.text('中标日期'), '中标日期', context, issues),
    contractNo: valueOf(row.text('合同编号')),
    cancelled: readFlag(row.text('是否取消'), '是否取消', issues, CANCELLED),
    cancelledOn: readDate(row.text('取消日期'), '取消日期', context, issues),
  };
  if (uscc === undefined || op === undefined) return quarantined(fatal, issues);

  for (const key of Object.keys(read) as (keyof Bid)[]) if (read[key] === undefined) delete read[key];
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: lot === undefined ? projectNo : `${projectNo}|${lot}`,
        ...(read.wonOn === undefined ? {} : { eventDate: read.wonOn }),
        op,
        payload: { ...read, projectNo },
      },
    ],
    issues,
  };
}

/** The buyer's code only serves to recognise self-dealing: one that cannot be read is left out with its issue. */
function buyerCode(raw: string | undefined, issues: Issue[]): string | undefined {
  return valueOf(raw) === undefined ? undefined : readUscc(raw, '采购人统一社会信用代码', issues);
}

/** A consortium has at least two members; 1 and 0 are written for a sole winner. */
function readMembers(raw: string | undefined, issues: Issue[]): number | undefined {
  const members = readCount(raw, '联合体成员数', issues);
  return members !== undefined && members > 1 ? members : undefined;
}
