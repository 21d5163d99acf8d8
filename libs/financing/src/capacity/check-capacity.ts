import { addDays, addFen, type Fen, type LocalDate } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { yuanText } from '../sharing/money-text.ts';
import {
  CountedBook,
  counts,
  netAssetsAt,
  reservedUntil,
  type CapacityBook,
  type Liability,
  type LiabilityTerms,
  type NetAssets,
} from './capacity-book.ts';
import { assetCaps, condition, measure, programmeCaps, type CapCheck } from './caps.ts';

/** What would change a guarantor's exposure on a day. */
export type CapacityRequest = { readonly on: LocalDate } & (
  | {
      /** Approval: capacity is kept until the letter, for a set time and once. */ readonly kind: 'RESERVE';
      readonly terms: LiabilityTerms;
    }
  | {
      /** The letter (出具保函) that a reservation was made for: the hard stop. */
      readonly kind: 'ISSUE';
      readonly liability: string;
      /** At most what was reserved. */
      readonly principal: Fen;
    }
  | { /** A letter or loan grows. */ readonly kind: 'RAISE'; readonly liability: string; readonly by: Fen }
  | {
      /** 提款 within the letter, which was counted when it was issued: no cap is looked at again. */ readonly kind: 'DRAW';
      readonly liability: string;
      readonly amount: Fen;
    }
);

/** What a decision to take the request brings with it. */
export interface CapacityDuty extends Text {
  readonly code: 'REPORT_RELATED';
  readonly dueOn: LocalDate;
}

export interface CapacityAnswer {
  readonly ok: boolean;
  /** Every cap that the request meets, passed or not. */
  readonly checks: readonly CapCheck[];
  /** Those that do not pass. */
  readonly refused: readonly CapCheck[];
  /** What the caps were taken of; null: none that counts on the day, or no cap was looked at. */
  readonly netAssets: NetAssets | null;
  /** RESERVE: the last day of the reservation. */
  readonly reservedUntil: LocalDate | null;
  readonly duties: readonly CapacityDuty[];
}

/**
 * Whether a guarantor may take a request (担保能力核查, domain §7 R26): every cap it meets with limit, use before and after. A
 * cap that is passed already (净资产下降) refuses whatever adds to it. Pure; the caller holds the lock on the guarantor's row.
 * Throws RangeError for a liability that is not in the book or not in the state that the request is for.
 */
export function checkCapacity(book: CapacityBook, request: CapacityRequest): CapacityAnswer {
  const { on } = request;
  if (request.kind === 'DRAW') {
    const { undrawn, id } = found(book, request.liability, ['ISSUED']);
    if (request.amount <= 0) throw new RangeError(`not an amount to draw: ${request.amount}`);
    const passes = request.amount <= undrawn;
    const left = yuanText(undrawn);
    return answer([
      condition(
        'LETTER',
        id,
        passes ? 'pass' : 'fail',
        passes ? `保函项下可提${left}元` : `超出保函项下可提的${left}元`,
        passes ? `${left} yuan may be drawn under the letter` : `more than the ${left} yuan that the letter leaves`,
      ),
    ]);
  }
  const counted = book.liabilities.filter((liability) => counts(liability, on));
  const { terms, replaces, checks } = asked(book, request);
  const before = new CountedBook(book.rules, counted);
  const after = new CountedBook(book.rules, [...counted.filter(({ id }) => id !== replaces), terms]);
  const assets = netAssetsAt(book.netAssets, on);
  const caps = [
    ...(assets ? assetCaps(book, assets, { clients: [terms.client], groups: after.groupsOf(terms.client) }) : []),
    ...(terms.programme === null ? [] : programmeCaps(book, terms.programme, [terms.client])),
  ];
  const all = [...checks, ...conditions(book, terms, assets, on), ...measure(caps, before, after)];
  const until = request.kind === 'RESERVE' ? reservedUntil(book.rules, on) : null;
  return answer(all, assets, until, dutiesOf(book, terms, on));
}

/** 被动超限: every cap of the book that is passed on a day without any request, to be raised as alarms. */
export function passiveBreaches(book: CapacityBook, on: LocalDate): readonly CapCheck[] {
  const counted = book.liabilities.filter((liability) => counts(liability, on));
  const now = new CountedBook(book.rules, counted);
  const assets = netAssetsAt(book.netAssets, on);
  const caps = [
    ...(assets ? assetCaps(book, assets, { clients: now.clients(), groups: now.groupsOf() }) : []),
    ...book.programmes.flatMap(({ programme }) => programmeCaps(book, programme, now.clients())),
  ];
  const missing = assets || counted.length === 0 ? [] : [noNetAssets(book, on)];
  return [...missing, ...measure(caps, now, now).filter(({ state }) => state === 'fail')];
}

