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
import type { Licence, LicenceStatus } from './payload.ts';

const STATUS: ReadonlyMap<string, LicenceStatus> = new Map([
  ['有效', 'inForce'],
  ['正常', 'inForce'],
  ['1', 'inForce'],
  ['暂扣', 'suspended'],
  ['中止', 'suspended'],
  ['过期', 'expired'],
  ['失效', 'expired'],
  ['注销', 'cancelled'],
  ['已注销', 'cancelled'],
  ['撤销', 'revoked'],
  ['已撤销', 'revoked'],
  ['吊销', 'revoked'],
]);

const WITHOUT_END = /^(?:长期(?:有效)?|永久|无固定期限)$/;
/** What systems write for 长期 where the column wants a date. */
const FAR_END = '2099-01-01';

/** Layout `permits`: the public table of permits (行政许可信息公示). Permits of natural persons are none of ours. */
export function mapLicence(row: RawRow, context: MapContext): MappedRow<Licence> {
  drop(row, '行政相对人名称', '法定代表人', '法定代表人证件号码', '许可内容', '许可机关');
  if (valueOf(row.text('行政相对人类别')) === '自然人') return { kind: 'ignored', reason: 'natural-person' };
  const issues: Issue[] = [];
  const fatal: Issue[] = [];
  const found: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', found);
  (uscc === undefined ? fatal : issues).push(...found);
  const op = readOperation(row.text('操作标志'), '操作标志', fatal);
  const decision = row.text('行政许可决定文书号');
  const number = row.text('许可编号');
  const licenceNo =
    valueOf(number) === undefined && valueOf(decision) !== undefined
      ? readRegisterNumber(decision, '行政许可决定文书号', ANY_NUMBER, fatal)
      : readRegisterNumber(number, '许可编号', ANY_NUMBER, fatal);
  const read = {
    type: valueOf(row.text('许可证书名称')),
    decidedOn: readDate(row.text('许可决定日期'), '许可决定日期', context, issues),
    validFrom: readDate(row.text('有效期自'), '有效期自', { receivedOn: context.receivedOn, mayBeAhead: true }, issues),
    ...readEnd(row.text('有效期至'), '有效期至', context, issues),
    status: readEnum(row.text('当前状态'), '当前状态', STATUS, issues),
    statusOn: readDate(row.text('状态日期'), '状态日期', context, issues),
  };
  if (read.validFrom !== undefined && read.validTo !== undefined && read.validTo < read.validFrom) {
    issues.push({ code: 'DQ06', column: '有效期至', raw: read.validTo });
    read.validTo = undefined;
  }
  if (uscc === undefined || op === undefined || licenceNo === undefined) return quarantined(fatal, issues);
  const payload: Licence = { licenceNo, ...stated(read) };
  const eventDate = payload.validFrom ?? payload.decidedOn;
  return {
    kind: 'records',
    records: [
      {
        uscc,
        recordKey: licenceNo,
        ...(eventDate === undefined ? {} : { eventDate }),
        ...(payload.validTo === undefined ? {} : { eventTo: payload.validTo }),
        op,
        payload,
      },
    ],
    issues,
  };
}

function readEnd(
  raw: string | undefined,
  column: string,
  context: MapContext,
  issues: Issue[],
): { validTo: LocalDate | undefined; openEnded: true | undefined } {
  const clean = valueOf(raw);
  if (clean !== undefined && WITHOUT_END.test(clean)) return { validTo: undefined, openEnded: true };
  const validTo = readDate(raw, column, { receivedOn: context.receivedOn, mayBeAhead: true }, issues);
  if (validTo !== undefined && validTo >= FAR_END) return { validTo: undefined, openEnded: true };
  return { validTo, openEnded: undefined };
}
