import { addMonths, fromMonthIndex, lastDay, monthIndex, monthOfDate, type LocalDate } from '#lib/kernel';
import {
  abnormalList,
  annualReports,
  businessRegistration,
  patents,
  qualifications,
  socialSecurity,
  trademarks,
  water,
} from '#lib/data-sources';
import type {
  AbnormalListing,
  Dossier,
  DossierRecord,
  Feed,
  Patent,
  SourceDefinition,
  WaterBill,
} from '#lib/data-sources';
import type { Part, Text } from '../score.ts';
import type { Measured } from '../value.ts';
import type { Future } from './future.ts';

/** The firm today: what decides whether a change makes sense for it. */
export interface Today {
  readonly dossier: Dossier;
  readonly asOf: LocalDate;
  part(code: string): Part | undefined;
}

/**
 * Something that a firm can really do (可行事项). Only what stands in this list is ever suggested: nothing that games the
 * score (bought patents, utility models or software copyrights by the dozen, heads for one month, a new address or legal
 * representative), nothing that another party decides alone (investors, judges of a project), and nothing neutral (age,
 * former employers, incubator). Months are usual ones [P].
 */
export interface FirmChange extends Text {
  readonly code: string;
  /** Every characteristic that it may touch: what is not here it leaves as it is. */
  readonly characteristics: readonly string[];
  readonly feed: Feed;
  /** Of changes that name the same, a plan has one: the highest qualification counts alone. */
  readonly oneOf?: string;
  /** How long it takes, in words. */
  readonly time: Text;
  /** The day from which it is true if the firm begins today; undefined: not for this firm. */
  readonly readyOn: (today: Today) => LocalDate | undefined;
  readonly apply: (future: Future, readyOn: LocalDate) => void;
}

/** The number of a VALUE, undefined for a category and for what is not known. */
function numberAt(today: Today, code: string): number | undefined {
  const value: Measured | undefined = today.part(code)?.value;
  return typeof value === 'object' ? value.num / value.den : typeof value === 'number' ? value : undefined;
}
const wordAt = (today: Today, code: string): Measured | undefined => today.part(code)?.value;
const after = (today: Today, months: number): LocalDate => addMonths(today.asOf, months);

const isPending = ({ payload: p }: DossierRecord<Patent>): boolean =>
  p.type === 'invention' && p.status === 'examination' && (p.original ?? p.assignedOn === undefined);

/** The firm's own application that has been under examination for longest. */
function oldestPending(records: readonly DossierRecord<Patent>[]): DossierRecord<Patent> | undefined {
  const own = records.filter((record) => isPending(record) && record.payload.filedOn !== undefined);
  return own.sort((a, b) => (a.payload.filedOn! < b.payload.filedOn! ? -1 : 1))[0];
}

/** From filing to grant, and the least from today for an application that is already under examination. */
const GRANT_MONTHS = 22;
const GRANT_LEAST_MONTHS = 3;

/** An application that states everything, so that nothing becomes unknown by it. */
function invention(future: Future, appNo: string, more: Pick<Patent, 'status' | 'statusOn' | 'grantedOn'>): void {
  const filedOn = addMonths(future.asOf, 1);
  const plain = { applicants: 1, original: true, pct: false, overseasFamily: 0, pledged: false, awarded: false };
  future.add(patents, {
    recordKey: appNo,
    eventDate: filedOn,
    payload: { appNo, type: 'invention', filedOn, ...plain, ...more },
  });
}

/** A number of the public register that says its own list and day. */
const listed = (future: Future, list: 'techSme' | 'innovSme' | 'hnte', readyOn: LocalDate): void =>
  future.add(qualifications, {
    recordKey: `${list}|planned`,
    eventDate: readyOn,
    payload: {
      list,
      certNo: 'planned',
      validFrom: readyOn,
      ...(list === 'techSme' ? { year: Number(readyOn.slice(0, 4)) } : {}),
    },
  });

const TIERS_BELOW: Readonly<Record<string, readonly unknown[]>> = {
  techSme: ['none', 'techSme'],
  innovSme: ['none', 'techSme'],
  hnte: ['none', 'techSme', 'innovSme'],
};

/** 科技型中小企业 applications are taken from March to September, a number follows about two months later. */
function nextWindow(asOf: LocalDate): LocalDate {
  const month = Number(asOf.slice(5, 7));
  if (month >= 3 && month <= 8) return addMonths(asOf, 2);
  const year = Number(asOf.slice(0, 4)) + (month > 8 ? 1 : 0);
  return `${year}-05-01` as LocalDate;
}

const held = <P extends object>(today: Today, source: SourceDefinition<P>): readonly DossierRecord<P>[] =>
  today.dossier.of(source).filter(({ eventDate }) => eventDate === undefined || eventDate <= today.asOf);

const DAYS = { zh: '约1个月', en: 'about a month' };