function asked(
  book: CapacityBook,
  request: Exclude<CapacityRequest, { kind: 'DRAW' }>,
): { terms: LiabilityTerms; replaces: string | null; checks: CapCheck[] } {
  if (request.kind === 'RESERVE') return { terms: positive(request.terms), replaces: null, checks: [] };
  if (request.kind === 'RAISE') {
    const liability = found(book, request.liability, ['ISSUED', 'DRAWN']);
    const by = positive({ ...liability, principal: request.by }).principal;
    return {
      terms: { ...liability, principal: addFen(liability.principal, by) },
      replaces: liability.id,
      checks: [],
    };
  }
  const liability = found(book, request.liability, ['RESERVED']);
  const live = counts(liability, request.on);
  const covers = request.principal <= liability.principal;
  const reserved = yuanText(liability.principal);
  const until = liability.reservedUntil ?? '—';
  return {
    terms: positive({ ...liability, principal: request.principal }),
    replaces: liability.id,
    checks: [
      condition(
        'RESERVATION',
        liability.id,
        live && covers ? 'pass' : 'fail',
        !live ? `额度预留已于${until}到期，须重新审批` : covers ? `已预留${reserved}元` : `超出预留的${reserved}元`,
        !live
          ? `the reservation ended on ${until}: to be approved anew`
          : covers
            ? `${reserved} yuan are reserved`
            : `more than the ${reserved} yuan reserved`,
      ),
    ],
  };
}

/** What is asked besides amounts. Unknown is never a pass: nobody may be guaranteed on what nobody knows. */
function conditions(
  book: CapacityBook,
  terms: LiabilityTerms,
  assets: NetAssets | undefined,
  on: LocalDate,
): CapCheck[] {
  const { controllers, programmes } = book;
  const { client, group, programme } = terms;
  const controls = controllers?.includes(client);
  return [
    ...(assets ? [] : [noNetAssets(book, on)]),
    controls === undefined
      ? condition(
          'CONTROLLER',
          client,
          'unknown',
          '担保机构的控股股东、实际控制人未知',
          'who controls the guarantor is not known',
        )
      : condition(
          'CONTROLLER',
          client,
          controls ? 'fail' : 'pass',
          controls ? '不得为控股股东、实际控制人提供融资担保' : '不是控股股东或实际控制人',
          controls
            ? 'the controlling shareholder or actual controller may not be guaranteed'
            : 'does not control the guarantor',
        ),
    ...(group === null
      ? [condition('GROUP', client, 'unknown', '被担保人的关联方未知', 'who is related to the client is not known')]
      : []),
    ...(programme === null || programmes.some((one) => one.programme === programme)
      ? []
      : [
          condition(
            'PROGRAMME_TOTAL',
            programme,
            'unknown',
            `项目${programme}的限额未知`,
            `the caps of programme ${programme} are not known`,
          ),
        ]),
  ];
}

function noNetAssets({ netAssets }: CapacityBook, on: LocalDate): CapCheck {
  const stated = netAssets.some(({ statedOn }) => statedOn <= on);
  return condition(
    'NET_ASSETS',
    null,
    'unknown',
    stated ? '最近一期净资产已过有效期' : '没有净资产数据',
    stated ? 'the newest net assets have expired' : 'no net assets are stated',
  );
}

function dutiesOf({ relatedParties, rules }: CapacityBook, { client }: LiabilityTerms, on: LocalDate): CapacityDuty[] {
  if (!relatedParties.includes(client)) return [];
  const dueOn = addDays(on, rules.relatedReportDays);
  return [
    {
      code: 'REPORT_RELATED',
      dueOn,
      zh: `关联方业务：条件不得优于非关联方，${dueOn}前报告`,
      en: `a related party of the guarantor: on no better terms, to be reported by ${dueOn}`,
    },
  ];
}

function found({ liabilities }: CapacityBook, id: string, states: readonly Liability['state'][]): Liability {
  const liability = liabilities.find((one) => one.id === id);
  if (!liability || !states.includes(liability.state))
    throw new RangeError(`no liability ${id} that is ${states.join(' or ')}`);
  return liability;
}

function positive(terms: LiabilityTerms): LiabilityTerms {
  if (terms.principal > 0 && terms.ownShareBp >= 0 && terms.ownShareBp <= 10_000) return terms;
  throw new RangeError(`no terms of a guarantee: ${terms.principal} fen, own share ${terms.ownShareBp} bp`);
}

function answer(
  checks: readonly CapCheck[],
  netAssets: NetAssets | null = null,
  until: LocalDate | null = null,
  duties: readonly CapacityDuty[] = [],
): CapacityAnswer {
  const refused = checks.filter(({ state }) => state !== 'pass');
  const ok = refused.length === 0;
  return { ok, checks, refused, netAssets, reservedUntil: ok ? until : null, duties: ok ? duties : [] };
}
