import { firstDay, lastDay } from '#lib/kernel';
import { readDate } from '../../normalise/date.ts';
import { flagWords, readFlag, readOperation } from '../../normalise/enumeration.ts';
import { valueOf } from '../../normalise/text.ts';
import { readUscc } from '../../normalise/uscc.ts';
import type { Issue } from '../../issue.ts';
import type { RawRow } from '../../raw-row.ts';
import type { MapContext, MappedRow } from '../../source.ts';
import { refusedBy, type Mutable } from '../mapped.ts';
import { readKeyMonth } from './map.ts';
import type { SocialSecurity, SocialSecurityConfirmation } from './payload.ts';

const CONCLUSION = flagWords(['属实', true], ['情况属实', true], ['不属实', false], ['情况不属实', false]);

/** Layout `confirmations`: what a steward found of a jump of heads (人数突变核实). A row without conclusion is refused. */
export function mapConfirmation(row: RawRow, context: MapContext): MappedRow<SocialSecurity> {
  const issues: Issue[] = [];
  const uscc = readUscc(row.text('统一社会信用代码'), '统一社会信用代码', issues);
  const op = readOperation(row.text('操作标志'), '操作标志', issues);
  const month = readKeyMonth(row, '费款所属期', context, issues);
  const confirmed = readFlag(row.text('核实结论'), '核实结论', issues, CONCLUSION);
  if (confirmed === undefined && !issues.some((i) => i.column === '核实结论'))
    issues.push({ code: 'DQ14', column: '核实结论' });
  if (uscc === undefined || op === undefined || month === undefined || confirmed === undefined)
    return refusedBy(issues);

  const confirmedOn = readDate(row.text('核实日期'), '核实日期', context, issues);
  const basis = valueOf(row.text('核实依据'));
  const payload: Mutable<SocialSecurityConfirmation> = { kind: 'confirmation', month, confirmed };
  if (confirmedOn !== undefined) payload.confirmedOn = confirmedOn;
  if (basis !== undefined) payload.basis = basis;
  return {
    kind: 'records',
    records: [
      { uscc, recordKey: `confirmation|${month}`, eventDate: firstDay(month), eventTo: lastDay(month), op, payload },
    ],
    issues,
  };
}
