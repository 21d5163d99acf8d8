import { addMonths, type LocalDate } from '#lib/kernel';
import { patents, type DossierRecord, type Patent } from '#lib/data-sources';
import { addExact, reduced, type Exact } from '../scorecard/exact.ts';
import type { CharacteristicValue } from '../value.ts';
import {
  type CharacteristicDefinition,
  type Cite,
  citeCoverage,
  type Family,
  missing,
  valueOf,
} from './characteristic.ts';
import type { FeedView, FirmAt } from './firm-at.ts';

/** The state of a patent on the day; `unknown`: the state is later than the day and its dates do not undo it. */
type PatentState = 'granted' | 'examination' | 'published' | 'ended' | 'unknown';

interface OwnPatent {
  readonly record: DossierRecord<Patent>;
  readonly patent: Patent;
  readonly state: PatentState;
}

interface PatentReading {
  readonly view: FeedView;
  readonly own: readonly OwnPatent[];
}

/**
 * The firm's original patents. A right that was assigned to it does not count unless the office calls the firm an
 * original applicant: that the assignor was its founder, its controller or a university cannot be read here.
 */
function read(firm: FirmAt): PatentReading {
  const known = firm.readings.patents as PatentReading | undefined;
  if (known !== undefined) return known;
  const view = firm.feed('PAT');
  const own: OwnPatent[] = [];
  if (view.cause === undefined)
    for (const record of firm.records(patents)) {
      const patent = record.payload;
      const original = patent.original ?? patent.assignedOn === undefined;
      if (original) own.push({ record, patent, state: stateOn(patent, firm.day.date) });
    }
  const reading = { view, own };
  firm.readings.patents = reading;
  return reading;
}

/** The state on the day: a grant or a status that is dated later is undone, where the other dates allow. */
export function stateOn(patent: Patent, date: LocalDate): PatentState {
  const { status, statusOn, grantedOn } = patent;
  const granted = grantedOn !== undefined && grantedOn <= date;
  const later = statusOn !== undefined && statusOn > date;
  switch (status) {
    case 'granted': {
      const since = grantedOn ?? statusOn;
      return since === undefined || since <= date ? 'granted' : 'examination';
    }
    case 'published':
      return 'published';
    case 'examination':
      return later ? 'published' : 'examination';
    case 'rejected':
      return later ? 'examination' : 'ended';
    case 'deemedWithdrawn':
      return later ? 'published' : 'ended';
    case 'lapsedFee':
    case 'expired':
    case 'invalidated':
    case 'abandoned':
      if (!later) return 'ended';
      return granted ? 'granted' : grantedOn === undefined ? 'unknown' : 'examination';
    case undefined:
      return 'unknown';
  }
}

const isInvention = ({ patent }: OwnPatent): boolean => patent.type === 'invention' || patent.type === 'pctInvention';

/** Σ 1 ÷ applicants over the patents that `counts` picks; undefined from it: cannot be told, so the sum is MISSING. */
function sumOfShares(firm: FirmAt, cite: Cite, counts: (own: OwnPatent) => boolean | undefined): CharacteristicValue {
  const { view, own } = read(firm);
  if (view.cause !== undefined) return missing(view.cause);
  if (firm.records(patents).length === 0 && absenceSaysNothing(firm, view, undefined)) return missing('NOT_COVERED');
  let sum: Exact = 0;
  for (const entry of own) {
    const counted = counts(entry);
    if (counted === undefined) return missing('NOT_STATED');
    if (!counted) continue;
    cite.record(entry.record);
    sum = addExact(sum, entry.patent.applicants === 1 ? 1 : reduced(1, entry.patent.applicants)!);
  }
  citeCoverage(view, cite);
  cite.flag('RELATED_UNCHECKED');
  return valueOf(sum, view.freshness);
}

/** No record, and no `all` delivery that reaches back to the window or the establishment: not a zero. */
function absenceSaysNothing(firm: FirmAt, view: FeedView, windowFrom: LocalDate | undefined): boolean {
  if (view.from === undefined) return true;
  const { establishedOn } = firm;
  const needed = windowFrom !== undefined && (establishedOn === undefined || windowFrom > establishedOn);
  const from = needed ? windowFrom : establishedOn;
  return from !== undefined ? view.from > from : view.from > '1900-01-01';
}

const COUNT = { unit: { zh: '件', en: 'rights' }, feeds: ['PAT'], dimension: 'IN' } as const;
const NOW = { zh: '评分日', en: 'as of the day' };

export const IN01: CharacteristicDefinition = {
  ...COUNT,
  code: 'IN01',
  zh: '自研有效发明专利',
  en: 'Granted inventions, own',
  definition: {
    zh: '已授权且有效的原始取得发明专利（含PCT发明），每件计 1 ÷ 申请人数；技术领域对照表缺失时不作相关性过滤',
    en: 'granted inventions in force, original, each counting 1 ÷ applicants; the «related» filter needs its table',
  },
  window: NOW,
  compute: (firm, cite) =>
    sumOfShares(firm, cite, (own) =>
      !isInvention(own) ? false : own.state === 'unknown' ? undefined : own.state === 'granted',
    ),
};