export const FIRM_CHANGES: readonly FirmChange[] = [
  {
    code: 'granted-invention',
    zh: '自主研发的发明专利获得授权（已在审的继续推进，没有的先申请）',
    en: 'have an invention of its own granted: push on the application under examination, else file one',
    characteristics: ['IN01', 'IN02', 'IN04', 'IN05', 'IN08'],
    feed: 'PAT',
    time: { zh: '自申请起约18–24个月', en: 'about 18–24 months from filing' },
    readyOn(today) {
      const pending = oldestPending(held(today, patents));
      if (pending === undefined) return after(today, GRANT_MONTHS);
      const [usual, least] = [addMonths(pending.payload.filedOn!, GRANT_MONTHS), after(today, GRANT_LEAST_MONTHS)];
      return usual > least ? usual : least;
    },
    apply(future, readyOn) {
      const grant = { status: 'granted', grantedOn: readyOn, statusOn: readyOn } as const;
      const pending = oldestPending(
        future.records(patents).filter((record) => !record.recordKey.startsWith('planned')),
      );
      if (pending === undefined) invention(future, 'planned-granted', grant);
      else future.add(patents, { ...pending, payload: { ...pending.payload, ...grant } });
    },
  },
  {
    code: 'pending-invention',
    zh: '就自有研发成果申请发明专利并进入实质审查',
    en: 'file an invention on its own research and bring it to substantive examination',
    characteristics: ['IN02', 'IN05', 'IN08'],
    feed: 'PAT',
    time: { zh: '约10个月', en: 'about 10 months' },
    readyOn: (today) => after(today, 10),
    apply: (future, readyOn) => invention(future, 'planned-pending', { status: 'examination', statusOn: readyOn }),
  },
  {
    code: 'trade-mark',
    zh: '注册自有商标',
    en: 'register a trade mark of its own',
    characteristics: ['IN13'],
    feed: 'TM',
    time: { zh: '约9个月', en: 'about 9 months' },
    // One mark is a name to trade under; more of them are not asked for.
    readyOn: (today) => ((numberAt(today, 'IN13') ?? 0) === 0 ? after(today, 9) : undefined),
    apply: (future, readyOn) =>
      future.add(trademarks, {
        recordKey: 'planned|9',
        eventDate: addMonths(future.asOf, 1),
        payload: { regNo: 'planned', class: 9, registeredOn: readyOn, status: 'registered', statusOn: readyOn },
      }),
  },
  {
    code: 'tech-sme',
    zh: '通过科技型中小企业评价入库（须达到评价标准）',
    en: 'be evaluated and listed as a 科技型中小企业, if it meets the standard',
    characteristics: ['PR01', 'PR02'],
    oneOf: 'qualification',
    feed: 'QUA',
    time: { zh: '每年3–9月受理，约2个月', en: 'taken from March to September, about 2 months' },
    readyOn: (today) => (TIERS_BELOW['techSme']!.includes(wordAt(today, 'PR01')) ? nextWindow(today.asOf) : undefined),
    apply: (future, readyOn) => listed(future, 'techSme', readyOn),
  },
  {
    code: 'innovative-sme',
    zh: '申报创新型中小企业（须达到评价标准）',
    en: 'be recognised as an 创新型中小企业, if it meets the standard',
    characteristics: ['PR01', 'PR02'],
    oneOf: 'qualification',
    feed: 'QUA',
    time: { zh: '约6个月', en: 'about 6 months' },
    readyOn: (today) => (TIERS_BELOW['innovSme']!.includes(wordAt(today, 'PR01')) ? after(today, 6) : undefined),
    apply: (future, readyOn) => listed(future, 'innovSme', readyOn),
  },
  {
    code: 'high-tech-enterprise',
    zh: '申请高新技术企业认定（成立满一年、有自主知识产权，须达到认定标准）',
    en: 'apply as a high and new technology enterprise: a year old, with rights of its own, if it meets the standard',
    characteristics: ['PR01', 'PR02'],
    oneOf: 'qualification',
    feed: 'QUA',
    time: { zh: '约12个月', en: 'about 12 months' },
    readyOn(today) {
      const rights = (numberAt(today, 'IN01') ?? 0) + (numberAt(today, 'IN06') ?? 0) > 0;
      return rights && TIERS_BELOW['hnte']!.includes(wordAt(today, 'PR01')) ? after(today, 12) : undefined;
    },
    apply: (future, readyOn) => listed(future, 'hnte', readyOn),
  },
  {
    code: 'pay-in-capital',
    zh: '缴足已认缴的注册资本',
    en: 'pay in the capital that was subscribed',
    characteristics: ['OV09'],
    feed: 'REG',
    time: DAYS,
    readyOn(today) {
      const share = numberAt(today, 'OV09');
      return share !== undefined && share < 100 ? after(today, 1) : undefined;
    },
    apply(future) {
      const stated = future.records(businessRegistration).map(({ payload }) => payload.registeredCapital);
      const capital = stated.find((amount) => amount !== undefined);
      if (capital === undefined) return;
      future.edit(businessRegistration, (payload) =>
        payload.paidCapital === undefined ? payload : { ...payload, paidCapital: capital },
      );
    },
  },
  {
    code: 'insurance-on-time',
    zh: '今后每月按时缴纳社会保险费',
    en: 'pay social insurance on time from now on, every month',
    characteristics: ['OV01'],
    feed: 'SOC',
    time: { zh: '自次月起逐月计入', en: 'counted month by month from the next one' },
    readyOn(today) {
      const months = numberAt(today, 'OV01');
      return months !== undefined && months < 12 ? after(today, 3) : undefined;
    },
    apply: (future) =>
      future.edit(socialSecurity, (payload) => {
        if (payload.kind !== 'month' || monthIndex(payload.month) < monthIndex(future.asOf)) return payload;
        const paidOn = `${fromMonthIndex(monthIndex(payload.month) + 1)}-10` as LocalDate;
        return { ...payload, paid: true, paidOn };
      }),
  },
  {
    code: 'clear-insurance-arrears',
    zh: '补缴拖欠的社会保险费',
    en: 'pay the social-insurance arrears',
    characteristics: ['CC02'],
    feed: 'SOC.arrears',
    time: DAYS,
    readyOn: (today) => (wordAt(today, 'CC02') === 'open' ? after(today, 1) : undefined),
    apply: (future, readyOn) =>
      future.edit(socialSecurity, (payload) =>
        payload.kind === 'arrears' && payload.clearedOn === undefined ? { ...payload, clearedOn: readyOn } : payload,
      ),
  },
  {
    code: 'clear-water-arrears',
    zh: '结清拖欠的水费',
    en: 'pay the water arrears',
    characteristics: ['CC03'],
    feed: 'WAT',
    time: DAYS,
    readyOn: (today) => (wordAt(today, 'CC03') === 'open' ? after(today, 1) : undefined),
    apply: (future, readyOn) =>
      future.edit(water, ({ arrearsAmount: _amount, arrearsSince, ...payload }): WaterBill => {
        if (payload.paidOn !== undefined) return { ...payload, ...(arrearsSince ? { arrearsSince } : {}) };
        // Bills to come are paid in their own month.
        const own = lastDay(payload.month);
        const paidOn = own > readyOn ? own : readyOn;
        return { ...payload, status: 'paid', paidOn, ...(own > readyOn || !arrearsSince ? {} : { arrearsSince }) };
      }),
  },
  {
    code: 'leave-abnormal-list',
    zh: '履行公示义务后申请移出经营异常名录',
    en: 'make up what was not disclosed and be taken off the abnormal-operation list',
    characteristics: ['CC04'],
    feed: 'ABN',
    time: DAYS,
    readyOn: (today) => (wordAt(today, 'CC04') === 'listed' ? after(today, 1) : undefined),
    apply: (future, readyOn) =>
      future.edit(abnormalList, (payload): AbnormalListing =>
        payload.removedOn === undefined ? { ...payload, removedOn: readyOn, removalReason: 'cured' } : payload,
      ),
  },
  {
    code: 'annual-report-in-time',
    zh: '按期公示下一年度报告',
    en: 'file the next annual report in time',
    characteristics: ['CC08'],
    feed: 'ANRF',
    time: { zh: '至下一个6月30日', en: 'by the next 30 June' },
    readyOn(today) {
      const state = wordAt(today, 'CC08');
      if (state !== 'late' && state !== 'notFiled') return undefined;
      const year = Number(today.asOf.slice(0, 4)) + (today.asOf.slice(5) < '06-30' ? 0 : 1);
      return `${year}-07-01` as LocalDate;
    },
    apply(future, readyOn) {
      const last = Number(readyOn.slice(0, 4));
      for (let due = last; due <= Number(future.date.slice(0, 4)); due++) {
        const filedOn = `${due}-05-31` as LocalDate;
        const payload = { kind: 'filing', year: due - 1, filedOn, filed: true } as const;
        future.add(annualReports, { recordKey: `filing|${due - 1}`, eventDate: filedOn, payload });
      }
    },
  },
  {
    code: 'lasting-hires',
    zh: '增员约三成并至少留任半年、依法参保',
    en: 'hire about a third more, insured, and keep them for half a year at least',
    characteristics: ['TG01', 'TG02', 'TG03', 'TG07', 'IN09'],
    feed: 'SOC',
    time: { zh: '约7个月', en: 'about 7 months' },
    readyOn(today) {
      const heads = numberAt(today, 'TG01');
      return heads !== undefined && heads >= 1 && heads < 51 ? after(today, 7) : undefined;
    },
    apply: (future) =>
      future.edit(socialSecurity, (payload) => {
        if (payload.kind !== 'month' || payload.month <= monthOfDate(future.asOf)) return payload;
        const { insuredTotal: heads, baseSum } = payload;
        if (heads === undefined) return payload;
        const more = heads + Math.max(2, Math.ceil((heads * 3) / 10));
        const paid =
          baseSum === undefined || heads === 0
            ? {}
            : { baseSum: Math.floor((baseSum / heads) * more) as typeof baseSum };
        return { ...payload, insuredTotal: more, ...paid };
      }),
  },
];
