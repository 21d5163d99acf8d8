import { fen, mulDiv, type Fen } from '#lib/kernel';
import type { Text } from '#lib/scoring';
import { yuanText } from '../sharing/money-text.ts';
import type { CapacityBook, CountedBook, NetAssets } from './capacity-book.ts';

export type CapName =
  | 'NET_ASSETS'
  | 'CONTROLLER'
  | 'TOTAL'
  | 'CLIENT'
  | 'GROUP'
  | 'PROGRAMME_CLIENT'
  | 'PROGRAMME_TOTAL'
  | 'RESERVATION'
  | 'LETTER';

/** One limit and how a request stands to it. Amounts are null where the limit is no amount or cannot be known. */
export interface CapCheck extends Text {
  readonly cap: CapName;
  /** The client, group or programme that it is about. */
  readonly subject: string | null;
  readonly state: 'pass' | 'fail' | 'unknown';
  readonly limit: Fen | null;
  readonly before: Fen | null;
  readonly after: Fen | null;
  /** limit − before: what is left without the request; negative where the limit is passed already. */
  readonly room: Fen | null;
  /** The limit that leaves the least after the request. */
  readonly binding: boolean;
}

/** A cap in amounts, ready to be measured on any book. */
export interface AmountCap extends Text {
  readonly cap: CapName;
  readonly subject: string | null;
  readonly limit: Fen;
  readonly used: (book: CountedBook) => Fen;
}

/** Whose caps are looked at. */
export interface CapSubjects {
  readonly clients: Iterable<string>;
  /** Each with the clients that belong to it. */
  readonly groups: Iterable<readonly [group: string, members: ReadonlySet<string>]>;
}

/** Caps as parts of net assets: the whole book, a client, a client with its group; weighted liability of the own share. */
export function assetCaps(book: CapacityBook, assets: NetAssets, { clients, groups }: CapSubjects): AmountCap[] {
  const { rules, mainlySmall } = book;
  // A guarantor that lost all it had may take on nothing.
  const value = fen(Math.max(0, assets.value));
  const multiple = mainlySmall === true ? rules.multipleMainlySmall : rules.multiple;
  const { clientPercent, groupPercent } = rules;
  return [
    {
      cap: 'TOTAL',
      subject: null,
      limit: mulDiv(value, multiple, 1, 'floor'),
      used: (counted) => counted.weighted(),
      zh: `担保责任余额不超过净资产的${multiple}倍`,
      en: `liability of at most ${multiple} times net assets`,
    },
    ...[...clients].map((client): AmountCap => ({
      cap: 'CLIENT',
      subject: client,
      limit: mulDiv(value, clientPercent, 100, 'floor'),
      used: (counted) => counted.weighted([client]),
      zh: `同一被担保人不超过净资产的${clientPercent}%`,
      en: `one client at most ${clientPercent} % of net assets`,
    })),
    ...[...groups].map(([group, members]): AmountCap => ({
      cap: 'GROUP',
      subject: group,
      limit: mulDiv(value, groupPercent, 100, 'floor'),
      used: (counted) => counted.weighted(members),
      zh: `同一被担保人及其关联方不超过净资产的${groupPercent}%`,
      en: `one client with its related parties at most ${groupPercent} % of net assets`,
    })),
  ];
}

/** Caps of a programme, in whole principal. */
export function programmeCaps(book: CapacityBook, programme: string, clients: Iterable<string>): AmountCap[] {
  const cap = book.programmes.find((one) => one.programme === programme);
  if (!cap) return [];
  const { perClient, total, zh, en } = cap;
  const caps: AmountCap[] = [];
  if (perClient !== null)
    for (const client of clients)
      caps.push({
        cap: 'PROGRAMME_CLIENT',
        subject: client,
        limit: perClient,
        used: (counted) => counted.principal(programme, client),
        zh: `${zh}单户在保余额上限`,
        en: `${en}: in force for one firm`,
      });
  if (total !== null)
    caps.push({
      cap: 'PROGRAMME_TOTAL',
      subject: programme,
      limit: total,
      used: (counted) => counted.principal(programme),
      zh: `${zh}规模上限`,
      en: `${en}: in all`,
    });
  return caps;
}

/** Measures caps on the book before and after. The figures that are shown decide. */
export function measure(caps: readonly AmountCap[], before: CountedBook, after: CountedBook): CapCheck[] {
  const measured = caps.map(({ cap, subject, limit, used, zh, en }) => {
    const was = used(before);
    const will = used(after);
    const passes = will <= limit;
    return {
      cap,
      subject,
      state: passes ? ('pass' as const) : ('fail' as const),
      limit,
      before: was,
      after: will,
      room: fen(limit - was),
      zh: `${zh}：限额${yuanText(limit)}元，原有${yuanText(was)}元，本次后${yuanText(will)}元${passes ? '' : '，超限'}`,
      en: `${en}: limit ${yuanText(limit)}, before ${yuanText(was)}, after ${yuanText(will)} yuan${passes ? '' : '; exceeded'}`,
    };
  });
  const least = Math.min(...measured.map(({ limit, after: will }) => limit - will));
  const binding = measured.findIndex(({ limit, after: will }) => limit - will === least);
  return measured.map((check, i) => ({ ...check, binding: i === binding }));
}

/** A condition that is no amount. */
export const condition = (
  cap: CapName,
  subject: string | null,
  state: CapCheck['state'],
  zh: string,
  en: string,
): CapCheck => ({ cap, subject, state, limit: null, before: null, after: null, room: null, binding: false, zh, en });