export const IN02: CharacteristicDefinition = {
  ...COUNT,
  code: 'IN02',
  zh: '在审发明专利',
  en: 'Pending inventions',
  definition: {
    zh: '近36个月申请、处于实质审查的原始发明专利，每件计 1 ÷ 申请人数',
    en: 'inventions under substantive examination, filed in the last 36 months, each counting 1 ÷ applicants',
  },
  window: { zh: '近36个月', en: '36 months' },
  compute: (firm, cite) =>
    sumOfShares(firm, cite, (own) => {
      if (!isInvention(own)) return false;
      const { filedOn } = own.patent;
      if (filedOn !== undefined && filedOn <= firm.day.halfYearsAgo[6]!) return false;
      if (own.state === 'unknown') return undefined;
      if (own.state !== 'examination') return false;
      return filedOn === undefined ? undefined : true;
    }),
};

/** A patent file that states a field in no row leaves it out; one that states it anywhere means «no» by silence. */
const stated = (own: readonly OwnPatent[], field: keyof Patent): boolean =>
  own.some(({ patent }) => patent[field] !== undefined);

export const IN03: CharacteristicDefinition = {
  ...COUNT,
  code: 'IN03',
  zh: '海外同族与PCT',
  en: 'Foreign family or PCT',
  definition: {
    zh: '有PCT申请或海外同族成员、未失效的原始专利族，每族计 1 ÷ 申请人数',
    en: 'original families, not ended, with a PCT application or a foreign member, each counting 1 ÷ applicants',
  },
  window: NOW,
  compute(firm, cite) {
    const { own } = read(firm);
    const silent = !stated(own, 'pct') && !stated(own, 'overseasFamily');
    return sumOfShares(firm, cite, ({ patent, state }) => {
      if (state === 'ended') return false;
      if (silent) return undefined;
      if (patent.pct !== true && (patent.overseasFamily ?? 0) === 0) return false;
      return state === 'unknown' ? undefined : true;
    });
  },
};

export const IN04: CharacteristicDefinition = {
  ...COUNT,
  code: 'IN04',
  zh: '高价值专利',
  en: 'High-value patents',
  definition: {
    zh: '已授权有效且符合高价值标准之一：海外同族、自申请起维持超过10年、质押、获奖；战略性新兴产业对照表缺失时不计该项',
    en: 'granted rights in force with a mark: foreign family, kept for over 10 years from filing, pledged, awarded',
  },
  window: NOW,
  compute(firm, cite) {
    const { own } = read(firm);
    const silent = !stated(own, 'overseasFamily') && !stated(own, 'pledged') && !stated(own, 'awarded');
    return sumOfShares(firm, cite, ({ patent, state }) => {
      if (state !== 'granted' && state !== 'unknown') return false;
      const old = patent.filedOn !== undefined && addMonths(patent.filedOn, 120) < firm.day.date;
      const marked = old || (patent.overseasFamily ?? 0) > 0 || patent.pledged === true || patent.awarded === true;
      if (marked) return state === 'unknown' ? undefined : true;
      return silent ? undefined : false;
    });
  },
};

export const IN08: CharacteristicDefinition = {
  code: 'IN08',
  dimension: 'IN',
  zh: '专利申请连续性',
  en: 'Filing regularity',
  definition: {
    zh: '近36个月划为6个半年，有原始专利申请的半年数；半年为（评分日前6k个月，评分日前6(k−1)个月]',
    en: 'of the last six half-years (day − 6k months, day − 6(k−1) months], those with an original filing',
  },
  unit: { zh: '个半年', en: 'half-years' },
  window: { zh: '近36个月，按6个半年', en: '36 months in 6 half-years' },
  feeds: ['PAT'],
  compute(firm, cite) {
    const { view, own } = read(firm);
    if (view.cause !== undefined) return missing(view.cause);
    const edges = firm.day.halfYearsAgo;
    if (firm.records(patents).length === 0 && absenceSaysNothing(firm, view, edges[6])) return missing('NOT_COVERED');
    if (own.length > 0 && !stated(own, 'filedOn')) return missing('NOT_STATED');
    let halves = 0;
    for (const { patent, record } of own) {
      const { filedOn } = patent;
      if (filedOn === undefined || filedOn > edges[0]! || filedOn <= edges[6]!) continue;
      let k = 0;
      while (filedOn <= edges[k + 1]!) k += 1;
      halves |= 1 << k;
      cite.record(record);
    }
    citeCoverage(view, cite);
    return valueOf(bitCount(halves), view.freshness);
  },
};

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

export const FAMILY: Family = {
  characteristics: [IN01, IN02, IN03, IN04, IN08],
  needsTable: {
    IN05: { feed: 'PAT', table: { zh: '国际专利分类与国民经济行业对照表', en: 'IPC ↔ GB/T 4754' } },
  },
};
