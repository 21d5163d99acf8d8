import { addDays, addMonths, type LocalDate } from '#lib/kernel';
import type { KnockOutState } from '../score.ts';
import type { CharacteristicValue } from '../value.ts';
import { provesAbsence } from './absence.ts';
import { changesOf, type ChangeRecord } from './changes-of.ts';
import {
  citeCoverage,
  missing,
  valueOf,
  type CharacteristicDefinition,
  type Cite,
  type Family,
} from './characteristic.ts';
import type { FirmAt } from './firm-at.ts';

const CHG = { feeds: ['CHG'], window: { zh: '近24个月', en: '24 months' }, unit: { zh: '次', en: 'times' } } as const;

const governance = ({ payload }: ChangeRecord): boolean => payload.item === 'legalRep' || payload.item === 'controller';

/** True or false where regions or districts say so; undefined: neither does. */
function leftDistrict({ payload }: ChangeRecord): boolean | undefined {
  const { beforeRegion, afterRegion, beforeDistrict, afterDistrict } = payload;
  if (beforeRegion !== undefined && afterRegion !== undefined) return beforeRegion !== afterRegion;
  if (beforeDistrict !== undefined && afterDistrict !== undefined) return beforeDistrict !== afterDistrict;
  return undefined;
}

const moved = (record: ChangeRecord): boolean => record.payload.item === 'address' && leftDistrict(record) !== false;

/** The changes that count in (from, day], distinct by day: one filing may state one change under two items. */
function countChanges(firm: FirmAt, cite: Cite, counts: (record: ChangeRecord) => boolean): CharacteristicValue {
  const { view, records } = changesOf(firm);
  if (view.cause !== undefined) return missing(view.cause);
  const edge = firm.day.halfYearsAgo[4]!;
  const days = new Set<LocalDate>();
  for (const record of records) {
    const { changedOn, item } = record.payload;
    if (changedOn <= edge || !counts(record)) continue;
    days.add(changedOn);
    cite.record(record);
    if (item === 'address' && leftDistrict(record) === undefined) cite.flag('DISTRICT_UNCHECKED');
  }
  // «None» needs a delivery that speaks for the whole window: records of other changes say nothing of these.
  if (days.size === 0 && !provesAbsence(firm, view, edge)) return missing('NOT_COVERED');
  citeCoverage(view, cite);
  return valueOf(days.size, view.freshness);
}

export const TG09: CharacteristicDefinition = {
  ...CHG,
  code: 'TG09',
  dimension: 'TG',
  zh: '治理稳定',
  en: 'Stability of governance',
  definition: {
    zh: '近24个月、成立之后法定代表人或实际控制人的变更次数，同日计一次；设立登记不是变更',
    en: 'changes of legal representative or controller after establishment, those of one day counting once; the first registration is none',
  },
  compute: (firm, cite) => countChanges(firm, cite, governance),
};

export const OV11: CharacteristicDefinition = {
  ...CHG,
  code: 'OV11',
  dimension: 'OV',
  zh: '地址稳定',
  en: 'Stability of address',
  definition: {
    zh: '近24个月、成立之后住所变更次数；区县内迁移不计，区县无法判断的计入并标记',
    en: 'changes of registered address after establishment; moves inside the district do not count, those that cannot be told do, with a flag',
  },
  compute: (firm, cite) => countChanges(firm, cite, moved),
};

/** Yes with the records in (from, day]; no while the feed is there, unknown without it. */
function recent(
  firm: FirmAt,
  cite: Cite,
  from: (date: LocalDate) => LocalDate,
  matches: (record: ChangeRecord) => boolean | undefined,
): KnockOutState {
  const { view, records } = changesOf(firm);
  if (view.cause !== undefined) return 'unknown';
  if (records.length === 0) return view.coverage === undefined ? 'unknown' : 'no';
  const edge = from(firm.day.date);
  let found: KnockOutState = view.coverage === undefined ? 'unknown' : 'no';
  for (const record of records) {
    if (record.payload.changedOn <= edge) continue;
    const match = matches(record);
    if (match === true) {
      cite.record(record);
      found = 'yes';
    } else if (match === undefined && found === 'no') found = 'unknown';
  }
  return found;
}

const NOTICE_DAYS = 45;

export const FAMILY: Family = {
  characteristics: [TG09, OV11],
  warnings: [
    {
      code: 'W02',
      feeds: ['CHG'],
      zh: '3个月内变更法定代表人或实际控制人',
      en: 'legal representative or controller changed within 3 months',
      find: (firm, cite) => recent(firm, cite, (date) => addMonths(date, -3), governance),
    },
    {
      code: 'W05',
      feeds: ['CHG'],
      zh: '减资公告期内（45日）',
      en: 'reduction of capital announced within 45 days',
      find: (firm, cite) =>
        recent(
          firm,
          cite,
          (date) => addDays(date, -NOTICE_DAYS - 1),
          ({ payload }) => payload.item === 'capitalReductionNotice',
        ),
    },
    {
      code: 'W12',
      feeds: ['CHG'],
      zh: '24个月内跨区县迁址',
      en: 'address moved to another district within 24 months',
      find: (firm, cite) =>
        recent(
          firm,
          cite,
          () => firm.day.halfYearsAgo[4]!,
          (record) => (record.payload.item === 'address' ? leftDistrict(record) : false),
        ),
    },
  ],
};
