import {
  CAP_WORDS,
  MOST_FEN,
  type CapacityPosition,
  type CapCheck,
  type FirmRelations,
  type FuseReading,
} from '#lib/financing';
import type { Fen, LocalDate } from '#lib/kernel';
import { ProgrammeField } from './deal-fields.ts';
import {
  ChoiceField,
  DateField,
  FlagField,
  ItemsField,
  NumberField,
  ObjectField,
  TextField,
  TextsField,
} from './fields.ts';
import { Money, MoneyField } from './money-field.ts';
import { UsccField, usccOf } from './uscc-field.ts';

/** Codes of firms and persons, as relations name them. */
const PARTY = /^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/;
const parties = (description: string, optional = false): PropertyDecorator =>
  TextsField({ description, ...(optional ? { optional } : {}) }, [0, 200], PARTY, '代码', 'a code');

/** 净资产 may be negative. */
export class NetAssetsMoney {
  @NumberField({ description: 'Whole fen (分).', example: 50_000_000_000 }, -MOST_FEN, MOST_FEN)
  fen!: number;

  @ChoiceField({ description: 'ISO 4217.', example: 'CNY' }, ['CNY'])
  currency!: 'CNY';
}

export class NetAssetsRequest {
  @ObjectField({ description: '净资产.' }, () => NetAssetsMoney)
  netAssets!: NetAssetsMoney;

  @DateField({ description: '基准日.', example: '2026-06-30' })
  statedOn!: LocalDate;

  @DateField({ description: 'The last day on which it counts.', example: '2027-06-30' })
  validTo!: LocalDate;

  @FlagField({ description: '主要服务小微企业和三农; left out: not known, which counts as no.', optional: true })
  mainlySmall?: boolean;

  @parties('控股股东、实际控制人, by code; left out: not known, and nothing may be taken on.', true)
  controllers?: string[];

  @parties('Other related parties, by code.', true)
  related?: string[];
}

export class ProgrammeLimitsRequest {
  @ProgrammeField()
  programme!: string;

  @MoneyField({ description: 'Principal in force for one firm; left out: no limit.', optional: true })
  perClient?: Money;

  @MoneyField({ description: 'Principal in force in all; left out: no limit.', optional: true })
  total?: Money;
}

export class HolderRequest {
  @TextField({ description: 'The holder, by code.', example: '91440300DMAB12340K' }, 1, 64)
  holder!: string;

  @NumberField({ description: '持股比例 in basis points.', example: 5100 }, 1, 10_000)
  bp!: number;
}

export class RelationsRequest {
  @UsccField()
  uscc!: string;

  @DateField({ description: 'The day as of which it was read.', example: '2026-06-30' })
  statedOn!: LocalDate;

  @ItemsField({ description: 'Each holder once; empty: nobody.' }, () => HolderRequest, 200)
  holders!: HolderRequest[];

  @parties('实际控制人, by code; empty: nobody.')
  controllers!: string[];

  @TextField({ description: 'Where it was read.', example: '股东信息 2026-06-30' }, 2, 200)
  basis!: string;
}

export class FirmRelationsRequest {
  @ItemsField({ description: 'Firms.' }, () => RelationsRequest, 200)
  relations!: RelationsRequest[];
}

/** Throws ProblemError uscc-malformed 422. */
export const relationsOf = ({ relations }: FirmRelationsRequest): FirmRelations[] =>
  relations.map((one, i) => ({ ...one, uscc: usccOf(one.uscc, `/relations/${i}/uscc`) }));

const money = (fen: Fen | null): object | null => (fen === null ? null : { fen, currency: 'CNY' });

const capBody = ({ cap, subject, state, limit, after, room }: CapCheck): object => {
  const [zh, en] = CAP_WORDS[cap];
  return { cap, zh, en, subject, state, limit: money(limit), used: money(after), room: money(room) };
};

const fuseBody = (fuse: FuseReading): object => ({
  scheme: fuse.scheme,
  year: fuse.year,
  claimsPaid: money(fuse.claimsPaid),
  annualisedReleased: money(fuse.annualisedReleased),
  rateBp: fuse.rateBp,
  ceilingBp: fuse.ceilingBp,
  state: fuse.state,
  newBusiness: fuse.newBusiness,
  zh: fuse.zh,
  en: fuse.en,
});

/** 担保能力 of one guarantor on a day, and its claim rate under each scheme that it guarantees by. */
export const capacityBody = (position: CapacityPosition, fuses: readonly FuseReading[]): object => ({
  guarantorId: position.guarantor,
  on: position.on,
  netAssets: position.netAssets && { ...position.netAssets, value: money(position.netAssets.value) },
  reserved: money(position.reserved),
  issued: money(position.issued),
  caps: [...(position.total === null ? [] : [position.total]), ...position.programmes].map(capBody),
  breaches: position.breaches.map(capBody),
  fuses: fuses.map(fuseBody),
});
