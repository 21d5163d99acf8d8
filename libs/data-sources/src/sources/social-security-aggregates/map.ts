import { firstDay, lastDay } from '#lib/kernel';
import { readMonth } from '../../normalise/date.ts';
import { readOperation } from '../../normalise/enumeration.ts';
import { readCount } from '../../normalise/number.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { refusedBy, type Mutable } from '../mapped.ts';
import type { AggregateCount, SocialSecurityAggregate } from './payload.ts';

const COLUMN: Readonly<Record<AggregateCount, string>> = {
  alumni: '名企背景人数',
  headsBefore: '12个月前参保人数',
  retained: '留存人数',
};
const COUNTS = Object.keys(COLUMN) as AggregateCount[];

/** How the bureau writes a cell that it withholds. */
const SUPPRESSED = /^(?:\*+|< ?3|小于3|少于3|不足3人?)$/;

/** Layout `monthly`: one firm and one month a row. A withheld count is named, for it says «below 3» and not «unknown». */
export function mapAggregate(row: RawRow, context: MapContext): MappedRow<SocialSecurityAggregate> {
  const issues: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  const op = readOperation(row.text('操作标志'), '操作标志', issues);
  const beforeMonth = issues.length;
  const month = readMonth(row.text('统计月份'), '统计月份', context, issues);
  if (month === undefined && issues.length === beforeMonth) issues.push({ code: 'DQ14', column: '统计月份' });
  if (uscc === undefined || op === undefined || month === undefined) return refusedBy(issues);

  const payload: Mutable<SocialSecurityAggregate> = { month };
  const suppressed: AggregateCount[] = [];
  for (const count of COUNTS) {
    const raw = row.text(COLUMN[count]);
    if (SUPPRESSED.test(valueOf(raw) ?? '')) suppressed.push(count);
    else {
      const value = readCount(raw, COLUMN[count], issues);
      if (value !== undefined) payload[count] = value;
    }
  }
  if (suppressed.length > 0) payload.suppressed = suppressed;
  if (payload.retained !== undefined && payload.headsBefore !== undefined && payload.retained > payload.headsBefore) {
    // Nobody can stay who was not there: which of the two is wrong cannot be told.
    issues.push({ code: 'DQ13', column: '留存人数', raw: String(payload.retained) });
    delete payload.retained;
  }
  const band = readCount(row.text('缴费基数分位档'), '缴费基数分位档', issues);
  if (band !== undefined && band >= 1 && band <= 5) payload.baseBand = band;
  else if (band !== undefined) issues.push({ code: 'DQ13', column: '缴费基数分位档', raw: String(band) });
  return {
    kind: 'records',
    records: [{ uscc, recordKey: month, eventDate: firstDay(month), eventTo: lastDay(month), op, payload }],
    issues,
  };
}
