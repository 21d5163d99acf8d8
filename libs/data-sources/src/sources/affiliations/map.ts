import { readDate } from '../../normalise/date.ts';
import { readEnum, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { drop, stated } from '../holders.ts';
import { readKeyDate } from '../key-date.ts';
import { quarantined } from '../mapped.ts';
import type { Affiliation } from './payload.ts';

const UNIVERSITY = /^(?:高校衍生|高校院所衍生|高校成果转化|高校|大学科技园|国家大学科技园)(?:企业)?$/;
const INCUBATOR = /^(?:科技企业)?(?:孵化器|加速器|众创空间|孵化基地)$/;

const LEVEL: ReadonlyMap<string, 'city' | 'national'> = new Map([
  ['国家', 'national'],
  ['国家级', 'national'],
  ['省', 'city'],
  ['省级', 'city'],
  ['市', 'city'],
  ['市级', 'city'],
  ['区', 'city'],
  ['区级', 'city'],
]);

/** Layout `tenants`: firms of incubators and universities (在孵企业). Contacts that come along are blanked. */
export function mapAffiliation(row: RawRow, context: MapContext): MappedRow<Affiliation> {
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  drop(row, '企业名称', '联系人', '联系电话');
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const kind = readKind(row, fatal);
  const from = readKeyDate(row, '入驻日期', context, fatal, issues);
  const host = valueOf(row.text('载体名称'));
  const rawTo = row.text('毕业(离园)日期');
  let to = readDate(rawTo, '毕业(离园)日期', { receivedOn: context.receivedOn, mayBeAhead: true }, issues);
  if (to !== undefined && from !== undefined && to < from) {
    issues.push({ code: 'DQ06', column: '毕业(离园)日期', raw: to });
    to = undefined;
  }
  const toUnreadable = to === undefined && valueOf(rawTo) !== undefined ? (true as const) : undefined;
  if (uscc === undefined || op === undefined || kind === undefined || from === undefined)
    return quarantined(fatal, issues);
  const payload: Affiliation = { kind, from, ...stated({ host, to, toUnreadable }) };
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: `${kind}|${from}`,
        eventDate: from,
        ...(to === undefined ? {} : { eventTo: to }),
        op,
        payload,
      },
    ],
    issues,
  };
}

/** The kind is the key: of an incubator its level, which may stand in either column (国家级孵化器). */
function readKind(row: RawRow, fatal: Issue[]): Affiliation['kind'] | undefined {
  const type = valueOf(row.text('载体类型'));
  const rawLevel = row.text('级别');
  if (type === undefined) {
    fatal.push({ code: 'DQ14', column: '载体类型' });
    return undefined;
  }
  if (UNIVERSITY.test(type)) return 'university';
  const named = /^(国家级|省级|市级|区级)?(.+)$/.exec(type)!;
  if (!INCUBATOR.test(named[2]!)) {
    fatal.push({ code: 'DQ12', column: '载体类型', raw: type });
    return undefined;
  }
  const level = readEnum(named[1] ?? rawLevel, '级别', LEVEL, fatal);
  if (level === undefined && !fatal.some((issue) => issue.column === '级别'))
    fatal.push({ code: 'DQ14', column: '级别' });
  return level;
}
