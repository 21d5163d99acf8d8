import { penalties, type DossierRecord, type Penalty } from '#lib/data-sources';
import { provesAbsence } from './absence.ts';
import { citeCoverage, missing, valueOf, type CharacteristicDefinition, type Family } from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';

/** Whether a penalty counts on the day: still published, decided in the window, and not repaired. */
function standsOn(firm: FirmAt, { payload }: DossierRecord<Penalty>, from: string): boolean | undefined {
  const { date } = firm.day;
  const { decidedOn, publicUntil, repairedOn, endUnreadable } = payload;
  // Repaired (信用修复): none from that day on. Before it, the penalty stood.
  if (repairedOn !== undefined && repairedOn <= date) return false;
  if (publicUntil !== undefined && publicUntil < date) return false;
  if (decidedOn !== undefined && decidedOn <= from) return false;
  return decidedOn === undefined || endUnreadable ? undefined : true;
}

export const CC05: CharacteristicDefinition = {
  code: 'CC05',
  dimension: 'CC',
  zh: '行政处罚',
  en: 'Administrative penalties',
  definition: {
    zh: '近36个月作出、评分日仍在公示期内且未修复的处罚的最高严重程度；信用修复自修复之日起视为无；严重程度表未提供时，有处罚为缺失（缺参考表）',
    en: 'the worst severity of penalties decided in 36 months, still published and not repaired; repaired is none from its day; without the severity table a firm with penalties is missing (no table)',
  },
  unit: { zh: '', en: '' },
  window: { zh: '近36个月', en: '36 months' },
  feeds: ['PEN'],
  compute(firm, cite) {
    const view = firm.feed('PEN');
    if (view.cause !== undefined) return missing(view.cause);
    const edge = firm.day.halfYearsAgo[6]!;
    let standing = 0;
    let unclear = false;
    for (const record of firm.records(penalties)) {
      const stands = standsOn(firm, record, edge);
      if (stands === undefined) unclear = true;
      if (stands !== true) continue;
      standing += 1;
      cite.record(record);
    }
    // How severe a penalty is, is the answer of a table that is not there; that there is none is not.
    if (standing > 0) return missing('NO_TABLE');
    if (unclear) return missing('NOT_STATED');
    if (!provesAbsence(firm, view, edge)) return missing('NOT_COVERED');
    citeCoverage(view, cite);
    return valueOf('none', view.freshness);
  },
};

export const FAMILY: Family = { characteristics: [CC05] };
