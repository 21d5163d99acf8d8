import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { quarantined, type Mutable } from '../mapped.ts';
import type { GovernmentMatter, MatterCategory, MatterResult } from './payload.ts';

const CATEGORY: ReadonlyMap<string, MatterCategory> = new Map([
  ['设立', 'establishment'],
  ['设立登记', 'establishment'],
  ['变更', 'change'],
  ['变更登记', 'change'],
  ['许可', 'permit'],
  ['行政许可', 'permit'],
  ['资助申报', 'subsidy'],
  ['资助', 'subsidy'],
  ['人才', 'talent'],
  ['人才服务', 'talent'],
  ['项目', 'project'],
  ['项目申报', 'project'],
  ['税务', 'tax'],
  ['查询', 'query'],
  ['信息查询', 'query'],
  ['其他', 'other'],
]);

const RESULT: ReadonlyMap<string, MatterResult> = new Map([
  ['准予', 'granted'],
  ['准予许可', 'granted'],
  ['通过', 'granted'],
  ['办结', 'granted'],
  ['不予', 'refused'],
  ['不予许可', 'refused'],
  ['不通过', 'refused'],
  ['撤件', 'withdrawn'],
  ['撤回', 'withdrawn'],
  ['终止', 'withdrawn'],
  ['在办', 'pending'],
  ['办理中', 'pending'],
]);

const CHANNEL: ReadonlyMap<string, NonNullable<GovernmentMatter['channel']>> = new Map([
  ['网上', 'online'],
  ['网办', 'online'],
  ['窗口', 'window'],
  ['大厅窗口', 'window'],
  ['自助终端', 'self-service'],
]);

/** Layout `cases`: one case a row (办件明细). Who handed it in is blanked at the door and never kept. */
export function mapMatter(row: RawRow, context: MapContext): MappedRow<GovernmentMatter> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const serialNo = valueOf(row.text('办件流水号'))?.replaceAll(' ', '');
  if (serialNo === undefined) fatal.push({ code: 'DQ14', column: '办件流水号' });
  for (const column of ['申请单位', '经办人', '联系电话']) row.take(column);
  const appliedOn = readDate(row.text('申请日期'), '申请日期', context, issues);
  const finished = readDate(row.text('办结日期'), '办结日期', context, issues);
  const backwards = appliedOn !== undefined && finished !== undefined && finished < appliedOn;
  if (backwards) issues.push({ code: 'DQ06', column: '办结日期', raw: finished });
  const read: Mutable<Partial<GovernmentMatter>> = {
    matterCode: valueOf(row.text('事项编码')),
    matterName: valueOf(row.text('事项名称')),
    category: readEnum(row.text('事项类别'), '事项类别', CATEGORY, issues),
    appliedOn,
    finishedOn: backwards ? undefined : finished,
    result: readEnum(row.text('办理结果'), '办理结果', RESULT, issues),
    channel: readEnum(row.text('办理渠道'), '办理渠道', CHANNEL, issues),
  };
  if (uscc === undefined || op === undefined || serialNo === undefined) return quarantined(fatal, issues);

  for (const key of Object.keys(read) as (keyof GovernmentMatter)[]) if (read[key] === undefined) delete read[key];
  const eventDate = read.appliedOn ?? read.finishedOn;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: serialNo,
        ...(eventDate === undefined ? {} : { eventDate }),
        ...(read.finishedOn === undefined ? {} : { eventTo: read.finishedOn }),
        op,
        payload: { ...read, serialNo },
      },
    ],
    issues,
  };
}
