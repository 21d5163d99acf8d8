import { addMonths, type Fen, type LocalDate } from '#lib/kernel';
import { shareholders, type DossierRecord, type HolderType, type Shareholding } from '#lib/data-sources';
import type { Fraction, MissingCause } from '../value.ts';
import { capitalChanges, changesOf, type ChangeRecord } from './changes-of.ts';
import type { FeedView, FirmAt } from './firm-at.ts';
import { staler } from './staler.ts';

export type HoldingRecord = DossierRecord<Shareholding>;

/** Money that an external holder paid into the firm, shown by the registers (经核实的外部股权实缴). */
export interface VerifiedPayment {
  readonly record: HoldingRecord;
  /** The registered increase of capital that verifies it; absent: the row itself says how the share was acquired. */
  readonly increase: ChangeRecord | undefined;
  /** Identity of the holder inside this firm, see Shareholding.holder. */
  readonly holder: string;
  readonly holderType: HolderType | undefined;
  /** Only of organisations. */
  readonly holderName: string | undefined;
  readonly paidOn: LocalDate;
  /** 投资总额 with premium where proved, else the registered capital paid. */
  readonly amount: Fen;
}

/** Payments that close one round: the first and those within three months of it. */
export interface VerifiedRound {
  /** Of its last payment: the close (交割日). */
  readonly closedOn: LocalDate;
  readonly amount: Fen;
  readonly payments: readonly VerifiedPayment[];
}

export interface VerifiedEquity {
  /** Why nothing can be said: SHR or CHG is not available, for both show external money (domain §2). */
  readonly cause?: MissingCause;
  /** The staler of SHR and CHG. */
  readonly freshness?: Fraction;
  readonly shares: FeedView;
  readonly changes: FeedView;
  /** Oldest first. */
  readonly payments: readonly VerifiedPayment[];
  readonly rounds: readonly VerifiedRound[];
  /** Some external holder paid, but no register shows that it was an increase of capital: not counted. */
  readonly unverified: boolean;
}

/** A joining holder's increase of capital is registered at most this many months before or after the joining. */
const INCREASE_MONTHS = 6;
const ROUND_MONTHS = 3;
/** Holders that are investors even on the first day. */
const INVESTORS: ReadonlySet<HolderType> = new Set<HolderType>(['fund', 'government']);

/** Undefined: the dates do not say. */
export function wasFounder(payload: Shareholding, establishedOn: LocalDate): boolean | undefined {
  if (payload.acquisition === 'founding') return true;
  if (payload.joinedOn !== undefined) return payload.joinedOn <= establishedOn;
  if (payload.acquisition !== undefined) return false;
  return payload.paidOn !== undefined && payload.paidOn <= establishedOn ? true : undefined;
}

/**
 * External: an investor by its kind (fund, government), or a holder who joined after the establishment and is no
 * vehicle of founders or staff. Who cannot be told is not external: only what is shown counts.
 */
function isExternal(payload: Shareholding, establishedOn: LocalDate): boolean {
  if (payload.holderType === 'platform') return false;
  if (payload.holderType !== undefined && INVESTORS.has(payload.holderType)) return true;
  return wasFounder(payload, establishedOn) === false;
}

/** What the registers show of external equity, from SHR (1c) and CHG (1b). One reading a firm. */
export function verifiedEquity(firm: FirmAt): VerifiedEquity {
  const known = firm.readings.verifiedEquity as VerifiedEquity | undefined;
  if (known !== undefined) return known;
  const shares = firm.feed('SHR');
  const changes = changesOf(firm).view;
  const cause = shares.cause ?? changes.cause ?? (firm.establishedOn === undefined ? 'NOT_STATED' : undefined);
  const reading: VerifiedEquity =
    cause === undefined
      ? { shares, changes, ...fresh(staler(shares.freshness, changes.freshness)), ...paymentsOf(firm) }
      : { cause, shares, changes, payments: [], rounds: [], unverified: false };
  firm.readings.verifiedEquity = reading;
  return reading;
}

const fresh = (freshness: Fraction | undefined): { freshness?: Fraction } =>
  freshness === undefined ? {} : { freshness };

function paymentsOf(firm: FirmAt): Pick<VerifiedEquity, 'payments' | 'rounds' | 'unverified'> {
  const establishedOn = firm.establishedOn!;
  const payments: VerifiedPayment[] = [];
  let unverified = false;
  for (const record of firm.records(shareholders)) {
    const { payload } = record;
    const amount = payload.invested ?? payload.paid;
    if (amount === undefined || amount === 0 || !isExternal(payload, establishedOn)) continue;
    const { paidOn, holder, holderType, holderName } = payload;
    const shown = paidOn === undefined || paidOn < establishedOn ? false : increaseBehind(firm, payload, paidOn);
    if (shown === false) unverified = true;
    else payments.push({ record, increase: shown, holder, holderType, holderName, paidOn: paidOn!, amount });
  }
  payments.sort((a, b) => (a.paidOn === b.paidOn ? order(a.holder, b.holder) : order(a.paidOn, b.paidOn)));
  return { payments, rounds: roundsOf(payments), unverified };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * New money, not shares bought from another holder: the register says so (取得方式), an investor was there from the
 * first day, or the registered capital rose within six months of the day on which the holder joined or paid. That
 * change, undefined where none is needed, false where nothing shows it.
 */
function increaseBehind(firm: FirmAt, payload: Shareholding, paidOn: LocalDate): ChangeRecord | undefined | false {
  if (payload.acquisition !== undefined) return payload.acquisition === 'transfer' ? false : undefined;
  const { joinedOn } = payload;
  if (joinedOn !== undefined && joinedOn <= firm.establishedOn!) return undefined;
  // Paid long before joining: the seller's payment, which came with the shares.
  if (joinedOn !== undefined && addMonths(paidOn, INCREASE_MONTHS) < joinedOn) return false;
  const rise = capitalChanges(firm).find(
    ({ on, before, after }) =>
      after.minor > before.minor && (near(on, paidOn) || (joinedOn !== undefined && near(on, joinedOn))),
  );
  return rise === undefined ? false : rise.record;
}

const near = (a: LocalDate, b: LocalDate): boolean =>
  a <= addMonths(b, INCREASE_MONTHS) && b <= addMonths(a, INCREASE_MONTHS);

function roundsOf(payments: readonly VerifiedPayment[]): VerifiedRound[] {
  const rounds: { first: LocalDate; closedOn: LocalDate; amount: number; payments: VerifiedPayment[] }[] = [];
  for (const payment of payments) {
    const round = rounds.at(-1);
    if (round !== undefined && payment.paidOn <= addMonths(round.first, ROUND_MONTHS)) {
      round.payments.push(payment);
      round.amount += payment.amount;
      round.closedOn = payment.paidOn;
    } else {
      const { paidOn, amount } = payment;
      rounds.push({ first: paidOn, closedOn: paidOn, amount, payments: [payment] });
    }
  }
  return rounds.map(({ closedOn, amount, payments: paid }) => ({ closedOn, amount: amount as Fen, payments: paid }));
}
